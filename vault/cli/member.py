"""`casevault member`: list members, admit them, remove them, change their roles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.newcomer import DAYS, LIKE
from vault.cli.act_verbs import arg_of
from vault.cli.opening import opened, read_entrance, vault_path, waiting
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, ask_line, options_of, personal_values, read_member
from vault.cli.sheet_prompts import BY_SHEETS, secret_typed
from vault.cli.showing import n_devices
from vault.cli.table import Arg, Given, Verb, new_file
from vault.cli.way_in import memory_mib, new_passphrase
from vault.store.files import write_new
from vault.words.codes import words_of
from vault.words.message import Message, Words, listed, plural

if TYPE_CHECKING:
    from vault.services.members.admitting import Proposal
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
        from vault.services.credentials import recovery
        from vault.services.members import admitting

        name = personal_values(args, output, _NAME)["name"][0]
        is_typed = args.by_sheets and not recovery.secret_is_here(session)
        typed = secret_typed(args, output, session) if is_typed else None
        if args.new_passphrase_fd is None and args.new_passphrase_file is None:
            output.say(Message("Now {name} types a passphrase of their own. Please look away.", name=name))
        source = Given(passphrase_fd=args.new_passphrase_fd, passphrase_file=args.new_passphrase_file)
        passphrase = new_passphrase(source, output, (name,))
        admitted = admitting.admit_here(
            session,
            like=args.like,
            name=name,
            passphrase=passphrase,
            days=int(args.days or 0),
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
    Verb("proposals", Message("list admissions that wait for a second person"), (), _proposals),
    Verb("finish", Message("step 3, on the new device: import the bundle that came back"), (
        Arg("BUNDLE", Message("the file from the member who admitted you"), of=Path),
    ), _finish),
    Verb("add", Message("add a second member in this folder, at the same keyboard"), (
        Arg("--like ROLE[,ROLE]", LIKE.help or LIKE.label), arg_of(DAYS), BY_SHEETS,
        Arg("[--new-passphrase-fd N]", Message("read their passphrase from this file descriptor (scripts)"), of=int),
        Arg("[--new-passphrase-file F]", Message("read their passphrase from this file (scripts)"), of=Path),
        *options_of(_NAME),
    ), _add),
)  # fmt: skip
