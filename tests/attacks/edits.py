"""Random edits of what lies on a disk, by somebody with every key: rows, schema, `keys`, bundles, backups, packages.

Each edit says in words what it did, so that a failure can be done again by hand. What is signed cannot be made anew;
everything else can.
"""

from __future__ import annotations

import io
import random
import tarfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pyrage  # type: ignore[import-untyped]  # ships no types
import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from tests.vectors.independent.tables import COLUMNS, connect

Cells = dict[str, Any]


def flip(data: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Change one bit, cut the end off, or add something; say which."""
    how = chance.choice(["flip", "flip", "flip", "cut", "add"])
    at = chance.randrange(len(data)) if data else 0
    if how == "cut":
        return data[:at], f"cut at {at} of {len(data)}"
    if how == "add" or not data:
        return data + chance.randbytes(chance.choice([1, 16, 1000])), "bytes added"
    return data[:at] + bytes([data[at] ^ (1 << chance.randrange(8))]) + data[at + 1 :], f"a bit at {at} of {len(data)}"


class RowEdits:
    """Edits of one database under its key; `older` is the same database as it was before."""

    def __init__(self, path: Path, key: bytes, chance: random.Random, older: Path | None = None) -> None:
        self._path, self._key, self._chance, self._older = path, key, chance, older

    def edit(self) -> str:
        """Do one edit that changes something; return what it was."""
        ways: list[Callable[[Any], str | None]] = [
            self._delete,
            self._delete,
            self._alter,
            self._alter,
            self._double,
            self._swap,
            self._retype,
            self._detach,
            self._schema,
        ]
        if self._older is not None:
            ways += [self._put_back, self._put_back]
        while True:
            with closing(connect(self._path, self._key)) as connection:
                connection.execute("BEGIN IMMEDIATE")
                try:
                    said = self._chance.choice(ways)(connection)
                except driver.Error:  # a key that stands there already
                    said = None
                connection.execute("ROLLBACK" if said is None else "COMMIT")
                if said is not None:
                    return said

    def _table(self, connection: Any) -> tuple[str, list[Cells]]:
        here = {name for (name,) in connection.execute("SELECT name FROM sqlite_master").fetchall()}
        name = self._chance.choice([one for one in COLUMNS if one in here])
        return name, rows_of(connection, name)

    def _row(self, connection: Any, count: int = 1) -> tuple[str, list[Cells]] | None:
        name, rows = self._table(connection)
        return (name, self._chance.sample(rows, count)) if len(rows) >= count else None

    def _delete(self, connection: Any) -> str | None:
        if (found := self._row(connection)) is None:
            return None
        name, (row,) = found
        delete(connection, name, row)
        return f"{name}: deleted {short(row)}"

    def _alter(self, connection: Any) -> str | None:
        if (found := self._row(connection)) is None:
            return None
        name, (row,) = found
        column = self._chance.choice(list(COLUMNS[name]))
        value = row[column]
        if isinstance(value, int):
            new: Any = max(0, value + self._chance.choice([-1, 1, 100]))
        else:
            new, _ = flip(value, self._chance)
        replace(connection, name, row, {**row, column: new})
        return None if new == value else f"{name}: altered {column} of {short(row)}"

    def _retype(self, connection: Any) -> str | None:
        if (found := self._row(connection)) is None:
            return None
        name, (row,) = found
        column = self._chance.choice(list(COLUMNS[name]))
        replace(connection, name, row, {**row, column: self._chance.choice(["text", 0.5, -1, 1 << 60])})
        return f"{name}: another type in {column} of {short(row)}"

    def _double(self, connection: Any) -> str | None:
        if (found := self._row(connection)) is None:
            return None
        name, (row,) = found
        column = self._chance.choice(list(COLUMNS[name]))
        value = row[column]
        new = value + self._chance.choice([1, 1000]) if isinstance(value, int) else flip(value, self._chance)[0]
        insert(connection, name, {**row, column: new})
        return f"{name}: a second {short(row)} with another {column}"

    def _swap(self, connection: Any) -> str | None:
        if (found := self._row(connection, 2)) is None:
            return None
        name, (one, other) = found
        column = self._chance.choice(list(COLUMNS[name]))
        if one[column] == other[column]:
            return None
        delete(connection, name, one)
        delete(connection, name, other)
        insert(connection, name, {**one, column: other[column]})
        insert(connection, name, {**other, column: one[column]})
        return f"{name}: {column} of {short(one)} and {short(other)} swapped"

    def _put_back(self, connection: Any) -> str | None:
        assert self._older is not None
        name = self._chance.choice(list(COLUMNS))
        with closing(connect(self._older, self._key)) as before:
            old = rows_of(before, name)
        rows = rows_of(connection, name)
        if self._chance.random() < 0.5:
            new = [row for row in rows if row not in old]
            for row in new:
                delete(connection, name, row)
            if name == "local":
                for row in (row for row in old if row not in rows):
                    insert(connection, name, row)
            return f"{name}: as it was before" if new else None
        lost = [row for row in old if row not in rows]
        for row in lost[:1]:
            insert(connection, name, row)
        return f"{name}: an old row came back" if lost else None

    def _detach(self, connection: Any) -> str | None:
        """Write a row again while an index is out of the schema, so that the index does not have it."""
        found = connection.execute("SELECT name, tbl_name, sql, rootpage FROM sqlite_master WHERE type = 'index'")
        index, table, text, page = self._chance.choice([row for row in found.fetchall() if row[2]])
        rows = rows_of(connection, table)
        if not rows:
            return None
        row = self._chance.choice(rows)
        connection.execute("COMMIT")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute("DELETE FROM sqlite_master WHERE name = ?", (index,))
        connection.execute("PRAGMA writable_schema=RESET")
        connection.execute("BEGIN IMMEDIATE")
        delete(connection, table, row)
        if self._chance.random() < 0.8:
            insert(connection, table, row)
        connection.execute("COMMIT")
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql) VALUES ('index', ?, ?, ?, ?)",
            (index, table, page, text),
        )
        connection.execute("PRAGMA writable_schema=RESET")
        connection.execute("BEGIN IMMEDIATE")
        return f"{table}: {short(row)} is not in the index {index}"

    def _schema(self, connection: Any) -> str | None:
        table = self._chance.choice(list(COLUMNS))
        statement = self._chance.choice(
            [
                f"DROP TABLE {table}",
                f"CREATE TRIGGER t AFTER INSERT ON {table} BEGIN SELECT RAISE(IGNORE); END",
                f"CREATE TRIGGER t AFTER DELETE ON {table} BEGIN DELETE FROM tile; END",
                "CREATE TABLE copies (kept)",
                f"CREATE VIEW v AS SELECT * FROM {table}",
                f"ALTER TABLE {table} ADD COLUMN more BLOB",
                "DROP INDEX version_by_record",
                "DROP INDEX granted_by_seat",
                f"DELETE FROM {table}",
            ]
        )
        if statement.startswith("DELETE") and not rows_of(connection, table):
            return None
        connection.execute(statement)
        return statement


def rows_of(connection: Any, table: str) -> list[Cells]:
    """Return all rows of a table, in one order in each run."""
    names = list(COLUMNS[table])
    found = connection.execute(f"SELECT {', '.join(names)} FROM {table} NOT INDEXED").fetchall()
    return [dict(zip(names, cells, strict=True)) for cells in found]


def delete(connection: Any, table: str, row: Cells) -> None:
    where = " AND ".join(f"{name} IS ?" for name in row)
    connection.execute(f"DELETE FROM {table} WHERE {where}", tuple(row.values()))


def insert(connection: Any, table: str, row: Cells) -> None:
    marks = ", ".join("?" for _ in row)
    connection.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", tuple(row.values()))


def replace(connection: Any, table: str, row: Cells, new: Cells) -> None:
    """Put a row in the place of another."""
    delete(connection, table, row)
    insert(connection, table, new)


def short(row: Cells) -> str:
    """Return a row in a few words."""
    shown = (f"{name}={value.hex()[:8] if isinstance(value, bytes) else value}" for name, value in row.items())
    return "(" + " ".join(list(shown)[:5]) + ")"


_SLOTS, _DOORS = range(92, 32_860, 1024), range(32_860, 72_460, 1200)


def edit_keys(data: bytes, chance: random.Random, older: bytes) -> tuple[bytes, str]:
    """Edit a `keys` file: a bit, two parts swapped, a part of an older file."""
    how = chance.choice(["bit", "bit", "swap", "old", "part"])
    if how == "old":
        return older, "an older keys file"
    size, starts = chance.choice([(1024, _SLOTS), (1200, _DOORS)])
    one, other = chance.sample(list(starts), 2)
    if how == "swap":
        parts = data[one : one + size], data[other : other + size]
        data = data[:one] + parts[1] + data[one + size :]
        return data[:other] + parts[0] + data[other + size :], f"parts at {one} and {other} swapped"
    if how == "part":
        return data[:one] + older[one : one + size] + data[one + size :], f"the older part at {one}"
    at = chance.choice([chance.randrange(len(data)), chance.choice([0, 1, 2, 18, 41, 42, 77, 81, 82, 91])])
    if at in range(74, 77):  # what costs gigabytes is refused elsewhere, and slowly
        at = 77
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :], f"a bit at {at}"


def edit_package(data: bytes, identity: str, chance: random.Random) -> tuple[bytes, str]:
    """Edit a package: its outside, or its files and the tar around them, sealed again for the same recipient."""
    if chance.random() < 0.4:
        edited, said = flip(data, chance)
        return edited, f"outside: {said}"
    own = pyrage.x25519.Identity.from_str(identity)
    content = pyrage.decrypt(data, [own])
    with tarfile.open(fileobj=io.BytesIO(content), mode="r:") as tar:
        members = [(one, handle.read()) for one in tar if (handle := tar.extractfile(one)) is not None]
    how = chance.choice(["content", "content", "tail", "order", "more", "less"])
    if how == "tail":
        edited, said = content[:-1] + b"\1", "a byte in the zeros"
    else:
        at = chance.randrange(len(members))
        said = f"{how} of {members[at][0].name}"
        if how == "content":
            changed, what = flip(members[at][1], chance)
            members[at] = members[at][0], changed
            said += f": {what}"
        elif how == "order":
            members.insert(0, members.pop())
        elif how == "more":
            members.append(members[at])
        else:
            members.pop(at)
        edited = _tar(members)
    return bytes(pyrage.encrypt(edited, [own.to_public()])), f"inside: {said}"


def _tar(members: list[tuple[tarfile.TarInfo, bytes]]) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:", format=tarfile.USTAR_FORMAT) as tar:
        for info, data in members:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    size = len(buffer.getvalue())
    exponent = size.bit_length() - 1
    step = 1 << (exponent - exponent.bit_length())
    return buffer.getvalue().ljust(-(-size // step) * step, b"\0")
