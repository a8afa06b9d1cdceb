"""Nothing is fetched or sent: the real command with no network to be had, and each call that would use one is heard."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.services.founded import Filled
from tests.tui.app_pane import AppPane
from tests.tui.terminals import REPOSITORY

pytestmark = [pytest.mark.slow, pytest.mark.tool("strace")]

# Every socket and every connection is refused, so that whatever needs one fails here.
TRACED = "strace -f -qq -e trace=%network -e inject=socket,connect:error=ENETUNREACH -o"
_CALL = re.compile(r"^\d+ +(\w+)\((.*)$", re.MULTILINE)


def reaching_out(trace: Path) -> list[str]:
    """Return the calls that speak of anything but this machine's own pipes."""
    calls = _CALL.findall(trace.read_text(encoding="utf-8", errors="replace"))
    return [
        f"{name}({rest}"
        for name, rest in calls
        if "AF_UNIX" not in rest and ("AF_" in rest or name in {"connect", "bind", "listen", "accept", "accept4"})
    ]


def run(trace: Path, folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(folder), "XDG_STATE_HOME": str(folder)}
    return subprocess.run(
        [*TRACED.split(), str(trace), sys.executable, *command],
        env=environment,
        cwd=REPOSITORY,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def test_who_connects_is_heard(tmp_path: Path) -> None:
    program = "import socket; socket.create_connection(('192.0.2.1', 9), timeout=1)"
    assert run(tmp_path / "trace", tmp_path, "-c", program).returncode == 1
    assert any("AF_INET" in call for call in reaching_out(tmp_path / "trace"))


@pytest.mark.long
def test_a_vault_is_made_exported_from_verified_and_brought_back_without_a_network(tmp_path: Path) -> None:
    done = run(tmp_path / "trace", tmp_path, "-m", "vault", "demo", str(tmp_path / "here"))
    for step in ("Verified the log", "Redacted a case", "Opened the package", "Made a backup", "brought"):
        assert step in done.stdout + done.stderr
    assert reaching_out(tmp_path / "trace") == []


@pytest.mark.long
@pytest.mark.tool("tmux")
def test_the_app_starts_and_opens_a_case_without_a_network(filled_template: Filled, tmp_path: Path) -> None:
    filled = Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled, under=f"{TRACED} {tmp_path / 'trace'}")
        try:
            pane.unlock()
            pane.open_first_case()
            pane.keys("C-q")
            pane.wait_for("code 0")
        finally:
            pane.close()
    assert (tmp_path / "trace").exists()
    assert reaching_out(tmp_path / "trace") == []
