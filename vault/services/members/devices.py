"""The devices of the organisation: which there are, how they are called, and what happens when one is lost."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from vault.access.membership.next_roster import Change
from vault.access.session import Session
from vault.casework.checks import checked_name
from vault.casework.contact import is_never_used
from vault.casework.directory import DeviceName
from vault.casework.person import Person, SafeContact, never_use_of
from vault.casework.vocabulary import PersonRole, Risk
from vault.display import one_line
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, MemberId, SeatId
from vault.index.cases import row_of
from vault.policy.roles import ALLOWED, Action
from vault.progress import Progress
from vault.records.codec import of_kind
from vault.records.epochs import notices_of
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.services.cases import cases
from vault.services.cases.cases import CaseView
from vault.services.grants import sharing
from vault.services.members.rostering import Outcome, carry_out
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.going_on import going_on
from vault.services.projection.projection import read_valid, up_to_date_index
from vault.services.projection.short_ids import the_one_named, typed_id
from vault.store.rows import Rows
from vault.words.finding import Code
from vault.words.message import Message, listed, plural
from vault.words.next_step import NextStep

WHY_WARNED = "emergency"

# What never came to the device in use is on no list that it makes.
_ASK_OTHERS = Message(
    "Other cases may have been on that device. Its member, and the members who share cases with them, know whom to"
    " warn: ask them."
)
_IN_THIS_ORDER = Message("Call in this order: the highest risk is first.")
_RISKS = tuple(Risk)
# Where a notice has its epoch's id (FORMAT.md 2).
_EPOCH_AT = 35


@dataclass(frozen=True, slots=True)
class Device:
    """One device that is in.

    `since` is the number of the first roster that certifies it; `is_this`: it is the one in use.
    """

    seat: SeatId
    member: MemberId
    member_name: str = field(repr=False)
    name: str = field(repr=False)
    since: int
    is_this: bool


@dataclass(frozen=True, slots=True)
class ToWarn:
    """A client of a case that was on a lost device, how near the harm is, and how to reach them without any."""

    case: CompartmentId
    ref: str
    risk: Risk
    name: str = field(repr=False)
    contact: SafeContact | None = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class WarnList:
    """Whom to warn of a lost device, the highest risk first, as far as this member can read it.

    `unread` cases of that device this member cannot read: who holds them makes the list for those.
    """

    clients: tuple[ToWarn, ...]
    unread: int


@dataclass(frozen=True, slots=True)
class WarnLine:
    """A line about whom to warn; `is_barred`: it says which way must not be used."""

    words: Message = field(repr=False)
    is_barred: bool = False


@dataclass(frozen=True, slots=True)
class Lost:
    """What was done about a lost device."""

    outcome: Outcome
    warn: WarnList


def list_all(session: Session) -> list[Device]:
    """Return the devices that are in, by member and name."""
    session.require(Action.MEMBER_LIST)
    names, called = names_of_members(session), _names(session)
    rosters = session.directory.chain.accepted
    found = [
        Device(
            seat=SeatId(seat),
            member=MemberId(item.member),
            member_name=name_in(names, item.member),
            name=called.get(SeatId(seat), ""),
            since=next(roster.head.number for roster in rosters if seat in roster.certificates),
            is_this=seat == session.seat,
        )
        for seat, item in session.directory.effective.certificates.items()
    ]
    return sorted(found, key=lambda row: (row.member_name.casefold(), row.name.casefold(), row.seat))


def find(session: Session, text: str) -> SeatId:
    """Return the device with this id, the beginning of it, or this name.

    Raises:
        NotFoundError: none, or several.
    """
    wanted = text.strip().casefold()
    known = list_all(session)
    called = [device.seat for device in known if device.name.casefold() == wanted != ""]
    found = called[0] if len(called) == 1 else the_one_named(typed_id(text), (device.seat for device in known))
    if found is None:
        raise NotFoundError(
            Message("there is no such device, or more than one"),
            next_step=Message("Give the id that {list_devices} shows.", list_devices=NextStep.LIST_DEVICES),
        )
    return found


def name(session: Session, seat: SeatId, text: str) -> None:
    """Call a device something that a colleague understands. Admins and supervisors keep these names.

    Raises:
        RefusedError: this member's role does not write them.
        UsageError: the name is no printable line.
    """
    rule = session.require(Action.OWN_DEVICE)
    called = checked_name(text, "name of the device")
    home = session.directory.compartment
    if not session.directory.rights.may_write(session.roles, CompartmentKind.DIRECTORY, DeviceName.KIND):
        raise RefusedError(Message("your role cannot name devices"), next_step=Message("Ask an admin or a supervisor."))
    if seat not in session.directory.effective.certificates:
        raise NotFoundError(Message("there is no such device"))
    before = [version for version, device in _called(session) if device.seat == seat]
    record = before[0].record if before else None
    parents = tuple(version.id for version in before if version.record == record)
    with session.work(home) as work:
        work.keep(home, DeviceName(seat, called), record, parents)
        work.commit(Entry(act="config.change", covers={DeviceName.KIND: 1}, pol=rule))


def lost(session: Session, seat: SeatId, *, progress: Progress = lambda done, total: None) -> Lost:
    """End a device that is out of the organisation's hands, and say whom to warn.

    The list is made first: it is what a person needs most, and what a missing signature must not hold up. Keys of
    every case that both devices hold are replaced at once; who holds other cases of it does so at their next exchange.

    Raises:
        RefusedError: it is the device in use, or another member's and this role ends none.
    """
    session.require(Action.MEMBER_END if _owner(session, seat) != session.member else Action.OWN_DEVICE)
    warn = warn_list(session, seat)
    return Lost(carry_out(session, Change(ended=frozenset({seat})), progress=progress), warn)


def give_cases(session: Session, seat: SeatId, *, progress: Progress = lambda done, total: None) -> int:
    """Give all cases and sections that this device holds to a further device of the same member; return how many.

    Raises:
        RefusedError: the device is another member's, or this member's role gives no cases.
    """
    rule = session.require(Action.CASE_CREATE)
    session.require_sound_log(session.directory.compartment)
    if _owner(session, seat) != session.member:
        raise RefusedError(
            Message("this device is another member's"),
            next_step=Message("{grant_access} opens a case to other members.", grant_access=NextStep.GRANT_ACCESS),
        )
    given = 0
    held = [CompartmentId(compartment) for compartment in session.keyring.compartments()]
    for done, compartment in enumerate(held, 1):
        state = session.state_of(compartment)
        is_case = state is not None and state.kind in {CompartmentKind.CASE, CompartmentKind.SECTION}
        if is_case and session.directory.rights.may_grant(session.roles, CompartmentKind.CASE):
            with going_on(session, compartment, Code.DEVICE_WAITS):
                given += bool(sharing.add_seats(session, compartment, [seat], act="grant.add", rule=rule))
        progress(done, len(held))
    return given


def end_moved(session: Session, seat: SeatId, *, progress: Progress = lambda done, total: None) -> Outcome:
    """End a device of one's own after moving to this one: the last step of `device move`.

    Raises:
        RefusedError: it is another member's, or the one in use.
    """
    session.require(Action.OWN_DEVICE)
    if _owner(session, seat) != session.member:
        raise RefusedError(
            Message("this device is another member's"),
            next_step=Message("{revoke_device} revokes somebody else's device.", revoke_device=NextStep.REVOKE_DEVICE),
        )
    return carry_out(session, Change(ended=frozenset({seat})), progress=progress)


def warn_list(session: Session, seat: SeatId, *, progress: Progress = lambda done, total: None) -> WarnList:
    """Return the clients of every case that a device holds and this one too; that each was looked at is in the log."""
    readable, unread = cases_on(session, seat)
    found: list[ToWarn] = []
    for done, case in enumerate(readable, 1):
        if session.roles & ALLOWED[Action.CASE_READ]:
            found += _clients(cases.open_case(session, case, why=WHY_WARNED))
        else:
            unread += 1
        progress(done, len(readable))
    return WarnList(tuple(sorted(found, key=lambda row: (-_RISKS.index(row.risk), row.ref, row.name))), unread)


def warn_lines(warn: WarnList) -> list[Message]:
    """Return the list as lines of text for a person: names and safe channels, which is personal data."""
    return [line.words for line in warn_rows(warn)]


def warn_rows(warn: WarnList) -> list[WarnLine]:
    """Return the lines of `warn_lines`, each with whether it says what must not be used."""
    return [
        *([WarnLine(_IN_THIS_ORDER)] if len(warn.clients) > 1 else []),
        *(row for client in warn.clients for row in _client_rows(client)),
        *map(WarnLine, _last_lines(warn)),
    ]


def _client_rows(client: ToWarn) -> Iterator[WarnLine]:
    name = client.name or Message("no name kept")
    yield WarnLine(Message("{ref}  {name}  (risk: {risk})", ref=client.ref, name=name, risk=client.risk.value))
    barred, lines = _contact_lines(client)
    for line in barred:
        yield WarnLine(Message("    {line}", line=line), is_barred=True)
    for line in lines:
        yield WarnLine(Message("    {line}", line=line))


def _last_lines(warn: WarnList) -> list[Message]:
    lines: list[Message] = []
    if not warn.clients and not warn.unread:
        lines.append(Message("Among the cases that you can read, nobody is to be warned."))
    if warn.unread:
        more = plural(
            "{count} more case was on that device and is not yours: ask who holds it.",
            "{count} more cases were on that device and are not yours: ask who holds them.",
            count=warn.unread,
        )
        lines.append(more)
    return [*lines, _ASK_OTHERS]


def _contact_lines(person: ToWarn) -> tuple[list[Message], list[Message]]:
    """Return what must not be used, and what may."""
    contact = person.contact
    if contact is None:
        ways = [*person.phones, *person.emails]
        usable = [way for way in ways if not is_never_used(way, person.never_use)]
        known = Message("no safe contact is kept; known: {ways}", ways=listed(usable))
        barred = [Message("DO NOT CALL: {channels}", channels=listed([way])) for way in ways if way not in usable]
        return barred, [known if usable else Message("no contact is kept")]
    lines = [Message("{channel}: {address}", channel=contact.channel.value, address=contact.address)]
    lines += [Message("hours: {text}", text=contact.hours)] if contact.hours else []
    lines += [Message("say: {text}", text=contact.code_phrase)] if contact.code_phrase else []
    lines += [Message("may be told: {text}", text=contact.may_tell)] if contact.may_tell else []
    barred = [Message("DO NOT CALL: {channels}", channels=listed(contact.never_use))] if contact.never_use else []
    return barred, lines


def _clients(view: CaseView) -> list[ToWarn]:
    never_use = never_use_of(person.value for person in view.persons)
    persons: list[Person] = [person.value for person in view.persons if person.value.role is PersonRole.CLIENT]
    return [
        ToWarn(
            *(view.case, view.head.value.ref, view.head.value.risk),
            *(person.display_name(), person.safe_contact, person.phones),
            *(person.emails, never_use),
        )
        for person in persons
    ]


def cases_on(session: Session, seat: SeatId) -> tuple[list[CompartmentId], int]:
    """Return the cases of a device that this one may read too, and how many others there are.

    What was erased is no case any more; one that was lent and whose day has passed is one of the others.
    """
    index = up_to_date_index(session)
    with session.database.reading() as rows:
        given = {compartment for epoch in rows.epochs_granted_to(seat) for compartment in _cases_with(rows, epoch)}
    own = sorted(CompartmentId(compartment) for compartment in given if session.holds(CompartmentId(compartment)))
    hidden = [case for case in own if case in session.hidden]
    held = [case for case in own if case not in session.hidden and row_of(index, case) and _holds(session, case, seat)]
    return held, len(given) - len(own) + len(hidden)


def _cases_with(rows: Rows, epoch: bytes) -> set[bytes]:
    """Return the case that an epoch is of, by the notices: nothing else tells it of a case that is not held here."""
    holding = {row.compartment for row in rows.epochs_holding([epoch], at=_EPOCH_AT)}
    return {
        compartment
        for compartment in holding
        if any(
            notice.epoch == epoch and notice.kind is CompartmentKind.CASE for notice in notices_of(rows, compartment)
        )
    }


def _holds(session: Session, case: CompartmentId, seat: SeatId) -> bool:
    state = session.state_of(case)
    return state is not None and any(seat in epoch.granted for epoch in state.epochs.values())


def _owner(session: Session, seat: SeatId) -> MemberId:
    certificate = session.directory.effective.certificates.get(seat)
    if certificate is None:
        raise NotFoundError(Message("there is no such device, or it was already revoked"))
    return MemberId(certificate.member)


def _names(session: Session) -> dict[SeatId, str]:
    in_time = sorted(_called(session), key=lambda found: found[0].content.clock)
    return {device.seat: one_line(device.name) for _, device in in_time}


def _called(session: Session) -> list[tuple[OpenedVersion, DeviceName]]:
    return list(of_kind(read_valid(session, session.directory.compartment), DeviceName))
