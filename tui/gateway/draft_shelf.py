"""A member's drafts as the app keeps them: an older text never wins over a later one, and what is gone stays gone."""

from __future__ import annotations

import json
import sys
import threading
from dataclasses import asdict
from typing import Final

from tui.values.values import DraftShown, Spot
from tui.values.values_calls import SlipTyped
from vault.casework.note import typed_note
from vault.store.drafts import Drafts

_DRAFT, _SPOT, _SLIP = "note", "spot", "slip"
_NOWHERE: Final = bytes(16)
_GONE: Final = sys.maxsize
_ELSEWHERE: Final = frozenset({"record", "saved_ms", "turn"})


class DraftShelf:
    """Saves and finds drafts; threads may call at once."""

    def __init__(self, store: Drafts) -> None:
        self._store = store
        self._turns: dict[str, int] = {}
        self._lock = threading.Lock()

    def save(self, draft: DraftShown | SlipTyped) -> None:
        """Keep a draft or a call slip, unless a later text of it was kept, or it was finished or thrown away."""
        with self._lock:
            if draft.turn >= self._turns.get(draft.record, 0):
                kind = _SLIP if isinstance(draft, SlipTyped) else _DRAFT
                self._store.save(*_place(draft), draft_content(draft), kind, saved_ms=draft.saved_ms)
                self._turns[draft.record] = draft.turn

    def forget(self, draft: DraftShown | SlipTyped) -> None:
        """Delete a draft for good: a save that is still on its way comes too late."""
        with self._lock:
            self._store.delete(*_place(draft))
            self._turns[draft.record] = _GONE

    def list(self) -> tuple[DraftShown, ...]:
        """Return all drafts, the last saved first."""
        kept = [
            draft_shown(draft.compartment, draft.record, draft.saved_ms, draft.text)
            for draft in self._store.list()
            if draft.kind == _DRAFT
        ]
        return tuple(draft for draft in kept if draft is not None)

    def slip(self) -> SlipTyped | None:
        """Return the call slip that was put away last, if any."""
        kept = (
            slip_typed(draft.record, draft.saved_ms, draft.text) for draft in self._store.list() if draft.kind == _SLIP
        )
        return next((slip for slip in kept if slip is not None), None)

    def keep_spot(self, spot: Spot) -> None:
        """Remember, under the same seal, where somebody was."""
        self._store.save(_NOWHERE, _NOWHERE, json.dumps(asdict(spot)), _SPOT)

    def take_spot(self) -> Spot | None:
        """Return where somebody was and forget it."""
        for stored in self._store.list():
            if stored.kind == _SPOT:
                self._store.delete(stored.compartment, stored.record)
                match json.loads(stored.text):
                    case {"case": str(case), "record": str(record), "draft": str(draft)}:
                        return Spot(case, record, draft)
                    case _:
                        break
        return None


def _place(draft: DraftShown | SlipTyped) -> tuple[bytes, bytes]:
    case = _NOWHERE if isinstance(draft, SlipTyped) else bytes.fromhex(draft.case)
    return case, bytes.fromhex(draft.record)


def draft_content(draft: DraftShown | SlipTyped) -> str:
    """Return what the drafts file keeps of a draft. Halves of characters survive as escapes."""
    if isinstance(draft, SlipTyped):
        return json.dumps({name: part for name, part in asdict(draft).items() if name not in _ELSEWHERE})
    beside = {"ref": draft.ref, "cursor": draft.cursor, "section": draft.section, "steps": draft.steps}
    return json.dumps({**draft.typed, **beside})


def draft_shown(case: bytes, record: bytes, saved_ms: int, untrusted_content: str) -> DraftShown | None:
    """Return a draft of `draft_content`, or None for what another program kept.

    The text survives whatever else is missing.
    """
    try:
        kept = json.loads(untrusted_content)
    except ValueError:
        return None
    if not isinstance(kept, dict) or not isinstance(kept.get("text"), str):
        return None
    return DraftShown(
        case=case.hex(),
        record=record.hex(),
        ref=str(kept.get("ref", "")),
        saved_ms=saved_ms,
        typed=typed_note({name: value for name, value in kept.items() if isinstance(value, str)}),
        cursor=_cursor(kept.get("cursor")),
        section=str(kept.get("section", "")),
        steps=steps if isinstance(steps := kept.get("steps"), dict) else {},
    )


def slip_typed(record: bytes, saved_ms: int, untrusted_content: str) -> SlipTyped | None:
    """Return a call slip of `draft_content`, or None for what another program kept."""
    try:
        kept = json.loads(untrusted_content)
    except ValueError:
        return None
    if not isinstance(kept, dict):
        return None
    begun = kept.get("begun_ms")
    return SlipTyped(
        record=record.hex(),
        begun_ms=begun if isinstance(begun, int) else saved_ms,
        number=str(kept.get("number", "")),
        name=str(kept.get("name", "")),
        language=str(kept.get("language", "")),
        said=str(kept.get("said", "")),
        call_back=str(kept.get("call_back", "")),
        saved_ms=saved_ms,
    )


def _cursor(value: object) -> tuple[int, int]:
    match value:
        case [int(row), int(column)]:
            return row, column
        case _:
            return 0, 0
