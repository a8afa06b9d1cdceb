"""Make `log.json`: fixed bytes of every layout of the log, from fixed inputs. Run: `python -m tests.vectors.make_log`.

A change of the file is a new format version.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

from tests.log.writer import ROSTER, Key, Writer
from vault.ids import CompartmentKind
from vault.log.epoch_notice import EpochNotice, RevokedLog, founded_compartment
from vault.log.genesis import signed_message
from vault.log.items import Item, ItemKind, encode_items, items_digest
from vault.log.list_check import version_id
from vault.log.operation import Header
from vault.log.payload import Payload, commitment, encode_plaintext
from vault.log.roster import make_roster
from vault.log.roster_entries import Certificate, Ending, MemberEntry, RosterHead
from vault.log.tree import leaf_hash

PATH = Path(__file__).parent / "log.json"


def bytes_of(word: str, size: int = 32) -> bytes:
    """Return fixed bytes that a word stands for."""
    return (sha256(word.encode()).digest() * (size // 32 + 1))[:size]


def build() -> dict[str, object]:
    """Return all vectors, bytes as lowercase hex."""
    writer = Writer("vectors")
    compartment = founded_compartment(writer.origin, 0, 0)
    founding = EpochNotice(1, bytes_of("vault", 16), compartment, CompartmentKind.CASE, bytes_of("epoch 1", 16))
    replacing = EpochNotice(
        suite=1,
        vault=bytes_of("vault", 16),
        compartment=compartment,
        kind=CompartmentKind.CASE,
        epoch=bytes_of("epoch 2", 16),
        replaced=(founding.epoch,),
        revocations=(RevokedLog(bytes_of("seat", 16), writer.origin, 7),),
    )
    blob = b"sealed version"
    version = version_id(compartment, bytes_of("record", 16), blob)
    items = [
        Item.in_compartment(ItemKind.EPOCH, compartment, founding.digest()),
        Item.in_compartment(ItemKind.GRANT, compartment, bytes_of("grant")),
        Item.in_compartment(ItemKind.VERSION, compartment, version),
        Item.of_keys(bytes_of("folder", 16), bytes_of("keys file")),
        Item.tagless(ItemKind.APPROVAL, bytes_of("approval")),
        Item.in_compartment(ItemKind.ERASED, compartment, bytes_of("erased")),
        Item.tagless(ItemKind.SEEN, bytes_of("note")),
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
    header = Header(bytes_of("c"), ROSTER, None, writer.origin, 41, bytes_of("r"), bytes_of("x"))
    return {
        "genesis": {"bytes": writer.genesis.hex(), "origin": writer.origin.hex()},
        "successor": Writer("successor", (writer.origin, 3, writer.frontier.root())).genesis.hex(),
        "header": {"text": header.encode().decode(), "leaf": leaf_hash(header.encode()).hex()},
        "list": {"bytes": encode_items(items).hex(), "digest": items_digest(encode_items(items)).hex()},
        "epochs": [
            {"bytes": notice.encode().hex(), "digest": notice.digest().hex()} for notice in (founding, replacing)
        ],
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
        "roster": _roster(writer.origin),
    }


def _roster(origin: bytes) -> dict[str, object]:
    member, seat = bytes_of("member", 16), bytes_of("seat", 16)
    roster = make_roster(
        RosterHead(bytes_of("vault", 16), 4, (bytes_of("before"),), bytes_of("recovery", 1_216), 1, (1,)),
        [MemberEntry(member, frozenset({"supervisor", "caseworker"}))],
        [Certificate(seat, member, bytes_of("kem", 1_216), Key("identity").public, origin)],
        [Ending(bytes_of("ended", 16), {bytes_of("log"): 9})],
        random=_counter(),
    )
    root_key = Key("root")
    roster = roster.signed(root_key.public, root_key.sign(signed_message("roster", roster.root)))
    return {
        "entries": [entry.hex() for entry in roster.entries],
        "root": roster.root.hex(),
        "sigs": [[public.hex(), signature.hex()] for public, signature in roster.signatures],
    }


def _counter() -> Callable[[int], bytes]:
    numbers = iter(range(256))
    return lambda size: bytes([next(numbers)]) * size


if __name__ == "__main__":
    PATH.write_text(json.dumps(build(), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
