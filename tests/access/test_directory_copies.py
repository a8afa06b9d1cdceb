"""Copies of one roster with different signatures: which of them say who signed it, and what they say together."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from tests.access.rivals import DESK, PHONE, ROOT, Logs, at, roster, signed
from tests.log.test_roster import id_of
from tests.log.writer import Key
from vault.access.directory import _may_list, _together
from vault.access.forks import Carried
from vault.ids import Origin, SeatId
from vault.log.roster import Roster, check_chain
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.records.authority import Authority, Entry
from vault.seal.signing import is_signed_raw

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
