"""Vaults for the app, and terminals that are closed after the test."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.tui.desk import Desk
from tests.tui.house import House, house, house_template
from tests.tui.terminals import Pane

__all__ = ["house", "house_template"]  # fixtures


@pytest.fixture(scope="module")
def _amina(house_template: House, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with house_template.copied_to(tmp_path_factory.mktemp("read")).desk("Amina") as desk:
        yield desk


@pytest.fixture
def amina(_amina: Desk) -> Desk:
    """Amina's app, at its list of cases: one for all tests of a module that leave its vault as it was."""
    return _amina.home()


@pytest.fixture
def open_pane() -> Iterator[Callable[..., Pane]]:
    """Open tmux panes, each with the launcher in it; the folder's path is short, because tmux's socket lies there."""
    panes: list[Pane] = []
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:

        def open_one(*, alternate_screen: bool = True) -> Pane:
            panes.append(Pane(Path(folder), alternate_screen=alternate_screen))
            return panes[-1]

        yield open_one
        for pane in panes:
            pane.close()
