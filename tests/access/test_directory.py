"""The organisation as a seat believes it: which compartment is the directory, and whose certificate is whose."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.access.test_sheets_used import directory
from tests.log.test_roster import MANY, id_of
from tests.services.colleague import admit
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY, Directory, read_directory
from vault.errors import VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, SeatId
from vault.log.epoch_notice import EpochNotice, founded_compartment
from vault.log.roster import ROSTER_RECORD
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry, Work
from vault.seal.envelope import SUITE
from vault.seal.keyring import Keyring, epoch_id, make_key
from vault.seal.signing import make_signing_seed, public_key
from vault.store.rowtypes import EpochRow


def read(session: Session, keyring: Keyring, root: bytes | None = None) -> Directory:
    with session.database.reading() as rows:
        return read_directory(
            rows, vault=session.vault, keyring=keyring, root_public=session.root_public if root is None else root
        )


def the_register(session: Session) -> CompartmentId:
    """Return another compartment that entry 0 founds, and that many hold."""
    states = session.states_of(map(CompartmentId, session.keyring.compartments())).values()
    return next(one.compartment for one in states if one is not None and one.kind is CompartmentKind.REGISTER)


def one_that_nobody_founded(session: Session) -> CompartmentId:
    """Return the name that a place of entry 0 would give, where it founds nothing; this seat holds a key of it."""
    compartment, key = CompartmentId(founded_compartment(session.log.origin, 0, 999)), make_key()
    session.log.keyring.add(compartment, epoch_id(session.vault, compartment, key), key)
    return compartment


@pytest.mark.parametrize("which", [the_register, one_that_nobody_founded])
def test_rosters_copied_into_another_compartment_make_no_second_directory(
    session: Session, which: Callable[[Session], CompartmentId]
) -> None:
    """Whoever holds another compartment can say of it that it is the directory, and write the rosters there too."""
    false = which(session)
    epoch = EpochId(session.keyring.epochs_of(false)[-1])
    notice = EpochNotice(SUITE, session.vault, false, CompartmentKind.DIRECTORY, epoch, (), ())
    with session.database.transaction() as rows:
        rows.add_epochs([EpochRow(notice.digest(), false, notice.encode())])
    with Work(session.log) as work:
        for roster in session.directory.chain.accepted:
            work.write(false, RecordId(ROSTER_RECORD), "roster", roster.fields())
        work.commit(Entry(act="config.change"))
    keyring = Keyring()
    for compartment in (false, session.directory.compartment):
        for one in session.keyring.epochs_of(compartment):
            keyring.add(compartment, one, session.keyring.get(one) or b"")
    assert read(session, keyring) == session.directory


def test_where_no_roster_counts_the_places_of_those_that_are_here_are_named(session: Session) -> None:
    stranger = public_key(make_signing_seed())
    place = rf"\(log {session.log.origin.hex()[:16]} entry 0, item \d+\)"
    with pytest.raises(
        VerificationError, match=f"no list of members of this vault is valid: it was altered or removed {place}"
    ):
        read(session, session.keyring, stranger)
    with session.database.transaction() as rows:
        true = rows.versions(session.directory.compartment, ROSTER_RECORD)
        rows.erase_versions([(one.origin, one.seq, one.n) for one in true])
    with pytest.raises(VerificationError, match=r"it was altered or removed \(none is here\)"):
        read(session, session.keyring)


def test_a_seat_that_was_ended_keeps_its_last_certificate_and_a_stranger_has_none(session: Session) -> None:
    oren = admit(session)
    certificate = session.directory.effective.certificates[oren.seat]
    commit_roster(session, propose(session, Change(ended=frozenset({oren.seat}))))
    assert oren.seat not in session.directory.effective.certificates
    assert session.directory.certificate_of(oren.seat) == certificate
    assert session.directory.certificate_of(bytes(16)) is None
    assert session.directory.certificate_of(session.seat) == session.directory.effective.certificates[session.seat]


def test_a_role_of_a_newer_program_grants_nothing() -> None:
    with_kim = MANY.with_member("Kim", "auditor astronaut", MANY.roster("root")).roster("root")
    read = directory(MANY.roster("root"), with_kim)
    assert read.roles_of(MemberId(id_of("Kim"))) == {Role.AUDITOR}
    assert read.roles_of(MemberId(b"x" * 16)) == frozenset()
    with pytest.raises(VerificationError, match=f"device {(b'x' * 16).hex()} is not in the newest list of members"):
        read.member_of(SeatId(b"x" * 16))


def test_recovery_is_among_the_holders_unless_it_is_left_out(session: Session) -> None:
    own, here = Holder(session.seat, session.kem_private.public), session.directory
    assert here.holders([session.seat], with_recovery=False) == [own]
    assert here.holders([session.seat]) == here.auditors() == [own, Holder(RECOVERY, here.effective.head.recovery)]


def test_who_holds_no_directory_is_told_so(session: Session) -> None:
    with pytest.raises(VerificationError, match="this device holds no directory, or its keys were altered"):
        read(session, Keyring())
