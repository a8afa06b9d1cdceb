from __future__ import annotations

import random
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace as structs_replace

from tests.index.made import case, deadline, id16, id32, note, person
from tests.tables import each
from vault.casework.contact import is_never_used
from vault.index import index_tables
from vault.index.case_pages import (
    MOST_FOUND,
    CaseRow,
    Sort,
    case_count,
    cases_by_ref,
    cases_of_owner,
    closed_cases,
    find,
    next_dates,
    page,
    page_at,
    people_at_a_glance,
    row_of,
)
from vault.index.dated import due
from vault.index.entries import CaseColumns, Entry, IndexedRecord, PersonColumns, RemovedCompartment
from vault.index.file import Index
from vault.index.heads import access_records, heads_of_record
from vault.index.indexing import apply
from vault.index.people_index import find_alike, never_use_among
from vault.index.remembered import remember_told, told
from vault.index.search_text import sort_key

STATUSES = ("open", "closed", "appeal")


def _fill(index: Index, count: int = 300) -> None:
    made = random.Random(7)
    apply(index, [_case(made, f"c{i}") for i in range(count)], {})
    apply(index, [_deadline(made, f"c{i}") for i in range(count)], {})


def _change(index: Index, made: random.Random, names: list[str]) -> None:
    """Bring in cases, other versions of them, in conflict or not, or clients; or take some out."""
    some = made.sample(names, min(len(names), 9))
    given: list[Entry] = []
    kind = made.randrange(5)
    if kind == 0:
        fresh = [f"c{made.random()}" for _ in range(made.randrange(20))]
        names += fresh
        given += [_case(made, name) for name in fresh]
    elif kind == 1:
        given += [_case(made, name, v=f"{made.random()}", parents=made.choice([(), (name,)])) for name in some]
    elif kind == 2:
        given += [person(made.choice(["Aaa", "Zzz"]), case=name, v=f"{made.random()}") for name in some]
    elif kind == 3:
        given += [_deadline(made, name, v=f"{made.random()}", parents=made.choice([(), ("",)])) for name in some]
    else:
        given += [RemovedCompartment(id16(name)) for name in some]
        names[:] = [name for name in names if name not in some]
    apply(index, given, {})


def _case(made: random.Random, name: str, **version: Any) -> IndexedRecord:
    return case(
        name,
        title=made.choice(["Removal", "Élan", "Дело", "removal"]),
        ref=f"{made.randrange(40):04}-AAAA",  # many ties
        status=made.choice(STATUSES),
        at=made.randrange(50),
        **version,
    )


def _deadline(made: random.Random, name: str, **version: Any) -> IndexedRecord:
    day = made.choice([None, "2026-03-01", "2026-04-01", "2027-01-01"])
    return deadline(name, day, is_due=made.random() < 0.9, **version)


def _key(sort: Sort, row: CaseRow) -> tuple[object, ...]:
    due = row.due or "~"
    keys = {Sort.DUE: (due,), Sort.REF: (row.ref,), Sort.NAME: row.place.keys, Sort.STATUS: (row.status, due)}
    return (*keys[sort], row.place.doc)


@pytest.fixture
def listed(index: Index) -> Index:
    _fill(index)
    return index


@each(list(Sort))
def test_pages_show_every_case_once_in_order_in_both_directions(sort: Sort, listed: Index) -> None:
    for size in (7, 64, 300):
        forwards: list[CaseRow] = []
        while rows := page(listed, sort, after=forwards[-1].place if forwards else None, size=size):
            forwards += rows
            assert len(forwards) <= 300
        assert len(forwards) == len({row.case for row in forwards}) == case_count(listed)
        assert forwards == sorted(forwards, key=lambda row: _key(sort, row))
        backwards = page_at(listed, max(0, len(forwards) - size), sort, size=size)
        while rows := page(listed, sort, before=backwards[0].place, size=size):
            backwards = rows + backwards
            assert len(backwards) <= 300
        assert backwards == forwards
    # A jump shows what paging shows there.
    total = case_count(listed)
    for position in (0, 1, total // 2, total - 5, total - 1, total, total + 9, -3):
        assert page_at(listed, position, sort, size=10) == forwards[max(position, 0) :][:10]


@pytest.mark.parametrize("sort", list(Sort))
def test_a_jump_shows_what_stands_there_whatever_came_changed_or_went(
    index: Index, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    monkeypatch.setattr(index_tables, "ROWS_OF_A_STRETCH", 4)
    made, names = random.Random(11), [f"c{i}" for i in range(60)]
    _fill(index, 60)
    for _ in range(60):
        rows = page(index, sort, size=999)
        for position in (*range(0, len(rows) + 2, 5), len(rows) - 1, len(rows)):
            assert page_at(index, position, sort, size=3) == rows[max(position, 0) :][:3]
        _change(index, made, names)


def test_of_a_case_that_went_no_stretch_keeps_the_name(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index_tables, "ROWS_OF_A_STRETCH", 4)
    apply(index, [case(f"c{i}", title=f"title{i:02}", ref=f"{i:04}-AAAA", at=i) for i in range(20)], {})
    page_at(index, 9)
    apply(index, [RemovedCompartment(id16(f"c{i}")) for i in range(3, 20)], {})
    with index.reading() as sql:
        kept = str(sql.execute("SELECT * FROM stretch").fetchall())
    assert not re.search(r"title(0[3-9]|1)|00(0[3-9]|1.)-", kept)


@pytest.mark.parametrize("sort", list(Sort))
def test_every_order_is_read_from_its_index_and_never_sorted(
    index: Index, monkeypatch: pytest.MonkeyPatch, sort: Sort
) -> None:
    monkeypatch.setattr(index_tables, "ROWS_OF_A_STRETCH", 4)
    _fill(index, 60)
    asked: list[tuple[str, Any]] = []

    class Listening:
        def __init__(self, sql: Any) -> None:
            self.sql = sql

        def execute(self, statement: str, parameters: Any = ()) -> Any:
            asked.append((statement, parameters))
            return self.sql.execute(statement, parameters)

    reading = index.reading

    @contextmanager
    def listening() -> Iterator[Any]:
        with reading() as sql:
            yield Listening(sql)

    index.reading = listening  # type: ignore[method-assign]  # to hear the statements
    place = page(index, sort)[3].place
    asked.clear()
    page(index, sort, after=place)
    page(index, sort, before=place)
    assert page_at(index, 9, sort, size=2)
    plans = []
    with reading() as sql:
        for statement, parameters in asked:
            if "FROM case_row" in statement:
                plans += [row[3] for row in sql.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)]
    assert len(plans) == 3
    assert all(re.search("USING (COVERING )?INDEX list_by_", plan) for plan in plans)
    assert all(re.search(r",tie\)[<>]\(\?", plan) for plan in plans), "the place is walked to, not looked up"


def test_a_name_sorts_before_a_title_of_later_letters_and_what_has_no_date_comes_last(index: Index) -> None:
    made = [
        case("a", title="Zulu"),
        case("b", title="Ёлка"),
        deadline("b", "2027-01-01"),
        case("c", title="Aaa"),
        deadline("c", "2026-01-01"),
        person("Борис", case="c"),
    ]
    apply(index, made, {})
    assert [row.title for row in page(index, Sort.NAME)] == ["Zulu", "Aaa", "Ёлка"]
    assert [row.due for row in page(index)] == ["2026-01-01", "2027-01-01", None]


def test_the_next_date_of_a_case_is_the_earliest_that_has_to_be_kept_and_follows_each_change(index: Index) -> None:
    apply(index, [case("a"), deadline("a", "2026-03-04"), case("b"), deadline("b", "2026-03-02", is_due=False)], {})
    assert [row.due for row in page(index)] == ["2026-03-04", None]
    found, _ = due(index, "2026-12-31", today="2026-01-01", most=9, most_late=9, limit=9)
    assert [row.when for row in found] == ["2026-03-04"]
    apply(index, [deadline("a", "2026-03-09", v="2", parents=[""])], {})
    assert [row.due for row in page(index)] == ["2026-03-09", None]
    assert due(index, "2026-03-08", today="2026-01-01", most=9, most_late=9, limit=9) == ([], set())
    apply(index, [deadline("a", "2026-03-09", v="3", parents=["2"], is_due=False)], {})
    assert [row.due for row in page(index)] == [None, None]


def test_a_closed_case_leaves_the_list_and_its_count_and_is_found_by_reference(index: Index) -> None:
    closed = case("a", v="2", parents=["a"], ref="AAAA-2222")
    assert isinstance(closed.columns, CaseColumns)
    apply(index, [case("a", ref="AAAA-2222"), case("b", ref="BBBB-3333")], {})
    apply(index, [msgspec.structs.replace(closed, columns=replace(closed.columns, closed="2026-03-04"))], {})
    assert [row.ref for row in page(index)] == ["BBBB-3333"]
    assert case_count(index) == 1
    assert cases_by_ref(index, "AAAA-2222") == [id16("a")]
    assert [row.closed for row in closed_cases(index, limit=10)] == ["2026-03-04"]
    apply(index, [case("a", v="3", parents=["a2"], ref="AAAA-2222")], {})  # opened again
    assert case_count(index) == 2
    assert closed_cases(index, limit=10) == []


def test_the_filter_looks_through_names_of_case_and_people_but_not_through_notes(index: Index) -> None:
    apply(
        index,
        [
            case("a", title="Removal to Tashkent", ref="AAAA-2222"),
            case("b", title="Detention", ref="BBBB-3333"),
            person("Алёна Жук", case="b", client=False),
            note("n", "жук tashkent", case="b"),
            note("lone", "detention", case="nowhere"),
        ],
        {},
    )

    def shown(words: str) -> list[str]:
        found = find(index, words)
        assert found is not None
        return [row.ref for row in page(index, found=found)]

    assert shown("tashk") == ["AAAA-2222"]
    assert shown("алена") == ["BBBB-3333"]
    assert shown("bbbb-33") == ["BBBB-3333"]
    assert shown("tashkent detention") == []
    assert find(index, "  ") is None


def test_a_filtered_list_is_paged_sorted_and_jumped_in_like_the_whole(index: Index) -> None:
    _fill(index)
    found = find(index, "removal")
    assert found is not None
    assert not found.more
    rows = page(index, Sort.STATUS, found=found, size=300)
    assert len(rows) == len(found.docs) == sum(row.title.lower() == "removal" for row in page(index, size=300))
    assert rows == sorted(rows, key=lambda row: _key(Sort.STATUS, row))
    assert page(index, Sort.STATUS, found=found, after=rows[9].place, size=5) == rows[10:15]
    assert page(index, Sort.STATUS, found=found, before=rows[9].place, size=5) == rows[4:9]
    assert page_at(index, 30, Sort.STATUS, found=found, size=5) == rows[30:35]


def test_a_filter_that_is_too_wide_says_so_and_keeps_the_newest(index: Index) -> None:
    apply(index, [case(f"c{i}", title="Removal", at=i) for i in range(MOST_FOUND)], {})
    fits = find(index, "removal")
    assert fits is not None
    assert not fits.more
    apply(index, [case("newest", title="Removal", at=MOST_FOUND)], {})
    found = find(index, "removal")
    assert found is not None
    assert found.more
    assert len(found.docs) == MOST_FOUND
    assert id16("c0") not in {row.case for row in page(index, found=found, size=2_000)}


def test_a_case_in_conflict_is_found_once_and_by_what_the_list_shows(index: Index) -> None:
    apply(index, [case(v="1", ref="AAAA-2222", at=1), case(v="2", ref="BBBB-3333", at=2)], {})
    found = find(index, "removal")
    assert found is not None
    assert len(found.docs) == len(page(index, found=found)) == 1
    assert (cases_by_ref(index, "AAAA-2222"), cases_by_ref(index, "BBBB-3333")) == ([], [id16("case")])


def test_the_number_of_cases_is_that_of_the_rows_also_after_an_edit(index: Index) -> None:
    _fill(index)
    assert case_count(index) == len(page(index, size=301)) == 300
    apply(index, [case(v="1"), case(v="2", parents=["case1"], status="closed")], {})
    apply(index, [case(v="3", parents=["case2"], status="open")], {})
    assert case_count(index) == 301


def test_a_case_is_found_by_its_reference_and_by_its_id(index: Index) -> None:
    apply(index, [case("a", ref="AAAA-2222"), case("b", ref="BBBB-3333")], {})
    assert cases_by_ref(index, "BBBB-3333") == [id16("b")]
    assert cases_by_ref(index, "CCCC-4444") == []
    row = row_of(index, id16("a"))
    assert row is not None
    assert (row.ref, row.kind, row.risk, row.owner, row.opened) == (
        "AAAA-2222",
        "extradition",
        "high",
        "amina",
        "2026-01-02",
    )
    assert row_of(index, id16("c")) is None


def test_beside_the_list_stand_the_people_of_a_case_clients_first_and_its_next_dates(index: Index) -> None:
    apply(
        index,
        [
            case("a"),
            person("Lidia", case="a", client=False, at=1),
            person("Arseni", case="a", at=2),
            person("Other", case="b", at=3),
            deadline("a", "2026-03-04"),
            deadline("b", "2026-03-01"),
        ],
        {},
    )
    assert [glance.name for glance in people_at_a_glance(index, id16("a")).people] == ["Arseni", "Lidia"]
    assert [glance.when for glance in next_dates(index, id16("a"), "2026-03-01T00:00")] == ["2026-03-04"]


# What the index gives where much is asked for: every line that forbids a way, the newest of many, and no more.
LINES = ("+996 555 010 203", "12345", "0700 512345", "owl@example.org", "102", "his brother Timur")


def called(name: str, record: str, *, never_use: tuple[str, ...] = ()) -> IndexedRecord:
    columns = PersonColumns(name, sort_key(name), is_client=True, names=(name,), never_use=never_use)
    return structs_replace(person(name, record=record, v=record), columns=columns)


@each(["12345", "512345", "010203", "0555010203", "102", "2345", "OWL@example.org", "99345", ""])
def test_every_line_that_forbids_a_way_is_found_whatever_its_length(way: str, index: Index) -> None:
    apply(index, [called("Elmar Torgaev", "a", never_use=LINES)], {})
    found = never_use_among(index, [way])
    assert {line for line in LINES if is_never_used(way, [line])} <= found <= set(LINES)
    assert is_never_used(way, found) is is_never_used(way, LINES)


def test_of_many_who_are_called_the_same_the_newest_are_given_and_no_more(index: Index) -> None:
    name = "Aibek Oshmarov"
    apply(index, [structs_replace(called(name, str(n)), at_ms=n) for n in range(1_001)], {})
    for asked, in_part in (("Oshmarov", True), (name, True), (name, False)):
        found = find_alike(index, asked, limit=3, in_part=in_part)
        assert [hit.record for hit in found] == [id16(str(n)) for n in (1_000, 999, 998)], asked
    assert find_alike(index, "Aibek Zhgunov", limit=3) == []


def test_what_is_late_takes_no_more_than_its_share_and_all_together_no_more_than_asked(index: Index) -> None:
    days = {"a": "2025-11-01", "b": "2025-12-01", "c": "2026-02-01", "d": "2026-03-01"}
    apply(index, [entry for name, day in days.items() for entry in (case(name), deadline(name, day))], {})

    def shown(limit: int) -> list[str]:
        return [row.when for row in due(index, "2026-12-31", today="2026-01-01", most=9, most_late=9, limit=limit)[0]]

    assert shown(1) == ["2025-12-01"]
    assert shown(2) == ["2025-12-01", "2026-02-01"]
    assert shown(9) == list(days.values())


def test_what_a_person_heard_of_is_told_once_and_nothing_is_kept_of_no_news(index: Index) -> None:
    remember_told(index, ())
    assert told(index) == frozenset()
    for _ in range(2):
        remember_told(index, [id32("a")])
    assert told(index) == {id32("a")}


# What the index knows of rights that end and of owners: ids alone.
def access(of_case: str, member: str, *, v: str = "", parents: tuple[str, ...] = ()) -> IndexedRecord:
    base = note(member, "", case=of_case, v=of_case + v, parents=tuple(of_case + parent for parent in parents))
    return structs_replace(base, parents=tuple(id32(member + of_case + parent) for parent in parents), kind="access")


def test_the_dates_of_one_member_are_found_in_every_case(index: Index) -> None:
    apply(index, [access("one", "joel"), access("two", "joel"), access("two", "nadia"), note("n", "words")], {})
    found = heads_of_record(index, id16("joel"), "access")
    assert found == {id16("one"): (id32("joelone"),), id16("two"): (id32("joeltwo"),)}
    assert heads_of_record(index, id16("amina"), "access") == {}


def test_a_date_that_was_moved_is_one_head_and_two_at_once_are_two(index: Index) -> None:
    apply(index, [access("one", "joel"), access("one", "joel", v="2", parents=("",))], {})
    assert heads_of_record(index, id16("joel"), "access") == {id16("one"): (id32("joelone2"),)}
    apply(index, [access("one", "joel", v="3", parents=("",))], {})
    assert set(heads_of_record(index, id16("joel"), "access")[id16("one")]) == {id32("joelone2"), id32("joelone3")}


def test_every_case_with_dates_is_listed_with_its_members_once(index: Index) -> None:
    apply(index, [access("one", "joel"), access("one", "joel", v="2"), access("one", "nadia"), note("n", "words")], {})
    assert {key: set(found) for key, found in access_records(index).items()} == {
        id16("one"): {id16("joel"), id16("nadia")}
    }
    assert len(access_records(index)[id16("one")]) == 2


def test_the_cases_of_an_owner_are_those_whose_newest_head_names_them(index: Index) -> None:
    amina, joel = id16("amina"), id16("joel")

    def owned(name: str, owner: bytes, **more: object) -> IndexedRecord:
        columns = CaseColumns("A title", f"REF-{name}", "open", owner=owner.hex())
        return structs_replace(case(name, **more), columns=columns)  # type: ignore[arg-type]  # options of `case`

    apply(index, [owned("b", amina), owned("a", amina), owned("c", joel), owned("d", amina)], {})
    assert cases_of_owner(index, amina) == [id16("a"), id16("b"), id16("d")]
    apply(index, [owned("d", joel, v="2", parents=("d",))], {})
    assert cases_of_owner(index, amina) == [id16("a"), id16("b")]
    assert cases_of_owner(index, id16("nobody")) == []
