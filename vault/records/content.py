"""What is sealed in a version: a MessagePack map with exactly five members (FORMAT.md 4)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from operator import itemgetter

import msgspec
from typing_extensions import override

from vault.errors import MalformedError, UsageError
from vault.ids import DIGEST_SIZE, VersionId
from vault.seal.sizes import VERSION_CONTENT_LIMIT
from vault.words.message import Message

SCHEMA = 1
MAX_DEPTH = 32
PARENT_LIMIT = 256

_NAMES = ("schema", "kind", "parents", "clock", "fields")
_MEMBERS = frozenset(_NAMES)
_members = itemgetter(*_NAMES)
_decode = msgspec.msgpack.Decoder().decode
_encode = msgspec.msgpack.Encoder().encode


# One for each version that is read: a dataclass takes three times as long, and nothing in it leads back to it.
class Content(msgspec.Struct, frozen=True, gc=False):
    """One version's content.

    `clock` is [milliseconds, counter], a claim of its writer. `fields` may hold members that this program does not
    know; they survive an edit.
    """

    kind: str
    parents: tuple[VersionId, ...]
    clock: tuple[int, int]
    fields: Mapping[str, object]
    schema: int = SCHEMA

    @override
    def __repr__(self) -> str:
        """Return its kind alone: its fields are of somebody."""
        return f"Content(kind={self.kind!r})"


def encode_content(content: Content) -> bytes:
    """Return the bytes to seal."""
    return _encode(
        {
            "schema": content.schema,
            "kind": content.kind,
            "parents": content.parents,
            "clock": content.clock,
            "fields": content.fields,
        }
    )


def encode_to_travel(content: Content) -> bytes:
    """Return the bytes to seal of what is written now, which has to fit a bundle.

    Raises:
        UsageError: it is too long; the sentence says how much of its longest text fits.
    """
    encoded = encode_content(content)
    excess = len(encoded) - VERSION_CONTENT_LIMIT
    if excess <= 0:
        return encoded
    longest = max((value for value in content.fields.values() if isinstance(value, str)), key=len, default="")
    fits = len(longest.encode()[:-excess].decode(errors="ignore"))
    words = Message("it has {excess} bytes too many", excess=f"{excess:,}")
    if fits:
        words = Message(
            "{fits} of the {length} characters of its text fit", fits=f"{fits:,}", length=f"{len(longest):,}"
        )
    raise UsageError(
        Message("the {kind} is too long: {words}", kind=content.kind, words=words),
        next_step=Message("Nothing was written. Save the rest as another note."),
    )


def decode_content(untrusted: bytes) -> Content:
    """Read opened bytes. Sealed by a member is not the same as well-formed.

    Raises:
        MalformedError: not the map that FORMAT.md 4 gives, or nested deeper than 32.
    """
    try:
        members = _decode(untrusted)
    except (RecursionError, ValueError):  # nested too deep, no UTF-8, and all that msgspec refuses
        raise MalformedError(Message("the content of a version is no MessagePack")) from None
    if not isinstance(members, dict) or members.keys() != _MEMBERS:
        raise MalformedError(Message("the content of a version has other members than its format"))
    schema, kind, parents, clock, fields = _members(members)
    if not (isinstance(schema, int) and isinstance(kind, str) and _is_clock(clock) and isinstance(fields, dict)):
        raise MalformedError(Message("the content of a version has a member of the wrong type"))
    named = () if parents == [] else _version_ids(parents)  # most name none
    _refuse_depth(fields, MAX_DEPTH - 1)
    return Content(kind, named, (clock[0], clock[1]), fields, schema)


def _version_ids(parents: object) -> tuple[VersionId, ...]:
    if not (isinstance(parents, list) and all(isinstance(p, bytes) and len(p) == DIGEST_SIZE for p in parents)):
        raise MalformedError(Message("the content of a version names a parent that is no version id"))
    if len(parents) > PARENT_LIMIT or len(set(parents)) != len(parents):
        raise MalformedError(
            Message(
                "the content of a version names more than {parent_limit} parents, or one twice",
                parent_limit=PARENT_LIMIT,
            )
        )
    return tuple(map(VersionId, parents))


def _is_clock(value: object) -> bool:
    return isinstance(value, list) and len(value) == 2 and isinstance(value[0], int) and isinstance(value[1], int)


def _refuse_depth(value: object, left: int) -> None:
    """Refuse nesting beyond what a reader's stack should bear, and the extension types that FORMAT.md 4 forbids."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise MalformedError(Message("the content of a version has a key that is no string"))
        children = value.values()
    elif isinstance(value, list):
        children = value  # type: ignore[assignment]  # only iterated
    elif isinstance(value, msgspec.msgpack.Ext):
        raise MalformedError(Message("the content of a version uses an extension type"))
    else:
        return
    if left <= 0:
        raise MalformedError(Message("the content of a version is nested deeper than {max_depth}", max_depth=MAX_DEPTH))
    for child in children:
        if not isinstance(child, (str, bytes, int)):
            _refuse_depth(child, left - 1)


def texts_in(value: object, *, besides: Container[object] = frozenset()) -> list[str]:
    """Return every text of a field or of fields, in their order; what stands under the names `besides` is left out."""
    match value:
        case str():
            return [value]
        case Mapping():
            return [
                text for key, part in value.items() if key not in besides for text in texts_in(part, besides=besides)
            ]
        case list() | tuple():
            return [text for part in value for text in texts_in(part, besides=besides)]
        case _:
            return []
