"""Which log a seat goes on with: its own, by its own key, as this account last saw it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from tests.access.test_proving import remove, store, written
from tests.english import in_english
from tests.records.beside import begin_beside
from tests.services.colleague import admit
from tests.services.founded import Filled, Place
from tests.tables import refuses
from vault.access.pins.alarms import faults_among, fork_alarm, lasting, remembered, settled, stored
from vault.access.pins.pins import Pinned, Pins
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.trust.continuity import (
    Continuity,
    after_damage,
    judge,
    judge_keys,
    newest_keys,
    with_remembered,
)
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VerificationError
from vault.ids import Origin, SeatId, VaultId, make_id
from vault.log.genesis import Genesis, origin_of
from vault.log.tree import TILE_WIDTH
from vault.records.logs import genesis_of
from vault.records.seatlog import Predecessor, SealedPlace
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.seal.entrance.keyfile import unlock as open_slot
from vault.seal.purposes import Purpose
from vault.seal.signing import make_signing_seed, public_key
from vault.services.cases import notes
from vault.services.evidence import log_checking
from vault.store.rowtypes import TileRow
from vault.store.schema import open_in_memory
from vault.words.finding import Code, Finding, Severity
from vault.words.message import Message


def write_beside(
    session: Session, *, identity: bytes | None = None, seat: SeatId | None = None, goes_on: bool = False
) -> None:
    """Write another log into the database, and leave this device's own session key as it was."""
    with session.database.reading() as rows:
        kept = [row for purpose in (5, 6) if (row := rows.local(session.seat, purpose)) is not None]
    other = begin_beside(session, identity=identity, seat=seat, goes_on=goes_on)
    for _ in range(40):  # longer than the seat's own
        with Work(other) as work:
            work.commit(Entry(act="log.restored" if other.genesis else "log.read"))
    with session.database.transaction() as rows:
        for row in kept:
            rows.put_local(row)


def junk_genesis(session: Session) -> None:
    with session.database.transaction() as rows:
        rows.add_genesis(b"j" * 32, b"junk")
        rows.add_genesis(session.log.origin, b"junk under the name of the true log")


def unsigned_genesis(session: Session) -> None:
    """Put in a genesis that names this seat and its identity key, and that nobody signed."""
    with session.database.transaction() as rows:
        true = rows.genesis(session.log.origin)
        assert true is not None
        forged = Genesis.decode(true).encode(bytes(64))
        rows.add_genesis(origin_of(forged), forged)


BESIDE: list[Callable[[Session], None]] = [
    junk_genesis,
    unsigned_genesis,
    lambda session: write_beside(session, identity=make_signing_seed()),  # a log of our seat under another key
    lambda session: write_beside(session, seat=SeatId(make_id())),  # of a seat that nobody admitted
]


@pytest.mark.parametrize("put_in", BESIDE)
def test_a_foreign_log_beside_ours_is_told_by_verify_and_not_gone_on_from_without_pins_either(
    filled: Filled, put_in: Callable[[Session], None]
) -> None:
    with filled.open() as session:
        origin = session.log.origin
        put_in(session)
    with filled.open() as session:
        assert (in_english(session.warnings), session.log.origin) == ((), origin)
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "undisturbed"))
        faults = log_checking.verify(session).faults
    assert {fault.code for fault in faults} == {"genesis"}
    assert (origin in {fault.origin for fault in faults}) == (put_in is junk_genesis)
    shutil.rmtree(filled.state)
    with filled.open() as session, session.database.reading() as rows:
        assert Genesis.decode(rows.genesis(session.log.origin) or b"").predecessor == origin
        assert {"fork", "twin-logs", "open-logs"}.isdisjoint(alarm.code for alarm in session.alarms)


def test_a_new_log_names_its_predecessor_and_what_was_seen_of_it(filled: Filled, tmp_path: Path) -> None:
    shutil.copytree(filled.path, tmp_path / "old")
    with filled.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "only on the newer copy"))
        origin, size, root = session.log.origin, session.log.size, session.log.frontier.root()
    with Place(tmp_path / "old", filled.state).open() as session, session.database.reading() as rows:
        genesis = Genesis.decode(rows.genesis(session.log.origin) or b"")
        assert (genesis.predecessor, genesis.predecessor_size, genesis.predecessor_root) == (origin, size, root)


def test_two_copies_that_were_both_used_are_a_fork(filled: Filled) -> None:
    """Each copy begins a log after the same one; where both logs meet, an account without pins is told."""
    with filled.open() as session:
        write_beside(session, goes_on=True)
        write_beside(session, goes_on=True)
    shutil.rmtree(filled.state)
    with filled.open() as session:
        assert {"twin-logs", "open-logs"} <= {alarm.code for alarm in session.alarms}
        assert "follow the same log" in " ".join(in_english(session.warnings))


def test_the_newest_keys_are_those_of_the_log_that_went_on(filled: Filled) -> None:
    with filled.open() as session:
        folder = session.vault  # any 16 bytes: no file of this folder is listed yet
        first = session.log.origin
        assert [*newest_keys_of(session, folder)] == []
        list_keys(session, folder, b"1" * 32)
        list_keys(session, folder, b"2" * 32)
        assert newest_keys_of(session, folder) == {first: b"2" * 32}
    shutil.rmtree(filled.state)
    with filled.open() as session:
        assert newest_keys_of(session, folder) == {first: b"2" * 32}
        list_keys(session, folder, b"3" * 32)
        assert newest_keys_of(session, folder) == {session.log.origin: b"3" * 32}


def test_a_log_takes_nothing_from_another_seats_that_it_says_it_goes_on_from(filled: Filled) -> None:
    with filled.open() as session:
        oren = admit(session)
        keys = read_key_file(filled.path / "keys")
        theirs = open_slot(keys, bytearray(oren.passphrase), oren.name).secrets
        list_keys(session, session.vault, b"1" * 32)
        other = begin_beside(session, seat=oren.seat, identity=theirs.identity_seed, goes_on=True)
        with Work(other) as work:
            work.list_keys_file(session.vault, b"2" * 32)
            work.commit(Entry(act="log.genesis"))
        assert newest_keys_of(session, session.vault) == {session.log.origin: b"1" * 32, other.origin: b"2" * 32}


def list_keys(session: Session, folder: bytes, digest: bytes) -> None:
    with session.work() as work:
        work.list_keys_file(folder, digest)
        work.commit(Entry(act="keys.change"))


def newest_keys_of(session: Session, folder: bytes) -> dict[Origin, bytes]:
    with session.database.reading() as rows:
        return newest_keys(rows, folder, session.directory)


# What unlock notices when it compares the stored logs with what this account remembers: each alarm, by its code.
MACHINE = b"this machine"
OTHER = Finding(Code.FORK, Message("Found before."))


@pytest.fixture
def session(filled_session: Session) -> Session:
    return filled_session


def pins_of(session: Session, *, logs: dict[Origin, Pinned] | None = None) -> Pins:
    """Return what an account remembers that saw the vault a moment ago."""
    file = read_key_file(session.folder.keys)
    log = session.log
    return Pins(
        machine=MACHINE,
        logs={log.origin: Pinned(log.size, log.frontier.root())} if logs is None else logs,
        current=log.origin,
        pending=None,
        keys_header=sha256(file.header.encode()).digest(),
        keys_slot=sha256(file.slots[0]).digest(),
        keys_generation=file.header.generation,
        index=None,
        highest_ms=0,
    )


def judged(session: Session, pins: Pins | None, *, machine: bytes = MACHINE) -> Continuity:
    identity = public_key(session._secrets.identity_seed)
    with session.database.reading() as rows:
        return judge(rows, session.log.place, identity=identity, pins=pins, machine=machine)


def codes(found: Continuity) -> list[tuple[str, bytes | None, bool, bool]]:
    """Return code, subject, whether it stops anything, and whether pins keep it."""
    return [(alarm.code, alarm.subject, not alarm.is_news, bool(stored([alarm]))) for alarm in found.alarms]


def erase(session: Session, table: str, where: str, *values: object) -> None:
    with session.database.transaction() as rows:
        rows.connection.exec_driver_sql(f"DELETE FROM {table} WHERE {where}", values)


def rolled_back(session: Session) -> tuple[str, bytes, bool, bool]:
    return ("rollback", session.log.origin, True, False)


def succeeded(session: Session, *, claimed: int = 0, keeps_key: bool = True) -> Origin:
    """Have another log of the seat go on from the present one, of which it says that it had so many entries more."""
    other = begin_beside(session, goes_on=True, claimed_more=claimed)
    with session.database.reading() as rows:
        kept = [row for purpose in (Purpose.SESSION, Purpose.RATCHET) if (row := rows.local(session.seat, purpose))]
    with Work(other) as work:
        work.commit(Entry(act="log.restored"))
    with session.database.transaction() as rows:
        for row in kept if keeps_key else ():
            rows.put_local(row)
    return other.origin


def test_what_was_seen_and_is_here_is_gone_on_with_in_silence(session: Session) -> None:
    assert judged(session, pins_of(session)) == Continuity(session.log.origin, None, ())


def test_an_account_without_pins_is_told_as_news_and_goes_on_from_what_is_proven(session: Session) -> None:
    found = judged(session, None)
    assert codes(found) == [("no-pins", None, False, False)]
    assert found.predecessor == Predecessor(session.log.origin, session.log.size, session.log.frontier.root())


def test_without_pins_too_a_log_that_another_goes_on_from_is_compared(session: Session) -> None:
    succeeded(session, claimed=2)
    assert codes(judged(session, None)) == [("no-pins", None, False, False), rolled_back(session)]


def test_another_machine_is_news(session: Session) -> None:
    assert codes(judged(session, pins_of(session), machine=b"another")) == [("other-machine", None, False, False)]


def lose_the_session_key(session: Session) -> None:
    erase(session, "local", "seat = ? AND purpose = ?", session.seat, int(Purpose.SESSION))


def go_on_with_another_log(session: Session) -> None:
    """Have the seat's device hold the key of another log, as when another account used it."""
    succeeded(session, keeps_key=False)


@pytest.mark.parametrize(
    ("change", "last"),
    [
        (lose_the_session_key, ("session-key", None, True, True)),
        (go_on_with_another_log, ("moved", None, False, False)),
    ],
)
def test_what_else_was_noticed_is_told_beside_a_session_key_that_is_not_the_logs(
    session: Session, change: Callable[[Session], None], last: tuple[str, None, bool, bool]
) -> None:
    pins = pins_of(session)
    unseen = Origin(b"u" * 32)
    change(session)
    found = judged(session, replace(pins, logs={**pins.logs, unseen: Pinned(3, bytes(32))}))
    assert codes(found) == [("rollback", unseen, True, False), last]
    assert found.alarms[0].seats == frozenset()
    assert found.predecessor is not None


def test_damage_of_the_own_log_is_a_fault_that_lasts_and_hides_no_other(session: Session) -> None:
    with session.database.reading() as rows:
        found = after_damage(
            rows,
            session.log.place,
            identity=public_key(session._secrets.identity_seed),
            pins=pins_of(session),
            alarms=(OTHER,),
        )
    assert found.alarms == (OTHER, lasting(Code.DAMAGED))
    assert found.predecessor == Predecessor(session.log.origin, session.log.size, session.log.frontier.root())


def test_where_no_log_of_the_seat_is_here_the_one_that_was_seen_is_gone_on_from_aloud(session: Session) -> None:
    pins, own = pins_of(session), session.log.origin
    erase(session, "genesis", "origin = ?", own)
    for seen in (None, replace(pins, logs={})):
        refuses(VerificationError, "this vault holds no log of this device", judged, session, seen)
    found = judged(session, pins)
    (alarm,) = found.alarms
    assert (alarm.code, alarm.subject, alarm.seats) == (*rolled_back(session)[:2], frozenset())
    assert "is missing or was altered" in str(alarm.message)
    assert found.predecessor == Predecessor(own, pins.logs[own].size, pins.logs[own].root)


def test_a_log_that_was_pending_is_gone_on_with_once_it_is_here(session: Session) -> None:
    own, other = session.log.origin, Origin(b"n" * 32)
    for current, pending in ((other, own), (own, other)):
        pins = replace(pins_of(session), current=current, pending=pending)
        assert judged(session, pins) == Continuity(own, None, ())


def test_faults_of_earlier_unlocks_stand_behind_what_is_noticed_now_and_none_is_told_twice(session: Session) -> None:
    noticed = (lasting(Code.OPEN_LOGS), Finding(Code.MOVED, Message("News."), severity=Severity.NEWS))
    pins = pins_of(session)
    then = (lasting(Code.DAMAGED), lasting(Code.OPEN_LOGS), lasting(Code.VERIFY, seats=frozenset({session.seat})))
    kept = replace(pins, alarms=stored(then))
    damaged, _, of_seat = (replace(alarm, is_remembered=True) for alarm in then)
    assert with_remembered(noticed, kept) == (*noticed, damaged, of_seat)
    assert with_remembered(noticed, pins) == with_remembered(noticed, None) == noticed


@pytest.mark.parametrize("claimed", [1, 0], ids=["it was seen shorter", "it was seen at that size"])
def test_a_log_that_was_cut_below_both_its_pin_and_its_successor_is_told_once_for_each_that_knows(
    session: Session, claimed: int
) -> None:
    """What this account saw at that size or later is compared by its pin alone."""
    pins = pins_of(session)
    succeeded(session, claimed=claimed)
    erase(session, "operation", "origin = ? AND seq >= ?", session.log.origin, session.log.size - 2)
    found = judged(session, pins)
    assert codes(found) == [rolled_back(session)] * (1 + claimed)
    assert {alarm.seats for alarm in found.alarms} == {frozenset({session.seat})}
    assert ["this device saw" in str(alarm.message) for alarm in found.alarms] == [True, False][: 1 + claimed]


def test_a_hole_in_what_was_seen_is_a_change_of_it(session: Session) -> None:
    pins = pins_of(session)
    erase(session, "operation", "origin = ? AND seq = 2", session.log.origin)
    erase(session, "tile", "origin = ?", session.log.origin)
    (alarm,) = judged(session, pins).alarms
    assert (alarm.code, alarm.subject) == rolled_back(session)[:2]
    assert f"changed: its first {session.log.size} entries are not those that this device saw" in str(alarm.message)


def test_of_two_logs_that_nothing_follows_the_longer_is_gone_on_from_and_the_fork_lasts(session: Session) -> None:
    succeeded(session)
    write_beside(session, goes_on=True)
    found = judged(session, None)
    assert [code[0] for code in codes(found)] == ["no-pins", "twin-logs", "open-logs"]
    assert codes(found)[-1] == ("open-logs", None, True, True)
    assert found.predecessor is not None
    with session.database.reading() as rows:
        sizes = {Origin(row.origin): rows.size(row.origin) for row in rows.geneses()}
    assert (found.predecessor.origin, found.predecessor.size) == max(sizes.items(), key=lambda one: one[1])
    assert found.predecessor.origin != session.log.origin


@pytest.mark.parametrize("count", [2, 5])
def test_of_logs_of_one_length_the_first_by_name_is_gone_on_from(session: Session, count: int) -> None:
    origins = sorted(succeeded(session) for _ in range(count))
    found = judged(session, None)
    assert found.predecessor is not None
    assert (found.predecessor.origin, found.predecessor.size) == (origins[0], 1)


def test_nothing_is_gone_on_from_where_nothing_is_proven(session: Session) -> None:
    erase(session, "checkpoint", "origin = ?", session.log.origin)
    refuses(VerificationError, "nothing of this device's log is proven", judged, session, None)


LONG = written(TILE_WIDTH + 2)
# Which full tile is stored, which entry lacks, and whether somebody is told.
WHERE_IT_LACKS = {
    ("true", None): False,
    ("false", None): False,
    ("true", 7): False,  # whoever reads the entries is told
    ("none", 7): True,
    ("false", 7): True,
    ("true", TILE_WIDTH): True,
}


def test_what_was_seen_is_here_where_the_stored_tiles_or_the_headers_alone_give_its_root() -> None:
    origin, identity = Origin(LONG.origin), LONG.key("identity").public
    seen = Pinned(LONG.frontier.size, LONG.frontier.root())
    pins = Pins(MACHINE, {origin: seen}, origin, None, b"h" * 32, b"s" * 32, None, 0)
    told = {}
    for tile, lost in WHERE_IT_LACKS:
        with open_in_memory().transaction() as rows:
            store(rows, LONG, tiles=tile == "true")
            if tile == "false":
                rows.put_tile(TileRow(LONG.origin, 0, 0, bytes(32 * TILE_WIDTH)))
            if lost is not None:
                remove(rows, lost)
            place = SealedPlace(VaultId(bytes(16)), SeatId(LONG.seat), bytes(32))
            found = judge(rows, place, identity=identity, pins=pins, machine=MACHINE)
            told[tile, lost] = any("changed: its first 258 entries" in str(alarm.message) for alarm in found.alarms)
    assert told == WHERE_IT_LACKS


def judged_keys(session: Session, file: KeyFile, *alarms: Finding) -> list[str]:
    with session.database.reading() as rows:
        found = judge_keys(
            rows, file, (session.seat, 0), pins=pins_of(session), directory=session.directory, alarms=alarms
        )
    return [alarm.code for alarm in found]


def test_a_later_keys_file_that_the_log_lists_is_the_one_unless_the_own_log_is_in_doubt(session: Session) -> None:
    later = read_key_file(session.folder.keys).with_slot(0, bytes(1024))
    assert judged_keys(session, later) == ["old-keys"]
    list_keys(session, later.header.folder, later.digest())
    assert judged_keys(session, later) == []
    doubt = Finding(Code.FORK, Message("Says the test."))
    assert judged_keys(session, later, doubt) == ["old-keys"]
    assert judged_keys(session, later, replace(doubt, seats=frozenset({session.seat}))) == ["old-keys"]
    assert judged_keys(session, later, replace(doubt, severity=Severity.NEWS)) == []


def test_doubt_about_the_logs_of_others_makes_no_keys_file_old(session: Session) -> None:
    other = SeatId(make_id())
    certificates = session.directory.certificates
    vars(session.directory)["certificates"] = {**certificates, other: certificates[session.seat]}
    later = read_key_file(session.folder.keys).with_slot(0, bytes(1024))
    list_keys(session, later.header.folder, later.digest())
    assert judged_keys(session, later, Finding(Code.FORK, Message("Says the test."), seats=frozenset({other}))) == []


def test_another_file_of_the_same_generation_is_not_a_later_one(session: Session) -> None:
    file = read_key_file(session.folder.keys)
    same = replace(file, slots=(bytes(1024), *file.slots[1:]))
    list_keys(session, same.header.folder, same.digest())
    assert judged_keys(session, same) == ["old-keys"]


def list_beside(session: Session, digest: bytes, *, seat: SeatId | None = None, identity: bytes | None = None) -> None:
    other = begin_beside(session, seat=seat, identity=identity)
    with Work(other) as work:
        work.list_keys_file(session.vault, digest)
        work.commit(Entry(act="log.genesis"))


def test_only_logs_that_a_certified_key_began_say_which_keys_file_is_newest(session: Session) -> None:
    own, listed = session.log.origin, [bytes([number]) * 32 for number in range(3)]
    list_keys(session, session.vault, listed[0])
    junk_genesis(session)
    list_beside(session, listed[1], seat=SeatId(make_id()))
    list_beside(session, listed[2], identity=make_signing_seed())
    with session.database.reading() as rows:
        geneses = [genesis for row in rows.geneses() if isinstance(genesis := genesis_of(rows, row.origin), Genesis)]
    assert len(geneses) >= 3
    assert newest_keys_of(session, session.vault) == {own: listed[0]}


# Alarms: which of them stop an act, what a verification settles, and what pins keep of one.
ONE, OTHER_SEAT = SeatId(b"a" * 16), SeatId(b"\xff" * 16)
MANY = [SeatId(bytes([number]) * 16) for number in range(12)]
LOG = Origin(b"l" * 32)
FAULT = Finding(Code.FORK, Message("A sentence for a person."))
NEWS = replace(FAULT, code=Code.NO_PINS, severity=Severity.NEWS)
HERS, GONE, OF_BOTH = (replace(FAULT, seats=frozenset(seats)) for seats in ((ONE,), (OTHER_SEAT,), (ONE, OTHER_SEAT)))
LASTING = (
    *map(lasting, (Code.DAMAGED, Code.DATABASE, Code.KEYRING, Code.OPEN_LOGS, Code.OWN_LOG, Code.PINS, Code.RATCHET)),
    *map(lasting, (Code.REMEMBERED, Code.SESSION_KEY, Code.VERIFY)),
    lasting(Code.ACT, LOG, seats=frozenset({ONE})),
    fork_alarm(LOG, OTHER_SEAT),
    lasting(Code.VERIFY, seats=frozenset(MANY)),
)
BACK = (lasting(Code.VALID_AGAIN, ONE, seats=frozenset({ONE})),)
TOLD_ONCE = (
    lasting(Code.OWN_DEVICE, ONE),
    lasting(Code.SHEETS, bytes(32), admitted=1, ended=2),
    lasting(Code.NEW_SHEETS, bytes(32)),
)


def written_alarm(alarm: Finding) -> tuple[object, ...]:
    """Return what pins kept of an alarm, from their bytes."""
    return msgspec.msgpack.decode(msgspec.msgpack.encode(stored([alarm])), type=tuple[tuple[object, ...], ...])[0]


STOPS = (
    (FAULT, True),
    (NEWS, False),
    (replace(FAULT, code=Code.ABSENT, severity=Severity.ABSENCE), False),  # it stops its own compartment
    (HERS, True),
    (GONE, False),
    (OF_BOTH, True),
)


def test_a_fault_stops_unless_it_lies_in_logs_of_ended_seats_alone() -> None:
    assert [(alarm, faults_among([alarm], live={ONE}) == [alarm]) for alarm, _ in STOPS] == list(STOPS)


def test_what_takes_from_a_seat_is_not_stopped_by_a_fault_in_its_logs() -> None:
    assert faults_among([OF_BOTH], live={ONE, OTHER_SEAT}, taken_from={ONE, OTHER_SEAT}) == []
    assert faults_among([OF_BOTH], live={ONE, OTHER_SEAT}, taken_from={ONE}) == [OF_BOTH]
    assert faults_among([FAULT], live={ONE}, taken_from={ONE}) == [FAULT]


def test_what_a_restore_made_valid_again_is_kept_until_it_ends_and_does_not_stop_its_ending() -> None:
    kept = tuple(remembered(written_alarm(alarm)) for alarm in BACK)
    assert kept == tuple(replace(alarm, is_remembered=True) for alarm in BACK)
    assert settled(kept, None, kept) == kept
    assert stored(kept) == stored(BACK)
    assert faults_among(kept, live={ONE, OTHER_SEAT}) == [kept[0]]
    assert faults_among(kept, live={ONE, OTHER_SEAT}, taken_from={OTHER_SEAT}) == []
    assert faults_among(kept, live={OTHER_SEAT}) == []


def test_what_a_verification_found_stands_in_the_place_of_what_the_last_one_found() -> None:
    before, found = lasting(Code.VERIFY), lasting(Code.VERIFY, seats=frozenset({ONE}))
    assert settled((NEWS, before), found, [before]) == (NEWS, found)


def test_a_clean_verification_settles_what_is_remembered_and_its_own_finding() -> None:
    old, found = replace(FAULT, is_remembered=True), lasting(Code.VERIFY)
    assert settled((NEWS, old, found), None, (old, found)) == (NEWS,)


def test_what_this_very_unlock_noticed_stays_and_keeps_what_is_remembered() -> None:
    old = replace(HERS, is_remembered=True)
    assert settled((FAULT, old), None, (FAULT, old)) == (FAULT, old)


def test_an_alarm_that_lasts_comes_back_from_pins_as_it_was_and_is_kept_on() -> None:
    for alarm in LASTING:
        back = remembered(written_alarm(alarm))
        assert back == replace(alarm, is_remembered=True)
        assert stored([back]) == stored([alarm])


def test_news_is_told_by_one_session_more_and_stops_nothing() -> None:
    for alarm in TOLD_ONCE:
        back = remembered(written_alarm(alarm))
        assert back == replace(alarm, is_remembered=True)
        assert back.is_news
        assert stored([back]) == ()


def test_pins_keep_no_sentence() -> None:
    for alarm in (*LASTING, *TOLD_ONCE):
        code, subject, seats, numbers = stored([alarm])[0]
        assert (code, subject, seats) == (alarm.code.value, alarm.subject, sorted(alarm.seats))
        assert all(type(number) is int for number in numbers.values())
    assert stored([NEWS, replace(FAULT, code=Code.ROLLBACK)]) == ()


def test_what_this_program_does_not_know_stops_everything() -> None:
    unknown = replace(lasting(Code.REMEMBERED), is_remembered=True)
    assert faults_among([unknown], live={ONE}) == [unknown]
    cases: tuple[tuple[object, ...], ...] = (
        (),
        ("fork", "Two logs go on from the same one."),
        (f"fork@{ONE.hex()}00", "x"),
        (f"verify@{ONE.hex()},aa", "x"),
        ("verify@no hex", "x"),
        ("something newer", None, [], {}),
        ("verify", None, [b"short"], {}),
        ("verify", None, 3, {}),
        ("verify", None, [], None),
        ("fork", None, [], {}),
        ("damaged", None, [], {}, "more"),
    )
    for kept in cases:
        assert remembered(kept) == unknown, kept
