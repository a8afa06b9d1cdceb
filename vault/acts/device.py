"""Devices: named, given all cases of their member, ended after a move, and ended when one is lost: whom to warn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Plan, Said, Shape, Told, empty, one
from vault.acts.newcomer import files, told_of
from vault.errors import RefusedError, VaultError
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import SeatId
    from vault.progress import Progress
    from vault.services.members.devices import Device
    from vault.services.members.warning import WarnList

_DEVICE: Final = Field("device", Message("Device"), Shape.RECORDS, Message("its id, or its name"), form="DEVICE")
_ADMIN: Final = Message(
    "An admin has to revoke it too. Give them a bundle: {make_bundle}. They import it, and revoke it: {revoke_device}.",
    make_bundle=NextStep.MAKE_BUNDLE,
    revoke_device=NextStep.REVOKE_DEVICE,
)


def _found(session: Session, said: Said, name: str = _DEVICE.name) -> Device:
    from vault.services.members import devices

    seat = devices.find(session, said[name][0])
    return next(each for each in devices.list_all(session) if each.seat == seat)


def _further(session: Session, said: Said, name: str, instead: Message) -> Device:
    """Return another device of one's own; `instead` says what is done with those of others."""
    device = _found(session, said, name)
    if device.is_this or not device.is_yours:
        raise RefusedError(Message("this is not another device of yours"), next_step=instead)
    return device


# ---- named --------------------------------------------------------------------------------------------------------


def _name(session: Session, plan: Plan[tuple[SeatId, str]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.members import devices

    seat, called = plan.of
    devices.name(session, seat, called)
    return Told((Message("The device has this name now."),), {"device": seat.hex()})


NAME: Final = Act(
    "device name",
    Message("give a device a name"),
    Message("Name of a device"),
    Message("keep"),
    (
        _DEVICE,
        Field("name", Message("Name"), Shape.CODE, Message("for example, old laptop; never where it is kept"),
              form="NAME", hint=Message("e.g. old laptop; never where it is kept"), is_required=True),
    ),
    look=lambda session, said: Plan((_found(session, said).seat, one(said, "name") or "")),
    run=_name,
    doing=Message("Naming the device"),
    nothing=Message("the device keeps its name"),
    begin=lambda session, said: Begun({"name": _found(session, said).name}),
)  # fmt: skip


# ---- given all cases ----------------------------------------------------------------------------------------------


def _who_gets_all(session: Session, said: Said) -> Plan[SeatId]:
    instead = Message("Choose another one of yours. To other members you give cases one by one.")
    device = _further(session, said, "device", instead)
    sure = Ask(
        "give",
        Message("Give all your cases to {called}?", called=device.called),
        yes=Message("Give them"),
        no=Message("Keep them here"),
        told=(Message("Everything that you can open here can be opened there, with its passphrase."),),
        is_for_screens=True,
    )
    return Plan(device.seat, asks=(sure,))


def _give(session: Session, plan: Plan[SeatId], _agreed: Agreed, progress: Progress) -> Told:
    from vault.services.members import devices

    given = devices.give_cases(session, plan.of, progress=progress)
    lines = (
        Message("Given: {files}.", files=files(given)),
        Message("They come to the device with your next bundle for yourself."),
    )
    return Told(lines, {"device": plan.of.hex(), "given": given})


GIVE: Final = Act(
    "device give",
    Message("give all your cases to a further device of yours"),
    Message("Give all your cases to this device of yours"),
    Message("give"),
    (_DEVICE,),
    look=_who_gets_all,
    run=_give,
    doing=Message("Giving your cases"),
    nothing=Message("nothing is given"),
    is_long=True,
)


# ---- ended --------------------------------------------------------------------------------------------------------


def _some(words: Message | None) -> tuple[Message, ...]:
    return () if words is None else (words,)


def to_revoke(device: Device, told: Message, *warned: Message, is_for_screens: bool = False) -> Ask:
    """Return the question whether a device is revoked."""
    return Ask(
        "revoke",
        Message("Revoke {called}?", called=device.called),
        yes=Message("Revoke it"),
        no=Message("Keep it"),
        told=(told,),
        warned=warned,
        is_for_screens=is_for_screens,
    )


def _what_was_left(session: Session, said: Said) -> Plan[SeatId]:
    from vault.services.members import members

    instead = Message("Choose an old one of yours. Who may revoke devices of others does it as if they were lost.")
    device = _further(session, said, "ended", instead)
    loss = members.warn_before_removal(session, [device.seat])
    told = Message(
        "Do it only once everything of it is on this device: what was written there and not brought here is lost. It"
        " opens nothing new."
    )
    sure = to_revoke(device, told, *_some(loss), is_for_screens=loss is None)
    return Plan(device.seat, asks=(sure,))


def _end_moved(session: Session, plan: Plan[SeatId], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.members import devices

    outcome = devices.end_moved(session, plan.of, agreed.typed)
    return told_of(outcome, Message("You moved: the old device is revoked."), _ADMIN)


MOVE: Final = Act(
    "device move",
    Message("after moving to this device: revoke the device before it"),
    Message("Revoke your old device: you moved to the one in use"),
    Message("revoke"),
    (
        Field("ended", Message("Old device"), Shape.RECORDS, Message("the old device, once everything is here"),
              form="--ended DEVICE", is_required=True),
    ),
    look=_what_was_left,
    run=_end_moved,
    doing=Message("Revoking the old device"),
    nothing=Message("nothing is changed"),
    asks_yes=True,
    by_sheets=True,
    is_long=True,
    goes_through=True,
)  # fmt: skip


# ---- lost ---------------------------------------------------------------------------------------------------------

ON_SCREEN: Final = Message("WHOM TO WARN. This is personal data: close the screen when everybody is warned.")


def _what_is_lost(session: Session, said: Said) -> Plan[tuple[SeatId, Path | None]]:
    from vault.services.members import devices, members
    from vault.store.files import require_new

    device, out = _found(session, said), one(said, "warn_list")
    loss = members.warn_before_removal(session, [device.seat])
    whose = devices.revoked_words(session, device.seat)
    if out:
        require_new(Path(out))
    told = Message("What was written there and has not come here is no longer accepted.")
    asks = (to_revoke(device, told, whose, *_some(loss)),)
    return Plan((device.seat, Path(out) if out else None), mark=asks, asks=asks)


def _revoke(session: Session, plan: Plan[tuple[SeatId, Path | None]], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.members import devices, warning

    seat, out = plan.of
    done = devices.lost(session, seat, agreed.typed)
    told = told_of(done.outcome, Message("The device is revoked."), _ADMIN)
    warn = warning.warn_lines(done.warn)
    lines: tuple[Words, ...] = (ON_SCREEN, *warn)
    data = {**told.data, "device": seat.hex(), "unread": done.warn.unread, **warned_data(done.warn)}
    if out is not None:
        try:
            return replace(told, lines=(*told.lines, write_list(warn, out)), data={**data, "warn_list": str(out)})
        except VaultError as fault:  # a disk that refuses must not take the list from whoever needs it
            lines = (Message("! The list was NOT written: {why}. Copy it now.", why=fault.message), *lines)
    return replace(told, lines=(*told.lines, *lines), data={**data, "warn": list(map(str, warn))})


def warned_data(warn: WarnList) -> dict[str, object]:
    return {"clients": len(warn.clients), "others": len(warn.others), "calls": len(warn.calls)}


def write_list(warn: Sequence[Words], out: Path) -> Message:
    """Write whom to warn into a new file, and say where it is."""
    from vault.store.files import write_new

    write_new(out, "\n".join([*map(str, warn), ""]).encode("utf-8"))
    return Message("Whom to warn is in {out}: personal data in clear. Delete it when everybody is warned.", out=out)


REVOKE: Final = Act(
    "device revoke",
    Message("revoke a device that is lost, and list whom to warn"),
    Message("Lost device"),
    Message("revoke"),
    (
        _DEVICE,
        Field("warn_list", Message("List into"), Shape.NEW_FILE,
              Message("write whom to warn into this file, instead of the screen"),
              hint=Message("nothing: on the screen alone")),
    ),
    look=_what_is_lost,
    run=_revoke,
    doing=Message("Revoking the device"),
    nothing=Message("nothing is changed"),
    begin=empty,
    about=Message(
        "The device is revoked: nothing new is written for it. Then you see whom to warn: the people of the cases that"
        " it and you can open, with the ways that are safe for them. The list can go into a file instead: it is"
        " personal data in clear, for as long as that file is there."
    ),
    asks_yes=True,
    by_sheets=True,
    is_long=True,
    goes_through=True,
)  # fmt: skip
ACTS: Final = (NAME, GIVE, MOVE, REVOKE)
