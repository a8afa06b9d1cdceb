"""Checkpoints: C2SP signed notes over size and root of a log, and their check against a history (FORMAT.md 5)."""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple

from vault.errors import MalformedError
from vault.log.genesis import VerifySignature
from vault.log.log_history import History
from vault.store.rowtypes import CheckpointRow
from vault.words.finding import Code, Finding
from vault.words.message import Message

# Checkpoints: C2SP signed notes over size and root of a log (FORMAT.md 5; c2sp.org/tlog-checkpoint).
# Origin line and key name are `casevault/` and the log's name in hex; which of the session keys signed, the key id
# and the count of `k` headers say. The parser takes one spelling only: what it returns encodes to the same bytes.

ED25519_NOTE = 0x01
NOTE_LIMIT = 128 * 1024
SIGNATURE_LIMIT = 16
_NAME_PREFIX = "casevault/"
_SIGNATURE_MARK = "— "


class NoteSignature(NamedTuple):
    """One signature line. `key_id` tells keys apart; it proves nothing."""

    name: str
    key_id: bytes
    signature: bytes


class Checkpoint(NamedTuple):
    """What a note says about a log. Nothing of it is valid before `signed_by`."""

    origin: bytes
    size: int
    root: bytes
    signatures: tuple[NoteSignature, ...]

    def signed_by(self, public_key: bytes, verify_signature: VerifySignature) -> bool:
        """Tell whether this key signed the note.

        A second line of the same key that does not hold makes the whole note refused; lines of other keys say nothing.
        """
        name = key_name(self.origin)
        known = (name, key_id(name, public_key))
        ours = [line.signature for line in self.signatures if (line.name, line.key_id) == known]
        body = note_body(self.origin, self.size, self.root)
        return bool(ours) and all(verify_signature(public_key, signature, body) for signature in ours)


def key_name(origin: bytes) -> str:
    """Return the origin line of a log, which is the name of its keys too."""
    return _NAME_PREFIX + origin.hex()


def key_id(name: str, public_key: bytes) -> bytes:
    """Return the four bytes that C2SP puts before an Ed25519 signature."""
    return sha256(name.encode() + b"\n" + bytes([ED25519_NOTE]) + public_key).digest()[:4]


def verifier_key(origin: bytes, public_key: bytes) -> str:
    """Return the key that checks notes of a session as other tools read it: name, key id, key (C2SP signed-note)."""
    name = key_name(origin)
    return f"{name}+{key_id(name, public_key).hex()}+{b64encode(bytes([ED25519_NOTE]) + public_key).decode()}"


def note_body(origin: bytes, size: int, root: bytes) -> bytes:
    """Return the three lines that a checkpoint's signature covers, as they are, without a purpose prefix."""
    return f"{key_name(origin)}\n{size}\n{b64encode(root).decode()}\n".encode()


def encode_note(body: bytes, name: str, public_key: bytes, signature: bytes) -> bytes:
    """Return the note with one signature line."""
    line = b64encode(key_id(name, public_key) + signature).decode()
    return body + f"\n{_SIGNATURE_MARK}{name} {line}\n".encode()


def split_note(untrusted: bytes) -> tuple[str, tuple[NoteSignature, ...]]:
    """Return text and signature lines of any C2SP signed note.

    Raises:
        MalformedError: not a signed note in its one spelling, more than 128 KiB, or more than 16 signatures.
    """
    if len(untrusted) > NOTE_LIMIT:
        raise MalformedError(
            Message("a note has {count} bytes, more than {note_limit}", count=len(untrusted), note_limit=NOTE_LIMIT)
        )
    try:
        note = untrusted.decode()
    except UnicodeDecodeError:
        raise MalformedError(Message("a note is not UTF-8")) from None
    if any(char < " " and char != "\n" for char in note):
        raise MalformedError(Message("a note holds a control character"))
    text, _, block = note.rpartition("\n\n")
    if not text or not block.endswith("\n"):
        raise MalformedError(Message("a note has no text, no blank line or no signature"))
    lines = block[:-1].split("\n")
    if len(lines) > SIGNATURE_LIMIT:
        raise MalformedError(
            Message(
                "a note has {count} signatures, more than {signature_limit}",
                count=len(lines),
                signature_limit=SIGNATURE_LIMIT,
            )
        )
    return text + "\n", tuple(_signature_line(line) for line in lines)


def parse_note(untrusted: bytes) -> Checkpoint:
    """Return the checkpoint in a note of one of our logs, with no signature checked yet.

    Raises:
        MalformedError: no signed note, another kind of name, extension lines, or a number or hash in another spelling.
    """
    text, signatures = split_note(untrusted)
    lines = text[:-1].split("\n")
    if len(lines) != 3:
        raise MalformedError(Message("a checkpoint has {count} lines, not 3", count=len(lines)))
    name, size, root64 = lines
    try:
        origin = bytes.fromhex(name.removeprefix(_NAME_PREFIX))
        checkpoint = Checkpoint(origin, int(size), _decode_base64(root64), signatures)
    except ValueError:
        raise MalformedError(Message("a checkpoint is not of the form of FORMAT.md 5")) from None
    if (
        len(origin) != 32
        or len(checkpoint.root) != 32
        or not 0 <= checkpoint.size < 1 << 64
        or note_body(origin, checkpoint.size, checkpoint.root) != text.encode()
    ):
        raise MalformedError(Message("a checkpoint is not in its canonical form"))
    return checkpoint


def _signature_line(line: str) -> NoteSignature:
    name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
    named = name and not any(char.isspace() or char == "+" for char in name)
    if not line.startswith(_SIGNATURE_MARK) or not named:
        raise MalformedError(Message("a note has a line that is no signature"))
    try:
        decoded = _decode_base64(encoded)
    except ValueError:
        raise MalformedError(Message("a note has a signature that is not base64")) from None
    if len(decoded) <= 4:
        raise MalformedError(Message("a note has a signature that is too short"))
    return NoteSignature(name, decoded[:4], decoded[4:])


def _decode_base64(untrusted: str) -> bytes:
    """Decode standard base64 in its one spelling: no other letters, no spare bits."""
    try:
        decoded = b64decode(untrusted)
    except binascii.Error as error:
        raise ValueError(str(error)) from None
    if b64encode(decoded).decode() != untrusted:
        raise ValueError("not canonical")
    return decoded


# The check of the checkpoints of one log against one history of it.
@dataclass(slots=True)
class SealVerdict:
    """What the checkpoints of one size say about one history.

    Some are valid checkpoints of this very tree, others validly signed ones of another tree; `problems` are no valid
    ones at all.
    """

    history: History
    root: bytes
    agreeing: int = 0
    contradicting: list[Checkpoint] = field(default_factory=list)
    problems: list[Finding] = field(default_factory=list)


def judge_seals(
    rows: Sequence[CheckpointRow], history: History, origin: bytes, verify_signature: VerifySignature
) -> SealVerdict:
    """Return what checkpoint rows say about a history that has just reached their size."""
    size = history.frontier.size
    verdict = SealVerdict(history, history.frontier.root())
    for row in rows:
        checkpoint = read_checkpoint(row, origin)
        if isinstance(checkpoint, Finding):
            verdict.problems.append(checkpoint)
        elif checkpoint.size != size:
            message = Message("a checkpoint of size {size} stands out of order", size=checkpoint.size)
            verdict.problems.append(Finding(Code.CHECKPOINT, message, origin, checkpoint.size))
        elif history.signing_key is None or not checkpoint.signed_by(history.signing_key, verify_signature):
            verdict.problems.append(_wrong_signer(checkpoint, history, origin, verify_signature))
        elif checkpoint.root == verdict.root:
            verdict.agreeing += 1
        else:
            verdict.contradicting.append(checkpoint)
    return verdict


def read_checkpoint(row: CheckpointRow, origin: bytes) -> Checkpoint | Finding:
    """Return what the note of a row says, unsigned as yet, or why it is none of this log."""
    try:
        checkpoint = parse_note(row.note)
    except MalformedError as fault:
        message = Message("at size {size}: {fault}", size=row.size, fault=fault.message)
        return Finding(Code.CHECKPOINT, message, origin, row.size)
    if checkpoint.origin != origin:
        message = Message("a checkpoint at size {size} is of log {log}", size=row.size, log=checkpoint.origin.hex())
    elif (checkpoint.size, checkpoint.root) != (row.size, row.root):
        message = Message(
            "a checkpoint row claims size {size} beside a note of size {noted}, or another root",
            size=row.size,
            noted=checkpoint.size,
        )
    else:
        return checkpoint
    return Finding(Code.CHECKPOINT, message, origin, row.size)


def _wrong_signer(
    checkpoint: Checkpoint, history: History, origin: bytes, verify_signature: VerifySignature
) -> Finding:
    size = checkpoint.size
    for number, key in enumerate(history.keys, start=1):
        if checkpoint.signed_by(key, verify_signature):
            message = Message(
                "the checkpoint of size {size} belongs to session {session}, and session {number} signed it",
                size=size,
                session=history.session,
                number=number,
            )
            return Finding(Code.WRONG_SESSION, message, origin, size)
    message = Message("the checkpoint of size {size} is signed by no key that the log names up to there", size=size)
    return Finding(Code.SIGNATURE, message, origin, size)
