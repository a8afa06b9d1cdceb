"""Passphrase, keyfile and security key: exchanged whole or not at all, the old one asked for again."""

from __future__ import annotations

import shutil
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.english import in_english
from tests.seal.costs import with_costs
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.tables import refuses
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.slots import Factors, salt_of_vault
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.errors import (
    NotFoundError,
    RefusedError,
    TryAgainError,
    UsageError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.records.work import Work
from vault.seal.entrance.device_secret import fido2_salt
from vault.seal.entrance.passphrase import FLOOR, KdfParameters
from vault.services.credentials import entering
from vault.services.credentials.entering import FactorName, Proof, unlock_with_factors
from vault.services.evidence import log_checking
from vault.words.message import Message

NEW = b"a kettle for the harbour"
WORDS = "quarry mammal zippy walnut equinox squeeze"
SECRET = bytes(range(32))


class PowerCutError(Exception):
    """The process ends here."""


def given(passphrase: bytes = PASSPHRASE, device_secret: bytes = b"", fido2_secret: bytes = b"") -> Factors:
    return Factors(bytearray(passphrase), device_secret, fido2_secret)


def reopened(place: Place, passphrase: bytes, device_secret: bytes = b"", fido2_secret: bytes = b"") -> Session:
    return unlock(
        place.path,
        member=MEMBER,
        passphrase=bytearray(passphrase),
        state=place.state,
        device_secret=device_secret,
        fido2_secret=fido2_secret,
        wait=lambda _: None,
    )


class HeldKey:
    """A security key behind the seam."""

    def __init__(self, error: VaultError | None = None) -> None:
        self.error, self.asked = error, list[bytes]()

    def enrol(self) -> None:
        if self.error is not None:
            raise self.error

    def secret(self, salt: bytes) -> bytes:
        self.asked.append(salt)
        return SECRET


def proof(factors: Factors | None = None, key: HeldKey | None = None, **more: Any) -> Proof:
    return Proof(MEMBER, factors or given(), lambda: key or HeldKey(), **more)


def opens(place: Place, with_: Factors) -> tuple[str, ...] | None:
    """Return the warnings of an unlock with these factors, or None where they open nothing."""
    try:
        session = reopened(place, bytes(with_.passphrase), with_.device_secret, with_.fido2_secret)
    except WrongPassphraseError:
        return None
    with session:
        assert log_checking.verify(session).verified
        return in_english(session.warnings)


def change(session: Session, old: bytes = PASSPHRASE, new: bytes = NEW) -> None:
    entering.change_passphrase(session, proof(given(old), new=bytearray(new), wait=lambda _: None))


def test_after_a_change_the_new_passphrase_opens_and_the_old_one_does_not(founded: Place) -> None:
    with founded.open() as session:
        change(session)
    assert opens(founded, given(NEW)) == ()
    assert opens(founded, given()) is None
    assert read_key_file(founded.path / "keys").header.generation == 1


def test_a_wrong_old_passphrase_changes_nothing_and_counts_as_an_attempt_that_waits_like_one(founded: Place) -> None:
    waited: list[float] = []
    with founded.open() as session:
        before, size = read_key_file(founded.path / "keys"), session.log.size
        for old in (b"not the passphrase", NEW, b"", PASSPHRASE.upper(), b"guess", b"another guess"):
            with pytest.raises(WrongPassphraseError if old else RefusedError) as refusal:
                entering.change_passphrase(session, proof(given(old), new=bytearray(NEW), wait=waited.append))
            assert refusal.value.exit_code == (12 if old else 5)
        assert (read_key_file(founded.path / "keys"), session.log.size) == (before, size)
    assert waited
    assert opens(founded, given()) == ("5 failed attempts to open this vault since the last unlock.",)


def test_the_passphrase_of_another_seat_is_a_wrong_one(founded: Place) -> None:
    with founded.open() as session:
        session.seat = type(session.seat)(bytes(16))
        refuses(WrongPassphraseError, r"^no key slot opens with this name and passphrase$", change, session)


STEPS = ["write_aside", "commit", "promote"]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_crash_at_any_step_leaves_one_passphrase_that_opens(
    founded: Place, monkeypatch: pytest.MonkeyPatch, step: str, when: str
) -> None:
    session = founded.open()
    with monkeypatch.context() as cutting:
        owner: object = Work if step == "commit" else rekeying
        real = getattr(owner, step)

        def ending(*args: object) -> None:
            if when == "after":
                real(*args)
            raise PowerCutError

        cutting.setattr(owner, step, ending)
        with pytest.raises(PowerCutError):
            change(session)
    session.close()
    is_listed = step == "promote" or (step, when) == ("commit", "after")
    # Until unlock has finished the rename, the file before stands: the old one opens, once more.
    if is_listed and (step, when) != ("promote", "after"):
        assert opens(founded, given()) == ()
    now, then = (NEW, PASSPHRASE) if is_listed else (PASSPHRASE, NEW)
    assert opens(founded, given(now)) == ()
    assert opens(founded, given(then)) is None
    assert not (founded.path / "keys.new").exists()


def test_an_old_keys_file_put_back_opens_with_its_passphrase_and_is_reported(founded: Place, tmp_path: Path) -> None:
    """Who has a copy of the file and its passphrase gets in: the words after a change say so."""
    shutil.copy(founded.path / "keys", tmp_path / "first")
    with founded.open() as session:
        change(session)
        shutil.copy(founded.path / "keys", tmp_path / "between")
        change(session, old=NEW, new=WORDS.encode())
    assert opens(founded, given(WORDS.encode())) == ()
    for kept, passphrase in (("first", PASSPHRASE), ("between", NEW)):
        shutil.copy(tmp_path / kept, founded.path / "keys")
        with reopened(founded, passphrase) as session:
            assert "old-keys" in {alarm.code for alarm in session.alarms}
            with pytest.raises(VerificationError, match="this waits until the log is sound"):
                change(session, passphrase, b"another lamp in the window")
    assert "still open with" in str(entering.OLD_COPIES)


def test_a_file_put_in_place_while_the_session_is_open_is_not_carried_on(founded: Place) -> None:
    """Its costs would be taken for the new slot."""
    with founded.open() as session:
        cheaper = with_costs(
            read_key_file(founded.path / "keys"), KdfParameters(FLOOR.memory_kib, FLOOR.iterations, 2), FLOOR
        )
        (founded.path / "keys").write_bytes(cheaper.encode())
        refuses(VerificationError, "not the one that this session opened", change, session)


def test_a_keyfile_is_needed_from_then_on_with_a_new_passphrase_too_until_it_is_removed(
    founded: Place, tmp_path: Path
) -> None:
    path = tmp_path / "holiday.bin"
    with founded.open() as session:
        now = entering.add_keyfile(session, proof(), path)
        assert [used.name for used in entering.list_factors(session, now)] == ["passphrase", "keyfile"]
    assert (path.stat().st_size, stat.S_IMODE(path.stat().st_mode)) == (64, 0o600)
    read = entering.device_secret_of(path)
    assert (read.secret, read.is_sound) == (now.device_secret, True)
    assert opens(founded, given()) is None
    assert opens(founded, given(device_secret=SECRET)) is None
    assert opens(founded, now) is not None
    with reopened(founded, PASSPHRASE, read.secret) as session:
        entering.change_passphrase(session, proof(now, new=bytearray(NEW)))
    assert opens(founded, given(NEW)) is None
    with reopened(founded, NEW, read.secret) as session:
        after = entering.remove_factor(session, proof(given(NEW, read.secret)), FactorName.KEYFILE)
    assert after.device_secret == b""
    assert opens(founded, given(NEW)) is not None


def test_a_keyfile_that_is_not_added_is_not_left_behind_and_takes_the_place_of_no_file(
    founded: Place, tmp_path: Path
) -> None:
    (tmp_path / "letter").write_text("a letter")
    with founded.open() as session:
        for old, name, error in (
            (given(b"wrong"), "key", WrongPassphraseError),
            (given(device_secret=SECRET), "key", RefusedError),
            (given(), "letter", RefusedError),
        ):
            with pytest.raises(error):
                entering.add_keyfile(session, proof(old, wait=lambda _: None), tmp_path / name)
    assert not (tmp_path / "key").exists()
    assert (tmp_path / "letter").read_text() == "a letter"


def test_a_security_key_is_asked_with_the_salt_of_this_vault_and_without_an_answer_nothing_changes(
    founded: Place,
) -> None:
    key = HeldKey()
    with founded.open() as session:
        silent = HeldKey(TryAgainError(Message("the security key did not answer")))
        with pytest.raises(TryAgainError, match="did not answer"):
            entering.add_security_key(session, proof(key=silent))
        assert [used.name for used in entering.list_factors(session, given())] == ["passphrase"]
        now = entering.add_security_key(session, proof(key=key))
        assert [used.name for used in entering.list_factors(session, now)] == ["passphrase", "fido2"]
    assert key.asked == [fido2_salt(salt_of_vault(founded.path))]
    assert opens(founded, given()) is None
    assert opens(founded, given(fido2_secret=SECRET)) is not None
    assert opens(founded, given(device_secret=SECRET)) is None


def test_what_is_not_in_use_cannot_be_removed(founded: Place) -> None:
    with founded.open() as session:
        for name in FactorName:
            with pytest.raises(RefusedError, match=f"no {name} is in use"):
                entering.remove_factor(session, proof(), name)
        with pytest.raises(RefusedError, match="a security key is in use already"):
            entering.add_security_key(session, proof(given(fido2_secret=SECRET)))


def test_the_list_says_whether_case_matters(founded: Place) -> None:
    with founded.open() as session:
        for passphrase, kept in ((WORDS.encode(), "generated"), (PASSPHRASE, "chosen")):
            (only,) = entering.list_factors(session, given(passphrase))
            assert str(only.words).startswith(kept)


def test_a_proposal_is_in_a_language_that_has_a_list() -> None:
    assert len(entering.propose_passphrase("ru").words) == 7
    assert entering.is_same(entering.propose_passphrase("en", 8), bytearray(b"abacus")) is False
    shown = entering.propose_passphrase("fr")
    assert entering.is_same(shown, bytearray(shown.text().upper().encode()))
    with pytest.raises(UsageError, match="no word list of this language") as refusal:
        entering.propose_passphrase("xx")
    assert "en, fr, ru" in str(refusal.value.next_step)


# The app's way in: the passphrase, and what stands beside it.
def test_a_keyfile_named_by_its_path_lets_in(founded: Place, tmp_path: Path) -> None:
    path = tmp_path / "stick.bin"
    with founded.open() as session:
        entering.add_keyfile(session, proof(), path)
    typed = bytearray(PASSPHRASE)
    unlock_with_factors(founded.path, MEMBER, typed, str(path), state=founded.state).close()
    assert typed == bytes(len(PASSPHRASE))


def test_a_security_key_lets_in_with_its_pin(founded: Place) -> None:
    with founded.open() as session:
        entering.add_security_key(session, proof())
    unlock_with_factors(
        founded.path, MEMBER, bytearray(PASSPHRASE), pin="1234", state=founded.state, key=HeldKey()
    ).close()


def test_what_is_no_keyfile_is_told_apart_after_the_attempt_alone(founded: Place, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("a letter")
    typed = bytearray(PASSPHRASE)
    with pytest.raises(WrongPassphraseError, match=r"^no key slot opens with this name and passphrase$") as refusal:
        unlock_with_factors(founded.path, MEMBER, typed, str(tmp_path / "letter"), state=founded.state)
    assert "is not a keyfile, or is damaged" in str(refusal.value.next_step)
    assert typed == bytes(len(PASSPHRASE))
    typed = bytearray(PASSPHRASE)
    with pytest.raises(NotFoundError, match="no file gone"):
        unlock_with_factors(founded.path, MEMBER, typed, str(tmp_path / "gone"), state=founded.state)
    assert typed == bytes(len(PASSPHRASE))
    with founded.open() as session:
        assert in_english(session.warnings) == ("1 failed attempt to open this vault since the last unlock.",)
