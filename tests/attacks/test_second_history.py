"""A member signs two histories of their own log: it costs their colleagues nothing, whatever comes first."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from tests.attacks.second_history import keeping_seeds, send_other_form
from tests.attacks.test_forked_logs import texts
from tests.services.founded import MEMBER, Place, found
from tests.services.organisation import (
    JOEL,
    KARIM,
    MIRA,
    SELIN,
    TOMAS,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    full_name,
    give,
    open_place,
    share,
)
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import invitations, members

JOELS, SELINS, LATE = "by Joel, who founds the case", "by Selin, in Joel's case", "by Joel, signed too late"


def found_case(joel: Session, organisation: Organisation, *names: str) -> CompartmentId:
    case = cases.create(joel, title="Joel's", kind="asylum", alone_reason="test").case
    notes.add(joel, case, Note(NoteKind.CONTACT, JOELS))
    share(joel, case, organisation, *names)
    return case


def place_of_founding(joel: Session, case: CompartmentId) -> int:
    state = joel.state_of(case)
    assert state is not None
    return next(iter(state.epochs.values())).made[0].entry.seq


@pytest.mark.long
@pytest.mark.parametrize("length", [1, 4, pytest.param(20, marks=pytest.mark.long)])
def test_who_was_ended_long_ago_takes_away_no_case_that_they_founded(
    organisation: Organisation, tmp_path: Path, length: int
) -> None:
    with keeping_seeds() as seeds, organisation.open(JOEL) as joel:
        case = found_case(joel, organisation, MIRA, SELIN)
        place = place_of_founding(joel, case)
        for number in range(length):
            notes.add(joel, case, Note(NoteKind.CONTACT, f"number {number}"))
        with organisation.at(MIRA, SELIN) as (mira, selin):
            give(joel, selin, tmp_path)
            notes.add(selin, case, Note(NoteKind.CONTACT, SELINS))
            give(selin, mira, tmp_path)
            assert members.leave(mira, organisation[JOEL].member).is_done
            sharing.rotate(mira, case)
            give(mira, selin, tmp_path)
            before = texts(selin, case)
            evil = send_other_form(joel, seeds, place, selin, tmp_path / "evil", length=length)
            assert any("two histories" in str(line) for line in syncing.import_bundle(selin, evil).faults)
            assert {JOELS, SELINS} <= texts(selin, case) == before
            sharing.rotate(selin, case)
            notes.add(selin, case, Note(NoteKind.CONTACT, "goes on"))
            give(selin, mira, tmp_path)
            for session in (selin, mira):
                session.remake_index()
                assert texts(session, case) == {*before, "goes on"}
                assert log_checking.verify(session).verified
    with organisation.open(SELIN) as selin:
        assert texts(selin, case) == {*before, "goes on"}
        assert selin.faults() == []


def test_the_founder_of_the_vault_can_be_ended_whatever_they_sign_in_the_place_of_entry_0(tmp_path: Path) -> None:
    with keeping_seeds() as seeds:
        founder = found(tmp_path / MIRA)
        place = Place(tmp_path / KARIM / "office.vault", tmp_path / KARIM / "state")
        with open_place(founder, MEMBER) as mira:
            request, words = ask_to_join(
                tmp_path, place, invitations.invite(mira, like="admin,caseworker"), full_name(KARIM)
            )
            admitted = invitations.admit(mira, invitations.look(mira, request), words, by_root=True)
            account = Account(full_name(KARIM), place, admitted.member, admitted.seat)
            karim = finish_joining(tmp_path, mira, account)
            case = cases.create(karim, title="Karim's", kind="asylum", alone_reason="test").case
            evil = send_other_form(mira, seeds, 0, karim, tmp_path / "evil")
            assert any("two histories" in str(line) for line in syncing.import_bundle(karim, evil).faults)
            member = mira.member
    karim.close()
    with open_place(place, account.name) as karim:
        assert len(cases.list_all(karim)) == 1
        notes.add(karim, case, Note(NoteKind.CONTACT, "goes on"))
        assert texts(karim, case) == {"goes on"}
        members.suspend(karim, member)


@pytest.mark.long
def test_what_an_ended_member_signs_below_their_cut_gives_nothing_and_is_shown_to_nobody(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(JOEL) as joel:
        case = found_case(joel, organisation, MIRA, SELIN)
    kept = organisation.copied_to(tmp_path / "kept")
    with organisation.at(JOEL, MIRA, SELIN) as (joel, mira, selin):
        for number in range(8):
            notes.add(joel, case, Note(NoteKind.CONTACT, f"number {number}"))
        give(joel, mira, tmp_path)
        give(joel, selin, tmp_path)
        assert members.leave(mira, organisation[JOEL].member).is_done
        sharing.rotate(mira, case)
        give(mira, selin, tmp_path)
        before = texts(mira, case)
    with kept.open(JOEL) as joel, organisation.at(MIRA, SELIN, TOMAS) as (mira, selin, tomas):
        notes.add(joel, case, Note(NoteKind.CONTACT, LATE))
        share(joel, case, organisation, TOMAS)
        other = cases.create(joel, title="Another", kind="asylum", alone_reason="test").case
        share(joel, other, organisation, TOMAS, SELIN)
        for taker in (tomas, selin):
            give(joel, taker, tmp_path)
        for giver, taker in ((mira, tomas), (tomas, mira), (selin, mira), (mira, selin), (mira, tomas), (tomas, mira)):
            give(giver, taker, tmp_path)
        for session in (mira, selin):
            state = session.state_of(case)
            assert state is not None
            assert tomas.seat not in state.holders
            assert texts(session, case) == before
            assert not session.state_of(other)
        assert not tomas.state_of(other)


def count(session: Session) -> list[str]:
    """Return what a device believes of everything that Joel founded."""
    with session.database.reading() as rows:
        homes = sorted({CompartmentId(row.compartment) for row in rows.epochs()})
    said = []
    for home, state in session.states_of(homes).items():
        if state is not None and state.kind is CompartmentKind.CASE:
            holders = sorted(seat.hex()[:4] for seat in state.holders)
            said.append(
                f"{home.hex()[:4]} {len(state.epochs)} {len(state.current)} {holders} {sorted(texts(session, home))}"
            )
    return said


ORDERS = list(permutations(("one", "other", "ending")))


@pytest.mark.long
@pytest.mark.parametrize(
    "orders",
    [pytest.param(ORDERS[at : at + 2], id=f"orders {at}", marks=[pytest.mark.long] if at else []) for at in (0, 2, 4)],
)
def test_in_whatever_order_two_histories_and_the_ending_come_all_devices_say_the_same(
    organisation: Organisation, tmp_path: Path, orders: Sequence[tuple[str, ...]]
) -> None:
    kept = organisation.copied_to(tmp_path / "kept")
    with organisation.at(JOEL, MIRA) as (joel, mira):
        case = found_case(joel, organisation, MIRA, SELIN, TOMAS)
        for taker in (MIRA, SELIN, TOMAS):
            syncing.make(joel, organisation[taker].member, tmp_path / f"one for {taker}")
        syncing.import_bundle(mira, tmp_path / f"one for {MIRA}")
        notes.add(mira, case, Note(NoteKind.CONTACT, "by Mira"))
    with kept.open(JOEL) as joel:
        found_case(joel, organisation, SELIN, TOMAS)
        for taker in (SELIN, TOMAS):
            syncing.make(joel, organisation[taker].member, tmp_path / f"other for {taker}")
    with organisation.open(MIRA) as mira:
        assert members.leave(mira, organisation[JOEL].member).is_done
        for taker in (SELIN, TOMAS):
            syncing.make(mira, organisation[taker].member, tmp_path / f"ending for {taker}")
    for name, order in zip((SELIN, TOMAS), orders, strict=True):
        for what in order:
            with organisation.open(name) as session:
                syncing.import_bundle(session, tmp_path / f"{what} for {name}")
    for _ in range(2):
        organisation.everyone_meets(without=tuple(set(organisation.accounts) - {MIRA, SELIN, TOMAS}))
    with organisation.at(MIRA, SELIN, TOMAS) as sessions:
        said = [count(session) for session in sessions]
        assert said[0] == said[1] == said[2]
        for session in sessions:
            assert {JOELS, "by Mira"} == texts(session, case)


@pytest.mark.long
def test_of_a_live_member_both_histories_count_and_no_colleague_loses_a_word(
    organisation: Organisation, tmp_path: Path
) -> None:
    kept = organisation.copied_to(tmp_path / "kept")
    with organisation.at(JOEL, SELIN) as (joel, selin):
        case = found_case(joel, organisation, MIRA, SELIN)
        give(joel, selin, tmp_path)
        notes.add(selin, case, Note(NoteKind.CONTACT, SELINS))
    with kept.open(JOEL) as joel, organisation.open(MIRA) as mira:
        other = found_case(joel, organisation, MIRA, SELIN)
        give(joel, mira, tmp_path)
        notes.add(mira, other, Note(NoteKind.CONTACT, "by Mira"))
    for _ in range(2):
        organisation.exchange(MIRA, SELIN)
    with organisation.at(MIRA, SELIN) as sessions:
        assert case == other  # its place gives it its name
        for session in sessions:
            assert texts(session, case) == {JOELS, SELINS, "by Mira"}
        assert members.leave(sessions[0], organisation[JOEL].member).is_done
    for _ in range(2):
        organisation.exchange(MIRA, SELIN)
    with organisation.at(MIRA, SELIN) as sessions:
        for session in sessions:
            session.remake_index()
            assert texts(session, case) == {JOELS, SELINS, "by Mira"}
            assert session.faults() == []
