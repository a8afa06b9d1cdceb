"""All that a member may read, in an open format (docs/full-export.md), sealed for one recipient: nobody is locked in.

It is redacted by nobody. It leaves only for a key that somebody confirmed who did not bring it in (`partners`), and
before the first byte the log says so of each case.
"""

from __future__ import annotations

import json
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from vault.access.session import Session
from vault.casework.case import Case, Section
from vault.casework.disclosure import PageWords
from vault.casework.document import Document
from vault.errors import UsageError
from vault.ids import CompartmentId, CompartmentKind
from vault.index.heads import heads_in, versions_in
from vault.log.payload import OBJECTS_LIMIT
from vault.policy.roles import Action
from vault.progress import CancelledError, Progress, Stopped
from vault.records.versions import OpenedVersion
from vault.records.work import Entry
from vault.seal.age import seal_stream
from vault.services.case_papers import content_of, is_whole
from vault.services.cases.sections import records_of
from vault.services.exports.partners import KeptPartner, find, require_confirmed
from vault.services.exports.said_beside import organisation_name, today
from vault.services.projection.authors import names_of_members
from vault.services.projection.expired_rights import left_out_words
from vault.services.projection.places import held_of_kind
from vault.services.projection.projection import audit_of, up_to_date_index
from vault.services.projection.seats import members_of_logs
from vault.services.projection.stored_records import read_heads, stored_of_kind
from vault.store.files import new_file, require_new
from vault.words.message import Message, Words, plural

ACT = "export.all"
FORMAT = 1
_BLOCK = 512
_SEALED_KEYS = frozenset({"body", "extracted"})
"""Of a document: where its content is sealed here, with the key. The content itself stands beside the records."""


@dataclass(frozen=True, slots=True)
class ExportedAll:
    """The sealed file, and what is in it; `missing` documents are not on this device, or not what their records say.

    `left_out` cases were lent until a day that has passed.
    """

    path: Path
    cases: int
    records: int
    documents: int
    missing: int
    left_out: int = 0


def exported_lines(done: ExportedAll) -> list[Words]:
    """Return what a person reads of it; command and app say the same."""
    lines: list[Words] = [
        Message("The sealed file is at {path}.", path=done.path),
        plural("{count} case is in it.", "{count} cases are in it.", count=done.cases),
        plural("{count} record is in it.", "{count} records are in it.", count=done.records),
        plural("{count} document is in it.", "{count} documents are in it.", count=done.documents),
    ]
    if done.missing:
        told = plural(
            "{count} document is not in it: it is not on this device, or not what its record says.",
            "{count} documents are not in it: they are not on this device, or not what their records say.",
            count=done.missing,
        )
        lines.append(told)
    if done.left_out:
        lines.append(left_out_words(done.left_out))
    lines.append(Message("The program age opens it with the recipient's key; docs/full-export.md says what is in it."))
    return lines


@dataclass(frozen=True, slots=True)
class _Home:
    """A case, or a restricted section of it."""

    compartment: CompartmentId
    section: str | None
    audit: bytes


@dataclass(frozen=True, slots=True)
class Leaving:
    """What would leave, and for whom."""

    to: KeptPartner
    cases: tuple[CompartmentId, ...]


def what_leaves(session: Session, *, to: str, out: Path) -> Leaving:
    """Return the cases that an export of all would hold; nothing is written.

    Raises:
        RefusedError: the key is not confirmed, something is at `out`, or this member may not export a case.
        UsageError: there is nothing to export. VerificationError: the log is in doubt.
    """
    session.require(Action.EXPORT_ALL)
    require_new(out)
    index = up_to_date_index(session)
    held = held_of_kind(session, CompartmentKind.CASE)
    open_to = [case for case in held if case not in session.hidden]  # of one that was lent the day may have passed
    cases = tuple(case for case in open_to if heads_in(index, case, Case.KIND))  # of one erased the key may be here
    for case in cases:
        session.require(Action.CASE_EXPORT, case)
    if not cases:
        told = left_out_words(len(session.hidden)) if session.hidden else None
        raise UsageError(Message("there is nothing to export"), next_step=told)
    recipient = find(session, to)
    require_confirmed(recipient)
    session.require_sound_log(*cases)
    return Leaving(recipient, cases)


def export_all(
    session: Session,
    *,
    to: str,
    out: Path,
    progress: Progress = lambda done, total: None,
    cancelled: Stopped = lambda: False,
) -> ExportedAll:
    """Write every case that this member may export, with its sections and documents, into one sealed file.

    `out` is a new file; plaintext touches no disk. `progress` is told how many cases are done, `cancelled` asked before
    each.

    Raises:
        RefusedError, UsageError, VerificationError: as `what_leaves` says.
        CancelledError: as asked; nothing is left. TryAgainError: no room; nothing is left.
    """
    rule = session.require(Action.EXPORT_ALL)
    leaving = what_leaves(session, to=to, out=out)
    homes = _homes(session, leaving.cases)
    _log(session, (home for places in homes.values() for home in places), rule)
    counts = Counter[str]()
    with new_file(out) as write:
        seal_stream(leaving.to.age_recipient, _tar(_members(session, homes, counts, progress, cancelled)), write)
    n_hidden = len(session.hidden)
    return ExportedAll(out, len(leaving.cases), counts["record"], counts["document"], counts["missing"], n_hidden)


def _homes(session: Session, cases: Iterable[CompartmentId]) -> dict[CompartmentId, list[_Home]]:
    homes = {case: [_Home(case, None, audit_of(session, case))] for case in cases}
    for held in held_of_kind(session, CompartmentKind.SECTION):
        for section in stored_of_kind(records_of(session, held), Section)[:1]:
            if CompartmentId(section.value.case) in homes:
                home = _Home(held, section.value.what.value, section.value.audit)
                homes[CompartmentId(section.value.case)].append(home)
    return homes


def _log(session: Session, homes: Iterable[_Home], rule: str) -> None:
    """Say of each case and section that it leaves."""
    leaving = list(homes)
    for at in range(0, len(leaving), OBJECTS_LIMIT):
        part = leaving[at : at + OBJECTS_LIMIT]
        covers = Counter(Case.KIND if home.section is None else Section.KIND for home in part)
        session.log_act(Entry(act=ACT, objs=tuple(home.audit for home in part), covers=covers, pol=rule))


def _members(
    session: Session,
    homes: Mapping[CompartmentId, list[_Home]],
    counts: Counter[str],
    progress: Progress,
    cancelled: Stopped,
) -> Iterator[tuple[str, int, Iterable[bytes]]]:
    """Yield name, size and content of each file."""
    about = {
        "format": "casevault-full-export",
        "version": FORMAT,
        "made": today(session).isoformat(),
        "organisation": organisation_name(session),
        "by": session.member.hex(),
        "members": {member.hex(): name for member, name in names_of_members(session).items()},
        "cases": len(homes),
    }
    yield _json("export.json", about)
    for done, (case, places) in enumerate(homes.items()):
        progress(done, len(homes))
        if cancelled():
            raise CancelledError
        opened = [(home, version) for home in places for version in _read(session, home)]
        authors = members_of_logs(session, {version.origin for _, version in opened})
        folder = "/".join(("cases", case.hex()))
        rows = []
        papers: list[Document] = []
        for home, version in opened:
            row = {
                "kind": version.content.kind,
                "record": version.record.hex(),
                "version": version.id.hex(),
                "section": home.section,
                "by": authors[version.origin].hex() if version.origin in authors else None,
                "written_ms": version.content.clock[0],
                "fields": _plain(version.content.fields),
            }
            for document in stored_of_kind([version], Document):
                is_kept = is_whole(session, document.value)  # before its size is written: it is a colleague's word
                counts["document" if is_kept else "missing"] += 1
                row["content"] = "/".join((folder, version.id.hex())) if is_kept else None
                row["fields"] = _plain({n: v for n, v in version.content.fields.items() if n not in _SEALED_KEYS})
                papers += [document.value] if is_kept else []
            rows.append(row)
        counts["record"] += len(rows)
        yield _json("/".join((folder, "records.json")), rows)
        names = [row["content"] for row in rows if row.get("content") is not None]
        for name, paper in zip(names, papers, strict=True):
            yield str(name), paper.body.size, content_of(session, paper.body)
    progress(len(homes), len(homes))


def _read(session: Session, home: _Home) -> list[OpenedVersion]:
    if home.section is None:
        opened = read_heads(session, home.compartment, versions_in(session.index(), home.compartment))
    else:
        opened = records_of(session, home.compartment)
    # What opens a page is told by telephone alone: with it the file that went astray would open too.
    found = (version for version in opened if version.content.kind != PageWords.KIND)
    return sorted(found, key=lambda version: (version.content.clock, version.id))


def _plain(value: object) -> object:
    """Return a value as JSON has it; bytes in hex."""
    match value:
        case bytes():
            return value.hex()
        case dict():
            return {str(name): _plain(part) for name, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case _:
            return value


def _json(name: str, content: object) -> tuple[str, int, Iterable[bytes]]:
    encoded = json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n"
    return name, len(encoded), (encoded,)


def _tar(members: Iterator[tuple[str, int, Iterable[bytes]]]) -> Iterator[bytes]:
    """Yield a plain tar, without owners and times."""
    for name, size, pieces in members:
        header = tarfile.TarInfo(name)
        header.size, header.mode = size, 0o600
        yield header.tobuf(tarfile.PAX_FORMAT)
        yield from pieces
        yield bytes(-size % _BLOCK)
    yield bytes(2 * _BLOCK)
