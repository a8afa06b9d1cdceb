"""The note editor: when drafts are saved, what becomes of them, and what a person is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from tests.tables import each
from tests.tui.house import House
from tui.gateway.case_story import Writing
from tui.gateway.unlocked_vault import draft_content, draft_shown, form_typed
from tui.screens.frame.kept_form import LONGEST_MS, PAUSE_MS, DraftKeeper
from tui.values.cases_shown import DraftShown
from vault.casework.note import typed_note
from vault.casework.story.events import Hearing
from vault.errors import TryAgainError
from vault.services.cases import cases, story_records
from vault.words.message import Message

pytestmark = pytest.mark.screen


class Typing:
    """A keeper under a clock that a test turns."""

    def __init__(self) -> None:
        self.now = 1_000
        self.keeper = DraftKeeper(lambda: self.now)

    def type_for(self, ms: int, *, every: int = 100) -> None:
        for _ in range(0, ms, every):
            self.keeper.typed()
            self.now += every


def test_nothing_typed_is_never_due() -> None:
    typing = Typing()
    typing.now += 10_000
    assert not typing.keeper.is_due()
    assert not typing.keeper.is_unsaved


def test_a_pause_makes_a_draft_due() -> None:
    typing = Typing()
    typing.keeper.typed()
    typing.now += PAUSE_MS - 1
    assert not typing.keeper.is_due()
    typing.now += 1
    assert typing.keeper.is_due()


def test_who_types_on_and_on_is_saved_all_the_same() -> None:
    typing = Typing()
    typing.type_for(LONGEST_MS - 100)
    assert not typing.keeper.is_due()
    typing.type_for(100)
    assert typing.keeper.is_due()
    assert LONGEST_MS + PAUSE_MS < 2_000


def test_one_save_at_a_time_and_what_came_meanwhile_follows() -> None:
    typing = Typing()
    typing.type_for(LONGEST_MS)
    typing.keeper.begun()
    typing.type_for(LONGEST_MS)
    assert not typing.keeper.is_due()
    typing.keeper.ended(kept=True)
    assert typing.keeper.is_due()
    assert typing.keeper.is_unsaved


def test_what_could_not_be_saved_stays_due_and_is_not_forgotten() -> None:
    typing = Typing()
    typing.type_for(LONGEST_MS)
    typing.keeper.begun()
    typing.keeper.ended(kept=False)
    assert typing.keeper.is_unsaved
    typing.now += PAUSE_MS
    assert typing.keeper.is_due()
    typing.keeper.begun()
    typing.keeper.ended(kept=True)
    assert not typing.keeper.is_unsaved


def test_a_draft_survives_its_bytes() -> None:
    typed = typed_note({"kind": "medical", "occurred": "2026-11", "amends": "ab" * 16})
    draft = DraftShown("11" * 16, "22" * 16, "K7QM", 5, typed, cursor=(3, 9))
    kept = {}
    texts = ("", "a\nb\t", "Вера نورا", "half \ud83d of a letter", '"}{\\')
    for text in texts:
        wrote = replace(draft, typed=typed | {"text": text})
        kept[text] = draft_shown(b"\x11" * 16, b"\x22" * 16, 5, draft_content(wrote)) == wrote
    assert kept == dict.fromkeys(texts, True)


def test_what_another_program_kept_is_no_draft_of_ours_and_a_damaged_cursor_costs_no_text() -> None:
    for content in ("half a sentence", "[1]", '{"kind": "note"}', '{"text": 7}'):
        assert draft_shown(b"c", b"r", 0, content) is None, content
    for cursor in ("null", "[1]", '["a", 2]', "7"):
        kept = draft_shown(b"c", b"r", 0, f'{{"text": "kept", "cursor": {cursor}}}')
        assert kept is not None, cursor
        assert (kept.text, kept.cursor) == ("kept", (0, 0)), cursor


@each(
    (
        "half a sentence",
        "[1]",
        '{"typed": {}}',
        '{"place": 7, "typed": {}}',
        '{"place": {"form": "person"}, "typed": 7}',
    )
)
def test_what_another_program_kept_is_no_form_of_ours(content: str) -> None:
    assert form_typed(0, content) is None


def _drafts(house: House) -> list[str]:
    with house.open("Amina") as amina:
        return [draft.text for draft in amina.drafts().list()]


def _texts(house: House) -> list[str]:
    """Return the kind and the text of each note of the case, the oldest first."""
    with house.open("Amina") as amina:
        return [f"{note.value.kind}: {note.value.text}" for note in cases.open_case(amina, house.case).notes]


@pytest.mark.long
def test_a_pause_in_typing_saves_and_leaving_keeps_the_draft_which_the_case_offers(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " They called.").pause(0.8).sees("draft, encrypted, saved ")
        saved = amina.words()
        amina.pause(0.8)
        assert amina.words() == saved, "nothing typed, nothing saved"
        amina.press("  Twice.", "escape")
        amina.sees("Notes 2", "Drafts, for you alone", "DRAFT contact saved ", "They called. Twice.")
        amina.press("enter").has(note="They called. Twice.")
        amina.press("  And again.", "f4").sees("Notes 3").sees_not("draft")
    assert _texts(house)[-1] == "contact: They called. Twice. And again."
    assert _drafts(house) == []


def test_f4_makes_the_draft_a_note_once_and_an_empty_note_is_not_kept(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", "f4").sees("! There is nothing to keep yet.")
        amina.press("f7", "right", "f6", " They called.").type_at_once("", "f4", "f4").at(house.ref)
    assert [text.endswith(": They called.") for text in _texts(house)] == [False, False, True]


def test_correcting_a_note_of_somebody_else_stands_beside_it_and_leaves_its_kind(house: House) -> None:
    with house.desk("Joel") as joel:
        joel.press("enter", "2", "a").sees("Put the cursor on the note that you want to correct.")
        joel.press("1", "a")
        assert joel.value("note").startswith("He was asked for at the market.")
        joel.press("ctrl+end", "  By two men.", "f4")
        joel.sees("Notes 3", "corrects an earlier note", "└ corrected ", "Joel: He was asked")
        joel.press("up").sees("CORRECTED by a later note")
    assert _texts(house)[-1] == "interview: He was asked for at the market.\n\nTwo men, no papers. By two men."


def test_the_own_note_of_today_is_corrected_in_place_with_its_date_and_never_its_kind(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "a", "f6")
        assert amina.focused() == "occurred"  # the kind above it cannot be chosen
        amina.press(" 2026-01-05", "f4").sees("Notes 2", "of 2026-01-05")
        amina.press("v").sees("History", "before", "2026-01-05")
    with house.open("Amina") as session:
        found = {(note.value.occurred, note.value.kind.value) for note in cases.open_case(session, house.case).notes}
    assert ("2026-01-05", "interview") in found


def test_a_note_is_withdrawn_with_a_reason_and_marked_where_it_stands(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "f2", " withdraw", "enter")
        amina.sees("Put the cursor on the note that you want to withdraw.")
        amina.press("1", "f2", " withdraw", "enter", " of another case", "enter")
        amina.sees("WITHDRAWN", "WITHDRAWN: of another case", "He was asked for at the market.")


def test_beside_the_text_stand_people_readers_and_the_last_notes(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " Ilham met Kaltbrunner.").pause(0.3)
        amina.sees("none is known; ask first", "Ilham", "Ilham Torgaev, client", "Kaltbrunner not entered here")
        amina.sees("Who can read it you, ", "Last notes", "He was asked for at the market.")
        amina.resize(60, 16).sees("Ilham met Kaltbrunner.", "Kind contact").sees_not("Looks like people")


def test_a_date_in_the_text_is_proposed_and_taken_with_ctrl_g_alone(house: House) -> None:
    day = date.today() + timedelta(days=9)
    with house.open("Amina") as session:
        story_records.add(session, house.case, Hearing(f"{day}T10:00", about="Complaint"))
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " The hearing was moved to 09:30.").pause(0.3)
        amina.sees("Looks like a date", "change the date of hearing: Complaint", "Ctrl+G yes")
        amina.press("ctrl+g").sees("09:30 now. It was ").sees_not("Ctrl+G yes")
        amina.press("f4")
    with house.open("Amina") as session:
        whens = [record.value.when() for record in story_records.list_in(session, house.case)]
    assert whens == [f"{day}T09:30"]


def test_throwing_a_draft_away_asks_first_and_enter_means_no(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " They called.", "escape", "enter", ":throw", "enter").at("NOTE")
        amina.press(":throw", "y").at(house.ref)
        amina.sees_not("draft")  # it is gone, and nothing says that it is kept
    assert _drafts(house) == []


@pytest.mark.long
def test_a_full_disk_is_said_and_the_text_stays_and_is_saved_later(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.desk("Amina") as amina:
        with monkeypatch.context() as patched:
            patched.setattr(Writing, "save", _full)
            amina.press("enter", "n", " They called.").pause(0.8)
            amina.sees("draft, encrypted, NOT SAVED", "! The draft is not saved. No room on the disk.")
            amina.press("escape")
            amina.at("NOTE")  # leaving would lose the text
        amina.pause(0.8).sees("draft, encrypted, saved ", "The draft is saved again.")
        amina.sees_not("not saved")  # one state of saving on one screen
    assert "They called." in _drafts(house)[0]


def test_a_note_that_could_not_be_kept_goes_on_as_a_draft(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Writing, "finish", _full)
    with house.desk("Amina") as amina:
        amina.press("enter", "n", " They called.", "f4").at("NOTE").sees("! No room on the disk.")
        amina.press("ctrl+q")
    assert "They called." in _drafts(house)[0]


def test_any_draft_is_gone_on_with_from_the_list_of_cases(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f4").sees("There is no draft.")
        amina.press("enter", "n", " They called.", "escape", "escape", "f4")
        amina.sees("Go on with which draft?", f"{house.ref} contact", "12 characters")
        amina.press("enter").has(note="They called.")


def _full(*_: object) -> str:
    raise TryAgainError(Message("no room on the disk"))
