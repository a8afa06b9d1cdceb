"""Whose words go: a line for each record and kind, with everybody who wrote a version of it that would go.

Who erases reads the same as who approves it: the newest version alone hides whose words stand beside or before it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from vault.access.session import Session
from vault.ids import CompartmentId, MemberId, RecordId
from vault.records.versions import OpenedVersion, open_each
from vault.services.erasures.described import day_and_title
from vault.services.projection.authors import name_in
from vault.services.projection.places import name_of
from vault.services.projection.seats import members_of_logs
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message, plural


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
