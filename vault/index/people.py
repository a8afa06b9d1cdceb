"""The people of cases: their names, and in which cases the same person stands."""

from __future__ import annotations

from vault.index.file import Index


def people_in(index: Index, case: bytes) -> dict[bytes, str]:
    """Return record -> name of the people of a case; the newest head names them."""
    with index.reading() as sql:
        rows = sql.execute("SELECT record, name FROM person WHERE case_id=? ORDER BY doc", (case,))
        return {bytes(record): name for record, name in rows}


def everybody(index: Index) -> dict[tuple[bytes, bytes], str]:
    """Return (case, record) -> name of all people of the cases of this index, who was written last at the end."""
    with index.reading() as sql:
        rows = sql.execute("SELECT case_id, record, name FROM person ORDER BY doc")
        return {(bytes(case), bytes(record)): name for case, record, name in rows}


def places_of(index: Index, who: bytes) -> list[tuple[bytes, bytes]]:
    """Return (case, record) of everybody who is written to be this person, in the cases of this index."""
    with index.reading() as sql:
        rows = sql.execute("SELECT DISTINCT case_id, record FROM person WHERE who=? ORDER BY doc", (who,))
        return [(bytes(case), bytes(record)) for case, record in rows]


def who_is(index: Index, case: bytes, record: bytes) -> bytes | None:
    """Return who a person of a case is written to be, by the newest head that says it."""
    with index.reading() as sql:
        found = sql.execute(
            "SELECT who FROM person WHERE case_id=? AND record=? AND who IS NOT NULL ORDER BY doc DESC LIMIT 1",
            (case, record),
        ).fetchone()
        return None if found is None else bytes(found[0])
