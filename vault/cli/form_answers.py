"""`casevault form`: forms of the organisation's own, and what was answered in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.casework.questionnaires import BEGIN_WITH_SAMPLE, SAMPLE, Filled
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.story import record_data, record_lines
from vault.cli.table import CASE, Arg, Given, Verb
from vault.errors import UsageError
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.services.own_forms import KeptForm


_CODE: Final = Arg("FORM", Message("the code of the form"))
_FILE: Final = Arg("[FILE]", Message("the form as TOML: code, title, version and [[questions]]"), of=Path)
_MOST_READ: Final = 1024 * 1024


def _add(args: Given, output: Output) -> Result:
    if args.sample:
        return Result({"sample": SAMPLE}, list[Words](SAMPLE.splitlines()))
    if args.file is None:
        raise UsageError(Message("name the file of the form"), next_step=BEGIN_WITH_SAMPLE)
    try:
        with args.file.open("rb") as stream:
            raw = stream.read(_MOST_READ)
    except OSError as error:
        raise UsageError(Message("the file cannot be read ({strerror})", strerror=error.strerror or "")) from None
    with opened(args, output) as session:
        from vault.services import own_forms

        kept = own_forms.add(session, raw)
    return Result(_data(kept), [Message("The form is kept; members have it with the next bundle."), *_lines(kept)])


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services import own_forms

        kept = own_forms.list_all(session)
    lines = [line for form in kept for line in _lines(form)[:1]]
    return Result({"forms": [_data(form) for form in kept]}, lines or [Message("There are none.")])


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services import own_forms

        kept = own_forms.find(session, args.form)
    return Result(_data(kept), _lines(kept))


def _answers(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import case_people, cases, story_records
        from vault.services.projection import authors

        case = cases.find(session, args.case)
        found = story_records.list_in(session, case, (Filled.KIND,), why=args.why)
        by, names = authors.written_by(session, found), case_people.names_in(session, case)
    lines = [line for record in found for line in record_lines(record, by.get(record.record, ""), names)]
    return Result({"records": [record_data(record) for record in found]}, lines or [Message("There are none.")])


def _data(kept: KeptForm) -> dict[str, object]:
    definition = kept.definition
    questions = [
        {
            "name": question.name,
            "label": question.label,
            "kind": question.kind,
            "required": question.required,
            "choices": list(question.choices),
        }
        for question in definition.questions
    ]
    return {"form": definition.code, "title": definition.title, "version": definition.version, "questions": questions}


def _lines(kept: KeptForm) -> list[Words]:
    definition = kept.definition
    head = Message(
        "{code}  {title}  version {version}, {count} questions",
        code=definition.code,
        title=definition.title,
        version=definition.version,
        count=len(definition.questions),
    )
    lines: list[Words] = [head]
    for question in definition.questions:
        kind = word_of(question.kind)
        kind = Message("{kind}, required", kind=kind) if question.required else kind
        lines.append(Message("  {name}  {label}  ({kind})", name=question.name, label=question.label, kind=kind))
        lines += [f"    {choice}" for choice in question.choices]
    return lines


VERBS: Final = (
    Verb("list", Message("the forms of the organisation"), (), _list),
    Verb("show", Message("the questions of a form"), (_CODE,), _show),
    Verb(
        "add",
        Message("save a form, or a newer version of it (admins)"),
        (_FILE, Arg("[--sample]", Message("print a form to begin with, and save nothing"))),
        _add,
    ),
    Verb("answers", Message("the filled forms of a case"), (CASE,), _answers),
)
