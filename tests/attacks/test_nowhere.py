"""Who lists what is nowhere stops what they had a say in, and no longer than they are in; verify says the same."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.attacks.test_absent_keys import list_what_is_nowhere
from tests.attacks.test_epoch_names import list_notice
from tests.english import in_english
from tests.services.organisation import AMINA, DANA, JOEL, MIRA, NOOR, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId
from vault.log.epoch_notice import EpochNotice
from vault.log.items import ItemKind
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index
from vault.store.rowtypes import VersionKeyRow

WAITS = "waits until everything that is missing has arrived"


def case_of(session: Session) -> CompartmentId:
    return cases.create(session, title="A case of one's own", kind="family").case


def assert_waits(session: Session, organisation: Organisation, case: CompartmentId) -> None:
    with pytest.raises(VerificationError, match=WAITS):
        share(session, case, organisation, TOMAS)


def assert_goes_on(session: Session, organisation: Organisation, case: CompartmentId) -> None:
    up_to_date_index(session)
    told = " ".join(in_english(session.warnings))
    assert "their way" not in told
    assert "its way" not in told
    share(session, case, organisation, TOMAS)
    assert log_checking.verify(session).verified


def test_a_key_of_the_directory_that_replaces_one_that_is_nowhere_stops_all_until_its_maker_is_ended(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(MIRA, SELIN, JOEL) as (mira, selin, joel):
        own, home = case_of(joel), selin.directory.compartment
        nowhere = (EpochId(os.urandom(16)),)
        list_notice(
            selin,
            EpochNotice(1, selin.vault, home, CompartmentKind.DIRECTORY, EpochId(os.urandom(16)), nowhere),
        )
        for taker in (joel, mira):
            give(selin, taker, tmp_path)
        assert_waits(joel, organisation, own)
        assert members.suspend(mira, organisation[SELIN].member).is_done
        give(mira, joel, tmp_path)
        assert_goes_on(joel, organisation, own)
        assert log_checking.verify(mira).verified


@pytest.mark.parametrize("who", [NOOR, DANA, AMINA], ids=["auditor", "intake", "caseworker"])
def test_who_may_write_nothing_in_the_directory_stops_nobody_by_a_record_that_is_nowhere(
    organisation: Organisation, tmp_path: Path, who: str
) -> None:
    with organisation.at(who, JOEL) as (liar, joel):
        own = case_of(joel)
        list_what_is_nowhere(liar, joel.directory.compartment, ItemKind.VERSION)
        give(liar, joel, tmp_path)
        assert_goes_on(joel, organisation, own)


def test_who_may_write_something_in_the_directory_is_waited_for(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(SELIN, JOEL) as (selin, joel):
        own = case_of(joel)
        list_what_is_nowhere(selin, joel.directory.compartment, ItemKind.VERSION)
        give(selin, joel, tmp_path)
        assert_waits(joel, organisation, own)


def test_a_record_without_its_wrapped_key_is_on_its_way_and_no_fault_and_waited_for_no_longer_than_its_author_is_in(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(SELIN, AMINA) as (selin, amina):
        case = case_of(selin)
        share(selin, case, organisation, AMINA)
        give(selin, amina, tmp_path)
        notes.add(amina, case, Note(NoteKind.CONTACT, "Sealwort without a key"))
        with amina.database.transaction() as rows:
            mine = [one for one in rows.versions(case) if one.origin == amina.log.origin]
            rows.delete_version_keys({VersionKeyRow(*one[:3], one.epoch, one.wrap) for one in mine})
        give(amina, selin, tmp_path)
        assert_waits(selin, organisation, case)
        found = log_checking.verify(selin)
        assert found.verified
        assert len(found.on_their_way) == 1
        sharing.revoke(selin, case, organisation.members(AMINA))
        assert_goes_on(selin, organisation, case)
