"""What a device reads of who is in, and where entries stand among the logs of a seat: from signed logs in a store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.log.writer import KEM, Writer
from tests.records.small_office import (
    SHEETS,
    admission,
    directory_of,
    founded,
    going_on,
    new_log,
    places_of,
    put,
    signed,
)
from tests.sync.exchange import empty_store
from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.ids import Origin, SeatId
from vault.log.act_bytes import begin, end
from vault.log.items import Item, ItemKind
from vault.log.operation import compose
from vault.log.parting import Parting
from vault.policy.roles import Role
from vault.store.engine import Database
from vault.store.rowtypes import OperationRow
from vault.trust.log_trees import Branch, Place
from vault.trust.trust_items import Head
from vault.validity.deciding_lines import Lines, read_on
from vault.validity.proven import Proven

KIM = new_log("Kim")
NAMES_A_ROW = Item(ItemKind.GRANT, bytes(32), b"t" * 16)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


def read(store: Database, known: Lines | None = None, proven: Proven | None = None) -> Lines:
    with store.reading() as rows:
        return read_on(rows, known or Lines(), lambda _origin, _start, size: proven or Proven(size))


def places(lines: Lines) -> list[int]:
    return [line.seq for line in lines.lines]


def kims(entries: int = 4) -> Writer:
    """Return Kim's log, of entries that decide nothing."""
    log = new_log("Kim")
    for _ in range(entries):
        log.append(NAMES_A_ROW)
    return log


def test_each_entry_that_decides_is_read_once_and_those_that_decide_nothing_are_passed_over(store: Database) -> None:
    nour = founded(KIM)
    nour.append(NAMES_A_ROW)
    put(store, nour, kims())
    lines = read(store)
    assert [(line.origin, line.seq, line.digest) for line in lines.lines] == [
        (nour.origin, seq, nour.rows[seq].digest) for seq in (0, 1)
    ]
    assert lines.read == {nour.origin: 3, KIM.origin: 4}
    assert read(store, lines) is lines
    nour.append(signed(admission(new_log("Lou"))))
    put(store, nour)
    assert places(read(store, lines)) == [0, 1, 3]


def test_what_was_read_stays_though_its_row_is_altered_or_gone(store: Database) -> None:
    nour = founded(KIM)
    put(store, nour)
    lines = read(store)
    with store.transaction() as rows:
        rows.connection.exec_driver_sql("DELETE FROM operation")
    assert read(store, lines) == lines
    with store.transaction() as rows:
        rows.connection.exec_driver_sql("DELETE FROM genesis")
    assert read(store, lines) == lines
    assert set(lines.begun) == {nour.origin, KIM.origin}


def test_an_entry_that_is_not_proven_or_has_another_list_than_it_names_is_not_read(store: Database) -> None:
    nour = founded(KIM)
    row = nour.rows[1]
    put(store, nour)
    assert places(read(store, proven=Proven(1))) == [0]
    assert places(read(store, proven=Proven(2, frozenset({(1, row.digest)})))) == [0]
    with store.transaction() as rows:
        rows.connection.exec_driver_sql("UPDATE operation SET list = ? WHERE seq = 1", (nour.rows[0].list,))
    assert places(read(store)) == [0]


def test_where_another_history_came_in_a_log_is_read_anew(store: Database) -> None:
    nour = founded()
    nour.append(NAMES_A_ROW)
    put(store, nour)
    lines = read(store)
    item = signed(admission(KIM, Role.ADMIN))
    other = compose(origin=nour.origin, seq=2, commitment=bytes(32), items=[item], sealed=b"other")
    put(store, nour, beside=(other,))
    assert [line.digest for line in read(store, lines).lines if line.seq == 2] == [other.digest]


def test_an_item_of_no_known_form_decides_nothing_and_those_beside_it_do(store: Database) -> None:
    nour = founded()
    made = admission(KIM)
    wrong = made.content + b"\0"
    nour.append(signed(made), Item(made.kind, made.act.digest, bytes(16), wrong))
    put(store, nour)
    with store.reading() as rows:
        assert KIM.seat in directory_of(rows).certificates
    (line,) = (line for line in read(store).lines if line.seq == 2)
    assert wrong in dict(line.items).values()


def test_the_row_that_keeps_them_reads_back_and_another_is_refused(store: Database) -> None:
    put(store, founded(KIM))
    lines = Lines(read(store).lines, {KIM.origin: 3}, {Head(SeatId(KIM.seat), 2, b"r" * 32): KIM.origin})
    assert Lines.decode(lines.encode()) == lines
    assert lines.without([KIM.origin]).read == {}
    others = [b"", b"\x80", lines.encode()[:-1], lines.encode() + b"\0"]
    refused(MalformedError, "cannot be read", Lines.decode, others)


def test_no_other_log_founds_this_vault(store: Database) -> None:
    mallory = new_log("Mallory")
    mallory.append(Item.of_act(begin(SHEETS.public, KEM, helpers=False)), signed(admission(mallory, *Role)))
    put(store, mallory)
    with store.reading() as rows, pytest.raises(VerificationError, match="nothing here founds this vault"):
        directory_of(rows)


def at(
    store: Database, log: Writer, seq: int, parting: Parting | None = None, of: OperationRow | None = None
) -> Place | None:
    with store.reading() as rows:
        found = places_of(rows, {} if parting is None else {log.origin: parting})
        return found.of(log.origin, seq, (of or log.rows[seq]).digest)


def test_a_log_that_goes_on_is_a_branch_of_its_own_and_counts_the_entries_that_it_names(store: Database) -> None:
    kim, seat = kims(), SeatId(KIM.seat)
    later = going_on(kim, 3)
    later.append(NAMES_A_ROW)
    last = going_on(later, 1)
    last.append(NAMES_A_ROW)
    put(store, kim, later, last)
    assert [at(store, kim, seq) for seq in (0, 3)] == [Place(seat, 0, 1), Place(seat, 0, 4)]
    assert at(store, later, 0) == Place(seat, 1, 4)
    assert at(store, last, 0) == Place(seat, 2, 5)
    with store.reading() as rows:
        found = places_of(rows)
    assert found.branches[seat] == (Branch(0, 0), Branch(0, 0))
    assert found.logs_of(seat) == [kim.origin, later.origin, last.origin]
    assert found.head(Origin(later.origin), 1, b"r" * 32) == Head(seat, 4, b"r" * 32)


def test_a_second_history_is_a_branch_and_no_log_that_goes_on_has_a_part_in_either(store: Database) -> None:
    kim, seat = kims(), SeatId(KIM.seat)
    other = compose(origin=kim.origin, seq=2, commitment=bytes(32), items=[NAMES_A_ROW], sealed=b"other")
    theirs = {3: b"o" * 32}
    parting = Parting(2, frozenset({(2, other.digest)}), theirs, {3: b"r" * 32, 4: b"q" * 32})
    of_other = Writer("Kim", (kim.origin, 3, theirs[3]), seat=kim.seat, vault=kim.vault)
    of_first = going_on(kim, 3)
    for log in (of_other, of_first):
        log.append(NAMES_A_ROW)
    put(store, kim, of_other, of_first, beside=(other,))
    assert at(store, kim, 1, parting) == Place(seat, 0, 2)
    assert at(store, kim, 2, parting) == Place(seat, 0, 3)
    assert at(store, kim, 2, parting, other) == Place(seat, 1, 3)
    with store.reading() as rows:
        found = places_of(rows, {kim.origin: parting})
        branches = {
            log.origin: found.branches[seat][place.branch - 1].parent
            for log in (of_other, of_first)
            if (place := found.of(log.origin, 0, log.rows[0].digest)) is not None
        }
        assert branches == {of_other.origin: 0, of_first.origin: 0}
        for root, branch in ((theirs[3], 1), (b"r" * 32, 0)):
            head = Head(seat, 3, root)
            assert found.find(head, rows.size, lambda *_: False) == kim.origin
            assert found.of_head(head, kim.origin) == Place(seat, branch, 3)
        assert found.find(Head(seat, 3, bytes(32)), rows.size, lambda *_: False) is None


@each(["of another key", "behind a log that is not here", "of a seat that never began"])
def test_a_log_has_no_place(which: str, *, store: Database) -> None:
    kim, gone = kims(), kims()
    later = going_on(gone, 1)
    later.append(NAMES_A_ROW)
    log = {
        "of another key": going_on(kim, 1, "Mallory"),
        "behind a log that is not here": going_on(later, 1),
        "of a seat that never began": Writer("Lou", (kim.origin, 1, b"r" * 32), seat=b"l" * 16, vault=kim.vault),
    }[which]
    log.append(NAMES_A_ROW)
    put(store, kim, log)
    assert at(store, log, 0) is None


def test_a_head_is_here_where_its_log_has_its_root_at_its_size(store: Database) -> None:
    kim, seat = kims(), SeatId(KIM.seat)
    put(store, kim)
    with store.reading() as rows:
        found = places_of(rows)
        here = {
            (size, root): found.find(Head(seat, size, root), rows.size, lambda _, own, given: (own, given) == (2, b"y"))
            for size, root in ((2, b"y"), (2, b"n"), (0, b"y"), (5, b"y"))
        }
        assert found.find(Head(SeatId(bytes(16)), 2, b"y"), rows.size, lambda *_: True) is None
        assert found.of_head(Head(seat, 2, b"y"), b"no log") is None
    assert here == {(2, b"y"): kim.origin, (2, b"n"): None, (0, b"y"): None, (5, b"y"): None}


def test_who_is_ended_counts_up_to_the_head_that_the_end_names(store: Database) -> None:
    kim, nour = kims(), founded(KIM)
    nour.append(signed(end(kim.seat, [Head(SeatId(kim.seat), 2, b"r" * 32)], b"n" * 16)))
    put(store, nour, kim)
    with store.reading() as rows:
        directory = directory_of(rows)
    seat = SeatId(kim.seat)
    assert (seat in directory.certificates, seat in directory.known) == (False, True)
    counting = [directory.organisation.counts(Place(seat, 0, size)) for size in (1, 2, 3, 4)]
    assert counting == [True, True, False, False]
