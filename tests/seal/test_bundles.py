from __future__ import annotations

import dataclasses
import hashlib
import itertools
from collections.abc import Callable, Iterator
from typing import Any

import msgspec
import pytest

from tests.seal.places import OTHER_SEAT, SEAT, VAULT, fixed, flipped
from tests.tables import each, refused
from vault.errors import BrokenSealError, MalformedError
from vault.ids import RESERVED_IDS
from vault.seal.bodies import (
    BUNDLE_MESSAGE_SIZE,
    CHUNK_SIZE,
    Recipient,
    _cipher,
    bundle_place,
    open_bundle_key,
    open_stream,
    seal_bundle_key,
    seal_stream,
)
from vault.seal.invitation import Invitation, Request, joining_words, make_nonce, open_request, seal_request
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, seal_to
from vault.seal.recovery import words_of
from vault.seal.sizes import padme

KEY, HEADER = fixed("bundle key"), b"an invented header"
KEM = KemPrivate.from_seed(fixed("kem of the seat", 96))
OTHER_KEM = KemPrivate.from_seed(fixed("kem of another", 96))
THREE_CHUNKS = fixed("long content", 2 * CHUNK_SIZE + 100)


def _sealed(content: bytes) -> list[bytes]:
    return list(seal_stream(KEY, bundle_place(VAULT, HEADER), [content], len(content)))


def _size_foretold(content_size: int) -> int:
    padded = padme(max(content_size + 8, 256))
    return 32 + padded + 16 * -(-padded // CHUNK_SIZE)


def _opened(parts: list[bytes], *, key: bytes = KEY, vault: bytes = VAULT, header: bytes = HEADER) -> bytes:
    return b"".join(open_stream(key, bundle_place(vault, header), parts))


@each([0, 1, 247, 248, 249, CHUNK_SIZE - 9, CHUNK_SIZE - 8, CHUNK_SIZE - 7, CHUNK_SIZE])
def test_a_body_gives_its_content_back_and_has_the_size_foretold(size: int) -> None:
    content = fixed("content", size)
    parts = _sealed(content)
    assert _opened(parts) == content
    assert sum(map(len, parts)) == _size_foretold(size)


def test_a_body_comes_back_in_pieces_none_of_which_is_empty() -> None:
    for content in (THREE_CHUNKS, b"short", b""):
        assert all(open_stream(KEY, bundle_place(VAULT, HEADER), _sealed(content)))


def test_pieces_without_end_are_refused_as_soon_as_they_are_too_many() -> None:
    with pytest.raises(MalformedError, match="has 101 bytes or more, not 100"):
        list(seal_stream(KEY, bundle_place(VAULT, HEADER), itertools.repeat(b"x"), 100))


def test_pieces_of_any_length_give_one_body() -> None:
    content = fixed("content", 5_000)
    pieces = [content[at : at + 7] for at in range(0, 5_000, 7)]
    assert list(seal_stream(KEY, bundle_place(VAULT, HEADER), pieces, 5_000)) == _sealed(content)


def test_a_chunk_leaves_before_the_next_piece_is_asked_for() -> None:
    """So that a bundle of any size needs the memory of one chunk."""
    asked: list[int] = []

    def pieces() -> Iterator[bytes]:
        for at in range(0, len(THREE_CHUNKS), CHUNK_SIZE):
            asked.append(at)
            yield THREE_CHUNKS[at : at + CHUNK_SIZE]

    body = seal_stream(KEY, bundle_place(VAULT, HEADER), pieces(), len(THREE_CHUNKS))
    next(body)  # the commitment
    next(body)
    assert asked == [0]


def test_two_chunks_of_one_body_differ_though_their_content_does_not() -> None:
    parts = _sealed(bytes(3 * CHUNK_SIZE))
    assert parts[2] != parts[3]


@each([99, 101, 5_000])
def test_pieces_that_have_another_size_than_foretold_are_refused(size: int) -> None:
    with pytest.raises(MalformedError, match="not 100"):
        list(seal_stream(KEY, bundle_place(VAULT, HEADER), [bytes(size)], 100))


CHANGES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "the last chunk dropped": lambda parts: parts[:-1],
    "all chunks dropped": lambda parts: parts[:1],
    "nothing left": lambda parts: [],
    "two chunks exchanged": lambda parts: [parts[0], parts[2], parts[1], *parts[3:]],
    "a chunk twice": lambda parts: [*parts[:2], *parts[1:]],
    "a middle chunk dropped": lambda parts: [*parts[:2], *parts[3:]],
    "the last chunk cut": lambda parts: [*parts[:-1], parts[-1][:-1]],
    "the last chunk cut to its tag": lambda parts: [*parts[:-1], parts[-1][-16:]],
    "the last chunk cut below a tag": lambda parts: [*parts[:-1], parts[-1][:9]],
    "a byte appended": lambda parts: [*parts[:-1], parts[-1] + b"\0"],
    "a chunk appended": lambda parts: [*parts, parts[-1]],
    "an empty chunk appended": lambda parts: [*parts, b""],
    "the commitment of zeros": lambda parts: [bytes(32), *parts[1:]],
}


@each(CHANGES)
def test_a_changed_body_is_refused(change: Callable[[list[bytes]], list[bytes]]) -> None:
    with pytest.raises(BrokenSealError, match="damaged or was altered"):
        _opened(change(_sealed(THREE_CHUNKS)))


def test_no_bit_of_a_body_can_be_flipped() -> None:
    whole = b"".join(_sealed(b"short"))
    for bit in range(0, 8 * len(whole), 41):
        changed = flipped(whole, bit)
        with pytest.raises(BrokenSealError, match="damaged or was altered"):
            _opened([changed[:32], changed[32:]])


@each([{"key": fixed("other")}, {"vault": SEAT}, {"header": b"another header"}])
def test_a_body_opens_only_in_its_place(other: dict[str, bytes]) -> None:
    with pytest.raises(BrokenSealError, match="damaged or was altered"):
        _opened(_sealed(b"content"), **other)


def _forged(plain: bytes) -> list[bytes]:
    """Seal what `seal_stream` would never give."""
    place = bundle_place(VAULT, HEADER)
    (cipher, commitment), aad = _cipher(KEY, place), place.aad
    chunks = [plain[at : at + CHUNK_SIZE] for at in range(0, len(plain), CHUNK_SIZE)]
    nonces = [number.to_bytes(11, "big") + bytes([number == len(chunks) - 1]) for number in range(len(chunks))]
    return [commitment, *(cipher.encrypt(nonce, chunk, aad) for nonce, chunk in zip(nonces, chunks, strict=True))]


def _inner(size: int, content: bytes, padded: int) -> bytes:
    return (size.to_bytes(8, "big") + content).ljust(padded, b"\0")


TWO_CHUNKS = _inner(CHUNK_SIZE + 100, fixed("content", CHUNK_SIZE + 100), padme(CHUNK_SIZE + 108))


@each(
    {
        "a byte behind the content": _inner(3, b"abcd", 256),
        "a byte at the end of a later chunk": flipped(TWO_CHUNKS, -1),
        "a terabyte": _inner(1 << 40, b"", 256),
        "a length beyond its padding": _inner(249, b"", 256),
        "the greatest length": _inner(2**64 - 1, b"", 512),
        "more padding than its length has": _inner(3, b"", 320),
    }
)
def test_a_content_has_one_padded_form(plain: bytes) -> None:
    """A maker could else hide bytes there."""
    assert _opened(_forged(_inner(4, b"abcd", 256))) == b"abcd"
    assert _opened(_forged(TWO_CHUNKS)) == fixed("content", CHUNK_SIZE + 100)
    with pytest.raises(BrokenSealError, match="damaged or was altered"):
        _opened(_forged(plain))


def test_each_seat_finds_its_message_whatever_the_order() -> None:
    other_seat = fixed("other seat", 16)
    messages = seal_bundle_key(KEY, VAULT, [Recipient(SEAT, KEM.public), Recipient(other_seat, OTHER_KEM.public)])
    assert {len(message) for message in messages} == {BUNDLE_MESSAGE_SIZE}
    for order in (messages, messages[::-1]):
        assert open_bundle_key(KEM, SEAT, VAULT, order) == KEY
        assert open_bundle_key(OTHER_KEM, other_seat, VAULT, order) == KEY


@each(
    {
        "another key": (OTHER_KEM, SEAT, VAULT),
        "another seat": (KEM, fixed("other seat", 16), VAULT),
        "another vault": (KEM, SEAT, fixed("other vault", 16)),
    }
)
def test_the_key_opens_for_its_seat_alone(private: KemPrivate, seat: bytes, vault: bytes) -> None:
    messages = seal_bundle_key(KEY, VAULT, [Recipient(SEAT, KEM.public)])
    with pytest.raises(BrokenSealError, match="not for this device"):
        open_bundle_key(private, seat, vault, messages)


def test_a_key_of_another_length_is_never_sealed() -> None:
    with pytest.raises(MalformedError, match="key has 0 bytes"):
        seal_bundle_key(b"", VAULT, [Recipient(SEAT, KEM.public)])


@each([0, 31, 33])
def test_a_message_that_holds_no_key_is_for_nobody(size: int) -> None:
    message = seal_to(KEM.public, fixed("no key", size), GrantContext(Purpose.BUNDLE, VAULT, to_seat=SEAT))
    with pytest.raises(BrokenSealError, match="not for this device"):
        open_bundle_key(KEM, SEAT, VAULT, [message])


# Invitation and request, byte by byte: what they hold, what is no such file, and for whom a request opens.
JOINING_KEM = KemPrivate.from_seed(fixed("kem of who invites", 96))
FOR_A_NEW_MEMBER = Invitation(
    vault=VAULT,
    root=fixed("root"),
    roster=fixed("roster"),
    nonce=fixed("nonce", 16),
    roles=("intake", "supervisor"),
    by="Mira Halvorsen",
    seat=SEAT,
    kem=JOINING_KEM.public,
    days=30,
)
FOR_A_DEVICE = dataclasses.replace(
    FOR_A_NEW_MEMBER, roles=(), days=0, member=fixed("member", 16), name="Amina Raskolda"
)
REQUEST = Request(
    invitation=FOR_A_NEW_MEMBER.digest(),
    seat=OTHER_SEAT,
    member=fixed("member", 16),
    name="Amina Raskolda",
    kem=fixed("kem", 1216),
    identity=fixed("identity"),
    genesis=fixed("genesis", 249),
)
FILE = seal_request(FOR_A_NEW_MEMBER, REQUEST)
_HEAD, _PADDED = 34, 2048


def _map(thing: Invitation | Request) -> dict[str, Any]:
    found = msgspec.msgpack.decode(thing.encode())
    assert isinstance(found, dict)
    return found


def test_an_invitation_is_a_map_of_the_words_of_the_format_without_what_is_empty() -> None:
    said = {"by": "Mira Halvorsen", "format": 1, "kem": JOINING_KEM.public, "kind": "invitation"}
    said |= {
        "nonce": fixed("nonce", 16),
        "root": fixed("root"),
        "roster": fixed("roster"),
        "seat": SEAT,
        "vault": VAULT,
    }
    assert _map(FOR_A_NEW_MEMBER) == {**said, "days": 30, "roles": ["intake", "supervisor"]}
    assert _map(FOR_A_DEVICE) == {**said, "roles": [], "member": fixed("member", 16), "name": "Amina Raskolda"}


def test_a_request_is_a_map_of_the_words_of_the_format() -> None:
    fields = ("genesis", "identity", "invitation", "kem", "member", "name", "seat")
    assert _map(REQUEST) == {"format": 1, "kind": "request"} | {name: getattr(REQUEST, name) for name in fields}


@each({"a new member": FOR_A_NEW_MEMBER, "a device": FOR_A_DEVICE})
def test_an_invitation_is_read_as_it_was_written(invitation: Invitation) -> None:
    assert Invitation.decode(invitation.encode()) == invitation
    assert invitation.digest() == hashlib.sha256(invitation.encode()).digest()


def test_a_request_opens_as_it_was_written_for_the_seat_that_invited() -> None:
    assert open_request(JOINING_KEM, VAULT, SEAT, FILE) == REQUEST
    assert Request.decode(REQUEST.encode()) == REQUEST


def test_a_request_names_its_vault_and_the_seat_that_invited_and_has_always_one_size() -> None:
    longer = seal_request(FOR_A_NEW_MEMBER, dataclasses.replace(REQUEST, name="N" * 256))
    assert FILE[:_HEAD] == b"\1\1" + VAULT + SEAT
    assert len(FILE) == len(longer) == 2 + 16 + 16 + 1136 + 2048


def test_the_name_of_who_asks_stands_in_no_representation() -> None:
    assert "Raskolda" not in repr(REQUEST)


def test_a_nonce_is_16_bytes_and_new_each_time() -> None:
    assert len(make_nonce()) == 16
    assert make_nonce() != make_nonce()


# --- what cannot be said


@each(
    {
        "a vault of another length": ({"vault": VAULT[1:]}, "vault of an invitation has 15 bytes"),
        "a seat of another length": ({"seat": SEAT + b"s"}, "seat of an invitation has 17 bytes"),
        "a nonce of another length": ({"nonce": b""}, "nonce of an invitation has 0 bytes"),
        "a key of another length": ({"kem": JOINING_KEM.public[1:]}, "kem of an invitation has 1215 bytes"),
        "a root of another length": ({"root": VAULT}, "root of an invitation has 16 bytes"),
        "a roster of another length": ({"roster": VAULT}, "roster of an invitation has 16 bytes"),
        "a member without a name": ({"member": VAULT}, "for a new member with roles, or for a named one without"),
        "a name without a member": ({"name": "Joel"}, "for a new member with roles, or for a named one without"),
        "a member with roles": ({"member": VAULT, "name": "Joel"}, "for a new member with roles"),
        "nobody": ({"roles": ()}, "for a new member with roles"),
        "a member of another length": (
            {"member": b"m", "name": "J", "roles": ()},
            "member of an invitation has 1 byte",
        ),
        "days before the beginning": ({"days": -1}, "impossible roles or days"),
        "days without end": ({"days": 1 << 16}, "impossible roles or days"),
        "an empty role": ({"roles": ("", "intake")}, "impossible roles or days"),
        "a role twice": ({"roles": ("intake", "intake")}, "impossible roles or days"),
        "roles out of order": ({"roles": ("supervisor", "intake")}, "impossible roles or days"),
        "many roles out of order": ({"roles": tuple("hgfedcba")}, "impossible roles or days"),
        "nobody who invites": ({"by": ""}, "a name is empty or longer than 256 bytes"),
        "a name of spaces": ({"by": "  "}, "a name is empty or longer than 256 bytes"),
        "a name too long in bytes": ({"by": "é" * 129}, "a name is empty or longer than 256 bytes"),
        "the other name too long": ({"member": VAULT, "name": "n" * 257, "roles": ()}, "a name is empty or longer"),
        "a name that is no text": ({"by": "\ud800" * 257}, "a name is empty or longer"),
    }
)
def test_an_invitation_cannot_say(change: dict[str, Any], words: str) -> None:
    with pytest.raises(MalformedError, match=words):
        dataclasses.replace(FOR_A_NEW_MEMBER, **change)


def test_an_invitation_names_who_invites_whomever_it_is_for() -> None:
    with pytest.raises(MalformedError, match="a name is empty or longer than 256 bytes"):
        dataclasses.replace(FOR_A_DEVICE, by="")


def test_without_days_there_is_no_end() -> None:
    fields = ("vault", "root", "roster", "nonce", "roles", "by", "seat", "kem")
    assert Invitation(**{name: getattr(FOR_A_NEW_MEMBER, name) for name in fields}).days == 0


@each([{"days": 0}, {"days": 1}, {"days": (1 << 16) - 1}, {"by": "é" * 128}])
def test_the_last_that_can_be_said_is_said(change: dict[str, Any]) -> None:
    invitation = dataclasses.replace(FOR_A_NEW_MEMBER, **change)
    assert Invitation.decode(invitation.encode()) == invitation


def test_each_part_of_a_request_has_its_length_and_it_names_who_asks() -> None:
    for name in ("invitation", "seat", "member", "kem", "identity", "genesis"):
        with pytest.raises(MalformedError, match=f"{name} of a request has"):
            dataclasses.replace(REQUEST, **{name: getattr(REQUEST, name)[1:]})
    words, names = "a name is empty or longer than 256 bytes", ["", " ", "n" * 257]
    refused(MalformedError, words, lambda name: dataclasses.replace(REQUEST, name=name), names)


@each(["Amina\nRead these words: acid", "Amina\u2028", " Amina", "Amina\x1b[2J", "\u202eanimA"])
def test_a_name_is_one_printable_line_in_either_file(name: str) -> None:
    as_invited = {"member": VAULT, "name": name, "roles": (), "days": 0}
    for file, change in ((FOR_A_NEW_MEMBER, {"by": name}), (FOR_A_NEW_MEMBER, as_invited), (REQUEST, {"name": name})):
        with pytest.raises(MalformedError, match="a name is not one line of printable characters"):
            dataclasses.replace(file, **change)


def test_nobody_asks_as_the_recovery_sheets_or_as_nobody() -> None:
    others = [{part: reserved} for part in ("seat", "member") for reserved in sorted(RESERVED_IDS)]
    words = "names a seat or a member that cannot exist"
    refused(MalformedError, words, lambda change: dataclasses.replace(REQUEST, **change), others)


# --- what is no such file


@each(
    {
        "something that is no map": (lambda _: [], "this is no {kind}$"),
        "a part missing": (lambda map_: {k: v for k, v in map_.items() if k != "seat"}, "this is no {kind}$"),
        "a part too many": (lambda map_: {**map_, "extra": 1}, "this is no {kind}$"),
        "a part of another type": (lambda map_: {**map_, "seat": 7}, "this is no {kind}$"),
        "another kind": (lambda map_: {**map_, "kind": "other"}, "this is no {kind} of format 1"),
        "another format": (lambda map_: {**map_, "format": 2}, "this is no {kind} of format 1"),
        "another order": (lambda map_: dict(reversed(map_.items())), "not in its canonical form"),
    }
)
def test_another_map_is_neither_invitation_nor_request(change: Callable[[dict[str, Any]], object], words: str) -> None:
    for kind, decode, file in (
        ("invitation", Invitation.decode, FOR_A_NEW_MEMBER),
        ("request", Request.decode, REQUEST),
    ):
        with pytest.raises(MalformedError, match=words.format(kind=kind)):
            decode(msgspec.msgpack.encode(change(_map(file))))


def test_other_bytes_are_no_invitation() -> None:
    untrusted = [b"", b"\x91" * 3000, b"\x81\xa4kind\xa1\xff"]
    refused(MalformedError, r"^this is no invitation$", Invitation.decode, untrusted)


def test_what_is_empty_may_not_be_written_out() -> None:
    with pytest.raises(MalformedError, match="canonical"):
        Invitation.decode(msgspec.msgpack.encode(dict(sorted({**_map(FOR_A_NEW_MEMBER), "member": b""}.items()))))


def test_an_invitation_has_4096_bytes_at_most_and_a_request_2048() -> None:
    size = len(FOR_A_NEW_MEMBER.encode())
    longest = dataclasses.replace(FOR_A_NEW_MEMBER, roles=("intake", "supervisor" + "x" * (4096 - size - 2)))
    assert len(longest.encode()) == 4096
    assert Invitation.decode(longest.encode()) == longest
    with pytest.raises(MalformedError, match="the invitation is longer than 4096 bytes"):
        Invitation.decode(longest.encode() + b"\0")
    with pytest.raises(MalformedError, match="the request is longer than 2048 bytes"):
        Request.decode(bytes(2049))
    with pytest.raises(MalformedError, match="this is no request"):
        Request.decode(bytes(2048))


# --- for whom a request opens


@each(
    {
        "cut": (FILE[:-1], MalformedError, "request file has"),
        "longer": (FILE + b"\0", MalformedError, "request file has"),
        "another format": (b"\2" + FILE[1:], MalformedError, "the request has format 2, suite 1"),
        "another suite": (b"\1\2" + FILE[2:], MalformedError, "the request has format 1, suite 2"),
        "another vault": (flipped(FILE, 16), BrokenSealError, "sealed to another seat"),
        "another seat": (flipped(FILE, 33 * 8), BrokenSealError, "sealed to another seat"),
        "its first sealed bit": (flipped(FILE, _HEAD * 8), BrokenSealError, "request does not open"),
        "its last bit": (flipped(FILE, len(FILE) * 8 - 1), BrokenSealError, "request does not open"),
    }
)
def test_a_changed_request_does_not_open(untrusted: bytes, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        open_request(JOINING_KEM, VAULT, SEAT, untrusted)


def test_a_request_under_another_seats_name_does_not_open() -> None:
    with pytest.raises(BrokenSealError, match="request does not open"):
        open_request(JOINING_KEM, VAULT, OTHER_SEAT, FILE[:18] + OTHER_SEAT + FILE[_HEAD:])


def test_a_request_with_another_tail_is_refused() -> None:
    others = {
        "no mark": REQUEST.encode(),
        "another mark": REQUEST.encode() + b"\x81",
        "something behind the mark": REQUEST.encode() + b"\x80!",
        "only zeros": b"",
    }
    context = GrantContext(Purpose.REQUEST, VAULT, to_seat=SEAT)
    sealed = {
        name: seal_to(JOINING_KEM.public, padded.ljust(_PADDED, b"\0"), context) for name, padded in others.items()
    }
    words = "does not end as its format says"
    refused(MalformedError, words, lambda end: open_request(JOINING_KEM, VAULT, SEAT, FILE[:_HEAD] + end), sealed)


# --- the words


def test_the_words_bind_root_request_and_roster() -> None:
    root, roster = fixed("root"), fixed("roster")
    words = joining_words(root, REQUEST, roster)
    assert words == words_of(hashlib.sha256(b"casevault/words" + root + REQUEST.digest() + roster).digest())
    assert len(words) == 13
    renamed = dataclasses.replace(REQUEST, name="Amina Raskold")
    others = [(fixed("other"), REQUEST, roster), (root, renamed, roster), (root, REQUEST, fixed("other"))]
    assert words not in [joining_words(*other) for other in others]
    refused(MalformedError, "has 0 bytes", joining_words, [(b"", REQUEST, roster), (root, REQUEST, b"")])
