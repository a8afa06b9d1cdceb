"""Keep the member's index level with the logs: after a commit, after a crash, and from nothing, by the one way."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import replace
from functools import partial
from itertools import islice
from typing import NamedTuple

import msgspec

from vault.access.pins.alarms import lasting
from vault.access.session import Session
from vault.access.trust.case_lines import access_of, put_out_of, told_by
from vault.casework.case import Case
from vault.casework.disclosure import Disclosure
from vault.casework.document import Document
from vault.casework.intake import RegisterEntry
from vault.casework.note import Note, contact_day
from vault.casework.person import Person, SafeContact
from vault.casework.story import STORY
from vault.casework.story.events import deadline_given_by
from vault.casework.traits import traits_of
from vault.casework.vocabulary import Channel, PersonRole
from vault.errors import MalformedError, NotFoundError, VaultError, VerificationError
from vault.ids import DIGEST_SIZE, ID_SIZE, CompartmentId, CompartmentKind, Origin, RecordId, SeatId, VersionId
from vault.index.case_pages import closed_cases, page
from vault.index.entries import (
    CaseColumns,
    DatedColumns,
    IndexedRecord,
    PersonColumns,
    RegisterColumns,
    RemovedCompartment,
    RemovedRecord,
)
from vault.index.file import Index, is_ahead
from vault.index.heads import heads_in, records_of, versions_in
from vault.index.indexing import apply
from vault.index.search_text import sort_key
from vault.log.genesis import NamedHistory
from vault.log.items import ItemKind
from vault.log.tree import bytes_digest
from vault.policy.roles import Role
from vault.progress import Progress
from vault.records.logs import genesis_of
from vault.records.versions import OpenedVersion, from_fields, of_kind
from vault.services.projection.absences import author_of, tell_waiting
from vault.services.projection.expired_rights import hide_expired_cases
from vault.services.projection.raised_alarms import notice_false_acts, notice_findings
from vault.services.projection.stored_records import extracted_text, read_heads, read_valid_at, read_versions
from vault.store.rows import Rows
from vault.store.schema import content_faults
from vault.validity.proven import Proven, items_in
from vault.validity.version_validity import NO_CONTENT, Quarantined, VersionValidator
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message

# What was valid may become invalid: a taking of somebody, here or in a case, or another history of a log.

_OF_A_SEAT = b"seat"
_OF_A_CASE = b"case"


class _Cut(NamedTuple):
    """A log, and its first entry that may no longer count."""

    origin: Origin
    first: int


def _recount(session: Session, index: Index) -> None:
    """Have the index ask again for every case in which it holds work that a cut has left out since."""
    known, cursor = index.cutoffs(), index.cursor()
    cutoffs: set[bytes] = set()
    ended: set[bytes] = set()
    with session.database.reading() as rows:
        judged = {_mark_of_seat(session, seat): seat for seat in session.directory.known}
        changed = {mark: seat for mark, seat in judged.items() if mark not in known}
        cutoffs.update(changed)
        before = {mark[len(_OF_A_SEAT) :][:ID_SIZE] for mark in known if mark.startswith(_OF_A_SEAT)}
        changed = {mark: seat for mark, seat in changed.items() if seat in before}
        ended |= {mark for mark in known if mark.startswith(_OF_A_SEAT)} - judged.keys()
        logs = _logs(rows) if cursor and changed else {}
        cuts = [_Cut(origin, 0) for seat in changed.values() for origin in logs.get(seat, ())]
        in_doubt = told_by(session, {cut.origin for cut in cuts}, _held(session))  # whom these let in
        taken = _marks_of_cases(session)
        anew = {case for mark, case in taken.items() if mark not in known}
        cutoffs |= taken.keys() - known
        gone = {mark for mark in known if mark.startswith(_OF_A_CASE)} - taken.keys()
        ended |= gone
        anew |= {CompartmentId(mark[len(_OF_A_CASE) :][:ID_SIZE]) for mark in gone}
        for displaced in _displaced(session, rows, {*cursor, *index.passed}) - known:
            cutoffs.add(displaced)
            cuts.append(_Cut(Origin(displaced), 0))
        for origin in map(Origin, {*cursor, *index.passed}):  # a log without a version moves no cursor
            parted = session.prover.parted(rows, origin)
            if parted is not None and (mark := _mark(session.prover.seen(rows, origin))) not in known:
                cutoffs.add(mark)
                cuts.append(_Cut(origin, parted.undisputed))
        touched = {*_touched(rows, cuts, cursor), *in_doubt, *anew}
        held = sorted(compartment for compartment in touched if session.holds(compartment))
        places = rows.places_in(held)
    if cutoffs or ended:
        apply(index, map(RemovedCompartment, held), {}, pending=places, cutoffs=cutoffs, ended=ended)


def _marks_of_cases(session: Session) -> dict[bytes, CompartmentId]:
    """Return what names the put-outs in effect in each case held here that has any: another where that changes."""
    cases = put_out_of(session, _held(session))
    found = dict[bytes, CompartmentId]()
    for case, state in session.states_of(cases).items():
        if state is not None and state.case is not None:
            takings = sorted(act.digest for act in state.case.takings)
            found[_OF_A_CASE + case + bytes_digest(takings)] = case
    return found


def _held(session: Session) -> list[CompartmentId]:
    return [CompartmentId(compartment) for compartment in session.keyring.compartments()]


def _mark_of_seat(session: Session, seat: SeatId) -> bytes:
    """Return what names how far the entries of a seat count, and with which roles: another where that changes."""
    organisation = session.directory.organisation
    given = organisation.given_to(organisation.members[seat])
    acts = sorted(act.digest for act in (*organisation.takings_of(seat), *given))
    return _OF_A_SEAT + seat + b"".join(acts)


def _mark(seen: Sequence[NamedHistory]) -> bytes:
    """Return what names both histories of a log as far as they are here: when one goes on, it is another."""
    return b"".join(end.origin + end.size.to_bytes(8, "big") + end.root for end in sorted(seen))


def _displaced(session: Session, rows: Rows, origins: Collection[bytes]) -> set[bytes]:
    """Return which of the logs that the index has read are none of the first of their seat any more."""
    authority = session.authority(rows)
    return {origin for origin in origins if not authority.is_log_that_counts(origin)}


def _logs(rows: Rows) -> Mapping[SeatId, list[Origin]]:
    logs: dict[SeatId, list[Origin]] = {}
    for name in dict.fromkeys(Origin(row.origin) for row in rows.geneses()):
        genesis = genesis_of(rows, name)
        if genesis is not None:
            logs.setdefault(SeatId(genesis.seat), []).append(name)
    return logs


def _touched(rows: Rows, cuts: Sequence[_Cut], cursor: Mapping[bytes, int]) -> set[CompartmentId]:
    """Return in which compartments something lies beyond one of these cuts; each log is read once."""
    first: dict[Origin, int] = {}
    for cut in cuts:
        first[cut.origin] = min(cut.first, first.get(cut.origin, cut.first))
    last = {origin: _last_in(rows, origin, start, cursor.get(origin, 0)) for origin, start in first.items()}
    return {compartment for cut in cuts for compartment, seq in last[cut.origin].items() if seq >= cut.first}


def _last_in(rows: Rows, origin: Origin, start: int, stop: int) -> dict[CompartmentId, int]:
    """Return compartment -> the last entry from `start` on that wrote there, up to where the index is."""
    written = rows.version_rows(origin, start, stop) if start < stop else ()
    return {CompartmentId(row.compartment): row.seq for row in written}


INDEX_REMADE = Message("The index did not match what this account remembers of it: it was made again.")
_BATCH = 2_000
_BATCH_OF_A_NEW_INDEX = 16_000  # holds its lock for 1.5 s, where nobody looks for anything yet
_NEAR = 16
_CASES_OPENED = 256
_MOST_PASSED = 256


def up_to_date_index(session: Session, *, progress: Progress = lambda done, total: None) -> Index:
    """Return the index after bringing into it every version that is valid and that it lacks.

    What an acknowledged commit wrote and a crash kept from the index comes in here, at the next use. What is missing
    or is not valid becomes an alarm; the first use in a session asks again for what did not count in earlier ones.
    """
    session.name_refused_by(partial(audit_of, session))
    index = _index_as_remembered(session)
    with session.database.reading() as rows:
        sizes = {row.origin: rows.size(row.origin) for row in rows.geneses()}
    cursor = index.cursor()
    if is_ahead(cursor, sizes):
        index, cursor = session.remake_index(), {}
    if index.was_made and not index.was_asked:
        _notice_two_answers(session)
    starts = {origin: max(cursor.get(origin, 0), index.passed.get(origin, 0)) for origin in sizes}
    behind = [(origin, starts[origin], size) for origin, size in sizes.items() if size > starts[origin]]
    total = sum(size - start for _, start, size in behind)
    found: list[Quarantined] = []
    asks = not index.was_asked
    for name, start, size in behind:
        origin = Origin(name)
        known = _proven(session, origin, start, size)
        asks |= origin != session.log.origin and known.size > start
        found += _catch_up_with(session, index, origin, start=start, known=known)
        if not index.was_made:
            _let_erased_go(session, index, origin, start, known.size)
        if origin != session.log.origin and Role.AUDITOR in session.roles:
            notice_false_acts(session, origin, start, known)
        if known.size < size:
            found.append(Quarantined(origin, known.size, None, "C3"))
        progress(size - start, total)
    if asks and Role.AUDITOR in session.roles:
        _notice_in_other_histories(session, sizes)
    if behind and index.was_made:
        index.ready_lists()
    if asks:
        _recount(session, index)
    if behind or asks or index.hides != session.hidden:
        hide_expired_cases(session, index)
        asks |= not index.was_asked
    if asks:
        index.was_asked = True
        unproven = [finding for finding in found if finding.check == "C3" and finding.n is None]
        session.quarantine[:] = dict.fromkeys([*revalidate(session, index), *unproven])
    elif found:
        session.quarantine[:] = dict.fromkeys([*session.quarantine, *found])
    notice_findings(session, session.quarantine, author_of)
    tell_waiting(session)
    return index


def _notice_in_other_histories(session: Session, logs: Iterable[bytes]) -> None:
    """Tell an auditor of false acts in logs of which a second history came in behind what was read."""
    for origin in (Origin(name) for name in logs if name != session.log.origin):
        with session.database.reading() as rows:
            parted = session.prover.parted(rows, origin)
        if parted is not None:
            notice_false_acts(session, origin, parted.undisputed, parted.proven)


def read_valid(session: Session, compartment: CompartmentId) -> list[OpenedVersion]:
    """Return the heads of a compartment that is no case, such as the directory."""
    return read_heads(session, compartment, versions_in(up_to_date_index(session), compartment))


def reindex(session: Session, records: Iterable[tuple[CompartmentId, RecordId]]) -> None:
    """Bring into the index anew what is valid of these records: some of their versions were erased."""
    for compartment, record in records:
        with session.database.reading() as rows:
            places = [(origin, seq) for _, origin, seq in rows.places_in_record(compartment, record)]
        valid = (version for version in read_valid_at(session, compartment, places) if version.record == record)
        apply(session.index(), [RemovedRecord(compartment, record), *_entries(session, valid, [])], {})


def audit_of(session: Session, case: CompartmentId) -> bytes:
    """Return the random pseudonym under which audit payloads name this case.

    Raises:
        NotFoundError: the case has no head that is valid.
        VerificationError: none of its heads can be read.
    """
    if case not in session.audits:
        # It never changes, so a head that was replaced since gives it too, without waiting for the index.
        heads = heads_in(session.index(), case, Case.KIND) or heads_in(up_to_date_index(session), case, Case.KIND)
        if not heads:
            raise NotFoundError(Message("you have no case with this id or reference"))
        found: list[OpenedVersion] = []
        for head in heads:
            found += read_versions(session, case, RecordId(head.record), frozenset({VersionId(head.version)}))
        if not found:  # the index remembers it, and the row or its wrapped key is not here any more
            raise VerificationError(Message("the record that names this case is not here, or does not open"))
        newest = max(found, key=lambda row: row.content.clock)
        session.audits[case] = from_fields(Case, newest.content.fields).audit
    return session.audits[case]


def cases_called(session: Session, pseudonyms: AbstractSet[bytes]) -> dict[bytes, CompartmentId]:
    """Return the cases that the log names by these pseudonyms, of those alone that this member holds.

    A pseudonym stands in the case's own record and nowhere else, so cases are opened until all are known: those met in
    this session, then the first of the lists, `_CASES_OPENED` of each at most.
    """
    index = up_to_date_index(session)
    known = {audit: case for case, audit in session.audits.items()}
    for rows in (partial(page, index, size=_CASES_OPENED), partial(closed_cases, index, limit=_CASES_OPENED)):
        for row in rows() if pseudonyms - known.keys() else ():
            with suppress(VaultError):  # a case that does not open here is told where it is opened
                known[audit_of(session, CompartmentId(row.case))] = CompartmentId(row.case)
            if pseudonyms <= known.keys():
                break
    return {audit: known[audit] for audit in pseudonyms & known.keys()}


def revalidate(session: Session, index: Index) -> list[Quarantined]:
    """Judge the entries anew that wait behind the cursor; bring in what is valid by now and return what is not."""
    left: list[Quarantined] = []
    for name, places in index.pending().items():
        origin = Origin(name)
        with session.database.reading() as rows:
            size = rows.size(origin)
        known = _proven(session, origin, places[0], size)
        with session.database.reading() as rows:
            validator = _counter(session, rows)
            for run in _runs(places):
                found = [Quarantined(origin, seq, None, "C3") for seq in run if seq >= known.size]
                reach = replace(known, size=min(run[-1] + 1, known.size))
                entries = list(_entries(session, validator.judge(origin, run[0], reach), found))
                found += [Quarantined(origin, seq, None, "C3") for seq in set(run).intersection(known.lost)]
                still = {finding.seq for finding in found}
                apply(index, entries, {}, settled=[(origin, seq) for seq in run if seq not in still])
                left += [finding for finding in found if finding.seq in set(run)]
    return left


def _runs(places: list[int]) -> Iterator[list[int]]:
    """Yield places that lie close together, so that many of them are read in one go."""
    run: list[int] = []
    for seq in places:
        if run and (seq - run[-1] > _NEAR or seq - run[0] > _BATCH):
            yield run
            run = []
        run.append(seq)
    yield run


def _let_erased_go(session: Session, index: Index, origin: Origin, start: int, size: int) -> None:
    """Bring into the index anew what others erased in this folder since: their rows are not here any more.

    Much of it is read once: its author decides how much an entry lists, and each session would read it again.
    """
    with session.database.reading() as rows:
        erased = {
            digest for row in rows.operations(origin, start, size) for digest, _ in items_in(row, ItemKind.ERASED)
        }
        kept = _counter(session, rows).void_erasures(erased) if erased else set()
    reindex(session, records_of(index, erased))
    if kept or len(erased) >= _MOST_PASSED:  # what is not here of `kept` is missing, and asked for in every session
        apply(index, [], {origin: size} if len(erased) >= _MOST_PASSED else {}, pending=kept)


def _index_as_remembered(session: Session) -> Index:
    """Return the index; made anew if it stands where it was at the last lock and holds something else."""
    index = session.index()
    pinned = None if session.pins is None else session.pins.index
    if pinned is None or index.was_asked or index.was_made or index.changes:
        return index  # what this session itself took from it is no difference
    state = index.state()
    if state[DIGEST_SIZE:] == pinned[DIGEST_SIZE:] and state != pinned:
        session.renew_alarm(Finding(Code.INDEX, INDEX_REMADE, severity=Severity.NEWS))
        return session.remake_index()
    return index


def _notice_two_answers(session: Session) -> None:
    """Before everything is read again: say so where the database does not give one answer to all readers."""
    if content_faults(session.database):
        session.renew_alarm(lasting(Code.DATABASE))


def _counter(session: Session, rows: Rows) -> VersionValidator:
    return VersionValidator(
        rows, session.vault, session.keyring, access_of(session, rows), session.learned, session.seat
    )


def _proven(session: Session, origin: Origin, start: int, size: int) -> Proven:
    with session.database.reading() as rows:
        return session.prover.proven(rows, origin, start, size)


def _catch_up_with(session: Session, index: Index, origin: Origin, *, start: int, known: Proven) -> list[Quarantined]:
    """Bring one log's proven entries in and return what of them is not valid or is not here."""
    found = [Quarantined(origin, seq, None, "C3") for seq in known.lost]
    size = _BATCH_OF_A_NEW_INDEX if index.was_made else _BATCH
    with session.database.reading() as rows:
        entries = _entries(session, _counter(session, rows).judge(origin, start, known), found)
        batch = list(islice(entries, size))
        has_new = bool(batch)
        while len(batch) == size:
            # The cursor stays behind until the last batch: a crash here applies these again, which changes nothing.
            apply(index, batch, {})
            batch = list(islice(entries, size))
        # Entries without a version, as reading makes them, cost the index no commit until there are many.
        if has_new or found or known.size - index.cursor().get(origin, 0) >= _MOST_PASSED:
            apply(index, batch, {origin: known.size}, pending={(origin, finding.seq) for finding in found})
        index.passed[origin] = known.size
    return found


def _entries(
    session: Session, judged: Iterator[OpenedVersion | Quarantined], found: list[Quarantined]
) -> Iterator[IndexedRecord]:
    """Yield what the index keeps of valid versions; put into `found` what is not valid."""
    for version in judged:
        if isinstance(version, Quarantined):
            found.append(version)
            continue
        state = session.state_of(version.compartment)
        if state is not None and state.kind is CompartmentKind.SECTION:
            continue  # restricted sections are not in the index (FORMAT.md 8)
        try:
            entry = _entry(session, version)
        except MalformedError:
            found.append(
                Quarantined(version.origin, version.seq, version.n, NO_CONTENT, compartment=version.compartment)
            )
            continue
        if entry is not None:
            yield entry


def _contact(contact: SafeContact | None) -> str:
    """Return a safe contact without its never-use list, which has rows of its own; empty where nothing else is said."""
    bare = None if contact is None else replace(contact, never_use=())
    return "" if bare in {None, SafeContact(Channel.NOT_KNOWN, "")} else msgspec.json.encode(bare).decode()


def _entry(session: Session, version: OpenedVersion) -> IndexedRecord | None:
    """Return what the index keeps of a version."""
    names, text = "", ""
    columns: CaseColumns | PersonColumns | DatedColumns | RegisterColumns | None = None
    corrects: bytes | None = None
    contact: str | None = None
    reference: str | None = None
    traits: tuple[str, ...] = ()
    match version.content.kind:
        case Case.KIND:
            case = from_fields(Case, version.content.fields)
            names = f"{case.title}\n{case.ref}"
            columns = CaseColumns(
                title=case.title,
                ref=case.ref,
                status=case.stage,
                kind=case.kind,
                risk=case.risk,
                owner="" if case.owner is None else case.owner.hex(),
                opened=case.opened,
                closed=case.closed,
            )
        case Person.KIND:
            person = from_fields(Person, version.content.fields)
            names = "\n".join(name.text for name in person.names)
            numbers = [document.number for document in person.documents]
            traits = traits_of(person)
            text = "\n".join((person.born or "", *person.phones, *person.emails, *numbers))
            columns = PersonColumns(
                name=person.display_name(),
                name_key=sort_key(person.display_name()),
                is_client=person.role is PersonRole.CLIENT,
                phones=person.phones,
                who=person.who,
                never_use=() if person.safe_contact is None else person.safe_contact.never_use,
                contact=_contact(person.safe_contact),
                names=tuple(name.text for name in person.names),
            )
        case Note.KIND:
            note = from_fields(Note, version.content.fields)
            text, corrects = note.text, note.amends
            contact = contact_day(note, version.content.clock[0])
        case Document.KIND:
            document = from_fields(Document, version.content.fields)
            text = "\n".join(
                filter(None, (document.words(), document.name, extracted_text(session, document.extracted)))
            )
            columns = DatedColumns(document.when(), is_due=False, headline=document.called)
        case Disclosure.KIND:
            for _, left in of_kind([version], Disclosure):
                names = reference = left.reference
        case RegisterEntry.KIND:
            for _, entered in of_kind([version], RegisterEntry):  # one without its kind's fields is passed over
                columns = RegisterColumns(entered.key, b"".join(entered.hashes), version.origin)
        case kind if kind in STORY:
            record = from_fields(STORY[kind], version.content.fields)
            text, traits = record.words(), traits_of(record)
            rule, later = deadline_given_by(record) or "", record.later()
            columns = DatedColumns(record.when(), record.is_due(), record.headline(), rule, later)
        case _:
            pass  # neither listed nor found by words, but its heads are known
    return IndexedRecord(
        compartment=version.compartment,
        record=version.record,
        version=version.id,
        parents=version.content.parents,
        case=version.compartment,
        kind=version.content.kind,
        at_ms=version.content.clock[0],
        counter=version.content.clock[1],
        names=names,
        text=text,
        columns=columns,
        corrects=corrects,
        contact=contact,
        reference=reference,
        traits=traits,
    )
