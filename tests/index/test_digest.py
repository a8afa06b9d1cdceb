from __future__ import annotations

from tests.index.made import id16, id32, note, tag
from vault.index import indexing
from vault.index.file import Index
from vault.index.indexing import apply


def test_the_digest_is_the_sum_of_the_tags_of_each_record_with_its_sorted_heads(index: Index) -> None:
    apply(index, [note("a", "x", v="1"), note("a", "x", v="2"), note("b", "x")], {})
    heads = b"".join(sorted([id32("a1"), id32("a2")]))
    total = int.from_bytes(tag(id16("a"), heads)) + int.from_bytes(tag(id16("b"), id32("b")))
    assert index.digest() == (total % 2**256).to_bytes(32)


def test_a_head_that_was_changed_behind_the_program_shows_in_the_recount(index: Index) -> None:
    apply(index, [note("a", "x"), note("b", "x")], {})
    assert indexing.recount(index) == index.digest()
    with index.writing() as sql:
        sql.execute("UPDATE head SET version=? WHERE record=?", (bytes(32), id16("a")))
    assert indexing.recount(index) != index.digest()


def test_the_recount_spans_its_pages_and_splits_no_record(index: Index) -> None:
    apply(index, [note(f"n{i % 3_000}", "", v=str(i)) for i in range(6_000)], {})
    assert indexing.recount(index) == index.digest()


def test_a_recount_that_the_index_outran_has_no_answer(index: Index) -> None:
    apply(index, [note("a", "x")], {})
    made = index.tag

    def meddling(record: bytes, heads: bytes) -> bytes:
        index.changes += 1
        return made(record, heads)

    apply(index, [note(f"n{i}", "") for i in range(5_000)], {})
    index.tag = meddling
    assert indexing.recount(index) is None
