"""Calls: slips are kept, corrected, moved into a case and closed; a person is entered in the register."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, one
from vault.acts.case import ANYWAY, CASE_KINDS, known_already, told_of_change
from vault.casework.vocabulary import PersonRole
from vault.words.codes import word_of
from vault.words.message import Message, enumerated

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId, RecordId
    from vault.progress import Progress
    from vault.services.cases.writing_down import Known, StandsHereError

CLOSED: Final = (
    Message("The slip is closed."),
    Message(
        "In ten minutes or later, when a member who takes calls next uses this vault, the slip itself is erased on"
        " this device; what was moved into a case stays. Older backups keep it."
    ),
)
"""What becomes of a slip that ended."""


_HEARD: Final = ("name", "number", "language", "text", "when")

# ---- kept and corrected -------------------------------------------------------------------------------------------


def _keep(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.ids import short_id
    from vault.services.cases import case_people, intake

    heard = {name: one(plan.of, name) or "" for name in _HEARD}
    slip = intake.add(session, call_back="call_back" in plan.of or bool(heard["when"]), **heard)
    (unsafe,) = case_people.never_used_in_calls(session, [(heard["number"], heard["text"])])
    barred = (
        Message("DO NOT CALL  {number}: a case that you can open has it on a never-use list.", number=number)
        for number in unsafe
    )
    lines = (Message("The slip is saved."), Message("id {id}", id=short_id(slip)), *barred)
    return Told(lines, {"slip": slip.hex(), "do_not_call": bool(unsafe)})


def _what_it_says(session: Session, said: Said) -> Begun:
    from vault.services.cases import intake

    slip = intake.find(session, said["slip"][0])
    return Begun({name: getattr(slip, name) for name in _HEARD})


def _which(session: Session, said: Said) -> Plan[Said]:
    from vault.services.cases import intake

    intake.require_open(session, said["slip"][0])
    return Plan(said)


def _correct(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import intake

    said = plan.of
    heard = {name: said[name][0] for name in _HEARD if name in said}
    call_back = True if "call_back" in said or heard.get("when") else None
    if "no_call_back" in said:
        call_back, heard["when"] = False, ""
    return told_of_change(intake.correct(session, said["slip"][0], call_back=call_back, **heard))


# ---- moved into a case --------------------------------------------------------------------------------------------


def _role(said: Said) -> str:
    return one(said, "role") or ("third" if "to" in said else "client")


def _same(session: Session, said: Said, case: CompartmentId) -> RecordId | None:
    from vault.casework.person import Person
    from vault.services.cases import editing

    text = one(said, "same")
    if text is None or text == _NOBODY:
        return None
    return editing.locate(session, text, frozenset({Person.KIND}), case=case).record


def _known(session: Session, said: Said) -> Known:
    from vault.services.cases import cases, writing_down

    slip, role = said["slip"][0], _role(said)
    if "to" not in said:
        return writing_down.known_of_case_of_slip(session, slip, title=said["title"][0], kind=said["new"][0], role=role)
    case, is_second = cases.find(session, said["to"][0]), said.get("same") == (_NOBODY,)
    same = _same(session, said, case)
    return writing_down.known_of_call(session, slip, case, role=role, same=same, is_second=is_second)


def _where_it_goes(session: Session, said: Said) -> Plan[Said]:
    from vault.services.cases import intake, writing_down

    intake.require_open(session, said["slip"][0])
    if ANYWAY.name in said:
        return Plan(said)
    try:
        return Plan(said, asks=known_already(_known(session, said)))
    except writing_down.StandsHereError as error:
        return Plan(said, asks=(_who_called(error),))


def _who_called(error: StandsHereError) -> Ask:
    people = [
        (
            found.place.record.hex(),
            Message("{name}: the spelling is added to them, and no new person is made", name=found.name),
        )
        for found in error.here
    ]
    question = Message("Who called? This case has somebody with this name already.")
    return Ask("same", question, choices=(*people, (_NOBODY, Message("somebody else"))), refusal=error)


def _move(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.casework.person import Person
    from vault.services.cases import cases, writing_down
    from vault.services.projection.places import name_of

    said, slip, role = plan.of, plan.of["slip"][0], _role(plan.of)
    if "to" in said:
        case = cases.find(session, said["to"][0])
        moved = writing_down.move_slip(session, slip, case, role=role, same=_same(session, said, case), anyway=True)
    else:
        moved = writing_down.make_case_of_slip(
            session, slip, title=said["title"][0], kind=said["new"][0], role=role, anyway=True
        )
    case, ref = (case, name_of(session, case)) if moved.made is None else (moved.made.case, moved.made.ref)
    as_what = enumerated([_KEPT[kind] for kind in moved.kinds])
    line = Message("The words of the slip are in case {case} now, as {as_what}.", case=ref, as_what=as_what)
    data = {"slip": slip, "case": case.hex(), "ref": str(ref), "kept": list(moved.kinds)}
    is_client = "to" not in said and "role" not in said and Person.KIND in moved.kinds
    follows = (Follow(_IS_CLIENT, "person edit"),) if is_client else ()
    return Told((line, *CLOSED), data, follows, opens=case if moved.made is not None else None)


# ---- closed, and entered ------------------------------------------------------------------------------------------


def _what_closes(session: Session, said: Said) -> Plan[str]:
    from vault.services.cases import intake

    (slip,) = said["slip"]
    intake.require_open(session, slip)
    sure = Ask(
        "close",
        Message("Close this slip without a case?"),
        yes=Message("Close it"),
        no=Message("Keep it open"),
        told=(Message("Then it is no longer listed."), *CLOSED[1:]),
        is_for_screens=True,
    )
    return Plan(slip, asks=(sure,))


def _close(session: Session, plan: Plan[str], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import intake

    intake.close(session, plan.of)
    return Told(CLOSED, {"slip": plan.of, "closed": True})


def _enter(session: Session, plan: Plan[tuple[str, ...]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import register

    entry = register.add(session, plan.of)
    entered = Message("The person is in the register. A colleague who asks is told to ask you.")
    return Told((entered,), {"entry": entry.hex()})


_NOBODY: Final = "nobody"
_KEPT: Final = {"note": Message("a note"), "person": Message("a person"), "task": Message("a task to call back")}
_IS_CLIENT: Final = Message("The person who called is the client. If they are not, change their role")
_SLIP: Final = Field("slip", Message("Slip"), Shape.RECORDS, Message("its id, or its beginning"), form="SLIP")
_CALL_BACK: Final = Field(
    "call_back", Message("Call back"), Shape.YES, Message("they want a call back"), form="[--call-back]", is_answer=True
)
_FIELDS: Final = (
    Field("name", Message("Name as heard"), Shape.LINE),
    Field("number", Message("Number"), Shape.LINE),
    Field("language", Message("Language"), Shape.LINE),
    Field("text", Message("What it is about"), Shape.LINE),
    Field("when", Message("When to call back"), Shape.LINE),
)
ADD: Final = Act(
    "intake add",
    Message("save a call slip; no field is required"),
    Message("New call"),
    Message("keep"),
    (_CALL_BACK, *_FIELDS),
    look=lambda _session, said: Plan(said),
    run=_keep,
    doing=Message("Keeping the slip"),
    nothing=Message("nothing is written"),
)
EDIT: Final = Act(
    "intake edit",
    Message("correct an open slip; what it said before is gone when it is moved or closed"),
    Message("Correct a call"),
    Message("keep"),
    (
        _SLIP,
        _CALL_BACK,
        Field("no_call_back", Message("No call back"), Shape.YES, Message("they want none"), form="[--no-call-back]",
              instead="call_back", is_answer=True),
        *_FIELDS,
    ),
    look=_which,
    run=_correct,
    doing=Message("Correcting the slip"),
    nothing=Message("the slip stays as it was"),
    begin=_what_it_says,
    is_change=True,
)  # fmt: skip
MOVE: Final = Act(
    "intake move",
    Message("put the words of a slip into a case, and close it"),
    Message("A case of this call"),
    Message("make the case"),
    (
        _SLIP,
        Field("title", Message("Title"), Shape.LINE, question=Message("Title of the new case"),
              hint=Message("for those who may open the case"), is_required=True, where=lambda said: "to" not in said),
        Field("to", Message("Case"), Shape.CASES, Message("an existing case (id or reference)"), form="[--to CASE]"),
        Field("new", Message("Kind"), Shape.WORD, Message("a new case of this kind; asks for its title"),
              form="[--new KIND]", words=CASE_KINDS, is_required=True, instead="to"),
        Field("role", Message("Who called is"), Shape.WORD,
              Message("the caller's role: third, in a new case client"), words=tuple(PersonRole)),
        Field("same", Message("Who called"), Shape.CODE,
              Message("who called is this person of the case: no second person is made; or `nobody` of it"),
              form="[--same PERSON]", is_answer=True),
        ANYWAY,
    ),
    look=_where_it_goes,
    run=_move,
    doing=Message("Moving the words of the slip"),
    nothing=Message("the slip stays open"),
    begin=lambda _session, _said: Begun(
        {"role": "client"}, {"role": tuple((role, word_of(role)) for role in ("client", "relative", "third"))}
    ),
)  # fmt: skip
CLOSE: Final = Act(
    "intake close",
    Message("close a slip that becomes no case; it is no longer listed"),
    Message("Close a call"),
    Message("close"),
    (_SLIP,),
    look=_what_closes,
    run=_close,
    doing=Message("Closing the slip"),
    nothing=Message("the slip stays open"),
)
ENTER: Final = Act(
    "intake enter",
    Message("enter a person in the register: colleagues learn whom to ask, and no name is stored"),
    Message("Enter a person"),
    Message("enter"),
    (
        Field("names", Message("Names"), Shape.LINES, question=Message("Name, in each script known"), form="--name",
              is_required=True),
    ),
    look=lambda _session, said: Plan(said["names"]),
    run=_enter,
    doing=Message("Entering the person"),
    nothing=Message("nobody is entered"),
)  # fmt: skip
ACTS: Final = (ADD, EDIT, MOVE, CLOSE, ENTER)
