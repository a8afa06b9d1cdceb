"""`casevault device | drill`: the devices of the organisation, what to do when one is lost, and practice for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result, in_words
from vault.cli.safeguards import YES, require_sure
from vault.cli.signed_changes import PROPOSAL, outcome_result
from vault.cli.table import Arg, Given, OneOf, Verb, new_file
from vault.store.files import write_new
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.members.admissions import WaitingDevice
    from vault.services.members.devices import Device
    from vault.services.members.warning import WarnList


# `casevault device`: the devices of the organisation, and what to do when a device is lost.
_JOIN: Final = Message("`casevault --vault NEW member join INVITATION --out REQUEST`.")


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import admissions, devices

        found, waiting = devices.list_all(session), admissions.list_waiting(session)
    data = [
        {
            "device": device.seat.hex(),
            "member": device.member.hex(),
            "member_name": device.member_name,
            "name": device.name,
            "since_roster": device.since,
            "admitted_by": device.admitted_by,
            "this": device.is_this,
        }
        for device in found
    ]
    waits = [
        {"device": device.seat.hex(), "member_name": device.name, "admitted_by": device.admitted_by}
        for device in waiting
    ]
    return Result({"devices": data, "waiting": waits}, [*map(_line, found), *map(_waiting_line, waiting)])


def _waiting_line(device: WaitingDevice) -> Message:
    return Message(
        "{device}  {name}  admitted by {who}  (out: two lists of members were made apart)",
        device=device.seat.hex()[:8],
        name=device.name,
        who=device.admitted_by,
    )


def _line(device: Device) -> Words:
    called = f", {device.name}" if device.name else ""
    line: Words = f"{device.seat.hex()[:8]}  {device.member_name}{called}"
    if device.admitted_by:
        line = Message("{device}  admitted by {who}", device=line, who=device.admitted_by)
    return Message("{device}  (this device)", device=line) if device.is_this else line


def _name(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import devices

        seat = devices.find(session, args.device)
        devices.name(session, seat, args.name)
    return Result({"device": seat.hex()}, [Message("The device has this name now.")])


def _add(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import invitations
        from vault.services.projection import authors

        member = session.member if args.whose is None else authors.find_member(session, args.whose)
        write_new(args.out, invitations.invite_device(session, member))
    return Result(
        {"invitation": str(args.out)},
        [
            Message("The invitation is at {out}. On the new device:", out=args.out),
            _JOIN,
            Message(
                "Then here: `casevault member admit REQUEST --bundle FILE`, with --with-cases to give it your cases."
            ),
        ],
    )


def _give(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import devices

        seat = devices.find(session, args.device)
        given = devices.give_cases(session, seat, progress=output.progress_of(Message("Giving")))
    words = plural(
        "{count} case or section is given; the device gets it with the next bundle.",
        "{count} cases and sections are given; the device gets them with the next bundle.",
        count=given,
    )
    return Result({"device": seat.hex(), "given": given}, [words])


def _move(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import devices, invitations, members

        if args.invitation is not None:
            write_new(args.invitation, invitations.invite_device(session, session.member))
        else:
            seat = devices.find(session, args.ended)
            require_sure(args, output, members.warn_before_removal(session, [seat]))
            outcome = devices.end_moved(session, seat)
    if args.invitation is None:
        return outcome_result(args, output, outcome, Message("You moved: the old device is revoked."))
    steps = [
        Message("The invitation is at {invitation}. On the new device:", invitation=args.invitation),
        _JOIN,
        Message(
            "Here: `casevault member admit REQUEST --with-cases --bundle FILE`. There:"
            " `casevault member finish BUNDLE`."
        ),
        Message(
            "When everything is there: `casevault device move --ended {seat}` on the new device.",
            seat=session.seat.hex()[:8],
        ),
    ]
    return Result({"invitation": str(args.invitation), "device": session.seat.hex()}, steps)


ON_SCREEN: Final = Message(
    "WHOM TO WARN. This is personal data: it stays on your screen and in its scrollback until you close it."
)


def warned_data(warn: WarnList) -> dict[str, object]:
    return {"clients": len(warn.clients), "others": len(warn.others), "calls": len(warn.calls)}


def _revoke(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import devices, members, warning

        seat = devices.find(session, args.device)
        loss = members.warn_before_removal(session, [seat])
        said = devices.revoked_words(session, seat)
        both = None if loss is None else Message("{said} {loss}", said=said, loss=loss)
        require_sure(args, output, both, always=said)
        done = devices.lost(session, seat, progress=output.progress_of(Message("Making new keys")))
    lines = warning.warn_lines(done.warn)
    data: dict[str, object] = {"device": seat.hex(), "unread": done.warn.unread, **warned_data(done.warn)}
    if args.warn_list is None:
        output.say(ON_SCREEN)
        if not args.json:
            for line in lines:
                output.say(line)
        else:
            data["warn"] = lines
    else:
        write_new(args.warn_list, "\n".join([*map(in_words, lines), ""]).encode("utf-8"))
        output.say(
            Message(
                "Whom to warn is in {warn_list}: personal data in clear. Delete it when you have warned everybody.",
                warn_list=args.warn_list,
            )
        )
        data["warn_list"] = str(args.warn_list)
    return outcome_result(args, output, done.outcome, Message("The device is revoked."), **data)


_DEVICE: Final = Arg("DEVICE", Message("its id (`device list`)"))
DEVICE: Final = (
    Verb("list", Message("list the devices and their members"), (), _list),
    Verb("name", Message("give a device a name"), (
        _DEVICE,
        Arg("NAME", Message("for example `old laptop`; never where it is kept")),
    ), _name),
    Verb("add", Message("invite a further device of a member (you, by default)"), (
        Arg("[--for MEMBER]", Message("who will use it"), into="whose"),
        Arg("--out FILE", Message("the invitation; then `member join`"), of=new_file),
    ), _add),
    Verb("give", Message("give all your cases to a further device of yours"), (_DEVICE,), _give),
    Verb("move", Message("move to another device, in two steps"), (
        OneOf((
            Arg("[--invitation FILE]", Message("1. on the old device: invite the new device"), of=new_file),
            Arg("[--ended DEVICE]", Message("2. on the new device, once it has everything: revoke the old device")),
        ), is_required=True),
        YES, PROPOSAL,
    ), _move),
    Verb("revoke", Message("revoke a device that is lost, and list whom to warn"), (
        _DEVICE,
        Arg("[--warn-list FILE]", Message("write whom to warn into this file, instead of the screen"), of=new_file),
        YES, PROPOSAL,
    ), _revoke),
)  # fmt: skip


# `casevault drill seizure`: as if a device had been taken a moment ago.
def _seizure(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import devices, warning
        from vault.services.safety import seizure

        seat = session.seat if args.device is None else devices.find(session, args.device)
        found = seizure.look(session, seat)
        if args.out is not None:
            seizure.print_page(session, found, args.out, in_words)
    warn = warning.warn_lines(found.warn)
    data = {
        "device": seat.hex(),
        "cases": [
            {"ref": case.ref, "people": case.people, "notes": case.notes, "papers": case.papers} for case in found.cases
        ],
        "packages": [
            {"ref": left.ref, "recipient": in_words(left.recipient), "made": left.made} for left in found.packages
        ],
        "unread": found.unread,
        **warned_data(found.warn),
        "warn": [in_words(line) for line in warn],
        "page": None if args.out is None else str(args.out),
    }
    lines: list[Words] = [*seizure.found_lines(found), Message("WHAT TO DO"), *seizure.step_lines(), ON_SCREEN, *warn]
    if args.out is not None:
        lines.append(Message("The page is at {path}. It names nobody, and is not encrypted.", path=args.out))
    return Result(data, lines)


DRILL: Final = (
    Verb("seizure", Message("what would be found on a device that was taken, whom to warn, and what to do"), (
        Arg("[--device DEVICE]", Message("its id (`device list`; default: this device)")),
        Arg("[--out FILE]", Message("a page of it to print: references and steps, no names"), of=new_file),
    ), _seizure),
)  # fmt: skip

TABLES: Final = {"device": DEVICE, "drill": DRILL}
