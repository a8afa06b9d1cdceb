"""Acts and items: what a log may name, and the list of the digests of all that an operation caused (FORMAT.md 5)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from enum import IntEnum
from hashlib import sha256
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from vault.errors import MalformedError, VerificationError
from vault.log.act_bytes import ActKind, MadeAct, act_digest
from vault.words.message import Message

# The list of an operation: all that it caused, public and permanent (FORMAT.md 5). Items are joined without a count.
# One that names a row is `kind u8 | digest 32 | tag 16`. The tag says which compartment it belongs to, to those alone
# who know the compartment. Order: founding epochs, grants, the rest, so that a place fixes its compartment before
# anything is sealed.
# One that decides by itself is `kind u8 | size u16 | bytes` (`act_bytes`), and these come last.

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


# From this kind on an item decides by itself.
_FIRST_ACT = 16
_NAMES_ROWS = re.compile(rb"[\x00-\x0f]*", re.DOTALL)


class Item(NamedTuple):
    """One entry of a list. One that decides has its bytes in `content`, and names no row."""

    kind: int
    digest: bytes
    tag: bytes
    content: bytes = b""

    @classmethod
    def of_act(cls, made: MadeAct) -> Item:
        """Return the item that lists an act."""
        return cls(made.kind, made.act.digest, NO_TAG, made.content)

    @property
    def decides(self) -> bool:
        """Whether it decides by itself, and names no row."""
        return self.kind >= _FIRST_ACT

    @classmethod
    def in_compartment(cls, kind: ItemKind, compartment: bytes, digest: bytes) -> Item:
        """Return the item of a version, grant, epoch, attachment, or of what was erased, of a compartment."""
        if kind not in _OF_COMPARTMENT:
            raise MalformedError(Message("an item of kind {name} belongs to no compartment", name=kind.name))
        return cls(kind, digest, compartment_tag(compartment, digest))

    @classmethod
    def of_given(cls, compartment: bytes, epoch: bytes, reader: bytes) -> Item:
        """Return the item that says that its author gave a key of a compartment to a reader."""
        return cls.in_compartment(ItemKind.GRANT, compartment, epoch + reader)

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
    for item in listed:
        is_sized = 0 < len(item.content) < 1 << 16 if item.decides else (len(item.digest), len(item.tag)) == (32, 16)
        if not 0 < item.kind < 256 or not is_sized:
            raise MalformedError(Message("an item of kind {kind} has the wrong size", kind=item.kind))
    _require_form(listed)
    return b"".join(_encoded(item) for item in listed)


def _encoded(item: Item) -> bytes:
    if item.decides:
        return item.kind.to_bytes() + len(item.content).to_bytes(2, "big") + item.content
    return item.kind.to_bytes() + item.digest + item.tag


def decode_items(untrusted: bytes) -> tuple[Item, ...]:
    """Return the items of a list.

    Raises:
        MalformedError: a part of an item, too many, one listed twice, or a tag where none belongs.
    """
    naming = _naming_rows(untrusted)
    items = [
        Item(untrusted[at], untrusted[at + 1 : at + 33], untrusted[at + 33 : at + ITEM_SIZE])
        for at in range(0, naming * ITEM_SIZE, ITEM_SIZE)
    ]
    items += (
        Item(kind, act_digest(kind, content), NO_TAG, content) for kind, content in _acts(untrusted, naming * ITEM_SIZE)
    )
    if items and len(items[naming - 1].tag) != len(NO_TAG):
        raise _cut_off()
    _require_form(tuple(items))
    return tuple(items)


def kinds_in(untrusted: bytes) -> frozenset[int]:
    """Return the kinds of what a list names, read without the rest; of a malformed one as far as it goes."""
    naming = _naming_rows(untrusted)
    kinds = set(untrusted[: naming * ITEM_SIZE : ITEM_SIZE])
    with suppress(MalformedError):
        kinds.update(kind for kind, _ in _acts(untrusted, naming * ITEM_SIZE))
    return frozenset(kinds)


def _naming_rows(untrusted: bytes) -> int:
    """Return how many items at the beginning of a list name rows."""
    match = _NAMES_ROWS.match(untrusted[::ITEM_SIZE])
    return 0 if match is None else match.end()


def _acts(untrusted: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at < len(untrusted):
        size = int.from_bytes(untrusted[at + 1 : at + 3], "big")
        kind, content = untrusted[at], untrusted[at + 3 : at + 3 + size]
        if kind < _FIRST_ACT or not content or len(content) != size:
            raise _cut_off()
        yield kind, content
        at += 3 + size


def _cut_off() -> MalformedError:
    return MalformedError(Message("a list ends within an item, or has one out of its order"))


def _require_form(items: tuple[Item, ...]) -> None:
    if len(items) > LIST_LIMIT:
        raise MalformedError(
            Message("a list has {count} items, more than {list_limit}", count=len(items), list_limit=LIST_LIMIT)
        )
    if len({item[:2] for item in items}) != len(items):
        raise MalformedError(Message("a list names one thing twice"))
    if any(after.kind < _FIRST_ACT <= before.kind for before, after in pairwise(items)):
        raise _cut_off()
    for kind, _, tag, _ in items:
        if kind == 0 or (kind in _TAGLESS and tag != NO_TAG):
            raise MalformedError(Message("an item of kind {kind} is not of the form of FORMAT.md 5", kind=kind))


def items_digest(encoded: bytes) -> bytes:
    """Return `r`, the digest of a list; that of a read, which lists nothing, is SHA-256("")."""
    return sha256(encoded).digest()


# Every act that a log may name, and the kinds of item that it may list (FORMAT.md 5).
# The table is closed: what a program does under no name here, it does not do, and it writes no operation that lists
# more than its act allows. Others may run another program: whoever opens a payload compares its act with the list, so
# that nothing rides along under a harmless name.
_NOTHING: frozenset[int] = frozenset()
_VERSIONS: frozenset[int] = frozenset({ItemKind.VERSION})
_SEEN = frozenset({ItemKind.SEEN})
_APPROVED = frozenset({ItemKind.APPROVAL})
# A new key for a compartment travels with its grants.
_KEYS_OF_COMPARTMENT = frozenset({ItemKind.EPOCH, ItemKind.GRANT})
# Erasing a case whole puts everybody else out of it; a move lists the new place of the record.
_ERASURE = frozenset({ItemKind.ERASED, ItemKind.VERSION, ActKind.PUT_OUT}) | _KEYS_OF_COMPARTMENT | _APPROVED
_OF_CASE = frozenset({ActKind.FOUND, ActKind.LET_IN, ActKind.PUT_OUT, ActKind.LET_BACK})
_MEMBERSHIP = frozenset({ItemKind.VERSION, ItemKind.KEYS, *ActKind} - {ActKind.BEGIN, *_OF_CASE}) | _KEYS_OF_COMPARTMENT
_FOUNDING = _VERSIONS | _KEYS_OF_COMPARTMENT | {ActKind.FOUND, ActKind.LET_IN}
_IN_CASE = _VERSIONS | _KEYS_OF_COMPARTMENT | _APPROVED | _OF_CASE - {ActKind.FOUND}

ACTS: Mapping[str, frozenset[int]] = MappingProxyType(
    {
        # the log itself
        "log.genesis": _VERSIONS | _KEYS_OF_COMPARTMENT | {ItemKind.KEYS, ActKind.BEGIN, ActKind.SHEETS},
        "log.restored": _KEYS_OF_COMPARTMENT | _SEEN,
        "log.read": _NOTHING,
        "log.verify": _SEEN,
        "log.export": _NOTHING,
        # The first session of a day and every 4,096 entries open a new audit period.
        "audit.period": _KEYS_OF_COMPARTMENT,
        # the seat
        "unlock.ok": _KEYS_OF_COMPARTMENT | _SEEN,
        "unlock.fail": _NOTHING,
        "lock": _SEEN,
        "keys.change": frozenset({ItemKind.KEYS}),
        "clock.jump": _NOTHING,
        "clock.repair": _VERSIONS | _APPROVED,
        "break.glass": _APPROVED | _VERSIONS | {ItemKind.GRANT, ActKind.LET_IN},
        "config.change": _VERSIONS,
        # cases and what they hold
        "case.list": _NOTHING,
        "case.view": _NOTHING,
        "case.search": _NOTHING,
        "case.create": _FOUNDING,
        "case.edit": _VERSIONS,
        "case.delete": _ERASURE,
        "case.import": _FOUNDING,
        "section.create": _FOUNDING,
        "note.create": _VERSIONS,
        "note.correct": _VERSIONS,
        "person.create": _VERSIONS,
        "person.edit": _VERSIONS,
        "deadline.create": _VERSIONS,
        "deadline.edit": _VERSIONS,
        "file.add": _VERSIONS,
        "file.view": _NOTHING,
        "document.add": frozenset({ItemKind.VERSION, ItemKind.ATTACHMENT}),
        "intake.edit": _VERSIONS | {ItemKind.ERASED},
        "register.edit": _VERSIONS | {ItemKind.ERASED},
        "partner.create": _VERSIONS,
        "partner.edit": _VERSIONS,
        "rule.edit": _VERSIONS,
        "erase": _ERASURE,
        # what leaves the vault
        # The approval itself is kept in the case by the operation that uses it.
        "export.begin": _APPROVED | _VERSIONS,
        "export.done": _VERSIONS,
        "export.abort": _NOTHING,
        "export.all": _NOTHING,
        "package.words": _VERSIONS,
        "package.reissue": _VERSIONS,
        "print": _NOTHING,
        "backup.make": _NOTHING,
        "backup.restore": _SEEN,
        "sync.in": _SEEN,
        "sync.out": _NOTHING,
        # who may do what
        "grant.add": _IN_CASE,
        "grant.remove": _IN_CASE,
        "role.change": _MEMBERSHIP,
        "member.change": _MEMBERSHIP,
        "key.rotate": _KEYS_OF_COMPARTMENT | _VERSIONS,
        "approve": _APPROVED,
        "access.recover": _MEMBERSHIP,
        "recovery.drill": _NOTHING,
    }
)


def check_act(act: str, items: Iterable[Item]) -> None:
    """Check that an operation lists no more than its act allows.

    Raises:
        VerificationError: the act is not in the table, or it may not list such an item.
    """
    allowed = ACTS.get(act)
    if allowed is None:
        raise VerificationError(Message("an operation names an act that this program does not know"))
    for item in items:
        if item.kind not in allowed:
            raise VerificationError(
                Message("an operation of act {act} lists an item of kind {kind}", act=act, kind=item.kind)
            )


def kinds_beyond(act: str, kinds: Collection[int]) -> list[int]:
    """Return which kinds of item an entry lists that its act may not, as whoever opens its payload judges it.

    Of an act or a kind that this program does not know, nothing is said: a newer one may have written it.
    """
    known = (*ItemKind, *ActKind)
    allowed = ACTS.get(act, frozenset(known))
    return [kind for kind in known if kind in kinds and kind not in allowed]
