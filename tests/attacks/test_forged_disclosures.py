"""Somebody who holds a case writes a disclosure of their own: what of it comes into the package of a colleague."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.services.approvals.keyboard import Person
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.tables import each
from vault.access.session import Session
from vault.casework.disclosure import Decision, Disclosure, PseudonymGiven
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId, make_id
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.services.approvals import second_person
from vault.services.cases import case_people, cases, notes
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index

LAWYER = "Maître Ondrelle"
SHARED = Disclosure(bytes(16), "lawyer", "x", bytes(16), bytes(32), "2026-11-27")


@dataclass(frozen=True, slots=True)
class Office:
    """The founder's case of a client and a witness, which a colleague in the same folder holds too."""

    place: Place
    oren: Colleague
    case: CompartmentId
    recipient: RecordId
    client: RecordId
    witness: RecordId


def office_with(place: Place, role: Role) -> Office:
    with place.open() as session:
        oren = admit(session, roles={role}, by_root=True)
        kept = partners.add(session, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
        case = cases.create(session, title="T", kind="extradition").case
        client = case_people.add(session, case, role="client", names=["Tikhon Omutkov"])
        witness = case_people.add(session, case, role="witness", names=["Sana Belgorova"])
        notes.add(session, case, Note(NoteKind.CONTACT, "Tikhon Omutkov met Sana Belgorova, and Qamar hid them."))
        sharing.grant(session, case, [oren.member])
    with oren.open(place):
        pass
    return Office(place, oren, case, kept.record, client, witness)


@pytest.fixture
def office(founded: Place) -> Office:
    return office_with(founded, Role.CASEWORKER)


def forge(session: Session, office: Office, **said: object) -> None:
    forged = replace(SHARED, recipient=office.recipient, **said)  # type: ignore[arg-type]
    with session.work(office.case) as work:
        work.keep(office.case, forged)
        work.commit(Entry(act="export.done"))


def pages_of(
    session: Session, office: Office, *, take_proposals: bool = True, contact: str | None = None
) -> str | exporting.Undecided:
    """Return what the person who exports reads before anybody is asked to approve it."""
    pages: list[str] = []

    def approve(shown: tuple[str, ...]) -> bool:
        pages.extend(shown)
        return True

    wish = Wish("lawyer", LAWYER, take_proposals=take_proposals, contact=contact)
    out = office.place.path.with_name(f"{make_id().hex()}.question")
    asked = exporting.ask(session, office.case, wish, out=out, approve=approve)
    return asked if isinstance(asked, exporting.Undecided) else "\n".join(pages)


def exported(session: Session, office: Office, out: Path, *, contact: str | None = None) -> exporting.Exported:
    (approver,) = second_person.approvers(session)
    person = Person(PASSPHRASE) if approver.name == MEMBER else Person()
    second = second_person.at_this_keyboard(session, approver.name, run=person.run)
    wish = Wish("lawyer", LAWYER, take_proposals=True, contact=contact)
    done = exporting.export(session, office.case, wish, out=out, second=second)
    assert isinstance(done, exporting.Exported)
    return done


@pytest.mark.long
@each(["Gulnara Isakova", "+996555123456", "Bakyt Sadyrov of Jalalabad", "1987-06-05", "kx4", "KXX", "x" * 512])
def test_no_code_is_printed_but_of_the_shape_that_the_program_draws(code: str, office: Office) -> None:
    with office.oren.open(office.place) as oren:
        forge(oren, office, pseudonyms=(PseudonymGiven(office.client, code),))
    with office.place.open() as session:
        pages = pages_of(session, office)
    assert isinstance(pages, str)
    assert "[P-" in pages
    assert f"[P-{code}" not in pages


@pytest.mark.long
def test_no_code_stands_for_two_people_nor_for_another_than_this_member_gave_it(office: Office, tmp_path: Path) -> None:
    with office.oren.open(office.place) as oren:
        forge(oren, office, pseudonyms=tuple(PseudonymGiven(who, "KX4") for who in (office.client, office.witness)))
    with office.place.open() as session:
        first = exported(session, office, tmp_path).pages
    assert "[P-KX4]" not in " ".join(first)
    codes = sorted({word.strip(".,") for word in " ".join(first).split() if word.startswith("[P-")})
    assert len(codes) == 2
    with office.oren.open(office.place) as oren:
        given = [code.removeprefix("[P-").removesuffix("]") for code in codes]
        for client, witness in (given, given[::-1]):
            pairs = (PseudonymGiven(office.client, client), PseudonymGiven(office.witness, witness))
            forge(oren, office, pseudonyms=pairs, made="2031-01-01")
    with office.place.open() as session:
        assert exported(session, office, tmp_path).pages == first


@pytest.mark.long
def test_whom_to_call_and_what_stays_is_what_this_member_said_and_read(office: Office) -> None:
    with office.oren.open(office.place) as oren:
        read = tuple(note.version for note in cases.open_case(oren, office.case).notes)
        forge(oren, office, contact="Oren +996 555 000 111", decisions=(Decision("Qamar", "keep"),), read=read)
    with office.place.open() as session:
        undecided = pages_of(session, office, take_proposals=False)
        assert isinstance(undecided, exporting.Undecided)
        assert [(asked.form, asked.before) for asked in undecided.questions] == [("Qamar", "keep")]
        pages = pages_of(session, office)
        assert isinstance(pages, str)
        assert "Oren" not in pages
        assert "Qamar" not in pages


@pytest.mark.long
def test_whom_to_call_is_as_in_the_last_report_of_who_exports(office: Office, tmp_path: Path) -> None:
    with office.place.open() as session:
        exported(session, office, tmp_path, contact="Mira, +996 312 555 010")
        assert "Mira, +996 312 555 010" in " ".join(exported(session, office, tmp_path).pages)


@pytest.mark.long
def test_what_a_legal_reviewer_exports_stays_in_the_case(founded: Place, tmp_path: Path) -> None:
    office = office_with(founded, Role.LEGAL_REVIEWER)
    with office.oren.open(office.place) as lea:
        first = exported(lea, office, tmp_path)
        assert first.questions > 0
        up_to_date_index(lea)
        assert [str(told) for told in lea.warnings if "set aside" in str(told)] == []
        lea.require_sound_log(office.case)
        again = exported(lea, office, tmp_path)
        assert (again.pages, again.questions) == (first.pages, 0)
    with office.place.open() as session:
        up_to_date_index(session)
        assert [str(told) for told in session.warnings if "set aside" in str(told)] == []
        assert log_checking.verify(session).verified
