"""A member with a patched program who makes more of everything than any program does, under keys that they have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.ids import CompartmentId, EpochId, RecordId, SeatId, make_id
from vault.log import genesis
from vault.records.seatlog import Predecessor, begin
from vault.records.work import Entry, Work
from vault.services.exchange import syncing
from vault.services.exchange.syncing import ImportedBundle

_IN_ONE_ENTRY = 300


def make_siblings(
    session: Session, compartment: CompartmentId, count: int, *, to: Sequence[bytes] = (), writes: bool = False
) -> None:
    """Make many keys of a compartment, each given to these seats.

    Where it `writes`, each lies on a note of its own that opens for nobody.
    """
    state = session.state_of(compartment)
    assert state is not None
    holders = session.directory.holders(list(map(SeatId, dict.fromkeys((session.seat, *to)))), with_recovery=False)
    in_one = _IN_ONE_ENTRY // (len(holders) + writes)
    for start in range(0, count, in_one):
        with Work(session.log) as work:
            for _ in range(min(in_one, count - start)):
                epoch = work.add_key(compartment, state.kind, holders)
                if writes:
                    write_junk(work, compartment, epoch)
            work.commit(Entry(act="case.import" if writes else "key.rotate"))


def write_junk(work: Work, compartment: CompartmentId, epoch: EpochId) -> None:
    """List a version of a compartment whose wrapped key, under this epoch, is none."""
    work.write(compartment, RecordId(make_id()), "note", {"kind": "contact", "text": "junk"})
    work._versions[-1] = work._versions[-1]._replace(epoch=epoch, wrap=bytes(40))


def begin_logs(
    session: Session, count: int, *, in_chain: bool, says: tuple[CompartmentId, str] | None = None
) -> list[bytes]:
    """Begin many logs of a seat: each after the one before, or all after the one in use; some of them say something."""
    begun: list[bytes] = []
    before = Predecessor(session.log.origin, session.log.size, session.log.frontier.root())
    for number in range(count):
        log = begin(
            database=session.database,
            place=session.log.place,
            identity_seed=session._secrets.identity_seed,
            auditors=(),
            keyring=session.keyring,
            predecessor=before,
        )
        with Work(log) as work:
            if says is not None and number % 4 == 0:
                work.write(says[0], RecordId(make_id()), "note", {"kind": "contact", "text": f"{says[1]} {number}"})
                work.commit(Entry(act="case.import"))
            else:
                work.commit(Entry(act="log.restored"))
        begun.append(log.origin)
        if in_chain:
            before = Predecessor(log.origin, log.size, log.frontier.root())
    refresh(session)
    return begun


def give_all_logs(giver: Session, taker: Session, folder: Path) -> ImportedBundle:
    """Send one bundle of a program that knows no limit of logs to one that does."""
    path = folder / f"{make_id().hex()}.bundle"
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(genesis, "LOGS_OF_A_SEAT", 1 << 20)
        refresh(giver)
        syncing.make(giver, taker.member, path)
    return syncing.import_bundle(taker, path)
