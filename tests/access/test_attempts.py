"""Hints about failed unlocks: sealed, bounded, and never in the way."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.access.planted import a_fifo, a_folder, a_link_into_nowhere
from tests.access.seats import KEM, VAULT, keys_file
from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.tables import refuses
from vault import clock
from vault.access.pins.delays import AttemptFile, Attempts, counting_down, delay_seconds, seconds_left
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.slots import one_attempt
from vault.access.session import Session
from vault.access.trust.attempts import attempts_key, count_attempts, note_attempt
from vault.access.unlock import unlock
from vault.errors import BrokenSealError, RefusedError, TryAgainError, WrongPassphraseError
from vault.ids import RecordId, make_id
from vault.records.versions import open_version
from vault.records.work import Entry
from vault.seal.entrance.keyfile import HEADER_SIZE, SLOT_BLOB_SIZE, SLOT_COUNT
from vault.seal.purposes import Purpose
from vault.seal.recipients import HPKE_OVERHEAD, KEM_PUBLIC_SIZE, GrantContext, KemPrivate, open_from
from vault.store.files import read_limited
from vault.store.folder import VaultFolder
from vault.words.message import Message

HINT_SIZE = 1_144  # FORMAT.md 3


def count(session: Session, place: Place) -> int:
    with session.database.reading() as rows:
        return count_attempts(
            session.folder, session.vault, lambda: attempts_key(rows, session.vault, session.keyring, session.directory)
        )[0]


def test_attempts_are_counted_once(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    with founded.open() as session:
        assert count(session, founded) == 0
        for _ in range(4):
            note_attempt(folder, read_key_file(founded.path / "keys"))
        assert count(session, founded) == 4
        assert count(session, founded) == 0


def test_hints_tell_a_thief_neither_number_nor_time(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    sizes = set()
    for _ in range(3):
        note_attempt(folder, read_key_file(founded.path / "keys"))
        hints = folder.attempts.read_bytes()
        sizes.add(len(hints))
        assert len({hints[start : start + HINT_SIZE] for start in range(0, len(hints), HINT_SIZE)}) == 100
        assert clock.now_ms().to_bytes(8, "big")[:5] not in hints
    assert sizes == {100 * HINT_SIZE}


def test_a_hint_is_the_time_in_eight_bytes_and_nothing_else(founded: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """FORMAT.md 3."""
    now = 1_700_000_000_123
    folder, file = VaultFolder(founded.path), read_key_file(founded.path / "keys")
    with founded.open() as session, session.database.reading() as rows:
        key = attempts_key(rows, session.vault, session.keyring, session.directory)
        assert key is not None
        with monkeypatch.context() as patched:
            patched.setattr(clock, "now_ms", lambda: now)
            note_attempt(folder, file)
        hint = folder.attempts.read_bytes()[-HINT_SIZE:]
        assert open_from(key, hint, GrantContext(Purpose.ATTEMPT, session.vault)) == now.to_bytes(8, "big")


def test_only_the_newest_hundred_are_kept(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    folder.attempts.write_bytes(os.urandom(100 * HINT_SIZE))
    note_attempt(folder, read_key_file(founded.path / "keys"))
    assert folder.attempts.stat().st_size == 100 * HINT_SIZE
    with founded.open() as session:
        # The others were not sealed by the program.
        assert "1 failed attempt " in " ".join(in_english(session.warnings))


def test_a_folder_that_cannot_be_written_keeps_no_hint_and_hides_no_error(founded: Place) -> None:
    folder = VaultFolder(founded.path)
    folder.attempts.with_name("attempts.new").mkdir()
    before = folder.attempts.read_bytes()
    note_attempt(folder, read_key_file(founded.path / "keys"))
    assert folder.attempts.read_bytes() == before


@pytest.mark.parametrize("column", ["wrap = zeroblob(40)", "epoch = zeroblob(16)"])
def test_the_key_of_the_hints_is_found_among_versions_that_do_not_open(founded: Place, column: str) -> None:
    with founded.open() as session:
        with session.database.reading() as rows:
            opened = [
                (one.n, version.content.kind)
                for one in rows.versions(session.directory.compartment)
                if (version := open_version(one, vault=session.vault, keyring=session.keyring)) is not None
            ]
        assert opened[0][1] != "attempts-key", "nothing stands before it"
        spoiled = ", ".join(str(n) for n, kind in opened if kind != "attempts-key")
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql(f"UPDATE version_key SET {column} WHERE seq = 0 AND n IN ({spoiled})")
            assert attempts_key(rows, session.vault, session.keyring, session.directory) is not None


def test_what_is_no_key_of_the_hints_is_passed_over(founded: Place) -> None:
    """Whoever may write the directory may write such a record; the true one stands behind it."""
    with founded.open() as session:
        home, seed = session.directory.compartment, b"s" * 96
        with session.database.transaction() as rows:
            rows.erase_versions([(one.origin, one.seq, one.n) for one in rows.versions(home) if one.seq == 0])
        said: list[tuple[str, object]] = [
            ("attempts-key", "text" * 24),
            ("attempts-key", None),
            ("attempts-key", bytes(95)),
        ]
        with session.work(home) as work:
            for kind, kem in (*said, ("organisation", bytes(96)), ("attempts-key", seed)):
                work.write(home, RecordId(make_id()), kind, {"kem": kem})
            work.commit(Entry(act="config.change"))
        with session.database.reading() as rows:
            found = attempts_key(rows, session.vault, session.keyring, session.directory)
    assert found is not None
    assert found.public == KemPrivate.from_seed(seed).public


# Whoever can write the vault's folder can put anything where failed unlocks are counted: nobody is kept out by it.
_SECONDS = 20


def too_long(path: Path) -> None:
    path.write_bytes(b"x" * 200_000)


def link_elsewhere(path: Path) -> None:
    letter = path.parent.parent / "letter"
    letter.write_bytes(b"not ours")
    path.unlink()
    path.symlink_to(letter)


def change_attempts_key(key: bytes) -> Callable[[Path], object]:
    """Replace the end of the public key to which attempts are sealed, in the `keys` file beside."""
    return lambda path: path.with_name("keys").write_bytes(path.with_name("keys").read_bytes()[: -len(key)] + key)


PLANTED: list[Callable[[Path], object]] = [
    too_long,
    a_folder,
    a_fifo,
    a_link_into_nowhere,
    link_elsewhere,
    change_attempts_key(b"\xff" * KEM_PUBLIC_SIZE),  # a key that is none
    change_attempts_key(bytes(32)),  # one of low order
]


def test_what_is_planted_at_the_attempts_changes_neither_error_nor_way_in(founded: Place, tmp_path: Path) -> None:
    for number, plant in enumerate(PLANTED):
        place = founded.copied_to(tmp_path / str(number))
        plant(place.path / "attempts")
        with pytest.raises(WrongPassphraseError, match="no key slot opens") as refusal:
            in_time(lambda: unlock(place.path, member=MEMBER, passphrase=bytearray(b"nope"), state=place.state))  # noqa: B023 - at once
        assert refusal.value.exit_code == 12
        in_time(lambda: place.open().close())  # noqa: B023 - at once


def test_a_link_at_the_attempts_is_never_followed(founded: Place) -> None:
    link_elsewhere(founded.path / "attempts")
    folder = VaultFolder(founded.path)
    note_attempt(folder, read_key_file(founded.path / "keys"))
    assert b"not ours" not in folder.attempts.read_bytes()
    founded.open().close()
    assert (founded.path.parent / "letter").read_bytes() == b"not ours"


def test_hints_are_counted_again_once_something_else_stood_there(founded: Place) -> None:
    too_long(founded.path / "attempts")
    file = read_key_file(founded.path / "keys")
    note_attempt(VaultFolder(founded.path), file)
    note_attempt(VaultFolder(founded.path), file)
    with founded.open() as session:
        assert "2 failed attempts" in " ".join(in_english(session.warnings))


def test_a_file_that_is_none_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "keys")
    with pytest.raises(TryAgainError, match="keys is not a regular file"):
        in_time(lambda: read_limited(tmp_path / "keys", 9))


def in_time(act: Callable[[], object]) -> None:
    """Run something that could wait for ever, and let its error through."""
    raised: list[BaseException] = []

    def run() -> None:
        try:
            act()
        except BaseException as fault:  # handed to the test's own thread
            raised.append(fault)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(_SECONDS)
    assert not thread.is_alive(), "it waits for ever"
    if raised:
        raise raised[0]


# Wrong attempts: how long the next one waits, that no name and no clock set back shortens it, and when slots go.
NOW = 1_800_000_000_000
FILE = keys_file()
SLOTS = slice(HEADER_SIZE, HEADER_SIZE + SLOT_COUNT * SLOT_BLOB_SIZE)
WRONG = "no key slot opens with this name and passphrase"


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
        refuses(WrongPassphraseError, WRONG, self.attempt, wrong)

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


def test_a_right_one_alone_ends_the_count_and_leaves_the_choice(prompt: Prompt) -> None:
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


def attempts_at(place: Place, name: str, passphrase: bytes, wait: Callable[[float], None]) -> None:
    unlock(place.path, member=name, passphrase=bytearray(passphrase), state=place.state, wait=wait).close()


def test_attempts_wait_longer_each_whoever_is_named_and_a_right_one_begins_anew(founded: Place) -> None:
    waited: list[float] = []
    for name in (MEMBER, MEMBER, "Guest", "Nobody", MEMBER):
        refuses(WrongPassphraseError, WRONG, attempts_at, founded, name, b"guess", waited.append)
    assert [*map(round, waited)] == [1, 2]
    attempts_at(founded, MEMBER, PASSPHRASE, waited.append)
    assert [*map(round, waited)] == [1, 2, 4]
    for _ in range(3):
        refuses(WrongPassphraseError, WRONG, attempts_at, founded, MEMBER, b"guess", waited.append)
    assert len(waited) == 3


def test_who_stops_waiting_has_tried_nothing_and_left_no_passphrase(founded: Place) -> None:
    file = AttemptFile.of(read_key_file(founded.path / "keys").header, founded.state)
    for _ in range(4):
        file.note_wrong(NOW * 2)  # a clock that was set back since
    earlier, typed = file.load(), bytearray(PASSPHRASE)

    def stop(seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        unlock(founded.path, member=MEMBER, passphrase=typed, state=founded.state, wait=stop)
    assert typed == bytes(len(PASSPHRASE))
    assert file.load() == earlier


def test_the_count_names_neither_vault_nor_folder_and_is_private(prompt: Prompt) -> None:
    prompt.fail()
    (path,) = (prompt.state / "attempts").iterdir()
    text = f"{path.name} {path.read_text()}"
    assert not any(word in text for word in (VAULT.hex(), FILE.header.folder.hex(), "office"))
    assert path.stat().st_mode & 0o077 == 0


def linked(path: Path) -> None:
    path.unlink()
    path.symlink_to("/dev/zero")


DAMAGE: list[bytes | Callable[[Path], None]] = [
    b"",
    b"{",
    b'{"count": "many"}',
    b"\xff" * 5000,
    b"[" * 4000,
    b'{"of": ' + b"[" * 4000,
    b'{"count": 5, "last_ms": -1' + b"0" * 4000 + b"}",
    linked,
    a_fifo,
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
        refuses(RefusedError, "never destroyed before 20", file.destroy_after, count)
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
