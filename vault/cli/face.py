"""What the command line says: one result on standard output, everything else on standard error."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from vault.display import safe_text
from vault.errors import VaultError

JSON_SCHEMA = 1
_PROGRESS_EVERY_S = 0.1
# Screen, scrollback, and the cursor to the top.
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"


@dataclass(frozen=True, slots=True)
class Result:
    """A command's answer: `data` for `--json`, `lines` for people, and the exit code."""

    data: Mapping[str, object]
    lines: Sequence[str] = ()
    exit_code: int = 0


@dataclass(slots=True)
class Face:
    """Where a command speaks to a person or a script."""

    as_json: bool = False
    quiet: bool = False
    may_ask: bool = True
    _drawn: float = field(default=0.0, repr=False)

    def show(self, result: Result) -> int:
        """Print a result and return its exit code."""
        if self.as_json:
            self._print_json(result.data)
        else:
            for line in result.lines:
                sys.stdout.write(safe_text(line) + "\n")
        sys.stdout.flush()
        return result.exit_code

    def fail(self, error: VaultError) -> int:
        """Say what happened and what to do next, and return the error's exit code."""
        self._clear_progress()
        sys.stderr.write(safe_text(f"casevault: {error.message}. {error.next_step}") + "\n")
        if self.as_json:
            words = {"code": error.code, "message": error.message, "advice": error.next_step, "exit": error.exit_code}
            self._print_json({"error": words})
        return error.exit_code

    def say(self, line: str) -> None:
        """Tell something beside the result."""
        self._clear_progress()
        sys.stderr.write(safe_text(line) + "\n")

    def show_once(self, secret: str, prompt: str) -> None:
        """Show a secret on a cleared terminal, wait for Enter, and clear screen and scrollback behind it."""
        sys.stderr.write(_CLEAR + safe_text(secret) + "\n" + prompt)
        sys.stderr.flush()
        try:
            sys.stdin.readline()
        finally:
            self.clear()

    def clear(self) -> None:
        """Clear screen and scrollback of whatever secret was shown or typed."""
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()

    def progress(self, done: int, total: int, what: str) -> None:
        """Show how far long work is: one redrawn line at a terminal, nothing elsewhere."""
        if self.quiet or not sys.stderr.isatty():
            return
        now = time.monotonic()
        if done < total and now - self._drawn < _PROGRESS_EVERY_S:
            return
        self._drawn = now
        share = 100 * done // max(total, 1)
        sys.stderr.write(f"\r\x1b[K{what}: {done} of {total} ({share} %)")
        if done >= total:
            self._clear_progress()
        sys.stderr.flush()

    def _clear_progress(self) -> None:
        if self._drawn and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        self._drawn = 0.0

    def _print_json(self, data: Mapping[str, object]) -> None:
        # ASCII only: stored text piped to a terminal cannot move its cursor.
        sys.stdout.write(json.dumps({"schema": JSON_SCHEMA, **data}, ensure_ascii=True) + "\n")
        sys.stdout.flush()
