"""What an act is refused with, for tables of which one test reports every line that does not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vault.errors import VaultError

ResultText = tuple[type[VaultError] | None, str]
NOTHING: ResultText = (None, "")


def told_by(act: Callable[..., object], *given: Any, **named: Any) -> ResultText:
    """Return the error that ends an act and its sentence, or NOTHING where the act is done."""
    try:
        act(*given, **named)
    except VaultError as error:
        return type(error), str(error.message)
    return NOTHING


def is_told(error: type[VaultError], words: str, act: Callable[..., object], *given: Any, **named: Any) -> bool:
    """Say whether such an error ends an act, with a sentence that has these words."""
    kind, sentence = told_by(act, *given, **named)
    return kind is not None and issubclass(kind, error) and words in sentence
