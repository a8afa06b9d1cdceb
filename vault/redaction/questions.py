"""Questions to a person, one for each distinct surface form, and the answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from vault.casework.checks import LINE_CHARACTERS
from vault.casework.disclosure import Decision
from vault.errors import UsageError
from vault.names.common_words import is_place, may_be_called, names_that_are_words
from vault.names.normal import normal
from vault.names.russian import lemmas_of
from vault.names.written_forms import passport_spelling
from vault.redaction.spans import Action, IdentifierType
from vault.redaction.units import PART_OF, Part, Unit, units
from vault.words.message import Message, Words

HIDING = frozenset((Action.REMOVE, Action.PSEUDONYM))
_KNOWN = frozenset(action.value for action in Action)
_BODY = "by_whom"
_MARKS = ",;()\n"
_HOUSE_DIGITS = 3  # one more would be a year
_VOWELS = frozenset("aeiouyаеёиоуыэюяіїєүөұ")
_SHORT_LETTERS = 4  # of what an institution is called by: `SIZO`
_LOOKING = 24
_BEFORE = re.compile(r"([^\W\d_]+) \Z")
_BEHIND = re.compile(r" ([^\W\d_]+)")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True)
class Question:
    """What to do with a form. `form` is as written first; `context` is its neighbourhood, redacted.

    `conflict`: a name of someone who is named that may be that of another, as someone who is hidden shares it, or as
    one word of it stands alone. `before`: what was decided about the
    form for other texts, if anything was; it is told and never taken by itself. `like`: the name of somebody of the
    case that it may be a spelling of. `told`: why a rare thing is asked about that nothing hides.
    """

    form: str = field(repr=False)
    count: int
    kinds: tuple[IdentifierType, ...]
    proposal: Action
    context: str = field(repr=False)
    conflict: bool = False
    before: Action | None = None
    like: str = field(default="", repr=False)
    told: Words = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class OpenQuestions:
    """Nothing leaves before each of these is decided. Conflicts first, then likenesses, then the most frequent."""

    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Asked:
    """One place that raises a question. `stays`: whether it is proposed to stay; None where another place says it."""

    form: str = field(repr=False)
    kind: IdentifierType
    context: str = field(repr=False)
    conflict: bool = False
    before: Action | None = None
    stays: bool | None = False


def form_key(form: str) -> str:
    """Return what makes two written forms the same question: their plain form with single spaces."""
    return " ".join(normal(form).split())


def grouped(
    asked: Iterable[Asked], likely: Callable[[str], tuple[str, Action] | None], hidden: Iterable[str] = ()
) -> OpenQuestions:
    """Return one question for each form. What nobody knows is proposed to be removed, a fact of a profile to stay.

    What only says words of such facts stays as well. `likely` says of the key of a form whose name it may be, and what
    is proposed then. Of what is `hidden` by hand or by a consent no word is proposed to stay, however it is written.
    """
    groups: dict[str, list[Asked]] = {}
    for item in asked:
        groups.setdefault(form_key(item.form), []).append(item)
    never = {written for form in hidden for written in _all_written(normal(form))}
    stays = {key for key, places in groups.items() if _stays(places) and never.isdisjoint(_all_written(key))}
    told = {
        written for key in stays for word in _WORD.findall(key) if tells_nobody(word) for written in _written_as(word)
    }
    stays |= {
        key
        for key, places in groups.items()
        if all(place.stays is None and not place.conflict for place in places)
        and never.isdisjoint(_all_written(key))
        and _is_of_words(key, told)
    }
    may_be = {
        key: found
        for key, places in groups.items()
        if places[0].kind is IdentifierType.UNKNOWN and (found := likely(key)) is not None
    }
    questions = [
        Question(
            form=places[0].form,
            count=len(places),
            kinds=tuple(sorted({place.kind for place in places})),
            proposal=may_be[key][1] if key in may_be else Action.KEEP if key in stays else Action.REMOVE,
            context=places[0].context,
            conflict=any(place.conflict for place in places),
            before=places[0].before,
            like=may_be[key][0] if key in may_be else "",
        )
        for key, places in groups.items()
    ]
    return OpenQuestions(
        tuple(sorted(questions, key=lambda question: (not question.conflict, not question.like, -question.count)))
    )


def _stays(places: list[Asked]) -> bool:
    return {place.stays for place in places if place.stays is not None or place.conflict} == {True}


@lru_cache(maxsize=4096)
def _written_as(word: str) -> frozenset[str]:
    """Return in which Latin letters a plain word, or the word that it is a case of, is written."""
    return frozenset(passport_spelling(normal(each)) for each in (word, *lemmas_of(word)))


def _all_written(key: str) -> frozenset[str]:
    return frozenset[str]().union(*map(_written_as, _WORD.findall(key)))


def _is_of_words(key: str, told: Collection[str]) -> bool:
    """Say whether each word of a form is one that was `told`, and nobody's name."""
    words = _WORD.findall(key)
    return bool(words) and all(tells_nobody(word) and not _written_as(word).isdisjoint(told) for word in words)


def tells_nobody(form: str) -> bool:
    """Say whether nobody is called by a form in any text: known places, numbers, and letters such as `GKNB`.

    Of a number with words, such as that of a house, the words are those of a street.
    """
    words = _WORD.findall(normal(form))
    if any(letter.isdigit() for letter in form) and len(words) > 1:
        return True
    if form.isupper() and len(form) <= _SHORT_LETTERS and form.isalpha():
        return not may_be_called(normal(form)) and normal(form) not in names_that_are_words()
    return all(
        any(map(str.isdigit, word)) or is_place(word) or (word.isalpha() and not _VOWELS & set(word)) for word in words
    )


def is_fact(name: str, text: str, start: int, end: int) -> bool:
    """Say whether a form of a field of facts tells a place, a court or a number, and as far as can be seen nobody.

    It stands alone between commas, or beside a word such as court or street, and as far as lists and endings tell,
    nobody is called so in Cyrillic or Latin letters; `Lenin 12` is a street. Of who did something, only letters that
    nobody can be called by stay: `GKNB`.
    """
    form = text[start:end]
    if name == _BODY:
        return form.isupper() and form.isalpha() and not _VOWELS & set(normal(form))
    first = max(text.rfind(mark, 0, start) for mark in _MARKS) + 1
    last = min((at for mark in _MARKS if (at := text.find(mark, end)) >= 0), default=len(text))
    said = list(units(text[first:last]))
    is_placed = any(unit.part in {Part.BESIDE, Part.WHOLE} for unit in said)
    if any(unit.part in {Part.INITIAL, Part.PARTICLE, Part.TITLE} for unit in said):
        return False
    if not is_placed and any(_may_be_called(unit, said) for unit in said):
        return False
    inside = range(start - first, end - first)
    beside = [unit for unit in said if unit.start not in inside and not unit.asked and unit.part is not Part.NUMBER]
    return all(unit.part is Part.BESIDE or (is_placed and unit.part is Part.GRAMMAR) for unit in beside)


def _may_be_called(unit: Unit, said: list[Unit]) -> bool:
    """Say whether somebody may be called so; a word in Latin letters with the number of a house is a street."""
    if unit.word in names_that_are_words():
        return True
    return (unit.asked or unit.capital) and may_be_called(unit.word) and not (unit.word.isascii() and _is_street(said))


def _is_street(said: list[Unit]) -> bool:
    """Say whether a word and the number of a house are all that is said."""
    last = said[-1]
    return len(said) > 1 and last.part is Part.NUMBER and last.word[0].isdigit() and len(last.word) <= _HOUSE_DIGITS


def is_beside_office(text: str, start: int, end: int) -> bool:
    """Say whether a word such as court or street stands right before or behind a form."""
    words = (_BEFORE.search(text, max(0, start - _LOOKING), start), _BEHIND.match(text, end))
    return any(found is not None and PART_OF.get(normal(found[1])) == Part.BESIDE.name for found in words)


def decide_proposed(open_questions: OpenQuestions) -> dict[str, Action]:
    """Return the proposals as decisions, by form."""
    return {question.form: question.proposal for question in open_questions.questions}


def decisions_by_key(decisions: Mapping[str, Action | str]) -> dict[str, Action]:
    """Return decisions by the key of their form, as `redact` asks for them.

    Raises:
        UsageError: an action that does not exist, or two decisions that contradict each other.
    """
    by_key: dict[str, Action] = {}
    for form, chosen in decisions.items():
        try:
            action = Action(chosen)
        except ValueError:
            raise UsageError(Message("a decision must be one of: {names}", names=", ".join(Action))) from None
        if by_key.setdefault(form_key(form), action) is not action:
            raise UsageError(Message("two decisions about the same form contradict each other"))
    return by_key


@dataclass(frozen=True, slots=True)
class Earlier:
    """What one earlier disclosure decided, and the versions that it was made of."""

    decisions: tuple[Decision, ...] = field(repr=False)
    read: frozenset[bytes] = frozenset()


def decisions_in_force(
    earlier: Iterable[Earlier], now: Mapping[str, Action | str]
) -> tuple[dict[str, Action | str], dict[str, frozenset[bytes]]]:
    """Return what is decided already, one spelling for each form: `now`, then what earlier disclosures agree on.

    `earlier` has the disclosures by the same profile, oldest first. Where one contradicts another or itself, in
    whatever spelling, nothing is decided: the question is asked again, and the next disclosure settles it.

    The second part has, by the key of a form that was kept or told more coarsely, the versions in which that was read.
    """
    standing: dict[str, Decision | None] = {}
    read: dict[str, frozenset[bytes]] = {}
    for group in earlier:
        by_key: dict[str, set[Decision]] = {}
        for decision in group.decisions:
            if not decision.kind:
                by_key.setdefault(form_key(decision.form), set()).add(decision)
        for key, decisions in by_key.items():
            chosen = min(decisions, key=lambda decision: decision.form)
            before = standing.get(key)
            agreed = len({decision.action for decision in decisions}) == 1 and chosen.action in _KNOWN
            standing[key] = chosen if agreed and (before is None or before.action == chosen.action) else None
            read[key] = read.get(key, frozenset()) | group.read
    for form in now:
        standing.pop(form_key(form), None)
    held = {key: item for key, item in standing.items() if item is not None}
    forms = {decision.form: Action(decision.action) for decision in held.values()} | dict(now)
    return forms, {key: read[key] for key, item in held.items() if Action(item.action) not in HIDING}


def hidden_by_hand(earlier: Iterable[Earlier], now: Iterable[str]) -> tuple[Decision, ...]:
    """Return what earlier disclosures hid though no question was about it, but for the forms that are decided `now`."""
    found = {
        form_key(decision.form): decision
        for group in earlier
        for decision in group.decisions
        if decision.kind and decision.action in HIDING
    }
    decided = set(map(form_key, now))
    return tuple(decision for key, decision in found.items() if key not in decided)


def decisions_to_keep(decisions: Mapping[str, Action], by_hand: Iterable[Decision] = ()) -> tuple[Decision, ...]:
    """Return decisions as a disclosure holds them, in the order of their forms, then what was hidden by hand.

    A form is kept on one line; one that is too long for a line is not kept, and so is asked about again.
    """
    lines = {form if form.isprintable() else form_key(form): action for form, action in decisions.items()}
    kept = (Decision(form, action.value) for form, action in sorted(lines.items()) if len(form) <= LINE_CHARACTERS)
    return (*kept, *sorted(by_hand, key=lambda decision: decision.form))
