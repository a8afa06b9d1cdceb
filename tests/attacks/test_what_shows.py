"""What a thief of the database key sees without the key of a case: sizes in steps, ids without order, and no time."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from tests.attacks.outsider import Outsider
from tests.services.founded import Filled
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.records.versions import encode_content, open_version
from vault.services.cases import notes

READABLE = 2  # format and suite
OVERHEAD = READABLE + 24 + 32 + 16
AUDIT_SIZES = {256, 512, 1024, 4096}
# Columns whose bytes are sealed, wrapped or hashed: what stands there is noise to whoever lacks the key.
SEALED = {"blob", "sealed", "wrap"}


def is_padme(size: int) -> bool:
    """Say whether a length is one that Padme allows, as its paper words it: few low bits are set."""
    exponent = size.bit_length() - 1
    return size >= 256 and size % (1 << (exponent - exponent.bit_length())) == 0


def test_every_stored_length_is_one_of_few(victim: Filled, outsider: Outsider) -> None:
    with victim.open() as session:
        for size in (0, 1, 255, 256, 257, 1_000, 5_001, 70_003):
            notes.add(session, victim.cases[0], Note(NoteKind.CONTACT, "x" * size or "-"))
    with outsider.rows(victim.path) as rows:
        versions = [len(blob) - OVERHEAD for (blob,) in rows.execute("SELECT blob FROM version").fetchall()]
        payloads = {len(sealed) - OVERHEAD for (sealed,) in rows.execute("SELECT sealed FROM operation").fetchall()}
        grants = {len(sealed) for (sealed,) in rows.execute("SELECT sealed FROM granted").fetchall()}
        wraps = {len(wrap) for (wrap,) in rows.execute("SELECT wrap FROM version_key").fetchall()}
        local = [len(blob) - OVERHEAD for (blob,) in rows.execute("SELECT blob FROM local").fetchall() if blob]
    assert all(map(is_padme, versions))
    assert len(set(versions)) < 16 < len(versions)
    assert payloads <= AUDIT_SIZES
    assert (grants, wraps) == ({1_168}, {40})
    assert all(map(is_padme, local))


def test_ids_of_records_are_uniform_and_tell_no_order(victim: Filled, outsider: Outsider) -> None:
    with outsider.rows(victim.path) as rows:
        found = rows.execute("SELECT record FROM version ORDER BY origin, seq, n").fetchall()
    ids = list(dict.fromkeys(bytes(record) for (record,) in found))
    assert len(ids) > 256
    spread = len(ids) ** 0.5 / 2
    for bit in range(128):  # a version number or a clock would fix some of them
        ones = sum(one[bit // 8] >> bit % 8 & 1 for one in ids)
        assert abs(ones - len(ids) / 2) < 6 * spread, f"bit {bit} is set in {ones} of {len(ids)}"
    counted = Counter(byte for one in ids for byte in one)
    expected = 16 * len(ids) / 256
    chi_square = sum((counted[byte] - expected) ** 2 / expected for byte in range(256))
    assert 255 - 6 * 22.6 < chi_square < 255 + 6 * 22.6
    # Whoever sorts them learns nothing of when they were made.
    rank = {one: place for place, one in enumerate(sorted(ids))}
    rising = sum(rank[one] < rank[following] for one, following in pairwise(ids))
    assert abs(rising - len(ids) / 2) < 6 * spread


def spellings(ms: int) -> Iterator[bytes]:
    """Yield how a wall clock of these minutes could stand in bytes of either order, or in text."""
    for number, kept in ((ms, 5), (ms // 1_000, 6), (ms * 1_000, 4)):
        yield number.to_bytes(8, "big")[:kept]
        yield number.to_bytes(8, "big")[:kept][::-1]
    yield str(ms)[:7].encode()
    yield time.strftime("%Y-%m-%d", time.gmtime(ms / 1_000)).encode()


def cells(rows: Any) -> Iterator[tuple[str, bytes]]:
    """Yield every cell that is not sealed, with its table and column."""
    for (table,) in rows.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
        cursor = rows.execute(f'SELECT * FROM "{table}"')
        names = [column[0] for column in cursor.description]
        for row in cursor.fetchall():
            for name, value in zip(names, row, strict=True):
                if name not in SEALED and value is not None:
                    number = value.to_bytes(8, "big") if isinstance(value, int) else value
                    yield f"{table}.{name}", number if isinstance(number, bytes) else str(number).encode()


def test_no_time_stands_outside_a_seal(short: Filled, holder: Outsider) -> None:
    with short.open() as session:
        now = session.log.now_ms()
        record = notes.add(session, short.cases[0], Note(NoteKind.CONTACT, "written just now"))
        with session.database.reading() as rows:
            (sealed,) = rows.versions(short.cases[0], record)
        opened = open_version(sealed, vault=session.vault, keyring=session.keyring)
    assert opened is not None
    inside = encode_content(opened.content)
    assert any(one in inside for one in spellings(now)), "the control: the same search finds the time inside the seal"
    with holder.rows(short.path) as outside:
        found = {where for where, cell in cells(outside) for one in spellings(now) if one in cell}
    assert found == set()
