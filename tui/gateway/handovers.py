"""A leaver's cases go to somebody else: ordered by who cannot read them, carried out by who can."""

from __future__ import annotations

from tui.gateway.members import member_id
from tui.gateway.subject import Progress, Stopped, StoppedError, Subject, telling
from tui.values_exchange import Told
from tui.values_members import OrderLine
from vault.services import handover
from vault.services.authors import name_in, names_of_members


class Handovers(Subject):
    """Orders handovers and carries them out."""

    def list_all(self) -> tuple[OrderLine, ...]:
        """Return the orders that stand, oldest first."""
        names = names_of_members(self._session)
        return tuple(
            OrderLine(name_in(names, one.value.leaver), name_in(names, one.value.successor), one.value.reason)
            for one in handover.orders(self._session)
        )

    def order(self, leaver: str, successor: str, reason: str) -> Told:
        """Order that a leaver's cases go to a successor."""
        handover.order(self._session, member_id(leaver), member_id(successor), reason=reason)
        return Told(
            (
                "The order stands. Once the member has left, the deputy's device carries it out.",
                "It reaches that device with your next bundle.",
            )
        )

    def carry_out(self, progress: Progress, stopped: Stopped) -> Told | None:
        """Hand over what is held here of a leaver's cases; None when it was stopped: what was handed over stays so."""
        try:
            done = handover.carry_out(self._session, progress=telling(progress, stopped))
        except StoppedError:
            return None
        names = names_of_members(self._session)
        lines = [
            f"{one.cases} cases of {name_in(names, one.leaver)} are {name_in(names, one.successor)}'s now."
            for one in done
        ]
        return Told(tuple(lines) or ("You hold no case that waits to be handed over.",))
