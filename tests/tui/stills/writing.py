"""Drafts in memory."""

from __future__ import annotations

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.writing import Writing
from tui.values.values import DraftShown, Spot


class StillWriting(Writing):
    """Keeps drafts until the end of the test."""

    _unlocked: StillDoor

    @override
    def begin(
        self, case: str, ref: str, kind: str, *, amends: str | None = None, text: str = "", section: str = ""
    ) -> DraftShown:
        return DraftShown(case, "33" * 16, ref, kind, 0, text, amends=amends, section=section)

    @override
    def save(self, draft: DraftShown) -> None:
        self._unlocked.done.append(("save", draft.text))
        self._unlocked.drafts_kept = (draft, *(one for one in self._unlocked.drafts_kept if one.record != draft.record))

    @override
    def forget(self, draft: DraftShown) -> None:
        self._unlocked.done.append(("forget", draft.record))
        self._unlocked.drafts_kept = tuple(one for one in self._unlocked.drafts_kept if one.record != draft.record)

    @override
    def drafts(self) -> tuple[DraftShown, ...]:
        return self._unlocked.drafts_kept

    @override
    def keep_spot(self, spot: Spot) -> None:
        self._unlocked.done.append(("spot", spot))

    @override
    def take_spot(self) -> Spot | None:
        return self._unlocked.spot

    @override
    def finish(self, draft: DraftShown) -> str:
        self._unlocked.done.append(("finish", draft.kind, draft.text, draft.amends))
        return "b3"
