"""Whoever begins hundreds of logs cannot thereby stay in a case: a notice that drops them names the longest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.test_epoch_names import CASEWORKER
from tests.services.colleague import admit
from tests.services.founded import Filled
from tests.services.organisation import JOEL, SELIN, Organisation, give
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.log import genesis
from vault.log.epoch_notice import MOST_REVOCATIONS
from vault.log.genesis import SEAT_IN_GENESIS
from vault.records.seatlog import Predecessor, SeatLog, begin
from vault.records.work import Entry, Work
from vault.seal.signing import public_key
from vault.services.cases import cases, notes
from vault.services.exchange import syncing
from vault.services.grants import sharing


def begin_another_log(session: Session, roster: bytes | None = None) -> SeatLog:
    """Begin one more log of the seat, as a restored or copied vault does, under the newest roster or another."""
    own = session._secrets
    assert public_key(own.identity_seed) == session.directory.effective.certificates[session.seat].identity
    log = begin(
        database=session.database,
        place=session.log.place,
        identity_seed=own.identity_seed,
        roster=session.directory.roster if roster is None else roster,
        auditors=(),
        keyring=session.keyring,
        app_version="1",
        predecessor=Predecessor(session.log.origin, session.log.size, session.log.frontier.root()),
    )
    with Work(log) as work:
        work.commit(Entry(act="log.restored"))
    return log


def test_of_the_logs_of_one_seat_no_more_come_in_than_a_device_makes(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A hundred thousand of them would fill the memory of everybody, and the manifests of their bundles."""
    with organisation.at(JOEL, SELIN) as (joel, selin):
        for _ in range(4):
            begin_another_log(joel)
        path = tmp_path / "all of them"
        syncing.make(joel, selin.member, path)
        monkeypatch.setattr(genesis, "LOGS_OF_A_SEAT", 3)
        taken = syncing.import_bundle(selin, path)
        assert any("more logs than any device does" in str(fault) for fault in taken.faults)
        with selin.database.reading() as rows:
            assert sum(row.bytes[SEAT_IN_GENESIS] == joel.seat for row in rows.geneses()) == 3
        assert selin.faults() == []
        case = cases.create(selin, title="Work goes on", kind="asylum").case
        assert cases.open_case(selin, case).head.value.title == "Work goes on"
        assert give(selin, joel, tmp_path).entries


@pytest.mark.long
def test_a_member_with_hundreds_of_logs_is_revoked(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
    with member.open(short.place) as session:
        notes.add(session, case, Note(NoteKind.CONTACT, "in the longest log"))
        for _ in range(MOST_REVOCATIONS + 5):
            begin_another_log(session)
    with short.open() as owner:
        assert sharing.revoke(owner, case, [member.member]).dropped == {member.member}
        state = owner.state_of(case)
        assert state is not None
        assert member.seat not in state.holders
        assert "in the longest log" in {note.value.text for note in cases.open_case(owner, case).notes}
