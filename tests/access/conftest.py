from __future__ import annotations

from tests.access.desk import desk
from tests.access.few import asking, few
from tests.access.opened import parts
from tests.services.conftest import (
    filled,
    filled_session,
    filled_template,
    founded,
    founded_template,
    session,
)

__all__ = [
    "asking",
    "desk",
    "few",
    "filled",
    "filled_session",
    "filled_template",
    "founded",
    "founded_template",
    "parts",
    "session",
]
