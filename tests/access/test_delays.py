"""Wrong attempts: how long the next one waits, that no name and no clock set back shortens it, and when slots go."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.access.seats import KEM, VAULT, keys_file
from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access.pins.delays import AttemptFile, Attempts, counting_down, delay_seconds, seconds_left
from vault.access.seat_keys.slots import one_attempt
from vault.access.unlock import unlock
from vault.errors import BrokenSealError, RefusedError, WrongPassphraseError
from vault.seal.entrance.keyfile import HEADER_SIZE, SLOT_BLOB_SIZE, SLOT_COUNT, KeyFile
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, GrantContext, open_from
from vault.store.folder import VaultFolder
from vault.words.message import Message

NOW = 1_800_000_000_000
FILE = keys_file()
SLOTS = slice(HEADER_SIZE, HEADER_SIZE + SLOT_COUNT * SLOT_BLOB_SIZE)
WRONG = "no key slot opens with this name and passphrase"


# ---- how long


def test_the_fourth_attempt_waits_and_no_attempt_waits_longer_than_half_a_minute() -> None:
    delays = {0: 0, 1: 0, 2: 0, 3: 1, 4: 2, 5: 4, 6: 8, 7: 16, 8: 30, 9: 30, 1000: 30, 1 << 62: 30}
    assert {wrong: delay_seconds(wrong) for wrong in delays} == delays


def test_a_delay_passes_with_the_clock_and_not_with_one_that_was_set_back() -> None:
    left = {0: 8.0, 500: 7.5, 3_000: 5.0, 8_000: 0.0, 90_000: 0.0, -1: 8.0, -10 * 365 * 86_400_000: 8.0}
    assert {passed: seconds_left(Attempts(6, NOW), NOW + passed) for passed in left} == left


def test_a_wait_tells_the_seconds_that_are_left_and_ends_with_what_the_listener_raises() -> None:
    told: list[int] = []
    slept: list[float] = []
    counting_down(told.append, sleep=slept.append)(2.5)
    assert (told, slept) == ([3, 2, 1, 0], [1.0, 1.0, 0.5])
    told.clear()
    counting_down(told.append, sleep=lambda seconds: None)(2.0)
    assert told == [2, 1, 0]

    def stop(left: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        counting_down(stop, sleep=slept.append)(30)
    assert len(slept) == 3


# ---- one attempt, wherever it is made


@dataclass
class Prompt:
    """Where somebody types, in a folder with a `keys` file; the clock stands still until it is turned."""

    path: Path
    now_ms: int = NOW

    def __post_init__(self) -> None:
        self.folder = VaultFolder(self.path / "office.vault")
        self.state = self.path / "state"
        self.waited: list[float] = []
        self.folder.path.mkdir(parents=True)
        self.folder.keys.write_bytes(FILE.encode())

    @property
    def counted(self) -> AttemptFile:
        return AttemptFile.of(FILE.header, self.state)

    def remember(self, earlier: Attempts) -> None:
        self.counted.path.parent.mkdir(parents=True, exist_ok=True)
        known = {"count": earlier.count, "last_ms": earlier.last_ms, "destroy_after": earlier.destroy_after}
        self.counted.path.write_text(json.dumps(known))

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now_ms += round(seconds * 1000)

    def attempt(self, end: Callable[[], object] = lambda: None) -> None:
        with one_attempt(self.folder, FILE, self.state, self.wait):
            end()

    def fail(self) -> None:
        with pytest.raises(WrongPassphraseError, match=WRONG):
            self.attempt(wrong)

    def hints(self) -> list[int]:
        """Return the times that the hints in the folder tell whoever has the key for them."""
        sealed = self.folder.attempts.read_bytes() if self.folder.attempts.exists() else b""
        size, context, opened = HPKE_OVERHEAD + 8, GrantContext(Purpose.ATTEMPT, VAULT), []
        for at in range(0, len(sealed), size):
            with suppress(BrokenSealError):  # most of the file opens for nobody
                opened.append(open_from(KEM, sealed[at : at + size], context))
        return [int.from_bytes(hint) for hint in opened]

    def slots_are_whole(self, path: Path | None = None) -> bool:
        encoded, before = (path or self.folder.keys).read_bytes(), FILE.encode()
        assert encoded[: SLOTS.start] + encoded[SLOTS.stop :] == before[: SLOTS.start] + before[SLOTS.stop :]
        return encoded[SLOTS] == before[SLOTS]


@pytest.fixture
def prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prompt:
    made = Prompt(tmp_path)
    monkeypatch.setattr("vault.clock.now_ms", lambda: made.now_ms)
    return made


def wrong() -> None:
    raise WrongPassphraseError(Message(WRONG))


def test_an_attempt_begins_when_the_delay_is_over_that_earlier_ones_earned(prompt: Prompt) -> None:
    for earlier, passed_ms, waited in (
        (Attempts(), 0, []),
        (Attempts(2, NOW), 0, []),
        (Attempts(3, NOW), 0, [1.0]),
        (Attempts(5, NOW), 1_500, [2.5]),
        (Attempts(5, NOW), 4_000, []),
    ):
        prompt.remember(earlier)
        prompt.now_ms, prompt.waited = NOW + passed_ms, []
        seen: list[list[float]] = []
        prompt.attempt(lambda seen=seen: seen.append(prompt.waited.copy()))  # type: ignore[misc]  # a default keeps it
        assert (earlier, passed_ms, seen) == (earlier, passed_ms, [waited])


def test_a_wrong_one_is_counted_after_the_wait_and_leaves_a_hint_and_is_told_as_it_was(prompt: Prompt) -> None:
    prompt.remember(Attempts(3, NOW, 25))
    prompt.fail()
    assert prompt.counted.load() == Attempts(4, NOW + 1_000, 25)
    assert prompt.hints() == [NOW + 1_000]
    assert prompt.slots_are_whole()


def test_slots_go_with_the_wrong_attempt_that_comes_to_the_count_also_of_a_file_beside(prompt: Prompt) -> None:
    are_whole = {(18, 20): True, (19, 20): False, (20, 20): False, (20, 22): True, (21, 22): False, (30, None): True}
    found = {}
    for earlier, destroy_after in are_whole:
        prompt.folder.keys.write_bytes(FILE.encode())
        prompt.folder.keys_new.write_bytes(FILE.encode())
        prompt.remember(Attempts(earlier, NOW, destroy_after))
        prompt.fail()
        assert prompt.counted.load().count == earlier + 1
        (found[earlier, destroy_after],) = {prompt.slots_are_whole(), prompt.slots_are_whole(prompt.folder.keys_new)}
    assert found == are_whole


def refused() -> None:
    raise RefusedError(Message("not now, says the test"))


def interrupted() -> None:
    raise KeyboardInterrupt


def test_a_right_one_alone_ends_the_count_and_leaves_the_choice(
    prompt: Prompt,
) -> None:
    earlier = Attempts(19, NOW - 60_000, 20)
    prompt.remember(earlier)
    for end, error in ((refused, RefusedError), (interrupted, KeyboardInterrupt)):
        with pytest.raises(error):
            prompt.attempt(end)
    assert prompt.counted.load() == earlier
    prompt.attempt()  # a right one
    assert (prompt.counted.load(), prompt.hints(), prompt.slots_are_whole()) == (Attempts(0, 0, 20), [], True)


def test_without_a_state_folder_the_accounts_own_one_counts(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.platform.state_dir", lambda: prompt.state)
    with pytest.raises(WrongPassphraseError, match=WRONG), one_attempt(prompt.folder, FILE, None, prompt.wait):
        wrong()
    assert prompt.counted.load() == Attempts(1, NOW)


def test_a_state_folder_that_cannot_be_written_hides_no_error(prompt: Prompt) -> None:
    prompt.state.mkdir()
    (prompt.state / "attempts").write_bytes(b"no folder")
    for _ in range(5):
        prompt.fail()
    assert prompt.waited == []


# ---- at unlock


def attempts_at(place: Place, name: str, passphrase: bytes, wait: Callable[[float], None]) -> None:
    unlock(place.path, member=name, passphrase=bytearray(passphrase), state=place.state, wait=wait).close()


def test_attempts_wait_longer_each_whoever_is_named_and_a_right_one_begins_anew(founded: Place) -> None:
    waited: list[float] = []
    for name in (MEMBER, MEMBER, "Guest", "Nobody", MEMBER):
        with pytest.raises(WrongPassphraseError, match=WRONG):
            attempts_at(founded, name, b"guess", waited.append)
    assert [*map(round, waited)] == [1, 2]
    attempts_at(founded, MEMBER, PASSPHRASE, waited.append)
    assert [*map(round, waited)] == [1, 2, 4]
    for _ in range(3):
        with pytest.raises(WrongPassphraseError, match=WRONG):
            attempts_at(founded, MEMBER, b"guess", waited.append)
    assert len(waited) == 3


def test_who_stops_waiting_has_tried_nothing_and_left_no_passphrase(founded: Place) -> None:
    file = AttemptFile.of(KeyFile.decode((founded.path / "keys").read_bytes()).header, founded.state)
    for _ in range(4):
        file.note_wrong(NOW * 2)  # a clock that was set back since
    earlier, typed = file.load(), bytearray(PASSPHRASE)

    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unlock(founded.path, member=MEMBER, passphrase=typed, state=founded.state, wait=stop)
    assert typed == bytes(len(PASSPHRASE))
    assert file.load() == earlier


# ---- the count


def test_the_count_names_neither_vault_nor_folder_and_is_private(prompt: Prompt) -> None:
    prompt.fail()
    (path,) = (prompt.state / "attempts").iterdir()
    text = f"{path.name} {path.read_text()}"
    assert not any(word in text for word in (VAULT.hex(), FILE.header.folder.hex(), "office"))
    assert path.stat().st_mode & 0o077 == 0


def linked(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


def fifo(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


DAMAGE: list[bytes | Callable[[Path], None]] = [
    b"",
    b"{",
    b'{"count": "many"}',
    b"\xff" * 5000,
    b"[" * 4000,
    b'{"of": ' + b"[" * 4000,
    b'{"count": 5, "last_ms": -1' + b"0" * 4000 + b"}",
    linked,
    fifo,
]


def test_a_damaged_count_keeps_nobody_out(tmp_path: Path) -> None:
    for number, damage in enumerate(DAMAGE):
        prompt = Prompt(tmp_path / str(number))
        prompt.remember(Attempts(5, NOW))
        prompt.counted.path.write_bytes(damage) if isinstance(damage, bytes) else damage(prompt.counted.path)
        prompt.attempt()
        assert (damage, prompt.waited) == (damage, [])


def test_slots_are_never_destroyed_before_twenty_attempts_and_only_where_somebody_armed_it(tmp_path: Path) -> None:
    file = AttemptFile(tmp_path / "count")
    for count in (-1, 0, 1, 10, 19):
        with pytest.raises(RefusedError, match="never destroyed before 20"):
            file.destroy_after(count)
        # Nor by a number that somebody wrote there by hand.
        assert not Attempts(19, NOW, destroy_after=count).destroys_now
        assert Attempts(20, NOW, destroy_after=count).destroys_now
    assert not Attempts(1_000_000, NOW).destroys_now
    file.destroy_after(None)
    file.note_right()
    assert list(tmp_path.iterdir()) == []  # nothing was armed and nothing counted: no trace
    file.note_wrong(NOW)
    file.destroy_after(25)
    assert file.load() == Attempts(1, NOW, 25)
    file.destroy_after(None)
    assert file.load() == Attempts(1, NOW)


def test_a_number_that_nobody_could_count_to_is_a_damaged_one(tmp_path: Path) -> None:
    file, most = AttemptFile(tmp_path / "count"), 1 << 62
    for member, number, counts in (
        ("count", most, True),
        ("count", most + 1, False),
        ("last_ms", -most, True),
        ("last_ms", -most - 1, False),
        ("destroy_after", most, True),
        ("destroy_after", most + 1, False),
    ):
        file.path.write_text(json.dumps({member: number}))
        assert file.load() == (Attempts(**{member: number}) if counts else Attempts())


def test_a_link_in_the_place_of_a_count_leads_to_no_count_and_no_more_than_a_page_is_read(tmp_path: Path) -> None:
    of_another, file = AttemptFile(tmp_path / "of another"), AttemptFile(tmp_path / "count")
    of_another.note_wrong(NOW)
    file.path.symlink_to(of_another.path)
    assert (of_another.load(), file.load()) == (Attempts(1, NOW), Attempts())
    text = of_another.path.read_bytes()
    of_another.path.write_bytes(text.ljust(4096))
    assert of_another.load().count == 1
    of_another.path.write_bytes(text.ljust(4097))
    assert of_another.load() == Attempts()
