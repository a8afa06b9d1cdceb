"""Who opens a member's cases after them: deputies, handovers, and what only one member can open."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vault.access.session import Session
from vault.casework.case import Case, GrantReason
from vault.casework.organisation_records import Deputy, Order
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.ids import CompartmentId, CompartmentKind, MemberId, RecordId, VersionId
from vault.index.case_pages import cases_of_owner, row_of
from vault.index.heads import heads_in, heads_of
from vault.policy.roles import ALLOWED, Action
from vault.progress import Progress
from vault.records.epochs import given_to
from vault.records.versions import OpenedVersion, to_fields
from vault.records.work import Entry
from vault.seal.named import deputy_record
from vault.services.grants import sharing, timed_grants
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.places import going_on
from vault.services.projection.projection import audit_of, read_valid, up_to_date_index
from vault.services.projection.seats import members_of_logs, seats_of
from vault.services.projection.stored_records import Stored, read_heads, read_versions, stored_of_kind
from vault.words.finding import Code
from vault.words.message import Message, listed, plural
from vault.words.next_step import NextStep

# What only one member can open: nobody hands it over once that member is ended, and no order does.


@dataclass(frozen=True, slots=True)
class OnlyTheirs:
    """The cases that one member alone can open, as far as this device knows: by reference, and how many in all.

    `with_sheets` of them the recovery sheets open too.
    """

    references: tuple[str, ...]
    count: int
    with_sheets: int


def only_theirs(session: Session, member: MemberId) -> OnlyTheirs:
    """Return which cases nobody but this member can open. Of cases whose keys never came here nothing is known."""
    session.require(Action.MEMBER_LIST)
    index = up_to_date_index(session)
    references: list[str] = []
    count = with_sheets = 0
    with session.database.reading() as rows:
        given = given_to(rows, seats_of(session, [member]), CompartmentKind.CASE)
    for case, state in session.states_of(sorted(given)).items():
        row = row_of(index, case)
        is_erased = row is None and session.holds(case)
        if state is None or is_erased:
            continue
        if sharing.members_in(session, state) == {member}:
            count += 1
            with_sheets += state.with_recovery
            references += [] if row is None else [row.ref]
    return OnlyTheirs(tuple(sorted(references)), count, with_sheets)


def said_before_end(session: Session, member: MemberId) -> Message | None:
    """Return what to hear before a member is ended whose cases nobody else can open; None where there is no such."""
    found = only_theirs(session, member)
    if not found.count:
        return None
    return plural(
        "{count} case is open to {name} alone{which}. Once they are out, {who} can open it. First let them give it to"
        " somebody: {grant_access}.",
        "{count} cases are open to {name} alone{which}. Once they are out, {who} can open them. First let them give"
        " them to somebody: {grant_access}.",
        count=found.count,
        name=name_in(names_of_members(session), member),
        which=Message(" ({references})", references=listed(found.references)) if found.references else "",
        who=Message("only the recovery sheets") if found.with_sheets == found.count else Message("nobody"),
        grant_access=NextStep.GRANT_ACCESS,
    )


# Who opens a member's cases when the member cannot: named by an admin, kept in the directory, no word of any case.
@dataclass(frozen=True, slots=True)
class NamedDeputy:
    """Who is the deputy of a member, None after one was taken away; `by` is whose log lists it, `version` where."""

    member: MemberId
    deputy: MemberId | None
    by: MemberId
    version: VersionId


def set_deputy(session: Session, member: MemberId, deputy: MemberId | None) -> None:
    """Name who stands in for a member from now on, or nobody. Cases that stand already are not granted by this.

    Raises:
        UsageError: the deputy is the member, or who names them, or has no role that shares cases.
    """
    rule = session.require(Action.DEPUTY_SET)
    value = Deputy(member, deputy)
    if deputy == session.member:
        raise UsageError(
            Message("members cannot name themselves as a deputy"), next_step=Message("Ask another admin to name you.")
        )
    if deputy is not None and not session.directory.roles_of(deputy) & ALLOWED[Action.CASE_SHARE]:
        raise UsageError(
            Message("a deputy opens cases and hands them over: this member's role does not allow that"),
            next_step=Message("Name a caseworker or a supervisor."),
        )
    record, home = RecordId(deputy_record(member)), session.directory.compartment
    parents = [VersionId(head) for head in heads_of(up_to_date_index(session), home, record, Deputy.KIND)]
    with session.work(home) as work:
        work.keep(home, value, record, parents)
        work.commit(Entry(act="config.change", covers={Deputy.KIND: 1}, pol=rule))


def deputies(session: Session) -> dict[MemberId, MemberId]:
    """Return who stands in for whom, of members and deputies who are in now."""
    session.require(Action.MEMBER_LIST)
    named = _named(session, read_valid(session, session.directory.compartment))
    stands = session.directory.members
    return {naming.member: naming.deputy for naming in named if naming.deputy is not None and naming.deputy in stands}


def deputy_of(session: Session, member: MemberId) -> MemberId | None:
    named = naming_of(session, member)
    is_in = named is not None and named.deputy in session.directory.members
    return named.deputy if named is not None and is_in else None


def naming_of(session: Session, member: MemberId) -> NamedDeputy | None:
    """Return who named whom as the deputy of a member, whether or not these are in; None where nobody did."""
    session.require(Action.MEMBER_LIST)
    record, home = RecordId(deputy_record(member)), session.directory.compartment
    heads = frozenset(VersionId(head) for head in heads_of(up_to_date_index(session), home, record, Deputy.KIND))
    if not heads:
        return None
    named = _named(session, read_versions(session, home, record, heads))
    return next((naming for naming in named if naming.member == member), None)


def _named(session: Session, versions: list[OpenedVersion]) -> list[NamedDeputy]:
    """Return the namings that are valid: nobody names themself, whatever their program lets them (FORMAT.md 4)."""
    of_kind = [version for version in versions if version.content.kind == Deputy.KIND]
    authors = members_of_logs(session, (version.origin for version in of_kind))
    by_others = [
        version
        for version in of_kind
        if authors.get(version.origin) not in {None, version.content.fields.get("deputy")}
    ]
    return [
        NamedDeputy(
            MemberId(deputy.value.member),
            None if deputy.value.deputy is None else MemberId(deputy.value.deputy),
            authors[deputy.origin],
            deputy.version,
        )
        for deputy in stored_of_kind(by_others, Deputy)
        if deputy.origin is not None and deputy.record == deputy_record(deputy.value.member)
    ]


# A leaver's cases go to somebody else: ordered by someone who cannot read them, carried out by who can.
@dataclass(frozen=True, slots=True)
class CarriedOut:
    """What a seat did for one order: how many cases went over. Which cases others hold, it cannot know.

    `pending`: how many wait for a person, because the leaver is still in.
    """

    order: RecordId
    leaver: MemberId
    successor: MemberId
    cases: int
    pending: int = 0


def order_handover(session: Session, leaver: MemberId, successor: MemberId, *, reason: str) -> RecordId:
    """Order that a leaver's cases go to a successor. Needs no case; the deputy's seat carries it out.

    Raises:
        UsageError: the successor is the leaver, or who orders it, or who named the leaver's deputy, or may not work on
            cases.
    """
    rule = session.require(Action.HANDOVER_ORDER)
    value = Order(leaver=leaver, successor=successor, made_by=session.member, reason=reason)
    if not session.directory.roles_of(successor) & ALLOWED[Action.CASE_WRITE]:
        raise UsageError(
            Message("the successor has no role that works on cases"),
            next_step=Message("Name a caseworker or a supervisor."),
        )
    if successor == session.member:
        raise UsageError(
            Message("members cannot order a handover to themselves"),
            next_step=Message("Ask another admin to order it, or the deputy to grant you the cases."),
        )
    if _named_the_deputy(session, successor, leaver):
        raise UsageError(
            Message("the successor named the deputy who would carry this out"),
            next_step=Message("Name another successor, or name the deputy yourself first."),
        )
    home = session.directory.compartment
    with session.work(home) as work:
        record = work.keep(home, value)
        work.commit(Entry(act="config.change", why="handover", covers={Order.KIND: 1}, pol=rule))
    return record


def handover_orders(session: Session) -> list[Stored[Order]]:
    """Return the orders that are valid in the directory, oldest first.

    Nobody orders cases to themself, and nobody gets them from a deputy of their own choice (FORMAT.md 4).
    """
    session.require(Action.MEMBER_LIST)
    versions = [
        version for version in read_valid(session, session.directory.compartment) if version.content.kind == Order.KIND
    ]
    authors = members_of_logs(session, (version.origin for version in versions))
    by_others = [
        version
        for version in versions
        if authors.get(version.origin) not in {None, version.content.fields.get("successor")}
    ]
    return [
        stored
        for stored in stored_of_kind(by_others, Order)
        if not _named_the_deputy(session, MemberId(stored.value.successor), MemberId(stored.value.leaver))
    ]


def _named_the_deputy(session: Session, member: MemberId, leaver: MemberId) -> bool:
    named = naming_of(session, leaver)
    return named is not None and named.deputy is not None and named.by == member


def carry_out_handovers(
    session: Session, *, as_deputy_only: bool = False, progress: Progress = lambda done, total: None
) -> list[CarriedOut]:
    """Hand over every case held here whose owner is the leaver of an order: grant, then write the new owner.

    Doing it twice, or on two devices, changes nothing more. The newest order for a leaver counts.

    With `as_deputy_only` only cases whose deputy this member is, and of those who left alone: no order of one admin,
    who reads nothing, opens the cases of somebody who is still in unless a person does it.

    Raises:
        RefusedError: this member's role shares no cases.
    """
    if not session.roles & ALLOWED[Action.CASE_SHARE]:
        raise RefusedError(
            Message("your role cannot hand over cases"), next_step=Message("The deputy's device does it.")
        )
    newest = {MemberId(stored.value.leaver): stored for stored in handover_orders(session)}
    work = [(stored, _cases_to_hand_over(session, stored, as_deputy_only=as_deputy_only)) for stored in newest.values()]
    results = []
    if as_deputy_only:
        still_in = [pair for pair in work if MemberId(pair[0].value.leaver) in session.directory.members]
        work = [pair for pair in work if pair not in still_in]
        results = [_result(stored, pending=len(found)) for stored, found in still_in if found]
    total, done = sum(len(found) for _, found in work), 0
    for stored, found in work:
        handed_over = 0
        for case in found:
            with going_on(session, case, Code.HANDOVER_WAITS):
                _hand_over(session, case, MemberId(stored.value.successor))
                handed_over += 1
            done += 1
            progress(done, total)
        if handed_over:
            results.append(_result(stored, cases=handed_over))
    return results


def who_carries_out(session: Session, leaver: MemberId) -> tuple[Message, ...]:
    """Return who will carry out an order on a member's cases, or that nobody can, and what gives the cases now."""
    session.require(Action.MEMBER_LIST)
    names = names_of_members(session)
    name, deputy = name_in(names, leaver), deputy_of(session, leaver)
    lines: list[Message] = []
    if deputy is None:
        lines.append(
            Message(
                "{name} has no deputy: nobody's device carries it out by itself. Who has their cases does it:"
                " {carry_out}.",
                name=name,
                carry_out=NextStep.CARRY_OUT_HANDOVER,
            )
        )
    else:
        lines.append(
            Message(
                "The device of {deputy}, the deputy, carries it out once {name} has left, when it is next opened."
                " Until then it asks {deputy}.",
                deputy=name_in(names, deputy),
                name=name,
            )
        )
    alone = said_before_end(session, leaver)
    return (*lines, *([] if alone is None else [alone]))


def nothing_to_do(session: Session) -> Message:
    """Return what to say where nothing was handed over: nobody carries out an order on their own cases."""
    if any(stored.value.leaver == session.member for stored in handover_orders(session)):
        return Message(
            "Nothing was handed over: the order is about your own cases, and you do not carry it out. Give each case to"
            " its new owner: {grant_access}.",
            grant_access=NextStep.GRANT_ACCESS,
        )
    return Message("You hold no case that is pending handover.")


def _result(stored: Stored[Order], *, cases: int = 0, pending: int = 0) -> CarriedOut:
    value = stored.value
    return CarriedOut(stored.record, MemberId(value.leaver), MemberId(value.successor), cases, pending)


def _cases_to_hand_over(session: Session, stored: Stored[Order], *, as_deputy_only: bool) -> list[CompartmentId]:
    leaver, successor = MemberId(stored.value.leaver), MemberId(stored.value.successor)
    if leaver == session.member or successor not in session.directory.members:
        return []
    stands_in = deputy_of(session, leaver) == session.member
    found = []
    for place in cases_of_owner(up_to_date_index(session), leaver):
        case = CompartmentId(place)
        if not session.holds(case) or case in session.hidden:
            continue
        if not as_deputy_only or stands_in or _head(session, case).value.deputy == session.member:
            found.append(case)
    return found


def _hand_over(session: Session, case: CompartmentId, successor: MemberId) -> None:
    rule = session.require(Action.CASE_SHARE, case)
    session.require_sound_log(case)
    if successor not in sharing.holders_of(session, case).members:
        own = sharing.ranks_of(session, case)[session.member]
        timed_grants.give(session, case, [successor], why=GrantReason.HANDOVER, rank=own)
    head = _head(session, case)
    deputy = head.value.deputy if head.value.deputy != successor else None
    if deputy is None and session.member != successor:
        deputy = session.member
    changed = replace(head.value, owner=successor, deputy=deputy, alone_reason=None)
    audit = audit_of(session, case)
    with session.work(case) as work:
        work.write(case, head.record, Case.KIND, to_fields(changed, known=head.fields), head.versions)
        work.commit(Entry(act="case.edit", why="handover", obj=audit, covers={Case.KIND: 1}, pol=rule))


@dataclass(frozen=True, slots=True)
class _Head:
    """The head of a case with what an edit keeps, the fields that this program does not know, and what it replaces."""

    record: RecordId
    value: Case
    fields: dict[str, object]
    versions: tuple[VersionId, ...]


def _head(session: Session, case: CompartmentId) -> _Head:
    heads = [head for head in heads_in(up_to_date_index(session), case) if head.kind == Case.KIND]
    opened = read_heads(session, case, frozenset(VersionId(head.version) for head in heads))
    found = stored_of_kind(opened, Case)
    if not found:
        raise NotFoundError(Message("case {case} has no valid record of itself", case=case.hex()))
    newest = found[-1]
    same = [version for version in opened if version.record == newest.record]
    fields = {name: part for version in same for name, part in version.content.fields.items()}
    return _Head(newest.record, newest.value, fields, tuple(sorted(version.id for version in same)))
