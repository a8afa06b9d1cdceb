"""More keys of a compartment than a row can replace (255): nobody's work stops, and whoever made them can be ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.flooding import make_siblings
from tests.attacks.outsider import learn_as
from tests.attacks.test_epoch_names import CASEWORKER
from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE
from tests.services.colleague import admit
from tests.services.founded import PASSPHRASE, Filled, Place
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    MIRA,
    SELIN,
    TOMAS,
    Account,
    Organisation,
    ask_to_join,
    finish_joining,
    give,
    share,
)
from vault.access.membership.new_root import change_root
from vault.access.membership.roster_commit import SHARED
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.services.cases import cases, intake, notes, sections
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import devices, invitations, members
from vault.services.projection.places import the_one_of_kind

BEFORE, LATER = "written before the suspension: Umbrakess", "written after the suspension: Vantaskola"


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


def current(session: Session, compartment: CompartmentId) -> int:
    state = session.state_of(compartment)
    assert state is not None
    return len(state.current)


def holds(session: Session, compartment: CompartmentId, seat: bytes) -> bool:
    state = session.state_of(compartment)
    assert state is not None
    return seat in state.holders


def stolen_from(organisation: Organisation, owner: str, thief: str) -> bytes:
    """Return all that one member's keys open in another one's folder, of which the database's key leaked."""
    theirs, own = organisation[owner], organisation[thief]
    secrets = learn_as(own.place.path, own.name, PASSPHRASE).secrets
    leaked = (
        learn_as(theirs.place.path, theirs.name, PASSPHRASE).key,
        learn_as(own.place.path, own.name, PASSPHRASE).key,
    )
    return everything([theirs.place.path, own.place.path], own.place.vault_id, secrets, leaked)


@pytest.mark.long
@pytest.mark.parametrize(("by", "each"), [((JOEL,), 256), pytest.param((JOEL, AMINA), 300, marks=pytest.mark.long)])
def test_hundreds_of_keys_of_a_case_stop_no_act_and_no_suspension(
    organisation: Organisation, tmp_path: Path, by: tuple[str, ...], each: int
) -> None:
    with organisation.open(MIRA) as mira:
        founded = [cases.create(mira, title=f"Shared {number}", kind="asylum").case for number in range(3)]
        for case in founded:
            notes.add(mira, case, Note(NoteKind.CONTACT, BEFORE))
            share(mira, case, organisation, *by)
    flooded = founded[1]
    for name in by:
        with organisation.at(MIRA, name) as (mira, attacker):
            give(mira, attacker, tmp_path)
            make_siblings(attacker, flooded, each)
            assert not give(attacker, mira, tmp_path).faults
    seats = [organisation[name].seat for name in by]
    with organisation.at(MIRA, TOMAS) as (mira, tomas):
        assert current(mira, flooded) >= each
        notes.add(mira, flooded, Note(NoteKind.CONTACT, "work goes on"))
        assert current(mira, flooded) == 1
        assert sharing.grant(mira, flooded, [tomas.member]) == {tomas.member}
        assert sharing.rotate(mira, flooded).left == 0
        assert all(holds(mira, flooded, seat) for seat in seats)
        for name in by:
            assert members.suspend(mira, organisation[name].member).is_done
        for case in founded:
            assert not any(holds(mira, case, seat) for seat in seats)
            notes.add(mira, case, Note(NoteKind.CONTACT, LATER))
        give(mira, tomas, tmp_path)
        assert texts(tomas, flooded) == {BEFORE, "work goes on", LATER}
        assert mira.faults() == tomas.faults() == []
        assert log_checking.verify(mira).verified
    for name in by:
        read = stolen_from(organisation, MIRA, name)
        assert BEFORE.encode() in read
        assert LATER.encode() not in read


@pytest.mark.long
def test_hundreds_of_keys_of_what_all_share_stop_no_change_of_members(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(MIRA, SELIN) as (mira, selin):
        homes = [the_one_of_kind(selin, kind) for kind in SHARED]
        for home in homes:
            make_siblings(selin, home, 256, to=[mira.seat])
        assert not give(selin, mira, tmp_path).faults
        assert [current(mira, home) for home in homes] == [256] * len(homes)
        devices.name(mira, organisation[JOEL].seat, "the laptop of the field office")
        place = Place(tmp_path / "new" / "office.vault", tmp_path / "new" / "state")
        request, words = ask_to_join(tmp_path, place, invitations.invite(mira, like="intake", days=3), "Ilse Varnhagen")
        admitted = invitations.admit(mira, invitations.look(mira, request), words, by_root=True)
        assert admitted.outcome.is_done
        newcomer = Account("Ilse Varnhagen", place, admitted.member, admitted.seat)
        with finish_joining(tmp_path, mira, newcomer) as joined:
            intake.add(joined, text="the first call")
            assert {one.name for one in members.list_all(joined)} >= {"Mira Halvorsen", "Ilse Varnhagen"}
            give(joined, mira, tmp_path)
        assert [line.stored.value.text for line in intake.list_open(mira)] == ["the first call"]
        assert members.change_roles(mira, organisation[TOMAS].member, ["caseworker"], by_root=True).is_done
        assert devices.lost(mira, organisation[DANA].seat).outcome.is_done
        assert members.suspend(mira, selin.member).is_done
        for home in homes:
            assert current(mira, home) == 1
            assert not holds(mira, home, selin.seat)
        assert mira.faults() == []
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified


@pytest.mark.long
def test_a_thousand_keys_of_the_directory_stop_neither_the_root_nor_an_admission(short: Filled) -> None:
    with short.open() as owner:
        supervisor = admit(owner)
    with supervisor.open(short.place) as session:
        make_siblings(session, session.directory.compartment, 1000)
    with short.open() as owner:
        home = owner.directory.compartment
        assert current(owner, home) == 1000
        caseworker = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        assert members.suspend(owner, supervisor.member).is_done
        assert current(owner, home) == 1
        assert not holds(owner, home, supervisor.seat)
    with caseworker.open(short.place) as session:
        assert cases.create(session, title="Work goes on", kind="asylum").ref


def test_hundreds_of_keys_of_a_section_go_with_their_maker(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        section = sections.create(owner, case, what="health", title="Kept apart", members=[member.member])
    with member.open(short.place) as session:
        make_siblings(session, section, 256)
    with short.open() as owner:
        sections.add_note(owner, section, Note(NoteKind.CONTACT, "work goes on"))
        assert sharing.revoke(owner, section, [member.member]).dropped == {member.member}
        assert [note.value.text for note in sections.open_section(owner, section).notes] == ["work goes on"]


@pytest.mark.long
def test_of_keys_that_lie_on_junk_a_newcomer_gets_what_fits_into_a_list(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        newcomer = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        seat = owner.seat
    with member.open(short.place) as session:
        make_siblings(session, case, 1100, to=[seat], writes=True)
    with short.open() as owner:
        before = texts(owner, case)
        assert members.suspend(owner, member.member).is_done
        assert sharing.grant(owner, case, [newcomer.member]) == {newcomer.member}
    with newcomer.open(short.place) as session:
        assert texts(session, case) == before


@pytest.mark.long
def test_hundreds_of_keys_do_not_stop_other_sheets(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        seat = owner.seat
    with member.open(short.place) as session:
        make_siblings(session, case, 1100, to=[seat])
    with short.open() as owner:
        change_root(owner, kept_secret(owner) or b"")
        assert recovery.follow(owner).pending == 0
        assert current(owner, case) == 1
        assert recovery.status(owner).stale == 0
