"""Versions and payloads: what opens, and what of it counts (FORMAT.md 4, 5 and 6)."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tests.vectors.independent.basis import ADMIT, EPOCH, LET_IN, VERSION, Fault, Refused, message, require, sha256
from tests.vectors.independent.compartments import Everything, founded, tag_of
from tests.vectors.independent.logs import Entry, Item, Log
from tests.vectors.independent.rights import AUDIT, CASE, KNOWN_KINDS, MAY_LIST, SECTION, may_write
from tests.vectors.independent.sealing import PURPOSES, open_envelope, unwrapped, version_aad
from tests.vectors.independent.tables import Version

Keys = Mapping[bytes, tuple[bytes, bytes]]  # epoch -> (compartment, key)
_SAID_ONCE = {(CASE, "case"): ("audit",), (SECTION, "section"): ("case", "audit")}
_CONTENT = {"schema", "kind", "parents", "clock", "fields"}


@dataclass(frozen=True, slots=True)
class Opened:
    """A version that opened and counts."""

    row: Version
    kind: str
    parents: tuple[bytes, ...]
    fields: Mapping[str, Any]


def read_content(content: bytes) -> dict[str, Any]:
    found = message(content)
    require(isinstance(found, dict) and found.keys() == _CONTENT and found["schema"] == 1, "content")
    require(isinstance(found["kind"], str) and isinstance(found["fields"], dict), "kind or fields")
    require(all(isinstance(one, bytes) and len(one) == 32 for one in found["parents"]), "parents")
    require(len(found["parents"]) <= 256 and len(set(found["parents"])) == len(found["parents"]), "parents")
    require(len(found["clock"]) == 2, "clock")
    return dict(found)


def version_id(row: Version) -> bytes:
    """Return the hash that names a version (C1)."""
    return sha256(row.compartment, row.record, row.blob)


def listed_at(everything: Everything, row: Version) -> Entry | None:
    """Return the proven entry that lists a version at its own place (C1 to C3), or None."""
    if row.id != version_id(row):
        return None
    item = Item(VERSION, row.id, tag_of(row.compartment, row.id))
    return next((one for one in everything.at(row.origin, row.seq) if one.items[row.n : row.n + 1] == (item,)), None)


def open_version(everything: Everything, row: Version, keys: Keys) -> bytes | None:
    """Open a version by any of its wraps under an epoch of its compartment; None where none of them does."""
    aad = version_aad(PURPOSES["version"], everything.vault, row.compartment, row.record, (row.origin, row.seq))
    for wrap in everything.rows.version_keys:
        if (wrap.origin, wrap.seq, wrap.n) != row.place or keys.get(wrap.epoch, (b"",))[0] != row.compartment:
            continue
        try:
            return open_envelope(unwrapped(keys[wrap.epoch][1], wrap.wrap), PURPOSES["version"], row.blob, aad)
        except Refused:
            continue
    return None


def founding_of(everything: Everything, compartment: bytes) -> Entry | None:
    """Return the entry whose place gives a compartment its name."""
    places = ((one, n) for one in everything.entries() for n, item in enumerate(one.items) if item.kind == EPOCH)
    return next((one for one, n in places if founded(one, n) == compartment), None)


def kept(everything: Everything, compartment: bytes, keys: Keys, erased: set[tuple[bytes, bytes]]) -> bytes | None:
    """Return the version in which a case or a section says once what it is, if another there stands on it (6)."""
    first = beginning_of(everything, compartment, keys)
    if first is None:
        return None
    with_keys = {(wrap.origin, wrap.seq, wrap.n) for wrap in everything.rows.version_keys}
    for row in everything.rows.versions:
        is_erased = (row.id, tag_of(row.compartment, row.id)) in erased
        if row.compartment == compartment and row.id != first and not is_erased and row.place in with_keys:
            entry = listed_at(everything, row)
            if entry is not None and everything.may_write_there(entry, compartment):
                return first
    return None


def beginning_of(everything: Everything, compartment: bytes, keys: Keys) -> bytes | None:
    """Return the version in which a case or a section says once what it is, or the first that may be it (6)."""
    founding, kind = founding_of(everything, compartment), everything.kind_of(compartment)
    said = next((word for home, word in _SAID_ONCE if home == kind), None)
    if founding is None or said is None:
        return None
    listed = [
        item.digest for item in founding.items if (item.kind, item.tag) == (VERSION, tag_of(compartment, item.digest))
    ]
    contents = opened_at(everything, founding, compartment, keys)
    return next(
        (one for one, found in zip(listed, contents, strict=True) if found is None or found["kind"] == said), None
    )


def lets_in(entry: Entry, compartment: bytes) -> bool:
    """Say whether a list lets somebody into a case or a section (6)."""
    return any(item.kind == LET_IN and message(item.content)[0] == compartment for item in entry.items)


def opened_at(everything: Everything, entry: Entry, compartment: bytes, keys: Keys) -> Iterator[dict[str, Any] | None]:
    """Yield what an entry lists of a compartment, in order of place; None for what is not here or does not open."""
    for n, item in enumerate(entry.items):
        if (item.kind, item.tag) != (VERSION, tag_of(compartment, item.digest)):
            continue
        place = (entry.origin, entry.seq, n)
        row = next((one for one in everything.rows.versions if one.place == place and one.id == item.digest), None)
        try:
            content = None if row is None else open_version(everything, row, keys)
            yield None if content is None else read_content(content)
        except Refused:
            yield None


def said_anew(everything: Everything, row: Version, entry: Entry, content: dict[str, Any], keys: Keys) -> str | None:
    """Return the check that a version fails which says anew what is said once, or None."""
    if content["kind"] == "member":
        return None if admits(everything, entry, content) else "C5"
    fixed = _SAID_ONCE.get((everything.kind_of(row.compartment), content["kind"]))
    if fixed is None:
        return None
    founding = founding_of(everything, row.compartment)
    for first in opened_at(everything, founding, row.compartment, keys) if founding is not None else ():
        if first is None:
            return "C7"
        if first["kind"] == content["kind"]:
            same = all(first["fields"].get(name) == content["fields"].get(name) for name in fixed)
            return None if same else "C5"
    return "C5"


def admits(everything: Everything, entry: Entry, content: dict[str, Any]) -> bool:
    """Say whether an entry admits the member of whom a version speaks, with their first seat."""
    acts = [
        everything.lines.acts.get(item.digest) if item.kind == ADMIT else everything.lines.admitted_by_sheets(item)
        for item in entry.items
    ]
    first = [one.certificate for one in acts if one is not None and one.certificate is not None]
    members = {one.person for one in first if not any(one.member)}
    return not content["parents"] and content["fields"].get("member") in members


def judge_version(
    everything: Everything, row: Version, entry: Entry, content: dict[str, Any], keys: Keys
) -> str | None:
    """Return the first check that an opened version fails of C4, C5, C6 and C7, or None."""
    roles = everything.roles_of(entry)
    if roles is None:
        return "C4"
    if everything.state(row.compartment) is None or not everything.is_entitled(entry, row.compartment):
        return "C6"
    if not may_write(roles, everything.kind_of(row.compartment), content["kind"]):
        return "C5"
    anew = said_anew(everything, row, entry, content, keys)
    if anew is not None:
        return anew
    if not all((VERSION, parent) in everything.listed for parent in content["parents"]):
        return "C7"
    return None


def read_versions(everything: Everything, keys: Keys, member: bytes) -> tuple[list[Opened], list[Fault]]:
    """Open every version of a compartment of which a key is here; name what is not as it should be.

    Of a compartment in which the member is no more, what was written since does not open, and that is no fault.
    """
    found, faults = [], []
    held = {compartment for compartment, _ in keys.values()}
    for row in everything.rows.versions:
        where = f"{row.origin.hex()[:8]} {row.seq} {row.n}"
        entry = listed_at(everything, row)
        if entry is None:
            faults.append(Fault("an unlisted version", where))
            continue
        if row.compartment not in held:
            continue
        entitled = everything.may_write_there(entry, row.compartment)
        try:
            content = open_version(everything, row, keys)
            require(content is not None, "no wrap opens it")
            read = read_content(content or b"")
        except Refused as refusal:
            state = everything.state(row.compartment)
            if entitled and (state is None or member in state.members):
                faults.append(Fault("a version that does not open", f"{where}: {refusal}"))
            continue
        failed = judge_version(everything, row, entry, read, keys)
        if failed is None:
            found.append(Opened(row, read["kind"], tuple(read["parents"]), read["fields"]))
        elif failed == "C5":
            faults.append(Fault("a version that fails C5", where))
    return found, faults


def heads(opened: list[Opened]) -> list[Opened]:
    """Return the versions that no other of their record and kind names as a parent (FORMAT.md 4, replacing)."""
    replaced = {(one.row.compartment, one.row.record, one.kind, parent) for one in opened for parent in one.parents}
    return [one for one in opened if (one.row.compartment, one.row.record, one.kind, one.row.id) not in replaced]


@dataclass(frozen=True, slots=True)
class Payload:
    entry: Entry
    fields: Mapping[str, Any]


def audit_epochs(everything: Everything, log: Log) -> Iterator[tuple[Entry, bytes, bytes]]:
    """Yield (first entry, compartment, epoch) of each audit epoch that a log lists for itself; none where its row went.

    Of a log of which no such row is here nothing is known.
    """
    places = ((entry, n, item) for entry in log.entries for n, item in enumerate(entry.items) if item.kind == EPOCH)
    listed = list(places)
    # Its own are those that a place of this log founded, whether or not the founding row is here.
    own = {founded(entry, n) for entry, n, _ in listed}
    audits = {one.compartment for one in everything.notices.values() if one.kind == AUDIT} & own
    for entry, _, item in listed:
        for compartment in (one for one in audits if tag_of(one, item.digest) == item.tag):
            notice = everything.notices.get(item.digest)
            yield entry, compartment, b"" if notice is None else notice.epoch


def read_payloads(everything: Everything, keys: Keys) -> tuple[list[Payload], list[Fault]]:
    """Open every payload of an audit epoch of which the key is here, and hold its act against its list."""
    found, faults = [], []
    for log in (one for both in everything.logs.values() for one in both.histories()):
        epochs = list(audit_epochs(everything, log))
        ends = [entry.seq for entry, _, _ in epochs[1:]] + [log.size]
        for (first, compartment, epoch), end in zip(epochs, ends, strict=False):  # none, where no row of them is here
            if epoch not in keys:
                continue
            ratchet = keys[epoch][1]
            for entry in log.entries[first.seq : end]:
                key = hmac.digest(ratchet, b"entry", "sha256")
                ratchet = hmac.digest(ratchet, b"next", "sha256")
                if log is not everything.logs[entry.origin] and entry.seq < (log.parting or 0):
                    continue  # both histories share it
                try:
                    found.append(_open_payload(everything, entry, compartment, key))
                except Refused as refusal:
                    faults.append(Fault("a payload", f"log {log.name} {entry.seq}: {refusal}"))
    return found, faults


def _open_payload(everything: Everything, entry: Entry, compartment: bytes, key: bytes) -> Payload:
    aad = version_aad(PURPOSES["audit"], everything.vault, compartment, bytes(16), (entry.origin, entry.seq))
    outer = message(open_envelope(key, PURPOSES["audit"], entry.sealed, aad))
    require(isinstance(outer, dict) and outer.keys() == {"payload", "salt"} and len(outer["salt"]) == 32, "its form")
    committed = sha256(b"casevault/audit/v1\0", outer["salt"], outer["payload"])
    require(committed == entry.header.commitment, "not what its header commits to")
    fields = message(outer["payload"])
    require(isinstance(fields, dict) and list(fields) == sorted(fields) and {"act", "t"} <= fields.keys(), "members")
    allowed = MAY_LIST.get(fields["act"])
    listed = {item.kind for item in entry.items} & KNOWN_KINDS
    require(allowed is None or listed <= allowed, f"{fields['act']} lists what it may not")
    return Payload(entry, fields)
