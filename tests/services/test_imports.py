"""A list of cases from a spreadsheet: what its rows become, what is wrong in it, all of it or nothing, and back."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from pathlib import Path

import pytest

from tests.services.office import Office
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.case import CaseKind
from vault.casework.note import Note
from vault.casework.story.events import Task
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.progress import CancelledError
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, notes, register, searching, sections, story_records
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.imports import case_import, import_words, taking_back
from vault.services.imports.case_import import Answer, Imported, Way
from vault.services.imports.spreadsheet import read_rows
from vault.tables.table_files import csv_of, xlsx_of

HEADERS = ("case", "client", "names", "phones", "born", "stage", "next date", "note")  # the others may be left out
ROW = ("Refused at the border", "Zarina Tashbaeva", "Зарина Ташбаева; Tashbaeva Z.", "+49 30 5550 9876", "1984-05", "",
       "2027-01-15", "Came with her brother")  # fmt: skip
OTHER = ("A teacher", "Ilham Torgaev", "", "0555 123456", "~1990", "appeal-1", "", "")


def listed(folder: Path, *rows: Iterable[str], suffix: str = ".csv", headers: Iterable[str] = HEADERS) -> Path:
    path = folder / f"list{suffix}"
    table = [tuple(headers), *map(tuple, rows)]
    path.write_bytes(csv_of(table) if suffix == ".csv" else xlsx_of(table, title="cases"))
    return path


def imported(session: Session, path: Path, answer: Answer = Answer.MAKE) -> Imported:
    preview = case_import.preview(session, path, kind="asylum")
    return case_import.make_cases(session, preview, dict.fromkeys(preview.known, answer))


def n_cases(session: Session) -> int:
    return len(cases.list_all(session))


@each([".csv", ".xlsx"])
def test_a_row_becomes_a_case_with_its_client_what_is_next_and_a_note(
    suffix: str, session: Session, tmp_path: Path
) -> None:
    preview = case_import.preview(session, listed(tmp_path, ROW, (), OTHER, suffix=suffix), kind="asylum")
    assert preview.faults == ()
    assert [row.row for row in preview.rows] == [2, 4]
    first, second = case_import.make_cases(session, preview, dict.fromkeys(preview.known, Answer.MAKE)).cases
    view = cases.open_case(session, first.case)
    (client,), (note,), (task,) = view.persons, view.notes, view.story
    assert view.head.value.title == ROW[0]
    assert [name.text for name in client.value.names] == ["Zarina Tashbaeva", "Зарина Ташбаева", "Tashbaeva Z."]
    assert (client.value.role, client.value.phones, client.value.born) == ("client", (ROW[3],), "1984-05")
    assert (note.value.text, task.value) == (ROW[7], Task("next date", "2027-01-15"))
    view = cases.open_case(session, second.case)
    assert (view.head.value.stage, view.persons[0].value.born, view.notes, view.story) == ("appeal-1", "1990~", (), ())
    assert log_checking.verify(session).verified
    taking_back.take_back(session)


def test_sex_and_nationality_are_told_with_the_client_and_a_fault_in_them_by_row(
    session: Session, tmp_path: Path
) -> None:
    headers = ("case", "client", "sex", "nationality")
    path = listed(tmp_path, ("A", "Zarina Quill", "Female", "kg; ru"), ("B", "", "", "AF"), headers=headers)
    made = imported(session, path).cases
    told = [cases.open_case(session, each.case).persons[0].value for each in made]
    assert [(person.sex, person.nationalities) for person in told] == [("female", ("KG", "RU")), (None, ("AF",))]
    path = listed(tmp_path, ("A", "Z", "SECRETWORD", "SECRETWORD"), headers=headers)
    preview = case_import.preview(session, path, kind="asylum")
    faults = preview.faults
    assert [(fault.row, fault.column) for fault in faults] == [(2, "sex"), (2, "nationality")]
    assert "SECRETWORD" not in str([*import_words.fault_lines(preview)])
    taking_back.take_back(session)


@each(
    {
        "no case": (("", *ROW[1:]), "case"),
        "a stage of another kind": ((*ROW[:5], "SECRETWORD", *ROW[6:]), "stage"),
        "no day": ((*ROW[:6], "SECRETWORD", ROW[7]), "next date"),
        "no such day": ((*ROW[:6], "2027-02-30", ROW[7]), "next date"),
        "born tomorrow": ((*ROW[:4], "2199-01-01", *ROW[5:]), "born"),
        "born some day": ((*ROW[:4], "SECRETWORD", *ROW[5:]), "born"),
        "a long name": ((ROW[0], "SECRETWORD" * 200, *ROW[2:]), "client"),
        "a long number": ((*ROW[:3], "SECRETWORD" * 200, *ROW[4:]), "phones"),
        "two lines in a title": (("SECRETWORD\nSECRETWORD", *ROW[1:]), "case"),
        "more cells than headers": ((*ROW, "SECRETWORD"), ""),
    }
)
def test_a_fault_names_row_and_column_and_never_the_value_and_its_row_alone_is_left_to_mend(
    row: tuple[str, ...], column: str, session: Session, tmp_path: Path
) -> None:
    preview = case_import.preview(session, listed(tmp_path, ROW, row), kind="asylum")
    assert [(fault.row, fault.column) for fault in preview.faults] == [(3, column)]
    assert [made.row for made in preview.rows] == [2]
    told = "\n".join(map(str, import_words.fault_lines(preview)))
    assert "SECRETWORD" not in told
    assert "row 3" in told
    assert "SECRETWORD" not in repr(preview)
    assert [cells[0] for cells in preview.to_mend] == ["case", row[0]]


def test_the_rows_to_mend_are_a_list_again_and_nothing_of_them_is_written_unasked(
    session: Session, tmp_path: Path
) -> None:
    path = listed(tmp_path, ROW, (*OTHER[:4], "some day", *OTHER[5:]), suffix=".xlsx")
    preview = case_import.preview(session, path, kind="asylum")
    assert len(case_import.make_cases(session, preview, {}).cases) == 1
    assert list(tmp_path.glob("list*")) == [path]
    place = case_import.place_to_mend(path)
    case_import.write_to_mend(preview, place)
    assert case_import.place_to_mend(path).name == "list-to-mend-2.xlsx"
    assert place.stat().st_mode & 0o077 == 0
    again = case_import.preview(session, place, kind="asylum")
    assert [(fault.row, fault.column) for fault in again.faults] == [(2, "born")]
    assert again.rows == ()
    taking_back.take_back(session)


def test_who_is_twice_in_a_list_is_told_by_name_and_reference_on_both_sides(session: Session, tmp_path: Path) -> None:
    path = listed(tmp_path, OTHER, ("A second matter", "Ilham Torgaev", "", "0555 123456"))
    done = imported(session, path, Answer.JOIN)
    (line,) = (said for line in import_words.made_lines(done) if "Torgaev" in (said := str(line)))
    assert [line.count(case.ref) for case in done.cases] == [1, 1]
    assert line.count("Ilham Torgaev") == 2
    taking_back.take_back(session)


@each(
    {
        "no headers": (("Zarina", "Tashbaeva"), "no cell of the first row is a header of the template"),
        "an unknown one": ((*HEADERS, "lawyer"), "these columns are unknown: lawyer"),
        "twice": ((*HEADERS, "Next_Date"), "a column stands there twice"),
        "no case": (HEADERS[1:], "the column case is missing"),
    }
)
def test_other_headers_are_refused_and_told(
    headers: tuple[str, ...], said: str, session: Session, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=said) as refusal:
        case_import.preview(session, listed(tmp_path, ROW, headers=headers), kind="asylum")
    assert "Zarina" not in str(refusal.value)


def test_empty_rows_above_the_headers_are_passed_over_and_counted(session: Session, tmp_path: Path) -> None:
    path = listed(tmp_path, HEADERS, ROW, headers=("",))
    assert [row.row for row in case_import.preview(session, path, kind="asylum").rows] == [3]


@each([".csv", ".xlsx"])
def test_the_empty_template_is_read_and_has_no_row(suffix: str, session: Session, tmp_path: Path) -> None:
    path = tmp_path / f"template{suffix}"
    path.write_bytes(case_import.template(suffix))
    refuses(UsageError, "no row under its headers", case_import.preview, session, path, kind="asylum")


@each([CancelledError, MemoryError, KeyboardInterrupt])
def test_an_import_that_ends_early_made_nothing_and_the_next_one_is_whole(
    end: type[BaseException], session: Session, tmp_path: Path
) -> None:
    preview = case_import.preview(session, listed(tmp_path, ROW, OTHER), kind="asylum")
    before, size = n_cases(session), session.log.size

    def stop(done: int, _: int) -> None:
        if done == 1:
            raise end

    with pytest.raises(end):
        case_import.make_cases(session, preview, {}, progress=stop)
    assert (session.log.size, n_cases(session)) == (size, before)
    assert log_checking.verify(session).verified
    assert len(case_import.make_cases(session, preview, {}).cases) == 2
    assert n_cases(session) == before + 2
    assert log_checking.verify(session).verified
    assert taking_back.take_back(session) == 2


def test_whoever_wants_it_no_more_ends_it(session: Session, tmp_path: Path) -> None:
    preview = case_import.preview(session, listed(tmp_path, ROW, OTHER), kind="asylum")
    asked = iter([False, True])
    with pytest.raises(CancelledError):
        case_import.make_cases(session, preview, {}, cancelled=lambda: next(asked))
    assert n_cases(session) == 0


def test_who_may_be_known_is_asked_about_once_for_each_way(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        register.add(amina, ["Nadir Holbekov"])
    with office.open(office.nadia) as nadia:
        own = cases.create(nadia, title="An old case", kind="asylum")
        case_people.add(nadia, own.case, role="client", names=["Zarina Tashbaeva"], phones=["0555 123456"])
        path = listed(
            tmp_path,
            ("by number", "Somebody Else", "", "+996 555 123456"),
            ("by name", "Зарина Ташбаева"),
            ("twice", "Pavel Quill", "", "0700 998877"),
            ("the second", "Paul Quill", "", "0700-998877"),
            ("at a colleague's", "Nadir Holbekov"),
            ("nobody", "Quentin Unheard"),
            ("Tashbaewa, Zarina",),
            ("by sound in the list", "Кунтин Анхёрд", "Quentin Unherd"),
        )
        preview = case_import.preview(nadia, path, kind="asylum")
        assert {way: [who.row for who in known] for way, known in preview.known.items()} == {
            Way.NUMBER: [2], Way.NAME: [3, 8], Way.FILE: [5, 9], Way.REGISTER: [6],
        }  # fmt: skip
        assert preview.known[Way.REGISTER][0].members == (office.amina.member,)
        told = "\n".join(map(str, import_words.preview_lines(nadia, preview)))
        assert "row 3: " + own.ref in told
        assert "row 6: ask Amina" in told
        refuses(UsageError, "say what happens", case_import.make_cases, nadia, preview, {Way.NAME: Answer.SKIP})
        answers = {Way.NUMBER: Answer.JOIN, Way.NAME: Answer.SKIP, Way.FILE: Answer.MAKE, Way.REGISTER: Answer.SKIP}
        done = case_import.make_cases(nadia, preview, answers)
        assert done.left_out == (3, 6, 8)
        assert [pair.ref for pair in done.to_join] == [own.ref]
        assert sorted(row.title for row in cases.list_all(nadia)) == [
            "An old case", "by number", "by sound in the list", "nobody", "the second", "twice",
        ]  # fmt: skip


def test_what_is_taken_back_is_gone_and_the_log_says_that_it_was(session: Session, tmp_path: Path) -> None:
    imported(session, listed(tmp_path, ROW, OTHER))
    assert searching.search(session, "Tashbaeva").hits
    assert len(taking_back.last_import(session).cases) == 2
    assert taking_back.take_back(session) == 2
    assert n_cases(session) == 0
    assert not searching.search(session, "Tashbaeva").hits
    assert log_checking.verify(session).verified
    refuses(NotFoundError, "you imported nothing in the last 10 minutes", taking_back.take_back, session)


def test_a_colleague_who_asks_is_told_whom_to_ask_about_who_was_imported_until_it_is_taken_back(
    office: Office, tmp_path: Path
) -> None:
    with office.open(office.nadia) as nadia:
        imported(nadia, listed(tmp_path, ROW, OTHER, ("without a name",)))
    with office.open(office.amina) as amina:
        assert register.ask(amina, ["Tashbayeva Zarina"]) == [office.nadia.member]
    with office.open(office.nadia) as nadia:
        assert taking_back.take_back(nadia) == 3
        assert log_checking.verify(nadia).verified
    with office.open(office.amina) as amina:
        assert register.ask(amina, ["Tashbayeva Zarina"]) == []
        assert log_checking.verify(amina).verified


def test_an_import_on_which_somebody_built_stays(session: Session, tmp_path: Path) -> None:
    case = imported(session, listed(tmp_path, ROW, OTHER)).cases[1].case
    notes.add(session, case, Note(NoteKind.CONTACT, "called back"))
    story_records.add(session, case, Task("write to the court"))
    refuses(RefusedError, "somebody has written in one of the cases since", taking_back.take_back, session)
    assert n_cases(session) == 2


def test_after_ten_minutes_it_stays(session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    imported(session, listed(tmp_path, ROW))
    later = session.log.now_ms() + 11 * 60_000
    monkeypatch.setattr(session.log, "now_ms", lambda: later)
    refuses(NotFoundError, "in the last 10 minutes", taking_back.take_back, session)
    assert n_cases(session) == 1


def test_what_a_bundle_may_have_stays(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        imported(amina, listed(tmp_path, ROW))
        syncing.make(amina, office.nadia.member, tmp_path / "for-nadia")
        refuses(RefusedError, "a bundle was made since", taking_back.take_back, amina)


def test_a_day_that_no_calendar_has_is_called_so_and_a_fault_that_comes_again_is_told_once() -> None:
    rows = [["case", "born", "stage"], ["one", "31.02.1990", "nothing"], ["two", "yes", "nothing"]]
    _, faults = read_rows(rows, CaseKind.ASYLUM, datetime.date(2026, 11, 28))
    lines = [str(line) for line in import_words.fault_lines(case_import.Preview(CaseKind.ASYLUM, (), tuple(faults)))]
    assert "  row 2, born: the calendar has no such day" in lines
    assert "  row 3, stage: as in row 2" in lines
    assert sum("a date of birth is written" in line for line in lines) == 1


# An import of cases on which something stands by now, and what a person reads of a long one.
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
    refuses(RefusedError, "has a restricted section by now", taking_back.take_back, session)
    assert len(sections.open_section(session, section).notes) == 1
    assert n_cases(session) == 2


def test_what_was_erased_since_is_called_gone(session: Session, tmp_path: Path) -> None:
    case = imported(session, listed(tmp_path, ROW)).cases[0].case
    erasing.erase(session, what_goes(session, case.hex()), why="mistake")
    refuses(NotFoundError, "what you imported is gone already", taking_back.last_import, session)
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
        told = [str(line) for line in import_words.made_lines(made)]
    assert told[:4] == [
        "1 case is made.",
        f"  {made.cases[0].ref}  {OTHER[0]}",
        "1 row was left out.",
        "These may be one person. Look at both, then join them:",
    ]
    assert told[4].endswith(f"{own.ref}  Ilham Torgaev")


def test_of_a_given_name_and_a_year_of_birth_that_are_the_same_nobody_is_asked(
    session: Session, tmp_path: Path
) -> None:
    known = cases.create(session, title="An old case", kind="asylum")
    case_people.add(session, known.case, role="client", names=["Zarina Quill"], born="1984")
    rows = (("one", "Zarina Tashbaeva", "", "", "1984-05"), ("two", "Zarina", "", "", "1984-05"))
    preview = case_import.preview(session, listed(tmp_path, *rows), kind="asylum")
    assert [who.row for who in preview.known[Way.NAME]] == [3]
