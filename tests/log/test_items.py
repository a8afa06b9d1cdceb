from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tables import each
from vault.errors import MalformedError
from vault.log.items import ITEM_SIZE, Item, ItemKind, compartment_tag, decode_items, encode_items, items_digest

COMPARTMENT = bytes(range(16))
DIGEST = sha256(b"thing").digest()
VERSION = Item.in_compartment(ItemKind.VERSION, COMPARTMENT, DIGEST)
SEEN = Item.tagless(ItemKind.SEEN, DIGEST)

_digests, _tags = st.binary(min_size=32, max_size=32), st.binary(min_size=16, max_size=16)
_items = st.lists(
    st.builds(Item, st.sampled_from([1, 2, 3, 4, 6, 200]), _digests, _tags),
    max_size=20,
    unique_by=lambda item: item[:2],
)


@given(_items)
def test_a_list_survives_in_its_order(items: list[Item]) -> None:
    encoded = encode_items(items)
    assert len(encoded) == ITEM_SIZE * len(items)
    assert list(decode_items(encoded)) == items


def test_a_read_lists_nothing() -> None:
    assert encode_items([]) == b""
    assert items_digest(b"") == sha256(b"").digest()


def test_a_tag_is_known_to_those_who_know_the_compartment() -> None:
    assert VERSION.tag == sha256(COMPARTMENT + DIGEST).digest()[:16] == compartment_tag(COMPARTMENT, DIGEST)
    assert Item.of_keys(COMPARTMENT, DIGEST) == Item(ItemKind.KEYS, DIGEST, VERSION.tag)
    assert SEEN.tag == bytes(16)


def test_a_kind_of_a_newer_program_is_kept() -> None:
    newer = Item(99, DIGEST, VERSION.tag)
    assert decode_items(encode_items([newer])) == (newer,)


@each(
    {
        "cut": (encode_items([VERSION])[:-1], "no multiple of 49"),
        "a byte more": (encode_items([VERSION]) + b"\0", "no multiple of 49"),
        "kind 0": (b"\0" + encode_items([VERSION])[1:], "an item of kind 0"),
        "twice": (encode_items([VERSION]) * 2, "one thing twice"),
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
        "kind of two bytes": (Item(256, DIGEST, VERSION.tag), "wrong size"),
        "kind 0": (Item(0, DIGEST, VERSION.tag), "wrong size"),
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
