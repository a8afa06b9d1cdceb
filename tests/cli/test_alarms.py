"""What a command finds wrong on its way stands on standard error, beside what it shows, and no longer than it is so."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.attacks.outsider import flipped, learn
from tests.attacks.test_junk_versions import EMPTY, write_junk
from tests.cli.desk import Desk
from tests.services.founded import MEMBER
from vault.ids import CompartmentId
from vault.services.cases import cases


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


def test_what_a_member_wrote_so_that_nobody_can_read_it_is_another_answer_than_an_alteration(desk: Desk) -> None:
    with desk.place.open() as session:
        for _ in range(8):
            write_junk(session, CompartmentId(cases.list_all(session)[0].case), *EMPTY[1], "note")
    whole = desk.run("log", "verify")
    assert whole.code == 3
    assert whole.out.startswith(f"VERIFIED, but 8 records of {MEMBER} cannot be read.\n")
    answer = desk.run("log", "verify", "--json").json()
    assert (answer["answer"], answer["verified"], len(answer["unreadable"])) == ("unreadable", True, 8)
    assert "ok       last verify" in desk.run("status", "--unlock").out
    with learn(desk.place.path).rows(desk.place.path) as rows:
        rows.execute("UPDATE version SET blob = zeroblob(10) WHERE seq = 2")
    altered = desk.run("log", "verify")
    assert altered.code == 6
    assert altered.out.startswith("NOT VERIFIED. First bad place: [version-id] log of")
    assert f"Beside this, 8 records of {MEMBER} cannot be read." in altered.out.replace("\n", " ")


def test_a_recovery_door_that_was_altered_is_told_beside_the_next_answer(desk: Desk) -> None:
    keys = desk.place.path / "keys"
    keys.write_bytes(keys.read_bytes()[:71_260] + bytes(1200) + keys.read_bytes()[72_460:])
    answer = desk.run("case", "list")
    assert answer.code == 0
    assert "The keys file was altered since this device saw it last: the recovery sheets" in answer.err


@pytest.mark.parametrize("part", ["blobs", "index"])
def test_a_folder_of_the_vault_that_is_a_link_is_refused_and_nothing_is_written_there(
    desk: Desk, tmp_path: Path, part: str
) -> None:
    elsewhere = tmp_path / "elsewhere"
    (desk.place.path / part).rename(elsewhere)
    before = {path: path.read_bytes() for path in elsewhere.iterdir() if path.is_file()}
    (desk.place.path / part).symlink_to(elsewhere)
    answer = desk.run("case", "new", "--kind", "asylum", "--title", "Somebody")
    assert answer.code == 5
    assert f"{part} is a link to another folder" in answer.err.replace("\n", " ")
    assert {path: path.read_bytes() for path in elsewhere.iterdir() if path.is_file()} == before


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
