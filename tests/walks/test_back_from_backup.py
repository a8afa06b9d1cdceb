"""Scenario 20 at its worst: the computer and the passphrase are gone; a backup and two sheets are in hand.

All of it on a fresh account, by the real command: nothing but the backup's folder and the words of two sheets came
along.
"""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.cli.desk import Answer, Desk
from tests.cli.typist import Typist
from tests.services.founded import MEMBER, Place
from tests.services.organisation import KARIM, MIRA, SELIN, Organisation, full_name
from tests.tui.desk import Desk as AppDesk
from vault.seal.entrance.passphrase import FLOOR
from vault.services.cases import cases
from vault.services.credentials import recovery
from vault.services.grants import sharing


# Scenario 20: the passphrase of the only administrator is lost; two of three custodians restore access.
# By the real command: every restore is recorded, and one custodian alone learns nothing.
@pytest.fixture
def new_desk(tmp_path: Path) -> Desk:
    place = Place(tmp_path / "new.vault", tmp_path / "state")
    place.state.mkdir()
    return Desk.of(place, tmp_path)


def grids_in(text: str) -> list[str]:
    """Return the grid of each sheet, as a custodian reads it from paper."""
    return [page.split("Check")[1].split("The vault")[0] for page in text.split("CASEVAULT RECOVERY SHEET")[1:]]


def restore_from_sheets(desk: Desk, *grids: str) -> Answer:
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
    alone = restore_from_sheets(desk, third)
    assert (alone.code, alone.json()["error"]["message"]) == (5, "2 sheets are needed, not 1")
    assert {name: (desk.place.path / name).read_bytes() for name in before} == before
    assert restore_from_sheets(desk, third, third).code == 6

    # Two of them bring access back, with a new passphrase.
    done = restore_from_sheets(desk, third, first)
    assert done.code == 0, done.err
    assert done.json()["sheets_words"] == made.json()["sheets_words"]
    assert done.json()["member"] == made.json()["member"]
    assert len(done.json()["ended"]) == 1
    shown = desk.run("case", "show", case, "--json").json()
    assert [note["text"] for note in shown["notes"]] == ["Written before."]
    assert desk.run("note", "add", case, stdin="Written after.").code == 0

    # It is recorded, for all to see, and the log holds.
    entries = desk.run("log", "list", "--act", "access.recover", "--json").json()["entries"]
    assert len(entries) == 1
    status = desk.run("recovery", "status", "--json").json()
    assert [(one["admitted"], one["taken"]) for one in status["used"]] == [(1, 1)]
    verified = desk.run("log", "verify", "--json").json()
    assert (verified["verified"], verified["problems"]) == (True, [])

    # The words were typed: there are new sheets, and the old ones restore nothing any more.
    renewed = desk.run(
        *("recovery", "new", "--from", "-", "--out", str(paper), "--json"),
        stdin=json.dumps({"sheets": [first, second]}),
    )
    assert renewed.code == 0, renewed.err
    assert restore_from_sheets(desk, first, second).code == 6
    fresh = grids_in(paper.read_text())
    again = restore_from_sheets(desk, fresh[1], fresh[2])
    assert again.code == 0, again.err
    texts = [note["text"] for note in desk.run("case", "show", case, "--json").json()["notes"]]
    assert texts == ["Written before.", "Written after."]


NEW = b"nine paper sparrows"
ROW = re.compile(r"^\s+\d+\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+\d+ ([a-z]+)\s+(\d{3})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class InHand:
    """What is left: the folder that backups were made to, three sheets on paper, and a case's reference in memory."""

    stick: Path
    sheets: list[str]
    case: str
    sheets_words: list[str]

    def piped(self, *numbers: int) -> str:
        return json.dumps({"sheets": [self.sheets[number - 1] for number in numbers]})


def desk_of_a_new_account(folder: Path) -> Desk:
    """Return a desk without a vault, whose account never saw one."""
    folder.mkdir()
    (folder / "state").mkdir()
    return Desk.of(Place(folder / "work.vault", folder / "state"), folder)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> InHand:
    folder = tmp_path_factory.mktemp("left")
    desk = desk_of_a_new_account(folder / "old")
    paper, stick = folder / "sheets.txt", folder / "stick"
    memory = str(FLOOR.memory_kib // 1024)
    made = desk.run("init", "--kdf-memory-mib", memory, "--sheets", str(paper), "--org", "Aid", "--json")
    assert made.code == 0, made.err
    sheets = grids_in(paper.read_text())
    two = json.dumps({"sheets": sheets[1:]})
    drilled = desk.run("recovery", "drill", "--from", "-", stdin=two)
    assert "Would they open a backup if this computer were lost?" in drilled.out
    case = desk.run("case", "new", "--kind", "asylum", "--title", "Hearing", "--json").json()["ref"]
    assert desk.run("note", "add", case, stdin="Written before.").code == 0
    backup = desk.run("backup", "make", str(stick), "--json")
    assert backup.code == 0, backup.err
    tried = desk.run("recovery", "drill", "--backup", str(stick), "--from", "-", "--json", stdin=two)
    assert tried.code == 0, tried.err
    assert tried.json()["backup"] == str(stick / "backup-1")
    assert tried.json()["backup_versions"] == backup.json()["versions"]
    assert [path.name for path in (folder / "old").glob("*.part")] == []
    shutil.rmtree(folder / "old")
    return InHand(stick, sheets, case, made.json()["sheets_words"])


@pytest.fixture
def in_hand(left: InHand, tmp_path: Path) -> InHand:
    shutil.copytree(left.stick, tmp_path / "stick")
    return replace(left, stick=tmp_path / "stick")


def restore(desk: Desk, source: Path, in_hand: InHand, *numbers: int) -> Answer:
    desk.passphrase_file.write_bytes(NEW)
    asked = ("backup", "restore", str(source), "--sheets", "--from", "-", "--json")
    return desk.run(*asked, stdin=in_hand.piped(*numbers))


def test_a_backup_and_two_sheets_bring_everything_back_on_a_fresh_account(in_hand: InHand, tmp_path: Path) -> None:
    desk = desk_of_a_new_account(tmp_path / "new")
    before = {path: path.read_bytes() for path in in_hand.stick.rglob("*") if path.is_file()}
    alone = restore(desk, in_hand.stick, in_hand, 3)
    assert (alone.code, alone.json()["error"]["message"]) == (5, "2 sheets are needed, not 1")
    assert not desk.place.path.exists()
    done = restore(desk, in_hand.stick, in_hand, 3, 1)
    assert done.code == 0, done.err
    assert done.json()["sheets_words"] == in_hand.sheets_words
    assert done.json()["backup"] == str(in_hand.stick / "backup-1")
    assert done.json()["ended"] == []
    assert done.json()["loss"].startswith("Nothing that was written after ")
    shown = desk.run("case", "show", in_hand.case, "--json").json()
    assert [note["text"] for note in shown["notes"]] == ["Written before."]
    assert desk.run("note", "add", in_hand.case, stdin="Written after.").code == 0
    verified = desk.run("log", "verify", "--json").json()
    assert (verified["verified"], verified["problems"]) == (True, [])
    acts = [entry["act"] for entry in desk.run("log", "list", "--json").json()["entries"]]
    assert {"access.recover", "backup.restore"} <= set(acts)
    # The backup is as it was, and the new vault is backed up and comes back in turn.
    assert {path: path.read_bytes() for path in in_hand.stick.rglob("*") if path.is_file()} == before
    assert desk.run("backup", "make", str(tmp_path / "second")).code == 0
    third = desk_of_a_new_account(tmp_path / "third")
    assert restore(third, tmp_path / "second", in_hand, 1, 2).code == 0
    texts = [note["text"] for note in third.run("case", "show", in_hand.case, "--json").json()["notes"]]
    assert texts == ["Written before.", "Written after."]


def new_folder(path: Path) -> Path:
    path.mkdir()
    return path


@pytest.mark.long
def test_the_backup_of_who_holds_no_case_says_so_and_that_of_who_was_given_them_all_has_them(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Hearing", kind="asylum")
        two = json.dumps({"sheets": [" ".join(sheet.words) for sheet in recovery.sheets(mira)[:2]]})
        sharing.grant(mira, case.case, organisation.members(SELIN))
    organisation.exchange(MIRA, SELIN)
    for name, words in ((KARIM, "NO CASE IS IN IT"), (SELIN, "1 case is in it. Cases that only other devices hold")):
        stick, member = tmp_path / f"stick of {name}", ("--member", full_name(name))
        desk = Desk.of(organisation[name].place, new_folder(tmp_path / f"at {name}"))
        made = desk.run("backup", "make", str(stick), *member)
        assert words in made.out, made.err
        assert words in desk.run("backup", "verify", str(stick), *member).out
        new = desk_of_a_new_account(tmp_path / f"new {name}")
        new.passphrase_file.write_bytes(NEW)
        asked = ("backup", "restore", str(stick), "--sheets", "--all", "--from", "-", *member)
        back = new.run(*asked, stdin=two)
        assert words in back.out, back.err
        listed = new.run("case", "list", "--json", *member)
        admin = Desk.of(organisation[KARIM].place, new_folder(tmp_path / f"drill of {name}"))
        drill = ("recovery", "drill", "--backup", str(stick), "--from", "-", "--member", full_name(KARIM))
        assert "opened with only these sheets" in admin.run(*drill, stdin=two).out
        if name == KARIM:
            assert "`--all` added nothing" in back.out
            assert "EVERYTHING" not in back.out
            assert "`casevault grant add`" in made.out
        else:
            assert [row["ref"] for row in listed.json()["cases"]] == [case.ref]


def test_the_app_says_that_no_case_is_in_the_backup_of_a_vault_without_one(
    founded_template: Place, tmp_path: Path
) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    place.proposed_today()
    with AppDesk(place) as app:
        app.unlock()
        app.press(":make a backup", f" {tmp_path / 'stick'}").press_and_wait("f4", "Keep it apart from this computer.")
        app.sees("NO CASE IS IN IT: the device that made it holds none.")


@pytest.mark.long
@pytest.mark.parametrize("shape", ["the folder of all", "one of them", "a copy that is called a vault"])
def test_a_backup_where_a_vault_was_named_is_known_by_what_is_in_it_before_a_row_is_typed(
    in_hand: InHand, tmp_path: Path, shape: str
) -> None:
    desk = desk_of_a_new_account(tmp_path / "new")
    named = {"the folder of all": in_hand.stick, "one of them": in_hand.stick / "backup-1"}.get(shape)
    if named is None:
        named = tmp_path / "x.vault"
        shutil.copytree(in_hand.stick / "backup-1", named)
    for verb in (("recovery", "restore"), ("recovery", "drill"), ("case", "list")):
        said = desk.run(*verb, "--json", "--vault", str(named))  # nothing is piped: whoever asked would fail of that
        assert said.code == 10, said.out
        error = said.json()["error"]
        assert error["message"] == f"there is a backup at {named}, but no vault"
        assert "backup restore BACKUP --sheets" in error["advice"]
        assert "sheets are" not in said.out
    assert restore(desk, named, in_hand, 2, 3).code == 0
    assert desk.run("case", "show", in_hand.case).code == 0


def test_half_a_backup_is_called_that_and_the_sheets_are_not_blamed(in_hand: InHand, tmp_path: Path) -> None:
    desk = desk_of_a_new_account(tmp_path / "new")
    shutil.copytree(in_hand.stick / "backup-1", desk.place.path)
    (desk.place.path / "keyrows.db").unlink()
    said = desk.run("recovery", "restore", "--from", "-", "--json", stdin=in_hand.piped(1, 3))
    assert said.code == 6
    assert (
        said.json()["error"]["message"] == "the rows with keys are missing here, as in a backup without its keyrows.db"
    )
    assert said.json()["error"]["advice"].startswith("The sheets are fine.")


def test_where_no_vault_is_that_is_said_before_a_row_is_typed(in_hand: InHand, tmp_path: Path) -> None:
    desk = desk_of_a_new_account(tmp_path / "new")
    said = desk.run("recovery", "restore", "--json")
    assert (said.code, said.json()["error"]["code"]) == (10, "no-vault")
    with_backup = desk.run("recovery", "drill", "--backup", str(tmp_path / "nowhere"), "--json")
    assert (with_backup.code, with_backup.json()["error"]["code"]) == (10, "no-vault")
    none = desk.run("backup", "restore", str(tmp_path / "nowhere"), "--sheets", "--json")
    assert (none.code, none.json()["error"]["message"]) == (4, f"there is no backup at {tmp_path / 'nowhere'}")


def test_a_person_at_a_terminal_types_the_sheets_once_and_a_name_again(in_hand: InHand, tmp_path: Path) -> None:
    desk = desk_of_a_new_account(tmp_path / "new")
    desk.passphrase_file.write_bytes(NEW)
    given = ("--vault", str(desk.place.path), "--passphrase-file", str(desk.passphrase_file))
    typist = Typist(desk, *given, "backup", "restore", str(in_hand.stick), "--sheets")
    typist.wait_for("The backup at .*backup-1 is unaltered. It opens with recovery sheets.")
    typist.wait_for("Member: ")
    typist.type("Mira Halvorson")
    for ordinal, grid in (("first", in_hand.sheets[2]), ("second", in_hand.sheets[0])):
        for number, row in enumerate(ROW.findall(grid), 1):
            typist.wait_for(rf"{ordinal} sheet.*, row +{number}: ")
            typist.type(" ".join(row))
    typist.wait_for("there is no member of this name")
    typist.wait_for("type only the name")
    typist.wait_for("Member: ")
    typist.type(MEMBER)
    typist.wait_for("The vault is at .*, from the backup of ")
    typist.wait_for(" ".join(in_hand.sheets_words))
    assert typist.end() == 0
    assert desk.run("case", "show", in_hand.case).code == 0
