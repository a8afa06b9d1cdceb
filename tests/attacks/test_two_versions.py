"""Two members change a record apart: of its two versions the one that keeps somebody safe holds, whichever is newer."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from tests.english import in_english
from tests.services import consenting
from tests.services.founded import PASSPHRASE
from tests.services.office import forward
from tests.services.organisation import AMINA, DANA, JOEL, KARIM, MIRA, SELIN, TOMAS, Organisation, give, share
from tests.tui.house import House, make_house
from tests.vectors.independent import opening
from tui.gateway import Gateway
from vault.access.session import Session
from vault.acts.act import Agreed
from vault.acts.bundle import IMPORT
from vault.casework.note import Note
from vault.casework.person import PersonChange
from vault.casework.story.events import Deadline, SetBy, Task
from vault.casework.story.person_facts import Relation, Relationship
from vault.casework.vocabulary import NameKind, NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, RecordId, VersionId, short_id
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry
from vault.services import housekeeping
from vault.services.cases import case_changes, case_people, cases, editing, intake, notes, story_records, undoing
from vault.services.cases.editing import Place
from vault.services.erasures import retention, what_goes
from vault.services.erasures.preview import preview
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.exports import partners
from vault.services.exports.export_material import Ready, Wish
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index

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
    ready = consenting.make_ready(session, case, Wish("lawyer", RECIPIENT, take_proposals=True))
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


# Two members change a person apart: a mark of one of them, or a role, is not lost to the other's version.
WISH = Wish("lawyer-named", RECIPIENT, take_proposals=True)
WRONG = "Ferida Nurzoy"


@pytest.fixture
def client(organisation: Organisation) -> Place:
    """A client of a case of Mira's that is open to Joel, too."""
    with organisation.open(MIRA) as mira:
        partners.add(mira, name=RECIPIENT, age_recipient=AGE, compared=True)
        case = cases.create(mira, title="T", kind="asylum").case
        person = case_people.add(mira, case, role="client", names=["Farida Noorzai", WRONG])
        case_people.add(mira, case, role="client", names=["Temir Osmonov"])
        notes.add(mira, case, Note(NoteKind.INTERVIEW, "Farida Noorzai saw it all."))
        share(mira, case, organisation, JOEL)
    return Place(case, RecordId(person), "person")


def changed_apart(organisation: Organisation, client: Place, change: PersonChange) -> None:
    """Mira makes a change, and Joel, who does not know of it, adds a number; his is the newer version."""
    organisation.exchange(MIRA, JOEL)
    with organisation.open(MIRA) as mira:
        case_people.change(mira, client, change)
    with organisation.open(JOEL) as joel:
        case_people.change(joel, client, PersonChange(add_phones=("+996555010203",)))
    organisation.exchange(MIRA, JOEL)


@pytest.mark.long
def test_a_name_that_one_version_calls_misspelt_stays_so_and_does_not_leave(
    organisation: Organisation, client: Place
) -> None:
    changed_apart(organisation, client, PersonChange(misspelt=(WRONG,)))
    with organisation.open(MIRA) as mira:
        ready = consenting.make_ready(mira, client.case, WISH)
        assert isinstance(ready, Ready)
        assert WRONG not in [block.text for section in ready.dossier.sections for block in section.blocks]
        case_people.change(mira, client, PersonChange(sex="female"))
        person = case_people.show(mira, client)
        assert person.heads == 1
        assert {name.text: name.kind for name in person.value.names}[WRONG] is NameKind.MISSPELT


@pytest.mark.long
@pytest.mark.parametrize(("role", "is_named"), [("witness", False), ("client", True)])
def test_nothing_leaves_of_a_case_where_a_person_has_two_roles_until_somebody_says_which_holds(
    organisation: Organisation, client: Place, role: str, is_named: bool
) -> None:
    changed_apart(organisation, client, PersonChange(role="witness"))
    with organisation.open(MIRA) as mira:
        with pytest.raises(UsageError, match="two different roles"):
            consenting.make_ready(mira, client.case, WISH)
        with pytest.raises(UsageError, match="differ in what you did not give: one would be lost"):
            case_people.change(mira, client, PersonChange(sex="female"))
        case_people.change(mira, client, PersonChange(sex="female", role=role))
        ready = consenting.make_ready(mira, client.case, WISH)
        assert isinstance(ready, Ready)
        said = [block.text for section in ready.dossier.sections for block in section.blocks]
        assert bool([text for text in said if "Farida" in text]) == is_named


# Taking back what others built on: an undo behind their backs, and a case whose beginning somebody erases.
@pytest.fixture(scope="module")
def house_template(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(house_template: House, tmp_path: Path) -> House:
    return house_template.copied_to(tmp_path / "house")


def of_kind(session: Session, home: CompartmentId, kind: str) -> list[OpenedVersion]:
    """Return the versions of a kind whose rows are here, oldest first."""
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(home), vault=session.vault, keyring=session.keyring)
    found = {version.id: version for version in opened if version.content.kind == kind}
    return sorted(found.values(), key=lambda version: version.content.clock)


def erase(session: Session, *versions: OpenedVersion) -> None:
    """List versions as erased and take their rows away, without a question: a program that was changed."""
    with session.work(*{version.compartment for version in versions}) as work:
        for version in versions:
            work.erase(version.compartment, version.id, (version.origin, version.seq, version.n))
        work.commit(Entry(act="erase"))


def as_index_holds(session: Session) -> bytes:
    return up_to_date_index(session).digest()


def moved_deadline(house: House) -> RecordId:
    """Amina writes a deadline and moves it."""
    with house.open("Amina") as amina:
        record = story_records.add(amina, house.case, Deadline(what="appeal", at="2026-12-01"))
        story_records.change(amina, editing.locate(amina, record.hex()), {"at": "2026-12-10"})
    return record


def test_nobody_takes_back_a_version_that_a_colleague_replaced(house: House) -> None:
    record = moved_deadline(house)
    with house.open("Joel") as joel:
        story_records.change(joel, editing.locate(joel, record.hex()), {"done": "2026-11-28", "end": "kept"})
    with house.open("Amina") as amina:
        with pytest.raises(RefusedError, match="somebody has changed it since"):
            undoing.undo(amina, undoing.last(amina))
        assert story_records.due(amina).lines == ()


def test_a_slip_that_somebody_moved_is_not_taken_back_by_who_wrote_it(house: House) -> None:
    with house.open("Dana") as dana:
        slip = intake.add(dana, name="Caller", number="+49 30 5550 3456", text="help")
    with house.open("Amina") as amina:
        intake.move(amina, slip.hex(), house.case)
    with house.open("Dana") as dana, pytest.raises(RefusedError, match="somebody has changed it since"):
        undoing.undo(dana, undoing.last(dana))
    with house.open("Amina") as amina:
        undoing.undo(amina, undoing.last(amina))
        assert [line.stored.value.text for line in intake.list_open(amina)] == ["help"]


def test_a_note_that_somebody_elses_names_is_not_taken_back(house: House) -> None:
    with house.open("Amina") as amina:
        note = notes.add(amina, house.case, Note(NoteKind.CONTACT, "he said Tuesday"))
    with house.open("Joel") as joel:
        notes.add(joel, house.case, Note(NoteKind.CONTACT, "no, Wednesday", amends=note))
    with house.open("Amina") as amina, pytest.raises(RefusedError, match="somebody has written about it since"):
        undoing.undo(amina, undoing.last(amina))


def test_what_a_colleague_of_this_folder_put_into_a_bundle_is_not_taken_back(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as amina:
        sharing.grant(amina, house.case, [house.people["Nadia"].member])
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "by mistake"))
    with house.open("Joel") as joel:
        syncing.make(joel, house.people["Nadia"].member, tmp_path / "to-nadia.bundle")
    with house.open("Amina") as amina, pytest.raises(RefusedError, match="a bundle was made since"):
        undoing.undo(amina, undoing.last(amina))


def test_while_a_record_of_the_case_is_missing_nothing_is_taken_back(house: House) -> None:
    with house.open("Amina") as amina:
        lost = notes.add(amina, house.case, Note(NoteKind.CONTACT, "one more"))
    with house.open("Joel") as joel, joel.database.transaction() as rows:
        gone = [version for version in rows.versions(house.case) if version.record == lost]
        rows.erase_versions([(version.origin, version.seq, version.n) for version in gone])
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "two more"))
        with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
            undoing.undo(amina, undoing.last(amina))


def test_of_two_versions_one_erased_under_the_other_all_members_see_the_same(house: House) -> None:
    """A changed program does what `undo` refuses: what was replaced stands again beside what is newer, for everybody.

    It could have been written there as well. Nobody is to see another state than somebody else.
    """
    record = moved_deadline(house)
    with house.open("Joel") as joel:
        story_records.change(joel, editing.locate(joel, record.hex()), {"done": "2026-11-28", "end": "kept"})
        as_index_holds(joel)
    with house.open("Amina") as amina:
        erase(amina, of_kind(amina, house.case, Deadline.KIND)[1])
    seen = []
    for name in ("Joel", "Amina"):
        with house.open(name) as session:
            went_on = as_index_holds(session)
            due = [line.headline for line in story_records.due(session).lines]
            session.remake_index()
            assert as_index_holds(session) == went_on
            assert [line.headline for line in story_records.due(session).lines] == due
            shown = [
                one for one in story_records.list_in(session, house.case, (Deadline.KIND,)) if one.record == record
            ]
            seen.append((due, [(one.heads, one.value.when()) for one in shown]))
    assert seen[0] == seen[1]


def test_the_beginning_of_a_case_is_not_erased_under_it(house: House) -> None:
    """What the case says once stands there: its owner finds the record missing, and no case goes in silence."""
    with house.open("Joel") as joel:
        first = of_kind(joel, house.case, "case")[0]
        case_changes.change(joel, house.case, title="two")
        erase(joel, first)
    with house.open("Amina") as amina:
        up_to_date_index(amina)
        found = log_checking.verify(amina)
        assert [(fault.origin, fault.seq, fault.n) for fault in found.faults] == [(first.origin, first.seq, first.n)]
        with pytest.raises(VerificationError, match="waits until everything that is missing has arrived"):
            amina.require_sound_log(house.case)
        told = [str(warning) for warning in amina.warnings]
        assert any("is missing" in line for line in told), told
    who = house.people["Amina"]
    whole = opening.open_folder(house.place.path, who.name, who.passphrase.decode())
    assert [fault.what for fault in whole.faults] == ["a missing version"]


def test_a_backup_brings_the_beginning_of_a_case_back(house: House) -> None:
    """What does not count as erased comes in again: here with the rows of an older copy."""
    with house.open("Joel") as joel:
        first = of_kind(joel, house.case, "case")[0]
        with joel.database.reading() as rows:
            version = next(rows.version_rows(first.origin, first.seq, first.seq + 1))
            keys = list(rows.version_keys(first.origin, first.seq, first.seq + 1))
        case_changes.change(joel, house.case, title="two")
        erase(joel, first)
    with house.open("Amina") as amina:
        with amina.database.transaction() as rows:
            rows.add_versions([version])
            rows.add_version_keys(keys)
        amina.remake_index()
        assert cases.open_case(amina, house.case).head.value.title == "two"
        assert log_checking.verify(amina).verified


def test_a_later_version_takes_no_erasure_back(house: House) -> None:
    """Who names an erased version as its parent makes nothing of it missing, and holds up no case."""
    with house.open("Amina") as amina:
        record = story_records.add(amina, house.case, Task("call her sister at 10"))
        gone = of_kind(amina, house.case, Task.KIND)[0]
        erase(amina, gone)
    with house.open("Joel") as joel, joel.work(house.case) as work:
        work.write(house.case, record, Task.KIND, {"what": "x"}, [VersionId(gone.id)])
        work.commit(Entry(act="case.edit"))
    with house.open("Amina") as amina:
        up_to_date_index(amina)
        amina.require_sound_log(house.case)
        assert log_checking.verify(amina).verified


WHOLE: dict[str, Callable[[OpenedVersion], bool]] = {
    "all of it": lambda version: True,
    "all but a note": lambda version: version.content.kind != "note",
}


@pytest.mark.parametrize("which", WHOLE)
def test_a_case_goes_whole_or_keeps_its_beginning(house: House, which: str) -> None:
    with house.open("Joel") as joel:
        with joel.database.reading() as rows:
            opened, _ = open_each(rows.versions(house.case), vault=joel.vault, keyring=joel.keyring)
        gone = {version.id: version for version in opened if WHOLE[which](version)}
        erase(joel, *gone.values())
    with house.open("Amina") as amina:
        amina.remake_index()
        up_to_date_index(amina)
        with pytest.raises(NotFoundError):
            cases.open_case(amina, house.case)
        assert ([found.check for found in amina.quarantine if found.check == "missing"] == []) is (which == "all of it")
        assert log_checking.verify(amina).verified is (which == "all of it")
    who = house.people["Amina"]
    whole = opening.open_folder(house.place.path, who.name, who.passphrase.decode())
    assert len(whole.faults) == (which != "all of it")


# News that a bundle brings count at once, also in the app, which stays open for hours after it.
AFTER = "Quellgrund, where she is since"


def test_nothing_that_the_app_writes_after_the_news_of_a_lost_device_opens_there(
    organisation: Organisation, tmp_path: Path
) -> None:
    news = tmp_path / "news.bundle"
    with organisation.at(SELIN, AMINA, MIRA) as (selin, amina, mira):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, AMINA)
        give(selin, amina)
        assert members.suspend(mira, amina.member).is_done
        syncing.make(mira, selin.member, news)
        taken_with = {bytes(epoch) for epoch in amina.keyring.epochs_of(case)}
    account = organisation[SELIN]
    gateway = Gateway(account.place.path, state=account.place.state)
    gateway.unlock(account.name, bytearray(PASSPHRASE))
    try:
        gateway.status()
        said = {"file": (str(news),)}
        gateway.acting.carry_out(IMPORT, said, gateway.acting.look(IMPORT, said), Agreed())
        session = gateway.acting._session
        notes.add(session, case, Note(NoteKind.CONTACT, AFTER))
        with session.database.reading() as rows:
            under = {one.epoch for one in rows.versions(case) if one.seq == session.log.size - 1}
        assert under
        assert under.isdisjoint(taken_with)
    finally:
        gateway.close()
