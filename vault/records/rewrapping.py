"""Old versions under a new epoch: their keys are wrapped anew, 40 bytes each, and no ciphertext is touched.

AES-KW is deterministic (FORMAT.md 3): two devices that do the same write equal rows, and a second time
changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby

from vault.errors import BrokenSealError
from vault.ids import CompartmentId, EpochId
from vault.progress import Progress
from vault.records.versions import unseal_version
from vault.seal.keyring import Keyring, unwrap, wrap
from vault.store.engine import Database
from vault.store.rowtypes import SealedVersion, VersionKeyRow

_BATCH = 1_000


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """How many versions were wrapped anew, and how many no key at hand opens: their holders will do it."""

    done: int
    left: int


def pending(versions: Iterable[SealedVersion], epoch: EpochId) -> int:
    """Return how many versions have a wrapped key under another epoch than this one."""
    return len({_version(version) for version in versions if version.epoch != epoch})


def rewrap(
    database: Database,
    vault: bytes,
    keyring: Keyring,
    compartment: CompartmentId,
    epoch: EpochId,
    *,
    progress: Progress = lambda done, total: None,
) -> Rewrapped:
    """Wrap the key of every version of a compartment under one epoch, and drop the wraps that this replaces.

    An old wrap goes only after the version was opened through the new one, in the same transaction: a cut in between
    leaves each version with a key that opens it.

    Args:
        database: of the vault.
        vault: its id.
        keyring: holds `epoch`, and what it replaces as far as this seat was granted it.
        compartment: where.
        epoch: the current one.
        progress: called with versions done and versions in all.
    """
    wrap_key = keyring.wrap_key(epoch)
    if wrap_key is None:
        return Rewrapped(0, 0)
    with database.reading() as rows:
        places = list(_by_version(rows.versions(compartment)))
        # Of a log that forked two versions may stand at one place: a wrap there is only taken for that which it opens.
        doubled = rows.doubled_versions(compartment)
    todo = [group for group in places if any(version.epoch != epoch for version in group)]
    left = 0
    for start in range(0, len(todo), _BATCH):
        new, old = [], []
        for group in todo[start : start + _BATCH]:
            found = _new_wrap(group, vault, keyring, epoch, wrap_key)
            if found is None:
                left += 1
                continue
            if found not in group:
                new.append(_key_row(found))
            is_alone = (found.origin, found.seq, found.n) not in doubled
            replaced = (version for version in group if version.epoch != epoch)
            old += [_key_row(version) for version in replaced if is_alone or _opens(version, vault, keyring)]
        with database.transaction() as rows:
            rows.add_version_keys(new)
            rows.delete_version_keys(old)
        progress(min(start + _BATCH, len(todo)), len(todo))
    return Rewrapped(len(todo) - left, left)


def drop_junk(database: Database, vault: bytes, keyring: Keyring, places: Iterable[tuple[bytes, int, int]]) -> None:
    """Remove wrapped keys that open nothing, where several stand at one place under one epoch that this seat holds.

    Nobody signs a wrap. As many as may stand at a place could else be junk, and the true one would find no room.
    """
    junk: list[VersionKeyRow] = []
    with database.reading() as rows:
        for place in dict.fromkeys(places):
            wraps: dict[VersionKeyRow, list[SealedVersion]] = {}
            for version in rows.version_at(*place):
                wraps.setdefault(_key_row(version), []).append(version)
            crowded = Counter(row.epoch for row in wraps)
            junk += [
                row
                for row, versions in wraps.items()
                if crowded[row.epoch] > 1
                and keyring.wrap_key(row.epoch) is not None
                and not any(_opens(version, vault, keyring) for version in versions)
            ]
    if junk:
        with database.transaction() as rows:
            rows.delete_version_keys(junk)


def _opens(sealed: SealedVersion, vault: bytes, keyring: Keyring) -> bool:
    try:
        return unseal_version(sealed, vault=vault, keyring=keyring) is not None
    except BrokenSealError:
        return False


def _new_wrap(
    group: list[SealedVersion], vault: bytes, keyring: Keyring, epoch: EpochId, wrap_key: bytes
) -> SealedVersion | None:
    """Return the version with its key under the epoch, opened that way; None where no wrap at hand opens it."""
    for version in group:
        old_key = keyring.wrap_key(version.epoch)
        if old_key is None:
            continue
        try:
            new = version._replace(epoch=epoch, wrap=wrap(wrap_key, unwrap(old_key, version.wrap)))
            if unseal_version(new, vault=vault, keyring=keyring) is not None:
                return new
        except BrokenSealError:
            continue  # a junk row beside the true one; `log verify` names it
    return None


def _by_version(versions: list[SealedVersion]) -> Iterator[list[SealedVersion]]:
    for _, group in groupby(versions, key=_version):
        yield list(group)


def _version(sealed: SealedVersion) -> tuple[bytes, int, int, bytes]:
    return sealed.origin, sealed.seq, sealed.n, sealed.id


def _key_row(sealed: SealedVersion) -> VersionKeyRow:
    return VersionKeyRow(sealed.origin, sealed.seq, sealed.n, sealed.epoch, sealed.wrap)
