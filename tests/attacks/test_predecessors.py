"""A log that another one goes on from is bound by the successor's genesis, whatever this account still remembers."""

from __future__ import annotations

import shutil
from typing import Any

import pytest

from tests.attacks.outsider import Outsider
from tests.english import in_english
from tests.records.beside import begin_beside
from tests.services.founded import Filled
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.log.genesis import Genesis
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking

ROWS = ("operation", "version", "version_key")


def forget(victim: Filled) -> None:
    shutil.rmtree(victim.state / "pins")


def first_log(rows: Any) -> tuple[bytes, list[int]]:
    """Return the log without predecessor and the sizes of its checkpoints."""
    geneses = rows.execute("SELECT origin, bytes FROM genesis").fetchall()
    (origin,) = (name for name, genesis in geneses if Genesis.decode(genesis).is_first)
    sizes = rows.execute("SELECT size FROM checkpoint WHERE origin = ? ORDER BY size", (origin,)).fetchall()
    return origin, [size for (size,) in sizes]


def cut_back(rows: Any) -> bytes:
    """Bring the log back to what an earlier session signed: by itself it is whole."""
    origin, sizes = first_log(rows)
    for table in ROWS:
        rows.execute(f"DELETE FROM {table} WHERE origin = ? AND seq >= ?", (origin, sizes[-2]))
    rows.execute("DELETE FROM checkpoint WHERE origin = ? AND size > ?", (origin, sizes[-2]))
    return origin


@pytest.mark.parametrize("steps", [1, 2], ids=["one successor", "a chain of two"])
def test_a_predecessor_that_was_cut_is_told_without_pins(victim: Filled, outsider: Outsider, steps: int) -> None:
    for _ in range(steps):
        forget(victim)
        with victim.open() as session:
            assert log_checking.verify(session).verified
    with outsider.rows(victim.path) as rows:
        origin = cut_back(rows)
    shutil.rmtree(victim.path / "index")
    forget(victim)
    # What is pinned after the first unlock is no more than is here: the genesis still knows better.
    for _ in range(2):
        with victim.open() as session:
            assert "is an older copy" in " ".join(in_english(session.warnings))
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                session.require_sound_log()
            found = [fault for fault in log_checking.verify(session).faults if fault.origin == origin]
            assert found[0].code == "cut"


def test_a_predecessor_that_was_removed_is_told_without_pins(victim: Filled, outsider: Outsider) -> None:
    for _ in range(2):
        forget(victim)
        with victim.open():
            pass
    with outsider.rows(victim.path) as rows:
        first, _ = first_log(rows)
        (second,) = (
            name
            for name, genesis in rows.execute("SELECT origin, bytes FROM genesis").fetchall()
            if Genesis.decode(genesis).predecessor == first
        )
        for table in (*ROWS, "checkpoint", "genesis"):
            rows.execute(f"DELETE FROM {table} WHERE origin = ?", (second,))
    shutil.rmtree(victim.path / "index")
    forget(victim)
    with victim.open() as session:
        assert "is missing or was altered" in " ".join(in_english(session.warnings))
        faults = log_checking.verify(session).faults
        assert ("genesis", second) in {(fault.code, fault.origin) for fault in faults}


def test_two_successors_of_one_log_are_a_fork(victim: Filled) -> None:
    with victim.open() as session:
        before = session.log.origin
        for _ in range(2):
            log = begin_beside(session, goes_on=True)
            with Work(log) as work:
                work.commit(Entry(act="log.restored"))
        faults = log_checking.verify(session).faults
        assert [fault.code for fault in faults if fault.origin == before] == ["fork"]
    with victim.open() as session:
        assert "both copies were used" in " ".join(in_english(session.warnings))


def test_going_on_after_lost_pins_is_no_fault(victim: Filled) -> None:
    for number in range(3):
        forget(victim)
        with victim.open() as session:
            notes.add(session, victim.cases[0], Note(NoteKind.CONTACT, f"on account {number}"))
            session.require_sound_log()
            assert log_checking.verify(session).verified
    with victim.open() as session:
        assert session.warnings == ()
        texts = [note.value.text for note in cases.open_case(session, victim.cases[0]).notes]
        assert texts[-3:] == [f"on account {number}" for number in range(3)]
