"""What this seat knows of others: what they have, and what of its bundles they took (FORMAT.md 7, purpose 10).

It only decides how much a bundle repeats. Without it, or with an old one, the next bundle carries more, never less
than is missing: what a peer lacks shows in its own next bundle.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

import msgspec

from vault.errors import MalformedError
from vault.sync.bundle_file import Manifest, Position
from vault.words.message import Message

OFFERS_KEPT = 4


@dataclass(frozen=True, slots=True)
class Offer:
    """A bundle that was made for a peer: where this seat stood, and how far it reached.

    `compartments` were covered whole, as far as this device knew. `keys` is the number of version keys known under an
    epoch, of compartments with several. `left_out` are attachments that found no room.
    """

    position: Position
    reached: Mapping[bytes, int]
    compartments: frozenset[bytes]
    keys: Mapping[bytes, int] = field(default_factory=dict)
    left_out: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Peer:
    """One other seat.

    Attributes:
        at: position in its newest bundle imported here, or None.
        have: what that bundle says the peer has.
        sent: the newest bundles made for it, oldest first.
        took: which of them it says it took last, or None.
    """

    at: Position | None = None
    have: Mapping[bytes, int] = field(default_factory=dict)
    sent: tuple[Offer, ...] = ()
    took: Position | None = None

    @property
    def base(self) -> Offer | None:
        """The bundle that the peer certainly took."""
        return next((offer for offer in reversed(self.sent) if offer.position == self.took), None)

    def heard(self, manifest: Manifest, own_seat: bytes) -> Peer:
        """Return it after one of its bundles was opened; an older one than that taken last says nothing new."""
        if manifest.have.get(manifest.position.origin, 0) < self.have.get(manifest.position.origin, 0):
            return self
        took = manifest.took.get(own_seat, self.took)
        return replace(self, have=manifest.have, took=took)

    def taken(self, position: Position) -> Peer:
        """Return it after one of its bundles was taken whole."""
        newer = self.at is None or self.at.origin != position.origin or position.size > self.at.size
        return replace(self, at=position) if newer else self

    def offered(self, offer: Offer) -> Peer:
        """Return it after a bundle was made for it; the one that it took last is kept among the newest."""
        kept = [sent_offer for sent_offer in self.sent if sent_offer.position != offer.position]
        base = self.base
        newest = kept[-(OFFERS_KEPT - 1) :]
        if base is not None and base not in newest:
            newest = [base, *newest[1:]]
        return replace(self, sent=(*newest, offer))


_Vector = list[tuple[bytes, int]]


class _OfferWire(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    position: Position
    reached: _Vector
    compartments: list[bytes]
    keys: _Vector
    left_out: list[bytes] = []


class _PeerWire(msgspec.Struct, forbid_unknown_fields=True):
    at: Position | None
    have: _Vector
    seat: bytes
    sent: list[_OfferWire]
    took: Position | None


def encode_peers(peers: Mapping[bytes, Peer]) -> bytes:
    """Return the content of the local row."""
    return msgspec.msgpack.encode(
        [
            {
                "at": peer.at,
                "have": sorted(peer.have.items()),
                "seat": seat,
                "sent": [_offered(offer) for offer in peer.sent],
                "took": peer.took,
            }
            for seat, peer in sorted(peers.items())
        ]
    )


def _offered(offer: Offer) -> list[object]:
    # What was left out is written only where something was: without it a row has the bytes that it always had.
    reached, keys = sorted(offer.reached.items()), sorted(offer.keys.items())
    whole: list[object] = [offer.position, reached, sorted(offer.compartments), keys]
    return [*whole, sorted(offer.left_out)] if offer.left_out else whole


def decode_peers(content: bytes) -> dict[bytes, Peer]:
    """Return the peers of an opened row.

    Raises:
        MalformedError: not what `encode_peers` gives.
    """
    try:
        wires = msgspec.msgpack.decode(content, type=list[_PeerWire])
    except (RecursionError, ValueError):  # nested too deep, no UTF-8, and all that msgspec refuses
        raise MalformedError(Message("the row of peers cannot be read")) from None
    return {wire.seat: Peer(wire.at, dict(wire.have), tuple(map(_offer, wire.sent)), wire.took) for wire in wires}


def _offer(wire: _OfferWire) -> Offer:
    keys, left_out = dict(wire.keys), frozenset(wire.left_out)
    return Offer(wire.position, dict(wire.reached), frozenset(wire.compartments), keys, left_out)


def common_have(peers: Iterable[Peer]) -> dict[bytes, int]:
    """Return what all these seats have: of each log the least."""
    return _least([peer.have for peer in peers])


@dataclass(frozen=True, slots=True)
class Base:
    """What several seats certainly took: see `Offer`."""

    reached: Mapping[bytes, int] = field(default_factory=dict)
    compartments: frozenset[bytes] = frozenset()
    keys: Mapping[bytes, int] = field(default_factory=dict)
    left_out: frozenset[bytes] = frozenset()


def common_base(peers: Iterable[Peer]) -> Base:
    """Return how far the bundles reach that all these seats took, and what all of them covered."""
    bases = [peer.base for peer in peers]
    known = [base for base in bases if base is not None]
    if not known or len(known) < len(bases):
        return Base()
    compartments = frozenset.intersection(*(base.compartments for base in known))
    left_out = frozenset[bytes]().union(*(base.left_out for base in known))
    return Base(_least([base.reached for base in known]), compartments, _least([base.keys for base in known]), left_out)


def _least(vectors: list[Mapping[bytes, int]]) -> dict[bytes, int]:
    if not vectors:
        return {}
    shared = set.intersection(*(set(vector) for vector in vectors))
    return {origin: min(vector[origin] for vector in vectors) for origin in shared}
