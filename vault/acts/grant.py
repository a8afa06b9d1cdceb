"""Who can open a case or a section: made, given to a member and taken from one; in an emergency, opened for days."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from vault.acts.act import (
    CASE,
    IN_CASE,
    Act,
    Agreed,
    Ask,
    Begun,
    BySecond,
    Field,
    Plan,
    Said,
    Shape,
    Told,
    Waits,
    by_name,
    of_case,
    one,
)
from vault.ids import short_id
from vault.words.codes import word_of, words_of
from vault.words.message import Message, joined
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId, MemberId
    from vault.progress import Progress, Working
    from vault.services.approvals.breaking_glass import Glass
    from vault.services.approvals.moving import Moving
    from vault.services.cases.editing import Place

# ---- given --------------------------------------------------------------------------------------------------------


def _to_whom(field: str, session: Session, said: Said) -> Begun:
    from vault.services.cases import cases
    from vault.services.grants import sharing
    from vault.services.projection.authors import names_of_members

    case, names = cases.find(session, said["case"][0]), names_of_members(session)
    may = sharing.readers(session) - sharing.holders_of(session, case).members
    nobody = Message("Nobody else to give it to: all who have a device and a role that opens cases hold it already.")
    return Begun(choices={field: by_name(names, may)}, line="" if may else nobody)


class _Gift(NamedTuple):
    """What is given to whom."""

    home: CompartmentId
    member: MemberId
    said: Said


def _what_is_given(session: Session, said: Said) -> Plan[_Gift]:
    from vault.services.cases import cases
    from vault.services.grants import sharing, timed_grants
    from vault.services.projection import authors

    until_ms = timed_grants.end_of_day(day) if (day := one(said, "until")) else None
    case, member = cases.find(session, said["case"][0]), authors.find_member(session, one(said, "to") or "")
    sharing.require_gift(session, case, [member], rank=sharing.RANKS[one(said, "rank") or "member"], until_ms=until_ms)
    return Plan(_Gift(case, member, said))


def _give(session: Session, plan: Plan[_Gift], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.grants import sharing, timed_grants

    case, member, said = plan.of
    until_ms = timed_grants.end_of_day(day) if (day := one(said, "until")) else None
    rank = sharing.RANKS[one(said, "rank") or "member"]
    timed_grants.give(session, case, [member], until_ms=until_ms, why=one(said, "reason") or "colleague", rank=rank)
    name, last = _name(session, member), None if until_ms is None else timed_grants.last_day(until_ms)
    done = Message("The case is open to {name}.", name=name)
    if last is not None:
        done = Message("The case is open to {name} until {day}. What is written later is not.", name=name, day=last)
    return _told_of_gift(session, done, member, {"case": case.hex(), "member": member.hex(), "until": last})


def _told_of_gift(session: Session, done: Message, member: MemberId, data: dict[str, object]) -> Told:
    from vault.services.members import admissions

    come = Message(
        "It reaches another device with your next bundle: {make_bundle}. On this device they have it now.",
        make_bundle=NextStep.MAKE_BUNDLE,
    )
    return Told((done, come, *admissions.said_of_devices(session, member)), data)


def _name(session: Session, member: MemberId) -> str:
    from vault.services.projection import authors

    return authors.name_in(authors.names_of_members(session), member)


def _to_whom_of_case(session: Session, said: Said) -> Begun:
    from vault.services.cases import sections
    from vault.services.grants import sharing
    from vault.services.projection.authors import names_of_members

    section, names = sections.find(session, said["section"][0]), names_of_members(session)
    state, held = session.state_of(section), sharing.holders_of(session, section).members
    within = None if state is None else state.within
    may = frozenset() if within is None else sharing.holders_of(session, within).members - held
    nobody = Message("Everybody who holds the case opens this section already. Grant the case to others first.")
    return Begun(choices={"to": by_name(names, may)}, line="" if may else nobody)


def _which_section(member: str, session: Session, said: Said) -> Plan[_Gift]:
    from vault.services.cases import sections
    from vault.services.projection import authors

    found = authors.find_member(session, one(said, member) or "", also_left=member == "from_member")
    return Plan(_Gift(sections.find(session, said["section"][0]), found, said))


def _give_section(session: Session, plan: Plan[_Gift], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import sections

    section, member, _ = plan.of
    sections.give(session, section, [member])
    done = Message("The section is open to {name}.", name=_name(session, member))
    return _told_of_gift(session, done, member, {"section": section.hex(), "member": member.hex()})


# ---- taken --------------------------------------------------------------------------------------------------------


def _which_case(session: Session, said: Said) -> Plan[_Gift]:
    from vault.services.cases import cases
    from vault.services.projection import authors

    member = authors.find_member(session, one(said, "from_member") or "", also_left=True)
    ask = Message("Revoke the case from {name}?", name=_name(session, member))
    return _asked(_Gift(cases.find(session, said["case"][0]), member, said), ask)


def _which_section_is_taken(session: Session, said: Said) -> Plan[_Gift]:
    gift = _which_section("from_member", session, said).of
    return _asked(gift, Message("Revoke the section from {name}?", name=_name(session, gift.member)))


def _asked(gift: _Gift, question: Message) -> Plan[_Gift]:
    from vault.services.grants.sharing import WHAT_MAY_BE_KEPT

    sure = Ask(
        "take",
        question,
        yes=Message("Revoke"),
        no=Message("Leave it"),
        told=(WHAT_MAY_BE_KEPT,),
        is_for_screens=True,
    )
    return Plan(gift, asks=(sure,))


def _take(what: str, session: Session, plan: Plan[_Gift], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.grants import sharing

    home, member, _ = plan.of
    sharing.revoke(session, home, [member])
    done = Message("The case is taken from {name}.", name=_name(session, member))
    if what == "section":
        done = Message("The section is taken from {name}.", name=_name(session, member))
    return Told((done, sharing.WHAT_MAY_BE_KEPT), {what: home.hex(), "member": member.hex()})


_SECTION: Final = Field(
    "section", Message("Section"), Shape.RECORDS, Message("its id, or its beginning"), form="SECTION"
)
_TO: Final = Field("to", Message("To"), Shape.MEMBER, Message("the member's name or id"), is_required=True)
_FROM: Final = Field("from_member", Message("From"), Shape.MEMBER, Message("who loses it"), is_required=True)
GIVE: Final = Act(
    "grant add",
    Message("let a member open a case"),
    Message("Give the case"),
    Message("give it"),
    (
        CASE,
        _TO,
        Field("until", Message("Last day"), Shape.DAY, Message("the last day (YYYY-MM-DD); without it, no end"),
              hint=Message("empty: no end")),
        Field("reason", Message("Why"), Shape.WORD, Message("kept in the log"), first="colleague",
              words=("colleague", "deputy", "supervision", "legal-referral", "field", "handover")),
        Field("rank", Message("As"), Shape.WORD, first="member", words=("member", "lead", "keeper"),
              help=Message("what they may do there: a lead or a keeper puts out who stands below")),
    ),
    look=_what_is_given,
    run=_give,
    doing=Message("Giving the case"),
    nothing=Message("nothing is given"),
    begin=partial(_to_whom, "to"),
    about=Message(
        "They can open everything in this case, also what was written before, but not its restricted sections. With a"
        " last day it ends by itself: nothing that is written later opens for them. A lead or a keeper can take the"
        " case from those who stand below."
    ),
)  # fmt: skip
TAKE: Final = Act(
    "grant revoke",
    Message("take a case from a member"),
    Message("Take the case"),
    Message("revoke"),
    (CASE, _FROM),
    look=_which_case,
    run=partial(_take, "case"),
    doing=Message("Taking the case"),
    nothing=Message("nothing is taken"),
)
GIVE_SECTION: Final = Act(
    "section grant",
    Message("let a member who holds the case open a section"),
    Message("Give the section"),
    Message("give it"),
    (_SECTION, _TO),
    look=partial(_which_section, "to"),
    run=_give_section,
    doing=Message("Giving the section"),
    nothing=Message("nothing is given"),
    begin=_to_whom_of_case,
)
TAKE_SECTION: Final = Act(
    "section revoke",
    Message("take a section from a member"),
    Message("Take the section"),
    Message("revoke"),
    (_SECTION, _FROM),
    look=_which_section_is_taken,
    run=partial(_take, "section"),
    doing=Message("Taking the section"),
    nothing=Message("nothing is taken"),
)

# ---- a new section ------------------------------------------------------------------------------------------------


def _who_else(session: Session, said: Said) -> Begun:
    from vault.services.cases import cases
    from vault.services.grants import sharing
    from vault.services.projection.authors import names_of_members

    others = sharing.holders_of(session, cases.find(session, said["case"][0])).members - {session.member}
    nobody = Message("Nobody else holds this case: only you and the sheets will open the section.")
    choices = {"to": by_name(names_of_members(session), others), "kind": _KINDS}
    return Begun(choices=choices, line="" if others else nobody)


def _what_is_made(session: Session, said: Said) -> Plan[tuple[CompartmentId, list[MemberId], Said]]:
    from vault.services.cases import cases
    from vault.services.projection import authors

    members = [authors.find_member(session, each) for each in said.get("to", ())]
    return Plan((cases.find(session, said["case"][0]), members, said))


def _make(
    session: Session, plan: Plan[tuple[CompartmentId, list[MemberId], Said]], _agreed: Agreed, _progress: Progress
) -> Told:
    from vault.services.cases import sections

    case, members, said = plan.of
    made = sections.create(session, case, what=said["kind"][0], title=said["title"][0], members=members)
    done = Message("The section is saved: you can open it.")
    if members:
        names = ", ".join(_name(session, member) for member in members)
        done = Message("The section is saved: you can open it, and so can: {names}.", names=names)
    return Told((done, Message("id {id}", id=short_id(made))), {"section": made.hex(), "case": case.hex()})


_KINDS: Final = (
    ("location", Message("location: where somebody is")),
    ("health", Message("health: how somebody is")),
    ("sources", Message("sources: who told us")),
    ("other", word_of("other")),
)
NEW_SECTION: Final = Act(
    "section new",
    Message("make a restricted section of a case"),
    Message("New section"),
    Message("make it"),
    (
        CASE,
        Field("title", Message("Title"), Shape.LINE, question=Message("Title of the section"),
              hint=Message("for those who open it"), is_required=True),
        Field("kind", Message("Kind"), Shape.WORD, Message("what the section is about"),
              words=tuple(code for code, _ in _KINDS), is_required=True),
        Field("to", Message("Opens for"), Shape.MEMBER, form="[--to MEMBER ...]",
              help=Message("who else can open it (repeat for more members)")),
    ),
    look=_what_is_made,
    run=_make,
    doing=Message("Making the section"),
    nothing=Message("no section is made"),
    begin=_who_else,
    about=Message(
        "A new section is empty: nothing of the case moves into it by itself. If there are recovery sheets, they open"
        " it too. Nobody else who holds the case learns that it exists. Space marks who else opens it."
    ),
)  # fmt: skip

# ---- moved into a section -----------------------------------------------------------------------------------------


def _into_which(session: Session, said: Said) -> Begun:
    from vault.services.cases import sections

    held = sections.list_of(session, _place(session, said).case)
    choices = tuple(
        (each.section.hex(), Message("{what}: {title}", what=word_of(each.what.value), title=each.title))
        for each in held
    )
    none = Message("You hold no section of this case. Make one first.")
    return Begun(choices={"to": choices}, line="" if held else none)


def _place(session: Session, said: Said) -> Place:
    from vault.services.approvals import moving
    from vault.services.cases import editing

    return editing.locate(session, said["record"][0], moving.MOVED_KINDS, case=of_case(session, said))


def _what_moves(session: Session, said: Said) -> Plan[Moving]:
    from vault.services.approvals import moving
    from vault.services.cases import sections

    place = _place(session, said)
    asked = moving.ask(session, place, sections.find_in(session, place.case, one(said, "to") or ""))
    names = joined(asked.taken_from, ", ")
    sure = Ask(
        "move",
        Message("Move it into the section?"),
        yes=Message("Move it"),
        no=Message("Leave it"),
        warned=(
            Message("This moves into the section: {kinds}.", kinds=words_of(asked.going.kinds.elements())),
            *([Message("These members could read it, and may have kept it: {names}.", names=names)] if names else []),
        ),
        told=(
            Message(
                "It is erased in the case. Its newest version moves, and you are its author there. A person who moves"
                " loses the name in the relations of the case. On the devices of others it goes 72 hours after they"
                " import your bundle. Backups and packages made before keep it, and so do records of exports."
            ),
        ),
        word="move",
    )
    return Plan(asked, mark=asked.going.versions, asks=(sure,))


def _move(session: Session, plan: Plan[Moving], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.approvals import moving

    records = moving.move(session, plan.of).records
    return Told(
        (
            Message("It is in the section, and erased in the case."),
            Message("id {id}", id=short_id(records[0])),
        ),
        {"section": plan.of.section.hex(), "records": [record.hex() for record in records]},
    )


MOVE: Final = Act(
    "section move",
    Message("move a note, a person or a paper of the case into a section: erased in the case"),
    Message("Move into a section"),
    Message("move it"),
    (
        Field("record", Message("Record"), Shape.RECORDS, form="ID",
              help=Message("the id of the note, person or paper, or its beginning")),
        IN_CASE,
        Field("to", Message("Section"), Shape.WORD, Message("the section of the same case"), form="--to SECTION",
              is_required=True),
    ),
    look=_what_moves,
    run=_move,
    doing=Message("Moving it into the section"),
    nothing=Message("nothing is moved"),
    begin=_into_which,
    asks_yes=True,
)  # fmt: skip

# ---- in an emergency ----------------------------------------------------------------------------------------------


def _what_opens(session: Session, said: Said) -> Plan[Glass]:
    from vault.services.approvals import breaking_glass, second_person
    from vault.services.cases import cases
    from vault.services.grants import timed_grants
    from vault.services.projection import authors
    from vault.services.projection.places import name_of

    case, member = cases.find(session, said["case"][0]), authors.find_member(session, one(said, "for") or "")
    until, why = one(said, "until") or "", one(said, "reason") or ""
    glass = breaking_glass.ready(session, case, member, until_ms=timed_grants.end_of_day(until), why=why)
    beside = frozenset({member})
    question = Message(
        "Open {case} to {name} until {day}?",
        case=name_of(session, case),
        name=authors.name_in(authors.names_of_members(session), member),
        day=until,
    )
    sure = Ask(
        "open",
        question,
        yes=Message("Open it to them"),
        no=Message("Leave it closed"),
        told=(Message("The log keeps it, even if the case is revoked later."),),
        is_for_screens=True,
    )
    needs_second = second_person.rule_of(session, beside=beside) == second_person.TWO_PERSON
    return Plan(glass, mark=glass, asks=(sure,), needs_second=needs_second, beside=beside)


def _open(session: Session, plan: Plan[Glass], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.approvals import breaking_glass
    from vault.services.grants.timed_grants import last_day

    glass = plan.of
    broken = breaking_glass.break_glass(
        session, glass.case, glass.member, until_ms=glass.until_ms, why=glass.why, second=agreed.second
    )
    data = {
        "case": broken.case.hex(),
        "member": broken.member.hex(),
        "until": last_day(broken.until_ms),
        "release": broken.rule,
    }
    return Told(breaking_glass.said_of(session, broken), data)


def _ask(session: Session, plan: Plan[Glass], agreed: Agreed, _working: Working) -> Waits:
    from vault.services.approvals import breaking_glass

    glass = plan.of
    return Waits(
        breaking_glass.ask(
            session,
            glass.case,
            glass.member,
            until_ms=glass.until_ms,
            why=glass.why,
            approver=agreed.ask_whom,
            out=agreed.ask_into or Path(),
        )
    )


BREAK_GLASS: Final = Act(
    "break-glass",
    Message("in an emergency, open a case for some days to a member without a grant"),
    Message("Break glass"),
    Message("open it"),
    (
        CASE,
        Field("for", Message("Open to"), Shape.MEMBER, Message("who can open it"), is_required=True),
        Field(
            "until",
            Message("Last day"),
            Shape.DAY,
            Message("the last day, within 14 days"),
            hint=Message("e.g. +3"),
            is_required=True,
        ),
        Field(
            "reason",
            Message("Reason"),
            Shape.WORD,
            Message("the reason kept in the log"),
            form="[--reason CODE]",
            words=(
                *("emergency", "casework", "legal-referral", "supervision", "subject-request", "handover", "deputy"),
            ),
            first="emergency",
        ),
    ),
    look=_what_opens,
    run=_open,
    doing=Message("Opening the case"),
    nothing=Message("the case stays closed to them"),
    begin=partial(_to_whom, "for"),
    second=BySecond(Message("where anybody else can"), _ask, Message("Nothing is opened yet.")),
    about=Message(
        "For an emergency. They can open the case from their next bundle or unlock on. Everybody else who holds it is"
        " told at each unlock, for as long as it lasts, and the log keeps it."
    ),
)
ACTS: Final = (GIVE, TAKE, NEW_SECTION, GIVE_SECTION, TAKE_SECTION, MOVE, BREAK_GLASS)
