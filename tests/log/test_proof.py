from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.writer import Writer, verify_signature
from tests.tables import each
from vault.errors import MalformedError, VerificationError
from vault.log.checks.proof import Proof, decode_proof, encode_proof, verify_disclosure, verify_proof
from vault.log.header import Header
from vault.log.operation import compose
from vault.log.payload import Payload, commitment
from vault.log.tree import leaf_hash, subtree_of_leaves
from vault.log.tree_proofs import inclusion_proof

WRITER = Writer().write(6)
HEADERS = [row.header for row in WRITER.rows]
KEY = WRITER.session_key(2).public


def proof_of(seq: int) -> Proof:
    leaves = subtree_of_leaves([leaf_hash(header) for header in HEADERS])
    return Proof(seq, tuple(inclusion_proof(seq, 6, leaves)), WRITER.seals[-1].note)


TEXT = encode_proof(proof_of(3))


def test_a_header_is_placed_in_the_signed_log() -> None:
    for seq, header in enumerate(HEADERS):
        proof = decode_proof(encode_proof(proof_of(seq)))
        assert verify_proof(proof, header, KEY, verify_signature) == Header.decode(header)


def test_the_text_is_that_of_c2sp() -> None:
    lines = TEXT.decode().split("\n")
    assert lines[:2] == ["c2sp.org/tlog-proof@v1", "index 3"]
    assert lines[5] == ""
    assert "\n".join(lines[6:]).encode() == WRITER.seals[-1].note


def test_a_log_of_one_needs_no_path() -> None:
    writer = Writer().write(1)
    proof = decode_proof(encode_proof(Proof(0, (), writer.seals[0].note)))
    verify_proof(proof, writer.rows[0].header, writer.session_key(1).public, verify_signature)


@each(
    {
        "another header": (proof_of(3), HEADERS[2], KEY, "not in the signed tree"),
        "another place": (proof_of(3)._replace(seq=2), HEADERS[3], KEY, "not in the signed tree"),
        "no path": (proof_of(3)._replace(path=()), HEADERS[3], KEY, "too short"),
        "another key": (proof_of(3), HEADERS[3], WRITER.session_key(1).public, "not signed by the key"),
        "other size": (proof_of(3)._replace(note=WRITER.seals[4].note), HEADERS[3], KEY, "not in the signed tree"),
    }
)
def test_a_proof_is_refused(proof: Proof, header: bytes, key: bytes, reason: str) -> None:
    with pytest.raises(VerificationError, match=reason):
        verify_proof(proof, header, key, verify_signature)


def test_a_header_that_says_it_belongs_elsewhere_proves_nothing() -> None:
    writer = Writer()
    writer.rows.append(WRITER.rows[3])
    writer.frontier.append(leaf_hash(HEADERS[3]))
    note = writer.seal_of(1, leaf_hash(HEADERS[3]), 1).note
    with pytest.raises(VerificationError, match="belongs elsewhere"):
        verify_proof(Proof(0, (), note), HEADERS[3], writer.session_key(1).public, verify_signature)


def test_a_header_of_another_log_proves_nothing_at_its_own_place() -> None:
    writer, other = Writer(), Writer("other").write(1)
    header = other.rows[0].header
    note = writer.seal_of(1, leaf_hash(header), 1).note
    with pytest.raises(VerificationError, match="the header at 0 says that it belongs elsewhere"):
        verify_proof(Proof(0, (), note), header, writer.session_key(1).public, verify_signature)


@each(
    {
        "empty": b"",
        "version": TEXT.replace(b"@v1", b"@v2"),
        "leading zero": TEXT.replace(b"index 3", b"index 03"),
        "no word": TEXT.replace(b"index 3", b"3"),
        "no index": TEXT.replace(b"index 3\n", b""),
        "CRLF": TEXT.replace(b"\n", b"\r\n"),
        "extra data": TEXT.replace(b"\nindex 3", b"\nextra AAAA\nindex 3"),
        "not UTF-8": b"\xff" + TEXT,
        "a space in a hash": TEXT.replace(TEXT.split(b"\n")[2][:4], TEXT.split(b"\n")[2][:2] + b" ", 1),
        "spare bits in a hash": TEXT.replace(TEXT.split(b"\n")[2][-2:], b"B=", 1),
        "unpadded hash": TEXT.replace(b"=\n", b"\n", 1),
    }
)
def test_other_texts_are_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="a proof is not"):
        decode_proof(untrusted)


def test_a_proof_has_256_kib_at_most() -> None:
    last = proof_of(3)._replace(note=b"n" * (262_144 - len(TEXT) + len(proof_of(3).note)))
    assert decode_proof(encode_proof(last)) == last
    with pytest.raises(MalformedError, match="a proof has 262145 bytes, more than 262144"):
        decode_proof(encode_proof(last) + b"n")


@given(st.integers(0, len(TEXT) - 1), st.integers(1, 255))
def test_no_changed_byte_passes(place: int, flip: int) -> None:
    altered = bytearray(TEXT)
    altered[place] ^= flip
    with pytest.raises(VerificationError):
        verify_proof(decode_proof(bytes(altered)), HEADERS[3], KEY, verify_signature)


def test_a_disclosed_payload_is_bound_to_its_place() -> None:
    salt, payload = b"s" * 32, Payload(act="case.view", t=1).encode()
    headers = [
        Header.decode(
            compose(
                origin=WRITER.origin,
                seq=seq,
                roster=bytes(32),
                commitment=commitment(given_salt, payload),
                items=[],
                sealed=b"",
            ).header
        )
        for seq, given_salt in enumerate([salt, sha256(b"other").digest()])
    ]
    verify_disclosure(headers[0], salt, payload)
    for header, shown in ((headers[1], payload), (headers[0], payload + b"\0")):
        with pytest.raises(VerificationError, match="not the one that entry"):
            verify_disclosure(header, salt, shown)
