"""Cases: made; title, risk, owner and stage changed; closed and opened again; put on legal hold and released."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from vault.acts.act import CASE, Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, by_name, in_case, one
from vault.acts.undo import TAKE_OVER
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import CompartmentId
    from vault.progress import Progress
    from vault.services.cases.case_changes import BulkDone
    from vault.services.cases.editing import Edited
    from vault.services.cases.writing_down import Known

_CASES: Final = Field(
    "case", Message("Cases"), Shape.CASES, Message("ids or references of cases, up to 500"), form="CASE ..."
)
_TITLE: Final = Field("title", Message("Title"), Shape.LINE, question=Message("New title of the case"), of_one=True)
_RISK: Final = Field(
    "risk", Message("Risk"), Shape.WORD, Message("how near the harm is"), words=("low", "medium", "high", "immediate")
)
_OWNER: Final = Field("owner", Message("Owner"), Shape.MEMBER, Message("name or id of a member who holds the case"))
_STAGE: Final = Field(
    "stage", Message("Stage"), Shape.WORD, Message("a stage of its kind, such as refused-at-risk"), of_one=True
)
_SINCE: Final = Field(
    "on",
    Message("Since"),
    Shape.DAY,
    Message("from which day it is in its stage (default: today)"),
    hint=Message("empty: today"),
    is_past=True,
    of_one=True,
    follows="stage",
)


UNCONFIRMED: Final = Message(
    "It is no longer confirmed. If somebody confirms it as it is now, say who, in the same change."
)
_UNCHANGED: Final = Message("nothing is changed")


def _reason(question: Message, *, is_answer: bool = True, is_required: bool = False) -> Field:
    return Field(
        "reason", Message("Reason"), Shape.LINE, question=question, is_answer=is_answer, is_required=is_required
    )


def told_of_change(edited: Edited) -> Told:
    lines = [Message("The change is saved.") if edited.settled else Message("Nothing changed, so nothing is saved.")]
    if edited.settled > 1:
        lines.append(
            plural(
                "There was {count} version. The change follows it; {history} shows all.",
                "There were {count} versions. They are one now; {history} shows all.",
                count=edited.settled,
                history=NextStep.SHOW_HISTORY,
            )
        )
    if edited.is_unconfirmed:
        lines.append(UNCONFIRMED)
    data = {"record": edited.place.record.hex(), "changed": bool(edited.settled)}
    return Told(tuple(lines), data | ({"unconfirmed": True} if edited.is_unconfirmed else {}))


def _told_of_many(done: BulkDone, called: Mapping[CompartmentId, str]) -> Told:
    """Return what came of a change of many cases, each called as it was said."""
    lines: list[Words] = [plural("{count} case was changed.", "{count} cases were changed.", count=done.changed)]
    if done.same:
        lines.append(plural("{count} was so already.", "{count} were so already.", count=done.same))
    lines += (Message("{case} was not changed: {why}", case=called[case], why=why) for case, why in done.refused)
    lines += _warned_of_due(done.still_due)
    refused = [{"case": case.hex(), "why": str(why)} for case, why in done.refused]
    data = {"changed": done.changed, "same": done.same, "refused": refused, "still_due": done.still_due}
    return Told(tuple(lines), data)


def _warned_of_due(count: int) -> list[Words]:
    from vault.services.cases.case_changes import still_due_words

    return [Message("WARNING: {words}", words=still_due_words(count))] if count else []


def _cases_of(session: Session, said: Said) -> dict[CompartmentId, str]:
    from vault.services.cases import cases

    return {cases.find(session, text): text for text in said["case"]}


ANYWAY: Final = Field(
    "anyway",
    Message("Save it anyway"),
    Shape.YES,
    Message("save it even if somebody like this may be known already"),
    is_answer=True,
)


def known_already(known: Known) -> tuple[Ask, ...]:
    """Return the question whether to write somebody down who may be known already; none where nobody may be."""
    from vault.services.cases.writing_down import KnownAlreadyError

    anyway = Ask(
        ANYWAY.name,
        Message("Known already? Save it anyway, as somebody else, or as the same person in another case?"),
        yes=Message("Save it anyway"),
        no=Message("Back to the form"),
        told=tuple(known.told()),
        refusal=KnownAlreadyError(known),
    )
    return (anyway,) if known else ()


# ---- made ---------------------------------------------------------------------------------------------------------


def _who_else_opens_it(session: Session, _said: Said) -> Begun:
    from vault.services.cases import cases
    from vault.services.grants import successors

    return Begun(line=cases.deputy_words(session, successors.deputy_of(session, session.member)) or "")


def _what_is_made(session: Session, said: Said) -> Plan[Said]:
    from vault.services.cases import writing_down

    if ANYWAY.name in said:
        return Plan(said)
    known = writing_down.known_of_case(session, title=said["title"][0], kind=said["kind"][0])
    return Plan(said, asks=known_already(known))


def _make(session: Session, plan: Plan[Said], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import cases, writing_down

    said, reason = plan.of, one(plan.of, "reason")
    made = writing_down.make_case(
        session,
        title=said["title"][0],
        kind=said["kind"][0],
        alone_reason=reason if "no_deputy" in said else None,
        no_recovery_reason=reason if "without_recovery" in said else None,
        anyway=True,
    )
    only_you = cases.only_you(session, made.case)
    more = [words for words in (only_you, cases.deputy_words(session, made.deputy)) if words]
    data = {"case": made.case.hex(), "ref": made.ref, "only_you": only_you is not None}
    return Told((Message("Case {ref} is saved.", ref=made.ref), *more), data, opens=made.case)


CASE_KINDS: Final = ("asylum", "extradition", "detention", "family", "other")
_LEFT_OUT: Final = ("without_recovery", "no_deputy")
NEW: Final = Act(
    "case new",
    Message("make a case"),
    Message("New case"),
    Message("make the case"),
    (
        Field("title", Message("Title"), Shape.LINE, question=Message("Title of the case"),
              hint=Message("for those who may open the case"), is_required=True),
        Field("kind", Message("Kind"), Shape.WORD, Message("kind of case"), words=CASE_KINDS, is_required=True),
        Field(_LEFT_OUT[0], Message("Without recovery"), Shape.YES,
              Message("no recovery sheet can open it; asks for the reason and keeps it"), form="[--without-recovery]",
              is_answer=True),
        Field(_LEFT_OUT[1], Message("No deputy"), Shape.YES,
              Message("your deputy cannot open it; asks for the reason and keeps it"), form="[--no-deputy]",
              is_answer=True),
        ANYWAY,
        Field("reason", Message("Reason"), Shape.LINE, question=Message("Why they must not be able to open it"),
              is_required=True, where=lambda said: not said.keys().isdisjoint(_LEFT_OUT)),
    ),
    look=_what_is_made,
    run=_make,
    doing=Message("Making the case"),
    nothing=Message("nothing is written"),
    begin=_who_else_opens_it,
)  # fmt: skip


# ---- title, risk, owner, stage ------------------------------------------------------------------------------------


_Change: TypeAlias = tuple[dict["CompartmentId", str], dict[str, Any]]
"""The cases, each with what it is called, and what shall be said of them."""


def _what_is_said(session: Session, said: Said) -> Begun:
    from vault.casework.case import STAGES
    from vault.services.cases import cases
    from vault.services.grants import sharing
    from vault.services.projection.authors import names_of_members

    found = tuple(_cases_of(session, said))
    names = names_of_members(session)
    # Of many cases, who does not hold one is refused there.
    may = sharing.readers(session) if len(found) > 1 else sharing.holders_of(session, *found).members
    owners = by_name(names, (each for each in may if each in names))
    if len(found) > 1:
        return Begun(choices={"owner": owners})
    head = cases.open_case(session, found[0]).head.value
    present = {
        "title": head.title,
        "risk": head.risk.value,
        "owner": "" if head.owner is None else head.owner.hex(),
        "stage": head.stage,
        "on": head.stage_since or head.opened or "",
    }
    stages = ((stage.value, word_of(stage.value)) for stage in STAGES[head.kind])
    return Begun(present, {"owner": owners, "stage": tuple(stages)})


def _what_changes(session: Session, said: Said) -> Plan[_Change]:
    from vault.services.cases import case_changes
    from vault.services.projection.authors import find_member

    found, owner = _cases_of(session, said), one(said, "owner")
    wanted: dict[str, Any] = {name: one(said, name) for name in ("title", "risk", "stage", "on")}
    wanted["owner"] = find_member(session, owner) if owner else None
    if len(found) > 1 or not case_changes.needs_reason(session, *found, risk=wanted["risk"], stage=wanted["stage"]):
        return Plan((found, wanted))
    why = Ask("reason", Message("Is the danger really less? Type why."), warned=(case_changes.ONLY_WITH_REASON,))
    return Plan((found, wanted), asks=(why,))


def _change(session: Session, plan: Plan[_Change], agreed: Agreed, progress: Progress) -> Told:
    from vault.casework.case import ExtraditionStage
    from vault.casework.story import protection
    from vault.services.cases import case_changes

    found, wanted = plan.of
    if len(found) > 1:
        risk, owner = wanted["risk"], wanted["owner"]
        done = case_changes.change_all(session, tuple(found), risk=risk, owner=owner, progress=progress)
        return _told_of_many(done, found)
    told = told_of_change(case_changes.change(session, *found, **wanted, reason=agreed.answers.get("reason")))
    if wanted["stage"] != ExtraditionStage.REFUSED_AT_RISK:
        return told
    return replace(told, follows=(Follow(protection.AT_RISK_WARNING), *_AT_RISK))


_AT_RISK: Final = (
    Follow(Message("Put where they are into a restricted section"), "section new"),
    Follow(Message("Begin check-ins"), "check-in add"),
    Follow(Message("Agree on a plan"), "safety-plan add"),
    Follow(Message("Write down whom to tell"), "task add"),
)
EDIT: Final = Act(
    "case edit",
    Message("change the title, the risk, the owner or the stage of a case; of many cases the risk or the owner"),
    Message("Change case"),
    Message("keep"),
    (
        *(_CASES, _TITLE, _RISK, _OWNER, _STAGE, _SINCE),
        _reason(Message("Why the risk of a case at refused at risk is lower now")),
    ),
    look=_what_changes,
    run=_change,
    doing=Message("Changing cases"),
    nothing=_UNCHANGED,
    begin=_what_is_said,
    is_change=True,
)
STAGE: Final = Act(
    "case stage",
    Message("put a case into another stage"),
    Message("Stage"),
    Message("keep"),
    (CASE, replace(_STAGE, form="STAGE", is_required=True), _SINCE),
    look=_what_changes,
    run=_change,
    doing=Message("Changing the case"),
    nothing=_UNCHANGED,
    begin=_what_is_said,
)


# ---- closed, and opened again -------------------------------------------------------------------------------------


def _what_closes(session: Session, said: Said) -> Plan[Mapping[CompartmentId, str]]:
    from vault.services.cases import case_changes
    from vault.services.cases.story_records import due_in

    found = _cases_of(session, said)
    if len(found) > 1:
        many = Message("Why are these cases closed? They leave the list; search and their references find them.")
        return Plan(found, asks=(Ask("reason", many),))
    (case,) = found
    why = Ask("reason", Message("Why is this case closed? It leaves the list; search and its reference find it."))
    if stops := case_changes.what_stops(session, case):
        sure = Ask("anyway", _ANYWAY, Message("Close"), Message("Leave it open"), warned=stops)
        return Plan(found, asks=(sure, why))
    still_due = sum(due_in(session, case).values())
    return Plan(found, asks=(replace(why, warned=(case_changes.still_due_words(still_due),) if still_due else ()),))


def _close(session: Session, plan: Plan[Mapping[CompartmentId, str]], agreed: Agreed, progress: Progress) -> Told:
    from vault.services.cases import case_changes

    reason = agreed.answers.get("reason", "")
    if len(plan.of) > 1:
        return _told_of_many(case_changes.close_all(session, tuple(plan.of), reason=reason, progress=progress), plan.of)
    (case,) = plan.of
    still_due = case_changes.close(session, case, reason=reason, anyway="anyway" in agreed.answers).still_due
    closed = Message("The case is closed: it has left the list. Search finds it, and so does the list of closed cases.")
    data = {"case": case.hex(), "closed": True, "still_due": still_due}
    return Told((closed, *_warned_of_due(still_due)), data)


def _reopen(session: Session, plan: Plan[tuple[CompartmentId, Said]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import case_changes

    case, _ = plan.of
    case_changes.reopen(session, case)
    return Told((Message("The case is open again."),), {"case": case.hex(), "closed": False})


_ANYWAY: Final = Message("Close it all the same?")
CLOSE: Final = Act(
    "case close",
    Message("close cases; it asks for the reason"),
    Message("Close cases"),
    Message("close"),
    (
        _CASES,
        Field(
            "anyway",
            _ANYWAY,
            Shape.YES,
            Message("close it though it is at refused at risk or a check-in runs (scripts)"),
            is_answer=True,
        ),
        _reason(Message("Why the case is closed")),
    ),
    look=_what_closes,
    run=_close,
    doing=Message("Closing cases"),
    nothing=Message("the case stays open"),
)
REOPEN: Final = Act(
    "case reopen",
    Message("open a closed case again"),
    Message("Open a closed case"),
    Message("open"),
    (CASE,),
    look=in_case,
    run=_reopen,
    doing=Message("Opening the case again"),
    nothing=_UNCHANGED,
)


# ---- legal hold ---------------------------------------------------------------------------------------------------


def _what_is_held(session: Session, said: Said) -> Begun:
    from vault.services.cases import cases, holds

    (case,) = _cases_of(session, said)
    cases.log_view(session, case, why="casework")
    stands = holds.held(session, case)
    if stands is None:
        return Begun(line=Message("This case is not on legal hold."))
    present = {"reason": stands.value.reason, "review": stands.value.review}
    return Begun(present, line=Message("It is on legal hold, to be reviewed on {day}.", day=present["review"]))


def _hold(session: Session, plan: Plan[tuple[CompartmentId, Said]], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import holds

    case, said = plan.of
    review = one(said, "review") or ""
    holds.hold(session, case, reason=one(said, "reason") or "", review=review)
    held = Message("The case is on legal hold: nothing of it is erased. Review it on {day}.", day=review)
    return Told((held,), {"case": case.hex(), "review": review})


def _what_is_released(session: Session, said: Said) -> Plan[CompartmentId]:
    from vault.services.cases import holds

    (case,) = _cases_of(session, said)
    holds.require_held(session, case)
    return Plan(case, asks=(Ask("reason", Message("Why is the legal hold released? Then the case can be erased.")),))


def _release(session: Session, plan: Plan[CompartmentId], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import holds

    holds.release(session, plan.of, reason=agreed.answers.get("reason", ""))
    return Told((Message("The legal hold is released: the case can be erased again."),), {"case": plan.of.hex()})


HOLD: Final = Act(
    "case hold",
    Message("put a case on legal hold: nothing of it is erased; it asks for the reason"),
    Message("Legal hold"),
    Message("keep"),
    (
        CASE,
        _reason(Message("Why the case is on legal hold"), is_answer=False, is_required=True),
        Field(
            "review",
            Message("Review on"),
            Shape.DAY,
            Message("the day on which to ask whether it is still needed"),
            hint=Message("e.g. 1.6.2027"),
            is_required=True,
        ),
    ),
    look=in_case,
    run=_hold,
    doing=Message("Putting the case on hold"),
    nothing=_UNCHANGED,
    begin=_what_is_held,
    about=Message(
        "While it stands, nothing of the case and of its sections is erased, here and on the devices of those who hold"
        " it."
    ),
)
RELEASE: Final = Act(
    "case release",
    Message("release the legal hold of a case; it asks for the reason"),
    Message("Release the hold"),
    Message("release"),
    (CASE, _reason(Message("Why the hold is released"))),
    look=_what_is_released,
    run=_release,
    doing=Message("Releasing the hold"),
    nothing=_UNCHANGED,
)
ACTS: Final = (NEW, EDIT, STAGE, CLOSE, REOPEN, HOLD, RELEASE, TAKE_OVER)
