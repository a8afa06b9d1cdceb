"""What joined sheets give on: compartments that recovery holds by right, and members by the names that count."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from tests.access.test_proving import prover
from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import MEMBER, Place
from vault.access.recovery_session import RecoverableKeys, RecoveryScope, opened_by_sheets, require_member
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.access.trust.keyrings import GrantedKey
from vault.errors import NotFoundError, RefusedError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, SeatId, VersionId, make_id
from vault.log.epoch_notice import EpochNotice
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.versions import Content, encode_content
from vault.records.work import Entry
from vault.seal.envelope import SUITE, VersionContext, seal, version_id
from vault.seal.keyring import epoch_id, make_key, wrap
from vault.store.rowtypes import EpochRow, VersionKeyRow, VersionRow
from vault.validity.compartment_access import CompartmentState
from vault.validity.epoch_validity import ValidEpoch

SEAT, OTHER, STRANGER = (SeatId(bytes([number]) * 16) for number in (1, 2, 3))
CASE, FIRST, SECOND = CompartmentId(b"\x0c" * 16), EpochId(b"\x0d" * 16), EpochId(b"\x0e" * 16)


# ---- what recovery holds


def state_of(granted: Mapping[EpochId, Sequence[SeatId]], *, dropped: Sequence[SeatId] = ()) -> CompartmentState:
    epochs = {epoch: ValidEpoch((), frozenset(), frozenset(seats)) for epoch, seats in granted.items()}
    return CompartmentState(CASE, CompartmentKind.CASE, epochs, dict.fromkeys(dropped, ()))


def test_a_compartment_was_held_by_whoever_was_given_any_of_its_keys_and_not_dropped() -> None:
    """Somebody who came late has no key of before, somebody who was forgotten once none of after."""
    granted = {FIRST: [SEAT, RECOVERY], SECOND: [OTHER, RECOVERY]}
    held = {(SEAT,): True, (OTHER,): True, (OTHER, SEAT): True, (RECOVERY,): False, (STRANGER,): False, (): False}
    reached = RecoverableKeys(state_of(granted, dropped=[RECOVERY]), ())
    assert {seats: reached.was_held_by(seats) for seats in held} == held


def test_keys_of_what_nobody_founded_are_not_given_on(founded: Place) -> None:
    with founded.open() as session:
        secret, key = kept_secret(session) or b"", make_key()
        false = CompartmentId(b"\x0a" * 16)
        epoch = EpochId(epoch_id(session.vault, false, key))
        notice = EpochNotice(SUITE, session.vault, false, CompartmentKind.CASE, epoch)
        session.log.keyring.add(false, epoch, key)
        with session.database.transaction() as rows:
            rows.add_epochs([EpochRow(notice.digest(), false, notice.encode())])
        with session.work() as work:
            work.grant(false, epoch, [Holder(RECOVERY, session.directory.effective.head.recovery)])
            work.commit(Entry(act="grant.add"))
        held = {*session.keyring.compartments()} - {false}
    with opened_by_sheets(founded.path, secret) as opened, opened.database.reading() as rows:
        assert false in {grant.compartment for grant in opened.granted}
        reached = RecoveryScope(opened, rows, prover()).reached()
    assert {one.state.compartment for one in reached} == held
    assert all(grant.key is not None for one in reached for grant in one.keys)


# ---- who the members are


@dataclass
class Said:
    """What directory records say of the founder and a volunteer, and the secret that reads them."""

    place: Place
    secret: bytes
    volunteer: Colleague

    @contextmanager
    def judged(self) -> Iterator[RecoveryScope]:
        with opened_by_sheets(self.place.path, self.secret) as opened, opened.database.reading() as rows:
            # Somebody listed one more grant, which does not open.
            notice = EpochNotice(1, bytes(16), CASE, CompartmentKind.CASE, FIRST)
            granted = (*opened.granted, GrantedKey(notice, lambda: None, ()))
            yield RecoveryScope(replace(opened, granted=granted), rows, prover())


@pytest.fixture
def said(founded: Place) -> Said:
    with founded.open() as session:
        return Said(founded, kept_secret(session) or b"", admit(session, roles={Role.CASEWORKER}))


def say(
    session: Session, member: bytes, name: object, *, kind: str = "member", parents: Sequence[VersionId] = ()
) -> None:
    """Write into the directory what a member is called."""
    home = session.directory.compartment
    with session.work(home) as work:
        work.write(home, RecordId(make_id()), kind, {"member": member, "name": name}, parents)
        work.commit(Entry(act="roster.change"))


def plant(session: Session, member: bytes, name: str, *, seq: int) -> None:
    """Put a record beside what an entry of this seat lists: whoever holds the directory's key can make one."""
    home, record, origin = session.directory.compartment, make_id(), session.log.origin
    epoch, key = session.keyring.epochs_of(home)[-1], make_key()
    content = encode_content(Content("member", (), (0, 0), {"member": member, "name": name}))
    blob = seal(key, content, VersionContext(session.vault, home, record, origin, seq))
    wrapped = wrap(session.keyring.wrap_key(epoch) or b"", key)
    with session.database.transaction() as rows:
        rows.add_versions([VersionRow(origin, seq, 99, version_id(home, record, blob), home, record, blob)])
        rows.add_version_keys([VersionKeyRow(origin, seq, 99, epoch, wrapped)])


def test_a_member_is_found_by_what_those_said_who_may_and_by_nothing_else(said: Said) -> None:
    volunteer = said.volunteer.member
    with said.place.open() as session:
        say(session, make_id(), "Somebody Gone")
        say(session, volunteer, "Another Kind", kind="partner")
        say(session, volunteer, "Said Later")
        say(session, volunteer, "In Its Place", parents=[VersionId(bytes(32))])
        plant(session, volunteer, "Not Listed", seq=0)
        plant(session, volunteer, "Without Entry", seq=10_000)
        say(session, volunteer, 7)
        say(session, "text", "No Bytes")  # type: ignore[arg-type]  # as nothing of ours writes it
        founder = session.member
    with said.volunteer.open(said.place) as session:
        say(session, volunteer, "Without Right")
    false = (
        "Somebody Gone",
        "Another Kind",
        "Said Later",
        "In Its Place",
        "Not Listed",
        "Without Entry",
        "Without Right",
        "No Bytes",
    )
    with said.judged() as judge:
        assert {name: judge.member_named(name) for name in false} == dict.fromkeys(false)
        assert judge.member_named(f" {NAME.upper()} ") == volunteer
        assert judge.member_named(MEMBER) == founder


def test_where_two_members_have_one_name_neither_is_taken_for_the_other(said: Said) -> None:
    with said.place.open() as session:
        admit(session, name=NAME.lower(), passphrase=b"another opens", roles={Role.CASEWORKER})
    with said.judged() as judge, pytest.raises(RefusedError, match="several members have this name"):
        judge.member_named(NAME)


def test_nobody_is_brought_back_under_a_name_that_no_member_has() -> None:
    member = MemberId(make_id())
    assert require_member(member) == member
    with pytest.raises(NotFoundError, match="no member of this name is in the newest list of members"):
        require_member(None)
