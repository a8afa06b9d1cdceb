"""A member with a patched program who makes more of everything than any program does, under keys that they have."""

from __future__ import annotations

from collections.abc import Sequence

from vault.access.session import Session
from vault.ids import CompartmentId, EpochId, RecordId, make_id
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work

_IN_ONE_ENTRY = 300


def make_siblings(
    session: Session, compartment: CompartmentId, count: int, *, to: Sequence[bytes] = (), writes: bool = False
) -> None:
    """Put many keys of a compartment in the place of one: all of them count, and each is granted to these seats.

    Where it `writes`, each lies on a note of its own that opens for nobody, so that it is in use for good.
    """
    state = session.state_of(compartment)
    assert state is not None
    live = session.directory.standing.certificates
    holders = [Holder(seat, live[seat].kem) for seat in dict.fromkeys((session.seat, *to))]  # type: ignore[arg-type]  # seats of the roster
    in_one = _IN_ONE_ENTRY // (len(holders) + writes)
    for start in range(0, count, in_one):
        with Work(session.log) as work:
            for _ in range(min(in_one, count - start)):
                epoch = work.replace_epoch(compartment, state.kind, holders, replaced=state.current[:1])
                if writes:
                    write_junk(work, compartment, epoch)
            work.commit(Entry(act="case.import" if writes else "key.rotate"))


def write_junk(work: Work, compartment: CompartmentId, epoch: EpochId) -> None:
    """List a version of a compartment whose wrapped key, under this epoch, is none."""
    work.write(compartment, RecordId(make_id()), "note", {"kind": "contact", "text": "junk"})
    work._versions[-1] = work._versions[-1]._replace(epoch=epoch, wrap=bytes(40))
