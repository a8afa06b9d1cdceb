"""`casevault passphrase`: change your passphrase, or make one from words."""

from __future__ import annotations

import argparse
from pathlib import Path

from vault.cli.new_passphrase import LANGUAGES, is_at_terminal, new_passphrase, show, usual_language
from vault.cli.opening import opened, read_entrance
from vault.cli.output import Output, Result
from vault.errors import UsageError
from vault.words.message import Message


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `change`, `generate`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="change | generate")
    change = verbs.add_parser("change", help="change your passphrase", allow_abbrev=False)
    change.add_argument(
        "--generate", choices=LANGUAGES, metavar="LANGUAGE", help="make it from words in English, French or Russian"
    )
    change.add_argument(
        "--new-passphrase-fd", type=int, metavar="N", help="read the new passphrase from this file descriptor (scripts)"
    )
    change.add_argument(
        "--new-passphrase-file", type=Path, metavar="F", help="read the new passphrase from this file (scripts)"
    )
    change.set_defaults(command=_change)
    generate = verbs.add_parser("generate", help="make a passphrase and show it once", allow_abbrev=False)
    generate.add_argument("--language", choices=LANGUAGES, help="language of its words (this computer's language)")
    generate.add_argument("--words", type=int, metavar="N", help="number of words (as many as give 77 bits)")
    generate.add_argument("--show", action="store_true", help="print it as the answer: for scripts, never on a screen")
    generate.set_defaults(command=_generate)


def _change(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.credentials import factors

    entrance = read_entrance(args, output)
    with opened(args, output, entrance) as session:
        source = argparse.Namespace(passphrase_fd=args.new_passphrase_fd, passphrase_file=args.new_passphrase_file)
        new = new_passphrase(source, output, (entrance.member,), language=args.generate)
        try:
            factors.change_passphrase(session, member=entrance.member, old=entrance.factors, new=new)
        finally:
            for secret in (new, entrance.factors.passphrase):
                secret[:] = bytes(len(secret))
    return Result({"changed": True, "note": factors.OLD_COPIES}, ["The passphrase is changed.", factors.OLD_COPIES])


def _generate(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.credentials import factors

    made = factors.propose(args.language or usual_language(), args.words)
    data: dict[str, object] = {"language": made.language.value, "bits": round(made.bits, 1)}
    if args.show:
        return Result(data | {"passphrase": made.text()}, [made.text()])
    if not is_at_terminal(output):
        raise UsageError(
            Message("a made passphrase is shown only at a terminal"),
            next_step=Message("In a script, ask for it: --show."),
        )
    show(output, made)
    return Result(data, [f"It was worth {int(made.bits)} bits. Use it with `casevault passphrase change`."])
