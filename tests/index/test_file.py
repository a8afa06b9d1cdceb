from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.index.conftest import MakeIndex
from tests.index.made import KEY, ORIGIN, case, contents, deadline, id16, id32, note, person, tag
from tests.tables import each, refuses
from vault.errors import InternalError, OpenElsewhereError, VerificationError, WrongPassphraseError
from vault.index import index_tables, indexing
from vault.index.case_pages import case_count, page, row_of
from vault.index.entries import Entry, RemovedCompartment, RemovedRecord
from vault.index.file import Index, is_ahead, make_index, open_index, wipe
from vault.index.full_text import search
from vault.index.heads import cases_of_records, conflicts, corrections_of, heads_in, heads_of
from vault.index.indexing import apply
from vault.store.engine import Database, open_database
from vault.words.message import Message

MARKER = "Xyzzymarker"


def test_what_was_applied_is_there_at_the_next_opening(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    assert index.was_made
    apply(index, [note("n", "airport")], {ORIGIN: 3})
    index.close()
    index = open_index(tmp_path / "a.db", KEY, tag)
    assert not index.was_made
    assert index.cursor() == {ORIGIN: 3}
    assert search(index, "airport").hits
    index.close()


@each({"one file": True, "with its write-ahead log": False})
def test_no_byte_on_disk_tells_what_the_index_holds(closed: bool, tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [case(title=MARKER), person(MARKER), note("n", MARKER)], {})
    if closed:
        index.close()
    on_disk = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    index.close()
    assert len(on_disk) == (1 if closed else 2)
    assert sum(map(len, on_disk.values())) > 100_000
    for data in on_disk.values():
        assert not data.startswith(b"SQLite format 3")
        for form in (MARKER, MARKER.lower()):
            assert form.encode() not in data
            assert form.encode("utf-16-le") not in data


def test_with_the_key_the_text_of_a_note_is_still_not_there(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [note("n", f"a phrase with {MARKER} in it")], {})
    with index.reading() as sql:
        assert sql.execute("SELECT names, body FROM text").fetchall() == [(None, None)]
        tables = [name for (name,) in sql.execute("SELECT name FROM sqlite_master WHERE type='table'")]
        assert "text_content" not in tables
        for table in tables:
            rows = sql.execute(f"SELECT * FROM {table}").fetchall()
            assert not any("phrase with" in str(value).lower() for row in rows for value in row), table
    index.close()


def _other_key(path: Path) -> None:
    wipe(path)
    make_index(path, bytes(32), tag).close()


def _other_stamp(path: Path) -> None:
    database = open_database(path, KEY, create=False)
    with database.transaction() as rows:
        rows.connection.exec_driver_sql(f"PRAGMA user_version={index_tables.STAMP + 1}")
    database.close()


def _first_page_altered(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[100] ^= 1
    path.write_bytes(data)


def _killed_while_made(path: Path) -> None:
    wipe(path)
    open_database(path, KEY, create=True).close()


@each(
    {
        "sealed under another key": _other_key,
        "of another program version": _other_stamp,
        "altered": _first_page_altered,
        "never finished": _killed_while_made,
        "something else": lambda path: path.write_bytes(b"not a database, not at all" * 400),
        "empty": lambda path: path.write_bytes(b""),
        "gone": lambda path: path.unlink(),
    }
)
def test_an_index_that_cannot_be_used_is_made_anew(spoil: object, tmp_path: Path) -> None:
    path = tmp_path / "a.db"
    index = open_index(path, KEY, tag)
    apply(index, [note("n", "airport")], {ORIGIN: 1})
    index.close()
    assert callable(spoil)
    spoil(path)
    index = open_index(path, KEY, tag)
    assert index.was_made
    assert index.cursor() == {}
    assert search(index, "airport").hits == ()
    apply(index, [note("n", "airport")], {ORIGIN: 1})
    assert search(index, "airport").hits
    index.close()


def test_the_index_opens_with_its_own_key_only(tmp_path: Path) -> None:
    open_index(tmp_path / "a.db", KEY, tag).close()
    with pytest.raises(WrongPassphraseError, match="does not open with this key"):
        open_database(tmp_path / "a.db", bytes(32), create=False)


def test_an_index_in_use_elsewhere_is_not_thrown_away(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [case()], {})
    refuses(OpenElsewhereError, r"a\.db is open in another process", open_index, tmp_path / "a.db", KEY, tag)
    assert page(index)
    index.close()


def test_a_disk_that_cannot_read_the_index_gets_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    open_index(tmp_path / "a.db", KEY, tag).close()

    def broken(path: Path, raw_key: bytes, *, create: bool, ballast: Path | None = None) -> Database:
        if not create:
            raise VerificationError(Message("{name} cannot be read", name=path.name))
        return open_database(path, raw_key, create=create, ballast=ballast)

    monkeypatch.setattr("vault.index.file.open_database", broken)
    index = open_index(tmp_path / "a.db", KEY, tag)
    assert index.was_made
    index.close()


def test_optimising_merges_the_text_keeps_what_is_found_and_empties_the_log(tmp_path: Path) -> None:
    index = open_index(tmp_path / "a.db", KEY, tag)
    apply(index, [note("n", "airport")], {})
    apply(index, [note("m", "station")], {})
    index.optimize()
    with index.reading() as sql:
        assert sql.execute("PRAGMA synchronous").fetchone() == (1,)  # NORMAL: a commit does not wait for the disk
        assert sql.execute("SELECT count(DISTINCT segid) FROM text_idx").fetchone() == (1,)
    assert (tmp_path / "a.db-wal").stat().st_size == 0
    assert search(index, "airport").hits
    index.close()


def test_an_index_that_knows_more_than_the_vault_says_so() -> None:
    assert is_ahead({ORIGIN: 5}, {ORIGIN: 4})
    assert is_ahead({ORIGIN: 1}, {})
    assert not is_ahead({ORIGIN: 4}, {ORIGIN: 5, b"p" * 32: 1})


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
    refuses(InternalError, "wrong size", replace, FIRST, record=b"short")


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
