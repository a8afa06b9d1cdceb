"""A patched program says one thing in an entry and lists another: whoever can read the entry names it.

What counts is decided by lists, which everybody has, never by acts, which auditors alone can read.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.flooding import take_alone
from tests.cli.desk import Desk
from tests.english import in_english
from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import Filled
from vault.errors import VerificationError
from vault.policy.roles import Role
from vault.services.cases import cases
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members


@pytest.fixture
def colleague(short: Filled) -> Colleague:
    """A caseworker in the same folder who holds the first case."""
    with short.open() as session:
        found = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, short.cases[0], [found.member])
        return found


def test_a_new_key_under_the_name_of_a_look_is_named_with_whose_entry_it_is(
    short: Filled, colleague: Colleague
) -> None:
    with colleague.open(short.place) as patched:
        seq, origin = take_alone(patched, short.cases[0], "case.list"), patched.log.origin
    with short.open() as auditor:
        (fault,) = log_checking.verify(auditor).faults
    assert (fault.code, fault.origin, fault.seq) == ("act", origin, seq)
    assert "it says case.list, which may not list a key given to a device and a new key" in str(fault.message)


def test_the_command_names_the_member_and_the_entry_and_ends_in_6(
    short: Filled, colleague: Colleague, tmp_path: Path
) -> None:
    with colleague.open(short.place) as patched:
        seq = take_alone(patched, short.cases[0], "case.list")
    answer = Desk.of(short.place, tmp_path).run("log", "verify")
    assert answer.code == 6
    assert answer.out.startswith(f"NOT VERIFIED. First bad place: [act] log of {NAME}, entry {seq}: ")


def test_an_auditor_is_told_at_the_first_look_and_nothing_leaves_until_its_author_was_ended(
    short: Filled, colleague: Colleague
) -> None:
    with colleague.open(short.place) as patched:
        take_alone(patched, short.cases[0], "case.list")
    for _ in range(2):  # what came is read once, and told until it is settled
        with short.open() as auditor:
            cases.list_all(auditor)
            assert any("wrote one thing into the log" in line for line in in_english(auditor.warnings))
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                auditor.require_sound_log()
            auditor.require_sound_log(taken_from=[colleague.seat])
    with short.open() as auditor:
        assert [fault.code for fault in log_checking.verify(auditor).faults] == ["act"]
        assert members.leave(auditor, colleague.member).is_done
    with short.open() as auditor:
        assert log_checking.verify(auditor).verified
        auditor.require_sound_log()


def test_whether_the_key_counts_is_the_word_of_its_list_alone(short: Filled, colleague: Colleague) -> None:
    with colleague.open(short.place) as patched:
        take_alone(patched, short.cases[0], "case.list")
    with short.open() as auditor:
        state = auditor.state_of(short.cases[0])
        assert state is not None
        # Who cannot read the act has to come to the same answer as who can.
        assert set(state.holders) >= {auditor.seat, colleague.seat}


def test_an_act_of_a_newer_program_is_counted_and_not_judged(short: Filled, colleague: Colleague) -> None:
    with colleague.open(short.place) as newer:
        take_alone(newer, short.cases[0], "kit.make")
    with short.open() as auditor:
        found = log_checking.verify(auditor)
    assert (found.verified, found.newer) == (True, 1)
