"""`casevault member suspend | leave | roles`, and proposals: changes of members that several have to sign."""

from __future__ import annotations

import argparse
import shlex
from collections.abc import Callable, Sequence
from pathlib import Path

from vault.cli.opening import opened
from vault.cli.outcome import WAITING, add_proposal, add_root, outcome_result, shown_data, shown_lines, write_new
from vault.cli.output import Output, Result
from vault.cli.prompts import add_yes, require_sure


def add_changes(verbs: argparse._SubParsersAction[argparse.ArgumentParser], roles: Sequence[str]) -> None:
    """Declare the verbs; `roles` are the words that `roles` takes."""
    suspend = verbs.add_parser("suspend", help="revoke every device of a member", allow_abbrev=False)
    suspend.add_argument("who", metavar="MEMBER", help="name or id (`member list`)")
    add_yes(suspend)
    add_proposal(suspend)
    suspend.set_defaults(command=_suspend)
    leave = verbs.add_parser("leave", help="remove a member for good", allow_abbrev=False)
    leave.add_argument("who", metavar="MEMBER", help="name or id (`member list`)")
    add_yes(leave)
    add_proposal(leave)
    leave.set_defaults(command=_leave)
    change = verbs.add_parser("roles", help="give a member exactly these roles", allow_abbrev=False)
    change.add_argument("who", metavar="MEMBER", help="name or id (`member list`)")
    change.add_argument(
        "roles", nargs="+", metavar="ROLE", choices=roles, help=f"one or more words of: {', '.join(roles)}"
    )
    add_yes(change)
    add_root(change)
    add_proposal(change)
    change.set_defaults(command=_change_roles)
    show = verbs.add_parser("show", help="show what a proposal changes", allow_abbrev=False)
    show.add_argument("proposal", metavar="PROPOSAL", type=Path, help="the file that you were given")
    show.set_defaults(command=_show)
    sign = verbs.add_parser("sign", help="sign somebody else's proposal", allow_abbrev=False)
    sign.add_argument("proposal", metavar="PROPOSAL", type=Path, help="the file that you were given")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE", help="the signed proposal")
    sign.set_defaults(command=_sign)
    commit = verbs.add_parser("commit", help="put a proposal into effect that all have signed", allow_abbrev=False)
    commit.add_argument(
        "proposal", metavar="PROPOSAL", type=Path, help="the proposal with all the signatures that it needs"
    )
    commit.set_defaults(command=_commit, out=None)


def _suspend(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.members import members, unsynced_work
    from vault.services.projection import authors, seats

    with opened(args, output) as session:
        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, unsynced_work.warn_before_removal(session, seats.seats_of(session, [member])))
        outcome = members.suspend(session, member, progress=_progress(output))
    return outcome_result(args, output, outcome, f"{name} is suspended: all their devices are revoked.")


def _leave(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.members import members, unsynced_work
    from vault.services.projection import authors, seats

    with opened(args, output) as session:
        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, unsynced_work.warn_before_removal(session, seats.seats_of(session, [member])))
        outcome = members.leave(session, member, progress=_progress(output))
    return outcome_result(
        args,
        output,
        outcome,
        f"{name} has left. To hand over their cases: `casevault handover order {shlex.quote(name)} --to MEMBER`.",
    )


def _change_roles(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.members import members, unsynced_work
    from vault.services.projection import authors

    with opened(args, output) as session:
        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, unsynced_work.before_roles(session, member, args.roles))
        outcome = members.change_roles(session, member, args.roles, by_root=args.root)
    return outcome_result(
        args, output, outcome, f"{name} now has exactly these roles: {', '.join(sorted(set(args.roles)))}."
    )


def _show(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.members import rostering

    with opened(args, output) as session:
        shown = rostering.show(session, rostering.read_proposal(args.proposal))
    return Result(shown_data(shown), shown_lines(shown))


def _sign(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.members import rostering

    with opened(args, output) as session:
        shown, signed = rostering.sign(session, rostering.read_proposal(args.proposal))
        write_new(args.out, signed)
    data = shown_data(shown) | {"proposal": str(args.out)}
    lines = [*shown_lines(shown), f"Your signature is in {args.out}."]
    if shown.missing is None:
        return Result(
            data, [*lines, f"An admin or a supervisor puts it into effect: `casevault member commit {args.out}`."]
        )
    return Result(
        data, [*lines, "Pass this file on; the file that you were given does not have your signature."], WAITING
    )


def _commit(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.members import rostering

    with opened(args, output) as session:
        outcome = rostering.commit(session, rostering.read_proposal(args.proposal), progress=_progress(output))
    return outcome_result(args, output, outcome, "The proposal is in effect now.")


def _progress(output: Output) -> Callable[[int, int], None]:
    return lambda done, total: output.progress(done, total, "Making new keys")
