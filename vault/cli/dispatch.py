"""From arguments to one command: global options anywhere, lazy nouns, one place that turns errors into exit codes."""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import re
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol, cast

from vault import __version__
from vault.cli.output import Output, Result
from vault.cli.streams import ready_streams
from vault.cli.text import HELP, NOUNS
from vault.errors import InternalError, UsageError, VaultError
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.session import Session

_VERSION = f"casevault {__version__}\n"
_ANSWERED_AT_ONCE = {"--help": HELP, "-h": HELP, "help": HELP, "--version": _VERSION, "version": _VERSION}

# Within `casevault shell` a vault is open: these open one of their own, or come in anew.
_OUTSIDE = frozenset({"app", "demo", "init", "shell"})
_WHO_COMES_IN = frozenset(
    {"--vault", "--member", "--passphrase-fd", "--passphrase-file", "--keyfile", "--security-key"}
)

Command = Callable[[argparse.Namespace, Output], Result]


class Noun(Protocol):
    """What each module of a noun offers."""

    def add_verbs(self, parser: argparse.ArgumentParser, noun: str) -> None:
        """Declare the noun's arguments; each verb sets `command` to its function."""


class Parser(argparse.ArgumentParser):
    """A parser that raises instead of ending the process, so that `--json` covers usage errors too."""

    def error(self, message: str) -> NoReturn:  # type: ignore[explicit-override]  # typing_extensions costs start-up time
        """Raise what argparse would print, less the values: they may be names, and scripts keep what is printed."""
        raise UsageError(
            Message("{fault}", fault=_without_values(message)),
            next_step=Message("See `{prog} --help`.", prog=self.prog),
        )


def run(arguments: list[str], held: Session | None = None) -> int:
    """Run one command and return its exit code. Never raises, never prints a traceback with values.

    Args:
        arguments: as typed behind `casevault`.
        held: the open vault of `casevault shell`; else the command opens it.
    """
    if held is None:
        ready_streams()
    output = Output(as_json="--json" in arguments)
    words = _ANSWERED_AT_ONCE.get(" ".join(arguments))
    if words is not None:
        return output.show(Result({}, words.splitlines()))
    try:
        return _run(arguments, output, held)
    except VaultError as error:
        return output.fail(error)
    except KeyboardInterrupt:
        if sys.stderr.isatty():
            sys.stderr.write("\n")  # the shell's prompt begins a line of its own
        return 130
    except Exception as error:  # the border: the text of an unexpected exception may hold contents
        return output.fail(
            InternalError(Message("{name__} at {place}", name__=type(error).__name__, place=_place(error)))
        )


def _run(arguments: list[str], output: Output, held: Session | None) -> int:
    options, rest = _global_options(arguments)
    options.held = held
    output.as_json, output.quiet, output.may_ask = options.json, options.quiet, not options.no_input
    if not rest:
        rest = ["app"]
    noun, *words = rest
    if noun == "help" and words:
        noun, words = words[0], [*words[1:], "--help"]
    if noun in {"help", "--help", "-h"}:
        return output.show(Result({"help": HELP}, HELP.splitlines()))
    if noun in {"version", "--version"}:
        return output.show(Result({"version": __version__}, [f"casevault {__version__}"]))
    if held is not None:
        _require_within_shell(noun, arguments)
        options.vault = held.folder.path
    if noun not in NOUNS:
        near = difflib.get_close_matches(noun, NOUNS, n=1)
        hint = Message("Did you mean `casevault {noun}`?", noun=near[0]) if near else UsageError.usual_step
        raise UsageError(Message("there is no such command"), next_step=hint)
    module = cast("Noun", importlib.import_module(NOUNS[noun]))
    parser = Parser(prog=f"casevault {noun}", description=_promise(module.__doc__), allow_abbrev=False)
    module.add_verbs(parser, noun)
    _describe_verbs(parser)
    try:
        args = parser.parse_args(words, namespace=options)
    except SystemExit as end:  # --help of a verb
        return int(end.code or 0)
    command = cast("Command", args.command)
    return output.show(command(args, output))


def _require_within_shell(noun: str, arguments: list[str]) -> None:
    """Refuse within `casevault shell` what would open another vault, or come in as somebody else."""
    options = {word.partition("=")[0] for word in arguments}
    if noun in _OUTSIDE or options & _WHO_COMES_IN:
        raise UsageError(
            Message("this does not work inside the shell: a vault is open"),
            next_step=Message("Leave with `exit` first."),
        )


def _global_options(arguments: list[str]) -> tuple[argparse.Namespace, list[str]]:
    """Take the global options out of the arguments, wherever they stand before a `--`."""
    parser = Parser(prog="casevault", add_help=False, allow_abbrev=False)
    parser.add_argument("--vault", type=Path, default=_path_from_environment("CASEVAULT_VAULT"))
    parser.add_argument("--member", default=os.environ.get("CASEVAULT_MEMBER"))
    parser.add_argument("--passphrase-fd", type=int)
    parser.add_argument("--passphrase-file", type=Path)
    parser.add_argument("--keyfile", type=Path, default=_path_from_environment("CASEVAULT_KEYFILE"))
    parser.add_argument("--security-key", action="store_true")
    parser.add_argument("--from", dest="personal_from")
    parser.add_argument("--why", default="casework")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--no-input", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    end = arguments.index("--") if "--" in arguments else len(arguments)
    options, rest = parser.parse_known_args(arguments[:end])
    return options, rest + arguments[end:]


def _describe_verbs(parser: argparse.ArgumentParser) -> None:
    """Let the help of each verb begin with the line that the help of its noun has for it."""
    for action in parser._actions:  # noqa: SLF001 - argparse tells its verbs nowhere else
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for verb in action._choices_actions:  # noqa: SLF001
                action.choices[verb.dest].description = _promise(verb.help)


def _promise(text: str | None) -> str:
    """Return what a docstring or a line of help says behind the command's name, as a sentence."""
    line = (text or "").split("\n", 1)[0].rpartition("`: ")[2]
    return line[:1].upper() + line[1:].removesuffix(".") + "."


def _without_values(message: str) -> str:
    """Return what argparse says in words of this program alone: options, choices, and what was expected."""
    known = re.match(
        r"argument (?P<name>[^:]+): (?P<what>expected |invalid choice|invalid \w+ value|not allowed with)", message
    )
    if message.startswith("the following arguments are required: "):
        return message
    if message.startswith("unrecognized arguments"):
        # An option is a word of the program; what stands behind it may be a name.
        options = re.findall(r"(?<!\S)--[a-z][a-z-]*(?=$|[ =])", message)
        listed = ", ".join(dict.fromkeys(options))
        return f"{listed} is not an option here" if options else "there are words that this command does not know"
    if known is None:
        return "the arguments cannot be read"
    name, what = known["name"], known["what"]
    if what == "invalid choice":
        # The value stands before the choices, so the last such words are argparse's own.
        return f"argument {name}: invalid choice {message[message.rfind('(choose from') :]}"
    if what.endswith(" value"):
        return f"argument {name}: {what}"
    return message


def _path_from_environment(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


def _place(error: Exception) -> str:
    """Return file and line of the innermost frame of our own code: never values, never source text."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if Path(f.filename).parent.parts[-2:-1] == ("vault",) or "/vault/" in f.filename]
    frame = (ours or frames)[-1]
    return f"{Path(frame.filename).name}:{frame.lineno}"
