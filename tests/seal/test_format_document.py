"""FORMAT.md is checked like code: headings, tables and example, and the names that the program writes."""

from __future__ import annotations

import copy
import dataclasses
import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature, InvalidTag

import vault
from tests.tables import each
from tests.vectors import make_people, make_seal
from tests.vectors.independent import basis as independent_basis
from tests.vectors.independent import people_vectors as people_decoder
from tests.vectors.independent import seal_vectors as independent_seal_vectors
from tests.vectors.independent import sealing as decoder
from tests.vectors.independent.basis import Refused
from vault.access.membership.joining import _WaitingMap
from vault.access.pins import pins
from vault.access.pins.delays import Attempts
from vault.casework.case import Access, Hold, KeptFor, LogSize, Retention, Section
from vault.casework.disclosure import Approving, Decision, Disclosure, PseudonymGiven, RemovedIn
from vault.casework.document import Body, Document
from vault.casework.form import FormedRecord
from vault.casework.intake import RegisterEntry, Slip, SlipState
from vault.casework.kinds import CaseworkRecord
from vault.casework.organisation_records import Deputy, Order
from vault.casework.person import IdentityDocument, Person, PersonName, SafeContact
from vault.casework.questionnaires import Filled, FormAnswer, FormDefinition
from vault.casework.questionnaires import Question as FormQuestion
from vault.casework.story import STORY
from vault.export.archive import PURPOSE as PACKAGE_PURPOSE
from vault.export.release import file_digests
from vault.ids import CompartmentKind
from vault.log.act_bytes import SHEETS_PURPOSE, ActKind
from vault.log.approval import APPROVAL_PURPOSE, Approval
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import GENESIS_PURPOSE
from vault.log.items import ACTS, Item, ItemKind, encode_items, items_digest
from vault.log.tree import leaf_hash
from vault.policy.rights import DIRECTORY_KINDS, EXPORT_KINDS, MEMBERSHIP_KINDS, SENDING_KINDS, SHARING_KINDS
from vault.records.seatlog import SessionSecret, _RatchetContent
from vault.seal.entrance.device_secret import read_keyfile
from vault.seal.entrance.keyfile import DOOR_SIZE, HEADER_SIZE, KEY_FILE_SIZE, KeyHeader, SeatSecrets, open_slot
from vault.seal.entrance.passphrase import CEILING, DEFAULT, FLOOR
from vault.seal.envelope import LocalContext, VersionContext, _seal_with_random, open_sealed, version_id
from vault.seal.keyring import compartment_id, derive_wrap_key, epoch_id, unwrap, wrap
from vault.seal.purposes import HPKE_PURPOSES, LOCAL_PURPOSES, VERSION_PURPOSES, Purpose
from vault.seal.recipients import HPKE_OVERHEAD, GrantContext, KemPrivate, open_from, open_letter
from vault.seal.recovery import recover
from vault.seal.signing import verify, verify_raw
from vault.seal.sizes import KEY_SIZE
from vault.services.approvals.by_file import _Letter
from vault.services.approvals.pipe_process import PipeAnswer, PipeQuestion, RowSet
from vault.services.approvals.question import ApprovalQuestion, decode_question
from vault.services.backups.proven_backup import Manifest
from vault.services.projection.last_done import Opened
from vault.store import tables
from vault.store.engine import open_database
from vault.sync.bundle_file import BUNDLE_PURPOSE, open_bundle
from vault.sync.peers import _PeerWire, decode_peers, encode_peers
from vault.validity import deciding_lines

ROOT = Path(vault.__path__[0])
TEXT = (ROOT / "seal" / "FORMAT.md").read_text(encoding="utf-8")
SOURCES = [path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*.py"))]


def _example() -> dict[str, bytes]:
    block = re.search(r"```example\n(.*?)```", TEXT, re.DOTALL)
    assert block is not None
    joined = re.sub(r"\n +", "", block[1])
    return {name.strip(): bytes.fromhex(value) for name, value in (line.split("=") for line in joined.splitlines())}


EXAMPLE = _example()


def test_every_purpose_has_a_heading_and_no_heading_names_another() -> None:
    headings = re.findall(r"#### Purpose (\d+): (.*)\n", TEXT)
    assert headings == [(str(int(purpose)), purpose.name.lower().replace("_", " ")) for purpose in sorted(Purpose)]


def test_each_item_that_decides_has_its_row() -> None:
    rows = re.findall(r"^\| (\d+) ([a-z-]+) \|", TEXT, re.MULTILINE)
    assert {(number, name) for number, name in rows if int(number) >= min(ActKind)} == {
        (str(int(kind)), kind.name.lower().replace("_", "-")) for kind in ActKind
    }


def test_the_table_of_acts_is_that_of_the_log() -> None:
    table = TEXT.split("| act | may list (kinds) |\n|---|---|\n")[1].split("\n\n")[0]
    documented: dict[str, frozenset[int]] = {}
    for line in table.splitlines():
        _, acts, kinds, _ = line.split("|")
        allowed = frozenset() if kinds.strip() == "none" else frozenset(int(kind) for kind in kinds.split(","))
        documented |= dict.fromkeys(re.findall(r"`([^`]+)`", acts), allowed)
    assert documented == dict(ACTS)


@each(
    [
        f"| 92 | 32 slots | 32 x 1,024 |\n| {HEADER_SIZE + 32 * 1024:,} | 32 doors |",
        f"| {HEADER_SIZE + 32 * (1024 + DOOR_SIZE):,} | recovery door | {DOOR_SIZE:,} |",
        f"| {HEADER_SIZE + 32 * 1024 + 33 * DOOR_SIZE:,} | attempts public key | 1,216 |\n| {KEY_FILE_SIZE:,} | end |",
        f"| grant | epoch key | {KEY_SIZE + HPKE_OVERHEAD:,} |",
        f"{HPKE_OVERHEAD:,} bytes more than its content",
        f"Floor m = {FLOOR.memory_kib:,} KiB, t = {FLOOR.iterations}, p = {FLOOR.lanes};",
        f"ceiling m = {CEILING.memory_kib:,} KiB, t = {CEILING.iterations}, p = {CEILING.lanes};",
        f"Default m = {DEFAULT.memory_kib:,} KiB, t = {DEFAULT.iterations}, p = {DEFAULT.lanes}.",
    ]
)
def test_sizes_and_bounds_are_those_of_the_code(stated: str) -> None:
    assert stated in TEXT


def test_the_example_is_what_the_program_makes() -> None:
    e = EXAMPLE
    seq, n = int.from_bytes(e["seq"], "big"), int.from_bytes(e["n"], "big")
    assert compartment_id(e["origin"], seq, n) == e["compartment"]
    assert epoch_id(e["compartment"], e["origin"], e["epoch_key"]) == e["epoch_id"]
    assert derive_wrap_key(e["epoch_key"]) == e["wrap_key"]
    assert wrap(e["wrap_key"], e["version_key"]) == e["wrap"]
    assert unwrap(e["wrap_key"], e["wrap"]) == e["version_key"]
    context = VersionContext(e["vault"], e["compartment"], e["record"], e["origin"], seq)
    assert context.aad() == e["aad"]
    assert _seal_with_random(e["version_key"], e["content"], context, e["random"]) == e["sealed"]
    assert open_sealed(e["version_key"], e["sealed"], context) == e["content"]
    assert e["sealed"][:58] == b"\x01\x01" + e["salt"] + e["commitment"]
    assert version_id(e["compartment"], e["record"], e["sealed"]) == e["version_id"]


def test_the_example_is_what_the_log_makes() -> None:
    e = EXAMPLE
    notice = EpochNotice(1, e["vault"], e["compartment"], CompartmentKind.CASE, e["origin"], e["epoch_id"])
    assert notice.encode() == e["epoch_row"]
    listed = encode_items([
        Item.in_compartment(ItemKind.EPOCH, e["compartment"], notice.digest()),
        Item.in_compartment(ItemKind.VERSION, e["compartment"], e["version_id"]),
    ])  # fmt: skip
    assert listed == e["list"]
    assert items_digest(listed) == e["list_digest"]


def test_the_example_opens_in_the_independent_decoder() -> None:
    e = EXAMPLE
    assert decoder.open_envelope(e["version_key"], 1, e["sealed"], e["aad"]) == e["content"]
    assert sha256(e["list"]).digest() == e["list_digest"]
    content = msgspec.msgpack.decode(e["content"])
    assert content == {
        "schema": 1,
        "kind": "note",
        "parents": [],
        "clock": [1_764_028_800_000, 0],
        "fields": {"text": "Invented note."},
    }


def test_no_line_of_the_example_is_without_a_check() -> None:
    assert set(EXAMPLE) == {
        *("vault", "origin", "seq", "n", "compartment", "epoch_key", "epoch_id", "wrap_key", "version_key", "wrap"),
        *("record", "content", "random", "aad", "salt", "commitment", "sealed", "version_id"),
        *("epoch_row", "list", "list_digest"),
    }


def _fields_told(kind: str) -> set[str]:
    (line,) = re.findall(rf"^\| {kind} \| [a-z, ]+ \| (.*) \|$", TEXT, re.MULTILINE)
    return set(re.findall(r"`([a-z_]+)`", line))


@each([kind for kind in get_args(CaseworkRecord) if kind is not FormedRecord] + [Document, *STORY.values()])
def test_the_fields_of_each_kind_of_record_are_told(record: type[CaseworkRecord]) -> None:
    parts = {
        Person: (PersonName, IdentityDocument, SafeContact),
        Disclosure: (Decision, PseudonymGiven, RemovedIn),
        Document: (Body,),
        Hold: (LogSize,),
        Retention: (KeptFor,),
        FormDefinition: (FormQuestion,),
        Filled: (FormAnswer,),
    }
    inside = {field.name for part in parts.get(record, ()) for field in dataclasses.fields(part)}
    told = _fields_told(record.KIND)
    ours = {field.name for field in dataclasses.fields(record)} | inside
    assert ours <= told, ours - told
    assert not told - ours - ({state.value for state in SlipState} | {"read", "unread"}), told - ours


def test_a_database_opens_under_the_parameters_of_the_page(tmp_path: Path) -> None:
    assert (
        "SQLCipher 4 with its defaults (AES-256-CBC, HMAC-SHA512, a reserve of 80 bytes) but for the page size" in TEXT
    )
    assert "page size, which is 8,192; the journal is a write-ahead log" in TEXT
    database = open_database(tmp_path / "vault.db", bytes(32), create=True)
    told = {"cipher_page_size": "8192", "cipher_hmac_algorithm": "HMAC_SHA512", "cipher": "AES-256-CBC"}
    with database.bare_connection() as connection:
        found = {name: str(connection.exec_driver_sql(f"PRAGMA {name}").scalar()) for name in told}
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar()
    database.close()
    assert (found, journal) == (told, "wal")


def test_the_tables_of_a_vault_are_those_of_the_page() -> None:
    section = TEXT.split("| table | key | other columns |\n")[1].split("\n\n")[0]
    assert set(tables.metadata.tables) == set(re.findall(r"^\| `([a-z_]+)`", section, re.MULTILINE))


NAMES = sorted({name for source in SOURCES for name in re.findall(r'b"(casevault[^"]+)"', source)})
OF_CASEWORK = {"partner", "rule"}


@each(NAMES)
def test_each_name_that_is_hashed_or_written_is_in_the_document(name: str) -> None:
    named, zero, _ = name.partition("\\x00")
    assert f'"{named}"' in TEXT
    # A zero byte stands behind the quotes there.
    assert not zero or f'"{named}" \\|\\| 0x00' in TEXT


def documented(kind: str) -> set[str]:
    """Return the fields in the row of a kind; what stands in brackets or behind a colon says what they are."""
    (row,) = re.findall(rf"^\| {kind} \| [a-z, ]+ \| (.*) \|$", TEXT, re.MULTILINE)
    return set(re.findall(r"`(\w+)`", re.sub(r"\([^)]*\)", "", row)))


@each([Access, Section, Deputy, Order, Approving, Slip, RegisterEntry])
def test_the_fields_of_a_kind_are_those_of_the_program(kind: Any) -> None:
    assert documented(kind.KIND) == {field.name for field in dataclasses.fields(kind)}


def test_each_kind_of_a_rights_table_and_each_signing_purpose_is_described() -> None:
    kinds = DIRECTORY_KINDS | MEMBERSHIP_KINDS | SENDING_KINDS | SHARING_KINDS | EXPORT_KINDS
    assert [kind for kind in sorted(kinds - OF_CASEWORK) if not documented(kind)] == []
    (line,) = re.findall(r"Signing purposes: (.*?); others are", TEXT)
    for purpose in (GENESIS_PURPOSE, SHEETS_PURPOSE, BUNDLE_PURPOSE, APPROVAL_PURPOSE, PACKAGE_PURPOSE):
        assert f"`{purpose}`" in line


# Members that the document words otherwise: a field of the program, and how it is written in bytes.
WRITTEN = {
    Approval: {"expires_ms": "expires", "signature": "sig"},
    SeatSecrets: {
        "kem_seed": "kem",
        "identity_seed": "identity",
        "root_public": "root",
        **{f"{name}_key": f"{name}key" for name in ("keyring", "index", "draft", "pin")},
    },
}
MAPS = [
    *(Approval, SeatSecrets, Attempts, Opened, pins.Dates, Manifest),
    *(SessionSecret, _RatchetContent, _PeerWire, _WaitingMap, pins._Wire, deciding_lines._Wire),
    *(_Letter, ApprovalQuestion, PipeQuestion, PipeAnswer, RowSet),
]


@each(MAPS)
def test_each_member_of_a_map_is_in_the_document(form: Any) -> None:
    fields = (
        [field.name for field in dataclasses.fields(form)] if dataclasses.is_dataclass(form) else form.__struct_fields__
    )
    written = {WRITTEN.get(form, {}).get(name, name) for name in fields}
    assert {name for name in written if not re.search(rf"`{name}`|[{{ ]{name}[,: (]", TEXT)} == set()


# Fixed bytes: what the format gives, and that a reader written from FORMAT.md alone opens it.
Vector = dict[str, Any]
VECTORS = make_seal.stored_vectors()
_SEALED = VERSION_PURPOSES | LOCAL_PURPOSES | HPKE_PURPOSES | {Purpose.ATTACHMENT}


def _bytes(vector: Vector, *names: str) -> list[bytes]:
    return [bytes.fromhex(vector[name]) for name in names]


@pytest.mark.vectors
def test_the_program_still_gives_the_bytes_of_the_vectors_and_the_file_is_as_the_script_writes_it() -> None:
    assert make_seal.make(VECTORS) == VECTORS
    assert json.dumps(VECTORS, indent=1) + "\n" == make_seal.PATH.read_text(encoding="ascii")


@pytest.mark.vectors
def test_every_purpose_has_a_vector() -> None:
    having = [vector["purpose"] for section in ("versions", "locals", "sent") for vector in VECTORS[section]]
    having.append(VECTORS["attachments"][0]["purpose"])
    assert sorted(having) == sorted(_SEALED)


@pytest.mark.vectors
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


@pytest.mark.vectors
def test_the_program_opens_the_slot() -> None:
    vector = VECTORS["unlock"]
    header, unlock_key, content, slot = _bytes(vector, "header", "unlock_key", "content", "slot")
    opened = open_slot(unlock_key, slot, KeyHeader.decode(header), vector["number"])
    assert opened == SeatSecrets.decode(content) == make_seal.SECRETS


@pytest.mark.vectors
def test_the_program_recovers_the_root_secret() -> None:
    vector = VECTORS["root"]
    for chosen in ((0, 1), (0, 2), (2, 1)):
        shares = [vector["shares"][at] for at in chosen]
        assert recover(shares, bytes.fromhex(vector["root_public"])).hex() == vector["secret"]


@pytest.mark.vectors
def test_the_program_verifies_the_signatures() -> None:
    vector = VECTORS["signatures"]
    public, message, sheets, genesis, raw = _bytes(vector, "public", "message", "sheets", "genesis", "raw")
    verify(public, sheets, "sheets", message)
    verify(public, genesis, "genesis", message)
    verify_raw(public, raw, message)


@pytest.mark.vectors
def test_an_independent_decoder_opens_every_vector() -> None:
    assert (
        independent_seal_vectors.check(VECTORS)
        == len(_SEALED) - 1 + len(VECTORS["bodies"]) + len(VECTORS["attachments"]) + 8
    )


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


@pytest.mark.vectors
@each(HEX_FIELDS)
def test_the_decoder_refuses_a_vector_with_one_bit_changed(section: str, at: int, name: str) -> None:
    vector = VECTORS[section][at]
    changed = [*VECTORS[section][:at], {**vector, name: _changed(vector[name])}, *VECTORS[section][at + 1 :]]
    with pytest.raises((Refused, InvalidTag)):
        independent_seal_vectors.check({**VECTORS, section: changed})


@pytest.mark.vectors
@each(sorted(VECTORS["signatures"].keys() - {"seed"}))
def test_the_decoder_refuses_signatures_with_one_bit_changed(name: str) -> None:
    signatures = VECTORS["signatures"]
    with pytest.raises(InvalidSignature):
        independent_seal_vectors.check_signatures({**signatures, name: _changed(signatures[name])})


# Fixed bytes of what people pass to each other: the program and a reader written from FORMAT.md alone open them.
PEOPLE_VECTORS = make_people.stored_vectors()
VAULT, SEAT = make_people.VAULT, make_people.SEAT


def raw(section: str, name: str) -> bytes:
    return bytes.fromhex(PEOPLE_VECTORS[section][name])


@pytest.mark.vectors
def test_the_program_still_gives_the_bytes_of_the_vectors() -> None:
    assert make_people.make(PEOPLE_VECTORS) == PEOPLE_VECTORS
    assert json.dumps(PEOPLE_VECTORS, indent=1) + "\n" == make_people.PATH.read_text(encoding="ascii")


@pytest.mark.vectors
def test_the_program_opens_a_question_as_either_seat_and_its_answer() -> None:
    for seed, seat in zip(PEOPLE_VECTORS["letter"]["seeds"], PEOPLE_VECTORS["letter"]["seats"], strict=True):
        private = KemPrivate.from_seed(bytes.fromhex(seed))
        assert open_letter(private, bytes.fromhex(seat), VAULT, raw("letter", "file")) == raw("letter", "content")
    wanted = decode_question(msgspec.msgpack.decode(raw("letter", "content"))["content"])
    assert dict(wanted.of["files"]) == file_digests(wanted.contents)
    assert Approval.decode(bytes.fromhex(PEOPLE_VECTORS["approval"])).digest == wanted.digest


@pytest.mark.vectors
def test_the_program_opens_a_bundle_of_each_kind_of_row(tmp_path: Path) -> None:
    path = tmp_path / "bundle"
    path.write_bytes(raw("bundle", "file"))
    bundle = open_bundle(path, KemPrivate.from_seed(raw("bundle", "seed")), raw("bundle", "seat"), VAULT)
    assert [make_people._plain(row) for page in bundle.pages() for row in page.rows] == PEOPLE_VECTORS["bundle"]["rows"]
    assert {origin.hex(): size for origin, size in bundle.manifest.have.items()} == PEOPLE_VECTORS["bundle"]["have"]


@pytest.mark.vectors
def test_the_program_reads_what_is_kept() -> None:
    assert read_keyfile(raw("keyfile", "bytes")).secret == raw("keyfile", "secret")
    assert encode_peers(decode_peers(raw("rows", "peers"))) == raw("rows", "peers")
    assert leaf_hash(b"") == independent_basis.sha256(b"\0")


@pytest.mark.vectors
def test_an_independent_decoder_opens_every_vector_of_people() -> None:
    people_decoder.check(PEOPLE_VECTORS)


def places(vectors: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return where hex of 16 bytes or more stands."""
    if isinstance(vectors, dict):
        return [found for name, value in vectors.items() for found in places(value, (*path, name))]
    if isinstance(vectors, list):
        return [found for at, value in enumerate(vectors) for found in places(value, (*path, at))]
    is_hex = isinstance(vectors, str) and len(vectors) >= 32 and all(digit in "0123456789abcdef" for digit in vectors)
    return [path] if is_hex else []


# Of a secret not every bit is used; rows before they are sealed have nothing behind.
UNCHECKED = {("bundle", "seed")}
CHECKED = [
    path for path in places(PEOPLE_VECTORS) if path[:2] not in UNCHECKED and path[0] != "rows" and "seeds" not in path
]


@pytest.mark.vectors
@each({f"{'/'.join(map(str, path))} at {where}": (path, where) for path in CHECKED for where in (0, 0.5, 1)})
def test_the_decoder_refuses_a_vector_of_people_with_one_bit_changed(path: tuple[Any, ...], where: float) -> None:
    vectors = copy.deepcopy(PEOPLE_VECTORS)
    *above, last = path
    home = vectors
    for step in above:
        home = home[step]
    value = bytearray.fromhex(home[last])
    value[int((len(value) - 1) * where)] ^= 1
    home[last] = value.hex()
    with pytest.raises(
        (independent_basis.Refused, InvalidTag, InvalidSignature, msgspec.MsgspecError, StopIteration, KeyError)
    ):
        people_decoder.check(vectors)
