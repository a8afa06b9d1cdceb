"""`casevault shell`: several commands in one open vault, for one passphrase."""

from __future__ import annotations

import shlex
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, TextIO, cast

from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb
from vault.errors import RefusedError, UsageError
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from types import FrameType

    from vault.access.session import Session

_PROMPT = "casevault> "
_IDLE_MINUTES = 10
_MOST_MINUTES = 60
_ENDS = frozenset({"exit", "quit", "lock"})


class _IdleError(KeyboardInterrupt):
    """Nobody typed for too long: ends a command that asks as Ctrl+C does."""


class _Attended:
    """Standard input while a command runs: a person who is asked and stays away is away from the shell too."""

    def __init__(self, stream: TextIO, idle_s: int) -> None:
        self._stream = stream
        self._idle_s = idle_s
        self.was_left = False

    def __getattr__(self, name: str) -> object:
        return getattr(self._stream, name)

    def readline(self, *sizes: int) -> str:
        """Return the next line, or end the command after the time."""
        return self._within(lambda: self._stream.readline(*sizes))

    def read(self, *sizes: int) -> str:
        """Return what is typed, or end the command after the time."""
        return self._within(lambda: self._stream.read(*sizes))

    def _within(self, act: Callable[[], str]) -> str:
        try:
            with _waking(self._idle_s):
                return act()
        except _IdleError:
            self.was_left = True
            raise


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
        end = _loop(session, output, args.idle * 60)
    return Result({"locked": True}, [end])


def _loop(session: Session, output: Output, idle_s: int) -> Message:
    """Run what is typed until the person leaves or stays away; return what is said then."""
    while not session.is_closed:
        try:
            with _waking(idle_s):
                line = _read()
        except EOFError:
            break
        except _IdleError:
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
        if words and not _is_attended(words, session, idle_s):
            return _left(idle_s)
    return Message("Locked.")


def _left(idle_s: int) -> Message:
    return plural(
        "Locked: nobody typed for {count} minute.", "Locked: nobody typed for {count} minutes.", count=idle_s // 60
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


def _is_attended(words: list[str], session: Session, idle_s: int) -> bool:
    """Run a command; return False where it asked and nobody answered."""
    from vault.cli.dispatch import run

    own = sys.stdin
    attended = _Attended(own, idle_s)
    sys.stdin = cast("TextIO", attended)
    try:
        run(words, session)
    finally:
        sys.stdin = own
    return not attended.was_left


@contextmanager
def _waking(seconds: int) -> Iterator[None]:
    """Raise within the block when so many seconds have passed; on Windows nothing does."""
    if not hasattr(signal, "SIGALRM"):
        yield
        return

    def wake(number: int, frame: FrameType | None) -> None:
        raise _IdleError

    before = signal.signal(signal.SIGALRM, wake)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


_IDLE: Final = Arg("[--idle N]", Message("lock after N minutes without a command"), of=int, default=_IDLE_MINUTES)
VERBS: Final = (Verb("shell", NOUNS["shell"].help, (_IDLE,), _shell),)
