"""The private files of a seat get the name that tells nobody anything, and lose nothing by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from vault.access.pins.copies import OwnFile
from vault.ids import SeatId, VaultId
from vault.seal.named import former_file_name

VAULT, SEAT, KEY = VaultId(b"v" * 16), SeatId(b"s" * 16), b"k" * 32
PARTS = ("", "-wal", "-shm")


@pytest.fixture
def own(tmp_path: Path) -> OwnFile:
    return OwnFile(tmp_path, VAULT, SEAT, KEY)


def former(own: OwnFile, part: str = "") -> Path:
    return own.folder / f"{former_file_name(VAULT, SEAT)}.db{part}"


def test_a_file_under_its_former_name_is_found_and_gets_the_other_with_all_beside_it(own: OwnFile) -> None:
    assert own.found() == own.path
    for part in PARTS:
        former(own, part).write_text(part)
    assert own.found() == former(own)
    assert own.settled() == own.path == own.found()
    assert sorted(own.folder.iterdir()) == sorted(Path(f"{own.path}{part}") for part in PARTS)
    assert [Path(f"{own.path}{part}").read_text() for part in PARTS] == list(PARTS)


def test_a_file_that_has_its_name_is_never_written_over_by_a_former_one(own: OwnFile) -> None:
    own.path.write_text("newer")
    former(own).write_text("older")
    assert own.settled() == own.found() == own.path
    assert (own.path.read_text(), former(own).read_text()) == ("newer", "older")
    assert set(own.parts()) == {own.path, former(own)}
