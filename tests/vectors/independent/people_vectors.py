"""Opens every vector of `people.json`: what people pass to each other (FORMAT.md 2, 3, 5, 7, 8)."""

from __future__ import annotations

import hashlib

import msgspec

from tests.vectors.independent.basis import Reader, Refused, canonical, is_signed, require, sha256, widths
from tests.vectors.independent.bundles import read_bundle
from tests.vectors.independent.lines import read_act
from tests.vectors.independent.seal_vectors import Vector, raw
from tests.vectors.independent.sealing import open_hpke, sent_info, size_for, unmarked

LETTER = 21


def verify(public: bytes, signature: bytes, purpose: str, message: bytes) -> None:
    """Check one of our own signatures (FORMAT.md 3)."""
    require(is_signed(public, signature, purpose, message), f"signature of a {purpose}")


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
    members = {"act", "approver", "digest", "expires", "format", "nonce", "requester", "role", "sig", "vault", "why"}
    answer = canonical(approval, members)
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
    require(waiting.keys() == {"genesis", "seed", "following", "here"}, "joining")
    widths(waiting, genesis=1393, seed=32, following=32)
    check_lines(msgspec.msgpack.decode(raw(v["rows"], "lines")))
    names = v["names"]
    vault = raw(names, "vault")
    require(sha256(b"casevault/dates", vault)[:16].hex() == names["dates"], "name of the dates")
    attempts = hashlib.sha256(b"casevault/attempts" + vault + raw(names, "folder")).hexdigest()[:32]
    require(attempts == names["attempts"], "name of the attempts")


def check_lines(found: Vector) -> None:
    """What a seat read of the items that decide."""
    require(found.keys() == {"lines", "read", "heads"} and all(one == sorted(one) for one in found.values()), "lines")
    for origin, _, digest, acts in found["lines"]:
        require(
            len(origin) == len(digest) == 32 and all(read_act(kind, content, bytes(16)) for kind, content in acts),
            "a line",
        )
    require(all(len(origin) == 32 for origin, _ in found["read"]), "what was read")
    require(all((len(one[0]), len(one[2]), len(one[3])) == (16, 32, 32) for one in found["heads"]), "heads")


def check(vectors: Vector) -> None:
    """Open every vector; raise at the first that does not open."""
    kept = {"sheet", "keyfile", "rows", "names"}
    if vectors.keys() != {"about", "approval", "letter", "bundle", *kept}:
        raise Refused("sections")
    check_letter(vectors["letter"], raw(vectors, "approval"))
    check_bundle(vectors["bundle"])
    check_kept(vectors)
