"""The ways in which rows can be tampered with, each found at its first place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.writer import Key, Row, Seal, Writer, verify_signature
from tests.tables import each
from vault.errors import MalformedError
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.log.header import Header
from vault.log.report import Findings, LogReport, Problem
from vault.log.tree import EMPTY_ROOT, leaf_hash, root
from vault.log.verify import verify_log

LENGTH = 11  # sessions 1 to 3: entries 0-3, 4-7, 8-10


def whole() -> Writer:
    return Writer().write(LENGTH)


def found(report: LogReport) -> list[tuple[str, int | None]]:
    return [(problem.code.value, problem.seq) for problem in report.problems]


def root_of(rows: list[Row]) -> bytes:
    return root([leaf_hash(row.header) for row in rows])


def flip(data: bytes, place: int = 10) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def renumbered(rows: list[Row]) -> list[Row]:
    return [row._replace(seq=seq) for seq, row in enumerate(rows)]


def forged(row: Row, **parts: object) -> Row:
    """Return a row that is right in itself, with another header."""
    header = replace(Header.decode(row.header), **parts)  # type: ignore[arg-type]  # the tests name the parts
    return row.changed(header=header.encode())._replace(seq=header.position)


def test_a_whole_log_holds() -> None:
    writer = whole()
    report = writer.verify()
    assert report.holds
    assert (report.size, report.root) == (LENGTH, writer.frontier.root())
    assert (report.operations, report.checkpoints) == (LENGTH, LENGTH)
    assert report.session_keys == tuple(writer.session_key(number).public for number in range(1, 5))
    assert report.summary == "11 of 11 operations proven by 11 checkpoints in 3 sessions; 0 problems"


def test_the_last_checkpoint_of_each_session_is_enough() -> None:
    writer = whole()
    writer.seals = [seal for seal in writer.seals if seal.size in (4, 8, 11)]
    assert writer.verify().holds
    assert writer.verify().size == LENGTH


def test_a_successor_of_another_log_is_checked_by_itself() -> None:
    first = whole()
    second = Writer("b", (first.origin, LENGTH, first.frontier.root())).write(3)
    assert second.verify().holds


def test_a_log_of_thousands_is_followed_across_tiles() -> None:
    writer = Writer()
    for _ in range(4_100):
        writer.append()
    writer.seal()
    assert writer.verify().holds


def test_progress_is_told() -> None:
    writer = Writer()
    for _ in range(4_200):
        writer.append()
    writer.seal()
    told: list[int] = []
    verify_log(writer.genesis, iter(writer.rows), iter(writer.seals), verify_signature, progress=told.append)
    assert told == [4_096]


Tamper = Callable[[Writer], None]


def _set(seq: int, change: Callable[[Row], Row]) -> Tamper:
    def tamper(writer: Writer) -> None:
        writer.rows[seq] = change(writer.rows[seq])

    return tamper


def _swap(writer: Writer) -> None:
    writer.rows[5], writer.rows[6] = writer.rows[6], writer.rows[5]
    writer.rows = renumbered(writer.rows)


def _exchange_far(writer: Writer) -> None:
    writer.rows[5], writer.rows[9] = writer.rows[9], writer.rows[5]
    writer.rows = renumbered(writer.rows)


def _delete(writer: Writer) -> None:
    del writer.rows[5]


def _delete_three(writer: Writer) -> None:
    del writer.rows[5:8]


def _delete_and_renumber(writer: Writer) -> None:
    del writer.rows[5]
    writer.rows = renumbered(writer.rows)


def _delete_last_but_one_and_renumber(writer: Writer) -> None:
    del writer.rows[9]
    writer.rows = renumbered(writer.rows)


def _insert_and_renumber(writer: Writer) -> None:
    writer.rows.insert(5, forged(writer.rows[5], commitment=bytes(32)))
    writer.rows = renumbered(writer.rows)


def _insert_beside(writer: Writer) -> None:
    writer.rows.insert(5, forged(writer.rows[5], commitment=bytes(32)))


def _insert_broken_beside(writer: Writer) -> None:
    writer.rows.insert(5, writer.rows[5]._replace(sealed=b"other", digest=bytes(32)))


def _duplicate(writer: Writer) -> None:
    writer.rows.insert(5, writer.rows[5])


def _foreign(writer: Writer) -> None:
    other = Writer("b").write(LENGTH)
    writer.rows[5] = other.rows[5]


def _cut_rows(writer: Writer) -> None:
    del writer.rows[9:]


def _cut_seals(writer: Writer) -> None:
    del writer.seals[9:]


def _no_seals(writer: Writer) -> None:
    writer.seals.clear()


def _skip_session(writer: Writer) -> None:
    writer.seals = [seal for seal in writer.seals if not 4 < seal.size <= 8]


def _second_history(writer: Writer) -> None:
    writer.seals.insert(6, writer.seal_of(6, sha256(b"other").digest(), 2))


def _rewrite_old_session(writer: Writer) -> None:
    """The holder of the newest key writes entry 2 again and signs all from there."""
    writer.rows[2] = forged(writer.rows[2], commitment=bytes(32))
    writer.seals = writer.seals[:2] + [writer.seal_of(n, root_of(writer.rows[:n]), 3) for n in range(3, LENGTH + 1)]


def _rewrite_and_keep_newest(writer: Writer) -> None:
    """The same, showing only what the newest key may sign."""
    writer.rows[2] = forged(writer.rows[2], commitment=bytes(32))
    writer.seals = [writer.seal_of(n, root_of(writer.rows[:n]), 3) for n in range(9, LENGTH + 1)]


def _sign_ahead(writer: Writer) -> None:
    """The key of session 2 exists before its session begins, and signs in session 1."""
    writer.seals[2] = writer.seal_of(3, root_of(writer.rows[:3]), 2)


def _stranger_signs(writer: Writer) -> None:
    stranger = Key("stranger")
    body = note_body(writer.origin, 5, root_of(writer.rows[:5]))
    note = encode_note(body, key_name(writer.origin), stranger.public, stranger.sign(body))
    writer.seals.insert(4, Seal(writer.origin, 5, root_of(writer.rows[:5]), note))


def _reorder_seals(writer: Writer) -> None:
    writer.seals[4], writer.seals[5] = writer.seals[5], writer.seals[4]


def _other_log_seal(writer: Writer) -> None:
    writer.seals.insert(4, Writer("b").write(5).seals[4])


def _claimed_size(writer: Writer) -> None:
    writer.seals.insert(5, writer.seals[4]._replace(size=6))


def _garbage_seal(writer: Writer) -> None:
    writer.seals.insert(5, writer.seals[4]._replace(note=b"garbage"))


def _zero_seal(writer: Writer) -> None:
    writer.seals.insert(0, writer.seal_of(0, EMPTY_ROOT, 1))


def _no_key_in_entry_0(writer: Writer) -> None:
    writer.rows[0] = forged(writer.rows[0], session_key=None)
    writer.seals = []


def _key_twice(writer: Writer) -> None:
    again = writer.session_key(2).public
    writer.rows[9] = forged(writer.rows[9], session_key=again)
    writer.seals = [seal for seal in writer.seals if seal.size < 10]


def _key_removed(writer: Writer) -> None:
    writer.rows[4] = forged(writer.rows[4], session_key=None)


def _key_replaced(writer: Writer) -> None:
    writer.rows[4] = forged(writer.rows[4], session_key=Key("stranger").public)


def _key_added(writer: Writer) -> None:
    writer.rows[5] = forged(writer.rows[5], session_key=Key("stranger").public)


_CASES: dict[str, tuple[Tamper, list[tuple[str, int | None]]]] = {
    "1 one bit in a payload": (_set(5, lambda row: row._replace(sealed=flip(row.sealed))), [("payload", 5)]),
    "1 with the digest made to fit": (_set(5, lambda row: row.changed(sealed=flip(row.sealed))), [("payload", 5)]),
    "1 one byte more in a payload": (_set(5, lambda row: row.changed(sealed=row.sealed + b"\0")), [("payload", 5)]),
    "1 a payload emptied": (_set(5, lambda row: row.changed(sealed=b"")), [("payload", 5)]),
    "1 an item in a list": (_set(5, lambda row: row.changed(list=b"\1" * 49)), [("list", 5)]),
    "2 one bit in a header": (_set(5, lambda row: row._replace(header=flip(row.header, 5))), [("header", 5)]),
    "2 another commitment": (_set(5, lambda row: forged(row, commitment=bytes(32))), [("altered", 5)]),
    "2 another roster": (_set(5, lambda row: forged(row, roster=bytes(32))), [("altered", 5)]),
    "2 a header of another log": (_foreign, [("foreign", 5)]),
    "2 the row's digest": (_set(5, lambda row: row._replace(digest=bytes(32))), [("row-digest", 5)]),
    "4 two neighbours exchanged": (_swap, [("swapped", 5)]),
    "4 two distant ones exchanged": (_exchange_far, [("moved", 5), ("moved", 9)]),
    "5 one deleted": (_delete, [("missing", 5)]),
    "5 three deleted": (_delete_three, [("missing", 5)]),
    "5 one deleted, the rest renumbered": (_delete_and_renumber, [("missing", 5)]),
    "5 the last but one deleted and renumbered": (_delete_last_but_one_and_renumber, [("missing", 9)]),
    "6 one inserted, the rest renumbered": (_insert_and_renumber, [("inserted", 5)]),
    "6 one beside a true one": (_insert_beside, [("false-row", 5)]),
    "6 a broken one beside a true one": (_insert_broken_beside, [("false-row", 5)]),
    "7 one twice": (_duplicate, [("duplicate", 5)]),
    "8 rows cut, checkpoints left": (_cut_rows, [("cut", 9)]),
    "8 checkpoints cut, rows left": (_cut_seals, [("beyond-checkpoint", 9)]),
    "12 an old session written again with the newest key": (_rewrite_old_session, [("signature", 3)]),
    "12 the same, showing the newest key alone": (_rewrite_and_keep_newest, [("unsealed-session", 0)]),
    "12 a key signs before its session": (_sign_ahead, [("wrong-session", 3)]),
    "13 no checkpoint": (_no_seals, [("unsigned", None)]),
    "14 a session without checkpoint": (_skip_session, [("unsealed-session", 4)]),
    "19 one size, two roots": (_second_history, [("fork", 6)]),
    "20 a smaller checkpoint after a larger": (_reorder_seals, [("checkpoint", 5)]),
    "21 a checkpoint of another log": (_other_log_seal, [("checkpoint", 5)]),
    "a checkpoint signed by a stranger": (_stranger_signs, [("signature", 5)]),
    "a checkpoint row that claims another size": (_claimed_size, [("checkpoint", 6)]),
    "a checkpoint of garbage": (_garbage_seal, [("checkpoint", 5)]),
    "a checkpoint of nothing": (_zero_seal, [("checkpoint", 0)]),
    "46 no session key at the beginning": (_no_key_in_entry_0, [("unsigned", None), ("session-key", 0)]),
    "46 a session key named again": (_key_twice, [("beyond-checkpoint", 9), ("session-key", 9)]),
    "46 a session key removed": (_key_removed, [("beyond-checkpoint", 4), ("wrong-session", 5)]),
    "46 a session key replaced": (_key_replaced, [("altered", 4)]),
    "46 a session key on an ordinary entry": (_key_added, [("beyond-checkpoint", 5), ("wrong-session", 6)]),
}


@each(_CASES)
def test_tampering_is_found_at_its_first_place(tamper: Tamper, expected: list[tuple[str, int | None]]) -> None:
    writer = whole()
    tamper(writer)
    report = writer.verify()
    assert found(report)[: len(expected)] == expected
    assert not report.holds


@each(["1 one bit in a payload", "2 one bit in a header", "4 two neighbours exchanged", "5 one deleted", "5 one deleted, the rest renumbered", "6 one inserted, the rest renumbered", "6 one beside a true one", "7 one twice", "8 rows cut, checkpoints left", "2 another commitment", "13 no checkpoint", "19 one size, two roots", "14 a session without checkpoint",])  # fmt: skip
def test_one_fault_is_one_problem(case: str) -> None:
    tamper, expected = _CASES[case]
    writer = whole()
    tamper(writer)
    assert found(writer.verify()) == expected


@each(
    [
        ("1 one bit in a payload", LENGTH),
        ("2 another commitment", 5),
        ("4 two neighbours exchanged", 5),
        ("5 one deleted", 5),
        ("6 one beside a true one", LENGTH),
        ("6 a broken one beside a true one", LENGTH),
        ("7 one twice", LENGTH),
        ("8 rows cut, checkpoints left", 9),
        ("8 checkpoints cut, rows left", 9),
        ("12 an old session written again with the newest key", 2),
        ("12 the same, showing the newest key alone", 0),
        ("13 no checkpoint", 0),
        ("14 a session without checkpoint", 4),
        ("19 one size, two roots", LENGTH),
        ("a checkpoint signed by a stranger", LENGTH),
        ("46 a session key removed", 4),
    ]
)
def test_what_is_proven_is_what_was_signed_and_is_here(case: str, size: int) -> None:
    writer = whole()
    before = writer.rows[:size]
    _CASES[case][0](writer)
    report = writer.verify()
    assert report.size == size
    assert report.root == root_of(before)


def test_a_false_row_is_named_so_that_it_can_be_removed() -> None:
    writer = whole()
    _insert_beside(writer)
    false = writer.rows[5]
    report = writer.verify()
    assert report.rejected == {(5, false.digest)}
    writer.rows = [row for row in writer.rows if (row.seq, row.digest) not in report.rejected]
    assert writer.verify().holds


@pytest.mark.parametrize("order", [0, 1], ids=["false row first", "true row first"])
@pytest.mark.parametrize("part", ["sealed", "list"])
def test_a_row_with_the_true_header_and_other_content_is_the_false_one(part: str, order: int) -> None:
    writer = whole()
    true = writer.rows[5]
    false = true.changed(**{part: b"\1" * 49})
    writer.rows[5:6] = [true, false] if order else [false, true]
    report = writer.verify()
    assert found(report) == [("false-row", 5)]
    assert report.rejected == {(5, false.digest)}
    assert report.size == LENGTH


def test_a_false_row_with_the_digest_of_the_true_one_does_not_reject_it() -> None:
    writer = whole()
    writer.rows.insert(5, writer.rows[5]._replace(sealed=b"other"))
    report = writer.verify()
    assert found(report) == [("false-row", 5)]
    assert report.rejected == frozenset()
    assert report.size == LENGTH


@each({"false row first": 0, "true row first": 1})
def test_false_rows_at_many_places_change_nothing_that_is_proven(order: int) -> None:
    writer = whole()
    writer.seals = [seal for seal in writer.seals if seal.size in (4, 8, 11)]
    rows = []
    for row in writer.rows:
        pair = [forged(row, commitment=bytes(32)), row]
        rows += (pair[::-1] if order else pair) if row.seq % 2 else [row]
    writer.rows = rows
    report = writer.verify()
    assert report.size == LENGTH
    assert {seq for seq, _ in report.rejected} == {1, 3, 5, 7, 9}


def test_more_false_rows_than_can_be_settled_end_the_proof_and_not_the_program() -> None:
    writer = whole()
    writer.seals = [seal for seal in writer.seals if seal.size in (4, 8, 11)]
    for seq in (8, 9, 10):
        true = next(row for row in writer.rows if row.seq == seq)
        at = writer.rows.index(true)
        writer.rows[at:at] = [forged(true, commitment=bytes([i]) * 32) for i in range(40)]
    report = writer.verify()
    assert report.size == 8
    assert not report.holds


# What no log shows by itself: its newest entries gone together with their checkpoints (8, 9, 10), a copy put back.
def test_a_pin_shows_that_the_end_is_gone() -> None:
    writer = whole()
    pins = {LENGTH: writer.frontier.root()}
    del writer.rows[8:], writer.seals[8:]
    assert writer.verify().holds
    assert found(writer.verify(pins=pins)) == [("cut", 8)]


def test_a_pin_shows_that_the_end_was_signed_again_with_the_current_key() -> None:
    writer = whole()
    pins = {LENGTH: writer.frontier.root()}
    again = Writer().write(9)
    again.append(word="other")
    again.seal()
    again.append(word="other")
    again.seal()
    assert again.verify().holds
    assert found(again.verify(pins=pins)) == [("rolled-back", 10)]
    assert again.verify(pins=pins).size == 10


def test_damage_to_a_row_does_not_hide_that_the_log_was_rolled_back() -> None:
    pins = {LENGTH: whole().frontier.root()}
    again = Writer().write(10)
    again.append(word="other")
    again.seal()
    again.rows[10] = again.rows[10].changed(sealed=b"damaged")
    assert set(found(again.verify(pins=pins))) == {("payload", 10), ("rolled-back", 10)}


def test_a_pin_that_agrees_changes_nothing() -> None:
    writer = whole()
    assert writer.verify(pins={6: root_of(writer.rows[:6]), LENGTH: writer.frontier.root()}).holds


def test_a_restored_copy_that_went_on_is_a_fork_once_both_branches_meet() -> None:
    first, second = Writer().write(9), Writer().write(9)
    first.append(word="here")
    first.seal()
    second.append(word="there")
    second.seal()
    first.seals.append(second.seals[-1])
    first.rows = [*first.rows, second.rows[-1]]
    report = first.verify()
    assert ("fork", 10) in found(report)
    assert report.size == 10


def test_rows_out_of_order_are_told() -> None:
    writer = whole()
    writer.rows = [*writer.rows, writer.rows[3]]
    assert found(writer.verify()) == [("unordered", 3)]


@each([0, 40, 100, 200])
def test_a_genesis_that_was_changed_ends_the_check(place: int) -> None:
    writer = whole()
    writer.genesis = flip(writer.genesis, place)
    report = writer.verify()
    assert found(report) == [("genesis", None)]
    assert report.size == 0


def test_an_empty_log_proves_nothing_and_lacks_nothing() -> None:
    report = Writer().verify()
    assert report.holds
    assert (report.size, report.root, report.operations) == (0, EMPTY_ROOT, 0)


def test_a_crash_between_two_sessions_is_no_fault() -> None:
    writer = Writer().write(5)
    writer.append(new_session=True)
    writer.seal()
    writer.append(new_session=True)
    writer.seal()
    assert writer.verify().holds


def test_a_flood_of_faults_is_counted_and_not_kept() -> None:
    writer = Writer()
    for _ in range(1_200):
        writer.append()
    writer.seal()
    writer.rows = [row._replace(digest=bytes(32)) for row in writer.rows]
    report = writer.verify()
    assert (len(report.problems), report.more) == (Findings.LIMIT, 200)
    assert report.summary.endswith("1200 problems")
    assert report.size == 1_200


def test_an_insertion_hides_no_alteration_before_it() -> None:
    writer = whole()
    writer.rows[2] = forged(writer.rows[2], commitment=bytes(32))
    _insert_and_renumber(writer)
    assert found(writer.verify()) == [("altered", 2), ("inserted", 5)]


def test_a_problem_names_the_log_and_the_place_in_words() -> None:
    writer = whole()
    _delete_three(writer)
    (problem,) = writer.verify().problems
    assert problem == Problem(problem.code, writer.origin, 5, None, "missing: operation 5 to 7")


def _as_bytes(writer: Writer) -> list[tuple[str, int, str, bytes]]:
    parts = [("genesis", 0, "", writer.genesis)]
    for i, row in enumerate(writer.rows):
        parts += [("rows", i, part, getattr(row, part)) for part in ("header", "list", "sealed", "digest")]
    for i, seal in enumerate(writer.seals):
        parts += [("seals", i, part, getattr(seal, part)) for part in ("root", "note")]
    return [part for part in parts if part[3]]


PARTS = _as_bytes(whole())


@settings(max_examples=300)
@given(st.integers(0, len(PARTS) - 1), st.data())
def test_no_single_byte_anywhere_can_be_changed_unseen(index: int, data: st.DataObject) -> None:
    table, i, part, content = PARTS[index]
    place = data.draw(st.integers(0, len(content) - 1))
    altered = bytearray(content)
    altered[place] ^= data.draw(st.integers(1, 255))
    writer = whole()
    if table == "genesis":
        writer.genesis = bytes(altered)
    elif table == "rows":
        writer.rows[i] = writer.rows[i]._replace(**{part: bytes(altered)})  # type: ignore[arg-type]  # bytes all
    else:
        writer.seals[i] = writer.seals[i]._replace(**{part: bytes(altered)})  # type: ignore[arg-type]  # bytes all
    assert not writer.verify().holds


@settings(max_examples=60)
@given(st.integers(1, 24), st.integers(1, 6), st.data())
def test_every_prefix_of_a_log_holds_and_is_proven_to_its_end(
    length: int, per_session: int, data: st.DataObject
) -> None:
    writer = Writer().write(length, per_session=per_session)
    size = data.draw(st.integers(1, length))
    writer.rows, writer.seals = writer.rows[:size], writer.seals[:size]
    report = writer.verify()
    assert report.holds
    assert (report.size, report.root) == (size, root_of(writer.rows))


@settings(max_examples=60)
@given(st.lists(st.sampled_from(list(_CASES)), min_size=1, max_size=4))
def test_no_mix_of_tampering_proves_what_was_not_written(cases: list[str]) -> None:
    writer = whole()
    for case in cases:
        with suppress(IndexError, MalformedError):  # an earlier one left too little to tamper with
            _CASES[case][0](writer)
    report = writer.verify()
    assert report.root == root_of(whole().rows[: report.size])
