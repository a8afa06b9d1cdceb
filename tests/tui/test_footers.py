"""The last line of every screen, in each language, and the keys that mean one thing everywhere."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

import pytest
from rich.cells import cell_len

import tui.screens
from tests.tables import each
from tests.tui.pseudo import Pseudo
from tui.screens.credentials.unlock_screen import UnlockScreen
from tui.screens.frame.base import EVERYWHERE, Command, VaultScreen, hints
from tui.text.in_words import in_words, speaking
from tui.widgets.screen_lines import Hint, fitting_hints
from vault.words.message import ENGLISH, Catalogue

ROOM = 78
"""What a line of 80 cells has between its margins."""
STAY = {"F1", "F4", "Esc", "Ctrl+L"}


def _screens() -> list[type[VaultScreen]]:
    for module in pkgutil.walk_packages(tui.screens.__path__, "tui.screens."):
        importlib.import_module(module.name)

    def below(kind: type[VaultScreen]) -> Iterator[type[VaultScreen]]:
        for found in kind.__subclasses__():
            yield found
            yield from below(found)

    return [kind for kind in below(VaultScreen) if kind.__module__.startswith("tui.") and kind.ACTS]


SCREENS = _screens()


def _footer(kind: type[VaultScreen]) -> list[Hint]:
    lock = next(command for command in EVERYWHERE if command.action == "app.lock")
    return hints([EVERYWHERE[0], *kind.ACTS, lock])


def _line(shown: tuple[Hint, ...]) -> str:
    return "  ".join(map(str, shown))


@pytest.mark.parametrize("catalogue", [ENGLISH, Pseudo()], ids=["english", "pseudo"])
def test_each_footer_keeps_to_its_line_by_whole_words_with_help_and_the_ways_out(catalogue: Catalogue) -> None:
    with speaking(catalogue):
        for kind in SCREENS:
            wanted = _footer(kind)
            shown = fitting_hints(wanted, ROOM)
            line = _line(shown)
            assert cell_len(line) <= ROOM, kind
            assert [hint.key for hint in wanted if hint.key in STAY] == [hint.key for hint in shown if hint.key in STAY]
            assert (shown[0].key, shown[-1].key) == ("F1", "Ctrl+L"), kind
            for hint in shown:
                assert f"{hint.key} {in_words(hint.label)}" in line


def test_in_english_nothing_has_to_go_at_80_columns_but_what_forms_have_in_common() -> None:
    kinds = [kind for kind in SCREENS if kind is not UnlockScreen]  # its footer has no lock
    too_long = {kind.__name__: _line(tuple(hint for hint in _footer(kind) if hint.rank == 1)) for kind in kinds}
    assert {name: line for name, line in too_long.items() if cell_len(line) > ROOM} == {}


RESERVED = frozenset(
    {"f1", "f2", "f3", "f6", "f7", "f8", "f9", "f12", "ctrl+l", "ctrl+q", "ctrl+backslash", "exclamation_mark"}
)
"""Keys that mean one thing on every screen of an open vault, and that no screen may take. F9 is the call slip's."""


def _strays(kind: type[VaultScreen]) -> list[str]:
    """Return the keys that this screen takes from what works everywhere."""
    everywhere = {key: command.action for command in EVERYWHERE for key in command.keys.split(",")}
    return [
        key
        for command in kind.ACTS
        for key in command.keys.split(",")
        if key in RESERVED and command.action != everywhere.get(key)
    ]


def test_no_screen_of_an_open_vault_takes_a_key_that_means_one_thing_everywhere() -> None:
    assert {kind.__name__: _strays(kind) for kind in SCREENS if kind is not UnlockScreen and _strays(kind)} == {}


@each([("f9", ["f9"]), ("ctrl+r,f8", ["f8"]), ("f3", ["f3"]), ("f4", []), ("n", [])])
def test_a_key_that_is_taken_is_found(keys: str, taken: list[str]) -> None:
    assert _strays(type("Taking", (VaultScreen,), {"ACTS": (Command(keys, "act", "Act", "X"),)})) == taken
