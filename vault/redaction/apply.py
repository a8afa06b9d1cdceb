"""The one way from a case to what may leave it: `redact`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Generic, TypeVar

from vault.casework.checks import LINE_CHARACTERS
from vault.casework.disclosure import Decision
from vault.casework.intake import own_words_in
from vault.casework.vocabulary import PersonRole
from vault.errors import LeakError
from vault.names.common_words import may_be_called
from vault.names.normal import normal
from vault.redaction.decoded import written_apart
from vault.redaction.detect import detect
from vault.redaction.dossier import _SEAL, RedactedBlock, RedactedDossier, RedactedPaper, RedactedSection
from vault.redaction.find_registered import find_in
from vault.redaction.formulas import formulas_in
from vault.redaction.judging import ByHand, Decided, Judge, Versions, fated_words, forms, judge_all, uncovered
from vault.redaction.profile import PAPER, SUPPLEMENT, Profile
from vault.redaction.questions import (
    Asked,
    OpenQuestions,
    decisions_by_key,
    form_key,
    grouped,
    is_beside_office,
    is_fact,
    tells_nobody,
)
from vault.redaction.registry import Registry
from vault.redaction.sounding import Sounding
from vault.redaction.source import DossierSource, SourceField, SourceRecord
from vault.redaction.spans import Action, Behind, IdentifierType, Match, RemovedType, Span, fuse
from vault.redaction.transform import REMOVED, PseudonymBook, context_of, tidy, transformed
from vault.redaction.units import Part, Unit, units
from vault.redaction.word_kinds import form_of_kind, kind_of
from vault.words.message import Message

_WORD = re.compile(r"[^\W_]+")
_TEXT = "text"  # what is told at length
_EVERYWHERE: Mapping[str, Versions] = MappingProxyType({})


def redact(
    source: DossierSource,
    profile: Profile,
    registry: Registry,
    decisions: Mapping[str, Action | str],
    pseudonyms: PseudonymBook,
    *,
    read: Mapping[str, Versions] = _EVERYWHERE,
    elsewhere: frozenset[str] = frozenset(),
    by_hand: Iterable[Decision] = (),
    word_kinds: frozenset[str] = frozenset(),
) -> RedactedDossier | OpenQuestions:
    """Return what may leave, or, if anything is undecided, the open questions and nothing else.

    A word has one fate: what is asked about or hidden in one place of one record is so in every place of all of them.

    `source` is every record that the exporter may read; the profile names what leaves. `registry` has every person
    whose identifiers must be known, of this case and of others. Decisions go by form, as the questions gave it; `read`
    has, by the key of a form, the versions in which its decision holds: without them it holds in all. New pseudonyms
    are drawn only when nothing is undecided. `elsewhere` are plain words of names of people of other cases, which never
    stay where a name can stand. `by_hand` are forms that no question is about, hidden wherever they stand as written:
    those that are found become forbidden forms. Of `word_kinds`, which nobody agreed to tell, all words of a kind are
    one question.

    Raises:
        LeakError: a hidden form is in the result after all.
        UsageError: a decision that does not exist.
    """
    decided, hidden_so = Decided(decisions_by_key(decisions), read, elsewhere), tuple(by_hand)
    desk = _Desk(Judge(profile, registry, decided, Sounding(registry)), ByHand(hidden_so), word_kinds)
    records = sorted(source.records, key=lambda record: record.kind == PAPER)  # what was written here is asked first
    planned = desk.settled([plan for record in records if (plan := desk.plan(record)) is not None])
    if asked := [*desk.asked, *desk.ask_of_kinds()]:
        return grouped(asked, desk.judge.likely, [each.form for each in hidden_so])
    hidden = registry.forbidden_forms(lambda kind, role: profile.action(kind, role) is not Action.KEEP)
    dossier = RedactedDossier(
        profile=profile.name,
        sections=tuple(_section(plan, pseudonyms) for plan in planned if not plan.is_paper),
        forbidden_forms=tuple(sorted({*hidden, *map(str.casefold, desk.by_hand.found)})),
        papers=tuple(_paper(plan) for plan in planned if plan.is_paper),
        seal=_SEAL,
    )
    _require_hidden(dossier, desk.codes, [each.form.casefold() for each in hidden_so])
    return dossier


@dataclass(frozen=True, slots=True)
class _Passage:
    """One text and what is done with it; `origin` is the version, field and value that say it word for word."""

    text: str = field(repr=False)
    spans: tuple[Span, ...] = ()
    origin: tuple[bytes, str, int] | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
    """A free text of which some is judged; what no one knows, `open`, waits until all records were looked at."""

    text: str = field(repr=False)
    version: bytes
    judged: tuple[Span, ...]
    open: list[Unit] = field(repr=False)
    name: str
    origin: tuple[bytes, str, int] | None = None


_P = TypeVar("_P", bound=_Passage | _Draft)


@dataclass(frozen=True, slots=True)
class _Plan(Generic[_P]):
    """One record to be written: its heading, and passages by label."""

    heading: str
    blocks: tuple[tuple[str, tuple[_P, ...]], ...]
    is_paper: bool = False


@dataclass(slots=True)
class _Desk:
    """Plans records and collects what must be asked."""

    judge: Judge
    by_hand: ByHand
    word_kinds: frozenset[str] = frozenset()
    asked: list[Asked] = field(default_factory=list)
    shown: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    kinds_asked: dict[str, list[str]] = field(default_factory=dict)

    def plan(self, record: SourceRecord) -> _Plan[_Passage | _Draft] | None:
        rule = self.judge.profile.rule(record.kind, record.variant)
        if rule is None:
            return None
        fields = {part.name: part for part in record.fields}
        blocks = (
            (label, tuple(self._passages(fields[name], record)))
            for name, label in rule.labels.items()
            if name in fields
        )
        found = tuple((label, passages) for label, passages in blocks if passages)
        return _Plan(rule.heading, found, record.kind == PAPER)

    def settled(self, plans: list[_Plan[_Passage | _Draft]]) -> list[_Plan[_Passage]]:
        """Give each word its one fate, in all records alike."""
        drafts = [
            passage
            for plan in plans
            for _, passages in plan.blocks
            for passage in passages
            if isinstance(passage, _Draft)
        ]
        fated = self.judge.registry.short.union(
            self.judge.decided.hidden, *(fated_words(forms(draft.open, frozenset())) for draft in drafts)
        )
        return [
            _Plan(
                plan.heading,
                tuple(
                    (
                        label,
                        tuple(
                            self._judged(passage, fated) if isinstance(passage, _Draft) else passage
                            for passage in passages
                        ),
                    )
                    for label, passages in plan.blocks
                ),
                plan.is_paper,
            )
            for plan in plans
        ]

    def _passages(self, part: SourceField, record: SourceRecord) -> Iterable[_Passage | _Draft]:
        for place, passage in enumerate(self._passages_of(part, record)):
            yield replace(passage, origin=(record.version, part.name, place)) if record.is_exact else passage

    def _passages_of(self, part: SourceField, record: SourceRecord) -> Iterable[_Passage | _Draft]:
        if part.identifier is not None:
            return self._identifying(part, part.identifier, record)
        if part.coded:
            days = [value for value in part.values if value[:1].isdigit()]  # the others are the report's own words
            self.codes.update(value for value in part.values if value not in days)
            return [_Passage(v, fuse(self.by_hand.spans(v)) if v in days else ()) for v in part.values]
        return [self._free(value, record.version, part.name) for value in part.values]

    def _identifying(self, part: SourceField, identifier: IdentifierType, record: SourceRecord) -> Iterable[_Passage]:
        """Plan values that are identifiers as a whole. One that is removed leaves no trace, not even its label."""
        role, entity = part.of or (PersonRole(record.variant), record.entity)
        action, values = self.judge.profile.action(identifier, role), part.values
        if action is Action.KEEP:
            return [self._owned(value, record.version, entity) for value in values]
        general = values[0][:4] if identifier is IdentifierType.BORN and values else ""
        if not values or action is Action.REMOVE or (action is Action.GENERALISE and not general):
            return []
        whole = Span(0, len(values[0]), identifier, action, entity, general=general)
        return [_Passage(values[0], fuse((whole, *self.by_hand.spans(values[0]))))]

    def _owned(self, value: str, version: bytes, entity: bytes | None) -> _Passage:
        """Plan a value that stays as its owner's: only what is registered as somebody else's is looked for."""
        matches = find_in(value, self.judge.registry)
        fused, undecided = self._judged_all(value, matches, version, entity)
        self._ask(value, ((match.start, match.end) for match in undecided), fused, IdentifierType.NAME, conflict=True)
        return _Passage(value, fused)

    def _free(self, text: str, version: bytes, name: str) -> _Draft:
        seen = self.judge.registry.seen
        if text not in seen:
            seen[text] = detect(text, self.judge.registry), tuple(units(text))
        matches, in_it = seen[text]
        judged, undecided = self._judged_all(text, matches, version)
        fused = fuse((*judged, *self._elsewhere(text)))
        conflicts = [(match.start, match.end) for match in undecided]
        known = (*conflicts, *own_words_in(text), *formulas_in(text))  # labels of a slip are the program's own words
        explained = fuse((*fused, *(Span(*place, IdentifierType.NAME, Action.KEEP) for place in known)))
        open_units = uncovered(text, explained, in_it)
        for match in undecided:
            stays = name == _TEXT and self.judge.is_named_client(text, match) and not _stands_beside(match, open_units)
            self._ask(text, [(match.start, match.end)], fused, IdentifierType.NAME, conflict=True, stays=stays or None)
        return _Draft(text, version, fused, open_units, name)

    def _elsewhere(self, text: str) -> Iterable[Span]:
        """Yield where a name of another case stands apart or in another writing: there it is no form that is asked."""
        elsewhere = self.judge.decided.elsewhere
        for run in written_apart(text) if elsewhere else ():
            if not elsewhere.isdisjoint(_WORD.findall(normal(run.text))):
                yield Span(run.start, run.end, IdentifierType.NAME, Action.REMOVE)

    def _judged_all(
        self, text: str, matches: Iterable[Match], version: bytes, owner: bytes | None = None
    ) -> tuple[tuple[Span, ...], list[Match]]:
        spans, undecided = judge_all(self.judge, text, matches, version, owner)
        hidden = list(self.by_hand.spans(text))
        still = [each for each in undecided if not any(h.start <= each.start and each.end <= h.end for h in hidden)]
        return fuse((*spans, *hidden)), still

    def _judged(self, draft: _Draft, fated: frozenset[str]) -> _Passage:
        text = draft.text
        decided: list[Span] = []
        open_places: list[tuple[int, int]] = []
        covered: list[tuple[int, int]] = []
        of_kinds: list[tuple[int, int, str]] = []
        for form in forms(draft.open, fated, self.judge.decided.elsewhere):
            answer = self.judge.decided.about(form_key(text[form.start : form.end]), form.words, draft.version)
            if answer is None and form.end - form.start > LINE_CHARACTERS:
                answer = Action.REMOVE, None  # no word: nobody can read it in a question
            kind = (
                None
                if answer is not None or len(form.words) > 1
                else self._kind(text[form.start : form.end], is_asked=True)
            )
            covered.append((form.start, form.end))
            if kind is not None:
                of_kinds.append((form.start, form.end, kind))
            elif answer is None:
                open_places.append((form.start, form.end))
            else:
                action, told = answer
                whose = None if action is not Action.PSEUDONYM or told is None else self.judge.whose_code(told)
                told_as = RemovedType.NUMBER if any(map(str.isdigit, text[form.start : form.end])) else None
                decided.append(Span(form.start, form.end, IdentifierType.UNKNOWN, action, whose, told_as=told_as))
        if self.word_kinds:
            inside = {place for start, end in covered for place in range(start, end)}
            free = (unit for unit in draft.open if unit.start not in inside and unit.part is not Part.NUMBER)
            of_kinds += (
                (unit.start, unit.end, kind) for unit in free if (kind := self._kind(text[unit.start : unit.end]))
            )
        for start, end, kind in sorted(of_kinds):
            chosen = self.judge.decided.exactly(form_of_kind(kind), draft.version)
            if chosen is None:
                self.kinds_asked.setdefault(kind, []).append(text[start:end])
            elif chosen is not Action.KEEP:
                decided.append(Span(start, end, IdentifierType.WORDS, Action.REMOVE))
        self._ask(text, open_places, draft.judged, IdentifierType.UNKNOWN, name=draft.name)
        return _Passage(text, fuse((*draft.judged, *decided)), draft.origin)

    def _kind(self, written: str, *, is_asked: bool = False) -> str | None:
        """Return the kind of a word that nobody agreed to tell; of one that is asked about, where no name is so."""
        kind = kind_of(written) if self.word_kinds else None
        return None if kind not in self.word_kinds or (is_asked and may_be_called(normal(written))) else kind

    def ask_of_kinds(self) -> Iterator[Asked]:
        """Yield, for each place of a word of a kind, what makes them one question; its words stand for the context."""
        for kind, said in self.kinds_asked.items():
            form = form_of_kind(kind)
            words = ", ".join(dict.fromkeys(word.casefold() for word in said))
            before = self.judge.decided.actions.get(form)
            yield from (Asked(form, IdentifierType.WORDS, words, before=before, stays=False) for _ in said)

    def _ask(
        self,
        text: str,
        places: Iterable[tuple[int, int]],
        spans: tuple[Span, ...],
        kind: IdentifierType,
        *,
        conflict: bool = False,
        name: str = _TEXT,
        stays: bool | None = None,
    ) -> None:
        for start, end in places:
            form = text[start:end]
            key = form_key(form)
            # Only the first place of a form shows its neighbourhood; a long text repeats its forms many times.
            context = "" if key in self.shown else context_of(text, start, end, spans)
            self.shown.add(key)
            before = self.judge.decided.actions.get(key)
            if name in self.judge.profile.facts:
                stays = is_fact(name, text, start, end)
            elif name == _TEXT and not conflict:  # None: a field may say it
                stays = None if tells_nobody(form) or is_beside_office(text, start, end) else False
            self.asked.append(Asked(form, kind, context, conflict, before, stays))


def _stands_beside(match: Match, found: Iterable[Unit]) -> bool:
    """Say whether a word that may be part of somebody's name stands right before or behind a match."""
    places = {match.start - 1, match.end + 1}
    return any(unit.asked and unit.capital and not places.isdisjoint((unit.start, unit.end)) for unit in found)


def _section(plan: _Plan[_Passage], pseudonyms: PseudonymBook) -> RedactedSection:
    blocks: list[RedactedBlock] = []
    for label, passages in plan.blocks:
        texts: dict[str, RedactedBlock] = {}
        for passage in passages:
            left = transformed(passage.text, passage.spans, pseudonyms)
            behind = (
                None if passage.origin is None or place is None else Behind(*passage.origin, *place)
                for place in left.places
            )
            texts.setdefault(left.text, RedactedBlock(label, left.text, left.removals, tuple(behind), _SEAL))
        blocks += (block for block in texts.values() if block.text)
    return RedactedSection(plan.heading, tuple(blocks), _SEAL)


def let_go(profile: Profile, registry: Registry, words: str) -> RedactedDossier:
    """Return the words that stood behind one removal, which a person lets go: nothing else of the case is in it.

    What was hidden beside them stays forbidden in all that is made of it.
    """
    told = f" {' '.join(_WORD.findall(normal(words)))} "
    hidden = registry.forbidden_forms(lambda kind, role: profile.action(kind, role) is not Action.KEEP)
    forbidden = (form for form in hidden if f" {' '.join(_WORD.findall(normal(form)))} " not in told)
    block = RedactedBlock(SUPPLEMENT, tidy(words), seal=_SEAL)
    return RedactedDossier(profile.name, (RedactedSection(SUPPLEMENT, (block,), _SEAL),), tuple(forbidden), seal=_SEAL)


def _paper(plan: _Plan[_Passage]) -> RedactedPaper:
    """Return what is hidden on a paper: there is no room in a picture for a code or for less exact words."""
    ((_, (passage,)),) = plan.blocks
    hidden = tuple((span.start, span.end) for span in passage.spans if span.action is not Action.KEEP)
    starts, ends = (0, *(end for _, end in hidden)), (*(start for start, _ in hidden), len(passage.text))
    left = REMOVED.join(passage.text[start:end] for start, end in zip(starts, ends, strict=True))
    return RedactedPaper(hidden, left, _SEAL)


def _require_hidden(dossier: RedactedDossier, codes: set[str], by_hand: Sequence[str]) -> None:
    """Look for every hidden form in the texts as whole words: a second look that shares no place with the first.

    Headings, labels, codes and what stands for something removed are the program's own words, whoever is called like
    them.
    """
    pieces = [
        " ".join(_WORD.findall(normal(piece)))
        for text in (
            *(block.text for section in dossier.sections for block in section.blocks if block.text not in codes),
            *(paper.text for paper in dossier.papers),
        )
        for piece in text.split(REMOVED)
    ]
    words = f" {' | '.join(pieces)} "
    leaks = {
        form
        for form in dossier.forbidden_forms
        if (found := _WORD.findall(normal(form))) and f" {' '.join(found)} " in words
    }
    if leaks:
        raise LeakError(
            Message("{leaks} hidden forms are in the redacted text; no report was made", leaks=len(leaks)),
            forms=(place for place, form in enumerate(by_hand) if form in leaks),
        )
