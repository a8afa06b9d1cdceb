"""Three calm themes. No state is told by colour alone: the cursor is reverse video and a `>`."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

DARK: Final = Theme(
    name="casevault-dark",
    primary="#8fb8de",
    secondary="#a8b5c2",
    accent="#8fb8de",
    foreground="#e4e8ec",
    background="#12161a",
    surface="#181d22",
    panel="#20262c",
    success="#9ccc9c",
    warning="#e6c07b",
    error="#f2a0a0",
    dark=True,
)
LIGHT: Final = Theme(
    name="casevault-light",
    primary="#1f4e79",
    secondary="#44525f",
    accent="#1f4e79",
    foreground="#15191d",
    background="#fafaf7",
    surface="#f1f1ec",
    panel="#e6e6e0",
    success="#1e5c2a",
    warning="#6b4a00",
    error="#8c1c1c",
    dark=False,
)
MONOCHROME: Final = Theme(
    name="casevault-monochrome",
    primary="#ffffff",
    secondary="#ffffff",
    accent="#ffffff",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    success="#ffffff",
    warning="#ffffff",
    error="#ffffff",
    dark=True,
)
THEMES: Final = (DARK, LIGHT, MONOCHROME)
