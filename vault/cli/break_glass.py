"""`casevault break-glass`: in an emergency, open a case for some days to a member without a grant."""

from __future__ import annotations

from typing import Final

from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import CASE, Arg, Given, Verb
from vault.words.message import Message


def _break(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.cli.reading import second_of
        from vault.services.approvals import breaking_glass
        from vault.services.cases import cases
        from vault.services.grants import timed_grants
        from vault.services.projection import authors

        member = authors.find_member(session, args.for_member)
        broken = breaking_glass.break_glass(
            session,
            cases.find(session, args.case),
            member,
            until_ms=timed_grants.end_of_day(args.until),
            why=args.reason,
            second=second_of(args, output, session),
        )
        lines = breaking_glass.said_of(session, broken)
    data = {"case": broken.case.hex(), "member": member.hex(), "until": args.until, "release": broken.rule}
    return Result(data, lines)


VERBS: Final = (
    Verb("break-glass", NOUNS["break-glass"].help, (
        CASE,
        Arg("--for MEMBER", Message("who can open it"), into="for_member"),
        Arg("--until DATE", Message("the last day (YYYY-MM-DD), within 14 days")),
        Arg("[--reason CODE]", Message("the reason kept in the log"), default="emergency"),
        Arg("[--second NAME]", Message("the member who approves it at this keyboard")),
    ), _break),
)  # fmt: skip
