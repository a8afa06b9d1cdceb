from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.index.made import KEY, tag
from vault.index.file import Index, open_index

MakeIndex = Callable[[], Index]


@pytest.fixture
def make_index(tmp_path: Path) -> Iterator[MakeIndex]:
    """Make as many indexes as a test needs, each in a file of its own."""
    made: list[Index] = []

    def make() -> Index:
        made.append(open_index(tmp_path / f"{len(made)}.db", KEY, tag))
        return made[-1]

    yield make
    for index in made:
        index.close()


@pytest.fixture
def index(make_index: MakeIndex) -> Index:
    return make_index()
