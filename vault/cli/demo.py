"""`casevault demo`: try everything once on invented people, then open the app."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path
from typing import Final

from vault.cli.app import has_screen, run_app
from vault.cli.next_steps import in_words
from vault.cli.nouns import NOUNS
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line
from vault.cli.table import Arg, Given, Verb
from vault.display import one_line
from vault.errors import UsageError
from vault.words.message import Message, Words

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
    from vault.services import demo

    lines: list[Words] = []

    def say(line: Words) -> None:
        lines.append(line)
        if not output.as_json:
            output.show(Result({}, [line]))

    place = demo.run(args.path or _free_folder(), say=say)
    _look_at(place.vault, args, output)
    return Result({"folder": str(place.folder), "vault": str(place.vault), "steps": lines}, [])


def _national(args: Given, output: Output) -> Result:
    from vault.services import demo, demo_national

    folder = (args.path or _free_folder()).absolute()
    made = demo_national.make(
        demo.DemoPlace(folder).vault,
        passphrase=demo.PASSPHRASE,
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
    from vault.services import demo, demo_cases

    if output.as_json or args.no_app or not (has_screen() and sys.stdin.isatty() and sys.stdout.isatty()):
        return
    output.say("")
    if output.may_ask:  # the app takes the whole screen: what stands on it is to be read before
        ask_line(
            Message(
                "Enter opens the app, which then asks for the passphrase. It is `{passphrase}`. ",
                passphrase=demo.PASSPHRASE,
            )
        )
    again = shlex.join([sys.executable, "-m", "vault", "--vault", str(vault), "--member", demo_cases.MEMBER])
    # the app clears the screen
    afterwards = in_words(
        Message("To open it again (passphrase {passphrase}): `{again}`", passphrase=demo.PASSPHRASE, again=again)
    )
    run_app(vault, demo_cases.MEMBER, afterwards=one_line(afterwards))


def _free_folder() -> Path:
    """Return a folder name that is free here, so that the demo can be run again."""
    names = ("casevault-demo", *(f"casevault-demo-{number}" for number in range(2, _MOST_DEMOS)))
    return next(Path(name) for name in names if not Path(name).exists())


VERBS: Final = (
    Verb("demo", NOUNS["demo"].help, (
        Arg("[PATH]", Message("a new folder (casevault-demo)"), of=Path),
        Arg("[--size SIZE]", _SIZE_HELP, choices=(_SMALL, _NATIONAL), default=_SMALL),
        Arg("[--seed N]", Message("of a national vault: one seed gives the same people again"), of=int),
        Arg("[--no-app]", Message("do not open the app at the end")),
    ), _demo),
)  # fmt: skip
