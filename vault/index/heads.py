"""Versions that nobody replaced. The index gives their ids; who shows one asks the store for its bytes."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from vault.ids import CompartmentId, RecordId, VersionId
from vault.index.file import Index

_VERSIONS_AT_ONCE = 8_192  # each pass reads the whole table; SQLite takes 32,766 parameters


class Head(NamedTuple):
    """A version that nobody replaced. A record with two of one kind is in conflict: both are shown."""

    record: bytes
    version: bytes
    kind: str


def heads_of(index: Index, compartment: bytes, record: bytes, kind: str) -> tuple[bytes, ...]:
    """Return the heads of one record that are of a kind, sorted by id; none when it is unknown or removed."""
    with index.reading() as sql:
        found = sql.execute(
            "SELECT version FROM head WHERE compartment=? AND record=? AND kind=? ORDER BY version",
            (compartment, record, kind),
        )
        return tuple(version for (version,) in found)


def heads_in(index: Index, compartment: bytes, kind: str | None = None) -> list[Head]:
    """Return the heads of all records of a compartment, or of one kind, oldest first by the clock of their writers."""
    with index.reading() as sql:
        found = sql.execute(
            "SELECT record, version, kind FROM head WHERE compartment=?1 AND (?2 IS NULL OR kind=?2) ORDER BY doc",
            (compartment, kind),
        )
        return list(map(Head._make, found))


def versions_in(index: Index, compartment: bytes) -> frozenset[VersionId]:
    """Return the heads of all records of a compartment by their ids alone: half the time of `heads_in`."""
    with index.reading() as sql:
        found = sql.execute("SELECT version FROM head WHERE compartment=?", (compartment,))
        return frozenset(version for (version,) in found)


def cases_of_records(index: Index, first: bytes, last: bytes, kind: str) -> set[tuple[bytes, bytes]]:
    """Return (record, case that it stands in) of all records of a kind from one id to another.

    An id is a word of whoever wrote the record: it may stand in several cases.
    """
    with index.reading() as sql:
        rows = sql.execute(
            "SELECT record, case_id FROM head WHERE record BETWEEN ? AND ? AND kind=?", (first, last, kind)
        )
        return {(bytes(record), bytes(case)) for record, case in rows}


def records_of(index: Index, versions: Collection[bytes]) -> set[tuple[CompartmentId, RecordId]]:
    """Return (compartment, record) of those versions that were brought in: as heads, or as what others replace."""
    asked, found = list(versions), set[tuple[CompartmentId, RecordId]]()
    with index.reading() as sql:
        for start in range(0, len(asked), _VERSIONS_AT_ONCE):
            some = asked[start : start + _VERSIONS_AT_ONCE]
            among = ", ".join("?" * len(some))
            rows = sql.execute(
                f"SELECT compartment, record FROM head WHERE version IN ({among})"  # noqa: S608 - question marks alone
                f" UNION SELECT compartment, record FROM replaced WHERE version IN ({among})",
                [*some, *some],
            )
            found |= {(CompartmentId(compartment), RecordId(record)) for compartment, record in rows}
    return found


def heads_since(index: Index, compartment: bytes, at_ms: int) -> list[Head]:
    """Return the heads of a compartment that their writers' clocks say are not older than a time in ms."""
    with index.reading() as sql:
        found = sql.execute(
            "SELECT record, version, kind FROM head WHERE compartment=? AND at_ms>=?", (compartment, at_ms)
        )
        return [Head(*row) for row in found]


def records_between(index: Index, first: bytes, last: bytes) -> set[tuple[bytes, bytes, str]]:
    """Return (record, case that it stands in, kind) of all records from one id to another; see `cases_of_records`."""
    with index.reading() as sql:
        rows = sql.execute("SELECT record, case_id, kind FROM head WHERE record BETWEEN ? AND ?", (first, last))
        return {(bytes(record), bytes(case), kind) for record, case, kind in rows}


def corrections_of(index: Index, compartment: bytes, note: bytes) -> list[bytes]:
    """Return the records of a compartment of which a head says that it corrects this note."""
    with index.reading() as sql:
        found = sql.execute(
            "SELECT DISTINCT record FROM correction JOIN head USING (doc) WHERE note=? AND compartment=?",
            (note, compartment),
        )
        return [bytes(record) for (record,) in found]


def had_version(index: Index, compartment: bytes, version: bytes) -> bool:
    """Say whether a version of a compartment was ever brought in: it stands there, or another replaced it."""
    with index.reading() as sql:
        found = sql.execute(
            "SELECT 1 FROM head WHERE compartment=?1 AND version=?2"
            " UNION ALL SELECT 1 FROM replaced WHERE compartment=?1 AND version=?2 LIMIT 1",
            (compartment, version),
        )
        return found.fetchone() is not None


def conflicts(index: Index) -> list[tuple[bytes, bytes, str]]:
    """Return (compartment, record, kind) of every record with more than one head of a kind."""
    with index.reading() as sql:
        return list(
            sql.execute(
                "SELECT compartment, record, kind FROM conflict CROSS JOIN head USING (compartment, record)"
                " GROUP BY compartment, record, kind HAVING count(*)>1 ORDER BY compartment, record, kind"
            )
        )


def heads_of_record(index: Index, record: bytes, kind: str) -> dict[bytes, tuple[bytes, ...]]:
    """Return compartment -> heads of a kind, of the record that has one id in many compartments: a member's access."""
    found: dict[bytes, tuple[bytes, ...]] = {}
    with index.reading() as sql:
        rows = sql.execute(
            "SELECT compartment, version FROM head WHERE record=? AND kind=? ORDER BY version", (record, kind)
        )
        for compartment, version in rows:
            found[compartment] = (*found.get(compartment, ()), version)
    return found


def access_records(index: Index) -> dict[bytes, tuple[bytes, ...]]:
    """Return compartment -> records of kind `access` in it: of whom something is written on until when they hold it."""
    found: dict[bytes, tuple[bytes, ...]] = {}
    with index.reading() as sql:
        rows = sql.execute("SELECT DISTINCT compartment, record FROM head WHERE kind='access'")
        for compartment, record in rows:
            found[compartment] = (*found.get(compartment, ()), record)
    return found
