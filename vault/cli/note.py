"""`casevault note | section`: read the notes of a case, and its restricted sections: location, health, sources."""

from __future__ import annotations

from typing import Final

from vault.acts import note as acts
from vault.cli.act_verbs import arg_of
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import note_data, note_lines, person_data, person_lines
from vault.cli.table import CASE, Arg, Given, Verb
from vault.ids import CompartmentId, short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words


def _notes(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases, notes
        from vault.services.projection import authors

        view = cases.open_case(session, cases.find(session, args.case), why=args.why)
        by = authors.written_by(session, view.notes)
    corrected = notes.corrections(view.notes)
    lines = [line for note in view.notes for line in note_lines(note, by, corrected, short=True)]
    data = {"case": view.case.hex(), "notes": [note_data(note, by, corrected) for note in view.notes]}
    return Result(data, lines or [Message("This case has no notes yet.")])


def _note(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import notes
        from vault.services.projection import authors

        found = notes.show_corrected(session, args.note, why=args.why)
        by = authors.written_by(session, found[:1])
    corrected = notes.corrections(found)
    return Result(note_data(found[0], by, corrected), note_lines(found[0], by, corrected))


NOTE: Final = (
    Verb("list", Message("the notes of a case"), (CASE,), _notes),
    Verb("show", Message("read a note"), (arg_of(acts.NOTE),), _note),
)  # fmt: skip


def _sections(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases, sections

        found = sections.list_of(session, cases.find(session, args.case))
    data = [{"section": section.section.hex(), "kind": section.what, "title": section.title} for section in found]
    lines = [f"{short_id(section.section)}  {word_of(section.what)!s:<9}  {section.title}" for section in found]
    return Result({"sections": data}, lines or [Message("You hold no section of this case.")])


def _section(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import never_use_of
        from vault.cli.document import document_head
        from vault.services.cases import case_people, notes, sections
        from vault.services.projection import authors

        view = sections.open_section(session, sections.find(session, args.section), why=args.why)
        by = authors.written_by(session, view.notes)
        paper_lines = [document_head(session, paper) for paper in view.papers]
        of_case = case_people.never_use_in(session, CompartmentId(view.head.value.case))
    never_use = (*of_case, *never_use_of(person.value for person in view.persons))
    head, corrected = view.head.value, notes.corrections(view.notes)
    data = {
        "section": view.section.hex(),
        "case": head.case.hex(),
        "kind": head.what,
        "title": head.title,
        "persons": [person_data(person, never_use) for person in view.persons],
        "notes": [note_data(note, by, corrected) for note in view.notes],
        "documents": [{"document": paper.record.hex(), **paper.value.plain()} for paper in view.papers],
    }
    lines: list[Words] = [Message("RESTRICTED  {what}  {title}", what=word_of(head.what), title=head.title)]
    lines += [line for person in view.persons for line in person_lines(person, never_use)]
    lines += [line for note in view.notes for line in note_lines(note, by, corrected)]
    return Result(data, [*lines, *paper_lines])


_SECTION: Final = Arg("SECTION", Message("its id, or its beginning"))
SECTION: Final = (
    Verb("list", Message("the sections of a case that you hold"), (CASE,), _sections),
    Verb("show", Message("open a section"), (_SECTION,), _section),
)  # fmt: skip

TABLES: Final = {"note": NOTE, "section": SECTION}
