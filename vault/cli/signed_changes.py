"""Changes of members that several may have to sign, and how each looks: done, or a proposal on its way."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.safeguards import YES, require_sure, require_word
from vault.cli.sheet_prompts import typed_sheets
from vault.cli.showing import indented, n_cases, n_devices
from vault.cli.table import MEMBER, Arg, Given, Verb, new_file
from vault.errors import RefusedError
from vault.store.files import write_new
from vault.words.codes import words_of
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.services.members.admissions import WaitingDevice
    from vault.services.members.rostering import Outcome, ProposalShown


WAITING = 3
PROPOSAL: Final = Arg(
    "[--out FILE]", Message("where to write the proposal, if others have to sign the change"), of=new_file
)
ROOT: Final = Arg(
    "[--root]", Message("sign with the secret of the recovery sheets too, while it is in this vault (before the drill)")
)
_FIRST_BUNDLE = (
    Message("  here   `casevault bundle make --to MEMBER --out FILE`"),
    Message("  there  `casevault member finish FILE`"),
)
_COPIED = Message("They may have copied what they could open until now. They can open nothing that is written later.")
_OTHERS_LEARN = Message(
    "Other members learn of it with your next bundle: `casevault bundle make --to MEMBER --out FILE`."
)


def outcome_result(args: Given, output: Output, outcome: Outcome, done: Message, **data: object) -> Result:
    """Return what is to be said of a change, after its proposal was written where one is needed."""
    shown: dict[str, object] = {
        "done": outcome.is_done,
        "roster": outcome.number,
        "missing": outcome.missing,
        "admitted": [seat.hex() for seat in outcome.admitted],
        "ended": [seat.hex() for seat in outcome.ended],
        "cases": outcome.cases,
        "waiting": outcome.pending,
        **data,
    }
    if outcome.is_done:
        from vault.services.members.admissions import BEFORE_THE_NEXT

        lines = [done]
        if outcome.ended:
            devices, cases = n_devices(len(outcome.ended)), n_cases(outcome.cases)
            lines += [Message("{devices} revoked; {cases} got a new key.", devices=devices, cases=cases), _COPIED]
        elif outcome.cases:
            lines.append(Message("{cases} got a new key.", cases=n_cases(outcome.cases)))
        if outcome.pending:
            pending = n_cases(outcome.pending)
            lines.append(Message("{cases} still without a new key; the warnings say why.", cases=pending))
        if outcome.admitted:
            lines += [Message("A new device needs its first bundle:"), *_FIRST_BUNDLE]
        return Result(shown, [*lines, _OTHERS_LEARN, *([BEFORE_THE_NEXT] if outcome.admitted else [])])
    if args.out is None or outcome.proposal is None:
        raise RefusedError(
            Message("others have to sign this: {missing}", missing=outcome.missing or ""),
            next_step=Message(
                "Repeat it with --out FILE, and give them the file: {sign_proposal}.",
                sign_proposal=NextStep.SIGN_PROPOSAL,
            ),
        )
    write_new(args.out, outcome.proposal)
    output.say(Message("Nothing is changed yet. Who has to sign: {missing}.", missing=outcome.missing or ""))
    lines = [
        Message(
            "The proposal is at {out}. Only members can open it: `casevault member sign FILE --out SIGNED`.",
            out=args.out,
        ),
        Message(
            "Once all have signed, an admin or a supervisor puts it into effect: `casevault member commit SIGNED`."
        ),
    ]
    return Result({**shown, "proposal": str(args.out)}, lines, WAITING)


def shown_lines(shown: ProposalShown) -> list[Words]:
    lines: list[Words] = [Message("List of members {number}:", number=shown.number)]
    lines += map(indented, shown.changes)
    lines.append(Message("Signed by: {names}.", names=", ".join(shown.signed_by) or Message("nobody yet")))
    if shown.missing is None:
        lines.append(Message("All who must sign have signed."))
    else:
        lines.append(Message("Still has to sign: {missing}.", missing=shown.missing))
    return lines


def shown_data(shown: ProposalShown) -> dict[str, object]:
    return {
        "roster": shown.number,
        "changes": list(shown.changes),
        "signed_by": list(shown.signed_by),
        "missing": shown.missing,
    }


# `casevault member suspend | leave | roles`, and proposals: changes of members that several have to sign.
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
        outcome = end(session, member, progress=output.progress_of(_NEW_KEYS))
    return outcome_result(args, output, outcome, done(name))


def _change_roles(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import members
        from vault.services.projection import authors

        member = authors.find_member(session, args.who)
        name = authors.name_in(authors.names_of_members(session), member)
        require_sure(args, output, members.before_roles(session, member, args.roles))
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
        from vault.services.members import roster_changes, rostering

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
                instead=roster_changes.NEW_PROPOSAL,
                word="lose",
            )
        # What comes between is not accepted where nobody was asked.
        outcome = rostering.commit(
            session, proposal, accepts_loss=lost is not None, progress=output.progress_of(_NEW_KEYS)
        )
    return outcome_result(args, output, outcome, Message("The proposal is in effect now."))


def _settle(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.credentials import recovery
        from vault.services.members import admissions

        waiting = admissions.waiting(session)
        left_out = {admissions.find_waiting(waiting, typed) for typed in args.without or ()}
        admitted = [device for device in waiting if device.seat not in left_out]
        output.say(Message("Two lists of members were made apart. Once you settle it,"))
        if not waiting:
            output.say(Message("  no device waits: whom only one of them admitted joins again."))
        for device in waiting:
            output.say(_waiting_line(device, _STAYS_OUT if device.seat in left_out else _IS_IN))
        require_sure(args, output, None, always=_ASK_THEM)
        typed = None if recovery.secret_is_here(session) else typed_sheets(args, output)
        outcome = recovery.settle_lists(
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
