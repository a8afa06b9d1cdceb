"""An office brings its spreadsheet: a row that is wrong waits in a file, all others come in, and go again."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from tests.cli.desk import Desk, said
from tests.services.founded import Filled
from tests.tui.desk import Desk as AppDesk
from tests.walks.command_desk import listed
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases
from vault.services.exports import partners

HEADERS = "case,client,names,phones,born,sex,nationality,stage,next date,note"
MANY = 400
WRONG = 217
SYLLABLES = (
    *("bar", "den", "fog", "gul", "haz", "jim", "kor", "lem", "mur", "nos"),
    *("pat", "rik", "sav", "tod", "vul", "wex", "yan", "zub", "chel", "shom"),
)


@pytest.mark.long
def test_400_cases_are_imported_a_wrong_row_is_told_and_all_of_it_is_undone(desk: Desk, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    assert desk.run_bare("import", "--template", str(path)).code == 0
    headers = path.read_text(encoding="utf-8-sig").strip()
    assert headers == HEADERS
    own = listed(desk)

    fill(path, headers)
    shown = said(desk, "import", str(path), "--kind", "asylum", "--preview")
    assert (shown["rows"], shown["faults"]) == (MANY, [])
    assert [known["way"] for known in shown["known"]] == ["number"]
    assert listed(desk) == own
    asked = desk.run("import", str(path), "--kind", "asylum")
    assert asked.code == 3
    assert "some people may be known already" in asked.err
    done = said(desk, "import", str(path), "--kind", "asylum", "--duplicates", "skip", "--yes")
    assert (len(done["cases"]), done["left_out"]) == (MANY - 1, [2])
    assert len(listed(desk)) == len(own) + MANY - 1
    table = tmp_path / "counts.csv"
    counted = said(desk, "report", "counts", "--by", "kind, age-band", "--out", str(table))
    assert counted["total"]["cases"] == len(own) + MANY - 1
    assert table.read_text(encoding="utf-8-sig").splitlines()[0] == "kind,age-band,people,cases,acts"
    assert ("detention" in table.read_text(encoding="utf-8-sig"), counted["hides"]) == (False, True)

    key, sealed = recipient_of(make_identity()), tmp_path / "all.age"
    said(desk, "recipient", "add", "--name", "Own archive", "--age", key)
    assert desk.run("export-all", "--to", "Own archive", "--out", str(sealed), "--yes").code != 0  # not confirmed
    assert not sealed.exists()

    assert said(desk, "import", "--undo", "--yes")["taken_back"] == MANY - 1
    assert listed(desk) == own
    assert desk.run("log", "verify").code == 0


@pytest.mark.long
def test_a_wrong_cell_keeps_its_own_row_alone_out_and_the_row_waits_where_somebody_says(
    desk: Desk, tmp_path: Path
) -> None:
    path, mend, own = tmp_path / "list.csv", tmp_path / "mend.csv", listed(desk)
    rows = [HEADERS, "One,Zarina Quill", "Two,Pavel Unheard,,,SECRETWORD", "Three,Nadir Holbekov"]
    path.write_text("\n".join(rows), encoding="utf-8")
    took = ("import", str(path), "--kind", "asylum")
    looked = desk.run(*took, "--preview")
    assert (looked.code, "row 3, born:" in looked.out, listed(desk) == own) == (2, True, True)
    answer = desk.run(*took, "--yes")
    assert (answer.code, "2 cases are made." in answer.out, "row 3, born:" in answer.out) == (3, True, True)
    assert "1 row with a fault was not imported. It stands in the list as before." in answer.out
    assert "SECRETWORD" not in answer.out + answer.err
    assert sorted(each.name for each in tmp_path.glob("*.csv")) == ["list.csv"]
    assert said(desk, "import", "--undo", "--yes")["taken_back"] == 2
    assert desk.run(*took, "--yes", "--to-mend", str(path)).code == 5
    assert listed(desk) == own
    asked = desk.run_at_terminal(*took, typed="yes\nno\n")
    assert (asked.code, "so that you can mend it? Type yes:" in asked.err) == (3, True)
    assert said(desk, "import", "--undo", "--yes")["taken_back"] == 2
    answer = desk.run(*took, "--yes", "--to-mend", str(mend))
    assert f"1 row to mend is at {mend}, in clear." in answer.out
    mend.write_text(mend.read_text("utf-8-sig").replace("SECRETWORD", "1984"), encoding="utf-8")
    assert len(said(desk, "import", str(mend), "--kind", "asylum", "--yes")["cases"]) == 1
    assert len(listed(desk)) == len(own) + 3


@pytest.mark.long
def test_the_app_tells_the_wrong_row_makes_all_other_cases_and_takes_them_back(
    filled_template: Filled, tmp_path: Path
) -> None:
    place, path, own = filled_template.place.copied_to(tmp_path / "office"), tmp_path / "list.csv", 2
    fill(path, HEADERS, wrong="31 February")
    with place.open() as session:
        partners.add(session, name="Own archive", age_recipient=recipient_of(make_identity()), compared=True)
    with AppDesk(place) as mira:
        mira.unlock()
        mira.press(":import a list", f" {path}")
        mira.press_and_wait("f4", "Nothing is made yet. F4 makes these cases.")
        mira.sees("1 cell has a fault. Its row is left out:", f"row {WRONG}, next date: a date is written 2026-11-28")
        mira.sees(
            f"The list has {MANY - 1} cases.", "These have a number of somebody in your cases:", "row 2:", "Same number"
        )
        mira.press_and_stop("f4")
        mira.sees("Stopped. No case was made.")
        mira.press_and_wait("f4", "Some rows had a fault")
        mira.sees("Write the row with a fault to", "list-to-mend.csv")
        mira.press_and_wait("y", "1 row to mend is at")
        mended = path.with_name("list-to-mend.csv")
        assert [line.split(",")[0] for line in mended.read_text("utf-8-sig").splitlines()] == [
            "case",
            f"Matter {WRONG}",
        ]
        mira.go_to("act")
        mira.press("left", "f4")
        mira.sees("Take back every case of the last list?")
        mira.press_and_wait("y", f"{MANY - 2} imported cases are taken back.")
        mira.press("ctrl+t")
        mira.clear("file")
        mira.fill(file=str(tmp_path / "empty.csv"))
        mira.press("f4")
        mira.sees("The empty list is at")
        assert (tmp_path / "empty.csv").read_text(encoding="utf-8-sig").strip() == HEADERS
        mira.press("escape", ":counts for", " kind, age-band", "f4")
        mira.sees("Rows of fewer than 5 people or cases are hidden")
        mira.press("escape", ":export all")
        mira.sees("Own archive")
        mira.fill(out=str(tmp_path / "all.age"))
        mira.press("f4")
        mira.sees("Export all that you can read, for Own archive?", "2 cases leaves without any redaction")
        mira.press_and_wait("y", "2 cases are in it.")
    assert b"Zarina" not in (tmp_path / "all.age").read_bytes()
    with place.open() as session:
        assert len(cases.list_all(session)) == own


def fill(path: Path, headers: str, *, wrong: str = "") -> None:
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    for row in range(2, MANY + 2):
        due = wrong if wrong and row == WRONG else f"2027-01-{1 + row % 28:02d}"
        phone = "(030) 5550-1234" if row == 2 else f"0700 {100000 + row}"
        name = f"Zarina {SYLLABLES[row % 20].title()}{SYLLABLES[row // 20 % 20]}"
        writer.writerow((f"Matter {row}", name, "", phone, 1935 + row % 71, *("", "", ""), due, f"Came on day {row}"))
    path.write_text(f"{headers}\n{out.getvalue()}", encoding="utf-8")
