"""`casevault member suspend | leave | roles`, and proposals: changes of members that several have to sign."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from vault.cli.confirming import YES, require_sure, require_word
from vault.cli.opening import opened
from vault.cli.outcome import PROPOSAL, ROOT, WAITING, outcome_result, shown_data, shown_lines
from vault.cli.output import Output, Result
from vault.cli.sheets import typed_sheets
from vault.cli.table import MEMBER, Arg, Given, Verb, new_file
from vault.store.files import write_new
from vault.words.codes import words_of
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.services.members.lists_apart import WaitingDevice

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
        from vault.services.members import members, unsynced_work
        from vault.services.projection import authors

        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, unsynced_work.warn_before_end(session, member))
        end = members.suspend if act == "suspend" else members.leave
        outcome = end(session, member, progress=output.progress_of(_NEW_KEYS))
    return outcome_result(args, output, outcome, done(name))


def _change_roles(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import members, unsynced_work
        from vault.services.projection import authors

        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, unsynced_work.before_roles(session, member, args.roles))
        outcome = members.change_roles(session, member, args.roles, by_root=args.root)
    roles = ", ".join(sorted(set(args.roles)))
    done = Message("{name} now has exactly these roles: {roles}.", name=name, roles=roles)
    return outcome_result(args, output, outcome, done)


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import rostering

        shown = rostering.show(session, rostering.read_proposal(args.proposal))
    return Result(shown_data(shown), shown_lines(shown))


def _sign(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import rostering

        shown, signed = rostering.sign(session, rostering.read_proposal(args.proposal))
        write_new(args.out, signed)
    data = shown_data(shown) | {"proposal": str(args.out)}
    lines = [*shown_lines(shown), Message("Your signature is in {out}.", out=args.out)]
    if shown.missing is None:
        return Result(
            data,
            [
                *lines,
                Message("An admin or a supervisor puts it into effect: `casevault member commit {out}`.", out=args.out),
            ],
        )
    pass_on = Message("Pass this file on; the file that you were given does not have your signature.")
    return Result(data, [*lines, pass_on], WAITING)


def _commit(args: Given, output: Output) -> Result:
    args.out = None  # what all have signed needs no proposal
    with opened(args, output) as session:
        from vault.services.members import cut_off, rostering

        proposal = rostering.read_proposal(args.proposal)
        shown = rostering.show(session, proposal)
        lost = shown.lost
        if shown.missing is None and lost is not None:
            output.say(lost)
            require_word(
                args,
                output,
                Message("Lose it? Type lose: "),
                nothing=Message("nothing is changed"),
                why=Message("work would be lost"),
                instead=cut_off.NEW_PROPOSAL,
                word="lose",
            )
        # What comes between is not accepted where nobody was asked.
        outcome = rostering.commit(
            session, proposal, accepts_loss=lost is not None, progress=output.progress_of(_NEW_KEYS)
        )
    return outcome_result(args, output, outcome, Message("The proposal is in effect now."))


def _settle(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import settling
        from vault.services.members import lists_apart

        waiting = lists_apart.waiting(session)
        left_out = {lists_apart.find(waiting, typed) for typed in args.without or ()}
        admitted = [device for device in waiting if device.seat not in left_out]
        output.say(Message("Two lists of members were made apart. Once you settle it,"))
        if not waiting:
            output.say(Message("  no device waits: whom only one of them admitted joins again."))
        for device in waiting:
            output.say(_waiting_line(device, _STAYS_OUT if device.seat in left_out else _IS_IN))
        require_sure(args, output, None, always=_ASK_THEM)
        typed = None if settling.secret_is_here(session) else typed_sheets(args, output)
        outcome = settling.settle_lists(
            session, [device.seat for device in admitted], typed, progress=output.progress_of(_NEW_KEYS)
        )
    data = {
        "roster": outcome.number,
        "admitted": [seat.hex() for seat in outcome.admitted],
        "left_out": sorted(seat.hex() for seat in left_out),
    }
    return Result(data, [_ONE_LIST, *([_GIVE_CASES] if admitted else [])])


def _waiting_line(device: WaitingDevice, stays: Message) -> Message:
    # Whole: somebody may have chosen an id that begins like another.
    return Message(
        "  {seat}  {name} ({roles}{only}), admitted by {who}: {stays}",
        seat=device.seat.hex(),
        name=device.name,
        roles=words_of(sorted(device.roles)) or Message("no role"),
        only=Message("; their other devices are revoked") if device.is_only else "",
        who=device.admitted_by,
        stays=stays,
    )


_IS_IN: Final = Message("is in")
_STAYS_OUT: Final = Message("stays out, and joins again with a new invitation")
_ONE_LIST: Final = Message(
    "There is one list of members again. Give a bundle to every member, also to those who were let in."
)
_ASK_THEM: Final = Message(
    "Ask each of them by voice whether the device is theirs, and who admitted them. Leave out whom you do not know:"
    " --without DEVICE."
)
_GIVE_CASES: Final = Message(
    "A case that got a new key meanwhile is closed to them until somebody gives it again:"
    " `casevault grant add CASE --to MEMBER`."
)
ROLES: Final = ("intake", "caseworker", "supervisor", "legal-reviewer", "auditor", "admin", "field")
_PROPOSAL_FILE: Final = Arg("PROPOSAL", Message("the file that you were given"), of=Path)
CHANGES: Final = (
    Verb("suspend", Message("revoke every device of a member"), (
        MEMBER, YES, PROPOSAL,
    ), _suspend),
    Verb("leave", Message("remove a member for good"), (
        MEMBER, YES, PROPOSAL,
    ), _leave),
    Verb("roles", Message("give a member exactly these roles"), (
        MEMBER,
        Arg("ROLE ...", Message("a role, or several"), choices=ROLES, into="roles"),
        YES, ROOT, PROPOSAL,
    ), _change_roles),
    Verb("settle", Message("settle two lists of members that were made apart, with the recovery sheets"), (
        Arg("[--without DEVICE ...]", Message("a device that stays out")),
        YES,
    ), _settle),
    Verb("show", Message("show what a proposal changes"), (_PROPOSAL_FILE,), _show),
    Verb("sign", Message("sign somebody else's proposal"), (
        _PROPOSAL_FILE,
        Arg("--out FILE", Message("the signed proposal"), of=new_file),
    ), _sign),
    Verb("commit", Message("put a proposal into effect that all have signed"), (
        Arg("PROPOSAL", Message("the proposal with all the signatures that it needs"), of=Path),
        YES,
    ), _commit),
)  # fmt: skip
