"""Where the first session of a log ends, and what proves nothing."""

from __future__ import annotations

import pytest

from tests.services.founded import Filled
from vault.access.session import Session
from vault.ids import Origin
from vault.log.header import Header
from vault.log.operation import operation_digest
from vault.records.authority import Authority, Proven, names_session_key, proves_nothing
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow

ORIGIN = Origin(b"o" * 32)


def _row(seq: int, *, begins: bool, word: bytes = b"") -> OperationRow:
    header = Header(bytes(32), bytes(32), b"k" * 32 if begins else None, ORIGIN, seq, bytes(32), bytes(32)).encode()
    return OperationRow(ORIGIN, seq, header, b"", word, operation_digest(header, b"", word))


def _first_session(session: Session, rows: Rows, proven: Proven) -> int:
    chain = session.authority(rows).chain
    return Authority(rows, chain, prove=lambda _origin, _seq: proven)._first_session_of(ORIGIN)


@pytest.mark.parametrize(
    ("sessions_at", "size", "ends"),
    [([0, 1], 3, 1), ([0, 2], 4, 2), ([0, 2, 3], 5, 2), ([0], 3, 3)],
    ids=["after one entry", "after two", "with a third session", "not yet"],
)
def test_the_first_session_ends_where_the_second_begins(
    filled_session: Session, sessions_at: list[int], size: int, ends: int
) -> None:
    with filled_session.database.transaction() as rows:
        for seq in range(size):
            rows.add_operation(_row(seq, begins=seq in sessions_at))
        assert _first_session(filled_session, rows, Proven(size)) == ends


def test_a_false_row_begins_no_session(filled_session: Session) -> None:
    with filled_session.database.transaction() as rows:
        for seq in range(4):
            rows.add_operation(_row(seq, begins=seq in (0, 3)))
        false = _row(1, begins=True, word=b"false")
        rows.add_operation(false)
        assert _first_session(filled_session, rows, Proven(4, frozenset({(1, false.digest)}))) == 3
        assert _first_session(filled_session, rows, Proven(4)) == 1


def test_the_header_says_whether_a_session_begins(filled: Filled, filled_session: Session) -> None:
    with filled_session.database.reading() as rows:
        for row in rows.operations(filled_session.log.origin):
            assert names_session_key(row) is (Header.decode(row.header).session_key is not None)


def test_who_can_prove_nothing_covers_not_even_the_first_entry() -> None:
    assert not proves_nothing(ORIGIN, 0).covers(_row(0, begins=True))
    assert Proven(1).covers(_row(0, begins=True))
