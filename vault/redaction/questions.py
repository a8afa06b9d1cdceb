"""Questions to a person, one for each distinct surface form, and the answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from vault.casework.checks import LINE_CHARACTERS
from vault.casework.disclosure import Decision
from vault.errors import UsageError
from vault.names.common_words import may_be_called, names_that_are_words
from vault.names.normal import normal
from vault.redaction.spans import Action, IdentifierType
from vault.redaction.units import Part, Unit, units
from vault.words.message import Message, Words

HIDING = frozenset((Action.REMOVE, Action.PSEUDONYM))
_KNOWN = frozenset(action.value for action in Action)
_BODY = "by_whom"
_MARKS = ",;()\n"
_HOUSE_DIGITS = 3  # one more would be a year
_VOWELS = frozenset("aeiouyаеёиоуыэюяіїєүөұ")


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


def grouped(asked: Iterable[Asked], likely: Callable[[str], tuple[str, Action] | None]) -> OpenQuestions:
    """Return one question for each form. What nobody knows is proposed to be removed, a fact of a profile to stay.

    `likely` says of the key of a form whose name it may be, and what is proposed then.
    """
    groups: dict[str, list[Asked]] = {}
    for item in asked:
        groups.setdefault(form_key(item.form), []).append(item)
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
            proposal=may_be[key][1] if key in may_be else _proposal(places),
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


def _proposal(places: list[Asked]) -> Action:
    said = {place.stays for place in places if place.stays is not None}
    return Action.KEEP if said == {True} and not any(place.conflict for place in places) else Action.REMOVE


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
