"""What stands again of what was erased in this folder: a colleague wrote it before they heard of the erasure.

A case that was erased as a whole takes along what comes in later, by itself. Of a single record a person decides: their
colleague's words are newer than the erasure knew.
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.ids import CompartmentId, Origin, RecordId, VersionId
from vault.index.told import remember_told, told
from vault.policy.roles import ALLOWED, Action
from vault.records.work import Entry
from vault.services.cases.holds import is_held
from vault.services.erasures.belonging import all_contents
from vault.services.erasures.folder_row import ALL_RECORDS, erased_records
from vault.services.erasures.removing import begin, finish
from vault.services.projection.places import name_of
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message, plural
from vault.words.next_step import NextStep

_ITEMS_IN_ONE_ENTRY = 800


@dataclass(frozen=True, slots=True)
class Again:
    """A record that was erased here and stands again."""

    home: CompartmentId
    name: str | Message
    record: RecordId


def standing_again(session: Session) -> list[Again]:
    """Return the records that were erased in this folder and of which something stands, in places of this member."""
    gone = sorted((home, record) for home, record in erased_records(session) if record != ALL_RECORDS)
    held = {home for home in {CompartmentId(home) for home, _ in gone} if session.holds(home)}
    with session.database.reading() as rows:
        found = [
            (CompartmentId(home), RecordId(record))
            for home, record in gone
            if home in held and rows.placed(home, record)
        ]
    return [Again(home, name_of(session, home), record) for home, record in found]


def untold(session: Session) -> list[Message]:
    """Return a sentence where records stand again that were erased here, once for each."""
    found = standing_again(session)
    new = {each.record for each in found} - told(session.index())
    if not new:
        return []
    remember_told(session.index(), new)
    return [
        plural(
            "{count} record that was erased here stands again: a colleague wrote it before they heard. Erase it"
            " again, or keep it: {list_erasures}.",
            "{count} records that were erased here stand again: a colleague wrote them before they heard. Erase them"
            " again, or keep them: {list_erasures}.",
            count=len(new),
            list_erasures=NextStep.LIST_ERASURES,
        )
    ]


def erase_late(session: Session) -> int:
    """Erase what came into cases and sections after they were erased as a whole here; return how many versions went.

    Only who was left with the key of such a place can; a hold stops it.
    """
    if not session.roles & ALLOWED[Action.CASE_ERASE]:
        return 0
    homes = [CompartmentId(home) for home, record in erased_records(session) if record == ALL_RECORDS]
    done = 0
    for home in homes:
        if not session.holds(home):
            continue
        with session.database.reading() as rows:
            late = rows.placed(home)
        contents = all_contents(session, [home])
        if not (late or contents) or is_held(session, home):
            continue
        session.require(Action.CASE_ERASE, home)
        begin(session, late, contents)
        with session.index().in_doubt():
            going: list[PlacedVersion | tuple[CompartmentId, bytes]] = [*contents, *late]
            for at in range(0, len(going), _ITEMS_IN_ONE_ENTRY):
                with session.work() as work:
                    for each in going[at : at + _ITEMS_IN_ONE_ENTRY]:
                        if isinstance(each, PlacedVersion):
                            place = (Origin(each.origin), each.seq, each.n)
                            work.erase(home, VersionId(each.id), place)
                        else:
                            work.erase(home, VersionId(each[1]))
                    work.commit(Entry(act="erase", why="arrived"))
            finish(session)
        done += len(late)
    return done
