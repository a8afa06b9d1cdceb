"""A bundle by way of somebody who does not hold the case: its entries come, its rows do not. That case alone waits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.cli.log import verified
from vault.errors import VerificationError, WaitingForDecisionError
from vault.ids import CompartmentId
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection.projection import up_to_date_index

LAWYER = "Advocate Orlova"
DAY_MS = 86_400_000
WAITS = "waits until everything that is missing has arrived"


@dataclass
class Relayed:
    """Selin and Joel hold the case; Amina does not. What Selin wrote last in it came to Joel by way of Amina."""

    mira: Session
    selin: Session
    joel: Session
    amina: Session
    case: CompartmentId
    ref: str
    own_case: CompartmentId
    folder: Path

    def warnings(self) -> str:
        up_to_date_index(self.joel)
        return " ".join(in_english(self.joel.warnings))


@pytest.fixture
def relayed(organisation: Organisation, tmp_path: Path) -> Iterator[Relayed]:
    with organisation.at(MIRA, SELIN, JOEL, AMINA) as (mira, selin, joel, amina):
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
        made = cases.create(selin, title="Case of both", kind="asylum")
        share(selin, made.case, organisation, JOEL)
        own = cases.create(joel, title="A case of Joel's own", kind="family").case
        for taker in (joel, amina):
            give(mira, taker, tmp_path)
            give(selin, taker, tmp_path)
        notes.add(selin, made.case, Note(NoteKind.CONTACT, "Sealwort, on its way"))
        give(selin, amina, tmp_path)
        give(amina, joel, tmp_path)
        yield Relayed(mira, selin, joel, amina, made.case, made.ref, own, tmp_path)


def export(session: Session, case: CompartmentId, out: Path) -> None:
    exporting.export(session, case, Wish("lawyer", LAWYER, take_proposals=True), out=out)


def assert_goes_out(session: Session, case: CompartmentId, out: Path) -> None:
    """The export comes as far as the question to a second person, which is its last step but the file."""
    with pytest.raises(WaitingForDecisionError, match="a second person has to approve"):
        export(session, case, out)


def test_another_case_of_the_taker_is_exported_and_shared(relayed: Relayed, organisation: Organisation) -> None:
    assert_goes_out(relayed.joel, relayed.own_case, relayed.folder)
    assert sharing.grant(relayed.joel, relayed.own_case, organisation.members(TOMAS))


def test_the_case_itself_waits_and_notes_go_on(relayed: Relayed, organisation: Organisation) -> None:
    assert f"1 record of {relayed.ref} is on its way (Selin Asterholt, entry" in relayed.warnings()
    with pytest.raises(VerificationError, match=WAITS):
        export(relayed.joel, relayed.case, relayed.folder)
    with pytest.raises(VerificationError, match=WAITS):
        sharing.grant(relayed.joel, relayed.case, organisation.members(TOMAS))
    notes.add(relayed.joel, relayed.case, Note(NoteKind.CONTACT, "written meanwhile"))


def test_the_bundle_of_whoever_wrote_it_ends_the_waiting(relayed: Relayed, organisation: Organisation) -> None:
    give(relayed.selin, relayed.joel, relayed.folder)
    assert relayed.warnings() == ""
    assert_goes_out(relayed.joel, relayed.case, relayed.folder)
    assert sharing.grant(relayed.joel, relayed.case, organisation.members(TOMAS))


def test_verify_says_what_is_on_its_way_and_calls_it_missing_after_two_weeks(relayed: Relayed) -> None:
    found = log_checking.verify(relayed.joel)
    assert found.verified
    assert [str(line).startswith(f"1 record of {relayed.ref} is on its way") for line in found.on_their_way] == [True]
    result = verified(found)
    assert result.exit_code == 0
    assert any("is on its way" in str(line) for line in result.lines)
    clock = relayed.joel.log.now_ms
    relayed.joel.log.now_ms = lambda: clock() + 14 * DAY_MS + 1
    found = log_checking.verify(relayed.joel)
    assert [fault.code for fault in found.faults] == ["absent"]
    assert f"1 record of {relayed.ref} is missing (Selin Asterholt, entry" in relayed.warnings()
    assert_goes_out(relayed.joel, relayed.own_case, relayed.folder)


def test_whoever_lists_what_never_comes_stops_a_case_until_it_is_taken_from_them(
    relayed: Relayed, organisation: Organisation
) -> None:
    """The rows of the one to whom the case belongs are withheld for ever; taking it from them goes all the same."""
    selin = organisation.members(SELIN)
    assert sharing.revoke(relayed.joel, relayed.case, selin).dropped == frozenset(selin)
    assert relayed.warnings() == ""
    assert_goes_out(relayed.joel, relayed.case, relayed.folder)


@pytest.mark.long
def test_whoever_lists_what_never_comes_stops_a_case_until_they_are_ended(
    relayed: Relayed, organisation: Organisation
) -> None:
    give(relayed.selin, relayed.mira, relayed.folder)
    assert members.suspend(relayed.mira, organisation[SELIN].member).is_done
    give(relayed.mira, relayed.joel, relayed.folder)
    assert "on its way" not in relayed.warnings()
    assert_goes_out(relayed.joel, relayed.case, relayed.folder)


def test_a_record_of_the_directory_stops_all(organisation: Organisation, tmp_path: Path) -> None:
    """Whoever relays leaves a row out of the directory; who is meant to get what leaves may stand in it."""
    with organisation.at(MIRA, SELIN, JOEL) as (mira, selin, joel):
        own = cases.create(joel, title="A case of Joel's own", kind="family").case
        partners.add(mira, name=LAWYER, age_recipient=recipient_of(make_identity()), compared=True)
        give(mira, selin, tmp_path)
        with selin.database.transaction() as rows:
            (row,) = (
                one
                for one in rows.version_rows(mira.log.origin, mira.log.size - 2)
                if one.compartment == selin.directory.compartment
            )
            rows.erase_versions([(row.origin, row.seq, row.n)])
        give(selin, joel, tmp_path)
        with pytest.raises(VerificationError, match=WAITS):
            export(joel, own, tmp_path)
        with pytest.raises(VerificationError, match=WAITS):
            sharing.grant(joel, own, organisation.members(TOMAS))
