"""Hundreds of logs of one seat stop nobody else, and which of them count does not hang on what came first."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.attacks.flooding import begin_logs, give_all_logs
from tests.attacks.outsider import learn_as
from tests.services.founded import PASSPHRASE
from tests.services.organisation import DANA, JOEL, MIRA, SELIN, TOMAS, Organisation, give, share
from vault.access.session import Session
from vault.errors import VerificationError
from vault.ids import CompartmentId
from vault.log import genesis
from vault.log.genesis import LOGS_OF_A_SEAT, SEAT_IN_GENESIS
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members


def texts(session: Session, case: CompartmentId) -> set[str]:
    return {note.value.text for note in cases.open_case(session, case).notes}


@pytest.mark.long
@pytest.mark.parametrize(
    ("name", "roles"),
    [
        (JOEL, ["caseworker"]),
        (DANA, ["intake"]),
        (DANA, ["field"]),
    ],
)
def test_of_three_hundred_logs_the_first_come_in_and_nobody_else_waits(
    organisation: Organisation, tmp_path: Path, name: str, roles: list[str]
) -> None:
    account = organisation[name]
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Goes on", kind="asylum").case
        if mira.directory.roles_of(account.member) != set(roles):
            assert members.change_roles(mira, account.member, roles, by_root=True).is_done
    with organisation.at(MIRA, name) as (mira, attacker):
        give(mira, attacker, tmp_path)
        begin_logs(attacker, 300, in_chain=True)
        taken = give_all_logs(attacker, mira, tmp_path)
        assert any("more logs than any device does" in str(fault) for fault in taken.faults)
        with mira.database.reading() as rows:
            assert sum(row.bytes[SEAT_IN_GENESIS] == account.seat for row in rows.geneses()) == LOGS_OF_A_SEAT
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified
        mira.require_sound_log()
        assert sharing.grant(mira, case, organisation.members(TOMAS))
        assert sharing.rotate(mira, case).left == 0
        assert members.suspend(mira, account.member).is_done
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified
        mira.require_sound_log()


def test_a_log_whose_predecessor_never_came_waits_and_is_nobodys_fault(
    organisation: Organisation, tmp_path: Path
) -> None:
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Goes on", kind="asylum").case
    with organisation.at(MIRA, JOEL) as (mira, joel):
        give(mira, joel, tmp_path)
        first, second = begin_logs(joel, 2, in_chain=True)
    forget_log(organisation, JOEL, first)
    with organisation.at(MIRA, JOEL) as (mira, joel):
        give(joel, mira, tmp_path)
        assert second not in origins(mira)
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified
        assert sharing.grant(mira, case, organisation.members(TOMAS))


def test_a_beginning_that_is_not_here_is_a_fault_of_whoever_names_it_and_of_nobody_after_their_end(
    organisation: Organisation, tmp_path: Path
) -> None:
    """Such a log came in with an earlier program, or was lost before this account saw it."""
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Goes on", kind="asylum").case
    with organisation.at(MIRA, JOEL) as (mira, joel):
        give(mira, joel, tmp_path)
        first, _ = begin_logs(joel, 2, in_chain=True)
        give(joel, mira, tmp_path)
    forget_log(organisation, MIRA, first)
    shutil.rmtree(organisation[MIRA].place.state / "pins")
    with organisation.open(MIRA) as mira:
        found = log_checking.verify(mira)
        assert [(fault.origin, str(fault.message)) for fault in found.faults] == [
            (first, "the genesis is missing or was altered")
        ]
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            sharing.grant(mira, case, organisation.members(TOMAS))
        assert members.suspend(mira, organisation[JOEL].member).is_done
        assert sharing.grant(mira, case, organisation.members(TOMAS))
    with organisation.open(MIRA) as mira:
        assert log_checking.verify(mira).verified


def origins(session: Session) -> set[bytes]:
    with session.database.reading() as rows:
        return {row.origin for row in rows.geneses()}


def forget_log(organisation: Organisation, name: str, origin: bytes) -> None:
    """Take a whole log out of a member's database."""
    account = organisation[name]
    with learn_as(account.place.path, account.name, PASSPHRASE).rows(account.place.path) as rows:
        for table in ("genesis", "operation", "checkpoint", "tile", "version", "version_key"):
            rows.execute(f"DELETE FROM {table} WHERE origin=?", (origin,))


@pytest.mark.long
@pytest.mark.parametrize("most", [32, pytest.param(LOGS_OF_A_SEAT, marks=pytest.mark.long)])
def test_two_who_were_told_different_logs_first_come_to_count_the_same(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A copy of a device begins as many as it likes: which of them count does not hang on who was told first."""
    monkeypatch.setattr(genesis, "LOGS_OF_A_SEAT", most)
    twin = organisation.copied_to(tmp_path / "twin")
    with organisation.open(MIRA) as mira:
        case = cases.create(mira, title="Shared", kind="asylum").case
        share(mira, case, organisation, JOEL, SELIN, TOMAS)
    with organisation.at(MIRA, SELIN, TOMAS) as (mira, selin, tomas):
        for where, taker in ((organisation, selin), (twin, tomas)):
            give(mira, taker, tmp_path)
            with where.open(JOEL) as joel:
                give(mira, joel, tmp_path)
                begin_logs(joel, most + 1, in_chain=False, says=(case, f"told {taker.member.hex()}"))
                give_all_logs(joel, taker, tmp_path)
        for giver, taker in ((selin, tomas), (tomas, selin), (selin, tomas), (tomas, selin)):
            give(giver, taker, tmp_path)
        assert texts(selin, case) == texts(tomas, case) != set()
    with organisation.at(MIRA, SELIN, TOMAS) as (mira, selin, tomas):
        give(tomas, mira, tmp_path)
        assert texts(selin, case) == texts(tomas, case) == texts(mira, case) != set()
        assert members.suspend(mira, organisation[JOEL].member).is_done
        for taker in (selin, tomas):
            give(mira, taker, tmp_path)
            assert taker.faults() == []
