from __future__ import annotations

import pytest

from tests.services.conftest import filled, filled_session, filled_template, founded, founded_template, session
from vault.store.engine import Database

__all__ = ["filled", "filled_session", "filled_template", "founded", "founded_template", "session"]


@pytest.fixture
def closed(monkeypatch: pytest.MonkeyPatch) -> list[Database]:
    """The databases that were closed since the test began."""
    found: list[Database] = []
    close = Database.close

    def closing(database: Database) -> None:
        found.append(database)
        close(database)

    monkeypatch.setattr(Database, "close", closing)
    return found
