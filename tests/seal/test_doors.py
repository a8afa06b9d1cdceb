import pytest

from tests.seal.places import KEY, OTHER_KEY, OTHER_SEAT, SEAT, VAULT, fixed, flipped
from tests.tables import each
from vault.errors import BrokenSealError, MalformedError, RefusedError
from vault.seal.entrance.doors import DoorKeys, make_doors, make_recovery_door, open_doors, open_recovery_door
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, seal_to

PRIVATE = KemPrivate.from_seed(fixed("kem", 96))
OTHER_PRIVATE = KemPrivate.from_seed(fixed("other kem", 96))
BOTH = DoorKeys(KEY, OTHER_KEY)
SEATS = [(SEAT, PRIVATE.public), (OTHER_SEAT, OTHER_PRIVATE.public)]
DOORS = make_doors(VAULT, BOTH, SEATS, shuffle=lambda doors: doors.reverse())


def test_every_seat_opens_its_door_and_no_other() -> None:
    assert open_doors(PRIVATE, SEAT, VAULT, DOORS) == BOTH
    assert open_doors(OTHER_PRIVATE, OTHER_SEAT, VAULT, DOORS) == BOTH
    for private, seat in ((PRIVATE, OTHER_SEAT), (KemPrivate.from_seed(fixed("third", 96)), SEAT)):
        with pytest.raises(BrokenSealError, match=f"no door opens for seat {seat.hex()}"):
            open_doors(private, seat, VAULT, DOORS)
    with pytest.raises(BrokenSealError, match="no door opens"):
        open_doors(PRIVATE, SEAT, fixed("other vault", 16), DOORS)


def test_doors_are_32_of_one_size_whoever_is_in() -> None:
    for seats in ([], SEATS, SEATS * 16):
        doors = make_doors(VAULT, BOTH, seats)
        assert len(doors) == len(set(doors)) == 32
        assert {len(door) for door in doors} == {1200}


def test_doors_lie_in_the_order_of_the_shuffle() -> None:
    assert open_doors(PRIVATE, SEAT, VAULT, DOORS[31:]) == BOTH
    assert open_doors(OTHER_PRIVATE, OTHER_SEAT, VAULT, DOORS[30:31]) == BOTH


def test_more_seats_than_doors_are_refused() -> None:
    with pytest.raises(RefusedError, match="doors for 32 seats, not 33"):
        make_doors(VAULT, BOTH, SEATS[:1] * 33)


def test_an_altered_door_opens_nothing() -> None:
    for at in range(0, 1200, 37):
        with pytest.raises(BrokenSealError, match="no door opens"):
            open_doors(PRIVATE, SEAT, VAULT, [flipped(DOORS[31], 8 * at)])


def test_a_door_without_old_key_says_so() -> None:
    doors = make_doors(VAULT, DoorKeys(KEY), SEATS[:1])
    assert open_doors(PRIVATE, SEAT, VAULT, doors) == DoorKeys(KEY, None)


def test_recovery_opens_its_own_door_only() -> None:
    door = make_recovery_door(VAULT, BOTH, PRIVATE.public)
    assert len(door) == 1200
    assert open_recovery_door(PRIVATE, VAULT, door) == BOTH
    for private, closed in ((PRIVATE, DOORS[31]), (OTHER_PRIVATE, door), (PRIVATE, door[:-1])):
        with pytest.raises(BrokenSealError, match="door does not open"):
            open_recovery_door(private, VAULT, closed)


@each(
    {
        "zeros": (bytes(64), "database key is empty"),
        "old key only": (bytes(32) + KEY, "database key is empty"),
        "short": (KEY, "door content has 32 bytes, not 64"),
        "empty": (b"", "door content has 0 bytes, not 64"),
    }
)
def test_a_door_without_a_key_is_refused(content: bytes, error: str) -> None:
    door = seal_to(PRIVATE.public, content, GrantContext(Purpose.DOOR, VAULT, to_seat=SEAT))
    with pytest.raises(MalformedError, match=error):
        open_doors(PRIVATE, SEAT, VAULT, [door])


@each({"empty new": (b"", None), "zero new": (bytes(32), None), "empty old": (KEY, b""), "zero old": (KEY, bytes(32))})
def test_an_empty_database_key_is_never_sealed(new: bytes, old: bytes | None) -> None:
    with pytest.raises(MalformedError, match=r"key has 0 bytes|database key is empty"):
        DoorKeys(new, old)


def test_database_keys_are_never_shown() -> None:
    assert repr(BOTH) == "DoorKeys()"
