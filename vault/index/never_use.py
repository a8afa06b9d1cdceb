"""Numbers and addresses that must never be used, by the case in which somebody said so."""

from __future__ import annotations

from collections.abc import Collection

from vault.index.file import Index


def never_use_by_case(index: Index, cases: Collection[bytes] | None = None) -> dict[bytes, tuple[str, ...]]:
    """Return what must never be used, as written, by case: of the given cases, or of all in this index."""
    found: dict[bytes, dict[str, None]] = {}
    with index.reading() as sql:
        if cases is None:
            rows = sql.execute("SELECT case_id, line FROM never_use ORDER BY doc, line").fetchall()
        else:
            asked = (sql.execute(_OF_CASE, (case,)) for case in cases)
            rows = [row for found_in_case in asked for row in found_in_case]
    for case, line in rows:
        found.setdefault(bytes(case), {})[line] = None
    return {case: tuple(lines) for case, lines in found.items()}


_OF_CASE = "SELECT case_id, line FROM never_use WHERE case_id=? ORDER BY doc, line"
