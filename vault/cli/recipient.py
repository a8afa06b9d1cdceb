"""`casevault recipient`: lawyers, courts and others who receive packages."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.table import Arg, Given, Verb
from vault.words.message import Message

_NAME = (Personal("name", "--name", Message("Name of the recipient"), required=True),)


def _add(args: Given, output: Output) -> Result:
    args.name = args.typed or args.name
    with opened_to_ask(args, output, _NAME) as (session, values):
        from vault.services.exports import partners

        kept = partners.add(session, name=values["name"][0], age_recipient=args.age)
    return Result(
        {"recipient": kept.record.hex(), "fingerprint": kept.fingerprint},
        [
            Message("The recipient is saved. Read these words to them by voice before the first referral:"),
            f"  {kept.fingerprint}",
        ],
    )


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exports import partners

        kept = partners.list_all(session)
    data = [{"recipient": p.record.hex(), "name": p.name, "fingerprint": p.fingerprint} for p in kept]
    return Result(
        {"recipients": data}, [f"{p.name}\n  {p.fingerprint}" for p in kept] or [Message("No recipients yet.")]
    )


VERBS: Final = (
    Verb("add", Message("save a recipient's age key"), (
        Arg("[NAME]", Message("scripts only; at a terminal it is asked"), into="typed"),
        Arg("--age KEY", Message("the recipient's public key (age1...)")),
        *options_of(_NAME),
    ), _add),
    Verb("list", Message("the recipients"), (), _list),
)  # fmt: skip
