"""The bytes of items that decide by themselves: admissions, takings, acts of the sheets (FORMAT.md 2).

Each is a kind and a MessagePack array of its fields, in one encoding. Its digest is SHA-256 of both, so that the same
bytes in two logs are one act that two listed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from enum import IntEnum
from hashlib import sha256
from typing import TypeVar

import msgspec

from vault.errors import MalformedError
from vault.ids import DIGEST_SIZE, ID_SIZE, CompartmentId, Digest, MemberId, Origin, SeatId
from vault.log.genesis import Genesis, VerifySignature, origin_of, signed_message
from vault.policy.roles import Role
from vault.trust.trust_items import (
    HELPERS,
    MEMBER,
    Act,
    Admit,
    Begin,
    BySheets,
    Certificate,
    End,
    Found,
    Head,
    LetBack,
    LetIn,
    Lift,
    Lower,
    OfCase,
    PutOut,
    Rank,
    Recover,
    Replace,
)
from vault.words.message import Message

SHEETS_PURPOSE = "sheets"
NONCE_SIZE = 16
MOST_HEADS = 256
MOST_KEPT = 1_024
MOST_KEEPERS = 64
_RANKS = frozenset({Rank.MEMBER, Rank.LEAD, Rank.KEEPER})
_KEY_SIZE = 32
_RECOVERY_SIZE = 1_216


class ActKind(IntEnum):
    """The kinds of items that decide by themselves. They follow those that name a row."""

    BEGIN = 16
    ADMIT = 17
    END = 18
    LOWER = 19
    LIFT = 20
    SHEETS = 21
    RECOVER = 22
    REPLACE = 23
    FOUND = 24
    LET_IN = 25
    PUT_OUT = 26
    LET_BACK = 27


OF_CASES = frozenset({ActKind.FOUND, ActKind.LET_IN, ActKind.PUT_OUT, ActKind.LET_BACK})
"""Those that say who is in a case or a section; each begins with which."""


_HeadWire = tuple[bytes, int, bytes]


class _Begin(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    root: bytes
    recovery: bytes
    helpers: bool


class _Admit(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    certificate: bytes
    roles: list[str]
    until: int | None
    nonce: bytes


class _End(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    seat: bytes
    heads: list[_HeadWire]
    nonce: bytes


class _Lower(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    member: bytes
    role: str
    heads: list[_HeadWire]
    nonce: bytes


class _Lift(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    taking: bytes


class _Sheets(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    kind: int
    act: bytes
    root: bytes
    signature: bytes


class _Recover(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    member: bytes
    nonce: bytes


class _Replace(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    root: bytes
    recovery: bytes
    keeps: list[bytes]


class _Found(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    case: bytes
    within: bytes | None
    keepers: list[bytes]
    with_recovery: bool
    nonce: bytes


class _LetIn(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    case: bytes
    member: bytes
    rank: int
    until: int | None
    nonce: bytes


class _PutOut(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    case: bytes
    member: bytes
    as_admin: bool
    heads: list[_HeadWire]
    nonce: bytes


class _LetBack(msgspec.Struct, array_like=True, forbid_unknown_fields=True, frozen=True):
    case: bytes
    taking: bytes
    nonce: bytes


_Wire = TypeVar("_Wire", bound=msgspec.Struct)


class MadeAct(msgspec.Struct, frozen=True):
    """An item that decides, as a list has it: its kind, its bytes, and what it says."""

    kind: int
    content: bytes
    act: Act


def act_digest(kind: int, content: bytes) -> Digest:
    """Return the name of an act: SHA-256 of its kind and its bytes."""
    return Digest(sha256(kind.to_bytes() + content).digest())


def anchor_digest(root: bytes, recovery: bytes, founder: bytes) -> bytes:
    """Return what ties a vault to its first keys: of the sheets, and the identity key of its founder.

    The vault's id is the first 16 bytes of it, and its 13 words are what a person takes to a new device.
    """
    return sha256(b"casevault/vault" + root + recovery + founder).digest()


def recovery_seat(recovery: bytes) -> SeatId:
    """Return as which seat the sheets with this KEM key are given what they shall open."""
    return SeatId(sha256(b"casevault/recovery" + recovery).digest()[:ID_SIZE])


# Making them. Nonces come in, so that two acts of one content are two.


def begin(root: bytes, recovery: bytes, *, helpers: bool) -> MadeAct:
    """Return the item with which a vault begins."""
    return _made(ActKind.BEGIN, _Begin(root, recovery, helpers))


def admit(certificate: bytes, roles: Iterable[Role], until: int | None, nonce: bytes = bytes(NONCE_SIZE)) -> MadeAct:
    """Return the admission of the seat whose first log begins with these bytes.

    Two people who admit it alike, apart, list the same bytes: so it counts where their logs meet.
    """
    return _made(ActKind.ADMIT, _Admit(certificate, sorted(role.value for role in roles), until, nonce))


def end(seat: bytes, heads: Iterable[Head], nonce: bytes) -> MadeAct:
    """Return the end of a seat: its log counts up to these heads."""
    return _made(ActKind.END, _End(seat, _heads_out(heads), nonce))


def lower(member: bytes, role: str, heads: Iterable[Head], nonce: bytes) -> MadeAct:
    """Return what takes a role, the person, or the rule for helpers, for what lies beyond these heads."""
    return _made(ActKind.LOWER, _Lower(member, role, _heads_out(heads), nonce))


def lift(taking: bytes) -> MadeAct:
    """Return what takes an end or a lowering back."""
    return _made(ActKind.LIFT, _Lift(taking))


def recover(member: bytes, nonce: bytes) -> MadeAct:
    """Return what makes a member keeper of each case that was founded with recovery."""
    return _made(ActKind.RECOVER, _Recover(member, nonce))


def replace_sheets(root: bytes, recovery: bytes, keeps: Iterable[bytes]) -> MadeAct:
    """Return what puts other sheets in the place of those that sign it."""
    return _made(ActKind.REPLACE, _Replace(root, recovery, sorted(keeps)))


def found(case: bytes, within: bytes | None, keepers: Iterable[bytes], *, with_recovery: bool, nonce: bytes) -> MadeAct:
    """Return what founds a case, or a section `within` one: who founds it and these members keep it."""
    return _made(ActKind.FOUND, _Found(case, within, sorted(set(keepers)), with_recovery, nonce))


def let_in(case: bytes, member: bytes, rank: Rank, until: int | None, nonce: bytes) -> MadeAct:
    """Return what gives a member a rank in a case, written to until then (ms UTC)."""
    return _made(ActKind.LET_IN, _LetIn(case, member, rank, until, nonce))


def put_out(case: bytes, member: bytes, heads: Iterable[Head], nonce: bytes, *, as_admin: bool = False) -> MadeAct:
    """Return what takes a case from a member: what their logs say there counts up to these heads."""
    return _made(ActKind.PUT_OUT, _PutOut(case, member, as_admin, _heads_out(heads), nonce))


def let_back(case: bytes, taking: bytes, nonce: bytes) -> MadeAct:
    """Return what takes a put-out back."""
    return _made(ActKind.LET_BACK, _LetBack(case, taking, nonce))


def sheets_message(vault: bytes, kind: int, content: bytes) -> bytes:
    """Return what the sheets sign of an act, for the purpose `sheets`."""
    return vault + kind.to_bytes() + content


def by_sheets(made: MadeAct, root: bytes, signature: bytes) -> MadeAct:
    """Return an act with the signature of the sheets over `sheets_message`."""
    return _made(ActKind.SHEETS, _Sheets(made.kind, made.content, root, signature))


def _made(kind: ActKind, wire: msgspec.Struct) -> MadeAct:
    content = msgspec.msgpack.encode(wire)
    return MadeAct(kind, content, _act(kind, content))


def _heads_out(heads: Iterable[Head]) -> list[_HeadWire]:
    return sorted((bytes(head.log), head.size, head.root) for head in set(heads))


# Reading them: bytes of others, in exactly one form.


def read_act(kind: int, untrusted: bytes, vault: bytes, verify_signature: VerifySignature) -> Act:
    """Return what an item says.

    Raises:
        MalformedError: it is not of the form of FORMAT.md 2, is about another vault, or its signature does not hold.
    """
    act = _act(kind, untrusted)
    of = act.act if isinstance(act, BySheets) else act
    if isinstance(of, Admit) and of.certificate.vault != vault:
        raise MalformedError(Message("an admission is of another vault"))
    if isinstance(act, BySheets):
        wire = _read(_Sheets, untrusted)
        message = signed_message(SHEETS_PURPOSE, sheets_message(vault, wire.kind, wire.act))
        if not verify_signature(wire.root, wire.signature, message):
            raise MalformedError(Message("the sheets did not sign what an item says that they did"))
    return act


def _act(kind: int, untrusted: bytes) -> Act:
    read = _READ.get(kind)
    if read is None:
        raise MalformedError(Message("an item of kind {kind} is not known here", kind=kind))
    return read(act_digest(kind, untrusted), untrusted)


def _read(form: type[_Wire], untrusted: bytes) -> _Wire:
    try:
        wire = msgspec.msgpack.decode(untrusted, type=form)
        is_canonical = msgspec.msgpack.encode(wire) == untrusted
    except ValueError:  # msgspec's errors, and bytes that are no UTF-8
        raise _malformed() from None
    if not is_canonical:
        raise _malformed()
    return wire


def _malformed() -> MalformedError:
    return MalformedError(Message("an item is not of the form of FORMAT.md 2"))


def _require(*parts: tuple[bytes, int]) -> None:
    if any(len(part) != size for part, size in parts):
        raise _malformed()


def _read_begin(digest: Digest, untrusted: bytes) -> Begin:
    wire = _read(_Begin, untrusted)
    _require((wire.root, _KEY_SIZE), (wire.recovery, _RECOVERY_SIZE))
    return Begin(digest, wire.root, wire.recovery, wire.helpers)


def _read_admit(digest: Digest, untrusted: bytes) -> Admit:
    wire = _read(_Admit, untrusted)
    _require((wire.nonce, NONCE_SIZE))
    if wire.roles != sorted(set(wire.roles)) or (wire.until is not None and not 0 < wire.until < 1 << 53):
        raise _malformed()
    # Words of a newer program give nothing here.
    roles = frozenset(role for role in Role if role.value in wire.roles)
    return Admit(digest, read_certificate(wire.certificate), roles, wire.until)


def admission_in(kind: int, content: bytes) -> bytes | None:
    """Return the bytes of the admission that a well-formed item is, or that the sheets sign in it."""
    if kind == ActKind.SHEETS:
        wire = _read(_Sheets, content)
        kind, content = wire.kind, wire.act
    return content if kind == ActKind.ADMIT else None


def certificate_in(admission: bytes) -> bytes:
    """Return the certificate that the bytes of an admission carry."""
    return _read(_Admit, admission).certificate


def read_certificate(untrusted: bytes) -> Certificate:
    """Return what the beginning of a first log says of its seat.

    Raises:
        MalformedError: it is no beginning of a first log.
    """
    genesis = Genesis.decode(untrusted)
    if not genesis.is_first:
        raise MalformedError(Message("a certificate is not the beginning of a first log"))
    return Certificate(
        Origin(origin_of(untrusted)), MemberId(genesis.member), genesis.identity, genesis.kem, genesis.vault
    )


def _read_end(digest: Digest, untrusted: bytes) -> End:
    wire = _read(_End, untrusted)
    _require((wire.seat, ID_SIZE), (wire.nonce, NONCE_SIZE))
    return End(digest, SeatId(wire.seat), _heads_in(wire.heads))


def _read_lower(digest: Digest, untrusted: bytes) -> Lower:
    wire = _read(_Lower, untrusted)
    _require((wire.member, ID_SIZE), (wire.nonce, NONCE_SIZE))
    if wire.role not in {MEMBER, HELPERS, *(role.value for role in Role)}:
        raise _malformed()
    return Lower(digest, MemberId(wire.member), wire.role, _heads_in(wire.heads))


def _read_lift(digest: Digest, untrusted: bytes) -> Lift:
    wire = _read(_Lift, untrusted)
    _require((wire.taking, DIGEST_SIZE))
    return Lift(digest, Digest(wire.taking))


def _read_recover(digest: Digest, untrusted: bytes) -> Recover:
    wire = _read(_Recover, untrusted)
    _require((wire.member, ID_SIZE), (wire.nonce, NONCE_SIZE))
    return Recover(digest, MemberId(wire.member))


def _read_replace(digest: Digest, untrusted: bytes) -> Replace:
    wire = _read(_Replace, untrusted)
    _require((wire.root, _KEY_SIZE), (wire.recovery, _RECOVERY_SIZE), *((kept, DIGEST_SIZE) for kept in wire.keeps))
    if wire.keeps != sorted(set(wire.keeps)) or len(wire.keeps) > MOST_KEPT:
        raise _malformed()
    return Replace(digest, wire.root, wire.recovery, frozenset(map(Digest, wire.keeps)))


def _read_found(digest: Digest, untrusted: bytes) -> Found:
    wire = _read(_Found, untrusted)
    _require((wire.case, ID_SIZE), (wire.nonce, NONCE_SIZE), *((each, ID_SIZE) for each in wire.keepers))
    if wire.keepers != sorted(set(wire.keepers)) or len(wire.keepers) > MOST_KEEPERS:
        raise _malformed()
    if wire.within is not None:
        _require((wire.within, ID_SIZE))
    within = None if wire.within is None else CompartmentId(wire.within)
    return Found(digest, CompartmentId(wire.case), frozenset(map(MemberId, wire.keepers)), wire.with_recovery, within)


def _read_let_in(digest: Digest, untrusted: bytes) -> LetIn:
    wire = _read(_LetIn, untrusted)
    _require((wire.case, ID_SIZE), (wire.member, ID_SIZE), (wire.nonce, NONCE_SIZE))
    if wire.rank not in _RANKS or (wire.until is not None and not 0 < wire.until < 1 << 53):
        raise _malformed()
    return LetIn(digest, CompartmentId(wire.case), MemberId(wire.member), Rank(wire.rank), wire.until)


def _read_put_out(digest: Digest, untrusted: bytes) -> PutOut:
    wire = _read(_PutOut, untrusted)
    _require((wire.case, ID_SIZE), (wire.member, ID_SIZE), (wire.nonce, NONCE_SIZE))
    heads = _heads_in(wire.heads)
    return PutOut(digest, CompartmentId(wire.case), MemberId(wire.member), heads, wire.as_admin)


def _read_let_back(digest: Digest, untrusted: bytes) -> LetBack:
    wire = _read(_LetBack, untrusted)
    _require((wire.case, ID_SIZE), (wire.taking, DIGEST_SIZE), (wire.nonce, NONCE_SIZE))
    return LetBack(digest, CompartmentId(wire.case), Digest(wire.taking))


def case_in(kind: int, content: bytes) -> CompartmentId | None:
    """Return of which case or section a well-formed item says who is in it; None of any other."""
    act = _act(kind, content) if kind in OF_CASES else None
    return act.case if isinstance(act, OfCase) else None


def _read_sheets(digest: Digest, untrusted: bytes) -> BySheets:
    wire = _read(_Sheets, untrusted)
    _require((wire.root, _KEY_SIZE), (wire.signature, 64))
    act = None if wire.kind == ActKind.SHEETS else _act(wire.kind, wire.act)  # one in another has no end
    if not isinstance(act, Admit | End | Lower | Lift | Recover | Replace):
        raise _malformed()
    return BySheets(digest, wire.root, act)


def _heads_in(wire: list[_HeadWire]) -> frozenset[Head]:
    if wire != sorted(set(wire)) or len(wire) > MOST_HEADS:
        raise _malformed()
    for seat, size, root in wire:
        _require((seat, ID_SIZE), (root, DIGEST_SIZE))
        if not 0 < size < 1 << 53:
            raise _malformed()
    return frozenset(Head(SeatId(seat), size, root) for seat, size, root in wire)


_READ: dict[int, Callable[[Digest, bytes], Act]] = {
    ActKind.BEGIN: _read_begin,
    ActKind.ADMIT: _read_admit,
    ActKind.END: _read_end,
    ActKind.LOWER: _read_lower,
    ActKind.LIFT: _read_lift,
    ActKind.SHEETS: _read_sheets,
    ActKind.RECOVER: _read_recover,
    ActKind.REPLACE: _read_replace,
    ActKind.FOUND: _read_found,
    ActKind.LET_IN: _read_let_in,
    ActKind.PUT_OUT: _read_put_out,
    ActKind.LET_BACK: _read_let_back,
}
