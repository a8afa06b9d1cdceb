"""`casevault form`: a form is kept, asked, answered by pipe and at the terminal, and read again."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.desk import Desk

FORM = """
code = "reception"
title = "Reception"
version = 1
[[questions]]
name = "heard"
label = "Heard of us through"
kind = "choice"
choices = ["a friend", "друг"]
required = true
[[questions]]
name = "arrived"
label = "Arrived"
kind = "date"
"""


def test_a_form_is_kept_filled_in_and_read(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "reception.toml"
    file.write_text(FORM, "utf-8")
    assert desk.run("form", "add", str(file)).code == 0
    assert "reception  Reception  version 1, 2 questions" in desk.run("form", "list").out
    assert "heard  Heard of us through  (choice, required)" in desk.run("form", "show", "reception").out
    case = desk.run("case", "new", "--kind", "asylum", "--title", "Fire", "--json").json()["ref"]
    refused = desk.run("form", "fill", case, "reception")
    assert (refused.code, "--from -" in refused.err) == (2, True)
    answers = json.dumps({"heard": "друг"})
    made = desk.run("form", "fill", case, "reception", "--from", "-", "--json", stdin=answers).json()["record"]
    answers = json.dumps({"arrived": "2026-03~"})
    assert desk.run("form", "edit", made, "reception", "--from", "-", stdin=answers).code == 0
    shown = desk.run("form", "answers", case).out
    assert ("Heard of us through: друг" in shown, "Arrived: 2026-03~" in shown) == (True, True)
    typed = desk.run_at_terminal("form", "fill", case, "reception", typed="a friend\nyesterday\n")
    assert typed.code == 0
    assert "Heard of us through (a friend | друг): " in typed.err


def test_a_file_that_is_no_form_gets_one_line(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "hostile.toml"
    file.write_bytes(b"x=" + b"[" * 100_000)
    answer = desk.run("form", "add", str(file))
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
    assert "the file of a form is not TOML" in answer.err
    assert "`casevault form add --sample` prints a form to begin with." in answer.err


def test_the_sample_form_is_one_that_is_kept(desk: Desk, tmp_path: Path) -> None:
    assert "--sample  print a form to begin with" in desk.run_bare("form", "add", "--help").out
    sample = desk.run_bare("form", "add", "--sample")
    file = tmp_path / "sample.toml"
    file.write_text(sample.out, "utf-8")
    assert "reception  Reception  version 1, 3 questions" in desk.run("form", "add", str(file)).out
    assert "`casevault form add --sample`" in desk.run("form", "add").err
