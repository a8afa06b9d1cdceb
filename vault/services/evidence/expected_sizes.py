"""What is known of logs from elsewhere than their own rows: from pins, and from logs that go on from them."""

from __future__ import annotations

from dataclasses import dataclass

from vault.access.session import Session
from vault.ids import Origin
from vault.records.logs import genesis_of
from vault.store.rows import Rows
from vault.words.message import Message


@dataclass(frozen=True, slots=True)
class Bounds:
    """What is known of logs from elsewhere than their own rows.

    `sizes` has each log that is here, that this account saw, or that another one goes on from -> size -> root there;
    `forks` log -> (size, sentence) where those who know of it contradict each other.
    """

    sizes: dict[Origin, dict[int, bytes]]
    forks: dict[Origin, list[tuple[int, Message]]]


def bounds_of(session: Session, rows: Rows) -> Bounds:
    """Return the pins, and the genesis of each log of a certified seat as a pin on its predecessor."""
    bounds = Bounds({Origin(row.origin): {} for row in rows.geneses()}, {})
    if session.pins is not None:
        for origin, pinned in session.pins.logs.items():
            bounds.sizes.setdefault(origin, {})[pinned.size] = pinned.root
    followed: set[Origin] = set()
    for name in sorted(dict.fromkeys(bounds.sizes)):
        genesis = genesis_of(rows, name)
        certificate = None if genesis is None else session.directory.certificate_of(genesis.seat)
        if genesis is None or genesis.is_first or certificate is None or certificate.identity != genesis.identity:
            continue
        before, size = Origin(genesis.predecessor), genesis.predecessor_size
        if before in followed:
            bounds.forks.setdefault(before, []).append((size, Message("two logs go on from it")))
        elif bounds.sizes.setdefault(before, {}).setdefault(size, genesis.predecessor_root) != genesis.predecessor_root:
            message = Message(
                "the log that goes on from it names another root of size {size} than this device saw", size=size
            )
            bounds.forks.setdefault(before, []).append((size, message))
        followed.add(before)
    return bounds
