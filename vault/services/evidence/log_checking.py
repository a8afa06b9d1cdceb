"""Is what is stored what was signed? Checks every log from its rows, and everything that this seat can open."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import groupby

from vault.access.pins.alarms import lasting
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.trust.case_lines import place_of_head
from vault.access.trust.continuity import newest_keys
from vault.access.trust.prover import proven_by, report_of
from vault.access.trust.waiting import is_absence
from vault.errors import MalformedError
from vault.ids import Origin
from vault.index.file import Index
from vault.index.indexing import recount
from vault.log.act_bytes import ActKind, read_act
from vault.log.approval import Listing, Refusal
from vault.log.items import decode_items
from vault.log.list_check import IsErased, check_keys, check_versions, proven_lists
from vault.log.verify import ListedReport, LogReport, verify_log
from vault.policy.roles import Action
from vault.progress import Progress
from vault.records.logs import genesis_bytes_of, genesis_of
from vault.records.versions import open_each
from vault.records.work import Entry
from vault.seal.signing import is_signed_raw
from vault.services.evidence.erasure_checks import hold_breaches, two_person_faults
from vault.services.evidence.stored_checks import (
    NO_CONTENTS,
    AbsentRows,
    Bounds,
    Contents,
    KeyRows,
    altered_keys,
    audits_of,
    awaited_approvals,
    bounds_of,
    check_contents,
    file_faults,
    row_faults,
)
from vault.services.projection import last_done
from vault.services.projection.absences import tell_waiting
from vault.services.projection.approval_checks import approvals_in, refused_uses
from vault.services.projection.authors import NOBODY_KNOWN, names_of_logs
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.raised_alarms import Said, seats_of, without_ended
from vault.store.rows import Rows, in_turn
from vault.validity.authority import Authority
from vault.validity.compartment_access import AccessResolver, all_acts
from vault.validity.deciding_lines import MARK
from vault.validity.proven import Proven, names_its_list
from vault.validity.version_validity import NO_CONTENT, Quarantined, VersionValidator
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message, Value, enumerated, plural

# What is found here with its place, and was told before without it.
_SEEN_HERE_TOO = frozenset({Code.ACT, Code.DATABASE, Code.SCHEMA})
_NAMED_ELSEWHERE = frozenset({"C2", "missing", NO_CONTENT})
# The log has it as its author signed it. What opened here once and opens no more is damage: `Code.SEAL`.
_UNREADABLE = frozenset({Code.CLOSED, Code.EMPTY})
_NO_WRAP = Message("its wrapped key is not here")


class Answer(StrEnum):
    """The three answers of a verification; the words are part of what other programs read."""

    WHOLE = "whole"
    UNREADABLE = "unreadable"  # whole, and some records say nothing to anybody
    ALTERED = "altered"


@dataclass(frozen=True, slots=True)
class Verification:
    """What was checked, of how much, and all that was found, the first bad place first.

    `entries` of `expected` entries in `logs` logs are proven; `size` and `root` are those of this seat's own log; what
    `newer` entries say is not judged, because a newer program wrote them; `on_their_way` are sentences on listed rows
    that may still come, which is no fault; `payloads_closed` were sealed to the auditors of their time, of whom this
    auditor was none; `quarantined` versions are of somebody who had no right to write them, or has none now. What is
    `unreadable` is as its author signed it and no fault: no key opens it, or it is no record; `unread` counts it by
    author, in words.
    """

    logs: int
    entries: int
    expected: int
    versions_opened: int
    payloads_opened: int
    quarantined: int
    size: int
    root: bytes
    faults: tuple[Finding, ...]
    newer: int = 0
    on_their_way: tuple[Message, ...] = ()
    payloads_closed: int = 0
    contents: Contents = NO_CONTENTS
    unreadable: tuple[Finding, ...] = ()
    unread: Value = ""

    @property
    def answer(self) -> Answer:
        if self.faults:
            return Answer.ALTERED
        return Answer.UNREADABLE if self.unreadable else Answer.WHOLE

    @property
    def verified(self) -> bool:
        """Whether all is there as it was signed, readable or not."""
        return self.answer is not Answer.ALTERED


def verify(session: Session, *, progress: Progress = lambda done, total: None) -> Verification:
    """Hash all data again, check every signature, open everything that this seat may, and log the result."""
    rule = session.require(Action.LOG_VERIFY)
    of_the_file = list(file_faults(session))
    index = up_to_date_index(session)
    absent = AbsentRows(session, tell_waiting(session))
    with session.database.reading() as rows:
        bounds = bounds_of(session, rows)
        checked = _Checked(session, rows, bounds, absent)
        origins = sorted(bounds.sizes, key=lambda origin: (origin != session.log.origin, origin))
        total = sum(rows.size(origin) for origin in origins)
        done = 0
        for origin in origins:
            before = done
            checked.log(rows, origin, lambda count, before=before: progress(before + count, total))  # type: ignore[misc]  # the default binds this turn's value
            done += rows.size(origin)
        checked.keys_file(rows)
        checked.strays(rows)
        checked.faults += [*row_faults(session, rows, checked.said), *hold_breaches(session, rows)]
        refused = checked.approvals(rows)
        checked.faults += (contents := check_contents(session, rows, checked.reports, checked.erased(rows))).faults
        checked.faults += malformed_items(session, rows, origins)
        progress(total, total)
    checked.empty()
    checked.absences()
    unread = [*awaited_approvals(session, refused)]
    checked.faults += [gap for gap in unread if not gap.is_news]
    checked.index(index)
    checked.quarantined += len(checked.faults) - len(left := without_ended(session, checked.faults))
    unreadable = tuple(fault for fault in left if fault.code in _UNREADABLE)
    checked.faults = [*of_the_file, *(fault for fault in left if fault.code not in _UNREADABLE)]
    damage = [fault for fault in checked.faults if fault.severity is Severity.FAULT]
    # Exports, grants and erasure wait from here on, as `require_sound_log` says.
    found = lasting(Code.VERIFY, seats=seats_of(session, (fault.origin for fault in damage))) if damage else None
    session.settle_alarms(found)
    told = {Code.VERIFY, *({fault.code for fault in checked.faults} & _SEEN_HERE_TOO)}
    checked.faults += [alarm for alarm in session.faults() if alarm.code not in told]
    size, root = session.log.size, session.log.frontier.root()
    out = "error:found" if checked.faults else "ok:unreadable" if unreadable else "ok"
    session.log_act(Entry(act="log.verify", out=out, pol=rule))
    if not checked.faults:
        last_done.note(session, last_done.Done.VERIFY, session.log.now_ms())
    return Verification(
        logs=len(origins),
        entries=checked.entries,
        expected=total,
        versions_opened=checked.versions_opened,
        payloads_opened=checked.said.opened,
        quarantined=checked.quarantined,
        size=size,
        root=root,
        faults=tuple(checked.faults),
        on_their_way=(*absent.on_their_way, *(gap.message for gap in unread if gap.is_news)),
        newer=checked.said.newer,
        payloads_closed=checked.said.sealed_to_others if checked.said.opened else 0,
        contents=contents,
        unreadable=unreadable,
        unread=_by_name(session, unreadable),
    )


def malformed_items(session: Session, rows: Rows, origins: Iterable[Origin]) -> Iterator[Finding]:
    """Yield each item that should decide who is in and is of no known form: it decides nothing."""
    for origin in origins:
        for row in rows.operations(origin):
            if MARK in row.header and names_its_list(row):
                with suppress(MalformedError):
                    for n, item in enumerate(decode_items(row.list)):
                        if item.decides and item.kind in set(ActKind):
                            try:
                                read_act(item.kind, item.content, session.vault, is_signed_raw)
                            except MalformedError as fault:
                                yield Finding(Code.ITEM, fault.message, origin, row.seq, n, severity=Severity.ABSENCE)


class _Checked:
    """Collects what the checks of one run find."""

    def __init__(self, session: Session, rows: Rows, bounds: Bounds, absent: AbsentRows) -> None:
        self._session = session
        self._absent = absent
        self._bounds = bounds
        self.reports: dict[Origin, LogReport] = {}
        self._ahead: dict[Origin, LogReport] = {}
        self._both: dict[Origin, Proven] = {}
        self.entries = self.versions_opened = self.quarantined = 0
        self.faults: list[Finding] = []
        self._counts: VersionValidator | None = None
        self._erased: IsErased | None = None
        self._key_rows: KeyRows | None = None
        self._approvals: dict[bytes, bytes] = {}
        self.said = Said()

    def log(self, rows: Rows, origin: Origin, progress: Callable[[int], None]) -> None:
        """Check one log without keys (C1 to C3), then what this seat can open of it."""
        genesis = genesis_of(rows, origin)
        certificate = None if genesis is None else self._session.directory.certificate_of(genesis.seat)
        if genesis is None:
            self._whole(origin, Message("the genesis is missing or was altered"))
            return
        if sum(row.origin == origin for row in rows.geneses()) > 1:
            self._whole(origin, Message("a false row stands beside the genesis"))
        if certificate is None or certificate.identity != genesis.identity:
            self._whole(origin, Message("the key that made the genesis belongs to no device of any list of members"))
        report = verify_log(
            genesis_bytes_of(rows, origin) or b"",
            in_turn(rows, origin),
            rows.checkpoints(origin),
            is_signed_raw,
            pins=self._bounds.sizes[origin],
            progress=progress,
        )
        self.reports[origin] = report
        self.entries += report.size
        self._note(report.problems)
        for seq, fault in self._bounds.forks.get(origin, ()):
            self.faults.append(Finding(Code.FORK, fault, origin, seq))
        # All that this seat's own logs list was here once; of others only what it may hold ever came.
        held = self._session.keyring.compartments()
        ours = None if genesis.seat == self._session.seat else {*held, *audits_of(rows)}
        versions = check_versions(
            rows.operations(origin), rows.version_rows(origin), report, is_erased=self.erased(rows), compartments=ours
        )
        self._note_listed(rows, report, versions)
        if self._key_rows is None:
            self._key_rows = KeyRows.read(self._session, rows)
        self._note(self._key_rows.missing(rows, report, is_own=ours is None))
        self._open_versions(rows, origin)
        for false_act in self.said.read(rows, self._session.auditor(), origin, self._proven(rows, origin)):
            self._fault(false_act)

    def erased(self, rows: Rows) -> IsErased:
        """Return what says which listed versions were erased rightly."""
        if self._erased is None:
            self._erased = self._validator(rows).erased()
        return self._erased

    def keys_file(self, rows: Rows) -> None:
        """Check that the `keys` file is the newest that the logs list for this folder."""
        file = read_key_file(self._session.folder.keys)
        newest = newest_keys(rows, file.header.folder, self._session.directory, self.reports)
        # Whoever has a seat in this folder changes the file; which of the newest ones is the later, pins remember.
        for origin in () if file.digest() in newest.values() else sorted(newest.keys() & self.reports.keys()):
            found = check_keys(rows.operations(origin), file.header.folder, file.digest(), self.reports[origin])
            self._note(found)

    def absences(self) -> None:
        """Name what is missing by other signs than a list."""
        named = {(fault.origin, fault.seq, fault.n) for fault in self.faults if fault.severity is Severity.ABSENCE}
        for message in self._absent.unnamed(named):
            self.faults.append(Finding(Code.ABSENT, message, severity=Severity.ABSENCE))

    def index(self, index: Index) -> None:
        """Count the index again; where it holds something else than its digest says, make it anew."""
        counted = recount(index)
        if counted is None or counted == index.digest():
            return
        self._session.remake_index()
        up_to_date_index(self._session)
        self.faults.append(Finding(Code.INDEX, Message("the index did not match its digest: it was made again")))

    def strays(self, rows: Rows) -> None:
        """Name rows of logs without a beginning; and epochs and grants that no log lists, where all could tell."""
        for origin in rows.origins():
            if origin not in self._bounds.sizes:
                self._whole(Origin(origin), Message("rows of a log whose genesis is not here"))
        stored = {row.digest for row in rows.epochs()} | {row.epoch + row.seat for row in rows.grants()}
        if any(fault.code not in _UNREADABLE for fault in self.faults):
            return
        for report in self.reports.values():
            for _, items in proven_lists(rows.operations(report.origin), report):
                stored -= {item.digest for item in items}
        self.faults += [
            Finding(Code.UNLISTED, Message("no log lists the key or grant {digest}", digest=digest.hex()))
            for digest in sorted(stored | altered_keys(rows))
        ]

    def approvals(self, rows: Rows) -> list[tuple[Listing, Refusal]]:
        """Name acts of two persons without an approval, and invalid uses; return these: some may be on their way."""
        refused = refused_uses(self._session, rows, self._approvals, self.said.kept)
        for fault in two_person_faults(self._session, rows, refused, self.said.kept):
            self._fault(fault)
        return refused

    def _open_versions(self, rows: Rows, origin: Origin) -> None:
        session = self._session
        opened_places: set[tuple[int, int]] = set()
        for place, at_place in groupby(rows.versions_from(origin, 0), key=lambda row: (row.seq, row.n)):
            group = list(at_place)
            if not session.keyring.epochs_of(group[0].compartment):
                continue
            opened_places.add(place)
            opened, refusals = open_each(group, vault=session.vault, keyring=session.keyring)
            self.versions_opened += len(opened)
            for version in opened:
                self._approvals |= approvals_in(version.content)
            if (refusals or not opened) and (damage := self._absent.damage(rows, group, refusals)):
                self._fault(Finding(Code.SEAL, damage, origin, *place))
        report = self.reports[origin]
        for row in rows.version_rows(origin):
            if session.keyring.epochs_of(row.compartment) and (row.seq, row.n) not in opened_places:
                # A version without a wrap is as absent as one without a row (FORMAT.md 5).
                lacking = Finding(Code.ABSENT, _NO_WRAP, origin, row.seq, row.n, severity=Severity.ABSENCE)
                if self._absent.is_fault(rows, report, lacking, self._validator(rows)):
                    self._fault(replace(lacking, code=Code.WRAP))
        for judged in self._validator(rows).judge(origin, 0, self._proven(rows, origin)):
            if not isinstance(judged, Quarantined):
                continue
            self.quarantined += judged.is_unentitled
            if is_absence(judged) and judged.check == "C6":
                self._by_author(Code.CLOSED, judged, Message("no wrapped key that is here opens it"))
            elif not (judged.is_pending or judged.is_unentitled) and judged.check not in _NAMED_ELSEWHERE:
                message = Message("what was written is not valid: it fails check {check}", check=judged.check)
                self._fault(Finding(Code.QUARANTINED, message, origin, judged.seq, judged.n))

    def empty(self) -> None:
        """Name what opened and holds no record."""
        for finding in filter(lambda found: found.says_nothing, self._session.quarantine):
            self._by_author(Code.EMPTY, finding, Message("what its author wrote is no record"))

    def _by_author(self, code: Code, finding: Quarantined, message: Message) -> None:
        """Name what nobody can read; it is quarantined once its author was taken off there or ended (FORMAT.md 6)."""
        if not self._absent.is_expected(finding):
            self.quarantined += 1
            return
        self._fault(Finding(code, message, finding.origin, finding.seq, finding.n, severity=Severity.ABSENCE))

    def _validator(self, rows: Rows) -> VersionValidator:
        if self._counts is None:
            session = self._session
            authority = Authority(rows, session.directory, lambda log, _: self._proven(rows, log))
            acts = all_acts(rows)
            access = AccessResolver(
                authority, lambda _: acts, lambda head: place_of_head(session.directory, rows, head)
            )
            self._counts = VersionValidator(rows, session.vault, session.keyring, access)
        return self._counts

    def _proven(self, rows: Rows, origin: Origin) -> Proven:
        """Return how far another log is proven, which may come later in this run."""
        if origin not in self._both:
            report = self.reports.get(origin) or self._ahead.setdefault(origin, report_of(rows, origin))
            self._both[origin] = proven_by(rows, report)
        return self._both[origin]

    def _note_listed(self, rows: Rows, report: LogReport, found: ListedReport) -> None:
        """Note what is wrong with listed things, but not the absence of what is on its way, or owed to nobody."""
        validator = self._validator(rows)
        is_fault = self._absent.is_fault
        self._note(each for each in found.problems if is_fault(rows, report, each, validator))

    def _note(self, problems: Iterable[Finding]) -> None:
        for problem in problems:
            self.faults.append(replace(problem, severity=Severity.ABSENCE) if problem.code is Code.ABSENT else problem)

    def _whole(self, origin: Origin, fault: Message) -> None:
        self.faults.append(Finding(Code.GENESIS, fault, origin))

    def _fault(self, found: Finding) -> None:
        """Name what is wrong with an entry; with a thing that it lists, only what was found first."""
        assert found.seq is not None  # noqa: S101 - it lies at a place; for the type checker
        message = Message("operation {seq}: {fault}", seq=found.seq, fault=found.message)
        placed = replace(found, message=message)
        named = (fault for fault in self.faults if fault.code not in _UNREADABLE or found.code in _UNREADABLE)
        is_named = any((f.subject, f.seq, f.n) == (found.subject, found.seq, found.n) for f in named)
        if placed not in self.faults and not (is_named and found.n is not None):
            self.faults.append(placed)


def _by_name(session: Session, unreadable: Sequence[Finding]) -> Value:
    """Return how many records of whom cannot be read, in words; an author may have several logs."""
    names = names_of_logs(session, (finding.origin for finding in unreadable))
    counts = Counter(names[log] if (log := found.origin) in names else NOBODY_KNOWN for found in unreadable)
    return enumerated(
        [
            plural("{count} record of {name}", "{count} records of {name}", count=count, name=name)
            for name, count in sorted(counts.items())
        ]
    )
