"""What a seat takes in of what others did, by hand-made keys and states: what counts, what is told, what is dropped."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.services.founded import Filled
from tests.sync.exchange import empty_store
from vault.access import refresh as refreshing
from vault.access.alarms import Alarm
from vault.access.directory import Directory, read_directory
from vault.access.keyrings import GrantedKey
from vault.access.pins import Pinned
from vault.access.refresh import Refreshed, needs_refresh, refresh
from vault.access.root_secret import kept_secret
from vault.access.rosters import Change, next_roster
from vault.access.session import Session
from vault.ids import CompartmentId, EpochId, MemberId, Origin, RecordId, SeatId
from vault.log.epochs import CompartmentKind, Drop, EpochNotice
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD
from vault.policy.roles import Role
from vault.records.drops import CountedEpoch
from vault.records.holding import CompartmentState
from vault.records.work import Entry
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key, sign
from vault.services.projection import caught_up
from vault.store.rows import Rows
from vault.store.rowtypes import EpochRow

CASE, OTHER = CompartmentId(b"\x0c" * 16), CompartmentId(b"\x0b" * 16)
FIRST, SECOND, OTHERS = (EpochId(bytes([number]) * 16) for number in (0x0D, 0x0E, 0x10))
SEAT, SOMEBODY = SeatId(b"\x01" * 16), SeatId(b"\x02" * 16)
KEY = b"\x0f" * 32
LOG = Origin(b"\x11" * 32)
NOTHING = Refreshed((), ())


def given(
    compartment: CompartmentId = CASE,
    epoch: EpochId = FIRST,
    *,
    key: bytes | None = KEY,
    at: int = 0,
    is_altered: bool = False,
) -> GrantedKey:
    """Return a key that an entry of LOG lists a grant of."""
    return GrantedKey(
        EpochNotice(1, bytes(16), compartment, CompartmentKind.CASE, epoch), key, ((LOG, at),), is_altered
    )


def state(
    compartment: CompartmentId, granted: Mapping[EpochId, Iterable[SeatId]], *, dropped: Sequence[SeatId] = ()
) -> CompartmentState:
    epochs = {epoch: CountedEpoch((), frozenset(), frozenset(seats)) for epoch, seats in granted.items()}
    return CompartmentState(compartment, CompartmentKind.CASE, epochs, dict.fromkeys(dropped, ()))


class Judging:
    """A session that was given keys by others, and where compartments stand by what they did."""

    def __init__(self, session: Session, patched: pytest.MonkeyPatch) -> None:
        self.session = session
        self.granted: list[GrantedKey] = []
        self.states: dict[CompartmentId, CompartmentState | None] = {}
        self.dropping: tuple[CompartmentId, ...] = ()
        real = Session.states_of

        def states_of(
            one: Session, compartments: Iterable[CompartmentId]
        ) -> dict[CompartmentId, CompartmentState | None]:
            wanted = list(compartments)
            true = real(one, [each for each in wanted if each not in self.states])
            return {each: self.states[each] if each in self.states else true[each] for each in wanted}

        patched.setattr(Session, "states_of", states_of)
        patched.setattr(refreshing, "open_missing", lambda *_: self.granted)
        patched.setattr(refreshing, "_dropping", lambda *_: self.dropping)

    def refresh(self, *, at_unlock: bool = False) -> Refreshed:
        self.session.alarms = ()
        return refresh(self.session, opened_at_unlock=self.granted if at_unlock else None)

    def stored(self) -> Keyring:
        """Return the keyring as it lies in the rows."""
        with self.session.database.reading() as rows:
            row = rows.local(self.session.seat, Purpose.KEYRING)
        assert row is not None
        return Keyring.decode(self.session.log.place.open_row(row))


@pytest.fixture
def judging(session: Session, monkeypatch: pytest.MonkeyPatch) -> Judging:
    return Judging(session, monkeypatch)


def test_keys_that_were_given_by_right_are_held_and_kept(judging: Judging) -> None:
    session = judging.session
    judging.granted = [given(), given(epoch=SECOND), given(OTHER, OTHERS)]
    judging.states = {
        CASE: state(CASE, {FIRST: [session.seat], SECOND: [session.seat]}),
        OTHER: state(OTHER, {OTHERS: [session.seat]}),
    }
    assert judging.refresh() == Refreshed((CASE, OTHER), ())
    assert session.alarms == ()
    for keyring in (session.keyring, judging.stored()):
        assert keyring.epochs_of(CASE) == (FIRST, SECOND)
        assert keyring.get(SECOND) == KEY
        assert keyring.epochs_of(OTHER) == (OTHERS,)
    # One more key of what is held already is no gain.
    third = EpochId(b"\x12" * 16)
    judging.granted = [given(epoch=third)]
    judging.states[CASE] = state(CASE, {third: [session.seat]})
    assert judging.refresh() == NOTHING
    assert judging.stored().get(third) == KEY


REFUSED = "keys came from somebody who was not entitled to give them; they are not used."
LOST = "keys that were granted to you do not open any more: their grants were altered."


def test_keys_that_nobody_entitled_gave_are_counted_and_not_used(judging: Judging) -> None:
    session = judging.session
    unfounded, ungranted, unknown = (CompartmentId(bytes([n]) * 16) for n in (0x21, 0x22, 0x23))
    judging.granted = [given(unfounded), given(ungranted), given(unknown), given(unknown, key=None)]
    judging.states = {
        unfounded: None,
        ungranted: state(ungranted, {FIRST: [SOMEBODY]}),
        unknown: state(unknown, {SECOND: [session.seat]}),
    }
    assert judging.refresh() == NOTHING
    assert session.alarms == (Alarm("refused-keys", f"4 {REFUSED}", is_fault=False),)
    assert session.keyring.get(FIRST) is None
    assert judging.stored().get(FIRST) is None


def test_keys_of_before_a_withdrawal_are_neither_used_nor_told_of(judging: Judging) -> None:
    session = judging.session
    judging.granted = [given(), given(OTHER)]
    judging.states = {
        CASE: state(CASE, {FIRST: [session.seat]}, dropped=[session.seat]),
        OTHER: state(OTHER, {FIRST: [session.seat]}, dropped=[SOMEBODY]),
    }
    assert judging.refresh() == Refreshed((OTHER,), ())
    assert session.keyring.compartment_of(FIRST) == OTHER
    assert session.alarms == ()


def test_keys_that_count_and_do_not_open_are_told_as_lost(judging: Judging) -> None:
    session = judging.session
    judging.granted = [given(key=None), given(key=None, is_altered=True), given(OTHER, key=None, is_altered=True)]
    judging.states = {CASE: state(CASE, {FIRST: [session.seat]}), OTHER: None}
    assert judging.refresh() == NOTHING
    assert session.alarms == (Alarm("keyring-lost", f"3 {LOST}"),)


def test_the_directory_is_read_with_its_own_new_keys_and_they_are_held_only_if_they_count(
    judging: Judging, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, read_with = judging.session, list[dict[bytes, bool]]()
    home = session.directory.compartment
    before = session.keyring.epochs_of(home)

    def watched(rows: Rows, *, keyring: Keyring, **named: Any) -> Directory:
        read_with.append({epoch: keyring.get(epoch) is not None for epoch in (FIRST, SECOND, OTHERS)})
        return read_directory(rows, keyring=keyring, **named)

    monkeypatch.setattr(refreshing, "read_directory", watched)
    judging.granted = [given(home), given(home, SECOND, key=None), given(OTHER, OTHERS)]
    assert judging.refresh() == NOTHING
    assert read_with == [{FIRST: True, SECOND: False, OTHERS: False}]
    assert session.alarms == (Alarm("refused-keys", f"3 {REFUSED}", is_fault=False),)
    assert session.keyring.epochs_of(home) == before
    session.keyring.drop(before[0])
    judging.granted = [given(home, EpochId(before[0]), key=judging.stored().get(before[0]))]
    assert judging.refresh() == Refreshed((home,), ())
    assert session.keyring.epochs_of(home) == before


@pytest.mark.parametrize(
    ("seen", "told"), [({LOG: 5}, 2), ({LOG: 4}, 1), ({LOG: 3}, 0), ({}, 0), ({Origin(bytes(32)): 9}, 0), (None, 0)]
)
def test_a_key_that_this_account_had_taken_in_before_says_that_the_keyring_is_an_older_one(
    judging: Judging, seen: dict[Origin, int] | None, told: int
) -> None:
    session = judging.session
    assert session.pins is not None
    logs = {origin: Pinned(size, bytes(32)) for origin, size in (seen or {}).items()}
    session.pins = None if seen is None else replace(session.pins, logs=logs)
    unseen = (Origin(b"\x13" * 32), 0)
    judging.granted = [given(at=3), given(OTHER, SECOND, at=4)]
    judging.granted = [replace(one, listed_at=(*one.listed_at, unseen)) for one in judging.granted]
    judging.states = {
        CASE: state(CASE, {FIRST: [session.seat]}),
        OTHER: state(OTHER, {SECOND: [session.seat]}),
    }
    assert judging.refresh(at_unlock=True).gained == (CASE, OTHER)
    words = f"The keyring of this device is an older one, or was altered: {told} keys were opened again."
    assert session.alarms == ((Alarm("keyring", words, lasts=True),) if told else ())


def test_what_comes_in_while_a_session_is_open_says_nothing_of_its_keyring(judging: Judging) -> None:
    session = judging.session
    assert session.pins is not None
    session.pins = replace(session.pins, logs={LOG: Pinned(9, bytes(32))})
    judging.granted, judging.states = [given()], {CASE: state(CASE, {FIRST: [session.seat]})}
    refresh(session)
    assert session.alarms == ()


def test_a_case_that_was_withdrawn_leaves_keyring_and_index(judging: Judging) -> None:
    session = judging.session
    for compartment, epoch in ((CASE, FIRST), (CASE, SECOND), (OTHER, OTHERS)):
        session.keyring.add(compartment, epoch, KEY)
    unfounded = CompartmentId(b"\x21" * 16)
    judging.dropping = (CASE, OTHER, unfounded)
    judging.states = {
        CASE: state(CASE, {FIRST: [session.seat]}, dropped=[session.seat]),
        OTHER: state(OTHER, {FIRST: [session.seat]}, dropped=[SOMEBODY]),
        unfounded: None,
    }
    assert judging.refresh() == Refreshed((), (CASE,))
    for keyring in (session.keyring, judging.stored()):
        assert keyring.epochs_of(CASE) == ()
        assert keyring.epochs_of(OTHER) == (OTHERS,)


@pytest.mark.parametrize(("gains", "loses"), [(True, True), (True, False), (False, True)])
def test_the_index_asks_again_for_what_a_key_opens_and_forgets_what_was_withdrawn(
    filled_session: Session, filled: Filled, monkeypatch: pytest.MonkeyPatch, *, gains: bool, loses: bool
) -> None:
    session, (first, second) = filled_session, filled.cases
    caught_up(session)
    judging = Judging(session, monkeypatch)
    with session.database.reading() as rows:
        places = sorted({one.seq for one in rows.versions(first)})
    if gains:
        (epoch,) = session.keyring.epochs_of(first)
        judging.granted = [given(first, EpochId(epoch), key=session.keyring.get(epoch))]
        session.keyring.drop(epoch)
    if loses:
        true = session.state_of(second)
        assert true is not None
        judging.dropping, judging.states = (second,), {second: replace(true, cuts={session.seat: ()})}
    assert session.index().was_asked
    assert judging.refresh() == Refreshed((first,) if gains else (), (second,) if loses else ())
    assert session.index().waiting() == ({session.log.origin: places} if gains else {})
    assert not session.index().was_asked
    with session.index().reading() as sql:
        listed = {compartment for (compartment,) in sql.execute("SELECT DISTINCT compartment FROM head")}
    assert first in listed
    assert (second in listed) is not loses


def test_a_roster_that_the_root_signed_alone_is_told_when_it_comes_in(session: Session) -> None:
    standing, home = session.directory.standing, session.directory.compartment
    change = Change(roles={MemberId(b"f" * 16): frozenset({Role.FIELD})})
    roster = next_roster(standing, change, lambda _: {})
    seed = derive_root_seed(kept_secret(session) or b"")
    with session.work() as work:
        signed = roster.signed(public_key(seed), sign(seed, ROSTER_PURPOSE, roster.root))
        work.write(home, RecordId(ROSTER_RECORD), "roster", signed.fields())
        work.commit(Entry(act="roster.change"))
    for _ in range(2):
        refresh(session)
        assert [alarm.code for alarm in session.alarms] == ["sheets:1"]
    assert session.directory.roster == roster.root


def test_own_devices_are_asked_for_since_the_roster_that_was_known(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, asked = Alarm("own-device:07", "A device was admitted.", is_fault=False), list[tuple[object, ...]]()

    def judge_devices(*given: object) -> tuple[Alarm]:
        asked.append(given)
        return (told,)

    monkeypatch.setattr(refreshing, "judge_devices", judge_devices)
    before = session.log.roster
    refresh(session)
    assert told in session.alarms
    assert asked == [(session.directory, session.seat, before)]


def test_where_nothing_changed_nothing_is_written(judging: Judging) -> None:
    with judging.session.database.reading() as rows:
        before = rows.local(judging.session.seat, Purpose.KEYRING)
    assert judging.refresh() == NOTHING
    with judging.session.database.reading() as rows:
        assert rows.local(judging.session.seat, Purpose.KEYRING) == before
    assert not judging.session.uses_index


# ---- which epochs say that they drop a seat


def notice(
    compartment: CompartmentId = CASE, *dropped: SeatId, kind: CompartmentKind = CompartmentKind.CASE
) -> EpochNotice:
    """Return an epoch that drops these seats."""
    drops = tuple(Drop(seat, bytes([number]) * 32, 0) for number, seat in enumerate(dropped))
    return EpochNotice(1, bytes(16), compartment, kind, SECOND, (FIRST,), drops)


@pytest.mark.parametrize(
    ("found", "needs"),
    [
        pytest.param(notice(CASE, SEAT), True, id="the seat"),
        pytest.param(notice(CASE, SOMEBODY, SEAT), True, id="with another"),
        pytest.param(notice(CASE, SOMEBODY), False, id="another"),
        pytest.param(notice(OTHER, SEAT), False, id="from what it does not hold"),
        pytest.param(notice(CASE, SEAT, kind=CompartmentKind.DIRECTORY), False, id="from the directory: rosters say"),
        pytest.param(None, False, id="no notice"),
    ],
)
def test_an_unlock_looks_closer_where_an_epoch_says_that_it_drops_the_seat_from_what_it_holds(
    tmp_path: Path, found: EpochNotice | None, needs: bool
) -> None:
    keyring = Keyring()
    keyring.add(CASE, FIRST, KEY)
    with empty_store(tmp_path) as store, store.transaction() as rows:
        junk = EpochRow(bytes(32), CASE, bytes(500))
        rows.add_epochs([junk if found is None else EpochRow(found.digest(), found.compartment, found.encode())])
        assert needs_refresh(rows, SEAT, keyring) is needs
