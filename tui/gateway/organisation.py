"""The members of the organisation and their devices: who is in, who joins, who leaves, what several have to sign."""

from __future__ import annotations

from tui.gateway.unlocked_vault import Subject
from tui.text.in_words import in_two_rows, together
from tui.values.access_shown import (
    MemberLine,
    MembersShown,
    OrderLine,
)
from tui.values.exchange_shown import ResultText
from vault.ids import MemberId
from vault.policy.roles import Action
from vault.services.grants import successors, timed_grants
from vault.services.members import admitting, devices, members
from vault.services.members.admitting import Proposal
from vault.services.members.devices import Device
from vault.services.members.members import MemberShown
from vault.services.projection import last_done
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message

# The members of the organisation: who is in, who joins, who leaves, who stands in for whom.
_ACTS = (
    Action.MEMBER_ADMIT,
    Action.MEMBER_END,
    Action.ROLE_CHANGE,
    Action.DEPUTY_SET,
    Action.AWAY_SET,
    Action.HANDOVER_ORDER,
    Action.APPROVE,
    Action.CASE_SHARE,
)


class Members(Subject):
    """Lists who is in, and who asks to be."""

    def orders(self) -> tuple[OrderLine, ...]:
        """Return the handovers that are ordered, oldest first."""
        names = names_of_members(self._session)
        return tuple(
            OrderLine(name_in(names, order.value.leaver), name_in(names, order.value.successor), order.value.reason)
            for order in successors.handover_orders(self._session)
        )

    def list_all(self, *, also_left: bool = False) -> MembersShown:
        """Return who is in; those who left after them, if asked for."""
        session = self._session
        names = names_of_members(session)
        lent = {
            member: together(
                (
                    Message("{name} until {day}", name=name_in(names, deputy), day=timed_grants.last_day(until))
                    for deputy, until in to.items()
                ),
                ", ",
            )
            for member, to in timed_grants.lent(session).items()
        }
        stands_in = successors.deputies(session)
        shown = [
            self._line(member, name_in(names, stands_in[member.member]) if member.member in stands_in else "", lent)
            for member in members.list_all(session, also_left=also_left)
        ]
        return MembersShown(tuple(shown), last_done.duties_are_separated(session), self._may(*_ACTS))

    def _line(self, member: MemberShown, deputy: str, lent: dict[MemberId, str]) -> MemberLine:
        return MemberLine(
            member=member.member.hex(),
            name=member.name,
            roles=tuple(sorted(role.value for role in member.roles)),
            devices=len(member.seats),
            until="" if member.until_ms is None else timed_grants.last_day(member.until_ms),
            stand=member.stand.value,
            deputy=deputy,
            lent=lent.get(member.member, ""),
            is_you=member.member == self._session.member,
        )

    # ---- joining ------------------------------------------------------------------------------------------------

    def how_to_join(self) -> ResultText:
        """Return how somebody new joins, with the words to type there."""
        return ResultText(
            (
                Message("On the new device: `casevault --vault NEW member join --out REQUEST`."),
                Message("It asks for the 13 words of this vault:"),
                *in_two_rows(admitting.vault_words(self._session)),
                Message("The file REQUEST comes back to this device; then `a` admits them."),
            )
        )

    def proposals(self) -> list[Proposal]:
        """Return the admissions that wait for a second person."""
        return admitting.proposals(self._session)


def member_id(member: str) -> MemberId:
    """Return the id that a screen got in hexadecimal."""
    return MemberId(bytes.fromhex(member))


class Devices(Subject):
    """The devices of the organisation."""

    def list_all(self) -> list[Device]:
        return devices.list_all(self._session)
