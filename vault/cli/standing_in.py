"""`casevault member away | deputy`: who opens a member's cases while the member cannot."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.display import counted

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction


def add_standing_in(verbs: _SubParsersAction[ArgumentParser]) -> None:
    """Declare `away` and `deputy`."""
    away = verbs.add_parser(
        "away", help="lend a member's cases to a deputy until a day; ends by itself", allow_abbrev=False
    )
    away.add_argument("who", metavar="MEMBER", help="whose cases (name or id)")
    away.add_argument("--until", required=True, metavar="DATE", help="the last day (YYYY-MM-DD)")
    away.add_argument("--deputy", required=True, metavar="MEMBER", help="who can open them meanwhile")
    away.set_defaults(command=_away)
    deputy = verbs.add_parser("deputy", help="name a deputy who can also open a member's new cases", allow_abbrev=False)
    deputy.add_argument("who", metavar="MEMBER", help="whose cases (name or id)")
    whom = deputy.add_mutually_exclusive_group(required=True)
    whom.add_argument("--is", dest="deputy", metavar="MEMBER", help="the deputy")
    whom.add_argument("--nobody", action="store_true", help="no deputy any more")
    deputy.set_defaults(command=_deputy)


def _away(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.grants import timed_grants
    from vault.services.projection import authors

    until_ms = timed_grants.end_of_day(args.until)
    with opened(args, output) as session:
        member, deputy = authors.find_member(session, args.who), authors.find_member(session, args.deputy)
        given = timed_grants.away(session, member, deputy, until_ms=until_ms).given
    data = {"member": member.hex(), "deputy": deputy.hex(), "until": timed_grants.last_day(until_ms), "cases": given}
    lines = [
        f"{counted(given, 'more case is', 'more cases are')} open to the deputy "
        f"until {timed_grants.last_day(until_ms)}.",
        "The day after, their keys change by themselves.",
        "You can only lend cases that you hold; the owner is told.",
    ]
    return Result(data, lines)


def _deputy(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.grants import deputies
    from vault.services.projection import authors

    with opened(args, output) as session:
        member = authors.find_member(session, args.who)
        deputy = None if args.nobody else authors.find_member(session, args.deputy)
        deputies.set_deputy(session, member, deputy)
    words = "This member has no deputy any more." if deputy is None else "The deputy is named."
    lines = [words, "This applies to cases made from now on. For existing cases use `casevault grant add`."]
    return Result({"member": member.hex(), "deputy": None if deputy is None else deputy.hex()}, lines)
