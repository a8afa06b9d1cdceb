"""`casevault break-glass`: in an emergency, open a case for some days to a member without a grant."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened
from vault.cli.output import Output, Result

_RULES = {
    "alone": "It was done ALONE: nobody else in the organisation could approve it. The log says so.",
    "two-person": "A second person approved it; the log names both.",
}


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare the arguments of `break-glass`."""
    del noun
    parser.add_argument("case", help="the case's id or reference")
    parser.add_argument("--for", dest="for_member", required=True, metavar="MEMBER", help="who can open it")
    parser.add_argument("--until", required=True, metavar="DATE", help="the last day (YYYY-MM-DD), within 14 days")
    parser.add_argument("--reason", default="emergency", metavar="CODE", help="the reason kept in the log (emergency)")
    parser.add_argument("--second", metavar="NAME", help="the member who approves it at this keyboard")
    parser.set_defaults(command=_break)


def _break(args: argparse.Namespace, output: Output) -> Result:
    from vault.cli.approval_options import second_of
    from vault.services.approvals import breaking_glass
    from vault.services.cases import cases
    from vault.services.grants import timed_grants
    from vault.services.projection import authors

    with opened(args, output) as session:
        member = authors.find_member(session, args.for_member)
        broken = breaking_glass.break_glass(
            session,
            cases.find(session, args.case),
            member,
            until_ms=timed_grants.end_of_day(args.until),
            why=args.reason,
            second=second_of(args, output, session),
        )
        name = authors.name_in(authors.names_of_members(session), member)
    data = {"case": broken.case.hex(), "member": member.hex(), "until": args.until, "release": broken.rule}
    lines = [
        f"{name} can open the case until {args.until}, from their next bundle or unlock on.",
        _RULES[broken.rule],
        breaking_glass.TOLD,
    ]
    return Result(data, lines)
