"""Opens every vector of `seal.json`: `python -m tests.vectors.independent.seal_vectors tests/vectors/seal.json`."""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.vectors.independent.attachments import Body, opened_body
from tests.vectors.independent.basis import expand, extract, in_order, padme, require, sha256, u64
from tests.vectors.independent.keys_file import (
    Cost,
    name_form,
    slot_content,
    stretched,
    typed_form,
    unlock_key,
    word_form,
)
from tests.vectors.independent.sealing import local_aad, open_envelope, open_hpke, public_key, unwrapped

Vector = dict[str, Any]

SLOT, KEYRING = 3, 8


def raw(vector: Vector, *names: str) -> bytes:
    """Return hex fields of a vector, joined."""
    return b"".join(bytes.fromhex(vector[name]) for name in names)


def check_version(v: Vector) -> None:
    aad = bytes((1, 1, v["purpose"])) + raw(v, "vault", "compartment", "record", "origin") + u64(v["seq"])
    require(len(aad) == 91, "AAD width")
    require(open_envelope(raw(v, "key"), v["purpose"], raw(v, "sealed"), aad) == raw(v, "content"), "content")
    require(sha256(raw(v, "compartment", "record", "sealed")) == raw(v, "id"), "version id")


def check_local(v: Vector) -> None:
    aad = local_aad(v["purpose"], raw(v, "vault"), raw(v, "seat"), v["number"])
    require(len(aad) == 43, "AAD width")
    content = open_envelope(raw(v, "key"), v["purpose"], raw(v, "sealed"), aad)
    require(content == raw(v, "content"), "content")
    if v["purpose"] == KEYRING:
        for epoch, compartment, key in msgspec.msgpack.decode(content):
            require(sha256(b"casevault/key", compartment, raw(v, "origin"), key)[:16] == epoch, "epoch id")


def check_sent(v: Vector) -> None:
    """Purposes 16 and up."""
    info = bytes((v["purpose"], 1)) + raw(v, "vault", "compartment", "epoch", "from", "to")
    require(len(info) == 82 and info == raw(v, "info"), "info")
    require(open_hpke(raw(v, "seed"), raw(v, "sealed"), info) == raw(v, "content"), "content")
    require(public_key(raw(v, "seed")) == raw(v, "public"), "public key")
    require(sha256(raw(v, "epoch", "to", "sealed")) == raw(v, "digest"), "grant digest")


def check_body(v: Vector) -> None:
    """The body of a bundle, sealed by hand: its content is too long for this file (FORMAT.md 8)."""
    content = hashlib.shake_256(v["content"].encode()).digest(v["content_size"])
    padded = (u64(len(content)) + content).ljust(padme(max(8 + len(content), 256)), b"\0")
    aad = bytes((1, 1, 19)) + raw(v, "vault") + sha256(raw(v, "header"))
    okm = expand(raw(v, "key"), aad, 64)
    body = okm[32:]
    chunks = [padded[at : at + (1 << 20)] for at in range(0, len(padded), 1 << 20)]
    for number, chunk in enumerate(chunks):
        nonce = number.to_bytes(11, "big") + bytes((number == len(chunks) - 1,))
        body += AESGCM(okm[:32]).encrypt(nonce, chunk, aad)
    require(len(body) == v["body_size"] and body[:64] == raw(v, "body_start"), "body size or start")
    require(sha256(body).hex() == v["body_digest"], "body")


def check_attachment(v: Vector) -> None:
    """The body of a document, sealed by hand, and opened from its chunks (FORMAT.md 8)."""
    content = hashlib.shake_256(v["content"].encode()).digest(v["content_size"])
    padded = (u64(len(content)) + content).ljust(padme(max(8 + len(content), 256)), b"\0")
    okm = expand(raw(v, "key"), bytes((1, 1, v["purpose"])) + raw(v, "vault", "id"), 64)
    sealed = []
    for number, at in enumerate(range(0, len(padded), 1 << 20)):
        nonce = number.to_bytes(11, "big") + bytes((at + (1 << 20) >= len(padded),))
        aad = bytes((1, 1, 14)) + raw(v, "vault", "id")
        sealed.append(AESGCM(okm[:32]).encrypt(nonce, padded[at : at + (1 << 20)], aad))
    names = okm[32:] + b"".join(map(sha256, sealed))
    require(names == raw(v, "names") and sha256(names) == raw(v, "digest"), "names")
    require(list(map(len, sealed)) == v["sizes"], "sizes of chunks")
    body = Body(raw(v, "digest"), raw(v, "id"), raw(v, "key"), v["content_size"])
    require(opened_body(body, raw(v, "vault"), names, sealed) == content, "content")


def check_keys(v: Vector) -> None:
    """Epochs, wraps, ratchet, index tags."""
    require(sha256(b"casevault/key", raw(v, "compartment", "origin", "epoch_key"))[:16] == raw(v, "epoch"), "epoch id")
    place = raw(v, "origin") + u64(v["seq"]) + v["n"].to_bytes(4, "big")
    require(sha256(b"casevault/compartment", place)[:16] == raw(v, "founded"), "compartment id")
    require(expand(raw(v, "epoch_key"), b"wrap", 32) == raw(v, "wrap_key"), "wrap key")
    require(unwrapped(raw(v, "epoch_key"), raw(v, "wrap")) == raw(v, "version_key"), "wrap")
    require(hmac.digest(raw(v, "ratchet"), b"entry", "sha256") == raw(v, "entry_key"), "entry key")
    require(hmac.digest(raw(v, "ratchet"), b"next", "sha256") == raw(v, "next_ratchet"), "next ratchet")
    require(hmac.digest(raw(v, "index_key"), raw(v, "record", "heads"), "sha256") == raw(v, "index_tag"), "index tag")


def check_named(v: Vector) -> None:
    """Record ids that are computed, and the register."""
    require(sha256(b"casevault/access", raw(v, "member"))[:16] == raw(v, "access_record"), "access record")
    require(sha256(b"casevault/deputy", raw(v, "member"))[:16] == raw(v, "deputy_record"), "deputy record")
    require(expand(raw(v, "epoch_key"), b"register", 32) == raw(v, "register_key"), "register key")
    told = hmac.digest(raw(v, "register_key"), v["skeleton"].encode(), "sha256")
    require(told == raw(v, "register_hash"), "register hash")


def check_unlock(v: Vector) -> None:
    """From name and passphrase to the secrets of a slot."""
    header = raw(v, "header")
    require(len(header) == 92 and header[:2] == b"\x02\x01", "header")
    require(not any(header[83:]), "previous cost")
    require(sha256(header[42:74], name_form(v["name"]))[:16] == raw(v, "argon2_salt"), "Argon2 salt")
    check_slot(v, "slot", typed_form(v["passphrase"]), Cost.read(header[74:83]), (raw(v, "device_secret"), b""))


def check_words(v: Vector) -> None:
    """A generated passphrase, however it is typed, and the slot of its words."""
    form = word_form(v["passphrase"])
    require(form.decode() == v["word_form"], "word form")
    check_slot(v, "word", form, Cost(65_536, 3, 4), (b"", raw(v, "fido2_secret")))


def check_slot(v: Vector, word: str, form: bytes, cost: Cost, factors: tuple[bytes, bytes]) -> None:
    """Open one slot, step by step."""
    header = raw(v, "header")
    vault, vault_salt = header[2:18], header[42:74]
    k1 = stretched(form, sha256(vault_salt, name_form(v["name"]))[:16], cost)
    require(k1 == raw(v, "k1"), "K1")
    info = b"casevault/" + word.encode() + b"\x01\x01" + vault + vault_salt + cost.encode() + u64(v["number"])
    require(info == raw(v, "slot_info"), "slot info")
    require(unlock_key(k1, *factors, info) == raw(v, "unlock_key"), "unlock key")
    require(len(raw(v, "slot")) == 1024, "slot size")
    aad = local_aad(SLOT, vault, bytes(16), v["number"])
    content = open_envelope(raw(v, "unlock_key"), SLOT, raw(v, "slot"), aad)
    require(content == raw(v, "content"), "content")
    slot_content(content, v["number"])


def check_root(v: Vector) -> None:
    """The root secret and what it gives."""
    pseudorandom = extract(b"", raw(v, "secret"))
    root = Ed25519PrivateKey.from_private_bytes(expand(pseudorandom, b"casevault/root", 32))
    require(root.public_key().public_bytes_raw() == raw(v, "root_public"), "root key")
    require(public_key(expand(pseudorandom, b"casevault/recovery", 96)) == raw(v, "recovery_public"), "recovery key")
    require_words(v["words"], raw(v, "digest"))


def require_words(words: list[str], digest: bytes) -> None:
    """The list is sorted, so words of one digest sort as its ten-bit groups do; their text is checked elsewhere."""
    require(len(words) == 13 and in_order(digest, words), "words")


def check_compared(v: Vector) -> None:
    """The words that people compare when somebody joins."""
    require_words(v["words"], sha256(b"casevault/words", raw(v, "vault", "certificate")))
    require_words(v["own_words"], raw(v, "member") + sha256(b"casevault/member", raw(v, "member"))[:16])


def check_signatures(v: Vector) -> None:
    """Own signatures and bare ones."""
    public = Ed25519PublicKey.from_public_bytes(raw(v, "public"))
    for purpose in ("sheets", "genesis", "bundle"):
        public.verify(raw(v, purpose), b"casevault/" + purpose.encode() + b"/v1\0" + raw(v, "message"))
    public.verify(raw(v, "raw"), raw(v, "message"))


def check_pins(v: Vector) -> None:
    """Names that tell nothing."""
    named = hmac.digest(raw(v, "key"), b"casevault/files" + raw(v, "vault", "seat"), "sha256")
    require(named[:16].hex() == v["private_file"], "name of a file of one seat")
    require(sha256(b"casevault/machine", raw(v, "system_machine_id")) == raw(v, "machine"), "machine")


def check(vectors: Vector) -> int:
    """Open every vector; return how many there were. Raise at the first that does not open."""
    many = {
        "versions": check_version,
        "locals": check_local,
        "sent": check_sent,
        "bodies": check_body,
        "attachments": check_attachment,
    }
    one = {
        "keys": check_keys,
        "named": check_named,
        "unlock": check_unlock,
        "words": check_words,
        "root": check_root,
        "compared": check_compared,
        "signatures": check_signatures,
        "pins": check_pins,
    }
    require(vectors.keys() == {"about", *many, *one}, "sections")
    for section, check_one in many.items():
        for vector in vectors[section]:
            check_one(vector)
    for section, check_one in one.items():
        check_one(vectors[section])
    return sum(len(vectors[section]) for section in many) + len(one)


if __name__ == "__main__":
    print(check(json.loads(Path(sys.argv[1]).read_text(encoding="ascii"))), "vectors opened")
