"""Casework values to fields of a version and back; what a reader does not know survives its edit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

import msgspec

from vault.casework.kinds import CaseworkRecord
from vault.errors import MalformedError, UsageError
from vault.records.versions import OpenedVersion
from vault.words.message import Message

_Record = TypeVar("_Record", bound=CaseworkRecord)


def to_fields(value: CaseworkRecord, *, known: Mapping[str, object] | None = None) -> dict[str, object]:
    """Return the fields to seal.

    Args:
        value: a record of casework.
        known: the fields of the version that this one replaces; members that `value` does not know are kept.
    """
    fields: dict[str, Any] = msgspec.to_builtins(value, builtin_types=(bytes,))
    ours = {name: part for name, part in fields.items() if part is not None}
    unknown = {name: part for name, part in (known or {}).items() if name not in fields}
    return unknown | ours


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
