"""One attempt at a passphrase, whoever asks for it: when it begins, and what its end does to the count."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.access.seats import KEM, VAULT, keys_file
from vault.access import attempts
from vault.access.delays import AttemptFile, Attempts
from vault.access.trying import one_attempt
from vault.errors import BrokenSealError, RefusedError, WrongPassphraseError
from vault.seal.keyfile import HEADER_SIZE, SLOT_BLOB_SIZE, SLOT_COUNT
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, open_from
from vault.store.folder import VaultFolder

NOW_MS = 1_900_000_000_000
FILE = keys_file()
SLOTS = slice(HEADER_SIZE, HEADER_SIZE + SLOT_COUNT * SLOT_BLOB_SIZE)
WRONG = "no key slot opens with this name and passphrase"


@dataclass
class Prompt:
    """Where somebody types, in a folder with a `keys` file; the clock stands still until it is turned."""

    path: Path
    now_ms: int = NOW_MS

    def __post_init__(self) -> None:
        self.folder = VaultFolder(self.path / "office.vault")
        self.state = self.path / "state"
        self.counted = AttemptFile.of(FILE.header, self.state)
        self.waited: list[float] = []
        self.folder.path.mkdir()
        self.folder.keys.write_bytes(FILE.encode())

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.now_ms += round(seconds * 1000)

    def attempt(self, end: Callable[[], object] = lambda: None) -> None:
        with one_attempt(self.folder, FILE, self.state, self.wait):
            end()

    def hints(self) -> list[int]:
        """Return the times that the hints in the folder tell whoever has the key for them."""
        sealed = self.folder.attempts.read_bytes() if self.folder.attempts.exists() else b""
        size, context = attempts._HINT_SIZE, GrantContext(Purpose.ATTEMPT, VAULT)
        opened = []
        for at in range(0, len(sealed), size):
            with suppress(BrokenSealError):  # most of the file opens for nobody
                opened.append(open_from(KEM, sealed[at : at + size], context))
        return [int.from_bytes(one) for one in opened]

    def slots_are_whole(self) -> bool:
        encoded = self.folder.keys.read_bytes()
        assert (encoded[: SLOTS.start], encoded[SLOTS.stop :]) == (
            FILE.encode()[: SLOTS.start],
            FILE.encode()[SLOTS.stop :],
        )
        return encoded[SLOTS] == FILE.encode()[SLOTS]


@pytest.fixture
def prompt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prompt:
    made = Prompt(tmp_path)
    monkeypatch.setattr("vault.clock.now_ms", lambda: made.now_ms)
    return made


def wrong() -> None:
    raise WrongPassphraseError(WRONG)


@pytest.mark.parametrize(
    ("earlier", "passed_ms", "waited"),
    [
        pytest.param(Attempts(), 0, [], id="the first"),
        pytest.param(Attempts(2, NOW_MS), 0, [], id="the third"),
        pytest.param(Attempts(3, NOW_MS), 0, [1.0], id="the fourth"),
        pytest.param(Attempts(5, NOW_MS), 1_500, [2.5], id="after a part of the delay"),
        pytest.param(Attempts(5, NOW_MS), 4_000, [], id="after all of it"),
    ],
)
def test_an_attempt_begins_when_the_delay_is_over_that_earlier_ones_earned(
    prompt: Prompt, earlier: Attempts, passed_ms: int, waited: list[float]
) -> None:
    prompt.counted._save(earlier)
    prompt.now_ms += passed_ms
    seen: list[list[float]] = []
    prompt.attempt(lambda: seen.append(prompt.waited.copy()))
    assert seen == [waited]


def test_a_wrong_one_is_counted_after_the_wait_and_leaves_a_hint_and_is_told_as_it_was(prompt: Prompt) -> None:
    prompt.counted._save(Attempts(3, NOW_MS, 25))
    with pytest.raises(WrongPassphraseError, match=WRONG):
        prompt.attempt(wrong)
    assert prompt.counted.load() == Attempts(4, NOW_MS + 1_000, 25)
    assert prompt.hints() == [NOW_MS + 1_000]
    assert prompt.slots_are_whole()


@pytest.mark.parametrize(
    ("earlier", "destroy_after", "are_whole"),
    [(18, 20, True), (19, 20, False), (20, 20, False), (20, 22, True), (21, 22, False), (30, None, True)],
)
def test_slots_go_with_the_wrong_attempt_that_comes_to_the_count(
    prompt: Prompt, earlier: int, destroy_after: int | None, *, are_whole: bool
) -> None:
    prompt.counted._save(Attempts(earlier, NOW_MS, destroy_after))
    with pytest.raises(WrongPassphraseError, match=WRONG):
        prompt.attempt(wrong)
    assert prompt.slots_are_whole() is are_whole
    assert prompt.counted.load().count == earlier + 1


def test_a_right_one_ends_the_count_and_leaves_the_choice_and_no_hint(prompt: Prompt) -> None:
    prompt.counted._save(Attempts(19, NOW_MS, 20))
    prompt.attempt()
    assert prompt.counted.load() == Attempts(0, 0, 20)
    assert prompt.hints() == []
    assert prompt.slots_are_whole()


def refused() -> None:
    raise RefusedError("not now, says the test")


def interrupted() -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(("end", "error"), [(refused, RefusedError), (interrupted, KeyboardInterrupt)])
def test_what_else_ends_an_attempt_leaves_the_count_as_it_was(
    prompt: Prompt, end: Callable[[], None], error: type[BaseException]
) -> None:
    earlier = Attempts(19, NOW_MS - 60_000, 20)
    prompt.counted._save(earlier)
    with pytest.raises(error):
        prompt.attempt(end)
    assert prompt.counted.load() == earlier
    assert prompt.hints() == []
    assert prompt.slots_are_whole()


def test_whoever_stops_waiting_has_tried_nothing(prompt: Prompt) -> None:
    earlier = Attempts(9, NOW_MS)
    prompt.counted._save(earlier)

    def stop(seconds: float) -> None:
        assert seconds == 30.0
        raise KeyboardInterrupt

    with (
        pytest.raises(KeyboardInterrupt),
        one_attempt(prompt.folder, FILE, prompt.state, stop),
    ):
        pytest.fail("tried")
    assert prompt.counted.load() == earlier


def test_without_a_state_folder_the_accounts_own_one_counts(prompt: Prompt, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.platform.state_dir", lambda: prompt.state)
    with pytest.raises(WrongPassphraseError, match=WRONG), one_attempt(prompt.folder, FILE, None, prompt.wait):
        wrong()
    assert prompt.counted.load() == Attempts(1, NOW_MS)
