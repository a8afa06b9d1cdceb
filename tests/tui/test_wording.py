"""What the app makes of the library's words: its keys for what to do, and no name of an act."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

import tui.screens
import vault.casework
from tests.tables import each
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.screen_words import sentence
from tui.text.in_words import in_words
from tui.values.code_words import CODES
from vault.casework.countries import Country
from vault.casework.differences import Answer, Part
from vault.casework.document import ReadBy
from vault.casework.form import Shape
from vault.casework.script import Script
from vault.casework.story import STORY
from vault.errors import RefusedError, UsageError, VaultError
from vault.index.case_pages import Sort
from vault.policy.roles import Role
from vault.redaction.spans import Action, IdentifierType
from vault.services.cases.cases import REASONS
from vault.services.projection.approval_checks import CODES_OF_REASONS
from vault.words.message import Message
from vault.words.next_step import NextStep

_NOT_SHOWN_AS_WORDS: Final = {Answer, Country, Part, ReadBy, Script, Shape}
_HYPHENED: Final = re.compile(r"\b(co-accused|check-in|laissez-passer)\b")


@each(
    {
        "nothing of the command line": (
            UsageError(Message("--days is between 1 and 3660")),
            "Days is between 1 and 3660.",
        ),
        "advice of its own": (
            UsageError(Message("no day"), next_step=Message("Type 2026-12-24.")),
            "No day. Type 2026-12-24.",
        ),
        "a key in place of a command": (
            RefusedError(
                Message("this waits"),
                next_step=Message("Run {verify_log}; reading goes on.", verify_log=NextStep.VERIFY_LOG),
            ),
            "This waits. Run Log (F2, log; then v); reading goes on.",
        ),
    }
)
def test_an_error_says_what_happened_and_what_to_do_in_the_app(error: VaultError, said: str) -> None:
    assert sentence(error) == said


def _vocabularies() -> list[type[StrEnum]]:
    """Return every vocabulary of casework: what a record may keep as a code."""
    rooms = pkgutil.walk_packages(vault.casework.__path__, "vault.casework.")
    modules = [importlib.import_module(room.name) for room in rooms]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return [each for each in found - {StrEnum, *_NOT_SHOWN_AS_WORDS} if issubclass(each, StrEnum)]


def test_every_code_is_shown_in_words_and_none_with_the_hyphen_of_a_code() -> None:
    others = (Role, Sort, Action, IdentifierType, REASONS, CODES_OF_REASONS, STORY)
    every: list[Iterable[str]] = [*_vocabularies(), *others]
    codes = {str(code) for each in every for code in each}
    assert {code for code in codes if code not in CODES} == set()
    shown = {str(word) for code, word in CODES.items()}
    assert {word for word in shown if "-" in word and not _HYPHENED.search(word)} == set()


def test_no_heading_is_in_capitals() -> None:
    for module in pkgutil.walk_packages(tui.screens.__path__, f"{tui.screens.__name__}."):
        importlib.import_module(module.name)
    kinds, names = [VaultScreen], list[str]()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names.append(in_words(kind.NAME))
    assert len(names) > 50
    assert [name for name in names if name.isupper()] == []
