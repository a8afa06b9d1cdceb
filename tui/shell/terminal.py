"""The sequences that give a terminal back clean. No Textual here: the launcher, which holds no secret, uses them."""

from __future__ import annotations

import re
from typing import Final

CLEAR: Final = "\x1b[0m\x1b[2J\x1b[3J\x1b[H"
"""Wipe the visible screen and the lines that scrolled out of it."""

CLICKS: Final = "\x1b[?1000h\x1b[?1006h"
"""Have clicks and the wheel reported, with places beyond column 223, and no movement."""

_MODES_OFF: Final = "".join(f"\x1b[?{mode}l" for mode in (1000, 1002, 1003, 1006, 1015, 1016, 1004, 2004, 2026, 2048))

RESET: Final = _MODES_OFF + "\x1b[<u\x1b[?1049l\x1b[?7h\x1b[?25h" + CLEAR
"""Mouse, focus reports, paste brackets, synchronised output and extended keys off; main screen; cursor; wiped."""

HIDE_TITLE: Final = "\x1b[22;0t\x1b]0;\x07"
"""Put the window title on the terminal's stack and show an empty one: a shell may have put the command line there."""

SHOW_TITLE: Final = "\x1b[23;0t"
"""Bring back the title that `HIDE_TITLE` put away."""

_STRING_SEQUENCE: Final = re.compile("\x1b[]PX^_].*?(?:\x07|\x1b\\\\|\\Z)|[\x07\x80-\x9f]", re.DOTALL)


def has_title(term: str) -> bool:
    """Say whether a terminal of this kind (the TERM variable) has a title that can be set without harm."""
    return term not in {"", "dumb", "linux"} and not term.startswith("vt")


def without_strings(untrusted_output: str) -> str:
    """Return terminal output without OSC, DCS, APC, PM and SOS strings, bells and C1 controls.

    The app needs none of them; clipboard, title, links and pointer shapes all travel this way.
    """
    return _STRING_SEQUENCE.sub("", untrusted_output)
