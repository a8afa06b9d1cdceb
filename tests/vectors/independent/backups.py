"""A backup (FORMAT.md 8): the folder `backup-<n>` and the vault in it."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from tests.vectors.independent.attachments import faults_in
from tests.vectors.independent.basis import VERSION, Fault, Refused, leaf, message, require, sha256, u64
from tests.vectors.independent.compartments import tag_of
from tests.vectors.independent.keys_file import KeysFile, open_door, open_slot
from tests.vectors.independent.opening import Whole, judge
from tests.vectors.independent.tables import COLUMNS, KEY_TABLES, Version, connect, read_tables

_MEMBERS = {"format", "made_ms", "digest", "operations", "versions", "files", "attachments", "missing"}


@dataclass(frozen=True)
class Copy:
    """What a backup says of itself, what of that is not so, and the vault in it, judged like any other."""

    manifest: Mapping[str, Any]
    whole: Whole
    faults: list[Fault]


def read_backup(folder: Path, name: str, passphrase: str) -> Copy:
    """Open a backup and check all of it.

    Raises:
        Refused: it does not open.
    """
    faults = []
    for line in (folder / "digests").read_text(encoding="utf-8").splitlines():
        digest, _, file = line.partition("  ")
        if not (folder / file).is_file() or sha256((folder / file).read_bytes()).hex() != digest:
            faults.append(Fault("a file of the backup", file))
    keys = KeysFile.read((folder / "keys").read_bytes())
    secrets = open_slot(keys, name, passphrase)
    key, _ = open_door(keys, secrets)
    digests = {one: sha256((folder / one).read_bytes()) for one in _files(folder)}
    rows = read_tables(folder / "vault.db", key, tuple(one for one in COLUMNS if one not in KEY_TABLES))
    rows = read_tables(folder / "keyrows.db", key, KEY_TABLES, rows)
    with closing(connect(folder / "keyrows.db", key)) as connection:
        try:
            found = connection.execute("SELECT bytes FROM manifest").fetchall()
        except driver.Error as fault:
            raise Refused(f"the manifest: {type(fault).__name__}") from None
    require(len(found) == 1, "one manifest")
    manifest = message(found[0][0])
    require(isinstance(manifest, dict) and manifest.keys() == _MEMBERS and manifest["format"] == 1, "manifest")
    if manifest["files"] != digests:
        faults.append(Fault("the files of a backup", "are not those of its manifest"))
    whole = judge(keys, secrets, rows)
    logs = {origin for origin, _ in rows.geneses}
    leaves = sorted(leaf(row.header) for row in rows.operations if row.origin in logs)
    lists = {(row.origin, row.seq): row.list for row in rows.operations if row.origin in logs}
    ids = sorted(row.id for row in rows.versions if _is_listed(row, lists.get((row.origin, row.seq), b"")))
    counted = u64(len(leaves)) + b"".join(leaves) + u64(len(ids)) + b"".join(ids)
    if manifest["digest"] != sha256(b"casevault/state/v1\0", counted):
        faults.append(Fault("the state of a backup", "is not that of its manifest"))
    if (manifest["operations"], manifest["versions"]) != (len(leaves), len(ids)):
        faults.append(Fault("the counts of a backup", "are not those of its manifest"))
    lacking = [fault for fault in faults_in(rows, folder / "blobs") if fault.what != "a stray chunk"]
    if manifest["attachments"] != len(rows.attachments) or bool(manifest["missing"]) != bool(lacking):
        faults.append(Fault("the documents of a backup", "are not those of its manifest"))
    return Copy(manifest, whole, faults)


def _is_listed(row: Version, listed: bytes) -> bool:
    item = bytes((VERSION,)) + row.id + tag_of(row.compartment, row.id)
    return listed[49 * row.n :][:49] == item


def _files(folder: Path) -> list[str]:
    drafts = sorted(f"drafts/{one.name}" for one in (folder / "drafts").glob("*.db*"))
    return ["keys", "vault.db", *drafts]
