"""How personal values and passphrases come in: asked, piped or, in scripts only, as options (SECURITY.md 5)."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vault import platform
from vault.cli.output import Output, in_words
from vault.cli.table import Arg, Given
from vault.display import safe_text
from vault.errors import UsageError, VaultError, WaitingForDecisionError
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.acts.act import Act, Ask, Said

_REPLACED = "\N{REPLACEMENT CHARACTER}"
_PASSPHRASE: Final = Message("Passphrase: ")
_GONE: Final = Message("the terminal is gone")
_NEEDED: Final = Message("This has to be said. Type it, or stop with Ctrl+C: nothing is saved then.")
_MAX_INPUT_BYTES = 4 * 1024 * 1024
_LONGEST_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Personal:
    """One personal value of a command: its JSON key, its option, its question.

    `of` makes the value of what was typed; it raises `UsageError`, and who sits at the terminal is asked again.
    `present` is what is there already: Enter keeps it. A terminal shows it; where what is said goes elsewhere, nothing.
    `is_change`: an empty answer changes nothing. `in_parts`: one line may have several, with `;` between. `after`: the
    value that says that it is over; without it, nobody is asked for this one.
    """

    key: str
    option: str
    question: Message
    required: bool = False
    many: bool = False
    of: Callable[[str], str] = str
    present: str = field(default="", repr=False)
    is_change: bool = False
    in_parts: bool = False
    after: str = ""

    def taken(self, said: str) -> list[str]:
        parts = said.split(";") if self.in_parts else [said]
        return [self.of(part.strip() if self.in_parts else part) for part in parts if part.strip()]


def options_of(values: Sequence[Personal]) -> tuple[Arg, ...]:
    return tuple(
        Arg(
            f"[{value.option} {value.option.lstrip('-').upper()}{' ...' if value.many else ''}]",
            Message("{question} (scripts only; at a terminal it is asked)", question=value.question),
            into=value.key,
        )
        for value in values
    )


def personal_values(args: Given, output: Output, values: Sequence[Personal]) -> dict[str, list[str]]:
    """Return each value as a list of strings, from `--from -`, options or questions, in this order.

    Raises:
        UsageError: given as an option while standard input is a terminal (shell history keeps it), or missing.
    """
    refuse_as_options(args, values)
    if args.personal_from:
        answers = _from_json(args, values)
    else:
        answers = {v.key: _as_list(getattr(args, v.key)) for v in values}
    if are_asked(args, output):
        # Enter keeps what stood in the question, of what has to be there.
        answers = {
            value.key: _ask(value) or ([value.present] if value.required and _is_shown(value) else [])
            for value in values
        }
    else:
        answers = {value.key: [part for said in answers[value.key] for part in value.taken(said)] for value in values}
    for value in values:
        if value.required and not answers[value.key]:
            raise UsageError(
                Message("{option} is missing", option=value.option),
                next_step=Message("See `casevault {command} --help`.", command=args.command),
            )
    return answers


def _is_shown(value: Personal) -> bool:
    return bool(value.present) and sys.stderr.isatty()


def asked_one_by_one(values: Sequence[Personal]) -> dict[str, str]:
    """Return what somebody at the terminal types for each; several lines of one as one text."""
    return {value.key: "\n".join(_ask(value)) for value in values}


def is_at_terminal(output: Output) -> bool:
    """Say whether somebody sits at a terminal who can be shown what is secret, and who can answer."""
    return output.may_ask and sys.stdin.isatty() and sys.stderr.isatty()


def piped_answers(args: Given) -> dict[str, str]:
    """Return texts by their names, from a JSON object on standard input: for questions that the vault has.

    Raises:
        UsageError: nothing is piped, or no such object.
    """
    if not args.personal_from:
        raise UsageError(
            Message("the answers are missing"),
            next_step=Message("Pipe a JSON object of the questions' names and the answers into it with `--from -`."),
        )
    return {name: "\n".join(_as_list(part)) for name, part in json_object(args).items()}


def are_asked(args: Given, output: Output) -> bool:
    """Say whether somebody at the terminal types the personal values of this command."""
    return output.may_ask and sys.stdin.isatty() and not args.personal_from


def refuse_as_options(args: Given, values: Sequence[Personal]) -> None:
    """Return if no personal value was given as an option at a terminal.

    Raises:
        UsageError: one was; the text shows the safe form.
    """
    given = [v for v in values if getattr(args, v.key)]
    if given and sys.stdin.isatty():
        raise UsageError(
            Message("{option} would stay in the shell's history", option=given[0].option),
            next_step=Message(
                "Leave it out and you are asked: `casevault {usage}`; or pipe JSON into it with `--from -`.",
                usage=args.usage,
            ),
        )


def require_options(act: Act[Any], said: Said) -> None:
    """Return where each option is given that what is said needs.

    Raises:
        UsageError: one is missing; what to type is its advice.
    """
    missing = next((each for each in act.rows(said) if each.is_required and each.name not in said), None)
    if missing is not None and not missing.is_personal:
        form, told = missing.form.strip("[]") or missing.called, missing.help or missing.label
        raise UsageError(
            Message("{option} is missing", option=missing.called),
            next_step=Message("Type `{form}` behind the command: {help}.", form=form, help=told),
        )


def refuse_early(act: Act[Any], session: Session, said: Said) -> None:
    """Look before somebody types what is still asked, as if they had typed what has to be there."""
    asked = [field for field in act.rows(said) if field.is_personal]
    names = {field.name for field in asked}
    try:
        act.look(session, {**{field.name: ("?",) for field in asked if field.is_required}, **said})
    except UsageError as fault:
        if names.isdisjoint(str(value).replace(" ", "_") for _, value in fault.message.values):
            raise


def read_member(args: Given, output: Output) -> str:
    """Return the member's name: option, environment, or asked; never remembered."""
    if args.member:
        return str(args.member).strip()
    if not (output.may_ask and sys.stdin.isatty()):
        raise UsageError(
            Message("the member is missing"), next_step=Message("Give --member NAME or set CASEVAULT_MEMBER.")
        )
    return ask_line(Message("Member: "))


def read_passphrase(
    args: Given, output: Output, question: Words = _PASSPHRASE, *, meanwhile: Callable[[], object] | None = None
) -> bytearray:
    """Return the passphrase from a file descriptor, a file of yours alone, or the terminal with echo off.

    `meanwhile` runs while a person types; where nobody does, it does not run.
    """
    if args.passphrase_fd is not None:
        with os.fdopen(os.dup(args.passphrase_fd), "rb") as stream:
            return _first_line(stream.read(4096))
    file: Path | None = args.passphrase_file
    if file is not None:
        if os.name == "posix" and file.exists() and file.stat().st_mode & 0o077:
            raise UsageError(
                Message("others can read the passphrase file"),
                next_step=Message("Let only your account read it: chmod 600 FILE."),
            )
        try:
            return _first_line(file.read_bytes())
        except OSError as error:
            raise UsageError(
                Message("the passphrase file cannot be read ({strerror})", strerror=error.strerror or "")
            ) from None
    if not output.may_ask:
        raise UsageError(
            Message("the passphrase is missing"), next_step=Message("Give --passphrase-fd N or --passphrase-file F.")
        )
    return platform.read_tty_passphrase(in_words(question), meanwhile=meanwhile)


def text_is_typed(args: Given) -> bool:
    """Say whether somebody at the terminal types a note's text."""
    return args.file is None and sys.stdin.isatty()


def read_text(args: Given, *, keep: Callable[[str], None] | None = None) -> str:
    """Return a note's text from `--file` or standard input, as UTF-8; `keep` gets what was typed by each line's end.

    Raises:
        UsageError: it is too long, cannot be read, or the terminal went before somebody said that it ends.
    """
    if args.file is not None:
        try:
            raw = Path(args.file).read_bytes()
        except OSError as error:
            raise UsageError(Message("the file cannot be read ({strerror})", strerror=error.strerror or "")) from None
    elif text_is_typed(args):
        _tell(Message("Type the note; end with Ctrl+D on an empty line."))
        raw = _typed_lines(keep)
    else:
        raw = sys.stdin.buffer.read(_MAX_INPUT_BYTES + 1)
    if len(raw) > _MAX_INPUT_BYTES:
        raise UsageError(Message("the note is longer than 4 MiB"), next_step=Message("Split it into parts."))
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        if text_is_typed(args):  # typed once, and not to be lost
            marked = Message("The letters that could not be read are marked in the note.")
            _tell(Message("{not_utf8} {marked}", not_utf8=platform.NOT_UTF8, marked=marked))
            return raw.decode("utf-8", "replace")
        raise UsageError(
            Message("the note is not UTF-8 text"), next_step=Message("Convert it to UTF-8 first.")
        ) from None


def _typed_lines(keep: Callable[[str], None] | None) -> bytes:
    raw = b""
    try:
        while line := sys.stdin.buffer.readline(_MAX_INPUT_BYTES + 1 - len(raw)):
            raw += line
            if keep is not None:
                try:
                    keep(raw.decode("utf-8", "replace"))
                except VaultError as fault:  # the note may be saved all the same, and the rest is no line for the shell
                    _tell(Message("No draft of this note is kept: {why}", why=fault.message))
                    keep = None
    except OSError:
        raise UsageError(_GONE) from None
    if not sys.stdin.isatty():  # it hung up: nobody said that the note ends here
        raise UsageError(_GONE)
    return raw


def json_object(args: Given) -> dict[str, object]:
    """Return the JSON object on standard input.

    Raises:
        UsageError: it is none, is too long, or says a key twice; what it says stands in no error.
    """
    if args.personal_from != "-":
        raise UsageError(Message("--from reads standard input only"), next_step=Message("Use `--from -`."))
    raw = sys.stdin.buffer.read(_MAX_INPUT_BYTES + 1)
    if len(raw) > _MAX_INPUT_BYTES:
        raise UsageError(Message("standard input is longer than 4 MiB"))
    try:
        members = json.loads(raw, object_pairs_hook=_once_each)
    except (ValueError, RecursionError):
        raise UsageError(Message("standard input is not a JSON object")) from None
    if not isinstance(members, dict):
        raise UsageError(Message("standard input is not a JSON object"))
    return members


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) < len(pairs):
        raise UsageError(Message("standard input says a key twice"))
    return members


def _from_json(args: Given, values: Sequence[Personal]) -> dict[str, list[str]]:
    members = json_object(args)
    known = {v.key for v in values}
    if not members.keys() <= known:
        raise UsageError(Message("standard input can only have these keys: {names}", names=", ".join(sorted(known))))
    answers = {v.key: _as_list(members.get(v.key)) for v in values}
    for value in values:
        if not value.many and len(answers[value.key]) > 1:
            raise UsageError(Message("{key} takes one value", key=value.key))
    return answers


def _as_list(value: object) -> list[str]:
    if value is None:
        return []
    parts = value if isinstance(value, list) else [value]
    strings = [part for part in parts if isinstance(part, str)]
    if len(strings) != len(parts):
        raise UsageError(Message("personal values are strings or lists of strings"))
    return [part for part in strings if part]


def asked_again(values: Sequence[Personal], answers: dict[str, list[str]]) -> dict[str, list[str]]:
    """Return what somebody at the terminal types for each once more; Enter keeps what was typed before."""
    shown = (replace(value, present="\n".join(answers[value.key])) for value in values)
    return {value.key: _ask(value) or answers[value.key] for value in shown}


def in_a_line(text: str) -> str:
    """Return a text as it is shown in a question: its lines side by side, a long one by its beginning."""
    line = " / ".join(part for part in text.splitlines() if part.strip())
    return line if len(line) <= _LONGEST_SHOWN else f"{line[: _LONGEST_SHOWN - 1]}\N{HORIZONTAL ELLIPSIS}"


def _ask(value: Personal) -> list[str]:
    question = Message("{question}: ", question=value.question)
    if value.many:
        question = Message("{question} (each on its own line; an empty line ends): ", question=value.question)
    elif value.is_change:
        question = Message("{question} (Enter leaves it as it is): ", question=value.question)
    elif not value.required:
        question = Message("{question} (empty for none): ", question=value.question)
    first, is_shown = question, _is_shown(value)
    if is_shown and value.many:
        first = Message(
            "{question} (now {present}; Enter keeps it, or type all again, each on its own line): ",
            question=value.question,
            present=in_a_line(value.present),
        )
    elif is_shown:
        first = Message(
            "{question} (now {present}; Enter keeps it): ", question=value.question, present=in_a_line(value.present)
        )
    answers: list[str] = []
    while True:
        line = ask_line(question if answers else first)
        if line:
            try:
                answers += value.taken(line)
            except UsageError as error:
                _tell(Message("{problem}. {next_step}", problem=error.message, next_step=error.next_step))
                continue
        if value.required and not answers and not value.present:
            _tell(_NEEDED)
        elif not value.many or not line:
            return answers


def ask_line(question: Words) -> str:
    """Ask at the terminal and return what was typed, echoed, without blanks around it.

    What the terminal does not send as text of its own encoding is asked for again: a name is stored for good.

    Raises:
        UsageError: the input ended before.
    """
    while True:
        sys.stderr.write(safe_text(in_words(question)))  # a question may show what is stored
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise UsageError(Message("the input ended before the answer"))
        if _REPLACED not in line:
            return line.strip()
        _tell(Message("{not_utf8} Then type it again.", not_utf8=platform.NOT_UTF8))


def _tell(message: Message) -> None:
    sys.stderr.write(f"{safe_text(in_words(message))}\n")


def _first_line(raw: bytes) -> bytearray:
    return bytearray(raw.split(b"\n", 1)[0].removesuffix(b"\r"))


def list_choices(output: Output, ask: Ask) -> None:
    """Say which answers a question has, numbered."""
    for number, (code, label) in enumerate(ask.choices, 1):
        output.say(Message("{number}  {label}  {code}", number=number, label=label, code=code))


def chosen_of(ask: Ask) -> str:
    """Return the code of the answer whose number somebody types."""
    codes = {str(number): code for number, (code, _) in enumerate(ask.choices, 1)}
    number = ""
    while number not in codes:
        number = ask_line(Message("{question} Type the number: ", question=ask.question))
    return codes[number]


def warn_of(output: Output, ask: Ask, *, is_asked: bool = True) -> None:
    """Say what is dangerous; what has to be known for the answer, only to somebody who gives one."""
    for line in ask.warned:
        output.say(Message("WARNING: {line}", line=line))
    for line in ask.told if is_asked else ():
        output.say(line)


# Before something is written, changed, erased or taken back: `--yes`, or a typed word.
_UNCONFIRMED: Final = Message("nobody confirmed it")
_WHEN_SURE: Final = Message("Repeat it when you are sure.")


def require_word(
    args: Given,
    output: Output,
    question: Message,
    *,
    nothing: Message,
    why: Message = _UNCONFIRMED,
    instead: Message = _WHEN_SURE,
    word: str = "yes",
) -> None:
    """Return where `--yes` or somebody at the terminal says so, by a word.

    Args:
        args: what was given, with `--yes`.
        output: whether somebody can be asked.
        question: it names the word.
        nothing: what was not done where nobody said so.
        why: what a script is told about that.
        instead: what somebody who did not say so can do.
        word: what is typed.

    Raises:
        WaitingForDecisionError: nobody did.
    """
    if getattr(args, "yes", False):
        return
    if not (output.may_ask and sys.stdin.isatty()):
        raise WaitingForDecisionError(
            Message("{nothing}: {why}", nothing=nothing, why=why), next_step=Message("Repeat it with --yes.")
        )
    if ask_line(question).casefold() != word:
        raise WaitingForDecisionError(nothing, next_step=instead)
