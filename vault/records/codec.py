"""Casework values to fields of a version and back; what a reader does not know survives its edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from vault.casework.checks import refuse_halves
from vault.casework.kinds import CaseworkRecord
from vault.errors import MalformedError, UsageError
from vault.records.versions import OpenedVersion
from vault.words.message import Message

_Record = TypeVar("_Record", bound=CaseworkRecord)
_NAMES = ("text", "number")


def to_fields(value: CaseworkRecord, *, known: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the fields to seal.

    Args:
        value: a record of casework.
        known: the fields of the version that this one replaces; members that `value` does not know are kept.

    Raises:
        UsageError: a text has half a letter in it, which nothing can keep.
    """
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(bytes,))
    ours = {name: part for name, part in fields.items() if part is not None}
    for name, part in ours.items():
        if isinstance(part, str):
            refuse_halves(part, name.replace("_", " "))
    left = {name: part for name, part in (known or {}).items() if name in ours or name not in fields}
    return _with_unknown(ours, left)


def _with_unknown(ours: dict[str, Any], known: Mapping[str, Any]) -> dict[str, object]:
    """Return a map with the members that only the known one has, in the maps inside it too."""
    merged: dict[str, object] = {name: part for name, part in known.items() if name not in ours}
    for name, part in ours.items():
        merged[name] = _each_with_unknown(part, known.get(name))
    return merged


def _each_with_unknown(part: object, known: object) -> object:
    if isinstance(part, dict) and isinstance(known, Mapping):
        return _with_unknown(part, known)
    if isinstance(part, list | tuple) and isinstance(known, list | tuple):
        by_name = {_name_in(item): item for item in known}
        return [_each_with_unknown(item, by_name.get(_name_in(item) or "")) for item in part]
    return part


def _name_in(item: object) -> str | None:
    """Return by what a map in a list is known again after an edit: a name by its letters, a document by its number."""
    names = [item[name] for name in _NAMES if isinstance(item.get(name), str)] if isinstance(item, Mapping) else []
    return names[0] if names else None


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
