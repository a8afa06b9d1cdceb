"""Acts that need a second person: who may be it, their questions and answers, and break-glass."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from tui.gateway.referral import ExportStep
from tui.gateway.subject import Subject, UnlockedVault, case_id, telling
from vault.ids import MemberId
from vault.progress import Progress, Stopped
from vault.services.approvals import approving, by_file
from vault.services.approvals.approving import Approver, Second
from vault.services.approvals.pipe import Run, run_second_process
from vault.services.exports import exporting
from vault.services.exports.export_material import Wish
from vault.services.exports.exporting import Undecided

Lend = Callable[[Callable[[], bytes]], bytes]
"""Runs a function while the terminal is free for the second person, and returns what it returns."""


class Approvals(Subject):
    """Puts questions before a second person, and is one."""

    reasons: tuple[str, ...] = approving.REASONS

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self.run_second: Run = run_second_process

    def approvers(self, beside: Collection[MemberId] = ()) -> tuple[Approver, ...]:
        """Return who may approve for this member; nobody: such acts are done alone, and the log says so.

        Nor can `beside`, for whom it is done.
        """
        return tuple(approving.approvers(self._session, beside=beside))

    def at_this_keyboard(self, name: str, lend: Lend) -> Second:
        """Return the way to ask a member who sits here too, in a process of their own."""
        return approving.at_this_keyboard(
            self._session, name, run=lambda question: lend(partial(self.run_second, question))
        )

    def answered(self, file: Path) -> Second:
        """Return the approval that came back in a file."""
        answer = by_file.read_answer(self._session, file)
        return lambda _: answer

    # ---- a second person who is somewhere else ------------------------------------------------------------------

    def ask(
        self,
        case: str,
        wish: Wish,
        *,
        approve: Callable[[tuple[str, ...]], bool],
        progress: Progress,
        stopped: Stopped,
        approver: str,
        out: Path,
    ) -> ExportStep:
        """Write the question of an export into a new file, for one who may approve or, without a name, for all.

        Nothing is written when `approve` said no to the pages.
        """
        asked = exporting.ask(
            self._session,
            case_id(case),
            wish,
            out=out,
            approve=approve,
            approver=approver or None,
            progress=telling(progress, stopped),
        )
        if isinstance(asked, Undecided):
            return ExportStep(questions=asked.questions)
        return ExportStep(names=asked.names)
