"""Questions at a terminal: stored words in them drive no terminal, and a script is told none of them."""

from __future__ import annotations

from pathlib import Path

from tests.cli.desk import Desk
from tests.services.founded import Filled

HOSTILE = "call Zumurrudi\x1b]0;pwned\x07\x1b[2J"


def test_stored_words_in_a_question_drive_no_terminal(desk: Desk, filled_template: Filled) -> None:
    task = desk.run("task", "add", filled_template.refs[0], "--what", HOSTILE, "--json").json()["record"]
    asked = desk.run_at_terminal("task", "edit", task, typed="\n" * 9, is_seen=True)
    assert "call Zumurrudi" in asked.err
    assert [mark for mark in ("\x1b]", "\x1b[2J", "\x07") if mark in asked.err] == []
    undone = desk.run_at_terminal("undo", typed="yes\n", is_seen=True)
    assert (undone.code, "call Zumurrudi" in undone.err) == (0, True)
    assert [mark for mark in ("\x1b]", "\x1b[2J", "\x07") if mark in undone.err] == []


def test_a_script_that_takes_something_back_is_told_no_word_of_it(desk: Desk, filled_template: Filled) -> None:
    desk.run("task", "add", filled_template.refs[0], "--what", HOSTILE)
    refused = desk.run("undo", "--json")
    assert (refused.code, "Zumurrudi" in refused.out + refused.err) == (3, False)
    undone = desk.run("undo", "--yes", "--json")
    assert (undone.json()["undone"], "Zumurrudi" in undone.out + undone.err) == ({"task": 1}, False)
    desk.run("task", "add", filled_template.refs[0], "--what", HOSTILE)
    in_words = desk.run("undo", "--yes")
    assert ("Taken back: task." in in_words.out, "Zumurrudi" in in_words.out + in_words.err) == (True, False)


def test_a_script_that_imports_a_list_is_told_no_name_of_who_may_be_known(
    desk: Desk, filled_template: Filled, tmp_path: Path
) -> None:
    known = ("--role", "client", "--name", "Zumurrudi Quillfeather", "--phone", "+996555918273", "--anyway")
    assert desk.run("person", "add", filled_template.refs[0], *known).code == 0
    file = tmp_path / "list.csv"
    file.write_text("case,names,phones\nNight arrest,Vexilda Morrowquay,+996555918273\n", "utf-8")
    imports = ("import", str(file), "--kind", "asylum")
    assert "Zumurrudi Quillfeather" in desk.run(*imports, "--preview").out
    for answered, code in ((), 3), (("--duplicates", "make"), 3), (("--duplicates", "make", "--yes"), 0):
        answer = desk.run(*imports, *answered)
        assert (answer.code, "Quillfeather" in answer.out + answer.err) == (code, False), answer.err
