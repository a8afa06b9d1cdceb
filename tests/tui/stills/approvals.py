"""One who may approve here and one elsewhere, and a question about an export."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tests.tui.stills.exchange import PEERS
from tests.tui.stills.referral import PAGES
from tui.gateway.approvals import Approvals, Lend
from tui.gateway.subject import Progress, Stopped
from tui.values.values_exchange import ApproverShown, AskStep, PeerShown, QuestionAsked, ResultText
from vault.services.approvals.approving import Second

APPROVERS = (
    ApproverShown("Nadia Ferrante", ("supervisor",), True),
    ApproverShown("Селин Астерхольт", ("supervisor",), False),
)


class StillApprovals(Approvals):
    """Nobody but oneself, as in an organisation of one; a test that needs others says so in `others`."""

    _unlocked: StillDoor
    others: tuple[ApproverShown, ...] = ()

    @override
    def approvers(self, gainer: str = "") -> tuple[ApproverShown, ...]:
        gains = {one.name for one in PEERS if one.member == gainer}
        return tuple(one for one in self.others if one.name not in gains)

    @override
    def at_this_keyboard(self, name: str, lend: Lend) -> Second:
        self._unlocked.done.append(("second", name))

        def second(wanted: object) -> None:
            raise AssertionError("a still export asks nobody")

        return second  # type: ignore[return-value]  # never called

    @override
    def ask(
        self,
        case: str,
        *,
        profile: str,
        to: str,
        decisions: Mapping[str, str],
        language: str,
        contact: str,
        approve: Callable[[tuple[str, ...]], bool],
        progress: Progress,
        stopped: Stopped,
        approver: str,
        out: Path,
    ) -> AskStep | None:
        if not approve(PAGES):
            return None
        self._unlocked.done.append(("ask", profile, to, approver, out))
        return AskStep(names=(approver or "Nadia Ferrante",))

    @override
    def read(self, file: Path) -> QuestionAsked:
        self._unlocked.done.append(("read", file))
        lines = [
            "| People",
            "|   client: ⟦PERSON 1⟧",
            "| Notes",
            "|   2026-11-24: ⟦PERSON 1⟧ called. Two men asked for him at the market.",
            "",
            "To approve: export.begin",
            "  profile: lawyer",
            "  recipient: 6f1c",
            "As the one who asks says:",
            "> this report leaves for Maître Solvène Kaltbrunner",
        ]
        return QuestionAsked("Amina Raskolda", tuple(lines), ("legal-referral", "casework"))

    @override
    def give(self, file: Path, why: str, out: Path) -> ResultText:
        self._unlocked.done.append(("give", why, out))
        return ResultText((f"You approved it as supervisor; your log says so. The answer is at {out}.",))

    @override
    def without_access(self, case: str) -> tuple[PeerShown, ...]:
        return PEERS

    @override
    def break_glass(self, case: str, member: str, *, until: str, why: str, second: Second | None) -> ResultText:
        self._unlocked.done.append(("break", member, until, why, second is not None))
        return ResultText(("Joel Brandvik can open the case until 2026-11-30, from their next bundle or unlock on.",))
