from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256

from tests.log.writer import Writer
from tests.tables import each
from vault.ids import CompartmentKind
from vault.log.epoch_notice import EpochNotice, founded_compartment
from vault.log.items import Item, ItemKind
from vault.log.list_check import check_epochs, check_keys, check_listed, check_versions, version_id
from vault.log.verify import Findings, ListedReport, LogReport
from vault.store.rowtypes import VersionRow
from vault.words.finding import Code, Finding
from vault.words.message import Message

OURS, THEIRS, FOLDER = b"o" * 16, b"t" * 16, b"f" * 16


def version(seq: int, n: int, compartment: bytes = OURS, word: str = "") -> VersionRow:
    blob = f"blob {seq} {n} {word}".encode()
    return VersionRow(b"", seq, n, version_id(compartment, b"r" * 16, blob), compartment, b"r" * 16, blob)


def item_of(row: VersionRow) -> Item:
    return Item.in_compartment(ItemKind.VERSION, row.compartment, row.id)


GRANT = Item.in_compartment(ItemKind.GRANT, OURS, sha256(b"grant").digest())
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
    return check_versions(writer.rows, rows, report, is_erased=lambda item, _: item[1:] in gone, compartments=mine)


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
    report = check_versions(writer.rows, [row], writer.verify())
    assert found(report) == [("tag", 0, 0)]


def test_what_a_list_names_as_erased_or_what_belongs_to_others_is_not_missing() -> None:
    erased = check(ROWS[1:], erased={item_of(ROWS[0])[1:]})
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
    assert check_listed(writer.rows, ItemKind.GRANT, {GRANT.digest}, report).present == 1
    assert check_epochs(writer.rows, {}, report) == ListedReport(0, ())


def test_a_false_row_lists_nothing() -> None:
    writer, _ = log()
    false = Writer()
    false.append()
    false.append(item_of(version(1, 0, word="planted")))
    writer.rows.insert(1, false.rows[1])
    report = writer.verify()
    assert report.size == 5
    assert found(check_versions(writer.rows, [version(1, 0, word="planted"), *ROWS], report)) == [("unlisted", 1, 0)]


def test_grants_are_here_or_missing() -> None:
    writer, report = log()
    assert check_listed(writer.rows, ItemKind.GRANT, {GRANT.digest}, report).present == 1
    assert found(check_listed(writer.rows, ItemKind.GRANT, set(), report)) == [("absent", 2, 0)]
    assert check_listed(writer.rows, ItemKind.GRANT, set(), report, compartments=[THEIRS]).problems == ()


def founding(writer: Writer, seq: int, n: int) -> EpochNotice:
    return EpochNotice(1, bytes(16), founded_compartment(writer.origin, seq, n), CompartmentKind.CASE, b"e" * 16)


def epoch_log(change: Callable[[EpochNotice], EpochNotice]) -> ListedReport:
    writer = Writer()
    notice = change(founding(writer, 0, 0))
    writer.append(Item.in_compartment(ItemKind.EPOCH, notice.compartment, notice.digest()))
    writer.seal()
    return check_epochs(writer.rows, {notice.digest(): notice.encode()}, writer.verify())


def test_a_founding_epoch_stands_at_its_place() -> None:
    assert epoch_log(lambda notice: notice).present == 1
    report = epoch_log(lambda notice: replace(notice, compartment=OURS))
    assert found(report) == [("tag", 0, 0)]
    assert "not of its place" in str(report.problems[0].message)
    assert not epoch_log(lambda notice: replace(notice, compartment=OURS, replaced=(b"x" * 16,))).problems


def test_an_epoch_row_that_is_missing_false_or_mistagged_is_told() -> None:
    writer = Writer()
    notice = founding(writer, 0, 0)
    writer.append(Item.in_compartment(ItemKind.EPOCH, OURS, notice.digest()))
    writer.seal()
    report = writer.verify()
    assert found(check_epochs(writer.rows, {}, report)) == [("absent", 0, 0)]
    assert found(check_epochs(writer.rows, {notice.digest(): b"x"}, report)) == [("absent", 0, 0)]
    assert found(check_epochs(writer.rows, {notice.digest(): notice.encode()}, report)) == [("tag", 0, 0)]
    assert check_epochs(writer.rows, {}, report, compartments=[THEIRS]).problems == ()


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
    writer, report = log()
    (grant,) = check_listed(writer.rows, ItemKind.GRANT, set(), report).problems
    assert (grant.origin, str(grant.message)) == (writer.origin, f"operation 2, item 0: missing {GRANT.digest.hex()}")
    (absent,) = check([ROWS[0], *ROWS[2:]]).problems
    assert str(absent.message) == f"operation 1, item 1: missing {ROWS[1].id.hex()}"
    (false,) = check([ROWS[0], ROWS[1]._replace(blob=b"x"), *ROWS[2:]]).problems
    assert (false.seq, false.n) == (1, 1)
    assert str(false.message) == "operation 1, item 1: the version's id is not the hash of its row"


def test_a_false_row_at_the_beginning_hides_nothing_behind_it() -> None:
    writer, _ = log()
    false = Writer("other")
    false.append()
    writer.rows.insert(1, writer.rows[1].changed(sealed=b"planted"))
    report = writer.verify()
    assert report.rejected
    assert check_versions(writer.rows, ROWS, report).present == 4


def test_every_epoch_of_an_operation_is_looked_at() -> None:
    writer = Writer()
    for _ in range(3):
        writer.append()
    first, second = (replace(founding(writer, 3, n), epoch=bytes([n]) * 16) for n in (1, 2))
    writer.append(
        GRANT, *(Item.in_compartment(ItemKind.EPOCH, made.compartment, made.digest()) for made in (first, second))
    )
    writer.seal()
    report = writer.verify()
    both = {made.digest(): made.encode() for made in (first, second)}
    assert check_epochs(writer.rows, both, report) == ListedReport(2, ())
    one_missing = check_epochs(writer.rows, {second.digest(): second.encode()}, report)
    (absent,) = one_missing.problems
    assert (absent.origin, str(absent.message)) == (
        writer.origin,
        f"operation 3, item 1: missing {first.digest().hex()}",
    )
    assert one_missing.present == 1


def test_an_epoch_at_another_place_than_its_own_is_told_with_its_place() -> None:
    writer = Writer()
    for _ in range(3):
        writer.append()
    notice = founding(writer, 3, 0)
    writer.append(GRANT, Item.in_compartment(ItemKind.EPOCH, notice.compartment, notice.digest()))
    writer.seal()
    (fault,) = check_epochs(writer.rows, {notice.digest(): notice.encode()}, writer.verify()).problems
    assert (fault.seq, fault.n) == (3, 1)
    assert str(fault.message).startswith("operation 3, item 1: epoch ")


def test_of_a_flood_of_problems_a_thousand_are_kept() -> None:
    rows = [version(9, n) for n in range(1_003)]
    report = check([*ROWS, *rows])
    assert len(report.problems) == 1_000


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
