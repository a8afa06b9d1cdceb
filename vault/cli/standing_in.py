"""`casevault member away | deputy`: who opens a member's cases while the member cannot."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, OneOf, Verb
from vault.words.message import Message, plural


def _away(args: Given, output: Output) -> Result:
    from vault.services.grants import timed_grants

    until_ms = timed_grants.end_of_day(args.until)
    with opened(args, output) as session:
        from vault.services.projection import authors

        member, deputy = authors.find_member(session, args.who), authors.find_member(session, args.deputy)
        given = timed_grants.away(session, member, deputy, until_ms=until_ms)
    data = {"member": member.hex(), "deputy": deputy.hex(), "until": timed_grants.last_day(until_ms), "cases": given}
    lines = [
        plural(
            "{count} more case is open to the deputy until {day}.",
            "{count} more cases are open to the deputy until {day}.",
            count=given,
            day=timed_grants.last_day(until_ms),
        ),
        Message("The day after, their keys change by themselves."),
        Message("You can only lend cases that you hold; the owner is told."),
    ]
    return Result(data, lines)


def _deputy(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.grants import deputies
        from vault.services.projection import authors

        member = authors.find_member(session, args.who)
        deputy = None if args.nobody else authors.find_member(session, args.deputy)
        deputies.set_deputy(session, member, deputy)
    words = Message("This member has no deputy any more.") if deputy is None else Message("The deputy is named.")
    lines = [words, Message("This applies to cases made from now on. For existing cases use `casevault grant add`.")]
    return Result({"member": member.hex(), "deputy": None if deputy is None else deputy.hex()}, lines)


_WHOSE: Final = Arg("MEMBER", Message("whose cases (name or id)"), into="who")
STANDING_IN: Final = (
    Verb("away", Message("lend a member's cases to a deputy until a day; ends by itself"), (
        _WHOSE,
        Arg("--until DATE", Message("the last day (YYYY-MM-DD)")),
        Arg("--deputy MEMBER", Message("who can open them meanwhile")),
    ), _away),
    Verb("deputy", Message("name a deputy who can also open a member's new cases"), (
        _WHOSE,
        OneOf((
            Arg("[--is MEMBER]", Message("the deputy"), into="deputy"),
            Arg("[--nobody]", Message("no deputy from now on")),
        ), is_required=True),
    ), _deputy),
)  # fmt: skip
