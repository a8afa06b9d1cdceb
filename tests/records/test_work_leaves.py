"""What an entry leaves beside itself: local rows, a checkpoint, hashes kept, the write-ahead log emptied."""

from __future__ import annotations

from tests.services.founded import Filled
from vault.access.session import Session
from vault.log.tree import leaf_hash
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


def test_the_256th_entry_keeps_the_hashes_of_a_full_tile_and_empties_the_write_ahead_log(
    filled: Filled, filled_session: Session
) -> None:
    session, waiting = filled_session, filled.path / "vault.db-wal"

    def hashes() -> bytes | None:
        with session.database.reading() as rows:
            return rows.tile(session.log.origin, 0, 0)

    enter(session, LEAVES_OF_ONE_TILE - session.log.size - 1)
    assert (hashes(), waiting.stat().st_size > 0) == (None, True)
    enter(session)
    with session.database.reading() as rows:
        leaves = [leaf_hash(header) for header in rows.headers(session.log.origin, 0, LEAVES_OF_ONE_TILE)]
    assert (hashes(), waiting.stat().st_size) == (b"".join(leaves), 0)
    enter(session)
    assert waiting.stat().st_size > 0
