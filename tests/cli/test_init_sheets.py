"""`init --sheets FILE`: the file is there before the vault is, and goes when there is no vault."""

from __future__ import annotations

from pathlib import Path

from tests.cli.desk import Answer, Desk
from tests.cli.typist import Typist
from vault.access.seat_keys.slots import salt_of_vault


def init(desk: Desk, vault: Path, sheets: Path) -> Answer:
    options = ("--vault", str(vault), "--member", "M", "--passphrase-file", str(desk.passphrase_file), "--no-input")
    wanted = ("init", "--org", "Harbour Aid", "--kdf-memory-mib", "64", "--sheets", str(sheets), "--json")
    return desk.run_bare(*options, *wanted)


def test_sheets_that_cannot_be_written_are_told_before_there_is_a_vault(desk: Desk, tmp_path: Path) -> None:
    for name in ("there", "letter"):
        (tmp_path / name).write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "letter")
    (tmp_path / "empty.txt").touch()
    for sheets in ("missing/sheets", "there", "link", "empty.txt"):
        answer = init(desk, tmp_path / "new.vault", tmp_path / sheets)
        assert (answer.code, answer.json()["error"]["code"]) == (5, "refused")
        assert not (tmp_path / "new.vault").exists()
        left = "It is empty, perhaps from an interrupted attempt"
        assert (left in answer.json()["error"]["advice"]) is (sheets == "empty.txt")
    assert [(tmp_path / name).read_text() for name in ("there", "letter", "link")] == ["mine"] * 3
    # They go when there is no vault.
    assert init(desk, desk.place.path, tmp_path / "sheets").code == 5
    assert not (tmp_path / "sheets").exists()


def test_sheets_are_for_their_owner_alone(desk: Desk, tmp_path: Path) -> None:
    answer = init(desk, tmp_path / "new.vault", tmp_path / "sheets.txt")
    assert answer.code == 0, answer.err
    assert (tmp_path / "sheets.txt").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "sheets.txt").read_text().count("RECOVERY SHEET") == 3
    own = ("--vault", str(tmp_path / "new.vault"), "--member", "M", "--passphrase-file", str(desk.passphrase_file))
    status = desk.run_bare(*own, "status", "--unlock").out
    assert "recovery sheets not proven yet" in status
    assert "until a drill proves them: `casevault recovery drill`." in status
    folder = tmp_path / "paper"
    answer = init(desk, tmp_path / "second.vault", folder)
    assert answer.code == 0, answer.err
    assert folder.stat().st_mode & 0o777 == 0o700
    assert sorted(file.name for file in folder.iterdir()) == [f"recovery-sheet-{n}-of-3.pdf" for n in (1, 2, 3)]
    # The tests give all folders of their own process one salt; a real one draws its own.
    salts = {salt_of_vault(tmp_path / name) for name in ("new.vault", "second.vault")}
    assert len(salts) == 2


def test_whoever_has_a_printer_is_told_so_before_anything_is_typed(desk: Desk, tmp_path: Path) -> None:
    typist = Typist(desk, "--vault", str(tmp_path / "new.vault"), "--member", "M", "init")
    typist.wait_for(r"33 words each\. If you have a printer of your own")
    typist.wait_for(r"`casevault init --sheets FOLDER`")
    typist.wait_for("Name of the organisation")
    typist.type("\x04")
    assert typist.end() == 2
    assert not (tmp_path / "new.vault").exists()
