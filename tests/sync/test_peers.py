from __future__ import annotations

from dataclasses import replace

import pytest

from tests.seal.places import fixed
from tests.tables import each
from vault.errors import MalformedError
from vault.sync.bundle_file import Manifest, Position
from vault.sync.peers import OFFERS_KEPT, Base, Offer, Peer, common_base, common_have, decode_peers, encode_peers

LOG, OTHER, OWN = fixed("log"), fixed("other log"), fixed("own log")
SEAT = fixed("seat", 16)
EPOCH = fixed("epoch", 16)
CASE, SECOND = fixed("case", 16), fixed("second case", 16)


def _offer(size: int, *, cases: tuple[bytes, ...] = (CASE,)) -> Offer:
    return Offer(Position(OWN, size), {LOG: size, OWN: size}, frozenset(cases), {EPOCH: size})


def _manifest(size: int, *, have: dict[bytes, int] | None = None, took: Position | None = None) -> Manifest:
    return Manifest(
        vault=bytes(16),
        seat=fixed("peer", 16),
        identity=bytes(32),
        member=bytes(16),
        made_ms=0,
        position=Position(LOG, size),
        pages=0,
        size=0,
        root=bytes(32),
        counts={},
        have={LOG: size} if have is None else have,
        took={} if took is None else {SEAT: took},
    )


def test_peers_come_back_as_they_were_stored() -> None:
    peers = {
        SEAT: Peer(
            Position(LOG, 3), {LOG: 3, OTHER: 9}, (_offer(1), _offer(2, cases=(CASE, SECOND))), Position(OWN, 1)
        ),
        fixed("silent", 16): Peer(),
    }
    assert decode_peers(encode_peers(peers)) == peers


@each([b"", b"\xc1", b"\x91\x80", b"\x91" * 5_000, b"\xdd\xff\xff\xff\xff"])
def test_a_row_that_is_none_is_refused(content: bytes) -> None:
    with pytest.raises(MalformedError, match="row of peers"):
        decode_peers(content)


def test_a_bundle_that_the_peer_did_not_name_is_no_base() -> None:
    peer = Peer().offered(_offer(5))
    assert peer.base is None
    assert replace(peer, took=Position(OWN, 4)).base is None
    assert replace(peer, took=Position(OWN, 5)).base == _offer(5)


def test_the_base_outlives_any_number_of_bundles_that_got_lost() -> None:
    peer = replace(Peer().offered(_offer(1)), took=Position(OWN, 1))
    for size in range(2, 20):
        peer = peer.offered(_offer(size))
        assert len(peer.sent) <= OFFERS_KEPT
    assert peer.base == _offer(1)
    assert replace(peer, took=Position(OWN, 19)).base == _offer(19)


def test_an_older_bundle_takes_nothing_back() -> None:
    peer = Peer().heard(_manifest(9, took=Position(OWN, 5)), SEAT)
    assert peer.heard(_manifest(4, took=Position(OWN, 2)), SEAT) == peer


def test_a_peer_that_begins_a_new_log_after_a_loss_is_believed_to_have_less() -> None:
    peer = Peer().heard(_manifest(9, have={LOG: 9, OWN: 40}), SEAT)
    restored = replace(_manifest(0, have={OTHER: 1, LOG: 3, OWN: 10}), position=Position(OTHER, 1))
    assert peer.heard(restored, SEAT).have == {OTHER: 1, LOG: 3, OWN: 10}


def test_what_was_taken_never_goes_back_within_one_log() -> None:
    peer = Peer().taken(Position(LOG, 7))
    assert peer.taken(Position(LOG, 3)) == peer
    assert peer.taken(Position(OTHER, 1)).at == Position(OTHER, 1)


def test_a_member_has_what_all_of_its_devices_have() -> None:
    two = [Peer(have={LOG: 5, OTHER: 2}), Peer(have={LOG: 3})]
    assert common_have(two) == {LOG: 3}
    assert common_have([*two, Peer()]) == {}
    assert common_have([]) == {}


def test_a_device_that_took_nothing_gets_everything() -> None:
    one = replace(Peer().offered(_offer(5, cases=(CASE, SECOND))), took=Position(OWN, 5))
    two = replace(Peer().offered(_offer(3)), took=Position(OWN, 3))
    assert common_base([one, two]) == Base({LOG: 3, OWN: 3}, frozenset({CASE}), {EPOCH: 3})
    assert common_base([one, Peer()]) == Base()
    assert common_base([]) == Base()
