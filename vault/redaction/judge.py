"""From found to judged: what the profile does with each match, and which names a person must decide."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from vault.redaction.actions import Action, IdentifierType, strongest
from vault.redaction.decided import Decided
from vault.redaction.profile import Profile
from vault.redaction.questions import form_key
from vault.redaction.registry import Registry
from vault.redaction.spans import Match, Span


@dataclass(frozen=True, slots=True)
class Judge:
    """One profile and what was decided, applied to one case."""

    profile: Profile
    registry: Registry = field(repr=False)
    decided: Decided = field(repr=False)

    def judge(self, text: str, match: Match, version: bytes, owner: bytes | None = None) -> Span | None:
        """Return what is done with a match in its text; None if a person must decide first.

        `owner` is whose record the text is a field of: a family name there is the owner's. `version` is the version
        that the text stands in.
        """
        action, entity = self._settled(text, match, version, owner)
        if action is None:
            return None
        return Span(match.start, match.end, match.kind, action, entity, match.source, match.general)

    def _settled(
        self, text: str, match: Match, version: bytes, owner: bytes | None
    ) -> tuple[Action | None, bytes | None]:
        if not match.entities:
            return self.profile.action(match.kind, None), None
        actions = {self.profile.action(match.kind, self.registry.role(entity)) for entity in match.entities}
        if match.is_part and actions == {Action.KEEP} and owner not in match.entities:
            # `Karim` may be the father of Farida Karim qyzy, whom nobody entered: who is named there, a person decides.
            return self.decided.exactly(form_key(text[match.start : match.end]), version), None
        if len(match.entities) == 1 or owner in match.entities:
            entity = owner if owner in match.entities else next(iter(match.entities))
            assert entity is not None  # noqa: S101 - one of the set; this line is for the type checker
            return self.profile.action(match.kind, self.registry.role(entity)), entity
        if len(actions) == 1 or Action.KEEP not in actions or match.kind is not IdentifierType.NAME:
            # Several people: a pseudonym could name the wrong one, so `fuse` removes one that has no entity.
            return strongest(actions), None
        return self.decided.exactly(form_key(text[match.start : match.end]), version), None


def judge_all(
    judge: Judge, text: str, matches: Iterable[Match], version: bytes, owner: bytes | None = None
) -> tuple[list[Span], list[Match]]:
    """Return the judged spans, and the matches that a person must decide first."""
    spans: list[Span] = []
    undecided: list[Match] = []
    for match in matches:
        span = judge.judge(text, match, version, owner)
        if span is None:
            undecided.append(match)
        else:
            spans.append(span)
    return spans, undecided
