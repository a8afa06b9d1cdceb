"""`init --sheets FILE`: the file is there before the vault is, and goes when there is no vault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Answer, Desk
from tests.cli.typist import Typist


def init(desk: Desk, vault: Path, sheets: Path) -> Answer:
    options = ("--vault", str(vault), "--member", "M", "--passphrase-file", str(desk.passphrase_file), "--no-input")
    wanted = ("init", "--org", "Harbour Aid", "--kdf-memory-mib", "64", "--sheets", str(sheets), "--json")
    return desk.run_bare(*options, *wanted)


def in_a_missing_folder(folder: Path) -> Path:
    return folder / "missing" / "sheets"


def there_already(folder: Path) -> Path:
    (folder / "sheets").write_text("mine")
    return folder / "sheets"


def link_to_a_file(folder: Path) -> Path:
    (folder / "letter").write_text("mine")
    (folder / "sheets").symlink_to(folder / "letter")
    return folder / "sheets"


@pytest.mark.parametrize("unusable", [in_a_missing_folder, there_already, link_to_a_file])
def test_sheets_that_cannot_be_written_are_told_before_there_is_a_vault(
    desk: Desk, tmp_path: Path, unusable: object
) -> None:
    assert callable(unusable)
    sheets = unusable(tmp_path)
    answer = init(desk, tmp_path / "new.vault", sheets)
    assert answer.code == 5
    assert answer.json()["error"]["code"] == "refused"
    assert not (tmp_path / "new.vault").exists()
    for kept in (tmp_path / "sheets", tmp_path / "letter"):
        assert not kept.exists() or kept.read_text() == "mine"


def test_an_empty_sheet_that_a_killed_run_left_is_called_that(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "sheets.txt").touch()
    answer = init(desk, tmp_path / "new.vault", tmp_path / "sheets.txt")
    assert answer.code == 5
    assert "It is empty, as an attempt that was cut off leaves it" in answer.json()["error"]["advice"]


def test_sheets_go_when_there_is_no_vault(desk: Desk, tmp_path: Path) -> None:
    answer = init(desk, desk.place.path, tmp_path / "sheets")
    assert answer.code == 5
    assert not (tmp_path / "sheets").exists()


def test_sheets_are_for_their_owner_alone(desk: Desk, tmp_path: Path) -> None:
    answer = init(desk, tmp_path / "new.vault", tmp_path / "sheets.txt")
    assert answer.code == 0, answer.err
    assert (tmp_path / "sheets.txt").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "sheets.txt").read_text().count("RECOVERY SHEET") == 3
    status = desk.run_bare("--vault", str(tmp_path / "new.vault"), "status").out
    assert "recovery sheets not proven yet" in status
    assert "they count as none: `casevault recovery drill`." in status


def test_a_folder_is_made_for_sheets_where_one_is_named(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    answer = init(desk, tmp_path / "new.vault", folder)
    assert answer.code == 0, answer.err
    assert folder.stat().st_mode & 0o777 == 0o700
    names = sorted(file.name for file in folder.iterdir())
    assert names == [f"recovery-sheet-{number}-of-3.pdf" for number in (1, 2, 3)]


def test_whoever_has_a_printer_is_told_so_before_anything_is_typed(desk: Desk, tmp_path: Path) -> None:
    typist = Typist(desk, "--vault", str(tmp_path / "new.vault"), "--member", "M", "init")
    typist.wait_for(r"33 words each\. If you have a printer of your own")
    typist.wait_for(r"`casevault init --sheets FOLDER`")
    typist.wait_for("Name of the organisation")
    typist.type("\x04")
    assert typist.end() == 2
    assert not (tmp_path / "new.vault").exists()
