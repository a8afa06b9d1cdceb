"""Whoever guesses at this account waits, is counted, and at the last wrong one destroys, at whichever prompt."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.services.organisation import AMINA, DANA, JOEL, NOOR, SELIN, TOMAS, Organisation, give
from vault import clock
from vault.access.pins.delays import AttemptFile, Attempts
from vault.access.seat_keys.slots import Factors, check_factors
from vault.access.trust.attempts import attempts_key
from vault.access.unlock import unlock
from vault.errors import RefusedError, WrongPassphraseError
from vault.ids import RecordId, make_id
from vault.records.work import Entry
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.recipients import make_kem_seed
from vault.services.members import invitations
from vault.store.files import read_limited
from vault.store.folder import VaultFolder

NOW_MS = 1_900_000_000_000
Door = Callable[[Place, bytes, list[float]], None]


def at_unlock(place: Place, guess: bytes, waited: list[float]) -> None:
    unlock(place.path, member=MEMBER, passphrase=bytearray(guess), state=place.state, wait=waited.append).close()


def of_a_device_that_joins(place: Place, guess: bytes, waited: list[float]) -> None:
    """Ask an ordinary vault to finish joining: it says whether the passphrase is right before it says no."""
    nothing = place.path.parent / "no bundle"
    invitations.finish(
        place.path, nothing, member=MEMBER, passphrase=bytearray(guess), state=place.state, wait=waited.append
    )


def of_ones_own(place: Place, guess: bytes, waited: list[float]) -> None:
    attempts = AttemptFile.in_folder(VaultFolder(place.path), place.state)
    found = attempts.load()
    attempts._save(Attempts())
    with place.open() as session:
        attempts._save(found)  # whoever sits down at an open vault did not unlock it now
        check_factors(session, MEMBER, Factors(bytearray(guess)), wait=waited.append)


DOORS = [at_unlock, of_a_device_that_joins, of_ones_own]


@pytest.fixture
def attempts(founded: Place, monkeypatch: pytest.MonkeyPatch) -> AttemptFile:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW_MS)
    return AttemptFile.in_folder(VaultFolder(founded.path), founded.state)


@pytest.mark.parametrize(("earlier", "are_destroyed"), [(18, False), (19, True)])
@pytest.mark.parametrize("door", DOORS)
def test_no_prompt_is_free_and_the_last_attempt_destroys_at_each(
    founded: Place, attempts: AttemptFile, door: Door, earlier: int, *, are_destroyed: bool
) -> None:
    attempts._save(Attempts(earlier, NOW_MS - 500, 20))
    keys: Path = founded.path / "keys"
    before, waited = keys.read_bytes(), list[float]()
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        door(founded, b"nine brass herons", waited)
    assert waited == [29.5]
    assert attempts.load() == Attempts(earlier + 1, NOW_MS, 20)
    assert (founded.path / "attempts").stat().st_size > 0
    assert (keys.read_bytes() != before) is are_destroyed


def test_the_right_passphrase_of_a_device_that_joined_long_ago_is_told_only_after_the_wait(
    founded: Place, attempts: AttemptFile
) -> None:
    attempts._save(Attempts(5, NOW_MS - 1_000))
    waited: list[float] = []
    with pytest.raises(RefusedError, match="is not waiting for admission"):
        of_a_device_that_joins(founded, PASSPHRASE, waited)
    assert waited == [3.0]
    assert attempts.load() == Attempts()


@pytest.mark.long
def test_who_may_not_write_the_key_of_the_hints_reads_none_and_hides_none(
    organisation: Organisation, tmp_path: Path
) -> None:
    """Everybody who is no admin writes some, so that one stands before the true one wherever it stands."""
    with organisation.at(DANA, AMINA, JOEL, NOOR, SELIN, TOMAS) as (dana, *others):
        home = dana.directory.compartment
        for session in (dana, *others):
            with session.work(home) as work:
                for _ in range(4):
                    work.write(home, RecordId(make_id()), "attempts-key", {"kem": make_kem_seed()})
                work.commit(Entry(act="config.change"))
        for session in others:
            give(session, dana, tmp_path)
        with dana.database.reading() as rows:
            found = attempts_key(rows, dana.vault, dana.keyring, dana.directory)
    file = KeyFile.decode(read_limited(organisation[DANA].place.path / "keys", KEY_FILE_SIZE))
    assert found is not None
    assert found.public == file.attempts_public
