"""`casevault device | drill`: the devices of the organisation, what to do when one is lost, and practice for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.device import ON_SCREEN, warned_data
from vault.cli.opening import opened
from vault.cli.output import Output, Result, in_words
from vault.cli.table import Arg, Given, Verb, new_file
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.members.devices import Device


# `casevault device`: the devices of the organisation, and what to do when a device is lost.
def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import devices

        found = devices.list_all(session)
    data = [
        {
            "device": device.seat.hex(),
            "member": device.member.hex(),
            "member_name": device.member_name,
            "name": device.name,
            "admitted_by": device.admitted_by,
            "this": device.is_this,
        }
        for device in found
    ]
    return Result({"devices": data}, [*map(_line, found)])


def _line(device: Device) -> Words:
    called = f", {device.name}" if device.name else ""
    line: Words = f"{device.seat.hex()[:8]}  {device.member_name}{called}"
    if device.admitted_by:
        line = Message("{device}  admitted by {who}", device=line, who=device.admitted_by)
    return Message("{device}  (this device)", device=line) if device.is_this else line


DEVICE: Final = (Verb("list", Message("list the devices and their members"), (), _list),)


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
