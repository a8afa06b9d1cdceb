"""The unit of work: rows and the operation that lists them, in one durable transaction, or nothing.

`commit` takes an `Entry` and has no default: a change that leaves no entry in the log cannot be written.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields
from typing import Final, NamedTuple, Self

from vault import __version__
from vault.casework.kinds import CaseworkRecord
from vault.durations import DAY_MS
from vault.errors import InternalError, RefusedError, VerificationError
from vault.ids import (
    ZERO_ID,
    CompartmentId,
    CompartmentKind,
    EpochId,
    MemberId,
    Origin,
    RandomBytes,
    RecordId,
    VersionId,
    make_id,
)
from vault.log.act_bytes import NONCE_SIZE, MadeAct, case_in, found
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.log.items import Item, ItemKind, check_act
from vault.log.operation import compose
from vault.log.payload import Entry as Entry  # noqa: PLC0414 - whoever commits says it with this
from vault.log.payload import Payload, commitment, encode_plaintext
from vault.log.tree import leaf_hash
from vault.records.attachment_bodies import Attached, SealedBody
from vault.records.epochs import NewKeys
from vault.records.seatlog import Holder, Joined, Ratchet, SeatLog, SessionKeys, encode_ratchet, encode_session
from vault.records.versions import PARENT_LIMIT, Content, encode_to_travel, to_fields
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import derive_wrap_key, make_key, wrap
from vault.seal.purposes import Purpose
from vault.seal.signing import key_and_signature, public_key
from vault.store.rows import Rows
from vault.store.rowtypes import (
    CheckpointRow,
    EpochRow,
    GrantRow,
    LocalRow,
    OperationRow,
    PlacedVersion,
    TileRow,
    VersionKeyRow,
    VersionRow,
)
from vault.words.message import Message
from vault.words.next_step import NextStep

# Does what an operation wrote stand in the database? A trigger of somebody else's swallows rows without a word.


class Written(NamedTuple):
    """The rows of one operation, but for its own."""

    versions: Sequence[VersionRow]
    keys: Sequence[VersionKeyRow]
    epochs: Sequence[EpochRow]
    grants: Sequence[GrantRow]
    checkpoint: CheckpointRow
    secrets: Sequence[LocalRow]

    def require_in(self, rows: Rows) -> None:
        """Return if each row stands there by its full key, in the transaction that wrote it.

        Raises:
            VerificationError: one does not.
        """
        if not self._stands_in(rows):
            raise VerificationError(
                Message("what was saved is not in the database after it was written: somebody altered the database"),
                next_step=Message("Nothing of this act was saved. Run {verify_log}.", verify_log=NextStep.VERIFY_LOG),
            )

    def _stands_in(self, rows: Rows) -> bool:
        return (
            rows.holds_versions(self.versions, self.keys)
            and rows.holds_checkpoint(self.checkpoint)
            and all(rows.grant(grant.digest) == grant for grant in self.grants)
            and all(rows.epoch(epoch.digest) == epoch for epoch in self.epochs)
            and all(rows.holds_local(secret) for secret in self.secrets)
        )


VERSIONS_PER_WORK = 256
ITEMS_IN_ONE_ENTRY = 800
"""How many keys a long act gives at once: a list holds 1,024, and versions and files stand beside them."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a durable operation stands, and the versions that it lists."""

    origin: Origin
    seq: int
    versions: tuple[VersionId, ...]


class _Sealed(NamedTuple):
    """A version that has no place in a list yet."""

    id: VersionId
    compartment: CompartmentId
    record: RecordId
    blob: bytes
    epoch: EpochId
    wrap: bytes


_NEW_LOG: Final = Message("Lock and unlock: a new log begins. Then an admin revokes this device and admits you again.")


class Work:
    """One operation in the making. Leaving the block without `commit` writes nothing.

    It holds the log's lock from beginning to end, because every seal inside binds the position that it will have.
    """

    def __init__(
        self,
        log: SeatLog,
        random: RandomBytes = secrets.token_bytes,
        *,
        opens_period: bool = False,
        choose_epoch: Callable[[CompartmentId], EpochId | None] = lambda _: None,
    ) -> None:
        self._opens_period = opens_period
        self._choose_epoch = choose_epoch
        self._log = log
        self._random = random
        self._keys = NewKeys(log, random)
        self._versions: list[_Sealed] = []
        self._items: list[Item] = []
        self._acts: list[Item] = []
        self._attached = Attached()
        self._erased: list[tuple[Origin, int, int]] = []
        self._seq = -1
        self._done = False

    def __enter__(self) -> Self:
        if self._log.is_forked:
            raise RefusedError(Message("this device was copied, and its copy was used too"), next_step=_NEW_LOG)
        with self._log.lock:
            if self._log.period_must_end() and not self._opens_period:
                with Work(self._log, self._random, opens_period=True) as period:
                    period.commit(Entry(act="audit.period"))
            self._log.lock.acquire()  # a second time, and kept: nothing has failed
        self._seq = self._log.size
        return self

    def __exit__(self, *_: object) -> None:
        self._done = True
        self._log.lock.release()

    def found(self, kind: CompartmentKind, holders: Sequence[Holder]) -> CompartmentId:
        """Found a compartment at the next place of the list and give its first key to these seats."""
        return self._keys.found(self._seq, kind, holders).compartment

    def found_case(
        self,
        holders: Sequence[Holder],
        *,
        keepers: Collection[MemberId],
        with_recovery: bool,
        within: CompartmentId | None = None,
    ) -> CompartmentId:
        """Found a case, or a section within one: who founds it and these members keep it."""
        kind = CompartmentKind.CASE if within is None else CompartmentKind.SECTION
        case = self.found(kind, holders)
        nonce = self._random(NONCE_SIZE)
        self.list_act(found(case, within, keepers, with_recovery=with_recovery, nonce=nonce))
        return case

    def add_key(self, compartment: CompartmentId, kind: CompartmentKind, holders: Sequence[Holder]) -> EpochId:
        """Make one more key of a compartment, given to these seats; what this work writes there is under it."""
        return self._keys.add(compartment, kind, holders).epoch

    def grant(self, compartment: CompartmentId, epoch: EpochId, holders: Sequence[Holder]) -> None:
        """Seal the key of an epoch that this seat holds to more seats.

        Raises:
            RefusedError: this seat does not hold it.
        """
        self._keys.grant(compartment, epoch, holders)

    def write(
        self,
        compartment: CompartmentId,
        record: RecordId,
        kind: str,
        fields: Mapping[str, object],
        parents: Sequence[VersionId] = (),
    ) -> VersionId:
        """Seal one version under the compartment's current epoch and list it.

        Of more than 256 parents it names the first 256: the others stay heads, and the next version can name them.

        Raises:
            RefusedError: this seat holds no epoch of the compartment.
            UsageError: it is too long for a bundle.
        """
        epoch, wrap_key = self._current_epoch(compartment)
        named = tuple(dict.fromkeys(parents))[:PARENT_LIMIT]
        content = encode_to_travel(Content(kind, named, self._log.tick(), fields))
        key = make_key(self._random)
        context = VersionContext(self._log.place.vault, compartment, record, self._log.origin, self._seq)
        blob = seal(key, content, context)
        identity = VersionId(version_id(compartment, record, blob))
        self._versions.append(_Sealed(identity, compartment, record, blob, epoch, wrap(wrap_key, key)))
        return identity

    def keep(
        self,
        compartment: CompartmentId,
        value: CaseworkRecord,
        record: RecordId | None = None,
        parents: Sequence[VersionId] = (),
    ) -> RecordId:
        """Write a value as `write` does, and return its record: a new one where none is given."""
        kept = RecordId(make_id()) if record is None else record
        self.write(compartment, kept, value.KIND, to_fields(value), parents)
        return kept

    def attach(self, compartment: CompartmentId, sealed: SealedBody) -> None:
        """List a body whose chunks are on the medium; its rows come with the commit."""
        self._attached.add(compartment, sealed)

    def list_keys_file(self, folder: bytes, digest: bytes) -> None:
        """List the digest of the `keys` file that this operation makes the valid one."""
        self._items.append(Item.of_keys(folder, digest))

    def list_act(self, made: MadeAct) -> None:
        """List what decides by itself who is in: it counts, or is proposed, once this is durable."""
        self._acts.append(Item.of_act(made))
        if (case := case_in(made.kind, made.content)) is not None:
            self._keys.changed.add(case)

    def list_approval(self, approval: bytes) -> None:
        """List an approval by its bytes: one that this seat gives, or that this act needs."""
        self._items.append(Item.of_bytes(ItemKind.APPROVAL, approval))

    def list_seen(self, note: bytes) -> None:
        """List a checkpoint of another log that this seat has verified."""
        self._items.append(Item.of_bytes(ItemKind.SEEN, note))

    def erase(self, compartment: CompartmentId, version: VersionId, *places: tuple[Origin, int, int]) -> None:
        """List a version, or an attachment by its digest, as erased; rows at these places go with the commit."""
        self._items.append(Item.in_compartment(ItemKind.ERASED, compartment, version))
        self._erased += places

    def erase_placed(self, version: PlacedVersion) -> None:
        place = (Origin(version.origin), version.seq, version.n)
        self.erase(CompartmentId(version.compartment), VersionId(version.id), place)

    def commit(self, entry: Entry) -> Receipt:
        """Make everything durable, or raise and leave everything as it was.

        Raises:
            TryAgainError: no room. VerificationError: the act may not list this, or the row is not there afterwards.
        """
        if self._done:
            raise InternalError(Message("this work is over"))
        if len(self._versions) > VERSIONS_PER_WORK:
            raise InternalError(Message("one operation holds at most {count} versions", count=VERSIONS_PER_WORK))
        self._done = True
        log = self._log
        ratchet = self._ratchet_for_this_entry()
        following = ratchet.advanced()
        session = log.session
        versions, keys, items = self._placed()
        check_act(entry.act, items)
        operation = self._compose(entry, items, ratchet, session)
        frontier = log.frontier.copy()
        tiles = frontier.append(leaf_hash(operation.header))
        checkpoint = _signed(log.origin, frontier.size, frontier.root(), session.seed)
        with self._keyring_with_new_epochs(), log.committing() as rows:
            if log.genesis is not None:
                rows.add_genesis(log.origin, log.genesis)
            rows.add_operation(operation)
            epochs = [new.row() for new in self._keys.epochs]
            rows.add_epochs(epochs)
            rows.add_grants(self._keys.grants)
            rows.add_versions(versions)
            rows.add_version_keys(keys)
            self._attached.write(rows)
            rows.erase_versions(self._erased)
            for level, index, hashes in tiles:
                rows.put_tile(TileRow(log.origin, level, index, hashes))
            began = self._seq if session.began_at is None else session.began_at
            rows.replace_checkpoint(checkpoint, keep_up_to=began)
            secrets_here = self._local_rows(following, session)
            for secret in secrets_here:
                rows.put_local(secret)
            if rows.operation(log.origin, self._seq) != operation:
                raise VerificationError(
                    Message(
                        "log {origin}: there is another row at position {seq}", origin=log.origin.hex(), seq=self._seq
                    )
                )
            Written(versions, keys, epochs, self._keys.grants, checkpoint, secrets_here).require_in(rows)
        log.genesis = None
        log.frontier = frontier
        log.ratchet = following
        log.session = SessionKeys(session.number, session.seed, session.following_seed, began)
        log.period_is_over = log.period_is_over and not self._opens_period
        log.settle(self._keys.compartments, [EpochId(new.epoch) for new in self._keys.kept], erases=bool(self._erased))
        return Receipt(log.origin, self._seq, tuple(VersionId(row.id) for row in versions))

    def _ratchet_for_this_entry(self) -> Ratchet:
        log = self._log
        if not log.period_is_due():
            assert log.ratchet is not None  # noqa: S101 - period_is_due says so; for the type checker
            return log.ratchet
        if log.ratchet is None:
            new = self._keys.found(self._seq, CompartmentKind.AUDIT, log.auditors)
        else:
            new = self._keys.add(log.ratchet.compartment, CompartmentKind.AUDIT, log.auditors)
        day = log.now_ms() // DAY_MS
        return Ratchet(new.compartment, new.epoch, new.key, 0, day, self._seq)

    def _placed(self) -> tuple[list[VersionRow], list[VersionKeyRow], list[Item]]:
        """Give every thing its place in the list: founding epochs, grants, then the rest (FORMAT.md 5)."""
        items = self._keys.items()
        versions, keys = [], []
        origin, seq = self._log.origin, self._seq
        for n, sealed in enumerate(self._versions, len(items)):
            items.append(Item.in_compartment(ItemKind.VERSION, sealed.compartment, sealed.id))
            versions.append(VersionRow(origin, seq, n, sealed.id, sealed.compartment, sealed.record, sealed.blob))
            keys.append(VersionKeyRow(origin, seq, n, sealed.epoch, sealed.wrap))
        return versions, keys, items + self._attached.items() + self._items + self._acts

    def _compose(self, entry: Entry, items: list[Item], ratchet: Ratchet, session: SessionKeys) -> OperationRow:
        log = self._log
        said = {member.name: getattr(entry, member.name) for member in fields(Entry)}
        payload = Payload(t=log.now_ms(), mono=log.monotonic_ms(), app=__version__, **said).encode()
        salt = self._random(32)
        context = VersionContext(
            log.place.vault, ratchet.compartment, ZERO_ID, log.origin, self._seq, purpose=Purpose.AUDIT
        )
        return compose(
            origin=log.origin,
            seq=self._seq,
            commitment=commitment(salt, payload),
            items=items,
            sealed=seal(ratchet.entry_key(), encode_plaintext(salt, payload), context),
            session_key=public_key(session.following_seed) if session.began_at is None else None,
        )

    @contextmanager
    def _keyring_with_new_epochs(self) -> Iterator[None]:
        """Let the keyring hold what this work founds while it is written, and for good once it is durable."""
        kept = self._keys.kept
        try:
            for new in kept:
                self._log.keyring.add(new.compartment, new.epoch, new.key)
            yield
        except BaseException:
            for new in kept:
                self._log.keyring.drop(new.epoch)
            raise

    def _local_rows(self, ratchet: Ratchet, session: SessionKeys) -> list[LocalRow]:
        place = self._log.place
        found = [place.seal_row(Purpose.RATCHET, encode_ratchet(ratchet))]
        if session.began_at is None:
            content = encode_session(self._log.origin, session)
            found.append(place.seal_row(Purpose.SESSION, content, session.number + 1))
        if self._keys.kept:
            found.append(place.seal_row(Purpose.KEYRING, self._log.keyring.encode()))
        return found

    def _current_epoch(self, compartment: CompartmentId) -> tuple[EpochId, bytes]:
        new = self._keys.of(compartment)
        if new is not None:
            return new.epoch, derive_wrap_key(new.key)
        held = reversed(self._log.keyring.epochs_of(compartment))
        chosen = self._choose_epoch(compartment) or EpochId(next(held, ZERO_ID))
        wrap_key = self._log.keyring.wrap_key(chosen)
        if wrap_key is None:
            raise RefusedError(Message("this case or list was not granted to this device"))
        return chosen, wrap_key


def _signed(origin: Origin, size: int, root: bytes, seed: bytes) -> CheckpointRow:
    body = note_body(origin, size, root)
    return CheckpointRow(origin, size, root, encode_note(body, key_name(origin), *key_and_signature(seed, body)))


# Many operations of one log in one transaction: all of them become durable, or none was ever made.
# For acts that are one to a person and many to the log, such as the import of a list. Within the block nothing is
# asked of what is valid: what was learned of rows that are undone would stay learned.
@contextmanager
def joined_transaction(log: SeatLog) -> Iterator[Rows]:
    """Yield the rows of a transaction in which every commit of this log takes part until the block ends.

    Raises:
        TryAgainError: no room. Then, and where the block raises, nothing was written, and the log stands where it did.
    """
    with log.lock:
        if log.joined is not None:
            raise InternalError(Message("operations are joined already"))
        before = log.genesis, log.frontier, log.ratchet, log.session, log.period_is_over
        joined: Joined | None = None
        try:
            with log.database.transaction() as rows:
                log.joined = joined = Joined(rows)
                yield rows
                joined.require_sound()
        except BaseException:
            log.genesis, log.frontier, log.ratchet, log.session, log.period_is_over = before
            for epoch in () if joined is None else joined.epochs:
                log.keyring.drop(epoch)
            raise
        finally:
            log.joined = None
            for changed in () if joined is None else joined.compartments:
                log.on_new_keys(changed)
        log.database.truncate_wal()
        log.on_durable()
