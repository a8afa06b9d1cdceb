"""The log of another device: what came of it later counts too, and is remembered."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.attacks.outsider import Outsider
from tests.services.founded import Filled, Place
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.log.genesis import Genesis
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking

TABLES = ("genesis", "operation", "version", "version_key", "epoch", "granted", "checkpoint")


@pytest.fixture
def elsewhere(short: Filled, tmp_path: Path) -> Place:
    """The same vault on another account, which writes a log of its own."""
    place = short.place.copied_to(tmp_path / "elsewhere")
    shutil.rmtree(place.state)
    return place


def carry(source: Place, target: Place, holder: Outsider) -> None:
    """Bring every row over, as a synchronisation would."""
    with holder.rows(source.path) as there, holder.rows(target.path) as here:
        for table in TABLES:
            rows = there.execute(f"SELECT * FROM {table}").fetchall()
            marks = ", ".join("?" * len(rows[0]))
            here.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({marks})", rows)


def write(place: Place, case: bytes, text: str) -> None:
    with place.open() as session:
        notes.add(session, case, Note(NoteKind.CONTACT, text))  # type: ignore[arg-type]  # the id of a case


def seen(place: Place) -> list[str]:
    with place.open() as session:
        found = [cases.open_case(session, row.case) for row in cases.list_all(session)]  # type: ignore[arg-type]
    return sorted(note.value.text for case in found for note in case.notes if note.value.text.startswith("from B"))


def test_a_log_that_grew_after_it_was_verified_is_read_on(short: Filled, elsewhere: Place, holder: Outsider) -> None:
    write(elsewhere, short.cases[0], "from B, first")
    carry(elsewhere, short.place, holder)
    assert seen(short.place) == ["from B, first"]
    for number in range(2):
        write(elsewhere, short.cases[0], f"from B, later {number}")
        carry(elsewhere, short.place, holder)
    expected = ["from B, first", "from B, later 0", "from B, later 1"]
    assert seen(short.place) == expected
    assert seen(short.place) == expected
    with short.open() as session:
        assert log_checking.verify(session).verified


def test_what_was_seen_of_a_log_is_pinned_as_far_as_it_was_seen(
    short: Filled, elsewhere: Place, holder: Outsider
) -> None:
    for text in ("from B, first", "from B, second"):
        write(elsewhere, short.cases[0], text)
        carry(elsewhere, short.place, holder)
        seen(short.place)
    with holder.rows(elsewhere.path) as rows:
        logs = rows.execute("SELECT origin, bytes FROM genesis").fetchall()
        (origin,) = (name for name, genesis in logs if not Genesis.decode(genesis).is_first)
        (size,) = rows.execute("SELECT max(seq) + 1 FROM operation WHERE origin = ?", (origin,)).fetchone()
    with short.open() as session:
        assert session.pins is not None
        assert session.pins.logs[origin].size == size
