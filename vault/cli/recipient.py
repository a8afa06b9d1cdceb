"""`casevault recipient`: lawyers, courts and others who receive packages."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, add_personal

_NAME = (Personal("name", "--name", "Name of the recipient", required=True),)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `add`, `list`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="add | list")
    add = verbs.add_parser("add", help="save a recipient's age key", allow_abbrev=False)
    add.add_argument("typed", nargs="?", metavar="NAME", help="scripts only; at a terminal it is asked")
    add.add_argument("--age", required=True, metavar="KEY", help="the recipient's public key (age1...)")
    add_personal(add, _NAME)
    add.set_defaults(command=_add)
    listing = verbs.add_parser("list", help="the recipients", allow_abbrev=False)
    listing.set_defaults(command=_list)


def _add(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.exports import partners

    args.name = args.typed or args.name
    with opened_to_ask(args, output, _NAME, "recipient add --age KEY") as (session, values):
        kept = partners.add(session, name=values["name"][0], age_recipient=args.age)
    return Result(
        {"recipient": kept.record.hex(), "fingerprint": kept.fingerprint},
        [
            "The recipient is saved. Read these words to them by voice before the first referral:",
            f"  {kept.fingerprint}",
        ],
    )


def _list(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.exports import partners

    with opened(args, output) as session:
        kept = partners.list_all(session)
    data = [{"recipient": p.record.hex(), "name": p.name, "fingerprint": p.fingerprint} for p in kept]
    return Result({"recipients": data}, [f"{p.name}\n  {p.fingerprint}" for p in kept] or ["No recipients yet."])
