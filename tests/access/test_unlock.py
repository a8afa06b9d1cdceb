"""From a passphrase to a session: one error at one cost, a passphrase that does not outlive it, and what it wires."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from inspect import signature
from pathlib import Path

import msgspec
import pytest

from tests.access.opening import keys_of
from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault import clock, platform
from vault.access.delays import AttemptFile, Attempts
from vault.access.unlock import unlock
from vault.errors import (
    MalformedError,
    NewerVaultError,
    NoVaultError,
    OpenElsewhereError,
    RefusedError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.seal import envelope, unlocking
from vault.seal import passphrase as passphrase_room
from vault.seal.keyfile import HEADER_SIZE, KEY_FILE_SIZE, SLOT_BLOB_SIZE, KeyFile
from vault.seal.passphrase import FLOOR, WORDS_COST, KdfParameters
from vault.store.files import read_limited

NOW = 1_700_000_000_000


def attempts_of(place: Place, attempts: Attempts) -> AttemptFile:
    """Have the account remember these attempts at the folder."""
    file = AttemptFile.of(keys_of(place).header, place.state)
    file.path.parent.mkdir(exist_ok=True)
    file.path.write_bytes(msgspec.json.encode(attempts))
    return file


def damage_slot(place: Place) -> None:
    data = bytearray((place.path / "keys").read_bytes())
    data[HEADER_SIZE + 100] ^= 1
    (place.path / "keys").write_bytes(data)


def nothing(place: Place) -> None:
    """Leave the vault as it is."""


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody gives who is not let in."""

    member: str = MEMBER
    passphrase: bytes = PASSPHRASE
    device_secret: bytes = b""
    fido2_secret: bytes = b""


NO_WAY_IN = [
    pytest.param(nothing, Given(passphrase=b"seven paper lantern"), id="wrong passphrase"),
    pytest.param(nothing, Given("Somebody Else"), id="unknown member"),
    pytest.param(nothing, Given(""), id="no member"),
    pytest.param(damage_slot, Given(), id="damaged slot"),
    pytest.param(nothing, Given(device_secret=b"k" * 32), id="a keyfile that is not needed"),
    pytest.param(nothing, Given(device_secret=bytes(32)), id="a damaged keyfile"),
    pytest.param(nothing, Given(fido2_secret=b"k" * 32), id="another security key"),
]


@pytest.mark.parametrize(("prepare", "given"), NO_WAY_IN)
def test_every_way_that_does_not_lead_in_has_one_error_and_one_cost(
    founded: Place,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Place], None],
    given: Given,
) -> None:
    prepare(founded)
    stretched: list[KdfParameters] = []
    tried: list[int] = []
    stretch, holds = passphrase_room.stretch, envelope.holds_commitment

    def counting(*args: object) -> bytes:
        stretched.append(args[-1])  # type: ignore[arg-type]  # its last argument
        return stretch(*args)  # type: ignore[arg-type]  # as it was called

    def counted(*args: object) -> bool:
        tried.append(1)
        return holds(*args)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr(unlocking, "stretch", counting)
    monkeypatch.setattr(unlocking, "holds_commitment", counted)
    typed = bytearray(given.passphrase)
    with pytest.raises(WrongPassphraseError, match=r"^no key slot opens with this name and passphrase$") as refusal:
        unlock(
            founded.path,
            member=given.member,
            passphrase=typed,
            device_secret=given.device_secret,
            fido2_secret=given.fido2_secret,
            state=founded.state,
        )
    assert refusal.value.exit_code == 12
    assert refusal.value.__cause__ is None
    # One stretch of each form and all 32 slots for each, as the way in has.
    assert (stretched, len(tried)) == ([FLOOR, WORDS_COST], 64)
    assert typed == bytes(len(typed))


def test_a_passphrase_is_wiped_when_the_vault_opens(founded: Place) -> None:
    typed = bytearray(PASSPHRASE)
    unlock(founded.path, member=MEMBER, passphrase=typed, state=founded.state).close()
    assert typed == bytes(len(PASSPHRASE))


def test_the_name_may_be_typed_in_any_case_and_composition(founded: Place) -> None:
    name = f"  {MEMBER.upper()} "
    unlock(founded.path, member=name.strip(), passphrase=bytearray(PASSPHRASE), state=founded.state).close()


def remove(name: str) -> Callable[[Place], None]:
    return lambda place: (place.path / name).unlink()


def write(name: str, data: bytes) -> Callable[[Place], None]:
    def change(place: Place) -> None:
        (place.path / name).write_bytes(data)

    return change


def change_keys(at: int, data: bytes) -> Callable[[Place], None]:
    def change(place: Place) -> None:
        whole = (place.path / "keys").read_bytes()
        (place.path / "keys").write_bytes(whole[:at] + data + whole[at + len(data) :])

    return change


def zero_doors(place: Place) -> None:
    doors_at = HEADER_SIZE + 32 * SLOT_BLOB_SIZE
    change_keys(doors_at, bytes(KEY_FILE_SIZE - doors_at))(place)


UNOPENABLE = [
    pytest.param(remove("keys"), NoVaultError, "keys is missing", id="no keys"),
    pytest.param(remove("vault.db"), NoVaultError, "vault.db is missing", id="no database"),
    pytest.param(write("vault.db", b""), NoVaultError, "no database", id="an empty database"),
    pytest.param(write("keys", b""), MalformedError, "keys header", id="empty keys"),
    pytest.param(write("keys", bytes(KEY_FILE_SIZE + 1)), MalformedError, "longer than", id="keys too long"),
    pytest.param(change_keys(0, b"\x02"), NewerVaultError, "format 2", id="keys of a newer program"),
    pytest.param(change_keys(0, b"\x00"), MalformedError, "format 0", id="keys of format 0"),
    # memory_kib stands behind format, suite, vault, folder, generation and salt.
    pytest.param(change_keys(74, b"\xff\xff\xff\xff"), RefusedError, "memory_kib", id="a cost of four terabytes"),
    pytest.param(change_keys(74, b"\x00\x00\x00\x08"), RefusedError, "memory_kib", id="a cost that is none"),
    pytest.param(zero_doors, VerificationError, "no door of the keys file opens", id="no door"),
    pytest.param(
        write("vault.db", bytes(8192 * 4)), VerificationError, "do not belong together", id="another database"
    ),
]


@pytest.mark.parametrize(("change", "error", "words"), UNOPENABLE)
def test_a_vault_that_cannot_be_opened_says_why(
    founded: Place, change: Callable[[Place], None], error: type[VaultError], words: str
) -> None:
    change(founded)
    typed = bytearray(PASSPHRASE)
    with pytest.raises(error, match=words):
        unlock(founded.path, member=MEMBER, passphrase=typed, state=founded.state)


def test_a_vault_that_is_open_in_another_session_says_so(founded: Place) -> None:
    with founded.open(), pytest.raises(OpenElsewhereError, match="open in another process"):
        founded.open()
    founded.open().close()


def test_failed_attempts_are_told_once_to_who_gets_in(founded: Place) -> None:
    for _ in range(3):
        with pytest.raises(WrongPassphraseError):
            unlock(founded.path, member="Guest", passphrase=bytearray(b"guess"), state=founded.state)
    with founded.open() as session:
        assert "3 failed attempts" in " ".join(session.warnings)
        session.require_sound_log()  # news, not a fault
    with founded.open() as session:
        assert session.warnings == ()


def test_a_right_attempt_waits_as_wrong_ones_have_earned_and_ends_the_count(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW)
    attempts, waited = attempts_of(founded, Attempts(4, NOW - 500)), list[float]()
    unlock(
        founded.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=founded.state, wait=waited.append
    ).close()
    assert waited == [1.5]
    assert attempts.load() == Attempts()


@pytest.mark.parametrize(("earlier", "are_destroyed"), [(18, False), (19, True)])
def test_a_wrong_attempt_is_counted_and_destroys_the_slots_at_the_count_that_somebody_chose(
    founded: Place, monkeypatch: pytest.MonkeyPatch, earlier: int, *, are_destroyed: bool
) -> None:
    monkeypatch.setattr(clock, "now_ms", lambda: NOW)
    attempts = attempts_of(founded, Attempts(earlier, NOW - 60_000, 20))
    before = keys_of(founded)
    with pytest.raises(WrongPassphraseError, match="no key slot opens"):
        unlock(founded.path, member=MEMBER, passphrase=bytearray(b"guess"), state=founded.state)
    assert attempts.load() == Attempts(earlier + 1, NOW, 20)
    assert (keys_of(founded).slots[0] != before.slots[0]) is are_destroyed


def test_the_state_folder_is_the_one_that_was_named_or_else_the_systems(
    founded: Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for usual, named, used in (
        (tmp_path / "usual", founded.state, founded.state),
        (founded.state, None, founded.state),
    ):
        monkeypatch.setattr(platform, "state_dir", lambda usual=usual: usual)
        with unlock(founded.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=named) as session:
            assert (session.state, session.warnings) == (used, ())
    assert not (tmp_path / "usual").exists()


def test_who_names_neither_factor_nor_loss_gives_none_and_accepts_none() -> None:
    unless_named = {name: given.default for name, given in signature(unlock).parameters.items()}
    assert unless_named["accept_loss"] is False
    assert (unless_named["device_secret"], unless_named["fido2_secret"]) == (b"", b"")


def test_a_loss_is_accepted_only_where_it_is_said(founded: Place, tmp_path: Path) -> None:
    older = [founded.copied_to(tmp_path / name).path for name in ("one", "other")]
    founded.open().close()
    with Place(older[0], founded.copied_to(tmp_path / "kept").state).open() as session:
        assert session.faults()
    typed = bytearray(PASSPHRASE)
    with unlock(older[1], member=MEMBER, passphrase=typed, state=founded.state, accept_loss=True) as session:
        assert not session.faults()


def test_an_unlock_is_in_the_log_before_a_session_exists(founded: Place) -> None:
    with founded.open() as session:
        size = session.log.size
    with founded.open() as session:
        assert session.log.size == size + 1


def test_nothing_of_a_vault_in_a_synced_folder_is_opened(founded: Place, tmp_path: Path) -> None:
    synced = tmp_path / "Dropbox" / "office.vault"
    shutil.copytree(founded.path, synced)
    (tmp_path / "Dropbox" / ".dropbox").touch()
    before = (synced / "vault.db").read_bytes()
    with pytest.raises(RefusedError, match="cannot be opened at"):
        unlock(synced, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=founded.state)
    assert (synced / "vault.db").read_bytes() == before


def test_the_ballast_that_a_full_disk_was_given_is_put_back(founded: Place) -> None:
    size = (founded.path / "ballast").stat().st_size
    (founded.path / "ballast").unlink()
    founded.open().close()
    assert (founded.path / "ballast").stat().st_size == size


def test_closing_twice_does_nothing(founded: Place) -> None:
    session = founded.open()
    session.close()
    session.close()
    assert KeyFile.decode(read_limited(founded.path / "keys", KEY_FILE_SIZE)).header.vault == session.vault
