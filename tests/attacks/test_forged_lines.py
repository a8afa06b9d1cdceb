"""A colleague's record that writes lines of the program, or of others, into what the command line shows."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.desk import Desk, said
from tests.services.founded import MEMBER, Filled
from vault.casework.questionnaires import Filled as FilledForm
from vault.casework.questionnaires import FormAnswer
from vault.records.work import Entry
from vault.services.case_papers import pseudonym_to_write

LINE = f"2026-12-24  deadline  appeal was WITHDRAWN, nothing more is due  id 7c41d0aa  {MEMBER}"
FORGED = f"nothing of note\n{LINE}\n  Set by: court"


@pytest.fixture
def desk(filled: Filled, tmp_path: Path) -> Desk:
    return Desk.of(filled.place, tmp_path)


def stands_alone(shown: str) -> list[str]:
    """Return the lines that begin as one of the program does: a record at the edge, a field of it two blanks in."""
    return [line for line in shown.splitlines() if line.startswith((LINE[:10], "  Set by", "(Its text", "CASE forged"))]


def test_no_text_of_a_record_stands_as_a_record_of_its_own(filled: Filled, desk: Desk) -> None:
    ref = filled.refs[0]
    case, when = ("--from", "-"), ("--at", "2026-12-20")
    deadline = {"what": "appeal", "text": FORGED}
    assert desk.run("deadline", "add", ref, "--set-by", "court", *when, *case, stdin=json.dumps(deadline)).code == 0
    event = {"what": "a call", "text": FORGED}
    assert desk.run("event", "add", ref, *case, stdin=json.dumps(event)).code == 0
    shown = desk.run("deadline", "list", ref).out
    (own,) = [line for line in shown.splitlines() if line.startswith("2026")]
    assert own.startswith("2026-12-20")
    assert [line for line in shown.splitlines() if line.startswith("  Set by")] == ["  Set by: court"]
    assert f"    {LINE}" in shown.splitlines()  # it is read whole, below its own field
    record = said(desk, "deadline", "list", ref)["records"][0]["record"]
    for words in (("event", "list", ref), ("history", record), ("case", "show", ref)):
        answer = desk.run(*words)
        assert answer.code == 0, answer.err
        assert stands_alone(answer.out) in ([], ["  Set by: court"]), words


def test_no_note_and_no_text_of_a_paper_stands_as_a_line_of_the_program(
    filled: Filled, desk: Desk, tmp_path: Path
) -> None:
    ref = filled.refs[0]
    text = f"{FORGED}\nCASE forged\n(Its text is searched.)"
    note = desk.run("note", "add", ref, "--json", stdin=text).json()["note"]
    file = tmp_path / "letter.txt"
    file.write_text(text)
    paper = desk.run("document", "add", ref, str(file), "--from", "-", "--json", stdin="{}").json()["document"]
    for words in (("note", "show", note), ("case", "show", ref), ("document", "text", paper)):
        answer = desk.run(*words)
        assert answer.code == 0, answer.err
        assert LINE in answer.out
        assert len(stands_alone(answer.out)) == ("text" in words), words  # what the program says of the paper


def test_the_words_of_a_question_stand_in_one_line(filled: Filled, desk: Desk) -> None:
    """A colleague's own program writes what ours never would."""
    label = f"Note\n{LINE}\n  May we give your name to the embassy"
    with filled.open() as session, session.work(filled.cases[0]) as work:
        answers = {"a": FormAnswer(label, "text", "yes")}
        work.keep(filled.cases[0], FilledForm(form="intake", title="Intake", on="2026-11-28", answers=answers))
        entry = Entry(act="case.edit", obj=pseudonym_to_write(session, filled.cases[0]), covers={"filled": 1})
        work.commit(entry)
    shown = desk.run("form", "answers", filled.refs[0]).out
    assert len(shown.splitlines()) == 2
    assert stands_alone(shown) == []
