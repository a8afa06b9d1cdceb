"""`casevault recipient list`: lawyers, courts and others who receive packages; what is done to them is acts."""

from __future__ import annotations

from typing import Final

from vault.acts.recipient import recipient_data, recipient_lines
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.words.message import Message


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exports import partners

        kept = partners.list_all(session)
    lines = [line for partner in kept for line in recipient_lines(partner)]
    data = {"recipients": [recipient_data(partner) for partner in kept]}
    return Result(data, lines or [Message("No recipients yet.")])


VERBS: Final = (Verb("list", Message("the recipients"), (), _list),)
