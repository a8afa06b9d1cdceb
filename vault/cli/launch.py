"""`casevault app | shell | demo`: the app as a process of its own, several commands in one open vault."""

from __future__ import annotations

import json
import os
import shlex
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, AnyStr, Final, Generic, NoReturn, TextIO, cast

from vault import platform
from vault.cli.nouns import NOUNS, help_of_program
from vault.cli.opening import opened, vault_path
from vault.cli.output import Output, Result, in_words
from vault.cli.prompts import ask_line
from vault.cli.table import Arg, Given, Verb
from vault.display import one_line
from vault.errors import NoVaultError, RefusedError, UsageError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session


# `casevault` or `casevault app`: open the app on this terminal, as a process of its own.
_NO_VAULT_YET = Message(
    "None yet?\n"
    "  a new organisation           casevault init\n"
    "  to join an organisation      casevault member join --out REQUEST\n"
    "  a backup                     casevault backup restore SRC, with your passphrase\n"
    "  a backup, no passphrase      casevault backup restore SRC --sheets, with two recovery sheets\n"
    "                               (in the app: casevault app --sheets)\n"
    "  a vault, no passphrase       casevault recovery restore, with two recovery sheets\n"
    "  only to try it               casevault demo"
)


def _open(args: Given, output: Output) -> Result:
    from vault.store.folder import VaultFolder, holds_backup

    del output
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        return help_of_program()
    if not has_screen():
        raise UsageError(
            Message("this terminal shows only lines (TERM=dumb), and the app needs the whole screen"),
            next_step=Message("Open another terminal, or use the commands: `casevault --help`."),
        )
    if args.vault is None:
        raise NoVaultError(
            Message("no vault was named"),
            next_step=Message("Give --vault V or set CASEVAULT_VAULT. {no_vault_yet}", no_vault_yet=_NO_VAULT_YET),
        )
    path = vault_path(args)
    if args.sheets and not (path / "keys").is_file():
        VaultFolder(path).require_free()
        return run_app(path.absolute(), args.member, comes_back=True)
    if not (path / "keys").is_file() and not holds_backup(path):
        raise NoVaultError(Message("there is no vault at {path}", path=path), next_step=_NO_VAULT_YET)
    folder = VaultFolder(path)
    folder.require()
    folder.require_closed()
    return run_app(path.resolve(), args.member, comes_back=args.sheets)


def has_screen() -> bool:
    """Say whether the terminal can show more than one line after another."""
    return os.environ.get("TERM") != "dumb"


def run_app(path: os.PathLike[str], member: str | None, *, afterwards: str = "", comes_back: bool = False) -> NoReturn:
    """Become the app's launcher: this process ends with it, and to end this process ends the app.

    The member's name goes through a pipe: an argument list is visible to every account of this computer.

    `afterwards` is a line for the terminal once the app has cleared it; no secret of a vault. With `comes_back` it
    begins with the way back by recovery sheets; there may be no vault yet.
    """
    read_end, write_end = os.pipe()
    start = {"vault": str(path), "member": member, "afterwards": afterwards, "comes_back": comes_back}
    os.write(write_end, json.dumps(start).encode("ascii"))
    os.close(write_end)
    os.set_inheritable(read_end, True)
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    # As a child of this process it would outlive it, unlocked, where only this process is ended.
    os.execv(sys.executable, [sys.executable, "-I", "-m", "tui", str(read_end)])  # noqa: S606 - our own program


_SHEETS: Final = Arg(
    "[--sheets]", Message("begin with recovery sheets: you lost the passphrase, or everything except a backup")
)
APP: Final = (Verb("app", NOUNS["app"].help, (_SHEETS,), _open),)


# `casevault shell`: several commands in one open vault, for one passphrase.
_PROMPT = "casevault> "
_IDLE_MINUTES = 10
_MOST_MINUTES = 60
_ENDS = frozenset({"exit", "quit", "lock"})


class _Attended(Generic[AnyStr]):
    """Standard input while a command runs: a person who is asked and stays away is away from the shell too."""

    def __init__(self, stream: IO[AnyStr]) -> None:
        self._stream: IO[AnyStr] = stream

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> _Attended[bytes]:
        """What a note is read from: nothing that is read goes round the time."""
        return _Attended(cast("TextIO", self._stream).buffer)

    def readline(self, *sizes: int) -> AnyStr:
        """Return the next line, or end the command after the time."""
        with platform.waiting_for_person():
            return self._stream.readline(*sizes)

    def read(self, size: int = -1) -> AnyStr:
        """Return what is typed up to Ctrl+D, or end the command after the time without a line."""
        read = line = self.readline(size)
        while line and len(read) != size:
            line = self.readline(size if size < 0 else size - len(read))
            read += line
        return read


def _shell(args: Given, output: Output) -> Result:
    if not 1 <= args.idle <= _MOST_MINUTES:
        raise UsageError(Message("--idle is between 1 and {most_minutes}", most_minutes=_MOST_MINUTES))
    if not (sys.stdin.isatty() and output.may_ask) or args.json:
        raise RefusedError(
            Message("the shell is for a person at a terminal"),
            next_step=Message("A script gives each command by itself, with --json."),
        )
    with opened(args, output) as session:
        output.say(Message("The vault is open. Type commands without `casevault`; `help` lists them, `exit` locks."))
        with platform.limit_waits(args.idle * 60):
            end = _loop(session, output, args.idle * 60)
    return Result({"locked": True}, [end])


def _loop(session: Session, output: Output, idle_s: int) -> Message:
    """Run what is typed until the person leaves or stays away; return what is said then."""
    while not session.is_closed:
        try:
            with platform.waiting_for_person():
                line = _read()
        except EOFError:
            break
        except platform.NobodyTypedError:
            return _left(idle_s)
        except KeyboardInterrupt:
            output.say(Message("Type `exit` to lock."))
            continue
        try:
            words = shlex.split(line)
        except ValueError:
            output.say(Message("casevault: a quotation mark is not closed."))
            continue
        words = words[1:] if words[:1] == ["casevault"] else words
        if words and words[0] in _ENDS:
            break
        if words and not _is_attended(words, session):
            return _left(idle_s, asked=True)
    return Message("Locked.")


def _left(idle_s: int, *, asked: bool = False) -> Message:
    """Return that nobody sits here, and of a command that asked what is kept."""
    platform.drop_typed()
    locked = plural(
        "Locked: nobody typed for {count} minute.", "Locked: nobody typed for {count} minutes.", count=idle_s // 60
    )
    if not asked:
        return locked
    return Message(
        "{locked} The command was still asking. The lines of a note are kept (`casevault note add CASE --go-on`, or the"
        " app); other answers are not saved.",
        locked=locked,
    )


def _read() -> str:
    # Lines can be edited and called back while the shell runs; nothing of that is kept.
    try:
        import readline
    except ImportError:
        return input(_PROMPT)
    try:
        return input(_PROMPT)
    finally:
        readline.set_history_length(0)


def _is_attended(words: list[str], session: Session) -> bool:
    """Run a command; return False where it asked and nobody answered."""
    from vault.cli.dispatch import run

    own = sys.stdin
    sys.stdin = cast("TextIO", _Attended(own))
    try:
        run(words, session)
    except platform.NobodyTypedError:
        return False
    finally:
        sys.stdin = own
    return True


_IDLE: Final = Arg("[--idle N]", Message("lock after N minutes without a command"), of=int, default=_IDLE_MINUTES)
SHELL: Final = (Verb("shell", NOUNS["shell"].help, (_IDLE,), _shell),)


# `casevault demo`: try everything once on invented people, then open the app.
_MOST_DEMOS = 1000
_SMALL, _NATIONAL = "small", "national"
_SIZE_HELP = Message(
    "small, the whole tour; or national, only a vault: 12,000 cases, 500,000 notes and 150,000 names to try its speed."
    " That takes 3 minutes or more and 1.2 GB; Ctrl+C removes it again"
)


def _demo(args: Given, output: Output) -> Result:
    if args.size == _NATIONAL:
        return _national(args, output)
    if args.seed is not None:
        raise UsageError(Message("--seed goes with --size national"))
    return _small(args, output)


def _small(args: Given, output: Output) -> Result:
    from vault.services import demo_tour

    lines: list[Words] = []

    def say(line: Words) -> None:
        lines.append(line)
        if not output.as_json:
            output.show(Result({}, [line]))

    place = demo_tour.run(args.path or _free_folder(), say=say)
    _look_at(place.vault, args, output)
    return Result({"folder": str(place.folder), "vault": str(place.vault), "steps": lines}, [])


def _national(args: Given, output: Output) -> Result:
    from vault.services import demo_national, demo_tour

    folder = (args.path or _free_folder()).absolute()
    made = demo_national.make(
        demo_tour.DemoPlace(folder).vault,
        passphrase=demo_tour.PASSPHRASE,
        seed=demo_national.SEED if args.seed is None else args.seed,
        progress=output.progress_of(Message("Making cases")),
    )
    line = Message(
        "Made {vault}: {cases} cases, {notes} notes and {names} names of invented people.",
        vault=made.vault,
        cases=made.counted["case"],
        notes=made.counted["note"],
        names=made.counted["name"],
    )
    if not output.as_json:
        output.show(Result({}, [line]))
    _look_at(made.vault, args, output)
    data = {"folder": str(folder), "vault": str(made.vault), "steps": [line], "counted": dict(made.counted)}
    return Result(data, [])


def _look_at(vault: Path, args: Given, output: Output) -> None:
    """Open the app on it where there is a terminal, and say behind it how to come back."""
    from vault.services import demo_cases, demo_tour

    if output.as_json or args.no_app or not (has_screen() and sys.stdin.isatty() and sys.stdout.isatty()):
        return
    output.say("")
    if output.may_ask:  # the app takes the whole screen: what stands on it is to be read before
        ask_line(
            Message(
                "Enter opens the app, which then asks for the passphrase. It is `{passphrase}`. ",
                passphrase=demo_tour.PASSPHRASE,
            )
        )
    again = shlex.join([sys.executable, "-m", "vault", "--vault", str(vault), "--member", demo_cases.MEMBER])
    # the app clears the screen
    afterwards = in_words(
        Message("To open it again (passphrase {passphrase}): `{again}`", passphrase=demo_tour.PASSPHRASE, again=again)
    )
    run_app(vault, demo_cases.MEMBER, afterwards=one_line(afterwards))


def _free_folder() -> Path:
    """Return a folder name that is free here, so that the demo can be run again."""
    names = ("casevault-demo", *(f"casevault-demo-{number}" for number in range(2, _MOST_DEMOS)))
    return next(Path(name) for name in names if not Path(name).exists())


DEMO: Final = (
    Verb("demo", NOUNS["demo"].help, (
        Arg("[PATH]", Message("a new folder (casevault-demo)"), of=Path),
        Arg("[--size SIZE]", _SIZE_HELP, choices=(_SMALL, _NATIONAL), default=_SMALL),
        Arg("[--seed N]", Message("of a national vault: one seed gives the same people again"), of=int),
        Arg("[--no-app]", Message("do not open the app at the end")),
    ), _demo),
)  # fmt: skip

TABLES: Final = {"app": APP, "shell": SHELL, "demo": DEMO}
