"""What the second process wrote beside an approval: which rows are taken in, and which never."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from tests.access.few import ATTEMPTS, Few, Person, Seated, ask, sizes_of, takes_nothing_in
from vault.access import second
from vault.access.lending import RowSet, added_since
from vault.access.second import Answered, Asked
from vault.access.session import Session
from vault.errors import (
    RefusedError,
)
from vault.ids import SeatId
from vault.log.approvals import Approval
from vault.log.epochs import CompartmentKind
from vault.records.seatlog import Holder, SealedPlace, SeatLog, begin, resume
from vault.records.work import Entry, Work
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.signing import make_signing_seed
from vault.store.memory import open_in_memory

MORE = "the second process wrote more than an approval; nothing was taken in"
NOT_HELD = "the second seat's log does not hold with what came back; nothing was taken in"


Writing = Callable[[SeatLog], None]


def writing(monkeypatch: pytest.MonkeyPatch, before: Writing) -> None:
    """Have the second process write something of its own before it lists the approval."""

    def write(log: SeatLog, _: Asked, approval: Approval) -> None:
        before(log)
        with Work(log) as work:
            work.list_approval(approval.encode())
            work.commit(Entry(act="approve"))

    monkeypatch.setattr(second, "_write", write)


def nothing(_: SeatLog) -> None:
    pass


def entry(log: SeatLog) -> None:
    with Work(log) as work:
        work.commit(Entry(act="unlock.ok"))


def two_entries(log: SeatLog) -> None:
    entry(log)
    entry(log)


def three_entries(log: SeatLog) -> None:
    two_entries(log)
    entry(log)


def new_period(log: SeatLog) -> None:
    log.period_is_over = True
    entry(log)


def keys_file(log: SeatLog) -> None:
    with Work(log) as work:
        work.list_keys_file(b"f" * 16, b"k" * 32)
        work.commit(Entry(act="keys.change"))


def period_beside_keys_file(log: SeatLog) -> None:
    log.period_is_over = True
    keys_file(log)


def new_case(log: SeatLog) -> None:
    with Work(log) as work:
        work.found(CompartmentKind.CASE, [Holder(SeatId(b"h" * 16), ATTEMPTS.public)])
        work.commit(Entry(act="case.create"))


def period_beside_new_case(log: SeatLog) -> None:
    log.period_is_over = True
    new_case(log)


@pytest.mark.parametrize(("before", "count"), [(nothing, 1), (entry, 2), (two_entries, 3), (new_period, 3)])
def test_a_session_and_a_period_can_begin_before_an_approval(
    few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch, before: Writing, count: int
) -> None:
    writing(monkeypatch, before)
    size = sizes_of(few)[1]
    ask(few, asking, Person())
    assert sizes_of(few)[1] == size + count


@pytest.mark.parametrize(
    "before", [three_entries, keys_file, period_beside_keys_file, new_case, period_beside_new_case]
)
def test_nothing_is_taken_in_that_was_written_beside_an_approval(
    few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch, before: Writing
) -> None:
    writing(monkeypatch, before)
    takes_nothing_in(few, asking, Person(), MORE)


@pytest.mark.parametrize("listed", [True, False])
def test_the_approval_is_the_last_that_is_listed(
    few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch, listed: bool
) -> None:
    def write(log: SeatLog, _: Asked, approval: Approval) -> None:
        if listed:
            with Work(log) as work:
                work.list_approval(approval.encode())
                work.commit(Entry(act="approve"))
        entry(log)

    monkeypatch.setattr(second, "_write", write)
    takes_nothing_in(few, asking, Person(), MORE)


ID, DIGEST = b"x" * 16, b"x" * 32
Change = Callable[[RowSet, Few], dict[str, Any]]
ADDED: list[object] = [
    pytest.param(lambda _, __: {"operations": ()}, id="no operation"),
    pytest.param(lambda rows, _: {"operations": rows.operations[1:]}, id="a gap"),
    pytest.param(
        lambda rows, few: {"operations": tuple((few.third.log.origin, *row[1:]) for row in rows.operations)},
        id="operations of another log",
    ),
    pytest.param(lambda _, __: {"geneses": ((DIGEST, b"g"),)}, id="a genesis"),
    pytest.param(lambda _, __: {"versions": ((DIGEST, 0, 0, ID, ID, ID, b"v"),)}, id="a version"),
    pytest.param(lambda _, __: {"version_keys": ((DIGEST, 0, 0, ID, b"w"),)}, id="a version's key"),
    pytest.param(lambda rows, _: {"epochs": (*rows.epochs, (DIGEST, ID, b"n"))}, id="an unreadable notice"),
    pytest.param(lambda rows, _: {"grants": (*rows.grants, (DIGEST, ID, ID, ID, b"s"))}, id="an unlisted grant"),
    pytest.param(
        lambda rows, few: {"checkpoints": (*rows.checkpoints, (few.third.log.origin, 9, DIGEST, b"n"))},
        id="a checkpoint of another log",
    ),
    pytest.param(
        lambda rows, few: {"tiles": (*rows.tiles, (few.third.log.origin, 0, 0, DIGEST))}, id="a tile of another log"
    ),
    pytest.param(
        lambda rows, few: {"locals": (*rows.locals, (few.third.seat, Purpose.SESSION, 1, b"b"))},
        id="a row of another seat",
    ),
    pytest.param(
        lambda rows, few: {"locals": (*rows.locals, (few.second.seat, Purpose.KEYRING, 1, b"b"))}, id="a keyring"
    ),
]


@pytest.mark.parametrize("period", [entry, new_period])
@pytest.mark.parametrize("changed", ADDED)
def test_no_row_is_taken_in_that_an_approval_does_not_need(
    few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch, changed: Change, period: Writing
) -> None:
    writing(monkeypatch, period)

    def change(answered: Answered) -> Answered:
        return msgspec.structs.replace(
            answered, rows=msgspec.structs.replace(answered.rows, **changed(answered.rows, few))
        )

    takes_nothing_in(few, asking, Person(change=change), MORE)


def test_a_key_that_no_entry_lists_is_not_taken_in(few: Few, asking: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not even an audit key of the seat's own; `made` is one that was listed elsewhere."""
    made: list[RowSet] = []

    def keep(answered: Answered) -> Answered:
        made.append(answered.rows)
        return msgspec.structs.replace(answered, refusal="refused")

    def change(answered: Answered) -> Answered:
        return msgspec.structs.replace(answered, rows=msgspec.structs.replace(answered.rows, epochs=made[0].epochs))

    writing(monkeypatch, new_period)
    with pytest.raises(RefusedError):
        ask(few, asking, Person(change=keep))
    writing(monkeypatch, entry)
    assert len(made[0].epochs) == 1
    takes_nothing_in(few, asking, Person(change=change), MORE)


# ---- a log that does not hold


def without(**parts: object) -> Callable[[Answered], Answered]:
    def change(answered: Answered) -> Answered:
        return msgspec.structs.replace(answered, rows=msgspec.structs.replace(answered.rows, **parts))

    return change


def test_a_log_without_the_checkpoint_over_it_is_not_taken_in(few: Few, asking: Session) -> None:
    takes_nothing_in(few, asking, Person(change=without(checkpoints=())), NOT_HELD)


def in_log_of(few: Few, one: Seated, approval: Approval) -> Answered:
    """Return an answer for which the log of another seat lists the approval."""
    lent, database = few.lent(one), open_in_memory()
    with database.transaction() as rows:
        lent.put_into(rows)
    with database.reading() as rows:
        log = resume(
            rows,
            database=database,
            place=one.log.place,
            origin=one.log.origin,
            roster=one.log.roster,
            auditors=one.log.auditors,
            keyring=Keyring(),
            app_version="test",
        )
    return listed_in(log, lent, approval)


def in_log_of_nobody(few: Few, approval: Approval) -> Answered:
    """Return an answer for which a log lists it that nobody has the genesis of."""
    log = begin(
        database=open_in_memory(),
        place=SealedPlace(few.vault, few.second.seat, bytes(32)),
        identity_seed=make_signing_seed(),
        roster=few.second.log.roster,
        auditors=few.second.log.auditors,
        keyring=Keyring(),
        app_version="test",
    )
    return listed_in(log, RowSet(), approval)


def listed_in(log: SeatLog, lent: RowSet, approval: Approval) -> Answered:
    size = log.size
    with Work(log) as work:
        work.commit(Entry(act="unlock.ok"))
    with Work(log) as work:
        work.list_approval(approval.encode())
        work.commit(Entry(act="approve"))
    with log.database.reading() as rows:
        added = added_since(rows, lent, log.place.seat, log.origin, size)
    return Answered(approval.encode(), log.origin, msgspec.structs.replace(added, locals=()))


def test_an_approval_in_the_log_of_another_seat_is_not_taken_in(few: Few, asking: Session) -> None:
    person = Person(change=lambda answered: in_log_of(few, few.third, Approval.decode(answered.approval)))
    takes_nothing_in(few, asking, person, NOT_HELD)


def test_an_approval_in_a_log_that_nobody_knows_is_not_taken_in(few: Few, asking: Session) -> None:
    person = Person(change=lambda answered: in_log_of_nobody(few, Approval.decode(answered.approval)))
    takes_nothing_in(few, asking, person, NOT_HELD)
