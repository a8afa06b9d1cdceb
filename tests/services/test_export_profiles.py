"""What each profile makes of one case, as its recipient reads it: who is named, what is told, and which codes go on."""

from __future__ import annotations

import datetime
import json
from collections.abc import Callable
from pathlib import Path

import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest

from tests.services import consenting
from tests.tables import each
from vault.access.session import Session
from vault.casework.disclosure import Disclosure
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange
from vault.casework.story.events import Deadline, Detention, Event, Hearing
from vault.casework.story.incident import Incident, IncidentKind
from vault.casework.story.person_facts import Relation, Relationship, Wanted, WantedSystem
from vault.casework.vocabulary import NoteKind
from vault.export.reader import open_package
from vault.ids import CompartmentId
from vault.services.cases import case_people, cases, notes, same_people, story_records
from vault.services.cases.cases import view
from vault.services.cases.editing import Place
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.projection.stored_records import stored_of_kind

SHE, SISTER, GUARD, TO = "Farida Noorzai", "Leila Noorzai", "Temir Abdykaparov", "Ondrelle"
DAY = datetime.timedelta(days=1)


class _Reader:
    """The recipient: with the key to read what was sealed for them."""

    def __init__(self, session: Session) -> None:
        self._identity = pyrage.x25519.Identity.generate()
        self._session = session
        partners.add(session, name=TO, age_recipient=str(self._identity.to_public()), compared=True)

    def gets(self, case: CompartmentId, profile: str, out: Path) -> dict[str, object]:
        done = consenting.export(self._session, case, Wish(profile, TO, take_proposals=True), out=out)
        assert isinstance(done, exporting.Exported)
        members = open_package(done.path.read_bytes(), str(self._identity)).members
        data: dict[str, object] = json.loads(members["data.json"])
        return data


def told(data: dict[str, object]) -> dict[str, list[str]]:
    """Return what stands in a data file, by heading and label."""
    found: dict[str, list[str]] = {}
    sections: list[dict[str, object]] = data["sections"]  # type: ignore[assignment]  # as it was decoded
    for section in sections:
        for block in section["blocks"]:  # type: ignore[attr-defined]
            found.setdefault(f"{section['heading']} {block['label']}", []).append(block["text"])
    return found


@pytest.fixture
def case(filled_session: Session) -> CompartmentId:
    """A case of a client, her sister and a guard, with something of each kind, of this year and of the next."""
    session = filled_session
    made = cases.create(session, title="T", kind="asylum").case
    client = case_people.add(session, made, role="client", names=[SHE], born="1990-03-04")
    case_people.change(session, Place(made, client, Person.KIND), PersonChange(nationalities=("AF",)))
    sister = case_people.add(session, made, role="relative", names=[SISTER], born="1984-05-12")
    case_people.add(session, made, role="persecutor", names=[GUARD])
    for record in (
        Relation(sister, Relationship.SIBLING, client, text=f"{SISTER} lives with her."),
        Deadline("appeal", "2100-11-30", source="the law"),
        Deadline("answer", "2100-10-30"),
        Deadline("complaint", "2026-01-30", done="2026-01-29"),
        Hearing("2100-10-31", about="detention", court="Osh court", orders="to hear a doctor"),
        Detention(place="SIZO 1", taken="2026-09-01", ill_treatment=True, confirmed=SISTER, text=f"{GUARD} held her."),
        Wanted(WantedSystem.NATIONAL, person=client, charge="article 12", seen_by=SISTER),
        Incident(IncidentKind.THREAT, at="2026-08-01", told_by=SISTER),
        Event("she left her home", at="2026-07-01", source=SISTER),
    ):
        story_records.add(session, made, record)
    for kind, text in (
        (NoteKind.INTERVIEW, f"{SISTER} was at home."),
        (NoteKind.LEGAL_ADVICE, "we think that an appeal is weak"),
        (NoteKind.MEDICAL, f"broken wrist, says {SISTER}"),
    ):
        notes.add(session, made, Note(kind, text))
    return made


@pytest.fixture
def reader(filled_session: Session) -> _Reader:
    return _Reader(filled_session)


Sealed = Callable[[str], dict[str, object]]


@pytest.fixture
def sealed(case: CompartmentId, reader: _Reader, tmp_path: Path) -> Sealed:
    """What the recipient gets by a profile."""
    return lambda profile: reader.gets(case, profile, tmp_path)


DATES = ("30 November", "2100-11-30", "2100-10-31")
STORY = ("threat", "article 12", "to hear a doctor", "sibling")


@each(
    {
        "a lawyer": ("lawyer-named", (SHE, "[P-", "she left her home", "was at home", "appeal is weak", *STORY), ()),
        "a lawyer who hears no name": (
            "lawyer",
            ("[P-", "she left her home", "was at home", "appeal is weak", "threat", "to hear a doctor", "sibling"),
            (SHE, "1990", "1984", "Osh", "SIZO"),
        ),
        "a first question": (
            "enquiry",
            ("asylum", "AF", "2100-10-30"),
            (SHE, "[P-", "wrist", "at home", *DATES, *STORY),
        ),
        "help at once": (
            "urgent",
            (SHE, "2100-11-30", "article 12", "was at home"),
            ("1984", "left her home", "sibling"),
        ),
        "a court": (
            "court",
            (SHE, GUARD, "to hear a doctor", "article 12", "threat", "was at home"),
            ("weak", "left her home", "sibling", "held her"),
        ),
        "a doctor": (
            "medical",
            (SHE, "1990", "broken wrist", "2026-09-01", "yes"),
            ("at home", "asylum", *DATES, *STORY),
        ),
        "a donor": ("donor-report", ("asylum",), (SHE, "[P-", "AF", "K7QM", "wrist", "at home", *DATES, *STORY)),
    }
)
def test_a_recipient_gets_what_the_profile_is_for_and_no_source(
    profile: str, there: tuple[str, ...], absent: tuple[str, ...], sealed: Sealed
) -> None:
    text = json.dumps(told(sealed(profile)), ensure_ascii=False)
    assert [word for word in there if word not in text] == []
    assert [
        word for word in (*absent, SISTER, "Leila", "wrist" if profile != "medical" else SISTER) if word in text
    ] == []


def test_a_first_question_has_the_next_date_alone_and_neither_name_nor_code(sealed: Sealed) -> None:
    assert told(sealed("enquiry")) == {
        "case kind": ["asylum"],
        "case stage": ["pre-reg"],
        "client nationalities": ["AF"],
        "deadline latest": ["2100-10-30"],
    }


def test_what_was_written_two_days_ago_does_not_leave_in_haste(
    filled_session: Session, case: CompartmentId, sealed: Sealed
) -> None:
    later = filled_session.log.now_ms() + 2 * DAY // datetime.timedelta(milliseconds=1)
    filled_session.log.now_ms = lambda: later
    notes.add(filled_session, case, Note(NoteKind.CONTACT, "they took her at the market"))
    found = told(sealed("urgent"))
    assert found["note text"] == ["they took her at the market"]


def test_of_two_people_a_relation_says_who_they_are_as_the_rest_of_the_report_does(sealed: Sealed) -> None:
    found = told(sealed("lawyer-named"))
    (code,) = found["relative names"]
    assert (found["relation person"], found["relation is-to"], found["relation to-whom"]) == (
        [code],
        ["sibling"],
        [SHE],
    )
    assert found["wanted who-is-searched"] == [SHE]
    unnamed = told(sealed("lawyer"))
    assert unnamed["relation to-whom"] == unnamed["client names"] == unnamed["wanted who-is-searched"]
    assert unnamed["relation person"] == unnamed["relative names"] == [code]


def test_two_reports_to_a_donor_share_no_run_and_no_reference_and_those_to_a_lawyer_do(
    filled_session: Session, case: CompartmentId, sealed: Sealed
) -> None:
    references = {
        profile: {str(sealed(profile)["reference"]) for _ in range(2)} for profile in ("donor-report", "lawyer")
    }
    assert references["donor-report"] == {""}
    assert len(references["lawyer"] - {""}) == 1
    kept = stored_of_kind(view(filled_session, case, why="casework"), Disclosure)
    series = [row.value.series for row in kept]
    assert len(series) == 4
    assert len(set(series)) == 3
    assert series.count("main") == 2


def test_a_person_who_stands_in_a_case_twice_is_one_in_a_relation(
    filled_session: Session, case: CompartmentId, sealed: Sealed
) -> None:
    persons = cases.open_case(filled_session, case, why="casework").persons
    sister = next(person for person in persons if person.value.display_name() == SISTER)
    caller = case_people.add(filled_session, case, role="third", names=["Leyla Nurzay"])
    same_people.same(filled_session, Place(case, sister.record, Person.KIND), Place(case, caller, Person.KIND))
    story_records.add(filled_session, case, Relation(caller, Relationship.FRIEND, sister.record))
    found = told(sealed("lawyer"))
    assert found["relation person"][-1] == found["relative names"][0]


def test_of_somebody_of_whom_nothing_leaves_no_heading_does_either(
    filled_session: Session, case: CompartmentId, sealed: Sealed
) -> None:
    case_people.add(filled_session, case, role="third", names=[], phones=["+996 555 010 203"])
    assert "other-person" not in json.dumps(sealed("lawyer-named")["sections"])
