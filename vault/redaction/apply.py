"""The one way from a case to what may leave it: `redact`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from vault.casework.script import script_of
from vault.casework.vocabulary import PersonRole
from vault.errors import LeakError
from vault.names.normal import normal
from vault.redaction.actions import Action, IdentifierType
from vault.redaction.deny import unexplained
from vault.redaction.detect import detect
from vault.redaction.dossier import _SEAL, RedactedBlock, RedactedDossier, RedactedSection
from vault.redaction.find_registered import find_in
from vault.redaction.judge import Judge, judge_all
from vault.redaction.profile import Profile
from vault.redaction.pseudonyms import PseudonymBook
from vault.redaction.questions import Asked, OpenQuestions, decisions_by_key, form_key, grouped
from vault.redaction.registry import Registry
from vault.redaction.source import DossierSource, SourceField, SourceRecord
from vault.redaction.spans import Span, fuse
from vault.redaction.transform import REMOVED, context_of, kept, transformed

_WORD = re.compile(r"[^\W_]+")


def redact(
    source: DossierSource,
    profile: Profile,
    registry: Registry,
    decisions: Mapping[str, Action | str],
    pseudonyms: PseudonymBook,
) -> RedactedDossier | OpenQuestions:
    """Return what may leave, or, if anything is undecided, the open questions and nothing else.

    Args:
        source: every record that the exporter may read; the profile names what leaves.
        profile: the table (`vault.redaction.profile.profile_named`).
        registry: every person whose identifiers must be known, of this case and of others.
        decisions: by form, as the questions gave it.
        pseudonyms: the codes of this recipient and series; new ones are drawn only when nothing is undecided.

    Raises:
        LeakError: a hidden form is in the result after all.
        UsageError: a decision that does not exist.
    """
    desk = _Desk(Judge(profile, registry, decisions_by_key(decisions)))
    planned = [plan for record in source.records if (plan := desk.plan(record)) is not None]
    if desk.asked:
        return grouped(desk.asked)
    dossier = RedactedDossier(
        profile=profile.name,
        sections=tuple(_section(plan, pseudonyms) for plan in planned),
        forbidden_forms=registry.forbidden_forms(lambda kind, role: profile.action(kind, role) is not Action.KEEP),
        seal=_SEAL,
    )
    _require_hidden(dossier)
    return dossier


@dataclass(frozen=True, slots=True)
class _Passage:
    """One text and what is done with it."""

    text: str = field(repr=False)
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True)
class _Plan:
    """One record to be written: its heading, and passages by label."""

    heading: str
    blocks: tuple[tuple[str, tuple[_Passage, ...]], ...]


@dataclass(slots=True)
class _Desk:
    """Plans records and collects what must be asked."""

    judge: Judge
    asked: list[Asked] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)

    def plan(self, record: SourceRecord) -> _Plan | None:
        rule = self.judge.profile.rule(record.kind, record.variant)
        if rule is None:
            return None
        fields = {one.name: one for one in record.fields}
        blocks = (
            (label, tuple(self._passages(fields[name], record)))
            for name, label in rule.labels.items()
            if name in fields
        )
        return _Plan(rule.heading, tuple((label, passages) for label, passages in blocks if passages))

    def _passages(self, one: SourceField, record: SourceRecord) -> Iterable[_Passage]:
        if one.identifier is not None:
            return self._identifying(one.values, one.identifier, record)
        if one.coded:
            return [_Passage(value) for value in one.values]
        return [self._free(value) for value in one.values]

    def _identifying(
        self, values: tuple[str, ...], identifier: IdentifierType, record: SourceRecord
    ) -> Iterable[_Passage]:
        """Plan values that are identifiers as a whole. One that is removed leaves no trace, not even its label."""
        action = self.judge.profile.action(identifier, PersonRole(record.variant))
        if action is Action.KEEP:
            return [self._owned(value, record.entity) for value in values]
        general = values[0][:4] if identifier is IdentifierType.BORN and values else ""
        if not values or action is Action.REMOVE or (action is Action.GENERALISE and not general):
            return []
        whole = Span(0, len(values[0]), identifier, action, record.entity, "field", general)
        return [_Passage(values[0], (whole,))]

    def _owned(self, value: str, owner: bytes | None) -> _Passage:
        """Plan a value that stays as its owner's: only what is registered as somebody else's is looked for."""
        matches = find_in(value, self.judge.registry)
        spans, undecided = judge_all(self.judge, value, matches, owner)
        fused = fuse(spans)
        self._ask(value, ((match.start, match.end) for match in undecided), fused, IdentifierType.NAME, conflict=True)
        return _Passage(value, fused)

    def _free(self, text: str) -> _Passage:
        spans, undecided = judge_all(self.judge, text, detect(text, self.judge.registry), None)
        fused = fuse(spans)
        conflicts = [(match.start, match.end) for match in undecided]
        self._ask(text, conflicts, fused, IdentifierType.NAME, conflict=True)
        explained = fuse((*spans, *(Span(*place, IdentifierType.NAME, Action.KEEP) for place in conflicts)))
        decided: list[Span] = []
        open_places: list[tuple[int, int]] = []
        for start, end in unexplained(text, explained):
            key = form_key(text[start:end])
            action = self.judge.decisions.get(key)
            if action is None:
                open_places.append((start, end))
            else:
                decided.append(Span(start, end, IdentifierType.UNKNOWN, action, b"form:" + key.encode(), "decision"))
        self._ask(text, open_places, fused, IdentifierType.UNKNOWN)
        return _Passage(text, fuse((*spans, *decided)))

    def _ask(
        self,
        text: str,
        places: Iterable[tuple[int, int]],
        spans: tuple[Span, ...],
        kind: IdentifierType,
        *,
        conflict: bool = False,
    ) -> None:
        for start, end in places:
            form = text[start:end]
            key = form_key(form)
            # Only the first place of a form shows its neighbourhood; a long text repeats its forms many times.
            context = "" if key in self.shown else context_of(text, start, end, spans)
            self.shown.add(key)
            self.asked.append(Asked(form, kind, context, conflict))


def _section(plan: _Plan, pseudonyms: PseudonymBook) -> RedactedSection:
    blocks: list[RedactedBlock] = []
    for label, passages in plan.blocks:
        texts = dict.fromkeys(transformed(passage.text, passage.spans, pseudonyms) for passage in passages)
        script = script_of(" ".join(kept(passage.text, passage.spans) for passage in passages))
        blocks += (RedactedBlock(label, text, script, _SEAL) for text in texts if text)
    return RedactedSection(plan.heading, tuple(blocks), _SEAL)


def _require_hidden(dossier: RedactedDossier) -> None:
    """Look for every hidden form in the texts as whole words: a second look that shares no place with the first.

    Headings, labels and what stands for something removed are the program's own words, whoever is called like them.
    """
    pieces = [
        " ".join(_WORD.findall(normal(piece)))
        for section in dossier.sections
        for block in section.blocks
        for piece in block.text.split(REMOVED)
    ]
    words = f" {' | '.join(pieces)} "
    leaks = sum(
        f" {' '.join(found)} " in words for form in dossier.forbidden_forms if (found := _WORD.findall(normal(form)))
    )
    if leaks:
        raise LeakError(f"{leaks} hidden forms are in the redacted text; nothing was made")
