"""Where two signed histories of a stored log part."""

from __future__ import annotations

from collections.abc import Collection

from vault.ids import Origin
from vault.log.checks.parting import Key, Parting, parting_in
from vault.records.logs import genesis_bytes_of
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows


def parting_of(rows: Rows, origin: Origin, rejected: Collection[Key]) -> Parting | None:
    """Return where another signed history parts from the one that leaves these rows out; None: nowhere."""
    if not rejected:
        return None
    genesis = genesis_bytes_of(rows, origin) or b""
    return parting_in(genesis, list(rows.operations(origin)), rows.checkpoints(origin), is_signed_raw, rejected)
