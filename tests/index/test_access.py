"""What the index knows of rights that end and of owners: ids alone."""

from msgspec.structs import replace

from tests.index.made import case, id16, id32, note
from vault.index.case_pages import cases_of_owner
from vault.index.entries import CaseColumns, IndexedRecord
from vault.index.file import Index
from vault.index.heads import access_records, heads_of_record
from vault.index.indexing import apply


def access(of_case: str, member: str, *, v: str = "", parents: tuple[str, ...] = ()) -> IndexedRecord:
    base = note(member, "", case=of_case, v=of_case + v, parents=tuple(of_case + parent for parent in parents))
    return replace(base, parents=tuple(id32(member + of_case + parent) for parent in parents), kind="access")


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
        return replace(case(name, **more), columns=columns)  # type: ignore[arg-type]  # options of `case`

    apply(index, [owned("b", amina), owned("a", amina), owned("c", joel), owned("d", amina)], {})
    assert cases_of_owner(index, amina) == [id16("a"), id16("b"), id16("d")]
    apply(index, [owned("d", joel, v="2", parents=("d",))], {})
    assert cases_of_owner(index, amina) == [id16("a"), id16("b")]
    assert cases_of_owner(index, id16("nobody")) == []
