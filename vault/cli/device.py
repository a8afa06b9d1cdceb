"""`casevault device | drill`: the devices of the organisation, what to do when one is lost, and practice for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.newcomer import told_of
from vault.cli.act_verbs import result_of
from vault.cli.opening import opened
from vault.cli.output import Output, Result, in_words
from vault.cli.safeguards import YES, require_sure
from vault.cli.sheet_prompts import BY_SHEETS, secret_of_sheets
from vault.cli.table import Arg, Given, Verb, new_file
from vault.store.files import write_new
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.members.devices import Device
    from vault.services.members.warning import WarnList


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


def _name(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import devices

        seat = devices.find(session, args.device)
        devices.name(session, seat, args.name)
    return Result({"device": seat.hex()}, [Message("The device has this name now.")])


def _words(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.members import admitting

        vault, own = admitting.vault_words(session), admitting.own_words(session)
    return Result(
        {"vault_words": list(vault), "own_words": list(own)},
        [
            Message(
                "On the new device: `casevault --vault NEW member join --own --out REQUEST`. It asks for two lines."
            ),
            Message("The 13 words of the vault:"),
            f"  {' '.join(vault)}",
            Message("Your own 13 words, which make it your device:"),
            f"  {' '.join(own)}",
            Message("Then an admin or a supervisor admits it: `casevault member admit REQUEST`. You agree to it here:"),
            Message("`casevault member agree DEVICE --with-cases --bundle FILE`."),
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
        from vault.services.members import devices, members

        seat = devices.find(session, args.ended)
        require_sure(args, output, members.warn_before_removal(session, [seat]))
        told = told_of(devices.end_moved(session, seat), Message("You moved: the old device is revoked."), _ADMIN)
        return result_of(args, output, session, told)


_ADMIN: Final = Message(
    "An admin has to revoke it too. Give them a bundle: `casevault bundle make --to MEMBER --out FILE`. They revoke it"
    " with `casevault device revoke DEVICE`."
)
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
        typed = secret_of_sheets(args, output, session)
        done = devices.lost(session, seat, typed)
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
    return result_of(args, output, session, told_of(done.outcome, Message("The device is revoked."), _ADMIN, **data))


_DEVICE: Final = Arg("DEVICE", Message("its id (`device list`)"))
DEVICE: Final = (
    Verb("list", Message("list the devices and their members"), (), _list),
    Verb("name", Message("give a device a name"), (
        _DEVICE,
        Arg("NAME", Message("for example `old laptop`; never where it is kept")),
    ), _name),
    Verb("words", Message("show the words with which a further device of yours joins"), (), _words),
    Verb("give", Message("give all your cases to a further device of yours"), (_DEVICE,), _give),
    Verb("move", Message("after moving to this device: revoke the device before it"), (
        Arg("--ended DEVICE", Message("the old device, once everything is here")), YES,
    ), _move),
    Verb("revoke", Message("revoke a device that is lost, and list whom to warn"), (
        _DEVICE,
        Arg("[--warn-list FILE]", Message("write whom to warn into this file, instead of the screen"), of=new_file),
        YES, BY_SHEETS,
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
