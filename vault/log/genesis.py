"""The genesis of a log, which logs of one seat are valid, and which history of one is meant (FORMAT.md 5)."""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from vault.errors import MalformedError, VerificationError
from vault.ids import ZERO_DIGEST, ZERO_ID
from vault.store.rowtypes import GenesisRow
from vault.words.message import Message

# What a signature covers. The signing itself comes in as a callable, so that this package touches no keys.

VerifySignature = Callable[[bytes, bytes, bytes], bool]
"""(public key 32, signature 64, message) -> whether this Ed25519 signature holds. It does not raise."""


def signed_message(purpose: str, message: bytes) -> bytes:
    """Return the bytes under one of our own signatures; the purpose keeps them apart (FORMAT.md 3)."""
    return b"casevault/" + purpose.encode("ascii") + b"/v1\x00" + message


# The genesis of a log: public, without names, signed once by the identity key of its seat (FORMAT.md 5).
# `origin` = SHA-256 of all of it, so a log's name fixes the key that signs its first session.
# That of a seat's first log is its certificate, and names the seat: nobody chooses one.
# format u8 | vault 16 | member 16 | identity 32 | session key 1 32 | random 16 | KEM key 1,216 | signature 64
# That of a log that goes on from another:
# format u8 | vault 16 | seat 16 | identity 32 | session key 1 32 | random 16 | predecessor 32 | its size u64 | its
# root 32 | signature 64
GENESIS_FORMAT = 2
GENESIS_PURPOSE = "genesis"
CERTIFICATE_SIZE = 1_393
GENESIS_SIZE = 249
_KEM_SIZE = 1_216
_SIGNATURE_SIZE = 64
_FIRST = struct.Struct(">B16s16s32s32s16s1216s")
_LAYOUT = struct.Struct(">B16s16s32s32s16s32sQ32s")


@dataclass(frozen=True, slots=True)
class Genesis:
    """The beginning of one log of one seat.

    A first one has `member`, sixteen zero bytes where a new one begins with it, and `kem`; its seat is known once it is
    signed. Another has the root and size of the last known checkpoint of the log that it goes on from.
    """

    vault: bytes
    seat: bytes
    identity: bytes
    session_key: bytes
    nonce: bytes
    predecessor: bytes = ZERO_DIGEST
    predecessor_size: int = 0
    predecessor_root: bytes = ZERO_DIGEST
    member: bytes = ZERO_ID
    kem: bytes = field(default=b"", repr=False)

    def __post_init__(self) -> None:
        sizes = [len(self.vault), len(self.seat), len(self.identity), len(self.session_key), len(self.nonce)]
        if [*sizes, len(self.predecessor), len(self.predecessor_root), len(self.member)] != [
            *(16, 16, 32, 32, 16),
            *(32, 32, 16),
        ]:
            raise MalformedError(Message("a genesis has a part of the wrong size"))
        # A log that exists has at least its entry 0, and a root that is no run of zeros.
        first = (self.predecessor == ZERO_DIGEST, self.predecessor_size == 0, self.predecessor_root == ZERO_DIGEST)
        if len(set(first)) > 1 or not 0 <= self.predecessor_size < 1 << 53:
            raise MalformedError(Message("a genesis names only a part of its predecessor"))
        if len(self.kem) != (_KEM_SIZE if self.is_first else 0):
            raise MalformedError(Message("a first genesis has a KEM key, and no other"))

    @property
    def is_first(self) -> bool:
        """Whether this log has no predecessor: it is its seat's certificate."""
        return self.predecessor == ZERO_DIGEST

    def unsigned(self) -> bytes:
        """Return what the identity key signs, for the purpose `genesis`."""
        shared = (self.identity, self.session_key, self.nonce)
        if self.is_first:
            return _FIRST.pack(GENESIS_FORMAT, self.vault, self.member, *shared, self.kem)
        before = (self.predecessor, self.predecessor_size, self.predecessor_root)
        return _LAYOUT.pack(GENESIS_FORMAT, self.vault, self.seat, *shared, *before)

    def encode(self, signature: bytes) -> bytes:
        """Return the bytes of the table `genesis`."""
        if len(signature) != _SIGNATURE_SIZE:
            raise MalformedError(Message("the signature of a genesis has not 64 bytes"))
        return self.unsigned() + signature

    @classmethod
    def decode(cls, untrusted: bytes) -> Genesis:
        """Return the parts, with the signature unchecked: for that there is `verify_genesis`.

        Raises:
            MalformedError: wrong size, unknown format, or only a part of a predecessor.
        """
        if len(untrusted) not in {CERTIFICATE_SIZE, GENESIS_SIZE}:
            raise MalformedError(
                Message(
                    "a genesis has {count} bytes, not {first} or {other}",
                    count=len(untrusted),
                    first=CERTIFICATE_SIZE,
                    other=GENESIS_SIZE,
                )
            )
        if untrusted[0] != GENESIS_FORMAT:
            raise MalformedError(Message("a genesis has the unknown format {version}", version=untrusted[0]))
        if len(untrusted) == GENESIS_SIZE:
            _, *parts = _LAYOUT.unpack_from(untrusted)
            genesis = cls(*parts)
            if genesis.is_first:
                raise MalformedError(Message("a genesis names only a part of its predecessor"))
            return genesis
        _, vault, member, identity, session_key, nonce, kem = _FIRST.unpack_from(untrusted)
        return cls(vault, seat_in(untrusted), identity, session_key, nonce, member=member, kem=kem)


def seat_in(genesis: bytes) -> bytes:
    """Return whose log begins with these bytes: who is named, or who begins here."""
    return origin_of(genesis)[:16] if len(genesis) == CERTIFICATE_SIZE else genesis[17:33]


def origin_of(genesis: bytes) -> bytes:
    """Return the name of the log that begins with these bytes."""
    return sha256(genesis).digest()


def verify_genesis(untrusted: bytes, verify_signature: VerifySignature) -> Genesis:
    """Return the parts of a genesis that its own identity key signed. Whose key that is, an admission says.

    Raises:
        MalformedError: not of the form of FORMAT.md 5.
        VerificationError: the signature does not hold.
    """
    genesis = Genesis.decode(untrusted)
    message = signed_message(GENESIS_PURPOSE, genesis.unsigned())
    if not verify_signature(genesis.identity, untrusted[-64:], message):
        raise VerificationError(
            Message("log {origin_of}: the signature of its genesis does not hold", origin_of=origin_of(untrusted).hex())
        )
    return genesis


# Which history of a log an ending or a revocation means: a size alone fits every history that its keys sign.
# What a seat signs later, in another history below the size, is none of what its colleagues had seen when they ended
# it.
Roots = Mapping[int, bytes]
"""Of one of two histories: size -> root, from behind the parting on."""


class NamedHistory(NamedTuple):
    """As much of one history of a log as somebody had seen."""

    origin: bytes
    size: int
    root: bytes


def is_left(
    sizes: Mapping[bytes, int], named: Collection[NamedHistory], place: tuple[bytes, int], roots: Roots | None
) -> bool:
    """Say whether a cut leaves an entry valid.

    `sizes` is how much of each log it leaves; `roots` are those of the history that the entry is of, None before the
    place where two part.
    """
    origin, seq = place
    if seq >= sizes.get(origin, 0):
        return False
    return roots is None or any(
        history.origin == origin and seq < history.size and roots.get(history.size) == history.root for history in named
    )


# Which logs of one seat are valid: the first 255, by how many go before them and then by name (FORMAT.md 5).
# It is a pure function of the beginnings at hand, so that what came first, and in which file, decides nothing.

# A restored or copied vault begins a log. Whoever begins more of them fills the memory of all others.
LOGS_OF_A_SEAT = 255


def logs_of(
    rows: Iterable[GenesisRow], seat: bytes, identity: bytes, verify_signature: VerifySignature
) -> dict[bytes, Genesis]:
    """Return the logs among these rows that the identity key of a seat began."""
    found: dict[bytes, Genesis] = {}
    for row in rows:
        if seat_in(row.bytes) == seat and origin_of(row.bytes) == row.origin:
            with suppress(VerificationError):
                genesis = verify_genesis(row.bytes, verify_signature)
                if genesis.identity == identity:
                    found[row.origin] = genesis
    return found


def logs_in_order(logs: Mapping[bytes, Genesis]) -> list[bytes]:
    """Return the logs of one seat by how many of them go before each, then by name.

    One that goes on from a log that is not among them comes after all others.
    """
    following: dict[bytes, list[bytes]] = {}
    for origin, genesis in logs.items():
        if not genesis.is_first:
            following.setdefault(genesis.predecessor, []).append(origin)
    ordered: list[bytes] = []
    level = sorted(origin for origin, genesis in logs.items() if genesis.is_first)
    while level:
        ordered += level
        level = sorted(after for origin in level for after in following.get(origin, ()))
    return ordered + sorted(logs.keys() - set(ordered))


def logs_that_count(logs: Mapping[bytes, Genesis]) -> list[bytes]:
    """Return the first 255 of all that name one seat and are of the key of its certificate, in their order."""
    first = next((genesis for genesis in logs.values() if genesis.is_first), None)
    if first is None:
        return []
    own = {origin: genesis for origin, genesis in logs.items() if genesis.identity == first.identity}
    return logs_in_order(own)[:LOGS_OF_A_SEAT]
