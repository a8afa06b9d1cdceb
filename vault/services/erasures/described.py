"""A record as a person knows it: when, of which kind, what it is called, and by whom.

Of what goes there is a line for each record and kind, with everybody who wrote a version of it: who erases reads the
same as who approves it. The newest version alone hides whose words stand beside or before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.access import Section
from vault.casework.case import Case
from vault.casework.form import FormedRecord
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.note import Note
from vault.casework.papers.document import Document
from vault.casework.person import Person
from vault.casework.story import STORY, headline_said
from vault.display import DAY, time_data
from vault.errors import MalformedError, NotFoundError, VerificationError
from vault.ids import CompartmentId, MemberId, RecordId
from vault.policy.roles import Action
from vault.records.codec import from_fields
from vault.records.content import Content
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry
from vault.services.erasures.what_goes import heads
from vault.services.projection.authors import name_in
from vault.services.projection.places import name_of
from vault.services.projection.projection import audit_of
from vault.services.projection.seats import members_of_logs
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message, plural

_MOST_LETTERS = 60
_MOST_PSEUDONYMS = 64
_FORMED: Mapping[str, type[FormedRecord]] = {**STORY, Document.KIND: Document}


@dataclass(frozen=True, slots=True)
class Described:
    """What a person knows a record by. `day` is YYYY-MM-DD; `by` the member who wrote it, or None."""

    home: CompartmentId
    record: RecordId
    kind: str
    day: str
    title: str = field(repr=False)
    by: bytes | None = None


def described(session: Session, found: Mapping[tuple[CompartmentId, RecordId], str]) -> list[Described]:
    """Return these records as a person knows them, in their order. `note_look` comes first.

    Entries of the register have no words, and are left out.
    """
    session.require(Action.MEMBER_LIST)
    shown = {place: kind for place, kind in found.items() if kind != RegisterEntry.KIND}
    homes = {(home, kind) for (home, _), kind in shown.items()}
    opened = {
        (home, head.record): head
        for home, kind in sorted(homes)
        for head in heads(session, home, kind)
        if (home, head.record) in shown
    }
    members = members_of_logs(session, {head.origin for head in opened.values()})
    return [
        Described(
            *place,
            kind,
            *day_and_title(opened[place].content),
            members.get(opened[place].origin),
        )
        for place, kind in shown.items()
        if place in opened
    ]


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
        """The kind of the record."""
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
