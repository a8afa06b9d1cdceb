from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.services.founded import Filled
from vault.access.session import Session
from vault.services import notes
from vault.services.projection import caught_up
from vault.services.searching import search
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The positions of all entries that were read in ranges."""
    positions: list[int] = []
    operations, headers = Rows.operations, Rows.headers

    def watched(rows: Rows, origin: bytes, start: int = 0, stop: int | None = None) -> Iterator[OperationRow]:
        for row in operations(rows, origin, start, stop):
            positions.append(row.seq)
            yield row

    def of_headers(rows: Rows, origin: bytes, start: int, stop: int) -> list[bytes]:
        found = headers(rows, origin, start, stop)
        positions.extend(range(start, start + len(found)))
        return found

    monkeypatch.setattr(Rows, "operations", watched)
    monkeypatch.setattr(Rows, "headers", of_headers)
    return positions


@pytest.fixture
def reopened(filled: Filled) -> Iterator[Session]:
    """A later session, which has not met any case yet."""
    with filled.open() as session:
        caught_up(session)
    with filled.open() as session:
        caught_up(session)
        yield session


def test_catching_up_with_a_note_reads_the_entries_that_are_new(
    filled: Filled, reopened: Session, read: list[int]
) -> None:
    notes.add(reopened, filled.cases[1], kind="contact", text="the first one asks who holds the case")
    caught_up(reopened)
    read.clear()
    before = reopened.log.size
    notes.add(reopened, filled.cases[1], kind="contact", text="Marigold, read once")
    caught_up(reopened)
    assert set(read) == {before}
    assert [hit.case for hit in search(reopened, "marigold").hits] == [filled.cases[1]]


def test_a_grant_that_stands_in_no_founding_entry_is_found_by_reading_on(
    filled: Filled, reopened: Session, read: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Rows, "first_place", lambda *_: None)
    for text in ("Marigold", "Marigold again"):
        notes.add(reopened, filled.cases[1], kind="contact", text=text)
        caught_up(reopened)
    assert len(search(reopened, "marigold").hits) == 2
    assert reopened.quarantine == []
    assert read.count(0) == 2  # once to prove the log, once to look through its lists
