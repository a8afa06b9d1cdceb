"""Factors asked for again in an open session: what a wrong one costs, and what is exchanged with the right ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import pytest

from tests.access.seats import SEAT, SECRETS, keys_file
from vault import clock
from vault.access import factors
from vault.access.delays import AttemptFile, Attempts
from vault.access.factors import Factors, change_factors, check_factors, salt_of_vault
from vault.errors import NoVaultError, VerificationError, WrongPassphraseError
from vault.ids import SeatId
from vault.seal.keyfile import SLOT_BLOB_SIZE, KeyFile
from vault.seal.passphrase import FLOOR
from vault.seal.unlocking import OpenedSlot
from vault.store.folder import VaultFolder

if TYPE_CHECKING:
    from vault.access.session import Session

NOW_MS, NAME = 1_800_000_000_000, "Mira Halvorsen"
FILE = keys_file()
OWN = OpenedSlot(3, FLOOR, SECRETS)
GIVEN = Factors(bytearray(b"seven paper lanterns"), b"d" * 32, b"f" * 32)
NEXT = Factors(bytearray(b"a kettle for the harbour"), b"D" * 32, b"F" * 32)
SLOT = b"s" * SLOT_BLOB_SIZE


@dataclass
class Opened:
    """Stands for a session in a folder with a `keys` file; nothing is stretched, and every step is noted."""

    folder: VaultFolder
    state: Path
    seat: SeatId = SEAT
    keys_now: tuple[KeyFile, int] | None = (FILE, 3)
    opens: bool = True
    steps: list[object] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    @property
    def session(self) -> Session:
        return cast("Session", self)

    @property
    def counted(self) -> AttemptFile:
        return AttemptFile.of(FILE.header, self.state)

    def remember(self, count: int, *, before_ms: int = 0, destroy_after: int | None = None) -> None:
        self.counted._save(Attempts(count, NOW_MS - before_ms, destroy_after))

    def check(self) -> OpenedSlot:
        return check_factors(self.session, NAME, GIVEN, self.waited.append)

    # ---- as `Session`, and as what seals and opens slots

    def require_sound_log(self) -> None:
        self.steps.append("sound log")

    def unlock(self, *given: Any, **named: Any) -> OpenedSlot:
        self.steps.append(("unlock", given, named))
        if not self.opens:
            raise WrongPassphraseError("no key slot opens with this name and passphrase")
        return OWN

    def make_slot(self, *given: Any, **named: Any) -> bytes:
        self.steps.append(("slot", given, named))
        return SLOT

    def change_keys(self, session: object, new: KeyFile) -> KeyFile:
        self.steps.append(("changed", session is self))
        return new


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    path = tmp_path / "office.vault"
    path.mkdir()
    made = Opened(VaultFolder(path), tmp_path / "state")
    made.folder.keys.write_bytes(FILE.encode())
    for name in ("unlock", "make_slot", "change_keys"):
        monkeypatch.setattr(factors, name, getattr(made, name))
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    return made


UNLOCKED = (
    "unlock",
    (FILE, GIVEN.passphrase, NAME),
    {"device_secret": GIVEN.device_secret, "fido2_secret": GIVEN.fido2_secret},
)


def test_a_further_factor_is_none_unless_it_is_given() -> None:
    assert Factors(bytearray(b"alone")) == Factors(bytearray(b"alone"), b"", b"")


# ---- asking again


def test_the_right_factors_open_the_own_slot_and_end_the_count_of_wrong_ones(opened: Opened) -> None:
    opened.remember(2)
    assert opened.check() == OWN
    assert opened.steps == [UNLOCKED]
    assert opened.counted.load() == Attempts()
    assert not opened.folder.attempts.exists()


def shut(opened: Opened) -> None:
    opened.opens = False


def of_another_seat(opened: Opened) -> None:
    opened.seat = SeatId(b"o" * 16)


@pytest.mark.parametrize("wrong", [shut, of_another_seat])
def test_what_opens_nothing_or_the_slot_of_another_is_a_wrong_attempt(
    opened: Opened, wrong: Callable[[Opened], None]
) -> None:
    wrong(opened)
    opened.remember(18, before_ms=60_000, destroy_after=20)
    with pytest.raises(WrongPassphraseError, match=r"^no key slot opens with this name and passphrase$"):
        opened.check()
    assert opened.counted.load() == Attempts(19, NOW_MS, 20)
    assert opened.folder.attempts.stat().st_size > 0
    assert opened.folder.keys.read_bytes() == FILE.encode()


def test_the_last_wrong_attempt_that_is_allowed_destroys_the_slots(opened: Opened) -> None:
    shut(opened)
    opened.remember(19, before_ms=60_000, destroy_after=20)
    with pytest.raises(WrongPassphraseError):
        opened.check()
    left = KeyFile.decode(opened.folder.keys.read_bytes())
    assert not set(left.slots) & set(FILE.slots)
    assert left.doors == FILE.doors


@pytest.mark.parametrize(("count", "waited"), [(2, []), (4, [1.5])])
def test_earlier_wrong_attempts_are_waited_for_before_anything_is_tried(
    opened: Opened, count: int, waited: list[float]
) -> None:
    shut(opened)
    opened.remember(count, before_ms=500)

    def wait(seconds: float) -> None:
        assert opened.steps == []
        opened.waited.append(seconds)

    with pytest.raises(WrongPassphraseError):
        check_factors(opened.session, NAME, GIVEN, wait)
    assert opened.waited == waited


OTHER = FILE.with_slot(5, SLOT)


@pytest.mark.parametrize("known", [None, (OTHER, 3)])
def test_another_file_than_the_one_that_the_session_opened_is_not_tried(
    opened: Opened, known: tuple[KeyFile, int] | None
) -> None:
    opened.keys_now = known
    with pytest.raises(VerificationError, match=r"^the keys file is not the one that this session opened$"):
        opened.check()
    assert opened.steps == []
    assert opened.counted.load() == Attempts()


# ---- the exchange


def test_the_new_factors_open_the_same_slot_with_the_same_secrets_in_the_next_file(opened: Opened) -> None:
    new = change_factors(opened.session, NAME, GIVEN, NEXT, opened.waited.append)
    made = {
        "passphrase": NEXT.passphrase,
        "member_name": NAME,
        "device_secret": NEXT.device_secret,
        "fido2_secret": NEXT.fido2_secret,
    }
    assert opened.steps == ["sound log", UNLOCKED, ("slot", (FILE.header, 3, SECRETS), made), ("changed", True)]
    assert (new.slots[3], new.header.generation) == (SLOT, FILE.header.generation + 1)


def test_wrong_old_factors_change_nothing(opened: Opened) -> None:
    shut(opened)
    with pytest.raises(WrongPassphraseError):
        change_factors(opened.session, NAME, GIVEN, NEXT, opened.waited.append)
    assert opened.steps == ["sound log", UNLOCKED]


# ---- before a session


def test_the_salt_of_a_vault_is_that_of_its_keys_file_and_a_keys_file_alone_is_no_vault(opened: Opened) -> None:
    with pytest.raises(NoVaultError, match=r"the file vault\.db is missing"):
        salt_of_vault(opened.folder.path)
    opened.folder.database.touch()
    assert salt_of_vault(opened.folder.path) == FILE.header.vault_salt
