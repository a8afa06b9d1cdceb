"""One entry that lists acts which decide who is in, with the keys that this is due, and the doors of this folder."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.access.trust.prover import Prover
from vault.access.trust.writing_keys import holders, lacking, settle_keys
from vault.casework.organisation_records import Member
from vault.ids import CompartmentId, CompartmentKind, SeatId
from vault.log.act_bytes import MOST_HEADS, MadeAct
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.purposes import Purpose
from vault.store.files import promote, write_aside
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.trust.trust_items import Head
from vault.validity.compartment_access import CompartmentState
from vault.validity.directory import Directory


@dataclass(frozen=True, slots=True)
class Listed:
    """What came of listing acts: who is in now that was not, and who is out now that was in."""

    admitted: tuple[SeatId, ...]
    ended: tuple[SeatId, ...]


def list_acts(
    session: Session,
    acts: Sequence[MadeAct],
    *,
    members: Sequence[Member] = (),
    keys: KeyFile | None = None,
    rows: Sequence[LocalRow] = (),
    act: str = "member.change",
    taken_from: Collection[SeatId] = (),
) -> Listed:
    """List acts in one entry, and give and replace in it the keys of what the organisation shares.

    An act that needs a second person waits for theirs; until then it gives and takes nothing.

    Args:
        session: of a member who may do so.
        acts: what decides.
        members: what the directory is to say of members whom they admit.
        keys: this folder's next `keys` file, where a seat of this folder comes or goes.
        rows: local rows to be stored before, such as those of a seat of this folder that begins.
        act: the act that the log names.
        taken_from: seats from which they take something: what these did to their own logs does not stop it.

    Raises:
        VerificationError: the log is in doubt.
        TryAgainError: no room.
    """
    before = session.directory
    session.require_sound_log(before.compartment, taken_from=taken_from)
    session.settle_keys(before.compartment)
    with session.database.reading() as reading:
        after = session.read_directory(reading, *acts)
    if keys is not None:
        write_aside(session.folder.keys, keys.encode())
    admitted, ended = _difference(before, after)
    with _stored(session, rows), session.work() as work:
        _give(session, work, after)
        for member in members:
            work.keep(before.compartment, member)
        if keys is not None:
            work.list_keys_file(keys.header.folder, keys.digest())
        for made in acts:
            work.list_act(made)
        covers = {"admitted": len(admitted), "ended": len(ended)}
        work.commit(Entry(act=act, covers={what: count for what, count in covers.items() if count}))
    if keys is not None:
        promote(session.folder.keys)
    session.here |= {SeatId(row.seat) for row in rows if row.purpose == Purpose.SLOT}
    refresh(session)
    return Listed(*_difference(before, session.directory))


def heads_of(directory: Directory, prover: Prover, rows: Rows, seats: Iterable[SeatId]) -> list[Head]:
    """Return up to where the logs of these seats count when they are taken now: all that is here and proven."""
    heads = [
        directory.places.head(origin, history.size, history.root)
        for seat in seats
        for origin in directory.places.logs_of(seat)
        for history in prover.heads(rows, origin)
    ]
    return sorted(heads, key=lambda head: -head.size)[:MOST_HEADS]


def _difference(before: Directory, after: Directory) -> tuple[tuple[SeatId, ...], tuple[SeatId, ...]]:
    one, other = before.certificates.keys(), after.certificates.keys()
    return tuple(sorted(other - one)), tuple(sorted(one - other))


@contextmanager
def _stored(session: Session, rows: Sequence[LocalRow]) -> Iterator[None]:
    """Store local rows, and bring back what stood there if what they are for does not become durable."""
    with session.database.transaction() as transaction:
        before = [(row, transaction.local(row.seat, row.purpose)) for row in rows]
        for row in rows:
            transaction.put_local(row)
    try:
        yield
    except BaseException:
        with session.database.transaction() as transaction:
            for row, old in before:
                if old is None:
                    transaction.delete_local(row.seat, row.purpose)
                else:
                    transaction.put_local(old)
        raise


def settle(session: Session) -> tuple[CompartmentKind, ...]:
    """Have what the organisation shares under keys that readers alone have, and give these what they lack.

    Return of which compartments a new key was made.
    """
    shared = shared_compartments(session)
    made = settle_keys(session, *shared.values())
    return tuple(kind for kind, compartment in shared.items() if compartment in made)


def shared_compartments(session: Session) -> dict[CompartmentKind, CompartmentId]:
    """Return the shared compartments that this seat holds."""
    return {kind: shared for shared, kind in session.directory.all_shared.items() if session.holds(shared)}


def _give(session: Session, work: Work, after: Directory) -> None:
    """Give who is in from here on the keys of what the organisation shares, as far as this device holds them.

    What finds no room in one entry follows before the next one that writes there.
    """
    missing = []
    for kind, compartment in shared_compartments(session).items():
        readers = CompartmentState(compartment, kind, (), after).readers(session.clock().trusted_ms)
        pairs = lacking(session, compartment, holders(after, readers))
        missing += [(n, compartment, epoch, holder) for n, (epoch, holder) in enumerate(pairs)]
    for _, compartment, epoch, holder in sorted(missing, key=lambda each: each[0])[:ITEMS_IN_ONE_ENTRY]:
        work.grant(compartment, epoch, [holder])
