"""The vault of a national organisation, at a two-hundredth of its size."""

from __future__ import annotations

import datetime
from pathlib import Path

import pytest

from vault.access.unlock import unlock
from vault.casework.person import Person
from vault.casework.script import Script, script_of
from vault.casework.vocabulary import PersonRole
from vault.errors import RefusedError
from vault.services.cases import case_changes, cases, searching, story_records
from vault.services.demo_cases import MEMBER
from vault.services.demo_national import NATIONAL, Invented, make
from vault.services.evidence import log_checking

SIZE = NATIONAL.part(200)


@pytest.fixture(autouse=True)
def _own_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.mark.long
def test_it_holds_what_its_size_says_and_all_of_it_is_valid_found_and_due(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    made = make(tmp_path / "here" / "demo.vault", passphrase="demo", size=SIZE, progress=lambda *at: told.append(at))
    assert (made.counted["case"], made.counted["note"], made.counted["name"]) == (SIZE.cases, SIZE.notes, SIZE.names)
    assert {"deadline", "detention", "event", "hearing", "incident", "task", "wanted"} <= set(made.counted)
    assert told[-1] == (SIZE.cases, SIZE.cases)
    with unlock(made.vault, member=MEMBER, passphrase=bytearray(b"demo")) as session:
        opened = cases.list_all(session)
        assert len(opened) + len(case_changes.list_closed(session)) == SIZE.cases
        assert log_checking.verify(session).verified
        assert story_records.due(session).lines
        assert searching.search(session, "interpreter").more
        view = cases.open_case(session, cases.find(session, opened[0].ref))
        assert view.notes
        assert any(person.value.role is PersonRole.CLIENT for person in view.persons)


def test_a_stop_half_way_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, _total: int) -> None:
        if done > 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path / "here" / "demo.vault", passphrase="demo", size=SIZE, progress=stop)
    assert not (tmp_path / "here").exists()


def test_what_is_there_stays(tmp_path: Path) -> None:
    (tmp_path / "demo.vault").mkdir()
    with pytest.raises(RefusedError):
        make(tmp_path / "demo.vault", passphrase="demo", size=SIZE)
    assert (tmp_path / "demo.vault").is_dir()


def test_one_seed_gives_the_same_people_in_three_scripts() -> None:
    day = datetime.date(2026, 11, 28)
    one, two, other = (_people(Invented(seed, day)) for seed in (1, 1, 2))
    assert one == two != other
    assert {script_of(name.text) for person in one for name in person.names} == set(Script) - {Script.COMMON}
    assert {len({name.text for name in person.names}) for person in one} == {6}


def _people(invented: Invented) -> list[Person]:
    return [invented.person(PersonRole.CLIENT) for _ in range(300)]
