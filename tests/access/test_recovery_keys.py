"""What joined sheets give on: compartments that recovery holds by right, and members by the names that count."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from tests.access.test_proving import prover
from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import MEMBER, Filled, Place
from tests.tables import refuses
from vault.access import recovery_session
from vault.access.membership.act_listing import list_acts
from vault.access.membership.sheets import change_sheets
from vault.access.pins.alarms import stored
from vault.access.recovery_session import (
    AuditKey,
    RecoveryScope,
    hand_on_audit,
    open_audit_keys,
    opened_by_sheets,
    require_member,
)
from vault.access.seat_keys.root_secret import forget_secret, kept_secret, root_of
from vault.access.session import Session
from vault.access.trust.keyrings import GrantedKey
from vault.access.trust.membership_news import news_of, sheets_used, told_of
from vault.errors import NotFoundError, RefusedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, SeatId, VersionId, make_id
from vault.log.act_bytes import MadeAct
from vault.log.epoch_notice import EpochNotice
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.versions import Content, encode_content
from vault.records.work import Entry
from vault.seal.envelope import SUITE, VersionContext, seal, version_id
from vault.seal.keyring import epoch_id, make_key, wrap
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed
from vault.seal.signing import public_key
from vault.services.evidence import logbook
from vault.store.rowtypes import EpochRow, VersionKeyRow, VersionRow
from vault.trust.trust_items import Admit, BySheets
from vault.validity.authority import Listings
from vault.validity.deciding_lines import Line
from vault.validity.given_keys import GrantReader

CASE, KEY = CompartmentId(b"\x0c" * 16), EpochId(b"\x0d" * 16)


def test_keys_of_what_nobody_founded_are_not_given_on(founded: Place) -> None:
    with founded.open() as session:
        secret, key = kept_secret(session) or b"", make_key()
        false = CompartmentId(b"\x0a" * 16)
        epoch = EpochId(epoch_id(false, session.log.origin, key))
        notice = EpochNotice(SUITE, session.vault, false, CompartmentKind.CASE, session.log.origin, epoch)
        session.log.keyring.add(false, epoch, key)
        with session.database.transaction() as rows:
            rows.add_epochs([EpochRow(notice.digest(), false, notice.encode())])
        with session.work() as work:
            work.grant(false, epoch, [Holder(session.directory.recovery_seat, session.directory.recovery)])
            work.commit(Entry(act="grant.add"))
        held = {*session.keyring.compartments()} - {false}
    with opened_by_sheets(founded.path, secret) as opened, opened.database.reading() as rows:
        assert false in {grant.compartment for grant in opened.granted}
        reached = RecoveryScope(opened, rows, prover()).reached()
    assert {one.state.compartment for one in reached} == held
    assert all(grant.key is not None for one in reached for grant in one.keys)


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
            notice = EpochNotice(1, bytes(16), CASE, CompartmentKind.CASE, bytes(32), KEY)
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
        work.commit(Entry(act="config.change"))


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
    refuses(NotFoundError, "there is no member of this name", require_member, None)


# Audit keys given on: to recovery's new key, each epoch once, and kept by nobody on the way.
PERIODS = 5


def audit_keys_for(
    session: Session, private: KemPrivate, *, seat: SeatId, granted_to: Collection[SeatId] | None = None
) -> list[AuditKey]:
    with session.database.reading() as rows:
        reader = GrantReader(rows, Listings(), session.vault, private)
        return open_audit_keys(reader, seat=seat, granted_to=[session.seat] if granted_to is None else granted_to)


def begin_periods(session: Session) -> None:
    """Write entries under as many audit epochs as the tests ask for."""
    for _ in range(PERIODS):
        session.log.period_is_over = True
        with session.work() as work:
            work.commit(Entry(act="log.read"))


def new_recovery(session: Session) -> KemPrivate:
    """Make other sheets; return recovery's present key."""
    return KemPrivate.from_seed(derive_recovery_seed(change_sheets(session, kept_secret(session))))


def test_recovery_s_new_key_opens_every_audit_epoch_that_the_auditor_reads(
    filled: Filled, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recovery_session, "ITEMS_IN_ONE_ENTRY", 2)
    with filled.open() as session:
        begin_periods(session)
        private = new_recovery(session)
        before = audit_keys_for(session, session.kem_private, seat=session.seat)
        assert audit_keys_for(session, private, seat=session.directory.recovery_seat) == []
        assert hand_on_audit(session) == len(before) > PERIODS
        now = audit_keys_for(session, session.kem_private, seat=session.seat)
        assert audit_keys_for(session, private, seat=session.directory.recovery_seat) == now
        told = [line.payload.out for line in logbook.newest(session, act="grant.add").lines if line.payload]
        assert told == ["ok:recovery"] * -(-len(before) // 2)


def test_an_audit_key_that_was_given_on_is_kept_by_nobody(filled: Filled) -> None:
    with filled.open() as session:
        held = session.keyring.encode()
        hand_on_audit(session)
        assert session.keyring.encode() == held


def test_an_audit_epoch_that_was_granted_twice_is_given_on_once(filled: Filled) -> None:
    with filled.open() as session:
        private = new_recovery(session)
        hand_on_audit(session)
        once = audit_keys_for(session, private, seat=session.directory.recovery_seat)
        hand_on_audit(session)
        assert audit_keys_for(session, private, seat=session.directory.recovery_seat) == once


def test_what_was_not_granted_or_does_not_open_is_no_audit_key(filled: Filled) -> None:
    with filled.open() as session:
        private, stranger = session.kem_private, KemPrivate.from_seed(derive_recovery_seed(bytes(32)))
        assert audit_keys_for(session, private, seat=session.seat)
        assert audit_keys_for(session, private, seat=session.seat, granted_to=[]) == []
        assert audit_keys_for(session, private, seat=SeatId(make_id())) == []
        assert audit_keys_for(session, stranger, seat=session.seat) == []


def test_a_notice_that_is_none_hides_no_audit_key(filled: Filled) -> None:
    with filled.open() as session:
        before = audit_keys_for(session, session.kem_private, seat=session.seat)
        with session.database.transaction() as rows:
            rows.add_epochs([EpochRow(bytes(32), bytes(16), b"no notice")])
        assert audit_keys_for(session, session.kem_private, seat=session.seat) == before


# When recovery sheets were used: which entries say so, and what a member hears of them.
def test_each_act_of_the_sheets_is_a_use_but_the_founding_and_told_once_whoever_lists_it_again(founded: Place) -> None:
    with founded.open() as session:
        assert sheets_used(session.directory) == ()
        kim = admit(session)
        change_sheets(session, kept_secret(session))
        (use,) = sheets_used(session.directory)  # of the new sheets another sentence tells
        assert (use.seat, use.admitted, use.taken) == (session.seat, 1, 0)
        (line,) = (each for each in session.directory.lines.lines if kim.seat in _admitted_in(session, each))
        ((kind, content),) = line.items
        list_acts(session, [MadeAct(kind, content, next(line.acts(session.vault)))])
        assert sheets_used(session.directory) == (use,)


def _admitted_in(session: Session, line: Line) -> set[SeatId]:
    acts = (act.act for act in line.acts(session.vault) if isinstance(act, BySheets))
    return {act.certificate.seat for act in acts if isinstance(act, Admit)}


def test_a_member_hears_once_what_the_sheets_did_and_the_seat_that_lists_it_does_not(founded: Place) -> None:
    with founded.open() as session:
        oren = admit(session)
        own, others = session.seat, oren.seat
        (told,) = news_of(session.directory, others, frozenset())
        assert str(told.message).startswith("Recovery sheets were used. Devices admitted: 1, ended or lowered: 0.")
        assert (told.code, told.is_news, len(stored([told]))) == ("sheets", True, 1)
        assert news_of(session.directory, others, told_of(session.directory, others)) == ()
        assert news_of(session.directory, own, frozenset()) == ()


# The root secret on a device: which of those kept is the one that counts, and that it leaves no trace.
OLD, NEXT = b"\x01" * 32, b"\x02" * 32


def keep(session: Session, content: bytes) -> None:
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.ROOT_SECRET, content))


def test_the_secret_of_the_root_that_counts_is_found_among_those_that_are_kept(session: Session) -> None:
    secret = kept_secret(session)
    assert secret is not None
    assert root_of(secret) == session.directory.root_public == public_key(derive_root_seed(secret))
    for among in (secret, OLD + secret, secret + NEXT, OLD + secret + NEXT):
        keep(session, among)
        assert kept_secret(session) == secret
    for others in (b"", OLD, OLD + NEXT):
        keep(session, others)
        assert kept_secret(session) is None


def test_an_altered_secret_is_refused(session: Session) -> None:
    with session.database.transaction() as rows:
        row = rows.local(session.seat, Purpose.ROOT_SECRET)
        assert row is not None
        rows.put_local(row._replace(blob=row.blob[:-1] + bytes([row.blob[-1] ^ 1])))
    refuses(VerificationError, "the secret of the recovery sheets on this device was altered", kept_secret, session)


def test_a_secret_that_is_forgotten_is_in_no_row_and_not_in_the_write_ahead_log(session: Session) -> None:
    ahead = session.folder.path / "vault.db-wal"
    keep(session, OLD)
    assert ahead.stat().st_size > 0
    assert forget_secret(session) is True
    assert ahead.stat().st_size == 0
    with session.database.reading() as rows:
        assert rows.local(session.seat, Purpose.ROOT_SECRET) is None
    assert kept_secret(session) is None
    assert forget_secret(session) is False
