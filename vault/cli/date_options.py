"""Dates as somebody types them behind an option: `yesterday`, `2611`, `lundi dernier`, as they are understood here."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import datetime

    from vault.casework.typed_dates import Lean


def day_of(option: str, *, is_past: bool = True) -> Callable[[str], str]:
    """Return what makes a full day of a text, as YYYY-MM-DD; refusals name the option."""

    def read(text: str) -> str:
        from vault.casework.typed_dates import typed_day

        counted = None if is_past else _counted(text, option)
        return counted or typed_day(text, _today(), option, _lean(is_past=is_past))

    return read


def moment_of(option: str, *, is_past: bool | None = True) -> Callable[[str], str]:
    """Return what makes a date known in part, or a day with a time; None where such a date lies on either side."""

    def read(text: str) -> str:
        from vault.casework.typed_dates import typed_moment

        counted = _counted(text, option) if is_past is False else None
        return counted or typed_moment(text, _today(), option, _lean(is_past=is_past))

    return read


def birth_of(option: str) -> Callable[[str], str]:
    """Return what makes a date of birth, as `moment_of` does: four digits alone are its year."""

    def read(text: str) -> str:
        from vault.casework.typed_dates import typed_birth

        return typed_birth(text, _today(), option)

    return read


def _counted(text: str, option: str) -> str | None:
    """Return the day of `+10wd FR`, and say which it is and which holidays were left out; None for another date."""
    from vault.cli.output import in_words
    from vault.deadlines.working_days import working_days

    found = working_days(text, _today(), option)
    if found is None:
        return None
    sys.stderr.write(f"{in_words(found.told())}\n")
    return found.day.isoformat()


def _lean(*, is_past: bool | None) -> Lean:
    from vault.casework.typed_dates import Lean

    return Lean.EITHER if is_past is None else Lean.PAST if is_past else Lean.COMING


def _today() -> datetime.date:
    from vault.clock import now_ms
    from vault.display import here

    return here(now_ms()).date()
