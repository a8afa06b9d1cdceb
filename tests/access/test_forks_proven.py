"""Rosters of one number at places that no proven entry speaks for, and behind which later ones go on."""

from __future__ import annotations

from tests.access.concurrent_rosters import DESK, PHONE, TABLET, WATCH, Logs, at, roster
from tests.access.test_forks import CALM, ENDING, FIRST, RIVAL, assert_lost, judged, logs, lost

__all__ = ["logs"]  # fixture

# ---- whose places nothing proves


def test_a_roster_at_a_place_whose_entry_does_not_list_it_loses_to_one_that_is_listed(logs: Logs) -> None:
    logs.add_list(at(FIRST, DESK, 1))
    for seq in (1, 7):  # beside another list, and where no entry stands
        assert_lost(judged(logs, at(ENDING, TABLET, 1), planted=[at(RIVAL, DESK, seq)]), RIVAL)


def test_a_row_that_no_key_of_its_log_signed_lists_nothing_and_names_nothing(logs: Logs) -> None:
    planted = at(RIVAL, DESK, 0)
    logs.add_list(planted)
    logs.name(DESK, 0, RIVAL)
    logs.rejected = frozenset((one.seq, one.digest) for one in logs.rows)
    assert_lost(judged(logs, at(ENDING, DESK, 1), planted=[planted]), RIVAL)


def test_entries_beyond_what_is_proven_list_nothing_and_name_nothing(logs: Logs) -> None:
    logs.add_list(at(RIVAL, DESK, 2))
    logs.name(PHONE, 2, CALM)
    assert_lost(judged(logs, at(CALM, DESK, 1), planted=[at(RIVAL, DESK, 2)], size=2), RIVAL)
    assert judged(logs, at(CALM, DESK, 1), at(RIVAL, PHONE, 1), size=2).problems == ()


def test_a_list_that_is_not_the_one_of_its_header_lists_nothing(logs: Logs) -> None:
    logs.add_list(at(RIVAL, DESK, 2))
    true = logs.rows.pop()
    logs.rows.append(true._replace(header=true.header.replace(b'"r":"', b'"r":"f')))
    assert_lost(judged(logs, at(CALM, DESK, 1), planted=[at(RIVAL, DESK, 2)]), RIVAL)


def test_of_two_that_nothing_proves_neither_loses(logs: Logs) -> None:
    """A damaged log takes nothing from what it lists, where the other side has no better word."""
    assert judged(logs, planted=[at(CALM, DESK, 1), at(RIVAL, PHONE, 1)]).problems == ()


def test_a_roster_that_nothing_proves_stands_against_one_that_was_listed_too_late(logs: Logs) -> None:
    assert_lost(judged(logs, at(RIVAL, PHONE, 3), planted=[at(ENDING, DESK, 1)]), RIVAL)


# ---- what later ones go on from


def test_rosters_from_which_a_later_one_goes_on_together_need_no_entry_any_more(logs: Logs) -> None:
    """Else whoever spoils their own log takes back what all others built on it."""
    both = roster(CALM, RIVAL, by="desk", ends={"watch": {WATCH: 1}})
    chain = judged(logs, at(CALM, DESK, 1), at(both, DESK, 2), planted=[at(RIVAL, PHONE, 1)])
    assert chain.problems == ()
    assert len(chain.accepted) == 4


def test_whoever_was_ended_saves_no_roster_by_others_of_their_own_behind_it(logs: Logs) -> None:
    """Theirs go on from both, and further than those of the others; each of them is listed too late."""
    ending = roster(CALM, by="desk", ends={"phone": {PHONE: 1}})
    own = [RIVAL, roster(CALM, RIVAL, by="phone", ends={"watch": {WATCH: 1}})]
    own.append(roster(own[-1], by="phone", admits="pager"))
    late = [at(one, PHONE, seq) for seq, one in enumerate(own, 1)]
    chain = judged(logs, at(CALM, DESK, 1), at(ending, DESK, 2), *late)
    assert chain.accepted == (FIRST, CALM, ending)
    assert lost(*own[:2]) <= set(chain.problems)
