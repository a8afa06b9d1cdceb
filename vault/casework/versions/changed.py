"""What a version changed of a record, field by field and in words: what it said before, and what it says now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words

NOT_TOLD: Final = frozenset({"audit", "who", "body", "extracted"})
"""What a history leaves out: random ids, for the log and other cases, and the keys of a paper's contents."""

_LONG: Final = 60
_AROUND: Final = 3  # words that stay on either side of what changed in a text
_SCRIPT: Final = "script"  # of a name: its letters say it
_LEFT_OUT: Final = "…"


@dataclass(frozen=True, slots=True)
class Change:
    """A field that is different. `old` is empty where nothing stood there; of a long text both are what changed."""

    name: str
    old: Words = field(repr=False)
    new: Words = field(repr=False)

    @property
    def said(self) -> Words:
        """Return it in one line, without the name of the field."""
        return Message("{old} -> {new}", old=self.old, new=self.new) if self.old else self.new


def changes(before: Mapping[str, Any], after: Mapping[str, Any], names: Mapping[bytes, str]) -> Iterator[Change]:
    """Yield what differs. `names` has the people and members whose ids stand in fields."""
    known = {who.hex(): name for who, name in names.items()}
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        is_id = name in NOT_TOLD and not (isinstance(old, str) or isinstance(new, str))
        if old == new or is_id or not (old or new):
            continue
        if isinstance(old, str) and isinstance(new, str) and max(len(old), len(new)) > _LONG:
            yield Change(name, *_apart(old, new))
        elif isinstance(old, bool) or isinstance(new, bool):
            if name == "unregistered":  # as the form asks it
                yield Change("register", Message("left out") if old else "", Message("left out" if new else "in"))
                continue
            yield Change(name, _yes_or_no(old) if old else "", _yes_or_no(new))
        else:
            yield Change(name, _told(old, known) if old else "", _told(new, known))


def _apart(old: str, new: str) -> tuple[str, str]:
    """Return of two texts the words from the first that differs to the last, and some around them."""
    left, right = old.split(), new.split()
    if left == right:  # blanks and lines alone
        return old, new
    shorter = min(len(left), len(right))
    start = next((at for at in range(shorter) if left[at] != right[at]), shorter)
    end = next((at for at in range(shorter - start) if left[-1 - at] != right[-1 - at]), shorter - start)
    start, end = max(0, start - _AROUND), max(0, end - _AROUND)
    return _between(left, start, end), _between(right, start, end)


def _between(words: list[str], start: int, end: int) -> str:
    shown = words[start : len(words) - end]
    return " ".join((*([_LEFT_OUT] if start else []), *shown, *([_LEFT_OUT] if end else [])))


def _yes_or_no(value: object) -> Message:
    return Message("yes") if value else Message("no")


def _told(value: object, names: Mapping[str, str]) -> Words:
    match value:
        case None | "" | [] | ():
            return Message("nothing")
        case bytes():
            return names.get(value.hex(), short_id(value))
        case str():
            return names.get(value) or word_of(value)
        case dict():
            said = (part for name, part in value.items() if part and name != _SCRIPT)
            return ", ".join(str(_told(part, names)) for part in said)
        case list() | tuple():
            return "; ".join(str(_told(part, names)) for part in value)
        case _:
            return str(value)
