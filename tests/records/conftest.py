from __future__ import annotations

from tests.services.conftest import filled, filled_session, filled_template, founded, founded_template, session

__all__ = ["filled", "filled_session", "filled_template", "founded", "founded_template", "session"]
