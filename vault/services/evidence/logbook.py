"""The log as auditors read it, and what others can keep of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from vault.access.session import Session
from vault.display import counted
from vault.errors import UsageError, VerificationError
from vault.ids import Origin, SeatId
from vault.index.case_pages import row_of
from vault.log.checkpoint import parse_note, verifier_key
from vault.log.genesis import origin_of
from vault.log.items import ACTS
from vault.log.payload import Payload
from vault.log.tree import consistency_proof, subtree_of_tiles, verify_consistency
from vault.policy.roles import Action
from vault.records.logs import genesis_of, leaves_of
from vault.records.work import Entry
from vault.seal.recovery import words_of
from vault.seal.signing import is_signed_raw, public_key
from vault.services.exports import partners
from vault.services.projection.approval_checks import ERASE, UNDONE
from vault.services.projection.authors import names_of_members
from vault.services.projection.projection import cases_called
from vault.store.rows import Rows
from vault.store.rowtypes import CheckpointRow
from vault.validity.audit_payloads import read_histories
from vault.words.codes import word_of
from vault.words.message import Message

# Read the log as an auditor: who did what and when, without a word of any case.

_ONE: Final = {"access": "right of access"}
_SEVERAL: Final = {
    "access": "rights of access",
    "compartments": "cases and lists",
    "entry": "entries",
    "person": "people",
    "register-entry": "register entries",
}


@dataclass(frozen=True, slots=True)
class LogLine:
    """One entry. `payload` is None where this seat may not read it (`fault` says why)."""

    origin: Origin
    seq: int
    seat: SeatId
    payload: Payload | None
    fault: str | None


@dataclass(frozen=True, slots=True)
class LogPage:
    """The newest entries, newest first; `scanned` of `total` were looked at, so that nothing is left out in silence."""

    lines: tuple[LogLine, ...]
    scanned: int
    total: int


def newest(session: Session, *, limit: int = 200, act: str | None = None) -> LogPage:
    """Return the newest entries of all logs; that somebody read the log is in the log first.

    With `act` only entries of this act, or of the acts that begin with it and a dot (`export`).

    Raises:
        UsageError: there is no such act: nothing found would look like nothing done.
    """
    if limit < 1:
        raise UsageError(Message("--limit must be at least 1"))
    if act is not None and not any(_is(known, act) for known in (*ACTS, UNDONE)):
        raise UsageError(
            Message("there is no act {act} in any log", act=act),
            next_step=Message(
                "Acts begin with: {words}. An entry shows its act.",
                words=", ".join(sorted({known.partition(".")[0] for known in (*ACTS, UNDONE)})),
            ),
        )
    rule = session.require(Action.LOG_READ)
    session.log_act(Entry(act="log.read", pol=rule))
    lines: list[LogLine] = []
    total = 0
    with session.database.reading() as rows:
        for genesis in rows.geneses():
            origin = Origin(genesis.origin)
            begun = genesis_of(rows, origin)
            if begun is None or origin_of(genesis.bytes) != origin:
                continue  # a false beginning; `log verify` names it
            seat = SeatId(begun.seat)
            size, before = rows.size(origin), len(lines)
            for entry in read_histories(rows, session.auditor(), origin, session.prover.proven(rows, origin, 0, size)):
                lines.append(LogLine(origin, entry.seq, seat, entry.payload, entry.fault))
            # Of a log that forked more entries are here than it has places.
            total += max(size, len(lines) - before)
    scanned = len(lines)
    if act is not None:
        told_so = [(line, line.payload) for line in lines if line.payload is not None]
        lines = [line for line, said in told_so if _is(said.act, act) or _is(told(said)[0], act)]
    lines.sort(key=lambda line: (line.payload.t if line.payload else 0, line.seq), reverse=True)
    return LogPage(tuple(lines[:limit]), scanned, total)


def names_of_objects(session: Session, lines: Iterable[LogLine]) -> dict[bytes, str]:
    """Return the names of the members and recipients whom entries name by their ids."""
    wanted = {obj for line in lines if line.payload is not None for obj in line.payload.objs}
    if not wanted:
        return {}
    known: dict[bytes, str] = {kept.record: kept.name for kept in partners.list_all(session)}
    known.update(names_of_members(session).items())
    return {object_id: known[object_id] for object_id in wanted & known.keys()}


def references(session: Session, lines: Iterable[LogLine]) -> dict[bytes, str]:
    """Return the references of the cases that entries name by pseudonym, of those alone that this member holds.

    Others keep their pseudonym.
    """
    wanted = {line.payload.obj for line in lines if line.payload is not None and line.payload.obj is not None}
    rows = {audit: row_of(session.index(), case) for audit, case in cases_called(session, wanted).items()}
    return {audit: row.ref for audit, row in rows.items() if row is not None}


def told(payload: Payload) -> tuple[str, str]:
    """Return what was done and why, as people are told it: an undo is kept as an erasure, which it is."""
    act, why = payload.act, payload.why or ""
    return (UNDONE, "") if (act, why) == (ERASE, UNDONE) else (act, why)


def whom(payload: Payload, names: Mapping[bytes, str]) -> str:
    """Return whom an entry is about: `to Ann, Joel`, or nothing where it names nobody."""
    found = [names[obj] for obj in payload.objs if obj in names]
    word = "from" if payload.act == "grant.remove" else "to"
    return f"{word} {', '.join(found)}" if found else ""


def covers_in_words(payload: Payload) -> str:
    """Return how much an entry covers: `1 case, 3 people`."""
    return ", ".join(
        counted(count, _ONE.get(kind) or str(word_of(kind)), _SEVERAL.get(kind))
        for kind, count in payload.covers.items()
    )


def _is(act: str, wanted: str) -> bool:
    return act == wanted or act.startswith(wanted + ".")


# What others can keep of this seat's log, so that a copy from before can be told from the log as it is.
@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """The newest checkpoint of this seat's log, as others can keep it, and 13 words of its root to read aloud.

    The note is a signed note of C2SP; with `key`, which each session has of its own, other tools check it.
    """

    note: str
    size: int
    root: bytes
    words: tuple[str, ...]
    key: str
    since: Earlier | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What the log was at an earlier size: its root, 13 words of it, and the RFC 6962 proof that it only grew."""

    size: int
    root: bytes
    words: tuple[str, ...]
    proof: tuple[bytes, ...]


def checkpoint(session: Session, *, since: int | None = None) -> SignedCheckpoint:
    """Return the newest checkpoint of this seat's log, to be kept where this vault cannot reach.

    `since` is an earlier size, of which somebody kept a checkpoint: a proof shows that the log only grew from there.

    Raises:
        VerificationError: a false checkpoint stands in its place, or the headers here do not give the signed roots.
        UsageError: the log never had that size.
    """
    session.require(Action.LOG_VERIFY)
    log = session.log
    key = public_key(log.session.seed)
    with session.database.reading() as rows:
        row = rows.newest_checkpoint(log.origin)
        if row is None or not parse_note(row.note).signed_by(key, is_signed_raw):
            raise VerificationError(Message("the newest checkpoint here is not one that this session signed"))
        earlier = None if since is None else _earlier(rows, log.origin, since, row)
    return SignedCheckpoint(
        row.note.decode(), row.size, row.root, words_of(row.root), verifier_key(log.origin, key), earlier
    )


def _earlier(rows: Rows, origin: Origin, size: int, newest: CheckpointRow) -> Earlier:
    if not 0 < size <= newest.size:
        raise UsageError(Message("this log has {size} entries and never had {size_2}", size=newest.size, size_2=size))
    # From the headers alone: tiles are a cache.
    subtree = subtree_of_tiles(lambda level, index: None, lambda start, stop: leaves_of(rows, origin, start, stop))
    proof, root = consistency_proof(size, newest.size, subtree), subtree(0, size)
    verify_consistency(size, newest.size, proof, root, newest.root)
    return Earlier(size, root, words_of(root), tuple(proof))
