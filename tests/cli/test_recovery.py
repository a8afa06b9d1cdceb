"""`casevault recovery` as a process: pipes, exit codes, a typing person; no word of a sheet in any answer or error."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.cli.desk import Answer, Desk
from tests.cli.typist import Typist
from tests.tables import each
from vault.access.seat_keys.root_secret import forget_secret
from vault.seal.recovery import Sheet, make_sheets
from vault.services.credentials import recovery

OTHERS = make_sheets(bytes(range(32)))


@pytest.fixture
def sheets(desk: Desk) -> tuple[Sheet, ...]:
    with desk.place.open() as session:
        return recovery.sheets(session)


def piped(*texts: str) -> str:
    return json.dumps({"sheets": texts})


def words(sheet: Sheet) -> str:
    return " ".join(sheet.words)


def printed(sheet: Sheet, *, wrong: int = 0) -> str:
    """Give the printed rows of a sheet; the row of the number `wrong` has no check that anybody printed."""
    return "\n".join(
        f"{row.number} {' '.join(row.words)} {'x' if row.number == wrong else row.check}" for row in sheet.rows
    )


def says_no_word(answer: Answer, *told: Sheet) -> bool:
    """Say whether an answer repeats no run of three words of a sheet: single ones are ordinary English."""
    said = f"{answer.out} {answer.err}"
    return not any(" ".join(row.words) in said or row.check in said.split() for sheet in told for row in sheet.rows)


def test_sheets_are_written_and_the_drill_proves_them(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    folder.mkdir()
    made = desk.run("recovery", "sheets", "--out", str(folder), "--language", "ru", "--json")
    assert made.code == 0, made.err
    assert made.json()["files"] == [str(folder / f"recovery-sheet-{n}-of-3.pdf") for n in (1, 2, 3)]
    again = desk.run("recovery", "sheets", "--out", str(folder), "--json")
    assert (again.code, again.json()["error"]["code"]) == (5, "refused")
    text = desk.run("recovery", "sheets", "--out", str(tmp_path / "sheets.txt"))
    assert "Printers and print programs keep copies" in text.out
    pages = (tmp_path / "sheets.txt").read_text().split("CASEVAULT RECOVERY SHEET")[1:]
    grids = [page.split("Check")[1].split("The vault")[0] for page in pages]
    status = desk.run("recovery", "status")
    assert "recovery: recovery sheets not proven yet\nDo not rely on them until a drill" in status.out
    done = desk.run("recovery", "drill", "--from", "-", "--json", stdin=piped(grids[2], grids[0]))
    assert done.code == 0, done.err
    assert done.json()["erased_here"] is True
    assert done.json()["opened"] == 6
    after = desk.run("recovery", "status")
    assert f"recovery: proven {done.json()['proven']}" in after.out
    assert f"proven {done.json()['proven']}" in desk.run("status", "--unlock").out
    gone = desk.run("recovery", "sheets", "--out", str(tmp_path / "more.txt"), "--json")
    assert gone.code == 5
    assert not (tmp_path / "more.txt").exists()


@each(
    {
        "one custodian alone": (lambda s: piped(words(s[0])), 5, "2 sheets are needed, not 1"),
        "none": (lambda _: piped(), 5, "no sheet was given"),
        "one twice": (lambda s: piped(words(s[0]), words(s[0])), 6, "is the first sheet (number 1) again"),
        "two sets": (
            lambda s: piped(words(s[0]), words(OTHERS[1])),
            6,
            "the second sheet (number 2) belongs to another set than the first sheet (number 1)",
        ),
        "another vault": (lambda _: piped(words(OTHERS[0]), words(OTHERS[1])), 6, "another root than the expected"),
        "a wrong row": (
            lambda s: piped(words(s[0]), printed(s[1], wrong=5)),
            6,
            "second sheet has 10 rows",
        ),
        "a word more": (lambda s: piped(words(s[0]) + " acid"), 6, "first sheet has 34 words, not 33"),
        "glued": (lambda s: piped(words(s[0]).replace(" ", "x", 1)), 6, "first sheet has 32 words"),
        "no object": (lambda _: "[1]", 2, "not a JSON object"),
        "no strings": (lambda _: json.dumps({"sheets": [7]}), 2, "strings or lists of strings"),
    }
)
def test_a_drill_that_does_not_prove_is_refused_without_a_word(
    stdin: Callable[[Sequence[Sheet]], str], code: int, text: str, desk: Desk, sheets: Sequence[Sheet]
) -> None:
    answer = desk.run("recovery", "drill", "--from", "-", "--json", stdin=stdin(sheets))
    assert answer.code == code
    assert text in answer.json()["error"]["message"]
    assert says_no_word(answer, *sheets, *OTHERS)
    assert "recovery sheets not proven yet" in desk.run("recovery", "status").out


def test_without_terminal_or_pipe_the_sheets_are_missing(desk: Desk) -> None:
    for verb in ("drill", "restore"):
        answer = desk.run("recovery", verb, "--json")
        assert (answer.code, answer.json()["error"]["message"]) == (2, "the sheets are missing")
    answer = desk.run("recovery", "sheets", "--json")
    assert (answer.code, answer.json()["error"]["message"]) == (2, "the sheets need a file or a terminal")
    both = desk.run("recovery", "sheets", "--show", "--out", "x")
    assert both.code == 2


def test_new_sheets_take_the_place_of_the_old_ones(desk: Desk, sheets: Sequence[Sheet], tmp_path: Path) -> None:
    made = desk.run("recovery", "new", "--of", "3-of-5", "--out", str(tmp_path / "new.txt"), "--json")
    assert made.code == 0, made.err
    assert (made.json()["needed"], made.json()["sealed_anew"], made.json()["waiting"]) == (3, 6, 0)
    pages = (tmp_path / "new.txt").read_text().split("CASEVAULT RECOVERY SHEET")[1:]
    grids = [page.split("Check")[1].split("The vault")[0] for page in pages]
    assert len(grids) == 5
    old = desk.run("recovery", "drill", "--from", "-", stdin=piped(words(sheets[0]), words(sheets[1])))
    assert old.code == 6
    assert desk.run("recovery", "drill", "--from", "-", stdin=piped(grids[4], grids[0], grids[2])).code == 0
    refused = desk.run("recovery", "new", "--out", str(tmp_path / "third.txt"), "--json")
    assert refused.code == 5
    typed = desk.run(
        *("recovery", "new", "--old-sheets", "--from", "-", "--out", str(tmp_path / "third.txt"), "--json"),
        stdin=piped(grids[1], grids[2], grids[3]),
    )
    assert typed.code == 0, typed.err
    assert desk.run("recovery", "follow", "--json").json() == {"schema": 1, "sealed_anew": 0, "waiting": 0}
    status = desk.run("recovery", "status", "--json").json()
    assert [one["new_sheets"] for one in status["used"]] == [True, True]
    assert (status["proven"], status["under_old_sheets"]) == (False, 0)


def test_a_case_without_recovery_says_so(desk: Desk) -> None:
    stdin = json.dumps({"title": "Closed", "reason": "the client asked for it"})
    made = desk.run("case", "new", "--kind", "asylum", "--without-recovery", "--from", "-", "--json", stdin=stdin)
    assert made.code == 0, made.err
    shown = desk.run("case", "show", made.json()["ref"])
    assert "Recovery cannot open this case: the client asked for it" in shown.out
    assert desk.run("recovery", "status", "--json").json()["without_recovery"] == 1
    forgotten = desk.run("case", "new", "--kind", "asylum", "--title", "T", "--without-recovery", "--json")
    assert (forgotten.code, forgotten.json()["error"]["message"]) == (2, "--reason is missing")
    alone = desk.run("case", "new", "--kind", "asylum", "--title", "T", "--reason", "x", "--json")
    assert alone.code == 2


def test_a_person_types_sheets_row_by_row_by_the_number_on_the_paper_and_a_slip_costs_one_row(
    desk: Desk, sheets: Sequence[Sheet]
) -> None:
    typist = Typist(desk, *desk.given(), "recovery", "drill")
    for ordinal, sheet in (("first", sheets[2]), ("second", sheets[1])):
        for row in sheet.rows:
            # The paper is headed SHEET 3: from the third row on its number is known, and said.
            name = f"{ordinal} sheet" if row.number < 3 else rf"{ordinal} sheet \(number {sheet.number}\)"
            typist.wait_for(f"{name}, row +{row.number}: ")
            if (ordinal, row.number) == ("first", 4):
                typist.type("acid acne acid 000")
                typist.wait_for(f"{name}, row 4: the words do not give the number beside them")
                typist.wait_for(f"{name}, row +4: ")
            typist.type(" ".join([*(word[:4] for word in row.words), row.check]))
    typist.wait_for(r"\x1b\[2J\x1b\[3J\x1b\[H")  # the screen is cleared of what was typed
    typist.wait_for("recovery: proven on ")
    assert typist.end() == 0


def test_sheets_are_shown_until_three_words_come_from_paper(desk: Desk) -> None:
    typist = Typist(desk, *desk.given(), "recovery", "sheets", "--show")
    slipped = False
    number = 1
    while number <= 3:
        shown = typist.wait_for(rf"RECOVERY SHEET {number} of 3(?s:.*?)press Enter")[0]
        known = dict(re.findall(r"\b(\d+) ([a-z]+)", shown))
        typist.type("")
        typist.wait_for(r"\x1b\[2J\x1b\[3J\x1b\[H")
        for question in range(3):
            place = typist.wait_for(rf"Sheet {number}, word (\d+), from your paper: ")[1]
            if not slipped and question == 1:
                slipped = True
                typist.type("wrong")
                typist.wait_for("That is not the word that was shown")
                break
            typist.type(known[place])
        else:
            number += 1
    typist.wait_for("Give each sheet to a different person")
    assert typist.end() == 0
    assert slipped


def test_printed_sheets_are_compared_with_three_words_of_the_paper_or_later(desk: Desk, tmp_path: Path) -> None:
    paper = tmp_path / "sheets.txt"
    typist = Typist(desk, *desk.given(), "recovery", "sheets", "--out", str(paper))
    typist.wait_for("Print these now")
    pages = paper.read_text().split("RECOVERY SHEET")[1:]
    for number in (1, 1, 1, 2, 2, 2, 3, 3, 3):
        known = dict(re.findall(r"\b(\d+) ([a-z]+)", pages[number - 1]))
        place = typist.wait_for(rf"Sheet {number}, word (\d+), from your paper: ")[1]
        typist.type("wrong")
        typist.wait_for("Look at the paper again")
        typist.wait_for(rf"Sheet {number}, word {place}, from your paper: ")
        typist.type(known[place][:4])
    typist.wait_for(r"\x1b\[3J")
    typist.wait_for("Three words of each sheet were compared with the paper")
    assert typist.end() == 0
    assert paper.exists()
    later = Typist(desk, *desk.given(), "recovery", "sheets", "--out", str(tmp_path / "later.txt"))
    later.wait_for("from your paper: ")
    later.type("")
    later.wait_for("The paper was not compared.")
    assert later.end() == 0
    assert (tmp_path / "later.txt").exists()


def test_a_device_that_never_saw_a_drill_claims_none(desk: Desk) -> None:
    """As a member's who was invited: the secret of the sheets never was there, and whether there are any is unknown."""
    with desk.place.open() as session:
        forget_secret(session)
    data = desk.run("recovery", "status", "--json").json()
    assert (data["proven"], data["drill"]) == (None, None)
    shown = desk.run("recovery", "status").out
    found = next(one for one in desk.run("status", "--unlock", "--json").json()["items"] if one["name"] == "recovery")
    assert (found["state"], found["found"]) == ("unknown", "this device does not know whether sheets are proven")
    assert f"recovery: {found['found']}\n{found['advice']}\n" in shown
