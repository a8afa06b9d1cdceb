from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.samples import new_vault
from vault.store.engine import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with closing(new_vault(tmp_path / "vault.db")) as database:
        yield database
