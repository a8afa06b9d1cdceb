"""A roster that counts: what is written with it, in which order, and what refuses it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from tests.access.desk import FIRST, HOME, JOEL, JOEL_2, KIM, MINA, NOUR, OWN, Desk, admission, ending, holder
from tests.access.seats import keys_file
from tests.log.test_roster import MANY, Draft, id_of, log_of
from vault.access.enrolling import MemberRecord, commit_roster
from vault.errors import RefusedError, TryAgainError, VerificationError
from vault.ids import MemberId, SeatId
from vault.log.epochs import Drop
from vault.log.roster import ROSTER_RECORD, Roster
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.purposes import Purpose
from vault.store.rowtypes import LocalRow

if TYPE_CHECKING:
    pass


# ---- a roster that counts


def test_a_roster_is_written_with_its_members_and_the_keys_of_whom_it_admits(desk: Desk) -> None:
    roster, record = admission(), MemberRecord(MemberId(id_of("Kim")), "Kim Aldous")
    assert cast("object", commit_roster(desk.session, roster, members=[record])) == "receipt"
    ((entry, told),) = desk.committed
    assert entry == Entry(act="roster.change", covers={"admitted": 1})
    granted, written, member = told
    assert granted == ("grant", HOME, OWN, (holder(KIM),))
    assert written == ("write", HOME, ROSTER_RECORD, "roster", roster.fields())
    assert (*member[:2], *member[3:]) == ("write", HOME, "member", record.fields())
    assert (len(member[2]), member[2] != ROSTER_RECORD) == (16, True)
    assert not desk.folder.keys.exists()
    assert desk.here == frozenset()


def test_what_a_roster_ends_is_counted_and_cut_where_it_says(desk: Desk) -> None:
    commit_roster(desk.session, ending(size=6), act="member.leave")
    ((entry, told),) = desk.committed
    assert entry == Entry(act="member.leave", covers={"ended": 2})
    drops = tuple(sorted(Drop(id_of(seat), log_of(seat), 6) for seat in ("Joel-1", "Joel-2")))
    assert told[0][-1] == {"replaced": (OWN,), "drops": drops}


def test_a_log_in_doubt_and_keys_apart_come_first_and_reading_anew_comes_last(desk: Desk) -> None:
    commit_roster(desk.session, admission())
    assert desk.events == [
        ("sound", frozenset()),
        ("settled", HOME),
        "roster.change",
        "left",
        ("refreshed", True),
    ]


@pytest.mark.parametrize(
    ("draft", "taken_from"),
    [
        pytest.param(MANY.without("Joel", FIRST), {JOEL, JOEL_2}, id="ends"),
        pytest.param(MANY.after(FIRST, members=MANY.members | {"Mina": ""}, ends={"Mina-1": 5}), {MINA}, id="lowers"),
        pytest.param(MANY.without("Joel", FIRST, rights=2), set(), id="ends and changes a rule"),
        pytest.param(MANY.with_member("Kim", "field", FIRST), set(), id="admits"),
    ],
)
def test_what_seats_did_to_their_own_logs_stops_no_roster_that_takes_from_them_alone(
    desk: Desk, draft: Draft, taken_from: set[SeatId]
) -> None:
    commit_roster(desk.session, draft.roster("Nour-1", "Ilse-1"))
    assert desk.events[0] == ("sound", taken_from)


# ---- the doors and rows of this folder

SLOT = LocalRow(KIM, Purpose.SLOT, 0, b"a slot")
RATCHET = LocalRow(MINA, Purpose.RATCHET, 0, b"a ratchet")


def stored(desk: Desk) -> list[LocalRow]:
    with desk.database.reading() as rows:
        return [row for one in (SLOT, RATCHET) if (row := rows.local(one.seat, one.purpose)) is not None]


def test_the_rows_of_a_seat_stand_before_its_roster_counts_and_the_keys_file_is_valid_after(desk: Desk) -> None:
    file, path = keys_file(), desk.folder.keys
    path.write_bytes(b"the one before")

    def look() -> None:
        assert stored(desk) == [SLOT, RATCHET]
        assert (path.read_bytes(), path.with_name("keys.new").read_bytes()) == (b"the one before", file.encode())

    desk.at_commit = look
    desk.here = frozenset({NOUR})
    commit_roster(desk.session, admission(), keys=file, rows=[SLOT, RATCHET])
    assert desk.committed[0][1][-1] == ("keys", file.header.folder, file.digest())
    assert path.read_bytes() == file.encode()
    assert not path.with_name("keys.new").exists()
    assert stored(desk) == [SLOT, RATCHET]
    assert desk.here == {NOUR, KIM}


def test_where_the_roster_does_not_become_durable_the_rows_are_gone_and_the_keys_file_is_the_old_one(
    desk: Desk,
) -> None:
    desk.folder.keys.write_bytes(b"the one before")

    def fail() -> None:
        raise TryAgainError("no room, says the test")

    desk.at_commit = fail
    with pytest.raises(TryAgainError, match="says the test"):
        commit_roster(desk.session, admission(), keys=keys_file(), rows=[SLOT, RATCHET])
    assert stored(desk) == []
    assert desk.folder.keys.read_bytes() == b"the one before"
    assert desk.here == frozenset()
    assert desk.events[-1] == "left"


def test_where_the_roster_does_not_become_durable_a_row_that_was_replaced_is_there_again(desk: Desk) -> None:
    """The secret of the recovery sheets is such a row: gone, nobody could prove or make sheets any more."""
    earlier = LocalRow(SLOT.seat, SLOT.purpose, 3, b"the slot before")
    with desk.database.transaction() as rows:
        rows.put_local(earlier)

    def fail() -> None:
        assert stored(desk) == [SLOT, RATCHET]
        raise TryAgainError("no room, says the test")

    desk.at_commit = fail
    with pytest.raises(TryAgainError, match="says the test"):
        commit_roster(desk.session, admission(), keys=keys_file(), rows=[SLOT, RATCHET])
    assert stored(desk) == [earlier]


# ---- what is refused


def assert_refused(desk: Desk, roster: Roster, words: str, error: type[Exception] = RefusedError) -> None:
    with pytest.raises(error, match=words):
        commit_roster(desk.session, roster)
    assert desk.committed == []
    assert len(desk.events) == 1


def test_a_roster_waits_for_those_who_must_sign(desk: Desk) -> None:
    assert_refused(desk, admission("Nour-1"), "^roster 1 waits for signatures: a second admin, or two others")


def test_a_roster_that_follows_from_nothing_here_is_refused(desk: Desk) -> None:
    other = replace(MANY, number=1, prev=(b"p" * 32,)).roster("Nour-1", "Ilse-1")
    assert_refused(desk, other, "does not name the one before it", VerificationError)


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("table", [1, 2])
def test_a_roster_is_written_by_whoever_may_write_it_by_the_rights_table(desk: Desk, table: int, role: Role) -> None:
    desk.directory.rights = rights_table(table)
    desk.roles = frozenset({role})
    if role is Role.ADMIN or (table, role) == (2, Role.SUPERVISOR):
        commit_roster(desk.session, admission())
        # Who may write it may give what goes along.
        assert desk.committed[0][1][0] == ("grant", HOME, OWN, (holder(KIM),))
    else:
        assert_refused(desk, admission(), "^your role may not write rosters$")


@pytest.mark.parametrize(
    ("log", "size", "may"),
    [
        pytest.param("Nour-1", 6, True, id="one entry is left"),
        pytest.param("Nour-1", 7, False, id="no entry is left"),
        pytest.param("a log that the roster does not name", 0, False, id="a log that it does not name"),
    ],
)
def test_a_seat_that_a_roster_lowers_commits_it_while_that_very_entry_counts(
    desk: Desk, log: str, size: int, *, may: bool
) -> None:
    lowered = MANY.after(FIRST, members=MANY.members | {"Nour": ""}, ends={"Nour-1": 7}).roster("Nour-1", "Ilse-1")
    desk.log = SimpleNamespace(size=size, origin=log_of(log))
    if may:
        commit_roster(desk.session, lowered)
        assert desk.committed[0][0] == Entry(act="roster.change")
    else:
        words = "^this proposal ends or lowers your own seat, and you wrote more since than it lets count$"
        assert_refused(desk, lowered, words)
