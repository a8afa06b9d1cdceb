"""The tables of one member's index. No migrations: another stamp means that the file is made anew."""

from __future__ import annotations

from typing import Any, Protocol

# Raise it with every change of the tables, of what is put into them, or of fold.py.
STAMP = 26

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
    "CREATE TABLE cursor(origin BLOB PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID",
    # Entries behind the cursor of which something is not valid yet or is not here: asked again in every session.
    "CREATE TABLE waiting(origin BLOB, seq INTEGER, PRIMARY KEY(origin, seq)) WITHOUT ROWID",
    # Rosters and epochs that end or revoke somebody, of which it was asked what they take from this index.
    "CREATE TABLE cut(digest BLOB PRIMARY KEY) WITHOUT ROWID",
    # The rosters by which the versions here were judged, each with the admissions in it that were void.
    "CREATE TABLE roster(mark BLOB PRIMARY KEY) WITHOUT ROWID",
    # Epochs that lists name for this member, and grants that were not here; see `keys.py`.
    "CREATE TABLE key_item(home BLOB, digest BLOB, origin BLOB, seq INTEGER, n INTEGER NOT NULL,"
    " kind INTEGER NOT NULL, was_here INTEGER NOT NULL, PRIMARY KEY(home, digest, origin, seq)) WITHOUT ROWID",
    "CREATE TABLE key_cursor(origin BLOB PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID",
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


def create(sql: Statements) -> None:
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
