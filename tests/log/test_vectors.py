"""Fixed bytes: a change here is a new format version, with its own vectors beside these."""

from __future__ import annotations

import json
from hashlib import sha256

import pytest

from tests.log.writer import Row, verify_signature
from tests.vectors.make_log import PATH, build
from vault.errors import MalformedError
from vault.log.act_bytes import ActKind, read_act
from vault.log.checkpoint import parse_note
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import origin_of
from vault.log.items import decode_items
from vault.log.operation import Header
from vault.log.payload import Payload, decode_plaintext
from vault.log.verify import verify_log
from vault.store.rowtypes import CheckpointRow

pytestmark = pytest.mark.vectors
VECTORS = json.loads(PATH.read_text(encoding="utf-8"))


def test_the_program_still_writes_the_same_bytes_and_no_vector_is_left_out() -> None:
    built = build()
    assert built.keys() == VECTORS.keys()
    assert [name for name in VECTORS if built[name] != VECTORS[name]] == []


def test_the_log_of_the_vectors_holds() -> None:
    genesis = bytes.fromhex(VECTORS["genesis"]["bytes"])
    origin = bytes.fromhex(VECTORS["genesis"]["origin"])
    rows = [
        Row(
            origin,
            seq,
            row["header"].encode(),
            bytes.fromhex(row["list"]),
            bytes.fromhex(row["sealed"]),
            bytes.fromhex(row["digest"]),
        )
        for seq, row in enumerate(VECTORS["operations"])
    ]
    notes = [note.encode() for note in VECTORS["checkpoints"]]
    report = verify_log(genesis, rows, [CheckpointRow(*parse_note(note)[:3], note) for note in notes], verify_signature)
    assert origin_of(genesis) == origin
    assert not report.problems
    assert report.size == 3


def test_every_layout_is_read_back() -> None:
    headers = [Header.decode(header["text"].encode()) for header in VECTORS["headers"]]
    assert [(header.position, header.decides) for header in headers] == [(41, False), (41, True)]
    assert [item.kind for item in decode_items(bytes.fromhex(VECTORS["list"]["bytes"]))] == [3, 2, 1, 4, 5, 6, 7, 20]
    key = VECTORS["key"]
    assert EpochNotice.decode(bytes.fromhex(key["bytes"])).digest().hex() == key["digest"]
    payload = VECTORS["payload"]
    salt, opened = decode_plaintext(bytes.fromhex(payload["plaintext"]), bytes.fromhex(payload["commitment"]))
    assert (salt.hex(), opened.hex()) == (payload["salt"], payload["bytes"])
    assert Payload.decode(opened).act == "case.view"


def test_ids_are_plain_hashes_that_anyone_can_take() -> None:
    version, compartment = VECTORS["version"], VECTORS["compartment"]
    joined = bytes.fromhex(version["compartment"] + version["record"] + version["blob"])
    assert sha256(joined).hexdigest() == version["id"]
    place = b"casevault/compartment" + bytes.fromhex(compartment["origin"]) + bytes(12)
    assert sha256(place).hexdigest()[:32] == compartment["id"]


def test_items_that_decide_are_read_under_their_names_and_those_with_a_fault_are_refused() -> None:
    acts = VECTORS["acts"]
    vault = bytes.fromhex(acts["vault"])
    for name, one in acts["good"].items():
        act = read_act(one["kind"], bytes.fromhex(one["bytes"]), vault, verify_signature)
        assert (act.digest.hex(), one["kind"]) == (one["digest"], ActKind[name.upper()]), name
    for one in acts["refused"].values():
        with pytest.raises(MalformedError):
            read_act(one["kind"], bytes.fromhex(one["bytes"]), vault, verify_signature)
    assert acts["good"].keys() == {kind.name.lower() for kind in ActKind}
