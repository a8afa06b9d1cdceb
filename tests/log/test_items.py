from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.writer import SEAT, VAULT, Key, Writer, verify_signature
from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.ids import ZERO_DIGEST, CompartmentKind
from vault.log.act_bytes import act_digest, lift
from vault.log.epoch_notice import EPOCH_AT, KIND_AT, EpochNotice, epoch_digest, founded_compartment
from vault.log.genesis import (
    CERTIFICATE_SIZE,
    GENESIS_SIZE,
    Genesis,
    origin_of,
    seat_in,
    signed_message,
    verify_genesis,
)
from vault.log.items import (
    ITEM_SIZE,
    NO_TAG,
    Item,
    ItemKind,
    compartment_tag,
    decode_items,
    encode_items,
    items_digest,
    kinds_in,
)
from vault.log.operation import OPERATION_LIMIT, Header, compose, decode_wire, operation_digest
from vault.store.rowtypes import OperationRow


def _header(**changes: object) -> Header:
    parts: dict[str, object] = {name: sha256(name.encode()).digest() for name in _DIGESTS}
    parts |= {"session_key": None, "position": 7}
    return Header(**(parts | changes))  # type: ignore[arg-type]  # the tests name the parts


_DIGESTS = ("commitment", "origin", "list_digest", "payload_digest")
PLAIN = _header()
KEYED = _header(session_key=sha256(b"k").digest())
DECIDING = _header(decides=True)
BYTES = PLAIN.encode()
HEX = PLAIN.commitment.hex()


@each([PLAIN, KEYED, DECIDING, _header(position=0), _header(position=(1 << 53) - 1)])
def test_a_header_survives_and_is_what_any_json_library_writes_sorted(header: Header) -> None:
    encoded = header.encode()
    assert Header.decode(encoded) == header
    assert json.dumps(json.loads(encoded), sort_keys=True, separators=(",", ":")).encode() == encoded


def test_only_the_first_entry_of_a_session_has_k_and_only_one_whose_list_decides_has_t() -> None:
    assert sorted(json.loads(BYTES)) == list("clrsvx")
    assert sorted(json.loads(KEYED.encode())) == list("cklrsvx")
    assert sorted(json.loads(DECIDING.encode())) == list("clrstvx")


_REFUSED = {
    "empty": b"",
    "no object": b"[]",
    "duplicate key": BYTES.replace(b'"s":7', b'"s":6,"s":7'),
    "keys reordered": BYTES.replace(b'"s":7,"v":2', b'"v":2,"s":7'),
    "space": BYTES.replace(b'"s":7', b'"s": 7'),
    "newline at the end": BYTES + b"\n",
    "float": BYTES.replace(b'"s":7', b'"s":7.0'),
    "exponent": BYTES.replace(b'"s":7', b'"s":7e0'),
    "leading zero": BYTES.replace(b'"s":7', b'"s":07'),
    "minus": BYTES.replace(b'"s":7', b'"s":-7'),
    "minus zero": BYTES.replace(b'"s":7', b'"s":-0'),
    "2^53": BYTES.replace(b'"s":7', b'"s":%d' % (1 << 53)),
    "version 1": BYTES.replace(b'"v":2', b'"v":1'),
    "true for 1": BYTES.replace(b'"v"', b'"t":true,"v"'),
    "t of 0": BYTES.replace(b'"v"', b'"t":0,"v"'),
    "t of 2": BYTES.replace(b'"v"', b'"t":2,"v"'),
    "null for no t": BYTES.replace(b'"v"', b'"t":null,"v"'),
    "number as text": BYTES.replace(b'"s":7', b'"s":"7"'),
    "escaped letter": BYTES.replace(b'"v"', b'"\\u0076"'),
    "escaped digit": BYTES.replace(HEX.encode()[:1], b"\\u00%02x" % HEX.encode()[0], 1),
    "space in the digits": BYTES.replace(HEX.encode(), b" " + HEX.encode()[1:]),
    "moved digits": BYTES.replace(HEX.encode(), HEX.encode()[2:]).replace(b'","l":"', b'","l":"00'),
    "not ASCII": BYTES.replace(HEX.encode(), "é".encode() + HEX.encode()[2:]),
    "unknown member": BYTES.replace(b'"v":2', b'"v":2,"w":1'),
    "member missing": BYTES.replace(b'"v":2,', b""),
    "null for absent": BYTES.replace(b'"l":', b'"k":null,"l":'),
    "empty k": BYTES.replace(b'"l":', b'"k":"","l":'),
    "short k": BYTES.replace(b'"l":', b'"k":"00","l":'),
    "null digest": BYTES.replace(b'"' + HEX.encode() + b'"', b"null"),
    "byte order mark": b"\xef\xbb\xbf" + BYTES,
}


@each(_REFUSED)
def test_every_other_spelling_is_refused(untrusted: bytes) -> None:
    assert untrusted != BYTES
    with pytest.raises(MalformedError, match="header is not"):
        Header.decode(untrusted)


@given(st.integers(0, len(KEYED.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_gives_another_header(place: int, flip: int) -> None:
    encoded = bytearray(KEYED.encode())
    encoded[place] ^= flip
    try:
        other = Header.decode(bytes(encoded))
    except MalformedError:
        return
    assert other != KEYED
    assert other.encode() == bytes(encoded)


@given(st.binary(max_size=400))
def test_no_bytes_lead_to_any_other_error(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="header is not"):
        decode_wire(untrusted)


def test_a_header_that_no_reader_would_take_is_not_written() -> None:
    for name in (*_DIGESTS, "session_key"):
        for digest in (b"", bytes(31)):
            with pytest.raises(MalformedError, match="a digest has not 32 bytes"):
                _header(**{name: digest}).encode()
    for position in (-1, 1 << 53):
        with pytest.raises(MalformedError, match="out of range"):
            _header(position=position).encode()


def test_each_digest_of_a_header_has_32_bytes_in_small_hex() -> None:
    members = json.loads(KEYED.encode())
    for letter in "cklrx":
        for wrong in (members[letter].upper(), members[letter][2:], members[letter] + "00", "g" * 64):
            with pytest.raises(MalformedError, match="a header is not"):
                Header.decode(json.dumps(members | {letter: wrong}, separators=(",", ":")).encode())


COMPARTMENT = bytes(range(16))
DIGEST = sha256(b"thing").digest()
VERSION = Item.in_compartment(ItemKind.VERSION, COMPARTMENT, DIGEST)
SEEN = Item.tagless(ItemKind.SEEN, DIGEST)
ACT = Item.of_act(lift(DIGEST))

_digests, _tags = st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16)
_items = st.lists(
    st.builds(Item, st.sampled_from([1, 2, 3, 4, 6, 15]), _digests, _tags, st.just(b"")),
    max_size=20,
    unique_by=lambda item: item[:2],
)


@given(_items)
def test_a_list_survives_in_its_order(items: list[Item]) -> None:
    encoded = encode_items(items)
    assert len(encoded) == ITEM_SIZE * len(items)
    assert list(decode_items(encoded)) == items


def test_what_decides_comes_last_with_its_size_and_its_bytes() -> None:
    encoded = encode_items([VERSION, ACT])
    assert encoded == encode_items([VERSION]) + b"\x14" + len(ACT.content).to_bytes(2) + ACT.content
    assert decode_items(encoded) == (VERSION, ACT)
    assert kinds_in(encoded) == kinds_in(encoded + b"\x14") == {1, 20}
    with pytest.raises(MalformedError, match="out of its order"):
        encode_items([ACT, VERSION])


def test_a_read_lists_nothing() -> None:
    assert encode_items([]) == b""
    assert items_digest(b"") == sha256(b"").digest()


def test_a_tag_is_known_to_those_who_know_the_compartment() -> None:
    assert VERSION.tag == sha256(COMPARTMENT + DIGEST).digest()[:16] == compartment_tag(COMPARTMENT, DIGEST)
    assert Item.of_keys(COMPARTMENT, DIGEST) == Item(ItemKind.KEYS, DIGEST, VERSION.tag)
    assert SEEN.tag == bytes(16)
    given_to = Item.of_given(COMPARTMENT, b"e" * 16, b"r" * 16)
    assert given_to == Item.in_compartment(ItemKind.GRANT, COMPARTMENT, b"e" * 16 + b"r" * 16)


def test_a_kind_of_a_newer_program_is_kept() -> None:
    newer = (Item(15, DIGEST, VERSION.tag), Item(255, act_digest(255, b"new"), NO_TAG, b"new"))
    assert decode_items(encode_items(newer)) == newer


@each(
    {
        "cut": (encode_items([VERSION])[:-1], "ends within an item"),
        "a byte more": (encode_items([VERSION]) + b"\0", "ends within an item"),
        "kind 0": (b"\0" + encode_items([VERSION])[1:], "an item of kind 0"),
        "twice": (encode_items([VERSION]) * 2, "one thing twice"),
        "what decides twice": (encode_items([ACT]) * 2, "one thing twice"),
        "what decides cut": (encode_items([ACT])[:-1], "ends within an item"),
        "what decides of no bytes": (b"\x14\0\0", "ends within an item"),
        "a row behind what decides": (encode_items([ACT]) + encode_items([VERSION]), "out of its order"),
        "tag on a foreign checkpoint": (encode_items([SEEN])[:-1] + b"\1", "an item of kind 7"),
        "tag on an approval": (b"\5" + encode_items([VERSION])[1:], "an item of kind 5"),
    }
)
def test_a_list_is_refused(untrusted: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        decode_items(untrusted)


@each(
    {
        "short digest": (Item(1, DIGEST[:-1], VERSION.tag), "wrong size"),
        "no tag": (Item(1, DIGEST, b""), "wrong size"),
        "kind of two bytes": (Item(256, DIGEST, VERSION.tag, b"x"), "wrong size"),
        "kind 0": (Item(0, DIGEST, VERSION.tag), "wrong size"),
        "what decides of no bytes": (Item(20, DIGEST, NO_TAG), "wrong size"),
        "what decides of 64 KiB": (Item(20, DIGEST, NO_TAG, bytes(1 << 16)), "wrong size"),
        "tag where none belongs": (Item(7, DIGEST, VERSION.tag), "not of the form"),
    }
)
def test_an_item_is_not_written(item: Item, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        encode_items([item])


def test_an_item_is_made_for_its_own_kind_only() -> None:
    with pytest.raises(MalformedError, match="SEEN belongs to no compartment"):
        Item.in_compartment(ItemKind.SEEN, COMPARTMENT, DIGEST)
    with pytest.raises(MalformedError, match="VERSION has a tag"):
        Item.tagless(ItemKind.VERSION, DIGEST)


def _many(count: int) -> list[Item]:
    return [Item(ItemKind.VERSION, n.to_bytes(32, "big"), bytes(16)) for n in range(count)]


def test_a_list_has_1024_items_at_most() -> None:
    assert len(decode_items(encode_items(_many(1_024)))) == 1_024
    with pytest.raises(MalformedError, match="a list has 1025 items, more than 1024"):
        encode_items(_many(1_025))
    with pytest.raises(MalformedError, match="a list has 1025 items, more than 1024"):
        decode_items(b"".join(encode_items([item]) for item in _many(1_025)))


def test_one_digest_may_be_listed_as_two_kinds_and_never_twice_as_one() -> None:
    version, erased = (Item(kind, DIGEST, bytes(16)) for kind in (ItemKind.VERSION, ItemKind.ERASED))
    assert decode_items(encode_items([version, erased])) == (version, erased)
    with pytest.raises(MalformedError, match="a list names one thing twice"):
        encode_items([version, version._replace(tag=b"t" * 16)])


def test_an_approval_is_listed_by_the_hash_of_its_bytes() -> None:
    assert Item.of_bytes(ItemKind.APPROVAL, b"") == Item.tagless(
        ItemKind.APPROVAL, bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
    )


FIRST = Writer().genesis
PREDECESSOR = (sha256(b"log").digest(), 12, sha256(b"root").digest())
SECOND = Writer("b", PREDECESSOR).genesis


@each({"first": (FIRST, sha256(FIRST).digest()[:16]), "successor": (SECOND, SEAT)})
def test_a_genesis_survives_and_its_hash_is_the_name_of_the_log(genesis: bytes, seat: bytes) -> None:
    parts = verify_genesis(genesis, verify_signature)
    assert (len(FIRST), len(SECOND)) == (CERTIFICATE_SIZE, GENESIS_SIZE) == (1_393, 249)
    assert (parts.vault, parts.seat) == (VAULT, seat)
    assert parts.encode(genesis[-64:]) == genesis
    assert seat_in(genesis) == seat
    assert origin_of(genesis) == sha256(genesis).digest()


def test_only_a_first_log_has_a_kem_key() -> None:
    refused(
        MalformedError, "a first genesis has a KEM key, and no other",
        lambda genesis, kem: replace(Genesis.decode(genesis), kem=kem),
        [(FIRST, b""), (FIRST, bytes(1_215)), (FIRST, bytes(1_217)), (SECOND, bytes(1_216))],
    )  # fmt: skip


def test_a_successor_names_its_predecessor_and_how_far_it_was_known() -> None:
    parts = Genesis.decode(SECOND)
    assert (parts.predecessor, parts.predecessor_size, parts.predecessor_root) == PREDECESSOR
    assert (parts.is_first, Genesis.decode(FIRST).is_first) == (False, True)
    assert Genesis.decode(FIRST).predecessor_size == 0


@given(st.integers(0, CERTIFICATE_SIZE - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, flip: int) -> None:
    altered = bytearray(FIRST)
    altered[place] ^= flip
    with pytest.raises(VerificationError, match="genesis"):
        verify_genesis(bytes(altered), verify_signature)


@each(
    {
        "empty": (b"", "0 bytes, not 1393 or 249"),
        "cut": (FIRST[:-1], "1392 bytes, not 1393 or 249"),
        "a byte more": (SECOND + b"\0", "250 bytes, not 1393 or 249"),
        "format 1": (b"\1" + FIRST[1:], "unknown format 1"),
        "no predecessor": (SECOND[:113] + bytes(72) + SECOND[185:], "a first genesis has a KEM key"),
        "size 0": (SECOND[:145] + bytes(8) + SECOND[153:], "only a part of its predecessor"),
    }
)
def test_other_forms_are_refused(untrusted: bytes, reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        Genesis.decode(untrusted)


def test_a_signature_of_another_key_or_purpose_does_not_hold() -> None:
    parts = Genesis.decode(FIRST)
    for signer, purpose in ((Key("other"), "genesis"), (Key("a/identity"), "sheets")):
        forged = parts.encode(signer.sign(signed_message(purpose, parts.unsigned())))
        with pytest.raises(VerificationError, match="signature of its genesis does not hold"):
            verify_genesis(forged, verify_signature)


def test_a_part_of_the_wrong_size_is_refused() -> None:
    for part in ("vault", "seat", "member", "identity", "session_key", "nonce", "predecessor"):
        with pytest.raises(MalformedError, match="part of the wrong size"):
            replace(Genesis.decode(FIRST), **{part: b"short"})  # type: ignore[arg-type]  # the table names the parts


def test_a_log_goes_on_from_a_whole_log_or_from_none() -> None:
    origin, _, root = PREDECESSOR
    parts = Genesis.decode(SECOND)

    def following(origin: bytes, size: int, root: bytes) -> Genesis:
        return replace(parts, predecessor=origin, predecessor_size=size, predecessor_root=root)

    for size in (1, (1 << 53) - 1):
        later = following(origin, size, root)
        assert Genesis.decode(later.encode(bytes(64))) == later
    sizes_without_root = [(origin, size, ZERO_DIGEST) for size in (0, 1)]
    sizes_that_are_none = [(origin, size, root) for size in (0, -1, 1 << 53)]
    roots_without_log = [(ZERO_DIGEST, 1, ZERO_DIGEST), (ZERO_DIGEST, 0, root), (ZERO_DIGEST, 1, root)]
    others = [*sizes_without_root, *sizes_that_are_none, *roots_without_log]
    refused(MalformedError, "only a part of its predecessor", following, others)


def test_a_signature_of_the_wrong_size_is_not_written() -> None:
    with pytest.raises(MalformedError, match="not 64 bytes"):
        Genesis.decode(FIRST).encode(b"")


ORIGIN = sha256(b"origin").digest()
CASE = founded_compartment(ORIGIN, 3, 0)
KEY = EpochNotice(1, bytes(16), CASE, CompartmentKind.CASE, ORIGIN, b"e" * 16)


@each([KEY, replace(KEY, suite=255), replace(KEY, kind=CompartmentKind.AUDIT)])
def test_the_row_of_a_key_survives_and_is_laid_out_as_the_format_says(notice: EpochNotice) -> None:
    encoded = notice.encode()
    assert EpochNotice.decode(encoded) == notice
    assert encoded == bytes([2, notice.suite]) + bytes(16) + CASE + bytes([notice.kind]) + ORIGIN + b"e" * 16
    assert (encoded[KIND_AT], encoded[EPOCH_AT:]) == (notice.kind, notice.epoch)
    assert notice.digest() == epoch_digest(encoded) == sha256(encoded).digest()


def test_the_kinds_of_compartments_keep_their_numbers() -> None:
    named = {kind.name.lower(): int(kind) for kind in CompartmentKind}
    assert named == {"case": 1, "section": 2, "directory": 3, "register": 4, "intake": 5, "sending": 6, "audit": 7}


def test_a_compartment_is_named_by_the_place_that_founds_it() -> None:
    assert sha256(b"casevault/compartment" + (ORIGIN + (3).to_bytes(8, "big") + bytes(4))).digest()[:16] == CASE
    assert len({CASE, founded_compartment(ORIGIN, 3, 1), founded_compartment(ORIGIN, 4, 0)}) == 3


@given(st.integers(0, len(KEY.encode()) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_gives_the_row_of_another_key(place: int, flip: int) -> None:
    altered = bytearray(KEY.encode())
    altered[place] ^= flip
    try:
        other = EpochNotice.decode(bytes(altered))
    except MalformedError:
        return
    assert other != KEY
    assert other.encode() == bytes(altered)


@each(
    {
        "empty": b"",
        "cut": KEY.encode()[:-1],
        "a byte more": KEY.encode() + b"\0",
        "format 1": b"\1" + KEY.encode()[1:],
        "suite 0": b"\2\0" + KEY.encode()[2:],
        "kind 8": KEY.encode()[:KIND_AT] + b"\x08" + KEY.encode()[KIND_AT + 1 :],
    }
)
def test_other_forms_of_the_row_of_a_key_are_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="the row of a key"):
        EpochNotice.decode(untrusted)


@each(
    {
        "suite 0": {"suite": 0},
        "suite 256": {"suite": 256},
        "a short vault": {"vault": bytes(15)},
        "a long compartment": {"compartment": bytes(17)},
        "a short key id": {"epoch": bytes(15)},
        "a short log": {"origin": bytes(31)},
    }
)
def test_the_row_of_a_key_that_says_nonsense_is_not_made(changes: dict[str, object]) -> None:
    with pytest.raises(MalformedError, match="the row of a key has an id of the wrong size"):
        replace(KEY, **changes)  # type: ignore[arg-type]  # the table names the parts


D = sha256(b"d").digest()


def made(sealed: bytes = b"sealed", *items: Item) -> OperationRow:
    return compose(origin=D, seq=4, commitment=D, items=items, sealed=sealed, session_key=D)


def test_an_operation_binds_list_and_payload_in_its_header() -> None:
    item = Item(1, D, D[:16])
    header = Header.decode(made(b"sealed", item).header)
    assert header.list_digest == sha256(b"\1" + D + D[:16]).digest()
    assert header.payload_digest == sha256(b"sealed").digest()
    assert (header.origin, header.position, header.session_key, header.decides) == (D, 4, D, False)
    assert Header.decode(made(b"sealed", item, ACT).header).decides


def test_the_digest_of_a_row_keeps_its_parts_apart() -> None:
    assert made().digest == operation_digest(made().header, b"", b"sealed")
    assert operation_digest(b"ab", b"c", b"") != operation_digest(b"a", b"bc", b"")
    joined = b"\0\0\0\1a\0\0\0\1b\0\0\0\1c"
    assert operation_digest(b"a", b"b", b"c") == sha256(joined).digest()


def test_an_operation_has_64_kib_at_most_header_list_and_payload_together() -> None:
    items = [Item(ItemKind.VERSION, n.to_bytes(32, "big"), bytes(16)) for n in range(1_024)]
    room = OPERATION_LIMIT - len(made(b"", *items).header) - 1_024 * 49
    last = made(bytes(room), *items)
    assert len(last.header) + len(last.list) + len(last.sealed) == OPERATION_LIMIT == 65_536
    with pytest.raises(MalformedError, match="operation 4 has 65537 bytes, more than 65536"):
        made(bytes(room + 1), *items)
