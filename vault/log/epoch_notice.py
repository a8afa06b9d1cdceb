"""The public notice of an epoch: which key of which compartment, what it replaces, whom it revokes (FORMAT.md 2).

format u8 | suite u8 | vault 16 | compartment 16 | kind u8 | epoch id 16 |
count u8, replaced ids 16 each | count u8, drops (seat 16, origin 32, size u64) each
in format 2 also: count u8, histories that are meant (origin 32, size u64, root 32) each
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple

from vault.errors import MalformedError
from vault.ids import CompartmentKind
from vault.log.genesis import NamedHistory
from vault.words.message import Message

EPOCH_FORMAT = 1
SEEN_FORMAT = 2
_HEAD = struct.Struct(">BB16s16sB16s")
# Where a row has the kind of its compartment: format, suite, vault and compartment stand before it.
KIND_AT = 34
_COMPARTMENT_AT = 18
MOST_REVOCATIONS = 255
MOST_REPLACED = 255
# A bundle carries rows of 32 KiB.
MOST_SEEN = 128
_DROP = struct.Struct(">16s32sQ")
_SEEN = struct.Struct(">32sQ32s")


class RevokedLog(NamedTuple):
    """A log of a revoked seat, and how much of it is still valid in this compartment.

    `seen` says which of its histories are meant: size and root of each. It is empty in rows of format 1.
    """

    seat: bytes
    origin: bytes
    size: int
    seen: tuple[tuple[int, bytes], ...] = ()


@dataclass(frozen=True, slots=True)
class EpochNotice:
    """One epoch. It counts because a valid operation lists its digest.

    It replaces no epoch where it is the founding one, and revokes the logs of seats that get no grant for it any more.
    """

    suite: int
    vault: bytes
    compartment: bytes
    kind: CompartmentKind
    epoch: bytes
    replaced: tuple[bytes, ...] = ()
    revocations: tuple[RevokedLog, ...] = ()

    def __post_init__(self) -> None:
        ids = [
            self.vault,
            self.compartment,
            self.epoch,
            *self.replaced,
            *(revocation.seat for revocation in self.revocations),
        ]
        if any(len(identifier) != 16 for identifier in ids) or any(
            len(revocation.origin) != 32 for revocation in self.revocations
        ):
            raise MalformedError(Message("an epoch notice has an id of the wrong size"))
        if not 0 < self.suite < 256 or len(self.replaced) > MOST_REPLACED or len(self.revocations) > MOST_REVOCATIONS:
            raise MalformedError(Message("epoch {epoch}: a number is out of range", epoch=self.epoch.hex()))
        if len({self.epoch, *self.replaced}) != 1 + len(self.replaced):
            raise MalformedError(Message("epoch {epoch} replaces itself or one epoch twice", epoch=self.epoch.hex()))
        if len({revocation.origin for revocation in self.revocations}) != len(self.revocations):
            raise MalformedError(Message("epoch {epoch} cuts off a log twice", epoch=self.epoch.hex()))
        if len(self.seen) > MOST_SEEN or any(len(seen.root) != 32 for seen in self.seen):
            raise MalformedError(
                Message("epoch {epoch} means too many histories, or one without a root", epoch=self.epoch.hex())
            )
        if self.revocations and not self.replaced:
            raise MalformedError(
                Message("epoch {epoch} is the founding epoch, and revokes a seat", epoch=self.epoch.hex())
            )

    @property
    def is_founding(self) -> bool:
        """Whether this is the first epoch of its compartment."""
        return not self.replaced

    @property
    def seen(self) -> tuple[NamedHistory, ...]:
        """Which histories are meant of the logs that it names."""
        return tuple(
            NamedHistory(revocation.origin, *seen) for revocation in self.revocations for seen in revocation.seen
        )

    def encode(self) -> bytes:
        """Return the bytes of the table `epoch`."""
        version = SEEN_FORMAT if self.seen else EPOCH_FORMAT
        head = _HEAD.pack(version, self.suite, self.vault, self.compartment, self.kind, self.epoch)
        revocations = b"".join(_DROP.pack(*revocation[:3]) for revocation in self.revocations)
        row = (
            head + bytes([len(self.replaced)]) + b"".join(self.replaced) + bytes([len(self.revocations)]) + revocations
        )
        return row + bytes([len(self.seen)]) + b"".join(_SEEN.pack(*seen) for seen in self.seen) if self.seen else row

    def digest(self) -> bytes:
        """Return what the list of its operation names."""
        return epoch_digest(self.encode())

    @classmethod
    def decode(cls, untrusted: bytes) -> EpochNotice:
        """Return the notice in a row.

        Raises:
            MalformedError: the row is not exactly what `encode` would give.
        """
        try:
            version, suite, vault, compartment, kind, epoch = _HEAD.unpack_from(untrusted)
            at = _HEAD.size + 1
            replaced_end = at + 16 * untrusted[at - 1]
            replaced = tuple(untrusted[i : i + 16] for i in range(at, replaced_end, 16))
            revocations_end = replaced_end + 1 + _DROP.size * untrusted[replaced_end]
            revocations = tuple(
                RevokedLog(*parts) for parts in _DROP.iter_unpack(untrusted[replaced_end + 1 : revocations_end])
            )
            end = revocations_end
            if version == SEEN_FORMAT:
                end += 1 + _SEEN.size * untrusted[revocations_end]
                revocations = _with_seen(revocations, untrusted[revocations_end + 1 : end])
            known_kind = CompartmentKind(kind)
        except (struct.error, IndexError, ValueError):
            raise MalformedError(Message("an epoch notice is not of the form of FORMAT.md 2")) from None
        notice = cls(suite, vault, compartment, known_kind, epoch, replaced, revocations)
        if notice.encode() != untrusted:
            raise MalformedError(Message("an epoch notice has an unknown format or bytes at its end"))
        return notice


def _with_seen(revocations: Sequence[RevokedLog], seen: bytes) -> tuple[RevokedLog, ...]:
    of: dict[bytes, tuple[tuple[int, bytes], ...]] = {}
    for origin, *history in _SEEN.iter_unpack(seen):
        of[origin] = (*of.get(origin, ()), tuple(history))
    return tuple(revocation._replace(seen=of.get(revocation.origin, ())) for revocation in revocations)


def named_in(row: bytes) -> tuple[bytes, bytes, bool]:
    """Return the compartment and the epoch id in a row, and whether it replaces something, without reading the rest."""
    return row[_COMPARTMENT_AT:KIND_AT], row[KIND_AT + 1 : _HEAD.size], row[_HEAD.size : _HEAD.size + 1] > b"\0"


def epoch_digest(row: bytes) -> bytes:
    """Return the digest of a row of the table `epoch`."""
    return sha256(row).digest()


def founded_compartment(origin: bytes, seq: int, n: int) -> bytes:
    """Return the id of the compartment that item `n` of operation `seq` founds: no place can found another's."""
    place = origin + seq.to_bytes(8, "big") + n.to_bytes(4, "big")
    return sha256(b"casevault/compartment" + place).digest()[:16]


def check_founding(notice: EpochNotice, origin: bytes, seq: int, n: int) -> None:
    """Check that a founding notice stands at the place which gives its compartment its name.

    Raises:
        MalformedError: it claims a compartment that another place founds. A notice that replaces others always passes.
    """
    if notice.is_founding and notice.compartment != founded_compartment(origin, seq, n):
        raise MalformedError(
            Message("epoch {epoch} founds a compartment that is not of its place", epoch=notice.epoch.hex())
        )
