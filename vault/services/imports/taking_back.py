"""Take back the last import of a list as a whole: within ten minutes, before any bundle, while nobody built on it.

Each case goes in an entry of its own, as if somebody had erased one case: nobody else ever had it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from vault.access.session import Session
from vault.casework.case import Case, Section
from vault.casework.intake import RegisterEntry
from vault.durations import MINUTE_MS
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, Origin
from vault.policy.roles import Action
from vault.records.seatlog import decoded
from vault.records.versions import OpenedVersion, open_each
from vault.records.work import Entry, joined_transaction
from vault.seal.purposes import Purpose
from vault.services.cases.holds import require_none
from vault.services.cases.undoing import UNDO_MINUTES
from vault.services.erasures.removing import begin, finish
from vault.services.projection.folder_row import offered_of
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.store.rows import Rows
from vault.store.rowtypes import PlacedVersion
from vault.words.message import Message, plural

# Which entries of this seat's log its last import of a list made, so that they can be taken back (FORMAT.md 7).


class Mark(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The log, its entries from `first` to before `last`, and when they were made, ms UTC."""

    origin: bytes
    first: int
    last: int
    made_ms: int


def keep_mark(session: Session, rows: Rows, mark: Mark | None) -> None:
    """Put the mark in place of the one before; None where the import was taken back."""
    if mark is None:
        rows.delete_local(session.seat, Purpose.IMPORTED)
    else:
        rows.put_local(session.log.place.seal_row(Purpose.IMPORTED, msgspec.msgpack.encode(mark)))


def mark_of(session: Session) -> Mark | None:
    """Return the mark of the last import, or None.

    Raises:
        MalformedError, BrokenSealError: the row was altered.
    """
    with session.database.reading() as rows:
        content = session.log.place.content(rows, Purpose.IMPORTED)
    refusal = Message("the row of the last import cannot be read")
    return None if content is None else decoded(content, Mark, refusal)


_LOOK_FIRST = Message("Look at the cases. What is wrong in them can be corrected, and a case can be closed or erased.")


@dataclass(frozen=True, slots=True)
class LastImport:
    """The cases that the last import made, while they can be taken back."""

    cases: tuple[CompartmentId, ...]


@dataclass(frozen=True, slots=True)
class _GoingCase:
    audit: bytes
    versions: tuple[PlacedVersion, ...]
    entries: tuple[PlacedVersion, ...]  # of the register, about its people
    kinds: Counter[str]


def last_import(session: Session) -> LastImport:
    """Return what the last import made, if it can be taken back.

    Raises:
        NotFoundError: nothing was imported in the last ten minutes.
        RefusedError: a bundle was made since, or somebody built on one of the cases.
    """
    session.require(Action.CASE_CREATE)
    return LastImport(tuple(_untouched(session, _mark(session))[0]))


def take_back(session: Session) -> int:
    """Take back what the last import made, all of it or nothing; return how many cases went.

    Raises:
        NotFoundError, RefusedError: as `last_import`; or a case is on legal hold.
        VerificationError: something of the cases is missing here.
    """
    rule = session.require(Action.CASE_CREATE)
    mark = _mark(session)
    found, registered = _untouched(session, mark)
    for case in found:
        session.require(Action.CASE_ERASE, case)
    session.require_sound_log(*found)
    require_none(session, tuple(found))
    going = [
        _GoingCase(
            audit_of(session, case),
            tuple(PlacedVersion(v.origin, v.seq, v.n, v.id, v.compartment, v.record) for v in versions),
            tuple(entry for entry in registered if entry.seq in {v.seq for v in versions}),
            Counter(v.content.kind for v in versions),
        )
        for case, versions in found.items()
    ]
    versions = [version for gone in going for version in (*gone.versions, *gone.entries)]
    begin(session, versions)
    with session.index().in_doubt():
        with joined_transaction(session.log) as stored:
            for gone in going:
                _erase(session, gone, rule)
            keep_mark(session, stored, None)
        finish(session)
    return len(going)


def _erase(session: Session, going: _GoingCase, rule: str) -> None:
    with session.work() as work:
        for version in (*going.versions, *going.entries):
            work.erase_placed(version)
        covers = going.kinds + Counter({RegisterEntry.KIND: len(going.entries)})
        work.commit(Entry(act="erase", why="mistake", obj=going.audit, covers=covers, pol=rule))


def _mark(session: Session) -> Mark:
    mark = mark_of(session)
    if mark is None or mark.made_ms < session.log.now_ms() - UNDO_MINUTES * MINUTE_MS:
        raise NotFoundError(
            plural(
                "you imported nothing in the last minute that can be taken back",
                "you imported nothing in the last {count} minutes that can be taken back",
                count=UNDO_MINUTES,
            )
        )
    if mark.first < offered_of(session, Origin(mark.origin)):
        raise RefusedError(
            Message("a bundle was made since then, or something was moved into a section: what you imported stays"),
            next_step=_LOOK_FIRST,
        )
    return mark


def _untouched(
    session: Session, mark: Mark
) -> tuple[dict[CompartmentId, Sequence[OpenedVersion]], list[PlacedVersion]]:
    """Return what stands in each case of the import, the beginning of each last, and its entries of the register.

    Raises:
        RefusedError: something in one of them is not of the import.
    """
    up_to_date_index(session)
    registers = set(held_of_kind(session, CompartmentKind.REGISTER))
    with session.database.reading() as rows:
        written = [row for row in rows.version_rows(Origin(mark.origin), mark.first) if row.seq < mark.last]
        cases = list(
            dict.fromkeys(CompartmentId(row.compartment) for row in written if row.compartment not in registers)
        )
        stored = {case: (rows.placed(case), rows.versions(case)) for case in cases}
    if not stored:
        raise NotFoundError(Message("what you imported is gone already"))
    found: dict[CompartmentId, Sequence[OpenedVersion]] = {}
    for case, (placed, sealed) in stored.items():
        own = [row for row in placed if row.origin == mark.origin and mark.first <= row.seq < mark.last]
        opened, _ = open_each(sealed, vault=session.vault, keyring=session.keyring)
        if len(own) < len(placed) or len(opened) < len(placed):
            raise RefusedError(
                Message("somebody has written in one of the cases since: the import cannot be taken back"),
                next_step=_LOOK_FIRST,
            )
        found[case] = sorted(opened, key=lambda version: version.content.kind == Case.KIND)
    if _has_section(session, found):
        raise RefusedError(
            Message("one of the cases has a restricted section by now: the import cannot be taken back"),
            next_step=_LOOK_FIRST,
        )
    entries = [row for row in written if row.compartment in registers]
    return found, [PlacedVersion(row.origin, row.seq, row.n, row.id, row.compartment, row.record) for row in entries]


def _has_section(session: Session, cases: dict[CompartmentId, Sequence[OpenedVersion]]) -> bool:
    for section in held_of_kind(session, CompartmentKind.SECTION):
        with session.database.reading() as rows:
            opened, _ = open_each(rows.versions(section), vault=session.vault, keyring=session.keyring)
        if any(
            version.content.kind == Section.KIND and version.content.fields.get("case") in cases for version in opened
        ):
            return True
    return False
