"""`casevault handover`: move the cases of a member who leaves to another member."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.showing import n_cases
from vault.cli.table import Arg, Given, Verb
from vault.words.message import Message

_REASON = (Personal("reason", "--reason", Message("Why (everybody in the vault can read it)"), required=True),)


def _order(args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, _REASON) as (session, values):
        from vault.services.grants import handover
        from vault.services.projection import authors

        leaver = authors.find_member(session, args.leaver, also_left=True)
        successor = authors.find_member(session, args.to)
        record = handover.order(session, leaver, successor, reason=values["reason"][0])
        lines = [Message("The order is saved."), *handover.who_carries_out(session, leaver)]
    return Result({"order": record.hex(), "leaver": leaver.hex(), "successor": successor.hex()}, lines)


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


def _carry_out(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.grants import handover
        from vault.services.projection import authors

        done = handover.carry_out(session, progress=output.progress_of(Message("Cases handed over")))
        names, nothing = authors.names_of_members(session), handover.nothing_to_do(session)
    data = [{"order": order.order.hex(), "cases": order.cases} for order in done]
    lines = []
    for order in done:
        leaver, successor = authors.name_in(names, order.leaver), authors.name_in(names, order.successor)
        lines.append(
            Message(
                "{cases} of {leaver}: with {successor} now.",
                cases=n_cases(order.cases),
                leaver=leaver,
                successor=successor,
            )
        )
    return Result({"carried_out": data}, lines or [nothing])


VERBS: Final = (
    Verb("order", Message("order a handover (an admin, who need not be able to open the cases)"), (
        Arg("MEMBER", Message("who leaves, or has left"), into="leaver"),
        Arg("--to MEMBER", Message("the new owner")),
        *options_of(_REASON),
    ), _order),
    Verb("list", Message("the orders in effect"), (), _list),
    Verb("carry-out", Message("hand over what you hold of a leaver's cases"), (), _carry_out),
)  # fmt: skip
