"""The tables of one member's index, without migrations, and the stretches into which an order of the list is cut."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

# The tables of one member's index. No migrations: another stamp means that the file is made anew.

# Raise it with every change of the tables, of what is put into them, or of fold.py.
STAMP = 28

# FTS5 leaves of 8,000 bytes fill SQLCipher's pages (8,192 less 80 for its seal); of the default 4,050 only one fits
# into a page: twice the file and a fifth more time. A prefix index of two letters costs a third of the build and makes
# the first keystrokes instant; longer beginnings are quick without (2.6 ms at p99, 50,000 notes).
_TEXT_TABLE = (
    "CREATE VIRTUAL TABLE text USING fts5(names, body, content='', contentless_delete=1, "
    "tokenize='unicode61 remove_diacritics 2', prefix='2')"
)

# What FTS5 gathers before it writes a segment, which it merges with others later: by default 1 MB, 3 segments to 2,000
# notes. A ceiling, reached by imports alone.
_GATHERED = 32 * 1024 * 1024

# How many segments of one size FTS5 merges into the next. With 8 an import merges less (DECISIONS.md, "Store and
# index"); once the index is made, 4 as by default, so that what is added in small pieces needs less room.
_MERGED_TOGETHER, _MERGED_LATER = 8, 4

_TABLES = (
    # `doc` is the version's time or the next free number: the newest comes first without sorting, and near numbers keep
    # the full text small (with 20 bits below the millisecond it was 1.4 times as large).
    "CREATE TABLE head(doc INTEGER PRIMARY KEY, compartment BLOB NOT NULL, record BLOB NOT NULL, version BLOB NOT NULL,"
    " at_ms INTEGER NOT NULL, case_id BLOB NOT NULL, kind TEXT NOT NULL)",
    "CREATE UNIQUE INDEX head_by_record ON head(compartment, record, version)",
    "CREATE INDEX head_by_record_alone ON head(record)",
    # Rights that end are few among many records, and every unlock asks for them.
    "CREATE INDEX head_of_access ON head(compartment, record) WHERE kind='access'",
    # Every version that one of some kind names as its parent, seen or not: order of arrival does not matter.
    "CREATE TABLE replaced(compartment BLOB, record BLOB, kind TEXT, version BLOB,"
    " PRIMARY KEY(compartment, record, kind, version))"
    " WITHOUT ROWID",
    "CREATE TABLE conflict(compartment BLOB, record BLOB, PRIMARY KEY(compartment, record)) WITHOUT ROWID",
    # One row per head of a case record; `top` is the one that the list shows: 1 in the list of open cases, 2 in that
    # of closed ones. `tie` is `doc` again: SQLite compares a
    # pair of columns within an index only where neither is the key of the table, and else walks all rows of one date.
    "CREATE TABLE case_row(doc INTEGER PRIMARY KEY, tie INTEGER NOT NULL, case_id BLOB NOT NULL, top INTEGER NOT NULL,"
    " heads INTEGER NOT NULL, title TEXT NOT NULL, ref TEXT NOT NULL, status TEXT NOT NULL, kind TEXT NOT NULL,"
    " due TEXT NOT NULL, risk TEXT NOT NULL, owner TEXT NOT NULL, opened TEXT, closed TEXT,"
    " name TEXT NOT NULL, name_key TEXT NOT NULL)",
    "CREATE INDEX case_row_by_case ON case_row(case_id)",
    "CREATE TABLE case_count(cases INTEGER NOT NULL)",
    "CREATE TABLE person(doc INTEGER PRIMARY KEY, case_id BLOB NOT NULL, record BLOB NOT NULL,"
    " is_client INTEGER NOT NULL, name TEXT NOT NULL, name_key TEXT NOT NULL, who BLOB,"
    " contact TEXT NOT NULL)",
    "CREATE INDEX person_by_who ON person(who) WHERE who IS NOT NULL",
    "CREATE INDEX person_by_case ON person(case_id, is_client, record)",
    # When a person was first written, whichever versions are heads now: the first client names the case.
    "CREATE TABLE begun(compartment BLOB, record BLOB, at_ms INTEGER NOT NULL, PRIMARY KEY(compartment, record))"
    " WITHOUT ROWID",
    # Heads of notes that correct an earlier one: of one note they are found without reading all of its case.
    "CREATE TABLE correction(doc INTEGER PRIMARY KEY, note BLOB NOT NULL)",
    "CREATE INDEX correction_by_note ON correction(note)",
    # Heads of notes about a contact: for how long a case had none.
    "CREATE TABLE contact(doc INTEGER PRIMARY KEY, case_id BLOB NOT NULL, day TEXT NOT NULL)",
    "CREATE INDEX contact_by_case ON contact(case_id, day)",
    # Under which references reports of a case left: whoever quotes one is found.
    "CREATE TABLE reported(doc INTEGER PRIMARY KEY, case_id BLOB NOT NULL, ref TEXT NOT NULL)",
    "CREATE INDEX reported_by_ref ON reported(ref)",
    # Records with a form (`casework.form`): under which date they stand, and whether somebody has to keep it.
    "CREATE TABLE dated(doc INTEGER PRIMARY KEY, case_id BLOB NOT NULL, day TEXT NOT NULL, is_due INTEGER NOT NULL,"
    " headline TEXT NOT NULL, rule TEXT NOT NULL)",
    "CREATE INDEX dated_by_case ON dated(case_id, day) WHERE is_due",
    "CREATE INDEX dated_by_day ON dated(day) WHERE is_due",
    # Times of steps that follow a date which is due: for a locked app, and nothing else.
    "CREATE TABLE later(doc INTEGER, day TEXT, case_id BLOB NOT NULL, PRIMARY KEY(doc, day)) WITHOUT ROWID",
    "CREATE INDEX later_by_day ON later(day)",
    # Digits from last to first, so that the last four or more of a number are a range.
    "CREATE TABLE phone(digits TEXT, doc INTEGER, PRIMARY KEY(digits, doc)) WITHOUT ROWID",
    "CREATE INDEX phone_by_doc ON phone(doc)",
    # How the words of people's names sound (`vault.names.sounds`); `place` is of `index.alike`.
    "CREATE TABLE name_sound(key TEXT, sound TEXT, is_bare INTEGER, doc INTEGER, place INTEGER,"
    " PRIMARY KEY(key, sound, doc, place)) WITHOUT ROWID",
    "CREATE INDEX name_sound_by_doc ON name_sound(doc)",
    # Entries of the register: their keyed hashes one behind the other, the key, and in whose log the entry stands.
    "CREATE TABLE registered(doc INTEGER PRIMARY KEY, key BLOB NOT NULL, hashes BLOB NOT NULL, origin BLOB NOT NULL)",
    # Numbers and addresses that must never be used, as written, in which case somebody said so, and `contact.key_of`.
    "CREATE TABLE never_use(doc INTEGER, case_id BLOB NOT NULL, line TEXT, key TEXT NOT NULL,"
    " PRIMARY KEY(doc, line)) WITHOUT ROWID",
    "CREATE INDEX never_use_by_key ON never_use(key)",
    "CREATE INDEX never_use_by_case ON never_use(case_id)",
    # What few or many people have in common (`casework.traits`): what an export tells of may be rare.
    "CREATE TABLE trait(word TEXT, doc INTEGER, PRIMARY KEY(word, doc)) WITHOUT ROWID",
    "CREATE INDEX trait_by_doc ON trait(doc)",
    "CREATE TABLE cursor(origin BLOB PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID",
    # Entries behind the cursor of which something is not valid yet or is not here: asked again in every session.
    "CREATE TABLE waiting(origin BLOB, seq INTEGER, PRIMARY KEY(origin, seq)) WITHOUT ROWID",
    # What ends or revokes somebody, and how far each seat counts: it was asked what that takes from this index.
    "CREATE TABLE cut(digest BLOB PRIMARY KEY) WITHOUT ROWID",
    # What entries say of cases and keys; see `remembered.py`.
    "CREATE TABLE listed_item(home BLOB, digest BLOB, origin BLOB, seq INTEGER, kind INTEGER NOT NULL,"
    " PRIMARY KEY(home, digest, origin, seq)) WITHOUT ROWID",
    "CREATE TABLE listed_cursor(origin BLOB PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID",
    # Versions of which this member was told: once.
    "CREATE TABLE told(version BLOB PRIMARY KEY) WITHOUT ROWID",
    "CREATE TABLE digest(sum BLOB NOT NULL)",
    _TEXT_TABLE,
)

# Made when a list is first asked for: four indexes led by random values would double the time of a rebuild.
_LISTS = (
    "CREATE INDEX IF NOT EXISTS list_by_due ON case_row(due, tie) WHERE top=1",
    "CREATE INDEX IF NOT EXISTS list_by_ref ON case_row(ref, tie) WHERE top=1",
    "CREATE INDEX IF NOT EXISTS list_by_name ON case_row(name_key, tie) WHERE top=1",
    "CREATE INDEX IF NOT EXISTS list_by_status ON case_row(status, due, tie) WHERE top=1",
    "CREATE INDEX IF NOT EXISTS list_by_ref_closed ON case_row(ref, tie) WHERE top=2",
)


class Statements(Protocol):
    """What the index uses of the driver's connection: SQL in, a cursor out."""

    def execute(self, sql: str, parameters: Any = (), /) -> Any:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run one statement for each set of parameters."""


def create_tables(sql: Statements) -> None:
    """Make the tables; the caller holds the transaction."""
    for statement in _TABLES:
        sql.execute(statement)
    sql.execute("INSERT INTO text(text, rank) VALUES ('pgsz', 8000)")
    sql.execute("INSERT INTO text(text, rank) VALUES ('hashsize', ?)", (_GATHERED,))
    sql.execute("INSERT INTO text(text, rank) VALUES ('automerge', ?)", (_MERGED_TOGETHER,))
    sql.execute("INSERT INTO digest VALUES (?)", (bytes(32),))
    sql.execute("INSERT INTO case_count VALUES (0)")
    sql.execute(f"PRAGMA user_version={STAMP}")


def create_lists(sql: Statements) -> None:
    """Make what pages of the list are read from, once all is in; the caller holds the transaction."""
    for statement in _LISTS:
        sql.execute(statement)
    sql.execute("INSERT INTO text(text, rank) VALUES ('automerge', ?)", (_MERGED_LATER,))


def has_lists(sql: Statements) -> bool:
    """Tell whether `create_lists` was done in this file."""
    made: int = sql.execute("SELECT count(*) FROM sqlite_master WHERE name LIKE 'list_by_%'").fetchone()[0]
    return made == len(_LISTS)


def stamp(sql: Statements) -> int:
    """Return the stamp of the file; 0 where no table was ever made."""
    number: int = sql.execute("PRAGMA user_version").fetchone()[0]
    return number


# Where rows stand in the orders of the list: each order is cut into stretches, and the file keeps how long each is.
# A jump adds up lengths and walks within one stretch. Triggers keep them, whatever changes a row. A stretch bears the
# key of the row that it began with: once that row leaves, it joins the stretch before, and nothing of the row stays.
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


def create_stretches(sql: Statements) -> None:
    """Make the stretches of all orders and what keeps them; the caller holds the transaction."""
    sql.execute(_TABLE)
    left = "; ".join(map(_one_less, LISTS))
    came = "; ".join(_longer(name, "new", "<=", "1") for name in LISTS)
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

    The position is counted from where the order begins, 0 first.
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


def _one_less(name: str) -> str:
    begun = f"list='{name}' AND (first, second, tie) = ({_key(name, 'old')})"
    its_rows = f"coalesce((SELECT rows FROM stretch WHERE {begun}), 0)"  # noqa: S608 - names from this file
    steps = (
        _longer(name, "old", "<=", "-1"),
        _longer(name, "old", "<", its_rows),
        f"DELETE FROM stretch WHERE {begun}",  # noqa: S608 - names from this file
    )
    return "; ".join(steps)
