"""The gateway over a real vault: what it logs, that no late save brings an older text back, and a list of pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.colleague import admit
from tests.services.founded import MEMBER, PASSPHRASE
from tests.tables import refuses
from tests.tui.house import House
from tui.gateway import Gateway
from tui.values.forms_typed import Reminding
from tui.widgets.virtual_list import PAGE_ROWS
from vault.acts.act import Told
from vault.acts.case import EDIT, NEW
from vault.acts.report import COUNTS
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import InternalError, UsageError
from vault.policy.roles import Role
from vault.services import this_computer
from vault.services.cases import cases
from vault.words.message import Message


@pytest.fixture
def gateway(house: House) -> Iterator[Gateway]:
    opened = Gateway(house.place.path, state=house.place.state)
    opened.unlock(MEMBER, bytearray(PASSPHRASE))
    yield opened
    opened.close()
    opened.close()


def made(gateway: Gateway, title: str) -> str:
    told = gateway.acting.try_at_once(NEW, {"title": (title,), "kind": ("asylum",)})
    assert isinstance(told, Told)
    return str(told.data["case"])


@pytest.fixture
def case(gateway: Gateway) -> str:
    return made(gateway, "Hearing")


def test_what_this_computer_lets_others_see_is_told_beside_the_alarms(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(this_computer, "exposures", lambda: (Message("This computer: recording: running: obs."),))
    with house.desk("Mira", begins_at_home=True) as mira:
        mira.sees("! This computer: recording: running: obs.")
        mira.press("c", ":noticed").sees("Noticed at unlock")


def test_a_draft_that_is_too_long_for_a_note_stays(gateway: Gateway, case: str) -> None:
    draft = replace(gateway.writing.begin(case, "ref"), typed={"text": "ж" * 600_000})
    gateway.writing.save(draft)
    refuses(UsageError, "of the 600,000 characters of its text fit", gateway.writing.finish, draft)
    assert [kept.text for kept in gateway.writing.drafts()] == [draft.text]


def test_looking_through_the_list_is_one_entry_and_reading_a_case_one_for_each_reason(
    gateway: Gateway, case: str
) -> None:
    def acts() -> list[str]:
        return [line.act for line in reversed(gateway.evidence.read_log().lines)][:-1]

    before = len(acts())
    for words in ("", "sana", ""):
        gateway.finding.start("name", words)
    gateway.finding.page("ref", "", 0)
    for why in ("casework", "casework", "handover"):
        gateway.casework.open(case, why)
    assert acts()[before:] == ["log.read", "case.list", "case.view", "case.view"]


def test_a_late_save_brings_no_older_text_and_no_finished_draft_back(gateway: Gateway, case: str) -> None:
    typed = {"kind": "safety", "text": "Do not call.", "occurred": "2026-11-24T14:02"}
    draft = replace(gateway.writing.begin(case, "ref"), typed=typed, turn=1)
    gateway.writing.save(replace(draft, typed=typed | {"text": "new"}, turn=2))
    gateway.writing.save(draft)
    assert [kept.text for kept in gateway.writing.drafts()] == ["new"]
    record = gateway.writing.finish(replace(draft, turn=3))
    gateway.writing.save(replace(draft, turn=4))
    assert gateway.writing.drafts() == ()
    (note,) = gateway.casework.open(case, "casework").notes
    assert (note.record, note.note) == (record, Note(NoteKind.SAFETY, "Do not call.", "2026-11-24T14:02"))


@pytest.mark.slow
def test_a_long_list_is_walked_to_its_end_by_keys_and_filtered(house: House) -> None:
    count = 2 * PAGE_ROWS + 22
    titles = [f"Hearing {number:03d}" for number in range(count)]
    with house.open("Mira") as session:
        for title in titles:
            cases.create(session, title=title, kind="other")
    with house.desk("Mira", size=(80, 24)) as mira:
        mira.at(f"CASES {count} cases")
        mira.press("end").sees(titles[-1])
        mira.press("home", *["pagedown"] * 20).sees(titles[-1]).sees_not("...")
        mira.press(*["pageup"] * 20).sees(titles[0])
        mira.press("slash", " 077").at("CASES 1 match").sees(titles[77])


def test_what_a_colleague_filters_by_next_is_listed_and_a_case_that_went_has_nothing_beside_it(
    gateway: Gateway, case: str
) -> None:
    start = gateway.finding.start("name", "")
    assert start.count == len(gateway.finding.page("name", "", 0).rows)
    assert not gateway.finding.page("name", "nobody of this name", 0).rows
    assert gateway.finding.preview(case) is not None
    assert gateway.finding.preview("00" * 16) is None


def test_a_count_goes_into_a_table_of_a_known_ending_and_no_file_is_written_of_nothing(
    gateway: Gateway, case: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=r"must end in .csv or .xlsx"):
        gateway.acting.look(COUNTS, {"by": ("kind",), "out": (str(tmp_path / "table.txt"),)})
    told = gateway.acting.try_at_once(COUNTS, {"by": ("kind, stage",), "out": (str(tmp_path / "few.csv"),)})
    assert isinstance(told, Told)
    assert in_english(told.lines[-1:]) == ("No file is written: there is nothing to show.",)
    for number in range(6):
        made(gateway, f"Fire {number}")
    told = gateway.acting.try_at_once(COUNTS, {"by": ("kind",), "out": (str(tmp_path / "table.csv"),)})
    assert isinstance(told, Told)
    assert in_english(told.lines[-1:]) == (f"The table is at {tmp_path / 'table.csv'}.",)
    assert [path.name for path in tmp_path.glob("*.csv")] == ["table.csv"]
    assert "asylum" in (tmp_path / "table.csv").read_text(encoding="utf-8-sig")


def test_nobody_comes_back_to_nothing(gateway: Gateway) -> None:
    with pytest.raises(InternalError, match="nothing was looked at"):
        gateway.recovery.come_back(bytearray(b"nine paper sparrows"), lambda *_: None)
    refuses(InternalError, "the list was not opened", gateway.finding.page, "name", "", 0)


def test_a_call_of_who_may_list_no_case_reminds_of_none(house: House) -> None:
    with house.place.open() as mira:
        far = admit(mira, name="Vera Tolm", passphrase=b"vera opens", roles=frozenset({Role.AUDITOR}), by_root=True)
    opened = Gateway(house.place.path, state=house.place.state)
    opened.unlock(far.name, bytearray(far.passphrase))
    try:
        assert opened.intake.remind("0049 30/5550-1234", "Torgaeva") == Reminding()
        assert opened.intake.find_open("market") == ()
    finally:
        opened.close()


def test_a_stage_whose_day_was_put_right_counts_once(gateway: Gateway, case: str) -> None:
    shown = gateway.casework.open(case, "casework")
    gateway.acting.try_at_once(EDIT, {"case": (case,), "on": ("2026-10-01",)})
    stages = gateway.casework.open(case, "casework").stages
    assert [(stage.stage, stage.since) for stage in stages] == [(shown.head.stage, "2026-10-01")]
