"""Opens every vector of `people.json`: what people pass to each other (FORMAT.md 2, 3, 5, 7, 8)."""

from __future__ import annotations

import hashlib

import msgspec

from tests.vectors.independent.basis import (
    Reader,
    Refused,
    canonical,
    expand,
    in_order,
    is_signed,
    require,
    sha256,
    tree_root,
    u64,
    widths,
)
from tests.vectors.independent.bundles import read_bundle
from tests.vectors.independent.rosters import FORMS, kind_of
from tests.vectors.independent.seal_vectors import Vector, raw
from tests.vectors.independent.sealing import open_envelope, open_hpke, sent_info, size_for, unmarked

PROPOSAL, REQUEST, LETTER = 13, 20, 21


def verify(public: bytes, signature: bytes, purpose: str, message: bytes) -> None:
    """Check one of our own signatures (FORMAT.md 3)."""
    require(is_signed(public, signature, purpose, message), f"signature of a {purpose}")


INVITATION = {"by", "format", "kem", "kind", "nonce", "roles", "root", "roster", "seat", "vault"}


def check_joining(v: Vector) -> None:
    """Invitations, the request that answers one, and the words of both."""
    for name in ("invitation", "further"):
        found = canonical(raw(v, name), required=INVITATION, perhaps=frozenset({"days", "member", "name"}))
        widths(found, kem=1216, nonce=16, root=32, roster=32, seat=16, vault=16)
        require((found["format"], found["kind"]) == (1, "invitation") and len(raw(v, name)) <= 4096, "invitation")
        require(found["roles"] == sorted(found["roles"]) and bool(found["roles"]) != ("member" in found), "roles")
        require(("member" in found) == ("name" in found) and bool(found["by"]), "whose")
    invitation = msgspec.msgpack.decode(raw(v, "invitation"))
    file = Reader(raw(v, "request"))
    require(len(file.data) == 3218 and file.take(2) == b"\1\1", "request file")
    require(file.take(32) == invitation["vault"] + invitation["seat"], "for whom")
    info = sent_info(REQUEST, invitation["vault"], invitation["seat"])
    padded = open_hpke(raw(v, "seed"), file.take(3184), info)
    require(len(padded) == 2048 and unmarked(padded) == raw(v, "content"), "request")
    request = canonical(
        raw(v, "content"),
        required={"format", "genesis", "identity", "invitation", "kem", "kind", "member", "name", "seat"},
    )
    widths(request, genesis=249, identity=32, invitation=32, kem=1216, member=16, seat=16)
    require((request["format"], request["kind"]) == (1, "request"), "request")
    require(request["invitation"] == sha256(raw(v, "invitation")), "which invitation")
    verify(request["identity"], request["genesis"][185:], "genesis", request["genesis"][:185])
    compared = sha256(b"casevault/words", invitation["root"], sha256(raw(v, "content")), invitation["roster"])
    require(len(v["words"]) == 13 and in_order(compared, v["words"]), "words")


def check_proposal(v: Vector) -> None:
    """A roster on its way, its entries and its signatures."""
    file = Reader(raw(v, "file"))
    epoch = sha256(b"casevault/epoch", raw(v, "vault", "compartment", "epoch_key"))[:16]
    require(file.take(16) == epoch, "epoch of the directory")
    number = file.number(8)
    aad = bytes((1, 1, PROPOSAL)) + raw(v, "vault") + bytes(16) + u64(number)
    content = open_envelope(expand(raw(v, "epoch_key"), b"proposal", 32), PROPOSAL, file.data[file.at :], aad)
    found = msgspec.msgpack.decode(content)
    require(found.keys() == {"entries", "sigs", "members"}, "proposal")
    require(all(one.keys() <= {"member", "name", "until"} for one in found["members"]), "members")
    kinds = []
    for entry in found["entries"]:
        kind, decoded = kind_of(entry)
        kinds.append(kind)
        if kind == "certificate":
            widths(decoded["cert"], genesis=32, identity=32, kem=1216, member=16, seat=16)
        elif kind == "head":
            require((decoded["number"], decoded["vault"]) == (number, raw(v, "vault")), "head")
        elif kind == "member":
            require(decoded["roles"] == sorted(decoded["roles"]), "roles")
    require(kinds[0] == "head" and set(kinds) == set(FORMS), "kinds of entries")
    root = tree_root(found["entries"])
    require(root == raw(v, "root"), "root of the roster")
    for public, signature in found["sigs"]:
        verify(public, signature, "roster", root)


def check_letter(v: Vector, approval: bytes) -> None:
    """A question to two seats, and the approval that answers it."""
    for own in range(2):
        file = Reader(raw(v, "file"))
        require(file.take(18) == b"\1\1" + raw(v, "vault"), "letter")
        messages = [file.sized() for _ in range(file.number(1))]
        file.end()
        info = sent_info(LETTER, raw(v, "vault"), bytes.fromhex(v["seats"][own]))
        padded = open_hpke(bytes.fromhex(v["seeds"][own]), messages[own], info)
        require(unmarked(padded) == raw(v, "content"), "content")
        require(len(padded) == size_for(LETTER, len(raw(v, "content"))), "padded size")
    letter = msgspec.msgpack.decode(raw(v, "content"))
    require(letter.keys() == {"kind", "seat", "content"} and letter["kind"] == "question", "letter")
    question = msgspec.msgpack.decode(letter["content"])
    members = {"act", "of", "contents", "about", "reasons", "expires_ms", "subject"}
    require(question.keys() == members, "question")
    named = dict(question["of"]["files"])
    require(named == {name: sha256(content) for name, content in question["contents"].items()}, "files")
    answer = canonical(
        approval,
        required={
            "act",
            "approver",
            "digest",
            "expires",
            "format",
            "nonce",
            "requester",
            "role",
            "sig",
            "vault",
            "why",
        },
    )
    widths(answer, approver=16, digest=32, nonce=16, requester=16, sig=64, vault=16)
    of = {"act": question["act"], "of": dict(sorted(question["of"].items()))}
    require(answer["digest"] == sha256(b"casevault/approved/v1\0", msgspec.msgpack.encode(of)), "what is approved")
    require((answer["format"], answer["requester"], answer["why"]) == (1, letter["seat"], "agreed"), "approval")
    signature = answer.pop("sig")
    verify(raw(v, "identity"), signature, "approval", msgspec.msgpack.encode(answer))
    require(sha256(approval) == raw(v, "approval_id"), "digest of the approval")


def check_bundle(v: Vector) -> None:
    """A bundle with a row of each kind."""
    found = read_bundle(raw(v, "file"), raw(v, "vault"), raw(v, "seat"), raw(v, "seed"))
    require(found.member == raw(v, "member"), "for whom")
    require({origin.hex(): size for origin, size in found.have.items()} == v["have"], "have")
    require([[seat.hex(), origin.hex(), size] for seat, origin, size in found.took] == [v["took"]], "took")
    shown = [[part.hex() if isinstance(part, bytes) else part for part in row] for _, _, row in found.rows]
    require(shown == v["rows"], "rows")


def check_kept(v: Vector) -> None:
    """What stays with a person or a seat: sheet, keyfile, rows, names of files."""
    for number, (*words, digits) in enumerate(v["sheet"]["rows"], 1):
        digest = sha256(b"casevault/row", bytes((number,)), " ".join(words).encode())
        require(f"{int.from_bytes(digest[:4], 'big') % 1000:03}" == digits, "number beside a row")
    keyfile = Reader(raw(v["keyfile"], "bytes"))
    require(keyfile.take(16) == b"casevault/key/v1" and keyfile.take(32) == raw(v["keyfile"], "secret"), "keyfile")
    require(keyfile.take(16) == sha256(keyfile.data[:48])[:16], "check of a keyfile")
    keyfile.end()
    (peer,) = msgspec.msgpack.decode(raw(v["rows"], "peers"))
    require(peer.keys() == {"at", "have", "seat", "sent", "took"}, "peers")
    for at, reached, compartments, keys, *left_out in peer["sent"]:
        require(len(at[0]) == 32 and all(len(one[0]) == 32 for one in reached), "what was sent")
        require(all(len(one) == 16 for one in compartments) and all(len(one[0]) == 16 for one in keys), "what was sent")
        require(all(len(digest) == 32 for one in left_out for digest in one), "what was left out")
    waiting = msgspec.msgpack.decode(raw(v["rows"], "joining"))
    require(waiting.keys() == {"genesis", "member", "seed", "following", "roster", "here"}, "joining")
    widths(waiting, genesis=249, member=16, seed=32, following=32, roster=32)
    for one in msgspec.msgpack.decode(raw(v["rows"], "invited")):
        require(one.keys() == {"invitation", "request", "made_ms"} and len(one["request"]) in {0, 32}, "invited")
    names = v["names"]
    vault = raw(names, "vault")
    require(sha256(b"casevault/dates", vault)[:16].hex() == names["dates"], "name of the dates")
    attempts = hashlib.sha256(b"casevault/attempts" + vault + raw(names, "folder")).hexdigest()[:32]
    require(attempts == names["attempts"], "name of the attempts")
    require(
        sha256(b"casevault/files", vault, raw(names, "seat"))[:16].hex() == names["files"], "name of a seat's files"
    )


def check(vectors: Vector) -> None:
    """Open every vector; raise at the first that does not open."""
    kept = {"sheet", "keyfile", "rows", "names"}
    if vectors.keys() != {"about", "joining", "proposal", "approval", "letter", "bundle", *kept}:
        raise Refused("sections")
    check_joining(vectors["joining"])
    check_proposal(vectors["proposal"])
    check_letter(vectors["letter"], raw(vectors, "approval"))
    check_bundle(vectors["bundle"])
    check_kept(vectors)
