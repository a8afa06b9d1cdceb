"""Who is in a compartment, by signed logs in a store; and from whom a key is opened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.log.writer import Writer
from tests.records.small_office import admission, directory_of, founded, new_log, put, resolver_of, signed
from tests.sync.exchange import empty_store
from tests.tables import each
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, Origin, SeatId
from vault.log.act_bytes import ActKind, MadeAct, found, let_back, let_in, put_out
from vault.log.epoch_notice import EpochNotice, founded_compartment
from vault.log.genesis import GENESIS_SIZE
from vault.log.items import Item, ItemKind
from vault.policy.roles import Role
from vault.seal.keyring import epoch_id
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, grant_digest, seal_to
from vault.store.engine import Database
from vault.store.rowtypes import GrantRow
from vault.trust.log_trees import Place
from vault.trust.trust_items import Head, Rank
from vault.validity.authority import Listings
from vault.validity.compartment_access import CompartmentState
from vault.validity.given_keys import MOST_FAILURES, GrantReader

NONCE = b"n" * 16
DAY = 1_900_000_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Database]:
    with empty_store(tmp_path) as database:
        yield database


class Office:
    """Nour founded the vault and is its admin; Ada, Bo and Cy are caseworkers."""

    def __init__(self, store: Database) -> None:
        self.store = store
        self.ada, self.bo, self.cy = (new_log(name) for name in ("Ada", "Bo", "Cy"))
        self.nour = founded(self.ada, self.bo, self.cy)

    def found(self, by: Writer, *keepers: Writer, within: CompartmentId | None = None) -> CompartmentId:
        """Have somebody found a case or a section."""
        case = CompartmentId(founded_compartment(by.origin, len(by.rows), 0))
        made = found(case, within, map(member, keepers), with_recovery=False, nonce=NONCE)
        by.append(Item.in_compartment(ItemKind.EPOCH, case, bytes(32)), Item.of_act(made))
        return case

    def do(self, by: Writer, *acts: MadeAct) -> None:
        """Have somebody list something."""
        by.append(*map(Item.of_act, acts))

    def state(self, case: CompartmentId) -> CompartmentState:
        put(self.store, self.nour, self.ada, self.bo, self.cy)
        with self.store.reading() as rows:
            state = resolver_of(rows, directory_of(rows)).state(case)
        assert state is not None
        return state

    def members(self, case: CompartmentId) -> set[str]:
        """Return who is in, by name."""
        members = self.state(case).members
        return {log.name for log in (self.nour, self.ada, self.bo, self.cy) if member(log) in members}


def member(log: Writer) -> MemberId:
    return MemberId(log.seat)


def head(log: Writer) -> Head:
    return Head(SeatId(log.seat), len(log.rows), log.frontier.root())


def letting_in(case: CompartmentId, log: Writer, rank: Rank = Rank.MEMBER, until: int | None = None) -> MadeAct:
    return let_in(case, member(log), rank, until, NONCE)


def putting_out(case: CompartmentId, log: Writer, heads: Iterable[Head] = (), *, as_admin: bool = False) -> MadeAct:
    return put_out(case, member(log), heads, NONCE, as_admin=as_admin)


@pytest.fixture
def office(store: Database) -> Office:
    return Office(store)


def test_what_the_organisation_shares_goes_by_role_and_the_sheets_read_it(office: Office) -> None:
    office.do(office.nour)
    with_role = {CompartmentKind.DIRECTORY: 4, CompartmentKind.INTAKE: 4, CompartmentKind.SENDING: 4}
    put(office.store, office.nour)
    with office.store.reading() as rows:
        directory = directory_of(rows)
    for kind, count in with_role.items():
        state = office.state(directory.shared(kind))
        assert (state.kind, len(state.members), len(state.seats(DAY))) == (kind, count, count)
        assert state.readers(DAY) == state.seats(DAY) | {directory.recovery_seat}


def test_a_case_begins_in_its_own_entry_alone_and_nobody_becomes_its_keeper_by_saying_so_elsewhere(
    office: Office,
) -> None:
    case = office.found(office.ada, office.bo)
    assert office.members(case) == {"Ada", "Bo"}
    own = found(case, None, [member(office.bo)], with_recovery=False, nonce=NONCE)
    theirs = (found(case, None, [member(office.cy)], with_recovery=True, nonce=bytes([n]) * 16) for n in range(256))
    # Of several that found it the smallest digest would be taken, and a nonce can be ground.
    ground = next(made for made in theirs if Item.of_act(made).digest < Item.of_act(own).digest)
    for made in (ground, own):
        office.cy.append(Item.in_compartment(ItemKind.EPOCH, case, bytes(32)), Item.of_act(made))
    assert office.members(case) == {"Ada", "Bo"}
    assert not office.state(case).with_recovery


def test_who_may_not_found_a_case_founds_none(office: Office) -> None:
    rea = new_log("Rea")
    office.nour.append(signed(admission(rea, Role.LEGAL_REVIEWER)))
    case = office.found(rea)
    put(office.store, office.nour, rea)
    with office.store.reading() as rows:
        assert resolver_of(rows, directory_of(rows)).state(case) is None


def test_who_is_put_out_wrote_up_to_the_heads_and_all_of_it_again_once_they_are_let_back(office: Office) -> None:
    case = office.found(office.ada)

    def counts() -> list[bool]:
        state = office.state(case)
        return [state.counts(Place(SeatId(office.bo.seat), 0, size)) for size in range(1, len(office.bo.rows) + 1)]

    office.do(office.bo)
    assert counts() == [False]
    office.do(office.ada, letting_in(case, office.bo))
    assert (counts(), office.members(case)) == ([True], {"Ada", "Bo"})
    out = putting_out(case, office.bo, [head(office.bo)])
    office.do(office.bo)
    office.do(office.ada, out)
    assert (counts(), office.members(case)) == ([True, False], {"Ada"})
    office.do(office.ada, let_back(case, Item.of_act(out).digest, NONCE))
    assert (counts(), office.members(case)) == ([True, True], {"Ada", "Bo"})


def test_equals_put_nobody_out_and_who_is_in_gives_no_higher_rank_than_their_own(office: Office) -> None:
    case = office.found(office.ada)
    office.do(office.ada, letting_in(case, office.bo, Rank.LEAD), letting_in(case, office.cy, Rank.LEAD))
    for by, of in ((office.bo, office.cy), (office.cy, office.bo), (office.bo, office.ada)):
        office.do(by, putting_out(case, of), putting_out(case, of, as_admin=True))
    office.do(office.bo, letting_in(case, office.nour, Rank.KEEPER))
    assert office.members(case) == {"Ada", "Bo", "Cy"}
    office.do(office.nour, putting_out(case, office.ada, [head(office.ada)], as_admin=True))
    assert office.members(case) == {"Bo", "Cy"}


def test_past_its_day_nothing_is_written_for_a_member_who_stays_in(office: Office) -> None:
    case = office.found(office.ada)
    office.do(office.ada, letting_in(case, office.bo, until=DAY))
    state = office.state(case)
    assert [SeatId(office.bo.seat) in state.seats(now) for now in (DAY, DAY + 1)] == [True, False]
    assert office.members(case) == {"Ada", "Bo"}


def test_who_is_put_out_of_a_case_is_out_of_its_sections(office: Office) -> None:
    case = office.found(office.ada)
    office.do(office.ada, letting_in(case, office.bo))
    section = office.found(office.bo, within=case)
    office.do(office.bo, letting_in(section, office.ada), letting_in(section, office.cy))
    assert office.members(section) == {"Ada", "Bo"}  # Cy is not in the case
    assert (office.state(section).kind, office.state(section).within) == (CompartmentKind.SECTION, case)
    office.do(office.ada, putting_out(case, office.bo, [head(office.bo)]))
    assert office.members(section) == {"Ada"}


def test_what_is_no_item_of_the_case_or_of_somebody_who_is_in_changes_nothing(office: Office) -> None:
    case, other = office.found(office.ada, office.bo), office.found(office.cy)
    office.do(office.cy, letting_in(case, office.cy), putting_out(case, office.ada), letting_in(other, office.ada))
    office.bo.append(Item(ActKind.LET_IN, b"", b"", case + b"junk"))
    assert (office.members(case), office.members(other)) == ({"Ada", "Bo"}, {"Ada", "Cy"})


# Whoever lists that they gave a key may have given it; the key proves its own name.
VAULT, GRANTED_CASE = b"v" * 16, b"c" * 16
READER, GIVER, COPIER, OTHER = (SeatId(bytes([n]) * 16) for n in (1, 2, 3, 4))
KEY, LOG = b"k" * 32, b"l" * 32
EPOCH = EpochId(epoch_id(GRANTED_CASE, LOG, KEY))
NOTICE = EpochNotice(1, VAULT, GRANTED_CASE, CompartmentKind.CASE, LOG, EPOCH)
PRIVATE = KemPrivate.from_seed(b"s" * 96)


def log_of(seat: SeatId) -> Origin:
    return Origin(seat * 2)


def granted(hint: SeatId, key: bytes = KEY) -> GrantRow:
    """Return the key of the epoch as GIVER sealed it to READER, in a row that names somebody."""
    context = GrantContext(Purpose.GRANT, VAULT, GRANTED_CASE, EPOCH, GIVER, READER)
    sealed = seal_to(PRIVATE.public, key, context)
    return GrantRow(grant_digest(EPOCH, READER, sealed), EPOCH, READER, hint, sealed)


@pytest.fixture
def three(store: Database) -> Database:
    """The beginnings of the logs of three seats."""
    with store.transaction() as rows:
        for seat in (GIVER, COPIER, OTHER):
            rows.add_genesis(log_of(seat), bytes(17) + seat + bytes(GENESIS_SIZE - 33))
    return store


def listed(*by: SeatId) -> Listings:
    return Listings({ItemKind.GRANT: {EPOCH + READER: [(log_of(seat), 0) for seat in by]}})


def opened(store: Database, row: GrantRow, *listing: SeatId) -> bytes | None:
    """Open a key where the logs of these seats list that they gave it."""
    with store.reading() as rows:
        return GrantReader(rows, listed(*listing), VAULT, PRIVATE).open(NOTICE, row)


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
def test_a_key_is_opened_as_from_its_row_or_from_whoever_lists_it(
    hint: SeatId, listing: list[SeatId], key: bytes | None, *, three: Database
) -> None:
    assert opened(three, granted(hint), *listing) == key


def test_what_is_sealed_under_the_name_of_another_key_opens_nothing(three: Database) -> None:
    assert opened(three, granted(GIVER, b"x" * 32), GIVER) is None


def test_who_gave_much_that_does_not_open_is_left_alone_and_nobody_else(three: Database) -> None:
    """Nor is one whom the rows' giver names beside itself."""
    spoiled, good = granted(COPIER, b"x" * 32), granted(GIVER)
    copied = good._replace(giver=COPIER)
    with three.reading() as rows:
        reader = GrantReader(rows, listed(), VAULT, PRIVATE)
        for _ in range(MOST_FAILURES):
            assert reader.open_as_from(NOTICE, spoiled, [COPIER, GIVER]) is None
            assert reader.open_as_from(NOTICE, good, [GIVER]) == KEY
        assert reader.open(NOTICE, copied) is None
        assert reader.open(NOTICE, good) == KEY
        assert reader.failed == {COPIER: MOST_FAILURES}
