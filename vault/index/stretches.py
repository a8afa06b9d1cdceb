"""Where rows stand in the orders of the list: each order is cut into stretches, and the file keeps how long each is.

A jump adds up lengths and walks within one stretch. Triggers keep them, whatever changes a row. A stretch bears the key
of the row that it began with: once that row leaves, it joins the stretch before, and nothing of the row stays.
"""

from __future__ import annotations

from collections.abc import Mapping

from vault.index.schema import Statements

ROWS_OF_A_STRETCH = 2_048
# One that grew beyond so many times that is walked too long: its order is cut anew.
_MOST = 4

LISTS: Mapping[str, tuple[str, ...]] = {
    "due": ("due",),
    "ref": ("ref",),
    "name": ("name_key",),
    "status": ("status", "due"),
}
"""By what each order is sorted, before `tie`. Fixed text, never input."""

Key = tuple[str | int, ...]

# `second` is empty in orders by one column. The first stretch of each begins before every row and stays.
_TABLE = (
    "CREATE TABLE stretch(list TEXT, first TEXT, second TEXT, tie INTEGER, rows INTEGER NOT NULL,"
    " PRIMARY KEY(list, first, second, tie)) WITHOUT ROWID"
)
_BEFORE_ALL = ("", "", -1)
# No other column of an order changes.
_MOVES = "(old.top IS NOT new.top OR old.name_key IS NOT new.name_key OR old.due IS NOT new.due)"


def create(sql: Statements) -> None:
    """Make the stretches of all orders and what keeps them; the caller holds the transaction."""
    sql.execute(_TABLE)
    left = "; ".join(map(_one_less, LISTS))
    came = "; ".join(map(_one_more, LISTS))
    sql.execute(f"CREATE TRIGGER stretch_gone AFTER DELETE ON case_row WHEN old.top=1 BEGIN {left}; END")
    sql.execute(f"CREATE TRIGGER stretch_left AFTER UPDATE ON case_row WHEN old.top=1 AND {_MOVES} BEGIN {left}; END")
    sql.execute(f"CREATE TRIGGER stretch_came AFTER UPDATE ON case_row WHEN new.top=1 AND {_MOVES} BEGIN {came}; END")
    for name in LISTS:
        cut(sql, name)


def cut(sql: Statements, name: str) -> None:
    """Cut an order anew into stretches of one length; the caller holds the transaction."""
    sql.execute("DELETE FROM stretch WHERE list=?", (name,))
    start, rest = _BEFORE_ALL, sql.execute("SELECT cases FROM case_count").fetchone()[0]
    following = (
        f"SELECT {_key(name)} FROM case_row WHERE top=1 AND {behind(name, '>=')}"  # noqa: S608 - names from this file
        f" ORDER BY {', '.join(_columns(name))} LIMIT 1 OFFSET {ROWS_OF_A_STRETCH}"
    )
    while rest > ROWS_OF_A_STRETCH:
        sql.execute("INSERT INTO stretch VALUES (?, ?, ?, ?, ?)", (name, *start, ROWS_OF_A_STRETCH))
        start = sql.execute(following, _bound(name, start)).fetchone()
        rest -= ROWS_OF_A_STRETCH
    sql.execute("INSERT INTO stretch VALUES (?, ?, ?, ?, ?)", (name, *start, rest))


def is_grown(sql: Statements, name: str) -> bool:
    """Tell whether an order has to be cut anew before somebody jumps in it."""
    longest: int = sql.execute("SELECT max(rows) FROM stretch WHERE list=?", (name,)).fetchone()[0]
    return longest > _MOST * ROWS_OF_A_STRETCH


def place_of(sql: Statements, name: str, position: int) -> tuple[Key, int] | None:
    """Return the key that a position's stretch begins with, and how many of its rows come before it; None past the end.

    Args:
        sql: for reading.
        name: of the order.
        position: counted from where the order begins, 0 first.
    """
    kept = "SELECT first, second, tie, rows FROM stretch WHERE list=? ORDER BY first, second, tie"
    for first, second, tie, rows in sql.execute(kept, (name,)).fetchall():
        if position < rows:
            return _bound(name, (first, second, tie)), position
        position -= rows
    return None


def behind(name: str, sign: str) -> str:
    """Return the condition on a row's place in an order, with a `?` for each part of a key."""
    columns = _columns(name)
    return f"({', '.join(columns)}) {sign} ({', '.join('?' * len(columns))})"


def _columns(name: str) -> tuple[str, ...]:
    return (*LISTS[name], "tie")


def _key(name: str, row: str = "case_row") -> str:
    first, *second = (f"{row}.{column}" for column in LISTS[name])
    return f"{first}, {second[0] if second else repr('')}, {row}.tie"


def _bound(name: str, key: tuple[str, str, int]) -> Key:
    first, second, tie = key
    return (first, second, tie) if len(LISTS[name]) > 1 else (first, tie)


def _longer(name: str, row: str, sign: str, rows: str) -> str:
    """Return the statement that adds rows to the last stretch that begins before (<) or not behind (<=) a row."""
    return (
        f"UPDATE stretch SET rows=rows+{rows} WHERE (list, first, second, tie) = (SELECT list, first, second, tie"  # noqa: S608
        f" FROM stretch WHERE list='{name}' AND (first, second, tie) {sign} ({_key(name, row)})"
        " ORDER BY first DESC, second DESC, tie DESC LIMIT 1)"
    )


def _one_more(name: str) -> str:
    return _longer(name, "new", "<=", "1")


def _one_less(name: str) -> str:
    begun = f"list='{name}' AND (first, second, tie) = ({_key(name, 'old')})"
    its_rows = f"coalesce((SELECT rows FROM stretch WHERE {begun}), 0)"  # noqa: S608 - names from this file
    steps = (
        _longer(name, "old", "<=", "-1"),
        _longer(name, "old", "<", its_rows),
        f"DELETE FROM stretch WHERE {begun}",  # noqa: S608 - names from this file
    )
    return "; ".join(steps)
