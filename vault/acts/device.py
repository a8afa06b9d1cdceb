"""Devices: named, joined, given cases, ended, lost: whom to warn; what opens one's own: passphrase, keyfile, key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, empty, one
from vault.acts.newcomer import files, told_of
from vault.errors import InternalError, RefusedError, VaultError
from vault.words.message import Message, Words, joined
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.seat_keys.slots import Factors
    from vault.access.session import Session
    from vault.ids import SeatId
    from vault.progress import Progress
    from vault.services.credentials.entering import FactorInUse, Proof
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


# ---- a further one joins ------------------------------------------------------------------------------------------


def _words(session: Session, _plan: Plan[None], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.members import admitting

    vault, own = admitting.vault_words(session), admitting.own_words(session)
    lines = (
        Message("On the new device: {join}. It asks for two lines.", join=NextStep.JOIN_AS_OWN),
        Message("The 13 words of the vault:"),
        f"  {' '.join(vault)}",
        Message("Your own 13 words, which make it your device:"),
        f"  {' '.join(own)}",
        Message(
            "Then an admin or a supervisor admits it with the file REQUEST, and you agree to it here. If you are one,"
            " admit it yourself, and any other member agrees: {proposals}.",
            proposals=NextStep.LIST_PROPOSALS,
        ),
    )
    follows = (
        Follow(Message("It is admitted"), "member admit REQUEST"),
        Follow(Message("You agree"), "member agree DEVICE --with-cases --bundle FILE"),
    )
    return Told(lines, {"vault_words": list(vault), "own_words": list(own)}, follows)


WORDS: Final = Act(
    "device words",
    Message("show the words with which a further device of yours joins"),
    Message("A further device of yours"),
    Message("words"),
    (),
    look=lambda _session, _said: Plan(None),
    run=_words,
    doing=Message("Reading the words"),
    nothing=Message("nothing is shown"),
)


# ---- what opens one's own -----------------------------------------------------------------------------------------

KEYFILE: Final = "keyfile"
SECURITY_KEY: Final = "fido2"
FACTORS: Final = {KEYFILE: Message("keyfile"), SECURITY_KEY: Message("security key")}
_KIND: Final = Field("kind", Message("What"), Shape.RECORDS, Message("what it is"), form="KIND", words=tuple(FACTORS))


def _proof(agreed: Agreed) -> Proof:
    if agreed.proof is None:
        raise InternalError(Message("nobody showed what they unlock with"))
    return agreed.proof


def listed(used: Sequence[FactorInUse]) -> list[dict[str, object]]:
    return [{"name": factor.name, "is": factor.words} for factor in used]


def _needed(proof: Proof, now: Factors, *lines: Message) -> Told:
    from vault.services.credentials import entering

    proof.then(now)
    words = (*lines, entering.OLD_COPIES)
    return Told(words, {"factors": listed(entering.in_use(now)), "note": joined(words)})


def _what_is_added(_session: Session, said: Said) -> Plan[str | None]:
    from vault.store.files import require_new

    out = one(said, "out")
    if out:
        require_new(Path(out))
    return Plan(out)


def _add(session: Session, plan: Plan[str | None], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.credentials import entering

    proof, out = _proof(agreed), plan.of
    if out:
        now = entering.add_keyfile(session, proof, Path(out))
        return _needed(
            proof, now,
            Message("From now on you need {out} too: at unlock, F5 in the app, `--keyfile` by command.", out=out),
            Message("Keep a second copy away from this computer: without it only the recovery sheets help."),
        )  # fmt: skip
    now = entering.add_security_key(session, proof)
    return _needed(
        proof, now,
        Message("From now on you need this key too: at unlock, F5 in the app, `--security-key` by command."),
        Message("If it is lost or emptied, only the recovery sheets help."),
    )  # fmt: skip


ADD_FACTOR: Final = Act(
    "factor add",
    Message("require a file or a security key from now on"),
    Message("Needed too from now on"),
    Message("need it"),
    (
        _KIND,
        Field("out", Message("New file"), Shape.NEW_FILE,
              Message("where to write the new keyfile: a stick that you carry"), form="[--out F]",
              hint="/media/stick/holiday.bin", is_required=True, where=lambda said: said.get("kind") == (KEYFILE,)),
    ),
    look=_what_is_added,
    run=_add,
    doing=Message("Changing what you unlock with"),
    nothing=Message("nothing is changed"),
    begin=empty,
    proves="now",
    about=Message(
        "A keyfile is a new file of 64 bytes, best on a stick that you carry; keep a second copy apart from this"
        " computer. A security key is plugged in: touch it when it blinks, twice. If you lose file or key, only the"
        " recovery sheets help: prove them before."
    ),
)  # fmt: skip


def _what_is_removed(_session: Session, said: Said) -> Plan[str]:
    kind = said["kind"][0]
    sure = Ask(
        "remove",
        Message("Unlock without the {factor} from now on?", factor=FACTORS[kind]),
        yes=Message("Unlock without it"),
        no=Message("Keep it"),
        told=(Message("Then anybody who knows your passphrase can unlock as you."),),
        is_for_screens=True,
    )
    return Plan(kind, asks=(sure,))


def _remove(session: Session, plan: Plan[str], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.credentials import entering

    proof = _proof(agreed)
    now = entering.remove_factor(session, proof, entering.FactorName(plan.of))
    return _needed(proof, now, Message("The {factor} is no longer needed.", factor=FACTORS[plan.of]))


REMOVE_FACTOR: Final = Act(
    "factor remove",
    Message("stop requiring it"),
    Message("No longer needed"),
    Message("unlock without it"),
    (_KIND,),
    look=_what_is_removed,
    run=_remove,
    doing=ADD_FACTOR.doing,
    nothing=ADD_FACTOR.nothing,
    begin=empty,
    proves="now",
    about=Message("The file or the key itself is left as it is."),
)


def _change(session: Session, _plan: Plan[None], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.credentials import entering

    entering.change_passphrase(session, _proof(agreed))
    lines = (Message("The passphrase is changed."), entering.OLD_COPIES)
    return Told(lines, {"changed": True, "note": entering.OLD_COPIES})


CHANGE_PASSPHRASE: Final = Act(
    "passphrase change",
    Message("change your passphrase"),
    Message("Change the passphrase"),
    Message("change it"),
    (),
    look=lambda _session, _said: Plan(None),
    run=_change,
    doing=ADD_FACTOR.doing,
    nothing=ADD_FACTOR.nothing,
    begin=empty,
    proves="new",
    about=Message(
        "Nobody can guess a passphrase that is made for you. Capital letters, extra spaces and the keyboard's layout do"
        " not matter in it. F4 shows it: write it on paper. Nothing is changed before you have typed it back."
    ),
)
ACTS: Final = (NAME, WORDS, GIVE, MOVE, REVOKE, ADD_FACTOR, REMOVE_FACTOR, CHANGE_PASSPHRASE)
