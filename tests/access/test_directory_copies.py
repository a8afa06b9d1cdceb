"""Copies of one roster with different signatures: which of them say who signed it, and what they say together."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.access.rivals import DESK, MANY, PHONE, ROOT, SEATS, Logs, at, roster, signed
from tests.access.test_forks import ENDING, RIVAL
from tests.log.test_roster import id_of
from tests.log.writer import Key
from vault.access import directory
from vault.access.directory import _may_list, _together
from vault.access.forks import Carried, judge_rosters
from vault.ids import Origin, SeatId
from vault.log.genesis import origin_of
from vault.log.roster import Roster, RosterChain, check_chain
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.records.authority import Authority, Entry, Proven
from vault.seal.signing import is_signed_raw

if TYPE_CHECKING:
    from vault.store.rows import Rows

FIRST = roster(by=ROOT)
BACK = roster(FIRST, by=ROOT, admits="pager")
LATER = roster(BACK, by=ROOT, ends={"watch": {DESK: 1}}, roles="admin")
PAGER = Logs().begin("pager")
CHAIN = check_chain([FIRST, BACK], Key(ROOT).public, is_signed_raw)


def judged(one: Carried, *, seat: str, role: Role = Role.CASEWORKER, lists: bool = True) -> bool:
    """Ask about a roster at a place that an entry of this seat lists, or lists nothing at."""
    entry = Entry(
        origin=Origin(one.origin),
        seq=one.seq,
        items=(one.item,) if lists else (),
        seat=SeatId(id_of(seat)),
        roles=frozenset({role}),
        rights=rights_table(2),
        founds_vault=False,
        recovers=False,
    )
    counting = {(one.origin, one.seq): entry}
    authority = SimpleNamespace(entry=lambda *place: counting.get(place), chain=CHAIN)
    return _may_list(cast("Authority", authority), one)


@pytest.mark.parametrize(("role", "may"), [(Role.ADMIN, True), (Role.SUPERVISOR, True), (Role.CASEWORKER, False)])
def test_a_copy_counts_where_somebody_lists_it_who_may_write_rosters(role: Role, *, may: bool) -> None:
    assert judged(at(BACK, PHONE, 4), seat="phone", role=role) == may
    assert not judged(at(BACK, PHONE, 4), seat="phone", role=role, lists=False)


@pytest.mark.parametrize(
    ("copy", "seat", "seq", "may"),
    [
        pytest.param(BACK, "pager", 0, True, id="the seat that it admits, in entry 0"),
        pytest.param(BACK, "pager", 1, False, id="the seat that it admits, later"),
        pytest.param(BACK, "phone", 0, False, id="a seat that was in before"),
        pytest.param(LATER, "pager", 0, False, id="a roster after the one that admits the seat"),
    ],
)
def test_whoever_may_write_none_lists_the_one_alone_with_which_they_begin(
    copy: Roster, seat: str, seq: int, *, may: bool
) -> None:
    assert judged(at(copy, PAGER, seq), seat=seat) == may


def test_a_copy_at_a_place_without_an_entry_that_counts_says_nothing() -> None:
    nobody = cast("Authority", SimpleNamespace(entry=lambda *_: None, chain=CHAIN))
    assert not _may_list(nobody, at(BACK, PAGER, 0))


def test_copies_have_together_each_signature_that_holds_once() -> None:
    plain = roster(FIRST, admits="pager")
    one, other = signed(plain, ROOT), signed(plain, "desk", ROOT)
    false = plain.signed(Key("phone").public, bytes(64)).signed(Key(ROOT).public, bytes(64))
    together = _together([at(false, DESK, 1), at(one, DESK, 2), at(other, PHONE, 3)]).roster
    assert _together([at(one, DESK, 2)]) == at(one, DESK, 2)
    assert together.root == plain.root
    assert together.signatures == (one.signatures[0], other.signatures[0])


# ---- judged by those that count


BY_ROOT, BY_BOTH = at(BACK, PAGER, 0), at(signed(BACK, "desk"), DESK, 1)


@pytest.fixture
def logs(monkeypatch: pytest.MonkeyPatch) -> Logs:
    """The first logs of the seats, all of whose rows are proven."""
    made = Logs()
    for seat in SEATS:
        made.begin(seat)

    def proven(rows: object, origin: bytes) -> Proven:
        assert rows is made
        assert origin in {origin_of(one) for one in made.beginnings}
        return Proven(MANY)

    monkeypatch.setattr(directory, "proven_alone", proven)
    return made


@pytest.fixture
def times(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many rosters were judged, each time that some were."""
    found: list[int] = []

    def judging(rows: Rows, carried: Sequence[Carried], *more: Any) -> RosterChain:
        found.append(len(carried))
        return judge_rosters(rows, carried, *more)

    monkeypatch.setattr(directory, "judge_rosters", judging)
    return found


def judged_together(
    patch: pytest.MonkeyPatch, logs: Logs, carried: Sequence[Carried], *counting: Carried
) -> RosterChain:
    """Judge roster 0 and these, of which some are listed by an entry that counts."""
    patch.setattr(directory, "_may_list", lambda _authority, one: one in counting)
    all_of_them = [at(FIRST, DESK, 0), *carried]
    return directory._judged(cast("Rows", logs), all_of_them, Key(ROOT).public)


@pytest.mark.parametrize("carried", [[BY_ROOT, BY_BOTH], [BY_BOTH, BY_ROOT]], ids=["by root first", "by both first"])
@pytest.mark.parametrize(
    ("counting", "recovers"), [((BY_ROOT,), True), ((BY_BOTH,), False), ((BY_ROOT, BY_BOTH), False)]
)
def test_of_differing_copies_those_that_count_say_together_whether_the_root_alone_signed(
    monkeypatch: pytest.MonkeyPatch,
    logs: Logs,
    times: list[int],
    carried: list[Carried],
    counting: tuple[Carried, ...],
    *,
    recovers: bool,
) -> None:
    """Whom it admits begins with the rights of recovery then."""
    chain = judged_together(monkeypatch, logs, carried, *counting)
    assert [one.root for one in chain.accepted] == [FIRST.root, BACK.root]
    assert (PAGER in chain.first_certified) is recovers
    assert times == [3, 4]


@pytest.mark.parametrize("carried", [[BY_BOTH], [BY_BOTH, at(BY_BOTH.roster, PHONE, 1)]], ids=["one", "two alike"])
def test_copies_that_are_alike_are_judged_once(
    monkeypatch: pytest.MonkeyPatch, logs: Logs, times: list[int], carried: list[Carried]
) -> None:
    assert len(judged_together(monkeypatch, logs, carried, *carried).accepted) == 2
    assert times == [1 + len(carried)]


def test_where_rosters_part_each_log_is_proven_by_its_own_rows(monkeypatch: pytest.MonkeyPatch, logs: Logs) -> None:
    listed = [at(ENDING, DESK, 1), at(RIVAL, PHONE, 3)]
    for one in listed:
        logs.add_list(one)
    chain = judged_together(monkeypatch, logs, listed)
    assert [one.root for one in chain.accepted] == [FIRST.root, ENDING.root]
