"""`casevault note`: write, list, read and amend notes."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened, opened_for_text
from vault.cli.output import Output, Result
from vault.cli.showing import note_data, note_lines
from vault.ids import short_id

_KINDS = ("contact", "interview", "legal-advice", "medical", "safety", "administration", "supervision")


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `add`, `list`, `show`, `amend`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="add | list | show | amend")
    add = verbs.add_parser("add", help="write a note (text from --file or standard input)", allow_abbrev=False)
    add.add_argument("case", help="the case's id or reference")
    add.add_argument("--kind", choices=_KINDS, default="contact", help="what it is about (contact)")
    add.add_argument("--file", help="read the text from this file")
    add.add_argument("--section", metavar="ID", help="save it in this restricted section of the case")
    add.set_defaults(command=_add)
    listing = verbs.add_parser("list", help="the notes of a case", allow_abbrev=False)
    listing.add_argument("case", help="the case's id or reference")
    listing.set_defaults(command=_list)
    show = verbs.add_parser("show", help="read one note", allow_abbrev=False)
    show.add_argument("note", help="the note's id, or its beginning; or CASE/NOTE")
    show.set_defaults(command=_show)
    amend = verbs.add_parser("amend", help="add a linked note that corrects this one", allow_abbrev=False)
    amend.add_argument("note", help="the note's id, or its beginning; or CASE/NOTE")
    amend.add_argument("--file", help="read the text from this file")
    amend.set_defaults(command=_amend)


def _add(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases, notes, sections

    with opened_for_text(args, output) as (session, text):
        case = cases.find(session, args.case)
        if args.section is None:
            note = notes.add(session, case, kind=args.kind, text=text)
        else:
            section = sections.find_in(session, case, args.section)
            note = sections.add_note(session, section, kind=args.kind, text=text)
    return Result({"note": note.hex()}, ["The note is saved.", f"id {short_id(note)}"])


def _list(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases, notes
    from vault.services.projection import authors

    with opened(args, output) as session:
        view = cases.open_case(session, cases.find(session, args.case), why=args.why)
        by = authors.written_by(session, view.notes)
    corrected = notes.corrections(view.notes)
    lines = [line for note in view.notes for line in note_lines(note, by, corrected, short=True)]
    data = {"case": view.case.hex(), "notes": [note_data(note, by, corrected) for note in view.notes]}
    return Result(data, lines or ["This case has no notes yet."])


def _show(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import notes
    from vault.services.projection import authors

    with opened(args, output) as session:
        found = notes.show_corrected(session, args.note, why=args.why)
        by = authors.written_by(session, found[:1])
    corrected = notes.corrections(found)
    return Result(note_data(found[0], by, corrected), note_lines(found[0], by, corrected))


def _amend(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import notes

    with opened_for_text(args, output) as (session, text):
        note = notes.amend(session, args.note, text=text, why=args.why)
    return Result({"note": note.hex(), "amends": args.note}, ["The correction is saved.", f"id {short_id(note)}"])
