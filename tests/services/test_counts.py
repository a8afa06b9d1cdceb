"""Counts of what a member may read: who is counted once, and what is not shown, also beside tables of earlier days."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.services.office import Office
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError
from vault.ids import CompartmentId, RecordId
from vault.progress import CancelledError
from vault.services import case_counts
from vault.services.cases import case_changes, case_people, cases, notes, same_people
from vault.services.cases.editing import Place
from vault.tables.small_cells import Numbers


def made(
    session: Session, kind: str, sex: str | None = None, country: str = "", born: str | None = None
) -> CompartmentId:
    case = cases.create(session, title="A matter", kind=kind).case
    client(session, case, sex, country, born)
    return case


def client(
    session: Session, case: CompartmentId, sex: str | None = None, country: str = "", born: str | None = None
) -> RecordId:
    nationalities = [country] if country else []
    person = case_people.checked_person(
        role="client", names=["Zarina Quill"], born=born, sex=sex, nationalities=nationalities
    )
    return case_people.keep(session, case, person)


def rows(session: Session, *by: str) -> dict[tuple[str, ...], Numbers]:
    shown = case_counts.count(session, by)
    return {**shown.rows, **({} if shown.total is None else {("total",): shown.total})}


def test_people_cases_and_acts_are_counted_apart_and_small_groups_are_hidden(session: Session) -> None:
    first = made(session, "asylum", "female", "KG", "1984-05")
    for _ in range(5):
        made(session, "asylum", "female", "KG", "1984-05")
        made(session, "detention", "male", "UZ", "2015")
    made(session, "family", None, "AF")
    made(session, "family", None, "AF")
    notes.add(session, first, Note(NoteKind.CONTACT, "called"))
    notes.add(session, first, Note(NoteKind.CONTACT, "called again"))
    client(session, first, "male", "KG", "1990")  # a second client of the first case
    assert rows(session, "kind") == {("asylum",): (7, 6, 2), ("total",): (14, 13, 2)}
    shown = case_counts.count(session, ["nationality", "sex"])
    assert ("AF", "unknown") not in shown.rows
    told = "\n".join(map(str, case_counts.count_lines(shown)))
    assert "AF" not in told
    assert "Rows of fewer than 5 people or cases are hidden" in told


def test_where_no_row_may_be_shown_it_says_by_which_column_one_would_be(session: Session) -> None:
    for number in range(6):
        made(session, ("asylum", "detention", "family")[number % 3], ("female", "male")[number % 2], "KG")
    shown = case_counts.count(session, ["kind", "sex"])
    assert (shown.rows, shown.instead) == ({}, ("nationality",))
    told = "\n".join(map(str, case_counts.count_lines(shown)))
    assert "By one of these alone there is a row to show: nationality." in told
    by_that = case_counts.count(session, shown.instead)
    assert (list(by_that.rows), by_that.instead) == ([("KG",)], ())


def test_a_person_of_two_cases_is_counted_once(session: Session) -> None:
    homes = [made(session, "asylum") for _ in range(6)]
    again = made(session, "asylum")
    (one,), (other,) = (cases.open_case(session, case).persons for case in (homes[0], again))
    same_people.same(session, Place(homes[0], one.record, "person"), Place(again, other.record, "person"))
    assert rows(session, "kind") == {("asylum",): (6, 7, 0), ("total",): (6, 7, 0)}


def test_a_table_of_another_day_does_not_tell_who_came_in_between(session: Session) -> None:
    for kind in ("asylum",) * 6 + ("detention",) * 6:
        made(session, kind)
    before = rows(session, "kind")
    assert before[("total",)].people == 12
    made(session, "asylum")
    shown = case_counts.count(session, ["kind"])
    assert {**shown.rows, ("total",): shown.total} == before
    assert shown.stands == {("asylum",), ()}
    assert rows(session, "sex")[("total",)].people == 12
    for _ in range(4):
        made(session, "asylum")
    assert rows(session, "kind")[("asylum",)].people == 11


def test_a_table_that_is_made_again_and_again_pushes_no_other_out_of_what_is_remembered(session: Session) -> None:
    for kind in ("family",) * 6 + ("other",) * 6:  # of one stage
        made(session, kind, "female")
    before = rows(session, "kind")
    made(session, "family", "female")
    for _ in range(17):
        rows(session, "stage", "sex")
        rows(session, "sex", "stage")
    assert rows(session, "kind") == before


def test_what_a_member_cannot_open_is_not_counted(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        for _ in range(5):
            made(nadia, "asylum")
        assert rows(nadia, "kind")[("total",)].cases == 5
    with office.open(office.amina) as amina:
        assert rows(amina, "kind") == {}


@each({"unknown": ["kind", "name"], "twice": ["kind", "kind"], "none": [], "empty": [""]})
def test_other_columns_are_refused(by: Sequence[str], session: Session) -> None:
    size = session.log.size
    with pytest.raises(UsageError):
        case_counts.count(session, by)
    assert session.log.size == size


def test_what_nobody_wants_any_more_is_not_shown_and_not_remembered(session: Session) -> None:
    made(session, "asylum")
    with pytest.raises(CancelledError):
        case_counts.count(session, ["kind"], cancelled=lambda: True)
    assert case_counts.tables_before(session) == []


def test_the_file_holds_what_is_shown_and_no_live_cell(session: Session) -> None:
    for _ in range(5):
        made(session, "asylum", "female", "KG")
    shown = case_counts.count(session, ["kind", "nationality"])
    content = case_counts.file_of(shown, ".csv").decode("utf-8-sig").splitlines()
    assert content == ["kind,nationality,people,cases,acts", "asylum,KG,5,5,0", "total,,5,5,0"]
    assert case_counts.file_of(shown, ".xlsx").startswith(b"PK")
    refuses(UsageError, r"must end in \.csv or \.xlsx", case_counts.file_of, shown, ".pdf")


def test_who_stands_in_two_cases_counts_once_where_the_open_one_is_whichever_was_written_first(
    session: Session,
) -> None:
    for closes_first in (True, False):
        both = [made(session, kind) for kind in ("asylum", "detention")]
        first, second = (
            Place(case, person, "person") for case in both for person in case_people.names_in(session, case)
        )
        same_people.same(session, first, second)
        case_changes.close(session, both[0 if closes_first else 1], reason="resolved")
    for _ in range(10):
        made(session, "asylum")
        made(session, "detention")
    counted = rows(session, "kind")
    assert [counted[kind,].people for kind in ("asylum", "detention")] == [11, 11]
    assert [counted[kind,].cases for kind in ("asylum", "detention")] == [12, 12]


def test_a_table_that_stands_as_it_was_says_so_and_one_with_nothing_hidden_says_nothing_of_it(session: Session) -> None:
    for _ in range(6):
        made(session, "asylum", "female")
    told = "\n".join(map(str, case_counts.count_lines(case_counts.count(session, ["kind"]))))
    assert "are hidden" not in told
    assert "as it was last time" not in told
    made(session, "asylum", "female")
    told = "\n".join(map(str, case_counts.count_lines(case_counts.count(session, ["kind"]))))
    assert "2 numbers are shown as they were last time: they changed by fewer than" in told
