"""`casevault report counts`: a table that may show nothing says so, and leaves no file."""

from __future__ import annotations

from pathlib import Path

from tests.cli.desk import Desk


def test_where_nothing_may_be_shown_it_says_so_and_no_file_is_written(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "counts.xlsx"
    answer = desk.run("report", "counts", "--by", "kind", "--out", str(out))
    assert answer.code == 0, answer.err
    assert "No row may be shown" in answer.out
    assert "No other column alone shows a row now: too few people and cases are counted." in answer.out
    assert "No file is written: there is nothing to show." in answer.out
    assert not out.exists()
    told = desk.run("report", "counts", "--by", "kind", "--json", "--out", str(out)).json()
    assert (told["rows"], told["total"], told["instead"]) == ([], None, [])
