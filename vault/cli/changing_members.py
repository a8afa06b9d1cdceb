"""`casevault member suspend | leave | roles`: changes of members, and how each looks: done, or waiting for a second."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Literal

from vault.acts.device import outcome_told
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.safeguards import YES, require_sure
from vault.cli.sheet_prompts import typed_sheets
from vault.cli.table import MEMBER, Arg, Given, Verb
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.services.members.changes import Outcome


WAITING = 3
SHEETS: Final = Arg("[--sheets]", Message("let the recovery sheets do it: for admins, or where nobody else can"))
_FIRST_BUNDLE = (
    Message("  here   `casevault bundle make --to MEMBER --out FILE`"),
    Message("  there  `casevault member finish FILE`"),
)
_SECOND = Message("It waits for a second person. Give them a bundle: `casevault bundle make --to MEMBER --out FILE`.")
ROLES: Final = ("intake", "caseworker", "supervisor", "legal-reviewer", "auditor", "admin", "field")


def secret_of_sheets(args: Given, output: Output, session: Session) -> bytes | None:
    """Return the secret of the sheets as typed, where they are asked for and it is not on this device."""
    from vault.services.credentials import recovery

    if not args.sheets or recovery.secret_is_here(session):
        return None
    return recovery.secret_of(session, typed_sheets(args, output))


def outcome_result(outcome: Outcome, done: Message, waits: Message = _SECOND, **data: object) -> Result:
    """Return what is to be said of a change."""
    told = outcome_told(outcome, done, waits, **data)
    if told.waits:
        return Result(told.data, told.lines, WAITING)
    first = [Message("A new device needs its first bundle:"), *_FIRST_BUNDLE] if outcome.admitted else []
    return Result(told.data, [*told.lines, *first])


_NEW_KEYS: Final = Message("Making new keys")


def _suspend(args: Given, output: Output) -> Result:
    return _end(
        args, output, "suspend", lambda name: Message("{name} is suspended: all their devices are revoked.", name=name)
    )


def _leave(args: Given, output: Output) -> Result:
    def left(name: str) -> Message:
        return Message(
            "{name} has left. To hand over their cases: `casevault handover order {quoted} --to MEMBER`.",
            name=name,
            quoted=shlex.quote(name),
        )

    return _end(args, output, "leave", left)


def _end(args: Given, output: Output, act: Literal["suspend", "leave"], done: Callable[[str], Message]) -> Result:
    with opened(args, output) as session:
        from vault.services.members import members
        from vault.services.projection import authors

        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, members.warn_before_end(session, member))
        end = members.suspend if act == "suspend" else members.leave
        typed = secret_of_sheets(args, output, session)
        outcome = end(session, member, typed, progress=output.progress_of(_NEW_KEYS))
    return outcome_result(outcome, done(name))


def _change_roles(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import members
        from vault.services.projection import authors

        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, members.before_roles(session, member, args.roles))
        typed = secret_of_sheets(args, output, session)
        outcome = members.change_roles(session, member, args.roles, by_sheets=args.sheets, typed=typed)
    roles = ", ".join(sorted(set(args.roles)))
    done = Message("{name} now has exactly these roles: {roles}.", name=name, roles=roles)
    waits = Message(
        "It waits for another admin, who imports a bundle of yours and gives the same roles: "
        "`casevault bundle make --to MEMBER --out FILE`. Or add `--sheets`."
    )
    return outcome_result(outcome, done, waits)


CHANGES: Final = (
    Verb("suspend", Message("revoke every device of a member"), (
        MEMBER, YES, SHEETS,
    ), _suspend),
    Verb("leave", Message("remove a member for good"), (
        MEMBER, YES, SHEETS,
    ), _leave),
    Verb("roles", Message("give a member exactly these roles"), (
        MEMBER,
        Arg("ROLE ...", Message("a role, or several"), choices=ROLES, into="roles"),
        YES, SHEETS,
    ), _change_roles),
)  # fmt: skip
