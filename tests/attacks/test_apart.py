"""Devices that act apart and meet later: what counts is the same on each of them, whatever came first."""

from __future__ import annotations

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn_as
from tests.attacks.plaintext import forms
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, JOEL, SELIN, TOMAS, Organisation, share
from vault.access.session import Session
from vault.access.trust.new_epochs import revocations_of
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentId
from vault.services.cases import cases, notes, searching
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.validity.compartment_access import CompartmentState

LATER = "Sealwort: written after both revocations"


@pytest.fixture
def case(organisation: Organisation) -> CompartmentId:
    """A case of Selin's that Tomas, Amina and Joel hold too, on all of their devices."""
    with organisation.open(SELIN) as selin:
        made = cases.create(selin, title="A case of four", kind="asylum").case
        share(selin, made, organisation, TOMAS, AMINA, JOEL)
        notes.add(selin, made, Note(NoteKind.CONTACT, "before anything happened"))
    for other in (TOMAS, AMINA, JOEL):
        organisation.exchange(SELIN, other)
    return made


def state(session: Session, case: CompartmentId) -> CompartmentState:
    found = session.state_of(case)
    assert found is not None
    return found


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


@pytest.mark.long
def test_two_supervisors_who_revoke_each_others_volunteer_apart_agree_after_they_meet(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        sharing.revoke(selin, case, organisation.members(AMINA))
        sharing.revoke(tomas, case, organisation.members(JOEL))
        notes.add(selin, case, Note(NoteKind.CONTACT, "Selin, after she revoked Amina"))
        notes.add(tomas, case, Note(NoteKind.CONTACT, "Tomas, after he revoked Joel"))
    organisation.exchange(SELIN, TOMAS)
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        assert state(selin, case).epochs.keys() == state(tomas, case).epochs.keys()
        assert state(selin, case).cutoffs == state(tomas, case).cutoffs
        assert len(state(selin, case).current) == 2
        notes.add(selin, case, Note(NoteKind.CONTACT, LATER))  # the next writer joins both keys
        assert len(state(selin, case).current) == 1
    organisation.exchange(SELIN, TOMAS)
    organisation.exchange(TOMAS, AMINA)
    organisation.exchange(SELIN, JOEL)
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        everything = texts(selin, case)
        assert texts(tomas, case) == everything
        assert {LATER, "Selin, after she revoked Amina", "Tomas, after he revoked Joel"} <= everything
        assert state(selin, case).holders == state(tomas, case).holders
        assert state(tomas, case).holders.isdisjoint({organisation[AMINA].seat, organisation[JOEL].seat})
        assert selin.quarantine == tomas.quarantine == []
        assert log_checking.verify(tomas).verified
    for revoked in (AMINA, JOEL):
        with organisation.open(revoked) as session:
            assert not session.holds(case)
            assert not searching.search(session, "Sealwort").hits
            with pytest.raises(RefusedError, match="was not granted to you"):
                cases.open_case(session, case)
    assert read_with_the_keys_of(AMINA, organisation).isdisjoint({LATER, "Selin, after she revoked Amina"})
    assert read_with_the_keys_of(JOEL, organisation).isdisjoint({LATER, "Tomas, after he revoked Joel"})
    assert LATER in read_with_the_keys_of(SELIN, organisation), "the control"


def read_with_the_keys_of(name: str, organisation: Organisation) -> set[str]:
    """Return what these keys open in the folders of both supervisors, with the keys of their databases besides."""
    learned = {
        one: learn_as(organisation[one].place.path, organisation[one].name, PASSPHRASE) for one in (SELIN, TOMAS, name)
    }
    found = everything(
        [organisation[one].place.path for one in learned],
        organisation[name].place.vault_id,
        learned[name].secrets,
        [one.key for one in learned.values()],
    )
    words = (LATER, "Selin, after she revoked Amina", "Tomas, after he revoked Joel")
    return {word for word in words if any(form in found for form in forms(word))}


@pytest.mark.long
def test_of_two_who_drop_each_other_the_one_nearer_to_the_founder_binds_on_every_device(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        for dropping, revoked in ((selin, tomas), (tomas, selin)):
            sharing.revoke(dropping, case, [revoked.member])
            notes.add(dropping, case, Note(NoteKind.CONTACT, "after the other was dropped"))
    organisation.exchange(SELIN, TOMAS)
    for other in (AMINA, JOEL):
        organisation.exchange(SELIN, other)
    with organisation.at(SELIN, TOMAS, AMINA) as (selin, tomas, amina):
        assert state(selin, case).cutoffs.keys() == state(amina, case).cutoffs.keys() == {tomas.seat}
        assert state(selin, case).holders == state(amina, case).holders
        assert not tomas.holds(case)
        notes.add(amina, case, Note(NoteKind.CONTACT, "work goes on"))


@pytest.mark.long
def test_what_a_revoked_member_wrote_before_they_knew_waits_for_a_person(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina):
        sharing.revoke(selin, case, organisation.members(AMINA))
        notes.add(amina, case, Note(NoteKind.CONTACT, "Amina, who does not know yet"))
    organisation.exchange(SELIN, AMINA)
    with organisation.open(SELIN) as selin:
        assert "Amina, who does not know yet" not in texts(selin, case)
        assert {one.check for one in selin.quarantine} == {"C6"}
        sharing.grant(selin, case, organisation.members(AMINA))
    with organisation.open(SELIN) as selin:
        assert "Amina, who does not know yet" in texts(selin, case)
        assert selin.quarantine == []


@pytest.mark.long
def test_the_work_of_others_under_the_old_key_is_taken_and_wrapped_anew(
    organisation: Organisation, case: CompartmentId
) -> None:
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        sharing.revoke(selin, case, organisation.members(AMINA))
        notes.add(tomas, case, Note(NoteKind.CONTACT, "Tomas, under the key of before"))
    organisation.exchange(TOMAS, SELIN)
    with organisation.open(SELIN) as selin:
        assert "Tomas, under the key of before" in texts(selin, case)
        (current,) = state(selin, case).current
        with selin.database.reading() as rows:
            assert {one.epoch for one in rows.versions(case)} == {current}


def test_drops_name_what_this_device_has_of_each_log(organisation: Organisation, case: CompartmentId) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina), selin.database.reading() as rows:
        (revocation,) = revocations_of(rows, selin.prover, selin.directory, [organisation[AMINA].seat])
        assert (revocation.origin, revocation.size) == (amina.log.origin, rows.size(amina.log.origin))
