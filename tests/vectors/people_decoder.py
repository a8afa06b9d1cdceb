"""An independent reader of what people pass to each other, written from vault/seal/FORMAT.md alone (2, 3, 5, 7, 8).

It imports nothing of CaseVault but its sibling `decoder`, which was written the same way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.decoder import Refused, Vector, expand, open_envelope, open_hpke, raw, require, sha256, size_for, u64

PROPOSAL, BUNDLE, REQUEST, LETTER = 13, 19, 20, 21
CHUNK = 1 << 20


class Reader:
    """Takes bytes from front to back."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def take(self, size: int) -> bytes:
        """Return the next bytes; there must be as many."""
        require(self.at + size <= len(self.data), "cut")
        self.at += size
        return self.data[self.at - size : self.at]

    def number(self, size: int) -> int:
        """Return the next big-endian integer."""
        return int.from_bytes(self.take(size), "big")

    def sized(self) -> bytes:
        """Return the bytes behind their length u32."""
        return self.take(self.number(4))

    def end(self) -> None:
        """Refuse unless all is read."""
        require(self.at == len(self.data), "bytes behind the end")


def canonical(data: bytes, *, required: set[str], perhaps: set[str] = frozenset()) -> dict[str, Any]:  # type: ignore[assignment]  # an empty set
    """Return a MessagePack map with its keys sorted, in its one encoding, and no others than these."""
    found: dict[str, Any] = msgspec.msgpack.decode(data)
    require(list(found) == sorted(found) and msgspec.msgpack.encode(found) == data, "not in its one form")
    require(required <= found.keys() <= required | perhaps, "members of the map")
    return found


def widths(found: dict[str, Any], **sizes: int) -> None:
    """Refuse members of another size."""
    for name, size in sizes.items():
        require(len(found[name]) == size, f"size of {name}")


def verify(public: bytes, signature: bytes, purpose: str, message: bytes) -> None:
    """Check one of our own signatures (FORMAT.md 3)."""
    Ed25519PublicKey.from_public_bytes(public).verify(signature, b"casevault/" + purpose.encode() + b"/v1\0" + message)


def hpke_info(purpose: int, vault: bytes, to_seat: bytes) -> bytes:
    """The info of a message that leaves compartment, epoch and giver zero."""
    return bytes((purpose, 1)) + vault + bytes(48) + to_seat


def unmarked(padded: bytes) -> bytes:
    """Take 0x80 and zeros off."""
    content, mark, zeros = padded.rpartition(b"\x80")
    require(mark == b"\x80" and not any(zeros), "padding mark")
    return content


def in_order(digest: bytes, words: list[str]) -> bool:
    """Say whether words sort as the ten-bit groups of a digest do; the list of words is sorted."""
    bits = int.from_bytes(digest, "big") >> 126
    groups = [bits >> 10 * place & 1023 for place in range(12, -1, -1)]
    return sorted(range(13), key=groups.__getitem__) == sorted(range(13), key=words.__getitem__)


def tree_root(leaves: list[bytes]) -> bytes:
    """The RFC 6962 root over leaf contents."""
    if len(leaves) == 1:
        return sha256(b"\0", leaves[0])
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\1", tree_root(leaves[:half]), tree_root(leaves[half:]))


INVITATION = {"by", "format", "kem", "kind", "nonce", "roles", "root", "roster", "seat", "vault"}


def check_joining(v: Vector) -> None:
    """Invitations, the request that answers one, and the words of both."""
    for name in ("invitation", "further"):
        found = canonical(raw(v, name), required=INVITATION, perhaps={"days", "member", "name"})
        widths(found, kem=1216, nonce=16, root=32, roster=32, seat=16, vault=16)
        require((found["format"], found["kind"]) == (1, "invitation") and len(raw(v, name)) <= 4096, "invitation")
        require(found["roles"] == sorted(found["roles"]) and bool(found["roles"]) != ("member" in found), "roles")
        require(("member" in found) == ("name" in found) and bool(found["by"]), "whose")
    invitation = msgspec.msgpack.decode(raw(v, "invitation"))
    file = Reader(raw(v, "request"))
    require(len(file.data) == 3218 and file.take(2) == b"\1\1", "request file")
    require(file.take(32) == invitation["vault"] + invitation["seat"], "for whom")
    info = hpke_info(REQUEST, invitation["vault"], invitation["seat"])
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


ENTRIES = {
    "head": ({"number", "prev", "recovery", "rights", "suites", "vault"}, {"root", "helpers"}),
    "member": ({"member", "roles"}, set[str]()),
    "certificate": ({"cert"}, set[str]()),
    "ending": ({"end", "sizes"}, set[str]()),
}


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
        decoded = msgspec.msgpack.decode(entry[16:])
        kind = next(name for name, (needed, _) in ENTRIES.items() if needed <= decoded.keys())
        kinds.append(kind)
        canonical(entry[16:], required=ENTRIES[kind][0], perhaps=ENTRIES[kind][1])
        if kind == "certificate":
            widths(decoded["cert"], genesis=32, identity=32, kem=1216, member=16, seat=16)
        elif kind == "head":
            require((decoded["number"], decoded["vault"]) == (number, raw(v, "vault")), "head")
        elif kind == "member":
            require(decoded["roles"] == sorted(decoded["roles"]), "roles")
    require(kinds[0] == "head" and set(kinds) == set(ENTRIES), "kinds of entries")
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
        info = hpke_info(LETTER, raw(v, "vault"), bytes.fromhex(v["seats"][own]))
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


def bundle_content(v: Vector) -> Reader:
    """Open the outer file of a bundle."""
    file = Reader(raw(v, "file"))
    require(file.take(16) == b"casevault bundle" and file.take(2) == b"\1\1", "bundle")
    require(file.take(16) == raw(v, "vault"), "vault")
    messages = [file.take(1168) for _ in range(file.number(1))]
    header = file.data[: file.at]
    key = b""
    for message in messages:
        try:
            key = open_hpke(raw(v, "seed"), message, hpke_info(BUNDLE, raw(v, "vault"), raw(v, "seat")))
        except InvalidTag:
            continue
    aad = bytes((1, 1, BUNDLE)) + raw(v, "vault") + sha256(header)
    okm = expand(key, aad, 64)
    require(file.take(32) == okm[32:], "commitment")
    sealed, padded, number = file.data[file.at :], b"", 0
    while sealed:
        chunk, sealed = sealed[: CHUNK + 16], sealed[CHUNK + 16 :]
        nonce = number.to_bytes(11, "big") + bytes((not sealed,))
        padded, number = padded + AESGCM(okm[:32]).decrypt(nonce, chunk, aad), number + 1
    size = int.from_bytes(padded[:8], "big")
    require(not any(padded[8 + size :]) and len(padded) == size_for(BUNDLE, 8 + size - 1), "padding")
    return Reader(padded[8 : 8 + size])


def _operation(page: Reader) -> list[Any]:
    seq, sizes = page.number(8), [page.number(4) for _ in range(3)]
    return [seq, *map(page.take, sizes)]


ROWS: dict[int, Callable[[Reader], list[Any]]] = {
    1: lambda page: [page.sized()],
    2: lambda page: [page.sized()],
    3: _operation,
    4: lambda page: [page.number(8), page.number(4), page.sized()],
    5: lambda page: [page.number(8), page.number(4), *(page.take(16) for _ in range(3)), page.sized()],
    6: lambda page: [page.number(8), page.number(4), page.take(16), page.take(16), page.sized()],
    7: lambda page: [page.number(8), page.number(4), page.take(16), page.take(40)],
}


def check_bundle(v: Vector) -> None:
    """A bundle with a row of each kind."""
    content = bundle_content(v)
    manifest = content.sized()
    signature = content.take(64)
    head = Reader(manifest)
    require(head.take(1) == b"\1" and head.take(16) == raw(v, "vault"), "manifest")
    _seat, identity, member = head.take(16), head.take(32), head.take(16)
    require(member == raw(v, "member"), "for whom")
    verify(identity, signature, "bundle", manifest)
    _made, _log, _size = head.number(8), head.take(32), head.number(8)
    pages, size, root = head.number(4), head.number(8), head.take(32)
    counts = [head.number(8) for _ in range(7)]
    have, took = head.number(4), head.number(4)
    known = [[head.take(32).hex(), head.number(8)] for _ in range(have)]
    require(known == sorted(known) == sorted(map(list, v["have"].items())), "have")
    require([[head.take(16).hex(), head.take(32).hex(), head.number(8)] for _ in range(took)] == [v["took"]], "took")
    head.end()
    require(len(content.data) - content.at == size, "bytes of all pages")
    found, bodies, seen = [], [], [0] * 7
    for _ in range(pages):
        body = content.sized()
        bodies.append(body)
        page = Reader(body)
        kind, _origin, count = page.number(1), page.take(32), page.number(4)
        found += [ROWS[kind](page) for _ in range(count)]
        seen[kind - 1] += count
        page.end()
    content.end()
    require(tree_root(bodies) == root and seen == counts, "pages")
    shown = [[part.hex() if isinstance(part, bytes) else part for part in row] for row in found]
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
    for at, reached, compartments, keys in peer["sent"]:
        require(len(at[0]) == 32 and all(len(one[0]) == 32 for one in reached), "what was sent")
        require(all(len(one) == 16 for one in compartments) and all(len(one[0]) == 16 for one in keys), "what was sent")
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
