"""No command begins in a process that may dump its memory or be read by its neighbours, whatever it asks for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from vault import platform
from vault.cli import dispatch
from vault.cli.nouns import NOUNS, Noun, verbs_of
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.words.message import Message


def every_verb() -> Iterator[tuple[str, ...]]:
    for noun in NOUNS.values():
        yield from ((noun.name, *((name,) if noun.verbs else ())) for name in verbs_of(noun))


def test_every_command_is_closed_to_its_neighbours_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    is_closed = False
    began: dict[tuple[str, ...], bool] = {}

    def harden() -> tuple[Message, ...]:
        nonlocal is_closed
        is_closed = True
        return ()

    def begin(given: Given, output: Output) -> Result:
        began[tuple(given.command.split())] = is_closed
        return Result({})

    def beginning_only(noun: Noun) -> Mapping[str, Verb]:
        return {name: verb._replace(args=(), run=begin) for name, verb in verbs_of(noun).items()}

    monkeypatch.setattr(platform, "harden_process", harden)
    monkeypatch.setattr(dispatch, "verbs_of", beginning_only)
    for words in every_verb():
        is_closed = False
        assert dispatch.run([*words]) == 0
    assert len(began) > 100
    assert [words for words in every_verb() if not began[words]] == []
