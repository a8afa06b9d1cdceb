"""What is kept in a case of each kind of record with a form: `casevault wanted list`, `check-in missed` and others."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from vault.acts.safety import told_of_steps
from vault.casework.form import FormedRecord, labelled
from vault.casework.story import STORY, headline_said
from vault.casework.story.protection import CheckIn
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented
from vault.cli.table import CASE, Given, Verb
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.ids import RecordId
    from vault.services.projection.stored_records import Stored
    from vault.services.safety.incidents import Missed

NO_DATE: Final = Message("no date")


def _list(kind: type[FormedRecord], args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import case_people, cases, story_records
        from vault.services.exports import partners
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        found = story_records.list_in(session, case, (kind.KIND,), why=args.why)
        by, names = authors.written_by(session, found), case_people.names_in(session, case)
        if kind.FORM.names_recipient:
            names |= partners.names(session)
    lines = [line for record in found for line in record_lines(record, by.get(record.record, ""), names)]
    return Result({"records": [record_data(record) for record in found]}, lines or [Message("There are none.")])


def record_data(record: Stored[FormedRecord]) -> dict[str, object]:
    return {"record": record.record.hex(), "kind": record.value.KIND, **record.value.plain()}


def record_lines(record: Stored[FormedRecord], by: str, names: Mapping[RecordId, str] | None = None) -> list[Words]:
    """Return a record for people; `by` says who wrote it, `names` what the people of its case are called."""
    value = record.value
    head = Message(
        "{when}  {kind}  {about}  id {id}  {name}",
        when=value.when() or NO_DATE,
        kind=word_of(value.KIND),
        about=headline_said(value.KIND, value.headline()),
        id=short_id(record.record),
        name=by,
    )
    told = labelled(value) if names is None else labelled(value, names)
    return [head, *(indented(Message("{label}: {value}", label=label, value=text)) for label, text in told)]


def _missed(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.safety import incidents

        found = incidents.missed_check_ins(session, why=args.why)
    lines = [line for each in found for line in _missed_lines(each)]
    return Result({"missed": [_missed_data(each) for each in found]}, lines or [Message("No check-in is missed.")])


def _missed_data(each: Missed) -> dict[str, object]:
    return {
        "case": each.line.case.hex(),
        "ref": each.line.ref,
        "record": each.line.record.hex(),
        "at": each.record.at,
        "minutes": int(each.late.total_seconds()) // 60,
        "who": each.record.who,
        "first": each.record.first,
        "second": each.record.second,
        "due": [step.what for step in each.steps_due],
        "to_come": [step.what for step in each.to_come],
    }


def _missed_lines(each: Missed) -> list[Words]:
    from vault.services.safety.incidents import missed_words

    head = Message(
        "{when}  {ref}  {client}  {who}  id {id}",
        when=each.record.at.replace("T", " "),
        ref=each.line.ref,
        client=each.line.client,
        who=each.record.who,
        id=short_id(each.line.record),
    )
    looks = Message("{first} looks for it, {second} takes over", first=each.record.first, second=each.record.second)
    return [
        head,
        indented(missed_words(each.late)),
        indented(looks),
        *(indented(Message("now: {step}", step=step.what)) for step in each.steps_due),
        *(indented(Message("then: {step}", step=step.what)) for step in each.to_come),
    ]


def _steps(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases
        from vault.services.safety import incidents

        told = told_of_steps(incidents.steps_in(session, cases.find(session, args.case), why=args.why))
    return Result(told.data, told.lines)


_LISTS: Final = {
    name: (Verb("list", Message("the records of this kind in a case"), (CASE,), partial(_list, kind)),)
    for name, kind in STORY.items()
}
TABLES: Final = {
    **_LISTS,
    CheckIn.KIND: (
        *_LISTS[CheckIn.KIND],
        Verb("missed", Message("what is missed now, and which step of its ladder is due"), (), _missed),
    ),
    "checklist": (Verb("list", Message("the steps of a case: what is done, by whom and when"), (CASE,), _steps),),
}
