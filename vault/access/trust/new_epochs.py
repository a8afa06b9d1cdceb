"""A new epoch in the place of others: who is granted it, and where it cuts the logs of those whom it revokes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate
from operator import itemgetter

from vault.access.trust.prover import Prover
from vault.ids import Origin, SeatId
from vault.log.epoch_notice import MOST_REVOCATIONS, MOST_SEEN, RevokedLog
from vault.log.genesis import NamedHistory
from vault.policy.rights import RIGHTS
from vault.policy.roles import Role
from vault.records.logs import geneses_of
from vault.records.seatlog import Holder, SeatLog
from vault.records.work import Entry, Work
from vault.store.rows import Rows
from vault.validity.compartment_access import CompartmentState
from vault.validity.directory import Directory


def next_holders(directory: Directory, state: CompartmentState, *, without: Collection[SeatId] = ()) -> list[Holder]:
    """Return whom the next epoch is granted to: all who hold the compartment and are still in, less `without`.

    Recovery stays where it was, and is not added where the compartment was made without it.
    """
    live = directory.certificates
    seats = sorted(state.holders - frozenset(without))
    holders = [Holder(seat, live[seat].kem) for seat in seats if seat in live]
    return [*holders, *recovery_of(directory, state)]


def recovery_of(directory: Directory, state: CompartmentState) -> list[Holder]:
    """Return the recovery key in effect where the compartment was made with one."""
    if state.holders.isdisjoint(directory.recovery_seats):
        return []
    return [Holder(directory.recovery_seat, directory.recovery)]


def join_epochs(log: SeatLog, directory: Directory, roles: AbstractSet[Role], state: CompartmentState) -> None:
    """Put one epoch in the place of several current ones, of one made without this seat, or of one that is over."""
    held = [epoch for epoch in state.epochs if log.keyring.get(epoch) is not None]
    is_one = len(state.current) == 1 and state.current[0] in held and not _is_expired(directory, state)
    if is_one or not held or not may_give(log.place.seat, directory, roles, state):
        return
    holders = next_holders(directory, state)
    with Work(log) as work:
        work.replace_epoch(state.compartment, state.kind, holders, replaced=state.current)
        work.commit(Entry(act="key.rotate", out="ok:joined"))


def grant_current_epoch(log: SeatLog, directory: Directory, roles: AbstractSet[Role], state: CompartmentState) -> bool:
    """Give the one current epoch to holders whom its maker did not know of; say whether there were any."""
    behind = (
        [holder for holder in next_holders(directory, state) if holder.seat in state.behind] if state.behind else []
    )
    held = len(state.current) == 1 and log.keyring.get(state.current[0]) is not None
    if not behind or not held or _is_expired(directory, state) or not may_give(log.place.seat, directory, roles, state):
        return False
    with Work(log) as work:
        work.grant(state.compartment, state.current[0], behind)
        work.commit(Entry(act="grant.add", out="ok:joined", covers={"seat": len(behind)}))
    return True


def _is_expired(directory: Directory, state: CompartmentState) -> bool:
    """Say whether a seat that is not in knows a current key."""
    return not state.knowing <= directory.certificates.keys() | directory.recovery_seats


def may_give(seat: SeatId, directory: Directory, roles: AbstractSet[Role], state: CompartmentState) -> bool:
    """Say whether keys that a seat with these roles makes or gives there may count: nobody revoked it."""
    return seat not in state.cutoffs and RIGHTS.may_grant(roles, state.kind)


def revocations_of(
    rows: Rows, prover: Prover, directory: Directory, seats: Collection[SeatId]
) -> tuple[RevokedLog, ...]:
    """Return what is still valid of each log of these seats: as much of it as this device has and can prove.

    A notice names at most 255 logs. Whoever has more has made them to stay: of theirs the shorter ones are not named,
    and nothing of them is valid.
    """
    revocations = []
    geneses = geneses_of(rows)
    for seat in seats:
        logs = [origin for origin, genesis in geneses.items() if genesis.seat == seat]
        sizes = {origin: prover.undisputed(rows, origin) for origin in logs}
        # Also of one that was ended: it may have no log here.
        certificate = directory.certificates.get(seat) or directory.certificate_of(seat)
        if certificate is not None:
            sizes.setdefault(Origin(certificate.origin), 0)
        revocations += [revoked_log(seat, origin, size, prover.seen(rows, origin)) for origin, size in sizes.items()]
    return fitting(revocations)


def fitting(revocations: Sequence[RevokedLog]) -> tuple[RevokedLog, ...]:
    """Return as many revocations as a notice names: of each seat its longest log, then of each its second, and so on.

    So the many logs of one take the place of nobody else's. A log that two seats claim is cut once, where most is left:
    who only claims it has nothing there.
    """
    ranks: Counter[bytes] = Counter()
    ranked: list[tuple[int, RevokedLog]] = []
    claimed: set[bytes] = set()
    for revocation in sorted(revocations, key=lambda each: (-each.size, each.seat, each.origin)):
        if revocation.origin in claimed:
            continue
        claimed.add(revocation.origin)
        ranked.append((ranks[revocation.seat], revocation))
        ranks[revocation.seat] += 1
    chosen = [revocation for _, revocation in sorted(ranked, key=itemgetter(0))][:MOST_REVOCATIONS]
    room = accumulate(len(revocation.seen) for revocation in chosen)
    fits = [
        revocation if so_far <= MOST_SEEN else revocation._replace(seen=())
        for revocation, so_far in zip(chosen, room, strict=True)
    ]
    return tuple(sorted(fits))


def revoked_log(seat: SeatId, origin: bytes, size: int, seen: Iterable[NamedHistory]) -> RevokedLog:
    """Return what is still valid of a log: up to the size, and at least what was seen of each of its histories."""
    histories = tuple((history.size, history.root) for history in seen if history.origin == origin)
    return RevokedLog(seat, origin, max([size, *(length for length, _ in histories)]), histories)


def audit_is_stale(rows: Rows, log: SeatLog) -> bool:
    """Say whether the running audit epoch was granted to others than those who shall read the log now."""
    if log.ratchet is None:
        return False
    granted = {row.seat for row in rows.grants_of(log.ratchet.epoch) if row.giver == log.place.seat}
    return granted != {auditor.seat for auditor in log.auditors}


def ratchet_is_newest(log: SeatLog) -> bool:
    """Say whether the stored audit ratchet is the one behind the log's last entry (FORMAT.md 7)."""
    return log.ratchet is None or log.ratchet.is_at(log.size)
