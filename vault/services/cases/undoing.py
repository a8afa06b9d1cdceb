"""Take back the last thing that this device wrote in a case or in the intake, while nobody built on it or took it away.

The versions that the entry wrote are erased: what they replaced stands again. That something was written and taken back
stays in the log, without its words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.differences import Change, changes
from vault.casework.intake import RegisterEntry, Slip
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story import STORY
from vault.durations import MINUTE_MS
from vault.errors import NotFoundError, RefusedError, VaultError
from vault.ids import CompartmentId, CompartmentKind, VersionId
from vault.index.heads import heads_since
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.services.cases.editing import names_told
from vault.services.cases.holds import require_none
from vault.services.projection.approval_checks import ERASE, UNDONE
from vault.services.projection.folder_row import offered_of
from vault.services.projection.places import kind_of
from vault.services.projection.projection import audit_of, reindex, up_to_date_index
from vault.services.projection.stored_records import read_heads, read_record, read_valid_at
from vault.words.message import Message, plural

UNDO_MINUTES = 10
_KINDS = frozenset({Case.KIND, Person.KIND, Note.KIND, Slip.KIND, RegisterEntry.KIND, *STORY})
_ENTRIES_LOOKED_AT = 1_024
_BEGINNING = 40


@dataclass(frozen=True, slots=True)
class Undoable:
    """What one entry of this device wrote, and that can be taken back; `changes` of a new record there are none."""

    versions: tuple[OpenedVersion, ...]
    changes: tuple[Change, ...] = field(default=(), repr=False)

    @property
    def about(self) -> str:
        """Return the first words of what was written, for the question whether to take it back."""
        for version in self.versions:
            fields = version.content.fields
            for name in ("what", "about", "title", "text", "place", "order", "number"):
                said = fields.get(name)
                if isinstance(said, str) and said.strip():
                    return _beginning(said.strip().splitlines()[0])
            match fields.get("names"):
                case [{"text": str(name)}, *_]:
                    return name
                case _:
                    pass
        return ""

    @property
    def kinds(self) -> tuple[str, ...]:
        return tuple(_told(Counter(version.content.kind for version in self.versions)))

    @property
    def places(self) -> tuple[CompartmentId, ...]:
        return tuple(dict.fromkeys(version.compartment for version in self.versions))


def last(session: Session) -> Undoable:
    """Return what this device wrote last, if it can be taken back.

    Raises:
        NotFoundError: it wrote nothing in the last ten minutes.
        RefusedError: it founded a case, gave access, or a bundle was made since.
    """
    origin, size = session.log.origin, session.log.size
    up_to_date_index(session)
    with session.database.reading() as rows:
        written = list(rows.version_rows(origin, max(0, size - _ENTRIES_LOOKED_AT)))
    newest = max((row.seq for row in written), default=-1)
    held = {CompartmentId(row.compartment) for row in written if row.seq == newest}
    versions = [version for home in held for version in read_valid_at(session, home, [(origin, newest)])]
    oldest = session.log.now_ms() - UNDO_MINUTES * MINUTE_MS
    if not versions or any(version.content.clock[0] < oldest for version in versions):
        raise NotFoundError(
            plural(
                "you wrote nothing in the last minute that can be undone",
                "you wrote nothing in the last {count} minutes that can be undone",
                count=UNDO_MINUTES,
            )
        )
    founds = any(version.content.kind == Case.KIND and not version.content.parents for version in versions)
    if founds or any(version.content.kind not in _KINDS for version in versions):
        raise RefusedError(
            Message("the last thing that you did cannot be undone"),
            next_step=Message("A case can be closed, and access can be revoked."),
        )
    found = tuple(sorted(versions, key=lambda version: version.n))
    _require_untouched(session, found)
    return Undoable(found, tuple(_changes(session, found)))


def note_together(session: Session, entries: int) -> None:
    """Remember that the last so many entries are one act: in this session `undo` takes back all of them."""
    with suppress(VaultError):  # nothing was written, or it cannot be taken back
        session.written_together[last(session).versions[-1].id] = entries


def undo(session: Session, undoable: Undoable) -> Counter[str]:
    """Take back what `last` returned, and return how many versions of each kind went.

    Raises:
        RefusedError: this member may not write there, somebody built on it since, or the case is on legal hold.
        VerificationError: something of the case is missing here.
    """
    gone = _undo_entry(session, undoable)
    for _ in range(session.written_together.get(undoable.versions[-1].id, 1) - 1):
        gone += _undo_entry(session, last(session))
    return gone


def _undo_entry(session: Session, undoable: Undoable) -> Counter[str]:
    rule = ""
    for home in undoable.places:
        rule = _require(session, home)
    session.require_sound_log(*undoable.places)
    require_none(session, undoable.places)
    _require_untouched(session, undoable.versions)
    kinds = Counter(version.content.kind for version in undoable.versions)
    cases = [home for home in undoable.places if kind_of(session, home) is CompartmentKind.CASE]
    audit = audit_of(session, cases[0]) if cases else None
    index = session.index()
    with index.in_doubt():
        with session.work(*undoable.places) as work:
            for version in undoable.versions:
                work.erase(version.compartment, version.id, (version.origin, version.seq, version.n))
            work.commit(Entry(act=ERASE, why=UNDONE, obj=audit, covers=kinds, pol=rule))
        reindex(session, {(version.compartment, version.record) for version in undoable.versions})
    return _told(kinds)


def _beginning(line: str) -> str:
    return line if len(line) <= _BEGINNING else f"{line[:_BEGINNING].rsplit(maxsplit=1)[0]} …"


def _told(kinds: Counter[str]) -> Counter[str]:
    """Leave out what the register had of a person: it came with them, and goes with them."""
    return Counter({kind: count for kind, count in kinds.items() if kind != RegisterEntry.KIND or len(kinds) == 1})


def _changes(session: Session, versions: Sequence[OpenedVersion]) -> Iterator[Change]:
    """Yield each field that differs from the one version that a version follows."""
    for version in versions:
        before = [
            earlier
            for earlier in (
                read_record(session, version.compartment, version.record) if version.content.parents else ()
            )
            if earlier.id in version.content.parents
        ]
        if len(before) == 1:
            names = names_told(session, version.compartment)
            yield from changes(before[0].content.fields, version.content.fields, names)


def _require_untouched(session: Session, versions: Sequence[OpenedVersion]) -> None:
    """Refuse what a bundle has or a move made, what another version replaced, and what somebody's record names.

    Raises:
        RefusedError: so it is.
    """
    if versions[0].seq < offered_of(session, versions[0].origin):
        raise RefusedError(
            Message("a bundle was made since then, or something was moved into a section: it stays"),
            next_step=Message("Correct it, or write a note that says what is wrong."),
        )
    own = {version.id for version in versions}
    for version in versions:
        later = read_record(session, version.compartment, version.record)
        if any(version.id in other.content.parents for other in later):
            raise RefusedError(
                Message("somebody has changed it since: it cannot be undone any more"),
                next_step=Message("Look at the record again, then correct it."),
            )
    records = {version.record for version in versions}
    for home in {version.compartment for version in versions}:
        since = min(version.content.clock[0] for version in versions)
        heads = heads_since(session.index(), home, since)
        others = frozenset(VersionId(head.version) for head in heads if head.version not in own)
        for other in read_heads(session, home, others):
            if not records.isdisjoint(_named_in(other.content.fields)):
                raise RefusedError(
                    Message("somebody has written about it since: it cannot be undone any more"),
                    next_step=Message("Look at the record again, then correct it."),
                )


def _named_in(value: object) -> Iterator[bytes]:
    """Yield every run of bytes in the fields of a record: ids of others among them."""
    match value:
        case bytes():
            yield value
        case Mapping():
            for part in value.values():
                yield from _named_in(part)
        case list():
            for part in value:
                yield from _named_in(part)
        case _:
            pass


def _require(session: Session, home: CompartmentId) -> str:
    kind = kind_of(session, home)
    return session.require(_SHARED[kind]) if kind in _SHARED else session.require(Action.CASE_WRITE, home)


_SHARED = {CompartmentKind.INTAKE: Action.INTAKE_WRITE, CompartmentKind.REGISTER: Action.REGISTER_WRITE}
