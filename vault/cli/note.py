"""`casevault note`: write, list, read and correct notes."""

from __future__ import annotations

from typing import Final

from vault.casework.note import AMENDS, CHOSEN, TEXT, WHEN, note_head, note_of
from vault.cli.date_options import of_shape
from vault.cli.opening import opened, opened_for_text
from vault.cli.output import Output, Result
from vault.cli.prompts import text_is_typed
from vault.cli.showing import note_data, note_lines
from vault.cli.table import CASE, SECTION, Arg, Given, Verb
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.message import Message, joined

_ONE_BEGUN: Final = Message("A note that you began is kept: `--go-on` goes on with it; the app shows it.")
_OPTIONS = {"occurred": "--when"}


def _add(args: Given, output: Output) -> Result:
    typed = {field.name: getattr(args, field.name) or "" for field in CHOSEN}
    if args.go_on and any(typed[field.name] != field.usual for field in CHOSEN):
        raise UsageError(
            Message("--go-on goes on with the note as you began it: its kind and its day stay"),
            next_step=Message("Leave the other options out. Correct the note when it is saved (`note amend`)."),
        )
    note_of(typed | {TEXT: "."})  # what is wrong with an option needs no text and no unlock
    with opened_for_text(args, output) as (session, text_of):
        from vault.services.cases import cases, notes, sections

        case = cases.find(session, args.case)
        section = None if args.section is None else sections.find_in(session, case, args.section)
        if text_is_typed(args) and not args.go_on and notes.is_one_begun(session, case, section):
            output.say(_ONE_BEGUN)
        begun = notes.begin(session, case, typed, section=section, goes_on=args.go_on)
        if begun.before:
            output.say(begun.before)
        note = note_of({**begun.typed, TEXT: begun.before + text_of(begun)})
        record = notes.add(session, case, note) if section is None else sections.add_note(session, section, note)
        begun.forget()
    said = joined(note_head(note), ", ") or ""
    lines = [Message("The note is saved: {head}", head=said), Message("id {id}", id=short_id(record))]
    return Result({"note": record.hex()}, lines)


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases, notes
        from vault.services.projection import authors

        view = cases.open_case(session, cases.find(session, args.case), why=args.why)
        by = authors.written_by(session, view.notes)
    corrected = notes.corrections(view.notes)
    lines = [line for note in view.notes for line in note_lines(note, by, corrected, short=True)]
    data = {"case": view.case.hex(), "notes": [note_data(note, by, corrected) for note in view.notes]}
    return Result(data, lines or [Message("This case has no notes yet.")])


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import notes
        from vault.services.projection import authors

        found = notes.show_corrected(session, args.note, why=args.why)
        by = authors.written_by(session, found[:1])
    corrected = notes.corrections(found)
    return Result(note_data(found[0], by, corrected), note_lines(found[0], by, corrected))


def _amend(args: Given, output: Output) -> Result:
    with opened_for_text(args, output) as (session, text_of):
        from vault.services.cases import notes

        case, earlier = notes.locate(session, args.note)
        there = notes.show(session, args.note, why=args.why).value.typed()
        when = {WHEN: args.occurred} if args.occurred else {}
        begun = notes.begin(session, case, {**there, **when, TEXT: "", AMENDS: earlier.hex()})
        note = notes.correct(session, args.note, text=text_of(begun), occurred=args.occurred or None, why=args.why)
        begun.forget()
    if note == earlier:
        return Result({"note": note.hex(), "amends": None}, [_CHANGED])
    return Result(
        {"note": note.hex(), "amends": earlier.hex()},
        [Message("The correction is saved."), Message("id {id}", id=short_id(note))],
    )


_CHANGED: Final = Message("The note is changed; `casevault history` shows what it said before.")
_FILE: Final = Arg("[--file FILE]", Message("read the text from this file"))
_CHOSEN: Final = tuple(
    Arg(
        f"[{_OPTIONS.get(field.name, f'--{field.name}')} {'DATE' if field.is_of_time else 'WORD'}]",
        field.label,
        choices=tuple(word.value for word in field.words or ()),
        default=field.usual,
        into=field.name,
        of=of_shape(field.shape, _OPTIONS.get(field.name, field.name), is_past=True),
    )
    for field in CHOSEN
)
_WHEN: Final = next(arg for arg, field in zip(_CHOSEN, CHOSEN, strict=True) if field.name == WHEN)
_NOTE: Final = Arg("NOTE", Message("the note's id, or its beginning; or CASE/NOTE"))
VERBS: Final = (
    Verb("add", Message("write a note (text from --file or standard input)"), (
        CASE,
        *_CHOSEN, _FILE, SECTION,
        Arg("[--go-on]", Message("go on with the note of this case that you began last and did not finish")),
    ), _add),
    Verb("list", Message("the notes of a case"), (CASE,), _list),
    Verb("show", Message("read a note"), (_NOTE,), _show),
    Verb("amend", Message("correct a note: your own note of today in place, any other by a linked note"), (
        _NOTE, _WHEN, _FILE,
    ), _amend),
)  # fmt: skip
