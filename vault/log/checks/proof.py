"""Proofs for a reader who has neither vault nor program: C2SP `tlog-proof` text, and disclosed payloads.

The proof says that one header stands at one place of a signed log. With salt and payload it says what was done there,
and of all other entries nothing.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import NamedTuple

from vault.errors import MalformedError, VerificationError
from vault.log.checkpoint import parse_note
from vault.log.header import Header
from vault.log.payload import commitment
from vault.log.signatures import VerifySignature
from vault.log.tree import leaf_hash
from vault.log.tree_proofs import verify_inclusion
from vault.words.message import Message

PROOF_LIMIT = 256 * 1024
_FIRST_LINE = "c2sp.org/tlog-proof@v1"


class Proof(NamedTuple):
    """An inclusion proof beside the checkpoint that it leads to.

    Attributes:
        seq: the place of the entry; what the tree confirms.
        path: hashes from the leaf's sibling up to the root's child.
        note: the signed checkpoint.
    """

    seq: int
    path: tuple[bytes, ...]
    note: bytes


def encode_proof(proof: Proof) -> bytes:
    """Return the text of a `.tlog-proof` file."""
    lines = [_FIRST_LINE, f"index {proof.seq}", *(b64encode(digest).decode() for digest in proof.path), "", ""]
    return "\n".join(lines).encode() + proof.note


def decode_proof(untrusted: bytes) -> Proof:
    """Return the parts of a proof, with nothing verified yet.

    Raises:
        MalformedError: not the text that `encode_proof` writes.
    """
    if len(untrusted) > PROOF_LIMIT:
        raise MalformedError(
            Message("a proof has {count} bytes, more than {proof_limit}", count=len(untrusted), proof_limit=PROOF_LIMIT)
        )
    head, _, note = untrusted.partition(b"\n\n")
    try:
        _, index, *path = head.decode().split("\n")
        proof = Proof(int(index.removeprefix("index ")), tuple(map(b64decode, path)), note)
    except ValueError:
        raise MalformedError(Message("a proof is not of the form of c2sp.org/tlog-proof")) from None
    if encode_proof(proof) != untrusted:
        raise MalformedError(Message("a proof is not in its canonical form"))
    return proof


def verify_proof(proof: Proof, header: bytes, session_key: bytes, verify_signature: VerifySignature) -> Header:
    """Return the header that a proof places in a signed log.

    Args:
        proof: as decoded.
        header: the entry's header as stored.
        session_key: the key that signs at the checkpoint's size; the reader has it by another road than the proof.
        verify_signature: see `vault.log.signatures`.

    Raises:
        MalformedError: note or header are not of their form.
        VerificationError: not signed by this key, not in its tree, or a header of another place or log.
    """
    checkpoint = parse_note(proof.note)
    if not checkpoint.signed_by(session_key, verify_signature):
        raise VerificationError(Message("the checkpoint of the proof is not signed by the key given"))
    verify_inclusion(leaf_hash(header), proof.seq, checkpoint.size, proof.path, checkpoint.root)
    parsed = Header.decode(header)
    if parsed.position != proof.seq or parsed.origin != checkpoint.origin:
        raise VerificationError(Message("the header at {seq} says that it belongs elsewhere", seq=proof.seq))
    return parsed


def verify_disclosure(header: Header, salt: bytes, payload: bytes) -> None:
    """Check that a disclosed payload is the one that a proven header commits to.

    Raises:
        VerificationError: it is another.
    """
    if commitment(salt, payload) != header.commitment:
        raise VerificationError(
            Message("the payload is not the one that entry {position} commits to", position=header.position)
        )
