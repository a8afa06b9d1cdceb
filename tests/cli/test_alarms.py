"""What a command finds missing on its way stands on standard error, in one line, beside what it shows."""

from __future__ import annotations

import shutil

import pytest

from tests.attacks.outsider import learn
from tests.cli.desk import Desk

LOOKS = [
    pytest.param(("case", "list"), id="case list"),
    pytest.param(("search", "note"), id="search"),
    pytest.param(("recipient", "list"), id="recipient list"),
]


@pytest.mark.parametrize("command", LOOKS)
def test_a_missing_record_is_one_line_beside_the_answer(desk: Desk, command: tuple[str, ...]) -> None:
    with learn(desk.place.path).rows(desk.place.path) as rows:
        rows.execute("DELETE FROM version WHERE seq = (SELECT max(seq) FROM version)")
    shutil.rmtree(desk.place.path / "index")
    for _ in range(2):
        answer = desk.run(*command, "--json")
        assert answer.code == 0
        assert answer.json()
        assert answer.err.startswith("1 record of ")
        assert answer.err.count(" is missing (") == 1
        assert len(answer.err.splitlines()) == 1
