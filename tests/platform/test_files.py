from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from tests.tables import each
from vault.errors import RefusedError
from vault.platform import private_files

HOME = Path("/home/amal")


@each(
    {
        "Linux": ({}, "linux", HOME / ".local/state/casevault"),
        "Linux, XDG": ({"XDG_STATE_HOME": "/var/amal"}, "linux", Path("/var/amal/casevault")),
        "Linux, relative XDG": ({"XDG_STATE_HOME": "here"}, "linux", HOME / ".local/state/casevault"),
        "Linux, empty XDG": ({"XDG_STATE_HOME": ""}, "linux", HOME / ".local/state/casevault"),
        "macOS": ({}, "darwin", HOME / "Library/Application Support/CaseVault"),
        "Windows": ({"LOCALAPPDATA": "/tmp/evil"}, "win32", HOME / "AppData/Local/CaseVault"),
    }
)
def test_the_state_folder_follows_the_custom_of_its_system(
    environ: dict[str, str], system: str, expected: Path
) -> None:
    assert private_files.state_dir(environ, system=system, home=HOME) == expected


def test_a_relative_home_is_refused_and_not_taken_for_a_place_in_the_current_folder() -> None:
    with pytest.raises(RefusedError, match="no absolute path"):
        private_files.state_dir({"XDG_STATE_HOME": "state"}, system="linux", home=Path("home"))


def test_the_machine_id_of_the_system_comes_first(tmp_path: Path) -> None:
    source = tmp_path / "machine-id"
    source.write_text("0123456789abcdef0123456789abcdef\n")
    assert private_files.machine_id(tmp_path / "state", (source,)) == b"0123456789abcdef0123456789abcdef"
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("content", [None, "", "uninitialized\n"], ids=["absent", "empty", "an image of many machines"])
def test_without_one_a_random_machine_id_is_made_once(tmp_path: Path, content: str | None) -> None:
    source, state = tmp_path / "machine-id", tmp_path / "deep" / "state"
    if content is not None:
        source.write_text(content)
    first = private_files.machine_id(state, (source,))
    assert len(bytes.fromhex(first.decode())) == 16
    assert private_files.machine_id(state, (source,)) == first
    assert private_files.machine_id(tmp_path / "other", (source,)) != first
    assert stat.S_IMODE((state / "machine-id").stat().st_mode) == 0o600


def test_private_folders_are_private_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o000)
    try:
        private_files.make_private_folder(tmp_path / "one" / "two")
        private_files.make_private_folder(tmp_path / "one" / "two")
    finally:
        os.umask(before)
    for folder in (tmp_path / "one", tmp_path / "one" / "two"):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_folder_is_flushed_through_its_own_descriptor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    flushed = []
    monkeypatch.setattr(os, "fsync", lambda descriptor: flushed.append(os.fstat(descriptor).st_ino))
    private_files.fsync_folder(tmp_path)
    assert flushed == [tmp_path.stat().st_ino]


def test_a_folder_that_is_not_there_cannot_be_flushed(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="missing"):
        private_files.fsync_folder(tmp_path / "missing")


def test_only_macos_needs_the_full_fsync_of_sqlite() -> None:
    assert [private_files.needs_full_fsync(system) for system in ("linux", "darwin", "win32")] == [False, True, False]
