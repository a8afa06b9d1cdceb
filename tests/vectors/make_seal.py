"""Write tests/vectors/seal.json: `python -m tests.vectors.make_seal`. A change of its bytes is a new format version.

Everything comes from fixed names through the deterministic halves. HPKE messages and recovery shares cannot be made
twice, so those already in the file are kept as long as they open.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from tests.seal.places import fixed
from vault.errors import VerificationError
from vault.ids import RECOVERY_SEAT
from vault.seal.bodies import CHUNK_SIZE, Names, attachment_place, bundle_place, chunk_name, seal_stream
from vault.seal.entrance.doors import DoorKeys
from vault.seal.entrance.keyfile import KeyHeader, SeatSecrets, slot_context, slot_info
from vault.seal.entrance.passphrase import (
    DEFAULT,
    FLOOR,
    WORDS_COST,
    Form,
    derive_argon2_salt,
    derive_unlock_key,
    in_form,
    stretch,
)
from vault.seal.envelope import Context, LocalContext, VersionContext, _seal_with_random, version_id
from vault.seal.keyring import (
    Keyring,
    compartment_id,
    derive_entry_key,
    derive_index_tag,
    derive_next_ratchet,
    derive_wrap_key,
    epoch_id,
    wrap,
)
from vault.seal.named import (
    access_record,
    deputy_record,
    derive_register_hash,
    derive_register_key,
    machine_digest,
    private_file_name,
)
from vault.seal.purposes import HPKE_PURPOSES, LOCAL_PURPOSES, VERSION_PURPOSES, Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, open_from, seal_to
from vault.seal.recovery import (
    certificate_words,
    combine,
    derive_recovery_seed,
    derive_root_seed,
    member_words,
    split,
    words_of,
)
from vault.seal.signing import public_key, sign, sign_raw

PATH = Path(__file__).with_name("seal.json")

Vectors = dict[str, Any]

VAULT, SEAT, TO_SEAT = fixed("vault", 16), fixed("seat", 16), fixed("other seat", 16)
COMPARTMENT, RECORD, ORIGIN = fixed("compartment", 16), fixed("record", 16), fixed("origin")
EPOCH_KEY = fixed("epoch key")
EPOCH = epoch_id(COMPARTMENT, ORIGIN, EPOCH_KEY)
SECRETS = SeatSecrets(
    SEAT,
    fixed("kem", 96),
    fixed("identity"),
    fixed("keyring key"),
    fixed("index key"),
    fixed("draft key"),
    fixed("pin key"),
    fixed("anchor"),
)


def make(stored: Vectors) -> Vectors:
    """Return all vectors; `stored` is what the file holds now, or an empty map."""
    return {
        "about": "vault/seal/FORMAT.md. Written by make_seal.py, opened by `independent`. Bytes in hex.",
        "versions": [_version(purpose) for purpose in sorted(VERSION_PURPOSES)],
        "locals": [_local(purpose) for purpose in sorted(LOCAL_PURPOSES)],
        "sent": [
            _sent(purpose, next((v for v in stored.get("sent", ()) if v["purpose"] == purpose), None))
            for purpose in sorted(HPKE_PURPOSES)
        ],
        "bodies": [_body(size) for size in (0, 241, CHUNK_SIZE - 8, CHUNK_SIZE)],
        "attachments": [
            _attachment(size) for size in (0, 1, 241, CHUNK_SIZE - 9, CHUNK_SIZE - 8, CHUNK_SIZE - 7, CHUNK_SIZE)
        ],
        "keys": _keys(),
        "named": _named(),
        "unlock": _unlock(),
        "words": _words(),
        "root": _root(stored.get("root", {}).get("shares")),
        "compared": _compared(),
        "signatures": _signatures(),
        "pins": {
            "vault": VAULT.hex(),
            "seat": SEAT.hex(),
            "key": fixed("a private key").hex(),
            "private_file": private_file_name(fixed("a private key"), VAULT, SEAT),
            "system_machine_id": b"invented machine".hex(),
            "machine": machine_digest(b"invented machine").hex(),
        },
    }


def _sealed(context: Context, content: bytes) -> Vectors:
    name = context.purpose.name.lower()
    key, random32 = fixed(f"{name} key"), fixed(f"{name} random")
    return {
        "purpose": int(context.purpose),
        "key": key.hex(),
        "random": random32.hex(),
        "content": content.hex(),
        "sealed": _seal_with_random(key, content, context, random32).hex(),
    }


def _version(purpose: Purpose) -> Vectors:
    record = bytes(16) if purpose is Purpose.AUDIT else RECORD
    context = VersionContext(VAULT, COMPARTMENT, record, ORIGIN, 7, purpose)
    vector = _sealed(context, f"content of {purpose.name.lower()}".encode())
    place = {"vault": VAULT, "compartment": COMPARTMENT, "record": record, "origin": ORIGIN}
    digest = version_id(COMPARTMENT, record, bytes.fromhex(vector["sealed"]))
    return {**vector, **{name: value.hex() for name, value in place.items()}, "seq": 7, "id": digest.hex()}


def _local(purpose: Purpose) -> Vectors:
    seat = bytes(16) if purpose is Purpose.SLOT else SEAT
    number = {Purpose.SLOT: 5, Purpose.SESSION: 2}.get(purpose, 0)
    content = f"content of {purpose.name.lower()}".encode()
    if purpose is Purpose.KEYRING:
        keyring = Keyring()
        keyring.add(COMPARTMENT, EPOCH, EPOCH_KEY)
        content = keyring.encode()
    vector = _sealed(LocalContext(purpose, VAULT, seat, number), content)
    made_in = {"origin": ORIGIN.hex()} if purpose is Purpose.KEYRING else {}
    return {**vector, "vault": VAULT.hex(), "seat": seat.hex(), "number": number, **made_in}


def _sent(purpose: Purpose, stored: Vectors | None) -> Vectors:
    context, content = {
        Purpose.GRANT: (GrantContext(purpose, VAULT, COMPARTMENT, EPOCH, SEAT, TO_SEAT), EPOCH_KEY),
        Purpose.DOOR: (
            GrantContext(purpose, VAULT, to_seat=RECOVERY_SEAT),
            DoorKeys(fixed("database key"), fixed("old database key")).encode(),
        ),
        Purpose.ATTEMPT: (GrantContext(purpose, VAULT), (1_764_000_000_000).to_bytes(8, "big")),
        Purpose.BUNDLE: (GrantContext(purpose, VAULT, to_seat=TO_SEAT), fixed("bundle key")),
        Purpose.LETTER: (GrantContext(purpose, VAULT, to_seat=TO_SEAT), b"content of letter"),
    }[purpose]
    seed = fixed(f"{purpose.name.lower()} kem", 96)
    private = KemPrivate.from_seed(seed)
    sealed = _kept(private, stored, context, content) or seal_to(private.public, content, context)
    return {
        "purpose": int(purpose),
        "seed": seed.hex(),
        "public": private.public.hex(),
        "info": context.info().hex(),
        "vault": VAULT.hex(),
        "compartment": context.compartment.hex(),
        "epoch": context.epoch.hex(),
        "from": context.from_seat.hex(),
        "to": context.to_seat.hex(),
        "content": content.hex(),
        "sealed": sealed.hex(),
        "digest": grant_digest(context.epoch, context.to_seat, sealed).hex(),
    }


def _kept(private: KemPrivate, stored: Vectors | None, context: GrantContext, content: bytes) -> bytes | None:
    if stored is None:
        return None
    sealed = bytes.fromhex(stored["sealed"])
    try:
        return sealed if open_from(private, sealed, context) == content else None
    except VerificationError:
        return None


def _body(size: int) -> Vectors:
    """The content is made from its size and the body is named by its digest: a chunk has a mebibyte."""
    key, header = fixed("bundle key"), fixed("bundle header", 100)
    content = fixed("bundle content", size)
    body = b"".join(seal_stream(key, bundle_place(VAULT, header), [content], size))
    return {
        "key": key.hex(),
        "vault": VAULT.hex(),
        "header": header.hex(),
        "content": "bundle content",
        "content_size": size,
        "body_size": len(body),
        "body_digest": hashlib.sha256(body).hexdigest(),
        "body_start": body[:64].hex(),
    }


def _attachment(size: int) -> Vectors:
    """As a body: its chunks are named by their hashes."""
    key, identity = fixed("attachment key"), fixed("attachment id", 16)
    content = fixed("attachment content", size)
    commitment, *chunks = seal_stream(key, attachment_place(VAULT, identity), [content], size)
    names = Names(commitment, tuple(map(chunk_name, chunks)))
    return {
        "purpose": int(Purpose.ATTACHMENT),
        "key": key.hex(),
        "vault": VAULT.hex(),
        "id": identity.hex(),
        "content": "attachment content",
        "content_size": size,
        "sizes": list(map(len, chunks)),
        "names": names.encode().hex(),
        "digest": names.digest.hex(),
    }


def _keys() -> Vectors:
    wrap_key, version_key, ratchet = derive_wrap_key(EPOCH_KEY), fixed("version key"), fixed("ratchet")
    heads = b"".join(sorted((fixed("head 1"), fixed("head 2"))))
    return {
        "vault": VAULT.hex(),
        "compartment": COMPARTMENT.hex(),
        "epoch_key": EPOCH_KEY.hex(),
        "epoch": EPOCH.hex(),
        "origin": ORIGIN.hex(),
        "seq": 7,
        "n": 2,
        "founded": compartment_id(ORIGIN, 7, 2).hex(),
        "wrap_key": wrap_key.hex(),
        "version_key": version_key.hex(),
        "wrap": wrap(wrap_key, version_key).hex(),
        "ratchet": ratchet.hex(),
        "entry_key": derive_entry_key(ratchet).hex(),
        "next_ratchet": derive_next_ratchet(ratchet).hex(),
        "index_key": fixed("index key").hex(),
        "record": RECORD.hex(),
        "heads": heads.hex(),
        "index_tag": derive_index_tag(fixed("index key"), RECORD, heads).hex(),
    }


def _named() -> Vectors:
    member, register_key = fixed("member", 16), derive_register_key(EPOCH_KEY)
    return {
        "member": member.hex(),
        "access_record": access_record(member).hex(),
        "deputy_record": deputy_record(member).hex(),
        "epoch_key": EPOCH_KEY.hex(),
        "register_key": register_key.hex(),
        "skeleton": "ilham torgaev \u0438",
        "register_hash": derive_register_hash(register_key, "ilham torgaev \u0438").hex(),
    }


def _unlock() -> Vectors:
    header = KeyHeader(VAULT, fixed("folder", 16), 3, fixed("vault salt"), FLOOR)
    # Typed with a combining accent and in small letters: NFKC and case folding are part of the vector.
    passphrase, name, number = "korrekt ba\u0308r stapel", "AM\u0130NA Example", 5
    device_secret = fixed("device secret")
    k1 = stretch(bytearray(passphrase.encode()), name, header.vault_salt, FLOOR)
    unlock_key = derive_unlock_key(k1, device_secret=device_secret, slot_info=slot_info(header, number))
    slot = _seal_with_random(unlock_key, SECRETS.encode(), slot_context(header, number), fixed("slot random"))
    return {
        "header": header.encode().hex(),
        "passphrase": passphrase,
        "name": name,
        "argon2_salt": derive_argon2_salt(header.vault_salt, name).hex(),
        "k1": k1.hex(),
        "device_secret": device_secret.hex(),
        "number": number,
        "slot_info": slot_info(header, number).hex(),
        "unlock_key": unlock_key.hex(),
        "content": SECRETS.encode().hex(),
        "slot": slot.hex(),
    }


def _words() -> Vectors:
    header = KeyHeader(VAULT, fixed("folder", 16), 3, fixed("vault salt"), DEFAULT)
    # Seven words of the Russian list, by hands that take the keyboard for ЙЦУКЕН, with ё, Shift and too much space.
    passphrase, name, number = "  PTK`YSQ ekbwf\u00a0otlhsq ajyfhm vtlbwbyf ntgksq zxtqrf", "Amina", 6
    words = in_form(bytearray(passphrase.encode()), Form.WORDS)
    k1 = stretch(words, name, header.vault_salt, WORDS_COST)
    info = slot_info(header, number, WORDS_COST, Form.WORDS)
    unlock_key = derive_unlock_key(k1, fido2_secret=fixed("FIDO2 secret"), slot_info=info)
    slot = _seal_with_random(unlock_key, SECRETS.encode(), slot_context(header, number), fixed("slot random"))
    return {
        "header": header.encode().hex(),
        "passphrase": passphrase,
        "word_form": words.decode(),
        "name": name,
        "k1": k1.hex(),
        "fido2_secret": fixed("FIDO2 secret").hex(),
        "number": number,
        "slot_info": info.hex(),
        "unlock_key": unlock_key.hex(),
        "content": SECRETS.encode().hex(),
        "slot": slot.hex(),
    }


def _root(stored_shares: list[str] | None) -> Vectors:
    secret = fixed("root secret")
    root_public = public_key(derive_root_seed(secret))
    shares = stored_shares
    try:
        kept = shares is not None and combine(shares[:2]) == secret
    except VerificationError:
        kept = False
    return {
        "secret": secret.hex(),
        "root_public": root_public.hex(),
        "recovery_public": KemPrivate.from_seed(derive_recovery_seed(secret)).public.hex(),
        "digest": fixed("digest").hex(),
        "words": list(words_of(fixed("digest"))),
        "shares": shares if kept else split(secret),
    }


def _compared() -> Vectors:
    """Return the words that people compare: of who asks to join, and of whose further device it is."""
    certificate, member = fixed("certificate", 64), fixed("member", 16)
    return {
        "vault": VAULT.hex(),
        "certificate": certificate.hex(),
        "words": list(certificate_words(VAULT, certificate)),
        "member": member.hex(),
        "own_words": list(member_words(member)),
    }


def _signatures() -> Vectors:
    seed, message = fixed("identity"), b"invented message"
    return {
        "seed": seed.hex(),
        "public": public_key(seed).hex(),
        "message": message.hex(),
        "sheets": sign(seed, "sheets", message).hex(),
        "genesis": sign(seed, "genesis", message).hex(),
        "bundle": sign(seed, "bundle", message).hex(),
        "raw": sign_raw(seed, message).hex(),
    }


def stored_vectors() -> Vectors:
    """Return what the file holds now."""
    if not PATH.exists():
        return {}
    vectors: Vectors = json.loads(PATH.read_text(encoding="ascii"))
    return vectors


if __name__ == "__main__":
    PATH.write_text(json.dumps(make(stored_vectors()), indent=1) + "\n", encoding="ascii")
