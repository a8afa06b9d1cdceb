"""What is rare in a finished text: facts that few people of the vault share, and phrases that no other case has.

Where nobody is named, who knows one of them can tell who it is. Each is asked about as a form in `«»`, which no form
of a text has: what is decided about it is kept with the others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice

from vault.access.session import Session
from vault.casework.disclosure import ByHand, Decision
from vault.casework.kinds import CaseworkRecord
from vault.casework.person import Person
from vault.casework.story.events import Hearing
from vault.casework.traits import born, event_of, happened, nation, town, words_of_place
from vault.casework.vocabulary import PersonRole
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.file import Index
from vault.index.in_common import clients_sharing, count_clients, in_no_other_case
from vault.index.search_text import words_of
from vault.names.normal import normal
from vault.redaction.coarser import EXACTLY, Coarser, ages_in, band, joined, times_in
from vault.redaction.dossier import RedactedDossier, RedactedSection
from vault.redaction.profile import Profile, RecordRule
from vault.redaction.questions import Question, decisions_by_key, form_key
from vault.redaction.rare import Phrase, phrases_in
from vault.redaction.source import source_record
from vault.redaction.spans import Action
from vault.redaction.units import PART_OF
from vault.services.projection.projection import up_to_date_index
from vault.words.message import Message, plural

FEW_PEOPLE = 20
"""With fewer clients in a vault, everything in it is rare."""
MOST_SHARING = 3
MOST_ASKED = 10
_OF_1000_WORDS = _FEWEST_PHRASES = 3
_LONGEST = 150
_DAY, _MONTH, _YEAR, _DECADE = len("2026-05-14"), len("2026-05"), len("2026"), len("199")
_CODED = "["
_WHY = Message("Whoever knows part of this can tell who it is.")
_ELSEWHERE = Message(
    "These words stand in no other case of your vault. Who has read them elsewhere can tell who it is."
)

Records = Iterable[tuple[RecordId, VersionId, CaseworkRecord]]


def is_marked(form: str) -> bool:
    """Say whether a form is of a rare thing, as it was asked about."""
    return form.startswith("«") and form.endswith("»")


def _marked(form: str) -> str:
    return f"«{' '.join(form.split())[:_LONGEST]}»"


@dataclass(frozen=True, slots=True)
class RareThing:
    """Something that may be asked about. `is_rare`: it is; what was decided about it holds, rare or not.

    `hides` are forms that hiding it hides, `loses` those that telling it less exactly hides too; `coarser` is what it
    tells less exactly, `drops` what has no form in a text. `versions` are those in which it was read.
    """

    question: Question
    is_rare: bool = True
    hides: tuple[Decision, ...] = field(default=(), repr=False)
    loses: tuple[Decision, ...] = field(default=(), repr=False)
    coarser: Coarser = field(default=EXACTLY, repr=False)
    drops: Coarser = field(default=EXACTLY, repr=False)
    versions: frozenset[VersionId] = frozenset()

    @property
    def key(self) -> str:
        return form_key(self.question.form)

    @property
    def can_be_coarser(self) -> bool:
        return bool(self.loses) or self.coarser != EXACTLY


def answers_to(
    things: Iterable[RareThing], decisions: Mapping[str, Action | str], read: Mapping[str, frozenset[bytes]]
) -> dict[str, Action]:
    """Return, by key, what was decided about rare things, where that holds: what was hidden everywhere, else as read.

    Raises:
        UsageError: a decision that does not exist, or two that contradict each other.
    """
    said = decisions_by_key({form: action for form, action in decisions.items() if is_marked(form)})
    return {
        thing.key: said[thing.key]
        for thing in things
        if thing.key in said and thing.versions <= read.get(thing.key, thing.versions)
    }


def questions_of(things: Iterable[RareThing], answers: Mapping[str, Action]) -> tuple[Question, ...]:
    """Return what is rare and not answered yet."""
    return tuple(thing.question for thing in things if thing.is_rare and thing.key not in answers)


def require_rare(said: Iterable[str], things: Iterable[RareThing]) -> None:
    """Raise where one of the forms that were decided is of nothing that may be rare.

    Raises:
        UsageError: one is not.
    """
    keys = {thing.key for thing in things}
    for number, form in enumerate(said, 1):
        if form_key(form) not in keys:
            raise about_nothing(number)


def about_nothing(number: int) -> UsageError:
    """Return the error that refuses a decision about what is not asked."""
    return UsageError(
        Message("decision {number} is about nothing that is asked", number=number),
        next_step=Message("List what is asked with --json. What nobody asks about can only be hidden."),
    )


@dataclass(frozen=True, slots=True)
class Changed:
    """What answers change: what is told less exactly, and what is hidden in this text, and from now on."""

    coarser: Coarser
    hidden: tuple[Decision, ...] = field(repr=False)
    lasting: tuple[Decision, ...] = field(repr=False)


def changed_by(things: Iterable[RareThing], answers: Mapping[str, Action]) -> Changed | None:
    """Return what answers, by key, change; None where all stays as it is."""
    told, hidden, lasting = list[Coarser](), list[Decision](), list[Decision]()
    for thing in things:
        action = answers.get(thing.key, Action.KEEP)
        if action is Action.GENERALISE and thing.can_be_coarser:
            told.append(thing.coarser)
            hidden += thing.loses
        elif action is not Action.KEEP:
            told.append(thing.drops)
            lasting += thing.hides
    if not (told or hidden or lasting):
        return None
    return Changed(joined(told), (*hidden, *lasting), tuple(lasting))


@dataclass(frozen=True, slots=True)
class _Event:
    """What happened: of which kind, in which month, at which times and towns that are in the text."""

    version: VersionId
    kind: str
    month: str
    times: frozenset[str]
    towns: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Client:
    """What a text tells of a client whom it does not name; the year of birth counts where it tells the age."""

    version: VersionId | None = None
    nations: tuple[str, ...] = ()
    ages: tuple[int, ...] = ()
    year: str = ""


def rare_things(
    session: Session,
    case: CompartmentId,
    profile: Profile,
    records: Records,
    dossier: RedactedDossier,
    *,
    day: str,
    decisions: Mapping[str, Action | str],
) -> list[RareThing]:
    """Return what may be rare in a finished text, combinations first; nothing where it names its client anyway.

    `records` are those of which the text was made, in its order; `day` is that of the export, `decisions` are
    those with which it was made.
    """
    rows = ((version, record, source_record(entity, version, record)) for entity, version, record in records)
    leaving = [(*each[:2], rule) for each in rows if (rule := profile.rule(each[2].kind, each[2].variant)) is not None]
    # What was written for this export alone stands before all records.
    of_records = dossier.sections[len(dossier.sections) - len(leaving) :]
    told = [(*row, section) for row, section in zip(leaving, of_records, strict=True)]
    if any(_is_named(*row[1:]) for row in told):
        return []
    index, texts = up_to_date_index(session), [block.text for part in dossier.sections for block in part.blocks]
    texts += (paper.text for paper in dossier.papers)
    people = count_clients(index)
    found = list(_combinations(index, [(row[0], row[1], row[3]) for row in told], texts, people, int(day[:_YEAR])))
    if people < FEW_PEOPLE:
        return found
    rare = [thing for thing in found if thing.is_rare]
    most = max(_FEWEST_PHRASES, _OF_1000_WORDS * sum(len(text.split()) for text in texts) // 1000)
    asked = {form_key(each.form) for thing in rare for each in thing.hides}
    kept = [form for form, action in decisions.items() if action == Action.KEEP and not is_marked(form)]
    phrases = {each.form: each for each in phrases_in(texts, (form for form in kept if form_key(form) not in asked))}
    alone = in_no_other_case(index, phrases, case)
    versions = frozenset(row[0] for row in told)
    shown = islice(alone, max(0, min(most, MOST_ASKED - len(rare))))
    return [*found, *(_of_phrase(phrases[form], versions) for form in shown)]


def _combinations(
    index: Index,
    told: list[tuple[VersionId, CaseworkRecord, RedactedSection]],
    texts: list[str],
    people: int,
    year: int,
) -> Iterator[RareThing]:
    """Yield of each client what is told of them with each event, or, where people are few, with all of them."""
    words, ages = frozenset(words_of("\n".join(texts).casefold())), {age for text in texts for *_, age in ages_in(text)}
    events = sorted(
        (event for row in told if (event := _event(*row, words)) is not None),
        key=lambda event: (event.month, event.kind),
    )
    clients = [
        _client(version, record, section, ages, year)
        for version, record, section in told
        if isinstance(record, Person) and record.role is PersonRole.CLIENT
    ]
    each: list[tuple[_Event, ...]] = [(event,) for event in events] or [()]
    groups = [tuple(events)] if people < FEW_PEOPLE else each
    found = set[str]()
    for client in clients or [_Client()]:
        for group in groups:
            thing = _combination(index, client, group, texts, people)
            if thing is not None and thing.key not in found:
                found.add(thing.key)
                yield thing


def _is_named(record: object, rule: RecordRule, section: RedactedSection) -> bool:
    if not isinstance(record, Person) or record.role is not PersonRole.CLIENT:
        return False
    label = rule.labels.get("names")
    return any(block.label == label and not block.text.startswith(_CODED) for block in section.blocks)


def _event(version: VersionId, record: object, section: RedactedSection, words: frozenset[str]) -> _Event | None:
    """Return what happened, if the text tells its month; what is still to come is known to a court alone."""
    kind, when, place = event_of(record) or ("", None, None)
    if when is None or len(when) < _MONTH or (isinstance(record, Hearing) and record.is_due()):
        return None
    if not any(when[:_MONTH] in block.text for block in section.blocks):
        return None
    towns = [word for word in words_of_place(place) if not word.islower() and word.casefold() in words]
    towns = [word for word in towns if normal(word) not in PART_OF]
    return _Event(version, kind, when[:_MONTH], frozenset({when[:_DAY].rstrip("~")}), tuple(dict.fromkeys(towns)))


def _client(version: VersionId, person: Person, section: RedactedSection, ages: set[int], year: int) -> _Client:
    said = {block.text for block in section.blocks}
    of_birth = int(person.born[:_YEAR]) if person.born else None
    own = () if of_birth is None else tuple(sorted(ages & {year - of_birth, year - of_birth - 1}))
    nations = tuple(code for code in person.nationalities if code in said)
    return _Client(version, nations, own, str(of_birth) if own else "")


def _combination(
    index: Index, client: _Client, events: tuple[_Event, ...], texts: list[str], people: int
) -> RareThing | None:
    """Return what a text tells of a client and of what happened to them; None where it is no combination."""
    towns = tuple(dict.fromkeys(town for event in events for town in event.towns))
    facts = len(client.nations) + bool(client.ages) + 2 * len(events)  # what, and in which month
    if not facts or (facts == 1 and people < FEW_PEOPLE):
        return None
    ages = tuple(map(str, client.ages))
    what = ", ".join((*client.nations, *ages, *towns, *(f"{event.kind} {event.month}" for event in events)))
    less = ", ".join(
        (*client.nations, *map(band, client.ages[:1]), *(f"{event.kind} {event.month[:_YEAR]}" for event in events))
    )
    nations = tuple(map(nation, client.nations))
    count = people
    if people < FEW_PEOPLE:
        told = Message("Your vault has {count} people, so that everything in it is rare. {why}", count=people, why=_WHY)
    else:
        exactly = [trait for event in events for trait in (happened(event.kind, event.month), *map(town, event.towns))]
        years = [happened(event.kind, event.month[:_YEAR]) for event in events]
        of_age, about = ([born(client.year[:digits])] if ages else [] for digits in (_YEAR, _DECADE))
        count = clients_sharing(index, (*nations, *of_age), exactly)
        told = plural(
            "Only {count} person of your vault is so. {why} Told less exactly ({less}): {others}.",
            "Only {count} people of your vault are so. {why} Told less exactly ({less}): {others}.",
            count=count,
            why=_WHY,
            less=less,
            others=clients_sharing(index, (*nations, *about), years),
        )
    times = frozenset(time for event in events for time in event.times)
    written = {text[start:end] for text in texts for start, end, _ in times_in(text, times)}
    places = tuple(Decision(word, Action.REMOVE, ByHand.PLACE) for word in towns)
    numbers = tuple(Decision(form, Action.REMOVE, ByHand.NUMBER) for form in sorted({*written, *ages}))
    thing = RareThing(
        Question(_marked(what), 1, (), Action.KEEP, what, told=told),
        is_rare=people < FEW_PEOPLE or count <= MOST_SHARING,
        hides=(*places, *numbers),
        loses=places,
        coarser=Coarser(times, frozenset(client.ages)),
        drops=Coarser(nations=frozenset(client.nations)),
        versions=frozenset(event.version for event in events) | ({client.version} if client.version else set()),
    )
    if thing.can_be_coarser:
        return replace(thing, question=replace(thing.question, proposal=Action.GENERALISE))
    return thing


def _of_phrase(phrase: Phrase, versions: frozenset[VersionId]) -> RareThing:
    question = Question(_marked(phrase.form), 1, (), Action.KEEP, phrase.context, told=_ELSEWHERE)
    return RareThing(question, hides=(Decision(phrase.form, Action.REMOVE, ByHand.OTHER),), versions=versions)
