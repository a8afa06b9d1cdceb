"""A time that no calendar has, by a colleague or whoever makes a bundle: it is shown as none, and ends nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest

from tests.services.founded import Place
from tests.services.organisation import (
    AMINA,
    DANA,
    JOEL,
    MIRA,
    NOOR,
    SELIN,
    Organisation,
    ask_to_join,
    share,
)
from tests.sync import hostile
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.cli import bundle as bundle_cli
from vault.cli import log as log_cli
from vault.cli import member as member_cli
from vault.cli import showing
from vault.cli.output import Output, Result, in_words
from vault.cli.table import Given
from vault.records.seatlog import SeatLog
from vault.records.work import Entry
from vault.seal.bodies import Recipient
from vault.services.cases import cases, notes
from vault.services.evidence import logbook
from vault.services.members import invitations, members

Command = Callable[[Given, Output], Result]
FAR = 1 << 62


@pytest.mark.long
def test_an_entry_of_a_far_time_leaves_the_log_to_the_auditor(organisation: Organisation) -> None:
    organisation.exchange(NOOR, DANA)
    with organisation.open(DANA) as dana:
        dana.log.now_ms = lambda: FAR
        with dana.work() as work:
            work.commit(Entry(act="case.list", pol="role"))
    organisation.exchange(DANA, NOOR)
    with organisation.open(NOOR) as noor:
        lines = logbook.newest(noor).lines
    far = next(line for line in lines if line.payload is not None and line.payload.t == FAR)
    assert in_words(log_cli._line(far, "Dana", {})).startswith(f"{'?':<25}  Dana")
    assert log_cli._line_data(far, {})["time"] is None
    assert all(log_cli._line(line, "", {}) and json.dumps(log_cli._line_data(line, {})) for line in lines)


@pytest.mark.long
@pytest.mark.parametrize("clock_ms", [FAR, (1 << 64) - 1, -1])
def test_a_note_of_a_far_time_leaves_the_case_to_its_holders(
    organisation: Organisation, monkeypatch: pytest.MonkeyPatch, clock_ms: int
) -> None:
    with organisation.open(AMINA) as amina:
        case = cases.create(amina, title="A title", kind="asylum").case
        share(amina, case, organisation, JOEL)
    organisation.exchange(AMINA, JOEL)
    with organisation.open(JOEL) as joel:
        cases.find(joel, case.hex())
        with monkeypatch.context() as patch:
            patch.setattr(SeatLog, "tick", lambda _: (clock_ms, 0))
            notes.add(joel, case, Note(NoteKind.CONTACT, "from nowhere"))
    organisation.exchange(JOEL, AMINA)
    with organisation.open(AMINA) as amina:
        (note,) = cases.open_case(amina, case).notes
        assert in_words(showing.note_lines(note, {}, {})[0]).startswith("?  contact")
        assert showing.note_data(note, {}, {})["written"] is None


@pytest.mark.long
def test_a_member_until_a_far_day_leaves_the_list_of_members(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with organisation.open(SELIN) as selin:
        place = Place(tmp_path / "new.vault", tmp_path / "state")
        request, words = ask_to_join(tmp_path, place, invitations.invite(selin, like="intake"), "Ned Farwell")
        answered = invitations.look(selin, request)
        monkeypatch.setattr(invitations, "_until", lambda *_: FAR)
        assert invitations.admit(selin, answered, words).outcome.is_done
    organisation.exchange(SELIN, MIRA)
    with organisation.open(MIRA) as mira:
        lines = [in_words(member_cli._member_line(one)) for one in members.list_all(mira)]
    assert "Ned Farwell: intake, until ?; 1 device" in lines


@pytest.mark.parametrize("command", [bundle_cli._show, bundle_cli._import], ids=["show", "take"])
def test_a_bundle_of_a_far_time_is_shown_and_taken(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    with organisation.open(AMINA) as amina:
        path = hostile.write(
            tmp_path / "of nobody",
            amina.vault,
            [],
            manifest=lambda honest: replace(honest, member=amina.member, made_ms=(1 << 64) - 1),
            to=Recipient(amina.seat, amina.kem_private.public),
        )
        monkeypatch.setattr(bundle_cli, "opened", lambda *_: nullcontext(amina))
        result = command(Given(file=path), Output(may_ask=False))
    assert result.data["made"] is None
    assert "made on ? by their clock" in str(result.lines[0]) or "nothing new came" in str(result.lines[0])
