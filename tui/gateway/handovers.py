"""A leaver's cases go to somebody else: ordered by who cannot read them, carried out by who can."""

from __future__ import annotations

from tui.gateway.members import member_id
from tui.gateway.subject import Subject, telling
from tui.values.values_exchange import ResultText
from tui.values.values_members import OrderLine
from vault.progress import Progress, Stopped
from vault.services.grants import handover
from vault.services.projection.authors import name_in, names_of_members
from vault.words.message import Message, plural


class Handovers(Subject):
    """Orders handovers and carries them out."""

    def list_all(self) -> tuple[OrderLine, ...]:
        """Return the orders that stand, oldest first."""
        names = names_of_members(self._session)
        return tuple(
            OrderLine(name_in(names, order.value.leaver), name_in(names, order.value.successor), order.value.reason)
            for order in handover.orders(self._session)
        )

    def order(self, leaver: str, successor: str, reason: str) -> ResultText:
        """Order that a leaver's cases go to a successor."""
        handover.order(self._session, member_id(leaver), member_id(successor), reason=reason)
        who = handover.who_carries_out(self._session, member_id(leaver))
        return ResultText((Message("The order is saved."), *who, Message("Others learn of it with your next bundle.")))

    def carry_out(self, progress: Progress, stopped: Stopped) -> ResultText:
        """Hand over what is held here of a leaver's cases; stopped, what was handed over stays so."""
        done = handover.carry_out(self._session, progress=telling(progress, stopped))
        names = names_of_members(self._session)
        lines = [
            plural(
                "{count} case of {leaver} is {successor}'s now.",
                "{count} cases of {leaver} are {successor}'s now.",
                count=order.cases,
                leaver=name_in(names, order.leaver),
                successor=name_in(names, order.successor),
            )
            for order in done
        ]
        return ResultText(tuple(lines or [handover.nothing_to_do(self._session)]))
