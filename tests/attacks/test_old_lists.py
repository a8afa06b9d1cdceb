"""A patched program names an older list of members than its log named before, or one that nobody has.

By such a list an auditor was not yet in, and the founder was alone. What a log named once, it goes on from.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.ids import RECOVERY_SEAT
from vault.log.roster import Roster
from vault.policy.roles import Role
from vault.records.seatlog import Predecessor, begin
from vault.records.work import Entry
from vault.services.cases import cases
from vault.services.evidence import log_checking


@dataclass(frozen=True)
class Two:
    """A caseworker whose program is patched, and an auditor who came after them."""

    caseworker: Colleague
    auditor: Colleague


@pytest.fixture
def two(short: Filled) -> Two:
    with short.open() as session:
        caseworker = admit(session, roles={Role.CASEWORKER})
        auditor = admit(session, name="Ilse Varga", roles={Role.AUDITOR}, by_root=True)
    with caseworker.open(short.place) as session:
        cases.list_all(session)
    return Two(caseworker, auditor)


def roster_of(session: Session, number: int) -> Roster:
    return next(one for one in session.directory.chain.accepted if one.head.number == number)


def hide(session: Session) -> None:
    """Seal what follows to recovery alone."""
    session.log.auditors = [one for one in session.log.auditors if one.seat == RECOVERY_SEAT]
    session.log.period_is_over = True


def act(session: Session, entry: Entry) -> int:
    with session.work() as work:
        return work.commit(entry).seq


@pytest.mark.long
def test_an_older_list_hides_nothing_from_an_auditor_who_came_after_it(short: Filled, two: Two) -> None:
    with two.auditor.open(short.place) as auditor:
        assert log_checking.verify(auditor).verified
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = roster_of(patched, 1).root
        hide(patched)
        origin, first = patched.log.origin, patched.log.size
        act(patched, Entry(act="case.list"))
        act(patched, Entry(act="case.list"))
    with two.auditor.open(short.place) as auditor:
        found = log_checking.verify(auditor)
    assert ("older-roster", origin, first) in {(one.code, one.origin, one.seq) for one in found.faults}
    assert any("entries that you should be able to read cannot be opened" in str(one.message) for one in found.faults)


def test_whoever_verifies_hears_whose_entry_goes_back_and_the_command_ends_in_6(
    short: Filled, two: Two, tmp_path: Path
) -> None:
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = roster_of(patched, 1).root
        seq = act(patched, Entry(act="case.list"))
    answer = Desk.of(short.place, tmp_path).run("log", "verify")
    assert answer.code == 6
    assert f"[older-roster] log of {NAME}, entry {seq}: " in answer.out
    assert "it names an older list of members than an entry before it" in answer.out


def test_a_list_that_nobody_has_is_told_and_waits(short: Filled, two: Two, tmp_path: Path) -> None:
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = secrets.token_bytes(32)
        seq = act(patched, Entry(act="case.list"))
    answer = Desk.of(short.place, tmp_path).run("log", "verify")
    assert answer.code == 0
    words = f"1 entry names a list of members that is not here or not valid ({NAME}, entries {seq} to {seq})."
    assert words in " ".join(answer.out.split())


def test_a_list_that_nobody_has_hides_nothing_either(short: Filled, two: Two) -> None:
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = secrets.token_bytes(32)
        hide(patched)
        act(patched, Entry(act="case.list"))
    with two.auditor.open(short.place) as auditor:
        found = log_checking.verify(auditor)
    assert not found.verified
    assert any("that you should be able to read cannot be opened" in str(one.message) for one in found.faults)


def test_a_log_begun_anew_by_an_older_list_hides_nothing_either(short: Filled, two: Two) -> None:
    with two.caseworker.open(short.place) as patched:
        log = patched.log
        hide(patched)
        patched.log = begin(
            database=log.database,
            place=log.place,
            identity_seed=patched._secrets.identity_seed,
            roster=roster_of(patched, 1).root,
            auditors=log.auditors,
            keyring=log.keyring,
            app_version=log.app_version,
            predecessor=Predecessor(log.origin, log.size, log.frontier.root()),
        )
        act(patched, Entry(act="log.genesis"))
        act(patched, Entry(act="case.list"))
        origin = patched.log.origin
    with two.auditor.open(short.place) as auditor:
        found = log_checking.verify(auditor)
    assert ("payload-key", origin) in {(one.code, one.origin) for one in found.faults}


def test_an_act_is_not_alone_by_an_older_list(short: Filled, two: Two) -> None:
    del two
    with short.open() as patched:
        patched.log.roster = roster_of(patched, 0).root
        seq = act(patched, Entry(act="export.begin", out="ok:alone", obj=bytes(16), dig=bytes(32)))
        found = log_checking.verify(patched)
    assert {(one.code, one.seq) for one in found.faults} >= {("older-roster", seq)}
    assert any("export.begin without the approval of a second person" in str(one.message) for one in found.faults)
