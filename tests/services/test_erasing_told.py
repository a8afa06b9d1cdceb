"""What is said of an erasure, before it and in the letter: all that goes and stays, and nothing that is not so."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.english import in_english
from tests.services.founded import PASSPHRASE
from tests.services.founded import Place as PlaceOfFounded
from tests.services.office import forward
from tests.services.organisation import AMINA, JOEL, TOMAS, Organisation, full_name, give, open_place
from tests.services.test_notes import ANSWERS, file
from tests.tables import each, refuses
from tests.tui.house import House, house, house_template
from vault.access.session import Session
from vault.casework.document import DocumentKind
from vault.casework.form import labelled
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange
from vault.casework.questionnaires import Filled
from vault.casework.story.events import Event, Task
from vault.casework.story.person_facts import AskedFor, Relation, Relationship, SubjectRequest, Wanted, WantedSystem
from vault.casework.vocabulary import NoteKind
from vault.durations import HOUR_MS
from vault.errors import NotFoundError, RefusedError, UsageError, VaultError, WaitingForDecisionError
from vault.ids import CompartmentId, RecordId, short_id
from vault.records.work import Entry
from vault.services import case_papers, housekeeping, own_forms
from vault.services.approvals import erasing
from vault.services.backups import backups, restoring
from vault.services.cases import (
    case_changes,
    case_people,
    cases,
    editing,
    holds,
    intake,
    notes,
    same_people,
    searching,
    sections,
    story_records,
    undoing,
)
from vault.services.cases.editing import Place
from vault.services.erasures import arrived, letter, letter_words, preview, reach, retention, standing_again, what_goes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing, successors
from vault.words.message import plural

__all__ = ["house", "house_template"]  # fixtures

NAME = "Vexilda Morrowquay"


def shown(session: Session, going: reach.Plan) -> list[str]:
    return list(in_english(preview.preview(session, going, needs_second=False)))


def written(session: Session, going: reach.Plan) -> list[str]:
    return list(in_english(letter.letter(session, going, why="subject-request")))


def test_who_somebody_is_to_others_goes_with_them_and_what_others_are_to_each_other_stays(house: House) -> None:
    with house.open("Amina") as amina:
        one, other = [person.record for person in cases.open_case(amina, house.case).persons]
        third = case_people.add(amina, house.case, role="third", names=[NAME])
        theirs = story_records.add(amina, house.case, Relation(one, Relationship.FRIEND, third))
        stays = story_records.add(amina, house.case, Relation(one, Relationship.SIBLING, other))
        going = what_goes.what_goes(amina, third.hex())
        assert (house.case, theirs) in going.found
        assert (house.case, stays) not in going.found
        erasing.erase(amina, going, why="subject-request")
        assert [kept.record for kept in story_records.list_in(amina, house.case, (Relation.KIND,))] == [stays]


def test_by_whom_somebody_is_searched_for_goes_with_them_and_what_they_asked_of_the_office_stays_and_is_counted(
    house: House,
) -> None:
    with house.open("Amina") as amina:
        other = cases.open_case(amina, house.case).persons[0].record
        person = case_people.add(amina, house.case, role="third", names=[NAME])
        theirs = story_records.add(amina, house.case, Wanted(WantedSystem.NATIONAL, person=person, text="seen in May"))
        stays = story_records.add(amina, house.case, Wanted(WantedSystem.NATIONAL, person=other))
        by_name = story_records.add(
            amina, house.case, Wanted(WantedSystem.OTHER, text=f"{NAME.split()[1]} is on the list")
        )
        asked = story_records.add(amina, house.case, SubjectRequest(AskedFor.ERASURE, person=person))
        going = what_goes.what_goes(amina, person.hex())
        assert (going.kinds[Person.KIND], going.kinds[Wanted.KIND]) == (1, 1)
        assert (house.case, theirs) in going.found
        before = "\n".join(shown(amina, going))
        named, _, perhaps = before.partition("1 record may also mention them, by one name alone.")
        assert f"id {short_id(asked)}" in named.partition("1 other record names these people and stays")[2]
        assert f"id {short_id(by_name)}" in perhaps
        erasing.erase(amina, going, why="subject-request")
        lines = "\n".join(written(amina, going))
        kept = {
            each.record: each.value
            for each in story_records.list_in(amina, house.case, (Wanted.KIND, SubjectRequest.KIND))
        }
        names = case_people.names_in(amina, house.case)
        assert kept.keys() == {stays, by_name, asked}
        assert "somebody whose record is not here (it may be erased)" in [
            str(said) for _, said in labelled(kept[asked], names)
        ]
    assert "1 record of others still names these people." in lines
    assert "1 other record may name these people, by one name alone. Others may have that name too." in lines


def test_whatever_holds_one_name_in_a_spelling_that_search_finds_is_listed_and_counted_in_the_letter(
    house: House,
) -> None:
    with house.place.open() as mira:
        own_forms.add(mira, file())
    with house.open("Amina") as amina:
        other = cases.create(amina, title="Another", kind="asylum").case
        one, two = (
            case_people.add(amina, other, role="third", names=[name]) for name in ("Sana Torgaeva", "Bek Torgaev")
        )
        person = case_people.add(amina, house.case, role="third", names=["Arsen Haile317", "Арсен Вьюжанин"])
        note = Note(NoteKind.CONTACT, "Спросить у Вьюжанина")
        with amina.work(other) as work:
            for record in (
                note,
                Task("call haile317 back"),
                Event("Vyuzhanin was seen"),
                Relation(one, Relationship.SIBLING, two, text="as Vyuzhanina says"),
            ):
                work.keep(other, record)
            work.commit(Entry(act="note.create"))
        own_forms.fill(amina, other, "reception", ANSWERS | {"told": "Haile317 drove them.", "with_whom": ""})
        section = sections.create(amina, other, what="sources", title="who told us", members=[])
        sections.add_note(amina, section, replace(note, text="a friend of Haile317"))
        intake.add(amina, name="Haile317", text="calls again")
        amina.drafts().save(other, bytes(16), "Haile317 half a note", "note")
        going = what_goes.what_goes(amina, person.hex())
        before = "\n".join(shown(amina, going))
        listed = before.partition("7 records may also mention them, by one name alone.")[2]
        found = [line.split()[1] for line in listed.splitlines() if line.startswith("  ")]
        assert sorted(found) == sorted(["note", "task", "event", "relation", Filled.KIND, "note", "slip"])
        assert "1 unfinished text of yours may name these people" in listed
        erasing.erase(amina, going, why="subject-request")
        lines = "\n".join(written(amina, going))
    assert "7 other records may name these people, by one name alone." in lines
    assert "1 unfinished text of ours may still name these people." in lines
    assert not [name for name in ("haile", "vyuzh", "вьюж") if name in lines.casefold()]


def test_a_title_with_one_of_the_names_in_any_spelling_is_listed_and_no_other(house: House) -> None:
    named = ["Haile317 asylum", "haile: asylum", "Дело Вьюжанина", "Vyuzhanin: extradition", "To Vyuzhaninu, a teacher"]
    named += ["Omar's file", "Omars file", "Omar-Haile317", "Li Na asylum", "李娜: asylum"]
    with house.open("Amina") as amina:
        for title in (*named, "Asylum in 2026", "Al Wadi street", "Omaha file", "Na street"):
            cases.create(amina, title=title, kind="asylum")
        names = ["Omar Haile317", "Asyl al-Haile", "Вьюжанин", "Li Na", "李娜"]
        person = case_people.add(amina, house.case, role="third", names=names)
        said = shown(amina, what_goes.what_goes(amina, person.hex()))
    (at,) = (at for at, line in enumerate(said) if line.startswith(f"The titles of {len(named)} cases have names"))
    assert sorted(line.split("  ")[2] for line in said[at + 1 : at + 1 + len(named)]) == sorted(named)


def test_a_new_title_is_given_with_the_erasure_and_search_finds_the_old_one_no_more(house: House) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Haile317 asylum", kind="asylum")
        case_changes.change(amina, made.case, stage="interviewed")
        person = case_people.add(amina, made.case, role="client", names=["Ahmad Haile317"])
        going = what_goes.what_goes(amina, person.hex())
        for wrong in ("Ahmad of 2026", "HAILE, asylum", "haile317", " "):
            with pytest.raises(UsageError):
                erasing.erase(amina, going, why="subject-request", titles={made.case: wrong})
        assert person in case_people.names_in(amina, made.case)
        erasing.erase(amina, going, why="subject-request", titles={made.case: "Asylum of 2026"})
        assert [row.title for row in cases.list_all(amina) if row.case == made.case] == ["Asylum of 2026"]
        assert searching.search(amina, "Haile317").hits == searching.search(amina, "haile").hits == ()
        lines = written(amina, going.renamed([made.case]))
        assert not [line for line in lines if line.startswith("The title of")]
        assert [line for line in lines if line.startswith("The history of 1 case keeps an earlier title with a name")]
        told = editing.history(amina, editing.own_record(amina, made.case))
        assert [(each.value.title, each.value.stage) for each in told] == [
            ("Haile317 asylum", "pre-reg"),
            ("Haile317 asylum", "interviewed"),
            ("Asylum of 2026", "interviewed"),
        ]
        assert log_checking.verify(amina).verified


def test_a_title_that_stays_is_told_in_the_letter_in_each_language_and_not_repeated(house: House) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="Haile317 asylum", kind="asylum")
        person = case_people.add(amina, made.case, role="client", names=["Ahmad Haile317"])
        going = what_goes.what_goes(amina, person.hex())
        erasing.erase(amina, going, why="subject-request")
        lines = letter.letter(amina, going, why="subject-request")
    said = {language: "\n".join(map(letter_words.in_language(language), lines)) for language in letter_words.LANGUAGES}
    assert "The title of 1 case still has a name of these people in it." in said["en"]
    assert "Le titre de 1 dossier contient encore un nom" in said["fr"]
    assert "В названии 1 дела ещё есть имя" in said["ru"]
    assert not [text for text in said.values() if "Haile" in text]


def test_nobody_renames_a_case_where_the_second_person_does_not_agree(house: House) -> None:
    with house.open("Amina") as amina:
        kept, gone = (cases.create(amina, title=title, kind="asylum") for title in ("Haile317 asylum", "Another"))
        for name in ["Ahmad Haile317", *(f"Witness {at}" for at in range(11))]:
            case_people.add(amina, gone.case, role="third", names=[name])
        going = what_goes.what_goes(amina, gone.ref)
        with pytest.raises(WaitingForDecisionError):
            erasing.erase(amina, going, why="retention", titles={kept.case: "Asylum of 2026"})
        assert "Haile317 asylum" in [row.title for row in cases.list_all(amina)]


def test_a_call_alone_is_said_to_stand_in_no_case(house: House) -> None:
    with house.open("Amina") as amina:
        slip = intake.add(amina, name=NAME, text="calls again")
        going = what_goes.what_goes(amina, slip.hex())
        assert not [line for line in shown(amina, going) if line.startswith("In: ")]
        erasing.erase(amina, going, why="subject-request")
        lines = written(amina, going)
    assert "  notes of calls: 1" in lines
    assert not [line for line in lines if "They stood in" in line or "Morrowquay" in line]


def test_of_many_records_twenty_are_shown_and_the_others_counted(house: House) -> None:
    with house.open("Amina") as amina:
        case = cases.create(amina, title="Another", kind="asylum").case
        with amina.work(case) as work:
            for at in range(22):
                work.keep(case, Note(NoteKind.CONTACT, f"the call number {at}"))
            work.commit(Entry(act="note.create"))
        lines = shown(amina, what_goes.what_goes(amina, case.hex()))
    assert "  and 3 more" in lines  # the case itself is one
    assert sum("the call number" in line for line in lines) <= 20


def test_packages_that_left_are_said_before_and_in_the_letter(house: House) -> None:
    with house.open("Amina") as amina:
        going = replace(what_goes.what_goes(amina, house.case.hex()), packages=2)
        for lines in (shown(amina, going), written(amina, going)):
            assert [line for line in lines if line.startswith("2 packages left these cases: their recipients still")]


def test_the_letter_on_one_case_says_in_which_others_the_person_stays(house: House) -> None:
    with house.open("Amina") as amina:
        other = cases.create(amina, title="Another", kind="asylum")
        here, there = (case_people.add(amina, case, role="client", names=[NAME]) for case in (house.case, other.case))
        same_people.same(amina, Place(house.case, here, "person"), Place(other.case, there, "person"))
        going = what_goes.what_goes(amina, f"{house.ref}/{here.hex()}")
        erasing.erase(amina, going, why="subject-request")
        said = f"The same person also has records in {other.ref}. They stay: the request was for one case only."
        assert said in written(amina, going)
        assert case_people.names_in(amina, other.case)[there] == NAME


def test_a_hold_that_ended_in_the_meantime_is_not_said_to_keep_anything(house: House) -> None:
    with house.open("Amina") as amina:
        holds.hold(amina, house.case, reason="a court asks", review="2090-01-01")
        going = what_goes.what_goes(amina, house.case.hex())
        assert "a court asks" in "\n".join(shown(amina, going))
        assert "A legal hold keeps" in "\n".join(written(amina, going))
        holds.release(amina, house.case, reason="over")
        assert "on legal hold and" not in "\n".join(shown(amina, going))
        assert "A legal hold keeps" not in "\n".join(written(amina, going))


def test_a_record_is_looked_for_in_the_section_that_was_named_alone(house: House) -> None:
    with house.open("Amina") as amina:
        first, second = (
            sections.create(amina, house.case, what="location", title=title, members=[]) for title in ("one", "two")
        )
        note = sections.add_note(amina, second, Note(NoteKind.SAFETY, "second floor"))
        with pytest.raises(NotFoundError):
            what_goes.what_goes(amina, f"{first.hex()}/{note.hex()}")
        going = what_goes.what_goes(amina, f"{second.hex()}/{note.hex()}")
        assert set(going.found) == {(second, note)}


def test_a_case_that_was_erased_is_none_that_only_they_can_open(house: House) -> None:
    with house.open("Amina") as amina:
        me = amina.member
        kept, gone = (
            cases.create(amina, title=title, kind="asylum", alone_reason="asked for") for title in ("one", "two")
        )
        assert "2 cases are open to" in str(successors.who_carries_out(amina, me)[-1])
        erasing.erase(amina, what_goes.what_goes(amina, gone.case.hex()), why="mistake")
        said = str(successors.who_carries_out(amina, me)[-1])
        assert f"1 case is open to Amina Ruskova alone ({kept.ref})" in said


def test_closed_cases_of_a_kind_without_a_rule_are_never_proposed(house: House) -> None:
    with house.place.open() as mira:
        retention.set_rule(mira, "asylum", 1)
        refs = {}
        for kind in ("asylum", "detention"):
            made = cases.create(mira, title=kind, kind=kind)
            case_changes.close(mira, made.case, reason="resolved")
            refs[kind] = made.ref
        forward(mira, 40)
        assert [row.ref for row in retention.overdue(mira)] == [refs["asylum"]]


@each([(1, "1 пакет"), (2, "2 пакета"), (5, "5 пакетов"), (11, "11 пакетов"), (12, "12 пакетов"), (22, "22 пакета")])
def test_a_letter_in_russian_counts_as_russian_does(count: int, said: str) -> None:
    going = reach.Plan((), {}, {}, packages=count)
    line = letter_words.in_language("ru")(*letter.gone_out_in_words(going))
    assert f" {said}: " in line


def test_what_is_no_sentence_of_a_letter_stays_english_and_another_language_is_refused() -> None:
    line = plural("{count} lantern", "{count} lanterns", count=2)
    assert letter_words.in_language("ru")(line) == "2 lanterns"
    refuses(UsageError, "languages are: en, fr, ru", letter_words.in_language, "xx")


# What somebody erases goes on every device that has it: after a bundle and 72 hours, and in any order of arrival.
PHONE = "+996 555 918 273"


def later(monkeypatch: pytest.MonkeyPatch, session: Session, hours: int) -> None:
    """Have the session's clock believe a time ahead, as a person confirmed it."""
    now = session.log.now_ms() + hours * HOUR_MS
    monkeypatch.setattr(session.log, "now_ms", lambda: now)
    session.believe_clock()


def add_person(session: Session, case: CompartmentId) -> RecordId:
    return case_people.add(session, case, role="client", names=[NAME], phones=[PHONE])


def readable(session: Session, *folders: Path) -> bytes:
    """Return all that this seat's keys and the database's open of these folders, once the session is closed."""
    assert session.keys_now is not None
    keys, secrets, vault = session.copy_keys(session.keys_now[0]), session._secrets, session.vault
    session.close()
    return everything(folders, vault, secrets, {keys.database_key})


def has_any(data: bytes, words: Iterable[str] = (NAME, "morrowquay", PHONE, "372819555")) -> list[str]:
    return [word for word in words if word.encode() in data]


@pytest.fixture
def shared(organisation: Organisation) -> tuple[Organisation, CompartmentId, RecordId]:
    """A case of Tomas with one person, which Joel has on his device."""
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case = cases.create(tomas, title="C", kind="asylum", alone_reason="nobody").case
        person = add_person(tomas, case)
        sharing.grant(tomas, case, organisation.members(JOEL))
        give(tomas, joel)
        assert searching.search(joel, "Morrowquay").hits
    return organisation, case, person


def erase(session: Session, what: str) -> None:
    erasing.erase(session, what_goes.what_goes(session, what), why="subject-request")


def test_it_waits_on_another_device_and_goes_after_72_hours_from_all_that_lies_there(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        joel.drafts().save(case, person, f"{NAME} {PHONE}", "person")
        going = what_goes.what_goes(tomas, person.hex())
        erasing.erase(tomas, going, why="subject-request")
        give(tomas, joel)
        assert searching.search(joel, "Morrowquay").hits
        told = [line for line in in_english(housekeeping.settle(joel)) if "erased" in line]
        assert len(told) == 2  # of the case, and of the register
        assert all(line.startswith("Tomas Verhoffen erased 1 record of") for line in told)
        assert log_checking.verify(joel).verified
        assert "Joel" in "\n".join(in_english(letter.letter(tomas, going, why="x"))).partition("Not confirmed yet")[2]
        later(monkeypatch, joel, 73)
        lines = in_english(housekeeping.settle(joel))
        assert "2 records that colleagues erased were removed from this device." in lines
        assert searching.search(joel, "Morrowquay").hits == ()
        assert log_checking.verify(joel).verified
        backups.make(joel, tmp_path / "backup")
        give(joel, tomas)
        assert "Not confirmed yet" not in "\n".join(in_english(letter.letter(tomas, going, why="x")))
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path, tmp_path / "backup")) == []


def test_what_was_erased_does_not_come_back_with_the_bundle_of_somebody_who_has_it_still(
    shared: tuple[Organisation, CompartmentId, RecordId],
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL, AMINA) as (tomas, joel, amina):
        sharing.grant(tomas, case, organisation.members(AMINA))
        erase(tomas, person.hex())
        give(tomas, amina)  # without it
        give(joel, amina)  # with it: Joel has not heard
        assert searching.search(amina, "Morrowquay").hits == ()
        give(joel, tomas)
        assert searching.search(tomas, "Morrowquay").hits == ()
        assert log_checking.verify(tomas).verified


@pytest.mark.parametrize("is_first", [True, False], ids=["before it comes", "while it waits"])
def test_a_hold_on_another_device_keeps_what_somebody_erases(
    shared: tuple[Organisation, CompartmentId, RecordId],
    monkeypatch: pytest.MonkeyPatch,
    is_first: bool,
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        erase(tomas, person.hex())
        if is_first:
            holds.hold(joel, case, reason="a court asks for it", review="2090-01-01")
        give(tomas, joel)
        if not is_first:
            holds.hold(joel, case, reason="a court asks for it", review="2090-01-01")
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert arrived.carry_out(joel, at_once=True) == 0
        assert searching.search(joel, "Morrowquay").hits
        holds.release(joel, case, reason="over")
        assert arrived.carry_out(joel, at_once=True) == 1
        assert searching.search(joel, "Morrowquay").hits == ()


def test_a_case_goes_on_the_devices_of_those_who_lost_it(
    shared: tuple[Organisation, CompartmentId, RecordId], monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, case, _ = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        notes.add(joel, case, Note(NoteKind.CONTACT, f"{NAME} called"))  # nobody else has it yet
        erase(tomas, case.hex())
        give(tomas, joel)
        with pytest.raises(NotFoundError):
            cases.open_case(tomas, case)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        with joel.database.reading() as rows:
            left = rows.placed(case)
        assert len(left) == 1  # his own note, which Tomas does not know of
        give(joel, tomas)
        housekeeping.settle(tomas)
        assert log_checking.verify(tomas).verified
        give(tomas, joel)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert log_checking.verify(joel).verified
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path)) == []


def test_what_a_colleague_changed_before_they_heard_stands_again_and_is_told(
    shared: tuple[Organisation, CompartmentId, RecordId],
) -> None:
    organisation, case, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        change = PersonChange(born="1990")
        case_people.change(joel, editing.Place(case, person, "person"), change)
        erase(tomas, person.hex())
        housekeeping.settle(tomas)
        give(joel, tomas)
        (line,) = [line for line in in_english(housekeeping.settle(tomas)) if "is back" in line]
        assert line.startswith("1 record that was erased here")
        assert [each.record for each in standing_again.standing_again(tomas)] == [person]
        assert not [line for line in in_english(housekeeping.settle(tomas)) if "is back" in line]
        erase(tomas, person.hex())
        assert standing_again.standing_again(tomas) == []
        give(tomas, joel)
        assert arrived.carry_out(joel, at_once=True) == 2  # the person, and the entry in the register
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path)) == []


def test_a_backup_from_before_meets_the_erasure_when_a_bundle_brings_it(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation, _, person = shared
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        made = backups.make(joel, tmp_path / "backup")
        erase(tomas, person.hex())
        give(tomas, joel)
        assert arrived.carry_out(joel, at_once=True) == 2
    account = organisation[JOEL]
    shutil.rmtree(account.place.path)
    restored = PlaceOfFounded(tmp_path / "restored.vault", account.place.state)
    restoring.restore(
        made.path,
        restored.path,
        member=full_name(JOEL),
        passphrase=bytearray(PASSPHRASE),
        state=account.place.state,
        agree=lambda _: None,
    )
    with open_place(restored, full_name(JOEL)) as joel:
        assert searching.search(joel, "Morrowquay").hits
        with organisation.open(TOMAS) as tomas:
            give(joel, tomas)
            give(tomas, joel)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        assert searching.search(joel, "Morrowquay").hits == ()
    assert has_any(readable(open_place(restored, full_name(JOEL)), restored.path)) == []


def test_an_old_bundle_an_undo_and_two_heads_bring_nothing_back(
    shared: tuple[Organisation, CompartmentId, RecordId], tmp_path: Path
) -> None:
    """The bundle was made before the erasure, and brings two heads and a paper of more than one chunk file."""
    organisation, case, person = shared
    place, old = editing.Place(case, person, "person"), tmp_path / "old.bundle"
    scan = tmp_path / "scan.pdf"
    scan.write_bytes(b"%PDF-" + NAME.encode() * 80_000)
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        case_people.change(joel, place, PersonChange(born="1990"))
        case_people.change(tomas, place, PersonChange(born="1991"))
        paper = case_papers.add_paper(joel, case, scan, {"kind": DocumentKind.DECISION, "title": NAME}).record
        syncing.make(joel, tomas.member, old)
        syncing.import_bundle(tomas, old)
        with tomas.database.reading() as rows:
            assert len(rows.placed(case, person)) == 3
        erasing.erase(tomas, what_goes.what_goes(tomas, person.hex(), paper.hex()), why="subject-request")
        with pytest.raises((NotFoundError, RefusedError)):
            undoing.undo(tomas, undoing.last(tomas))
        give(tomas, joel)
        assert arrived.carry_out(joel, at_once=True) == 3
        for session in (tomas, joel):
            again = tmp_path / f"{session.member.hex()}.bundle"
            again.write_bytes(old.read_bytes())
            with suppress(VaultError):  # it is for Tomas
                syncing.import_bundle(session, again)
            assert searching.search(session, "Morrowquay").hits == ()
            assert standing_again.standing_again(session) == []
            assert [path for path in session.folder.blobs_dir.rglob("*") if path.is_file()] == []
            assert log_checking.verify(session).verified
    for name in (TOMAS, JOEL):
        account = organisation[name]
        assert has_any(readable(account.open(), account.place.path)) == []


def test_words_of_closed_slips_that_the_program_cleared_are_nobodys_erasure(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(TOMAS, JOEL) as (tomas, joel):
        slip = intake.add(tomas, name=NAME)
        give(tomas, joel)
        intake.close(tomas, slip.hex())
        later(monkeypatch, tomas, 24)
        housekeeping.settle(tomas)
        give(tomas, joel)
        told = [line for line in in_english(housekeeping.settle(joel)) if "call slip" in line or "erased" in line]
        assert [line.split(" on ")[0] for line in told] == [
            "The words of 1 closed call slip are removed from this device"
        ]
        assert told[0].endswith(", as planned.")
