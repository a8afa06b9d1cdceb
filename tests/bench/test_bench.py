from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import __main__ as command
from tests.bench import cost, report
from tests.bench.frame import Against, Bench, Figure, Goal, Scale, Series, Setting, interleave, measure, timed
from tests.bench.invented import NOTE_CHARACTERS, Invented
from tests.bench.peers import CorePlain, PlainNote
from tests.bench.report import Run
from tests.tables import each

DOCS = Path(__file__).parents[2] / "docs"
_TOOLS = {"syncs": "strace", "papers": "restic", "documents": "chromium", "scans": "tesseract"}
TINY = Scale(notes=30, cases=40, rounds=2)


@pytest.mark.parametrize(
    ("against", "limit", "held"),
    [
        (Against.ITSELF, 6, True),
        (Against.ITSELF, 5, False),
        (Against.PEER, 3, True),
        (Against.PEER, 2.9, False),
        (Against.PEER_CPU, 5, True),
        (Against.PEER_CPU, 4.9, False),
        (Against.BEYOND_PEER, 4, True),
        (Against.BEYOND_PEER, 3.9, False),
    ],
)
def test_a_goal_limits_what_it_says(against: Against, limit: float, held: bool) -> None:
    figure = Figure("a", "ms", ours=6, ours_cpu=5, peer_name="p", peer=2, peer_cpu=1, goal=Goal(limit, against))
    assert figure.is_met() is held


@pytest.mark.parametrize("against", [Against.PEER, Against.PEER_CPU, Against.BEYOND_PEER])
def test_a_goal_against_a_peer_that_is_not_there_is_neither_met_nor_missed(against: Against) -> None:
    assert Figure("a", "ms", ours=1, goal=Goal(9, against)).is_met() is None


def test_acts_run_once_a_round_in_alternating_order() -> None:
    ran: list[tuple[str, int]] = []
    first, second = interleave(3, lambda n: ran.append(("a", n)), lambda n: ran.append(("b", n)))
    assert ran == [("a", 0), ("b", 0), ("b", 1), ("a", 1), ("a", 2), ("b", 2)]
    assert len(first.wall) == len(second.cpu) == 3


def test_sleep_is_wall_time_and_not_cpu_time() -> None:
    series = Series()
    assert measure(series, lambda: time.sleep(0.05)) is None
    assert series.wall[0] > series.cpu[0]


def test_percentiles_are_values_that_occurred() -> None:
    series = Series([float(n) for n in range(100, 0, -1)], [1.0] * 100)
    assert series.percentile(50) == (51.0, 1.0)
    assert series.percentile(99) == (100.0, 1.0)
    assert series.total() == (5050.0, 100.0)


def test_seconds_become_the_unit_of_the_figure() -> None:
    figure = timed("a", "ms", [(0.5, 0.25), (0.1, 0.05)], peer_name="p")
    assert (figure.ours, figure.ours_cpu, figure.peer, figure.peer_cpu) == (500, 250, 100, 50)


def _good(_setting: Setting) -> Iterator[Figure]:
    yield Figure("good", "ms", 12.5, 12, "peer", 5, 4, Goal(2, Against.PEER))


def _bad(_setting: Setting) -> Iterator[Figure]:
    yield Figure("before the break", "MB", 3)
    raise ValueError("made to break")


@pytest.mark.long
def test_a_bench_that_breaks_is_named_and_the_others_count() -> None:
    run = command.run_all([Bench("bad", _bad), Bench("good", _good)], TINY, "tiny")
    assert [figure.name for figure in run.figures] == ["before the break", "good"]
    assert run.not_run == (("bad", "broke (ValueError)"),)


def test_the_page_and_the_json_say_goal_ratio_machine_and_date(tmp_path: Path) -> None:
    report.write(command.run_all([Bench("good", _good)], TINY, "tiny"), tmp_path / "docs")
    page = (tmp_path / "docs" / "bench.md").read_text("utf-8")
    assert "| good | ≤ 2 × peer | 12.5 ms | 5 ms (peer) | 2.50 | 12 / 4 | **no** |" in page
    assert report.today() in page
    assert "- cores: " in page
    data = json.loads((tmp_path / "docs" / "bench.json").read_text("utf-8"))
    assert data["schema"] == report.SCHEMA
    assert (data["figures"][0]["compared"], data["figures"][0]["met"]) == (2.5, False)
    assert data["machine"]["python"]


@pytest.mark.long  # a minute, for figures and no promise
@pytest.mark.parametrize(
    "bench",
    [
        pytest.param(bench, id=bench.name, marks=[pytest.mark.tool(_TOOLS[bench.name])] if bench.name in _TOOLS else [])
        for bench in command.BENCHES
    ],
)
def test_every_bench_runs_at_a_tiny_scale_with_figures_that_a_goal_can_hold(bench: Bench) -> None:
    run = command.run_all([bench], TINY, "tiny")
    assert run.not_run == ()
    assert all(figure.is_met() is not None for figure in run.figures if figure.goal)
    assert any(figure.goal for figure in run.figures)


@pytest.mark.long
def test_a_quick_run_of_the_command_writes_where_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(command, "BENCHES", (Bench("good", _good), Bench("bad", _bad)))
    monkeypatch.setattr(command, "_DOCS", tmp_path / "docs")
    assert command.main(["--quick", "--only", "good"]) == 0
    assert "| good |" in capsys.readouterr().out
    assert not (tmp_path / "docs").exists()
    assert command.main(["--only", "good", "--out", str(tmp_path / "out")]) == 0
    assert (tmp_path / "out" / "bench.json").exists()
    assert command.main([]) == 1
    assert (tmp_path / "docs" / "bench.md").exists()


def test_the_page_of_what_it_costs_has_the_figures_of_the_newest_run_and_a_place_for_no_other() -> None:
    kept = json.loads((DOCS / "bench.json").read_text(encoding="utf-8"))
    run = Run(kept["date"], kept["machine"], kept["scale"], tuple(map(cost.figure_of, kept["figures"])), ())
    assert (DOCS / "cost.md").read_text(encoding="utf-8") == cost.page(run)
    assert cost.named() <= {figure.name for figure in run.figures} | {"date"} | set(run.machine)


@each(
    {
        "below ten": (0.8395, "ms", "0.84 ms"),
        "above ten": (37.08, "ms", "37 ms"),
        "above a thousand": (1939.9, "us", "1.9 ms"),
        "a size above a thousand": (1234.5, "MB", "1,200 MB"),
        "nothing": (0.0, "kB", "0 kB"),
    }
)
def test_a_figure_is_rounded_to_two_digits_that_count(value: float, unit: str, said: str) -> None:
    assert cost.rounded(value, unit) == said


def test_what_was_not_measured_is_said() -> None:
    assert "| `casevault --help` | not measured | not measured |" in cost.page(Run("2026-11-28", {}, "full", (), ()))


def test_the_plain_peer_keeps_what_it_was_given_with_full_commits(tmp_path: Path) -> None:
    peer = CorePlain(tmp_path / "plain.db")
    notes = [PlainNote(bytes([n]) * 16, b"c" * 16, "contact", n, "text") for n in range(5)]
    peer.insert(notes)
    peer.insert([PlainNote(b"x" * 16, b"d" * 16, "contact", 9, "other")])
    assert sorted(peer.notes_of(b"c" * 16)) == notes
    assert peer.synchronous() == 2
    assert peer.size() > 0
    peer.close()


def test_invented_text_is_the_same_for_one_seed_and_of_the_stated_length() -> None:
    one, two = Invented(), Invented()
    note = one.note()
    assert note == two.note()
    assert NOTE_CHARACTERS * 0.8 < len(note) <= NOTE_CHARACTERS
    assert any("а" <= letter <= "я" for letter in note)
    assert any("a" <= letter <= "z" for letter in note)
    assert one.name() == two.name()
