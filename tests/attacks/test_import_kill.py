"""A take that is killed at any step: the vault opens, and taking the same file again brings everything."""

from __future__ import annotations

import signal
from pathlib import Path

import pytest

from tests.attacks.import_child import STEPS, take
from tests.cli.forked import Forked
from tests.services.founded import Filled
from tests.services.test_syncing import Offices, _offices, offices
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking

__all__ = ["_offices", "offices"]  # fixtures

pytestmark = pytest.mark.slow


@pytest.mark.long_after(1)
@pytest.mark.parametrize("step", [*STEPS, "rows+", "keys of the seat+", "log+"])
def test_a_killed_take_is_completed_by_a_second(
    step: str, offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    with founder.open() as session:
        for number in range(5):
            notes.add(session, case, Note(NoteKind.CONTACT, f"carried {number}"))
    bundle = founder.send(colleague, tmp_path)
    office = (colleague.path, colleague.state)
    with Forked(take, step, office, bundle, colleague.name, bytes(colleague.passphrase)) as process:
        assert process.ended() == -signal.SIGKILL
    colleague.take(bundle)
    with colleague.open() as session:
        texts = {note.value.text for note in cases.open_case(session, case).notes}
        assert {f"carried {number}" for number in range(5)} <= texts
        assert log_checking.verify(session).faults == ()
