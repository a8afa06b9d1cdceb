"""What a seat takes in of what others did: keys, rosters, and which epochs say that they drop it."""

from __future__ import annotations

from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from vault.access.membership.next_roster import Change, next_roster
from vault.access.seat_keys.refresh import Refreshed, needs_refresh, refresh
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, RecordId, SeatId
from vault.log.epoch_notice import EpochNotice, RevokedLog
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key, sign
from vault.services.cases import cases
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index
from vault.store.rowtypes import EpochRow, LocalRow
from vault.store.schema import open_in_memory

CASE, OTHER = CompartmentId(b"\x0c" * 16), CompartmentId(b"\x0b" * 16)
FIRST, SECOND = EpochId(b"\x0d" * 16), EpochId(b"\x0e" * 16)
SEAT, SOMEBODY = SeatId(b"\x01" * 16), SeatId(b"\x02" * 16)


def test_a_roster_that_the_root_signed_alone_is_told_when_it_comes_in(session: Session) -> None:
    effective, home = session.directory.effective, session.directory.compartment
    change = Change(roles={MemberId(b"f" * 16): frozenset({Role.FIELD})})
    roster = next_roster(effective, change, lambda _: {})
    seed = derive_root_seed(kept_secret(session) or b"")
    with session.work() as work:
        signed = roster.signed(public_key(seed), sign(seed, ROSTER_PURPOSE, roster.root))
        work.write(home, RecordId(ROSTER_RECORD), "roster", signed.fields())
        work.commit(Entry(act="roster.change"))
    for _ in range(2):
        refresh(session)
        assert [alarm.code for alarm in session.alarms] == ["sheets"]
    assert session.directory.roster == roster.root


def test_keys_that_a_lost_keyring_had_are_held_and_kept_again_and_no_gain_where_nothing_changed(
    filled: Filled,
) -> None:
    """What others gave, took away or had no right to give: `tests/attacks/test_shared_keys.py`."""
    first = filled.cases[0]
    with filled.open() as session:
        (epoch,) = session.keyring.epochs_of(first)
        before = stored(session)
        assert refresh(session) == Refreshed((), ())
        assert stored(session) == before
        assert not session.uses_index
        up_to_date_index(session)
        key = session.keyring.get(epoch)
        session.keyring.drop(epoch)
        assert refresh(session) == Refreshed((first,), ())
        assert (
            session.keyring.get(epoch) == Keyring.decode(session.log.place.open_row(stored(session))).get(epoch) == key
        )
        # What its cursor passed by unread comes again.
        places = [*session.index().pending()]
        assert places == [session.log.origin]
        assert not session.index().was_asked
        assert session.alarms == ()  # an unlock alone says that the keyring was an older one


def test_a_key_that_was_given_and_does_not_open_is_told_as_lost(founded: Place) -> None:
    with founded.open() as session:
        oren, case = admit(session), cases.create(session, title="A case", kind="asylum").case
        false = Holder(oren.seat, session.kem_private.public)  # sealed to another's key
        with session.work() as work:
            work.grant(case, EpochId(session.keyring.epochs_of(case)[0]), [false])
            work.commit(Entry(act="grant.add"))
    with oren.open(founded) as session:
        assert [(alarm.code, not alarm.is_news) for alarm in session.alarms] == [("keyring-lost", True)]
        assert not session.holds(case)


def test_a_case_that_was_withdrawn_leaves_keyring_and_index(filled: Filled) -> None:
    with filled.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        sharing.grant(session, filled.cases[0], [ada.member])
    with ada.open(filled.place) as session:
        assert [row.case for row in cases.list_all(session)] == [filled.cases[0]]
    with filled.open() as session:
        sharing.revoke(session, filled.cases[0], [ada.member])
    with ada.open(filled.place) as session:
        assert session.keyring.epochs_of(filled.cases[0]) == ()
        assert cases.list_all(session) == []


def stored(session: Session) -> LocalRow:
    with session.database.reading() as rows:
        row = rows.local(session.seat, Purpose.KEYRING)
    assert row is not None
    return row


# ---- which epochs say that they drop a seat


def notice(
    compartment: CompartmentId = CASE, *revoked: SeatId, kind: CompartmentKind = CompartmentKind.CASE
) -> EpochNotice:
    """Return an epoch that drops these seats."""
    revocations = tuple(RevokedLog(seat, bytes([number]) * 32, 0) for number, seat in enumerate(revoked))
    return EpochNotice(1, bytes(16), compartment, kind, SECOND, (FIRST,), revocations)


def test_an_unlock_looks_closer_where_an_epoch_says_that_it_drops_the_seat_from_what_it_holds() -> None:
    keyring = Keyring()
    keyring.add(CASE, FIRST, bytes(32))
    junk = EpochRow(bytes(32), CASE, bytes(500))
    needed = []
    for found in (
        notice(CASE, SEAT),
        notice(CASE, SOMEBODY, SEAT),
        notice(CASE, SOMEBODY),
        notice(OTHER, SEAT),
        notice(CASE, SEAT, kind=CompartmentKind.DIRECTORY),  # there rosters say
        None,
    ):
        with open_in_memory().transaction() as rows:
            rows.add_epochs([junk if found is None else EpochRow(found.digest(), found.compartment, found.encode())])
            needed.append(needs_refresh(rows, SEAT, keyring))
    assert needed == [True, True, False, False, False, False]
