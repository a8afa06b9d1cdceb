"""The devices of the organisation: which there are, how they are called, and what happens when one is lost."""

from __future__ import annotations

from dataclasses import dataclass, field

from vault.access.session import Session
from vault.access.trust.writing_keys import lacking, settle_keys
from vault.casework.checks import checked_name
from vault.casework.organisation_records import DeviceName
from vault.display import one_line
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, SeatId
from vault.policy.rights import RIGHTS
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.versions import OpenedVersion, of_kind
from vault.records.work import Entry
from vault.services.members.admissions import admitters
from vault.services.members.changes import Outcome, end_devices, in_use
from vault.services.members.warning import WarnList, warn_list
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.projection import read_valid
from vault.services.projection.short_ids import the_one_meant, typed_id
from vault.words.message import Message, Value
from vault.words.next_step import NextStep


@dataclass(frozen=True, slots=True)
class Device:
    """One device that is in.

    `admitted_by` is who listed its admission; empty of the first of all. `is_this`: it is the one in use, `is_yours`:
    it is one of this member's.
    """

    seat: SeatId
    member: MemberId
    member_name: str = field(repr=False)
    name: str = field(repr=False)
    admitted_by: Value
    is_this: bool = False
    is_yours: bool = False

    @property
    def called(self) -> Message:
        if self.name:
            return Message("{name} of {owner}", name=self.name, owner=self.member_name)
        return Message("{owner}'s device {seat}", owner=self.member_name, seat=self.seat.hex()[:8])


@dataclass(frozen=True, slots=True)
class Lost:
    """What was done about a lost device."""

    outcome: Outcome
    warn: WarnList


def list_all(session: Session) -> list[Device]:
    """Return the devices that are in, by member and name."""
    session.require(Action.MEMBER_LIST)
    names, called = names_of_members(session), _names(session)
    found = [
        Device(
            seat=SeatId(seat),
            member=MemberId(item.member),
            member_name=name_in(names, item.member),
            name=called.get(SeatId(seat), ""),
            admitted_by=admitters(session, seat, names),
            is_this=seat == session.seat,
            is_yours=item.member == session.member,
        )
        for seat, item in session.directory.certificates.items()
    ]
    return sorted(found, key=lambda row: (row.member_name.casefold(), row.name.casefold(), row.seat))


def find(session: Session, text: str) -> SeatId:
    """Return the device with this id, the beginning of it, or this name.

    Raises:
        NotFoundError: none, or several.
        UsageError: the beginning of one device's id is another one's name.
    """
    wanted = text.strip().casefold()
    known = list_all(session)
    called = [device.seat for device in known if device.name.casefold() == wanted != ""]
    found = the_one_meant(text, (device.seat for device in known), called)
    if len(found) != 1:
        raise NotFoundError(
            Message("there is no such device, or more than one"),
            next_step=Message("Give the id that {list_devices} shows.", list_devices=NextStep.LIST_DEVICES),
        )
    return found[0]


def name(session: Session, seat: SeatId, text: str) -> None:
    """Call a device something that a colleague understands. Admins and supervisors keep these names.

    Raises:
        RefusedError: this member's role does not write them.
        UsageError: the name is no printable line, or looks like an id.
    """
    rule = session.require(Action.OWN_DEVICE)
    called = checked_name(text, "name of the device")
    if typed_id(called):
        raise UsageError(
            Message("this name looks like the id of a device"), next_step=Message("Use a name of two words.")
        )
    home = session.directory.compartment
    if not RIGHTS.may_write(session.roles, CompartmentKind.DIRECTORY, DeviceName.KIND):
        raise RefusedError(Message("your role cannot name devices"), next_step=Message("Ask an admin or a supervisor."))
    if seat not in session.directory.certificates:
        raise NotFoundError(Message("there is no such device"))
    before = [version for version, device in _called(session) if device.seat == seat]
    record = before[0].record if before else None
    parents = tuple(version.id for version in before if version.record == record)
    with session.work(home) as work:
        work.keep(home, DeviceName(seat, called), record, parents)
        work.commit(Entry(act="config.change", covers={DeviceName.KIND: 1}, pol=rule))


def lost(session: Session, seat: SeatId, typed: bytes | None = None) -> Lost:
    """End a device that is out of the organisation's hands, and say whom to warn.

    The list is made first: a person needs it most, and nothing must hold it up. What is written from here on is under
    keys that the device does not get. `typed` is the secret of the sheets, which another admin's device needs.

    Raises:
        RefusedError: it is the device in use, or another member's and this role ends none.
    """
    session.require(Action.MEMBER_END if _owner(session, seat) != session.member else Action.OWN_DEVICE)
    warn = warn_list(session, seat)
    return Lost(end_devices(session, [seat], typed), warn)


def give_cases(session: Session, seat: SeatId, *, progress: Progress = lambda done, total: None) -> int:
    """Give all cases and sections that this device holds to a further device of the same member; return how many.

    Raises:
        RefusedError: the device is another member's, or this member's role gives no cases.
    """
    session.require(Action.CASE_CREATE)
    session.require_sound_log(session.directory.compartment)
    if _owner(session, seat) != session.member:
        raise RefusedError(
            Message("this device is another member's"),
            next_step=Message("{grant_access} opens a case to other members.", grant_access=NextStep.GRANT_ACCESS),
        )
    device = session.directory.holders([seat], with_recovery=False)
    states = session.states_of(map(CompartmentId, session.keyring.compartments()))
    cases = [case for case, state in states.items() if state is not None and state.case is not None]
    lacked = [case for case in cases if any(lacking(session, case, device))]
    settle_keys(session, *lacked, progress=progress)
    return len(lacked)


def end_moved(session: Session, seat: SeatId, typed: bytes | None = None) -> Outcome:
    """End a device of one's own after moving to this one: the last step of `device move`.

    `typed` is the secret of the sheets, which an admin's device needs.

    Raises:
        RefusedError: it is another member's, or the one in use.
    """
    session.require(Action.OWN_DEVICE)
    if _owner(session, seat) != session.member:
        raise RefusedError(
            Message("this device is another member's"),
            next_step=Message("{revoke_device} revokes somebody else's device.", revoke_device=NextStep.REVOKE_DEVICE),
        )
    return end_devices(session, [seat], typed)


def revoked_words(session: Session, seat: SeatId) -> Message:
    """Return whose device would be revoked, its whole id and name, and what that means: said before somebody says yes.

    Raises:
        NotFoundError: there is none.
        RefusedError: it is the one in use.
    """
    session.require(Action.MEMBER_LIST)
    if seat == session.seat:
        raise in_use()
    device = next((each for each in list_all(session) if each.seat == seat), None)
    if device is None:
        raise NotFoundError(Message("there is no such device, or it was already revoked"))
    return Message(
        "This revokes a device of {member}: {id}{called}. It gets no new keys from now on, and it cannot come back."
        " It has to join again.",
        member=device.member_name,
        id=seat.hex(),
        called=f", {device.name}" if device.name else "",
    )


def _owner(session: Session, seat: SeatId) -> MemberId:
    certificate = session.directory.certificates.get(seat)
    if certificate is None:
        raise NotFoundError(Message("there is no such device, or it was already revoked"))
    return MemberId(certificate.member)


def _names(session: Session) -> dict[SeatId, str]:
    in_time = sorted(_called(session), key=lambda found: found[0].content.clock)
    return {device.seat: one_line(device.name) for _, device in in_time}


def _called(session: Session) -> list[tuple[OpenedVersion, DeviceName]]:
    return list(of_kind(read_valid(session, session.directory.compartment), DeviceName))
