"""The records with a form: `casevault wanted`, `detention`, `hearing`, `incident`, `event`, `task`, `risk` and others.

Their verbs are made from their forms; `deadline` takes some of these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final

from vault.casework.form import Form, FormedRecord, FormField, Shape, labelled
from vault.casework.story import STORY, headline_said
from vault.casework.story.incident import Incident
from vault.cli.dates import day_of, of_shape
from vault.cli.opening import case_of, opened, opened_to_ask
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, options_of
from vault.cli.showing import edited, indented
from vault.cli.table import CASE, IN_CASE, Arg, Given, Verb
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.casework.story.step import Checklist
    from vault.ids import CompartmentId, RecordId
    from vault.services.projection.reading import Stored

RECORD: Final = Arg("RECORD", Message("the record's id, or its beginning"))
NO_DATE: Final = Message("no date")
_CONFIRMED: Final = "confirmed"
_CONFIRMED_ANEW: Final = Message("Confirmed by, for the record as it is now; type it again, or the change empties it")


def _add(kind: type[FormedRecord], args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, asked(kind.FORM, is_new=True)) as (session, answers):
        from vault.services.cases import cases, story

        case = cases.find(session, args.case)
        values = story.typed_values(session, case, kind.FORM, typed_fields(kind.FORM, args, answers))
        made = kind(**values)
        record = story.add(session, case, made)
        follows = _what_follows(session, case, made, args.case)
    lines: list[Words] = [Message("The record is saved."), Message("id {id}", id=short_id(record))]
    return Result({"record": record.hex()}, lines + follows)


def _what_follows(session: Session, case: CompartmentId, made: FormedRecord, ref: str) -> list[Words]:
    from vault.services.safety.checklists import told_after

    def how(follows: Checklist) -> Message:
        return Message("`casevault checklist begin {case} --what {what}`", case=ref, what=follows.value)

    told = told_after(session, case, made.what, how) if isinstance(made, Incident) else None
    return [] if told is None else [told]


def _edit(kind: type[FormedRecord], args: Given, output: Output) -> Result:
    with opened_to_ask(args, output, asked(kind.FORM, is_new=False), present=partial(_present, kind, args)) as (
        session,
        answers,
    ):
        return changed(session, kind, args, typed_fields(kind.FORM, args, answers) | dict.fromkeys(args.empty, ""))


def _done(kind: type[FormedRecord], args: Given, output: Output) -> Result:
    values = _asked_at_end(kind.FORM)
    with opened_to_ask(args, output, values, present=partial(_present, kind, args)) as (session, answers):
        from vault.services.cases import cases

        typed = {name: "\n".join(said) for name, said in answers.items() if said}
        return changed(session, kind, args, {kind.FORM.done_by or "": args.on or cases.today(session)} | typed)


def _present(kind: type[FormedRecord], args: Given, session: Session) -> dict[str, str]:
    """Return what the record says that is changed; the look at it is in the log before."""
    from vault.services.cases import editing, story

    place = editing.locate(session, args.record, frozenset({kind.KIND}), case=case_of(session, args))
    found = story.list_in(session, place.case, (kind.KIND,))
    typed = next((stored.value.typed() for stored in found if stored.record == place.record), {})
    # A change empties it, so that Enter does not keep it.
    return {name: said for name, said in typed.items() if name != _CONFIRMED}


def changed(session: Session, kind: type[FormedRecord], args: Given, typed: dict[str, str]) -> Result:
    """Change the record that was named and say so."""
    from vault.services.cases import editing, story

    place = editing.locate(session, args.record, frozenset({kind.KIND}), case=case_of(session, args))
    return edited(story.change(session, place, typed))


def _list(kind: type[FormedRecord], args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases, people, story
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        found = story.list_in(session, case, (kind.KIND,), why=args.why)
        by, names = authors.written_by(session, found), people.names_in(session, case)
    lines = [line for record in found for line in record_lines(record, by.get(record.record, ""), names)]
    return Result({"records": [record_data(record) for record in found]}, lines or [Message("There are none.")])


def record_data(record: Stored[FormedRecord]) -> dict[str, object]:
    """Return a record for `--json`."""
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


# ---- from forms to options


def asked(form: Form, *, is_new: bool) -> tuple[Personal, ...]:
    """Return the fields that are asked at a terminal: those with words of a person's own."""
    return tuple(
        Personal(
            field.name,
            _option(field),
            field.label if is_new or field.name != _CONFIRMED else _CONFIRMED_ANEW,
            required=is_new and field.is_required,
            many=field.shape is Shape.LINES,
            is_change=not is_new,
            of=partial(_line_for, field),
        )
        for field in form.fields
        if field.is_written
    )


def _line_for(field: FormField, line: str) -> str:
    """Return a line that a field may hold; what cannot be is refused as soon as it is typed."""
    field.from_typed(line)
    return line


def _asked_at_end(form: Form) -> tuple[Personal, ...]:
    return tuple(value for value in asked(form, is_new=False) if value.key in form.asked_at_end)


_OTHER: Final = "other"


def options_for(form: Form, *, is_new: bool) -> tuple[Arg, ...]:
    """Return the options of a form."""
    options = []
    for field in form.fields:
        if field.is_written:
            continue
        value = "YES|NO" if field.shape is Shape.YES_NO else "ID" if field.shape is Shape.RECORD else "DATE"
        words = () if field.words is None else tuple(word.value for word in field.words)
        option = f"{_option(field)} {'WORD' if words else value}"
        # Who does not choose says nothing wrong where the usual word is `other`.
        is_required = is_new and field.is_required and field.usual != _OTHER
        read = of_shape(field.shape, _option(field), is_past=form.is_past(field))
        shown = option if is_required else f"[{option}]"
        options.append(Arg(shown, field.label, choices=words, of=read))
    return (*options, *options_of(asked(form, is_new=is_new)))


def _option(field: FormField) -> str:
    return f"--{field.name.replace('_', '-')}"


def typed_fields(form: Form, args: Given, answers: dict[str, list[str]]) -> dict[str, str]:
    """Return what was typed, by the names of the fields."""
    typed = {name: "\n".join(values) for name, values in answers.items() if values}
    for field in form.fields:
        given = None if field.is_written else getattr(args, field.name)
        if given is not None:
            typed[field.name] = given
    return typed


def _verbs(kind: type[FormedRecord]) -> tuple[Verb, ...]:
    form = kind.FORM
    empty = Arg("[--empty FIELD ...]", Message("make this field empty"), choices=tuple(f.name for f in form.fields))

    def run(act: Callable[[type[FormedRecord], Given, Output], Result]) -> Callable[[Given, Output], Result]:
        return partial(act, kind)

    verbs = [
        Verb("add", Message("add a record of this kind to a case"), (CASE, *options_for(form, is_new=True)), run(_add))
    ]
    verbs.append(Verb("list", Message("the records of this kind in a case"), (CASE,), run(_list)))
    edit = (RECORD, IN_CASE, *options_for(form, is_new=False), empty)
    verbs.append(Verb("edit", Message("change a record; the history keeps what it said before"), edit, run(_edit)))
    if form.done_by is not None:
        on = Arg("[--on DATE]", Message("the day; today without it"), of=day_of("--on"))
        verbs.append(
            Verb(
                "done",
                Message("say that it is over: it is no longer due"),
                (RECORD, IN_CASE, on, *options_of(_asked_at_end(form))),
                run(_done),
            )
        )
    return tuple(verbs)


TABLES: Final = {name: _verbs(kind) for name, kind in STORY.items()}
