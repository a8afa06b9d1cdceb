"""From found to judged: default deny, what persons decided about forms, and what the profile does with each match."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import NamedTuple

from vault.casework.disclosure import ByHand as HiddenByHand
from vault.casework.disclosure import Decision
from vault.casework.vocabulary import PersonRole
from vault.names.common_words import names_that_are_words
from vault.names.normal import CYRILLIC_AS_LATIN, NormalText, normal, normal_text
from vault.names.russian import SURNAME_ENDINGS, use_of
from vault.names.written_forms import PARTICLES, latin_spellings, passport_spelling, word_forms, words_of
from vault.redaction.profile import Profile
from vault.redaction.questions import HIDING, form_key
from vault.redaction.registry import Registry
from vault.redaction.sounding import Likely, Sounding
from vault.redaction.spans import Action, IdentifierType, Match, Reason, RemovedType, Span, strongest
from vault.redaction.spelled import ENGLISH, FRENCH, OF_RUSSIAN, RUSSIAN
from vault.redaction.units import (
    FIRST_OF_ALL_NAMES,
    GRAMMAR,
    GRAMMAR_AND_NAMES,
    PARTICLES_BEFORE,
    PARTICLES_BEHIND,
    Part,
    Unit,
    units,
)
from vault.redaction.word_kinds import is_of_kind

# Default deny: everything that nothing explains becomes a question, and each form has one fate.
# Asked about: capitalised words, words in small letters that no dictionary has in small letters, given names and
# places in any letters, words of scripts without capitals, tokens with digits, initials, numbers and dates in words.
# Not asked about: words of grammar, ordinary words in small letters, common words at the start of a sentence, one-
# digit numbers.
# A word that is asked about or removed somewhere is a question wherever it stands, as the first word of a sentence
# and in small letters too. Words of grammar are not, in small letters.

_LONGEST_FORM = 6  # units of one form, so that a question stays a line
_GRAMMAR = GRAMMAR | GRAMMAR_AND_NAMES
_OF_SURNAMES = frozenset(("de", "du"))  # words of grammar that a name has inside, with a capital
_WITH_FATE = {Part.WORD, Part.DESCRIBING, Part.GRAMMAR}
_OF_A_FAMILY = tuple(
    f"{each}{of_her}" for end in SURNAME_ENDINGS for each in (end, passport_spelling(end)) for of_her in ("", "а", "a")
)
_INSIDE_A_WORD = re.compile(r"['_]")


@dataclass(frozen=True, slots=True)
class Form:
    """A place that needs a decision, a word or several that belong together. `words` are those with a fate."""

    start: int
    end: int
    words: tuple[str, ...] = field(repr=False)


def uncovered(text: str, covered: Sequence[Span], of: Sequence[Unit] | None = None) -> list[Unit]:
    """Return the units of a text that lie outside `covered` (fused, in order), even in part; `of` are all it has."""
    place = 0
    found: list[Unit] = []
    cut = True
    for unit in units(text) if of is None else of:
        while place < len(covered) and covered[place].end <= unit.start:
            place += 1
        if place < len(covered) and covered[place].start <= unit.start and unit.end <= covered[place].end:
            cut = True
            continue
        found.append(unit._replace(near=False) if cut and unit.near else unit)
        cut = False
    return found


def fated_words(found: Iterable[Form]) -> Iterator[str]:
    """Yield the words that need a decision wherever they stand, because they need one here."""
    for form in found:
        yield from with_fate(form.words)


def with_fate(words: Sequence[str]) -> Iterator[str]:
    """Yield those of the words of one form that are no mere grammar in it, such as `the` in "The Hague"."""
    for word in words:
        if len(words) == 1 or not _is_mere_grammar(word):
            yield word
            yield from (piece for piece in _pieces(word) if not _is_mere_grammar(piece))


def words_of_form(key: str) -> tuple[str, ...]:
    """Return the words with a fate of a form that was decided, by its key; none of several that are one thing."""
    found = list(units(key))
    if any(unit.part is Part.WHOLE for unit in found):
        return ()
    if len(found) == 1:
        return (found[0].word,)
    return tuple(unit.word for unit in found if len(unit.word) > 1 and unit.part in _WITH_FATE)


def forms(found: Iterable[Unit], fated: frozenset[str], with_capital: frozenset[str] = frozenset()) -> Iterator[Form]:
    """Yield what needs a decision in units that nothing covers; neighbours that can be one name are one form.

    `fated` words need one wherever they stand, those of `with_capital` wherever they have one.
    """
    run: list[tuple[Unit, bool]] = []
    for unit in found:
        asked = unit.asked or _is_fated(unit, fated) or (unit.capital and _is_fated(unit, with_capital))
        joins = _can_stand_in_a_name(unit, asked)
        if run and not (joins and unit.near and len(run) < _LONGEST_FORM):
            yield from _finished(run)
            run = []
        if joins:
            run.append((unit, asked))
        elif asked:
            yield _form([(unit, True)])
    yield from _finished(run)


def _is_fated(unit: Unit, fated: frozenset[str]) -> bool:
    if unit.part is Part.GRAMMAR and not unit.capital:
        return False
    if unit.part not in _WITH_FATE:
        return False
    return unit.word in fated or any(piece in fated for piece in _pieces(unit.word))


def _pieces(word: str) -> Sequence[str]:
    """Return the parts of a word around apostrophes and underscores; none if it is of one piece."""
    return [piece for piece in _INSIDE_A_WORD.split(word) if len(piece) > 1] if "'" in word or "_" in word else ()


def _is_mere_grammar(word: str) -> bool:
    if word in FIRST_OF_ALL_NAMES or word in names_that_are_words():
        return False
    return word in _GRAMMAR or ("\u0400" <= word[0] <= "\u052f" and use_of(word).grammar)


def _can_stand_in_a_name(unit: Unit, asked: bool) -> bool:
    if unit.part is Part.PARTICLE or (unit.capital and unit.word in _OF_SURNAMES):
        return True
    return unit.part is Part.INITIAL or (unit.capital and (asked or unit.part in {Part.BESIDE, Part.DESCRIBING}))


def _finished(run: list[tuple[Unit, bool]]) -> Iterator[Form]:
    """Yield the form that a run of neighbours is, and beside it what stood at its ends and is asked about alone."""
    named = [place for place, (unit, asked) in enumerate(run) if asked and unit.part in {Part.WORD, Part.DESCRIBING}]
    first, last = (_ends(run, named[0], named[-1])) if named else (0, 0)
    yield from (_form([unit]) for unit in run[:first] if unit[1])
    if named:
        yield _form(run[first:last])
    yield from (_form([unit]) for unit in run[last:] if unit[1])


def _ends(run: list[tuple[Unit, bool]], first: int, last: int) -> tuple[int, int]:
    """Return the run without particles at its ends that belong to no name; `De` stays before another: `De La Cruz`."""
    start, end = 0, len(run)
    while start < first and _is_particle(run[start][0], PARTICLES_BEFORE):
        unit, follows = run[start][0], run[start + 1][0]
        if unit.capital and follows.capital and follows.word in PARTICLES:
            break
        start += 1
    while end > last + 1 and _is_particle(run[end - 1][0], PARTICLES_BEHIND):
        end -= 1
    return start, end


def _is_particle(unit: Unit, belonging: frozenset[str]) -> bool:
    """Say whether a unit is a particle that stands here without a name."""
    return unit.part in {Part.PARTICLE, Part.GRAMMAR} and unit.word not in belonging


def _form(run: list[tuple[Unit, bool]]) -> Form:
    words = tuple(unit.word for unit, asked in run if asked and (len(run) == 1 or unit.part in _WITH_FATE))
    return Form(run[0][0].start, run[-1][0].end, words)


# What persons decided about forms, and where each decision holds.
# - A form that was removed, or given a code, is hidden wherever one of its words stands, now and in later exports. -
# A form that was kept, or told more coarsely, was so in the texts that were read: it holds in those versions alone.
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

    def about(self, key: str, words: Iterable[str], version: bytes) -> tuple[Action, str | None] | None:
        """Return what becomes of a place with this form and words, and for which form a code stands; None if open.

        The strongest decision about the form or one of its words; two codes make neither.
        """
        found = set(self._holding(key, words, version))
        if not found:
            return None
        action = strongest(chosen for chosen, _ in found)
        whose = {form for chosen, form in found if chosen is action}
        if action is Action.PSEUDONYM and len(whose) > 1:
            return Action.REMOVE, None
        return action, min(whose)

    @cached_property
    def hidden(self) -> Mapping[str, frozenset[tuple[Action, str]]]:
        """Return, for each word of a form that is hidden, by which action and which form."""
        found: dict[str, set[tuple[Action, str]]] = {}
        for key, action in self.actions.items():
            for word in with_fate(words_of_form(key)) if action in HIDING and not is_of_kind(key) else ():
                found.setdefault(word, set()).add((action, key))
        return {word: frozenset(by) for word, by in found.items()}

    def _holding(self, key: str, words: Iterable[str], version: bytes) -> Iterator[tuple[Action, str]]:
        if (action := self.exactly(key, version)) is not None:
            yield action, key
        for word in with_fate(tuple(words)):
            yield from self.hidden.get(word, ())
            if word in self.elsewhere:
                yield Action.REMOVE, key


# What somebody hid who saw it on a page, though no question was about it: it is looked for as the verifier looks.
_WORD = re.compile(r"[^\W_]+")
_ALIKE = str.maketrans(CYRILLIC_AS_LATIN)
_ENDS_A_PART = re.compile(r"[.!?…;:]")
_DAY = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2})(?:T(\d{2}:\d{2}))?)?~?", re.ASCII)
_TORN_LETTERS = 5  # of fewer, pieces are too often two honest neighbours: `a li`
_MOST_PIECES = 24
_TOLD_AS: Mapping[str, RemovedType] = {
    HiddenByHand.NAME: RemovedType.NAME,
    HiddenByHand.PLACE: RemovedType.PLACE,
    HiddenByHand.NUMBER: RemovedType.NUMBER,
    HiddenByHand.OTHER: RemovedType.OTHER,
}


class _Typed(NamedTuple):
    """A form that is hidden as it is written: its words, and its plain letters and marks without spaces."""

    decision: Decision
    words: tuple[str, ...]
    plain: str


class ByHand:
    """Finds what is hidden by hand: whole words in any letters, together, apart or torn. `found` is what stood there.

    No removal goes over the end of a line, or of a sentence that the form has not: each word of it is one then.
    """

    def __init__(self, decisions: Iterable[Decision]) -> None:
        self.found: set[str] = set()
        self._forms: dict[str, list[_Typed]] = {}
        for decision in decisions:
            words = words_typed(decision.form)
            plain = "".join(normal(decision.form).split())
            self._forms.setdefault("".join(words), []).append(_Typed(decision, words, plain))
        self._longest = max(map(len, self._forms), default=0)

    def spans(self, text: str) -> Iterator[Span]:
        """Yield where they stand in a text. Spans may overlap."""
        if not self._longest:
            return
        if list(self._found(_as_shown(text))):  # of a day a part tells the rest
            yield Span(0, len(text), IdentifierType.DATE, Action.REMOVE, reason=Reason.BY_HAND)
        yield from self._found(text)

    def _found(self, text: str) -> Iterator[Span]:
        plain = normal_text(text)
        placed = [(match.group().translate(_ALIKE), *match.span()) for match in _WORD.finditer(plain.text)]
        for first in range(len(placed)):
            joined = ""
            for last in range(first, min(first + _MOST_PIECES, len(placed))):
                joined += placed[last][0]
                if len(joined) > self._longest:
                    break
                pieces = placed[first : last + 1]
                for form in self._forms.get(joined, ()):
                    if len(pieces) == 1 or len(joined) >= _TORN_LETTERS or form.words == tuple(w for w, *_ in pieces):
                        self.found.add(form.decision.form)
                        yield from self._hidden(plain, form, [(start, end) for _, start, end in pieces])

    def _hidden(self, plain: NormalText, form: _Typed, pieces: list[tuple[int, int]]) -> Iterator[Span]:
        start, end = pieces[0][0], pieces[-1][1]
        end += form.plain.endswith(".") and plain.text.startswith(".", end)
        written = plain.text[start:end]
        parted = "\n" in written or ("".join(written.split()) != form.plain and _ENDS_A_PART.search(written[:-1]))
        for place in pieces if parted else [(start, end)]:
            action, entity = Action(form.decision.action), b"form:" + form_key(form.decision.form).encode()
            told_as = _TOLD_AS.get(form.decision.kind)
            reason = Reason.NOT_AGREED if told_as is None else Reason.BY_HAND
            yield Span(*plain.source_range(*place), IdentifierType.UNKNOWN, action, entity, reason, told_as=told_as)


def _as_shown(text: str) -> str:
    """Return how a report writes a day, in each of its languages; empty for a text that is no day."""
    if (found := _DAY.fullmatch(text)) is None or not 1 <= int(found[2]) <= len(ENGLISH):
        return ""
    year, month, day, time = found.groups("")
    named = [months[int(month) - 1] for months in (ENGLISH, FRENCH, RUSSIAN, OF_RUSSIAN)]
    return "\n".join(f"{day.lstrip('0')} {name} {year} {time}" for name in named)


def words_typed(form: str) -> tuple[str, ...]:
    """Return the words and numbers of a form as they are compared; none where nothing of it could be found."""
    words = tuple(word.translate(_ALIKE) for word in _WORD.findall(normal(form)))
    return words if len(words) <= _MOST_PIECES else ()


_CLIENT = PersonRole.CLIENT


@lru_cache(maxsize=64)
def own_words(names: tuple[str, ...]) -> frozenset[str]:
    """Return plain words of names that are somebody's own: the given name in all forms, a surname as it is written.

    Another form of a surname may be that of their wife or brother.
    """
    found: set[str] = set()
    for name in names:
        words = words_of(name)
        beside = {at + step for at, word in enumerate(words) if normal(word) in PARTICLES for step in (-1, 0, 1)}
        surnames = [at for at, word in enumerate(words) if normal(word).endswith(_OF_A_FAMILY)]
        given = next((at for at in range(len(words)) if at not in surnames), None)
        for at, word in enumerate(words):
            if at in beside:
                continue
            if at in surnames:
                found |= {normal(word), *latin_spellings(word)}
            elif at == given:
                found |= word_forms(word)
    return frozenset(found)


# From found to judged: what the profile does with each match, and which names a person must decide.
@dataclass(frozen=True, slots=True)
class Judge:
    """One profile and what was decided, applied to one case."""

    profile: Profile
    registry: Registry = field(repr=False)
    decided: Decided = field(repr=False)
    sounding: Sounding = field(repr=False)

    def likely(self, key: str) -> tuple[str, Action] | None:
        """Return whose name a form may be that nobody registered, and what is proposed: their code, or removal."""
        found = self.sounding.likely(key)
        if found is None:
            return None
        return found.name, Action.PSEUDONYM if found.is_sure and self._has_code(found) else Action.REMOVE

    def whose_code(self, key: str) -> bytes:
        """Return for whom the code of a form stands: for whom alone it may be, as the question said, or for itself."""
        found = self.sounding.likely(key)
        return found.entity if found and found.is_only and self._has_code(found) else b"form:" + key.encode()

    def _has_code(self, likely: Likely) -> bool:
        role = self.registry.role(likely.entity)
        return self.profile.action(IdentifierType.NAME, role) is Action.PSEUDONYM

    def is_named_client(self, text: str, match: Match) -> bool:
        """Say whether a part of a name that is undecided most likely means the client who is named.

        It is nobody else's that is known, of no other case, and their given name or surname: in `Karim kyzy` it is
        their father's.
        """
        if len(match.entities) > 1 or (client := self.registry.persons[min(match.entities)]).role is not _CLIENT:
            return False
        words = {normal(word) for word in words_of(text[match.start : match.end])}
        own = own_words(client.names)
        return bool(words) and words <= own and self.decided.elsewhere.isdisjoint(words)

    def judge(self, text: str, match: Match, version: bytes, owner: bytes | None = None) -> Span | None:
        """Return what is done with a match in its text; None if a person must decide first.

        `owner` is whose record the text is a field of: a family name there is the owner's. `version` is the version
        that the text stands in.
        """
        action, entity = self._settled(text, match, version, owner)
        if action is None:
            return None
        return Span(match.start, match.end, match.kind, action, entity, self._reason(match), match.general)

    def _reason(self, match: Match) -> Reason:
        """Return why it is removed, if it is; who stands in a section alone has no role, and is nobody here."""
        if match.kind is IdentifierType.NAME:
            return Reason.NOT_AGREED
        roles = {self.registry.role(entity) for entity in match.entities} - {None}
        return Reason.OTHERS if roles - {PersonRole.CLIENT} else Reason.PROFILE

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
