"""The audit payload of an operation: what auditors read, never contents (FORMAT.md 5).

A MessagePack map. Cases appear as random pseudonyms, reasons and outcomes as codes, so that destroying the link in the
case destroys what the entry says about a person. Members that this program does not know survive decode and encode.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import chain
from types import MappingProxyType

import msgspec

from vault.errors import MalformedError, VerificationError
from vault.log.items import ACTS
from vault.words.message import Message

PLAINTEXT_LIMIT = 4_095
OBJECTS_LIMIT = 64
MAX_DEPTH = 32
SALT_SIZE = 32
_COMMITMENT_PREFIX = b"casevault/audit/v1\x00"
# Codes hold no room for a sentence.
_CODE = re.compile(r"[a-z][a-z0-9]*(?:[.-][a-z0-9]+)*")
_CODE_LIMIT = 32
_OUTCOME = re.compile(r"(?:ok|denied|error|abort)(?::[a-z][a-z0-9-]{0,31})?")

Cause = int | tuple[bytes, int]
"""The entry that this one completes: its position in this log, or (origin, position) in another."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What the audit payload says of an act; the log adds the times.

    Attributes:
        act: a key of `ACTS`.
        out: `ok`, `denied`, `error` or `abort`, and a code after a colon.
        why: code of the reason (`intake`, `legal-referral`), or None.
        obj: audit pseudonym of the case, 16 random bytes kept in its version.
        objs: further pseudonyms, at most 64.
        covers: kind of record -> how many of it.
        dig: digest of a file that left or came, 32 bytes.
        cause: the entry that this one completes.
        deleg: second seat of a two-person act, 16 bytes.
        pol: id and version of the rule that allowed or denied it.
    """

    act: str
    out: str = "ok"
    why: str | None = None
    obj: bytes | None = None
    objs: tuple[bytes, ...] = ()
    covers: Mapping[str, int] = field(default_factory=dict)
    dig: bytes | None = None
    cause: Cause | None = None
    deleg: bytes | None = None
    pol: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Payload(Entry):
    """What one person did on one seat. `t`, `tz0`, `boot` and `mono` are claims, bracketed by witnesses.

    Attributes:
        t: wall clock, milliseconds UTC.
        tz0: what the local clock was ahead of UTC, in minutes.
        boot: id of the system's boot, 16 bytes.
        mono: milliseconds of that boot's own clock.
        unknown: members of a newer program, untouched.
    """

    t: int
    tz0: int | None = None
    boot: bytes | None = None
    mono: int | None = None
    app: str | None = None
    unknown: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name, holds in _CHECKS.items():
            value = getattr(self, name)
            if value is not None and not holds(value):
                raise MalformedError(
                    Message("the member {name} of an audit payload is not of the form of FORMAT.md 5", name=name)
                )
        if _CHECKS.keys() & self.unknown.keys():
            raise MalformedError(Message("an audit payload has a known member among the unknown ones"))
        if _is_deeper(self.unknown, MAX_DEPTH):
            raise MalformedError(Message("an audit payload is nested deeper than {max_depth}", max_depth=MAX_DEPTH))

    def encode(self) -> bytes:
        """Return the MessagePack map, keys in order, absent members left out.

        Raises:
            MalformedError: the act is not in the table: what has no name is not done.
        """
        if self.act not in ACTS:
            raise MalformedError(Message("an audit payload names an act that is not in the table"))
        members: dict[str, object] = dict(self.unknown)
        for name in _CHECKS:
            value = getattr(self, name)
            if value is not None and (value or name not in ("objs", "covers")):
                members[name] = dict(value) if name == "covers" else value
        return msgspec.msgpack.encode(dict(sorted(members.items())))

    @classmethod
    def decode(cls, untrusted: bytes) -> Payload:
        """Return the payload in an opened entry. An act of a newer program passes here, and fails in `check_act`.

        Raises:
            MalformedError: not such a map, nested deeper than 32, or a member of the wrong type.
        """
        members = _decode_map(untrusted)
        known: dict[str, object] = {name: members.pop(name) for name in _CHECKS if name in members}
        if None in known.values() or "act" not in known or "t" not in known:
            raise MalformedError(Message("an audit payload lacks a member, or gives it as nothing"))
        for name in ("objs", "cause"):
            value = known.get(name)
            if isinstance(value, list):
                known[name] = tuple(value)
        return cls(**known, unknown=MappingProxyType(members))  # type: ignore[arg-type]  # __post_init__ checks each


def commitment(salt: bytes, payload: bytes) -> bytes:
    """Return `c`: it fixes the payload, and tells nothing without the 32 random bytes of salt."""
    if len(salt) != SALT_SIZE:
        raise MalformedError(
            Message("the salt of a commitment has {count} bytes, not {salt_size}", count=len(salt), salt_size=SALT_SIZE)
        )
    return sha256(_COMMITMENT_PREFIX + salt + payload).digest()


def covered_digest(version_ids: Iterable[bytes]) -> bytes:
    """Return `dig` of a view: it names exactly the versions that were shown, in whatever order."""
    return sha256(b"".join(sorted(version_ids))).digest()


def encode_plaintext(salt: bytes, payload: bytes) -> bytes:
    """Return what is sealed: salt and payload, so that whoever opens it can show both to a third person.

    Raises:
        MalformedError: it would not fit the largest bucket.
    """
    plaintext = msgspec.msgpack.encode({"payload": payload, "salt": salt})
    if len(plaintext) > PLAINTEXT_LIMIT:
        raise MalformedError(
            Message(
                "an audit payload has {count} bytes, more than {plaintext_limit}",
                count=len(plaintext),
                plaintext_limit=PLAINTEXT_LIMIT,
            )
        )
    return plaintext


def decode_plaintext(untrusted: bytes, expected_commitment: bytes) -> tuple[bytes, bytes]:
    """Return (salt, payload bytes) of an opened entry, checked against its header.

    Raises:
        MalformedError: not such a map.
        VerificationError: the header commits to another payload.
    """
    members = _decode_map(untrusted)
    salt, payload = members.get("salt"), members.get("payload")
    if members.keys() != {"salt", "payload"} or not isinstance(salt, bytes) or not isinstance(payload, bytes):
        raise MalformedError(Message("an opened audit entry is not salt and payload"))
    if commitment(salt, payload) != expected_commitment:
        raise VerificationError(Message("an audit payload is not the one that its header commits to"))
    return salt, payload


def _decode_map(untrusted: bytes) -> dict[str, object]:
    try:
        return _decoder.decode(untrusted)
    except (RecursionError, ValueError):  # nested too deep, no UTF-8, and all that msgspec refuses
        raise MalformedError(Message("an audit payload is not a MessagePack map")) from None


def _is_deeper(value: object, levels: int) -> bool:
    """Tell whether maps and arrays lie within each other more than so many times, this value counted."""
    layer = [value]
    for _ in range(levels):
        layer = [child for thing in layer for child in _children(thing)]
    return any(isinstance(thing, (Mapping, list, tuple)) for thing in layer)


def _children(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return chain.from_iterable(value.items())  # a key may be an array
    return value if isinstance(value, (list, tuple)) else ()


def _is_id(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == 16


def _is_digest(value: object) -> bool:
    return isinstance(value, bytes) and len(value) == 32


def _is_count(value: object) -> bool:
    return type(value) is int and 0 <= value < 1 << 63


def _is_code(value: object) -> bool:
    return isinstance(value, str) and len(value) <= _CODE_LIMIT and _CODE.fullmatch(value) is not None


def _is_short_text(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 64 and value.isascii() and value.isprintable()


def _is_cause(value: object) -> bool:
    if isinstance(value, tuple):
        return len(value) == 2 and _is_digest(value[0]) and _is_count(value[1])
    return _is_count(value)


def _is_objects(value: object) -> bool:
    return isinstance(value, tuple) and len(value) <= OBJECTS_LIMIT and all(_is_id(part) for part in value)


def _is_covers(value: object) -> bool:
    return isinstance(value, Mapping) and all(_is_code(kind) and _is_count(n) for kind, n in value.items())


_decoder = msgspec.msgpack.Decoder(dict[str, object])

_CHECKS: Mapping[str, Callable[[object], bool]] = {
    "act": _is_code,
    "app": _is_short_text,
    "boot": _is_id,
    "cause": _is_cause,
    "covers": _is_covers,
    "deleg": _is_id,
    "dig": _is_digest,
    "mono": _is_count,
    "obj": _is_id,
    "objs": _is_objects,
    "out": lambda value: isinstance(value, str) and _OUTCOME.fullmatch(value) is not None,
    "pol": _is_short_text,
    "t": _is_count,
    "tz0": lambda value: type(value) is int and -1_440 < value < 1_440,
    "why": _is_code,
}
