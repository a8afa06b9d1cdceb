from __future__ import annotations

from tests.cli.conftest import desk
from tests.services.conftest import filled, filled_template, founded, founded_template
from tests.services.office import office, office_template
from tests.services.organisation import organisation, organisation_template
from tests.tui.house import house, house_template

__all__ = [  # fixtures
    "desk",
    "filled",
    "filled_template",
    "founded",
    "founded_template",
    "house",
    "house_template",
    "office",
    "office_template",
    "organisation",
    "organisation_template",
]
