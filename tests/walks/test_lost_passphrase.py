"""Scenario 20: the passphrase of the only administrator is lost; two of three custodians restore access.

By the real command: every restore is recorded, and one custodian alone learns nothing.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.desk import Answer, Desk
from tests.services.founded import Place
from vault.seal.entrance.passphrase import FLOOR

NEW = b"nine paper sparrows"


@pytest.fixture
def new_desk(tmp_path: Path) -> Desk:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    place.state.mkdir()
    return Desk.of(place, tmp_path)


def grids_in(text: str) -> list[str]:
    """Return the grid of each sheet, as a custodian reads it from paper."""
    return [page.split("Check")[1].split("The vault")[0] for page in text.split("CASEVAULT RECOVERY SHEET")[1:]]


def restore(desk: Desk, *grids: str) -> Answer:
    desk.passphrase_file.write_bytes(NEW)
    return desk.run("recovery", "restore", "--from", "-", "--json", stdin=json.dumps({"sheets": grids}))


@pytest.mark.long
def test_two_of_three_custodians_bring_the_only_administrator_back(new_desk: Desk, tmp_path: Path) -> None:
    desk = new_desk
    paper = tmp_path / "sheets.txt"
    memory = str(FLOOR.memory_kib // 1024)
    made = desk.run("init", "--kdf-memory-mib", memory, "--sheets", str(paper), "--org", "Aid", "--json")
    assert made.code == 0, made.err
    first, second, third = grids_in(paper.read_text())
    paper.unlink()
    drilled = desk.run("recovery", "drill", "--from", "-", stdin=json.dumps({"sheets": [second, third]}))
    assert drilled.code == 0, drilled.err
    case = desk.run("case", "new", "--kind", "asylum", "--title", "Hearing", "--json").json()["ref"]
    assert desk.run("note", "add", case, stdin="Written before.").code == 0
    assert "proven" in desk.run("status", "--unlock").out

    # The passphrase is gone. One custodian alone changes and learns nothing.
    desk.passphrase_file.write_bytes(b"not any more")
    assert desk.run("case", "list").code == 12
    before = {path.name: path.read_bytes() for path in (desk.place.path / "keys", desk.place.path / "vault.db")}
    alone = restore(desk, third)
    assert (alone.code, alone.json()["error"]["message"]) == (5, "2 sheets are needed, not 1")
    assert {name: (desk.place.path / name).read_bytes() for name in before} == before
    assert restore(desk, third, third).code == 6

    # Two of them bring access back, with a new passphrase.
    done = restore(desk, third, first)
    assert done.code == 0, done.err
    assert done.json()["root_words"] == made.json()["root_words"]
    assert done.json()["member"] == made.json()["member"]
    assert len(done.json()["ended"]) == 1
    shown = desk.run("case", "show", case, "--json").json()
    assert [note["text"] for note in shown["notes"]] == ["Written before."]
    assert desk.run("note", "add", case, stdin="Written after.").code == 0

    # It is recorded, for all to see, and the log holds.
    entries = desk.run("log", "list", "--act", "access.recover", "--json").json()["entries"]
    assert len(entries) == 1
    status = desk.run("recovery", "status", "--json").json()
    assert [(one["admitted"], one["ended"]) for one in status["used"]] == [(1, 1)]
    verified = desk.run("log", "verify", "--json").json()
    assert (verified["verified"], verified["problems"]) == (True, [])

    # The words were typed: there are new sheets, and the old ones restore nothing any more.
    renewed = desk.run(
        *("recovery", "new", "--old-sheets", "--from", "-", "--out", str(paper), "--json"),
        stdin=json.dumps({"sheets": [first, second]}),
    )
    assert renewed.code == 0, renewed.err
    assert restore(desk, first, second).code == 6
    fresh = grids_in(paper.read_text())
    again = restore(desk, fresh[1], fresh[2])
    assert again.code == 0, again.err
    texts = [note["text"] for note in desk.run("case", "show", case, "--json").json()["notes"]]
    assert texts == ["Written before.", "Written after."]
