"""Four cases."""

from __future__ import annotations

from typing_extensions import override

from tests.tui.stills.door import StillDoor
from tui.gateway.finding import Finding
from tui.values.values import CaseLine, CaseListStart, FoundShown, HitShown

CASES = (
    ("K7QM-3XPD", "Арсений Вьюжанин", "Vyuzhanin: extradition request, hearing on the 27th", "extradition", "flagged"),
    ("T4WB-9HNC", "Salim Zumurrudi", "Zumurrudi: detention order ends 9 December", "detention", "arrested"),
    ("M2RF-6VJK", "Вера Тихоокова", "Тихоокова: family in transit", "family", "open"),
    ("X9CD-5TQZ", "", "Call at night, no name yet [/b] \x1b[31m", "asylum", "pre-reg"),
)


class StillFinding(Finding):
    """Always the same rows, in the same order."""

    _unlocked: StillDoor

    @override
    def start(self, sort: str, untrusted_filter: str = "") -> CaseListStart:
        self._unlocked.done.append(("list", sort, untrusted_filter))
        words = untrusted_filter.casefold()
        rows = tuple(
            CaseLine(f"{number:032x}", ref, client, title, kind, stage)
            for number, (ref, client, title, kind, stage) in enumerate(CASES)
            if words in f"{client} {title}".casefold()
        )
        return CaseListStart(len(rows), rows)

    @override
    def alone(self, shown: tuple[str, ...]) -> frozenset[str]:
        return frozenset(shown[2:3])

    @override
    def search(self, untrusted_words: str) -> FoundShown:
        self._unlocked.done.append(("search", untrusted_words))
        hits = (
            HitShown("11" * 16, "K7QM-3XPD", "b1", "note", "… until Friday. The court will hear the request on 27 …"),
            HitShown("00" * 16, "T4WB-9HNC", "a9", "person", "Salim Zumurrudi · سليم الزمردي"),
        )
        return FoundShown(hits, more=False)
