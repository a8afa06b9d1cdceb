"""`casevault member`: list members, admit them, remove them, change their roles."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.member import ROLES, told_of
from vault.cli.opening import opened, read_entrance, vault_path, waiting
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, ask_line, options_of, personal_values, read_member
from vault.cli.sheet_prompts import BY_SHEETS, secret_of_sheets
from vault.cli.showing import n_devices
from vault.cli.table import Arg, Given, Verb, new_file
from vault.cli.way_in import memory_mib, new_passphrase
from vault.errors import UsageError, WaitingForDecisionError
from vault.store.files import write_new
from vault.words.codes import words_of
from vault.words.message import Message, Words, listed, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.access.session import Session
    from vault.services.members.admitting import Admitted, Proposal
    from vault.services.members.members import MemberShown


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
            "admitted_by": member.admitted_by,
            "taken_by": member.taken_by,
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


def _join(args: Given, output: Output) -> Result:
    from vault.services import this_computer
    from vault.services.members import admitting
    from vault.store.folder import VaultFolder

    path = vault_path(args)
    VaultFolder(path).require_free()  # before anybody types what would be for nothing
    for line in this_computer.clear_place(path):
        output.say(line)
    words = (args.words or ask_line(Message("The 13 words of the vault (on a sheet, or read out to you): "))).split()
    own = (
        (args.own_words or ask_line(Message("Your own 13 words, from your other device: "))).split() if args.own else []
    )
    member = read_member(args, output)
    passphrase = new_passphrase(args, output, (member,))
    try:
        asked = admitting.ask(
            path, words, member_name=member, passphrase=passphrase, own_words=own, memory_mib=args.kdf_memory_mib
        )
    finally:
        passphrase[:] = bytes(len(passphrase))
    write_new(args.out, asked.file)
    lines: list[Words] = [
        Message("Read these 13 words by voice to the member who admits you; they must see the same words:"),
        f"  {' '.join(asked.words)}",
        Message("The request for them is at {out}. It names nobody, and is no secret.", out=args.out),
        Message("Then: `casevault member finish BUNDLE` with the bundle that they give you."),
    ]
    data = {"request": str(args.out), "words": list(asked.words), "device": asked.seat.hex(), "vault": str(path)}
    return Result(data, lines)


def _admit(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import admitting

        request = admitting.read_request(session, args.request)
        if request.member is None and not args.like:
            raise UsageError(
                Message("a new member needs a role"),
                next_step=Message("Say which: --like ROLE ({roles}).", roles=", ".join(ROLES)),
            )
        words = _compared(args, output, request.words)
        name = "" if request.member is not None else personal_values(args, output, _NAME)["name"][0]
        admitted = admitting.admit(
            session,
            request,
            words,
            name=name,
            like=args.like or "",
            days=args.days,
            by_sheets=args.by_sheets,
            typed=secret_of_sheets(args, output, session),
            gives_cases=args.with_cases,
        )
        cases = _first_needs(session, args, admitted)
    return _admitted(args, admitted, cases)


def _first_needs(session: Session, args: Given, admitted: Admitted) -> int:
    """Give a device that is in what was asked for: cases, and its first bundle. Return how many cases."""
    from vault.services.exchange import syncing
    from vault.services.members import devices

    if not admitted.outcome.is_done:
        return 0
    cases = devices.give_cases(session, admitted.seat) if args.with_cases else 0
    if args.bundle is not None:
        syncing.make(session, admitted.member, args.bundle)
    return cases


def _admitted(args: Given, admitted: Admitted, cases: int) -> Result:
    done = Message("{name} is admitted.", name=admitted.name)
    if cases:
        given = plural("{count} case or section", "{count} cases and sections", count=cases)
        done = Message("{name} is admitted, and given {cases}.", name=admitted.name, cases=given)
    told = told_of(
        admitted.outcome,
        done,
        _SECOND,
        member=admitted.member.hex(),
        device=admitted.seat.hex(),
        name=admitted.name,
        given_cases=cases,
        bundle=str(args.bundle) if args.bundle is not None and admitted.outcome.is_done else None,
    )
    if args.bundle is None or told.waits:
        return Result(told.data, [*told.lines], 3 if told.waits else 0)
    there = Message("{name} is admitted; what their device needs is at {file}.", name=admitted.name, file=args.bundle)
    return Result(told.data, [there, Message("There: `casevault member finish BUNDLE`.")])


def _proposals(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import admitting

        found = admitting.proposals(session)
    data = [
        {
            "device": proposal.request.seat.hex(),
            "name": proposal.name,
            "roles": sorted(proposal.roles),
            "by": list(proposal.by),
            "words": list(proposal.request.words),
        }
        for proposal in found
    ]
    lines = [_proposed(proposal) for proposal in found] or [Message("No admission waits for a second person.")]
    return Result({"proposals": data}, lines)


def _proposed(proposal: Proposal) -> Message:
    return Message(
        "{device}  {name} ({roles}), proposed by {who}",
        device=proposal.request.seat.hex()[:8],
        name=proposal.name,
        roles=words_of(sorted(proposal.roles)) or Message("a further device"),
        who=listed(proposal.by),
    )


def _agree(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import admitting

        proposal = admitting.find_proposal(session, args.device)
        output.say(_proposed(proposal))
        words = _compared(args, output, proposal.request.words)
        typed = secret_of_sheets(args, output, session)
        admitted = admitting.agree(session, proposal, words, by_sheets=args.by_sheets, typed=typed)
        cases = _first_needs(session, args, admitted)
    return _admitted(args, admitted, cases)


def _compared(args: Given, output: Output, words: Sequence[str]) -> list[str]:
    """Return the words as they were read out on the other side: typed by a script, or confirmed by a person."""
    if args.words is not None:
        return str(args.words).split()
    output.say(Message("A device asks to join. It must show these words:"))
    output.say(f"  {' '.join(words)}")
    if not (output.may_ask and sys.stdin.isatty()):
        raise WaitingForDecisionError(
            Message("compare the 13 words first"),
            next_step=Message('Repeat it with --words "W1 ... W13" as they read them out.'),
        )
    if ask_line(Message("Let them read the words to you. Are all 13 the same? Type yes: ")).casefold() != "yes":
        raise WaitingForDecisionError(
            Message("nobody was admitted"),
            next_step=Message("If a word differs, carry the request yourself, and compare again."),
        )
    return list(words)


def _finish(args: Given, output: Output) -> Result:
    from vault.services.members import admitting

    path = vault_path(args)
    entrance = read_entrance(args, output)
    typed = bytearray(entrance.factors.passphrase)
    admitting.finish(path, args.bundle, member=entrance.member, passphrase=typed, wait=waiting(output))
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
        from vault.services.members import admitting

        name = personal_values(args, output, _NAME)["name"][0]
        typed = secret_of_sheets(args, output, session)
        if args.new_passphrase_fd is None and args.new_passphrase_file is None:
            output.say(Message("Now {name} types a passphrase of their own. Please look away.", name=name))
        source = Given(passphrase_fd=args.new_passphrase_fd, passphrase_file=args.new_passphrase_file)
        passphrase = new_passphrase(source, output, (name,))
        admitted = admitting.admit_here(
            session,
            like=args.like,
            name=name,
            passphrase=passphrase,
            days=args.days,
            by_sheets=args.by_sheets,
            typed=typed,
        )
    return Result(
        {"member": admitted.member.hex(), "device": admitted.seat.hex()},
        [
            Message("{name} is admitted, and opens this vault with their own name and passphrase.", name=admitted.name),
            Message("Other devices learn of it with the next bundle: `casevault bundle make --to MEMBER --out FILE`."),
        ],
    )


_SECOND: Final = Message(
    "A second person has to agree. Give them a bundle: `casevault bundle make --to MEMBER --out FILE`. They import it,"
    " then `casevault member proposals` and `casevault member agree DEVICE`."
)
_DAYS: Final = Arg("[--days N]", Message("membership expires after N days; without it, never"), of=int, default=0)
_ROLE_TEXT: Final = Message(
    "the role, or several, for example admin,caseworker in an office of two ({roles})", roles=", ".join(ROLES)
)
_WORDS: Final = Arg("[--words W]", Message("the 13 words as read out on the other side (scripts)"))
_BUNDLE: Final = Arg("[--bundle FILE]", Message("write what the new device needs into this file"), of=new_file)
_WITH_CASES: Final = Arg("[--with-cases]", Message("a further device of yours: give it all your cases"))
VERBS: Final = (
    Verb("list", Message("list the members and their roles"), (
        Arg("[--all]", Message("list former members too")),
    ), _list),
    Verb("join", Message("step 1, on the new device: ask to join"), (
        Arg("--out FILE", Message("the request to carry to a member"), of=new_file),
        Arg("[--words W]", Message("the 13 words of the vault (scripts)")),
        Arg("[--own]", Message("a further device of a member")),
        Arg("[--own-words W]", Message("the 13 words that `device words` shows on your other device (scripts)")),
        Arg("[--kdf-memory-mib N]", Message("memory for one passphrase attempt, in MiB (256)"), of=memory_mib),
    ), _join),
    Verb("admit", Message("step 2: compare the words, and admit the new device"), (
        Arg("REQUEST", Message("the file from the new device"), of=Path),
        Arg("[--like ROLE[,ROLE]]", _ROLE_TEXT), _DAYS, _WORDS, _BUNDLE, _WITH_CASES, BY_SHEETS,
        *options_of(_NAME),
    ), _admit),
    Verb("proposals", Message("list admissions that wait for a second person"), (), _proposals),
    Verb("agree", Message("compare the words too, and agree to an admission"), (
        Arg("DEVICE", Message("its id (`member proposals`)")),
        _WORDS, _BUNDLE, _WITH_CASES, BY_SHEETS,
    ), _agree),
    Verb("finish", Message("step 3, on the new device: import the bundle that came back"), (
        Arg("BUNDLE", Message("the file from the member who admitted you"), of=Path),
    ), _finish),
    Verb("add", Message("add a second member in this folder, at the same keyboard"), (
        Arg("--like ROLE[,ROLE]", _ROLE_TEXT), _DAYS, BY_SHEETS,
        Arg("[--new-passphrase-fd N]", Message("read their passphrase from this file descriptor (scripts)"), of=int),
        Arg("[--new-passphrase-file F]", Message("read their passphrase from this file (scripts)"), of=Path),
        *options_of(_NAME),
    ), _add),
)  # fmt: skip
