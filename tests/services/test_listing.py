"""The list of cases on a screen: one entry for the look, pages by key, filters without another entry."""

from __future__ import annotations

from tests.services.founded import MARKER, Filled
from vault.access.session import Session
from vault.casework.case import Case
from vault.index.case_pages import Sort
from vault.services.approvals import erasing
from vault.services.cases import case_people, cases, listing
from vault.services.erasures.what_goes import what_goes
from vault.services.evidence import logbook


def test_the_look_is_in_the_log_before_any_row_and_pages_and_filters_add_nothing(filled_session: Session) -> None:
    opened = listing.open_list(filled_session)
    size = filled_session.log.size
    assert opened.count() == 2
    rows = opened.page(0, Sort.REF)
    assert [row.ref for row in rows] == sorted(row.ref for row in rows)
    assert opened.page(1, Sort.REF, after=rows[0].place) == rows[1:]
    assert opened.page(0, Sort.REF, before=rows[1].place) == rows[:1]
    assert opened.page(1, Sort.REF) == rows[1:]
    found = opened.filter("tomasz")
    assert opened.count(found) == 1
    assert [row.title for row in opened.page(0, Sort.NAME, found=found)] == [f"{MARKER} second"]
    assert opened.filter("  ") is None
    assert filled_session.log.size == size
    newest = logbook.newest(filled_session).lines[1]
    assert newest.payload is not None
    assert (newest.payload.act, newest.payload.covers) == ("case.list", {Case.KIND: 2})


def test_a_case_made_later_is_in_the_next_page(filled: Filled) -> None:
    with filled.open() as session:
        opened = listing.open_list(session)
        cases.create(session, title="Third", kind="other")
        assert opened.count() == 3
        assert "Third" in [row.title for row in opened.page(0, Sort.NAME)]


def test_beside_a_list_nothing_stands_of_a_case_that_went(filled: Filled) -> None:
    with filled.open() as session:
        opened = listing.open_list(session)
        assert opened.preview(filled.cases[0]) is not None
        erasing.erase(session, what_goes(session, filled.refs[0]), why="mistake")
        assert opened.preview(filled.cases[0]) is None
        assert opened.preview(filled.cases[1]) is not None


def test_beside_the_list_a_person_without_a_name_leaves_no_gap(filled: Filled) -> None:
    with filled.open() as session:
        case_people.add(session, filled.cases[0], role="client", names=[])
        shown = listing.open_list(session).preview(filled.cases[0])
        assert shown is not None
        assert "" not in (*shown.clients, *shown.others)
