"""Whoever can write the vault's folder can put anything where failed unlocks are counted: nobody is kept out by it."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.founded import MEMBER, Place
from vault.access.trust.attempts import note_attempt
from vault.access.unlock import unlock
from vault.errors import TryAgainError, WrongPassphraseError
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.recipients import KEM_PUBLIC_SIZE
from vault.store.files import read_limited
from vault.store.folder import VaultFolder

_SECONDS = 20


def too_long(place: Place) -> None:
    (place.path / "attempts").unlink()
    (place.path / "attempts").write_bytes(b"x" * 200_000)


def folder(place: Place) -> None:
    (place.path / "attempts").unlink()
    (place.path / "attempts" / "within").mkdir(parents=True)


def fifo(place: Place) -> None:
    (place.path / "attempts").unlink()
    os.mkfifo(place.path / "attempts")


def link_to_nowhere(place: Place) -> None:
    (place.path / "attempts").unlink()
    (place.path / "attempts").symlink_to(place.path / "nowhere")


def link_elsewhere(place: Place) -> None:
    (place.path.parent / "letter").write_bytes(b"not ours")
    (place.path / "attempts").unlink()
    (place.path / "attempts").symlink_to(place.path.parent / "letter")


def change_attempts_key(key: bytes) -> Callable[[Place], None]:
    """Replace the end of the public key to which attempts are sealed."""

    def change(place: Place) -> None:
        data = (place.path / "keys").read_bytes()
        (place.path / "keys").write_bytes(data[: -len(key)] + key)

    return change


PLANTED: list[Callable[[Place], None]] = [
    too_long,
    folder,
    fifo,
    link_to_nowhere,
    link_elsewhere,
    change_attempts_key(b"\xff" * KEM_PUBLIC_SIZE),  # a key that is none
    change_attempts_key(bytes(32)),  # one of low order
]


def test_what_is_planted_at_the_attempts_changes_neither_error_nor_way_in(founded: Place, tmp_path: Path) -> None:
    for number, plant in enumerate(PLANTED):
        place = founded.copied_to(tmp_path / str(number))
        plant(place)
        with pytest.raises(WrongPassphraseError, match="no key slot opens") as refusal:
            in_time(lambda: unlock(place.path, member=MEMBER, passphrase=bytearray(b"nope"), state=place.state))  # noqa: B023 - at once
        assert refusal.value.exit_code == 12
        in_time(lambda: place.open().close())  # noqa: B023 - at once


def test_a_link_at_the_attempts_is_never_followed(founded: Place) -> None:
    link_elsewhere(founded)
    folder = VaultFolder(founded.path)
    note_attempt(folder, KeyFile.decode(read_limited(founded.path / "keys", KEY_FILE_SIZE)))
    assert b"not ours" not in folder.attempts.read_bytes()
    founded.open().close()
    assert (founded.path.parent / "letter").read_bytes() == b"not ours"


def test_hints_are_counted_again_once_something_else_stood_there(founded: Place) -> None:
    too_long(founded)
    file = KeyFile.decode(read_limited(founded.path / "keys", KEY_FILE_SIZE))
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
