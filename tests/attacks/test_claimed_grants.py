"""A grant is sealed bytes that every holder has: who lists it as their own and passes it on first takes it from nobody.

The row of a grant names one giver, and no signature says which of those who list it sealed it.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

import pytest

from tests.services.organisation import AMINA, DANA, JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, SeatId
from vault.log.items import Item, ItemKind
from vault.records.epochs import notices_of
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members
from vault.sync.selecting import Place, Selection

TRUE = "Sealwort, granted by its founder"


def claim_grants(session: Session, compartment: CompartmentId) -> None:
    """List every grant of a compartment in the session's own log, as if its seat had given them."""
    with session.database.reading() as rows:
        digests = {row.digest for one in notices_of(rows, compartment) for row in rows.grants_of(one.epoch)}
    with Work(session.log) as work:
        work._items += [Item.in_compartment(ItemKind.GRANT, compartment, digest) for digest in sorted(digests)]
        work.commit(Entry(act="grant.add"))


def pass_on_as_own(giver: Session, taker: Session, folder: Path) -> None:
    """Send a bundle whose grants stand at the giver's own places, wherever there is one."""
    find = Selection._find

    def only_own(self: Selection, wanted: Collection[bytes]) -> dict[bytes, list[Place]]:
        return {
            digest: [place for place in places if place[0] == giver.log.origin] or places
            for digest, places in find(self, wanted).items()
        }

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Selection, "_find", only_own)
        give(giver, taker, folder)


def granted(session: Session, case: CompartmentId) -> dict[bytes, frozenset[SeatId]]:
    """Return who was granted each key of a case, as this device counts it."""
    state = session.state_of(case)
    assert state is not None
    return {epoch: one.granted for epoch, one in state.epochs.items()}


def test_a_volunteer_who_claims_the_grants_of_the_directory_keeps_no_revocation_from_anybody(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(MIRA, DANA, SELIN) as (mira, dana, selin):
        assert members.suspend(mira, organisation[JOEL].member).is_done
        give(mira, dana, tmp_path)
        claim_grants(dana, dana.directory.compartment)
        pass_on_as_own(dana, selin, tmp_path)
        give(mira, selin, tmp_path)
        assert organisation[JOEL].seat not in selin.directory.effective.certificates
        assert log_checking.verify(selin).verified


def test_a_revoked_member_who_claims_the_grants_of_a_case_takes_it_from_nobody(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(SELIN, AMINA, TOMAS) as (selin, amina, tomas):
        case = cases.create(selin, title="Passed on", kind="asylum").case
        share(selin, case, organisation, TOMAS, AMINA)
        notes.add(selin, case, Note(NoteKind.CONTACT, TRUE))
        give(selin, amina, tmp_path)
        sharing.revoke(selin, case, [amina.member])
        claim_grants(amina, case)
        pass_on_as_own(amina, tomas, tmp_path)
        give(selin, tomas, tmp_path)
        assert granted(tomas, case) == granted(selin, case)
        assert TRUE in {note.value.text for note in cases.open_case(tomas, case).notes}
        assert log_checking.verify(tomas).verified
