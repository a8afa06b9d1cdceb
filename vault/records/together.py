"""Many operations of one log in one transaction: all of them become durable, or none was ever made.

For acts that are one to a person and many to the log, such as the import of a list. Within the block nothing is asked
of what is valid: what was learned of rows that are undone would stay learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from vault.errors import InternalError
from vault.records.seatlog import Joined, SeatLog
from vault.store.rows import Rows
from vault.words.message import Message


@contextmanager
def together(log: SeatLog) -> Iterator[Rows]:
    """Yield the rows of a transaction in which every commit of this log takes part until the block ends.

    Raises:
        TryAgainError: no room. Then, and where the block raises, nothing was written, and the log stands where it did.
    """
    with log.lock:
        if log.joined is not None:
            raise InternalError(Message("operations are joined already"))
        before = log.genesis, log.frontier, log.ratchet, log.session, log.period_is_over
        joined: Joined | None = None
        try:
            with log.database.transaction() as rows:
                log.joined = joined = Joined(rows)
                yield rows
                joined.require_sound()
        except BaseException:
            log.genesis, log.frontier, log.ratchet, log.session, log.period_is_over = before
            for epoch in () if joined is None else joined.epochs:
                log.keyring.drop(epoch)
            raise
        finally:
            log.joined = None
            for changed in () if joined is None else joined.compartments:
                log.on_new_keys(changed)
        log.database.truncate_wal()
        log.on_durable()
