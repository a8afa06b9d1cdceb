"""Two members change a record apart: of its two versions the one that keeps somebody safe holds, whichever is newer."""

from __future__ import annotations

import datetime

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from tests.english import in_english
from tests.services.office import forward
from tests.services.organisation import DANA, JOEL, KARIM, MIRA, TOMAS, Organisation, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.story.events import Deadline, SetBy
from vault.casework.story.person_facts import Relation, Relationship
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind, RecordId, short_id
from vault.services import housekeeping
from vault.services.cases import case_changes, case_people, cases, intake, notes, story_records
from vault.services.cases.editing import Place
from vault.services.erasures import retention, what_goes
from vault.services.erasures.preview import preview
from vault.services.exports import export_material, partners
from vault.services.exports.export_material import Ready, Wish
from vault.services.projection.places import the_one_of_kind

TOLD = "the guard is his cousin"
CALLED = "hides at an aunt's, block 4"
WARNED = "they came to the door, call back today"


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    """A case of Mira's that is open to Joel, too."""
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=RECIPIENT, age_recipient=AGE, compared=True)
        made = cases.create(mira, title="T", kind="asylum", alone_reason="nobody").case
        share(mira, made, organisation, JOEL)
    return made


def leaving(session: Session, case: CompartmentId) -> str:
    ready = export_material.make_ready(session, case, Wish("lawyer", RECIPIENT, take_proposals=True))
    assert isinstance(ready, Ready)
    return repr([block.text for section in ready.dossier.sections for block in section.blocks])


def test_a_note_that_one_version_calls_withdrawn_leaves_in_no_export_and_stays_withdrawn(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.open(MIRA) as mira:
        note = notes.add(mira, case, Note(NoteKind.INTERVIEW, TOLD)).hex()
        assert "cousin" in leaving(mira, case)
    organisation.exchange(MIRA, JOEL)
    with organisation.open(JOEL) as joel:
        notes.withdraw(joel, note, reason="told in confidence")
    with organisation.open(MIRA) as mira:
        notes.correct(mira, note, text=f"{TOLD}.")
    organisation.exchange(MIRA, JOEL)
    with organisation.open(MIRA) as mira:
        assert (notes.show(mira, note).heads, notes.show(mira, note).value.text) == (2, f"{TOLD}.")
        assert "cousin" not in leaving(mira, case)
        notes.correct(mira, note, text=f"{TOLD}. He said so twice.")
        assert (notes.show(mira, note).heads, notes.show(mira, note).value.withdrawn) == (1, "told in confidence")
        assert "cousin" not in leaving(mira, case)


@pytest.mark.long
def test_a_contact_that_one_version_calls_withdrawn_ends_no_silence(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.open(MIRA) as mira:
        note = notes.add(mira, case, Note(NoteKind.CONTACT, "they called")).hex()
        assert cases.list_silent(mira, days=1) == []
    organisation.exchange(MIRA, JOEL)
    with organisation.open(JOEL) as joel:
        notes.withdraw(joel, note, reason="it was somebody else")
    with organisation.open(MIRA) as mira:
        notes.correct(mira, note, text="they called.")
    organisation.exchange(MIRA, JOEL)
    with organisation.open(MIRA) as mira:
        assert [(row.case, last) for row, last in cases.list_silent(mira, days=1)] == [(case, None)]


@pytest.mark.long
def test_a_case_that_was_closed_while_somebody_worked_on_it_stays_open_with_what_is_due_in_it(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.open(MIRA) as mira:
        day = (datetime.date.today() + datetime.timedelta(days=3)).isoformat()
        story_records.add(mira, case, Deadline(what="appeal", at=day, set_by=SetBy.COURT))
    organisation.exchange(MIRA, JOEL)
    with organisation.open(JOEL) as joel:
        case_changes.change(joel, case, title="They come back on Monday")
    with organisation.open(MIRA) as mira:
        case_changes.close(mira, case, reason="nobody answers")
        assert story_records.due(mira).lines == ()
    organisation.exchange(MIRA, JOEL)
    with organisation.at(MIRA, JOEL) as sessions:
        for session in sessions:
            assert [row.case for row in cases.list_all(session)] == [case]
            assert [line.headline for line in story_records.due(session).lines] == ["appeal"]
            assert case_changes.list_closed(session) == []
            assert cases.open_case(session, case).head.value.closed is None
        case_changes.change(sessions[0], case, title="They come back on Monday")
        case_changes.close(sessions[0], case, reason="both agree")
        assert [row.case for row in case_changes.list_closed(sessions[0])] == [case]


def test_of_two_rules_of_retention_the_longer_time_holds(organisation: Organisation) -> None:
    with organisation.open(MIRA) as mira:
        retention.set_rule(mira, "asylum", 120)
    with organisation.open(KARIM) as karim:
        retention.set_rule(karim, "asylum", 6)
    organisation.exchange(MIRA, KARIM)
    with organisation.at(MIRA, KARIM) as sessions:
        assert [retention.rules(session) for session in sessions] == [{"asylum": 120}] * 2


def test_what_only_one_version_says_of_a_person_stays_and_is_named_as_staying_and_goes_with_whom_both_name(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.open(MIRA) as mira:
        client, aunt, other = (
            case_people.add(mira, case, role="third", names=[name]) for name in ("Ilham", "Oygul", "Zumrat")
        )
        record = story_records.add(mira, case, Relation(client, Relationship.FRIEND, aunt, text="Oygul hides him"))
    organisation.exchange(MIRA, JOEL)
    place = Place(case, RecordId(record), Relation.KIND)
    with organisation.open(JOEL) as joel:
        story_records.change(joel, place, {"text": "Oygul hides him, block 4"})
    with organisation.open(MIRA) as mira:
        story_records.change(mira, place, {"to_person": other.hex()})
    organisation.exchange(MIRA, JOEL)
    with organisation.open(MIRA) as mira:
        going = what_goes.what_goes(mira, aunt.hex())
        assert (case, record) not in going.found
        shown = "\n".join(in_english(preview(mira, going, needs_second=False)))
        assert "1 other record names these people and stays: look at it" in shown
        assert f"id {short_id(RecordId(record))}" in shown
        assert (case, record) in what_goes.what_goes(mira, client.hex()).found


def calls(organisation: Organisation) -> RecordId:
    """Dana keeps a call that Tomas gets, too."""
    with organisation.open(DANA) as dana:
        slip = intake.add(dana, name="Ilham", number="+998 90 123 45 67", text=CALLED, call_back=True)
    organisation.exchange(DANA, TOMAS)
    return slip


@pytest.mark.long
@pytest.mark.parametrize("is_moved", [False, True], ids=["closed", "moved into a case"])
def test_a_call_that_one_corrects_while_another_ends_it_is_open_until_somebody_ends_both_and_then_its_words_go(
    organisation: Organisation, is_moved: bool
) -> None:
    slip = calls(organisation)
    with organisation.open(DANA) as dana:
        intake.correct(dana, slip.hex(), text=WARNED)
    with organisation.open(TOMAS) as tomas:
        if is_moved:
            intake.move(tomas, slip.hex(), cases.create(tomas, title="T", kind="asylum").case)
        else:
            intake.close(tomas, slip.hex())
        assert intake.list_open(tomas) == []
    organisation.exchange(DANA, TOMAS)
    with organisation.at(DANA, TOMAS) as (dana, tomas):
        for session in (dana, tomas):
            (line,) = intake.list_open(session)
            assert (line.stored.record, line.stored.value.text, line.stored.heads) == (slip, WARNED, 2)
            assert len(intake.list_open(session)) == len(intake.find_open(session, "door")) == 1
        forward(tomas, 1)
        housekeeping.settle(tomas)
        assert len(intake.list_open(tomas)) == 1
        intake.close(tomas, slip.hex())
        assert intake.list_open(tomas) == []
        forward(tomas, 1)
        housekeeping.settle(tomas)
        with tomas.database.reading() as rows:
            assert len(list(rows.placed(the_one_of_kind(tomas, CompartmentKind.INTAKE), slip))) == 1


def test_what_two_wrote_into_one_call_apart_stands_in_it_and_goes_with_it(organisation: Organisation) -> None:
    slip = calls(organisation)
    with organisation.open(DANA) as dana:
        intake.correct(dana, slip.hex(), text=WARNED)
    with organisation.open(TOMAS) as tomas:
        intake.correct(tomas, slip.hex(), number="+998 90 123 45 68")
    organisation.exchange(DANA, TOMAS)
    with organisation.open(TOMAS) as tomas:
        (line,) = intake.list_open(tomas)
        value = line.stored.value
        assert value.number == "+998 90 123 45 68"
        assert value.text.splitlines() == [CALLED, "+998 90 123 45 67", WARNED]
        assert intake.correct(tomas, slip.hex(), name="Ilhom").settled == 2
        assert WARNED in intake.find(tomas, slip.hex()).text
