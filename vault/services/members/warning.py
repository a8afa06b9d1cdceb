"""Whom to warn when a device is out of the organisation's hands: in which order, by which way, and by which never."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.contact import is_never_used, ways_in
from vault.casework.intake import Slip
from vault.casework.person import Person, SafeContact, never_use_of
from vault.casework.vocabulary import Channel, PersonRole, Risk
from vault.display import local_time
from vault.ids import CompartmentId, CompartmentKind, SeatId
from vault.index.case_pages import row_of
from vault.policy.roles import ALLOWED, Action
from vault.progress import Progress
from vault.records.epochs import given_to
from vault.services.cases import cases, intake, sections
from vault.services.cases.cases import CaseView
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.stored_records import Stored
from vault.words.codes import word_of
from vault.words.message import Message, listed, plural

WHY_WARNED = "emergency"

# What never came to the device in use is on no list that it makes.
_ASK_OTHERS = Message(
    "Other cases may have been on that device. Its member, and the members who share cases with them, know whom to"
    " warn: ask them."
)
_IN_THIS_ORDER = Message("Call in this order: the highest risk is first.")
_CALLS = Message("Calls whose slips are open:")
_RISKS = tuple(Risk)
_ROLES = tuple(PersonRole)


@dataclass(frozen=True, slots=True)
class ToWarn:
    """Somebody of a case that was on a lost device, how near the harm is, and how to reach them without any."""

    ref: str
    risk: Risk
    role: PersonRole
    name: str = field(repr=False)
    contact: SafeContact | None = field(repr=False)
    phones: tuple[str, ...] = field(repr=False)
    emails: tuple[str, ...] = field(repr=False)
    never_use: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CallToWarn:
    """An open call slip that was on a lost device, with a way to call back, and what of it must not be used."""

    slip: Slip = field(repr=False)
    usable: tuple[str, ...] = field(repr=False)
    barred: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class WarnList:
    """Whom to warn of a lost device, the highest risk first, as far as this member can read it.

    `others` are the people of the same cases who can be reached, relatives, interpreters and workers among them, and
    nobody who persecutes; `calls` are the open slips. `unread` cases of that device this member cannot read: who holds
    them makes the list for those.
    """

    clients: tuple[ToWarn, ...]
    unread: int
    others: tuple[ToWarn, ...] = ()
    calls: tuple[CallToWarn, ...] = ()

    @property
    def count(self) -> int:
        return len(self.clients) + len(self.others) + len(self.calls)


@dataclass(frozen=True, slots=True)
class WarnLine:
    """A line about whom to warn; `is_barred`: it says which way must not be used."""

    words: Message = field(repr=False)
    is_barred: bool = False


def warn_list(session: Session, seat: SeatId, *, progress: Progress = lambda done, total: None) -> WarnList:
    """Return whom to warn of every case that a device holds and this one too, and of the open calls on it.

    People of restricted sections that both hold are among them. That each place was looked at is in the log.
    """
    readable, unread = cases_on(session, seat)
    may_read = bool(session.roles & ALLOWED[Action.CASE_READ])
    restricted = _sections_on(session, seat) if may_read else {}
    found: list[ToWarn] = []
    for done, case in enumerate(readable, 1):
        if may_read:
            view = cases.open_case(session, case, why=WHY_WARNED)
            apart = [sections.open_section(session, section, why=WHY_WARNED) for section in restricted.get(case, ())]
            found += _people(view, [*view.persons, *(person for section in apart for person in section.persons)])
        else:
            unread += 1
        progress(done, len(readable))
    found.sort(key=_order)
    return WarnList(
        clients=tuple(person for person in found if person.role is PersonRole.CLIENT),
        unread=unread,
        others=tuple(person for person in found if person.role is not PersonRole.CLIENT),
        calls=tuple(_calls(session, seat)),
    )


def warn_lines(warn: WarnList) -> list[Message]:
    """Return the list as lines of text for a person: names and safe channels, which is personal data."""
    return [line.words for line in warn_rows(warn)]


def warn_rows(warn: WarnList) -> list[WarnLine]:
    """Return the lines of `warn_lines`, each with whether it says what must not be used."""
    return [
        *([WarnLine(_IN_THIS_ORDER)] if warn.count > 1 else []),
        *(row for person in sorted((*warn.clients, *warn.others), key=_order) for row in _person_rows(person)),
        *([WarnLine(_CALLS)] if warn.calls else []),
        *(row for call in warn.calls for row in _call_rows(call)),
        *map(WarnLine, _last_lines(warn)),
    ]


def _order(person: ToWarn) -> tuple[object, ...]:
    """The highest risk first; of a case its clients, then who belongs to them."""
    return -_RISKS.index(person.risk), person.ref, _ROLES.index(person.role), person.name


def _person_rows(person: ToWarn) -> Iterator[WarnLine]:
    name, risk = person.name or Message("no name kept"), word_of(person.risk)
    if person.role is PersonRole.CLIENT:
        yield WarnLine(Message("{ref}  {name}  (risk: {risk})", ref=person.ref, name=name, risk=risk))
    else:
        role = word_of(person.role)
        yield WarnLine(
            Message("{ref}  {name}  ({role}; risk: {risk})", ref=person.ref, name=name, role=role, risk=risk)
        )
    barred, lines = _contact_lines(person)
    if barred:
        yield WarnLine(Message("    DO NOT CALL: {channels}", channels=listed(barred)), is_barred=True)
    for line in lines:
        yield WarnLine(Message("    {line}", line=line))


def _call_rows(call: CallToWarn) -> Iterator[WarnLine]:
    slip = call.slip
    name = slip.name or Message("no name kept")
    yield WarnLine(Message("{when}  {name}", when=local_time(slip.received), name=name))
    if call.barred:
        yield WarnLine(Message("    DO NOT CALL: {channels}", channels=listed(call.barred)), is_barred=True)
    yield WarnLine(Message("    known: {ways}", ways=listed(call.usable)))
    if slip.when:
        yield WarnLine(Message("    when to call back: {text}", text=slip.when))
    if slip.language:
        yield WarnLine(Message("    language: {text}", text=slip.language))


def _last_lines(warn: WarnList) -> list[Message]:
    lines: list[Message] = []
    if not warn.count and not warn.unread:
        lines.append(Message("In the cases that you can read, there is nobody to warn."))
    if warn.unread:
        more = plural(
            "{count} more case was on that device and is not yours: ask who holds it.",
            "{count} more cases were on that device and are not yours: ask who holds them.",
            count=warn.unread,
        )
        lines.append(more)
    return [*lines, _ASK_OTHERS]


def _contact_lines(person: ToWarn) -> tuple[list[str], list[Message]]:
    """Return what must not be used, and what may: of a safe contact that way alone, else what is known."""
    contact = person.contact
    listed_by_case = [way for way in _known(person) if is_never_used(way, person.never_use)]
    barred = list(dict.fromkeys((*(() if contact is None else contact.never_use), *listed_by_case)))
    if contact is None or contact.channel is Channel.NOT_KNOWN:
        usable = _usable(person)
        known = Message("no safe contact is kept; known: {ways}", ways=listed(usable))
        return barred, [known if usable else Message("no contact is kept")]
    way = Message("{channel}: {address}", channel=word_of(contact.channel), address=contact.address)
    lines = [] if contact.address in listed_by_case else [way]
    lines += [Message("hours: {text}", text=contact.hours)] if contact.hours else []
    lines += [Message("say: {text}", text=contact.code_phrase)] if contact.code_phrase else []
    lines += [Message("may be told: {text}", text=contact.may_tell)] if contact.may_tell else []
    return barred, lines


def _known(person: ToWarn) -> list[str]:
    contact = person.contact
    if contact is None or contact.channel is Channel.NOT_KNOWN:
        return [*person.phones, *person.emails]
    return [contact.address] if contact.address else []


def _usable(person: ToWarn) -> list[str]:
    return [way for way in _known(person) if not is_never_used(way, person.never_use)]


def _sections_on(session: Session, seat: SeatId) -> dict[CompartmentId, list[CompartmentId]]:
    """Return the restricted sections that a device holds and this one may read too, by their case."""
    found: dict[CompartmentId, list[CompartmentId]] = {}
    for section, case, _ in sections.opened_sections(session):
        if _holds(session, section, seat):
            found.setdefault(case, []).append(section)
    return found


def _people(view: CaseView, persons: Sequence[Stored[Person]]) -> Iterator[ToWarn]:
    """Yield the clients, and who else can be reached: nobody who may be behind what happened."""
    never_use = never_use_of(person.value for person in persons)
    for stored in persons:
        person: Person = stored.value
        found = ToWarn(
            *(view.head.value.ref, view.head.value.risk, person.role),
            *(person.display_name(), person.safe_contact, person.phones),
            *(person.emails, never_use),
        )
        if person.role is PersonRole.CLIENT or (person.role is not PersonRole.PERSECUTOR and _is_reachable(found)):
            yield found


def _is_reachable(person: ToWarn) -> bool:
    """Say whether a way is known that may be used. One who is met, or spoken to by somebody, needs no address."""
    contact = person.contact
    is_met = contact is not None and contact.channel in {Channel.IN_PERSON, Channel.THROUGH_SOMEONE}
    return bool(_usable(person)) or (is_met and not _known(person))


def _calls(session: Session, seat: SeatId) -> Iterator[CallToWarn]:
    """Yield the open slips with a way to call back, if the device holds the place where calls are kept."""
    homes = held_of_kind(session, CompartmentKind.INTAKE)
    if not session.roles & ALLOWED[Action.INTAKE_READ] or not any(_holds(session, home, seat) for home in homes):
        return
    for line in intake.list_open(session):
        slip, barred = line.said, line.do_not_call
        ways = {**({slip.number: None} if slip.number.strip() else {}), **ways_in(f"{slip.name}\n{slip.text}")}
        usable = tuple(way for way in ways if way not in barred)
        if usable:
            yield CallToWarn(slip, usable, barred)


def cases_on(session: Session, seat: SeatId) -> tuple[list[CompartmentId], int]:
    """Return the cases of a device that this one may read too, and how many others there are.

    What was erased is no case any more; one that was lent and whose day has passed is one of the others.
    """
    index = up_to_date_index(session)
    with session.database.reading() as rows:
        # Nothing but a notice tells of what kind a place is that is not held here.
        given = given_to(rows, [seat], CompartmentKind.CASE)
    own = sorted(filter(session.holds, given))
    hidden = [case for case in own if case in session.hidden]
    held = [case for case in own if case not in session.hidden and row_of(index, case) and _holds(session, case, seat)]
    return held, len(given) - len(own) + len(hidden)


def _holds(session: Session, case: CompartmentId, seat: SeatId) -> bool:
    state = session.state_of(case)
    return state is not None and session.directory.organisation.members.get(seat) in state.members
