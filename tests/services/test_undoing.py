"""What somebody takes back, as another member of the same folder sees it, and after a crash."""

from __future__ import annotations

import pytest

from tests.tui.house import House, house, house_template
from vault.acts.act import Agreed
from vault.acts.person import SAME
from vault.acts.undo import UNDO
from vault.casework.note import Note
from vault.casework.story.events import Task
from vault.casework.story.person_facts import Relation, Relationship
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.index.file import Index
from vault.progress import Working
from vault.services.cases import case_people, cases, editing, notes, searching, story_records, undoing
from vault.services.evidence import log_checking, logbook
from vault.services.grants import sharing
from vault.services.projection.approval_checks import UNDONE

__all__ = ["house", "house_template"]  # fixtures


def test_who_saw_it_in_the_same_folder_misses_nothing_and_finds_nothing(house: House) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Quillfeather by mistake"))
    with house.open("Joel") as joel:
        assert searching.search(joel, "Quillfeather").hits
    with house.open("Amina") as amina:
        undoing.undo(amina, undoing.last(amina))
    with house.open("Joel") as joel:
        assert not searching.search(joel, "Quillfeather").hits
        assert "Quillfeather by mistake" not in {note.value.text for note in cases.open_case(joel, house.case).notes}
        assert joel.quarantine == []
        assert [line for line in joel.warnings if "not here" in str(line)] == []
        assert log_checking.verify(joel).verified


def test_nobody_takes_back_what_another_wrote(house: House) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "hers"))
    with house.open("Joel") as joel, pytest.raises((NotFoundError, RefusedError)):
        undoing.undo(joel, undoing.last(joel))


def test_a_new_case_and_a_grant_are_not_taken_back(house: House) -> None:
    with house.open("Amina") as amina:
        made = cases.create(amina, title="A new one", kind="asylum").case
        with pytest.raises(RefusedError, match="cannot be undone"):
            undoing.last(amina)
        story_records.add(amina, made, Task("first"))
        sharing.grant(amina, made, [house.people["Joel"].member])
        assert [version.content.kind for version in undoing.last(amina).versions] == ["task"]


def test_what_was_written_more_than_ten_minutes_ago_stays(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "old"))
        later = amina.log.now_ms() + 11 * 60_000
        monkeypatch.setattr(amina.log, "now_ms", lambda: later)
        with pytest.raises(NotFoundError, match="in the last 10 minutes"):
            undoing.last(amina)


def test_an_index_that_was_cut_off_in_between_is_made_anew_and_finds_nothing_of_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with house.open("Amina") as amina:
        notes.add(amina, house.case, Note(NoteKind.CONTACT, "Quillfeather by mistake"))
        undoable = undoing.last(amina)
        monkeypatch.setattr("vault.services.cases.undoing.reindex", crash)
        with pytest.raises(KeyboardInterrupt):
            undoing.undo(amina, undoable)
    with house.open("Amina") as amina:
        index = amina.index()
        assert isinstance(index, Index)
        assert index.was_made
        assert not searching.search(amina, "Quillfeather").hits


def test_what_a_colleague_wrote_since_keeps_only_what_it_names(house: House) -> None:
    with house.open("Amina") as amina:
        stands = case_people.add(amina, house.case, role="relative", names=["Zarina Quill"])
        case_people.add(amina, house.case, role="relative", names=["Pavel Quill"])
    with house.open("Joel") as joel:
        case_people.add(joel, house.case, role="relative", names=["Sami Quill"], phones=["0555 123456"])
        story_records.add(joel, house.case, Task("ask them"))
    with house.open("Amina") as amina:
        found = undoing.last(amina)
        assert found.about == "Pavel Quill"
        undoing.undo(amina, found)
        names = case_people.names_in(amina, house.case)
    assert stands in names
    assert {"Sami Quill"} <= set(names.values())
    assert "Pavel Quill" not in names.values()


def test_what_has_no_words_of_its_own_is_taken_back_without_any(house: House) -> None:
    with house.open("Amina") as amina:
        one, other = [person.record for person in cases.open_case(amina, house.case).persons]
        story_records.add(amina, house.case, Relation(one, Relationship.SIBLING, other))
        found = undoing.last(amina)
        assert (found.about, found.kinds) == ("", ("relation",))
        undoing.undo(amina, found)
        assert story_records.list_in(amina, house.case, (Relation.KIND,)) == []


def test_an_undo_is_told_as_one_and_before_it_what_it_takes_back_in_few_words(house: House) -> None:
    said = "She was called to the office of the prosecutor on {} March, with two guards, and came back in the evening."
    with house.open("Amina") as amina:
        note = notes.add(amina, house.case, Note(NoteKind.CONTACT, said.format(3)))
        notes.correct(amina, note.hex(), text=said.format(4))
        found = undoing.last(amina)
        assert found.about == "She was called to the office of the …"
        assert [f"{change.name}: {change.said}" for change in found.changes] == [
            "text: … the prosecutor on 3 March, with two … -> … the prosecutor on 4 March, with two …"
        ]
        undoing.undo(amina, found)
        own = editing.own_record(amina, house.case)
        (*_, first) = [str(change.said) for change in editing.history(amina, own)[0].changes if change.name == "owner"]
        assert first == "Amina Ruskova"
    with house.open("Mira") as mira:
        (undone,) = logbook.newest(mira, act=UNDONE).lines
        assert undone.payload is not None
        assert logbook.told(undone.payload) == (UNDONE, "")
        assert undone.payload.act == "erase"  # which it is: what an erasure has to have, it has
        assert logbook.newest(mira, act="erase").lines == (undone,)  # nobody hides one by calling it so
        with pytest.raises(UsageError, match="there is no act nonsense in any log"):
            logbook.newest(mira, act="nonsense")


def test_two_who_were_said_to_be_one_are_two_again_at_once(house: House) -> None:
    with house.open("Amina") as amina:
        ids = [
            case_people.add(amina, house.case, role="witness", names=[name]).hex() for name in ("Vera One", "Vera Two")
        ]
        said = {"person": (ids[0],), "other": (f"{house.case.hex()}/{ids[1]}",)}
        two = SAME.look(amina, said)
        assert str(two.asks[0].question).startswith("Are Vera One and Vera Two, of ")
        told = SAME.run(amina, two, Agreed(), Working())
        assert (told.data["both_rows_stay"], told.follows[0].act) == (True, "undo")
        gone = UNDO.run(amina, UNDO.look(amina, {}), Agreed(), Working())
        assert gone.data == {"undone": {"person": 2}}
        assert {person.value.who for person in cases.open_case(amina, house.case).persons} == {None}
