"""The entries of a roster: 16 random bytes, then a MessagePack map of one of four forms (FORMAT.md 2).

The random bytes keep the leaves of the others closed when a court is shown one certificate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec

from vault.errors import MalformedError
from vault.ids import RESERVED_IDS
from vault.log.genesis import NamedHistory
from vault.words.message import Message

ENTRY_SALT_SIZE = 16
KEM_PUBLIC_SIZE = 1_216


@dataclass(frozen=True, slots=True)
class RosterHead:
    """What a roster says about itself and the vault; always the first entry.

    Attributes:
        number: 0, then one more each time.
        prev: roots of the rosters before it: none for number 0, two after a fork.
        recovery: public KEM key of recovery, 1,216 bytes.
        suites: numbers of the suites that may be used for writing.
        new_root: public root key from here on, 32 bytes, or None where it stays.
        helpers_by_supervisor: whether a supervisor alone may admit intake, field and caseworker.
    """

    vault: bytes
    number: int
    prev: tuple[bytes, ...]
    recovery: bytes
    rights: int
    suites: tuple[int, ...]
    new_root: bytes | None = None
    helpers_by_supervisor: bool = False


@dataclass(frozen=True, slots=True)
class MemberEntry:
    """A member and the roles that all seats of that member share."""

    member: bytes
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Certificate:
    """A seat: whose it is, its keys, and the only genesis without predecessor that it may have.

    `genesis` is the origin of the seat's first log.
    """

    seat: bytes
    member: bytes
    kem: bytes
    identity: bytes
    genesis: bytes


@dataclass(frozen=True, slots=True)
class Ending:
    """A seat that this roster ends or lowers, and how much of each of its logs counts as before.

    `histories` is what was seen of each log that has entries; empty in rosters made before it was said.
    """

    seat: bytes
    sizes: Mapping[bytes, int]
    histories: frozenset[NamedHistory] = frozenset()


RosterEntry = RosterHead | MemberEntry | Certificate | Ending


def encode_entry(entry: RosterEntry, salt: bytes) -> bytes:
    """Return the bytes of one entry.

    `salt` are 16 random bytes of its own.

    Raises:
        MalformedError: a part has the wrong size.
    """
    if len(salt) != ENTRY_SALT_SIZE:
        raise MalformedError(Message("the salt of a roster entry has not 16 bytes"))
    encoded = salt + msgspec.msgpack.encode(_to_map(entry))
    if decode_entry(encoded) != entry:
        raise MalformedError(Message("a roster entry has a part that does not survive encoding"))
    return encoded


def decode_entry(untrusted: bytes) -> RosterEntry:
    """Return what one entry says.

    Raises:
        MalformedError: none of the four forms, a part of the wrong size, or an id that nobody can have.
    """
    try:
        wire = _decoder.decode(untrusted[ENTRY_SALT_SIZE:])
        entry = _from_map(wire)
    except (KeyError, RecursionError, TypeError, ValueError):
        raise MalformedError(Message("a roster entry is not of the form of FORMAT.md 2")) from None
    # One spelling only: no member twice, none that this program would overlook.
    if msgspec.msgpack.encode(_to_map(entry)) != untrusted[ENTRY_SALT_SIZE:]:
        raise MalformedError(Message("a roster entry is not in its canonical form"))
    return entry


_decoder = msgspec.msgpack.Decoder(dict[str, object])


def _to_map(entry: RosterEntry) -> dict[str, object]:
    """Return the map of an entry, keys in order."""
    match entry:
        case RosterHead():
            wire: dict[str, object] = {
                "number": entry.number,
                "prev": list(entry.prev),
                "recovery": entry.recovery,
                "rights": entry.rights,
                "suites": list(entry.suites),
                "vault": entry.vault,
            }
            if entry.new_root is not None:
                wire["root"] = entry.new_root
            if entry.helpers_by_supervisor:
                wire["helpers"] = True
        case MemberEntry():
            wire = {"member": entry.member, "roles": sorted(entry.roles)}
        case Certificate():
            cert = {
                "genesis": entry.genesis,
                "identity": entry.identity,
                "kem": entry.kem,
                "member": entry.member,
                "seat": entry.seat,
            }
            wire = {"cert": cert}
        case Ending():
            wire = {"end": entry.seat, "sizes": [[origin, entry.sizes[origin]] for origin in sorted(entry.sizes)]}
            if entry.histories:
                wire["seen"] = [list(history) for history in sorted(entry.histories)]
    return dict(sorted(wire.items()))


def _from_map(wire: dict[str, object]) -> RosterEntry:
    if "vault" in wire:
        return RosterHead(
            vault=_bytes(wire["vault"], 16),
            number=_number(wire["number"]),
            prev=tuple(_bytes(thing, 32) for thing in _list(wire["prev"])),
            recovery=_bytes(wire["recovery"], KEM_PUBLIC_SIZE),
            rights=_number(wire["rights"]),
            suites=tuple(_number(thing) for thing in _list(wire["suites"])),
            new_root=_bytes(wire["root"], 32) if "root" in wire else None,
            helpers_by_supervisor=wire.get("helpers", False) is True,
        )
    if "member" in wire:
        return MemberEntry(_id(wire["member"]), frozenset(_word(thing) for thing in _list(wire["roles"])))
    if "end" in wire:
        pairs = [_list(pair) for pair in _list(wire["sizes"])]
        sizes = {_bytes(origin, 32): _number(size) for origin, size in pairs}
        return Ending(_bytes(wire["end"], 16), sizes, frozenset(map(_history, _list(wire.get("seen", [])))))
    cert = wire["cert"]
    if not isinstance(cert, dict):
        raise TypeError
    return Certificate(
        seat=_id(cert["seat"]),
        member=_id(cert["member"]),
        kem=_bytes(cert["kem"], KEM_PUBLIC_SIZE),
        identity=_bytes(cert["identity"], 32),
        genesis=_bytes(cert["genesis"], 32),
    )


def _bytes(value: object, size: int) -> bytes:
    if not isinstance(value, bytes) or len(value) != size:
        raise ValueError
    return value


def _history(value: object) -> NamedHistory:
    origin, size, root = _list(value)
    return NamedHistory(_bytes(origin, 32), _number(size), _bytes(root, 32))


def _id(value: object) -> bytes:
    """Return whose entry it is: never recovery's, which would be granted what was made without recovery."""
    found = _bytes(value, 16)
    if found in RESERVED_IDS:
        raise ValueError
    return found


def _number(value: object) -> int:
    if type(value) is not int or not 0 <= value < 1 << 63:
        raise ValueError
    return value


def _word(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError
    return value


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise TypeError
    return value
