"""Long acts, questions and forms: what is asked, what can be stopped, and what a refusal says."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.driving import shown
from tests.tui.still import (
    StillApp,
    StillGateway,
    press,
    settled,
    stands_on,
    type_in,
    wait_for_screen,
    walk,
    words_on,
)
from tests.tui.stills.casework import StillCasework
from tests.tui.stills.evidence import StillEvidence
from tests.tui.stills.referral import PAGES
from tui.gateway.subject import Progress, Stopped
from tui.screens.cases import case_list
from tui.screens.cases.case import CaseScreen, _note_row
from tui.screens.cases.person_form import PersonForm
from tui.screens.evidence.back_up import BackupScreen
from tui.screens.evidence.log_view import LogScreen
from tui.screens.frame.rows import case_cells
from tui.screens.frame.wording import day_and_time
from tui.screens.referral.export import ExportScreen
from tui.screens.referral.pages import PagesScreen
from tui.values.values import BackupMade, CaseLine, Checked, LogShown, NoteShown, PersonTyped
from tui.widgets.columns import lay_out
from tui.widgets.progress import ProgressModal
from vault.errors import RefusedError, TryAgainError, UsageError

pytestmark = pytest.mark.screen


class Waiting(StillEvidence):
    """Its long acts go on until they are stopped, or let go."""

    let_go = threading.Event()

    def _goes_on(self, progress: Progress, stopped: Stopped) -> bool:
        progress(3, 4)
        while not self.let_go.wait(0.01):
            if stopped():
                return False
        return True

    @override
    def verify(self, progress: Progress, stopped: Stopped) -> Checked | None:
        return super().verify(progress, stopped) if self._goes_on(progress, stopped) else None

    @override
    def back_up(self, destination: Path, progress: Progress, stopped: Stopped) -> BackupMade | None:
        return super().back_up(destination, progress, stopped) if self._goes_on(progress, stopped) else None


# ---- progress and stopping -----------------------------------------------------------------------------------------


def test_verifying_shows_how_far_it_is_and_can_be_stopped() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":log")
        await pilot.press("v")
        await wait_for_screen(pilot, ProgressModal)
        await pilot.pause(0.2)
        assert "Verifying the log" in words_on(pilot)
        assert "75 %" in words_on(pilot)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, LogScreen)
        assert "Stopped. Nothing was changed, and nothing is verified." in words_on(pilot)
        assert "Not verified in this session" in words_on(pilot)

    walk(StillApp(StillGateway(Waiting)), steps)


def test_a_stopped_backup_says_that_the_earlier_one_stands() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":backup")
        await type_in(pilot, "/media/stick")
        await pilot.press("enter")
        await wait_for_screen(pilot, ProgressModal)
        await press(pilot, "escape")
        assert "Stopped. No new backup was made; the earlier ones stand." in words_on(pilot)

    walk(StillApp(StillGateway(Waiting)), steps)


def test_leaving_at_once_stops_a_long_act() -> None:
    gateway = StillGateway(Waiting)
    app = StillApp(gateway)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":log")
        await pilot.press("v")
        await wait_for_screen(pilot, ProgressModal)
        await pilot.press("ctrl+backslash")

    walk(app, steps)
    assert app.return_code == 0
    assert ("verify",) not in gateway.done


def test_a_long_act_that_fails_closes_its_bar_and_says_why() -> None:
    class Full(StillEvidence):
        @override
        def back_up(self, destination: Path, progress: Progress, stopped: Stopped) -> BackupMade | None:
            raise TryAgainError("no room at the stick")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":backup")
        await type_in(pilot, "/media/stick")
        await press(pilot, "enter")
        assert isinstance(pilot.app.screen, BackupScreen)
        assert "! No room at the stick. Free some space or wait" in words_on(pilot)

    walk(StillApp(StillGateway(Full)), steps)


@pytest.mark.parametrize("typed", ["", "backups"])
def test_a_backup_needs_a_whole_path(typed: str) -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":backup")
        await type_in(pilot, typed)
        await press(pilot, "enter")
        assert "! Type the whole path, from / or ~ on." in words_on(pilot)

    walk(app, steps)
    assert not [done for done in app.still.done if done[0] == "backup"]


def test_a_log_that_does_not_hold_names_the_first_bad_place_first() -> None:
    class Broken(StillEvidence):
        @override
        def verify(self, progress: Progress, stopped: Stopped) -> Checked | None:
            faults = tuple(f"operation {number}: the header was altered" for number in range(3, 9))
            return Checked(False, "3 of 13 entries in 1 log are proven", "9c" * 32, faults)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":log", "v")
        said = words_on(pilot)
        assert "! NOT VERIFIED. First bad place first. 3 of 13 entries" in said
        assert said.index("operation 3:") < said.index("operation 4:")
        assert "and 2 more" in said
        assert "! Exports wait until the log is sound; reading and notes go on." in said

    walk(StillApp(StillGateway(Broken)), steps)


def test_the_log_is_filtered_by_acts() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":log", "slash")
        await type_in(pilot, "case")
        assert "case.view" in words_on(pilot)
        assert "note.create" not in words_on(pilot)
        await press(pilot, "escape")
        assert "note.create" in words_on(pilot)

    walk(StillApp(), steps)


def test_the_entry_under_the_cursor_is_shown_whole_with_who_and_what() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":log", "down", "down")
        assert "Amina Raskolda      case.view" in shown(pilot.app)
        assert (
            "Amina Raskolda, entry 10, 2026-11-25 14:00: case.view, ok. 1 case, 3 people, 3 notes, case ~3fa91c07"
            " casework"
        ) in words_on(pilot)

    walk(StillApp(), steps)


def test_who_is_no_auditor_verifies_and_is_told_nothing_of_a_refusal() -> None:
    class Closed(StillEvidence):
        @override
        def read_log(self) -> LogShown:
            raise RefusedError(
                "log.read is refused: your role does not allow it", advice="Ask a member who is auditor."
            )

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":log")
        assert "What the entries say is for auditors. v verifies all of them all the same." in words_on(pilot)
        await press(pilot, "v")
        assert "VERIFIED. 13 of 13 entries" in words_on(pilot)
        assert "!" not in words_on(pilot)

    walk(StillApp(StillGateway(Closed)), steps)


# ---- export --------------------------------------------------------------------------------------------------------


async def _to_questions(pilot: Pilot[None]) -> None:
    await press(pilot, "enter", "e")
    await type_in(pilot, "/media/stick")
    await press(pilot, "f4")


def test_nothing_goes_on_before_every_question_is_decided() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await _to_questions(pilot)
        assert "Somebody who may be named shares this with somebody who may not." in words_on(pilot)
        await press(pilot, "f4")
        assert "! 3 are still open; a takes the proposal for all of them." in words_on(pilot)
        await press(pilot, "k", "p", "u", "g", "x")
        assert "3 decided, 0 open" in words_on(pilot)
        await pilot.press("f4")
        await wait_for_screen(pilot, PagesScreen)
        assert PAGES[0].splitlines()[-1] in words_on(pilot)
        await press(pilot, "f4")
        assert "DONE. The package is at /media/stick/package.age" in words_on(pilot)

    walk(app, steps)
    exports = [done[3] for done in app.still.done if done[0] == "export"]
    assert exports == [{}, {"Orvillard": "keep", "Qarvosh": "generalise", "07:40": "remove"}]


def test_a_decision_taken_back_gives_way_to_the_one_before() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _to_questions(pilot)
        await press(pilot, "k", "up", "x", "u")
        assert "1 decided, 2 open" in words_on(pilot)
        assert "keep" in next(line for line in shown(pilot.app).splitlines() if "Orvillard" in line)
        await press(pilot, "u")
        assert "0 decided, 3 open" in words_on(pilot)

    walk(StillApp(), steps)


def test_pages_that_are_declined_are_not_sealed_and_the_decisions_stay() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _to_questions(pilot)
        await press(pilot, "л", "a")
        await pilot.press("f4")
        await wait_for_screen(pilot, PagesScreen)
        await press(pilot, "escape")
        assert isinstance(pilot.app.screen, ExportScreen)
        assert "Stopped. Nothing was written." in words_on(pilot)
        await pilot.press("f4")
        await wait_for_screen(pilot, PagesScreen)
        await press(pilot, "f4")
        assert "3 forms are decided" in words_on(pilot)

    walk(StillApp(), steps)


def test_leaving_the_questions_writes_nothing() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await _to_questions(pilot)
        await press(pilot, "escape")
        assert "Nothing was written. F4 goes on" in words_on(pilot)

    walk(StillApp(), steps)


def test_leaving_at_once_from_the_pages_seals_nothing() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await _to_questions(pilot)
        await press(pilot, "a")
        await pilot.press("f4")
        await wait_for_screen(pilot, PagesScreen)
        await pilot.press("ctrl+backslash")

    walk(app, steps)
    assert app.return_code == 0


# ---- forms ---------------------------------------------------------------------------------------------------------


def test_a_person_is_kept_as_typed() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "p")
        await type_in(pilot, "Вера Тихоокова; Vera Tikhookova")
        await press(pilot, "tab", "tab")
        for text in ("1979-08", "+996 555 010 412; 112", ""):
            await type_in(pilot, text)
            await press(pilot, "tab")
        await press(pilot, "right", "tab")
        await type_in(pilot, "71 0034512")
        await press(pilot, "tab", "right", "tab")
        await type_in(pilot, "through her sister")
        await press(pilot, "f4")

    walk(app, steps)
    (typed,) = [done[1] for done in app.still.done if done[0] == "person"]
    assert typed == PersonTyped(
        role="client",
        names=("Вера Тихоокова", "Vera Tikhookova"),
        born="1979-08",
        phones=("+996 555 010 412", "112"),
        documents=("id-card:71 0034512",),
        contact_channel="phone",
        contact_address="through her sister",
    )


def test_a_refused_person_leads_to_the_field_that_is_wrong_and_loses_nothing() -> None:
    class Strict(StillCasework):
        @override
        def add_person(self, case: str, typed: PersonTyped) -> str:
            raise UsageError("date of birth is not a day of the calendar", advice="")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "p")
        await type_in(pilot, "Вера")
        await press(pilot, "f4")
        assert "! Date of birth is not a day of the calendar." in words_on(pilot)
        assert pilot.app.focused is pilot.app.screen.query_one("#born")
        assert "Вера" in words_on(pilot)

    walk(StillApp(StillGateway(Strict)), steps)


def test_leaving_a_person_asks_first_where_something_was_typed() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "p")
        await type_in(pilot, "Вера")
        await press(pilot, "escape", "enter")
        stands_on(app, PersonForm)
        assert "Вера" in words_on(pilot)
        await press(pilot, "escape", "y")
        stands_on(app, CaseScreen)
        await press(pilot, "p", "escape")
        stands_on(app, CaseScreen)

    walk(app, steps)


def test_what_a_field_leaves_out_of_a_paste_is_said() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "p")
        await type_in(pilot, "Вера\nTikhookova\n\n+996 555 010 412")
        assert "! The field takes one line: 2 more lines were left out of what you pasted." in words_on(pilot)

    walk(StillApp(), steps)


def test_a_recipient_is_kept_only_once_the_words_of_that_key_were_shown() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e", "f9", "f4")
        assert "! Type their name." in words_on(pilot)
        await type_in(pilot, "Clinic legal desk")
        await press(pilot, "tab")
        await type_in(pilot, "age1wrong")
        await press(pilot, "f4")
        assert "compare these words of their key: amber birch" in words_on(pilot)
        for _ in "wrong":
            await pilot.press("backspace")
        await type_in(pilot, "right")
        assert "amber birch" not in words_on(pilot)
        await press(pilot, "f4")
        assert [done for done in app.still.done if done[0] == "recipient"] == []
        await press(pilot, "f4")

    walk(app, steps)
    assert [done for done in app.still.done if done[0] == "recipient"] == [
        ("recipient", "Clinic legal desk", "age1right")
    ]


def test_another_reason_is_chosen_from_the_list_and_goes_with_the_view() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":another reason", "down", "down", "enter")

    walk(app, steps)
    assert ("open", f"{0:032x}", "supervision") in app.still.done


def test_the_list_is_sorted_and_filtered_while_somebody_types() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":sort")
        assert "sort: ref" in words_on(pilot)
        await press(pilot, "slash", "z", "u")
        assert "CASES 1 match" in words_on(pilot)
        await press(pilot, "x")
        assert "Nothing matches; Esc shows all." in words_on(pilot)
        await press(pilot, "escape")
        assert "CASES 4 cases" in words_on(pilot)

    walk(app, steps)
    assert [done[2] for done in app.still.done if done[0] == "list"][-4:] == ["z", "zu", "zux", ""]


def test_a_hit_opens_its_case_at_the_record() -> None:
    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "f3")
        await type_in(pilot, "court")
        await press(pilot, "enter", "enter")
        await settled(pilot)
        assert "│ 2026-11-24 08:02  contact" in shown(pilot.app)
        assert "│ Arseniy Vyuzhanin called at 07:40." in shown(pilot.app)

    walk(StillApp(), steps, size=(120, 40))


def test_at_80_columns_a_title_of_two_words_is_whole_and_notes_of_one_day_are_told_apart() -> None:
    line = CaseLine("c1", "XB28-67HC", "Ilta Sarvanto", "Family Sarvanto, Dublin", "asylum", "pre-reg")
    shown = lay_out(case_list._COLUMNS, case_cells(line), 78)
    assert "Family Sarvanto, Dublin" in shown
    note = NoteShown("n1", "contact", 1_800_000_000_000, "Phoned Sami about the transfer")
    assert _note_row(note, is_corrected=False).cells == (
        day_and_time(1_800_000_000_000),
        "Phoned Sami about the transfer  (contact)",
    )
