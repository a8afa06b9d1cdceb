"""What a check of lists says: about which log, which operation, which item, and whom it leaves alone."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from tests.log.test_listed import FOLDER, GRANT, OURS, ROWS, THEIRS, check, found, founding, log, version
from tests.log.writer import Writer
from vault.log.items import Item, ItemKind
from vault.log.listed import check_epochs, check_keys, check_listed, check_versions
from vault.log.report import Findings, ListedReport, Problem, ProblemCode


def test_a_problem_names_log_operation_and_item() -> None:
    writer, report = log()
    (grant,) = check_listed(writer.rows, ItemKind.GRANT, set(), report).problems
    assert (grant.origin, grant.text) == (writer.origin, f"operation 2, item 0: missing {GRANT.digest.hex()}")
    (absent,) = check([ROWS[0], *ROWS[2:]]).problems
    assert absent.text == f"operation 1, item 1: missing {ROWS[1].id.hex()}"
    (false,) = check([ROWS[0], ROWS[1]._replace(blob=b"x"), *ROWS[2:]]).problems
    assert (false.seq, false.n) == (1, 1)
    assert false.text == "operation 1, item 1: the version's id is not the hash of its row"


def test_a_row_before_all_operations_is_unlisted() -> None:
    assert found(check([version(-1, 0), *ROWS])) == [("unlisted", -1, 0)]


def test_no_operation_beyond_the_proof_accuses_a_version() -> None:
    writer, _ = log()
    del writer.seals[-2:]
    assert check_versions(writer.rows, ROWS, writer.verify()).holds


def test_a_damaged_list_is_passed_over_by_every_check() -> None:
    writer, _ = log()
    writer.rows[1] = writer.rows[1].changed(list=b"")
    report = writer.verify()
    assert check_listed(writer.rows, ItemKind.GRANT, {GRANT.digest}, report).present == 1
    assert check_epochs(writer.rows, {}, report).listed == 0


def test_a_false_row_at_the_beginning_hides_nothing_behind_it() -> None:
    writer, _ = log()
    false = Writer("other")
    false.append()
    writer.rows.insert(1, writer.rows[1].changed(sealed=b"planted"))
    report = writer.verify()
    assert report.rejected
    assert check_versions(writer.rows, ROWS, report).present == 4


def test_whoever_holds_several_compartments_misses_what_is_of_one_of_them() -> None:
    report = check(ROWS[1:], mine=[THEIRS, OURS])
    assert found(report) == [("absent", 1, 0)]
    assert report.not_for_us == 0


def test_every_epoch_of_an_operation_is_looked_at() -> None:
    writer = Writer()
    for _ in range(3):
        writer.append()
    first, second = (replace(founding(writer, 3, n), epoch=bytes([n]) * 16) for n in (1, 2))
    writer.append(
        GRANT, *(Item.in_compartment(ItemKind.EPOCH, one.compartment, one.digest()) for one in (first, second))
    )
    writer.seal()
    report = writer.verify()
    both = {one.digest(): one.encode() for one in (first, second)}
    assert check_epochs(writer.rows, both, report) == ListedReport(2, 2, 0, 0, ())
    one_missing = check_epochs(writer.rows, {second.digest(): second.encode()}, report)
    (absent,) = one_missing.problems
    assert (absent.origin, absent.text) == (writer.origin, f"operation 3, item 1: missing {first.digest().hex()}")
    assert (one_missing.listed, one_missing.present) == (2, 1)


def test_an_epoch_at_another_place_than_its_own_is_told_with_its_place() -> None:
    writer = Writer()
    for _ in range(3):
        writer.append()
    notice = founding(writer, 3, 0)
    writer.append(GRANT, Item.in_compartment(ItemKind.EPOCH, notice.compartment, notice.digest()))
    writer.seal()
    (fault,) = check_epochs(writer.rows, {notice.digest(): notice.encode()}, writer.verify()).problems
    assert (fault.seq, fault.n) == (3, 1)
    assert fault.text.startswith("operation 3, item 1: epoch ")


def test_the_keys_files_of_one_folder_are_counted_and_one_is_the_newest() -> None:
    writer = Writer()
    for word in (b"old", b"new"):
        writer.append(Item.of_keys(FOLDER, sha256(word).digest()))
    writer.seal()
    newest = sha256(b"new").digest()
    assert check_keys(writer.rows, FOLDER, newest, writer.verify()) == ListedReport(2, 1, 0, 0, ())


def test_of_a_flood_of_problems_a_thousand_are_kept_and_the_rest_counted() -> None:
    rows = [version(9, n) for n in range(1_003)]
    report = check([*ROWS, *rows])
    assert (len(report.problems), report.more) == (1_000, 3)
    findings = Findings(b"o" * 32)
    findings.add(*(Problem(ProblemCode.CUT, b"o" * 32, seq, None, "") for seq in (3, None, 1)))
    assert [one.seq for one in findings.in_order()] == [None, 1, 3]


def test_problems_of_one_operation_stand_in_the_order_of_its_items() -> None:
    findings = Findings(b"o" * 32)
    findings.add(*(Problem(ProblemCode.ABSENT, b"o" * 32, 1, n, "") for n in (2, None, 0)))
    assert [one.n for one in findings.in_order()] == [None, 0, 2]


def test_a_report_of_nothing_has_no_sessions_and_one_problem() -> None:
    writer = Writer()
    writer.genesis = writer.genesis[:-1] + bytes([writer.genesis[-1] ^ 1])
    assert writer.verify().summary == "0 of 0 operations proven by 0 checkpoints in 0 sessions; 1 problems"
    assert ListedReport(1, 1, 0, 0, ()).summary == "1 of 1 listed are here, 0 erased, 0 not for us; 0 problems"
