"""What is said aloud of a backup: cases that nobody here can open, and members that a restore brings back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from vault.access.pins.copies import CopyKeys, SheetKeys
from vault.access.pins.pins import PinFile
from vault.access.seat_keys.refresh import remembered_lines
from vault.access.session import Session
from vault.access.trust.directory_reading import Reading, read_directory
from vault.access.trust.membership_news import judge_restored
from vault.access.trust.prover import Prover
from vault.casework.case import Case
from vault.ids import CompartmentId, CompartmentKind, MemberId, SeatId
from vault.records.epochs import given_to, read_notice
from vault.records.versions import open_each
from vault.services.projection.absences import all_pending
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import name_of
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.seats import member_of_seat, names_said
from vault.services.projection.stored_records import stored_of_kind
from vault.store.engine import open_database
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.validity.directory import Directory
from vault.words.message import Message, Value, enumerated, listed, plural
from vault.words.next_step import NextStep

# Which cases a device has keys of and cannot open for good: said when a backup is made, and after one was restored.

_CASES = frozenset({CompartmentKind.CASE, CompartmentKind.SECTION})


def broken_cases(session: Session) -> tuple[Message, ...]:
    """Return a sentence on each case or section of which something is not here, or of which no key of this seat counts.

    A backup has it as it is: what is not here is in no backup made now.
    """
    up_to_date_index(session)
    said = {each.compartment: each.message for each in all_pending(session)}
    with session.database.reading() as rows:
        notices = [read_notice(row) for row in rows.epochs_of(session.keyring.compartments())]
    held = {CompartmentId(notice.compartment) for notice in notices if notice is not None and notice.kind in _CASES}
    without = {
        case: Message(
            "{where} cannot be used here: no key of it that this device was given counts. {ask}",
            where=_called(session, case),
            ask=_whom_to_ask(session, [case]),
        )
        for case, state in session.states_of(sorted(held)).items()
        if state is None or session.member not in state.members
    }
    return tuple(message for _, message in sorted({**said, **without}.items()))


def closed_cases(session: Session, seats: Collection[SeatId]) -> tuple[Message, ...]:
    """Return how many cases other devices were given that this one cannot open, and whom to ask; nothing where none.

    Their references are written inside them, so that only somebody who opens a case knows its reference.
    """
    with session.database.reading() as rows:
        given = given_to(rows, seats, CompartmentKind.CASE)
    # What is held here and does not count, `broken_cases` says by its reference.
    closed = sorted(case for case in given if not session.holds(case))
    if not closed:
        return ()
    said = plural(
        "{count} case of the old device cannot be opened here. Its reference is inside it. {ask}",
        "{count} cases of the old device cannot be opened here. Their references are inside them. {ask}",
        count=len(closed),
        ask=_whom_to_ask(session, closed),
    )
    return (said,)


def _called(session: Session, case: CompartmentId) -> Value:
    """Return the reference of a case as it stands inside: of one in which nothing counts the index has none."""
    with session.database.reading() as rows:
        opened, _ = open_each(rows.versions(case), vault=session.vault, keyring=session.keyring)
    said = stored_of_kind(opened, Case)
    return said[0].value.ref if said else name_of(session, case)


def _whom_to_ask(session: Session, cases: Iterable[CompartmentId]) -> Value:
    """Return who was ever given a key of these cases: those who are in, or else those who left."""
    known, names = session.directory.members, names_of_members(session)
    with session.database.reading() as rows:
        epochs = {notice.epoch for case in cases for row in rows.epochs(case) if (notice := read_notice(row))}
        seats = {SeatId(grant.seat) for grant in rows.grants_of_all(epochs)}
    members = {member for seat in seats if (member := member_of_seat(session, seat)) not in {None, session.member}}
    here = sorted(name_in(names, member) for member in members if member in known)
    left = sorted(name_in(names, member) for member in members if member not in known)
    if here:
        return Message("Ask for a grant of it: {names}.", names=enumerated(here))
    if left:
        return Message("Only those who left had its key: {names}. Ask an admin.", names=listed(left))
    return Message("Ask an admin.")


# Whom a backup brings back that this account saw go: said by name before the restored vault takes its place.
_WAITS = Message(
    "They can read what is written from now on. Exports, grants and bundles to them wait until it is taken from them"
    " again: by a bundle of a colleague who knows of it, or by hand ({suspend}, {revoke}).",
    suspend=NextStep.SUSPEND_MEMBER,
    revoke=NextStep.REVOKE_DEVICE,
)


def valid_again(building: VaultFolder, keys: CopyKeys | SheetKeys, state: Path) -> tuple[Message, ...]:
    """Return who and what is valid again in a vault that was made of a backup, if this account saw it end.

    With sheets alone, or on an account that never opened the vault, nobody knows: nothing is returned.
    """
    if isinstance(keys, SheetKeys):
        return ()
    secrets = keys.secrets
    pins = PinFile(state / "pins", keys.vault, keys.place.seat, secrets.pin_key).load()
    database = open_database(building.database, keys.database_key, create=False)
    try:
        with database.reading() as rows:
            directory, names = _organisation(rows, keys)
    finally:
        database.close()
    found = judge_restored(directory, pins)
    certificates = directory.certificates
    devices = Counter(certificates[seat].member for alarm in found for seat in alarm.seats)
    said = [
        plural(
            "{name} has access again that was taken from them, with {count} device.",
            "{name} has access again that was taken from them, with {count} devices.",
            count=count,
            name=" / ".join(sorted(names.get(MemberId(member), ()))) or f"member {member.hex()[:8]}",
        )
        for member, count in devices.items()
    ]
    waits = [_WAITS] if said else []
    return (*sorted(said, key=str), *waits)


def _organisation(rows: Rows, keys: CopyKeys) -> tuple[Directory, Mapping[MemberId, set[str]]]:
    """Return the directory of the copy, and what it calls its members."""
    reading = Reading(rows, keys.vault, Prover(None, {}), remembered_lines(rows, keys.place))
    directory = read_directory(reading)
    opened, _ = open_each(rows.versions(directory.compartment), vault=keys.vault, keyring=keys.keyring(rows))
    return directory, names_said(opened)
