"""A form as an admin writes it down: a file in TOML, checked whole before anything is kept."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

import msgspec

from vault.casework.checks import checked_word
from vault.casework.own_forms.definition import FormDefinition, Question, QuestionKind
from vault.errors import UsageError
from vault.words.message import Message
from vault.words.next_step import NextStep

BEGIN_WITH_SAMPLE: Final = Message("{sample} prints a form to begin with.", sample=NextStep.SAMPLE_FORM)
LONGEST_FILE: Final = 256 * 1024
SAMPLE: Final = """\
# A form of the organisation. Change what you need, save it as a file, then: casevault form add FILE
code = "reception"                  # small letters, digits and hyphens; it stays when the form changes
title = "Reception"
version = 1                         # a changed form needs a higher number

[[questions]]
name = "heard"                      # small letters, digits and _; nobody sees it
label = "Heard of us through"       # what people read
kind = "choice"                     # or: text, long-text, number, date, yes-no-unknown, person, country
choices = ["a friend", "a lawyer", "the internet"]
required = true

[[questions]]
name = "arrived"
label = "Arrived in the country"
kind = "date"                       # also 2026, 2026-03, or 2026-03~ for about

[[questions]]
name = "needs"
label = "What the person needs first"
kind = "long-text"
"""
_OF_FORM: Final = frozenset(part.name for part in fields(FormDefinition))
_OF_QUESTION: Final = frozenset(part.name for part in fields(Question))


def read_form(raw: bytes) -> FormDefinition:
    """Return the form that a file describes.

    Raises:
        UsageError: it is too long, no TOML, or no form; what is wrong is named, and in which question.
    """
    try:
        return _read(raw)
    except UsageError as fault:
        raise UsageError(fault.message, next_step=BEGIN_WITH_SAMPLE) from None


def _read(raw: bytes) -> FormDefinition:
    if len(raw) > LONGEST_FILE:
        raise UsageError(Message("the file of a form is longer than {most} bytes", most=LONGEST_FILE))
    try:
        found = tomllib.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise UsageError(Message("the file of a form is not UTF-8 text")) from None
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        raise UsageError(Message("the file of a form is not TOML")) from None
    _require_known(found, _OF_FORM)
    questions = found.get("questions")
    if not isinstance(questions, list):
        raise UsageError(Message("a form needs questions, each under [[questions]]"))
    made = tuple(_question(place, question) for place, question in enumerate(questions[:_MOST_READ], start=1))
    try:
        return msgspec.convert({**found, "questions": made}, type=FormDefinition)
    except msgspec.ValidationError:
        raise UsageError(
            Message("a form needs a code, a title, a version (a number) and questions, and nothing else")
        ) from None


_MOST_READ: Final = 1_000
"""Questions of a file that are looked at: enough to tell that there are too many."""


def _question(place: int, given: Any) -> Question:
    try:
        _require_known(given, _OF_QUESTION)
        question = msgspec.convert(given, type=Question)
        checked_word(QuestionKind, question.kind, "kind of a question")
    except msgspec.ValidationError:
        raise UsageError(Message("question {place} needs a name, a label and a kind, as text", place=place)) from None
    except UsageError as fault:
        raise UsageError(Message("question {place}: {fault}", place=place, fault=fault.message)) from None
    return question


def _require_known(given: Any, known: frozenset[str]) -> None:
    if not isinstance(given, Mapping) or not given.keys() <= known:
        raise UsageError(Message("only these are allowed there: {names}", names=", ".join(sorted(known))))
