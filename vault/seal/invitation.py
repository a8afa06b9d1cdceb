"""Invitation and request: the two files with which a new seat joins, and the words that both sides compare.

FORMAT.md 2. Neither file is believed for itself. The words bind root, request and roster, the request binds the
invitation; whoever changes one bit of any of them changes the words.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, fields
from typing import TypeVar

import msgspec

from vault.display import is_one_line
from vault.errors import BrokenSealError, MalformedError
from vault.ids import DIGEST_SIZE, ID_SIZE, RESERVED_IDS
from vault.seal.envelope import FORMAT, SUITE
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, KEM_PUBLIC_SIZE, GrantContext, KemPrivate, open_from, seal_to
from vault.seal.recovery import words_of
from vault.seal.sizes import KEY_SIZE, require_width
from vault.words.message import Message

INVITATION_LIMIT = 4_096
NAME_LIMIT = 256
# One size for all requests, so that a file tells nothing of the name in it.
REQUEST_SIZE = 2_048
REQUEST_FILE_SIZE = 2 + 2 * ID_SIZE + HPKE_OVERHEAD + REQUEST_SIZE
"""format u8 | suite u8 | vault 16 | seat that invited 16 | HPKE message"""

_NONCE_SIZE = 16
_GENESIS_SIZE = 249
_MARK = b"\x80"
_CHECK = Message("Check the path, and use the file that was made for this step.")


class _InvitationMap(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True, kw_only=True):
    by: str
    days: int = 0
    format: int
    kem: bytes
    kind: str
    member: bytes = b""
    name: str = ""
    nonce: bytes
    roles: tuple[str, ...]
    root: bytes
    roster: bytes
    seat: bytes
    vault: bytes


class _RequestMap(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    format: int
    genesis: bytes
    identity: bytes
    invitation: bytes
    kem: bytes
    kind: str
    member: bytes
    name: str
    seat: bytes


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a member gives to somebody who shall join: no secret, and not to be believed before the words agree.

    Attributes:
        vault: the vault, 16 bytes.
        root: the root key that signed roster 0, 32 bytes.
        roster: the root of the newest roster known to who invites, 32 bytes.
        nonce: 16 random bytes.
        roles: words of the roles proposed; empty for another device of a member.
        days: after how many days the member may do nothing any more; 0 for no end.
        by: the name of who invites.
        seat, kem: the seat that invites, 16 bytes, and its public KEM key, 1,216 bytes.
        member, name: whose further device this is for; 16 zero bytes and nothing for a new member.
    """

    vault: bytes
    root: bytes
    roster: bytes
    nonce: bytes
    roles: tuple[str, ...]
    by: str
    seat: bytes
    kem: bytes
    days: int = 0
    member: bytes = b""
    name: str = ""

    def __post_init__(self) -> None:
        for what, size in (("vault", ID_SIZE), ("seat", ID_SIZE), ("nonce", _NONCE_SIZE), ("kem", KEM_PUBLIC_SIZE)):
            require_width(f"{what} of an invitation", getattr(self, what), size)
        require_width("root of an invitation", self.root, KEY_SIZE)
        require_width("roster of an invitation", self.roster, DIGEST_SIZE)
        if bool(self.member) != bool(self.name) or bool(self.member) == bool(self.roles):
            raise MalformedError(Message("an invitation is for a new member with roles, or for a named one without"))
        if self.member:
            require_width("member of an invitation", self.member, ID_SIZE)
        if not 0 <= self.days < 1 << 16 or not all(self.roles) or list(self.roles) != sorted(set(self.roles)):
            raise MalformedError(Message("an invitation names impossible roles or days"))
        for name in (self.by, self.name or self.by):
            _require_name(name)

    def encode(self) -> bytes:
        return _encoded(self, _InvitationMap, "invitation")

    @classmethod
    def decode(cls, untrusted: bytes) -> Invitation:
        """Return what the file says; nothing of it is believed yet.

        Raises:
            MalformedError: it is no invitation of this format.
        """
        return _decoded(untrusted, cls, _InvitationMap, "invitation", INVITATION_LIMIT)

    def digest(self) -> bytes:
        """Return what the request names: SHA-256 of the file."""
        return hashlib.sha256(self.encode()).digest()


@dataclass(frozen=True, slots=True)
class Request:
    """The answer of the new seat: who asks, and its public keys.

    Attributes:
        invitation: digest of the invitation that it answers, 32 bytes.
        seat: the new seat, 16 bytes.
        member: who asks, 16 bytes.
        name: how they are called.
        kem, identity: the seat's public keys, 1,216 and 32 bytes.
        genesis: the signed beginning of the seat's first log, 249 bytes.
    """

    invitation: bytes
    seat: bytes
    member: bytes
    name: str = field(repr=False)
    kem: bytes
    identity: bytes
    genesis: bytes

    def __post_init__(self) -> None:
        for what, size in (
            *(("invitation", DIGEST_SIZE), ("seat", ID_SIZE), ("member", ID_SIZE)),
            *(("kem", KEM_PUBLIC_SIZE), ("identity", KEY_SIZE), ("genesis", _GENESIS_SIZE)),
        ):
            require_width(f"{what} of a request", getattr(self, what), size)
        if {self.seat, self.member} & RESERVED_IDS:
            raise MalformedError(Message("a request names a seat or a member that cannot exist"))
        _require_name(self.name)

    def encode(self) -> bytes:
        """Return the bytes that the words bind, before they are sealed."""
        return _encoded(self, _RequestMap, "request")

    @classmethod
    def decode(cls, untrusted: bytes) -> Request:
        """Return what an opened request says.

        Raises:
            MalformedError: it is no request of this format.
        """
        return _decoded(untrusted, cls, _RequestMap, "request", REQUEST_SIZE)

    def digest(self) -> bytes:
        """Return SHA-256 of the request."""
        return hashlib.sha256(self.encode()).digest()


_Value = TypeVar("_Value", Invitation, Request)


def make_nonce() -> bytes:
    """Return the 16 random bytes of an invitation."""
    return secrets.token_bytes(_NONCE_SIZE)


def seal_request(invitation: Invitation, request: Request) -> bytes:
    """Return the request's file, which opens for the seat that invited alone: the name in it is a person's."""
    padded = (request.encode() + _MARK).ljust(REQUEST_SIZE, b"\x00")
    context = GrantContext(Purpose.REQUEST, invitation.vault, to_seat=invitation.seat)
    sealed = seal_to(invitation.kem, padded, context)
    return bytes((FORMAT, SUITE)) + invitation.vault + invitation.seat + sealed


def open_request(private: KemPrivate, vault: bytes, seat: bytes, untrusted: bytes) -> Request:
    """Return the request in a file that was sealed to this seat of this vault.

    Raises:
        MalformedError: it is no request of this format.
        BrokenSealError: it is for another seat or vault, or was altered.
    """
    if len(untrusted) != REQUEST_FILE_SIZE:
        size = f"{len(untrusted)} bytes, not {REQUEST_FILE_SIZE}"
        raise MalformedError(Message("this is not a request: the request file has {size}", size=size), next_step=_CHECK)
    if untrusted[:2] != bytes((FORMAT, SUITE)):
        raise MalformedError(
            Message(
                "the request has format {untrusted}, suite {untrusted_2}",
                untrusted=untrusted[0],
                untrusted_2=untrusted[1],
            )
        )
    if untrusted[2:34] != vault + seat:
        raise BrokenSealError(
            Message("the request is sealed to another seat"),
            next_step=Message("Give it to the member who wrote the invitation."),
        )
    context = GrantContext(Purpose.REQUEST, vault, to_seat=seat)
    content = open_from(private, untrusted[34:], context).rstrip(b"\x00")
    if content[-1:] != _MARK:
        raise MalformedError(Message("the request does not end as its format says"))
    return Request.decode(content[:-1])


def joining_words(root_public: bytes, request: Request, roster_root: bytes) -> tuple[str, ...]:
    """Return the 13 words that both sides compare before anybody signs.

    Raises:
        MalformedError: a part is empty or short: words for nothing would compare as equal.
    """
    joined = b"casevault/words" + require_width("root key", root_public, KEY_SIZE) + request.digest()
    return words_of(hashlib.sha256(joined + require_width("roster root", roster_root, DIGEST_SIZE)).digest())


def _require_name(name: str) -> None:
    """Refuse a name that could put a line of its own beside the words before anybody has compared them."""
    if not name.strip() or len(name.encode("utf-8", "replace")) > NAME_LIMIT:
        raise MalformedError(Message("a name is empty or longer than {name_limit} bytes", name_limit=NAME_LIMIT))
    if not is_one_line(name):
        raise MalformedError(Message("a name is not one line of printable characters"))


def _encoded(value: Invitation | Request, form: type[_InvitationMap | _RequestMap], kind: str) -> bytes:
    members = {member.name: getattr(value, member.name) for member in fields(value)}
    return msgspec.msgpack.encode(form(format=FORMAT, kind=kind, **members))


def _decoded(
    untrusted: bytes, of: type[_Value], form: type[_InvitationMap | _RequestMap], kind: str, limit: int
) -> _Value:
    if len(untrusted) > limit:
        raise MalformedError(Message("the {kind} is longer than {limit} bytes", kind=kind, limit=limit))
    try:
        wire = msgspec.msgpack.decode(untrusted, type=form)
    except ValueError:  # msgspec's errors, and bytes that are no UTF-8
        raise MalformedError(Message("this is no {kind}", kind=kind), next_step=_CHECK) from None
    if wire.kind != kind or wire.format != FORMAT:
        raise MalformedError(
            Message("this is no {kind} of format {format}", kind=kind, format=FORMAT), next_step=_CHECK
        )
    found = of(**{member.name: getattr(wire, member.name) for member in fields(of)})
    if found.encode() != untrusted:
        raise MalformedError(Message("the {kind} is not in its canonical form", kind=kind))
    return found
