"""`casevault handover`: move the cases of a member who leaves to another member."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.words.message import Message


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.grants import handover
        from vault.services.projection import authors

        orders = handover.orders(session)
        names = authors.names_of_members(session)
    data, lines = [], []
    for order in orders:
        value = order.value
        leaver, successor = authors.name_in(names, value.leaver), authors.name_in(names, value.successor)
        data.append({"order": order.record.hex(), "leaver": leaver, "successor": successor, "reason": value.reason})
        lines.append(f"{leaver} -> {successor}: {value.reason}")
    return Result({"orders": data}, lines or [Message("No orders.")])


VERBS: Final = (
    Verb("list", Message("the orders in effect"), (), _list),
)  # fmt: skip
