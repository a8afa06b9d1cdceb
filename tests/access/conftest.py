from __future__ import annotations

from tests.access.desk import desk
from tests.services.conftest import (
    filled,
    filled_session,
    filled_template,
    founded,
    founded_template,
    session,
)

__all__ = ["desk", "filled", "filled_session", "filled_template", "founded", "founded_template", "session"]
