"""Who holds a compartment, from rows of invented seats: what counts, what is nobody's to give, which drops bind."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, cast
from unittest import mock

import pytest

from vault.ids import RECOVERY_SEAT, CompartmentId, EpochId, Origin, SeatId
from vault.log.epochs import CompartmentKind, Drop, EpochNotice, founded_compartment
from vault.log.items import Item, ItemKind, encode_items
from vault.policy.rights import rights_table
from vault.policy.roles import Role
from vault.records.authority import Entry
from vault.records.holding import CompartmentState, Holding
from vault.records.judgement import Judgement
from vault.seal.recipients import grant_digest
from vault.store.rowtypes import EpochRow, GenesisRow, GrantRow, OperationRow

if TYPE_CHECKING:
    from vault.records.authority import Authority

FOUNDER, NEAR, FAR, OTHER, OUT, STRANGER = (SeatId(bytes([n]) * 16) for n in (9, 2, 3, 4, 5, 6))
FIRST, SECOND, THIRD, FOURTH = (EpochId(bytes([n]) * 16) for n in (21, 22, 23, 24))
RECOVERY = SeatId(RECOVERY_SEAT)
WORKER, REVIEWER = frozenset({Role.CASEWORKER}), frozenset({Role.LEGAL_REVIEWER})
CASE_KIND = CompartmentKind.CASE


def log_of(seat: SeatId) -> Origin:
    return Origin(seat * 2)


CASE = CompartmentId(founded_compartment(log_of(FOUNDER), 0, 0))


def notice(
    epoch: EpochId, *replaced: EpochId, drops: tuple[tuple[SeatId, int], ...] = (), kind: CompartmentKind = CASE_KIND
) -> EpochNotice:
    """Return an epoch of the case; a drop is a seat and the size of its log that still counts."""
    dropped = tuple(Drop(seat, log_of(seat), size) for seat, size in drops)
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
        items = tuple(self._item(one, compartment) for one in things)
        place = (origin or log_of(seat), seq)
        entry = Entry(*place, items, seat, roles, rights_table(2), founds_vault, recovers)
        self.entries[place] = entry if is_in else None
        self.lists.append(OperationRow(*place, b"", encode_items(items), b"", bytes(32)))

    def _item(self, thing: EpochNotice | GrantRow, compartment: CompartmentId) -> Item:
        if isinstance(thing, GrantRow):
            self.grants.append(thing)
            return Item.in_compartment(ItemKind.GRANT, compartment, thing.digest)
        self.notices.append(EpochRow(thing.digest(), thing.compartment, thing.encode()))
        return Item.in_compartment(ItemKind.EPOCH, compartment, thing.digest())

    def state(self) -> CompartmentState | None:
        return Holding(cast("Authority", self)).state(CASE)

    def counted(self) -> CompartmentState:
        state = self.state()
        assert state is not None
        return state

    # ---- as `Authority`

    @property
    def rows(self) -> Written:
        return self

    def entry(self, origin: bytes, seq: int) -> Entry | None:
        return self.entries[origin, seq]

    # ---- as `Rows`

    def first_place(self, compartment: bytes) -> tuple[Origin, int] | None:
        assert compartment == CASE
        return self.first_record

    def geneses(self) -> list[GenesisRow]:
        return [GenesisRow(origin, b"") for origin in sorted({row.origin for row in self.lists})]

    def operations(self, origin: bytes, start: int) -> Iterator[OperationRow]:
        return (row for row in self.lists if row.origin == origin and row.seq >= start)

    def size(self, origin: bytes) -> int:
        return 1 + max(row.seq for row in self.lists if row.origin == origin)

    def epochs(self, compartment: bytes) -> list[EpochRow]:
        return [row for row in self.notices if row.compartment == compartment]

    def grants_of(self, epoch: bytes) -> list[GrantRow]:
        return [row for row in self.grants if row.epoch == epoch]


@pytest.fixture
def written() -> Written:
    """A case whose founder gave the first key to itself and to NEAR."""
    made = Written()
    made.add(FOUNDER, 0, notice(FIRST), grant(FOUNDER), grant(NEAR))
    return made


# ---- who founds


def test_a_case_is_held_by_whom_its_founder_gave_the_key(written: Written) -> None:
    state = written.counted()
    assert (state.kind, state.current) == (CASE_KIND, (FIRST,))
    assert state.holders == {FOUNDER, NEAR}


@pytest.mark.parametrize("kind", ["DIRECTORY", "REGISTER", "INTAKE", "SENDING"])
def test_what_every_vault_has_once_is_founded_by_entry_0_alone(kind: str) -> None:
    for founds_vault in (True, False):
        written = Written()
        first = notice(FIRST, kind=CompartmentKind[kind])
        written.add(FOUNDER, 0, first, grant(FOUNDER), roles=frozenset(Role), founds_vault=founds_vault)
        assert (written.state() is not None) is founds_vault


def test_whoever_founds_the_vault_gives_there_without_a_role_that_gives_later() -> None:
    written = Written()
    things = notice(FIRST, kind=CompartmentKind.REGISTER), grant(FOUNDER), grant(NEAR)
    written.add(FOUNDER, 0, *things, roles=frozenset({Role.ADMIN}), founds_vault=True)
    assert written.counted().holders == {FOUNDER, NEAR}


# ---- what is listed


def test_a_grant_that_nobody_lists_is_none_in_a_case_that_has_records(written: Written) -> None:
    written.first_record = (log_of(FOUNDER), 0)
    assert written.counted().holders == {FOUNDER, NEAR}
    written.grants.append(grant(FAR))
    assert written.counted().holders == {FOUNDER, NEAR}


def test_who_writes_the_first_record_and_lists_the_key_again_founds_nothing(written: Written) -> None:
    written.add(STRANGER, 0, notice(FIRST), grant(STRANGER))
    written.first_record = (log_of(STRANGER), 0)
    assert written.counted().holders == {FOUNDER, NEAR}


def test_whoever_was_out_when_they_wrote_gives_nothing(written: Written) -> None:
    written.add(NEAR, 1, grant(FAR), is_in=False)
    assert written.counted().holders == {FOUNDER, NEAR}


def test_what_is_listed_for_another_compartment_is_not_given_in_this_one(written: Written) -> None:
    written.add(NEAR, 1, grant(FAR), compartment=CompartmentId(b"o" * 16))
    assert written.counted().holders == {FOUNDER, NEAR}


def test_an_epoch_in_the_place_of_one_that_never_was_is_none(written: Written) -> None:
    written.add(NEAR, 1, notice(SECOND, FIRST, THIRD), grant(FAR, SECOND))
    state = written.counted()
    assert state.current == (FIRST,)
    assert state.holders == {FOUNDER, NEAR}


@pytest.mark.parametrize(
    ("second", "roles"),
    [
        pytest.param(notice(SECOND), WORKER, id="in nobody's place"),
        pytest.param(notice(SECOND, FIRST, kind=CompartmentKind.SECTION), WORKER, id="of another kind"),
        pytest.param(notice(SECOND, FIRST), REVIEWER, id="by a holder who only reads"),
    ],
)
def test_a_holder_makes_no_epoch(written: Written, second: EpochNotice, roles: frozenset[Role]) -> None:
    written.add(NEAR, 1, second, grant(FAR, SECOND), roles=roles)
    state = written.counted()
    assert state.epochs.keys() == {FIRST}
    assert state.holders == {FOUNDER, NEAR}


# ---- who may give


@pytest.mark.parametrize(
    ("seat", "roles", "gives"),
    [
        pytest.param(NEAR, WORKER, True, id="holds the key and works on the case"),
        pytest.param(NEAR, REVIEWER, False, id="holds it and only reads"),
        pytest.param(STRANGER, WORKER, False, id="works and does not hold it"),
    ],
)
def test_the_key_is_given_by_a_holder_whose_role_gives(
    written: Written, seat: SeatId, roles: frozenset[Role], *, gives: bool
) -> None:
    written.add(seat, 1, grant(FAR), roles=roles)
    assert (FAR in written.counted().holders) is gives


@pytest.mark.parametrize(
    ("recovery_holds", "recovers", "to", "taken"),
    [
        pytest.param(True, True, FAR, True, id="what recovery holds"),
        pytest.param(False, True, FAR, False, id="what recovery does not hold"),
        pytest.param(True, False, FAR, False, id="later than in its first session"),
        pytest.param(True, True, OTHER, False, id="for somebody else"),
    ],
)
def test_a_seat_that_recovers_takes_the_key_for_itself(
    written: Written, *, recovery_holds: bool, recovers: bool, to: SeatId, taken: bool
) -> None:
    if recovery_holds:
        written.add(FOUNDER, 1, grant(RECOVERY))
    written.add(FAR, 1, grant(to), roles=REVIEWER, recovers=recovers)
    assert (to in written.counted().holders) is taken


def test_who_founds_may_give_in_that_very_entry_and_later_only_as_a_holder() -> None:
    written = Written()
    written.add(FOUNDER, 0, notice(FIRST, kind=CompartmentKind.DIRECTORY), grant(NEAR), founds_vault=True)
    written.add(FOUNDER, 1)
    state = written.counted()
    assert [state.may_give(entry) for entry in written.entries.values() if entry is not None] == [True, False]


@pytest.mark.parametrize(
    ("seat", "roles", "may"),
    [
        pytest.param(NEAR, WORKER, True, id="holds the case and works on it"),
        pytest.param(NEAR, REVIEWER, False, id="holds it and only reads"),
        pytest.param(STRANGER, WORKER, False, id="works and does not hold it"),
        pytest.param(OUT, WORKER, False, id="was dropped"),
    ],
)
def test_later_a_holder_may_give_whose_role_gives(
    written: Written, seat: SeatId, roles: frozenset[Role], *, may: bool
) -> None:
    written.add(NEAR, 1, grant(OUT))
    written.add(NEAR, 2, notice(SECOND, FIRST, drops=((OUT, 1),)), grant(FOUNDER, SECOND), grant(NEAR, SECOND))
    written.add(seat, 3, roles=roles)
    entry = written.entry(log_of(seat), 3)
    assert entry is not None
    assert written.counted().may_give(entry) is may


# ---- drops that bind nobody


def test_a_drop_binds_nobody_where_another_takes_its_makers_right_to_it(written: Written) -> None:
    """FAR has the key from NEAR alone, who gave it after the size that the founder's drop lets count."""
    written.add(FOUNDER, 1, grant(OUT), notice(SECOND, FIRST, drops=((NEAR, 5),)), grant(FOUNDER, SECOND))
    written.add(NEAR, 6, grant(FAR))
    written.add(FAR, 7, notice(THIRD, FIRST, drops=((OUT, 0),)), grant(FAR, THIRD))
    state = written.counted()
    assert state.holders == {FOUNDER, OUT}
    assert state.cuts.keys() == {NEAR}


def test_a_drop_that_takes_its_own_makers_right_takes_nobody_elses(written: Written) -> None:
    """FAR and OTHER have the key from NEAR, and FAR drops NEAR from before that: it is OTHER's drop that binds."""
    written.add(NEAR, 6, grant(FAR), grant(OTHER), grant(OUT))
    written.add(FAR, 7, notice(SECOND, FIRST, drops=((NEAR, 5),)), grant(FAR, SECOND))
    written.add(OTHER, 7, notice(THIRD, FIRST, drops=((OUT, 0),)), grant(OTHER, THIRD))
    state = written.counted()
    assert state.holders == {FOUNDER, NEAR, FAR, OTHER}
    assert state.cuts.keys() == {OUT}


def test_whom_a_drop_puts_out_cannot_take_its_makers_right_by_one_that_takes_their_own(written: Written) -> None:
    """FAR and OTHER have the key from NEAR; OTHER drops FAR, and FAR drops NEAR from before both had it."""
    written.add(NEAR, 6, grant(FAR), grant(OTHER))
    written.add(FAR, 7, notice(SECOND, FIRST, drops=((NEAR, 5),)), grant(FAR, SECOND))
    written.add(OTHER, 7, notice(THIRD, FIRST, drops=((FAR, 5),)), grant(OTHER, THIRD))
    state = written.counted()
    assert state.cuts.keys() == {FAR}
    assert state.holders == {FOUNDER, NEAR, OTHER}


def test_a_drop_that_takes_its_own_makers_right_binds_nobody_if_its_maker_is_dropped_too(written: Written) -> None:
    """FAR, a supervisor, goes before the founder: without that drop of NEAR, NEAR would have given it the key."""
    written.add(NEAR, 6, grant(FAR))
    written.add(
        FAR, 7, notice(SECOND, FIRST, drops=((NEAR, 5),)), grant(FAR, SECOND), roles=frozenset({Role.SUPERVISOR})
    )
    written.add(FOUNDER, 1, notice(THIRD, FIRST, drops=((FAR, 5),)), grant(FOUNDER, THIRD), grant(NEAR, THIRD))
    state = written.counted()
    assert state.cuts.keys() == {FAR}
    assert state.holders == {FOUNDER, NEAR}


def test_an_earlier_drop_takes_its_makers_right_also_by_another_log(written: Written) -> None:
    """The founder's drop leaves NEAR the first log up to 100, where it drops OUT, and nothing of the second."""
    second_log = Origin(b"another log of NEAR" + bytes(13))
    written.add(NEAR, 0, notice(SECOND, FIRST), grant(NEAR, SECOND), origin=second_log)
    written.add(NEAR, 5, notice(THIRD, SECOND, drops=((OUT, 0),)), grant(NEAR, THIRD))
    written.add(FOUNDER, 1, grant(OUT), notice(FOURTH, FIRST, drops=((NEAR, 100),)), grant(FOUNDER, FOURTH))
    state = written.counted()
    assert state.cuts.keys() == {NEAR}
    assert state.holders == {FOUNDER, OUT}


def test_who_was_dropped_founds_no_earlier_drop_of_its_own_afterwards(written: Written) -> None:
    """NEAR left a drop of the founder in place of an epoch that it lists only after it was put out."""
    written.add(NEAR, 5, notice(THIRD, SECOND, drops=((FOUNDER, 1), (OTHER, 0))))
    others = [grant(seat, FOURTH) for seat in (FOUNDER, OTHER)]
    written.add(FOUNDER, 20, grant(OTHER), notice(FOURTH, FIRST, drops=((NEAR, 10),)), *others)
    written.add(NEAR, 12, notice(SECOND, FIRST))
    state = written.counted()
    assert state.cuts.keys() == {NEAR}
    assert state.holders == {FOUNDER, OTHER}
    assert state.current == (FOURTH,)


def test_many_drops_of_one_entry_are_judged_together(written: Written) -> None:
    """A holder can list hundreds; each device judges them again and again."""
    drops = [(SeatId(bytes([1]) + n.to_bytes(15, "big")), 0) for n in range(60)]
    epochs = [EpochId(bytes([2]) + n.to_bytes(15, "big")) for n in range(20)]
    written.add(NEAR, 5, *(notice(epoch, FIRST, drops=tuple(drops)) for epoch in epochs))
    written.add(FOUNDER, 1, grant(FAR))
    written.add(FAR, 1, notice(FOURTH, FIRST, drops=((NEAR, 5),)), grant(FAR, FOURTH))
    with mock.patch.object(Judgement, "run", autospec=True, side_effect=Judgement.run) as run:
        assert len(written.counted().cuts) == 61
    assert run.call_count < 12


def test_two_drops_that_take_the_right_from_each_other_both_bind(written: Written) -> None:
    """FAR has the key from NEAR and OUT has it from OTHER; each drops whom the other has it from, from before that."""
    written.add(FOUNDER, 1, grant(OTHER))
    written.add(NEAR, 6, grant(FAR))
    written.add(OTHER, 6, grant(OUT))
    written.add(FAR, 7, notice(SECOND, FIRST, drops=((OTHER, 5),)), grant(FAR, SECOND))
    written.add(OUT, 7, notice(THIRD, FIRST, drops=((NEAR, 5),)), grant(OUT, THIRD))
    state = written.counted()
    assert state.cuts.keys() == {NEAR, OTHER}
    assert state.holders == {FOUNDER}


def test_a_drop_whose_maker_was_dropped_from_before_by_lower_rank_takes_the_right_of_others(written: Written) -> None:
    """NEAR stands before FAR, who drops it from before its own drop; OUT has the key from OTHER, after that size."""
    written.add(FOUNDER, 1, grant(FAR), grant(OTHER), grant(STRANGER))
    written.add(OTHER, 6, grant(OUT))
    written.add(NEAR, 7, notice(SECOND, FIRST, drops=((OTHER, 5),)), grant(NEAR, SECOND))
    written.add(FAR, 7, notice(THIRD, FIRST, drops=((NEAR, 5),)), grant(FAR, THIRD))
    written.add(OUT, 7, notice(FOURTH, FIRST, drops=((STRANGER, 0),)), grant(OUT, FOURTH))
    state = written.counted()
    assert state.cuts.keys() == {NEAR, OTHER}
    assert state.holders == {FOUNDER, FAR, STRANGER}
