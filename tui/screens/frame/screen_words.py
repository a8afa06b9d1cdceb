"""Times, ages, errors and languages in the words of the screens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from rich.cells import cell_len

from tui.text.in_words import in_words
from vault.display import DAY, local_time, time_text
from vault.errors import UsageError, VaultError
from vault.words.message import Message, Words


def moment(ms: int) -> str:
    """Return a time of this computer's zone, `2026-11-24 14:02`."""
    return time_text(ms, zone=None)


def day(ms: int) -> str:
    """Return a date of this computer's zone, `2026-11-24`."""
    return time_text(ms, DAY, zone=None)


def clock_time(ms: int) -> str:
    """Return the time of day, with seconds."""
    return time_text(ms, "%H:%M:%S", zone=None)


def clock_minute(ms: int) -> str:
    """Return the time of day, `13:58`."""
    return time_text(ms, "%H:%M", zone=None)


def zone_words(ms: int) -> Words:
    """Return what the clock of this computer is ahead of UTC, in words for the head of a screen with times."""
    ahead = local_time(ms)[-5:]  # `+0130`
    hours, minutes = ahead[1:3].lstrip("0"), ahead[3:].removeprefix("00")
    if not ahead[1:].isdigit() or not hours + minutes:
        return Message("times are UTC")
    return Message("times of UTC{ahead}", ahead=f"{ahead[0]}{hours or 0}{':' if minutes else ''}{minutes}")


def named(name: str, *, is_you: bool) -> Words:
    """Return a member's name in a list, with a mark where it is one's own."""
    return Message("{name} (you)", name=name) if is_you else name


def packed(parts: Iterable[Words], width: int) -> list[str]:
    """Return the parts in as few lines as hold them whole, with three spaces between."""
    lines: list[str] = []
    for part in map(in_words, parts):
        longer = f"{lines[-1]}   {part}" if lines else part
        if lines and cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(part)
    return lines


def sentence(error: VaultError) -> str:
    """Return what happened and what to do, as one line."""
    message = in_words(error.message).removeprefix("--")
    next_step = "" if error.next_step == UsageError.usual_step else in_words(error.next_step)
    return f"{capital(message).rstrip('.')}. {capital(next_step)}".strip()


def named_problem(error: VaultError, named: str, label: Words) -> Message:
    """Return what is wrong with a field, by the label that stands before it; `named` is how the error calls it."""
    said = sentence(error)
    problem = said[len(named) :].lstrip(" :") if said.casefold().startswith(named.casefold()) else said
    return Message("{label}: {problem}", label=in_words(label).strip(), problem=problem)


def capital(text: str) -> str:
    """Return a text as it begins a line."""
    return text[:1].upper() + text[1:]


def order_words(sort: str) -> Words:
    """Return in words by what the list of cases is sorted."""
    return _ORDERS.get(sort, sort)


_ORDERS: Final = {
    "due": Message("next date first"),
    "ref": Message("by reference"),
    "name": Message("by name"),
    "status": Message("by stage"),
}


# Languages that callers speak, offered while somebody types; any other word is taken as it is.

# fmt: off
_WORDS: Final = (
    Message("Arabic"), Message("Armenian"), Message("Azerbaijani"), Message("Belarusian"), Message("Chechen"),
    Message("Dari"), Message("English"), Message("French"), Message("Georgian"), Message("German"),
    Message("Kazakh"), Message("Kurdish"), Message("Kyrgyz"), Message("Pashto"), Message("Persian"),
    Message("Polish"), Message("Russian"), Message("Spanish"), Message("Tajik"), Message("Turkish"),
    Message("Turkmen"), Message("Ukrainian"), Message("Uyghur"), Message("Uzbek"),
)
# fmt: on


def languages() -> list[str]:
    """Return their names in the language of the app, sorted."""
    return sorted(map(in_words, _WORDS))
