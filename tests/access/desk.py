"""A desk in an invented organisation: it stands for a session, and notes what is asked and written there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace, TracebackType
from typing import TYPE_CHECKING, Any, Self, cast

import pytest

from tests.log.test_roster import MANY, ROOT, chain, id_of, log_of
from vault.access import enrolling
from vault.access.directory import RECOVERY
from vault.ids import CompartmentId, EpochId, SeatId
from vault.log.epochs import CompartmentKind, EpochNotice
from vault.log.roster import Roster
from vault.log.roster_rules import Standing
from vault.policy.rights import Place, rights_table
from vault.policy.roles import Role
from vault.records.seatlog import Holder
from vault.records.work import Entry
from vault.seal.keyring import Keyring
from vault.store.memory import open_in_memory
from vault.store.rowtypes import EpochRow

if TYPE_CHECKING:
    from vault.access.session import Session

DIRECTORY, SENDING, REGISTER, INTAKE, CASE = (
    CompartmentKind[word] for word in ("DIRECTORY", "SENDING", "REGISTER", "INTAKE", "CASE")
)
FIRST = MANY.roster("root")
NOUR, ILSE, TARIQ, MINA, JOEL, JOEL_2 = (SeatId(id_of(seat)) for seat in MANY.seats)
EVERYBODY = frozenset({NOUR, ILSE, TARIQ, MINA, JOEL, JOEL_2})
ADMIN, ALL_ROLES = frozenset({Role.ADMIN}), frozenset(Role)


def standing_after(*rosters: Roster) -> Standing:
    standing = chain(FIRST, *rosters).standing
    assert standing is not None
    return standing


def holder(seat: SeatId) -> Holder:
    return Holder(seat, b"k" * 1_216)


WITH_RECOVERY = Holder(RECOVERY, b"r" * 1_216)


def compartment_of(kind: CompartmentKind) -> CompartmentId:
    return CompartmentId(bytes([kind]) * 16)


def epoch_of(kind: CompartmentKind, number: int = 0) -> EpochId:
    return EpochId(bytes([kind, number]) * 8)


HOME = compartment_of(DIRECTORY)
OWN, OTHER = epoch_of(DIRECTORY), epoch_of(DIRECTORY, 1)


@dataclass(frozen=True)
class Held:
    """Stands for what counts in a compartment."""

    kind: CompartmentKind
    holders: frozenset[SeatId]
    behind: frozenset[SeatId] = frozenset()
    current: tuple[EpochId, ...] = ()

    @property
    def compartment(self) -> CompartmentId:
        return compartment_of(self.kind)

    @property
    def place(self) -> Place:
        return Place(self.kind.name.lower())


@dataclass
class Writing:
    """Stands for a unit of work: what it was told."""

    desk: Desk
    told: list[tuple[Any, ...]] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, at: TracebackType | None) -> None:
        self.desk.events.append("left")

    def replace_epoch(self, *given: Any, **named: Any) -> None:
        self.told.append(("replace", *given, named))

    def grant(self, compartment: CompartmentId, epoch: EpochId, holders: Iterable[Holder]) -> None:
        if holders:
            self.told.append(("grant", compartment, epoch, holders))

    def write(self, *given: Any) -> None:
        self.told.append(("write", *given))

    def list_keys_file(self, *given: Any) -> None:
        self.told.append(("keys", *given))

    def commit(self, entry: Entry) -> str:
        self.desk.at_commit()
        self.desk.events.append(entry.act)
        self.desk.committed.append((entry, self.told))
        return "receipt"


class Desk:
    """Stands for the session of Nour, who holds what a test lets her hold."""

    def __init__(self, folder: Path, first: Roster = FIRST) -> None:
        self.seat = NOUR
        self.roles = ADMIN
        self.root_public = ROOT.public
        self.keyring = Keyring()
        self.database = open_in_memory()
        self.folder = SimpleNamespace(keys=folder / "keys")
        self.log = SimpleNamespace(size=4, origin=log_of("Nour-1"))
        self.prover = SimpleNamespace(undisputed=lambda rows, origin: 0)
        self.here: frozenset[SeatId] = frozenset()
        self.directory = SimpleNamespace(compartment=HOME, rights=rights_table(2))
        self.go_by(first)
        self.states: dict[CompartmentId, Held | None] = {}
        self.asked: list[CompartmentId] = []
        self.events: list[object] = []
        self.committed: list[tuple[Entry, list[tuple[Any, ...]]]] = []
        self.at_commit: Callable[[], None] = lambda: None

    def go_by(self, *rosters: Roster) -> None:
        self.directory.chain = chain(*rosters)
        self.directory.standing = self.directory.chain.standing

    def hold(
        self, kind: CompartmentKind, *without: SeatId, added: Iterable[SeatId] = (), **changes: Any
    ) -> CompartmentId:
        """Let there be a compartment that everybody and recovery hold, less some; its key is held here."""
        holders = EVERYBODY - {*without} | {RECOVERY, *added}
        held = Held(kind, holders, **{"current": (epoch_of(kind),), **changes})
        if held.compartment not in self.states:
            self.notice(kind)
        self.states[held.compartment] = held
        self.keyring.add(held.compartment, epoch_of(kind), b"k" * 32)
        return held.compartment

    def notice(self, kind: CompartmentKind) -> None:
        notice = EpochNotice(1, b"v" * 16, compartment_of(kind), kind, epoch_of(kind))
        with self.database.transaction() as rows:
            rows.add_epochs([EpochRow(notice.digest(), notice.compartment, notice.encode())])

    @property
    def session(self) -> Session:
        return cast("Session", self)

    # ---- as `Session`

    def holds(self, compartment: CompartmentId) -> bool:
        return bool(self.keyring.epochs_of(compartment))

    def states_of(self, compartments: Iterable[CompartmentId]) -> dict[CompartmentId, Held | None]:
        wanted = list(compartments)
        self.asked += wanted
        return {one: self.states.get(one) for one in wanted}

    def require_sound_log(self, *where: CompartmentId, taken_from: frozenset[SeatId]) -> None:
        self.events.append(("sound", taken_from))

    def settle_keys(self, compartment: CompartmentId) -> None:
        assert self.asked == []
        self.events.append(("settled", compartment))

    def work(self) -> Writing:
        return Writing(self)


def admission(*signers: str) -> Roster:
    return MANY.with_member("Kim", "caseworker", FIRST).roster(*(signers or ("Nour-1", "Ilse-1")))


def ending(member: str = "Joel", size: int = 5) -> Roster:
    return MANY.without(member, FIRST, size=size).roster("Nour-1", "Ilse-1")


KIM = SeatId(id_of("Kim-1"))


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """Nour's, who holds the directory with everybody else."""
    made = Desk(tmp_path)
    made.hold(DIRECTORY)
    monkeypatch.setattr(enrolling, "refresh", lambda session: made.events.append(("refreshed", session is made)))
    return made
