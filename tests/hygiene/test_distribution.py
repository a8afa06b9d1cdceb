"""What a user installs: one wheel with both packages, the migrations and the licence, and nothing of the tests."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.hygiene.tree import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return next(folder.glob("casevault-*.whl"))


def test_the_wheel_holds_the_product_and_only_the_product(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"vault", "tui"}
    assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []
    for folder in ("vault", "tui", "migrations"):
        inside = "vault/_migrations" if folder == "migrations" else folder
        source = {
            f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert source - set(names) == set()


def test_the_wheel_carries_its_licence_and_its_command(wheel: Path) -> None:
    files = zipfile.ZipFile(wheel)
    entry_points = next(name for name in files.namelist() if name.endswith("entry_points.txt"))
    assert b"casevault = vault.__main__:main" in files.read(entry_points)
    licence = next(name for name in files.namelist() if name.endswith("licenses/LICENSE"))
    assert files.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_carries_the_lock_whose_digest_doctor_shows(wheel: Path) -> None:
    assert zipfile.ZipFile(wheel).read("vault/_requirements.lock") == (ROOT / "requirements.lock").read_bytes()


def test_what_was_installed_answers_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from vault.__main__ import main; sys.exit(main())"
    shown = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path), "version"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert shown.stdout.startswith("casevault ")
