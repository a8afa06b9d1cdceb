"""A bundle gets its name whole or not at all, on sticks without links too, and takes no name that something has."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import vault.sync.bundle_making
from tests.log.writer import VAULT, Writer
from tests.seal.places import fixed
from tests.sync.exchange import IDENTITY, MAKER, MEMBER, Sender, opened, rows_of, take
from tests.sync.hostile import Pages, encoded, manifest_of, write
from tests.tables import each, refused, refuses
from vault.errors import InternalError, MalformedError, RefusedError, TryAgainError, VaultError, VerificationError
from vault.seal.bodies import BUNDLE_MESSAGE_SIZE
from vault.seal.signing import is_signed_raw, public_key, sign
from vault.store.engine import Database
from vault.sync.bundle_file import BUNDLE_PURPOSE, Manifest, Position, encode_header, signed_manifest, verify_manifest
from vault.sync.bundle_pages import (
    COUNTED,
    PAGE_LIMIT,
    PageKind,
    SentOperation,
    SentRow,
    SentVersion,
    decode_page,
    encode_pages,
)
from vault.sync.peers import OFFERS_KEPT, Base, Offer, Peer, common_base, common_have, decode_peers, encode_peers
from vault.sync.proven_logs import Stop


def test_on_a_stick_that_has_no_links_a_bundle_is_made_and_opens(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_links(*_: object, **__: object) -> None:
        raise PermissionError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    (tmp_path / "stick").mkdir()
    made = sender.make(tmp_path / "stick" / "bundle")
    assert opened(made.path, sender.vault).manifest.pages > 0
    assert list((tmp_path / "stick").iterdir()) == [made.path]


@pytest.mark.parametrize("has_links", [True, False])
def test_what_came_to_the_name_meanwhile_stays_and_nothing_else_is_left(
    has_links: bool, sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "stick" / "bundle"
    place.parent.mkdir()

    def somebody_was_faster(*_: object, **__: object) -> None:
        place.write_bytes(b"hers")
        raise FileExistsError(errno.EEXIST, "File exists") if has_links else PermissionError(errno.EPERM, "no links")

    monkeypatch.setattr(os, "link", somebody_was_faster)
    with pytest.raises(VaultError):
        sender.make(place)
    assert place.read_bytes() == b"hers"
    assert list(place.parent.iterdir()) == [place]


def test_a_bundle_larger_than_may_be_opened_is_not_made(
    sender: Sender, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vault.sync.bundle_making, "FILE_LIMIT", 4_096)
    (tmp_path / "stick").mkdir()
    refuses(RefusedError, "more than a bundle may have", sender.make, tmp_path / "stick" / "bundle")
    assert list((tmp_path / "stick").iterdir()) == []


def test_a_log_of_another_vault_and_the_seals_of_another_log_do_not_come_in(
    sender: Sender, store: Database, tmp_path: Path
) -> None:
    other = Writer().write(2)
    entries = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in other.rows]
    pages = encoded(
        [
            (PageKind.GENESIS, bytes(32), [other.genesis]),
            (PageKind.CHECKPOINT, other.origin, [seal.note for seal in other.seals]),
            (PageKind.OPERATION, other.origin, [*entries]),
        ]
    )
    before = rows_of(store)
    imported = take(store, write(tmp_path / "foreign", sender.vault, pages), sender.vault)
    assert [(log.origin, log.why) for log in imported.pending] == [(other.origin, Stop.FOREIGN)]
    assert rows_of(store) == before


def test_of_a_log_its_own_seals_come_in_and_none_of_another_beside_them(store: Database, tmp_path: Path) -> None:
    log, other = Writer("a").write(2), Writer("b").write(2)
    entries = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in log.rows]
    pages = encoded(
        [
            (PageKind.GENESIS, bytes(32), [log.genesis]),
            (PageKind.CHECKPOINT, log.origin, [seal.note for seal in (*other.seals, *log.seals)]),
            (PageKind.OPERATION, log.origin, [*entries]),
        ]
    )
    take(store, write(tmp_path / "bundle", VAULT, pages), VAULT)
    with store.reading() as rows:
        assert rows.origins() == {log.origin}
        assert {row.note for row in rows.checkpoints(log.origin)} == {seal.note for seal in log.seals}
        assert [row.digest for row in rows.operations(log.origin)] == [row.digest for row in log.rows]


def test_a_false_row_beside_a_true_one_does_not_travel(sender: Sender, store: Database, tmp_path: Path) -> None:
    before = rows_of(sender.database, "operation")
    with sender.database.transaction() as rows:
        origin = min(rows.origins())
        first = next(rows.operations(origin))
        rows.add_operation(first._replace(digest=b"false".ljust(32), sealed=first.sealed[::-1]))
    assert rows_of(sender.database, "operation") != before
    take(store, sender.make(tmp_path / "bundle").path, sender.vault)
    assert rows_of(store, "operation") == before


# A bundle from its first byte to its last: more than it names, less, or in another order is refused as a whole.
WRITER = Writer().write(3)
ENTRIES: list[SentRow] = [SentOperation(row.seq, row.header, row.list, row.sealed) for row in WRITER.rows]
PAGES: Pages = encoded([(PageKind.GENESIS, bytes(32), [WRITER.genesis]), (PageKind.OPERATION, WRITER.origin, ENTRIES)])
MADE = manifest_of(VAULT, PAGES)
WHOLE = replace(MADE, counts={kind: MADE.counts[kind] for kind in COUNTED})


def longer(content: bytes) -> bytes:
    return content + b"\0"


def shorter(content: bytes) -> bytes:
    return content[: -len(PAGES[-1][2])]


def with_a_long_page(content: bytes) -> bytes:
    at = len(content) - sum(4 + len(page) for _, _, page in PAGES)
    return content[:at] + (PAGE_LIMIT + 1).to_bytes(4, "big") + content[at + 4 :]


@each(
    {
        "more than it names": (longer, PAGES, "goes on after all"),
        "less than it names": (shorter, PAGES, "ends before all"),
        "a page too large": (with_a_long_page, PAGES, "a page of a bundle has"),
        "pages in another order": (bytes, PAGES[::-1], "not in their order"),
    }
)
def test_a_body_that_is_not_what_its_manifest_names_is_refused(
    content: Callable[[bytes], bytes], pages: Pages, words: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "bundle", VAULT, pages, content=content)
    refuses(MalformedError, words, opened, path, VAULT)


def test_the_same_pages_under_their_manifest_open(tmp_path: Path) -> None:
    bundle = opened(write(tmp_path / "bundle", VAULT, PAGES), VAULT)
    assert [page.kind for page in bundle.pages()] == [PageKind.GENESIS, PageKind.OPERATION]
    assert bundle.manifest == WHOLE


def test_a_folder_is_no_bundle(tmp_path: Path) -> None:
    refuses(TryAgainError, "is not a regular file", opened, tmp_path, VAULT)


def test_nothing_is_sealed_for_nobody_or_for_more_than_may_be() -> None:
    message = bytes(BUNDLE_MESSAGE_SIZE)
    refused(
        MalformedError,
        "a bundle has",
        lambda messages: encode_header(VAULT, messages),
        [([],), ([message] * 65,), ([message[:-1]],)],
    )
    assert encode_header(VAULT, [message] * 64).endswith(message)


@each(
    {
        "a short vault": lambda whole: replace(whole, vault=bytes(15)),
        "a short root": lambda whole: replace(whole, root=bytes(31)),
        "a place in no log": lambda whole: replace(whole, position=Position(b"", 0)),
        "a part of no log": lambda whole: replace(whole, have={bytes(31): 1}),
        "a bundle of no log": lambda whole: replace(whole, took={MAKER: Position(bytes(33), 1)}),
    }
)
def test_a_manifest_with_a_part_of_another_size_is_not_made(change: Callable[[Manifest], Manifest]) -> None:
    with pytest.raises(MalformedError, match="a part of the wrong size"):
        change(WHOLE).encode()


def test_a_manifest_of_more_than_a_mebibyte_is_not_made() -> None:
    have = {number.to_bytes(32, "big"): 1 for number in range(27_000)}
    refuses(MalformedError, "a manifest has", replace(WHOLE, have=have).encode)


TWO = replace(WHOLE, have={bytes(32): 1, b"\1" * 32: 2})


@each(
    {
        "a later format": (bytes([2]) + WHOLE.encode()[1:], "the unknown format 2"),
        "parts in another order": (TWO.encode()[:-80] + TWO.encode()[-40:] + TWO.encode()[-80:-40], "canonical form"),
        "one part twice": (TWO.encode()[:-40] + TWO.encode()[-80:-40], "canonical form"),
        "nothing": (b"", "too short"),
    }
)
def test_a_manifest_has_one_form(untrusted: bytes, words: str) -> None:
    assert Manifest.decode(TWO.encode()) == TWO
    refuses(MalformedError, words, Manifest.decode, untrusted)


def test_a_manifest_is_signed_by_the_seat_that_it_names_or_not_at_all() -> None:
    def signing(purpose: str, message: bytes) -> tuple[bytes, bytes]:
        return public_key(IDENTITY), sign(IDENTITY, purpose, message)

    assert verify_manifest(signed_manifest(WHOLE, signing), is_signed_raw) == WHOLE
    refuses(InternalError, "another seat than it names", signed_manifest, replace(WHOLE, identity=bytes(32)), signing)
    other = sign(IDENTITY, f"no-{BUNDLE_PURPOSE}", WHOLE.encode())
    with pytest.raises(VerificationError):
        verify_manifest(WHOLE.encode() + other, is_signed_raw)
    assert (WHOLE.seat, WHOLE.member) == (MAKER, MEMBER)


def test_a_row_that_would_arrive_as_another_is_not_sent() -> None:
    whole = SentVersion(0, 0, bytes(16), bytes(16), b"sealed")
    refused(
        MalformedError,
        "a version does not fit a bundle",
        lambda row: list(encode_pages(PageKind.VERSION, [row], WRITER.origin)),
        [(whole._replace(compartment=bytes(15)),), (whole._replace(record=bytes(17)),)],
    )
    ((_, page),) = encode_pages(PageKind.VERSION, [whole], WRITER.origin)
    assert list(decode_page(page).of(SentVersion)) == [whole]
    refuses(MalformedError, "a page of a bundle ends within", decode_page, page[:-1])


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
    refuses(MalformedError, "row of peers", decode_peers, content)


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
