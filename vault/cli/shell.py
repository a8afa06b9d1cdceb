"""`casevault shell`: several commands in one open vault, for one passphrase."""

from __future__ import annotations

import shlex
import sys
from typing import IO, TYPE_CHECKING, AnyStr, Final, Generic, TextIO, cast

from vault import platform
from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb
from vault.errors import RefusedError, UsageError
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from vault.access.session import Session

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
VERBS: Final = (Verb("shell", NOUNS["shell"].help, (_IDLE,), _shell),)
