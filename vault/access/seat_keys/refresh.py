"""Take in what other seats did: who is in, keys that were given, keys that were withdrawn.

Runs at each unlock, and after rows were imported or an act was listed that decides who is in. Every key that comes in
this way is kept where this member is in (FORMAT.md 6).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass

from vault.access.pins.alarms import lasting
from vault.access.session import Session
from vault.access.trust.case_lines import put_out_of
from vault.access.trust.keyrings import GrantedKey, missing_keys
from vault.access.trust.membership_news import news_of, told_of
from vault.errors import VerificationError
from vault.ids import CompartmentId, CompartmentKind, Origin
from vault.index.entries import RemovedCompartment
from vault.index.indexing import apply
from vault.log.epoch_notice import KIND_AT
from vault.records.seatlog import SealedPlace
from vault.seal.purposes import Purpose
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.validity.compartment_access import CompartmentState
from vault.validity.deciding_lines import Lines
from vault.words.finding import Code, Finding, Severity
from vault.words.message import plural


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What changed for this seat.

    Compartments that it can read from now on, and those that it could read before.
    """

    gained: tuple[CompartmentId, ...]
    withdrawn: tuple[CompartmentId, ...]


def refresh(session: Session, *, opened_at_unlock: Sequence[GrantedKey] | None = None) -> Refreshed:
    """Bring the session level with the rows: directory, keyring, index.

    `opened_at_unlock` was found in these rows already.

    Raises:
        VerificationError: this seat is not in any more.
    """
    held_before = set(session.keyring.compartments())
    with session.log.lock, session.database.reading() as rows:
        place, keyring = session.log.place, session.keyring
        if opened_at_unlock is None:
            granted = missing_keys(rows, place, session.kem_private, keyring, session.learned.listings)
        else:
            granted = [grant for grant in opened_at_unlock if grant.epoch not in keyring]
        told = told_of(session.directory, session.seat)
        session.adopt(session.read_directory(rows))
        # Told before anything is written, and with it pins that know it.
        for alarm in news_of(session.directory, session.seat, told):
            session.add_alarm(alarm)
        kept, lost, refused = _judge(session, granted)
        states = session.states_of(_may_be_taken(session))
        withdrawn = tuple(item for item, state in states.items() if state is not None and not _is_in(session, state))
    gained = tuple(dict.fromkeys(key.compartment for key in kept if key.compartment not in held_before))
    for compartment in withdrawn:
        for epoch in session.keyring.epochs_of(compartment):
            session.keyring.drop(epoch)
    if kept or withdrawn:
        _keep(session, gained, withdrawn)
    keep_lines(session.database, session.log.place, session.directory.lines)
    _tell(session, kept if opened_at_unlock is not None else (), lost, refused)
    return Refreshed(gained, withdrawn)


def keep_lines(database: Database, place: SealedPlace, lines: Lines) -> None:
    """Remember what decides who is in, sealed, as far as it was read (FORMAT.md 7)."""
    row = place.seal_row(Purpose.LINES, lines.encode())
    with database.transaction() as rows:
        rows.put_local(row)


def remembered_lines(rows: Rows, place: SealedPlace) -> Lines:
    """Return what this seat read of the lines that decide who is in; of an altered row nothing: it is read anew."""
    row = rows.local(place.seat, Purpose.LINES)
    if row is not None:
        with suppress(VerificationError):
            return Lines.decode(place.open_row(row))
    return Lines(is_anew=row is not None)


def _judge(session: Session, granted: Sequence[GrantedKey]) -> tuple[list[GrantedKey], int, int]:
    """Put into the keyring what opens where this member is in; return that, how many were altered, how many others not.

    What its giver sealed wrongly is no damage, and holds up nothing: anybody may list it.
    """
    kept, lost, refused = [], 0, 0
    states = session.states_of(key.compartment for key in granted)
    for key in granted:
        state = states[key.compartment]
        if key.is_altered:
            lost += 1
        elif state is None or not _is_in(session, state):
            # Keys of before a put-out stay in the rows; nobody did anything wrong.
            refused += state is None
        elif (opened := key.key) is None:
            refused += 1
        else:
            session.keyring.add(key.compartment, key.epoch, opened)
            kept.append(key)
    return kept, lost, refused


def _is_in(session: Session, state: CompartmentState) -> bool:
    """Say whether this device shall read a compartment: its member is in or, of what is shared, has a role for it."""
    return session.member in state.members


def _may_be_taken(session: Session) -> list[CompartmentId]:
    """Return what this seat holds and may have lost: what is shared, and where somebody is put out."""
    held = [CompartmentId(compartment) for compartment in session.keyring.compartments()]
    shared = [compartment for compartment in held if compartment in session.directory.all_shared]
    taken = put_out_of(session, held)
    sections = list[CompartmentId]()
    if taken:  # who lost a case, lost its sections
        with session.database.reading() as rows:
            epochs = rows.epochs_holding([bytes((CompartmentKind.SECTION,))], at=KIND_AT)
        sections = [CompartmentId(row.compartment) for row in epochs if row.compartment in held]
    return list(dict.fromkeys([*shared, *taken, *sections]))


def _keep(session: Session, gained: tuple[CompartmentId, ...], withdrawn: tuple[CompartmentId, ...]) -> None:
    """Store the keyring, then bring the index level: what its cursor passed by unread comes again."""
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.KEYRING, session.keyring.encode()))
    if not (gained or withdrawn):
        return
    with session.database.reading() as rows:
        written = rows.places_in(gained)
    index = session.index()
    cursor = index.cursor()
    # What the index has not come to yet it reads anyway.
    places = {(origin, seq) for origin, seq in written if seq < max(cursor.get(origin, 0), index.passed.get(origin, 0))}
    if places or withdrawn:
        apply(index, map(RemovedCompartment, withdrawn), {}, pending=places)
    if written or withdrawn:
        index.was_asked = False


def _tell(session: Session, kept: Iterable[GrantedKey], lost: int, refused: int) -> None:
    seen = {} if session.pins is None else session.pins.logs
    # What this account had taken in before cannot be missing from a keyring that is the newest.
    again = any(
        Origin(origin) in seen and seq < seen[Origin(origin)].size for key in kept for origin, seq in key.listed_at
    )
    if again:
        session.add_alarm(lasting(Code.KEYRING))
    if lost:
        message = plural(
            "{count} key that was granted to you does not open any more: its grant was altered.",
            "{count} keys that were granted to you do not open any more: their grants were altered.",
            count=lost,
        )
        session.add_alarm(Finding(Code.KEYRING_LOST, message))
    if refused:
        message = plural(
            "{count} key that was given to you does not open, or nothing here founds its case; it is not used.",
            "{count} keys that were given to you do not open, or nothing here founds their cases; they are not used.",
            count=refused,
        )
        session.add_alarm(Finding(Code.REFUSED_KEYS, message, severity=Severity.NEWS))
