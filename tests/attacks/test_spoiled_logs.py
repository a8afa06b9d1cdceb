"""Whoever writes a log can spoil it: that stops neither their end nor, after it, the work of everybody else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.attacks.test_epoch_names import CASEWORKER
from tests.attacks.test_shared_keys import NOTE, SECOND, SECOND_PASSPHRASE
from tests.services.colleague import admit
from tests.services.founded import Filled
from tests.services.organisation import JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import CompartmentId, RecordId, VersionId, make_id
from vault.records.work import Entry, Work
from vault.seal.envelope import version_id
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.evidence.log_checking import Answer
from vault.services.grants import sharing
from vault.services.members import devices

WAITS = "waits until the log is sound"


def write_garbage(work: Work, case: CompartmentId) -> None:
    """List a version of a case that opens for nobody."""
    work.write(case, RecordId(make_id()), "note", NOTE)
    sealed = work._versions[-1]
    blob = os.urandom(len(sealed.blob))
    identity = VersionId(version_id(sealed.compartment, sealed.record, blob))
    work._versions[-1] = sealed._replace(id=identity, blob=blob)


def test_a_holder_who_writes_what_opens_for_nobody_is_revoked_and_ended_and_grants_go_on(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        spoiler = admit(owner, roles=CASEWORKER)
        other = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        sharing.grant(owner, case, [spoiler.member])
    with spoiler.open(short.place) as session, Work(session.log) as work:
        write_garbage(work, case)
        work.commit(Entry(act="case.import"))
    with short.open() as owner:
        assert log_checking.verify(owner).answer is Answer.UNREADABLE
    with short.open() as owner:
        cases.open_case(owner, case)
        with pytest.raises(VerificationError) as refused:
            sharing.grant(owner, case, [other.member])
        assert "does not open" in str(refused.value.next_step)
        assert sharing.revoke(owner, case, [spoiler.member]).dropped == {spoiler.member}
        assert devices.lost(owner, spoiler.seat).outcome.is_done
        assert log_checking.verify(owner).quarantined >= 1
    with short.open() as owner:
        cases.open_case(owner, case)
        assert log_checking.verify(owner).answer is Answer.WHOLE
        assert sharing.grant(owner, case, [other.member]) == {other.member}
        assert log_checking.verify(owner).quarantined >= 1


@pytest.mark.long
def test_a_log_with_two_histories_is_ended_with_both_and_all_devices_agree(
    organisation: Organisation, tmp_path: Path
) -> None:
    twin = organisation.copied_to(tmp_path / "twin")
    with organisation.open(SELIN) as selin:
        case = cases.create(selin, title="Shared by three", kind="asylum").case
        share(selin, case, organisation, JOEL, TOMAS, MIRA)
    with organisation.at(SELIN, TOMAS, MIRA, JOEL) as (selin, tomas, mira, joel):
        for taker in (tomas, mira, joel):
            give(selin, taker, tmp_path)
        with twin.open(JOEL) as copy:
            give(selin, copy, tmp_path)
            for history, taker, text in ((joel, mira, "the first history"), (copy, tomas, "the second history")):
                notes.add(history, case, Note(NoteKind.CONTACT, text))
                give(history, taker, tmp_path)
            give(copy, mira, tmp_path)
        with pytest.raises(VerificationError, match=WAITS):
            sharing.grant(mira, case, organisation.members("Amina"))
        assert devices.lost(mira, joel.seat).outcome.is_done
        assert sharing.grant(mira, case, organisation.members("Amina"))
        for giver, taker in ((mira, tomas), (tomas, mira), (mira, tomas)):
            give(giver, taker, tmp_path)
        for session in (mira, tomas):
            texts = {note.value.text for note in cases.open_case(session, case).notes}
            assert {"the first history", "the second history"} <= texts
            assert session.faults() == []
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified
        assert mira.faults() == []
