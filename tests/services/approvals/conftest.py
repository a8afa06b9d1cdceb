from __future__ import annotations

from tests.services.approvals.keyboard import keyboard, keyboard_template

__all__ = ["keyboard", "keyboard_template"]  # fixtures
