"""Two copies of a device write at one place of its log: every device counts what both wrote, whatever came first."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest

from tests.attacks.outsider import digest_of, flipped, learn_as
from tests.english import in_english
from tests.services.founded import PASSPHRASE
from tests.services.organisation import JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VaultError
from vault.ids import CompartmentId
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.members import members

BEFORE = "written before the copy was made"


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


def shared_case(organisation: Organisation, folder: Path) -> CompartmentId:
    """Make a case that Mira, Selin, Tomas and Joel hold, with a note of Joel's that all of them have."""
    with organisation.at(MIRA, SELIN, TOMAS, JOEL) as (mira, selin, tomas, joel):
        case = cases.create(mira, title="Shared", kind="asylum").case
        share(mira, case, organisation, SELIN, TOMAS, JOEL)
        give(mira, joel, folder)
        notes.add(joel, case, Note(NoteKind.CONTACT, BEFORE))
        give(joel, mira, folder)
        for taker in (selin, tomas):
            give(mira, taker, folder)
        give(selin, tomas, folder)
        give(tomas, selin, folder)
    return case


@pytest.mark.long
@pytest.mark.parametrize(
    "lengths",
    [(1, 1), (1, 3), pytest.param((3, 1), marks=pytest.mark.long), pytest.param((25, 20), marks=pytest.mark.long)],
)
def test_two_devices_that_were_told_different_histories_show_the_same_after_two_exchanges(
    organisation: Organisation, tmp_path: Path, lengths: Sequence[int]
) -> None:
    case = shared_case(organisation, tmp_path)
    twin = organisation.copied_to(tmp_path / "twin")
    told = {BEFORE}
    with organisation.at(SELIN, TOMAS) as (selin, tomas):
        for where, taker, count in ((organisation, selin, lengths[0]), (twin, tomas, lengths[1])):
            with where.open(JOEL) as joel:
                for number in range(count):
                    text = f"told {taker.seat.hex()} {number}"
                    notes.add(joel, case, Note(NoteKind.CONTACT, text))
                    told.add(text)
                give(joel, taker, tmp_path)
        assert texts(selin, case) != texts(tomas, case)
        for giver, taker in ((selin, tomas), (tomas, selin), (selin, tomas), (tomas, selin)):
            give(giver, taker, tmp_path)
        for session in (selin, tomas):
            assert texts(session, case) == told
            assert any("two histories" in line for line in in_english(session.warnings))
    with organisation.at(SELIN, TOMAS, MIRA) as (selin, tomas, mira):
        for session in (selin, tomas):
            assert texts(session, case) == told
            assert session.faults()
        give(tomas, mira, tmp_path)  # who was told neither learns of both
        assert texts(mira, case) == told
        assert any("two histories" in line for line in in_english(mira.warnings))
        assert members.suspend(mira, organisation[JOEL].member).is_done
        for taker in (selin, tomas):
            give(mira, taker, tmp_path)
            assert taker.faults() == []
            assert texts(taker, case) == told
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified


@pytest.mark.long
def test_a_copy_that_wrote_less_stops_nothing_of_what_the_device_writes_later(
    organisation: Organisation, tmp_path: Path
) -> None:
    case = shared_case(organisation, tmp_path)
    twin = organisation.copied_to(tmp_path / "twin")
    told = {BEFORE}
    for where, count in ((organisation, 5), (twin, 1), (organisation, 1), (organisation, 1)):
        with where.open(JOEL) as joel, organisation.open(SELIN) as selin:
            for number in range(count):
                told.add(f"note {len(told)} {number}")
                notes.add(joel, case, Note(NoteKind.CONTACT, f"note {len(told)} {number}"))
            give(joel, selin, tmp_path)
            assert len(texts(selin, case)) == len(told)


@pytest.mark.long
def test_rows_that_nobody_signed_part_nothing_of_a_log_that_forked(organisation: Organisation, tmp_path: Path) -> None:
    """Whoever holds the key of the database lays rows beside the true ones before the place where it forked."""
    case = shared_case(organisation, tmp_path)
    twin = organisation.copied_to(tmp_path / "twin")
    with organisation.open(SELIN) as selin:
        for where in (organisation, twin):
            with where.open(JOEL) as joel:
                notes.add(joel, case, Note(NoteKind.CONTACT, "after the copy"))
                give(joel, selin, tmp_path)
                forked = joel.log.origin
    account = organisation[SELIN]
    with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
        for origin, seq, header, listed, sealed, _ in rows.execute(
            "SELECT origin, seq, header, list, sealed, digest FROM operation WHERE origin=? AND seq<4", (forked,)
        ).fetchall():
            junk = flipped(sealed)
            names_it = header.replace(sha256(sealed).hexdigest().encode(), sha256(junk).hexdigest().encode())
            row = (origin, seq, names_it, listed, junk, digest_of(names_it, listed, junk))
            rows.execute(f"INSERT INTO operation VALUES ({','.join('?' * len(row))})", row)
    with organisation.open(SELIN) as selin:
        selin.remake_index()
        assert texts(selin, case) == {BEFORE, "after the copy"}


@pytest.mark.long
def test_the_member_whose_device_was_copied_is_told_and_goes_on_in_a_new_log(
    organisation: Organisation, tmp_path: Path
) -> None:
    case = shared_case(organisation, tmp_path)
    twin = organisation.copied_to(tmp_path / "twin")
    with organisation.open(SELIN) as selin:
        with twin.open(JOEL) as thief:
            notes.add(thief, case, Note(NoteKind.CONTACT, "by the thief"))
            give(thief, selin, tmp_path)
        with organisation.open(JOEL) as joel:
            notes.add(joel, case, Note(NoteKind.CONTACT, "by Joel"))
            give(joel, selin, tmp_path)
            give(selin, joel, tmp_path)
            assert any("two histories" in line for line in in_english(joel.warnings))
            with pytest.raises(VaultError, match="copied"):
                notes.add(joel, case, Note(NoteKind.CONTACT, "into nothing"))
        with organisation.open(JOEL) as joel:
            assert any("new log begins" in line for line in in_english(joel.warnings))
            both = {BEFORE, "by the thief", "by Joel"}
            assert texts(joel, case) == both
            notes.add(joel, case, Note(NoteKind.CONTACT, "in the new log"))
            assert texts(joel, case) == {*both, "in the new log"}
            give(joel, selin, tmp_path)
        assert texts(selin, case) == {*both, "in the new log"}
    with organisation.open(JOEL) as joel:
        assert texts(joel, case) == {*both, "in the new log"}
        notes.add(joel, case, Note(NoteKind.CONTACT, "and once more"))
