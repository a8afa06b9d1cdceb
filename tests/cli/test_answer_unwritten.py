"""An act that was done is said to be done, whatever becomes of its answer: nobody is made to do it twice."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.cli.desk import REPOSITORY, Desk

_WORDS = "kept, though nobody hears of it"


def _shell(desk: Desk, words: str, behind: str, **more: str) -> subprocess.CompletedProcess[bytes]:
    line = " ".join(f"'{word}'" for word in desk.command(*desk.given()))
    return subprocess.run(
        ["/bin/sh", "-c", f"{line} {words} {behind}"],
        env={**desk.environment, **more},
        cwd=REPOSITORY,
        capture_output=True,
        timeout=60,
        check=False,
    )


@pytest.mark.long_after(2)
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
@pytest.mark.parametrize(
    ("behind", "code", "said"),
    [
        pytest.param("> /dev/full", 74, b"What this command did is safe", id="full"),
        pytest.param("> /dev/full 2> /dev/full", 74, b"", id="full, and standard error too"),
        pytest.param(">&-", 0, b"", id="closed"),
        pytest.param(">&- 2>&-", 0, b"", id="closed, and standard error too"),
        pytest.param("--json > /dev/full", 74, b"Do not repeat it", id="full, as JSON"),
    ],
)
def test_a_note_whose_answer_cannot_be_written_is_kept_once_and_not_denied(
    desk: Desk, tmp_path: Path, behind: str, code: int, said: bytes
) -> None:
    (tmp_path / "text").write_text(_WORDS)
    case = desk.run("case", "list", "--json").json()["cases"][0]["ref"]
    done = _shell(desk, f"note add {case} --file '{tmp_path / 'text'}'", behind)
    assert done.returncode == code, done.stderr
    assert said in done.stderr
    assert b"internal" not in done.stderr
    notes = desk.run("note", "list", case, "--json").json()["notes"]
    assert [note["text"] for note in notes].count(_WORDS) == 1


def test_a_command_with_no_stream_at_all_does_its_work(desk: Desk) -> None:
    done = _shell(desk, "case new --kind asylum --title Quiet", "<&- >&- 2>&-")
    assert done.returncode == 0
    assert "Quiet" in [case["title"] for case in desk.run("case", "list", "--json").json()["cases"]]


def test_letters_that_the_terminal_cannot_write_are_written_as_numbers(desk: Desk) -> None:
    desk.run("case", "new", "--kind", "asylum", "--title", "Дело")
    done = _shell(desk, "case list", "", PYTHONIOENCODING="ascii")
    assert done.returncode == 0, done.stderr
    assert rb"\u0414\u0435\u043b\u043e" in done.stdout


def test_a_refusal_that_nobody_can_read_keeps_its_exit_code(desk: Desk) -> None:
    assert _shell(desk, "case show NOPE", "> /dev/full 2> /dev/full").returncode == 4
