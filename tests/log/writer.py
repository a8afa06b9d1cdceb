"""A small writer of real logs for the tests: real Ed25519, everything else derived from counters."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from vault.ids import ZERO_DIGEST
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.log.genesis import GENESIS_PURPOSE, Genesis, origin_of, seat_in, signed_message
from vault.log.items import Item
from vault.log.operation import compose, operation_digest
from vault.log.tree import Frontier, leaf_hash
from vault.log.verify import LogReport, verify_log
from vault.store.rowtypes import CheckpointRow, OperationRow

VAULT = bytes(range(16))
SEAT = bytes(range(16, 32))
KEM = bytes(1_216)


class Row(OperationRow):
    """An operation's row."""

    def changed(self, **parts: bytes) -> Row:
        """Return the row with other bytes and the digest that fits them."""
        other = self._replace(**parts)  # type: ignore[arg-type]  # the parts named here are all bytes
        return other._replace(digest=operation_digest(other.header, other.list, other.sealed))


class Key:
    """An Ed25519 key pair from a word."""

    def __init__(self, word: str) -> None:
        self._private = Ed25519PrivateKey.from_private_bytes(sha256(word.encode()).digest())
        self.public = self._private.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Return the raw signature."""
        return self._private.sign(message)


def verify_signature(public: bytes, signature: bytes, message: bytes) -> bool:
    """Tell whether a signature holds."""
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


@dataclass
class Writer:
    """Writes one log. `name` keeps the keys of two logs apart; `seat` is whose log goes on from another."""

    name: str = "a"
    predecessor: tuple[bytes, int, bytes] = (bytes(32), 0, bytes(32))
    rows: list[Row] = field(default_factory=list)
    seals: list[CheckpointRow] = field(default_factory=list)
    frontier: Frontier = field(default_factory=Frontier)
    session: int = 0
    seat: bytes = SEAT
    vault: bytes = VAULT

    def __post_init__(self) -> None:
        identity = self.key("identity")
        nonce = sha256(self.name.encode()).digest()[:16]
        is_first = self.predecessor[0] == ZERO_DIGEST
        parts = Genesis(
            self.vault,
            self.seat,
            identity.public,
            self.session_key(1).public,
            nonce,
            *self.predecessor,
            kem=KEM if is_first else b"",
        )
        self.genesis = parts.encode(identity.sign(signed_message(GENESIS_PURPOSE, parts.unsigned())))
        self.origin = origin_of(self.genesis)
        self.seat = seat_in(self.genesis)

    def key(self, word: str) -> Key:
        """Return a key of this log's seat."""
        return Key(f"{self.name}/{word}")

    def session_key(self, number: int) -> Key:
        return self.key(f"session {number}")

    def append(self, *items: Item, new_session: bool = False, word: str = "") -> Row:
        """Add an operation; the first one begins session 1."""
        seq = len(self.rows)
        begins = new_session or seq == 0
        self.session += begins
        operation = compose(
            origin=self.origin,
            seq=seq,
            commitment=sha256(f"{self.name} {seq} {word}".encode()).digest(),
            items=items,
            sealed=f"sealed {seq} {word}".encode() * 8,
            session_key=self.session_key(self.session + 1).public if begins else None,
        )
        row = Row(*operation)
        self.rows.append(row)
        self.frontier.append(leaf_hash(operation.header))
        return row

    def seal(self, *, session: int | None = None) -> CheckpointRow:
        """Sign a checkpoint of all so far, with the session's key or that of another."""
        seal = self.seal_of(self.frontier.size, self.frontier.root(), session or self.session)
        self.seals.append(seal)
        return seal

    def seal_of(self, size: int, root: bytes, session: int) -> CheckpointRow:
        """Return a checkpoint of any claim."""
        key = self.session_key(session)
        body = note_body(self.origin, size, root)
        note = encode_note(body, key_name(self.origin), key.public, key.sign(body))
        return CheckpointRow(self.origin, size, root, note)

    def write(self, operations: int, *, per_session: int = 4) -> Writer:
        """Add operations, each with its checkpoint, as the vault does."""
        for _ in range(operations):
            self.append(new_session=len(self.rows) % per_session == 0)
            self.seal()
        return self

    def verify(self, *, pins: dict[int, bytes] | None = None) -> LogReport:
        """Return the report over the rows as they are now."""
        return verify_log(self.genesis, self.rows, self.seals, verify_signature, pins=pins or {})
