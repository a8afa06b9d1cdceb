"""When recovery sheets were joined: which rosters say so, and what a member hears of them."""

from __future__ import annotations

from tests.log.test_roster import ALONE, MANY, NEW_ROOT, Draft, chain
from vault.access.pins.alarms import stored
from vault.access.trust.directory import Directory
from vault.access.trust.roster_alarms import SheetsUsed, judge_sheets, sheets_used
from vault.ids import CompartmentId
from vault.log.roster import Roster

FIRST = ALONE.roster("root")
ADMITS = ALONE.with_member("Kim", "field", FIRST)
BY_SHEETS, BY_SEAT, BY_BOTH = (ADMITS.roster(*signers) for signers in (["root"], ["Nour-1"], ["root", "Nour-1"]))


def used(*rosters: Roster) -> tuple[SheetsUsed, ...]:
    judged = chain(*rosters)
    assert len(judged.accepted) == len(rosters)
    return sheets_used(judged)


def directory(*rosters: Roster) -> Directory:
    judged = chain(*rosters)
    assert judged.effective is not None
    return Directory(CompartmentId(b"d" * 16), judged, judged.effective)


def test_a_roster_that_the_root_alone_signed_is_a_use_of_the_sheets() -> None:
    assert used(FIRST, BY_SHEETS) == (SheetsUsed(1, admitted=1, ended=0, new_sheets=False),)


def test_a_stranger_who_signs_beside_the_root_hides_no_use_of_the_sheets() -> None:
    assert used(FIRST, ADMITS.roster("root", "stranger")) == (SheetsUsed(1, 1, 0, new_sheets=False),)


def test_the_founding_and_what_a_seat_signed_too_is_none() -> None:
    for rosters in ([FIRST], [FIRST, BY_SEAT], [FIRST, BY_BOTH]):
        assert used(*rosters) == ()


def test_what_the_sheets_changed_is_counted_in_seats() -> None:
    first = MANY.roster("root")
    gone = MANY.without("Joel", first)  # two seats
    swapped = Draft(
        gone.members | {"Kim": "field"}, gone.seats | {"Kim-1": "Kim"}, gone.number, gone.prev, gone.ends
    ).roster("root")
    assert used(first, swapped) == (SheetsUsed(1, admitted=1, ended=2, new_sheets=False),)


def test_after_new_sheets_it_is_the_new_root_that_counts_for_good() -> None:
    new = ALONE.after(FIRST, new_root=NEW_ROOT.public)
    second = new.roster("root")
    third = new.after(second, new_root=None).roster("new root")
    fourth = new.with_member("Kim", "field", third, new_root=None).roster("new root")
    news, plain = SheetsUsed(1, 0, 0, new_sheets=True), SheetsUsed(2, 0, 0, new_sheets=False)
    assert used(FIRST, second, third, fourth) == (news, plain, SheetsUsed(3, 1, 0, new_sheets=False))


def test_only_later_rosters_than_the_known_one_are_told_oldest_first() -> None:
    again = ADMITS.with_member("Oren", "field", BY_SHEETS).roster("root")
    for seen, numbers in ((FIRST, [1, 2]), (BY_SHEETS, [2]), (again, [])):
        found = sheets_used(chain(FIRST, BY_SHEETS, again), seen=seen.root)
        assert [one.roster for one in found] == numbers


def test_a_member_hears_what_the_sheets_did() -> None:
    ask = "If you did not know, ask who did it."
    for used_so, words in (
        (SheetsUsed(3, 1, 0, new_sheets=False), f"(list of members 3). Devices admitted: 1, revoked: 0. {ask}"),
        (SheetsUsed(4, 2, 5, new_sheets=False), f"(list of members 4). Devices admitted: 2, revoked: 5. {ask}"),
        (SheetsUsed(5, 0, 0, new_sheets=True), "(list of members 5): the old sheets open nothing new."),
    ):
        assert str(used_so.finding.message).endswith(words)


def test_an_account_is_told_as_news_of_what_came_since_the_roster_that_it_saw() -> None:
    told = SheetsUsed(1, 1, 0, new_sheets=False).finding
    found = directory(FIRST, BY_SHEETS)
    assert judge_sheets(found, FIRST.root) == (told,)
    assert (told.code, told.is_news, len(stored([told]))) == ("sheets", True, 1)
    assert judge_sheets(found, BY_SHEETS.root) == ()


def test_an_account_that_saw_a_roster_which_does_not_count_is_told_of_no_sheets() -> None:
    assert judge_sheets(directory(FIRST, BY_SHEETS), b"x" * 32) == ()


def test_lists_that_the_sheets_settled_are_told_to_everybody_also_where_a_seat_signed_too() -> None:
    first = MANY.roster("root")
    sides = [MANY.with_member(name, "field", first).roster("Nour-1", "Ilse-1") for name in ("Kim", "Ann")]
    both = MANY.with_member("Kim", "field", *sides)
    settled = both.roster("root", "Nour-1")
    assert used(first, *sides) == ()
    assert used(first, *sides, settled) == (SheetsUsed(2, admitted=1, ended=0, new_sheets=False),)


def test_a_use_of_sheets_on_another_list_is_told_to_who_is_further_on() -> None:
    first = MANY.roster("root")
    seen = MANY.with_member("Kim", "field", first).roster("Nour-1", "Ilse-1")
    later = MANY.with_member("Kim", "field", first).with_member("Ann", "field", seen).roster("Nour-1", "Ilse-1")
    renewed = MANY.after(first, new_root=NEW_ROOT.public).roster("root", "new root")
    found = sheets_used(chain(first, seen, later, renewed), seen=later.root)
    assert [(one.roster, one.new_sheets) for one in found] == [(1, True)]
