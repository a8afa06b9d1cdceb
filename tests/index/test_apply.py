from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.index.conftest import MakeIndex
from tests.index.made import ORIGIN, case, contents, deadline, id16, id32, note, person
from tests.tables import each
from vault.errors import InternalError
from vault.index import indexing
from vault.index.case_pages import case_count, page, row_of
from vault.index.entries import Entry, RemovedCompartment, RemovedRecord
from vault.index.file import Index
from vault.index.full_text import search
from vault.index.heads import cases_of_records, conflicts, corrections_of, heads_in, heads_of
from vault.index.indexing import apply

FIRST = note("n", "arrested at the airport", v="1")
SECOND = note("n", "released on bail", v="2", parents=["n1"], at=2)
OTHER_SECOND = note("n", "moved to another cell", v="3", parents=["n1"], at=3)
OTHER_KIND = replace(note("n", "", v="5", parents=["n1", "n2"], at=5), kind="approval")
MERGED = note("n", "released, then moved", v="4", parents=["n2", "n3"], at=4)

# One invented history of two cases, with edits, a conflict and its settlement, people and their phones.
HISTORY: tuple[Entry, ...] = (
    FIRST,
    SECOND,
    OTHER_SECOND,
    MERGED,
    case(v="1"),
    deadline("case", "2026-03-01"),
    deadline("case", "2026-03-04", v="2", parents=[""]),
    case(v="2", parents=["case1"], status="closed", at=2),
    case(v="3", parents=["case1"], title="Appeal", status="appeal", at=2),
    case("second", title="Детское дело", ref="AAAA-2222"),
    person("Алёна Жук", phones=("+996 555 12 34 56",)),
    person("Alyona Zhuk", v="edit", record="Алёна Жук", parent="Алёна Жук", at=5, phones=("0555 123-456",)),
    person("Бахтияр Ли", case="second", client=False),
    note("correction", "the other airport", corrects="n", at=6),
)


@each([[(FIRST, SECOND)], [(SECOND,), (FIRST,)]])
def test_a_version_that_another_replaces_is_no_head_and_is_not_found_whichever_came_first(
    batches: list[tuple[Entry, ...]], make_index: MakeIndex
) -> None:
    index = make_index()
    for batch in batches:
        apply(index, batch, {})
    assert heads_of(index, id16("case"), id16("n"), "note") == (id32("n2"),)
    assert search(index, "airport").hits == ()
    assert [hit.version for hit in search(index, "bail").hits] == [id32("n2")]


def test_two_versions_that_nobody_replaced_are_a_conflict_until_a_third_replaces_both(index: Index) -> None:
    apply(index, [FIRST, SECOND, OTHER_SECOND], {})
    assert conflicts(index) == [(id16("case"), id16("n"), "note")]
    assert len(heads_of(index, id16("case"), id16("n"), "note")) == 2
    assert search(index, "bail").hits
    assert search(index, "cell").hits
    apply(index, [MERGED], {})
    assert conflicts(index) == []
    assert heads_of(index, id16("case"), id16("n"), "note") == (id32("n4"),)


@each([[(FIRST, OTHER_KIND, SECOND)], [(OTHER_KIND,), (FIRST,), (SECOND,)], [(SECOND,), (FIRST, OTHER_KIND)]])
def test_a_version_replaces_none_of_another_kind_whichever_came_first(
    batches: list[tuple[Entry, ...]], make_index: MakeIndex
) -> None:
    index = make_index()
    for batch in batches:
        apply(index, batch, {})
    assert heads_of(index, id16("case"), id16("n"), "note") == (id32("n2"),)
    assert heads_of(index, id16("case"), id16("n"), "approval") == (OTHER_KIND.version,)
    assert conflicts(index) == []
    apply(index, [RemovedRecord(id16("case"), id16("n"))], {})
    assert heads_in(index, id16("case")) == []


def test_a_correction_is_found_by_its_note_as_long_as_a_head_says_so(index: Index) -> None:
    apply(index, [note("c", "x", v="1", corrects="n"), note("far", "x", case="b", corrects="n")], {})
    assert corrections_of(index, id16("case"), id16("n")) == [id16("c")]
    apply(index, [note("c", "x", v="2", parents=["c1"])], {})
    assert corrections_of(index, id16("case"), id16("n")) == []


def test_of_two_heads_of_a_case_the_list_shows_the_later_and_says_that_there_are_two(index: Index) -> None:
    apply(index, [case(v="2", title="Later", at=8), case(v="1", title="Earlier", at=7)], {})
    (row,) = page(index)
    assert (row.title, row.heads) == ("Later", 2)
    assert case_count(index) == 1
    apply(index, [case("second"), case(v="3", parents=["case1", "case2"], status="closed")], {})
    assert case_count(index) == 2


def test_the_case_carries_the_name_of_its_client_also_when_the_client_came_first(index: Index) -> None:
    apply(index, [person("Witness W.", client=False), person("Алёна Жук")], {})
    apply(index, [case()], {})
    assert page(index)[0].name == "Алёна Жук"
    apply(index, [RemovedRecord(id16("case"), id16("Алёна Жук"))], {})
    assert page(index)[0].name == ""


@pytest.mark.parametrize("names", [("Anna", "Boris"), ("Boris", "Anna")])
def test_the_client_who_was_added_first_names_the_case_also_after_an_edit(index: Index, names: tuple[str, str]) -> None:
    first, second = names
    edited = person(f"{first} Edited", record=first, v="2", parent=first, at=9)
    apply(index, [case(), edited, person(second, at=2)], {})
    assert page(index)[0].name == second
    apply(index, [person(first, at=1)], {})
    assert page(index)[0].name == f"{first} Edited"


def test_a_removed_record_leaves_nothing(index: Index, make_index: MakeIndex) -> None:
    apply(index, HISTORY, {})
    everything = {(e.compartment, e.record) for e in HISTORY if not isinstance(e, RemovedCompartment)}
    apply(index, [RemovedRecord(*key) for key in everything], {})
    assert contents(index) == contents(make_index())
    assert index.digest() == bytes(32)


def test_a_removed_compartment_leaves_nothing_and_the_others_stay(index: Index, make_index: MakeIndex) -> None:
    apply(index, HISTORY, {})
    apply(index, [note("late", "in the same batch"), RemovedCompartment(id16("case"))], {})
    other = make_index()
    apply(other, [e for e in HISTORY if e.compartment != id16("case")], {})
    assert contents(index) == contents(other)
    assert row_of(index, id16("case")) is None


def test_a_version_that_claims_to_replace_itself_is_no_head_and_can_be_removed(
    index: Index, make_index: MakeIndex
) -> None:
    apply(index, [note("n", "airport", v="1", parents=["n1"])], {})
    assert heads_in(index, id16("case")) == []
    apply(index, [RemovedCompartment(id16("case"))], {})
    assert contents(index) == contents(make_index())


def test_a_record_moved_within_one_batch_is_only_in_its_new_place(index: Index) -> None:
    apply(index, [FIRST], {})
    moved = replace(FIRST, compartment=id16("section"), version=id32("moved"))
    apply(index, [RemovedRecord(FIRST.compartment, FIRST.record), moved], {})
    assert [(hit.compartment, hit.version) for hit in search(index, "airport").hits] == [
        (id16("section"), id32("moved"))
    ]


def test_a_replay_under_an_older_cursor_changes_nothing_and_the_cursor_stays(index: Index) -> None:
    apply(index, HISTORY, {ORIGIN: len(HISTORY)})
    before = contents(index)
    apply(index, HISTORY[3:7], {ORIGIN: 7})
    assert contents(index) == before
    assert index.cursor() == {ORIGIN: len(HISTORY)}


def test_what_a_crash_kept_from_the_index_is_applied_from_its_cursor(index: Index, make_index: MakeIndex) -> None:
    apply(index, HISTORY[:4], {ORIGIN: 4})  # killed here: HISTORY[4:] is committed to the vault, not to the index
    apply(index, HISTORY[index.cursor()[ORIGIN] :], {ORIGIN: len(HISTORY)})
    whole = make_index()
    apply(whole, HISTORY, {ORIGIN: len(HISTORY)})
    assert contents(index) == contents(whole)


def test_a_batch_that_fails_leaves_neither_entries_nor_cursor(index: Index) -> None:
    def failing() -> object:
        yield FIRST
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        apply(index, failing(), {ORIGIN: 1})  # type: ignore[arg-type]  # a generator of one entry
    assert index.cursor() == {}
    assert heads_in(index, id16("case")) == []


def test_many_versions_of_one_moment_all_stand(index: Index) -> None:
    one_moment = [note(f"n{i}", f"word{i:03}", at=7) for i in range(200)]
    alike = [replace(note(f"n{i}", f"word{i:03}", at=7), version=bytes(31) + bytes([i - 200])) for i in range(200, 300)]
    apply(index, one_moment[:100], {})
    apply(index, one_moment[100:] + alike, {})
    assert len(heads_in(index, id16("case"))) == 300
    assert all(search(index, f"word{i:03}").hits[0].record == id16(f"n{i}") for i in range(300))


def test_heads_come_oldest_first_and_by_the_counter_of_their_clock_and_are_found_by_their_ids(index: Index) -> None:
    apply(index, [replace(note(f"n{i}", "airport", at=7), counter=i) for i in (2, 0, 1)], {})
    apply(index, [note("late", "x", at=9), note("early", "x", at=3), note("elsewhere", "x", case="other")], {})
    names = ("early", "n0", "n1", "n2", "late")
    assert [head.record for head in heads_in(index, id16("case"))] == [id16(name) for name in names]
    there = id16("elsewhere")
    assert cases_of_records(index, there, there, "note") == {(there, id16("other"))}
    apply(index, [RemovedRecord(id16("other"), there)], {})
    assert cases_of_records(index, there, there, "note") == set()


@pytest.mark.parametrize("at", [-5, 1 << 70])
def test_a_clock_out_of_all_bounds_is_a_claim_like_any_other(index: Index, at: int) -> None:
    apply(index, [note("n", "airport", at=at), note("m", "airport", at=5)], {})
    found = [hit.record for hit in search(index, "airport").hits]
    assert found == ([id16("n"), id16("m")] if at > 0 else [id16("m"), id16("n")])


def test_ids_of_a_wrong_size_are_a_fault_of_the_program() -> None:
    with pytest.raises(InternalError, match="wrong size"):
        replace(FIRST, record=b"short")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_every_order_batching_and_repetition_ends_where_a_rebuild_ends(
    make_index: MakeIndex, data: st.DataObject
) -> None:
    entries = data.draw(st.permutations(HISTORY + tuple(data.draw(st.lists(st.sampled_from(HISTORY), max_size=5)))))
    incremental, rebuilt = make_index(), make_index()
    while entries:
        size = data.draw(st.integers(1, len(entries)))
        apply(incremental, entries[:size], {})
        entries = entries[size:]
    apply(rebuilt, HISTORY, {})
    assert contents(incremental) == contents(rebuilt)
    assert incremental.digest() == indexing.recount(incremental) == rebuilt.digest()
