"""What the command line says: one result on standard output, all else on standard error, next steps as commands."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import TYPE_CHECKING, Final, TextIO

from vault.display import safe_text
from vault.errors import VaultError
from vault.words.message import ENGLISH, Message, Value, Words, rendered, replace_values
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.progress import Progress, StepProgress


# Standard streams as commands need them: open, in whatever encoding, and never a reason to doubt what was done.
_MODES = ("r", "w", "w")


def ready_streams() -> None:
    """Open the null device over each standard stream that is closed, and let every letter be written somehow.

    A closed one would be given to the next file that is opened, and that could be the vault. A letter that the
    terminal's encoding lacks is written as its number; one that the terminal sends in another encoding is read as
    U+FFFD, and is asked for again.
    """
    for number in range(len(_MODES)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # the lowest number that is free: this one
    streams = [sys.stdin, sys.stdout, sys.stderr]
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, encoding="utf-8", closefd=False) if stream is None else stream
        for number, (stream, mode) in enumerate(zip(streams, _MODES, strict=True))
    )
    for stream, errors in ((sys.stdin, "replace"), (sys.stdout, "backslashreplace"), (sys.stderr, "backslashreplace")):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors=errors)


def give_up(stream: TextIO) -> None:
    """Let what the stream still holds go to the null device, so that the end of the process does not fail by it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


# How the command line says what a person may do next, and every other sentence of the library.
_FURTHER: Final = "  "
COMMANDS: Final[Mapping[NextStep, str]] = {
    NextStep.ADD_CONSENT: "casevault consent add",
    NextStep.ADD_RECIPIENT: "casevault recipient add",
    NextStep.CONFIRM_RECIPIENT: "casevault recipient confirm",
    NextStep.APPROVE_HERE: "--second NAME",
    NextStep.ASK_BY_FILE: "--ask FILE",
    NextStep.BY_SHEETS: "--sheets",
    NextStep.CARRY_OUT_HANDOVER: "casevault handover carry-out",
    NextStep.CHANGE_ROLES: "casevault member roles",
    NextStep.CHECK_COMPUTER: "casevault doctor",
    NextStep.CONFIRM_CLOCK: "casevault clock confirm",
    NextStep.CONFIRM_SHEETS: "casevault recovery confirm",
    NextStep.DISARM_DESTRUCTION: "casevault destroy after-wrong-attempts off",
    NextStep.DRILL_RECOVERY: "casevault recovery drill",
    NextStep.EXPORT: "casevault export",
    NextStep.FINISH_JOINING: "casevault member finish BUNDLE",
    NextStep.FOLLOW_RECOVERY: "casevault recovery follow",
    NextStep.GENERATE_PASSPHRASE: "casevault passphrase generate",
    NextStep.GRANT_ACCESS: "casevault grant add",
    NextStep.IMPORT_BUNDLE: "casevault bundle import FILE",
    NextStep.JOIN_AS_OWN: "casevault --vault NEW member join --own --out REQUEST",
    NextStep.JOIN_VERSIONS: "casevault join RECORD",
    NextStep.LIST_CASES: "casevault case list",
    NextStep.LIST_FORMS: "casevault form list",
    NextStep.LIST_DEVICES: "casevault device list",
    NextStep.LIST_FACTORS: "casevault factor list",
    NextStep.LIST_MEMBERS: "casevault member list",
    NextStep.LIST_NOTES: "casevault note list CASE",
    NextStep.LIST_RECIPIENTS: "casevault recipient list",
    NextStep.LIST_ERASURES: "casevault erasures list",
    NextStep.REMOVE_ERASED: "casevault erasures now",
    NextStep.LIST_PACKAGES: "casevault package list",
    NextStep.LIST_PROPOSALS: "casevault member proposals",
    NextStep.LIST_OVERDUE: "casevault erasures due",
    NextStep.LIST_SECTIONS: "casevault section list CASE",
    NextStep.LIST_SLIPS: "casevault intake list",
    NextStep.LOCK: "casevault lock",
    NextStep.MAKE_BACKUP: "casevault backup make DEST",
    NextStep.MAKE_BUNDLE: "casevault bundle make --to MEMBER --out FILE",
    NextStep.MAKE_NEW_ROOT: "casevault recovery new",
    NextStep.MAKE_SHEETS: "casevault recovery sheets",
    NextStep.MAKE_VAULT: "casevault init",
    NextStep.ORDER_HANDOVER: "casevault handover order",
    NextStep.READ_HELP: "casevault --help",
    NextStep.RELEASE_HOLD: "casevault case release CASE",
    NextStep.REMOVE_KEYFILE: "casevault factor remove keyfile",
    NextStep.REMOVE_SECURITY_KEY: "casevault factor remove fido2",
    NextStep.REPAIR_CLOCK: "casevault clock repair",
    NextStep.RESTORE_BACKUP: "casevault --vault NEW backup restore BACKUP",
    NextStep.RESTORE_BACKUP_BY_SHEETS: "casevault --vault NEW backup restore BACKUP --sheets",
    NextStep.REVOKE_DEVICE: "casevault device revoke",
    NextStep.SAMPLE_FORM: "casevault form add --sample",
    NextStep.SHOW_CASE: "casevault case show",
    NextStep.SHOW_CLOCK: "casevault clock show",
    NextStep.SHOW_HISTORY: "casevault history RECORD",
    NextStep.SHOW_OWN_WORDS: "casevault device words",
    NextStep.SUSPEND_MEMBER: "casevault member suspend",
    NextStep.TAKE_OVER: "casevault case take-over CASE",
    NextStep.VERIFY_BACKUP: "casevault backup verify SRC",
    NextStep.VERIFY_LOG: "casevault log verify",
    NextStep.VERIFY_PACKAGE: "casevault package verify FILE",
    NextStep.WRITE_TEMPLATE: "casevault import template FILE",
}


def in_words(words: Words) -> str:
    """Return a sentence for the person, each next step as a command to type; a text as it is.

    Each further line of a text that stands in a sentence is set in below the line in which the text begins: so none of
    a record looks like a line of the program, or like another record.
    """
    if isinstance(words, str):
        return words
    said = rendered(words, ENGLISH, _command)
    if "\n" not in said:
        return said
    values = {name: _set_in(value, _blanks_before(words.template, name)) for name, value in words.values}
    return rendered(replace_values(words, values), ENGLISH, _command)


def set_in(text: str) -> str:
    """Return a text whose further lines are set in below its first."""
    blanks = text[: len(text) - len(text.lstrip(" "))]
    return text.replace("\n", f"\n{blanks}{_FURTHER}")


def _set_in(value: Value, blanks: str) -> Value:
    match value:
        case str() | PurePath():
            return str(value).replace("\n", f"\n{blanks}{_FURTHER}")
        case Message():
            return in_words(value).replace("\n", f"\n{blanks}")
        case _:
            return value


def _blanks_before(template: str, name: str) -> str:
    """Return the blanks with which the line of a template begins in which a value stands."""
    line = template[: template.find(f"{{{name}}}")].rpartition("\n")[2]
    return line[: len(line) - len(line.lstrip(" "))]


def in_english(words: Message) -> str:
    """Return a sentence for `--json`, which stays English in every language."""
    return rendered(words, ENGLISH, _command)


def _command(step: NextStep) -> str:
    return f"`{COMMANDS[step]}`"


# What the command line says: one result on standard output, everything else on standard error.
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
        return lambda done, total: self.progress(done, total, what)

    def step_progress(self) -> StepProgress:
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
