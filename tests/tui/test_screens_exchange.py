"""Exchange and the second person: what is asked before anything leaves, and what is told after."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from typing_extensions import override

from tests.tui.still import (
    StillApp,
    StillGateway,
    acts_of,
    go_to,
    press,
    stands_on,
    type_in,
    wait_for_screen,
    walk,
    words_on,
)
from tests.tui.stills.approvals import APPROVERS, StillApprovals
from tests.tui.stills.exchange import PEERS, StillExchange
from tests.tui.stills.referral import StillReferral
from tui.gateway.subject import Progress, Stopped
from tui.screens.approving import QuestionFile, QuestionScreen
from tui.screens.case import CaseScreen
from tui.screens.export import ExportScreen
from tui.screens.pages import PagesScreen
from tui.values import Exported, ExportStep
from tui.values_exchange import ApproverShown, PeerShown, QuestionAsked, Told
from tui.widgets.progress import ProgressModal
from vault.errors import RefusedError, VerificationError

pytestmark = pytest.mark.screen


class Others(StillApprovals):
    others = APPROVERS


class OnlyElsewhere(StillApprovals):
    others = APPROVERS[1:]


# ---- bundles -------------------------------------------------------------------------------------------------------


def test_a_bundle_is_taken_and_what_waits_is_said() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":exchange", "f4")
        assert "! Type the whole path, from / or ~ on." in words_on(pilot)
        await type_in(pilot, "/media/stick/from-joel.bundle")
        await press(pilot, "f4")
        assert "The bundle of Joel Brandvik brought 1 case, 2 people." in words_on(pilot)
        assert "WAITS: Entries of Selin Asterholt" in words_on(pilot)
        assert "! Something waits for you or for another bundle: read on above." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "take") == [("take", Path("/media/stick/from-joel.bundle"))]


def test_looking_into_a_bundle_takes_nothing() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":exchange", "right", "tab")
        await type_in(pilot, "/media/stick/from-joel.bundle")
        await press(pilot, "enter")
        assert "A bundle of Joel Brandvik, made on 2026-11-24 by their clock" in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "take") == []


def test_a_bundle_is_made_for_the_member_that_was_chosen() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":exchange", "left", "tab", "right", "tab")
        await type_in(pilot, "/media/stick/to-selin.bundle")
        await press(pilot, "f4")
        assert "The bundle is made." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "make") == [("make", PEERS[1].member, Path("/media/stick/to-selin.bundle"))]


def test_without_another_device_there_is_nobody_to_make_one_for() -> None:
    class Alone(StillExchange):
        @override
        def peers(self) -> tuple[PeerShown, ...]:
            return ()

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":exchange", "left", "f4")
        assert "! There is nobody to make a bundle for." in words_on(pilot)
        assert "No member has another device" in words_on(pilot)

    walk(StillApp(StillGateway(Alone)), steps)


def test_taking_is_stopped_and_a_refusal_says_why() -> None:
    class Long(StillExchange):
        @override
        def take(self, file: Path, progress: Progress, stopped: Stopped) -> Told | None:
            progress(1, 4)
            while not stopped():
                pass
            return None

        @override
        def show(self, file: Path, progress: Progress, stopped: Stopped) -> Told | None:
            raise VerificationError("the bundle is for another member", advice="Ask for one that is made for you.")

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, ":exchange", "tab")
        await type_in(pilot, "/media/stick/a")
        await pilot.press("f4")
        await wait_for_screen(pilot, ProgressModal)
        await press(pilot, "escape")
        assert "Stopped. What had not come whole is not here; take it again." in words_on(pilot)
        await press(pilot, "shift+tab", "right", "f4")
        assert "! The bundle is for another member. Ask for one that is made for you." in words_on(pilot)

    walk(StillApp(StillGateway(Long)), steps)


# ---- being the second person ---------------------------------------------------------------------------------------


async def _to_question(pilot: Pilot[None]) -> None:
    await press(pilot, ":approve")
    await type_in(pilot, "/media/stick/question")
    await press(pilot, "f4")


def test_a_question_is_read_and_approved_with_a_reason_only_after_a_yes() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await _to_question(pilot)
        assert "Two men asked for him at the market." in words_on(pilot)
        await press(pilot, "f4")
        assert "! Choose your reason first (F6, then right)." in words_on(pilot)
        await press(pilot, "right", "f4")
        assert "! Type the whole path, from / or ~ on." in words_on(pilot)
        await type_in(pilot, "/media/stick/answer")
        await press(pilot, "f4", "enter")
        assert acts_of(app, "give") == [], "Enter, pressed without reading, means no"
        await press(pilot, "f4", "y")
        stands_on(app, QuestionFile)
        assert "You approved it as supervisor; your log says so." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "give") == [("give", "legal-referral", Path("/media/stick/answer"))]


def test_leaving_a_question_approves_nothing() -> None:
    app = StillApp()

    async def steps(pilot: Pilot[None]) -> None:
        await _to_question(pilot)
        stands_on(app, QuestionScreen)
        await press(pilot, "escape")
        assert "You answered nothing." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "give") == []


def test_ones_own_question_is_refused_in_plain_words() -> None:
    class Own(StillApprovals):
        @override
        def read(self, file: Path) -> QuestionAsked:
            raise RefusedError("nobody approves what they ask for themselves", advice="Ask another member.")

    async def steps(pilot: Pilot[None]) -> None:
        await _to_question(pilot)
        assert "! Nobody approves what they ask for themselves. Ask another member." in words_on(pilot)

    walk(StillApp(StillGateway(Own)), steps)


# ---- an export that needs a second person --------------------------------------------------------------------------


class Decided(StillReferral):
    """No form is open; says how the second person was given."""

    @override
    def export(self, case: str, *, approve: Callable[[tuple[str, ...]], bool], **given: Any) -> ExportStep | None:
        self._door.done.append(("export", given["second"] is not None, given["answer"]))
        if not approve(("the pages",)):
            return None
        return ExportStep(done=Exported(f"{given['out']}/package.age", 0, ("amber",), "two-person"))


async def _export(pilot: Pilot[None]) -> None:
    await go_to(pilot, "out")
    await type_in(pilot, "/media/stick")
    await pilot.press("f4")
    await wait_for_screen(pilot, PagesScreen)
    await press(pilot, "f4")


def test_alone_is_said_before_and_nobody_is_asked() -> None:
    app = StillApp(StillGateway(Decided))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        assert "Nobody else could approve it: it is done ALONE, and the log says so." in words_on(pilot)
        await _export(pilot)

    walk(app, steps)
    assert acts_of(app, "export") == [("export", False, None)]


def test_the_second_person_at_this_keyboard_is_asked_by_name() -> None:
    app = StillApp(StillGateway(Decided, Others))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        assert "Who < Nadia Ferrante, supervisor >" in words_on(pilot)
        await _export(pilot)
        said = words_on(pilot)
        assert "0 forms are decided" not in said, "a count of none is said in words"
        assert "no forms are decided; the finished files were checked. Two persons released it" in said
        assert "by voice: amber" in said, "the words of the key are in view"
        await press(pilot, "f4")
        stands_on(app, CaseScreen)

    walk(app, steps)
    assert acts_of(app, "second") == [("second", "Nadia Ferrante")]
    assert acts_of(app, "export") == [("export", True, None)]


def test_who_keeps_no_recipients_is_not_offered_to() -> None:
    class Reader(StillReferral):
        may_add = False

    app = StillApp(StillGateway(Reader))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        assert "F9" not in words_on(pilot)
        await press(pilot, "f9")
        stands_on(app, ExportScreen)

    walk(app, steps)


def test_a_question_goes_into_a_file_once_its_pages_were_read_and_nothing_leaves() -> None:
    app = StillApp(StillGateway(Decided, OnlyElsewhere))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e", "f4")
        assert "! Type the whole path, from / or ~ on." in words_on(pilot)
        await type_in(pilot, "/media/stick/question")
        await pilot.press("f4")
        await wait_for_screen(pilot, PagesScreen)
        assert "The end of the report." in words_on(pilot)
        assert acts_of(app, "ask") == []
        await press(pilot, "f4")
        assert "The question is at /media/stick/question. It opens for: Nadia Ferrante." in words_on(pilot)
        assert "The question is written. Nothing left." in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "ask") == [
        ("ask", "lawyer-named", "Maître Solvène Kaltbrunner", "", Path("/media/stick/question")),
    ]
    assert acts_of(app, "export") == []


def test_a_form_that_asks_elsewhere_shows_no_folder_from_the_first_view_on() -> None:
    app = StillApp(StillGateway(OnlyElsewhere))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        assert "somebody elsewhere: write a question" in words_on(pilot)
        assert "Folder" not in words_on(pilot)
        assert app.focused is app.screen.query_one("#second-file")

    walk(app, steps)


def test_an_answer_that_came_back_is_used() -> None:
    app = StillApp(StillGateway(Decided, OnlyElsewhere))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "e")
        await go_to(pilot, "second-way")
        await press(pilot, "right")
        await go_to(pilot, "second-file")
        await type_in(pilot, "/media/stick/answer")
        await _export(pilot)

    walk(app, steps)
    assert acts_of(app, "export") == [("export", False, Path("/media/stick/answer"))]


# ---- break-glass ---------------------------------------------------------------------------------------------------


def _broken(others: tuple[ApproverShown, ...]) -> StillApp:
    class Some(StillApprovals):
        pass

    Some.others = others
    return StillApp(StillGateway(Some))


def test_breaking_glass_is_confirmed_and_approved_by_whoever_sits_here() -> None:
    app = _broken(APPROVERS)

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "g")
        await type_in(pilot, "2026-11-30")
        await press(pilot, "f4", "enter")
        assert acts_of(app, "break") == []
        await press(pilot, "f4")
        asked = " ".join(words_on(pilot).split())
        assert "to Joel Brandvik until 2026-11-30?" in asked
        assert "Nadia Ferrante is asked here. It cannot be taken back" in asked
        await press(pilot, "y")
        assert "Joel Brandvik can open the case until 2026-11-30" in words_on(pilot)

    walk(app, steps)
    assert acts_of(app, "break") == [("break", PEERS[0].member, "2026-11-30", "emergency", True)]


def test_whom_it_is_opened_to_does_not_approve_it_and_who_may_is_asked_again_for_another() -> None:
    app = _broken(tuple(ApproverShown(one.name, ("caseworker",), True) for one in PEERS[:1]))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "g")
        assert "Nobody else could approve it: it is done ALONE" in words_on(pilot)
        await go_to(pilot, "member")
        await press(pilot, "right")
        assert "a second person at this keyboard" in words_on(pilot)
        await press(pilot, "left")
        assert "Nobody else could approve it: it is done ALONE" in words_on(pilot)
        await press(pilot, "f4")
        assert "! Type the last day, as YYYY-MM-DD." in words_on(pilot)
        await go_to(pilot, "until")
        await type_in(pilot, "2026-11-30")
        await press(pilot, "f4", "y")

    walk(app, steps)
    assert acts_of(app, "break") == [("break", PEERS[0].member, "2026-11-30", "emergency", False)]


def test_glass_is_not_broken_where_nobody_who_may_approve_can_act_here() -> None:
    app = _broken(APPROVERS[1:])

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "g")
        await type_in(pilot, "2026-11-30")
        await press(pilot, "f4")
        assert "! Nobody can approve it at this keyboard now." in words_on(pilot)
        assert "cannot unlock this vault on this computer: Селин Астерхольт." in " ".join(words_on(pilot).split())

    walk(app, steps)
    assert acts_of(app, "break") == []


def test_who_was_made_a_member_here_and_never_came_in_is_told_to_unlock_first() -> None:
    app = _broken((ApproverShown("Nadia Ferrante", ("supervisor",), is_here=False, unlocks_first=True),))

    async def steps(pilot: Pilot[None]) -> None:
        await press(pilot, "enter", "g")
        shown = " ".join(words_on(pilot).split())
        assert "! Once they have unlocked this vault here under their own name, they can approve it" in shown
        assert "Nadia Ferrante." in shown
        assert "cannot unlock this vault on this computer" not in shown

    walk(app, steps)
