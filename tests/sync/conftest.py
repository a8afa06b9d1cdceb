from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.founded import Filled, fill, found
from tests.sync.exchange import Sender, empty_store
from vault.store.engine import Database


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    place = found(tmp_path_factory.mktemp("exchange"))
    return Filled(place, *fill(place))


@pytest.fixture
def vault(_filled: Filled, tmp_path: Path) -> Filled:
    return Filled(_filled.place.copied_to(tmp_path / "sender"), _filled.cases, _filled.refs)


@pytest.fixture
def sender(vault: Filled) -> Iterator[Sender]:
    with vault.open() as session:
        yield Sender(session)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database
