"""Check-ins and checklists: somebody was heard, the steps after an arrest or a raid are begun, and a step is done."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from vault.acts.act import CASE, IN_CASE, RECORD, Act, Agreed, Field, Plan, Said, Shape, Told, in_case, one
from vault.acts.case import told_of_change
from vault.acts.records import ADD, EDIT, located
from vault.casework.story.incident import SAID, Checklist, ChecklistStep
from vault.casework.story.protection import CheckIn, CheckInEnd
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId
    from vault.progress import Progress
    from vault.services.cases.editing import Place
    from vault.services.projection.stored_records import Stored


def _locate(session: Session, said: Said, kind: str) -> Plan[tuple[Place, Said]]:
    return Plan((located(session, said, kind), said))


# ---- check-ins ----------------------------------------------------------------------------------------------------


def _heard(session: Session, plan: Plan[tuple[Place, Said]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.safety import incidents

    place, said = plan.of
    at = incidents.note_heard(session, place, CheckInEnd(one(said, "end") or ""), on=one(said, "on"))
    over = Message("It is over; no further one is due.")
    told = over if at is None else Message("The next one is due {when}.", when=at.replace("T", " "))
    return Told((told,), {"record": place.record.hex(), "next": at})


HEARD: Final = Act(
    "check-in heard",
    Message("say that somebody was heard; the next one is written with it"),
    Message("Heard"),
    Message("heard"),
    (
        RECORD,
        IN_CASE,
        Field("on", Message("When"), Shape.MOMENT, Message("when, such as 2026-11-30T22:10 (default: now)"),
              hint=Message("empty: now"), is_past=True),
        Field("end", Message("What came of it"), Shape.WORD,
              Message("the result; without it, nothing says that the person is well"), form="--end WORD",
              words=tuple(end.value for end in CheckInEnd), is_required=True),
    ),
    look=lambda session, said: _locate(session, said, CheckIn.KIND),
    run=_heard,
    doing=Message("Saving what was heard"),
    nothing=Message("the check-in stays due"),
)  # fmt: skip


# ---- checklists ---------------------------------------------------------------------------------------------------


def told_of_steps(steps: Sequence[Stored[Any]]) -> Told:
    """Return steps of checklists: how far each checklist is, and its steps."""
    lines: list[Words] = []
    for checklist in dict.fromkeys(step.value.checklist for step in steps):
        of_it = [step for step in steps if step.value.checklist is checklist]
        lines.append(
            plural(
                "{name}: {done} of {count} step done",
                "{name}: {done} of {count} steps done",
                count=len(of_it),
                name=word_of(checklist),
                done=sum(not step.value.is_due() for step in of_it),
            )
        )
        lines += map(_line, of_it)
    data = [{"record": step.record.hex(), "kind": step.value.KIND, **step.value.plain()} for step in steps]
    return Told(tuple(lines) or (Message("There is no checklist in this case."),), {"steps": data})


def _line(stored: Stored[Any]) -> Message:
    step, what = stored.value, SAID[stored.value.step]
    if step.done is not None:
        done, by = step.done.replace("T", " "), step.by or ""
        return Message("  √ {when}  {what}  {by}  id {id}", when=done, what=what, by=by, id=short_id(stored.record))
    due = Message("no date") if step.due is None else step.due.replace("T", " ")
    return Message("  □ {when}  {what}  id {id}", when=due, what=what, id=short_id(stored.record))


def _begin(session: Session, plan: Plan[tuple[CompartmentId, Said]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.safety import incidents

    case, said = plan.of
    what = one(said, "what") or ""
    incidents.begin_checklist(session, case, what, since=one(said, "since"))
    return told_of_steps([step for step in incidents.steps_in(session, case) if step.value.checklist == what])


def _done(session: Session, plan: Plan[tuple[Place, Said]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.safety import incidents

    place, said = plan.of
    return told_of_change(incidents.tick_step(session, place, by=one(said, "by"), on=one(said, "on")))


BEGIN: Final = Act(
    "checklist begin",
    Message("write every step with the time by which it is to be done"),
    Message("Begin a checklist"),
    Message("begin"),
    (
        CASE,
        Field("what", Message("What happened"), Shape.WORD, form="--what WORD", help=Message("what happened"),
              words=tuple(each.value for each in Checklist), is_required=True),
        Field("since", Message("When"), Shape.MOMENT, Message("when, such as 2026-11-30T06:10 (default: now)"),
              hint=Message("empty: now"), is_past=True),
    ),
    look=in_case,
    run=_begin,
    doing=Message("Writing the steps"),
    nothing=Message("no step is written"),
)  # fmt: skip
DONE: Final = Act(
    "checklist done",
    Message("say that a step is done"),
    Message("Step done"),
    Message("done"),
    (
        RECORD,
        IN_CASE,
        Field("by", Message("Who did it"), Shape.CODE, Message("who did it (default: you)"), form="[--by NAME]"),
        Field("on", Message("When"), Shape.MOMENT, Message("when, such as 2026-11-30T06:40 (default: now)"),
              hint=Message("empty: now"), is_past=True),
    ),
    look=lambda session, said: _locate(session, said, ChecklistStep.KIND),
    run=_done,
    doing=Message("Saving the step"),
    nothing=Message("the step stays open"),
)  # fmt: skip
ACTS: Final = (ADD[CheckIn.KIND], EDIT[CheckIn.KIND], HEARD, BEGIN, DONE, EDIT[ChecklistStep.KIND])
