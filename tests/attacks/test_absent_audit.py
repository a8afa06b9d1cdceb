"""Audit keys of another log that are gone: the auditor is told which payloads they should read and cannot."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.attacks.outsider import learn_as
from tests.english import in_english
from tests.services.founded import PASSPHRASE
from tests.services.organisation import AMINA, JOEL, NOOR, Organisation, give
from vault.access.session import Session
from vault.cli.log import verified
from vault.ids import RECOVERY_SEAT
from vault.log.epoch_notice import KIND_AT
from vault.services.cases import cases
from vault.services.evidence import log_checking

AUDIT = f"substr(bytes, {KIND_AT + 1}, 1) = x'07'"
Take = Callable[[Any, list[bytes], list[bytes]], None]


def epochs(rows: Any, digests: list[bytes], ids: list[bytes]) -> None:
    rows.executemany("DELETE FROM epoch WHERE digest = ?", [(one,) for one in digests])


def epochs_and_grants(rows: Any, digests: list[bytes], ids: list[bytes]) -> None:
    epochs(rows, digests, ids)
    rows.executemany("DELETE FROM granted WHERE epoch = ?", [(one,) for one in ids])


def own_grants(rows: Any, digests: list[bytes], ids: list[bytes]) -> None:
    rows.executemany("DELETE FROM granted WHERE epoch = ? AND seat != ?", [(one, RECOVERY_SEAT) for one in ids])


def epoch_of_recoverys_grant(rows: Any, digests: list[bytes], ids: list[bytes]) -> None:
    rows.executemany(
        "UPDATE granted SET epoch = zeroblob(16) WHERE epoch = ? AND seat = ?", [(one, RECOVERY_SEAT) for one in ids]
    )


def of_joel(rows: Any, origin: bytes) -> tuple[list[bytes], list[bytes]]:
    """Return digests and ids of the audit epochs that Joel's log lists."""
    lists = b"".join(row for (row,) in rows.execute("SELECT list FROM operation WHERE origin = ?", (origin,)))
    listed = {lists[at + 1 : at + 33] for at in range(0, len(lists), 49)}
    found = [
        (d, b) for d, b in rows.execute(f"SELECT digest, bytes FROM epoch WHERE {AUDIT}").fetchall() if d in listed
    ]
    return [digest for digest, _ in found], [notice[35:51] for _, notice in found]


@pytest.mark.long
@pytest.mark.parametrize(
    ("how", "codes"),
    [
        pytest.param(epochs, {"payload-key"}, id="the epoch"),
        pytest.param(epochs_and_grants, {"payload-key"}, id="the epoch and its grants"),
        pytest.param(own_grants, {"payload-key", "absent"}, id="the auditor's grant"),
        pytest.param(epoch_of_recoverys_grant, {"absent"}, id="the epoch in recovery's grant"),
    ],
)
def test_the_auditor_hears_of_each_payload_that_cannot_be_read_any_more(
    organisation: Organisation, tmp_path: Path, how: Take, codes: set[str]
) -> None:
    with organisation.at(JOEL, NOOR) as (joel, noor):
        cases.create(joel, title="Of Joel", kind="asylum")
        give(joel, noor, tmp_path)
        sound = log_checking.verify(noor)
        assert sound.verified
        assert not any("Joel" in line for line in in_english(sound.on_their_way))
        assert sound.payloads_opened
        origin = joel.log.origin
    account = organisation[NOOR]
    with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
        digests, ids = of_joel(rows, origin)
        assert digests
        how(rows, digests, ids)
    with organisation.open(NOOR) as noor:
        found = log_checking.verify(noor)
        assert {fault.code for fault in found.faults} == codes
        assert {fault.origin for fault in found.faults} == {origin}
        result = verified(found)
        assert result.exit_code == 6
        if "payload-key" in codes:
            assert "entries that you should be able to read cannot be opened (Joel Brandvik" in " ".join(
                in_english(result.lines)
            )
        noor.require_sound_log()  # it stops nobody: what only auditors see hangs on it


@pytest.mark.long
def test_what_came_by_way_of_others_waits_for_its_key_and_is_no_fault(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(JOEL, AMINA, NOOR) as (joel, amina, noor):
        give(joel, noor, tmp_path)
        before = log_checking.verify(noor)
        for _ in range(2):
            next_day(joel)
            cases.create(joel, title="Of Joel", kind="asylum")
        give(joel, amina, tmp_path)
        give(amina, noor, tmp_path)
        found = log_checking.verify(noor)
        assert found.verified
        assert "Joel" in " ".join(in_english(found.on_their_way))
        assert verified(found).exit_code == 0
        give(joel, noor, tmp_path)
        assert "Joel" not in " ".join(in_english(log_checking.verify(noor).on_their_way))
        assert before.verified


def next_day(session: Session) -> None:
    """Have the session's next entry open a new audit epoch."""
    session.log.period_is_over = True


def test_what_was_sealed_before_somebody_was_an_auditor_is_counted_apart(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.at(JOEL, NOOR) as (joel, noor):
        give(joel, noor, tmp_path)
        found = log_checking.verify(noor)
        assert found.verified
        assert 0 < found.payloads_closed < found.entries - found.payloads_opened + 1
        assert "from before you were an auditor" in " ".join(in_english(verified(found).lines))
