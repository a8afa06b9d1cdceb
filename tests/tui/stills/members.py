"""An organisation of six: roles, a volunteer with a last day, one who is away, one who left."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.handovers import Handovers
from tui.gateway.members import Members
from tui.gateway.proposals import Proposals
from tui.gateway.subject import Progress, Stopped
from tui.values.values_exchange import ResultText
from tui.values.values_members import Changed, MemberLine, MembersShown, OrderLine, ProposalShown, RequestShown

EVERYTHING = frozenset(
    {"member.admit", "member.end", "role.change", "deputy.set", "away.set", "handover.order", "approve", "case.share"}
)
MEMBERS = (
    MemberLine("a0" * 16, "Amina Raskolda", ("admin", "caseworker", "supervisor"), 2, is_you=True, may_stand_in=True),
    MemberLine("a1" * 16, "Dana Okwiri", ("intake",), 1, until="2026-12-24"),
    MemberLine(
        "a2" * 16,
        "Joel Brandvik",
        ("caseworker",),
        1,
        deputy="Селин Астерхольт",
        lent="Amina Raskolda until 2026-12-01",
    ),
    MemberLine("a3" * 16, "Noor Auvrelle", ("auditor",), 1),
    MemberLine("a4" * 16, "Tomas Verhoffen [/b]", ("supervisor",), 0, stand="suspended"),
    MemberLine("a5" * 16, "Селин Астерхольт", ("supervisor",), 1, may_stand_in=True),
)
LEFT = MemberLine("a6" * 16, "Karim Lindquell", (), 0, stand="left")
_SPOKEN = "jury teacher animal academic empty cricket remove fortune writing galaxy spill ugly roster"
WORDS = tuple(_SPOKEN.split())
SIGNERS = "a second admin, or two others (supervisor)"
DONE = Changed(("Vera Tikhookova is admitted.", "Others hear of it with your next bundle for them."))


class StillMembers(Members):
    """Changes nobody."""

    _unlocked: StillDoor
    may = EVERYTHING
    changed = DONE
    loss = ""

    @override
    def list_all(self, *, also_left: bool = False) -> MembersShown:
        return MembersShown((*MEMBERS, LEFT) if also_left else MEMBERS, separated=True, may=self.may)

    @override
    def invite(self, like: str, days: int, out: Path) -> ResultText:
        self._unlocked.done.append(("invite", like, days, out))
        return ResultText((f"The invitation is at {out}. No secret is in it, but your name: hand it over yourself.",))

    @override
    def invite_device(self, member: str, out: Path) -> ResultText:
        self._unlocked.done.append(("invite device", member, out))
        return ResultText((f"The invitation is at {out}. No secret is in it, but your name: hand it over yourself.",))

    @override
    def look(self, request: Path) -> RequestShown:
        self._unlocked.done.append(("look", request))
        return RequestShown("Vera Tikhookova", ("intake",), 30, is_device=False, is_yours=False, words=WORDS)

    @override
    def admit(
        self,
        asked: RequestShown,
        bundle: Path,
        *,
        with_cases: bool,
        by_root: bool,
        progress: Progress,
        stopped: Stopped,
    ) -> Changed:
        self._unlocked.done.append(("admit", asked.name, bundle, with_cases, by_root))
        return DONE if by_root else self.changed

    @override
    def end_devices(self, member: str, progress: Progress) -> Changed:
        self._unlocked.done.append(("end devices", member))
        return self.changed

    @override
    def leave(self, member: str, progress: Progress) -> Changed:
        self._unlocked.done.append(("leave", member))
        return self.changed

    @override
    def before_roles(self, member: str, roles: Sequence[str]) -> str:
        return self.loss

    @override
    def change_roles(self, member: str, roles: Sequence[str], *, by_root: bool) -> Changed:
        self._unlocked.done.append(("roles", member, tuple(roles), by_root))
        return DONE if by_root else self.changed

    @override
    def lend(self, member: str, deputy: str, until: str) -> ResultText:
        self._unlocked.done.append(("lend", member, deputy, until))
        return ResultText((f"3 cases are open to the deputy until {until}; then their keys change.",))

    @override
    def name_deputy(self, member: str, deputy: str) -> ResultText:
        self._unlocked.done.append(("deputy", member, deputy))
        return ResultText(("The deputy is named.",))


class Signed(StillMembers):
    """Where others have to sign."""

    changed = Changed((), SIGNERS, b"proposal", root_is_here=True)


class StillProposals(Proposals):
    """One proposal that one other has to sign."""

    _unlocked: StillDoor
    missing = "one other supervisor"

    @override
    def keep(self, proposal: bytes, out: Path) -> None:
        self._unlocked.done.append(("keep", proposal, out))

    @override
    def show(self, file: Path) -> ProposalShown:
        changes = ("admits Vera Tikhookova as caseworker", "admits device 4fd6f8f7 of Vera Tikhookova")
        return ProposalShown(9, changes, ("Amina Raskolda",), self.missing)

    @override
    def sign(self, file: Path, out: Path) -> ProposalShown:
        self._unlocked.done.append(("sign", file, out))
        changes = ("admits Vera Tikhookova as caseworker", "admits device 4fd6f8f7 of Vera Tikhookova")
        return ProposalShown(9, changes, ("Amina Raskolda", "Селин Астерхольт"), "")

    @override
    def commit(self, file: Path, progress: Progress) -> Changed:
        self._unlocked.done.append(("commit", file))
        return DONE


class StillHandovers(Handovers):
    """One order."""

    _unlocked: StillDoor

    @override
    def list_all(self) -> tuple[OrderLine, ...]:
        self._unlocked.done.append(("orders",))
        return (OrderLine("Karim Lindquell", "Joel Brandvik", "moves to another city"),)

    @override
    def order(self, leaver: str, successor: str, reason: str) -> ResultText:
        self._unlocked.done.append(("order", leaver, successor, reason))
        return ResultText(("The order stands. Once the member has left, the deputy's device carries it out.",))

    @override
    def carry_out(self, progress: Progress, stopped: Stopped) -> ResultText | None:
        self._unlocked.done.append(("carry out",))
        return ResultText(("7 cases of Karim Lindquell are Joel Brandvik's now.",))
