"""What colleagues erased and is still here, and what is past its time."""

from __future__ import annotations

from tui.gateway.subject import Subject
from tui.values.values_erasing import ErasureShown
from vault.policy.roles import Action
from vault.services.erasures import (
    arrived,
    retention,
    standing_again,
)


class Erasing(Subject):
    """Reads what can be erased now."""

    def waiting(self) -> tuple[ErasureShown, ...]:
        """Return what colleagues erased and is still here, what stands again, and cases past their time."""
        arrived.note(self._session, arrived.look(self._session))
        found = [
            ErasureShown(
                line.name, line.records, line.goes_ms, line.by, is_held=line.is_held, back_ms=line.brings_back_ms
            )
            for line in arrived.waiting(self._session)
        ]
        again = standing_again.standing_again(self._session)
        stands = [ErasureShown(each.name, 1, what=f"{each.home.hex()}/{each.record.hex()}") for each in again]
        due = retention.overdue(self._session) if self._may(Action.CASE_LIST) else []
        cases = [ErasureShown(each.ref, 0, is_held=each.is_held, what=each.case.hex(), due=each.since) for each in due]
        return (*found, *stands, *cases)
