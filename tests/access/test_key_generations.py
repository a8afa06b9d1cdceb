"""Which of two `keys` files is the valid one, and how the next one is made: each step, by hand-made files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from vault.access import keychange
from vault.access.alarms import Alarm
from vault.access.keychange import change_keys, renew_slot, settle_new_keys
from vault.errors import TryAgainError
from vault.ids import SeatId
from vault.records.work import Entry
from vault.seal.keyfile import SLOT_BLOB_SIZE, KeyFile, KeyHeader, SeatSecrets, make_key_file
from vault.seal.passphrase import FLOOR, KdfParameters
from vault.seal.purposes import Purpose
from vault.seal.unlocking import OpenedSlot
from vault.store.folder import VaultFolder
from vault.store.rowtypes import LocalRow

if TYPE_CHECKING:
    from vault.access.directory import Directory
    from vault.access.session import Session
    from vault.store.rows import Rows

OWN = SeatId(b"a" * 16)
STRONGER = KdfParameters(FLOOR.memory_kib, FLOOR.iterations + 1, FLOOR.lanes)

HEADER = KeyHeader(b"v" * 16, b"f" * 16, 7, b"s" * 32, FLOOR)
STANDING = make_key_file(
    HEADER, doors=[bytes(1200)] * 32, recovery_door=bytes(1200), attempts_public=bytes(1216), slots={}, random=bytes
)


def following(**changed: Any) -> KeyFile:
    """Return the next generation of the file that stands, or what claims to be it."""
    return replace(STANDING, header=replace(HEADER, **{"generation": 8, **changed}))


@dataclass
class Seat:
    """A folder, what the logs list for it, and what its seat did; stands for `Session`, its directory and `Rows`."""

    folder: VaultFolder
    listed: bytes = b""
    alarms: tuple[Alarm, ...] = ()
    slot: LocalRow | None = None
    seat: SeatId = OWN
    keys_now: tuple[KeyFile, int] | None = None
    done: list[object] = field(default_factory=list)

    def settle(self) -> KeyFile:
        return settle_new_keys(cast("Rows", self), self.folder, STANDING, cast("Directory", self), self.alarms)

    def change(self, new: KeyFile) -> KeyFile:
        return change_keys(cast("Session", self), new)

    def renew(self, slot: OpenedSlot) -> KeyFile:
        return renew_slot(cast("Session", self), STANDING, slot)

    def names(self) -> list[str]:
        return sorted(path.name for path in self.folder.path.iterdir())

    # ---- as the parts of a session

    @property
    def standing(self) -> Seat:
        return self

    @property
    def certificates(self) -> dict[SeatId, object]:
        return {self.seat: None}

    @property
    def database(self) -> Seat:
        return self

    @contextmanager
    def reading(self) -> Iterator[Seat]:
        yield self

    @contextmanager
    def work(self) -> Iterator[Seat]:
        yield self

    def list_keys_file(self, folder: bytes, digest: bytes) -> None:
        self.done.append((folder, digest, self.names()))

    def commit(self, entry: Entry) -> None:
        self.done.append(entry)

    def local(self, seat: bytes, purpose: Purpose) -> LocalRow | None:
        assert (seat, purpose) == (self.seat, Purpose.SLOT)
        return self.slot

    def keep_pins(self) -> None:
        self.done.append(("pins", self.keys_now))


@pytest.fixture
def seat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Seat:
    def newest(rows: object, folder: bytes, directory: object) -> dict[bytes, bytes]:
        assert (rows, folder, directory) == (made, HEADER.folder, made)
        return {b"log": made.listed}

    made = Seat(VaultFolder(tmp_path))
    monkeypatch.setattr(keychange, "newest_keys", newest)
    made.folder.keys.write_bytes(STANDING.encode())
    return made


def aside(seat: Seat, new: KeyFile, *, listed: bool = True) -> None:
    """Leave what a change that was cut off leaves, before its operation or after."""
    seat.folder.keys_new.write_bytes(new.encode())
    seat.listed = new.digest() if listed else b""


def test_the_next_generation_that_a_log_lists_takes_the_name(seat: Seat) -> None:
    new = following()
    aside(seat, new)
    assert seat.settle() == new
    assert (seat.names(), seat.folder.keys.read_bytes()) == (["keys"], new.encode())


NOT_NEXT: list[object] = [
    pytest.param(following(), False, id="listed by no log"),
    pytest.param(replace(following(generation=7), attempts_public=b"a" * 1216), True, id="of the same generation"),
    pytest.param(following(generation=6), True, id="of an earlier one"),
    pytest.param(following(vault=b"w" * 16), True, id="of another vault"),
    pytest.param(following(folder=b"g" * 16), True, id="of another folder"),
    pytest.param(following(vault_salt=b"t" * 32), True, id="under another salt"),
]


@pytest.mark.parametrize(("new", "listed"), NOT_NEXT)
def test_any_other_file_beside_is_discarded(
    seat: Seat, monkeypatch: pytest.MonkeyPatch, new: KeyFile, *, listed: bool
) -> None:
    monkeypatch.setattr(keychange, "newest_keys", lambda *_: {b"log": seat.listed})
    aside(seat, new, listed=listed)
    assert seat.settle() == STANDING
    assert (seat.names(), seat.folder.keys.read_bytes()) == (["keys"], STANDING.encode())


def test_a_link_to_the_next_generation_is_not_followed(seat: Seat, tmp_path_factory: pytest.TempPathFactory) -> None:
    aside(seat, following())
    elsewhere = seat.folder.keys_new.rename(tmp_path_factory.mktemp("elsewhere") / "keys.new")
    seat.folder.keys_new.symlink_to(elsewhere)
    assert seat.settle() == STANDING
    assert seat.names() == ["keys"]
    assert elsewhere.read_bytes() == following().encode()


def test_what_cannot_be_discarded_keeps_nobody_out(seat: Seat) -> None:
    seat.folder.keys_new.mkdir()
    assert seat.settle() == STANDING


def test_what_cannot_take_the_name_now_waits(seat: Seat, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: Path) -> None:
        raise TryAgainError("no room, says the test")

    aside(seat, following())
    with monkeypatch.context() as filling:
        filling.setattr(keychange, "promote", full)
        assert seat.settle() == STANDING
    assert seat.names() == ["keys", "keys.new"]
    assert seat.settle() == following()


@pytest.mark.parametrize(
    ("alarm", "stays"),
    [
        (Alarm("fork", "A sentence."), True),
        (Alarm("fork", "A sentence.", seats=frozenset({OWN})), True),
        (Alarm("fork", "A sentence.", seats=frozenset({SeatId(b"b" * 16)})), False),
        (Alarm("no-pins", "A sentence.", is_fault=False), False),
    ],
)
def test_nothing_is_touched_while_a_fault_of_a_seat_that_is_in_leaves_doubt(
    seat: Seat, alarm: Alarm, *, stays: bool
) -> None:
    aside(seat, following())
    seat.alarms = (alarm,)
    assert seat.settle() == (STANDING if stays else following())
    assert seat.names() == (["keys", "keys.new"] if stays else ["keys"])


# ---- the next one


@pytest.mark.parametrize("number", [None, 3])
def test_a_change_is_written_beside_then_listed_then_takes_the_name_and_is_remembered(
    seat: Seat, number: int | None
) -> None:
    new = following()
    seat.slot = None if number is None else LocalRow(seat.seat, Purpose.SLOT, number, b"")
    assert seat.change(new) == new
    assert seat.folder.keys.read_bytes() == new.encode()
    now = None if number is None else (new, number)
    assert seat.keys_now == now
    remembered = [] if now is None else [("pins", now)]
    listed = (HEADER.folder, new.digest(), ["keys", "keys.new"])
    assert seat.done == [listed, Entry(act="keys.change"), *remembered]


@pytest.mark.parametrize(
    ("cost", "renewed", "is_made"),
    [
        (FLOOR, b"n" * SLOT_BLOB_SIZE, True),
        (FLOOR, None, False),
        (STRONGER, b"n" * SLOT_BLOB_SIZE, False),
    ],
)
def test_a_slot_is_sealed_anew_where_the_present_cost_is_no_lower(
    seat: Seat, cost: KdfParameters, renewed: bytes | None, *, is_made: bool
) -> None:
    slot = OpenedSlot(3, cost, SeatSecrets.draw(bytes(32)), renewed)
    after = STANDING if renewed is None or not is_made else STANDING.with_slot(3, renewed)
    assert seat.renew(slot) == after
    assert seat.folder.keys.read_bytes() == after.encode()
