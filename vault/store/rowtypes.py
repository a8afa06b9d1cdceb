"""The rows of a vault as they stand in its tables, believed by nobody; and statements as the driver gets them."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Any, NamedTuple

# One statement as the driver gets it.


class Text(NamedTuple):
    """A statement in the words of one engine.

    There is a question mark for each value, in the order of `names`, and `[name]` for a list of values.
    """

    text: str
    names: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()

    def filled(self, given: Mapping[str, Any]) -> tuple[str, tuple[Any, ...]]:
        """Return the text and the values to run it with."""
        if not self.lists:
            return self.text, tuple([given[name] for name in self.names])
        text = self.text
        for name in self.lists:
            text = text.replace(f"[{name}]", ", ".join("?" * len(given[name])))
        one_by_one = (given[name] if name in self.lists else (given[name],) for name in self.names)
        return text, tuple(chain.from_iterable(one_by_one))


# The rows of a vault as they stand in its tables: sealed or public bytes, believed by nobody.
_Bytes = bytes  # two columns are called as the types are


class GenesisRow(NamedTuple):
    """The public beginning of a log; `origin` should be the hash of `bytes`."""

    origin: _Bytes
    bytes: _Bytes


class OperationRow(NamedTuple):
    """One entry of a log: public header and list, sealed payload."""

    origin: bytes
    seq: int
    header: bytes
    list: bytes
    sealed: bytes
    digest: bytes


class VersionRow(NamedTuple):
    """One sealed version of a record at place `n` of the list of (origin, seq)."""

    origin: bytes
    seq: int
    n: int
    id: bytes
    compartment: bytes
    record: bytes
    blob: bytes


class PlacedVersion(NamedTuple):
    """Where a version of a record stands, without its bytes."""

    origin: bytes
    seq: int
    n: int
    id: bytes
    compartment: bytes
    record: bytes


class VersionKeyRow(NamedTuple):
    """One version's key, wrapped under an epoch."""

    origin: bytes
    seq: int
    n: int
    epoch: bytes
    wrap: bytes


class SealedVersion(NamedTuple):
    """A version joined with one of its wrapped keys."""

    origin: bytes
    seq: int
    n: int
    id: bytes
    compartment: bytes
    record: bytes
    blob: bytes
    epoch: bytes
    wrap: bytes


class EpochRow(NamedTuple):
    """The public notice of a compartment's key; never the key."""

    digest: _Bytes
    compartment: _Bytes
    bytes: _Bytes


class GrantRow(NamedTuple):
    """An epoch's key sealed to a seat; `giver` is a hint until it opens."""

    digest: bytes
    epoch: bytes
    seat: bytes
    giver: bytes
    sealed: bytes


class AttachmentRow(NamedTuple):
    """The names of the chunks of an attachment. Where it stands, all of them were here."""

    digest: bytes
    compartment: bytes
    names: bytes


class TailRow(NamedTuple):
    """The last chunk of an attachment, sealed, where it is below 1 MiB."""

    name: _Bytes
    bytes: _Bytes


class CheckpointRow(NamedTuple):
    """A signed note over the first `size` entries."""

    origin: bytes
    size: int
    root: bytes
    note: bytes


class TileRow(NamedTuple):
    """A cached run of tree hashes."""

    origin: bytes
    level: int
    idx: int
    hashes: bytes


class LocalRow(NamedTuple):
    """A secret of a seat on this device, sealed; one for each purpose."""

    seat: bytes
    purpose: int
    number: int
    blob: bytes
