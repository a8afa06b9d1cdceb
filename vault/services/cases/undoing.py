"""Take back the last thing that this device wrote in a case or in the intake, while nobody else has it.

The versions that the entry wrote are erased: what they replaced stands again. That something was written and taken back
stays in the log, without its words.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from vault.access.session import Session
from vault.casework.case import Case
from vault.casework.intake import Slip
from vault.casework.note import Note
from vault.casework.person import Person
from vault.casework.story import STORY
from vault.durations import MINUTE_MS
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind
from vault.policy.roles import Action
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.seal.purposes import Purpose
from vault.services.projection.projection import audit_of, reindex, up_to_date_index
from vault.services.projection.reading import read_valid_at
from vault.sync.peers import decode_peers
from vault.words.message import Message, plural

UNDO_MINUTES = 10
_KINDS = frozenset({Case.KIND, Person.KIND, Note.KIND, Slip.KIND, *STORY})
_ENTRIES_LOOKED_AT = 1_024


@dataclass(frozen=True, slots=True)
class Undoable:
    """What one entry of this device wrote, and that can be taken back."""

    versions: tuple[OpenedVersion, ...]

    @property
    def about(self) -> str:
        """Return the first words of what was written, for the question whether to take it back."""
        for version in self.versions:
            fields = version.content.fields
            for name in ("what", "about", "title", "text", "place", "order", "number"):
                said = fields.get(name)
                if isinstance(said, str) and said.strip():
                    return said.strip().splitlines()[0]
            match fields.get("names"):
                case [{"text": str(name)}, *_]:
                    return name
                case _:
                    pass
        return ""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Return the kinds of record that it wrote, each once."""
        return tuple(dict.fromkeys(version.content.kind for version in self.versions))

    @property
    def places(self) -> tuple[CompartmentId, ...]:
        """Return the compartments that it wrote in."""
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
    if newest < _offered(session):
        raise RefusedError(
            Message("a bundle was made since: others may have what you wrote"),
            next_step=Message("Correct it, or write a note that says what is wrong."),
        )
    return Undoable(tuple(sorted(versions, key=lambda version: version.n)))


def undo(session: Session, undoable: Undoable) -> Counter[str]:
    """Take back what `last` returned, and return how many versions of each kind went.

    Raises:
        RefusedError: this member may not write there.
    """
    rule = ""
    for home in undoable.places:
        rule = _require(session, home)
    kinds = Counter(version.content.kind for version in undoable.versions)
    cases = [home for home in undoable.places if _is_case(session, home)]
    audit = audit_of(session, cases[0]) if cases else None
    index = session.index()
    with index.in_doubt():
        with session.work(*undoable.places) as work:
            for version in undoable.versions:
                work.erase(version.compartment, version.id, (version.origin, version.seq, version.n))
            work.commit(Entry(act="erase", obj=audit, covers=kinds, pol=rule))
        reindex(session, {(version.compartment, version.record) for version in undoable.versions})
    return kinds


def _offered(session: Session) -> int:
    """Return how many entries of this device's log any bundle has that was made for somebody else."""
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.PEERS)
    if row is None:
        return 0
    peers = decode_peers(session.log.place.open_row(row))
    positions = [offer.position for peer in peers.values() for offer in peer.sent]
    return max((position.size for position in positions if position.origin == session.log.origin), default=0)


def _is_case(session: Session, home: CompartmentId) -> bool:
    state = session.state_of(home)
    return state is not None and state.kind is CompartmentKind.CASE


def _require(session: Session, home: CompartmentId) -> str:
    state = session.state_of(home)
    if state is not None and state.kind is CompartmentKind.INTAKE:
        return session.require(Action.INTAKE_WRITE)
    return session.require(Action.CASE_WRITE, home)
