"""Rows put beside the true ones: named by `log verify`, and they hide nothing."""

from __future__ import annotations

import json
import os
import shutil
from hashlib import sha256
from typing import Any

import pytest

from tests.attacks.outsider import Outsider, digest_of
from tests.english import in_english
from tests.services.founded import Filled
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.exports import partners

STRANGER = b"\x99" * 32

PLANTED = [
    pytest.param(
        "INSERT INTO version SELECT ?, seq, n, id, compartment, record, blob FROM version LIMIT 1", id="version"
    ),
    pytest.param("INSERT INTO version_key SELECT ?, seq, n, epoch, wrap FROM version_key LIMIT 1", id="wrapped key"),
    pytest.param(
        "INSERT INTO operation (origin, seq, digest, header, list, sealed)"
        " SELECT ?, seq, digest, header, list, sealed FROM operation LIMIT 1",
        id="operation",
    ),
    pytest.param(
        "INSERT INTO checkpoint (origin, size, root, note) SELECT ?, size, root, note FROM checkpoint LIMIT 1",
        id="checkpoint",
    ),
]


@pytest.mark.parametrize("statement", PLANTED)
def test_rows_of_a_log_without_a_beginning_are_named(short: Filled, holder: Outsider, statement: str) -> None:
    with holder.rows(short.path) as rows:
        rows.execute(statement, (STRANGER,))
    with short.open() as session:
        found = log_checking.verify(session)
    assert [(fault.code, fault.origin) for fault in found.faults] == [("genesis", STRANGER)]


def plant_beside(rows: Any, seq: int) -> None:
    """Put a well-formed operation of the same list before the true one, as only the tree can tell them apart."""
    statement = "SELECT origin, header, list, sealed, digest FROM operation WHERE seq = ? ORDER BY digest LIMIT 1"
    origin, header, listed, sealed, true = rows.execute(statement, (seq,)).fetchone()
    digest = true
    while digest >= true:
        junk = os.urandom(len(sealed))
        members = {**json.loads(header), "x": sha256(junk).hexdigest()}
        forged = json.dumps(members, separators=(",", ":"), sort_keys=True).encode()
        digest = digest_of(forged, listed, junk)
    rows.execute(
        "INSERT INTO operation (origin, seq, digest, header, list, sealed) VALUES (?, ?, ?, ?, ?, ?)",
        (origin, seq, digest, forged, listed, junk),
    )


@pytest.mark.parametrize("count", [1, 6, 7, 12])
def test_doubled_operations_hide_nothing(short: Filled, holder: Outsider, count: int) -> None:
    with short.open() as session:
        texts = [note.value.text for note in cases.open_case(session, short.cases[0]).notes]
    with holder.rows(short.path) as rows:
        for seq in range(2, 2 + count):
            plant_beside(rows, seq)
    shutil.rmtree(short.path / "index")
    with short.open() as session:
        assert in_english(session.warnings)
        assert [note.value.text for note in cases.open_case(session, short.cases[0]).notes] == texts
        assert len(partners.list_all(session)) == 1
        found = log_checking.verify(session)
        assert found.entries == found.expected
        named = {fault.seq for fault in found.faults if fault.code == "false-row"}
        assert named == set(range(2, 2 + count))


def test_more_doubled_operations_than_can_be_told_apart_are_told(short: Filled, holder: Outsider) -> None:
    with holder.rows(short.path) as rows:
        for seq in range(3, 14):
            true = rows.execute("SELECT * FROM operation WHERE seq=?", (seq,)).fetchone()
            plant_beside(rows, seq)
            plant_beside(rows, seq)
            if seq % 2:  # in no order in which they would have come
                rows.execute("DELETE FROM operation WHERE digest=?", (true[-1],))
                rows.execute(f"INSERT INTO operation VALUES ({','.join('?' * len(true))})", tuple(true))
    shutil.rmtree(short.path / "index")
    with short.open() as session:
        cases.list_all(session)
        assert "At least 1 record is missing or not valid" in " ".join(in_english(session.warnings))
        found = log_checking.verify(session)
        assert "nobody can tell which are true" in " ".join(str(fault.message) for fault in found.faults)
