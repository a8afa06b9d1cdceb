"""Records with a form: each kind is added, changed and said to be over, as its form describes it.

What a form asks is a field of the act. Deadlines may get their date of a rule. Of two versions one is made.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NamedTuple, TypeAlias

from vault.acts.act import (
    CASE,
    IN_CASE,
    RECORD,
    Act,
    Agreed,
    Begun,
    Field,
    Follow,
    Plan,
    Said,
    Shape,
    Told,
    answer_to,
    of_case,
    one,
)
from vault.acts.case import UNCONFIRMED, told_of_change
from vault.casework import form as forms
from vault.casework.questionnaires import Filled
from vault.casework.story import STORY
from vault.casework.story.consent import Consent
from vault.casework.story.events import Deadline, SetBy
from vault.casework.story.incident import ChecklistStep, Incident
from vault.casework.story.protection import CheckIn
from vault.casework.story.referrals import Referral
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.casework.differences import Chosen
    from vault.ids import CompartmentId, RecordId
    from vault.progress import Progress
    from vault.services.cases.editing import Place
    from vault.services.cases.two_versions import TwoVersions

_CONFIRMED: Final = "confirmed"
_CONFIRMED_ANEW: Final = Message("Confirmed by, for the record as it is now; type it again, or the change empties it")
_EMPTY: Final = "empty"
_OTHER: Final = "other"
_UNCHANGED: Final = Message("the record stays as it is")
_SAVING: Final = Message("Keeping the record")
ON: Final = Field("on", Message("On"), Shape.DAY, Message("the day; today without it"), is_past=True)

# ---- from forms to fields -----------------------------------------------------------------------------------------

_SHAPES: Final[Mapping[forms.Shape, Shape]] = {
    forms.Shape.LINE: Shape.LINE,
    forms.Shape.TEXT: Shape.LINE,
    forms.Shape.LINES: Shape.LINES,
    forms.Shape.WORD: Shape.WORD,
    forms.Shape.DATE: Shape.MOMENT,
    forms.Shape.MOMENT: Shape.MOMENT,
    forms.Shape.DAY: Shape.DAY,
}
_VALUES: Final[Mapping[forms.Shape, str]] = {
    forms.Shape.WORD: "WORD",
    forms.Shape.YES_NO: "YES|NO",
    forms.Shape.RECORD: "ID",
    forms.Shape.RECIPIENT: "NAME",
}


def fields_of(form: forms.Form, *, is_new: bool) -> tuple[Field, ...]:
    """Return what a form asks as fields of an act: of a new record, or of one that is changed."""
    return tuple(_field(form, each, is_new=is_new) for each in form.fields)


def _field(form: forms.Form, each: forms.FormField, *, is_new: bool) -> Field:
    is_required = is_new and each.is_required
    field = Field(
        each.name,
        each.label,
        _SHAPES.get(each.shape, Shape.CODE),
        words=() if each.words is None else tuple(word.value for word in each.words),
        is_past=form.is_past(each),
        is_required=is_required,
        check=each.from_typed if each.is_written else None,
    )
    if each.is_written:
        return field if is_new or each.name != _CONFIRMED else replace(field, question=_CONFIRMED_ANEW)
    # Who does not choose says nothing wrong where the usual word is `other`.
    is_required = is_required and each.usual != _OTHER
    shown = f"{field.called} {_VALUES.get(each.shape, 'DATE')}"
    return replace(field, form=shown if is_required else f"[{shown}]", is_required=is_required)


def _of_a_record(form: forms.Form, *, is_new: bool) -> tuple[Field, ...]:
    return tuple(
        replace(each, after=form.done_by or "") if each.name in form.asked_at_end else each
        for each in fields_of(form, is_new=is_new)
    )


def emptying(form: forms.Form) -> Field:
    """Return the field that says which fields of a record shall say nothing."""
    names = tuple(each.name for each in form.fields)
    label = Message("Make empty")
    return Field(_EMPTY, label, Shape.WORD, Message("make this field empty"), form="[--empty FIELD ...]", words=names)


def typed_in(form: forms.Form, said: Said) -> dict[str, str]:
    """Return what was said of the fields of a form, as somebody types it; nothing of those that shall say nothing."""
    typed = {each.name: "\n".join(said[each.name]) for each in form.fields if each.name in said}
    return typed | dict.fromkeys(said.get(_EMPTY, ()), "")


def _known(session: Session, form: forms.Form, typed: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed, a recipient by their id."""
    from vault.services.exports import partners

    names = [each.name for each in form.fields if each.shape is forms.Shape.RECIPIENT and typed.get(each.name)]
    return {**typed, **{name: partners.find(session, typed[name]).record.hex() for name in names}}


def located(session: Session, said: Said, kind: str) -> Place:
    from vault.services.cases import editing

    return editing.locate(session, said[RECORD.name][0], frozenset({kind}), case=of_case(session, said))


# ---- adding -------------------------------------------------------------------------------------------------------


class _New(NamedTuple):
    """A record that is added to a case, and what should be done then; of a date that a rule gave, why."""

    case: CompartmentId
    record: forms.FormedRecord
    follows: tuple[Follow, ...] = ()
    reasons: tuple[Message, ...] = ()


def _what_is_added(kind: type[forms.FormedRecord], session: Session, said: Said) -> Plan[_New]:
    from vault.services.cases import cases, story_records

    called = said[CASE.name][0]
    case = cases.find(session, called)
    typed = _known(session, kind.FORM, typed_in(kind.FORM, said))
    made = kind(**story_records.typed_values(session, case, kind.FORM, typed))
    return Plan(_New(case, made, _what_follows(session, case, called, made)))


def _add(session: Session, plan: Plan[_New], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import story_records

    new = plan.of
    told = _saved(story_records.add(session, new.case, new.record))
    lines = (*told.lines, *(Message("  {line}", line=reason) for reason in new.reasons))
    of_date = {"at": new.record.at, "reasons": list(new.reasons)} if isinstance(new.record, Deadline) else {}
    return Told(lines, {**told.data, **of_date}, new.follows)


def _saved(record: RecordId) -> Told:
    return Told((Message("The record is saved."), Message("id {id}", id=short_id(record))), {"record": record.hex()})


def _what_follows(session: Session, case: CompartmentId, called: str, made: forms.FormedRecord) -> tuple[Follow, ...]:
    from vault.services.safety.incidents import told_after

    told = told_after(session, case, made.what) if isinstance(made, Incident) else None
    if told is None:
        return ()
    words, checklist = told
    return (Follow(words, "" if checklist is None else f"checklist begin {called} --what {checklist.value}"),)


def _adding(kind: type[forms.FormedRecord]) -> Act[_New]:
    return Act(
        f"{kind.KIND} add",
        Message("add a record of this kind to a case"),
        kind.FORM.title,
        Message("keep"),
        (CASE, *_of_a_record(kind.FORM, is_new=True)),
        look=partial(_what_is_added, kind),
        run=_add,
        doing=_SAVING,
        nothing=Message("nothing is kept"),
        looks_early=True,
    )


# ---- changing -----------------------------------------------------------------------------------------------------


Change: TypeAlias = tuple["Place", Mapping[str, str]]
"""Where a record is, and what it shall say."""


def _what_is_there(kind: type[forms.FormedRecord], session: Session, said: Said) -> Begun:
    from vault.services.cases import story_records

    place = located(session, said, kind.KIND)
    found = story_records.list_in(session, place.case, (kind.KIND,))
    typed = next((stored.value.typed() for stored in found if stored.record == place.record), {})
    # A change empties it, so that Enter does not keep it.
    return Begun({name: text for name, text in typed.items() if name != _CONFIRMED})


def _what_changes(kind: type[forms.FormedRecord], session: Session, said: Said) -> Plan[Change]:
    typed = _known(session, kind.FORM, typed_in(kind.FORM, said))
    present = _what_is_there(kind, session, said).present if kind.FORM.names_recipient else {}
    for each in kind.FORM.fields:
        if each.shape is forms.Shape.RECIPIENT and typed.get(each.name, present.get(each.name)) != present.get(
            each.name
        ):
            raise UsageError(
                Message("{field} cannot be changed", field=each.name),
                next_step=Message("Add a record of its own for another recipient."),
            )
    return Plan((located(session, said, kind.KIND), typed))


def _what_is_over(kind: type[forms.FormedRecord], session: Session, said: Said) -> Plan[Change]:
    from vault.services.cases import cases

    end = {kind.FORM.done_by or "": one(said, "on") or cases.today(session)}
    return Plan((located(session, said, kind.KIND), end | typed_in(kind.FORM, said)))


def _change(session: Session, plan: Plan[Change], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import story_records

    return told_of_change(story_records.change(session, *plan.of))


def _changing(kind: type[forms.FormedRecord], noun: str = "") -> Act[Change]:
    return Act(
        f"{noun or kind.KIND} edit",
        Message("change a record; the history keeps what it said before"),
        kind.FORM.title,
        Message("keep"),
        (RECORD, IN_CASE, *_of_a_record(kind.FORM, is_new=False), emptying(kind.FORM)),
        look=partial(_what_changes, kind),
        run=_change,
        doing=_SAVING,
        nothing=_UNCHANGED,
        begin=partial(_what_is_there, kind),
        is_change=True,
    )


def ending(kind: type[forms.FormedRecord]) -> Act[Change]:
    end = (each for each in fields_of(kind.FORM, is_new=False) if each.name in kind.FORM.asked_at_end)
    return replace(
        _changing(kind),
        name=f"{kind.KIND} done",
        help=Message("say that it is over: it is no longer due"),
        fields=(RECORD, IN_CASE, ON, *end),
        look=partial(_what_is_over, kind),
        is_change=False,
    )


# ---- deadlines ----------------------------------------------------------------------------------------------------

# fmt: off
_OF_RULE: Final = (
    Field("rule", Message("Rule"), Shape.CODE, Message("a rule's code: CaseVault computes its date"),
          form="[--rule CODE]"),
    *(replace(each, form=f"[{each.form.strip('[]')}]", is_required=False)
      for each in fields_of(Deadline.FORM, is_new=True) if each.name in {"at", "set_by", "irreversible"}),
)
COUNTED_FROM: Final = (
    Field("trigger", Message("Counted from"), Shape.MOMENT,
          Message("when its clock started: a date, complete or in part, or DATEThh:mm"), is_past=True),
    Field("posted", Message("Posted"), Shape.DAY,
          Message("when the paper became available to read, whether it was read or not"), form="[--posted DAY]",
          is_past=True),
    Field("suspended", Message("Suspended"), Shape.CODE,
          Message("when the clock was stopped: DAY..DAY, or DAY.. while it is stopped"),
          form="[--suspended DAYS ...]"),
    Field("extended", Message("Extended"), Shape.CODE,
          Message("how much time was added: 10d, 5wd (working days), 3m, 24h"), form="[--extended PERIOD ...]"),
    Field("country", Message("Country"), Shape.CODE,
          Message("whose holidays count where the rule names no country, such as KG"), form="[--country CC]"),
    Field("zone", Message("Time zone"), Shape.CODE,
          Message("time zone of the place, such as Asia/Bishkek (that of this computer)")),
)
# fmt: on
"""From what a rule counts, and where."""


def _what_is_due(session: Session, said: Said) -> Plan[_New]:
    from vault.deadlines.shipped import rule_named
    from vault.services.cases import cases, deadlines, story_records

    case, typed = cases.find(session, said[CASE.name][0]), typed_in(Deadline.FORM, said)
    reasons: tuple[Message, ...] = ()
    if typed.get("rule") and "at" not in typed:
        if typed.get("set_by", SetBy.RULE) != SetBy.RULE:
            raise UsageError(Message("use --at for a date that a court or a person set"))
        rule, from_what = rule_named(typed["rule"]), {each.name: said.get(each.name, ()) for each in COUNTED_FROM}
        found = deadlines.found_by(rule, from_what)
        drafted = deadlines.drafted(rule, found, what=typed.get("what", ""), trigger=one(said, "trigger"))
        typed, reasons = drafted.typed() | typed | {"rule": rule.code}, found.explanation
    for name, option in (("at", "--at"), ("set_by", "--set-by")):
        if name not in typed:
            raise UsageError(
                Message("{option} is missing", option=option),
                next_step=Message("Give --at and --set-by, or --rule and what it counts from."),
            )
    return Plan(
        _New(case, Deadline(**story_records.typed_values(session, case, Deadline.FORM, typed)), reasons=reasons)
    )


_LATER: Final = frozenset({"done", "end", *(each.name for each in (*_OF_RULE, *COUNTED_FROM))})
# fmt: off
_DEADLINE: Final = replace(
    _adding(Deadline),
    help=Message("add a deadline to a case: a date that was set, or that a rule gives"),
    fields=(CASE, *_OF_RULE, *COUNTED_FROM,
            *(each for each in fields_of(Deadline.FORM, is_new=True) if each.name not in _LATER)),
    look=_what_is_due,
)
_MOVE: Final = replace(
    _changing(Deadline),
    name="deadline move",
    help=Message("give it another date; the history keeps the date before it"),
    fields=(RECORD, IN_CASE, Field("day", Message("Day"), Shape.DAY, form="DAY", is_required=True,
                                   help=Message("the new date, YYYY-MM-DD or 26.11.2026"))),
    look=lambda session, said: Plan((located(session, said, Deadline.KIND), {"at": one(said, "day") or ""})),
    begin=None,
)
# fmt: on

# ---- forms of the organisation ------------------------------------------------------------------------------------


_Answers: TypeAlias = "tuple[CompartmentId | Place, str, Mapping[str, str]]"
"""A case, for a new record, or the record that is there; the form; and what was answered in it."""


def _what_is_asked(session: Session, said: Said) -> tuple[Field, ...]:
    from vault.services import own_forms

    form = own_forms.find(session, one(said, "form") or "").definition.as_form()
    long = {each.name for each in form.fields if each.shape is forms.Shape.TEXT}
    fields = fields_of(form, is_new=True)
    return tuple(replace(each, shape=Shape.LINES) if each.name in long else each for each in fields)


def _what_is_answered(session: Session, said: Said) -> Plan[_Answers]:
    from vault.services import own_forms
    from vault.services.cases import cases

    is_new, before = CASE.name in said, answer_to("")
    home = cases.find(session, said[CASE.name][0]) if is_new else located(session, said, Filled.KIND)
    code = own_forms.find(session, one(said, "form") or "").definition.code
    typed = {name.removeprefix(before): texts[0] for name, texts in said.items() if name.startswith(before)}
    return Plan((home, code, typed))


def _answer(session: Session, plan: Plan[_Answers], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services import own_forms

    home, code, typed = plan.of
    if isinstance(home, bytes):
        return _saved(own_forms.fill(session, home, code, typed))
    return told_of_change(own_forms.change(session, home, code, typed))


FORM: Final = Field("form", Message("Form"), Shape.CODE, Message("the code of the form"), form="FORM")
FILL: Final = Act(
    "form fill",
    Message("fill in a form in a case: it asks each question, or reads the answers as JSON"),
    Message("Fill in a form"),
    Message("keep"),
    (CASE, FORM),
    look=_what_is_answered,
    run=_answer,
    doing=_SAVING,
    nothing=Message("nothing is kept"),
    questions=_what_is_asked,
)
REFILL: Final = replace(
    FILL, name="form edit", help=Message("change answers of a filled form"), fields=(RECORD, FORM, IN_CASE),
    nothing=_UNCHANGED,
)  # fmt: skip

# ---- two versions made one -----------------------------------------------------------------------------------------


_Versions: TypeAlias = tuple["TwoVersions", Mapping[int, "Chosen"]]
"""Both, and what shall stand of each piece that is open; a screen or a terminal asks for that."""


def _what_differs(session: Session, said: Said) -> Plan[_Versions]:
    from vault.casework.differences import Answer, Chosen, Part
    from vault.services.cases import editing, two_versions

    place = editing.locate(session, said[RECORD.name][0], case=of_case(session, said))
    found = two_versions.both(session, place, why=one(said, "why") or "casework")
    sides = {"1": Answer.LEFT, "2": Answer.RIGHT}
    taken = {  # a number or a name that only one of them has is not lost by a script
        at: Chosen(Answer.BOTH if piece.part is Part.ITEMS else sides[number])
        for number in said.get("take", ())
        for at, piece in enumerate(found.pieces)
    }
    return Plan((found, taken))


def _join(session: Session, plan: Plan[_Versions], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.casework.differences import Answer, chosen_fields
    from vault.services.cases import two_versions

    found, answers = plan.of
    left, right, pieces = found.left, found.right, found.pieces
    fields = chosen_fields(pieces, answers, (left.by, right.by))
    typed = {pieces[at].name for at, chosen in answers.items() if chosen.answer is Answer.WRITTEN}
    sides = (left.version, right.version)
    is_unconfirmed = two_versions.settle(session, found.place, sides, fields, typed=typed)
    said = Message("It is one version now. Both stay in the history. Colleagues have it after the next bundle.")
    data = {"record": found.place.record.hex(), "unconfirmed": is_unconfirmed}
    return Told((said, *[UNCONFIRMED] * is_unconfirmed), data)


JOIN: Final = Act(
    "join",
    Message("show two versions of a record that were written apart, and say what stands"),
    Message("Two versions"),
    Message("go on"),
    (
        replace(RECORD, help=Message("the id of a record or a case, or a case's reference")),
        IN_CASE,
        Field("take", Message("What shall stand"), Shape.WORD,
              Message("where they differ, version 1 or 2; of a list, such as phones, both; without it, each is asked"),
              words=("1", "2"), form="[--take N]"),
    ),
    look=_what_differs,
    run=_join,
    doing=_SAVING,
    nothing=Message("nothing is changed: both versions stay"),
)  # fmt: skip

# ---- the acts -----------------------------------------------------------------------------------------------------

_FORMED: Final = [kind for name, kind in STORY.items() if name != Filled.KIND]
ADD: Final[Mapping[str, Act[Any]]] = {kind.KIND: _adding(kind) for kind in _FORMED} | {Deadline.KIND: _DEADLINE}
"""How a record of each kind is added; the steps of a checklist are written by one of its own."""
EDIT: Final[Mapping[str, Act[Any]]] = {kind.KIND: _changing(kind) for kind in _FORMED} | {
    ChecklistStep.KIND: _changing(ChecklistStep, "checklist")
}
"""How a record of each kind is changed."""
DONE: Final[Mapping[str, Act[Any]]] = {
    kind.KIND: ending(kind)
    for kind in _FORMED
    if kind.FORM.done_by is not None and kind not in {CheckIn, Consent, Referral}
}
"""How it is said that a record is over. Of a check-in, a step, a consent and a referral somebody says more."""
_ELSEWHERE: Final = frozenset({CheckIn.KIND, ChecklistStep.KIND, Consent.KIND, Referral.KIND})
ACTS: Final = (
    *(act for acts in (ADD, EDIT, DONE) for kind, act in acts.items() if kind not in _ELSEWHERE),
    _MOVE,
    FILL,
    REFILL,
    JOIN,
)
