"""Erasing for good: what goes and what stays, the act itself with its letter, and what colleagues erased."""

from __future__ import annotations

from tui.gateway.subject import Subject
from tui.values.values_erasing import ErasureShown
from tui.values.values_exchange import ResultText
from vault.policy.roles import Action
from vault.services.erasures import (
    arrived,
    retention,
    standing_again,
)
from vault.words.message import Message, plural


class Erasing(Subject):
    """Shows what an erasure takes before it is done, and does it."""

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

    def now(self) -> ResultText:
        """Remove now what waits; what is on legal hold stays."""
        gone = arrived.carry_out(self._session, at_once=True)
        late = standing_again.erase_late(self._session, at_once=True)
        said = plural("{count} record was removed.", "{count} records were removed.", count=gone)
        return ResultText((*([said] if gone else []), *late) or (Message("Nothing was removed."),))
