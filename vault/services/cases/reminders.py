"""The times at which something is due, without a word: what may be said of a vault while it is locked."""

from __future__ import annotations

import datetime

from vault.access.session import Session
from vault.display import here
from vault.index.dated import due
from vault.index.rows import NO_DATE

MOST_TIMES = 32
STEP_SECONDS = 5 * 60
_LOOKED_AT = 256
_DAYS_AHEAD = 14
_FULL_DAY = len("2026-11-27")
_MORNING = "09:00"  # of what is due on a day without a time


def times_due(session: Session, *, now_s: int) -> tuple[int, ...]:
    """Return when something is due within two weeks, as seconds since 1970 in steps of five minutes, soonest first.

    At most 32, each once: neither how many things are due nor of which case shows. What was due before `now_s` is left
    out: whoever unlocks sees it. A day or a time is that of this computer's place.
    """
    until = here(now_s * 1000) + datetime.timedelta(days=_DAYS_AHEAD)
    found = set[int]()
    for row in due(session.index(), until.date().isoformat(), limit=_LOOKED_AT):
        if row.when == NO_DATE or len(row.when) < _FULL_DAY or row.when.endswith("~"):
            continue
        written = row.when if "T" in row.when else f"{row.when}T{_MORNING}"
        moment = int(datetime.datetime.fromisoformat(written).astimezone().timestamp())
        if moment > now_s:
            found.add(moment // STEP_SECONDS * STEP_SECONDS)
    return tuple(sorted(found)[:MOST_TIMES])
