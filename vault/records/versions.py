"""From a stored blob to a value and back: the content of a version, its opening, and its fields (FORMAT.md 4)."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from operator import itemgetter
from typing import Any, TypeVar

import msgspec
from typing_extensions import override

from vault.casework.checks import refuse_halves, refuse_nul
from vault.casework.document import Document
from vault.casework.kinds import CaseworkRecord
from vault.errors import BrokenSealError, MalformedError, UsageError, VaultError
from vault.ids import DIGEST_SIZE, CompartmentId, Origin, RecordId, VersionId
from vault.seal.envelope import VersionContext, open_sealed, version_id
from vault.seal.keyring import Keyring, unwrap
from vault.seal.sizes import VERSION_CONTENT_LIMIT
from vault.store.rowtypes import SealedVersion, VersionKeyRow
from vault.words.message import Message

# What is sealed in a version: a MessagePack map with exactly five members (FORMAT.md 4).

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
    return _encode({name: getattr(content, name) for name in _NAMES})


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


# Opening sealed versions: the only place where a stored blob becomes content.


# One for each note of a case: a dataclass takes nine times as long, and nothing in it leads back to it.
class OpenedVersion(msgspec.Struct, frozen=True, gc=False):
    """One version in clear, with the place that its operation gave it."""

    id: VersionId
    origin: Origin
    seq: int
    n: int
    compartment: CompartmentId
    record: RecordId
    content: Content


def unseal_version(sealed: SealedVersion, *, vault: bytes, keyring: Keyring) -> bytes | None:
    """Return what was sealed in a version, not yet read, or None when its epoch was never granted to this seat.

    Raises:
        BrokenSealError: the blob is not the one of its id, its epoch is of another compartment, or its seal does not
            hold at this place.
    """
    wrap_key = keyring.wrap_key(sealed.epoch)
    if wrap_key is None:
        return None
    if keyring.compartment_of(sealed.epoch) != sealed.compartment:
        raise BrokenSealError(
            Message("version {id} is sealed for another compartment than its own", id=sealed.id.hex())
        )
    if version_id(sealed.compartment, sealed.record, sealed.blob) != sealed.id:
        raise BrokenSealError(Message("version {id} is not what its id names", id=sealed.id.hex()))
    context = VersionContext(vault, sealed.compartment, sealed.record, sealed.origin, sealed.seq)
    return open_sealed(unwrap(wrap_key, sealed.wrap), sealed.blob, context)


def no_wraps(rows: Iterable[SealedVersion], *, keyring: Keyring) -> set[VersionKeyRow]:
    """Return what stands in the place of wrapped keys and is none, by an epoch that this seat holds."""
    found = set()
    for sealed in rows:
        wrap_key = keyring.wrap_key(sealed.epoch)
        if wrap_key is None:
            continue
        try:
            unwrap(wrap_key, sealed.wrap)
        except BrokenSealError:
            found.add(VersionKeyRow(sealed.origin, sealed.seq, sealed.n, sealed.epoch, sealed.wrap))
    return found


def is_no_fault_of_the_copy(sealed: SealedVersion, *, keyring: Keyring) -> bool:
    """Say of a version that does not open whether its bytes are those that its author listed, under a whole wrap."""
    if keyring.wrap_key(sealed.epoch) is None or no_wraps([sealed], keyring=keyring):
        return False
    return version_id(sealed.compartment, sealed.record, sealed.blob) == sealed.id


def open_version(sealed: SealedVersion, *, vault: bytes, keyring: Keyring) -> OpenedVersion | None:
    """Open one version with the keyring, or return None when its epoch was never granted to this seat.

    Raises:
        BrokenSealError: as `unseal_version` does.
        MalformedError: what was sealed is no content.
    """
    plaintext = unseal_version(sealed, vault=vault, keyring=keyring)
    if plaintext is None:
        return None
    return OpenedVersion(
        id=VersionId(sealed.id),
        origin=Origin(sealed.origin),
        seq=sealed.seq,
        n=sealed.n,
        compartment=CompartmentId(sealed.compartment),
        record=RecordId(sealed.record),
        content=decode_content(plaintext),
    )


def open_all(rows: Iterable[SealedVersion], *, vault: bytes, keyring: Keyring) -> list[OpenedVersion]:
    """Open every version that the keyring reaches, each once, whatever number of wraps it has.

    Raises:
        BrokenSealError, MalformedError: for some version no wrap that this seat can unwrap opens it.
    """
    opened, refusals = open_each(rows, vault=vault, keyring=keyring)
    if refusals:
        raise refusals[0]
    return opened


def open_each(
    rows: Iterable[SealedVersion], *, vault: bytes, keyring: Keyring
) -> tuple[list[OpenedVersion], list[VaultError]]:
    """Open every version that the keyring reaches, and say of each that does not open why.

    A wrap carries no authority (FORMAT.md 0.6): of several for one version the first that opens serves.
    """
    opened: dict[VersionId, OpenedVersion] = {}
    broken: dict[VersionId, VaultError] = {}
    for sealed in rows:
        identity = VersionId(sealed.id)
        if identity in opened:
            continue
        try:
            version = open_version(sealed, vault=vault, keyring=keyring)
        except MalformedError as error:
            broken[identity] = error  # it opened: no other wrap makes anything else of it
            continue
        except BrokenSealError as error:
            broken.setdefault(identity, error)
            continue
        if version is not None:
            opened[identity] = version
    return list(opened.values()), [refusal for identity, refusal in broken.items() if identity not in opened]


# Casework values to fields of a version and back; what a reader does not know survives its edit.
_Record = TypeVar("_Record", bound=CaseworkRecord)
_PARTS_WITH_TEXT = ("text", "number")


def to_fields(value: CaseworkRecord, *, known: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the fields to seal.

    Args:
        value: a record of casework.
        known: the fields of the version that this one replaces; members that `value` does not know are kept.

    Raises:
        UsageError: a text has half a letter or a NUL in it: nothing can keep the one, and no one typed the other.
    """
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(bytes,))
    ours = {name: part for name, part in fields.items() if part is not None}
    for name, part in ours.items():
        for text in texts_in(part):
            refuse_halves(text, name.replace("_", " "))
            if not isinstance(value, Document):  # its title is how somebody's file is called, kept as it came
                refuse_nul(text, name.replace("_", " "))
    left = {name: part for name, part in (known or {}).items() if name in ours or name not in fields}
    return _with_unknown(ours, left)


def _with_unknown(ours: dict[str, Any], known: Mapping[str, Any]) -> dict[str, object]:
    """Return a map with the members that only the known one has, in the maps inside it too."""
    left = {name: part for name, part in known.items() if name not in ours}
    return left | {name: _each_with_unknown(part, known.get(name)) for name, part in ours.items()}


def _each_with_unknown(part: object, known: object) -> object:
    if isinstance(part, dict) and isinstance(known, Mapping):
        return _with_unknown(part, known)
    if isinstance(part, list | tuple) and isinstance(known, list | tuple):
        by_name = {_name_in(item): item for item in known}
        return [_each_with_unknown(item, by_name.get(_name_in(item) or "")) for item in part]
    return part


def _name_in(item: object) -> str | None:
    """Return by what a map in a list is known again after an edit: a name by its letters, a document by its number."""
    if isinstance(item, Mapping):
        return next((item[name] for name in _PARTS_WITH_TEXT if isinstance(item.get(name), str)), None)
    return None


def from_fields(kind: type[_Record], fields: Mapping[str, object]) -> _Record:
    """Return the record that opened fields describe.

    Raises:
        MalformedError: a field is missing, of the wrong type, or breaks a rule of casework. Contents are not named.
    """
    try:
        return msgspec.convert(fields, type=kind)
    except (msgspec.ValidationError, UsageError):
        raise MalformedError(
            Message("a version of kind {kind} does not hold that kind's fields", kind=kind.KIND)
        ) from None


def of_kind(versions: Iterable[OpenedVersion], kind: type[_Record]) -> Iterator[tuple[OpenedVersion, _Record]]:
    """Yield the versions of one kind, each with what it says.

    What does not hold that kind's fields is passed over: whoever wrote it, with another program, stops nobody's list.
    """
    for version in versions:
        if version.content.kind == kind.KIND:
            try:
                value = from_fields(kind, version.content.fields)
            except MalformedError:
                continue
            yield version, value
