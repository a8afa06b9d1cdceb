"""The list of an operation: the digests of all that it caused, public and permanent (FORMAT.md 5).

One item is `kind u8 | digest 32 | tag 16`; the items are joined without a count. The tag says which compartment an
item belongs to, to those alone who know the compartment. Order: founding epochs, grants, the rest, so that a place
fixes its compartment before anything is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntEnum
from hashlib import sha256
from typing import NamedTuple

from vault.errors import MalformedError
from vault.words.message import Message

ITEM_SIZE = 49
LIST_LIMIT = 1_024
NO_TAG = bytes(16)


class ItemKind(IntEnum):
    """What an item names. A number that is not here comes from a newer program: kept, not judged."""

    VERSION = 1
    GRANT = 2
    EPOCH = 3
    KEYS = 4
    APPROVAL = 5
    ERASED = 6
    SEEN = 7
    ATTACHMENT = 8


_TAGLESS = frozenset({ItemKind.APPROVAL, ItemKind.SEEN})
_OF_COMPARTMENT = frozenset({ItemKind.VERSION, ItemKind.GRANT, ItemKind.EPOCH, ItemKind.ERASED, ItemKind.ATTACHMENT})


class Item(NamedTuple):
    """One entry of a list."""

    kind: int
    digest: bytes
    tag: bytes

    @classmethod
    def in_compartment(cls, kind: ItemKind, compartment: bytes, digest: bytes) -> Item:
        """Return the item of a version, grant, epoch, attachment, or of what was erased, of a compartment."""
        if kind not in _OF_COMPARTMENT:
            raise MalformedError(Message("an item of kind {name} belongs to no compartment", name=kind.name))
        return cls(kind, digest, compartment_tag(compartment, digest))

    @classmethod
    def of_keys(cls, folder: bytes, digest: bytes) -> Item:
        """Return the item of a `keys` file, by the SHA-256 of the whole file and the id of its folder."""
        return cls(ItemKind.KEYS, digest, keys_tag(folder, digest))

    @classmethod
    def tagless(cls, kind: ItemKind, digest: bytes) -> Item:
        """Return the item of an approval or of a foreign checkpoint, by the SHA-256 of its bytes."""
        if kind not in _TAGLESS:
            raise MalformedError(Message("an item of kind {name} has a tag", name=kind.name))
        return cls(kind, digest, NO_TAG)

    @classmethod
    def of_bytes(cls, kind: ItemKind, content: bytes) -> Item:
        """Return the item of an approval or of a foreign checkpoint, by its bytes."""
        return cls.tagless(kind, sha256(content).digest())


def lets_in(items: Iterable[Item], compartment: bytes) -> bool:
    """Say whether a list grants a key of a compartment and makes none: what it lists beside says why."""
    kinds = {each.kind for each in items if each.tag == compartment_tag(compartment, each.digest)}
    return ItemKind.GRANT in kinds and ItemKind.EPOCH not in kinds


def compartment_tag(compartment: bytes, digest: bytes) -> bytes:
    """Return the 16 bytes by which a holder of the compartment knows its own items."""
    return sha256(compartment + digest).digest()[:16]


def keys_tag(folder: bytes, digest: bytes) -> bytes:
    """Return the 16 bytes by which a folder knows its own `keys` file."""
    return sha256(folder + digest).digest()[:16]


def encode_items(items: Iterable[Item]) -> bytes:
    """Return the list's bytes.

    Raises:
        MalformedError: more than 1,024 items, or an item that `decode_items` would refuse.
    """
    listed = tuple(items)
    _require_count(len(listed))
    for kind, digest, tag in listed:
        if not 0 < kind < 256 or len(digest) != 32 or len(tag) != 16:
            raise MalformedError(Message("an item of kind {kind} has the wrong size", kind=kind))
    _require_form(listed)
    return b"".join([kind.to_bytes() + digest + tag for kind, digest, tag in listed])


def decode_items(untrusted: bytes) -> tuple[Item, ...]:
    """Return the items of a list.

    Raises:
        MalformedError: a part of an item, too many, one listed twice, or a tag where none belongs.
    """
    if len(untrusted) % ITEM_SIZE:
        raise MalformedError(
            Message("a list has {count} bytes, no multiple of {item_size}", count=len(untrusted), item_size=ITEM_SIZE)
        )
    _require_count(len(untrusted) // ITEM_SIZE)
    items = tuple(
        Item(untrusted[at], untrusted[at + 1 : at + 33], untrusted[at + 33 : at + ITEM_SIZE])
        for at in range(0, len(untrusted), ITEM_SIZE)
    )
    _require_form(items)
    return items


def _require_count(count: int) -> None:
    if count > LIST_LIMIT:
        raise MalformedError(
            Message("a list has {count} items, more than {list_limit}", count=count, list_limit=LIST_LIMIT)
        )


def _require_form(items: tuple[Item, ...]) -> None:
    if len({(kind, digest) for kind, digest, _ in items}) != len(items):
        raise MalformedError(Message("a list names one thing twice"))
    for kind, _, tag in items:
        if kind == 0 or (kind in _TAGLESS and tag != NO_TAG):
            raise MalformedError(Message("an item of kind {kind} is not of the form of FORMAT.md 5", kind=kind))


def items_digest(encoded: bytes) -> bytes:
    """Return `r`, the digest of a list; that of a read, which lists nothing, is SHA-256("")."""
    return sha256(encoded).digest()
