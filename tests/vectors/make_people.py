"""Write tests/vectors/people.json: `python -m tests.vectors.make_people`. A change of its bytes is a new format.

What people pass to each other: question and approval, bundle; and what they keep: sheets, keyfile, rows of a seat.
HPKE messages cannot be made twice: those already in the file are kept.
"""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from tests.log.writer import Writer
from tests.seal.places import fixed
from tests.sync import exchange, hostile
from vault.access.membership.joining import _WaitingMap
from vault.ids import CompartmentKind, SeatId
from vault.log.act_bytes import lift
from vault.log.approval import APPROVAL_PURPOSE, Approval, approval_id
from vault.log.epoch_notice import EpochNotice
from vault.seal.entrance.device_secret import make_keyfile
from vault.seal.named import attempts_file_name, dates_file_name
from vault.seal.recipients import KemPrivate, seal_letter
from vault.seal.recovery import row_check
from vault.seal.signing import public_key, sign
from vault.services.approvals.by_file import _Letter
from vault.services.approvals.question import ApprovalQuestion
from vault.sync.bundle_file import Manifest, Position
from vault.sync.bundle_pages import PageKind, SentEpoch, SentGrant, SentOperation, SentRow, SentVersion, SentVersionKey
from vault.sync.peers import Offer, Peer, encode_peers
from vault.trust.trust_items import Head
from vault.validity.deciding_lines import Line, Lines

PATH = Path(__file__).with_name("people.json")

Vectors = dict[str, Any]

VAULT, SEAT, OTHER = fixed("vault", 16), fixed("seat", 16), fixed("other seat", 16)
COMPARTMENT = fixed("compartment", 16)
KEM_SEED, OTHER_SEED = fixed("kem", 96), fixed("other kem", 96)
IDENTITY = fixed("identity")
WRITER = Writer("people")
WRITER.append()
WRITER.seal()


def make(stored: Vectors) -> Vectors:
    """Return all vectors; `stored` is what the file holds now, or an empty map."""
    return {
        "about": "vault/seal/FORMAT.md, by make_people.py; `independent` opens it. Bytes in hex.",
        "approval": _approval().encode().hex(),
        "letter": _letter(stored.get("letter", {})),
        "bundle": _bundle(stored.get("bundle", {})),
        "sheet": _sheet(),
        "keyfile": {
            "bytes": make_keyfile(lambda size: fixed("device secret", size)).hex(),
            "secret": fixed("device secret").hex(),
        },
        "rows": _rows(),
        "names": {
            "vault": VAULT.hex(),
            "folder": fixed("folder", 16).hex(),
            "dates": dates_file_name(VAULT),
            "attempts": attempts_file_name(VAULT, fixed("folder", 16)),
        },
    }


WANTED = ApprovalQuestion(
    act="export.begin",
    of={
        "files": [["data.json", sha256(b"{}").digest()], ["report.pdf", sha256(b"%PDF").digest()]],
        "profile": "lawyer",
        "purpose": "legal referral (lawyer)",
        "recipient": "academic acid",
    },
    contents={"data.json": b"{}", "report.pdf": b"%PDF"},
    about=("for Advocate Orlova",),
    reasons=("agreed",),
    expires_ms=1_764_115_200_000,
    subject=fixed("audit pseudonym", 16),
)


def _approval() -> Approval:
    given = Approval(
        vault=VAULT,
        act=WANTED.act,
        digest=WANTED.digest,
        requester=OTHER,
        approver=SEAT,
        role="supervisor",
        why="agreed",
        expires_ms=WANTED.expires_ms,
        nonce=fixed("nonce", 16),
    )
    return given.signed(sign(IDENTITY, APPROVAL_PURPOSE, given.unsigned()))


def _letter(stored: Vectors) -> Vectors:
    content = msgspec.msgpack.encode(_Letter("question", OTHER, msgspec.msgpack.encode(WANTED)))
    seats = [(SEAT, KemPrivate.from_seed(KEM_SEED).public), (OTHER, KemPrivate.from_seed(OTHER_SEED).public)]
    return {
        "vault": VAULT.hex(),
        "seeds": [KEM_SEED.hex(), OTHER_SEED.hex()],
        "seats": [SEAT.hex(), OTHER.hex()],
        "file": stored.get("file") or seal_letter(content, VAULT, seats).hex(),
        "content": content.hex(),
        "identity": public_key(IDENTITY).hex(),
        "approval_id": approval_id(_approval().encode()).hex(),
    }


def _bundle(stored: Vectors) -> Vectors:
    row, seal = WRITER.rows[0], WRITER.seals[0]
    notice = EpochNotice(1, VAULT, COMPARTMENT, CompartmentKind.CASE, WRITER.origin, fixed("epoch", 16))
    groups: list[tuple[PageKind, bytes, list[SentRow]]] = [
        (PageKind.GENESIS, bytes(32), [WRITER.genesis]),
        (PageKind.CHECKPOINT, WRITER.origin, [seal.note]),
        (PageKind.OPERATION, WRITER.origin, [SentOperation(0, row.header, row.list, row.sealed)]),
        (PageKind.EPOCH, WRITER.origin, [SentEpoch(0, 0, notice.encode())]),
        (PageKind.GRANT, WRITER.origin, [SentGrant(0, 1, COMPARTMENT, notice.epoch, SEAT, fixed("grant", 1_168))]),
        (PageKind.VERSION, WRITER.origin, [SentVersion(0, 2, COMPARTMENT, fixed("record", 16), fixed("blob", 330))]),
        (PageKind.VERSION_KEY, WRITER.origin, [SentVersionKey(0, 2, notice.epoch, fixed("wrap", 40))]),
    ]

    def knows(manifest: Manifest) -> Manifest:
        position = Position(WRITER.origin, 1)
        return replace(
            manifest,
            made_ms=1_764_000_000_000,
            position=position,
            have={WRITER.origin: 1, fixed("another log"): 5},
            took={SEAT: position},
        )

    file = stored.get("file")
    if file is None:
        with tempfile.TemporaryDirectory() as folder:
            path = hostile.write(Path(folder) / "bundle", VAULT, hostile.encoded(groups), manifest=knows)
            file = path.read_bytes().hex()
    return {
        "vault": VAULT.hex(),
        "seat": exchange.RECEIVER.hex(),
        "seed": fixed("kem of the receiver", 96).hex(),
        "member": exchange.MEMBER.hex(),
        "file": file,
        "have": {WRITER.origin.hex(): 1, fixed("another log").hex(): 5},
        "took": [SEAT.hex(), WRITER.origin.hex(), 1],
        "rows": [_plain(one) for _, _, rows in groups for one in rows],
    }


def _plain(row: object) -> list[object]:
    parts = row if isinstance(row, tuple) else (row,)
    return [part.hex() if isinstance(part, bytes) else part for part in parts]


def _sheet() -> Vectors:
    words = [f"invented{number}" for number in range(33)]
    rows = [words[at : at + 3] for at in range(0, 33, 3)]
    return {"rows": [[*row, row_check(number, row)] for number, row in enumerate(rows, 1)]}


def _rows() -> Vectors:
    """Return what rows of a seat hold before they are sealed."""
    position = Position(WRITER.origin, 1)
    offer = Offer(position, {WRITER.origin: 1}, frozenset({COMPARTMENT}), {fixed("epoch", 16): 3})
    peer = Peer(at=position, have={WRITER.origin: 1}, sent=(offer,), took=None)
    waiting = _WaitingMap(WRITER.genesis, fixed("session 1"), fixed("session 2"), True)
    line = Line(WRITER.origin, 0, fixed("entry"), ((20, lift(fixed("taking")).content),))
    lines = Lines((line,), {WRITER.origin: 1}, {Head(SeatId(SEAT), 3, fixed("root")): WRITER.origin})
    return {
        "peers": encode_peers({SEAT: peer}).hex(),
        "joining": msgspec.msgpack.encode(waiting).hex(),
        "lines": lines.encode().hex(),
    }


def stored_vectors() -> Vectors:
    """Return what the file holds now."""
    vectors: Vectors = json.loads(PATH.read_text(encoding="ascii")) if PATH.exists() else {}
    return vectors


if __name__ == "__main__":
    PATH.write_text(json.dumps(make(stored_vectors()), indent=1) + "\n", encoding="ascii")
