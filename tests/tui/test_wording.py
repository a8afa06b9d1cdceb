"""What the app makes of the library's words: its keys for what to do, and no name of an act."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterable

import tui.screens
from tests.tables import each
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.wording import sentence
from tui.text.in_words import in_words
from tui.values.codes import CODES
from vault.casework.access import GrantReason, SectionKind
from vault.casework.stages import STAGES, CaseKind
from vault.casework.vocabulary import Channel, DocumentKind, NameKind, NoteKind, PersonRole, Risk, Sex
from vault.errors import RefusedError, UsageError, VaultError
from vault.index.cases import Sort
from vault.policy.roles import Role
from vault.redaction.actions import Action, IdentifierType
from vault.services.cases.cases import REASONS
from vault.services.projection.approval_checks import CODES_OF_REASONS
from vault.words.message import Message
from vault.words.next_step import NextStep


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


@each(
    [
        *(Role, PersonRole, Sex, DocumentKind, Channel, NameKind, NoteKind, Risk, CaseKind, *STAGES.values()),
        *(GrantReason, SectionKind, Sort, Action, IdentifierType, frozenset(REASONS), frozenset(CODES_OF_REASONS)),
    ]
)
def test_every_code_that_a_screen_shows_has_a_word(codes: Iterable[str]) -> None:
    assert {code for code in map(str, codes) if code not in CODES} == set()


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
