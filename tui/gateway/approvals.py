"""Acts that need a second person: who may be it, and how they are asked and answer."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from functools import partial
from pathlib import Path

from tui.gateway.subject import Subject, UnlockedVault
from vault.ids import MemberId
from vault.services.approvals import by_file, second_person
from vault.services.approvals.by_file import own_texts
from vault.services.approvals.pipe import Run, run_second_process
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.second_person import Approver, Second
from vault.services.approvals.side_by_side import Beside, side_by_side

Lend = Callable[[Callable[[], bytes]], bytes]
"""Runs a function while the terminal is free for the second person, and returns what it returns."""


class Approvals(Subject):
    """Puts questions before a second person, and is one."""

    reasons: tuple[str, ...] = second_person.REASONS

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self.run_second: Run = run_second_process
        if sys.platform != "win32":
            self.run_second = partial(run_second_process, module="tui.shell.second")

    def approvers(self, beside: Collection[MemberId] = ()) -> tuple[Approver, ...]:
        """Return who may approve for this member; nobody: such acts are done alone, and the log says so.

        Nor can `beside`, for whom it is done.
        """
        return tuple(second_person.approvers(self._session, beside=beside))

    def at_this_keyboard(self, name: str, lend: Lend) -> Second:
        """Return the way to ask a member who sits here too, in a process of their own."""
        return second_person.at_this_keyboard(
            self._session, name, run=lambda question: lend(partial(self.run_second, question))
        )

    def answered(self, file: Path) -> Second:
        """Return the approval that came back in a file."""
        answer = by_file.read_answer(self._session, file)
        return lambda _: answer

    def pages(self, question: ApprovalQuestion) -> tuple[Beside, ...]:
        """Return what an export's pages show, beside what this member's own vault has of it; the look is in the log."""
        return side_by_side(question, own_texts(self._session, question))
