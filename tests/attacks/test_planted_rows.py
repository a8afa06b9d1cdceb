"""Rows put beside the true ones: named by `log verify`, and they hide nothing."""

from __future__ import annotations

import pytest

from tests.attacks.outsider import Outsider
from tests.services.founded import Filled
from vault.services import checking

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
        found = checking.verify(session)
    assert [(fault.code, fault.origin) for fault in found.faults] == [("genesis", STRANGER)]
