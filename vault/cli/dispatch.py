"""From arguments to one command: global options anywhere, lazy nouns, one place that turns errors into exit codes."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vault import __version__
from vault.cli.nouns import GLOBAL, NOUNS, Noun, verbs_of
from vault.cli.output import Output, Result, ready_streams
from vault.cli.table import Given, Verb, parse, require_places, take_options
from vault.errors import InternalError, UsageError, VaultError
from vault.words.message import Message

if TYPE_CHECKING:
    from collections.abc import Iterable

    from vault.access.session import Session

_HELP = frozenset({"--help", "-h"})
_AT_ONCE = _HELP | {"help", "--version", "version"}
# Within `casevault shell` a vault is open: these open one of their own, or come in anew.
_OUTSIDE = frozenset({"app", "demo", "init", "shell"})
_WHO_COMES_IN = frozenset(
    {"--vault", "--member", "--passphrase-fd", "--passphrase-file", "--keyfile", "--security-key"}
)


def run(arguments: list[str], held: Session | None = None) -> int:
    """Run one command and return its exit code. Never prints a traceback with values.

    `held` is the open vault of `casevault shell`; else the command opens it.

    Raises:
        NobodyTypedError: within the shell, which then locks: the command asked, and nobody answered in time.
    """
    if held is None:
        ready_streams()
    output = Output(as_json="--json" in arguments)
    try:
        return output.show(_run(arguments, output, held))
    except VaultError as error:
        return output.fail(error)
    except KeyboardInterrupt as end:
        from vault.platform import NobodyTypedError

        if held is not None and isinstance(end, NobodyTypedError):
            raise
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # the shell's prompt begins a line of its own
        return 130
    except Exception as error:  # the border: the text of an unexpected exception may hold contents
        if isinstance(error, OSError) and error.errno == errno.EIO:
            from vault.store.files import disk_failed

            return output.fail(disk_failed(Path(str(error.filename or "a file")).name))
        return output.fail(
            InternalError(Message("{name__} at {place}", name__=type(error).__name__, place=_place(error)))
        )


def _run(arguments: list[str], output: Output, held: Session | None) -> Result:
    given = Given(held=held)
    words = take_options(GLOBAL, arguments, given)
    _add_environment(given)
    output.as_json, output.quiet, output.may_ask = given.json, given.quiet, not given.no_input
    name, *words = words or ["app"]
    if name == "help" and words:
        name, words = words[0], [*words[1:], "--help"]
    if name in _AT_ONCE:
        return _at_once(name)
    if held is not None:
        _require_within_shell(name, arguments)
        given.vault = held.folder.path
    if name not in NOUNS:
        raise _no_such(Message("there is no such command"), name, NOUNS)
    noun = NOUNS[name]
    verbs = verbs_of(noun)
    if noun.verbs:
        if words and words[0] in _HELP:
            from vault.cli.nouns import help_of_noun

            return help_of_noun(noun, verbs.values())
        if not words:
            names = " | ".join(verbs)
            raise UsageError(Message("one of these is required: {names}", names=names), next_step=_see_help(name))
        if words[0] not in verbs:
            raise _no_such(Message("there is no such verb"), words[0], verbs, name)
        name, *words = words
    return _run_verb(noun, verbs[name], words, given, output)


def _at_once(word: str) -> Result:
    if "version" in word:
        return Result({"version": __version__}, [f"casevault {__version__}"])
    from vault.cli.nouns import help_of_program

    return help_of_program()


def _run_verb(noun: Noun, verb: Verb, words: list[str], given: Given, output: Output) -> Result:
    if not _HELP.isdisjoint(words[: words.index("--")] if "--" in words else words):
        from vault.cli.nouns import help_of_verb

        return help_of_verb(noun, verb)
    from vault import platform

    # Here and nowhere else, so that no command goes round it: which of them read or make a secret is not asked.
    platform.harden_process()
    given.command, given.usage = noun.name_of(verb), noun.usage(verb, is_full=False)
    try:
        parse(verb, words, given)
    except UsageError as error:
        if error.next_step is not error.usual_step:
            raise
        raise UsageError(error.message, next_step=_see_help(given.command)) from None
    require_places(verb, given)
    return verb.run(given, output)


def _see_help(name: str) -> Message:
    return Message("See `casevault {name} --help`.", name=name)


def _no_such(fault: Message, typed: str, names: Iterable[str], noun: str = "") -> UsageError:
    import difflib

    near = difflib.get_close_matches(typed, names, n=1)
    if near:
        command = " ".join(word for word in ("casevault", noun, near[0]) if word)
        return UsageError(fault, next_step=Message("Did you mean `{command}`?", command=command))
    return UsageError(fault, next_step=_see_help(noun) if noun else UsageError.usual_step)


def _require_within_shell(noun: str, arguments: list[str]) -> None:
    """Refuse within `casevault shell` what would open another vault, or come in as somebody else."""
    if noun in _OUTSIDE or not _WHO_COMES_IN.isdisjoint(word.partition("=")[0] for word in arguments):
        raise UsageError(
            Message("this does not work inside the shell: a vault is open"),
            next_step=Message("Leave with `exit` first."),
        )


def _add_environment(given: Given) -> None:
    """Take from the environment what no option names."""
    for key, of in (("vault", Path), ("keyfile", Path), ("member", str)):
        value = os.environ.get(f"CASEVAULT_{key.upper()}")
        if value and getattr(given, key) is None:
            setattr(given, key, of(value))


def _place(error: Exception) -> str:
    """Return file and line of the innermost frame of our own code: never values, never source text."""
    import traceback

    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).parent.parts[-2:-1] == ("vault",) or "/vault/" in f.filename]
    frame = (ours or frames)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
