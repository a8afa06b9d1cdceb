"""Fixed bytes: what format 1 gives, and that a reader written from FORMAT.md alone opens it."""

import json
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag

from tests.tables import each
from tests.vectors import make_seal
from tests.vectors.independent import seal_vectors as decoder
from tests.vectors.independent.basis import Refused
from vault.seal.entrance.keyfile import KeyHeader, SeatSecrets, open_slot
from vault.seal.envelope import LocalContext, VersionContext, open_sealed
from vault.seal.purposes import BODY_PURPOSES, HPKE_PURPOSES, LOCAL_PURPOSES, VERSION_PURPOSES, Purpose
from vault.seal.recipients import GrantContext, KemPrivate, open_from
from vault.seal.recovery import recover
from vault.seal.signing import verify, verify_raw

pytestmark = pytest.mark.vectors

Vector = dict[str, Any]
VECTORS = make_seal.stored_vectors()
_SEALED = VERSION_PURPOSES | LOCAL_PURPOSES | HPKE_PURPOSES | BODY_PURPOSES


def _bytes(vector: Vector, *names: str) -> list[bytes]:
    return [bytes.fromhex(vector[name]) for name in names]


def test_the_program_still_gives_the_bytes_of_the_vectors_and_the_file_is_as_the_script_writes_it() -> None:
    assert make_seal.make(VECTORS) == VECTORS
    assert json.dumps(VECTORS, indent=1) + "\n" == make_seal.PATH.read_text(encoding="ascii")


def test_every_purpose_has_a_vector() -> None:
    having = [vector["purpose"] for section in ("versions", "locals", "sent") for vector in VECTORS[section]]
    having.append(VECTORS["attachments"][0]["purpose"])
    assert sorted(having) == sorted(_SEALED)


def test_the_program_opens_every_vector() -> None:
    for vector in VECTORS["versions"]:
        key, content, sealed = _bytes(vector, "key", "content", "sealed")
        vault, compartment, record, origin = _bytes(vector, "vault", "compartment", "record", "origin")
        version = VersionContext(vault, compartment, record, origin, vector["seq"], Purpose(vector["purpose"]))
        assert open_sealed(key, sealed, version) == content
    for vector in VECTORS["locals"]:
        key, content, sealed, vault, seat = _bytes(vector, "key", "content", "sealed", "vault", "seat")
        row = LocalContext(Purpose(vector["purpose"]), vault, seat, vector["number"])
        assert open_sealed(key, sealed, row) == content
    for vector in VECTORS["sent"]:
        seed, content, sealed = _bytes(vector, "seed", "content", "sealed")
        context = GrantContext(
            Purpose(vector["purpose"]), *_bytes(vector, "vault", "compartment", "epoch", "from", "to")
        )
        assert open_from(KemPrivate.from_seed(seed), sealed, context) == content


def test_the_program_opens_the_slot() -> None:
    vector = VECTORS["unlock"]
    header, unlock_key, content, slot = _bytes(vector, "header", "unlock_key", "content", "slot")
    opened = open_slot(unlock_key, slot, KeyHeader.decode(header), vector["number"])
    assert opened == SeatSecrets.decode(content) == make_seal.SECRETS


def test_the_program_recovers_the_root_secret() -> None:
    vector = VECTORS["root"]
    for chosen in ((0, 1), (0, 2), (2, 1)):
        assert recover([vector["shares"][at] for at in chosen], vector["root_words"]).hex() == vector["secret"]


def test_the_program_verifies_the_signatures() -> None:
    vector = VECTORS["signatures"]
    public, message, roster, genesis, raw = _bytes(vector, "public", "message", "roster", "genesis", "raw")
    verify(public, roster, "roster", message)
    verify(public, genesis, "genesis", message)
    verify_raw(public, raw, message)


def test_an_independent_decoder_opens_every_vector() -> None:
    assert decoder.check(VECTORS) == len(_SEALED) - 1 + len(VECTORS["bodies"]) + len(VECTORS["attachments"]) + 7


HEX_FIELDS = {
    f"{section} {at} {name}": (section, at, name)
    for section in ("versions", "locals", "sent")
    for at, vector in enumerate(VECTORS[section])
    for name, value in vector.items()
    if isinstance(value, str) and name != "random"
}


def _changed(value: str) -> str:
    changed = bytearray.fromhex(value)
    changed[-1] ^= 1
    return changed.hex()


@each(HEX_FIELDS)
def test_the_decoder_refuses_a_vector_with_one_bit_changed(section: str, at: int, name: str) -> None:
    vector = VECTORS[section][at]
    changed = [*VECTORS[section][:at], {**vector, name: _changed(vector[name])}, *VECTORS[section][at + 1 :]]
    with pytest.raises((Refused, InvalidTag)):
        decoder.check({**VECTORS, section: changed})


@each(sorted(VECTORS["signatures"].keys() - {"seed"}))
def test_the_decoder_refuses_signatures_with_one_bit_changed(name: str) -> None:
    signatures = VECTORS["signatures"]
    with pytest.raises(InvalidSignature):
        decoder.check_signatures({**signatures, name: _changed(signatures[name])})
