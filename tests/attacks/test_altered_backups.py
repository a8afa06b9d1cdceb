"""Who stores a backup has every file of it and no key: what they add to it comes back into no vault."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.backup_help import list_again, names_below
from tests.services.founded import MEMBER, PASSPHRASE, Filled
from tests.services.sheets_help import typed
from vault.access.recovering import Wish
from vault.errors import VerificationError
from vault.services.backups import backups, restoring
from vault.services.credentials import recovery

_PAGE = 8192


def _log_of(pages: bytes) -> bytes:
    """Return a write-ahead log that puts these sealed pages in the place of those of a database."""
    salts = (0x11111111, 0x22222222)
    head = struct.pack(">6I", 0x377F0682, 3007000, _PAGE, 0, *salts)
    sums = _summed((0, 0), head)
    log, count = head + struct.pack(">2I", *sums), len(pages) // _PAGE
    for n in range(count):
        page = pages[n * _PAGE : (n + 1) * _PAGE]
        frame = struct.pack(">2I", n + 1, count if n + 1 == count else 0)
        sums = _summed(_summed(sums, frame), page)
        log += frame + struct.pack(">4I", *salts, *sums) + page
    return log


def _summed(sums: tuple[int, int], part: bytes) -> tuple[int, int]:
    first, second = sums
    for one, other in struct.iter_unpack("<2I", part):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def _write_ahead_log(older: Path, newer: Path) -> str:
    """Bring back a draft that was thrown away, out of the pages of an older backup."""
    name = next((older / "drafts").iterdir()).name
    (newer / "drafts" / f"{name}-wal").write_bytes(_log_of((older / "drafts" / name).read_bytes()))
    return f"drafts/{name}-wal"


def _whole_file(older: Path, newer: Path) -> str:
    """Bring back the drafts of somebody who has none any more."""
    name = next((older / "drafts").iterdir()).name
    shutil.copy(older / "drafts" / name, newer / "drafts" / f"{'0f' * 16}.db")
    return f"drafts/{'0f' * 16}.db"


@pytest.mark.parametrize("plant", [_write_ahead_log, _whole_file])
def test_a_file_that_was_added_to_a_backup_is_named_and_nothing_is_restored(
    filled: Filled, tmp_path: Path, plant: Callable[[Path, Path], str]
) -> None:
    stick = tmp_path / "stick"
    with filled.open() as session:
        paper = typed(recovery.sheets(session), 1, 2)
        session.drafts().save(filled.cases[0], b"r" * 16, "thrown away long ago", "note")
        backups.make(session, stick)
        session.drafts().delete(filled.cases[0], b"r" * 16)
        backups.make(session, stick)
    older, newer = stick / "backup-1", stick / "backup-2"
    named = f"{plant(older, newer)} was not in the backup when it was made"
    list_again(newer)
    before = names_below(tmp_path)
    secret, again, state = bytearray(PASSPHRASE), tmp_path / "again.vault", tmp_path / "fresh"
    with pytest.raises(VerificationError, match=named):
        backups.verify(newer, member=MEMBER, passphrase=bytearray(PASSPHRASE))
    with pytest.raises(VerificationError, match=named):
        restoring.restore(newer, again, member=MEMBER, passphrase=secret, state=state, agree=lambda _: None)
    with pytest.raises(VerificationError, match=named):
        restoring.try_backup(newer, tmp_path / "tried", paper)
    wish = Wish(MEMBER, new_admin=False, everything=False, ends_old=False)
    with pytest.raises(VerificationError, match=named):
        restoring.restore_by_sheets(newer, again, paper, wish, passphrase=bytearray(b"seven"), state=state)
    assert names_below(tmp_path) == before
