"""What an unlock notices, remembers and writes, from an opened slot to a session."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import pytest
import sqlalchemy as sa

from tests.access.opening import Way, keys_of, slot_of, watch, wrap
from tests.services.founded import Place
from vault.access import unlock as unlock_module
from vault.access.alarms import Alarm
from vault.access.attempts import note_attempt
from vault.access.pins import Pinned, Pins, this_machine, with_keys
from vault.access.rekeying import slots_here
from vault.access.session import Session
from vault.access.unlock import _BROKEN_PINS, _OLD_RATCHET
from vault.clock import now_ms
from vault.errors import InternalError, NewerVaultError
from vault.ids import CompartmentId, Origin, SeatId
from vault.log.genesis import Genesis
from vault.records.seatlog import SeatLog, resume
from vault.records.work import Work
from vault.seal.unlocking import OpenedSlot
from vault.store import tables
from vault.store.folder import VaultFolder

GONE = SeatId(b"\x07" * 16)
HOUR_MS = 3_600_000
JUNK = b"\x11" * 32
FORK = ("fork", "What an earlier unlock noticed.")
BROKEN = Alarm(
    "pins", "What this device remembered of this vault was destroyed: an older copy would not be noticed.", lasts=True
)
OLD_RATCHET = Alarm(
    "ratchet",
    "The audit key of this device is an older one that was put back: a new one begins, and nothing is sealed twice.",
    lasts=True,
)


@pytest.fixture(scope="session")
def slot(founded_template: Place) -> OpenedSlot:
    return slot_of(founded_template)


@pytest.fixture
def way(founded: Place, slot: OpenedSlot) -> Way:
    """The vault without cases and its founder's slot, opened once before."""
    made = Way(founded, slot)
    with made.open():
        pass
    return made


def codes(session: Session) -> list[str]:
    return [alarm.code.split(":")[0] for alarm in session.alarms]


def alarm(session: Session, code: str) -> Alarm:
    (found,) = [one for one in session.alarms if one.code.split(":")[0] == code]
    return found


def predecessor(session: Session) -> Origin:
    with session.database.reading() as rows:
        return Origin(Genesis.decode(rows.genesis(session.log.origin) or b"").predecessor)


# ---- a session


def test_a_session_is_of_this_vault_seat_and_member_and_nothing_is_amiss(way: Way) -> None:
    before, file = way.pins, keys_of(way.place)
    with way.open() as session:
        assert (session.folder, session.state) == (VaultFolder(way.place.path), way.place.state)
        assert (session.vault, session.seat) == (way.place.vault_id, SeatId(way.slot.secrets.seat))
        assert session.member == session.directory.member_of(session.seat)
        assert session.roles == session.directory.roles_of(session.member)
        assert (session.alarms, session.pins, session.keys_now) == ((), before, (file, way.slot.number))
        assert session.here == {session.seat}
        with session.database.reading() as rows:
            assert slots_here(rows) == {session.seat: way.slot.number}
        session.learned.states[CompartmentId(b"c")] = None
        session.log.on_new_keys(CompartmentId(b"c"))
        assert not session.learned.states


def test_an_account_remembers_an_unlock_after_which_nothing_was_done(way: Way) -> None:
    before = way.pins
    with way.open() as session:
        origin, size, root = session.log.origin, session.log.size, session.log.frontier.root()
    assert (origin, size) == (before.current, before.logs[before.current].size + 1)
    expected = replace(before, logs={origin: Pinned(size, root)}, highest_ms=way.pins.highest_ms)
    assert way.pins == with_keys(expected, keys_of(way.place), way.slot.number)


def test_what_lists_name_is_read_once_for_an_unlock_and_its_session(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = wrap(monkeypatch, "open_missing")
    with way.open() as session:
        (given,) = asked
        assert given[-1] is session.learned.listings


def test_a_newer_vault_is_not_opened(way: Way) -> None:
    with way.open() as session, session.database.transaction() as rows:
        rows.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    with pytest.raises(NewerVaultError, match="schema 0999"), way.open():
        pass


# ---- what is noticed


def test_memory_that_was_destroyed_and_an_audit_key_that_was_put_back_are_faults_that_last() -> None:
    assert (_BROKEN_PINS, _OLD_RATCHET) == (BROKEN, OLD_RATCHET)


@pytest.mark.parametrize(
    ("changes", "noticed"),
    [
        pytest.param({"roster": JUNK}, ["roster"], id="a newer roster"),
        pytest.param({"keys_header": JUNK}, ["old-keys"], id="another keys file"),
        pytest.param({"keys_slot": JUNK}, ["old-keys"], id="another slot"),
        pytest.param({"alarms": (FORK,)}, ["fork"], id="a fault"),
        pytest.param({"machine": JUNK}, ["other-machine"], id="another machine"),
        pytest.param({"current": Origin(JUNK)}, ["moved"], id="another log"),
    ],
)
def test_what_an_account_remembers_otherwise_is_told(way: Way, changes: dict[str, object], noticed: list[str]) -> None:
    before = way.remember(**changes)
    with way.open() as session:
        assert codes(session) == noticed
        assert session.pins == before


def test_keys_that_are_in_doubt_are_not_remembered(way: Way) -> None:
    way.remember(keys_header=JUNK)
    with way.open() as session:
        assert session.keys_now is None
    assert way.pins.keys_header == JUNK


def test_a_clock_that_is_behind_what_was_seen_is_told_and_what_was_seen_counts(way: Way) -> None:
    later = now_ms() + 72 * HOUR_MS
    way.remember(highest_ms=later)
    with way.open() as session:
        assert "behind a time that was seen here before" in alarm(session, "clock").text
        assert session.highest_ms == later
    assert way.pins.highest_ms == later


def test_the_seats_that_had_a_way_into_the_folder_stay_remembered(way: Way) -> None:
    way.remember(here=frozenset({GONE}))
    with way.open() as session:
        assert session.here == {GONE, session.seat}
    assert way.pins.here == {GONE, SeatId(way.slot.secrets.seat)}


@pytest.mark.parametrize(
    ("judge", "code", "of"),
    [
        ("judge_sheets", "sheets:9", lambda session: session.root_public),
        ("judge_devices", "own-device:07", lambda session: session.seat),
    ],
)
def test_news_is_asked_for_since_the_roster_that_this_account_saw(
    way: Way, monkeypatch: pytest.MonkeyPatch, judge: str, code: str, of: Callable[[Session], bytes]
) -> None:
    told = Alarm(code, "Something was done.", is_fault=False)
    asked = wrap(monkeypatch, judge, (told,))
    way.remember(roster=JUNK)
    with way.open() as session:
        assert told in session.alarms
        assert asked == [(session.directory, of(session), JUNK)]


def test_failed_attempts_are_news_and_told_once(way: Way) -> None:
    for _ in range(3):
        note_attempt(VaultFolder(way.place.path), keys_of(way.place))
    told = Alarm("attempts", "3 failed attempts to open this vault since the last unlock.", is_fault=False)
    with way.open() as session:
        assert session.alarms == (told,)
    with way.open() as session:
        assert session.alarms == ()


def test_pins_that_were_destroyed_are_a_fault_that_lasts(way: Way, monkeypatch: pytest.MonkeyPatch) -> None:
    way.pin_file.path.write_bytes(b"junk")
    seen = watch(monkeypatch)
    with way.open() as session:
        assert codes(session) == ["pins", "no-pins"]
        assert session.alarms[0] == BROKEN
        assert session.pins is None
    # Before the new log begins, too: whoever cuts the power then is not rid of it.
    assert seen.pins[0].alarms == ((BROKEN.code, BROKEN.text),)


def test_who_accepts_a_loss_is_not_told_of_what_was_seen_before(way: Way) -> None:
    before = way.remember(roster=JUNK, alarms=(FORK,), logs={Origin(JUNK): Pinned(9, JUNK)})
    with way.open(accept_loss=True) as session:
        assert codes(session) == ["no-pins"]
        assert session.pins == before
        origin = session.log.origin
    assert way.pins.logs.keys() == {origin}


@pytest.mark.parametrize(
    ("is_stale", "is_newest", "is_over"), [(False, True, False), (True, True, True), (False, False, True)]
)
def test_an_audit_key_that_others_read_or_that_was_put_back_is_not_gone_on_with(
    way: Way, monkeypatch: pytest.MonkeyPatch, *, is_stale: bool, is_newest: bool, is_over: bool
) -> None:
    monkeypatch.setattr(unlock_module, "audit_is_stale", lambda rows, log: is_stale and rows.size(log.origin) > 0)
    monkeypatch.setattr(unlock_module, "ratchet_is_newest", lambda log: is_newest)
    seen = watch(monkeypatch)
    with way.open() as session:
        assert session.alarms == (() if is_newest else (OLD_RATCHET,))
    assert seen.acts == ["audit.period", "unlock.ok"][not is_over :]


# ---- the log


def test_an_unlock_is_the_one_entry_that_it_writes_and_nothing_of_it_waits_in_the_write_ahead_log(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = watch(monkeypatch)
    with way.open():
        assert (way.place.path / "vault.db-wal").stat().st_size == 0
    assert seen.acts == ["unlock.ok"]
    assert {pins.pending for pins in seen.pins} == {None}


@pytest.mark.parametrize("are_false", [True, False])
def test_hashes_that_contradict_the_headers_are_made_anew_before_the_first_entry(
    way: Way, monkeypatch: pytest.MonkeyPatch, *, are_false: bool
) -> None:
    def resuming(*given: object, **named: object) -> SeatLog:
        log = resume(*given, **named)  # type: ignore[arg-type]  # as it was called
        log.tiles_are_false = are_false
        return log

    monkeypatch.setattr(unlock_module, "resume", resuming)
    renewed = wrap(monkeypatch, "renew_tiles")
    with way.open() as session:
        assert renewed == ([(session.log,)] if are_false else [])
        assert not session.log.tiles_are_false


def test_without_pins_a_new_log_follows_the_last_one_and_pins_name_it_before_it_exists(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, file = way.pins.current, keys_of(way.place)
    way.pin_file.path.unlink()
    seen = watch(monkeypatch)
    with way.open() as session:
        assert codes(session) == ["no-pins"]
        assert predecessor(session) == first
        origin, roster = session.log.origin, session.log.roster
    named = Pins(
        machine=this_machine(way.place.state),
        logs={},
        current=origin,
        pending=origin,
        roster=roster,
        keys_header=b"",
        keys_slot=b"",
        index=None,
        highest_ms=0,
    )
    assert replace(seen.pins[0], attempts=b"") == with_keys(named, file, way.slot.number)
    assert seen.acts == ["log.restored"]


def test_on_another_machine_what_was_seen_stays_seen_and_the_old_log_is_not_gone_on_with(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = way.remember(machine=JUNK)
    seen = watch(monkeypatch)
    with way.open() as session:
        origin = session.log.origin
    here = replace(before, machine=this_machine(way.place.state), current=origin, pending=origin)
    assert seen.pins[0] == here
    assert way.pins.logs.keys() == {before.current, origin}


def test_a_log_that_its_last_session_did_not_sign_is_told_and_followed_by_a_new_one(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = way.remember(alarms=(FORK,))
    with way.open() as session, session.database.transaction() as rows:
        rows.connection.execute(sa.delete(tables.checkpoint))
    seen = watch(monkeypatch)
    with way.open() as session:
        assert "damaged" in codes(session)
        assert "does not end in a checkpoint" in alarm(session, "damaged").text
        assert predecessor(session) == before.current
        origin = session.log.origin
    # Until entry 0 is there, it is the old log that this account would go on with.
    assert (seen.pins[0].current, seen.pins[0].pending) == (before.current, origin)
    assert seen.acts == ["log.restored"]


# ---- what goes wrong


def fail(*args: object, **named: object) -> object:
    raise InternalError("the test cut the power here")


def test_an_unlock_that_fails_leaves_neither_database_nor_thread_behind(
    way: Way, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads, faults = set(threading.enumerate()), list[InternalError]()
    for owner, name in ((Work, "commit"), (unlock_module, "read_directory")):
        with monkeypatch.context() as cutting:
            cutting.setattr(owner, name, fail)
            with pytest.raises(InternalError, match="cut the power") as fault, way.open():
                pass
        faults.append(fault.value)  # with all that its frames still hold
        assert set(threading.enumerate()) == threads
    with way.open() as session:
        assert session.alarms == ()
    assert len(faults) == 2
