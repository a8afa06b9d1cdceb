from __future__ import annotations

import itertools
from collections.abc import Callable
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.log.writer import Writer, verify_signature
from tests.tables import each
from vault.log import log_history
from vault.log.genesis import Genesis, logs_of
from vault.log.items import Item, ItemKind
from vault.log.list_check import check_keys, check_versions, version_id
from vault.log.log_history import TRIES, AmbiguousRange, CheckedRow, History, Places, RowChecker
from vault.log.tree import leaf_hash, root
from vault.log.verify import Findings, ListedReport, LogReport
from vault.store.rowtypes import GenesisRow, VersionRow
from vault.words.finding import Code, Finding
from vault.words.message import Message

OURS, THEIRS, FOLDER = b"o" * 16, b"t" * 16, b"f" * 16


def version(seq: int, n: int, compartment: bytes = OURS, word: str = "") -> VersionRow:
    blob = f"blob {seq} {n} {word}".encode()
    return VersionRow(b"", seq, n, version_id(compartment, b"r" * 16, blob), compartment, b"r" * 16, blob)


def item_of(row: VersionRow) -> Item:
    return Item.in_compartment(ItemKind.VERSION, row.compartment, row.id)


GRANT = Item.of_given(OURS, b"e" * 16, b"r" * 16)
ROWS = [version(1, 0), version(1, 1), version(2, 1), version(4, 0, THEIRS)]


def log() -> tuple[Writer, LogReport]:
    """Entries: 0 nothing, 1 two versions, 2 a grant and a version, 3 nothing, 4 a version of others."""
    writer = Writer()
    for items in ([], [item_of(ROWS[0]), item_of(ROWS[1])], [GRANT, item_of(ROWS[2])], [], [item_of(ROWS[3])]):
        writer.append(*items)
        writer.seal()
    return writer, writer.verify()


def check(
    rows: list[VersionRow], erased: set[tuple[bytes, bytes]] | None = None, mine: list[bytes] | None = None
) -> ListedReport:
    writer, report = log()
    gone = erased or set()
    return check_versions(writer.rows, rows, report, is_erased=lambda item, _: item[1:3] in gone, compartments=mine)


def found(report: ListedReport) -> list[tuple[str, int | None, int | None]]:
    return [(problem.code.value, problem.seq, problem.n) for problem in report.problems]


def test_all_listed_versions_are_here() -> None:
    report = check(ROWS)
    assert not report.problems
    assert report.present == 4


_MOVED = ROWS[2]._replace(seq=3)
_CASES: dict[str, tuple[Callable[[list[VersionRow]], list[VersionRow]], list[tuple[str, int, int]]]] = {
    "one missing": (lambda rows: rows[1:], [("absent", 1, 0)]),
    "the last one missing": (lambda rows: rows[:-1], [("absent", 4, 0)]),
    "all missing": (lambda _: [], [("absent", 1, 0), ("absent", 1, 1), ("absent", 2, 1), ("absent", 4, 0)]),
    "blob changed": (lambda rows: [rows[0]._replace(blob=b"x"), *rows[1:]], [("version-id", 1, 0)]),
    "record changed": (lambda rows: [rows[0]._replace(record=b"x" * 16), *rows[1:]], [("version-id", 1, 0)]),
    "compartment changed": (lambda rows: [rows[0]._replace(compartment=THEIRS), *rows[1:]], [("version-id", 1, 0)]),
    "two places exchanged": (
        lambda rows: [rows[1]._replace(n=0), rows[0]._replace(n=1), *rows[2:]],
        [("absent", 1, 0), ("unlisted", 1, 0), ("absent", 1, 1), ("unlisted", 1, 1)],
    ),
    "moved to an entry without list": (
        lambda rows: [*rows[:2], _MOVED, rows[3]],
        [("absent", 2, 1), ("unlisted", 3, 1)],
    ),
    "one more beside it": (lambda rows: [rows[0], version(1, 0, word="x"), *rows[1:]], [("unlisted", 1, 0)]),
    "one more at a place of another kind": (lambda rows: [*rows[:2], version(2, 0), *rows[2:]], [("unlisted", 2, 0)]),
    "one more past the list": (lambda rows: [*rows[:2], version(1, 2), *rows[2:]], [("unlisted", 1, 2)]),
    "one more at a negative place": (lambda rows: [rows[0]._replace(n=-1), *rows], [("unlisted", 1, -1)]),
    "one more past the log": (lambda rows: [*rows, version(9, 0)], [("unlisted", 9, 0)]),
    "one more before all operations": (lambda rows: [version(-1, 0), *rows], [("unlisted", -1, 0)]),
    "a broken one beside the right one": (lambda rows: [rows[0]._replace(blob=b"x"), *rows], []),
}


@each(_CASES)
def test_a_version_counts_only_as_it_is_listed(
    change: Callable[[list[VersionRow]], list[VersionRow]], expected: list[tuple[str, int, int]]
) -> None:
    assert sorted(found(check(change(ROWS)))) == sorted(expected)


def test_a_version_listed_for_another_compartment_is_told() -> None:
    writer = Writer()
    row = version(0, 0)
    writer.append(Item.in_compartment(ItemKind.VERSION, THEIRS, row.id))
    writer.seal()
    assert found(check_versions(writer.rows, [row], writer.verify())) == [("tag", 0, 0)]


def test_what_a_list_names_as_erased_or_what_belongs_to_others_is_not_missing() -> None:
    erased = check(ROWS[1:], erased={item_of(ROWS[0])[1:3]})
    assert (erased.problems, erased.present) == ((), 3)
    others = check(ROWS[:3], mine=[OURS])
    assert (others.problems, others.present) == ((), 3)
    for mine, here in (([OURS], ROWS[1:3]), ([THEIRS, OURS], ROWS[1:])):
        assert found(check(here, mine=mine)) == [("absent", 1, 0)]


def test_operations_beyond_what_is_proven_list_nothing_and_accuse_no_version() -> None:
    for cut, listed in ((1, 3), (2, 3)):
        writer, _ = log()
        del writer.seals[-cut:]
        report = check_versions(writer.rows, ROWS, writer.verify())
        assert (report.problems, report.present) == ((), listed)
        assert found(check_versions(writer.rows, [*ROWS, version(9, 0)], writer.verify())) == [("unlisted", 9, 0)]


def test_a_damaged_list_accuses_no_version_and_is_passed_over_by_every_check() -> None:
    writer, _ = log()
    writer.rows[1] = writer.rows[1].changed(list=b"")
    report = writer.verify()
    versions = check_versions(writer.rows, ROWS, report)
    assert (versions.problems, versions.present) == ((), 2)
    assert check_keys(writer.rows, FOLDER, bytes(32), report) == ()


def test_a_false_row_lists_nothing() -> None:
    writer, _ = log()
    false = Writer()
    false.append()
    false.append(item_of(version(1, 0, word="planted")))
    writer.rows.insert(1, false.rows[1])
    report = writer.verify()
    assert report.size == 5
    assert found(check_versions(writer.rows, [version(1, 0, word="planted"), *ROWS], report)) == [("unlisted", 1, 0)]


def test_the_newest_listed_keys_file_is_the_valid_one() -> None:
    writer = Writer()
    old, new = sha256(b"old").digest(), sha256(b"new").digest()
    for digest in (old, new):
        writer.append(Item.of_keys(FOLDER, digest))
    writer.append(Item.of_keys(b"another folder..", old))
    # Nothing but a keys file is one, whatever its tag.
    writer.append(Item.in_compartment(ItemKind.GRANT, FOLDER, GRANT.digest))
    writer.seal()
    report = writer.verify()
    assert check_keys(writer.rows, FOLDER, new, report) == ()
    put_back = check_keys(writer.rows, FOLDER, old, report)
    assert [(problem.code, problem.seq, problem.n) for problem in put_back] == [("keys-file", 1, 0)]
    assert "an older one that was put back" in str(put_back[0].message)
    assert "none that this log lists" in str(check_keys(writer.rows, FOLDER, bytes(32), report)[0].message)
    assert check_keys(writer.rows, b"n" * 16, old, report) == ()


def test_a_problem_names_log_operation_and_item() -> None:
    (absent,) = check([ROWS[0], *ROWS[2:]]).problems
    assert absent.origin == Writer().origin
    assert str(absent.message) == f"operation 1, item 1: missing {ROWS[1].id.hex()}"
    (false,) = check([ROWS[0], ROWS[1]._replace(blob=b"x"), *ROWS[2:]]).problems
    assert (false.seq, false.n) == (1, 1)
    assert str(false.message) == "operation 1, item 1: the version's id is not the hash of its row"


def test_a_false_row_at_the_beginning_hides_nothing_behind_it() -> None:
    writer, _ = log()
    Writer("other").append()
    writer.rows.insert(1, writer.rows[1].changed(sealed=b"planted"))
    report = writer.verify()
    assert report.rejected
    assert check_versions(writer.rows, ROWS, report).present == 4


def test_of_a_flood_of_problems_a_thousand_are_kept() -> None:
    rows = [version(9, n) for n in range(1_003)]
    assert len(check([*ROWS, *rows]).problems) == 1_000


def test_problems_stand_in_the_order_of_operations_and_of_their_items() -> None:
    findings, places = Findings(b"o" * 32), [(3, None), (None, None), (1, 2), (1, None), (1, 0)]
    findings.add(*(Finding(Code.ABSENT, Message("gone"), b"o" * 32, seq, n) for seq, n in places))
    told = [(problem.seq, problem.n) for problem in findings.in_order()]
    assert told == [(None, None), (1, None), (1, 0), (1, 2), (3, None)]


def test_a_log_without_its_beginning_proves_nothing_and_says_so_once() -> None:
    writer = Writer()
    writer.genesis = writer.genesis[:-1] + bytes([writer.genesis[-1] ^ 1])
    report = writer.verify()
    assert (report.size, len(report.problems)) == (0, 1)


# Which logs are those of a seat: the ones that its own identity key began, whatever other logs name the seat.
def test_a_log_that_another_key_began_in_the_name_of_a_seat_is_none_of_its_logs() -> None:
    own = Writer("a")
    other = Writer("b", (own.origin, 1, sha256(b"root").digest()), seat=own.seat)
    identity = Genesis.decode(own.genesis).identity
    rows = [
        GenesisRow(own.origin, own.genesis),
        GenesisRow(other.origin, other.genesis),
        GenesisRow(bytes(32), own.genesis),
        GenesisRow(own.origin, own.genesis[:-1] + bytes([own.genesis[-1] ^ 1])),
    ]
    assert set(logs_of(rows, own.seat, identity, verify_signature)) == {own.origin}
    assert logs_of(rows, bytes(16), identity, verify_signature) == {}


# Where rows stand against where their headers say that they belong, told from the order of two numbers.
ORIGIN = b"o" * 32


def _told(positions: list[int]) -> list[tuple[str, int | None, str]]:
    """Return what is said of rows 0, 1, 2 ... whose headers claim these positions."""
    places = Places(ORIGIN)
    found = [problem for seq, position in enumerate(positions) for problem in places.take(seq, position)]
    found += places.close()
    assert all(problem.origin == ORIGIN for problem in found)
    return [(problem.code.value, problem.seq, str(problem.message)) for problem in found]


@each(
    {
        "nothing moved": ([0, 1, 2, 3], []),
        "two cut out": ([0, 3, 4], [("missing", 1, "operation 1: 2 missing, and later ones renumbered")]),
        "two cut out, then three": (
            [0, 3, 4, 8, 9],
            [
                ("missing", 1, "operation 1: 2 missing, and later ones renumbered"),
                ("missing", 3, "operation 3: 3 missing, and later ones renumbered"),
            ],
        ),
        "one put in": ([0, 1, 1, 2], [("inserted", 1, "operation 1: 1 inserted, and later ones renumbered")]),
        "two exchanged": ([0, 2, 1, 3], [("swapped", 1, "operation 1: exchanged with 2")]),
        "no exchange: the first is two off": (
            [0, 3, 1],
            [
                ("moved", 1, "operation 1: holds the one that belongs at 3"),
                ("moved", 2, "operation 2: holds the one that belongs at 1"),
            ],
        ),
        "no exchange: the second is not the first": (
            [0, 2, 5, 3],
            [
                ("moved", 1, "operation 1: holds the one that belongs at 2"),
                ("moved", 2, "operation 2: holds the one that belongs at 5"),
            ],
        ),
        "one moved": ([0, 3, 2, 3], [("moved", 1, "operation 1: holds the one that belongs at 3")]),
        "one moved, the next one too": (
            [0, 5, 9],
            [
                ("moved", 1, "operation 1: holds the one that belongs at 5"),
                ("missing", 2, "operation 2: 7 missing, and later ones renumbered"),
            ],
        ),
        "the last one moved": ([0, 0], [("moved", 1, "operation 1: holds the one that belongs at 0")]),
        "the last but cut": ([0, 4], [("missing", 1, "operation 1: 3 missing, and later ones renumbered")]),
    }
)
def test_what_was_done_to_the_order_is_told(positions: list[int], told: list[tuple[str, int | None, str]]) -> None:
    assert _told(positions) == told


def test_a_log_is_undisturbed_until_a_row_is_off_and_counts_what_is_missing() -> None:
    places = Places(ORIGIN)
    assert places.undisturbed
    places.take(0, 2)
    assert (places.undisturbed, places.missing) == (False, 0)
    places.take(1, 3)
    assert (places.undisturbed, places.missing) == (False, 2)


# The quick look at a row says yes to exactly what the slow one finds nothing wrong with.
WRITER = Writer().write(6)
PLAIN = WRITER.rows[5]


def _checker() -> RowChecker:
    return RowChecker(WRITER.origin)


def test_a_plain_row_passes_at_one_look() -> None:
    assert _checker().plain_leaf(PLAIN) == leaf_hash(PLAIN.header)
    assert _checker().check(PLAIN) == CheckedRow(leaf_hash(PLAIN.header), 5, None, None)


def test_the_first_row_of_a_session_needs_a_closer_look() -> None:
    checker = _checker()
    assert checker.plain_leaf(WRITER.rows[4]) is None
    assert checker.check(WRITER.rows[4]).session_key == WRITER.session_key(3).public


@each([b"g", b"A", b"!", b" "])
def test_no_letter_of_a_header_can_be_another(letter: bytes) -> None:
    for at in range(len(PLAIN.header)):
        header = PLAIN.header[:at] + letter + PLAIN.header[at + 1 :]
        if header != PLAIN.header:
            assert _checker().plain_leaf(PLAIN.changed(header=header)) is None, at


@each(
    {
        "another place": PLAIN._replace(seq=4),
        "another list": PLAIN.changed(list=b"\1" * 49),
        "another payload": PLAIN.changed(sealed=b"other"),
        "another digest": PLAIN._replace(digest=bytes(32)),
        "a header with a tail": PLAIN.changed(header=PLAIN.header + b" "),
        "no header": PLAIN.changed(header=b""),
        "another log": Writer("other").write(6).rows[5],
    }
)
def test_no_part_of_a_row_can_be_another(changed: object) -> None:
    assert _checker().plain_leaf(changed) is None  # type: ignore[arg-type]  # rows all the same
    checked = _checker().check(changed)  # type: ignore[arg-type]
    assert checked.fault is not None or checked.position != changed.seq  # type: ignore[attr-defined]


# The signed history among doubled rows: found wherever it is, and nothing else is found.
FIRST_KEY = bytes(32)


def leaf(*name: int) -> bytes:
    return sha256(repr(name).encode()).digest()


def row(*name: int) -> CheckedRow:
    return CheckedRow(leaf(*name), name[0], None, None)


def history_of(size: int) -> History:
    history = History(bytes(32), FIRST_KEY)
    for seq in range(size):
        history.append(row(seq, 0))
    return history


@settings(max_examples=60)
@given(
    before=st.one_of(st.integers(0, 20), st.sampled_from([255, 256, 257, 511, 513, 700])),
    rows_at=st.lists(st.integers(1, 3), min_size=1, max_size=9),
    data=st.data(),
)
def test_every_choice_is_found_by_its_root(before: int, rows_at: list[int], data: st.DataObject) -> None:
    stretch = AmbiguousRange(history_of(before))
    for offset, count in enumerate(rows_at):
        stretch.add({leaf(before + offset, n): row(before + offset, n) for n in range(count)})
    chosen = [data.draw(st.integers(0, count - 1)) for count in rows_at]
    leaves = [leaf(seq, 0) for seq in range(before)] + [leaf(before + at, n) for at, n in enumerate(chosen)]
    found = stretch.find({root(leaves)})
    assert found is not None
    assert (found.frontier.size, found.frontier.root()) == (len(leaves), root(leaves))
    others = {(before + at, leaf(before + at, n)) for at, n in itertools.product(range(len(rows_at)), range(3))}
    expected = {place for place in others if place[0] - before < len(rows_at)}
    assert set(found.rejected) <= expected - {(before + at, leaf(before + at, n)) for at, n in enumerate(chosen)}
    assert len(found.rejected) == sum(rows_at) - len(rows_at)


def test_in_more_entries_than_can_be_tried_nothing_is_found_even_if_it_is_there() -> None:
    stretch = AmbiguousRange(history_of(0))
    for seq in range(65_537):
        stretch.add({leaf(0): row(seq, 0)})
    assert not stretch.can_be_tried
    assert stretch.find({root([leaf(0)] * 65_537)}) is None


def test_a_root_that_no_choice_gives_is_not_found() -> None:
    assert doubled(4).find({bytes(32)}) is None


def doubled(entries: int) -> AmbiguousRange:
    stretch = AmbiguousRange(history_of(1))
    for seq in range(1, entries + 1):
        stretch.add({leaf(seq, n): row(seq, n) for n in range(2)})
    return stretch


def test_what_may_be_tried_has_an_end() -> None:
    assert TRIES == 1 << 14
    assert [doubled(entries).can_be_tried for entries in (14, 15)] == [True, False]


def test_a_stretch_of_too_many_entries_is_not_tried_and_takes_no_more_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    assert log_history._LONGEST == 65_536
    monkeypatch.setattr(log_history, "_LONGEST", 3)
    assert [doubled(entries).can_be_tried for entries in (3, 4, 9)] == [True, False, False]
    assert doubled(4).tries == doubled(9).tries == 2**4
