"""A leaver's cases go to somebody else: ordered by who cannot read them, carried out by who can."""

from __future__ import annotations

from tui.gateway.subject import Subject
from tui.values.values_members import OrderLine
from vault.services.grants import handover
from vault.services.projection.authors import name_in, names_of_members


class Handovers(Subject):
    """Says which handovers are ordered."""

    def list_all(self) -> tuple[OrderLine, ...]:
        """Return the orders that stand, oldest first."""
        names = names_of_members(self._session)
        return tuple(
            OrderLine(name_in(names, order.value.leaver), name_in(names, order.value.successor), order.value.reason)
            for order in handover.orders(self._session)
        )
