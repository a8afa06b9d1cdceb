from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services.conftest import filled_template, founded_template
from tests.services.founded import Filled

__all__ = ["filled_template", "founded_template"]  # fixtures


@pytest.fixture
def desk(filled_template: Filled, tmp_path: Path) -> Desk:
    """An account with a vault of two cases, and the real command to work with."""
    return Desk.of(filled_template.place.copied_to(tmp_path / "office"), tmp_path)
