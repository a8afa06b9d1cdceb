"""One admin alone may end a caseworker, and can say so in hundreds of rosters of one number: all others go on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.test_approvals import THIRD, THIRD_PASSPHRASE
from tests.attacks.test_planted_logs import begin_another_log
from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE
from tests.attacks.test_wasted_work import lines_of
from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from vault.access.membership.next_roster import Change, next_roster
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import Origin, RecordId, SeatId
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.members import devices

RIVALS = 200


def list_rivals(session: Session, ended: SeatId, count: int) -> None:
    """List so many rosters of the next number, all of which end the same seat; their random bytes differ."""
    effective = session.directory.effective
    sizes = {Origin(effective.certificates[ended].genesis): 0}
    with Work(session.log) as work:
        for _ in range(count):
            roster = next_roster(effective, Change(ended=frozenset({ended})), lambda _: sizes)
            roster = roster.signed(*session.sign(ROSTER_PURPOSE, roster.root))
            work.write(session.directory.compartment, RecordId(ROSTER_RECORD), "roster", roster.fields())
        work.commit(Entry(act="roster.change"))


@pytest.mark.long
def test_hundreds_of_rosters_of_one_number_are_judged_and_the_next_one_names_them_all(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        admin = admit(owner, roles=frozenset({Role.ADMIN}))
        victim = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.CASEWORKER}))
        number = owner.directory.effective.head.number
    with admin.open(short.place) as session:
        list_rivals(session, victim.seat, RIVALS)
    with short.open() as owner:
        effective = owner.directory.effective
        assert (effective.head.number, len(effective.tips)) == (number + 1, RIVALS)
        assert victim.seat not in effective.certificates
        notes.add(owner, case, Note(NoteKind.CONTACT, "work goes on"))
        devices.lost(owner, admin.seat)
    with short.open() as owner:
        assert owner.directory.effective.head.number >= number + 1
        assert cases.open_case(owner, case).notes


def list_layers(session: Session, ended: SeatId, count: int) -> None:
    """List rosters two by two: the first two end a seat, and each two after them name both of those before."""
    effective, change = session.directory.effective, Change(ended=frozenset({ended}))
    sizes = {Origin(effective.certificates[ended].genesis): 0}
    left = {seat: item for seat, item in effective.certificates.items() if seat != ended}
    with Work(session.log) as work:
        for _ in range(count // 2):
            drafts = [next_roster(effective, change, lambda _: sizes) for _ in range(2)]
            two = [draft.signed(*session.sign(ROSTER_PURPOSE, draft.root)) for draft in drafts]
            for roster in two:
                work.write(session.directory.compartment, RecordId(ROSTER_RECORD), "roster", roster.fields())
            tips = tuple(sorted(roster.root for roster in two))
            effective, change = replace(effective, head=two[0].head, tips=tips, certificates=left), Change()
        work.commit(Entry(act="roster.change"))


@pytest.mark.long
@pytest.mark.parametrize("listed", [list_layers, list_rivals])
def test_rosters_that_one_admin_makes_alone_cost_an_unlock_no_more_than_their_number(
    short: Filled, tmp_path: Path, listed: Callable[[Session, SeatId, int], None]
) -> None:
    with short.open() as owner:
        admin = admit(owner, roles=frozenset({Role.ADMIN}))
        victim = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.CASEWORKER}))
    lines = []
    for count in (20, 80):
        place = short.place.copied_to(tmp_path / str(count))
        with admin.open(place) as session:
            listed(session, victim.seat, count)
        with place.open() as owner:
            assert victim.seat not in owner.directory.effective.certificates
        lines.append(lines_of(partial(_open_and_close, place)))
    small, large = lines
    assert large < 5 * small


def _open_and_close(place: Place) -> None:
    place.open().close()


def test_a_fresh_log_does_not_make_its_seat_forget_the_rosters_that_it_knew(short: Filled) -> None:
    """An admin who names an old roster in a new log would undo every admission since."""
    with short.open() as owner:
        admin = admit(owner, roles=frozenset({Role.ADMIN}))
        helper = admit(owner, name=THIRD, passphrase=THIRD_PASSPHRASE, roles=frozenset({Role.CASEWORKER}))
        old = owner.directory.effective
        last = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.CASEWORKER}))
    with admin.open(short.place) as session:
        number = session.directory.effective.head.number
        log = begin_another_log(session, roster=old.tips[0])
        sizes = {Origin(old.certificates[helper.seat].genesis): 0}
        rival = next_roster(old, Change(ended=frozenset({helper.seat})), lambda _: sizes)
        rival = rival.signed(*session.sign(ROSTER_PURPOSE, rival.root))
        with Work(log) as work:
            work.write(session.directory.compartment, RecordId(ROSTER_RECORD), "roster", rival.fields())
            work.commit(Entry(act="roster.change"))
    with short.open() as owner:
        effective = owner.directory.effective
        assert (effective.head.number, effective.root_must_sign) == (number, False)
        assert {last.seat, helper.seat} <= effective.certificates.keys()
