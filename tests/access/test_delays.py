"""Wrong attempts: how long the next one waits, that no name and no clock set back shortens it, and when slots go."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.access.seats import keys_file
from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault import clock, platform
from vault.access.delays import AttemptFile, Attempts, counting_down, delay_seconds, seconds_left
from vault.access.unlock import unlock
from vault.errors import RefusedError, WrongPassphraseError
from vault.seal.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.pins import attempts_file_name
from vault.store.files import read_limited

NOW = 1_800_000_000_000


@pytest.mark.parametrize(
    ("wrong", "seconds"),
    [(0, 0), (1, 0), (2, 0), (3, 1), (4, 2), (5, 4), (6, 8), (7, 16), (8, 30), (9, 30), (1000, 30), (1 << 62, 30)],
)
def test_the_fourth_attempt_waits_and_no_attempt_waits_longer_than_half_a_minute(wrong: int, seconds: int) -> None:
    assert delay_seconds(wrong) == seconds


@pytest.mark.parametrize(
    ("passed_ms", "left"),
    [
        pytest.param(0, 8.0, id="at once"),
        pytest.param(500, 7.5, id="half a second is over"),
        pytest.param(3_000, 5.0, id="a part is over"),
        pytest.param(8_000, 0.0, id="just over"),
        pytest.param(90_000, 0.0, id="long over"),
        pytest.param(-1, 8.0, id="a clock set back a little"),
        pytest.param(-10 * 365 * 86_400_000, 8.0, id="a clock set back ten years"),
    ],
)
def test_a_delay_passes_with_the_clock_and_not_with_one_that_was_set_back(passed_ms: int, left: float) -> None:
    assert seconds_left(Attempts(6, NOW), NOW + passed_ms) == left


def test_a_wait_tells_the_seconds_that_are_left_and_ends_with_what_the_listener_raises() -> None:
    told: list[int] = []
    slept: list[float] = []
    counting_down(told.append, sleep=slept.append)(2.5)
    assert told == [3, 2, 1, 0]
    assert slept == [1.0, 1.0, 0.5]
    told.clear()
    counting_down(told.append, sleep=lambda seconds: None)(2.0)
    assert told == [2, 1, 0]

    def stop(left: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        counting_down(stop, sleep=slept.append)(30)
    assert len(slept) == 3


class Guesser:
    """Somebody at this computer, and a clock that the test turns."""

    def __init__(self, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
        self.place = place
        self.now = NOW
        self.waited: list[float] = []
        monkeypatch.setattr(clock, "now_ms", lambda: self.now)

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now += round(seconds * 1000)

    def guess(self, name: str = MEMBER, passphrase: bytes = b"guess") -> None:
        unlock(
            self.place.path,
            member=name,
            passphrase=bytearray(passphrase),
            state=self.place.state,
            wait=self.wait,
        ).close()

    def fail(self, times: int, name: str = MEMBER) -> None:
        for _ in range(times):
            with pytest.raises(WrongPassphraseError, match="no key slot opens"):
                self.guess(name)

    @property
    def file(self) -> AttemptFile:
        return AttemptFile.of(keys_of(self.place).header, self.place.state)


@pytest.fixture
def guesser(founded: Place, monkeypatch: pytest.MonkeyPatch) -> Guesser:
    return Guesser(founded, monkeypatch)


def keys_of(place: Place) -> KeyFile:
    return KeyFile.decode(read_limited(place.path / "keys", KEY_FILE_SIZE))


def test_attempts_wait_longer_each_whoever_is_named_and_a_right_one_begins_anew(guesser: Guesser) -> None:
    guesser.fail(2)
    guesser.fail(1, "Guest")
    assert guesser.waited == []
    guesser.fail(1, "Nobody")
    guesser.fail(1)
    assert guesser.waited == [1, 2]
    guesser.guess(passphrase=PASSPHRASE)
    assert guesser.waited == [1, 2, 4]
    guesser.fail(3)
    assert guesser.waited == [1, 2, 4]


def test_the_right_passphrase_waits_as_long_as_a_wrong_one(guesser: Guesser) -> None:
    guesser.fail(3)
    guesser.guess(passphrase=PASSPHRASE)
    assert guesser.waited == [1]


def test_time_passed_elsewhere_counts_and_a_clock_set_back_frees_nobody(guesser: Guesser) -> None:
    guesser.fail(6)
    guesser.waited.clear()
    guesser.now -= 86_400_000
    guesser.fail(1)
    assert guesser.waited == [8]
    guesser.now += 3_600_000
    guesser.fail(1)
    assert guesser.waited == [8]


def test_who_stops_waiting_has_tried_nothing_and_left_no_passphrase(founded: Place, guesser: Guesser) -> None:
    guesser.fail(4)

    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    typed = bytearray(PASSPHRASE)
    with pytest.raises(KeyboardInterrupt):
        unlock(founded.path, member=MEMBER, passphrase=typed, state=founded.state, wait=stop)
    assert typed == bytes(len(PASSPHRASE))
    assert guesser.file.load().count == 4


def test_the_count_names_neither_vault_nor_member_and_is_private(founded: Place, guesser: Guesser) -> None:
    guesser.fail(1, "Noor")
    (path,) = (founded.state / "attempts").iterdir()
    header = keys_of(founded).header
    text = f"{path.name} {path.read_text()}"
    assert not any(word in text for word in ("Noor", header.vault.hex(), header.folder.hex(), "office"))
    assert path.stat().st_mode & 0o077 == 0


def test_a_copy_of_the_folder_elsewhere_is_not_bound_and_neither_is_another_vault(
    founded: Place, guesser: Guesser, tmp_path: Path
) -> None:
    """What SECURITY.md says of it: the count slows a hand at this account, and no copy."""
    guesser.fail(5)
    guesser.waited.clear()
    guesser.place = Place(founded.path, tmp_path / "another account")
    guesser.fail(1)
    assert guesser.waited == []


def damaged(text: bytes) -> Callable[[Path], None]:
    def damage(path: Path) -> None:
        path.write_bytes(text)

    return damage


def linked(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "damage",
    [
        damaged(b""),
        damaged(b"{"),
        damaged(b'{"count": "many"}'),
        damaged(b"\xff" * 5000),
        damaged(b"[" * 4000),
        damaged(b'{"of": ' + b"[" * 4000),
        damaged(b'{"count": 5, "last_ms": -1' + b"0" * 4000 + b"}"),
        linked,
        fifo,
    ],
)
def test_a_damaged_count_keeps_nobody_out(founded: Place, guesser: Guesser, damage: Callable[[Path], None]) -> None:
    guesser.fail(5)
    damage(guesser.file.path)
    guesser.waited.clear()
    guesser.guess(passphrase=PASSPHRASE)
    assert guesser.waited == []


def test_a_state_folder_that_cannot_be_written_hides_no_error(founded: Place, guesser: Guesser) -> None:
    (founded.state / "attempts").write_bytes(b"no folder")
    guesser.fail(5)
    assert guesser.waited == []


@pytest.mark.parametrize("count", [-1, 0, 1, 10, 19])
def test_slots_are_never_destroyed_before_twenty_attempts(founded: Place, guesser: Guesser, count: int) -> None:
    with pytest.raises(RefusedError, match="never destroyed before 20"):
        guesser.file.destroy_after(count)
    assert guesser.file.load().destroy_after is None
    # Nor by a number that somebody wrote there by hand.
    assert not Attempts(19, NOW, destroy_after=count).destroys_now
    assert Attempts(20, NOW, destroy_after=count).destroys_now


def test_unless_somebody_armed_it_no_number_of_attempts_destroys_anything(guesser: Guesser) -> None:
    assert not Attempts(1_000_000, NOW).destroys_now


def test_armed_slots_go_at_the_count_and_no_earlier_and_the_recovery_door_stays(
    founded: Place, guesser: Guesser
) -> None:
    before = keys_of(founded)
    guesser.file.destroy_after(21)
    # As if nineteen others had been here; each attempt costs a key derivation.
    guesser.file.path.write_text(json.dumps({"count": 19, "last_ms": NOW, "destroy_after": 21}))
    guesser.fail(1)
    assert keys_of(founded) == before
    (founded.path / "keys.new").write_bytes(before.encode())
    guesser.fail(1, "Guest")
    after = keys_of(founded)
    assert all(old != new for old, new in zip(before.slots, after.slots, strict=True))
    assert (after.header, after.doors, after.recovery_door) == (before.header, before.doors, before.recovery_door)
    assert KeyFile.decode((founded.path / "keys.new").read_bytes()).slots[0] != before.slots[0]
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        guesser.guess(passphrase=PASSPHRASE)


def test_a_right_attempt_leaves_the_choice_and_begins_the_count_anew(guesser: Guesser) -> None:
    guesser.fail(1)
    guesser.file.destroy_after(25)
    assert guesser.file.load() == Attempts(1, NOW, 25)
    guesser.fail(1)
    guesser.guess(passphrase=PASSPHRASE)
    assert guesser.file.load() == Attempts(0, 0, 25)
    guesser.file.destroy_after(None)
    assert guesser.file.load() == Attempts()


@pytest.mark.parametrize(
    ("member", "number", "counts"),
    [
        ("count", 1 << 62, True),
        ("count", (1 << 62) + 1, False),
        ("last_ms", -(1 << 62), True),
        ("last_ms", -(1 << 62) - 1, False),
        ("destroy_after", 1 << 62, True),
        ("destroy_after", (1 << 62) + 1, False),
    ],
)
def test_a_number_that_nobody_could_count_to_is_a_damaged_one(
    tmp_path: Path, member: str, number: int, *, counts: bool
) -> None:
    file = AttemptFile(tmp_path / "count")
    file.path.write_text(json.dumps({member: number}))
    assert file.load() == (Attempts(**{member: number}) if counts else Attempts())


def test_a_link_in_the_place_of_a_count_leads_to_no_count(tmp_path: Path) -> None:
    of_another, file = AttemptFile(tmp_path / "of another"), AttemptFile(tmp_path / "count")
    of_another._save(Attempts(7, NOW))
    file.path.symlink_to(of_another.path)
    assert (of_another.load(), file.load()) == (Attempts(7, NOW), Attempts())


def test_a_count_lies_in_the_accounts_own_state_folder_unless_another_one_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform, "state_dir", lambda: tmp_path / "usual")
    header = keys_file().header
    usual, named = AttemptFile.of(header, None).path, AttemptFile.of(header, tmp_path / "named").path
    assert (usual.parent, named.parent) == (tmp_path / "usual" / "attempts", tmp_path / "named" / "attempts")
    assert usual.name == named.name == f"{attempts_file_name(header.vault, header.folder)}.json"


def test_where_nothing_was_counted_a_right_attempt_writes_nothing(tmp_path: Path) -> None:
    file = AttemptFile(tmp_path / "count")
    file.note_right()
    assert list(tmp_path.iterdir()) == []
    armed = Attempts(0, NOW, 20)
    file._save(armed)
    file.note_right()
    assert file.load() == armed


def test_what_was_never_armed_is_disarmed_without_a_trace(guesser: Guesser) -> None:
    guesser.file.destroy_after(None)
    assert not guesser.file.path.exists()


def test_no_more_than_a_page_of_a_count_is_read(guesser: Guesser) -> None:
    guesser.fail(1)
    text = guesser.file.path.read_bytes()
    guesser.file.path.write_bytes(text.ljust(4096))
    assert guesser.file.load().count == 1
    guesser.file.path.write_bytes(text.ljust(4097))
    assert guesser.file.load() == Attempts()
