"""A unit of work is durable whole or leaves nothing, in the rows and in memory."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.records.judging import write
from tests.services.founded import Filled
from tests.tables import each, refuses
from vault import __version__
from vault.access.session import Session
from vault.casework.note import Note
from vault.errors import InternalError, MalformedError, RefusedError, TryAgainError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, Origin, RecordId, make_id
from vault.log.items import Item, ItemKind, decode_items
from vault.log.tree import leaf_hash
from vault.records.seatlog import (
    ENTRIES_PER_PERIOD,
    Ratchet,
    SeatLog,
    SessionKeys,
    decode_ratchet,
    decode_session,
    encode_ratchet,
    encode_session,
)
from vault.records.work import VERSIONS_PER_WORK, Entry, Work, joined_transaction
from vault.seal.purposes import Purpose
from vault.seal.signing import public_key
from vault.services.evidence import log_checking
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow, OperationRow
from vault.store.tables import metadata
from vault.validity.audit_payloads import read_payloads
from vault.words.message import Message

NOTE = {"kind": "contact", "text": "a note"}

STEPS = (
    "add_operation",
    "add_epochs",
    "add_grants",
    "add_versions",
    "add_version_keys",
    "replace_checkpoint",
    "put_local",
    "operation",
)


def everything(session: Session) -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables."""
    with session.database.reading() as rows:
        return {
            table.name: sorted(tuple(row) for row in rows.connection.execute(table.select()))
            for table in metadata.sorted_tables
        }


def found_a_case(session: Session) -> CompartmentId:
    with session.work() as work:
        case = work.found_case(session.directory.holders([session.seat]), keepers=(), with_recovery=True)
        work.write(case, RecordId(make_id()), Note.KIND, NOTE)
        work.commit(Entry(act="case.create"))
    return case


def is_free(log: SeatLog) -> bool:
    """Say whether another thread could begin a work now."""

    def begin() -> bool:
        got = log.lock.acquire(blocking=False)
        if got:
            log.lock.release()
        return got

    with ThreadPoolExecutor(1) as other:
        return other.submit(begin).result()


def test_a_commit_that_fails_at_any_step_leaves_nothing(
    filled_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = filled_session

    @each({f"{when} {step}": (step, when) for step in STEPS for when in ("before", "after")})
    def fails(step: str, when: str) -> None:
        before, size, held = everything(session), session.log.size, len(session.keyring)
        step_of_rows: Callable[..., Any] = getattr(Rows, step)

        def failing(self: Rows, *args: Any, **named: Any) -> None:
            if when == "after":
                step_of_rows(self, *args, **named)
            raise TryAgainError(Message("no room, says the test"))

        with monkeypatch.context() as broken:
            broken.setattr(Rows, step, failing)
            refuses(TryAgainError, "says the test", found_a_case, session)
        assert everything(session) == before
        assert (session.log.size, len(session.keyring)) == (size, held)
        # What failed can be done again, by the same session and with the same keys.
        found_a_case(session)
        assert session.log.size == size + 1

    fails()
    assert log_checking.verify(session).verified


def test_leaving_the_block_without_a_commit_writes_nothing(filled: Filled, filled_session: Session) -> None:
    before = everything(filled_session)
    with filled_session.work() as work:
        work.write(filled.cases[0], RecordId(make_id()), Note.KIND, NOTE)
        assert not is_free(filled_session.log)
    with suppress(ValueError), filled_session.work() as work:
        work.found(CompartmentKind.CASE, filled_session.directory.holders([filled_session.seat]))
        raise ValueError
    assert everything(filled_session) == before
    assert is_free(filled_session.log)


def test_a_work_that_cannot_open_the_period_it_needs_does_not_begin_and_keeps_nobody_waiting(
    filled_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = filled_session
    assert session.log.ratchet is not None
    session.log.ratchet = replace(session.log.ratchet, step=ENTRIES_PER_PERIOD)
    before = everything(session)

    def failing(*_: object) -> None:
        raise TryAgainError(Message("no room, says the test"))

    with monkeypatch.context() as broken:
        broken.setattr(Rows, "add_operation", failing)
        with pytest.raises(TryAgainError, match="says the test"), session.work():
            pytest.fail("the work has begun")
    assert everything(session) == before
    assert is_free(session.log)
    found_a_case(session)
    assert log_checking.verify(session).verified


def test_another_row_at_the_position_stops_the_commit(filled_session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    session = filled_session
    with session.database.transaction() as rows:
        row = OperationRow(session.log.origin, session.log.size, b"h", b"", b"s", bytes(32))
        rows.add_operation(row)
    before = everything(session)
    refuses(VerificationError, f"there is another row at position {session.log.size}", found_a_case, session)
    assert everything(session) == before


@each(
    {
        "a second commit": ("note.create", 1, 2, InternalError, "this work is over"),
        "too many versions": (
            "note.create",
            VERSIONS_PER_WORK + 1,
            1,
            InternalError,
            f"at most {VERSIONS_PER_WORK} versions",
        ),
        "an unknown act": ("case.steal", 1, 1, VerificationError, "an act that this program does not know"),
        "an act that lists too much": (
            "case.list",
            1,
            1,
            VerificationError,
            "of act case.list lists an item of kind 1",
        ),
        "a case never granted": ("", 1, 1, RefusedError, "was not granted to this device"),
    }
)
def test_a_work_refuses(
    act: str,
    versions: int,
    commits: int,
    error: type[Exception],
    words: str,
    *,
    filled: Filled,
    filled_session: Session,
) -> None:
    size, case = filled_session.log.size, filled.cases[0] if act else CompartmentId(make_id())

    def attempt() -> None:
        with filled_session.work() as work:
            for _ in range(versions):
                work.write(case, RecordId(make_id()), Note.KIND, NOTE)
            for _ in range(commits):
                work.commit(Entry(act=act))

    refuses(error, words, attempt)
    assert filled_session.log.size == size + (commits == 2)


def newest_list(session: Session) -> bytes:
    with session.database.reading() as rows:
        (row,) = rows.operations(session.log.origin, session.log.size - 1)
    return row.list


def test_places_of_the_list_are_keys_then_grants_then_versions_then_what_decides(filled_session: Session) -> None:
    found_a_case(filled_session)
    assert [item.kind for item in decode_items(newest_list(filled_session))] == [3, 2, 2, 1, 24]


def test_what_a_work_writes_is_under_its_new_key_the_chosen_one_or_the_one_held_last(filled_session: Session) -> None:
    session = filled_session
    case = found_a_case(session)
    (old,) = map(EpochId, session.keyring.epochs_of(case))
    with Work(session.log) as work:
        work.write(case, RecordId(make_id()), Note.KIND, NOTE)
        new = work.add_key(case, CompartmentKind.CASE, session.directory.holders([session.seat]))
        work.write(case, RecordId(make_id()), Note.KIND, NOTE)
        first = work.commit(Entry(act="key.rotate")).seq
    for works in (Work(session.log, choose_epoch=lambda _: old), Work(session.log)):
        with works as work:
            write(work, case)
    with session.database.reading() as rows:
        under = [version.epoch for version in rows.versions_from(session.log.origin, first)]
    assert under == [old, new, old, new]


def test_all_that_an_entry_says_stands_in_its_payload(filled_session: Session) -> None:
    log = filled_session.log
    log.now_ms, log.monotonic_ms = lambda: 1_900_000_000_000, lambda: 77
    said = Entry(
        act="case.list",
        out="denied:role",
        why="intake",
        obj=b"o" * 16,
        objs=(b"p" * 16,),
        covers={"note": 2},
        dig=b"d" * 32,
        cause=(log.origin, 1),
        deleg=b"s" * 16,
        pol="rights.2",
    )
    with filled_session.work() as work:
        work.commit(said)
    with filled_session.database.reading() as rows:
        *_, newest = read_payloads(rows, filled_session.auditor(), log.origin)
    payload = newest.payload
    assert payload is not None
    assert Entry(**{name: getattr(payload, name) for name in Entry.__dataclass_fields__}) == said
    assert (payload.t, payload.mono, payload.app) == (1_900_000_000_000, 77, __version__)


def test_who_waits_is_told_once_all_is_durable_and_of_which_keys_changed(filled_session: Session) -> None:
    told: list[object] = []
    log = filled_session.log
    log.on_durable, log.on_new_keys = lambda: told.append("durable"), told.append
    case = found_a_case(filled_session)
    assert told == [case, "durable"]


def test_a_period_that_others_must_read_from_here_is_opened_once(filled_session: Session) -> None:
    log = filled_session.log
    assert log.ratchet is not None
    before = log.ratchet.epoch
    log.period_is_over = True
    for _ in range(2):
        with filled_session.work() as work:
            work.commit(Entry(act="case.list"))
        assert not log.period_is_over
    assert log.ratchet.epoch != before
    assert log.ratchet.step == 3  # the entry that opens it is the first


def test_the_most_versions_that_one_operation_may_hold_are_written(filled: Filled, filled_session: Session) -> None:
    with filled_session.work() as work:
        for _ in range(VERSIONS_PER_WORK):
            work.write(filled.cases[0], RecordId(make_id()), Note.KIND, NOTE)
        assert len(work.commit(Entry(act="note.create")).versions) == VERSIONS_PER_WORK


def test_a_checkpoint_of_another_log_is_listed_as_seen(filled_session: Session) -> None:
    with filled_session.work() as work:
        work.list_seen(b"a checkpoint")
        work.commit(Entry(act="sync.in"))
    assert Item.of_bytes(ItemKind.SEEN, b"a checkpoint") in decode_items(newest_list(filled_session))


def test_a_closed_session_begins_no_work(filled: Filled) -> None:
    session = filled.open()
    session.close()
    refuses(InternalError, "session is closed", session.work)


def test_of_acts_that_belong_together_none_counts_where_one_failed_though_somebody_went_on(
    filled_session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    before, size = everything(filled_session), filled_session.log.size

    def failing(*_: object) -> None:
        raise TryAgainError(Message("no room, says the test"))

    def two_of_which_one_fails() -> None:
        with joined_transaction(filled_session.log), monkeypatch.context() as broken:
            found_a_case(filled_session)
            broken.setattr(Rows, "add_versions", failing)
            with suppress(TryAgainError):
                found_a_case(filled_session)

    refuses(InternalError, "failed among others", two_of_which_one_fails)
    assert (everything(filled_session), filled_session.log.size) == (before, size)
    found_a_case(filled_session)
    assert filled_session.log.size == size + 1


def test_acts_that_are_joined_already_are_not_joined_again_and_all_of_them_count(filled_session: Session) -> None:
    size = filled_session.log.size
    with joined_transaction(filled_session.log):
        found_a_case(filled_session)
        with pytest.raises(InternalError, match="joined already"), joined_transaction(filled_session.log):
            pytest.fail("joined twice")
        found_a_case(filled_session)
    assert filled_session.log.size == size + 2
    assert log_checking.verify(filled_session).verified


# What an entry leaves beside itself: local rows, a checkpoint, hashes kept, the write-ahead log emptied.
LISTED = Entry(act="case.list")
KEPT_FROM_ENTRY_TO_ENTRY = (Purpose.SESSION, Purpose.RATCHET, Purpose.KEYRING)
LEAVES_OF_ONE_TILE = 256


def enter(session: Session, times: int = 1) -> None:
    for _ in range(times):
        with session.work() as work:
            work.commit(LISTED)


def local_rows(session: Session) -> dict[Purpose, LocalRow | None]:
    with session.database.reading() as rows:
        return {purpose: rows.local(session.seat, purpose) for purpose in KEPT_FROM_ENTRY_TO_ENTRY}


def test_the_first_entry_of_a_session_hands_on_to_the_next_and_the_second_touches_only_the_ratchet(
    filled: Filled,
) -> None:
    numbers = []
    for _ in range(3):
        session = filled.open()
        enter(session)
        before = local_rows(session)
        enter(session)
        after = local_rows(session)
        session.close()
        assert [purpose for purpose in before if before[purpose] != after[purpose]] == [Purpose.RATCHET]
        handed_on = after[Purpose.SESSION]
        assert handed_on is not None
        numbers.append(handed_on.number)
    assert numbers == [numbers[0], numbers[0] + 1, numbers[0] + 2]


def test_a_session_leaves_one_checkpoint_and_those_of_earlier_ones_stay(filled: Filled) -> None:
    first = filled.open()
    enter(first, 3)
    with first.database.reading() as rows:
        kept = rows.checkpoints(first.log.origin)
    first.close()
    session = filled.open()
    enter(session, 3)
    with session.database.reading() as rows:
        assert [row.size for row in rows.checkpoints(session.log.origin)] == [
            *(row.size for row in kept),
            session.log.size,
        ]
    session.close()


def test_the_256th_entry_keeps_the_hashes_of_a_full_tile_and_empties_the_write_ahead_log(
    filled: Filled, filled_session: Session
) -> None:
    session, waiting = filled_session, filled.path / "vault.db-wal"

    def hashes() -> bytes | None:
        with session.database.reading() as rows:
            return rows.tile(session.log.origin, 0, 0)

    enter(session, LEAVES_OF_ONE_TILE - session.log.size - 1)
    assert (hashes(), waiting.stat().st_size > 0) == (None, True)
    enter(session)
    with session.database.reading() as rows:
        leaves = [leaf_hash(header) for header in rows.headers(session.log.origin, 0, LEAVES_OF_ONE_TILE)]
    assert (hashes(), waiting.stat().st_size) == (b"".join(leaves), 0)
    enter(session)
    assert waiting.stat().st_size > 0


# What a seat keeps from one session to the next, without a vault: rows that come back, and rows that do not.
ORIGIN, SEED, NEXT = Origin(b"o" * 32), b"s" * 32, b"n" * 32
RATCHET = Ratchet(CompartmentId(b"c" * 16), EpochId(b"e" * 16), b"k" * 32, 7, 20_000, 40)


def test_a_ratchet_comes_back_with_every_part() -> None:
    assert decode_ratchet(encode_ratchet(RATCHET)) == RATCHET
    assert msgspec.msgpack.decode(encode_ratchet(RATCHET)) == {
        "compartment": b"c" * 16, "epoch": b"e" * 16, "key": b"k" * 32, "i": 7, "day": 20_000, "first": 40,
    }  # fmt: skip


def test_a_ratchet_fits_the_log_that_has_as_many_entries_as_it_sealed() -> None:
    assert [size for size in range(60) if RATCHET.is_at(size)] == [47]


def test_a_ratchet_goes_on_and_not_back() -> None:
    following = RATCHET.advanced()
    assert (following.step, following.first, following.day) == (8, 40, 20_000)
    assert following.key == hmac.digest(RATCHET.key, b"next", "sha256")
    assert RATCHET.entry_key() == hmac.digest(RATCHET.key, b"entry", "sha256")


def test_the_session_row_has_the_next_seed_and_only_the_public_key_of_this_one() -> None:
    row = encode_session(ORIGIN, SessionKeys(3, SEED, NEXT, 9))
    assert SEED not in row
    found = decode_session(row)
    assert (found.origin, found.seed, found.signer) == (ORIGIN, NEXT, public_key(SEED))
    assert SessionKeys(3, SEED, NEXT).began_at is None


@each([b"", b"\xc1", b"\xc0", b"\x80", b"\x81\xa1\xff\x01", b"\x81\xa3key\x01", b"\x81\xa3key\xc4\x05short"])
def test_other_bytes_are_neither_row(content: bytes) -> None:
    refuses(MalformedError, "the session row cannot be read", decode_session, content)
    refuses(MalformedError, "ratchet row cannot be read", decode_ratchet, content)
