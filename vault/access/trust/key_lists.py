"""Which epochs and grants the logs list for this seat, and who waits for what is listed and not here (FORMAT.md 6)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from vault.access.trust.prover import Prover
from vault.errors import MalformedError, RefusedError, VerificationError
from vault.ids import CompartmentId, EpochId, Origin, SeatId
from vault.index.file import Index, is_ahead
from vault.index.remembered import KeyItem, forget_keys, key_cursor, key_items, remember_keys
from vault.log.epoch_notice import epoch_digest, founded_compartment, named_in
from vault.log.items import Item, ItemKind, compartment_tag, decode_items, kinds_in
from vault.records.epochs import notices_of, read_notice
from vault.records.logs import Absent, genesis_of
from vault.seal.keyring import Keyring
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow
from vault.validity.authority import Authority, Entry
from vault.validity.compartment_access import CompartmentState
from vault.validity.directory import Directory
from vault.validity.proven import Proven, names_its_list
from vault.validity.version_validity import Quarantined
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message
from vault.words.next_step import NextStep

# Following the logs: which epochs and grants they list for this seat, and what one session found out of it.

_KEYS = frozenset({ItemKind.GRANT, ItemKind.EPOCH})
_MOST_READ_AGAIN = 64


class Waiter(Protocol):
    """What of a session is asked here."""

    seat: SeatId
    database: Database
    keyring: Keyring
    directory: Directory
    prover: Prover
    quarantine: list[Quarantined]
    alarms: tuple[Finding, ...]
    lacking: Lacking

    def faults(self, *, taken_from: Collection[SeatId] = ()) -> list[Finding]:
        """Return what stops any act."""

    def index(self) -> Index:
        """Return the member's index."""

    def authority(self, rows: Rows) -> Authority:
        """Return the judge of who wrote an entry."""

    def state_of(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return what is valid in a compartment."""


@dataclass(slots=True)
class Lacking:
    """What one session found out about keys that are not here; a new row, or a new key, has it begin again.

    Attributes:
        is_level: whether all logs were looked through.
        keys: compartment -> what of its epochs and grants is not here.
        was_asked: whether all compartments were.
    """

    is_level: bool = False
    was_asked: bool = False
    keys: dict[CompartmentId, tuple[Absent, ...]] = field(default_factory=dict)

    def forget(self) -> None:
        """Begin again."""
        self.is_level = self.was_asked = False
        self.keys.clear()


def home_of(compartment: bytes) -> bytes:
    """Return what the index calls a compartment here: it tells nobody which one, not even of a restricted section."""
    return compartment_tag(compartment, b"casevault/listed")


def level(session: Waiter) -> None:
    """Look through what the logs list since they were looked through last."""
    if session.lacking.is_level:
        return
    index = session.index()
    with session.database.reading() as rows:
        sizes = {Origin(row.origin): rows.size(row.origin) for row in rows.geneses()}
        cursor = key_cursor(index)
        if is_ahead(cursor, {bytes(origin): size for origin, size in sizes.items()}):
            forget_keys(index)
            cursor = {}
        look = _Look(session, rows)
        items: list[KeyItem] = []
        reached: dict[bytes, int] = {}
        for origin, size in sizes.items():
            start = cursor.get(origin, 0)
            if size > start:
                known = session.prover.proven(rows, origin, start, size)
                items += look.through(origin, start, known)
                reached[origin] = min([known.size, *known.lost, *look.unread])
    # Entries without a key, as reading makes them, cost the index no commit until there are many: they are read again.
    if items or sum(reached.values()) - sum(cursor.get(origin, 0) for origin in reached) >= _MOST_READ_AGAIN:
        remember_keys(index, items, reached)
    session.lacking.is_level = True


class _Look:
    """One pass over logs: which epochs and grants they list that are this seat's concern.

    `unread`: positions of the log that was read last whose list is not the one that was signed.
    """

    def __init__(self, session: Waiter, rows: Rows) -> None:
        self._session = session
        self._rows = rows
        self._held = frozenset(session.keyring.compartments())
        self.unread: list[int] = []

    def through(self, origin: Origin, start: int, known: Proven) -> Iterator[KeyItem]:
        """Yield what the proven entries of one log list."""
        self.unread = []
        genesis = genesis_of(self._rows, origin)
        is_own = genesis is not None and genesis.seat == self._session.seat
        read: set[int] = set()
        for row in self._rows.operations(origin, start, known.size):
            if known.covers(row) and names_its_list(row):
                read.add(row.seq)
                if not _KEYS.isdisjoint(kinds_in(row.list)):
                    yield from self._in_entry(row, is_own=is_own)
            else:
                self.unread.append(row.seq)
        self.unread = [seq for seq in self.unread if seq not in read]

    def _in_entry(self, row: OperationRow, *, is_own: bool) -> Iterator[KeyItem]:
        try:
            items = decode_items(row.list)
        except MalformedError:
            return
        founded = [
            founded_compartment(row.origin, row.seq, n) for n, item in enumerate(items) if item.kind == ItemKind.EPOCH
        ]
        listed = {kind: [item.digest for item in items if item.kind == kind] for kind in _KEYS}
        grants, epochs = self._rows.grants_named(listed[ItemKind.GRANT]), self._homes(listed[ItemKind.EPOCH])
        for n, item in enumerate(items):
            if item.kind not in _KEYS or (item.kind == ItemKind.GRANT and item.digest in grants):
                continue
            home = epochs.get(item.digest) if item.kind == ItemKind.EPOCH else None
            is_here = home is not None and compartment_tag(home, item.digest) == item.tag
            if home is None or not is_here:
                home = self._home_by_tag(item, founded)
            # What a seat founded itself is its own, although its keyring knows nothing of it; entry 0 founds its audit.
            is_lost = is_own and row.seq > 0 and not is_here and home in founded
            if home is not None and (home in self._held or is_lost):
                yield KeyItem(home_of(home), item.digest, row.origin, row.seq, n, item.kind, is_here)

    def _homes(self, digests: Sequence[bytes]) -> dict[bytes, bytes]:
        """Return digest -> the compartment that the row of an epoch names, of those that are here."""
        notices = ((digest, read_notice(row)) for digest, row in self._rows.epochs_named(digests).items())
        return {digest: notice.compartment for digest, notice in notices if notice is not None}

    def _home_by_tag(self, item: Item, founded: list[bytes]) -> bytes | None:
        """Return whose tag it is: of what is founded in the same entry, or of what this seat holds."""
        among = (digest for group in (founded, self._held) for digest in group)
        return next((candidate for candidate in among if compartment_tag(candidate, item.digest) == item.tag), None)


# What is listed and not here, compartment by compartment: who waits for what (FORMAT.md 6).
# A listed row of a case that is not here stops what leaves, is granted or is erased of that case; one of the
# directory stops all. An epoch or a grant that is not here stops what is written there too: it may have taken the
# case from somebody. Nobody waits for what a seat listed that had no right to, that was ended, or that was revoked
# there since.
def waits_for(
    session: Waiter, compartment: CompartmentId, *, keys_only: bool = False, taken_from: Collection[SeatId] = ()
) -> list[Absent]:
    """Return what is not here and holds up acts in a compartment.

    `keys_only`: epochs and grants alone. From `taken_from` the act takes the compartment, and gives nothing to them.
    """
    found = list(absent_keys(session, compartment))
    if not keys_only:
        found += (
            Absent(
                compartment, finding.origin, finding.seq, finding.n, is_key=False, is_closed=finding.check != "missing"
            )
            for finding in session.quarantine
            if finding.compartment == compartment and is_absence(finding)
        )
    return owed(session, found, taken_from) if found else []


def require_sound(session: Waiter, compartments: Sequence[CompartmentId], taken_from: Collection[SeatId]) -> None:
    """Let nothing leave, be granted or be erased while the log contradicts itself or what this device saw.

    Args:
        session: who acts.
        compartments: where the act leaves, gives or erases something. What is listed and not here stops acts in its own
            compartment; of the directory, in all. None: the act is about nothing but the log.
        taken_from: seats that the act ends or takes a case from: what they did to their own logs does not stop it.

    Raises:
        VerificationError: there is a contradiction, or something is not here.
    """
    if faults := session.faults(taken_from=taken_from):
        if faults[0].code is Code.VALID_AGAIN:
            raise VerificationError(
                Message("this waits until what is valid again here has ended again"),
                next_step=faults[0].message,
            )
        raise VerificationError(
            Message("this waits until the log is sound"),
            next_step=Message(
                "{reason} Run {verify_log}; reading and notes go on.",
                reason=faults[0].message,
                verify_log=NextStep.VERIFY_LOG,
            ),
        )
    for compartment in (session.directory.compartment, *compartments) if compartments else ():
        require_here(session, compartment, taken_from=taken_from)


def is_absence(finding: Quarantined) -> bool:
    """Say whether a finding is that something is not here: itself, or a key that opens it."""
    return finding.compartment is not None and not (finding.is_unentitled or finding.says_nothing)


def require_here(
    session: Waiter, compartment: CompartmentId, *, keys_only: bool = False, taken_from: Collection[SeatId] = ()
) -> None:
    """Let an act in a compartment wait for what is listed there and not here; see `waits_for`.

    Raises:
        VerificationError: something is not here.
    """
    about = [alarm for alarm in session.alarms if alarm.subject == compartment]
    lost = [] if keys_only else [alarm for alarm in about if alarm.severity is Severity.ABSENCE]
    if lost or waits_for(session, compartment, keys_only=keys_only, taken_from=taken_from):
        told = [*(alarm for alarm in about if alarm.code is Code.NOT_HERE), *lost]
        way_out = Message("Import a bundle from somebody who has the case, or restore a backup.")
        raise VerificationError(
            Message("this waits until everything that is missing has arrived"),
            next_step=Message("{reason} {way_out}", reason=told[0].message, way_out=way_out) if told else way_out,
        )


def epoch_to_write(session: Waiter, compartment: CompartmentId) -> EpochId | None:
    """Return the epoch under which a compartment is written now; None where this seat has no key of it at all.

    Raises:
        VerificationError: an epoch or a grant is not here.
        RefusedError: others replaced the key, and this seat holds none of what they made; or no grant to this seat
            counts, so that nothing that it writes there would.
    """
    require_here(session, compartment, keys_only=True)
    if not session.keyring.epochs_of(compartment):
        return None
    state = session.state_of(compartment)
    if state is None and _is_damaged(session, compartment):
        return None
    if state is None or not state.was_granted(session.seat):
        raise RefusedError(
            Message("who gave this case to this device had no right to: nothing that you write in it would count"),
            next_step=Message("Ask somebody who has the case to grant it to you, and import their bundle."),
        )
    if len(state.current) > 1 or session.keyring.get(state.current[0]) is None:
        raise RefusedError(
            Message("other members replaced the key of this case or list"),
            next_step=Message("Ask somebody who shares the case to open it once, and exchange with them."),
        )
    return state.current[0]


def _is_damaged(session: Waiter, compartment: CompartmentId) -> bool:
    """Say whether a compartment that nothing founds any more may count again once a damaged log is mended.

    It does where this seat founded it; else where some log is in doubt, and a seat that is in gave it to this one.
    """
    with session.database.reading() as rows:
        epochs = {row.epoch for row in map(read_notice, rows.epochs(compartment)) if row is not None}
        givers = {grant.giver for grant in rows.grants_of_all(epochs) if grant.seat == session.seat}
    live = session.directory.certificates.keys()
    return session.seat in givers or (bool(session.faults()) and not live.isdisjoint(givers))


def absent_keys(session: Waiter, compartment: CompartmentId) -> tuple[Absent, ...]:
    """Return the epochs and grants of one compartment that are listed, held or replaced, and not here."""
    level(session)
    known = session.lacking.keys
    if compartment not in known:
        with session.database.reading() as rows:
            known[compartment] = _absent_in(session, rows, compartment)
    return known[compartment]


def lacking_keys(session: Waiter) -> list[CompartmentId]:
    """Return the compartments of which an epoch or a grant is not here, by one look at all of them."""
    level(session)
    if not session.lacking.was_asked:
        with session.database.reading() as rows:
            suspects = _suspects(session, rows)
        for compartment in suspects:
            absent_keys(session, compartment)
        session.lacking.was_asked = True
    return sorted(item for item, absent in session.lacking.keys.items() if absent)


def owed(session: Waiter, found: Iterable[Absent], taken_from: Collection[SeatId] = ()) -> list[Absent]:
    """Return what others may wait for: whoever lists it had the right to, and none of it was taken from them since."""
    with session.database.reading() as rows:
        authority = session.authority(rows)
        owed = [fromkey for fromkey in dict.fromkeys(found) if _is_owed(session, authority, fromkey, taken_from)]
    # That a key is held and its rows are gone says nothing more where a list tells which they are.
    return [absent for absent in owed if absent.origin is not None or len(owed) == 1]


def _is_owed(session: Waiter, authority: Authority, absent: Absent, taken_from: Collection[SeatId]) -> bool:
    """Say whether others may wait for it: its author had the right to list it there, and still has."""
    genesis = None if absent.origin is None else authority.genesis(absent.origin)
    if absent.origin is None or genesis is None or genesis.seat == session.seat:
        return True  # held, or this seat's own
    state = session.state_of(absent.compartment)
    entries = authority.entries_at(absent.origin, absent.seq)
    return any(_is_owed_by(session, state, absent, entry, taken_from) for entry in entries)


def _is_owed_by(
    session: Waiter, state: CompartmentState | None, absent: Absent, entry: Entry, taken_from: Collection[SeatId]
) -> bool:
    if entry.seat in taken_from:
        return False
    if not absent.was_here:
        is_in = entry.seat in session.directory.certificates
        if not is_in or (state is not None and entry.seat in state.cutoffs):
            return False
    return not absent.is_key or state is None or state.may_give(entry)


def _absent_in(session: Waiter, rows: Rows, compartment: CompartmentId) -> tuple[Absent, ...]:
    notices = {notice.digest(): notice for notice in notices_of(rows, compartment)}
    known = key_items(session.index(), home_of(compartment))
    here = {notice.epoch for notice in notices.values()}
    held = session.keyring.epochs_of(compartment)
    found = [
        _of(item, compartment)
        for item in known
        if (item.digest not in notices if item.kind == ItemKind.EPOCH else rows.grant(item.digest) is None)
    ]
    state = session.state_of(compartment)
    # What it replaces is as absent as if it were listed in its place; a notice of another kind counts never.
    found += [
        replace(_of(item, compartment), was_here=False)
        for item in known
        if (notice := notices.get(item.digest)) is not None
        and (state is None or notice.kind is state.kind)
        and any(replaced not in here for replaced in notice.replaced)
    ]
    if any(epoch not in here or not rows.is_granted(session.seat, epoch) for epoch in held):
        found.append(Absent(compartment, None, -1, None, is_key=True, was_here=True))
    return tuple(dict.fromkeys(found))


def _of(item: KeyItem, compartment: CompartmentId) -> Absent:
    return Absent(compartment, Origin(item.origin), item.seq, item.n, is_key=True, was_here=bool(item.was_here))


def _suspects(session: Waiter, rows: Rows) -> set[CompartmentId]:
    """Return where something may lack: by digests and ids alone, whatever the number of cases."""
    digests, ids, replaced = set[bytes](), set[bytes](), list[tuple[bytes, bytes]]()
    for row in rows.every_epoch():
        compartment, epoch, replaces = named_in(row.bytes)
        # Nearly all replace nothing, and there are as many as cases.
        notice = read_notice(row) if replaces else None
        if notice is not None:
            replaced += ((row.compartment, epoch) for epoch in notice.replaced)
        elif replaces or compartment != row.compartment or epoch_digest(row.bytes) != row.digest:
            continue
        digests.add(row.digest)
        ids.add(epoch)
    known, keyring = key_items(session.index()), session.keyring
    if came := [item for item in known if not item.was_here and item.digest in digests]:
        remember_keys(session.index(), [item._replace(was_here=True) for item in came], {})
    absent = [item for item in known if item.kind != ItemKind.EPOCH or item.digest not in digests]
    held = frozenset(keyring.compartments())
    homes = {home_of(compartment): compartment for compartment in held} if absent else {}
    suspects = {homes[item.home] for item in absent if item.home in homes}
    # A case of this seat's own that is not even in its keyring any more.
    suspects |= {
        founded_compartment(item.origin, item.seq, item.n)
        for item in absent
        if item.kind == ItemKind.EPOCH and item.home not in homes and _is_own(session, rows, item)
    }
    suspects |= held.intersection(compartment for compartment, epoch in replaced if epoch not in ids)
    here = ids.intersection(rows.epochs_granted_to(session.seat))
    suspects |= {compartment for compartment in held if not here.issuperset(keyring.epochs_of(compartment))}
    return {CompartmentId(suspect) for suspect in suspects}


def _is_own(session: Waiter, rows: Rows, item: KeyItem) -> bool:
    genesis = genesis_of(rows, item.origin)
    return genesis is not None and genesis.seat == session.seat
