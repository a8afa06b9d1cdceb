"""The times at which something is due, without a word: what may be said of a vault while it is locked."""

from __future__ import annotations

import datetime

from vault.access.session import Session
from vault.display import here
from vault.index.dated import times_between
from vault.services.projection.projection import up_to_date_index

MOST_TIMES = 32
STEP_SECONDS = 5 * 60
_TURN = 4  # times of one case before more of any
_LOOKED_AT = 8 * MOST_TIMES
_DAYS_AHEAD = 14
_MORNING = "09:00"  # of what is due on a day without a time


def times_due(session: Session, *, now_s: int) -> tuple[int, ...]:
    """Return when something is due within two weeks, as seconds since 1970 in steps of five minutes, soonest first.

    At most 32, each once: neither how many things are due nor of which case shows. What was due before `now_s` is left
    out: whoever unlocks sees it. A day or a time is that of this computer's place. Of each case four times come before
    more of any. What a grant gave that expired meanwhile is not in it.
    """
    now = here(now_s * 1000)
    until = now + datetime.timedelta(days=_DAYS_AHEAD)
    index = up_to_date_index(session)
    found = dict[int, None]()
    days = now.date().isoformat(), until.date().isoformat()
    for when in times_between(index, *days, turn=_TURN, limit=_LOOKED_AT):
        written = when if "T" in when else f"{when}T{_MORNING}"
        moment = int(datetime.datetime.fromisoformat(written).astimezone().timestamp())
        if moment > now_s:
            found[moment // STEP_SECONDS * STEP_SECONDS] = None
    return tuple(sorted(list(found)[:MOST_TIMES]))
