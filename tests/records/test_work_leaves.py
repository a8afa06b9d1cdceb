"""What an entry leaves beside itself: local rows, a checkpoint, hashes kept, the write-ahead log emptied."""

from __future__ import annotations

import pytest

from tests.services.founded import Filled
from vault.access.session import Session
from vault.errors import InternalError
from vault.log.tree import leaf_hash
from vault.records import work as making
from vault.records.work import Entry
from vault.seal.purposes import Purpose
from vault.store.rowtypes import LocalRow

LISTED = Entry(act="case.list")
KEPT_FROM_ENTRY_TO_ENTRY = (Purpose.SESSION, Purpose.RATCHET, Purpose.KEYRING)
LEAVES_OF_ONE_TILE = 256


def enter(session: Session, times: int = 1) -> None:
    for _ in range(times):
        with session.work() as work:
            work.commit(LISTED)


def local_rows(session: Session) -> dict[Purpose, LocalRow | None]:
    with session.database.reading() as rows:
        return {purpose: rows.local(session.seat, purpose) for purpose in KEPT_FROM_ENTRY_TO_ENTRY}


def test_a_work_that_is_over_commits_nothing_more(filled_session: Session) -> None:
    with filled_session.work() as work:
        work.commit(LISTED)
    size = filled_session.log.size
    with pytest.raises(InternalError, match="this work is over"):
        work.commit(LISTED)
    assert filled_session.log.size == size


def test_the_first_entry_of_a_session_hands_on_to_the_next_and_the_second_touches_only_the_ratchet(
    filled: Filled,
) -> None:
    numbers = []
    for _ in range(3):
        session = filled.open()
        enter(session)
        before = local_rows(session)
        enter(session)
        after = local_rows(session)
        session.close()
        assert [purpose for purpose in before if before[purpose] != after[purpose]] == [Purpose.RATCHET]
        handed_on = after[Purpose.SESSION]
        assert handed_on is not None
        numbers.append(handed_on.number)
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_an_audit_epoch_is_replaced_within_its_compartment(filled_session: Session) -> None:
    log = filled_session.log
    assert log.ratchet is not None
    before = log.ratchet
    log.period_is_over = True
    enter(filled_session)
    assert log.ratchet.compartment == before.compartment
    assert log.ratchet.epoch != before.epoch


def test_a_session_leaves_one_checkpoint_and_those_of_earlier_ones_stay(filled: Filled) -> None:
    first = filled.open()
    enter(first, 3)
    with first.database.reading() as rows:
        kept = rows.checkpoints(first.log.origin)
    first.close()
    session = filled.open()
    enter(session, 3)
    with session.database.reading() as rows:
        assert [row.size for row in rows.checkpoints(session.log.origin)] == [
            *(row.size for row in kept),
            session.log.size,
        ]
    session.close()


def test_the_write_ahead_log_is_emptied_each_time_so_many_entries_are_full(
    filled_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, emptied_at = filled_session, []
    monkeypatch.setattr(making, "ENTRIES_PER_TRUNCATE", 4)
    monkeypatch.setattr(session.database, "truncate_wal", lambda: emptied_at.append(session.log.size))
    begun = session.log.size
    enter(session, 9)
    assert emptied_at == [size for size in range(begun + 1, begun + 10) if size % 4 == 0]


def test_the_hashes_of_a_full_tile_are_kept_by_the_entry_that_fills_it(filled_session: Session) -> None:
    session, origin = filled_session, filled_session.log.origin
    enter(session, LEAVES_OF_ONE_TILE - session.log.size - 1)
    with session.database.reading() as rows:
        assert rows.tile(origin, 0, 0) is None
    enter(session)
    with session.database.reading() as rows:
        leaves = [leaf_hash(header) for header in rows.headers(origin, 0, LEAVES_OF_ONE_TILE)]
        assert rows.tile(origin, 0, 0) == b"".join(leaves)
