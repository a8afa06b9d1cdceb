"""What persons decided about forms, and where each decision holds.

- A form that was removed, or given a code, is hidden wherever one of its words stands, now and in later exports.
- A form that was kept, or told more coarsely, was so in the texts that were read: it holds in those versions alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from vault.redaction.actions import Action, strongest
from vault.redaction.deny import with_fate, words_of_form
from vault.redaction.questions import HIDING

Versions = frozenset[bytes]


@dataclass(frozen=True)
class Decided:
    """Decisions by the key of their form. `read` has the versions in which one holds; without them it holds in all.

    `elsewhere` are plain words of names of people of other cases: nobody can decide that they stay.
    """

    actions: Mapping[str, Action] = field(repr=False)
    read: Mapping[str, Versions] = field(repr=False)
    elsewhere: frozenset[str] = field(default=frozenset(), repr=False)

    def exactly(self, key: str, version: bytes) -> Action | None:
        """Return what was decided about a form as a whole, if it holds in a version."""
        action = self.actions.get(key)
        return action if key not in self.read or version in self.read[key] else None

    def about(self, key: str, words: Iterable[str], version: bytes) -> tuple[Action, bytes | None] | None:
        """Return what becomes of a place with this form and words, and for whom a code stands; None if it is open.

        The strongest decision about the form or one of its words; two codes make neither.
        """
        found = set(self._holding(key, words, version))
        if not found:
            return None
        action = strongest(chosen for chosen, _ in found)
        whose = {form for chosen, form in found if chosen is action}
        if action is Action.PSEUDONYM and len(whose) > 1:
            return Action.REMOVE, None
        return action, b"form:" + min(whose).encode()

    @cached_property
    def hidden(self) -> Mapping[str, frozenset[tuple[Action, str]]]:
        """Return, for each word of a form that is hidden, by which action and which form."""
        found: dict[str, set[tuple[Action, str]]] = {}
        for key, action in self.actions.items():
            for word in with_fate(words_of_form(key)) if action in HIDING else ():
                found.setdefault(word, set()).add((action, key))
        return {word: frozenset(by) for word, by in found.items()}

    def _holding(self, key: str, words: Iterable[str], version: bytes) -> Iterator[tuple[Action, str]]:
        if (action := self.exactly(key, version)) is not None:
            yield action, key
        for word in with_fate(tuple(words)):
            yield from self.hidden.get(word, ())
            if word in self.elsewhere:
                yield Action.REMOVE, key
