"""`casevault device`: the devices of the organisation, and what to do when one is gone."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from vault.cli.asking import add_yes, require_sure
from vault.cli.face import Face, Result
from vault.cli.opening import opened
from vault.cli.outcome import add_proposal, outcome_result, write_new
from vault.display import counted
from vault.errors import UsageError

if TYPE_CHECKING:
    from vault.services.devices import Device


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `list`, `name`, `add`, `give`, `move`, `lost`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="list | name | add | give | move | lost")
    listing = verbs.add_parser("list", help="which devices are in, and whose", allow_abbrev=False)
    listing.set_defaults(command=_list)
    name = verbs.add_parser("name", help="call a device something", allow_abbrev=False)
    name.add_argument("device", metavar="DEVICE", help="its id (`device list`)")
    name.add_argument("name", metavar="NAME", help="say `old laptop`, never where it is kept")
    name.set_defaults(command=_name)
    add = verbs.add_parser("add", help="invite a further device of a member (you, by default)", allow_abbrev=False)
    add.add_argument("--for", dest="whose", metavar="MEMBER", help="whose it is to be")
    add.add_argument("--out", type=Path, required=True, metavar="FILE", help="the invitation; then `member join`")
    add.set_defaults(command=_add)
    give = verbs.add_parser("give", help="give all your cases to a further device of yours", allow_abbrev=False)
    give.add_argument("device", metavar="DEVICE", help="its id (`device list`)")
    give.set_defaults(command=_give)
    move = verbs.add_parser("move", help="go on with another device, in two steps", allow_abbrev=False)
    step = move.add_mutually_exclusive_group(required=True)
    step.add_argument("--invitation", type=Path, metavar="FILE", help="1. on the old device: invite the new one")
    step.add_argument("--ended", metavar="DEVICE", help="2. on the new device, once it has everything: end the old one")
    add_yes(move)
    add_proposal(move)
    move.set_defaults(command=_move)
    lost = verbs.add_parser("lost", help="end a device that is gone, and say whom to warn", allow_abbrev=False)
    lost.add_argument("device", metavar="DEVICE", help="its id (`device list`)")
    lost.add_argument("--warn-list", type=Path, metavar="FILE", help="write whom to warn here, in place of the screen")
    add_yes(lost)
    add_proposal(lost)
    lost.set_defaults(command=_lost)


def _list(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import devices

    with opened(args, face) as session:
        found = devices.list_all(session)
    data = [
        {
            "device": one.seat.hex(),
            "member": one.member.hex(),
            "member_name": one.member_name,
            "name": one.name,
            "since_roster": one.since,
            "this": one.is_this,
        }
        for one in found
    ]
    lines = [f"{one.seat.hex()[:8]}  {one.member_name}{_called(one)}" for one in found]
    return Result({"devices": data}, lines)


def _called(one: Device) -> str:
    return (f", {one.name}" if one.name else "") + ("  (this one)" if one.is_this else "")


def _name(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import devices

    with opened(args, face) as session:
        seat = devices.find(session, args.device)
        devices.name(session, seat, args.name)
    return Result({"device": seat.hex()}, ["The device is called so from now on."])


def _add(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import authors, joining

    with opened(args, face) as session:
        member = session.member if args.whose is None else authors.find_member(session, args.whose)
        write_new(args.out, joining.invite_device(session, member))
    return Result(
        {"invitation": str(args.out)},
        [
            f"The invitation is at {args.out}. On the new device:",
            "`casevault --vault NEW member join INVITATION --out REQUEST`.",
            "Then here: `casevault member admit REQUEST --bundle FILE`, with --with-cases to give it your cases.",
        ],
    )


def _give(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import devices

    with opened(args, face) as session:
        seat = devices.find(session, args.device)
        given = devices.give_cases(session, seat, progress=lambda done, total: face.progress(done, total, "Giving"))
    words = (
        f"{counted(given, 'case or section is', 'cases and sections are')} given; they come to it with the next bundle."
    )
    return Result({"device": seat.hex(), "given": given}, [words])


def _move(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import devices, joining, losing

    with opened(args, face) as session:
        if args.invitation is not None:
            write_new(args.invitation, joining.invite_device(session, session.member))
        else:
            seat = devices.find(session, args.ended)
            require_sure(args, face, losing.before_end(session, [seat]))
            outcome = devices.end_moved(session, seat)
    if args.invitation is None:
        return outcome_result(args, face, outcome, "You moved: the old device counts no more.")
    steps = [
        f"The invitation is at {args.invitation}. On the new device:",
        "`casevault --vault NEW member join INVITATION --out REQUEST`.",
        "Here: `casevault member admit REQUEST --with-cases --bundle FILE`. There: `casevault member finish BUNDLE`.",
        f"When everything is there: `casevault device move --ended {session.seat.hex()[:8]}` on the new device.",
    ]
    return Result({"invitation": str(args.invitation), "device": session.seat.hex()}, steps)


def _lost(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import devices, losing

    if args.warn_list is not None and args.warn_list.exists():
        raise UsageError(f"{args.warn_list} exists already", advice="Name a new file.")
    with opened(args, face) as session:
        seat = devices.find(session, args.device)
        require_sure(args, face, losing.before_end(session, [seat]))
        done = devices.lost(session, seat, progress=lambda at, total: face.progress(at, total, "Making new keys"))
    lines = devices.warn_lines(done.warn)
    data: dict[str, object] = {"device": seat.hex(), "clients": len(done.warn.clients), "unread": done.warn.unread}
    if args.warn_list is None:
        face.say(
            "WHOM TO WARN. This is personal data: it stays on your screen and in its scrollback until you close it."
        )
        if not args.json:
            for line in lines:
                face.say(line)
        else:
            data["warn"] = lines
    else:
        write_new(args.warn_list, "\n".join([*lines, ""]).encode("utf-8"))
        face.say(f"Whom to warn is in {args.warn_list}: personal data in clear. Delete it when everybody is warned.")
        data["warn_list"] = str(args.warn_list)
    return outcome_result(args, face, done.outcome, "The device counts no more.", **data)
