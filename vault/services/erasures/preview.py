"""What a person reads before an erasure: what goes, in their words, what stays and names the people, what stops it.

Of what goes there is a line for each record and kind, with everybody who wrote a version of it: who erases reads the
same as who approves it. The newest version alone hides whose words stand beside or before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from vault.access.session import Session
from vault.casework.case import Case, Section
from vault.casework.document import Document
from vault.casework.form import FormedRecord
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story import STORY, headline_said
from vault.display import DAY, time_data
from vault.errors import MalformedError, NotFoundError, VerificationError
from vault.ids import CompartmentId, MemberId, RecordId, short_id
from vault.policy.roles import Action
from vault.records.versions import Content, OpenedVersion, from_fields, open_each
from vault.records.work import Entry
from vault.services.erasures.letter import (
    counts_in_words,
    earlier_titles_in_words,
    elsewhere_in_words,
    gone_out_in_words,
    holds_in_plan,
    shared_in_words,
)
from vault.services.erasures.reach import Left, Plan, Spot
from vault.services.erasures.what_goes import heads
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.services.projection.projection import audit_of
from vault.services.projection.seats import members_of_logs
from vault.store.rowtypes import PlacedVersion
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

_MOST_LISTED = 20


def preview(session: Session, plan: Plan, *, needs_second: bool) -> list[Words]:
    """Return what goes and what stays, for the question whether to erase it; first what stops it.

    That these records were looked at is in the log before.
    """
    rule = session.require(Action.MEMBER_LIST)
    opened = [version for version in opened_of(session, plan.versions) if version.content.kind != RegisterEntry.KIND]
    found = whose_words(session, (version for version in opened if version.id not in plan.quarantined))
    unseen = whose_words(session, (version for version in opened if version.id in plan.quarantined))
    left = [*islice(plan.left.named.items(), _MOST_LISTED), *islice(plan.left.only_perhaps.items(), _MOST_LISTED)]
    kinds = Counter([*(each.kind for each in (*found, *unseen)), *(kind for _, kind in left)])
    note_look(session, kinds, [*plan.cases, *plan.left.titles, *(home for (home, _), _ in left)], rule)
    lines: list[Words] = [*_held(session, plan)]
    if plan.nothing_goes:
        lines.append(Message("Nothing is erased while the hold stands. This was asked for:"))
    else:
        lines.append(Message("This is erased for good, with every earlier version:"))
    lines += counts_in_words(plan)
    lines += _listed(session, found)
    lines += _quarantined(session, unseen)
    if plan.cases:
        lines.append(Message("In: {cases}.", cases=", ".join(map(str, plan.cases.values()))))
    if plan.elsewhere:
        lines.append(elsewhere_in_words(plan))
    if plan.whole:
        lines.append(Message("The case goes as a whole: nobody can write in it any more."))
    lines += _naming(session, plan.left)
    if not plan.names:
        lines += _claimed(session, plan)
    lines += _shared(session, plan)
    lines += gone_out_in_words(plan)
    if needs_second:
        lines.append(Message("It is more than one case or ten records: a second person has to approve it."))
    return lines


def _listed(session: Session, found: Sequence[WhoseWords]) -> Iterator[Words]:
    """Yield what goes, in a person's words: first what colleagues wrote, who lose it too."""
    names = names_of_members(session)
    others = [each for each in found if set(each.authors) != {session.member}]
    own = [each for each in found if set(each.authors) == {session.member}]
    if others:
        yield plural(
            "{count} of these records is by a colleague, at least in part: {names}.",
            "{count} of these records are by colleagues, at least in part: {names}.",
            count=len(others),
            names=listed_names(names, {author for each in others for author in each.authors} - {session.member}),
        )
    yield from (in_a_line(session, names, each) for each in [*others, *own][:_MOST_LISTED])
    yield from _more(len(found))


def _quarantined(session: Session, found: Sequence[WhoseWords]) -> Iterator[Words]:
    """Yield what goes and is valid for nobody."""
    if not found:
        return
    names = names_of_members(session)
    yield plural(
        "{count} saved change that is set aside goes too, by: {names}. Nobody sees it now, but would if its author gets"
        " the case again.",
        "{count} saved changes that are set aside go too, by: {names}. Nobody sees them now, but would if their authors"
        " get the case again.",
        count=sum(len(each.versions) for each in found),
        names=listed_names(names, (author for each in found for author in each.authors)),
    )
    yield from (in_a_line(session, names, each) for each in found[:_MOST_LISTED])
    yield from _more(len(found))


def _naming(session: Session, left: Left) -> Iterator[Words]:
    """Yield what stays and names the people who go, or may: the titles of cases first."""
    if left.titles:
        yield plural(
            "The title of {count} case has a name of these people in it. Give the case another title: then search does"
            " not find this one. The history of the case keeps it until the whole case is erased:",
            "The titles of {count} cases have names of these people in them. Give the cases other titles: then search"
            " does not find these. The history of each case keeps its own until the whole case is erased:",
            count=len(left.titles),
        )
        yield from (f"  {name_of(session, case)}  {title}" for case, title in left.titles.items())
    if left.earlier:
        yield earlier_titles_in_words(left)
    if left.named:
        yield plural(
            "{count} other record names these people and stays: look at it, and erase it or correct it.",
            "{count} other records name these people and stay: look at them, and erase or correct them.",
            count=len(left.named),
        )
        yield from _places(session, left.named)
    if left.only_perhaps:
        yield plural(
            "{count} record may also mention them, by one name alone. It stays unless you erase it.",
            "{count} records may also mention them, by one name alone. They stay unless you erase them.",
            count=len(left.only_perhaps),
        )
        yield from _places(session, left.only_perhaps)
    if left.drafts:
        yield plural(
            "{count} unfinished text of yours may name these people and stays: finish it, or throw it away.",
            "{count} unfinished texts of yours may name these people and stay: finish them, or throw them away.",
            count=len(left.drafts),
        )


def _places(session: Session, found: Mapping[Spot, str]) -> Iterator[Words]:
    """Yield where records stand that stay, with the ids by which they are erased."""
    shown = dict(islice(found.items(), _MOST_LISTED))
    known = described(session, shown)
    for (home, record), kind in shown.items():
        day, title = known.get((home, record), ("", ""))
        yield Message(
            "  {day}  {kind}  {title}  in {case}  id {id}",
            day=day,
            kind=word_of(kind),
            title=title,
            case=name_of(session, home),
            id=short_id(record),
        )
    yield from _more(len(found))


def _shared(session: Session, plan: Plan) -> Iterator[Words]:
    """Yield which contents stay, and the papers that name them."""
    count, papers = plan.shared
    if count:
        yield shared_in_words(plan)
        yield from _places(session, dict.fromkeys(papers, Document.KIND))


def _claimed(session: Session, plan: Plan) -> Iterator[Words]:
    """Yield which records stay because their versions disagree."""
    if plan.claimed:
        yield plural(
            "{count} record stays: one of its versions says that it belongs to this, another does not. Look at it.",
            "{count} records stay: one of the versions of each says that it belongs to this, another does not."
            " Look at them.",
            count=len(plan.claimed),
        )
        yield from _places(session, plan.claimed)


def _more(count: int) -> Iterator[Words]:
    if count > _MOST_LISTED:
        yield Message("  and {count} more", count=count - _MOST_LISTED)


def _held(session: Session, plan: Plan) -> Iterator[Message]:
    """Yield which of the cases are on legal hold, why, until when at least, and how much stays in them."""
    for each, hold in holds_in_plan(session, plan):
        if plan.nothing_goes:
            yield Message(
                "{case} is on legal hold and nothing of it is erased. Reason: {reason}. To be reviewed on {day}.",
                case=each.name,
                reason=hold.reason,
                day=hold.review,
            )
        else:
            yield plural(
                "{case} is on legal hold: {count} record there stays. Reason: {reason}. To be reviewed on {day}.",
                "{case} is on legal hold: {count} records there stay. Reason: {reason}. To be reviewed on {day}.",
                count=each.records,
                case=each.name,
                reason=hold.reason,
                day=hold.review,
            )


_MOST_LETTERS = 60
_MOST_PSEUDONYMS = 64
_FORMED: Mapping[str, type[FormedRecord]] = {**STORY, Document.KIND: Document}


def described(session: Session, found: Mapping[Spot, str]) -> dict[Spot, tuple[str, str]]:
    """Return the day and the title of those of these records that open here. `note_look` comes first."""
    session.require(Action.MEMBER_LIST)
    wanted = sorted({(home, kind) for (home, _), kind in found.items()})
    opened = {(home, head.record): head.content for home, kind in wanted for head in heads(session, home, kind)}
    return {spot: day_and_title(opened[spot]) for spot in found if spot in opened}


def note_look(session: Session, covers: Mapping[str, int], homes: Iterable[CompartmentId], rule: str) -> None:
    """Say in the log that records of these places are looked at, before they are shown."""
    audits: list[bytes] = []
    for home in dict.fromkeys(homes):
        with suppress(NotFoundError, VerificationError):  # a section, the intake, or what names the case is not here
            audits.append(audit_of(session, home))
    session.log_act(Entry(act="case.view", why="erase", objs=tuple(audits[:_MOST_PSEUDONYMS]), covers=covers, pol=rule))


def day_and_title(content: Content) -> tuple[str, str]:
    """Return the day of a record, YYYY-MM-DD, and what a person calls it, in a line; both may be empty."""
    day, title = time_data(content.clock[0], DAY) or "", ""
    with suppress(MalformedError):
        match content.kind:
            case Case.KIND:
                case = from_fields(Case, content.fields)
                day, title = case.opened, f"{case.ref} {case.title}"
            case Person.KIND:
                title = from_fields(Person, content.fields).display_name()
            case Note.KIND:
                note = from_fields(Note, content.fields)
                day, title = note.occurred or day, note.text
            case Slip.KIND:
                slip = from_fields(Slip, content.fields)
                day, title = time_data(slip.received, DAY) or day, slip.name or slip.number or slip.text
            case Section.KIND:
                title = from_fields(Section, content.fields).title
            case kind if kind in _FORMED:
                record = from_fields(_FORMED[kind], content.fields)
                day, title = record.when() or day, str(headline_said(kind, record.headline()))
                title = record.called if isinstance(record, Document) else title
            case _:
                pass
    return day[: len("2026-11-27")], _line(title)


def _line(text: str) -> str:
    first = next((line for part in text.splitlines() if (line := part.strip())), "")
    return first if len(first) <= _MOST_LETTERS else f"{first[: _MOST_LETTERS - 1].rstrip()}…"


@dataclass(frozen=True, slots=True)
class WhoseWords:
    """One record of one kind, with all of its versions that would go, the newest first, and who wrote each."""

    home: CompartmentId
    versions: tuple[OpenedVersion, ...]
    authors: tuple[MemberId | None, ...]

    @property
    def kind(self) -> str:
        return self.versions[0].content.kind


def whose_words(session: Session, opened: Iterable[OpenedVersion]) -> list[WhoseWords]:
    """Return these versions by record and kind, the oldest first."""
    versions: dict[tuple[CompartmentId, RecordId, str], list[OpenedVersion]] = {}
    for version in sorted(opened, key=lambda each: each.content.clock):
        versions.setdefault((version.compartment, version.record, version.content.kind), []).insert(0, version)
    members = members_of_logs(session, {each.origin for some in versions.values() for each in some})
    return [
        WhoseWords(home, tuple(some), tuple(members.get(each.origin) for each in some))
        for (home, _, _), some in versions.items()
    ]


def opened_of(session: Session, going: Collection[PlacedVersion]) -> list[OpenedVersion]:
    """Return these versions, opened, each once; those that do not open are left out."""
    wanted = {version.id for version in going}
    with session.database.reading() as rows:
        homes = dict.fromkeys(version.compartment for version in going)
        sealed = [row for home in homes for row in rows.versions(home) if row.id in wanted]
    opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
    return list({version.id: version for version in opened}.values())


def in_a_line(session: Session, names: dict[MemberId, str], words: WhoseWords) -> Message:
    """Return what a person knows a record by, and the authors of all that would go of it."""
    newest, *earlier = words.versions
    day, title = day_and_title(newest.content)
    said = {
        "day": day,
        "kind": newest.content.kind,
        "title": title,
        "case": name_of(session, words.home),
        "name": name_in(names, words.authors[0]),
    }
    if not earlier:
        return Message("  {day}  {kind}  {title}  in {case}, by {name}", **said)
    return plural(
        "  {day}  {kind}  {title}  in {case}, by {name}, and {count} earlier version, by {others}",
        "  {day}  {kind}  {title}  in {case}, by {name}, and {count} earlier versions, by {others}",
        count=len(earlier),
        others=listed_names(names, words.authors[1:]),
        **said,
    )


def listed_names(names: dict[MemberId, str], members: Iterable[MemberId | None]) -> str:
    """Return the names of these members, each once."""
    return ", ".join(sorted({name_in(names, member) for member in members}))
