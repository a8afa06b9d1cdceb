"""What stands again of what was erased in this folder: a colleague wrote it before they heard of the erasure.

A case that was erased as a whole takes along what comes in later, by itself. Of a single record a person decides: their
colleague's words are newer than the erasure knew.
"""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.remembered import tell_once
from vault.policy.roles import ALLOWED, Action
from vault.records.work import Entry
from vault.services.cases.holds import is_held
from vault.services.erasures.removing import all_contents, begin, finish, forget_contents, validator_of
from vault.services.projection.approval_checks import MOST_RECORDS_ALONE
from vault.services.projection.folder_row import ALL_RECORDS, erased_records
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
    new = tell_once(session.index(), {each.record for each in standing_again(session)})
    if not new:
        return []
    return [
        plural(
            "{count} record that was erased here is back: a colleague wrote it before they knew of the erasure."
            " Erase it again, or keep it: {list_erasures}.",
            "{count} records that were erased here are back: a colleague wrote them before they knew of the erasure."
            " Erase them again, or keep them: {list_erasures}.",
            count=len(new),
            list_erasures=NextStep.LIST_ERASURES,
        )
    ]


def erase_late(session: Session, *, at_once: bool = False) -> list[Message]:
    """Erase what came into cases and sections after they went as a whole here; return what a person should hear of it.

    Only in those whose key this member alone was left with: nobody else writes there any more. A hold stops it, and
    more than ten records of one place go only when a person says so (`at_once`).
    """
    lines: list[Message] = []
    for home in _ended_places(session):
        with session.database.reading() as rows:
            late = rows.placed(home)
        contents = all_contents(session, [home])
        if not (late or contents) or is_held(session, home):
            continue
        count = len({version.record for version in late})
        if count > MOST_RECORDS_ALONE and not at_once:
            if tell_once(session.index(), {version.id for version in late}):
                lines.append(_asks(session, home, count))
            continue
        _erase(session, home, late, contents)
        lines.append(
            plural(
                "{count} record that a colleague wrote into a case or section after you erased it was erased too.",
                "{count} records that colleagues wrote into a case or section after you erased it were erased too.",
                count=count,
            )
        )
    return lines


def _ended_places(session: Session) -> list[CompartmentId]:
    """Return the cases and sections that went as a whole, and which this member holds."""
    if not session.roles & ALLOWED[Action.CASE_ERASE]:
        return []
    homes = [CompartmentId(home) for home, record in erased_records(session) if record == ALL_RECORDS]
    alone = [home for home, state in session.states_of(homes).items() if state is not None]
    held = [home for home in alone if session.holds(home)]
    with session.database.reading() as rows:
        validator = validator_of(session, rows)
        return [home for home in held if validator.went_whole(home)]


def _asks(session: Session, home: CompartmentId, count: int) -> Message:
    return plural(
        "{count} record came into {place} after you erased it. Remove it for good, if that is right: {remove}.",
        "{count} records came into {place} after you erased it. Remove them for good, if that is right: {remove}.",
        count=count,
        place=name_of(session, home),
        remove=NextStep.REMOVE_ERASED,
    )


def _erase(
    session: Session, home: CompartmentId, late: list[PlacedVersion], contents: list[tuple[CompartmentId, bytes]]
) -> None:
    session.require(Action.CASE_ERASE, home)
    begin(session, late)
    with session.index().in_doubt():
        going: list[PlacedVersion | tuple[CompartmentId, bytes]] = [*contents, *late]
        for at in range(0, len(going), _ITEMS_IN_ONE_ENTRY):
            with session.work() as work:
                for each in going[at : at + _ITEMS_IN_ONE_ENTRY]:
                    if isinstance(each, PlacedVersion):
                        work.erase_placed(each)
                    else:
                        work.erase(home, VersionId(each[1]))
                work.commit(Entry(act="erase", why="arrived"))
        finish(session)
        forget_contents(session)  # a content may have come later than its version, which went before
