"""A copy of their own data for a person: what is theirs is in it, nobody else is, and what is withheld is said."""

from __future__ import annotations

import json
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from vault.access.session import Session
from vault.casework.person import SafeContact
from vault.casework.story.events import Deadline, Detention, Event, Fulfilled, Hearing, Task
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.story.person_facts import Wanted, WantedSystem
from vault.casework.story.protection import SafetyPlan
from vault.casework.vocabulary import Channel
from vault.export.reader import open_package
from vault.ids import CompartmentId, RecordId
from vault.services.cases import case_people, cases, story_records
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish

SHE, SISTER, GUARD = "Farida Noorzai", "Leila Noorzai", "Temir Abdykaparov"
PHONE, MAIL, OF_SISTER, OF_OFFICER = "+996555010999", "farida@example.org", "+996700111222", "+996555010203"
HELD = Detention(
    place="SIZO 1", taken="2026-09-01", order="77/26", court="the court", expires="2026-12-01", confirmed="her sister"
)
RECORDS = (
    HELD,
    Hearing("2026-10-02", about="detention", outcome="two months more", fulfilled=Fulfilled.NOT_YET),
    Incident(IncidentKind.THREAT, at="2026-08-01", told_by=SISTER, text=f"{GUARD} said it, from {OF_OFFICER}."),
    Event("she left her home", at="2026-07-01", source=SISTER),
    Wanted(WantedSystem.NATIONAL, charge="article 12", seen_by=SISTER),
    Deadline("appeal", "2026-11-30"),
)
STAYING = (Task("ring the consul"), SafetyPlan("flight", steps=("go to the cellar",)))


class Own:
    """A recipient who reads what was sealed for them."""

    def __init__(self) -> None:
        self._identity = pyrage.x25519.Identity.generate()
        self.age = str(self._identity.to_public())

    def read(self, sealed: Path) -> dict[str, object]:
        data: dict[str, object] = json.loads(
            open_package(sealed.read_bytes(), str(self._identity)).members["data.json"]
        )
        return data


@pytest.fixture
def reader(filled_session: Session) -> Own:
    reader = Own()
    partners.add(filled_session, name=SHE, age_recipient=reader.age, compared=True)
    return reader


@pytest.fixture
def case(filled_session: Session) -> CompartmentId:
    """A case of one client and her sister, with each kind of record."""
    made = cases.create(filled_session, title="T", kind="asylum").case
    contact = SafeContact(Channel.PHONE, OF_SISTER, code_phrase="the parcel is here")
    case_people.add(
        filled_session,
        made,
        role="client",
        names=[SHE],
        born="1990-03-04",
        phones=[PHONE],
        emails=[MAIL],
        documents=["passport:AC1234567"],
        safe_contact=contact,
    )
    case_people.add(filled_session, made, role="relative", names=[SISTER], phones=[OF_SISTER])
    case_people.add(filled_session, made, role="persecutor", names=[GUARD], phones=[OF_OFFICER])
    for record in (*RECORDS, *STAYING):
        story_records.add(filled_session, made, record)
    return made


def copied(session: Session, case: CompartmentId, out: Path, person: RecordId | None = None) -> exporting.Exported:
    decided = {"SIZO": "keep", "SIZO 1": "keep", "77/26": "keep", "12": "keep", "1": "keep"}
    wish = Wish("subject", SHE, decided, take_proposals=True, person=person)
    done = exporting.export(session, case, wish, out=out)
    assert isinstance(done, exporting.Exported)
    return done


def test_a_copy_has_the_persons_own_data_and_what_happened_and_nobody_else(
    filled_session: Session, reader: Own, case: CompartmentId, tmp_path: Path
) -> None:
    done = copied(filled_session, case, tmp_path)
    page = " ".join(" ".join(done.pages).split())
    own = (SHE, "4 March 1990", "AC1234567", PHONE, MAIL)
    happened = (
        *("SIZO", "77/26", "1 September 2026", "1 December 2026", "two months more", "not yet", "threat"),
        *("she left her home", "national list", "appeal", "30 November 2026"),
    )
    assert [text for text in (*own, *happened) if text not in page] == []
    others = (SISTER, "Leila", GUARD, "Temir", OF_SISTER, OF_OFFICER, "parcel", "consul", "cellar", "her sister")
    assert [text for text in others if text in page] == []
    data = reader.read(done.path)
    told = json.dumps(data, ensure_ascii=False)
    assert [text for text in (SHE, PHONE, MAIL, "77/26", "two months more") if text not in told] == []
    assert [text for text in others if text in told] == []
    assert page.count("Not in this copy") == page.count("Why:") == told.count("Not in this copy") == told.count("Why:")
    assert "Not in this copy: notes about safety. Why: they tell how you and other people are protected." in page


def test_where_a_case_has_two_clients_what_happened_stays_as_nothing_says_to_whom(
    filled_session: Session, reader: Own, case: CompartmentId, tmp_path: Path
) -> None:
    persons = cases.open_case(filled_session, case, why="casework").persons
    her = next(person.record for person in persons if person.value.display_name() == SHE)
    case_people.add(filled_session, case, role="client", names=["Rustam Ondarov"])
    page = " ".join(copied(filled_session, case, tmp_path, person=her).pages)
    assert (PHONE in page, "SIZO" in page, "she left her home" in page) == (True, False, False)
    assert "where your file is that of another person too" in " ".join(page.split())
