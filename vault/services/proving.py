"""How much of a log is proven (C3) before its versions are looked at: its headers are the ones that were signed."""

from __future__ import annotations

from vault.access.pins import Pinned
from vault.access.session import Session
from vault.errors import VerificationError
from vault.ids import Origin
from vault.log.tree import TILE_HEIGHT, leaf_hash, root_at
from vault.log.verify import verify_log
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows


def proven_size(session: Session, origin: Origin, start: int, size: int) -> int:
    """Return up to which size the entries from `start` on are proven, at most `size`.

    Headers from `start` on are hashed again; what lies before was proven when it was read. The root that they must
    give is that of this seat's own log, or the one that this account verified and remembers.

    Raises:
        VerificationError: the stored headers give another root: the log was altered.
    """
    with session.database.reading() as rows:
        known = _known(session, rows, origin)
        stop = min(size, known.size)
        if stop <= start:
            return start
        if _root_from(rows, origin, start, known.size) != known.root:
            raise VerificationError(f"log {origin.hex()[:16]} was altered: its headers are not the ones signed")
    return stop


def _known(session: Session, rows: Rows, origin: Origin) -> Pinned:
    """Return the newest size and root of a log that this seat has reason to believe."""
    if origin == session.log.origin:
        return Pinned(session.log.size, session.log.frontier.root())
    remembered = session.verified.get(origin)
    if remembered is None or remembered.size > rows.size(origin):
        genesis = rows.genesis(origin)
        report = verify_log(genesis or b"", rows.operations(origin), rows.checkpoints(origin), is_signed_raw)
        remembered = session.verified[origin] = Pinned(report.size, report.root)
    return remembered


def _root_from(rows: Rows, origin: Origin, start: int, size: int) -> bytes:
    def read_tile(level: int, index: int) -> bytes | None:
        covers_to = (index + 1) << TILE_HEIGHT * (level + 1)
        return rows.tile(origin, level, index) if covers_to <= start else None

    return root_at(
        size, read_tile, lambda low, high: [leaf_hash(row.header) for row in rows.operations(origin, low, high)]
    )
