"""The ways in which rows can be tampered with, each found at its first place."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from hashlib import sha256
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.writer import Key, Row, Writer, verify_signature
from tests.tables import each
from vault.errors import MalformedError
from vault.log.checkpoint import encode_note, key_name, note_body
from vault.log.operation import Header
from vault.log.tree import EMPTY_ROOT, leaf_hash, root
from vault.log.verify import Findings, LogReport, verify_log
from vault.store.rowtypes import CheckpointRow

LENGTH = 11  # sessions 1 to 3: entries 0-3, 4-7, 8-10


def whole() -> Writer:
    return Writer().write(LENGTH)


def found(report: LogReport) -> list[tuple[str, int | None]]:
    return [(problem.code.value, problem.seq) for problem in report.problems]


def root_of(rows: list[Row]) -> bytes:
    return root([leaf_hash(row.header) for row in rows])


def flip(data: bytes, place: int = 10) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def forged(row: Row, **parts: object) -> Row:
    """Return a row that is right in itself, with another header."""
    header = replace(Header.decode(row.header), **parts)  # type: ignore[arg-type]  # the tests name the parts
    return row.changed(header=header.encode())._replace(seq=header.position)


def test_a_whole_log_holds() -> None:
    writer = whole()
    report = writer.verify()
    assert not report.problems
    assert (report.size, report.root) == (LENGTH, writer.frontier.root())


def test_the_last_checkpoint_of_each_session_is_enough() -> None:
    writer = whole()
    writer.seals = [seal for seal in writer.seals if seal.size in (4, 8, 11)]
    assert not writer.verify().problems
    assert writer.verify().size == LENGTH


def test_a_successor_of_another_log_is_checked_by_itself() -> None:
    first = whole()
    assert not Writer("b", (first.origin, LENGTH, first.frontier.root())).write(3).verify().problems


def test_a_log_of_thousands_is_followed_across_tiles() -> None:
    writer = Writer()
    for _ in range(4_100):
        writer.append()
    writer.seal()
    assert not writer.verify().problems


def test_progress_is_told() -> None:
    writer = Writer()
    for _ in range(4_200):
        writer.append()
    writer.seal()
    told: list[int] = []
    verify_log(writer.genesis, iter(writer.rows), iter(writer.seals), verify_signature, progress=told.append)
    assert told == [4_096]


Tamper = Callable[[Writer], object]


def _set(seq: int, change: Callable[[Row], Row]) -> Tamper:
    return _rows(lambda rows: [*rows[:seq], change(rows[seq]), *rows[seq + 1 :]])


def _rows(change: Callable[[list[Row]], list[Row]]) -> Tamper:
    return lambda writer: setattr(writer, "rows", change(writer.rows))


def _renumbered(change: Callable[[list[Row]], list[Row]]) -> Tamper:
    return _rows(lambda rows: [row._replace(seq=seq) for seq, row in enumerate(change(rows))])


def _seals(change: Callable[[Writer, list[CheckpointRow]], list[CheckpointRow]]) -> Tamper:
    return lambda writer: setattr(writer, "seals", change(writer, writer.seals))


def _exchanged(first: int, second: int) -> Tamper:
    places = {first: second, second: first}
    return _renumbered(lambda rows: [rows[places.get(seq, seq)] for seq in range(len(rows))])


def _forged_at_5(rows: list[Row]) -> list[Row]:
    return [*rows[:5], forged(rows[5], commitment=bytes(32)), *rows[5:]]


def _signed_from(first: int) -> Tamper:
    """The holder of the newest key writes entry 2 again and signs all from there, or shows the newest key alone."""

    def tamper(writer: Writer) -> None:
        _set(2, lambda row: forged(row, commitment=bytes(32)))(writer)
        newest = [writer.seal_of(n, root_of(writer.rows[:n]), 3) for n in range(first, LENGTH + 1)]
        writer.seals = writer.seals[:2] * (first == 3) + newest

    return tamper


def _by_a_stranger(writer: Writer, size: int) -> CheckpointRow:
    return by_a_stranger(writer, size, root_of(writer.rows[:size]))


def by_a_stranger(writer: Writer, size: int, claimed: bytes) -> CheckpointRow:
    stranger, body = Key("stranger"), note_body(writer.origin, size, claimed)
    note = encode_note(body, key_name(writer.origin), stranger.public, stranger.sign(body))
    return CheckpointRow(writer.origin, size, claimed, note)


def _no_key_in_entry_0(writer: Writer) -> None:
    _set(0, lambda row: forged(row, session_key=None))(writer)
    writer.seals = []


def _key_twice(writer: Writer) -> None:
    _set(9, lambda row: forged(row, session_key=writer.session_key(2).public))(writer)
    writer.seals = [seal for seal in writer.seals if seal.size < 10]


def _keyed(seq: int, key: bytes | None) -> Tamper:
    return _set(seq, lambda row: forged(row, session_key=key))


_delete = _rows(lambda rows: rows[:5] + rows[6:])
_cut_rows = _rows(lambda rows: rows[:9])
_cut_seals = _seals(lambda _, seals: seals[:9])
_insert_beside = _rows(_forged_at_5)
_insert_and_renumber = _renumbered(_forged_at_5)
# The key of session 2 exists before its session begins.
_sign_ahead = _seals(lambda w, seals: [*seals[:2], w.seal_of(3, root_of(w.rows[:3]), 2), *seals[3:]])
_broken_beside = _rows(lambda rows: [*rows[:5], rows[5]._replace(sealed=b"other", digest=bytes(32)), *rows[5:]])
_second_history = _seals(lambda w, seals: [*seals[:6], w.seal_of(6, sha256(b"other").digest(), 2), *seals[6:]])
_STRANGER = Key("stranger").public


# What is done, how much is proven then, and what is told: these problems and no more, unless `...` ends them.
def _other_tree(size: int) -> Tamper:
    return _seals(lambda writer, s: [*s[: size - 1], writer.seal_of(size, bytes(32), (size + 3) // 4), *s[size:]])


_CASES: dict[str, tuple[Tamper, int, list[Any]]] = {
    "1 one bit in a payload": (_set(5, lambda row: row._replace(sealed=flip(row.sealed))), 11, [("payload", 5)]),
    "1 with the digest made to fit": (_set(5, lambda row: row.changed(sealed=flip(row.sealed))), 11, [("payload", 5)]),
    "1 one byte more in a payload": (_set(5, lambda row: row.changed(sealed=row.sealed + b"\0")), 11, [("payload", 5)]),
    "1 a payload emptied": (_set(5, lambda row: row.changed(sealed=b"")), 11, [("payload", 5)]),
    "1 an item in a list": (_set(5, lambda row: row.changed(list=b"\1" * 49)), 11, [("list", 5)]),
    "2 one bit in a header": (_set(5, lambda row: row._replace(header=flip(row.header, 5))), 5, [("header", 5)]),
    "2 another commitment": (_set(5, lambda row: forged(row, commitment=bytes(32))), 5, [("altered", 5)]),
    "2 a list that decides": (_set(5, lambda row: forged(row, decides=True)), 5, [("altered", 5)]),
    "2 a header of another log": (_set(5, lambda _: Writer("b").write(LENGTH).rows[5]), 5, [("foreign", 5)]),
    "2 the row's digest": (_set(5, lambda row: row._replace(digest=bytes(32))), 11, [("row-digest", 5)]),
    "4 two neighbours exchanged": (_exchanged(5, 6), 5, [("swapped", 5)]),
    "4 two distant ones exchanged": (_exchanged(5, 9), 5, [("moved", 5), ("moved", 9)]),
    "5 one deleted": (_delete, 5, [("missing", 5)]),
    "5 three deleted": (_rows(lambda rows: rows[:5] + rows[8:]), 5, [("missing", 5)]),
    "5 one deleted, the rest renumbered": (_renumbered(lambda rows: rows[:5] + rows[6:]), 5, [("missing", 5)]),
    "5 the last but one deleted and renumbered": (_renumbered(lambda rows: rows[:9] + rows[10:]), 9, [("missing", 9)]),
    "6 one inserted, the rest renumbered": (_insert_and_renumber, 5, [("inserted", 5)]),
    "6 one beside a true one": (_insert_beside, 11, [("false-row", 5)]),
    "6 a broken one beside a true one": (_broken_beside, 11, [("false-row", 5)]),
    "7 one twice": (_rows(lambda rows: rows[:6] + rows[5:]), 11, [("duplicate", 5)]),
    "8 rows cut, checkpoints left": (_cut_rows, 9, [("cut", 9)]),
    "8 checkpoints cut, rows left": (_cut_seals, 9, [("beyond-checkpoint", 9)]),
    "12 an old session written again with the newest key": (_signed_from(3), 2, [("signature", 3), ...]),
    "12 the same, showing the newest key alone": (_signed_from(9), 0, [("unsealed-session", 0), ...]),
    "12 a key signs before its session": (_sign_ahead, 11, [("wrong-session", 3)]),
    "13 no checkpoint": (_seals(lambda _, __: []), 0, [("unsigned", None)]),
    "14 a session without checkpoint": (_seals(lambda _, s: s[:4] + s[8:]), 4, [("unsealed-session", 4)]),
    "19 one size, two roots": (_second_history, 11, [("fork", 6)]),
    "19 one size, another tree alone": (_other_tree(6), 11, [("fork", 6)]),
    "19 the same at the end": (_other_tree(11), 10, [("altered", 10)]),
    "20 a smaller checkpoint after a larger": (
        _seals(lambda _, s: [*s[:4], s[5], s[4], *s[6:]]), 11, [("checkpoint", 5)]
    ),
    "21 a checkpoint of another log": (
        _seals(lambda _, s: [*s[:4], Writer("b").write(5).seals[4], *s[4:]]), 11, [("checkpoint", 5)]
    ),
    "a checkpoint signed by a stranger": (
        _seals(lambda writer, s: [*s[:4], _by_a_stranger(writer, 5), *s[4:]]), 11, [("signature", 5)]
    ),
    "a checkpoint row that claims another size": (
        _seals(lambda _, s: [*s[:5], s[4]._replace(size=6), *s[5:]]), 11, [("checkpoint", 6)]
    ),
    "a checkpoint of garbage": (
        _seals(lambda _, s: [*s[:5], s[4]._replace(note=b"garbage"), *s[5:]]), 11, [("checkpoint", 5)]
    ),
    "a checkpoint of nothing": (_seals(lambda w, s: [w.seal_of(0, EMPTY_ROOT, 1), *s]), 11, [("checkpoint", 0)]),
    "46 no session key at the beginning": (_no_key_in_entry_0, 0, [("unsigned", None), ("session-key", 0)]),
    "46 a session key named again": (_key_twice, 9, [("beyond-checkpoint", 9), ("session-key", 9)]),
    "46 a session key removed": (_keyed(4, None), 4, [("beyond-checkpoint", 4), ("wrong-session", 5), ...]),
    "46 a session key replaced": (_keyed(4, _STRANGER), 4, [("altered", 4)]),
    "46 a session key on an ordinary entry": (
        _keyed(5, _STRANGER), 5, [("beyond-checkpoint", 5), ("wrong-session", 6), ...]
    ),
}  # fmt: skip


@each(_CASES)
def test_tampering_is_found_at_its_first_place_and_proves_nothing(tamper: Tamper, size: int, told: list[Any]) -> None:
    writer = whole()
    tamper(writer)
    report = writer.verify()
    problems = [problem for problem in told if problem is not ...]
    assert found(report)[: len(problems) if ... in told else None] == problems
    assert (not report.problems, report.size, report.root) == (False, size, root_of(whole().rows[:size]))


def test_a_false_row_is_named_so_that_it_can_be_removed() -> None:
    writer = whole()
    _insert_beside(writer)
    false = writer.rows[5]
    report = writer.verify()
    assert report.rejected == {(5, false.digest)}
    writer.rows = [row for row in writer.rows if (row.seq, row.digest) not in report.rejected]
    assert not writer.verify().problems


@each(product([0, 1], ["sealed", "list"]))
def test_a_row_with_the_true_header_and_other_content_is_the_false_one(order: int, part: str) -> None:
    writer = whole()
    true = writer.rows[5]
    false = true.changed(**{part: b"\1" * 49})
    writer.rows[5:6] = [true, false] if order else [false, true]
    report = writer.verify()
    assert (found(report), report.size) == ([("false-row", 5)], LENGTH)
    assert report.rejected == {(5, false.digest)}


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
        false = [forged(true, commitment=bytes([i]) * 32) for i in range(40)]
        writer.rows[at : at + 1] = [*false[:20], true, *false[20:]]
    report = writer.verify()
    assert report.size == 8
    assert report.problems


# What no log shows by itself: its newest entries gone together with their checkpoints (8, 9, 10), a copy put back.
def test_a_pin_shows_that_the_end_is_gone() -> None:
    writer = whole()
    pins = {LENGTH: writer.frontier.root()}
    del writer.rows[8:], writer.seals[8:]
    assert not writer.verify().problems
    assert found(writer.verify(pins=pins)) == [("cut", 8)]


def test_a_pin_shows_that_the_end_was_signed_again_with_the_current_key() -> None:
    pins = {LENGTH: whole().frontier.root()}
    again = Writer().write(9)
    again.append(word="other")
    again.seal()
    again.append(word="other")
    again.seal()
    assert not again.verify().problems
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
    assert not writer.verify(pins={6: root_of(writer.rows[:6]), LENGTH: writer.frontier.root()}).problems


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


def test_a_checkpoint_of_a_third_tree_ends_none_of_two_long_histories() -> None:
    first, second = Writer().write(3), Writer().write(3)
    for writer, word in ((first, "here"), (second, "there")):
        for number in range(8):
            writer.append(word=f"{word} {number}")
    first.rows = sorted(first.rows + second.rows[3:], key=lambda row: row.seq)
    false = [first.seal_of(size, bytes(32), 1) for size in (9, 10)]
    first.seals += [*false, first.seal(), second.seal()]
    first.seals = sorted(dict.fromkeys(first.seals), key=lambda seal: seal.size)
    report = first.verify()
    assert (report.size, found(report)[-3:]) == (11, [("fork", 10), ("false-row", 10), ("fork", 11)])


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
    assert not report.problems
    assert (report.size, report.root) == (0, EMPTY_ROOT)


def test_a_crash_between_two_sessions_is_no_fault() -> None:
    writer = Writer().write(5)
    writer.append(new_session=True)
    writer.seal()
    writer.append(new_session=True)
    writer.seal()
    assert not writer.verify().problems


def test_a_flood_of_faults_is_counted_and_not_kept() -> None:
    writer = Writer()
    for _ in range(1_200):
        writer.append()
    writer.seal()
    writer.rows = [row._replace(digest=bytes(32)) for row in writer.rows]
    report = writer.verify()
    assert len(report.problems) == Findings.LIMIT
    assert report.size == 1_200


def test_an_insertion_hides_no_alteration_before_it() -> None:
    writer = whole()
    writer.rows[2] = forged(writer.rows[2], commitment=bytes(32))
    _insert_and_renumber(writer)
    assert found(writer.verify()) == [("altered", 2), ("inserted", 5)]


def test_a_problem_names_the_log_and_the_place_in_words() -> None:
    writer = whole()
    del writer.rows[5:8]
    (problem,) = writer.verify().problems
    assert (problem.origin, problem.seq, str(problem.message)) == (writer.origin, 5, "missing: operations 5 to 7")


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
    assert writer.verify().problems


@settings(max_examples=60)
@given(st.integers(1, 24), st.integers(1, 6), st.data())
def test_every_prefix_of_a_log_holds_and_is_proven_to_its_end(
    length: int, per_session: int, data: st.DataObject
) -> None:
    writer = Writer().write(length, per_session=per_session)
    size = data.draw(st.integers(1, length))
    writer.rows, writer.seals = writer.rows[:size], writer.seals[:size]
    report = writer.verify()
    assert not report.problems
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
