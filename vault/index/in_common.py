"""How many people have something in common, and what stands in one case alone: what is rare tells who somebody is."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from vault.index.file import Index
from vault.index.index_tables import Statements
from vault.index.search_text import fold, words_of

_CLIENTS = "SELECT DISTINCT coalesce(who, record) FROM person WHERE is_client"
_ELSEWHERE = "SELECT 1 FROM text JOIN head ON head.doc=text.rowid WHERE text MATCH ? AND head.case_id<>? LIMIT 1"


def count_clients(index: Index) -> int:
    """Return how many clients the cases of this member have, each person once."""
    with index.reading() as sql:
        count: int = sql.execute(f"SELECT count(*) FROM ({_CLIENTS})").fetchone()[0]  # noqa: S608 - a constant
    return count


def clients_sharing(index: Index, of_person: Collection[str], of_event: Collection[str]) -> int:
    """Return how many clients have all these traits themselves, and one event in a case of theirs with all of those."""
    query = _CLIENTS
    if of_person:
        query += f" AND doc IN ({_all_of(of_person)})"
    if of_event:
        query += f" AND case_id IN (SELECT case_id FROM head WHERE doc IN ({_all_of(of_event)}))"  # noqa: S608
    with index.reading() as sql:
        count: int = sql.execute(f"SELECT count(*) FROM ({query})", (*of_person, *of_event)).fetchone()[0]  # noqa: S608
    return count


def _all_of(traits: Collection[str]) -> str:
    return " INTERSECT ".join(["SELECT doc FROM trait WHERE word=?"] * len(traits))


def in_no_other_case(index: Index, phrases: Iterable[str], case: bytes) -> list[str]:
    """Return those of the phrases whose words stand one behind the other in no other case of this member."""
    with index.reading() as sql:
        return [phrase for phrase in phrases if not _stands(sql, phrase, case)]


def _stands(sql: Statements, phrase: str, case: bytes) -> bool:
    words = words_of(fold(phrase))
    return bool(words) and sql.execute(_ELSEWHERE, (f'"{" ".join(words)}"', case)).fetchone() is not None
