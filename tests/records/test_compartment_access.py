"""Who holds a compartment, beyond what the stories of the vectors say: from rows of invented seats."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from tests.sync.exchange import empty_store
from tests.tables import each
from vault.ids import CompartmentId, CompartmentKind, EpochId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice, RevokedLog, founded_compartment
from vault.log.genesis import GENESIS_SIZE
from vault.log.items import Item, ItemKind, encode_items
from vault.policy.roles import Role
from vault.seal.keyring import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, seal_to
from vault.store.engine import Database
from vault.store.rowtypes import EpochRow, GenesisRow, GrantRow, OperationRow
from vault.validity.authority import Entry, Listings
from vault.validity.compartment_access import AccessResolver, CompartmentState
from vault.validity.epoch_validity import MOST_FAILURES, GrantReader, given_grants

if TYPE_CHECKING:
    from vault.validity.authority import Authority


FOUNDER, NEAR, FAR, OUT, STRANGER = (SeatId(bytes([n]) * 16) for n in (9, 2, 3, 5, 6))
FIRST, SECOND, THIRD, FOURTH = (EpochId(bytes([n]) * 16) for n in (21, 22, 23, 24))
RECOVERY = b"\xff" * 16
WORKER, REVIEWER = frozenset({Role.CASEWORKER}), frozenset({Role.LEGAL_REVIEWER})
CASE_KIND = CompartmentKind.CASE


def log_of(seat: SeatId) -> Origin:
    return Origin(seat * 2)


CASE = CompartmentId(founded_compartment(log_of(FOUNDER), 0, 0))


def notice(
    epoch: EpochId,
    *replaced: EpochId,
    revocations: tuple[tuple[SeatId, int], ...] = (),
    kind: CompartmentKind = CASE_KIND,
) -> EpochNotice:
    """Return an epoch of the case; a drop is a seat and the size of its log that still counts."""
    dropped = tuple(RevokedLog(seat, log_of(seat), size) for seat, size in revocations)
    return EpochNotice(1, bytes(16), CASE, kind, epoch, replaced, dropped)


def grant(to: SeatId, epoch: EpochId = FIRST) -> GrantRow:
    sealed = b"sealed to " + to
    return GrantRow(grant_digest(epoch, to, sealed), epoch, to, bytes(16), sealed)


@dataclass
class Written:
    """Logs of invented seats and what they list; stands for `Authority` and its `Rows`."""

    entries: dict[tuple[bytes, int], Entry | None] = field(default_factory=dict)
    lists: list[OperationRow] = field(default_factory=list)
    notices: list[EpochRow] = field(default_factory=list)
    grants: list[GrantRow] = field(default_factory=list)
    first_record: tuple[Origin, int] | None = None
    invented: frozenset[bytes] = frozenset()

    def add(
        self,
        seat: SeatId,
        seq: int,
        *things: EpochNotice | GrantRow,
        roles: frozenset[Role] = WORKER,
        compartment: CompartmentId = CASE,
        founds_vault: bool = False,
        is_in: bool = True,
        recovers: bool = False,
        origin: Origin | None = None,
    ) -> None:
        """Let a seat list epochs and grants at a position of its log, or of another log of its own."""
        items = tuple(self._item(thing, compartment) for thing in things)
        place = (origin or log_of(seat), seq)
        entry = Entry(*place, items, seat, roles, founds_vault, recovers)
        self.entries[place] = entry if is_in else None
        self.lists.append(OperationRow(*place, b"", encode_items(items), b"", bytes(32)))

    def _item(self, thing: EpochNotice | GrantRow, compartment: CompartmentId) -> Item:
        if isinstance(thing, GrantRow):
            self.grants.append(thing)
            return Item.in_compartment(ItemKind.GRANT, compartment, thing.digest)
        self.notices.append(EpochRow(thing.digest(), thing.compartment, thing.encode()))
        return Item.in_compartment(ItemKind.EPOCH, compartment, thing.digest())

    def state(self) -> CompartmentState | None:
        return AccessResolver(cast("Authority", self)).state(CASE)

    def counted(self) -> CompartmentState:
        state = self.state()
        assert state is not None
        return state

    # ---- as `Authority`

    @property
    def rows(self) -> Written:
        return self

    def entries_at(self, origin: bytes, seq: int) -> tuple[Entry, ...]:
        entry = self.entries[origin, seq]
        return () if entry is None else (entry,)

    @property
    def directory(self) -> Written:
        return self

    @property
    def recovery_seats(self) -> frozenset[bytes]:
        return frozenset({RECOVERY})

    def is_certified(self, seat: bytes) -> bool:
        return seat not in self.invented

    # ---- as `Rows`

    def first_places(self, compartments: Collection[bytes]) -> dict[bytes, tuple[Origin, int]]:
        return {} if self.first_record is None else dict.fromkeys(compartments, self.first_record)

    def geneses(self) -> list[GenesisRow]:
        return [GenesisRow(origin, b"") for origin in sorted({row.origin for row in self.lists})]

    def operations(self, origin: bytes, start: int) -> Iterator[OperationRow]:
        return (row for row in self.lists if row.origin == origin and row.seq >= start)

    def size(self, origin: bytes) -> int:
        return 1 + max(row.seq for row in self.lists if row.origin == origin)

    def epochs_of(self, compartments: Collection[bytes]) -> list[EpochRow]:
        return [row for row in self.notices if row.compartment in compartments]

    def grants_of_all(self, epochs: Collection[bytes]) -> list[GrantRow]:
        return [row for row in self.grants if row.epoch in epochs]


@pytest.fixture
def written() -> Written:
    """A case whose founder gave the first key to itself and to NEAR."""
    made = Written()
    made.add(FOUNDER, 0, notice(FIRST), grant(FOUNDER), grant(NEAR))
    return made


@each(["DIRECTORY", "REGISTER", "INTAKE", "SENDING"])
def test_what_every_vault_has_once_is_founded_by_entry_0_alone(kind: str) -> None:
    for founds_vault in (True, False):
        written = Written()
        first = notice(FIRST, kind=CompartmentKind[kind])
        written.add(FOUNDER, 0, first, grant(FOUNDER), roles=frozenset(Role), founds_vault=founds_vault)
        assert (written.state() is not None) is founds_vault


def test_an_epoch_in_the_place_of_another_founds_nothing() -> None:
    written = Written()
    written.add(FOUNDER, 0, notice(FIRST, SECOND), grant(FOUNDER))
    assert written.state() is None


def test_a_grant_that_nobody_lists_is_none_in_a_case_that_has_records(written: Written) -> None:
    written.first_record = (log_of(FOUNDER), 0)
    written.grants.append(grant(FAR))
    assert written.counted().holders == {FOUNDER, NEAR}


def test_who_writes_the_first_record_and_lists_the_key_again_founds_nothing(written: Written) -> None:
    written.add(STRANGER, 0, notice(FIRST), grant(STRANGER))
    written.first_record = (log_of(STRANGER), 0)
    assert written.counted().holders == {FOUNDER, NEAR}


def test_what_somebody_lists_who_was_out_or_for_another_compartment_or_altered_gives_nothing(written: Written) -> None:
    written.add(NEAR, 1, grant(FAR), is_in=False)
    written.add(NEAR, 2, grant(OUT), compartment=CompartmentId(b"o" * 16))
    written.add(NEAR, 3, grant(STRANGER))
    written.grants[-1] = written.grants[-1]._replace(sealed=b"altered")
    assert written.counted().holders == {FOUNDER, NEAR}


@each([notice(SECOND), notice(SECOND, FIRST, kind=CompartmentKind.SECTION)])
def test_a_holder_makes_no_epoch_in_nobodys_place_or_of_another_kind(second: EpochNotice) -> None:
    written = Written()
    written.add(FOUNDER, 0, notice(FIRST), grant(FOUNDER), grant(NEAR))
    written.add(NEAR, 1, second, grant(FAR, SECOND))
    state = written.counted()
    assert state.epochs.keys() == {FIRST}
    assert state.holders == {FOUNDER, NEAR}


def test_who_was_granted_one_epoch_of_several_was_granted_the_compartment(written: Written) -> None:
    written.add(FOUNDER, 1, notice(SECOND, FIRST), grant(FOUNDER, SECOND))
    assert written.counted().was_granted(NEAR)
    assert not written.counted().was_granted(FAR)


def test_who_founds_may_give_in_that_very_entry_and_later_a_holder_whose_role_gives(written: Written) -> None:
    founding = Written()
    founding.add(FOUNDER, 0, notice(FIRST, kind=CompartmentKind.DIRECTORY), grant(NEAR), founds_vault=True)
    founding.add(FOUNDER, 1)
    entries = [entry for entry in founding.entries.values() if entry is not None]
    assert [founding.counted().may_give(entry) for entry in entries] == [True, False]
    written.add(NEAR, 1, grant(OUT))
    written.add(NEAR, 2, notice(SECOND, FIRST, revocations=((OUT, 1),)), grant(FOUNDER, SECOND), grant(NEAR, SECOND))
    # A holder who works on the case, one who only reads, a worker who does not hold it, and one who was dropped.
    may = []
    for seat, roles in ((NEAR, WORKER), (NEAR, REVIEWER), (STRANGER, WORKER), (OUT, WORKER)):
        written.add(seat, 3, roles=roles)
        (entry,) = written.entries_at(log_of(seat), 3)
        may.append(written.counted().may_give(entry))
    assert may == [True, False, False, False]


def test_epochs_that_were_made_at_once_are_all_current_in_their_order(written: Written) -> None:
    at_once = [EpochId(bytes([number]) * 16) for number in range(60, 40, -1)]
    for number, epoch in enumerate(at_once, 1):
        written.add(FOUNDER, number, notice(epoch, FIRST), grant(FOUNDER, epoch))
    assert written.counted().current == tuple(sorted(at_once))


def test_an_earlier_revocation_takes_its_makers_right_also_by_another_log(written: Written) -> None:
    """The founder's leaves NEAR the first log up to 100, where it revokes OUT, and nothing of the second."""
    second_log = Origin(b"another log of NEAR" + bytes(13))
    written.add(NEAR, 0, notice(SECOND, FIRST), grant(NEAR, SECOND), origin=second_log)
    written.add(NEAR, 5, notice(THIRD, SECOND, revocations=((OUT, 0),)), grant(NEAR, THIRD))
    written.add(FOUNDER, 1, grant(OUT), notice(FOURTH, FIRST, revocations=((NEAR, 100),)), grant(FOUNDER, FOURTH))
    state = written.counted()
    assert state.cutoffs.keys() == {NEAR}
    assert state.holders == {FOUNDER, OUT}


def test_many_drops_of_one_entry_are_judged_together(written: Written) -> None:
    """A holder can list hundreds; each device judges them again and again."""
    revocations = [(SeatId(bytes([1]) + n.to_bytes(15, "big")), 0) for n in range(60)]
    epochs = [EpochId(bytes([2]) + n.to_bytes(15, "big")) for n in range(20)]
    written.add(NEAR, 5, *(notice(epoch, FIRST, revocations=tuple(revocations)) for epoch in epochs))
    written.add(FOUNDER, 1, grant(FAR))
    written.add(FAR, 1, notice(THIRD, FIRST, revocations=((NEAR, 5),)), grant(FAR, THIRD))
    began = time.process_time()
    assert len(written.counted().cutoffs) == 61
    assert time.process_time() - began < 2


# Who a grant is opened from: the giver that its row names, and each seat whose log lists it.
VAULT, GRANTED_CASE = b"v" * 16, b"c" * 16
READER, GIVER, COPIER, OTHER = (SeatId(bytes([n]) * 16) for n in (1, 2, 3, 4))
KEY = b"k" * 32
EPOCH = epoch_id(VAULT, GRANTED_CASE, KEY)
PRIVATE = KemPrivate.from_seed(b"s" * 96)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    """The beginnings of the logs of three seats."""
    with empty_store(tmp_path) as database:
        with database.transaction() as rows:
            for seat in (GIVER, COPIER, OTHER):
                rows.add_genesis(log_of(seat), bytes(17) + seat + bytes(GENESIS_SIZE - 33))
        yield database


def granted(hint: SeatId, key: bytes = KEY) -> GrantRow:
    """Return the key of the epoch as GIVER sealed it to READER, in a row that names somebody."""
    context = GrantContext(Purpose.GRANT, VAULT, GRANTED_CASE, EPOCH, GIVER, READER)
    sealed = seal_to(PRIVATE.public, key, context)
    return GrantRow(grant_digest(EPOCH, READER, sealed), EPOCH, READER, hint, sealed)


def listed(row: GrantRow, *by: SeatId) -> Listings:
    return Listings({ItemKind.GRANT: {row.digest: [(log_of(seat), 0) for seat in by]}})


def opened(store: Database, row: GrantRow, *listing: SeatId) -> bytes | None:
    """Open a grant where the logs of these seats list it."""
    with store.reading() as rows:
        return GrantReader(rows, listed(row, *listing), VAULT, PRIVATE).open(GRANTED_CASE, row)


def given(store: Database, row: GrantRow, *listing: SeatId) -> set[bytes]:
    """Return what GIVER gave, of rows to which this one comes, listed by the logs of these seats."""
    with store.transaction() as rows:
        rows.add_grants([row])
    with store.reading() as rows:
        return set(given_grants(rows, listed(row, *listing)).of(GIVER))


@each(
    [
        (GIVER, [], KEY),
        (GIVER, [COPIER], KEY),
        (COPIER, [GIVER], KEY),
        (COPIER, [COPIER, OTHER, GIVER], KEY),
        (COPIER, [COPIER], None),
        (COPIER, [OTHER], None),
        (COPIER, [], None),
    ]
)
def test_a_grant_is_opened_as_from_its_row_or_from_whoever_lists_it(
    hint: SeatId, listing: list[SeatId], key: bytes | None, *, store: Database
) -> None:
    assert opened(store, granted(hint), *listing) == key


def test_a_key_that_is_none_of_its_epoch_is_not_given(store: Database) -> None:
    assert opened(store, granted(GIVER, b"x" * 32), GIVER) is None


@each(
    {
        "its own, not listed yet": (GIVER, [], True),
        "its own": (GIVER, [COPIER], True),
        "another's": (COPIER, [COPIER], True),
        "another's too": (COPIER, [GIVER, COPIER], True),
        "named by nobody's log": (COPIER, [GIVER], False),
        "listed nowhere": (COPIER, [], False),
    }
)
def test_the_grants_of_a_log_are_its_seats_own_and_those_that_others_say_they_gave(
    named: SeatId, listing: list[SeatId], is_given: bool, *, store: Database
) -> None:
    row = granted(named)
    assert (row.digest in given(store, row, *listing)) is is_given


def test_a_grant_that_does_not_hold_together_was_given_by_nobody(store: Database) -> None:
    assert given(store, granted(GIVER)._replace(sealed=b"altered"), GIVER) == set()


def test_who_gave_much_that_does_not_open_is_left_alone_and_nobody_else(store: Database) -> None:
    spoiled, good = granted(GIVER, b"x" * 32), granted(GIVER)
    copied = good._replace(giver=COPIER)
    with store.reading() as rows:
        reader = GrantReader(rows, listed(good), VAULT, PRIVATE)
        for _ in range(MOST_FAILURES):
            assert reader.open_as_from(GRANTED_CASE, spoiled, [COPIER]) is None
            assert reader.open_as_from(GRANTED_CASE, good, [GIVER]) == KEY
        assert reader.open(GRANTED_CASE, copied) is None
        assert reader.open(GRANTED_CASE, good) == KEY
        assert reader.failed == {COPIER: MOST_FAILURES}
