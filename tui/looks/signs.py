"""The signs of the app, each of WGL4, and what stands for it where a terminal has only ASCII.

Each has a word beside it; `in_ascii` is applied last, to finished lines.
"""

from __future__ import annotations

from typing import Final

LATE: Final = "!!"
SOON: Final = "!"
DONE: Final = "√"
TODAY_DOWN: Final = "▼"
TODAY_LEFT: Final = "◄"
LINE: Final = "│"
RULE: Final = "─"
INTO: Final = "►"
RISK: Final = "▲"
HAPPENED: Final = "●"
TO_COME: Final = "○"
LASTED: Final = "█"
WILL_LAST: Final = "░"
TO_DO: Final = "□"
ONE_DATE: Final = "■"
CORRECTS: Final = "└"
NONE: Final = "—"
NO_DATE: Final = "·"
TIMES: Final = "×"
HIDDEN: Final = "•"
CUT: Final = "~"
HALF: Final = "▄"
ABOUT: Final = "~"
NOT_KNOWN: Final = "?"
MORE: Final = "+"

ASCII: Final = {
    DONE: "+",
    TODAY_DOWN: "v",
    TODAY_LEFT: "<",
    LINE: "|",
    RULE: "-",
    INTO: ">",
    RISK: "^",
    HAPPENED: "*",
    TO_COME: "o",
    LASTED: "#",
    WILL_LAST: ".",
    TO_DO: "o",
    ONE_DATE: "#",
    CORRECTS: "\\",
    NONE: "-",
    NO_DATE: ".",
    TIMES: "x",
    HIDDEN: "*",
    HALF: "_",
    "←": "<",
    "→": ">",
    "↑": "^",
    "↓": "v",
    "“": '"',
    "”": '"',
    "’": "'",
}
"""Sign -> its ASCII, of the same width."""
_TABLE: Final = str.maketrans(ASCII)


def in_ascii(line: str) -> str:
    """Return a finished line with each sign in ASCII; letters of people's words stay as they are."""
    return line.translate(_TABLE)
