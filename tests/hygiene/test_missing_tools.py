"""A run without an outside program says so by name, and fails where all of them have to be."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.hygiene.tree import ROOT

SAMPLE = """
import pytest

@pytest.mark.tool("no-such-program", "sh")
def test_with_a_missing_program():
    pass

@pytest.mark.tool("sh")
def test_with_a_program_that_is_here():
    pass
"""


def run(folder: Path, ci: str, processes: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = tool: outside program\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", processes, str(folder)]
    environment = os.environ | {"CASEVAULT_CI": ci}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_missing_program_is_named_at_the_end_with_the_slowest_files(tmp_path: Path) -> None:
    answer = run(tmp_path, "", "1")
    assert answer.returncode == 0, answer.stdout
    assert "1 tests ran, 1 did not." in answer.stdout
    assert "1 not run: needs no-such-program\n" in answer.stdout
    assert re.search(r"The slowest files, in seconds:\n +\d+\.\d  test_sample.py\n", answer.stdout)


def test_a_missing_program_fails_the_run_that_has_to_have_all(tmp_path: Path) -> None:
    answer = run(tmp_path, "1", "0")
    assert answer.returncode == 1, answer.stdout
    assert "not run: needs no-such-program (CASEVAULT_CI=1" in answer.stdout
    assert "1 passed, 1 error" in answer.stdout
