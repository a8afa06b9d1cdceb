"""The real command as a process: arguments and standard input in; exit code, JSON and standard error out."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.cli.forked import run_forked
from tests.services.founded import MEMBER, PASSPHRASE, Place

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Answer:
    """What one command said."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.out)
        return answer


@dataclass(frozen=True, slots=True)
class Desk:
    """A vault, its account's state, and a passphrase file."""

    place: Place
    passphrase_file: Path
    environment: dict[str, str]

    @classmethod
    def of(cls, place: Place, folder: Path) -> Desk:
        passphrase_file = folder / "passphrase"
        passphrase_file.write_bytes(PASSPHRASE)
        passphrase_file.chmod(0o600)
        home = folder / "home"
        home.mkdir()
        (home / "casevault").symlink_to(place.state)
        names = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "HOME": str(home), "XDG_STATE_HOME": str(home)}
        return cls(place, passphrase_file, names)

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "vault", *arguments]

    def given(self) -> tuple[str, ...]:
        """Return the global options that open this vault."""
        return (
            *("--vault", str(self.place.path), "--member", MEMBER),
            *("--passphrase-file", str(self.passphrase_file)),
        )

    def run(self, *arguments: str, stdin: str = "", environment: dict[str, str] | None = None) -> Answer:
        """Run with the options of this vault, standard input no terminal."""
        return self.run_bare(*self.given(), *arguments, stdin=stdin, environment=environment)

    def does(self, *arguments: str, stdin: str = "", environment: dict[str, str] | None = None) -> Answer:
        """Run with the options of this vault, and assert that it is done."""
        answer = self.run(*arguments, stdin=stdin, environment=environment)
        assert answer.code == 0, answer.err
        return answer

    def run_bare(self, *arguments: str, stdin: str = "", environment: dict[str, str] | None = None) -> Answer:
        """Run with exactly these arguments."""
        code, out, err = run_forked(arguments, stdin.encode(), {**self.environment, **(environment or {})})
        return Answer(code, out.decode(), err.decode())

    def run_at_terminal(self, *arguments: str, typed: str = "", is_seen: bool = False) -> Answer:
        """Run with standard input a terminal at which `typed` is typed; what is said beside the data is `err`.

        `is_seen`: the terminal shows that too, else it goes elsewhere, as with `2>`.
        """
        if is_seen:
            return self._run_before_eyes(arguments, typed)
        ours, theirs = pty.openpty()
        try:
            process = subprocess.Popen(
                self.command(*self.given(), *arguments),
                stdin=theirs,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self.environment,
                cwd=REPOSITORY,
            )
            os.write(ours, typed.encode())
            out, err = process.communicate(timeout=60)
        finally:
            os.close(ours)
            os.close(theirs)
        return Answer(process.returncode, out.decode(), err.decode())

    def _run_before_eyes(self, arguments: Sequence[str], typed: str) -> Answer:
        ours, theirs = pty.openpty()
        shown: list[bytes] = []

        def look() -> None:
            with suppress(OSError):  # the program has ended
                while piece := os.read(ours, 65_536):
                    shown.append(piece)

        process = subprocess.Popen(
            self.command(*self.given(), *arguments),
            stdin=theirs,
            stdout=subprocess.PIPE,
            stderr=theirs,
            env=self.environment,
            cwd=REPOSITORY,
        )
        os.close(theirs)
        looking = threading.Thread(target=look)
        looking.start()
        try:
            os.write(ours, typed.encode())
            out, _ = process.communicate(timeout=60)
            looking.join(timeout=60)
        finally:
            os.close(ours)
        return Answer(process.returncode, out.decode(), b"".join(shown).decode().replace("\r\n", "\n"))


def said(desk: Desk, *arguments: str) -> dict[str, Any]:
    """Return what a command answers in JSON; it has to succeed."""
    answer = desk.run(*arguments, "--json")
    assert answer.code == 0, answer.err
    return answer.json()
