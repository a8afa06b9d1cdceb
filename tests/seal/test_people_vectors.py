"""Fixed bytes of what people pass to each other: the program and a reader written from FORMAT.md alone open them."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag

from tests.tables import each
from tests.vectors import make_people
from tests.vectors.independent import basis as decoder
from tests.vectors.independent import people_vectors as people_decoder
from vault.access.membership.roster_proposals import _Wire
from vault.export.release import file_digests
from vault.log.approval import Approval
from vault.log.roster import Roster
from vault.log.tree import leaf_hash
from vault.seal.entrance.device_secret import read_keyfile
from vault.seal.envelope import LocalContext, open_sealed
from vault.seal.invitation import Invitation, Request, joining_words, open_request
from vault.seal.keyring import derive_proposal_key
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, open_letter
from vault.services.approvals.question import decode_question
from vault.sync.bundle_file import open_bundle
from vault.sync.peers import decode_peers, encode_peers

pytestmark = pytest.mark.vectors

VECTORS = make_people.stored_vectors()
VAULT, SEAT = make_people.VAULT, make_people.SEAT


def raw(section: str, name: str) -> bytes:
    return bytes.fromhex(VECTORS[section][name])


def test_the_program_still_gives_the_bytes_of_the_vectors() -> None:
    assert make_people.make(VECTORS) == VECTORS
    assert json.dumps(VECTORS, indent=1) + "\n" == make_people.PATH.read_text(encoding="ascii")


def test_the_program_opens_what_a_new_seat_and_its_inviter_pass_to_each_other() -> None:
    invitation = Invitation.decode(raw("joining", "invitation"))
    assert (invitation.roles, invitation.days, invitation.by) == (("caseworker", "intake"), 30, "Mira Halvorsen")
    assert Invitation.decode(raw("joining", "further")).name == "Amina Raskolda"
    request = open_request(KemPrivate.from_seed(raw("joining", "seed")), VAULT, SEAT, raw("joining", "request"))
    assert request == Request.decode(raw("joining", "content"))
    assert list(joining_words(invitation.root, request, invitation.roster)) == VECTORS["joining"]["words"]


def test_the_program_opens_a_proposal() -> None:
    file = raw("proposal", "file")
    key = derive_proposal_key(raw("proposal", "epoch_key"))
    context = LocalContext(Purpose.PROPOSAL, VAULT, bytes(16), int.from_bytes(file[16:24], "big"))
    wire = msgspec.msgpack.decode(open_sealed(key, file[24:], context), type=_Wire)
    assert Roster(tuple(wire.entries), tuple(wire.sigs)) == make_people.roster()
    assert make_people.roster().root == raw("proposal", "root")


def test_the_program_opens_a_question_as_either_seat_and_its_answer() -> None:
    for seed, seat in zip(VECTORS["letter"]["seeds"], VECTORS["letter"]["seats"], strict=True):
        private = KemPrivate.from_seed(bytes.fromhex(seed))
        assert open_letter(private, bytes.fromhex(seat), VAULT, raw("letter", "file")) == raw("letter", "content")
    wanted = decode_question(msgspec.msgpack.decode(raw("letter", "content"))["content"])
    assert dict(wanted.of["files"]) == file_digests(wanted.contents)
    assert Approval.decode(bytes.fromhex(VECTORS["approval"])).digest == wanted.digest


def test_the_program_opens_a_bundle_of_each_kind_of_row(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(raw("bundle", "file"))
    bundle = open_bundle(path, KemPrivate.from_seed(raw("bundle", "seed")), raw("bundle", "seat"), VAULT)
    shown = [make_people._plain(row) for page in bundle.pages() for row in page.rows]
    assert shown == VECTORS["bundle"]["rows"]
    assert {origin.hex(): size for origin, size in bundle.manifest.have.items()} == VECTORS["bundle"]["have"]


def test_the_program_reads_what_is_kept() -> None:
    assert read_keyfile(raw("keyfile", "bytes")).secret == raw("keyfile", "secret")
    assert encode_peers(decode_peers(raw("rows", "peers"))) == raw("rows", "peers")
    assert leaf_hash(b"") == decoder.sha256(b"\0")


def test_an_independent_decoder_opens_every_vector() -> None:
    people_decoder.check(VECTORS)


def places(vectors: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where hex of 16 bytes or more stands."""
    if isinstance(vectors, dict):
        return [found for name, value in vectors.items() for found in places(value, (*path, name))]
    if isinstance(vectors, list):
        return [found for at, value in enumerate(vectors) for found in places(value, (*path, at))]
    is_hex = isinstance(vectors, str) and len(vectors) >= 32 and all(digit in "0123456789abcdef" for digit in vectors)
    return [path] if is_hex else []


# Of a secret not every bit is used; an invitation nobody answered and rows before they are sealed have nothing behind.
UNCHECKED = {("joining", "seed"), ("joining", "further"), ("bundle", "seed")}
CHECKED = [path for path in places(VECTORS) if path[:2] not in UNCHECKED and path[0] != "rows" and "seeds" not in path]


@each({f"{'/'.join(map(str, path))} at {where}": (path, where) for path in CHECKED for where in (0, 0.5, 1)})
def test_the_decoder_refuses_a_vector_with_one_bit_changed(path: tuple[Any, ...], where: float) -> None:
    vectors = copy.deepcopy(VECTORS)
    *above, last = path
    home = vectors
    for step in above:
        home = home[step]
    value = bytearray.fromhex(home[last])
    value[int((len(value) - 1) * where)] ^= 1
    home[last] = value.hex()
    with pytest.raises((decoder.Refused, InvalidTag, InvalidSignature, msgspec.MsgspecError, StopIteration, KeyError)):
        people_decoder.check(vectors)
