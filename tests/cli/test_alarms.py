"""What a command finds wrong on its way stands on standard error, beside what it shows, and no longer than it is so."""

from __future__ import annotations

import shutil

from tests.attacks.outsider import flipped, learn
from tests.cli.desk import Desk


def test_a_missing_record_is_one_line_beside_the_answer(desk: Desk) -> None:
    with learn(desk.place.path).rows(desk.place.path) as rows:
        rows.execute("DELETE FROM version WHERE seq = (SELECT max(seq) FROM version)")
    shutil.rmtree(desk.place.path / "index")
    for command in (("case", "list"), ("search", "note"), ("recipient", "list")) * 2:
        answer = desk.run(*command, "--json")
        assert answer.code == 0
        assert answer.json()
        assert answer.err.startswith("1 record of ")
        assert answer.err.count(" is missing (") == 1
        assert len(answer.err.splitlines()) == 1


def test_what_is_over_is_not_told_beside_a_clean_verification(desk: Desk) -> None:
    """Damage that was found once is remembered until a verification finds none; that one says VERIFIED alone."""
    outsider = learn(desk.place.path)
    with outsider.rows(desk.place.path) as rows:
        (whole,) = rows.execute("SELECT blob FROM version WHERE seq = 2").fetchone()
        rows.execute("UPDATE version SET blob = ? WHERE seq = 2", (flipped(whole),))
    assert "NOT VERIFIED" in desk.run("log", "verify").out
    with outsider.rows(desk.place.path) as rows:
        rows.execute("UPDATE version SET blob = ? WHERE seq = 2", (whole,))
    assert "The log does not verify" in desk.run("case", "list").err
    clean = desk.run("log", "verify")
    assert clean.out.startswith("VERIFIED\n")
    assert "does not verify" not in clean.err
    assert desk.run("case", "list").err == ""
