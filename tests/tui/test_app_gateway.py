"""The gateway over a real vault: what it shows, what it logs, and that no late save brings an older text back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services.conftest import filled_template, founded_template
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled, Place
from tests.tui.driving import drive, shown
from tests.tui.still import press, settled, type_in
from tui.gateway import Gateway
from tui.shell.app import CaseVaultApp
from tui.shell.start import Start
from tui.values.values import CaseLine, PersonTyped, Spot
from tui.widgets.pages import PAGE_ROWS
from tui.widgets.virtual_list import VirtualList
from vault.errors import NotFoundError, RefusedError, UsageError
from vault.services.cases import cases
from vault.services.computer import probes

__all__ = ["filled_template", "founded_template"]  # fixtures


@pytest.fixture
def filled(filled_template: Filled, tmp_path: Path) -> Filled:
    return Filled(filled_template.place.copied_to(tmp_path / "office"), filled_template.cases, filled_template.refs)


@pytest.fixture
def gateway(filled: Filled) -> Iterator[Gateway]:
    opened = Gateway(filled.path, state=filled.state)
    opened.unlock(MEMBER, bytearray(PASSPHRASE))
    yield opened
    opened.close()


def test_unlocking_wipes_the_passphrase(filled: Filled) -> None:
    passphrase = bytearray(PASSPHRASE)
    opened = Gateway(filled.path, state=filled.state)
    opened.unlock(MEMBER, passphrase)
    opened.close()
    opened.close()
    assert passphrase == bytearray(len(PASSPHRASE))


def test_what_this_computer_lets_others_see_is_told_beside_the_alarms(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "exposures", lambda: ("This computer: recording: running: obs.",))
    opened = Gateway(filled.path, state=filled.state)
    opened.unlock(MEMBER, bytearray(PASSPHRASE))
    assert opened.status().alarms == ("This computer: recording: running: obs.",)
    opened.close()


def test_what_a_verification_finds_is_told_with_whose_log_it_is(gateway: Gateway, filled: Filled) -> None:
    session = gateway._unlocked.session
    with session.database.transaction() as rows:
        rows.connection.exec_driver_sql("UPDATE version SET blob = zeroblob(10) WHERE seq = 2")
    found = gateway.evidence.verify(lambda *_: None, lambda: False)
    assert found is not None
    assert not found.verified
    assert found.faults[0].startswith(f"log of {MEMBER}, operation 2")


def test_a_draft_that_is_too_long_for_a_note_stays(gateway: Gateway, filled: Filled) -> None:
    draft = gateway.writing.begin(filled.cases[0].hex(), filled.refs[0], "contact", text="ж" * 600_000)
    gateway.writing.save(draft)
    with pytest.raises(UsageError, match="of the 600,000 characters of its text fit"):
        gateway.writing.finish(draft)
    assert [one.text for one in gateway.writing.drafts()] == [draft.text]


def test_the_standing_tells_what_is_lacking(gateway: Gateway) -> None:
    status = gateway.status()
    assert status.lacks == ("no auditor who does nothing else", "no recovery sheets")
    assert status.backup_ms is None
    assert status.drafts == 0
    gateway.recovery.make(gateway.recovery.shapes[0])
    assert gateway.status().lacks == ("no auditor who does nothing else", "recovery sheets not proven yet")


def test_looking_through_the_list_is_one_entry_and_reading_a_case_one_for_each_reason(
    gateway: Gateway, filled: Filled
) -> None:
    before = len(_acts_of(gateway))
    for words in ("", "sana", ""):
        gateway.finding.start("name", words)
    gateway.finding.page("ref", "", 0)
    case = filled.cases[0].hex()
    for why in ("casework", "casework", "handover"):
        gateway.casework.open(case, why)
    assert _acts_of(gateway)[before:] == ["log.read", "case.list", "case.view", "case.view"]


def _acts_of(gateway: Gateway) -> list[str]:
    return [line.act for line in reversed(gateway.evidence.read_log().lines)][:-1]


def test_each_entry_of_the_log_names_whose_it_is(gateway: Gateway) -> None:
    assert {line.by for line in gateway.evidence.read_log().lines} == {MEMBER}


def test_a_case_shows_its_safe_contact_first_and_its_drafts(gateway: Gateway, filled: Filled) -> None:
    case = filled.cases[0].hex()
    typed = PersonTyped(
        "witness",
        names=("Вера Тихоокова", "Vera Tikhookova"),
        born="1979-08",
        documents=("passport:71 0034512",),
        contact_channel="messenger",
        contact_address="through her sister",
        contact_hours="after 18:00",
    )
    record = gateway.casework.add_person(case, typed)
    draft = replace(gateway.writing.begin(case, filled.refs[0], "contact"), text="half", saved_ms=5, turn=1)
    gateway.writing.save(draft)
    found = gateway.casework.open(case, "casework")
    assert found.safe_contacts == ("Вера Тихоокова: messenger through her sister; after 18:00",)
    assert found.drafts == (replace(draft, turn=0),)
    person = next(one for one in found.persons if one.record == record)
    assert "SAFE CONTACT messenger through her sister; after 18:00" in person.lines
    assert "Document  passport 71 0034512" in person.lines
    assert len(found.notes) == 6


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (PersonTyped("witness", born="yesterday"), "date of birth must be written YYYY"),
        (PersonTyped("witness", phones=("7",)), "phone needs at least 3 digits"),
        (PersonTyped("witness", emails=("nobody",)), "e-mail must hold an @"),
    ],
)
def test_what_a_person_cannot_be_is_refused_and_nothing_is_kept(
    typed: PersonTyped, words: str, gateway: Gateway, filled: Filled
) -> None:
    with pytest.raises(UsageError, match=words):
        gateway.casework.add_person(filled.cases[0].hex(), typed)
    assert len(gateway.casework.open(filled.cases[0].hex(), "casework").persons) == 2


@pytest.mark.parametrize("case", ["", "zz", "00" * 16])
def test_a_case_that_is_not_there_is_not_found(case: str, gateway: Gateway) -> None:
    with pytest.raises((NotFoundError, RefusedError), match=r"no such case|not granted"):
        gateway.casework.open(case, "casework")


def test_a_late_save_brings_no_older_text_back(gateway: Gateway, filled: Filled) -> None:
    draft = replace(gateway.writing.begin(filled.cases[0].hex(), "ref", "contact"), text="old", turn=1)
    gateway.writing.save(replace(draft, text="new", turn=2))
    gateway.writing.save(draft)
    assert [one.text for one in gateway.writing.drafts()] == ["new"]


def test_a_finished_draft_stays_gone_and_its_note_is_there(gateway: Gateway, filled: Filled) -> None:
    case = filled.cases[0].hex()
    draft = replace(
        gateway.writing.begin(case, "ref", "safety"), text="Do not call.", occurred="2026-11-24T14:02", turn=1
    )
    gateway.writing.save(draft)
    record = gateway.writing.finish(replace(draft, turn=2))
    gateway.writing.save(replace(draft, turn=3))
    assert gateway.writing.drafts() == ()
    note = next(one for one in gateway.casework.open(case, "casework").notes if one.record == record)
    assert (note.kind, note.text, note.occurred) == ("safety", "Do not call.", "2026-11-24T14:02")


def test_where_somebody_was_is_remembered_once_and_is_no_draft(gateway: Gateway, filled: Filled) -> None:
    spot = Spot(filled.cases[0].hex(), record="ab" * 16)
    gateway.writing.keep_spot(Spot(filled.cases[1].hex()))
    gateway.writing.keep_spot(spot)
    assert gateway.writing.drafts() == ()
    assert gateway.status().drafts == 0
    assert gateway.writing.take_spot() == spot
    assert gateway.writing.take_spot() is None


def test_verifying_can_be_stopped_and_then_nothing_is_logged(gateway: Gateway) -> None:
    before = _acts_of(gateway)
    assert gateway.evidence.verify(lambda done, total: None, lambda: True) is None
    assert _acts_of(gateway)[len(before) :] == ["log.read"]
    told: list[tuple[int, int]] = []
    found = gateway.evidence.verify(lambda done, total: told.append((done, total)), lambda: False)
    assert found is not None
    assert found.verified
    assert told[-1][0] == told[-1][1]


def test_a_stopped_backup_leaves_nothing(gateway: Gateway, tmp_path: Path) -> None:
    assert gateway.evidence.back_up(tmp_path / "stick", lambda done, total: None, lambda: True) is None
    assert list((tmp_path / "stick").iterdir()) == []
    made = gateway.evidence.back_up(tmp_path / "stick", lambda done, total: None, lambda: False)
    assert made is not None
    assert Path(made.path).is_dir()
    assert gateway.status().backup_ms is not None


# ---- a list longer than a page -------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_long_list_is_walked_to_its_end_by_keys_and_filtered(founded_template: Place, tmp_path: Path) -> None:
    place = founded_template.copied_to(tmp_path / "long")
    count = 2 * PAGE_ROWS + 22
    with place.open() as session:
        for number in range(count):
            cases.create(session, title=f"{MARKER} {number:03d}", kind="other")

    def of(lines: tuple[CaseLine, ...]) -> list[str]:
        return [line.title for line in lines]

    titles = [f"{MARKER} {number:03d}" for number in range(count)]
    opened = Gateway(place.path, state=place.state)
    opened.unlock(MEMBER, bytearray(PASSPHRASE))
    start = opened.finding.start("name")
    assert start.count == count
    second = opened.finding.page("name", "", PAGE_ROWS, after=start.rows[-1].place).rows
    third = opened.finding.page("name", "", 2 * PAGE_ROWS, after=second[-1].place).rows
    assert of(start.rows) + of(second) + of(third) == titles
    assert opened.finding.page("name", "", PAGE_ROWS, before=third[0].place).rows == second
    assert opened.finding.page("name", "", PAGE_ROWS).rows == second
    assert of(opened.finding.start("name", "077").rows) == [titles[77]]
    opened.close()
    place.proposed_today()

    app = CaseVaultApp(Start(place.path, MEMBER), open_gateway=lambda path: Gateway(path, state=place.state))

    async def steps(pilot: Pilot[None]) -> None:
        await settled(pilot)
        await type_in(pilot, PASSPHRASE.decode())
        await press(pilot, "enter", "end")
        assert titles[-1] in shown(app)
        await press(pilot, "home", "pagedown", "pagedown", "pagedown", "pagedown")
        row = app.screen.query_one(VirtualList).row_at_cursor()
        assert row is not None
        assert f" {row.cells[2]}" in shown(app)
        assert "..." not in shown(app)
        await press(pilot, "slash")
        await type_in(pilot, "077")
        assert "CASES  1 match" in shown(app)

    drive(app, steps)
    app.close_vault()
