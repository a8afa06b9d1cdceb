"""`casevault section`: the restricted sections of a case: location, health, sources."""

from __future__ import annotations

from typing import Final

from vault.cli.document import document_head
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import note_data, note_lines, person_data, person_lines
from vault.cli.table import CASE, Arg, Given, Verb
from vault.ids import CompartmentId, short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.cases import cases, sections

        found = sections.list_of(session, cases.find(session, args.case))
    data = [{"section": section.section.hex(), "kind": section.what, "title": section.title} for section in found]
    lines = [f"{short_id(section.section)}  {word_of(section.what)!s:<9}  {section.title}" for section in found]
    return Result({"sections": data}, lines or [Message("You hold no section of this case.")])


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.person import never_use_of
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
VERBS: Final = (
    Verb("list", Message("the sections of a case that you hold"), (CASE,), _list),
    Verb("show", Message("open a section"), (_SECTION,), _show),
)  # fmt: skip
