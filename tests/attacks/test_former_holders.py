"""The letter of an erasure names a device that had the record and lost the case since: it may have it still."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.organisation import AMINA, JOEL, Organisation, give
from tests.services.test_erasures_of_others import erase, later
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services import housekeeping
from vault.services.cases import cases, notes
from vault.services.erasures.letter import letter
from vault.services.erasures.what_goes import what_goes
from vault.services.grants import sharing


def test_a_device_that_lost_the_case_is_named_until_it_confirms(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.at(AMINA, JOEL) as (amina, joel):
        case = cases.create(amina, title="C", kind="asylum", alone_reason="nobody").case
        note = notes.add(amina, case, Note(NoteKind.INTERVIEW, "secret"))
        sharing.grant(amina, case, organisation.members(JOEL))
        give(amina, joel, tmp_path)
        sharing.revoke(amina, case, organisation.members(JOEL))
        going = what_goes(amina, note.hex())
        erase(amina, note.hex())
        said = in_english(letter(amina, going, why="subject-request"))
        (line,) = [line for line in said if "lost the case" in line]
        assert "Joel Brandvik" in line
        give(amina, joel, tmp_path)
        later(monkeypatch, joel, 73)
        housekeeping.settle(joel)
        give(joel, amina, tmp_path)
        said = in_english(letter(amina, going, why="subject-request"))
        assert not [line for line in said if "lost the case" in line]
        assert [line for line in said if line.startswith("Removed on") and "Joel Brandvik" in line]
