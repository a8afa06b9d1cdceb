"""Write tests/vectors/people.json: `python -m tests.vectors.make_people`. A change of its bytes is a new format.

What people pass to each other: invitation, request, roster and proposal, question and approval, bundle; and what they
keep: sheets, keyfile, rows of a seat. HPKE messages cannot be made twice: those already in the file are kept.
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
from vault.access.membership.inviting import _Kept
from vault.access.membership.pending_seat import _WaitingMap
from vault.access.membership.roster_proposals import StoredMember, _Wire
from vault.ids import CompartmentKind
from vault.log.approval import APPROVAL_PURPOSE, Approval, approval_id
from vault.log.epoch_notice import EpochNotice, RevokedLog
from vault.log.roster import ROSTER_PURPOSE, Roster, make_roster
from vault.log.roster_entries import Certificate, Ending, MemberEntry, RosterHead
from vault.seal.entrance.device_secret import make_keyfile
from vault.seal.envelope import LocalContext, _seal_with_random
from vault.seal.invitation import Invitation, Request, joining_words, seal_request
from vault.seal.keyring import derive_proposal_key, epoch_id
from vault.seal.named import attempts_file_name, dates_file_name, former_file_name
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate, seal_letter
from vault.seal.recovery import row_check
from vault.seal.signing import public_key, sign
from vault.services.approvals.by_file import _Letter
from vault.services.approvals.question import ApprovalQuestion
from vault.sync.bundle_file import Manifest, Position
from vault.sync.bundle_pages import PageKind, SentEpoch, SentGrant, SentOperation, SentRow, SentVersion, SentVersionKey
from vault.sync.peers import Offer, Peer, encode_peers

PATH = Path(__file__).with_name("people.json")

Vectors = dict[str, Any]

VAULT, SEAT, OTHER = fixed("vault", 16), fixed("seat", 16), fixed("other seat", 16)
MEMBER, COMPARTMENT = fixed("member", 16), fixed("compartment", 16)
KEM_SEED, OTHER_SEED = fixed("kem", 96), fixed("other kem", 96)
IDENTITY, ROOT = fixed("identity"), fixed("root seed")
WRITER = Writer("people")
WRITER.append()
WRITER.seal()


def make(stored: Vectors) -> Vectors:
    """Return all vectors; `stored` is what the file holds now, or an empty map."""
    return {
        "about": "Format 1 of vault/seal/FORMAT.md, by make_people.py; `independent` opens it. Bytes in hex.",
        "joining": _joining(stored.get("joining", {})),
        "proposal": _proposal(),
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
            "seat": SEAT.hex(),
            "folder": fixed("folder", 16).hex(),
            "dates": dates_file_name(VAULT),
            "attempts": attempts_file_name(VAULT, fixed("folder", 16)),
            "files": former_file_name(VAULT, SEAT),
        },
    }


def _joining(stored: Vectors) -> Vectors:
    invitation = Invitation(
        vault=VAULT,
        root=public_key(ROOT),
        roster=fixed("roster"),
        nonce=fixed("nonce", 16),
        roles=("caseworker", "intake"),
        by="Mira Halvorsen",
        seat=SEAT,
        kem=KemPrivate.from_seed(KEM_SEED).public,
        days=30,
    )
    further = replace(invitation, roles=(), days=0, member=MEMBER, name="Amina Raskolda")
    signed = WRITER.genesis[:-64]
    request = Request(
        invitation=invitation.digest(),
        seat=OTHER,
        member=MEMBER,
        name="Ильсе Марроу",
        kem=KemPrivate.from_seed(OTHER_SEED).public,
        identity=public_key(IDENTITY),
        genesis=signed + sign(IDENTITY, "genesis", signed),
    )
    return {
        "invitation": invitation.encode().hex(),
        "further": further.encode().hex(),
        "seed": KEM_SEED.hex(),
        "request": stored.get("request") or seal_request(invitation, request).hex(),
        "content": request.encode().hex(),
        "words": list(joining_words(invitation.root, request, invitation.roster)),
    }


def roster() -> Roster:
    """Return a roster of two members, of whom one has a seat, signed by root and identity key."""
    numbers = iter(range(256))
    made = make_roster(
        RosterHead(VAULT, 4, (fixed("before"),), KemPrivate.from_seed(OTHER_SEED).public, 2, (1,), None, True),
        [MemberEntry(MEMBER, frozenset({"admin", "supervisor"})), MemberEntry(fixed("another", 16), frozenset())],
        [Certificate(SEAT, MEMBER, KemPrivate.from_seed(KEM_SEED).public, public_key(IDENTITY), WRITER.origin)],
        [Ending(fixed("ended", 16), {fixed("log"): 9})],
        random=lambda size: bytes([next(numbers)]) * size,
    )
    for seed in (ROOT, IDENTITY):
        made = made.signed(public_key(seed), sign(seed, ROSTER_PURPOSE, made.root))
    return made


def _proposal() -> Vectors:
    proposed, epoch_key = roster(), fixed("epoch key")
    wire = _Wire(list(proposed.entries), list(proposed.signatures), [StoredMember(MEMBER, "Mira", 7)])
    context = LocalContext(Purpose.PROPOSAL, VAULT, bytes(16), 4)
    sealed = _seal_with_random(
        derive_proposal_key(epoch_key), msgspec.msgpack.encode(wire), context, fixed("proposal random")
    )
    return {
        "vault": VAULT.hex(),
        "epoch_key": epoch_key.hex(),
        "compartment": COMPARTMENT.hex(),
        "file": (epoch_id(VAULT, COMPARTMENT, epoch_key) + (4).to_bytes(8, "big") + sealed).hex(),
        "root": proposed.root.hex(),
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
    question = _Letter("question", OTHER, msgspec.msgpack.encode(WANTED))
    content = msgspec.msgpack.encode(question)
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
    notice = EpochNotice(
        1,
        VAULT,
        COMPARTMENT,
        CompartmentKind.CASE,
        fixed("epoch", 16),
        (fixed("epoch before", 16),),
        (RevokedLog(OTHER, WRITER.origin, 7),),
    )
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
    waiting = _WaitingMap(WRITER.genesis, MEMBER, fixed("session 1"), fixed("session 2"), fixed("roster"), True)
    kept = [_Kept(b"invitation", sha256(b"request").digest(), 1_764_000_000_000), _Kept(b"another", b"", 7)]
    return {
        "peers": encode_peers({SEAT: peer}).hex(),
        "joining": msgspec.msgpack.encode(waiting).hex(),
        "invited": msgspec.msgpack.encode(kept).hex(),
    }


def stored_vectors() -> Vectors:
    """Return what the file holds now."""
    vectors: Vectors = json.loads(PATH.read_text(encoding="ascii")) if PATH.exists() else {}
    return vectors


if __name__ == "__main__":
    PATH.write_text(json.dumps(make(stored_vectors()), indent=1) + "\n", encoding="ascii")
