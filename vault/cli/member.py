"""`casevault member`: list members, admit them, remove them, change their roles, and who stands in for them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened, read_entrance, vault_path, waiting
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, ask_line, options_of, personal_values, read_member
from vault.cli.safeguards import YES, require_sure
from vault.cli.showing import n_devices
from vault.cli.signed_changes import CHANGES, PROPOSAL, ROLES, ROOT, outcome_result
from vault.cli.table import Arg, Given, OneOf, Verb, new_file
from vault.cli.way_in import memory_mib, new_passphrase
from vault.errors import WaitingForDecisionError
from vault.store.files import write_new
from vault.words.codes import words_of
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.membership.inviting import Answer
    from vault.services.members.members import MemberShown


# `casevault member away | deputy`: who opens a member's cases while the member cannot.
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
        from vault.services.grants import successors
        from vault.services.projection import authors

        member = authors.find_member(session, args.who)
        deputy = None if args.nobody else authors.find_member(session, args.deputy)
        successors.set_deputy(session, member, deputy)
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


# `casevault member`: list members, admit them, remove them, change their roles.
_NAME = (Personal("name", "--name", Message("Name of the new member"), required=True),)


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import members
        from vault.services.projection import last_done

        shown = members.list_all(session, also_left=args.all)
        separated = last_done.duties_are_separated(session)
    data = [
        {
            "member": member.member.hex(),
            "name": member.name,
            "roles": sorted(member.roles),
            "devices": [seat.hex() for seat in member.seats],
            "since_roster": member.since,
            "stand": member.stand.value,
            "until": member.until_ms,
        }
        for member in shown
    ]
    lines = [_member_line(member) for member in shown]
    if not separated:
        lines.append(Message("no separation of duties: no member is only an auditor"))
    return Result({"members": data, "separated": separated}, lines)


def _member_line(member: MemberShown) -> Message:
    from vault.services.grants.timed_grants import last_day

    roles: Words = words_of(sorted(member.roles)) or Message("no role")
    if member.until_ms is not None:
        roles = Message("{roles}, until {day}", roles=roles, day=last_day(member.until_ms))
    line = Message("{name}: {roles}; {devices}", name=member.name, roles=roles, devices=n_devices(len(member.seats)))
    return line if member.stand.value == "in" else Message("{member}  ({stand})", member=line, stand=member.stand.value)


def _invite(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import invitations

        write_new(args.out, invitations.invite(session, like=args.like, days=args.days))
    return Result(
        {"invitation": str(args.out)},
        [
            Message(
                "The invitation is at {out}. It contains your name, but no secret: hand it over yourself.", out=args.out
            ),
            Message("On the new device: `casevault --vault NEW member join INVITATION --out REQUEST`."),
        ],
    )


def _join(args: Given, output: Output) -> Result:
    from vault.services import this_computer
    from vault.services.members import invitations
    from vault.store.folder import VaultFolder

    path = vault_path(args)
    VaultFolder(path).require_free()  # before anybody types what would be for nothing
    for line in this_computer.clear_place(path):
        output.say(line)
    invitation = invitations.read_invitation(args.invitation)
    member = invitation.name or read_member(args, output)
    passphrase = new_passphrase(args, output, (member, invitation.by))
    try:
        asked = invitations.answer(
            path, invitation, member_name=member, passphrase=passphrase, memory_mib=args.kdf_memory_mib
        )
    finally:
        passphrase[:] = bytes(len(passphrase))
    write_new(args.out, asked.file)
    lines: list[Words] = [
        # First what was computed here; what the file claims stands behind it, where it cannot be taken for the words.
        Message("Read these 13 words by voice to the member who invited you; they must see the same words:"),
        f"  {' '.join(asked.words)}",
        Message(
            "The request for them is at {out}. The invitation gives their name as: {by}", out=args.out, by=invitation.by
        ),
        Message("Then: `casevault member finish BUNDLE` with the bundle that they give you."),
    ]
    data = {"request": str(args.out), "words": list(asked.words), "device": asked.seat.hex(), "vault": str(path)}
    return Result(data, lines)


def _admit(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exchange import syncing
        from vault.services.members import devices, invitations, members

        answered = invitations.look(session, args.request)
        words = _compared(args, output, answered)
        require_sure(args, output, members.before_roles(session, None, answered.invitation.roles))
        admitted = invitations.admit(session, answered, words, by_root=args.root, gives_cases=args.with_cases)
        cases = 0
        if admitted.outcome.is_done and args.with_cases:
            cases = devices.give_cases(session, admitted.seat)
        if admitted.outcome.is_done and args.bundle is not None:
            syncing.make(session, admitted.member, args.bundle)
    done = Message("{name} is admitted.", name=admitted.name)
    if cases:
        given = plural("{count} case or section", "{count} cases and sections", count=cases)
        done = Message("{name} is admitted, and given {cases}.", name=admitted.name, cases=given)
    result = outcome_result(
        args,
        output,
        admitted.outcome,
        done,
        member=admitted.member.hex(),
        device=admitted.seat.hex(),
        name=admitted.name,
        given_cases=cases,
        bundle=str(args.bundle) if args.bundle is not None and admitted.outcome.is_done else None,
    )
    if args.bundle is None or not admitted.outcome.is_done:
        return result
    told = Message("{name} is admitted; what their device needs is at {file}.", name=admitted.name, file=args.bundle)
    return Result(result.data, [told, Message("There: `casevault member finish BUNDLE`.")])


def _compared(args: Given, output: Output, answered: Answer) -> list[str]:
    """Return the words as they were read out on the other side: typed by a script, or confirmed by a person."""
    if args.words is not None:
        return str(args.words).split()
    words, request = answered.words, answered.request
    roles = words_of(answered.invitation.roles) or Message("a further device")
    output.say(Message("A device asks to join ({roles}). It must show these words:", roles=roles))
    output.say(f"  {' '.join(words)}")
    output.say(Message("The request gives their name as: {name}", name=request.name))
    if not (output.may_ask and sys.stdin.isatty()):
        raise WaitingForDecisionError(
            Message("compare the 13 words first"),
            next_step=Message('Repeat it with --words "W1 ... W13" as they read them out.'),
        )
    if ask_line(Message("Let them read the words to you. Are all 13 the same? Type yes: ")).casefold() != "yes":
        raise WaitingForDecisionError(
            Message("nobody was admitted"),
            next_step=Message("If a word differs, make a new invitation and hand it over yourself."),
        )
    return list(words)


def _finish(args: Given, output: Output) -> Result:
    from vault.services.members import invitations

    path = vault_path(args)
    entrance = read_entrance(args, output)
    typed = bytearray(entrance.factors.passphrase)
    invitations.finish(path, args.bundle, member=entrance.member, passphrase=typed, wait=waiting(output))
    with opened(args, output, entrance) as session:
        from vault.services.members import members

        roles = sorted(session.roles)
        count = len(members.list_all(session))
    return Result(
        {"joined": True, "roles": roles, "members": count},
        [
            Message("You are a member now: {roles}.", roles=", ".join(roles) or Message("no role")),
            plural("The organisation has {count} member.", "The organisation has {count} members.", count=count),
            Message("This device is ready."),
        ],
    )


def _add(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import invitations, members

        require_sure(args, output, members.before_roles(session, None, args.like.split(",")))
        name = personal_values(args, output, _NAME)["name"][0]
        if args.new_passphrase_fd is None and args.new_passphrase_file is None:
            output.say(Message("Now {name} types a passphrase of their own. Please look away.", name=name))
        source = Given(passphrase_fd=args.new_passphrase_fd, passphrase_file=args.new_passphrase_file)
        passphrase = new_passphrase(source, output, (name,))
        admitted = invitations.admit_here(
            session, like=args.like, name=name, passphrase=passphrase, days=args.days, by_root=args.root
        )
    return Result(
        {"member": admitted.member.hex(), "device": admitted.seat.hex(), "roster": admitted.outcome.number},
        [
            Message("{name} is admitted, and opens this vault with their own name and passphrase.", name=admitted.name),
            Message("Other devices learn of it with the next bundle: `casevault bundle make --to MEMBER --out FILE`."),
        ],
    )


_OUT: Final = Arg("--out FILE", Message("the invitation"), of=new_file)
_LIKE: Final = (
    Arg("--like ROLE[,ROLE]",
        Message("the role, or several, for example admin,caseworker in an office of two ({roles})",
                roles=", ".join(ROLES))),
    Arg("[--days N]", Message("membership expires after N days; without it, never"), of=int, default=0),
)  # fmt: skip
VERBS: Final = (
    Verb("list", Message("list the members and their roles"), (
        Arg("[--all]", Message("list former members too")),
    ), _list),
    Verb("invite", Message("step 1: write an invitation for somebody new"), (*_LIKE, _OUT), _invite),
    Verb("join", Message("step 2, on the new device: answer an invitation"), (
        Arg("INVITATION", Message("the file that you were given"), of=Path),
        Arg("--out FILE", Message("the request to carry back"), of=new_file),
        Arg("[--kdf-memory-mib N]", Message("memory for one passphrase attempt, in MiB (256)"), of=memory_mib),
    ), _join),
    Verb("admit", Message("step 3: compare the words, and admit the new member"), (
        Arg("REQUEST", Message("the file that came back"), of=Path),
        Arg("[--words W]", Message("the 13 words as read out on the other side (scripts)")),
        Arg("[--bundle FILE]", Message("write what the new device needs into this file"), of=new_file),
        Arg("[--with-cases]", Message("a further device of yours: give it all your cases")),
        YES, ROOT, PROPOSAL,
    ), _admit),
    Verb("finish", Message("step 4, on the new device: import the bundle that came back"), (
        Arg("BUNDLE", Message("the file from the member who admitted you"), of=Path),
    ), _finish),
    Verb("add", Message("add a second member in this folder, at the same keyboard"), (
        *_LIKE, YES, ROOT,
        Arg("[--new-passphrase-fd N]", Message("read their passphrase from this file descriptor (scripts)"), of=int),
        Arg("[--new-passphrase-file F]", Message("read their passphrase from this file (scripts)"), of=Path),
        *options_of(_NAME),
    ), _add),
    *CHANGES,
    *STANDING_IN,
)  # fmt: skip
