"""What the command line says: one result on standard output, everything else on standard error."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TextIO

from vault.cli.next_steps import in_english, in_words, set_in
from vault.cli.streams import give_up
from vault.display import safe_text
from vault.errors import VaultError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.progress import Progress, StepProgress

JSON_SCHEMA = 1
# The act was done, and its answer could not be written (the first as a shell counts SIGPIPE, the second is EX_IOERR).
NOBODY_READS = 141
NOT_WRITTEN = 74
_PROGRESS_EVERY_S = 0.1
# Screen, scrollback, and the cursor to the top.
_CLEAR = "\x1b[2J\x1b[3J\x1b[H"
# Stands for a blank that is no place to break at: stored text never holds it, `safe_text` marks it.
_KEPT = "\x00"


@dataclass(frozen=True, slots=True)
class Result:
    """A command's answer: `data` for `--json`, messages in it in English; `lines` for people; and the exit code."""

    data: Mapping[str, object]
    lines: Sequence[Words] = ()
    exit_code: int = 0


@dataclass(slots=True)
class Output:
    """Where a command speaks to a person or a script."""

    as_json: bool = False
    quiet: bool = False
    may_ask: bool = True
    _drawn: float = field(default=0.0, repr=False)

    def show(self, result: Result) -> int:
        """Print a result and return its exit code; where it cannot be printed, say that what was done is done."""
        try:
            if self.as_json:
                self._print_json(result.data)
            else:
                for line in result.lines:
                    sys.stdout.write(_fitting(set_in(line) if isinstance(line, str) else in_words(line), sys.stdout))
            sys.stdout.flush()
        except BrokenPipeError:
            give_up(sys.stdout)
            return NOBODY_READS
        except OSError as fault:
            give_up(sys.stdout)
            self.say(Message("casevault: the answer could not be written ({why}).", why=fault.strerror or ""))
            self.say(Message("What this command did is safe. Do not repeat it."))
            return NOT_WRITTEN
        return result.exit_code

    def fail(self, error: VaultError) -> int:
        """Say what happened and what to do next, and return the error's exit code."""
        message, next_step = error.message, error.next_step
        self.say(Message("casevault: {message}. {next_step}", message=message, next_step=next_step))
        if self.as_json:
            words = {"code": error.code, "message": message, "advice": next_step, "exit": error.exit_code}
            self.show(Result({"error": {**words, **error.data()}}))
        return error.exit_code

    def say(self, line: Words) -> None:
        """Tell something beside the result; where nobody can be told, the act goes on."""
        try:
            self._clear_progress()
            sys.stderr.write(_fitting(in_words(line), sys.stderr))
            sys.stderr.flush()
        except OSError:
            give_up(sys.stderr)

    def show_once(self, secret: Words, prompt: Words) -> None:
        """Show a secret on a cleared terminal, wait for Enter, and clear screen and scrollback behind it."""
        sys.stderr.write(_CLEAR + _fitting(in_words(secret), sys.stderr) + in_words(prompt))
        sys.stderr.flush()
        try:
            sys.stdin.readline()
        finally:
            self.clear()

    def clear(self) -> None:
        """Clear screen and scrollback of whatever secret was shown or typed."""
        sys.stderr.write(_CLEAR)
        sys.stderr.flush()

    def progress(self, done: int, total: int, what: Words) -> None:
        """Show how far long work is: one redrawn line at a terminal, nothing elsewhere."""
        if self.quiet or not sys.stderr.isatty():
            return
        now = time.monotonic()
        if done < total and now - self._drawn < _PROGRESS_EVERY_S:
            return
        self._drawn = now
        share = 100 * done // max(total, 1)
        shown = Message("{what}: {done} of {total} ({share} %)", what=what, done=done, total=total, share=share)
        sys.stderr.write(f"\r\x1b[K{in_words(shown)}")
        if done >= total:
            self._clear_progress()
        sys.stderr.flush()

    def progress_of(self, what: Words) -> Progress:
        """Return what shows how far one act is."""
        return lambda done, total: self.progress(done, total, what)

    def step_progress(self) -> StepProgress:
        """Return what shows how far each step of an act is."""
        return lambda what, done, total: self.progress(done, total, what)

    def _clear_progress(self) -> None:
        if self._drawn and sys.stderr.isatty():
            sys.stderr.write("\r\x1b[K")
        self._drawn = 0.0

    def _print_json(self, data: Mapping[str, object]) -> None:
        import json

        # ASCII only: stored text piped to a terminal cannot move its cursor.
        sys.stdout.write(json.dumps({"schema": JSON_SCHEMA, **data}, ensure_ascii=True, default=in_english) + "\n")
        sys.stdout.flush()


def fitted(line: str, columns: int) -> str:
    """Return the line broken between words to fit so many columns; what follows stands under its last column.

    A command in backquotes is not broken, so that it can be copied; nor is a path, or another long word.
    """
    if len(line) <= columns:
        return line
    import textwrap

    gaps = [gap.end() for gap in re.finditer(r"^ +|(?<=\S) {2,}", line) if gap.end() <= columns // 2]
    whole = re.sub("`[^`]*`", lambda command: command[0].replace(" ", _KEPT), line)
    lines = textwrap.wrap(
        whole,
        columns,
        subsequent_indent=" " * max(gaps, default=0),
        expand_tabs=False,
        replace_whitespace=False,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return "\n".join(lines).replace(_KEPT, " ")


def _fitting(text: str, stream: TextIO) -> str:
    """Return what a person may see of the text, as it goes to this stream; only a terminal breaks its lines."""
    shown = safe_text(text)
    try:
        columns = os.get_terminal_size(stream.fileno()).columns if stream.isatty() else 0
    except (OSError, ValueError):  # no real terminal behind it
        columns = 0
    return ("\n".join(fitted(line, columns) for line in shown.split("\n")) if columns else shown) + "\n"
