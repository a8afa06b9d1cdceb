"""`casevault member`: who is in the organisation, and how somebody joins, leaves or changes roles."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from vault.cli.asking import (
    Personal,
    add_personal,
    add_yes,
    ask_line,
    personal_values,
    read_member,
    require_sure,
)
from vault.cli.changing import add_changes
from vault.cli.choosing import memory_mib, new_passphrase
from vault.cli.face import Face, Result
from vault.cli.opening import opened, read_entrance, vault_path, waiting
from vault.cli.outcome import (
    add_proposal,
    add_root,
    outcome_result,
    write_new,
)
from vault.cli.standing_in import add_standing_in
from vault.display import counted
from vault.errors import RefusedError, WaitingForDecisionError

if TYPE_CHECKING:
    from vault.access.inviting import Answer
    from vault.services.members import MemberShown

ROLES = ("intake", "caseworker", "supervisor", "legal-reviewer", "auditor", "admin", "field")
_NAME = (Personal("name", "--name", "Name of the new member", required=True),)


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare the verbs."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="who is in, with which roles", allow_abbrev=False)
    listing.add_argument("--all", action="store_true", help="those who left too")
    listing.set_defaults(command=_list)
    invite = verbs.add_parser("invite", help="step 1: write an invitation for somebody new", allow_abbrev=False)
    _add_like(invite)
    invite.add_argument("--out", type=Path, required=True, metavar="FILE", help="the invitation")
    invite.set_defaults(command=_invite)
    join = verbs.add_parser("join", help="step 2, on the new device: answer an invitation", allow_abbrev=False)
    join.add_argument("invitation", metavar="INVITATION", type=Path, help="the file that you were given")
    join.add_argument("--out", type=Path, required=True, metavar="FILE", help="the request to carry back")
    join.add_argument(
        "--kdf-memory-mib", type=memory_mib, metavar="N", help="memory of one passphrase guess, in MiB (256)"
    )
    join.set_defaults(command=_join)
    admit = verbs.add_parser("admit", help="step 3: compare the words, and admit who asks", allow_abbrev=False)
    admit.add_argument("request", metavar="REQUEST", type=Path, help="the file that came back")
    admit.add_argument("--words", metavar="W", help="the 13 words as read out on the other side (scripts)")
    admit.add_argument("--bundle", type=Path, metavar="FILE", help="write what the new device needs here")
    admit.add_argument("--with-cases", action="store_true", help="a further device of yours: give it all your cases")
    add_yes(admit)
    add_root(admit)
    add_proposal(admit)
    admit.set_defaults(command=_admit)
    finish = verbs.add_parser(
        "finish", help="step 4, on the new device: take the bundle that came back", allow_abbrev=False
    )
    finish.add_argument("bundle", metavar="BUNDLE", type=Path, help="the file from who admitted you")
    finish.set_defaults(command=_finish)
    add = verbs.add_parser("add", help="a second member in this very folder, at the same keyboard", allow_abbrev=False)
    _add_like(add)
    add_yes(add)
    add_root(add)
    add.add_argument("--new-passphrase-fd", type=int, metavar="N", help="read theirs from here (scripts)")
    add.add_argument("--new-passphrase-file", type=Path, metavar="F", help="read theirs from this file (scripts)")
    add_personal(add, _NAME)
    add.set_defaults(command=_add)
    add_changes(verbs, ROLES)
    add_standing_in(verbs)


def _add_like(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--like",
        required=True,
        metavar="ROLE[,ROLE]",
        help=f"the role, or several: admin,caseworker in an office of two ({', '.join(ROLES)})",
    )
    parser.add_argument("--days", type=int, default=0, metavar="N", help="for N days; without it, no end")


def _list(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import dates, members

    with opened(args, face) as session:
        shown = members.list_all(session, also_left=args.all)
        separated = dates.duties_are_separated(session)
    data = [
        {
            "member": one.member.hex(),
            "name": one.name,
            "roles": sorted(one.roles),
            "devices": [seat.hex() for seat in one.seats],
            "since_roster": one.since,
            "stand": one.stand.value,
            "until": one.until_ms,
        }
        for one in shown
    ]
    lines = [_member_line(one) for one in shown]
    if not separated:
        lines.append("no separation of duties: nobody audits who does nothing else")
    return Result({"members": data, "separated": separated}, lines)


def _member_line(one: MemberShown) -> str:
    from vault.services.terms import last_day

    until = "" if one.until_ms is None else f", until {last_day(one.until_ms)}"
    stand = "" if one.stand.value == "in" else f"  ({one.stand.value})"
    return f"{one.name}: {', '.join(sorted(one.roles)) or 'no role'}{until}; {counted(len(one.seats), 'device')}{stand}"


def _invite(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import joining

    with opened(args, face) as session:
        write_new(args.out, joining.invite(session, like=args.like, days=args.days))
    return Result(
        {"invitation": str(args.out)},
        [
            f"The invitation is at {args.out}. No secret is in it, but your name: hand it over yourself.",
            "On the new device: `casevault --vault NEW member join INVITATION --out REQUEST`.",
        ],
    )


def _join(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import joining, leftovers
    from vault.store.folder import VaultFolder

    path = vault_path(args)
    VaultFolder(path).require_free()  # before anybody types what would be for nothing
    for line in leftovers.clear(path):
        face.say(line)
    if args.out.exists():
        raise RefusedError(f"{args.out} exists already", advice="Name a new file.")
    invitation = joining.read_invitation(args.invitation)
    member = invitation.name or read_member(args, face)
    known = (member, invitation.by)
    passphrase = new_passphrase(args, face, known)
    try:
        asked = joining.answer(
            path, invitation, member_name=member, passphrase=passphrase, memory_mib=args.kdf_memory_mib
        )
    finally:
        passphrase[:] = bytes(len(passphrase))
    write_new(args.out, asked.file)
    lines = [
        # First what was computed here; what the file claims stands behind it, where it cannot be taken for the words.
        "Read these 13 words to whoever invited you, by voice; they must see the same:",
        f"  {' '.join(asked.words)}",
        f"The request for them is at {args.out}. As the invitation says, they are called: {invitation.by}",
        "Then: `casevault member finish BUNDLE` with the bundle that they give you.",
    ]
    data = {"request": str(args.out), "words": list(asked.words), "device": asked.seat.hex(), "vault": str(path)}
    return Result(data, lines)


def _admit(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import devices, joining, losing, syncing

    with opened(args, face) as session:
        answered = joining.look(session, args.request)
        words = _compared(args, face, answered)
        require_sure(args, face, losing.before_roles(session, None, answered.invitation.roles))
        admitted = joining.admit(session, answered, words, by_root=args.root)
        cases = 0
        if admitted.outcome.is_done and args.with_cases:
            cases = devices.give_cases(session, admitted.seat)
        if admitted.outcome.is_done and args.bundle is not None:
            syncing.make(session, admitted.member, args.bundle)
    result = outcome_result(
        args,
        face,
        admitted.outcome,
        f"{admitted.name} is admitted"
        + (f", and given {counted(cases, 'case or section', 'cases and sections')}." if cases else "."),
        member=admitted.member.hex(),
        device=admitted.seat.hex(),
        name=admitted.name,
        given_cases=cases,
        bundle=str(args.bundle) if args.bundle is not None and admitted.outcome.is_done else None,
    )
    if args.bundle is None or not admitted.outcome.is_done:
        return result
    return Result(
        result.data,
        [
            f"{admitted.name} is admitted; what their device needs is at {args.bundle}.",
            "There: `casevault member finish BUNDLE`.",
        ],
    )


def _compared(args: argparse.Namespace, face: Face, answered: Answer) -> list[str]:
    """Return the words as they were read out on the other side: typed by a script, or confirmed by a person."""
    if args.words is not None:
        return str(args.words).split()
    words, request = answered.words, answered.request
    roles = ", ".join(answered.invitation.roles) or "a further device"
    face.say(f"A device asks to join ({roles}). It must show these words:")
    face.say(f"  {' '.join(words)}")
    face.say(f"As the request says, who asks is called: {request.name}")
    if not (face.may_ask and sys.stdin.isatty()):
        raise WaitingForDecisionError(
            "the 13 words have to be compared first",
            advice='Repeat it with --words "W1 ... W13" as they read them out.',
        )
    if ask_line("Let them read the words to you. Are all 13 the same? Type yes: ").casefold() != "yes":
        raise WaitingForDecisionError(
            "nobody was admitted", advice="Where a word differs, make a new invitation and hand it over yourself."
        )
    return list(words)


def _finish(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import joining, members

    path = vault_path(args)
    entrance = read_entrance(args, face)
    typed = bytearray(entrance.factors.passphrase)
    joining.finish(path, args.bundle, member=entrance.member, passphrase=typed, wait=waiting(face))
    with opened(args, face, entrance) as session:
        roles = sorted(session.roles)
        count = len(members.list_all(session))
    return Result(
        {"joined": True, "roles": roles, "members": count},
        [
            f"You are in, as {', '.join(roles) or 'nothing'}; the organisation has {counted(count, 'member')}.",
            "This device is ready.",
        ],
    )


def _add(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import joining, losing

    with opened(args, face) as session:
        require_sure(args, face, losing.before_roles(session, None, args.like.split(",")))
        name = personal_values(args, face, _NAME, "member add --like ROLE")["name"][0]
        if args.new_passphrase_fd is None and args.new_passphrase_file is None:
            face.say(f"{name} types a passphrase of their own now; you look away.")
        source = argparse.Namespace(passphrase_fd=args.new_passphrase_fd, passphrase_file=args.new_passphrase_file)
        passphrase = new_passphrase(source, face, (name,))
        admitted = joining.admit_here(
            session, like=args.like, name=name, passphrase=passphrase, days=args.days, by_root=args.root
        )
    return Result(
        {"member": admitted.member.hex(), "device": admitted.seat.hex(), "roster": admitted.outcome.number},
        [
            f"{admitted.name} is admitted, and opens this vault with their own name and passphrase.",
            "Other devices hear of it with the next bundle: `casevault bundle make --to MEMBER --out FILE`.",
        ],
    )
