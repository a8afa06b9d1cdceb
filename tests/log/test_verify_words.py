"""What the report of a log says in words, and what it says of rows and checkpoints beyond the proof."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256
from itertools import permutations

from tests.log.test_verify import (
    LENGTH,
    _cut_rows,
    _cut_seals,
    _delete,
    _insert_and_renumber,
    _no_key_in_entry_0,
    _sign_ahead,
    by_a_stranger,
    forged,
    found,
    root_of,
    whole,
)
from tests.log.writer import Writer
from tests.tables import each
from vault.log.log_history import CheckedRow, History
from vault.log.operation import Header
from vault.log.tree import bytes_digest, state_digest

OTHER_ROOT = b"o" * 32


def texts(writer: Writer, pins: dict[int, bytes] | None = None) -> list[str]:
    return [str(problem.message) for problem in writer.verify(pins=pins).problems]


def test_a_checkpoint_of_another_session_is_told_with_both_numbers() -> None:
    writer = whole()
    _sign_ahead(writer)
    writer.seals[5] = writer.seal_of(6, root_of(writer.rows[:6]), 1)
    assert texts(writer)[:2] == [
        "the checkpoint of size 3 belongs to session 1, and session 2 signed it",
        "the checkpoint of size 6 belongs to session 2, and session 1 signed it",
    ]


def test_what_lies_beyond_the_newest_checkpoint_is_counted() -> None:
    writer = whole()
    _cut_seals(writer)
    assert texts(writer) == ["2 operations from 9 on lie beyond the newest valid checkpoint"]


def test_one_missing_operation_is_one() -> None:
    writer = whole()
    _delete(writer)
    assert texts(writer) == ["missing: operation 5"]


def test_two_missing_operations_are_told_from_where_to_where() -> None:
    writer = whole()
    del writer.rows[5:7]
    assert texts(writer) == ["missing: operations 5 to 6"]


def test_what_was_cut_is_told_from_where_to_where() -> None:
    writer = whole()
    _cut_rows(writer)
    assert texts(writer) == ["missing at the end: operations 9 to 10; a checkpoint of size 11 was signed"]
    writer.seals.pop()
    assert texts(writer) == ["missing at the end: operation 9; a checkpoint of size 10 was signed"]
    pins = {14: OTHER_ROOT, 12: OTHER_ROOT}
    assert texts(writer, pins) == ["missing at the end: operations 9 to 13; a checkpoint of size 14 was signed"]


def test_what_a_checkpoint_covers_that_is_not_here_is_cut_and_nothing_else() -> None:
    writer = whole()
    writer.seals = [seal for seal in writer.seals if seal.size in (4, 8, LENGTH)]
    _cut_rows(writer)
    assert found(writer.verify()) == [("cut", 9)]


def test_where_no_session_began_the_first_key_signs_nothing() -> None:
    writer = whole()
    _no_key_in_entry_0(writer)
    writer.seals = [writer.seal_of(1, root_of(writer.rows[:1]), 1)]
    assert texts(writer)[-1] == "the checkpoint of size 1 belongs to session 0, and session 1 signed it"


def test_what_is_not_as_it_was_seen_is_told_from_where_to_where() -> None:
    writer = whole()
    writer.seals.clear()
    (said,) = (
        fault for fault in writer.verify(pins={LENGTH: OTHER_ROOT}).problems if fault.code.value == "rolled-back"
    )
    assert (said.seq, str(said.message)) == (0, "operations 0 to 10: not what was seen here before")
    writer = whole()
    del writer.seals[10:]
    assert texts(writer, {LENGTH: OTHER_ROOT})[-1] == "operation 10: not what was seen here before"
    writer = whole()
    del writer.seals[5:9]
    writer.rows[7] = forged(writer.rows[7], commitment=bytes(32))
    assert texts(writer) == ["operations 5 to 9: not what was signed at size 10"]


def test_a_row_that_comes_late_changes_nothing_but_is_told() -> None:
    writer = whole()
    writer.rows.insert(6, writer.rows[3])
    report = writer.verify()
    assert (found(report), report.size) == ([("unordered", 3)], LENGTH)


def test_a_row_with_the_header_of_a_later_place_is_moved_and_hides_no_others() -> None:
    writer = whole()
    header = replace(Header.decode(writer.rows[5].header), position=9).encode()
    writer.rows[5] = writer.rows[5].changed(header=header)
    assert found(writer.verify()) == [("moved", 5)]


def test_two_that_were_moved_are_two_where_one_between_them_stands_right() -> None:
    writer = whole()
    for seq in (5, 7):
        header = replace(Header.decode(writer.rows[seq].header), position=6).encode()
        writer.rows[seq] = writer.rows[seq].changed(header=header)
    assert found(writer.verify()) == [("moved", 5), ("moved", 7)]


def test_a_row_of_another_place_beside_the_true_one_is_the_false_one() -> None:
    writer = whole()
    false = writer.rows[6]._replace(seq=5)
    writer.rows.insert(5, false)
    report = writer.verify()
    assert texts(writer) == ["beside operation 5 stands a row: its header belongs at 6"]
    assert (set(report.rejected), report.size) == ({(5, false.digest)}, LENGTH)


def test_where_no_row_of_a_place_is_right_the_first_is_told_and_its_header_still_counts() -> None:
    writer = whole()
    writer.rows[5:6] = [writer.rows[5].changed(sealed=word) for word in (b"one", b"two")]
    report = writer.verify()
    assert (found(report), report.size) == ([("payload", 5)], LENGTH)


def test_an_insertion_is_told_where_nothing_was_signed_too() -> None:
    writer = whole()
    writer.seals.clear()
    _insert_and_renumber(writer)
    assert ("inserted", 5) in found(writer.verify())


def test_behind_a_gap_no_session_is_judged() -> None:
    writer = whole()
    writer.rows[9] = forged(writer.rows[9], session_key=writer.session_key(2).public)
    del writer.rows[5]
    assert found(writer.verify()) == [("missing", 5)]


def test_a_pin_alone_proves_nothing() -> None:
    writer = whole()
    writer.seals.clear()
    report = writer.verify(pins={LENGTH: writer.frontier.root()})
    assert (found(report), report.size) == ([("unsigned", None)], 0)


def test_behind_a_gap_only_what_covers_more_than_is_here_is_read() -> None:
    writer = whole()
    _delete(writer)
    writer.seals.append(by_a_stranger(writer, LENGTH, OTHER_ROOT))
    assert found(writer.verify()) == [("missing", 5)]
    _cut_rows(writer)
    del writer.rows[8:]
    assert found(writer.verify()) == [("missing", 5), ("cut", 9), ("signature", LENGTH)]


def test_what_covers_more_than_is_here_counts_if_a_key_of_the_log_signed_it() -> None:
    writer = whole()
    _cut_rows(writer)
    del writer.seals[9:]
    writer.seals.append(by_a_stranger(writer, LENGTH, OTHER_ROOT))
    assert texts(writer) == ["the checkpoint of size 11 is signed by no key of the 9 operations here"]
    writer.seals[-1] = writer.seals[-1]._replace(note=b"garbage")
    assert found(writer.verify()) == [("checkpoint", LENGTH)]


def crowded() -> Writer:
    """Eight positions with a false row before the true one, and one checkpoint behind them."""
    writer = Writer().write(LENGTH, per_session=20)
    del writer.seals[:-1]
    for seq in range(2, 10):
        at = next(i for i, row in enumerate(writer.rows) if row.seq == seq)
        writer.rows.insert(at, forged(writer.rows[at], commitment=bytes(32)))
    return writer


def test_the_signed_history_among_many_is_found_and_all_false_rows_named() -> None:
    writer = crowded()
    writer.seals.append(writer.seals[0]._replace(note=b"garbage"))
    report = writer.verify()
    assert (report.size, report.root, len(report.rejected)) == (LENGTH, writer.frontier.root(), 8)
    assert ("checkpoint", LENGTH) in found(report)


def test_the_history_that_was_pinned_is_found_among_many_and_is_still_unsigned() -> None:
    writer = crowded()
    writer.seals.clear()
    report = writer.verify(pins={LENGTH: writer.frontier.root()})
    assert (report.size, len(report.rejected)) == (0, 8)
    assert {code for code, _ in found(report)} == {"unsigned", "false-row"}


def test_a_history_that_a_stranger_signed_is_not_the_true_one() -> None:
    writer = crowded()
    writer.seals = [by_a_stranger(writer, LENGTH, writer.frontier.root())]
    assert writer.verify().size == 0


def test_where_nothing_says_which_of_two_rows_is_the_true_one_neither_may_be_removed() -> None:
    for seals in ([], [by_a_stranger(crowded(), LENGTH, whole().frontier.root())]):
        writer = crowded()
        writer.seals = list(seals)
        assert writer.verify().rejected == frozenset()
    writer = crowded()
    writer.seals = [by_a_stranger(writer, LENGTH, writer.frontier.root())]
    assert writer.verify().rejected == frozenset()


def test_a_signed_tree_that_no_history_gives_leaves_all_unproven() -> None:
    writer = crowded()
    writer.seals = [writer.seal_of(LENGTH, OTHER_ROOT, 1)]
    report = writer.verify()
    assert report.size == 0
    assert ("altered", 0) in found(report)


def test_where_too_many_are_doubled_it_is_told_once_from_where_on() -> None:
    writer = Writer().write(30, per_session=30)
    writer.seals = [writer.seals[7], writer.seals[-1]]
    for seq in range(9, 30):
        at = next(i for i, row in enumerate(writer.rows) if row.seq == seq)
        writer.rows.insert(at + seq % 2, forged(writer.rows[at], commitment=bytes(32)))
    assert writer.verify().size == 8
    told = "from operation 9 on, so many rows are doubled that nobody can tell which are true"
    assert texts(writer).count(told) == 1


def test_the_first_place_behind_the_newest_checkpoint_is_open_too() -> None:
    writer = whole()
    del writer.seals[8:]
    writer.rows.insert(8, forged(writer.rows[8], commitment=bytes(32)))
    report = writer.verify()
    assert (report.size, report.rejected) == (8, frozenset())


def _row(seq: int, key: bytes | None = None) -> CheckedRow:
    return CheckedRow(seq.to_bytes(32, "big"), seq, key, None)


def test_a_session_left_without_a_checkpoint_is_told_with_its_number_and_first_entry() -> None:
    history = History(b"o" * 32, b"1" * 32)
    for seq, key in enumerate([b"2" * 32, None, b"3" * 32, None]):
        history.append(_row(seq, key))
    assert history.session == 2
    twin = history.copy()
    assert not twin.seal()
    (problem,) = twin.problems
    assert (problem.origin, problem.seq) == (b"o" * 32, 0)
    assert "session 1, from entry 0 on, has no valid checkpoint" in str(problem.message)
    assert history.problems == []


_A, _B, _C = (bytes([letter]) * 32 for letter in b"abc")


def test_the_state_is_the_same_in_whatever_order_it_is_read() -> None:
    three, two = (3).to_bytes(8, "big") + _A + _B + _C, (2).to_bytes(8, "big") + _A + _B
    digests = {
        state_digest(leaves, versions) for leaves in permutations([_A, _B, _C]) for versions in permutations([_A, _B])
    }
    assert digests == {sha256(b"casevault/state/v1\x00" + three + two).digest()}


@each(
    {
        "an operation less": ([_A], [_C]),
        "a version less": ([_A, _B], []),
        "an operation twice": ([_A, _B, _B], [_C]),
        "an operation counted as a version": ([_A], [_B, _C]),
    }
)
def test_another_state_has_another_digest(leaves: list[bytes], versions: list[bytes]) -> None:
    assert state_digest(leaves, versions) != state_digest([_A, _B], [_C])


def test_a_file_has_one_digest_however_it_is_cut() -> None:
    assert bytes_digest([b"ab", b"", b"c"]) == bytes_digest([b"abc"]) == sha256(b"abc").digest()
