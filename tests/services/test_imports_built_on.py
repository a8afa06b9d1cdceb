"""An import of cases on which something stands by now, and what a person reads of a long one."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from tests.services.office import Office
from tests.services.test_imports import OTHER, ROW, imported, listed, n_cases
from vault.access.session import Session
from vault.casework.case import CaseKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, sections
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.imports import case_import, import_words, taking_back
from vault.services.imports.case_import import Answer, Way
from vault.services.imports.spreadsheet import read_rows


def test_an_import_with_a_restricted_section_stays_and_a_section_of_another_case_keeps_none(
    session: Session, tmp_path: Path
) -> None:
    elsewhere = cases.create(session, title="An old case", kind="asylum").case
    sections.create(session, elsewhere, what="location", title="Where she is", members=[])
    imported(session, listed(tmp_path, ROW))
    assert taking_back.take_back(session) == 1
    case = imported(session, listed(tmp_path, ROW)).cases[0].case
    section = sections.create(session, case, what="location", title="Where he is", members=[])
    sections.add_note(session, section, Note(NoteKind.SAFETY, "second floor"))
    with pytest.raises(RefusedError, match="has a restricted section by now"):
        taking_back.take_back(session)
    assert len(sections.open_section(session, section).notes) == 1
    assert n_cases(session) == 2


def test_what_was_erased_since_is_called_gone(session: Session, tmp_path: Path) -> None:
    case = imported(session, listed(tmp_path, ROW)).cases[0].case
    erasing.erase(session, what_goes(session, case.hex()), why="mistake")
    with pytest.raises(NotFoundError, match="what you imported is gone already"):
        taking_back.last_import(session)
    assert log_checking.verify(session).verified


def test_a_list_of_which_every_row_is_left_out_makes_nothing(session: Session, tmp_path: Path) -> None:
    known = cases.create(session, title="An old case", kind="asylum")
    case_people.add(session, known.case, role="client", names=["Zarina Tashbaeva"])
    preview = case_import.preview(session, listed(tmp_path, ROW), kind="asylum")
    with pytest.raises(UsageError, match="no row is left to import"):
        case_import.make_cases(session, preview, dict.fromkeys(preview.known, Answer.SKIP))
    assert n_cases(session) == 1


def test_of_many_faults_fifty_are_shown_and_the_others_counted() -> None:
    rows = [["case", "born"], *([f"case {at}", f"{at}.31.1990"] for at in range(53))]
    _, faults = read_rows(rows, CaseKind.ASYLUM, datetime.date(2026, 11, 28))
    lines = [str(line) for line in import_words.fault_lines(case_import.Preview(CaseKind.ASYLUM, (), tuple(faults)))]
    assert (len(lines), lines[-1]) == (52, "  and 3 more")


def test_of_many_who_may_be_known_twenty_are_shown_and_the_others_counted(session: Session, tmp_path: Path) -> None:
    known = cases.create(session, title="An old case", kind="asylum")
    case_people.add(session, known.case, role="client", names=["Somebody"], phones=["0555 123456"])
    rows = [(f"case {at}", f"{name} Quill", "", "0555 123456") for at, name in enumerate(NAMES)]
    preview = case_import.preview(session, listed(tmp_path, *rows), kind="asylum")
    assert len(preview.known[Way.NUMBER]) == 22
    told = [str(line) for line in import_words.preview_lines(session, preview)]
    at = told.index(str(import_words.HEADS[Way.NUMBER]))
    assert told[at + 20].startswith("  row 21: ")
    assert told[at + 21] == "  and 2 more"


NAMES = (
    *("Ana", "Bela", "Chaim", "Dora", "Emir", "Fatma", "Goran", "Hugo", "Ida", "Jakub", "Kaja"),
    *("Leo", "Mina", "Nils", "Olga", "Pavel", "Rosa", "Sami", "Tove", "Ugo", "Vera", "Wim"),
)


def test_after_an_import_it_is_said_which_rows_were_left_out_and_who_is_to_be_joined(
    office: Office, tmp_path: Path
) -> None:
    with office.open(office.nadia) as nadia:
        own = cases.create(nadia, title="An old case", kind="asylum")
        case_people.add(nadia, own.case, role="client", names=["Zarina Tashbaeva"])
        case_people.add(nadia, own.case, role="relative", names=["Ilham Torgaev"], phones=["0555 123456"])
        preview = case_import.preview(nadia, listed(tmp_path, ROW, OTHER), kind="asylum")
        made = case_import.make_cases(nadia, preview, {Way.NAME: Answer.SKIP, Way.NUMBER: Answer.JOIN})
        told = [str(line) for line in import_words.made_lines(made, {made.cases[0].ref: OTHER[0]})]
    assert told[:4] == [
        "1 case is made.",
        f"  {made.cases[0].ref}  {OTHER[0]}",
        "1 row was left out.",
        "These may be one person. Look at both, then join them:",
    ]
    assert told[4].endswith(f"{own.ref}  Ilham Torgaev")
    assert [str(line) for line in import_words.made_lines(made, {})][1] == "1 row was left out."


def test_of_a_given_name_and_a_year_of_birth_that_are_the_same_nobody_is_asked(
    session: Session, tmp_path: Path
) -> None:
    known = cases.create(session, title="An old case", kind="asylum")
    case_people.add(session, known.case, role="client", names=["Zarina Quill"], born="1984")
    rows = (("one", "Zarina Tashbaeva", "", "", "1984-05"), ("two", "Zarina", "", "", "1984-05"))
    preview = case_import.preview(session, listed(tmp_path, *rows), kind="asylum")
    assert [who.row for who in preview.known[Way.NAME]] == [3]
