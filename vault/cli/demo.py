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
from vault.words.message import Message, Words

_MOST_DEMOS = 1000


def _demo(args: Given, output: Output) -> Result:
    from vault.services import demo, demo_cases

    lines: list[Words] = []
    speaks = not output.as_json

    def say(line: Words) -> None:
        lines.append(line)
        if speaks:
            output.show(Result({}, [line]))

    place = demo.run(args.path or _free_folder(), say=say)
    if speaks and not args.no_app and has_screen() and sys.stdin.isatty() and sys.stdout.isatty():
        output.say("")
        if output.may_ask:  # the app takes the whole screen: what stands on it is to be read before
            ask_line(
                Message(
                    "Enter opens the app, which then asks for the passphrase. It is `{passphrase}`. ",
                    passphrase=demo.PASSPHRASE,
                )
            )
        again = shlex.join([sys.executable, "-m", "vault", "--vault", str(place.vault), "--member", demo_cases.MEMBER])
        # the app clears the screen
        afterwards = in_words(
            Message("To open it again (passphrase {passphrase}): `{again}`", passphrase=demo.PASSPHRASE, again=again)
        )
        run_app(place.vault, demo_cases.MEMBER, afterwards=one_line(afterwards))
    return Result({"folder": str(place.folder), "vault": str(place.vault), "steps": lines}, [])


def _free_folder() -> Path:
    """Return a folder name that is free here, so that the demo can be run again."""
    names = ("casevault-demo", *(f"casevault-demo-{number}" for number in range(2, _MOST_DEMOS)))
    return next(Path(name) for name in names if not Path(name).exists())


VERBS: Final = (
    Verb("demo", NOUNS["demo"].help, (
        Arg("[PATH]", Message("a new folder (casevault-demo)"), of=Path),
        Arg("[--no-app]", Message("do not open the app at the end")),
    ), _demo),
)  # fmt: skip
