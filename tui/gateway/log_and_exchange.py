"""The log and its verification, exchange by bundles and lists, and what colleagues erased and is still here."""

from __future__ import annotations

import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from pathlib import Path
from typing import Final

from tui.drawn.bars import ALONE, EXPORT, GRANT, REFUSED
from tui.gateway.unlocked_vault import Subject, UnlockedVault, telling
from tui.text.in_words import in_words
from tui.values.cases_shown import Checked, LogLineShown, LogShown
from tui.values.code_words import EXPORTS, GRANTS
from tui.values.exchange_shown import ErasureShown, ListShown, ResultText, StandingShown
from vault.acts.bundle import IMPORT
from vault.display import DAY, time_data
from vault.errors import UsageError
from vault.log.payload import Payload
from vault.policy.roles import Action
from vault.progress import Progress, Stopped
from vault.services.erasures import arrived, retention, standing_again
from vault.services.evidence import log_checking, logbook
from vault.services.evidence.logbook import LogLine
from vault.services.exchange import known_peers
from vault.services.imports import case_import, import_words, taking_back
from vault.services.imports.case_import import Answer, Preview, Way
from vault.services.projection.authors import NOBODY_KNOWN, names_of_logs
from vault.store.files import write_new
from vault.words.message import Message, Words, plural

# What shows that all is there and as it was: the log, and its verification.

_LOG_LINES: Final = 1000
_EVERY: Final = sys.maxsize


class Evidence(Subject):
    """Reads and checks the log."""

    def read_log(self) -> LogShown:
        """Return the newest entries of all logs, and how many there are on each day."""
        page = logbook.newest(self._session, limit=_EVERY)
        lines = page.lines[:_LOG_LINES]
        by = names_of_logs(self._session, (line.origin for line in lines))
        named = logbook.names_of_objects(self._session, lines)
        refs = logbook.references(self._session, lines)
        shown = tuple(_log_line(line, by.get(line.origin, NOBODY_KNOWN), named, refs) for line in lines)
        return LogShown(shown, page.total, _days(page.lines))

    def verify(self, progress: Progress, stopped: Stopped) -> Checked:
        """Check all that is stored; stopped before the end, nothing is logged."""
        found = log_checking.verify(self._session, progress=telling(progress, stopped))
        covered = Message(
            "{entries} of {expected} entries in {logs} are proven; opened: {versions}, and what {payloads} say",
            entries=found.entries,
            expected=found.expected,
            logs=plural("{count} log", "{count} logs", count=found.logs),
            versions=plural("{count} saved change", "{count} saved changes", count=found.versions_opened),
            payloads=plural("{count} entry", "{count} entries", count=found.payloads_opened),
        )
        said = ". ".join((in_words(covered), *(in_words(message).rstrip(".") for message in found.on_their_way)))
        whose = names_of_logs(self._session, (fault.origin for fault in found.faults))
        faults: list[Words] = [
            Message("log of {name}, {fault}", name=whose[fault.origin], fault=fault.message)
            if fault.origin in whose
            else fault.message
            for fault in found.faults
        ]
        unread = Message("{unread} cannot be read", unread=found.unread) if found.unreadable else ""
        return Checked(found.verified, said, found.root.hex(), tuple(faults), found.entries, unread)


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
_MOST_FAULTS = 12


class Exchange(Subject):
    """Lists. Where it is stopped, nothing was made."""

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._preview: Preview | None = None
        self._to_mend: tuple[Preview, Path] | None = None

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
            *self._unlocked.came_of.get(IMPORT.name, (0, ())),
        )

    def write_template(self, out: Path) -> ResultText:
        """Write an empty list of cases, CSV or XLSX by the ending of its name."""
        write_new(out, case_import.template(out.suffix))
        return ResultText((Message("The empty list is at {path}.", path=out),))

    def look_at_list(self, file: Path, kind: str) -> ListShown:
        """Say what a list would make and what is wrong in it; it is kept until it is made, or another is looked at."""
        self._preview = self._to_mend = None
        preview = case_import.preview(self._session, file, kind=kind)
        faults = import_words.fault_lines(preview, _MOST_FAULTS)
        if not preview.rows:
            return ListShown(tuple(faults), is_faulty=True)
        self._preview, place = preview, case_import.place_to_mend(file)
        self._to_mend = (preview, place) if faults else None
        return ListShown(
            (*faults, *import_words.preview_lines(self._session, preview)),
            {way.value: len(known) for way, known in preview.known.items()},
            to_mend=import_words.to_mend_question(preview, place) if faults else "",
        )

    def make_list(self, answers: Mapping[str, str], progress: Progress, stopped: Stopped) -> ResultText:
        """Make the cases of the list that was looked at, all or none, but for rows with a fault.

        `answers` say what happens in each way.
        """
        if self._preview is None:
            raise UsageError(Message("look at the list first"))
        chosen = {Way(way): Answer(answer) for way, answer in answers.items()}
        made = case_import.make_cases(self._session, self._preview, chosen, progress=progress, cancelled=stopped)
        self._preview = None
        mend = () if self._to_mend is None else import_words.to_mend_lines(self._to_mend[0], None)
        return ResultText((*import_words.made_lines(made, {}), *mend), pending=bool(made.to_join or mend))

    def write_to_mend(self) -> ResultText:
        """Write the rows with a fault of the list that was made beside it, in clear; say where they are."""
        if self._to_mend is None:
            return ResultText(())
        (preview, place), self._to_mend = self._to_mend, None
        case_import.write_to_mend(preview, place)
        return ResultText(tuple(import_words.to_mend_lines(preview, place)))

    def take_list_back(self) -> ResultText:
        """Take back what the last list made, all of it."""
        count = taking_back.take_back(self._session)
        told = plural("{count} imported case is taken back.", "{count} imported cases are taken back.", count=count)
        return ResultText((told,))


# What colleagues erased and is still here, and what is past its time.
class Erasing(Subject):
    """Reads what can be erased now."""

    def waiting(self) -> tuple[ErasureShown, ...]:
        """Return what colleagues erased and is still here, what stands again, and cases past their time."""
        arrived.note(self._session, arrived.look(self._session))
        found = [
            ErasureShown(
                line.name, line.records, line.goes_ms, line.by, is_held=line.is_held, back_ms=line.brings_back_ms
            )
            for line in arrived.waiting(self._session)
        ]
        again = standing_again.standing_again(self._session)
        stands = [ErasureShown(each.name, 1, what=f"{each.home.hex()}/{each.record.hex()}") for each in again]
        due = retention.overdue(self._session) if self._may(Action.CASE_LIST) else []
        cases = [ErasureShown(each.ref, 0, is_held=each.is_held, what=each.case.hex(), due=each.since) for each in due]
        return (*found, *stands, *cases)
