"""Make `log.json`: fixed bytes of every layout of the log, from fixed inputs. Run: `python -m tests.vectors.make_log`.

A change of the file is a new format version.
"""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

from tests.log.writer import VAULT, Key, Writer
from vault.ids import CompartmentKind, SeatId
from vault.log.act_bytes import (
    SHEETS_PURPOSE,
    MadeAct,
    admit,
    anchor_digest,
    begin,
    by_sheets,
    end,
    found,
    let_back,
    let_in,
    lift,
    lower,
    put_out,
    recover,
    recovery_seat,
    replace_sheets,
    sheets_message,
)
from vault.log.epoch_notice import EpochNotice, founded_compartment
from vault.log.genesis import signed_message
from vault.log.items import Item, ItemKind, encode_items, items_digest
from vault.log.list_check import version_id
from vault.log.operation import Header
from vault.log.payload import Payload, commitment, encode_plaintext
from vault.log.tree import leaf_hash
from vault.policy.roles import Role
from vault.trust.trust_items import Head, Rank

PATH = Path(__file__).parent / "log.json"


def bytes_of(word: str, size: int = 32) -> bytes:
    """Return fixed bytes that a word stands for."""
    return (sha256(word.encode()).digest() * (size // 32 + 1))[:size]


def build() -> dict[str, object]:
    """Return all vectors, bytes as lowercase hex."""
    writer = Writer("vectors")
    compartment = founded_compartment(writer.origin, 0, 0)
    vault, epoch = bytes_of("vault", 16), bytes_of("epoch", 16)
    key = EpochNotice(1, vault, compartment, CompartmentKind.CASE, writer.origin, epoch)
    blob = b"sealed version"
    version = version_id(compartment, bytes_of("record", 16), blob)
    items = [
        Item.in_compartment(ItemKind.EPOCH, compartment, key.digest()),
        Item.of_given(compartment, epoch, bytes_of("reader", 16)),
        Item.in_compartment(ItemKind.VERSION, compartment, version),
        Item.of_keys(bytes_of("folder", 16), bytes_of("keys file")),
        Item.tagless(ItemKind.APPROVAL, bytes_of("approval")),
        Item.in_compartment(ItemKind.ERASED, compartment, bytes_of("erased")),
        Item.tagless(ItemKind.SEEN, bytes_of("note")),
        Item.of_act(lift(bytes_of("taking"))),
    ]
    writer.append(*items)
    writer.seal()
    writer.append()
    writer.append(new_session=True)
    writer.seal()
    payload = Payload(
        act="case.view",
        t=1_790_000_000_000,
        why="intake",
        obj=bytes_of("case", 16),
        covers={"note": 2},
        tz0=120,
        boot=bytes_of("boot", 16),
        mono=12,
        cause=1,
        app="1.0.0",
    ).encode()
    salt = bytes_of("salt")
    header = Header(bytes_of("c"), None, writer.origin, 41, bytes_of("r"), bytes_of("x"))
    deciding = replace(header, decides=True)
    return {
        "genesis": {"bytes": writer.genesis.hex(), "origin": writer.origin.hex()},
        "successor": Writer("successor", (writer.origin, 3, writer.frontier.root())).genesis.hex(),
        "headers": [
            {"text": one.encode().decode(), "leaf": leaf_hash(one.encode()).hex()} for one in (header, deciding)
        ],
        "list": {"bytes": encode_items(items).hex(), "digest": items_digest(encode_items(items)).hex()},
        "key": {"bytes": key.encode().hex(), "digest": key.digest().hex()},
        "compartment": {"origin": writer.origin.hex(), "seq": 0, "n": 0, "id": compartment.hex()},
        "version": {
            "compartment": compartment.hex(),
            "record": bytes_of("record", 16).hex(),
            "blob": blob.hex(),
            "id": version.hex(),
        },
        "payload": {
            "bytes": payload.hex(),
            "salt": salt.hex(),
            "commitment": commitment(salt, payload).hex(),
            "plaintext": encode_plaintext(salt, payload).hex(),
        },
        "operations": [
            {
                "header": row.header.decode(),
                "list": row.list.hex(),
                "sealed": row.sealed.hex(),
                "digest": row.digest.hex(),
            }
            for row in writer.rows
        ],
        "checkpoints": [seal.note.decode() for seal in writer.seals],
        "acts": _acts(writer),
    }


def _acts(writer: Writer) -> dict[str, object]:
    """Return what items that decide say, of each kind one; and what is refused: by the form, or by the signature."""
    sheets, kem, nonce = Key("sheets"), bytes_of("recovery", 1_216), bytes_of("nonce", 16)
    heads = [Head(SeatId(writer.seat), 3, writer.frontier.root()), Head(SeatId(writer.seat), 2, bytes_of("another"))]
    admission = admit(writer.genesis, {Role.SUPERVISOR, Role.CASEWORKER}, 1_790_000_000_000, nonce)
    member = bytes_of("member", 16)
    case = bytes_of("case", 16)
    made = {
        "begin": begin(sheets.public, kem, helpers=True),
        "admit": admission,
        "end": end(writer.seat, heads, nonce),
        "lower": lower(member, "supervisor", heads, nonce),
        "lift": lift(bytes_of("taking")),
        "sheets": by_sheets(admission, sheets.public, sheets.sign(_signed(admission))),
        "recover": recover(member, nonce),
        "replace": replace_sheets(bytes_of("root"), kem, [admission.act.digest, bytes_of("taking")]),
        "found": found(case, bytes_of("its case", 16), [member], with_recovery=True, nonce=nonce),
        "let_in": let_in(case, member, Rank.LEAD, 1_790_000_000_000, nonce),
        "put_out": put_out(case, member, heads, nonce, as_admin=True),
        "let_back": let_back(case, bytes_of("taking"), nonce),
    }
    malformed = {name: (one.kind, one.content + b"\0") for name, one in made.items()}
    unsigned = by_sheets(admission, sheets.public, sheets.sign(_signed(made["lift"])))
    malformed["signature"] = (unsigned.kind, unsigned.content)
    founder = writer.key("identity").public
    return {
        "vault": VAULT.hex(),
        "anchor": {
            "root": sheets.public.hex(),
            "recovery": kem.hex(),
            "founder": founder.hex(),
            "digest": anchor_digest(sheets.public, kem, founder).hex(),
            "recovery_seat": recovery_seat(kem).hex(),
        },
        "good": {
            name: {"kind": one.kind, "bytes": one.content.hex(), "digest": one.act.digest.hex()}
            for name, one in made.items()
        },
        "refused": {name: {"kind": kind, "bytes": content.hex()} for name, (kind, content) in malformed.items()},
    }


def _signed(made: MadeAct) -> bytes:
    return signed_message(SHEETS_PURPOSE, sheets_message(VAULT, made.kind, made.content))


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
