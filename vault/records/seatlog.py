"""A seat's own log, open for appending: its tree, its session key and its audit ratchet (FORMAT.md 5).

Everything that a commit changes here changes in memory only after the transaction is durable.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TypeVar

import msgspec

from vault import clock
from vault.durations import DAY_MS
from vault.errors import InternalError, MalformedError, VerificationError
from vault.ids import ZERO_ID, CompartmentId, EpochId, Origin, SeatId, VaultId
from vault.log.checkpoint import Checkpoint, parse_note
from vault.log.genesis import GENESIS_PURPOSE, Genesis, origin_of, seat_in
from vault.log.tree import Frontier, frontier_at, leaf_hash
from vault.records.logs import leaves_of
from vault.seal.envelope import LocalContext, open_sealed, seal
from vault.seal.keyring import Keyring, derive_entry_key, derive_next_ratchet
from vault.seal.purposes import Purpose
from vault.seal.signing import is_signed_raw, make_signing_seed, public_key, sign
from vault.store.engine import Database
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow, LocalRow, TileRow
from vault.words.message import Message

# What a seat keeps from one session to the next: the key that signs next, and the audit ratchet (FORMAT.md 7).

_Form = TypeVar("_Form")


@dataclass(frozen=True, slots=True)
class Ratchet:
    """The one key with which this seat can seal the next payload; it cannot open an earlier one.

    `step` entries were sealed in this epoch so far; `day` is the day (UTC) on which the epoch began, `first`
    the position of its first entry.
    """

    compartment: CompartmentId
    epoch: EpochId
    key: bytes = field(repr=False)
    step: int
    day: int
    first: int

    def is_at(self, size: int) -> bool:
        """Say whether this is the ratchet of a log of this size: an older row would seal with a key used before."""
        return self.first + self.step == size

    def entry_key(self) -> bytes:
        """Return the key of the next entry's payload."""
        return derive_entry_key(self.key)

    def advanced(self) -> Ratchet:
        """Return the ratchet behind the next entry."""
        return replace(self, key=derive_next_ratchet(self.key), step=self.step + 1)


@dataclass(frozen=True, slots=True)
class SessionKeys:
    """The signing key of the running session and the one that follows it.

    `began_at` is the size of the log at which the session's first entry stands, or None before it.
    """

    number: int
    seed: bytes = field(repr=False)
    following_seed: bytes = field(repr=False)
    began_at: int | None = None


class SessionSecret(msgspec.Struct, frozen=True):
    """The session row's content: its log, the seed of the next session's key, the key that signed last."""

    origin: bytes
    seed: bytes
    signer: bytes


def decoded(content: bytes, form: type[_Form], otherwise: Message) -> _Form:
    """Return what opened bytes hold; MalformedError with this text: they are not of the form."""
    try:
        return msgspec.msgpack.decode(content, type=form)
    except (RecursionError, ValueError):  # nested too deep, no UTF-8, and all that msgspec refuses
        raise MalformedError(otherwise) from None


def encode_session(origin: Origin, keys: SessionKeys) -> bytes:
    """Return the content of the session row: what the next unlock needs to go on from here."""
    return msgspec.msgpack.encode(SessionSecret(origin, keys.following_seed, public_key(keys.seed)))


def decode_session(content: bytes) -> SessionSecret:
    """Return what an opened session row says.

    Raises:
        MalformedError: not what `encode_session` gives.
    """
    return decoded(content, SessionSecret, Message("the session row cannot be read"))


class _RatchetContent(msgspec.Struct, frozen=True):
    compartment: bytes
    epoch: bytes
    key: bytes
    i: int
    day: int
    first: int


def encode_ratchet(ratchet: Ratchet) -> bytes:
    """Return the content of the ratchet row."""
    return msgspec.msgpack.encode(
        _RatchetContent(ratchet.compartment, ratchet.epoch, ratchet.key, ratchet.step, ratchet.day, ratchet.first)
    )


def decode_ratchet(content: bytes) -> Ratchet:
    """Return the ratchet of an opened row.

    Raises:
        MalformedError: not what `encode_ratchet` gives.
    """
    c = decoded(content, _RatchetContent, Message("the ratchet row cannot be read"))
    return Ratchet(CompartmentId(c.compartment), EpochId(c.epoch), c.key, c.i, c.day, c.first)


ENTRIES_PER_PERIOD = 4_096
ENTRIES_PER_TRUNCATE = 256


@dataclass(frozen=True, slots=True)
class Holder:
    """A seat that an epoch's key is granted to: its id and its 1,216-byte public KEM key."""

    seat: SeatId
    kem_public: bytes


@dataclass(frozen=True, slots=True)
class SealedPlace:
    """What seals this seat's local rows: vault, seat and the keyring key."""

    vault: VaultId
    seat: SeatId
    keyring_key: bytes = field(repr=False)

    def seal_row(self, purpose: Purpose, plaintext: bytes, number: int = 0) -> LocalRow:
        context = LocalContext(purpose, self.vault, self.seat, number)
        return LocalRow(self.seat, purpose, number, seal(self.keyring_key, plaintext, context))

    def open_row(self, row: LocalRow) -> bytes:
        """Return the content of a stored row.

        Raises:
            BrokenSealError: altered, or of another seat.
        """
        context = LocalContext(Purpose(row.purpose), self.vault, self.seat, row.number)
        return open_sealed(self.keyring_key, row.blob, context)

    def content(self, rows: Rows, purpose: Purpose) -> bytes | None:
        """Return what this seat's row of a purpose holds, or None where there is none.

        Raises:
            BrokenSealError: as `open_row`.
        """
        row = rows.local(self.seat, purpose)
        return None if row is None else self.open_row(row)


@dataclass(slots=True)
class Joined:
    """A transaction that several commits share (`together`), and what they have changed in memory."""

    rows: Rows
    epochs: list[EpochId] = field(default_factory=list)
    compartments: list[CompartmentId] = field(default_factory=list)
    is_spoilt: bool = False

    def require_sound(self) -> None:
        """Raise InternalError where one of the commits failed: then none of them counts."""
        if self.is_spoilt:
            raise InternalError(Message("an operation failed among others that belong to it"))


@dataclass(slots=True)
class SeatLog:
    """One log that this seat writes. `work.Work` is the only one that appends to it.

    Attributes:
        auditors: who can read the payloads: auditors' seats and recovery.
        keyring: opened epoch keys, shared with the session.
        genesis: the bytes that entry 0 brings with it; None in a log that has its entry 0.
        is_forked: a copy of this device went on with it too: what is written into it is valid for nobody any more.
        period_is_over: the next entry must begin a new audit epoch, such as when others shall read from there on.
        tiles_are_false: the cache of hashes contradicts the headers, which were signed; `renew_tiles` heals it.
        joined: the transaction that commits take part in for now; without it each has its own.
        on_durable: called after each commit, with the log's lock held.
        on_new_keys: called before it for each compartment of which the commit gave or replaced keys.
    """

    database: Database
    place: SealedPlace
    origin: Origin
    auditors: Sequence[Holder]
    keyring: Keyring
    frontier: Frontier
    session: SessionKeys
    ratchet: Ratchet | None
    genesis: bytes | None = None
    is_forked: bool = False
    period_is_over: bool = False
    tiles_are_false: bool = False
    now_ms: Callable[[], int] = clock.now_ms
    monotonic_ms: Callable[[], int] = clock.monotonic_ms
    last_clock: tuple[int, int] = (0, 0)
    joined: Joined | None = None
    on_durable: Callable[[], None] = lambda: None
    on_new_keys: Callable[[CompartmentId], None] = lambda _: None
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def size(self) -> int:
        """The number of entries, all of them durable and under a checkpoint."""
        return self.frontier.size

    def tick(self) -> tuple[int, int]:
        """Return the next hybrid time: never before the one given last, whatever the wall clock does."""
        now = self.now_ms()
        last_ms, counter = self.last_clock
        self.last_clock = (now, 0) if now > last_ms else (last_ms, counter + 1)
        return self.last_clock

    @contextmanager
    def committing(self) -> Iterator[Rows]:
        """Yield the rows that a commit writes to: durable when the block ends, or with the others that it is joined to.

        Raises:
            TryAgainError, VerificationError: as `Database.transaction`.
        """
        if self.joined is None:
            with self.database.transaction() as rows:
                yield rows
            return
        try:
            yield self.joined.rows
        except BaseException:
            self.joined.is_spoilt = True
            raise

    def settle(self, compartments: Collection[CompartmentId], epochs: Iterable[EpochId], *, erases: bool) -> None:
        """Do what follows a commit: forget what was judged of compartments with new keys, and have it remembered."""
        for changed in compartments:
            self.on_new_keys(changed)
        if self.joined is not None:
            self.joined.epochs += epochs
            self.joined.compartments += compartments
            return
        if erases or self.size % ENTRIES_PER_TRUNCATE == 0:
            self.database.truncate_wal()  # the ratchet protects only what precedes the last one (FORMAT.md 5)
        self.on_durable()

    def period_is_due(self) -> bool:
        """Say whether the next entry must open a new audit epoch: none yet, a new day, a full one, other auditors."""
        if self.ratchet is None:
            return True
        new_day = self.session.began_at is None and self.now_ms() // DAY_MS != self.ratchet.day
        return new_day or self.period_must_end()

    def period_must_end(self) -> bool:
        """Say whether the running audit epoch has sealed as many entries as one may, or others must read from here."""
        return self.ratchet is not None and (self.ratchet.step >= ENTRIES_PER_PERIOD or self.period_is_over)


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The log that a new one goes on from, and its last checkpoint known."""

    origin: Origin
    size: int
    root: bytes


@dataclass(frozen=True, slots=True)
class FirstLog:
    """How the first log of a new seat begins: its certificate, and the keys of its first two sessions."""

    genesis: bytes
    session: SessionKeys

    @property
    def origin(self) -> Origin:
        """The log; its first 16 bytes name the seat."""
        return Origin(origin_of(self.genesis))

    @property
    def seat(self) -> SeatId:
        """The seat that begins with it."""
        return SeatId(seat_in(self.genesis))

    def opened(
        self, database: Database, place: SealedPlace, *, auditors: Sequence[Holder], keyring: Keyring
    ) -> SeatLog:
        """Return the log, open for its entry 0: it exists once that is committed, together with its genesis."""
        return _new_log(self.genesis, self.session, database, place, auditors=auditors, keyring=keyring)


def first_log(vault: VaultId, identity_seed: bytes, kem_public: bytes, *, member: bytes = ZERO_ID) -> FirstLog:
    """Return the beginning of a new seat's log; without a member a new one begins with it."""
    session = SessionKeys(1, make_signing_seed(), make_signing_seed())
    genesis = Genesis(
        vault=vault,
        seat=ZERO_ID,
        identity=public_key(identity_seed),
        session_key=public_key(session.seed),
        nonce=secrets.token_bytes(16),
        member=member,
        kem=kem_public,
    )
    return FirstLog(_signed_genesis(genesis, identity_seed), session)


def begin(
    *,
    database: Database,
    place: SealedPlace,
    identity_seed: bytes,
    auditors: Sequence[Holder],
    keyring: Keyring,
    predecessor: Predecessor,
) -> SeatLog:
    """Return a further log of this seat, which goes on from another one."""
    session = SessionKeys(1, make_signing_seed(), make_signing_seed())
    genesis = Genesis(
        vault=place.vault,
        seat=place.seat,
        identity=public_key(identity_seed),
        session_key=public_key(session.seed),
        nonce=secrets.token_bytes(16),
        predecessor=predecessor.origin,
        predecessor_size=predecessor.size,
        predecessor_root=predecessor.root,
    )
    return _new_log(
        _signed_genesis(genesis, identity_seed), session, database, place, auditors=auditors, keyring=keyring
    )


def _signed_genesis(genesis: Genesis, identity_seed: bytes) -> bytes:
    return genesis.encode(sign(identity_seed, GENESIS_PURPOSE, genesis.unsigned()))


def _new_log(
    genesis: bytes,
    session: SessionKeys,
    database: Database,
    place: SealedPlace,
    *,
    auditors: Sequence[Holder],
    keyring: Keyring,
) -> SeatLog:
    return SeatLog(
        database=database,
        place=place,
        origin=Origin(origin_of(genesis)),
        auditors=auditors,
        keyring=keyring,
        frontier=Frontier(),
        session=session,
        ratchet=None,
        genesis=genesis,
    )


def resume(
    rows: Rows,
    *,
    database: Database,
    place: SealedPlace,
    origin: Origin,
    auditors: Sequence[Holder],
    keyring: Keyring,
) -> SeatLog:
    """Open a log to go on with it, in a new session whose key the session before has named.

    Raises:
        VerificationError: the stored rows are not the tree that the last session signed.
    """
    stored = rows.local(place.seat, Purpose.SESSION)
    if stored is None:
        raise VerificationError(Message("log {origin} has no session key on this device", origin=origin.hex()))
    secret = decode_session(place.open_row(stored))
    checkpoint = _newest_signed(rows, origin, secret.signer)
    if checkpoint is None:
        raise VerificationError(
            Message("log {origin} does not end in a checkpoint that its last session signed", origin=origin.hex())
        )
    frontier = _signed_frontier(rows, checkpoint, believe_tiles=True)
    tiles_are_false = frontier is None
    if frontier is None:
        frontier = _signed_frontier(rows, checkpoint, believe_tiles=False)
    if frontier is None:
        raise VerificationError(
            Message("log {origin} does not end where its last session signed it", origin=origin.hex())
        )
    ratchet_row = rows.local(place.seat, Purpose.RATCHET)
    return SeatLog(
        database=database,
        place=place,
        origin=origin,
        auditors=auditors,
        keyring=keyring,
        frontier=frontier,
        session=SessionKeys(stored.number, secret.seed, make_signing_seed()),
        ratchet=None if ratchet_row is None else decode_ratchet(place.open_row(ratchet_row)),
        tiles_are_false=tiles_are_false,
    )


def renew_tiles(log: SeatLog) -> None:
    """Make the cache of hashes anew from the headers."""
    frontier = Frontier()
    with log.database.transaction() as rows:
        for row in rows.operations(log.origin):
            for level, index, hashes in frontier.append(leaf_hash(row.header)):
                rows.put_tile(TileRow(log.origin, level, index, hashes))
    log.tiles_are_false = False


def _newest_signed(rows: Rows, origin: bytes, signer: bytes) -> Checkpoint | None:
    """Return the newest checkpoint that this key signed; false ones can stand beside it."""
    newest = rows.newest_checkpoint(origin)
    found = None if newest is None else _signed_by(newest, origin, signer)
    if found is not None:
        return found  # each unlock comes here, and there is a checkpoint for each session of years
    candidates = (_signed_by(row, origin, signer) for row in reversed(rows.checkpoints(origin)))
    return next((checkpoint for checkpoint in candidates if checkpoint is not None), None)


def _signed_by(row: CheckpointRow, origin: bytes, signer: bytes) -> Checkpoint | None:
    try:
        checkpoint = parse_note(row.note)
    except MalformedError:
        return None
    return checkpoint if checkpoint.origin == origin and checkpoint.signed_by(signer, is_signed_raw) else None


def _signed_frontier(rows: Rows, checkpoint: Checkpoint, *, believe_tiles: bool) -> Frontier | None:
    """Return the tree over the stored headers if it is the signed one, from full tiles where they are believed."""
    origin = checkpoint.origin
    try:
        frontier = frontier_at(
            rows.size(origin),
            lambda level, index: rows.tile(origin, level, index) if believe_tiles else None,
            lambda start, stop: leaves_of(rows, origin, start, stop),
        )
    except VerificationError:
        return None
    return frontier if (frontier.size, frontier.root()) == (checkpoint.size, checkpoint.root) else None


def stored_origin(rows: Rows, place: SealedPlace) -> Origin | None:
    """Return the log that this device holds a session key for, or None."""
    content = place.content(rows, Purpose.SESSION)
    return None if content is None else Origin(decode_session(content).origin)
