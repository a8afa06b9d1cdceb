"""A vault that was tampered with from outside: `log verify` names the first bad place, and people go on."""

from __future__ import annotations

import pytest

from tests.attacks import tampering as by
from tests.attacks.outsider import Outsider
from tests.services.founded import Filled
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.words.finding import Severity

EPOCH, GRANT = 3, 2

TAMPERED = {
    **{
        f"flipped bit: {column} of the {which.__name__} entry": by.flip_operation(column, which, code)
        for column, code in (("list", "list"), ("sealed", "payload"))
        for which in (by.early, by.middle, by.late)
    },
    "flipped bit: sealed of the newest entry": by.flip_operation("sealed", by.newest, "payload"),
    "flipped bit: digest of the middle entry": by.flip_operation("digest", by.middle, "row-digest"),
    "flipped bit: digest of the newest entry": by.flip_operation("digest", by.newest, "row-digest"),
    "flipped bit: header of the early entry": by.flip_operation("header", by.early, "foreign", "header"),
    "flipped bit: header of the middle entry": by.flip_operation("header", by.middle, "foreign", "header"),
    "flipped bit: header of the late entry": by.flip_operation("header", by.late, "foreign", "header"),
    "flipped bit: header of the newest entry": by.flip_operation("header", by.newest, "foreign", "header"),
    "rewritten header: early": by.flip_digit_of_commitment(by.early),
    "rewritten header: middle": by.flip_digit_of_commitment(by.middle),
    "rewritten header: newest": by.flip_digit_of_commitment(by.newest),
    **{
        f"flipped bit: blob of the version of the {which.__name__} entry": by.flip_version("blob", which, "version-id")
        for which in (by.early, by.middle, by.late)
    },
    "flipped bit: id of a version": by.flip_version("id", by.middle, "unlisted", "absent"),
    "flipped bit: record of a version": by.flip_version("record", by.middle, "version-id"),
    "flipped bit: compartment of a version": by.flip_version("compartment", by.late, "version-id"),
    **{
        f"flipped bit: wrap of the {which.__name__} entry": by.flip_key("wrap", which)
        for which in (by.early, by.middle, by.late)
    },
    "flipped bit: epoch of a wrap": by.flip_key("epoch", by.middle),
    "flipped bit: an epoch": by.flip_listed("epoch", "bytes", item_kind=EPOCH, which=-1),
    "flipped bit: the digest of an epoch": by.flip_listed("epoch", "digest", item_kind=EPOCH, which=-1),
    "flipped bit: the compartment of an epoch": by.flip_listed("epoch", "compartment", item_kind=EPOCH, which=-1),
    "flipped bit: the epoch of the audit": by.flip_listed("epoch", "bytes", item_kind=EPOCH, which=4),
    **{
        f"flipped bit: {column} of a grant": by.flip_listed("granted", column, item_kind=GRANT, which=-2)
        for column in ("sealed", "seat", "epoch", "giver", "digest")
    },
    "flipped bit: the giver of the grant to recovery": by.flip_listed("granted", "giver", item_kind=GRANT, which=-1),
    "deleted epoch": by.delete_listed("epoch", item_kind=EPOCH, which=-1),
    "deleted grant": by.delete_listed("granted", item_kind=GRANT, which=-2),
    "deleted grant of the audit": by.delete_listed("granted", item_kind=GRANT, which=8),
    "deleted operation: early": by.delete_operation(by.early),
    "deleted operation: middle": by.delete_operation(by.middle),
    "deleted operation: newest": by.delete_operation(by.newest),
    "deleted operation, gap closed": by.delete_and_close_up,
    "deleted version: early": by.delete_version(by.early),
    "deleted version: late": by.delete_version(by.late),
    "deleted key": by.delete_key(by.middle),
    "swapped operations": by.swap("operation", "swapped", "moved", columns=("header", "list", "sealed", "digest")),
    "swapped versions": by.swap("version", "unlisted", "absent", columns=("id", "compartment", "record", "blob")),
    "swapped blobs": by.swap("version", "version-id", columns=("blob",)),
    "swapped keys": by.swap("version_key", "seal", "wrap", columns=("epoch", "wrap")),
    "inserted operation beyond the checkpoint": by.insert_beyond_checkpoint,
    "inserted operation in between": by.insert_between,
    "duplicated operation far away": by.duplicate_far_away,
    "duplicated operation: early, other digest": by.duplicate_under_another_digest(by.early),
    "duplicated operation: late, other digest": by.duplicate_under_another_digest(by.late),
    "junk operation beside: early": by.junk_operation_beside(by.early),
    "junk operation beside: middle": by.junk_operation_beside(by.middle),
    "junk operation beside: newest": by.junk_operation_beside(by.newest),
    "junk version beside: early": by.junk_version_beside(by.early),
    "junk version beside: late": by.junk_version_beside(by.late),
    "cut tail": by.cut_tail(with_checkpoint=False),
    "cut tail with its checkpoint": by.cut_tail(with_checkpoint=True),
    "removed checkpoints": by.remove_checkpoints,
    "flipped bit: the newest checkpoint": by.flip_checkpoint("DESC"),
    "flipped bit: the first checkpoint": by.flip_checkpoint("ASC"),
    "flipped bit: the genesis": by.flip_genesis,
}


def tampered_with(victim: Filled, outsider: Outsider, tamper: by.Tamper) -> tuple[by.Target, by.Expected]:
    with outsider.rows(victim.path) as rows:
        target = by.aim(rows)
        return target, tamper(rows, target)


@pytest.mark.long_after(8)
@pytest.mark.parametrize("tamper", [pytest.param(tamper, id=name) for name, tamper in TAMPERED.items()])
def test_verify_names_the_first_bad_place_and_work_goes_on(
    victim: Filled, outsider: Outsider, tamper: by.Tamper
) -> None:
    target, expected = tampered_with(victim, outsider, tamper)
    place = (target.origin, expected.seq, expected.n)
    with victim.open() as session:
        found = log_checking.verify(session)
        made = cases.create(session, title="the day after", kind="family")
        note = notes.add(session, made.case, Note(NoteKind.CONTACT, "work goes on"))
        first = found.faults[0]
        if all(fault.severity is Severity.ABSENCE for fault in found.faults):
            session.require_sound_log(made.case)  # what is not here stops its own case alone
        else:
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                session.require_sound_log()
    assert (first.origin, first.seq, first.n) == place, found.faults[:4]
    assert first.code in expected.codes
    # The next command meets the same vault: it reads what was written since, and the same place is named.
    with victim.open() as session:
        assert [one.value.text for one in cases.open_case(session, made.case).notes] == ["work goes on"]
        assert notes.show(session, note.hex()).value.text == "work goes on"
        again = log_checking.verify(session).faults[0]
    assert (again.origin, again.seq, again.n) == place, again


def test_the_untouched_vault_verifies(victim: Filled) -> None:
    with victim.open() as session:
        found = log_checking.verify(session)
    assert found.verified
    assert found.entries == found.expected > 256
