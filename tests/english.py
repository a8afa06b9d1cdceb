"""Sentences of the library in English, each next step by its code: for a test that asserts what is said."""

from __future__ import annotations

from collections.abc import Iterable

from vault.words.message import Words


def in_english(messages: Iterable[Words]) -> tuple[str, ...]:
    return tuple(map(str, messages))
