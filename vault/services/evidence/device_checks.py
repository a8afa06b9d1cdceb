"""Is what lies on this device whole: the database file, its rows, and what this seat keeps sealed for itself?

No log says how these have to look. What can be known of them is asked here, for `log verify`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from vault.access.membership.inviting import stored_invitations
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.keyrings import missing_keys
from vault.errors import VaultError
from vault.records.logs import genesis_of
from vault.seal.purposes import Purpose
from vault.services.exchange.peers import stored_peers
from vault.services.projection.log_statements import DRILL, Said
from vault.store.rows import Rows
from vault.store.schema import content_faults, shape_faults
from vault.words.finding import Code, Finding
from vault.words.message import Message
from vault.words.next_step import NextStep


def file_faults(session: Session) -> Iterator[Finding]:
    """Name what is wrong with the database file."""
    for fault in shape_faults(session.database):
        yield Finding(Code.SCHEMA, fault)
    for fault in content_faults(session.database):
        yield Finding(Code.DATABASE, fault)


def row_faults(session: Session, rows: Rows, said: Said) -> Iterator[Finding]:
    """Name rows that nothing else ever reads, and what this seat kept and does not find any more."""
    for table, count in rows.false_rows().items():
        message = Message(
            "{count} rows of the table {table} hold a value of another type than their column", count=count, table=table
        )
        yield Finding(Code.FALSE_ROW, message)
    yield from _keyring(session, rows)
    yield from _local(session)
    if _lost_its_secret(session, rows, said):
        message = Message(
            "the secret of the recovery sheets is not on this device any more, and no drill proved sheets of it:"
            " prove those that you have with {drill}, or restore a backup",
            drill=NextStep.DRILL_RECOVERY,
        )
        yield Finding(Code.LOCAL, message)


def _keyring(session: Session, rows: Rows) -> Iterator[Finding]:
    """Name each epoch whose listed grant to this seat does not open: its compartment would seem not to exist."""
    listings = session.learned.listings
    for key in missing_keys(rows, session.log.place, session.kem_private, session.keyring, listings):
        state = session.state_of(key.compartment)
        counts = state is not None and session.seat not in state.cutoffs and key.epoch in state.epochs
        if key.is_altered or (state is not None and counts and session.seat in state.epochs[key.epoch].granted):
            message = Message("key {epoch} was granted to this device and is not in its keyring", epoch=key.epoch.hex())
            yield Finding(Code.KEYRING, message)


_KEPT: tuple[tuple[Message, Callable[[Session], object]], ...] = (
    (Message("the secret of the recovery sheets: altered, and of no use any more"), kept_secret),
    (Message("what this device knows of others' devices: altered, and of no use any more"), stored_peers),
    (Message("the invitations that this device made: altered, and of no use any more"), stored_invitations),
)


def _local(session: Session) -> Iterator[Finding]:
    """Name what this seat keeps sealed and cannot read (FORMAT.md 7)."""
    for altered, read in _KEPT:
        try:
            read(session)
        except VaultError:
            yield Finding(Code.LOCAL, altered)


def _lost_its_secret(session: Session, rows: Rows, said: Said) -> bool:
    """Say whether this seat founded the vault, still has its first root, and lost the secret of it before any drill.

    Where another made the root in effect, or this seat cannot read all that its own log says, nobody can tell.
    """
    if rows.local(session.seat, Purpose.ROOT_SECRET) is not None:
        return False
    if session.directory.effective.root_public != session.root_public:
        return False
    own = {
        row.origin
        for row in rows.geneses()
        if (genesis := genesis_of(rows, row.origin)) is not None and genesis.seat == session.seat
    }
    authority = session.authority(rows)
    founded = any((entry := authority.entry(origin, 0)) is not None and entry.founds_vault for origin in own)
    drilled = any(origin in own and payload.act == DRILL for (origin, _, _), payload in said.kept.items())
    return founded and not drilled and own.isdisjoint(said.closed)
