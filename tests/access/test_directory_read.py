"""Which compartment is the directory, and what is told where none is: by hand-made notices and chains."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import TYPE_CHECKING, cast

import pytest

from vault.access import directory
from vault.access.directory import RECOVERY, Directory, read_directory
from vault.errors import VerificationError
from vault.ids import CompartmentId, EpochId, MemberId, SeatId, VaultId
from vault.log.epochs import CompartmentKind, EpochNotice, founded_compartment
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.seal.keyring import Keyring
from vault.store.rowtypes import EpochRow

if TYPE_CHECKING:
    from vault.log.roster import RosterChain
    from vault.log.roster_rules import Standing
    from vault.store.rows import Rows

VAULT = VaultId(b"v" * 16)
LOG, SEAT, MEMBER = b"l" * 32, SeatId(b"s" * 16), MemberId(b"m" * 16)
HOME = CompartmentId(founded_compartment(LOG, 0, 2))
ELSEWHERE = CompartmentId(b"e" * 16)
CERTIFICATE = SimpleNamespace(member=MEMBER, kem=b"k" * 1_216)
STANDING = cast(
    "Standing",
    SimpleNamespace(
        certificates={SEAT: CERTIFICATE},
        members={MEMBER: {"auditor", "astronaut"}},
        head=SimpleNamespace(recovery=b"r" * 1_216),
    ),
)


def chain(number: int = 0, standing: Standing | None = STANDING) -> RosterChain:
    return cast("RosterChain", SimpleNamespace(first_certified={LOG: (number, bytes(32))}, standing=standing))


READ = Directory(HOME, chain(), STANDING)


def test_a_seat_that_is_not_in_is_nobodys() -> None:
    assert READ.member_of(SEAT) == MEMBER
    with pytest.raises(VerificationError, match=f"seat {(b'x' * 16).hex()} is not in the newest roster"):
        READ.member_of(SeatId(b"x" * 16))


def test_a_role_of_a_newer_program_grants_nothing() -> None:
    assert READ.roles_of(MEMBER) == {Role.AUDITOR}
    assert READ.roles_of(MemberId(b"x" * 16)) == frozenset()


def test_recovery_is_among_the_holders_unless_it_is_left_out() -> None:
    own = Holder(SEAT, b"k" * 1_216)
    assert READ.holders([SEAT], with_recovery=False) == [own]
    assert READ.holders([SEAT]) == READ.auditors() == [own, Holder(RECOVERY, b"r" * 1_216)]


def notice(compartment: CompartmentId) -> EpochRow:
    made = EpochNotice(1, VAULT, compartment, CompartmentKind.DIRECTORY, EpochId(bytes(16)), (), ())
    return EpochRow(made.digest(), compartment, made.encode())


def test_of_what_is_held_only_that_is_claimed_of_which_a_notice_says_so() -> None:
    keyring = Keyring()
    for number, compartment in enumerate((ELSEWHERE, HOME)):
        keyring.add(compartment, bytes([number]) * 16, bytes(32))
    none = EpochRow(bytes(32), HOME, b"no notice")
    rows = SimpleNamespace(epochs_holding=lambda _values, at: [none, notice(HOME)] if at else [])
    assert directory._claimed(cast("Rows", rows), keyring) == [HOME]


def test_the_directory_is_founded_by_entry_0_of_the_log_that_began_with_the_vault() -> None:
    assert directory._is_of_entry_0(chain(), HOME)
    assert not directory._is_of_entry_0(chain(), ELSEWHERE)
    assert not directory._is_of_entry_0(chain(number=1), HOME)


def test_a_version_that_does_not_open_here_is_no_roster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "open_version", lambda *_, **__: None)
    rows = cast("Rows", SimpleNamespace(versions=lambda *_: ["sealed"]))
    assert directory._rosters(rows, HOME, VAULT, Keyring()) == []


@pytest.mark.parametrize(
    ("claimed", "found", "words"),
    [
        ([], chain(), "this seat holds no directory, or its epochs were altered"),
        ([HOME], chain(standing=None), "no roster of this vault counts: it was altered or removed .none is here."),
        ([ELSEWHERE], chain(), "no roster of this vault counts: it was altered or removed .none is here."),
    ],
    ids=["nothing is held", "not even roster 0 counts", "founded elsewhere"],
)
def test_where_nothing_counts_as_the_directory_it_is_said(
    monkeypatch: pytest.MonkeyPatch, claimed: Sequence[CompartmentId], found: RosterChain, words: str
) -> None:
    monkeypatch.setattr(directory, "_claimed", lambda *_: claimed)
    monkeypatch.setattr(directory, "_judged", lambda *_: found)
    rows = cast("Rows", SimpleNamespace(versions=lambda *_: []))
    with pytest.raises(VerificationError, match=words):
        read_directory(rows, vault=VAULT, keyring=Keyring(), root_public=bytes(32))
