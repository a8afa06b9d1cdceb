"""What is written down of a client is not all theirs: who answers at their safe contact, and whose name they bear."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.person import SafeContact
from vault.casework.vocabulary import Channel, NoteKind
from vault.ids import CompartmentId
from vault.services.cases import case_people, cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

AUNT, UNCLE, MAIL, OWN = "+996555010203", "+996700111222", "uncle@example.org", "+996555010999"


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return cases.create(session, title="T", kind="asylum").case


def told(session: Session, case: CompartmentId, text: str) -> None:
    notes.add(session, case, Note(NoteKind.INTERVIEW, text))


def left(session: Session, case: CompartmentId, out: Path, profile: str, decisions: dict[str, str]) -> str:
    """Return the pages of an export with these decisions, and with what is proposed for all else."""
    wish = Wish(profile, RECIPIENT, decisions=decisions, take_proposals=True)
    done = exporting.export(session, case, wish, out=out)
    assert isinstance(done, exporting.Exported)
    return " ".join(done.pages)


@pytest.mark.long
@pytest.mark.parametrize("address", [AUNT, OWN], ids=["of her aunt", "her own"])
def test_the_numbers_of_a_safe_contact_and_of_a_never_use_list_are_hidden_from_the_client_unless_they_are_hers(
    session: Session, case: CompartmentId, address: str, tmp_path: Path
) -> None:
    contact = SafeContact(Channel.PHONE, address, never_use=(UNCLE, MAIL))
    case_people.add(session, case, role="client", names=["Farida"], phones=[OWN], safe_contact=contact)
    told(session, case, f"her aunt answers at {address}, she at {OWN}. the uncle who beats her has {UNCLE} and {MAIL}.")
    text = left(session, case, tmp_path, "subject", {})
    assert [number for number in (AUNT, UNCLE, MAIL, OWN) if number in text] == [OWN]


NOTE = (
    "Farida Karim qyzy came. We asked where her father Karim is, and she was told by Karim, Farida came back alone;"
    " she has not seen Karim.\nFarida then wept. karim hides in a cellar."
)


@pytest.mark.long
@pytest.mark.parametrize("profile", ["subject", "lawyer-named"])
def test_a_word_of_a_clients_name_that_stands_alone_is_asked_about_as_it_may_be_the_fathers(
    session: Session, case: CompartmentId, profile: str, tmp_path: Path
) -> None:
    case_people.add(session, case, role="client", names=["Farida Karim qyzy"])
    told(session, case, NOTE)
    undecided = exporting.export(session, case, Wish(profile, RECIPIENT), out=tmp_path)
    assert isinstance(undecided, exporting.Undecided)
    assert {one.form: one.conflict for one in undecided.questions} == dict.fromkeys(
        ("Karim", "Karim, Farida", "Karim.\nFarida"), True
    )
    text = left(session, case, tmp_path, profile, {})
    assert text.casefold().count("karim") == text.count("Farida Karim qyzy") > 0


@pytest.mark.long
def test_a_name_that_the_record_has_alone_is_not_asked_about(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    case_people.add(session, case, role="client", names=["Farida Karim qyzy", "Farida"])
    told(session, case, "Farida came. Karim is her father.")
    text = left(session, case, tmp_path, "subject", {})
    assert ("Farida came." in text, "Karim is her father" in text) == (True, False)
    assert "Karim is her father." in left(session, case, tmp_path, "subject", {"Karim": "keep"})
