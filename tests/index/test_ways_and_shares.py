"""What the index gives where much is asked for: every line that forbids a way, the newest of many, and no more."""

from __future__ import annotations

from msgspec.structs import replace

from tests.index.made import case, deadline, id16, id32, person
from tests.tables import each
from vault.casework.contact import is_never_used
from vault.index.dated import due
from vault.index.entries import IndexedRecord, PersonColumns
from vault.index.file import Index
from vault.index.indexing import apply
from vault.index.people_index import find_alike, never_use_among
from vault.index.remembered import remember_told, told
from vault.index.search_text import sort_key

LINES = ("+996 555 010 203", "12345", "0700 512345", "owl@example.org", "102", "his brother Timur")


def called(name: str, record: str, *, never_use: tuple[str, ...] = ()) -> IndexedRecord:
    columns = PersonColumns(name, sort_key(name), is_client=True, names=(name,), never_use=never_use)
    return replace(person(name, record=record, v=record), columns=columns)


@each(["12345", "512345", "010203", "0555010203", "102", "2345", "OWL@example.org", "99345", ""])
def test_every_line_that_forbids_a_way_is_found_whatever_its_length(way: str, index: Index) -> None:
    apply(index, [called("Elmar Torgaev", "a", never_use=LINES)], {})
    found = never_use_among(index, [way])
    assert {line for line in LINES if is_never_used(way, [line])} <= found <= set(LINES)
    assert is_never_used(way, found) is is_never_used(way, LINES)


def test_of_many_who_are_called_the_same_the_newest_are_given_and_no_more(index: Index) -> None:
    name = "Aibek Oshmarov"
    apply(index, [replace(called(name, str(n)), at_ms=n) for n in range(1_001)], {})
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
