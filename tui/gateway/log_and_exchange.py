"""The log, exchange by bundles and lists, and what colleagues erased and is still here."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from tui.drawn.bars import ALONE, EXPORT, GRANT, REFUSED
from tui.gateway.unlocked_vault import Subject
from tui.values.cases_shown import LogLineShown, LogShown
from tui.values.code_words import EXPORTS, GRANTS
from tui.values.exchange_shown import StandingShown
from vault.display import DAY, time_data
from vault.log.payload import Payload
from vault.policy.roles import Action
from vault.services.evidence import logbook
from vault.services.evidence.logbook import LogLine
from vault.services.exchange import known_peers
from vault.services.projection.authors import NOBODY_KNOWN, names_of_logs

# The log, as lines for the screens.

_LOG_LINES: Final = 1000
_EVERY: Final = sys.maxsize


class Evidence(Subject):
    """Reads the log."""

    def read_log(self) -> LogShown:
        """Return the newest entries of all logs, and how many there are on each day."""
        self._session.require(Action.LOG_READ, tried=False)  # who comes to verify it did not ask for this
        page = logbook.newest(self._session, limit=_EVERY)
        lines = page.lines[:_LOG_LINES]
        by = names_of_logs(self._session, (line.origin for line in lines))
        named = logbook.names_of_objects(self._session, lines)
        refs = logbook.references(self._session, lines)
        shown = tuple(_log_line(line, by.get(line.origin, NOBODY_KNOWN), named, refs) for line in lines)
        return LogShown(shown, page.total, _days(page.lines))


def _log_line(line: LogLine, by: str, named: Mapping[bytes, str], refs: Mapping[bytes, str]) -> LogLineShown:
    payload = line.payload
    if payload is None:
        return LogLineShown(line.seq, None, by, "?", line.fault or "", "", "", "", "")
    case = "" if payload.obj is None else refs.get(payload.obj, f"~{payload.obj.hex()[:8]}")
    covers = logbook.covers_in_words(payload)
    whom = ", ".join(named[obj] for obj in payload.objs if obj in named)
    act, why = logbook.told(payload)
    return LogLineShown(line.seq, payload.t, by, act, payload.out, case, why, covers, whom)


def _days(lines: Iterable[LogLine]) -> dict[date, tuple[int, str]]:
    """Return for each day how many entries it has, and the letters of what matters among them."""
    counts: Counter[date] = Counter()
    letters: dict[date, set[str]] = defaultdict(set)
    for line in lines:
        day = None if line.payload is None else time_data(line.payload.t, DAY, zone=None)
        if line.payload is not None and day is not None:
            counts[date.fromisoformat(day)] += 1
            letters[date.fromisoformat(day)] |= _letters(line.payload)
    return {day: (count, "".join(sorted(letters[day]))) for day, count in counts.items()}


def _letters(payload: Payload) -> set[str]:
    way, _, code = payload.out.partition(":")
    is_done = way == "ok"
    found = {
        EXPORT: is_done and payload.act in EXPORTS,
        GRANT: is_done and payload.act in GRANTS,
        ALONE: code == "alone",
        REFUSED: way == "denied",
    }
    return {letter for letter, holds in found.items() if holds}


# How far others know of what is here, and exchange with other programs by lists.


class Exchange(Subject):
    """Says how far others are, and writes lists that are empty."""

    def standing(self, *, counts: bool = True) -> StandingShown:
        """Return what would be lost with this computer, and how far the others know of it; see `standing.with_whom`."""
        session = self._session
        known = session.dates
        return StandingShown(
            known.backup,
            known.verify,
            known.drill if known.proven else None,
            known.lack_of_sheets or "",
            known_peers.with_whom(session, counts=counts),
            *self._unlocked.last_import,
        )
