"""The one gate through which stored text and times become display text, at either face; and how a count is said."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, tzinfo
from typing import Final

from vault.durations import DAY_MS, HOUR_MS, MINUTE_MS
from vault.words.message import Message, plural

_MARK: Final = "\u00b7"  # a visible middle dot

DAY: Final = "%Y-%m-%d"
MINUTE: Final = "%Y-%m-%d %H:%M"
MINUTE_UTC: Final = f"{MINUTE} UTC"
SECOND: Final = f"{MINUTE}:%S"
SECOND_UTC: Final = f"{SECOND} UTC"
# In the place of a time that no calendar has. It fits any column.
NO_TIME: Final = "?"

# What can move a cursor, write a clipboard, reorder a line or hide in it. It is a mark wherever it stands:
_NEVER: Final = (
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but newline and tab, DEL, C1
    "\u061c\u200e\u200f\u202a-\u202e"  # direction marks, embeddings and overrides: they reach beyond their end
    "\u00ad\u034f\u200b\u2060-\u2065\ufeff"  # soft hyphen, joiners and spaces of no width
    "\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\uffa0"  # fillers and selectors that show nothing
    "\u2028\u2029\u206a-\u206f\ufe00-\ufe0e\ufff0-\ufffb"  # separators, old controls, rare selectors, annotations
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # shorthand, music, tags
    "\ud800-\udfff"  # halves of letters, which no terminal can be sent
)
# What some script cannot be written without passes where it has that use, and is a mark elsewhere:
_JOINED: Final = "\u0600-\u06ff\u0710-\u07ff\u0840-\u08ff\ufb50-\ufdff\ufe70-\ufefc"  # Arabic, Syriac, N'Ko, Mandaic
_INDIC: Final = "\u0900-\u0dff\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1820-\u18aa"
_EMOJI: Final = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_IDEOGRAPHS: Final = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_UNSAFE: Final = re.compile(
    f"[{_NEVER}]"
    f"|(?<![{_JOINED}{_INDIC}])\u200c"  # ZWNJ: Persian and Indic words
    f"|(?<![{_JOINED}{_INDIC}{_EMOJI}])\u200d"  # ZWJ: these, and pictures made of several
    f"|(?<=[{_EMOJI}])\u200d(?![{_EMOJI}])"
    f"|(?<![{_EMOJI}0-9#*])\ufe0f"  # shows the sign before it as a picture
    f"|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]"  # variants of ideographs, in names
)
# An isolate that ends in its line reorders nothing beside it: names of two scripts in one line need that.
_ISOLATES: Final = re.compile("[\u2066-\u2069]")
_ISOLATES_END: Final = "\u2069"
_LEAPS: Final = re.compile("[\t\n]")
# What shows no more than a blank, or nothing, and no name of a person is written with; most of it passes in a text.
_NO_LETTER: Final = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u2066-\u2069\u2800\u3000\ufe0f]")


def safe_text(stored: str) -> str:
    """Return the text with everything that a terminal could obey, or a reader not see, made a visible mark.

    The result has the length of the text.
    """
    marked = _UNSAFE.sub(_MARK, stored)
    if _ISOLATES.search(marked) is None:
        return marked
    return "".join(_with_closed_isolates(line) for line in marked.splitlines(keepends=True))


def one_line(stored: str) -> str:
    """Return `safe_text` of what stands within a line of the program: no break and no tab takes it out of its place.

    The result has the length of the text.
    """
    return _LEAPS.sub(_MARK, safe_text(stored))


def is_one_line(name: str) -> bool:
    """Return whether a name shows exactly what it is, in one line, with no blanks around it."""
    return one_line(name) == name == name.strip() != ""


def is_name_as_seen(name: str) -> bool:
    """Return whether somebody can be called so: `is_one_line`, with no blank but the usual one, and nothing unseen.

    What joins letters passes where `safe_text` lets it pass: Persian and Indic names are written with it.
    """
    shown = _NO_LETTER.search(name) is None and not any(unicodedata.category(sign) in {"Cn", "Co"} for sign in name)
    return shown and is_one_line(name)


def counted(number: int, text: str, several: str | None = None) -> str:
    """Return a number with its noun: `1 case`, `2 cases`; `several` where an s does not make the plural."""
    return f"{number} {text if number == 1 else several or text + 's'}"


def time_text(ms: int, form: str = MINUTE, zone: tzinfo | None = UTC) -> str:
    """Return a time for people, `NO_TIME` where `time_data` gives none."""
    return time_data(ms, form, zone) or NO_TIME


def local_time(ms: int, form: str = MINUTE) -> str:
    """Return a time as the clock on the wall has it, and what that clock is ahead of UTC: `2026-11-24 18:02 +0400`."""
    try:
        zone = datetime.fromtimestamp(ms / 1000, UTC).astimezone().tzinfo
    except (OverflowError, ValueError, OSError):
        return NO_TIME
    return time_text(ms, f"{form} %z", zone)


def age(then_ms: int, now_ms: int) -> Message:
    """Return how long ago something was, in the largest unit that fits."""
    past = max(0, now_ms - then_ms)
    if past >= DAY_MS:
        return plural("{count} day ago", "{count} days ago", count=past // DAY_MS)
    if past >= HOUR_MS:
        return plural("{count} hour ago", "{count} hours ago", count=past // HOUR_MS)
    if past >= MINUTE_MS:
        return plural("{count} minute ago", "{count} minutes ago", count=past // MINUTE_MS)
    return Message("just now")


def time_data(ms: int, form: str = MINUTE, zone: tzinfo | None = UTC) -> str | None:
    """Return a time for `--json`; None outside the years 1970 to 9999.

    Times of others are claims: whatever number stands there, what lists it goes on.

    Args:
        ms: milliseconds since 1970, UTC, unchecked.
        form: as `strftime` has it.
        zone: in which it is said; None for that of this computer.
    """
    try:
        moment = datetime.fromtimestamp(ms / 1000, zone)
    except (OverflowError, ValueError, OSError):  # which of them, the platform decides
        return None
    return moment.strftime(form) if moment.year >= 1970 else None


def bytes_text(size: int) -> Message:
    """Return a number of bytes for people, in KiB or MiB."""
    if size < 1 << 20:
        return Message("{kib} KiB", kib=-(-size // 1024))
    return Message("{mib} MiB", mib=f"{size / (1 << 20):.1f}")


def here(ms: int) -> datetime:
    """Return a time, ms UTC, in the zone of this computer; of one that its calendar has not, the first of 1970."""
    try:
        return datetime.fromtimestamp(ms / 1000, UTC).astimezone()
    except (OverflowError, ValueError, OSError):  # as in `time_data`
        return datetime.fromtimestamp(0, UTC)


def _with_closed_isolates(line: str) -> str:
    letters = list(line)
    open_at: list[int] = []
    for found in _ISOLATES.finditer(line):
        at = found.start()
        if letters[at] != _ISOLATES_END:
            open_at.append(at)
        elif open_at:
            open_at.pop()
        else:
            letters[at] = _MARK
    for at in open_at:
        letters[at] = _MARK
    return "".join(letters)
