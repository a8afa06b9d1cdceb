"""Ways to tamper with a vault's rows, and the place that a verification has to name for each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from tests.attacks.outsider import digest_of, flipped


@dataclass(frozen=True, slots=True)
class Expected:
    """The first bad place: its code, and where in the log. `seq` None stands for the log as a whole."""

    codes: frozenset[str]
    seq: int | None
    n: int | None = None


Tamper = Callable[[Any, "Target"], Expected]


@dataclass(frozen=True, slots=True)
class Target:
    """The log under attack, and its entries after genesis that hold a version."""

    origin: bytes
    size: int
    places: tuple[int, ...]


def aim(rows: Any) -> Target:
    (origin,) = rows.execute("SELECT origin FROM genesis").fetchone()
    (size,) = rows.execute("SELECT max(seq) + 1 FROM operation").fetchone()
    places = rows.execute("SELECT DISTINCT seq FROM version WHERE seq > 0 ORDER BY seq").fetchall()
    return Target(origin, size, tuple(seq for (seq,) in places))


Which = Callable[[Target], int]
ADDED = "INSERT INTO operation (origin, seq, header, list, sealed, digest)"
AT = "FROM operation WHERE seq = ?"


def early(target: Target) -> int:
    return target.places[0]


def middle(target: Target) -> int:
    """Return an entry in the middle of the full tile."""
    return target.places[len(target.places) // 2]


def late(target: Target) -> int:
    """Return the last entry that lists a version, behind the full tile."""
    return target.places[-1]


def newest(target: Target) -> int:
    return target.size - 1


def placed(table: str, change: Callable[[Any, str, tuple[int, ...]], object], which: Which, *codes: str) -> Tamper:
    """Change one row of a table: the one of an entry, or the first of its versions or of their wrapped keys."""

    def act(rows: Any, target: Target) -> Expected:
        seq = which(target)
        if table == "operation":
            change(rows, "seq = ?", (seq,))
            return Expected(frozenset(codes), seq)
        (n,) = rows.execute(f"SELECT n FROM {table} WHERE seq = ?", (seq,)).fetchone()
        change(rows, "seq = ? AND n = ?", (seq, n))
        return Expected(frozenset(codes), seq, n)

    return act


def flip(table: str, column: str, which: Which, *codes: str) -> Tamper:
    """Flip a bit of one column of an operation, of a version, or of a version's wrapped key."""

    def change(rows: Any, where: str, place: tuple[int, ...]) -> None:
        (value,) = rows.execute(f"SELECT {column} FROM {table} WHERE {where}", place).fetchone()
        rows.execute(f"UPDATE {table} SET {column} = ? WHERE {where}", (flipped(value), *place))

    return placed(table, change, which, *codes)


def flip_digit_of_commitment(which: Which) -> Tamper:
    """Change a header into another canonical one and renew the digest of its row: only the tree can tell."""

    def act(rows: Any, target: Target) -> Expected:
        seq = which(target)
        header, listed, sealed = rows.execute(f"SELECT header, list, sealed {AT}", (seq,)).fetchone()
        forged = header[:20] + (b"0" if header[20:21] != b"0" else b"1") + header[21:]
        values = (forged, digest_of(forged, listed, sealed), seq)
        rows.execute("UPDATE operation SET header = ?, digest = ? WHERE seq = ?", values)
        (before,) = rows.execute("SELECT max(size) FROM checkpoint WHERE size <= ?", (seq,)).fetchone()
        return Expected(frozenset({"altered", "rolled-back"}), before)

    return act


def delete(table: str, which: Which, *codes: str) -> Tamper:
    def change(rows: Any, where: str, place: tuple[int, ...]) -> None:
        rows.execute(f"DELETE FROM {table} WHERE {where}", place)

    return placed(table, change, which, *codes)


def delete_and_close_up(rows: Any, target: Target) -> Expected:
    """Remove an operation and move all later rows one place down."""
    seq = middle(target)
    rows.execute("DELETE FROM operation WHERE seq = ?", (seq,))
    for table in ("version", "version_key"):
        rows.execute(f"DELETE FROM {table} WHERE seq = ?", (seq,))
    for table in ("operation", "version", "version_key"):
        rows.execute(f"UPDATE {table} SET seq = -seq WHERE seq > ?", (seq,))
        rows.execute(f"UPDATE {table} SET seq = -seq - 1 WHERE seq < 0")
    return Expected(frozenset({"missing"}), seq)


def swap(table: str, *codes: str, columns: tuple[str, ...]) -> Tamper:
    """Exchange what two rows of a table hold under their places."""

    def act(rows: Any, target: Target) -> Expected:
        one, other = middle(target), late(target)
        n = None
        held = {}
        for seq in (one, other):
            held[seq] = rows.execute(f"SELECT {', '.join(columns)} FROM {table} WHERE seq = ?", (seq,)).fetchone()
        if table != "operation":
            (n,) = rows.execute(f"SELECT n FROM {table} WHERE seq = ?", (one,)).fetchone()
        for seq, values in ((one, held[other]), (other, held[one])):
            settings = ", ".join(f"{column} = ?" for column in columns)
            rows.execute(f"UPDATE {table} SET {settings} WHERE seq = ?", (*values, seq))
        return Expected(frozenset(codes), one, n)

    return act


def insert_beyond_checkpoint(rows: Any, target: Target) -> Expected:
    """Append a well-formed operation that nobody signed."""
    header, listed, sealed = rows.execute(f"SELECT header, list, sealed {AT}", (late(target),)).fetchone()
    forged = header.replace(f'"s":{late(target)},'.encode(), f'"s":{target.size},'.encode())
    digest = digest_of(forged, listed, sealed)
    rows.execute(f"{ADDED} VALUES (?, ?, ?, ?, ?, ?)", (target.origin, target.size, forged, listed, sealed, digest))
    return Expected(frozenset({"beyond-checkpoint"}), target.size)


def insert_between(rows: Any, target: Target) -> Expected:
    """Move all later rows one place up and put a copy into the gap."""
    seq = middle(target)
    for table in ("operation", "version", "version_key"):
        rows.execute(f"UPDATE {table} SET seq = -seq - 1 WHERE seq > ?", (seq,))
        rows.execute(f"UPDATE {table} SET seq = -seq WHERE seq < 0")
    rows.execute(f"{ADDED} SELECT origin, seq + 1, header, list, sealed, digest {AT}", (seq,))
    return Expected(frozenset({"inserted"}), seq)


def duplicate_far_away(rows: Any, target: Target) -> Expected:
    """Store an operation a second time, under a position that the log has not reached."""
    place = (target.size + 1000, middle(target))
    rows.execute(f"{ADDED} SELECT origin, ?, header, list, sealed, digest {AT}", place)
    return Expected(frozenset({"missing"}), target.size)


def duplicate_under_another_digest(which: Which) -> Tamper:
    """Put an operation beside itself, under a digest that is not its own and sorts before it."""

    def act(rows: Any, target: Target) -> Expected:
        rows.execute(f"{ADDED} SELECT origin, seq, header, list, sealed, ? {AT}", (bytes(32), which(target)))
        return Expected(frozenset({"false-row"}), which(target))

    return act


def junk_operation_beside(which: Which) -> Tamper:
    """Put another well-formed operation beside the true one, with a digest that is its own."""

    def act(rows: Any, target: Target) -> Expected:
        header, listed, sealed = rows.execute(f"SELECT header, list, sealed {AT}", (which(target),)).fetchone()
        forged = header[:6] + sha256(b"junk").hexdigest().encode() + header[70:]
        digest = digest_of(forged, listed, sealed)
        rows.execute(
            f"{ADDED} VALUES (?, ?, ?, ?, ?, ?)", (target.origin, which(target), forged, listed, sealed, digest)
        )
        return Expected(frozenset({"false-row"}), which(target))

    return act


def junk_version_beside(which: Which) -> Tamper:
    """Put a version that nobody listed beside a true one."""

    def act(rows: Any, target: Target) -> Expected:
        seq = which(target)
        n, compartment, record, blob = rows.execute(
            "SELECT n, compartment, record, blob FROM version WHERE seq = ?", (seq,)
        ).fetchone()
        blob = flipped(blob)
        identity = sha256(compartment + record + blob).digest()
        rows.execute(
            "INSERT INTO version (origin, seq, n, id, compartment, record, blob) VALUES (?, ?, ?, ?, ?, ?, ?)",
            (target.origin, seq, n, identity, compartment, record, blob),
        )
        return Expected(frozenset({"unlisted"}), seq, n)

    return act


def junk_key_beside(rows: Any, target: Target) -> Expected:
    """Put a wrap that opens nothing beside a true one: it carries no authority and changes nothing."""
    seq = middle(target)
    rows.execute(
        "INSERT INTO version_key (origin, seq, n, epoch, wrap) "
        "SELECT origin, seq, n, epoch, zeroblob(40) FROM version_key WHERE seq = ?",
        (seq,),
    )
    return Expected(frozenset(), None)


def cut_tail(*, with_checkpoint: bool) -> Tamper:
    """Remove the newest operations, with or without the checkpoints that cover them."""

    def act(rows: Any, target: Target) -> Expected:
        keep = target.size - 2
        for table in ("operation", "version", "version_key"):
            rows.execute(f"DELETE FROM {table} WHERE seq >= ?", (keep,))
        if with_checkpoint:
            rows.execute("DELETE FROM checkpoint WHERE size > ?", (keep,))
        return Expected(frozenset({"cut"}), keep)

    return act


def remove_checkpoints(rows: Any, target: Target) -> Expected:
    rows.execute("DELETE FROM checkpoint")
    return Expected(frozenset({"unsigned"}), None)


def flip_checkpoint(which: str) -> Tamper:
    """Flip a bit of the signature in a checkpoint's note."""

    def act(rows: Any, target: Target) -> Expected:
        size, note = rows.execute(f"SELECT size, note FROM checkpoint ORDER BY size {which}").fetchone()
        rows.execute("UPDATE checkpoint SET note = ? WHERE size = ?", (flipped(note, len(note) - 20), size))
        if which == "DESC":
            return Expected(frozenset({"signature", "checkpoint"}), size)
        # Its session is then without any, which shows at the entry that began it.
        return Expected(frozenset({"unsealed-session"}), 0)

    return act


def flip_genesis(rows: Any, target: Target) -> Expected:
    (value,) = rows.execute("SELECT bytes FROM genesis").fetchone()
    rows.execute("UPDATE genesis SET bytes = ?", (flipped(value),))
    return Expected(frozenset({"genesis"}), None)
