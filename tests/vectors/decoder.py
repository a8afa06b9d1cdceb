"""An independent reader of format 1, written from vault/seal/FORMAT.md alone: it imports nothing of CaseVault.

`python tests/vectors/decoder.py tests/vectors/seal.json` opens every vector and says how many. HPKE is spelled out
here (RFC 9180 over ML-KEM-768 + X25519), so that two programs and not one library agree on the bytes.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

Vector = dict[str, Any]

AUDIT, SLOT, SESSION, KEYRING = 2, 3, 5, 8


class Refused(Exception):  # noqa: N818 - the word of the format
    """The bytes are not what FORMAT.md says."""


def require(holds: bool, what: str) -> None:
    """Refuse unless it holds."""
    if not holds:
        raise Refused(what)


def raw(vector: Vector, *names: str) -> bytes:
    """Return hex fields of a vector, joined."""
    return b"".join(bytes.fromhex(vector[name]) for name in names)


def u64(number: int) -> bytes:
    """Return a big-endian u64."""
    return number.to_bytes(8, "big")


def sha256(*parts: bytes) -> bytes:
    """Return SHA-256 over the joined parts."""
    return hashlib.sha256(b"".join(parts)).digest()


def expand(key: bytes, info: bytes, size: int) -> bytes:
    """HKDF-Expand-SHA256, by hand (RFC 5869)."""
    output, block, counter = b"", b"", 1
    while len(output) < size:
        block = hmac.digest(key, block + info + bytes((counter,)), "sha256")
        output, counter = output + block, counter + 1
    return output[:size]


def extract(salt: bytes, keying: bytes) -> bytes:
    """HKDF-Extract-SHA256."""
    return hmac.digest(salt or bytes(32), keying, "sha256")


def size_for(purpose: int, content_size: int) -> int:
    """Return the padded size (FORMAT.md 4)."""
    if purpose == SLOT:
        return 952
    if purpose == AUDIT:
        return next(size for size in (256, 512, 1024, 4096) if size > content_size)
    size = max(content_size + 1, 256)
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return -(-size // step) * step


def open_envelope(key: bytes, purpose: int, sealed: bytes, aad: bytes) -> bytes:
    """Open one sealed blob (FORMAT.md 4)."""
    if purpose != SLOT:
        require(sealed[:2] == b"\x01\x01", "format or suite")
        sealed = sealed[2:]
    salt, commitment, ciphertext = sealed[:24], sealed[24:56], sealed[56:]
    okm = expand(key, bytes((purpose,)) + salt + aad, 64)
    require(hmac.compare_digest(okm[32:], commitment), "commitment")
    padded = AESGCM(okm[:32]).decrypt(bytes(12), ciphertext, aad)
    content, mark, tail = padded.rpartition(b"\x80")
    require(mark == b"\x80" and not any(tail), "padding mark")
    require(len(padded) == size_for(purpose, len(content)), "padded size")
    return content


def open_hpke(seed: bytes, sealed: bytes, info: bytes) -> bytes:
    """Open one HPKE message, base mode, KEM 0x647a, KDF 0x0001, AEAD 0x0002 (FORMAT.md 3)."""
    mlkem = MLKEM768PrivateKey.from_seed_bytes(seed[:64])
    x25519 = X25519PrivateKey.from_private_bytes(seed[64:])
    kem_ciphertext, ephemeral, ciphertext = sealed[:1088], sealed[1088:1120], sealed[1120:]
    first = mlkem.decapsulate(kem_ciphertext)
    second = x25519.exchange(X25519PublicKey.from_public_bytes(ephemeral))
    own = x25519.public_key().public_bytes_raw()
    shared = hashlib.sha3_256(first + second + ephemeral + own + b"\\.//^\\").digest()
    label = b"HPKE-v1HPKE" + bytes.fromhex("647a00010002")
    context = b"\0" + extract(b"", label + b"psk_id_hash") + extract(b"", label + b"info_hash" + info)
    secret = extract(shared, label + b"secret")
    key = expand(secret, b"\0\x20" + label + b"key" + context, 32)
    nonce = expand(secret, b"\0\x0c" + label + b"base_nonce" + context, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, b"")


def check_version(v: Vector) -> None:
    """Purposes 1 and 2."""
    aad = bytes((1, 1, v["purpose"])) + raw(v, "vault", "compartment", "record", "origin") + u64(v["seq"])
    require(len(aad) == 91, "AAD width")
    require(open_envelope(raw(v, "key"), v["purpose"], raw(v, "sealed"), aad) == raw(v, "content"), "content")
    require(sha256(raw(v, "compartment", "record", "sealed")) == raw(v, "id"), "version id")


def check_local(v: Vector) -> None:
    """Purposes 3 to 15."""
    aad = bytes((1, 1, v["purpose"])) + raw(v, "vault", "seat") + u64(v["number"])
    require(len(aad) == 43, "AAD width")
    content = open_envelope(raw(v, "key"), v["purpose"], raw(v, "sealed"), aad)
    require(content == raw(v, "content"), "content")
    if v["purpose"] == KEYRING:
        for epoch, compartment, key in msgspec.msgpack.decode(content):
            require(sha256(b"casevault/epoch", raw(v, "vault"), compartment, key)[:16] == epoch, "epoch id")


def check_sent(v: Vector) -> None:
    """Purposes 16 and up."""
    info = bytes((v["purpose"], 1)) + raw(v, "vault", "compartment", "epoch", "from", "to")
    require(len(info) == 82 and info == raw(v, "info"), "info")
    require(open_hpke(raw(v, "seed"), raw(v, "sealed"), info) == raw(v, "content"), "content")
    mlkem = MLKEM768PrivateKey.from_seed_bytes(raw(v, "seed")[:64]).public_key().public_bytes_raw()
    x25519 = X25519PrivateKey.from_private_bytes(raw(v, "seed")[64:]).public_key().public_bytes_raw()
    require(mlkem + x25519 == raw(v, "public"), "public key")
    require(sha256(raw(v, "epoch", "to", "sealed")) == raw(v, "digest"), "grant digest")


def check_body(v: Vector) -> None:
    """The body of a bundle, sealed by hand: its content is too long for this file (FORMAT.md 8)."""
    content = hashlib.shake_256(v["content"].encode()).digest(v["content_size"])
    size = max(8 + len(content), 256)
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    padded = (u64(len(content)) + content).ljust(-(-size // step) * step, b"\0")
    aad = bytes((1, 1, 19)) + raw(v, "vault") + sha256(raw(v, "header"))
    okm = expand(raw(v, "key"), aad, 64)
    body = okm[32:]
    chunks = [padded[at : at + (1 << 20)] for at in range(0, len(padded), 1 << 20)]
    for number, chunk in enumerate(chunks):
        nonce = number.to_bytes(11, "big") + bytes((number == len(chunks) - 1,))
        body += AESGCM(okm[:32]).encrypt(nonce, chunk, aad)
    require(len(body) == v["body_size"] and body[:64] == raw(v, "body_start"), "body size or start")
    require(sha256(body).hex() == v["body_digest"], "body")


def check_keys(v: Vector) -> None:
    """Epochs, wraps, ratchet, index tags."""
    require(sha256(b"casevault/epoch", raw(v, "vault", "compartment", "epoch_key"))[:16] == raw(v, "epoch"), "epoch id")
    place = raw(v, "origin") + u64(v["seq"]) + v["n"].to_bytes(4, "big")
    require(sha256(b"casevault/compartment", place)[:16] == raw(v, "founded"), "compartment id")
    require(expand(raw(v, "epoch_key"), b"wrap", 32) == raw(v, "wrap_key"), "wrap key")
    require(aes_key_unwrap(raw(v, "wrap_key"), raw(v, "wrap")) == raw(v, "version_key"), "wrap")
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
    require(len(header) == 92 and header[:2] == b"\x01\x01", "header")
    vault, vault_salt, cost = header[2:18], header[42:74], header[74:83]
    require(not any(header[83:]), "previous cost")
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", v["name"]).casefold())
    salt = sha256(vault_salt, folded.encode())[:16]
    require(salt == raw(v, "argon2_salt"), "Argon2 salt")
    argon2 = Argon2id(
        salt=salt,
        length=32,
        memory_cost=int.from_bytes(cost[:4], "big"),
        iterations=int.from_bytes(cost[4:8], "big"),
        lanes=cost[8],
    )
    k1 = argon2.derive(unicodedata.normalize("NFKC", v["passphrase"]).encode())
    require(k1 == raw(v, "k1"), "K1")
    info = b"casevault/slot\x01\x01" + vault + vault_salt + cost + u64(v["number"])
    require(info == raw(v, "slot_info"), "slot info")
    factors = b"".join(len(one).to_bytes(2, "big") + one for one in (k1, raw(v, "device_secret"), b""))
    unlock_key = expand(extract(b"", factors), info, 32)
    require(unlock_key == raw(v, "unlock_key"), "unlock key")
    require(len(raw(v, "slot")) == 1024, "slot size")
    aad = bytes((1, 1, SLOT)) + vault + bytes(16) + u64(v["number"])
    content = open_envelope(unlock_key, SLOT, raw(v, "slot"), aad)
    require(content == raw(v, "content"), "content")
    sizes = {name: len(value) for name, value in msgspec.msgpack.decode(content).items()}
    keys = dict.fromkeys(("identity", "keyringkey", "indexkey", "draftkey", "pinkey", "root"), 32)
    require(sizes == {"seat": 16, "kem": 96, **keys}, "slot content")


KEYS = str.maketrans(
    "йцукенгшщзфывапролдячсмитьё`~qz,?;:ж",
    "awertyuiopasdfghjklwxcvbnmtttawmmmmm",
)


def check_words(v: Vector) -> None:
    """A generated passphrase, however it is typed, and the slot of its words."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", v["passphrase"]).casefold())
    parts = unicodedata.normalize("NFD", folded.translate(KEYS))
    plain = " ".join("".join(one for one in parts if unicodedata.category(one) != "Mn").split())
    form = unicodedata.normalize("NFKC", plain)
    require(form == v["word_form"], "word form")
    vault, vault_salt = raw(v, "header")[2:18], raw(v, "header")[42:74]
    salt = sha256(vault_salt, v["name"].casefold().encode())[:16]
    k1 = Argon2id(salt=salt, length=32, memory_cost=65_536, iterations=3, lanes=4).derive(form.encode())
    require(k1 == raw(v, "k1"), "K1")
    cost = (65_536).to_bytes(4, "big") + (3).to_bytes(4, "big") + b"\x04"
    info = b"casevault/word\x01\x01" + vault + vault_salt + cost + u64(v["number"])
    require(info == raw(v, "slot_info"), "slot info")
    factors = b"".join(len(one).to_bytes(2, "big") + one for one in (k1, b"", raw(v, "fido2_secret")))
    unlock_key = expand(extract(b"", factors), info, 32)
    require(unlock_key == raw(v, "unlock_key"), "unlock key")
    aad = bytes((1, 1, SLOT)) + vault + bytes(16) + u64(v["number"])
    require(open_envelope(unlock_key, SLOT, raw(v, "slot"), aad) == raw(v, "content"), "content")


def check_root(v: Vector) -> None:
    """The root secret and what it gives."""
    pseudorandom = extract(b"", raw(v, "secret"))
    root = Ed25519PrivateKey.from_private_bytes(expand(pseudorandom, b"casevault/root", 32))
    require(root.public_key().public_bytes_raw() == raw(v, "root_public"), "root key")
    seeds = expand(pseudorandom, b"casevault/recovery", 96)
    mlkem = MLKEM768PrivateKey.from_seed_bytes(seeds[:64]).public_key().public_bytes_raw()
    x25519 = X25519PrivateKey.from_private_bytes(seeds[64:]).public_key().public_bytes_raw()
    require(mlkem + x25519 == raw(v, "recovery_public"), "recovery key")
    require(len(v["root_words"]) == len(v["words"]) == 13, "13 words")
    # The list is sorted, so words of one digest sort as its ten-bit groups do; their text is checked elsewhere.
    for words, digest in (
        (v["root_words"], sha256(b"casevault/root", raw(v, "root_public"))),
        (v["words"], raw(v, "digest")),
    ):
        bits = int.from_bytes(digest, "big") >> 126
        groups = [bits >> 10 * place & 1023 for place in range(12, -1, -1)]
        require(sorted(range(13), key=groups.__getitem__) == sorted(range(13), key=words.__getitem__), "words")


def check_signatures(v: Vector) -> None:
    """Own signatures and bare ones."""
    public = Ed25519PublicKey.from_public_bytes(raw(v, "public"))
    for purpose in ("roster", "genesis", "bundle"):
        public.verify(raw(v, purpose), b"casevault/" + purpose.encode() + b"/v1\0" + raw(v, "message"))
    public.verify(raw(v, "raw"), raw(v, "message"))


def check_pins(v: Vector) -> None:
    """Names that tell nothing."""
    require(sha256(b"casevault/pins", raw(v, "vault", "seat"))[:16].hex() == v["file"], "pins file name")
    require(sha256(b"casevault/machine", raw(v, "system_machine_id")) == raw(v, "machine"), "machine")


def check(vectors: Vector) -> int:
    """Open every vector; return how many there were. Raise at the first that does not open."""
    many = {"versions": check_version, "locals": check_local, "sent": check_sent, "bodies": check_body}
    one = {
        "keys": check_keys,
        "named": check_named,
        "unlock": check_unlock,
        "words": check_words,
        "root": check_root,
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
