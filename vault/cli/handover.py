"""`casevault handover`: move the cases of a member who leaves to another member."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, add_personal
from vault.display import counted

_REASON = (Personal("reason", "--reason", "Why (everybody in the vault can read it)", required=True),)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `order`, `list`, `carry-out`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="order | list | carry-out")
    order = verbs.add_parser(
        "order", help="order a handover (an admin, who need not be able to open the cases)", allow_abbrev=False
    )
    order.add_argument("leaver", metavar="MEMBER", help="who leaves, or has left")
    order.add_argument("--to", required=True, metavar="MEMBER", help="the new owner")
    add_personal(order, _REASON)
    order.set_defaults(command=_order)
    listing = verbs.add_parser("list", help="the orders in effect", allow_abbrev=False)
    listing.set_defaults(command=_list)
    carry_out = verbs.add_parser("carry-out", help="hand over what you hold of a leaver's cases", allow_abbrev=False)
    carry_out.set_defaults(command=_carry_out)


def _order(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.grants import handover
    from vault.services.projection import authors

    with opened_to_ask(args, output, _REASON, "handover order MEMBER --to MEMBER") as (session, values):
        leaver = authors.find_member(session, args.leaver, also_left=True)
        successor = authors.find_member(session, args.to)
        record = handover.order(session, leaver, successor, reason=values["reason"][0])
    lines = [
        "The order is saved. The deputy's device carries it out when it is next opened after the member has left;",
        "before that it asks the deputy.",
    ]
    return Result({"order": record.hex(), "leaver": leaver.hex(), "successor": successor.hex()}, lines)


def _list(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.grants import handover
    from vault.services.projection import authors

    with opened(args, output) as session:
        orders = handover.orders(session)
        names = authors.names_of_members(session)
    data, lines = [], []
    for order in orders:
        value = order.value
        leaver, successor = authors.name_in(names, value.leaver), authors.name_in(names, value.successor)
        data.append({"order": order.record.hex(), "leaver": leaver, "successor": successor, "reason": value.reason})
        lines.append(f"{leaver} -> {successor}: {value.reason}")
    return Result({"orders": data}, lines or ["No orders."])


def _carry_out(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.grants import handover
    from vault.services.projection import authors

    with opened(args, output) as session:
        done = handover.carry_out(
            session, progress=lambda done, total: output.progress(done, total, "Cases handed over")
        )
        names = authors.names_of_members(session)
    data = [{"order": order.order.hex(), "cases": order.cases} for order in done]
    lines = [
        f"{counted(order.cases, 'case')} of {authors.name_in(names, order.leaver)}:"
        f" with {authors.name_in(names, order.successor)} now."
        for order in done
    ]
    return Result({"carried_out": data}, lines or ["You hold no case that is pending handover."])
