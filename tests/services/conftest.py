from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.once import made_once
from tests.services.founded import Filled, Place, fill, found
from tests.services.office import office, office_template
from tests.services.organisation import organisation, organisation_template
from vault.access.session import Session

__all__ = ["office", "office_template", "organisation", "organisation_template"]  # fixtures


@pytest.fixture(scope="session")
@made_once
def founded_template(tmp_path_factory: pytest.TempPathFactory) -> Place:
    return found(tmp_path_factory.mktemp("founded"))


@pytest.fixture(scope="session")
@made_once
def filled_template(founded_template: Place, tmp_path_factory: pytest.TempPathFactory) -> Filled:
    place = founded_template.copied_to(tmp_path_factory.mktemp("filled"))
    return Filled(place, *fill(place))


@pytest.fixture
def founded(founded_template: Place, tmp_path: Path) -> Place:
    """A vault without cases, of this test alone."""
    return founded_template.copied_to(tmp_path / "founded")


@pytest.fixture
def filled(filled_template: Filled, tmp_path: Path) -> Filled:
    """A vault with two cases, of this test alone."""
    return Filled(filled_template.place.copied_to(tmp_path / "filled"), filled_template.cases, filled_template.refs)


@pytest.fixture
def session(founded: Place) -> Iterator[Session]:
    """The empty vault, unlocked by its founder."""
    with founded.open() as opened:
        yield opened


@pytest.fixture
def filled_session(filled: Filled) -> Iterator[Session]:
    """The vault with two cases, unlocked by its founder."""
    with filled.open() as opened:
        yield opened
