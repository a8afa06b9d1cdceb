"""The change that needs a keyfile is cut off: the file that the slot may need stays, and its person is told where."""

from __future__ import annotations

import os
import random
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from typing_extensions import override

from tests.attacks.many_keys import ciphertext_for
from tests.attacks.memory import core_limit, neighbour_reads
from tests.attacks.outsider import learn_as
from tests.attacks.sealing import listening
from tests.cli.desk import Desk
from tests.cli.typist import Typist
from tests.seal.places import KEY, NOTE, fixed
from tests.seal.test_factors import FILE, HEADER
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place
from tests.services.office import JOEL as OFFICE_JOEL
from tests.services.office import Office
from tests.services.organisation import AMINA, DANA, JOEL, NOOR, SELIN, TOMAS, Organisation, give
from tests.services.test_factors import proof
from tests.vectors.independent import sealing as reader
from tests.vectors.independent.basis import Refused
from vault import clock
from vault.access.pins.delays import AttemptFile, Attempts
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.slots import Factors, check_factors
from vault.access.trust.attempts import attempts_key
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError, RefusedError, TryAgainError, VaultError, WrongPassphraseError
from vault.ids import RecordId, make_id
from vault.records.work import Entry, Work
from vault.seal import envelope
from vault.seal.entrance import keyfile
from vault.seal.entrance.keyfile import Stretched, find_slot, slot_context, slot_info
from vault.seal.entrance.passphrase import DEFAULT, derive_unlock_key
from vault.seal.envelope import SALT_SIZE, LocalContext, _derive_message_key, holds_commitment, seal
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, make_kem_seed, open_from, seal_to
from vault.services.cases import notes
from vault.services.credentials import entering, recovery
from vault.services.members import admitting, members
from vault.store import files
from vault.store.folder import VaultFolder
from vault.words.message import Message

WHERE = {
    "write_aside": (rekeying, files.write_aside),
    "commit": (Work, Work.commit),
    "promote": (rekeying, files.promote),
}


@pytest.mark.long
@pytest.mark.parametrize("at", [f"{when} {step}" for step in WHERE for when in ("before", "behind")])
@pytest.mark.parametrize("fault", ["Ctrl+C", "disk"])
def test_a_change_that_is_cut_off_takes_no_keyfile_away_that_the_slot_needs(
    founded: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, at: str
) -> None:
    when, step = at.split()
    place, real = WHERE[step]
    stick = tmp_path / "holiday.bin"

    def strike() -> None:
        if fault == "disk":
            raise TryAgainError(Message("the disk cannot be written"))
        os.kill(os.getpid(), signal.SIGINT)

    def cut_off(*given: object, **named: object) -> object:
        if when == "before":
            strike()
        done = real(*given, **named)  # type: ignore[operator]
        strike()
        return done

    with founded.open() as session:
        monkeypatch.setattr(place, step, cut_off)
        with pytest.raises(TryAgainError) as told:
            entering.add_keyfile(session, proof(), stick)
        monkeypatch.undo()
    assert f"Keep the new file {stick}" in str(told.value.next_step)
    # The words above: twice without it, or it is needed. The first unlock may still open, and finishes the change.
    assert (_opens(founded) and _opens(founded)) or _opens(founded, stick)


def test_wrong_old_factors_leave_no_file(founded: Place, tmp_path: Path) -> None:
    stick = tmp_path / "holiday.bin"
    with founded.open() as session, pytest.raises(WrongPassphraseError):
        entering.add_keyfile(session, proof(Factors(bytearray(b"wrong"))), stick)
    assert not stick.exists()


def _opens(place: Place, keyfile: Path | None = None) -> bool:
    """Say whether the vault opens with the passphrase and, where it is given, this file."""
    try:
        unlock(
            place.path,
            member=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            device_secret=b"" if keyfile is None else entering.device_secret_of(keyfile).secret,
            state=place.state,
            wait=lambda _: None,
        ).close()
    except WrongPassphraseError:
        return False
    return True


# A neighbour of the same account, and a crash, while a command has a secret and no passphrase was asked for yet.
# As any program of the account: no privilege, and core dumps wanted as far as the system allows them.
_AS_ANYBODY = """
import os, resource, sys
from tests.attacks.memory import without_privileges
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
without_privileges()
os.execv(sys.executable, [sys.executable, "-m", "vault", *sys.argv[1:]])
"""


class OrdinaryDesk(Desk):
    """A desk whose command has no privilege: who has one is closed to who has none for that alone."""

    @override
    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", _AS_ANYBODY, *arguments]


@pytest.fixture
def own_desk(founded: Place, tmp_path: Path) -> Desk:
    return OrdinaryDesk.of(founded, tmp_path)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_founding_with_a_made_passphrase_is_closed_to_its_neighbours(own_desk: Desk, tmp_path: Path) -> None:
    typist = Typist(own_desk, "--vault", str(tmp_path / "new"), "--member", "Oren", "init", "--generate", "en")
    try:
        typist.wait_for("organisation: ")
        typist.type("Lantern Aid")
        typist.wait_for("YOUR PASSPHRASE")
        assert_closed(typist.pid)
    finally:
        end(typist)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_typing_of_recovery_sheets_is_closed_to_its_neighbours(own_desk: Desk, founded: Place) -> None:
    with founded.open() as session:
        first = recovery.sheets(session)[0].rows[0]
    typist = Typist(own_desk, "--vault", str(founded.path), "--member", MEMBER, "recovery", "restore")
    try:
        typist.wait_for("row  1: ")
        typist.type(f"{' '.join(first.words)} {first.check}")
        typist.wait_for("row  2: ")
        assert_closed(typist.pid)
    finally:
        end(typist)


def assert_closed(pid: int) -> None:
    assert core_limit(pid) == ("0", "0")
    if os.geteuid() == 0:  # only root can make a neighbour that is refused for nothing else
        assert neighbour_reads(pid) == set()


def end(typist: Typist) -> None:
    os.kill(typist.pid, signal.SIGKILL)
    os.waitpid(typist.pid, 0)


# Whoever guesses at this account waits, is counted, and at the last wrong one destroys, at whichever prompt.
NOW_MS = 1_900_000_000_000
Door = Callable[[Place, bytes, list[float]], None]


def at_unlock(place: Place, guess: bytes, waited: list[float]) -> None:
    unlock(place.path, member=MEMBER, passphrase=bytearray(guess), state=place.state, wait=waited.append).close()


def of_a_device_that_joins(place: Place, guess: bytes, waited: list[float]) -> None:
    """Ask an ordinary vault to finish joining: it says whether the passphrase is right before it says no."""
    nothing = place.path.parent / "no bundle"
    admitting.finish(
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
def test_who_may_not_write_the_key_of_the_hints_reads_none_and_hides_none(organisation: Organisation) -> None:
    """Everybody who is no admin writes some, so that one stands before the true one wherever it stands."""
    with organisation.at(DANA, AMINA, JOEL, NOOR, SELIN, TOMAS) as (dana, *others):
        home = dana.directory.compartment
        for session in (dana, *others):
            with session.work(home) as work:
                for _ in range(4):
                    work.write(home, RecordId(make_id()), "attempts-key", {"kem": make_kem_seed()})
                work.commit(Entry(act="config.change"))
        for session in others:
            give(session, dana)
        with dana.database.reading() as rows:
            found = attempts_key(rows, dana.vault, dana.keyring, dana.directory)
    file = read_key_file(organisation[DANA].place.path / "keys")
    assert found is not None
    assert found.public == file.attempts_public


# Who shares a folder can take out of its database that they have a way in. Their end closes it nevertheless.
JOEL_OPENS = b"joel opens"


def test_a_member_who_takes_their_row_out_of_the_database_is_locked_out_with_their_end(office: Office) -> None:
    office.place.open().close()
    joel = learn_as(office.place.path, OFFICE_JOEL, JOEL_OPENS)
    with joel.rows(office.place.path) as rows:
        rows.execute("DELETE FROM local WHERE seat = ?", (joel.secrets.seat,))
    office.place.open().close()  # nothing is forgotten for it
    with office.place.open() as mira:
        assert members.suspend(mira, office.joel.member).is_done
    with pytest.raises(VaultError):
        learn_as(office.place.path, OFFICE_JOEL, JOEL_OPENS)
    with pytest.raises(Exception, match="not a database"), joel.rows(office.place.path) as rows:
        rows.execute("SELECT count(*) FROM operation")
    with office.place.open() as mira:
        assert mira.warnings == ()


# A slot that plain AES-GCM opens under many passphrases at once tells nobody which of them is near.
# Who may put a slot into the `keys` file and sees whether an unlock fails tries one candidate with each attempt,
# however many the slot was made for: each attempt compares all commitments, decrypts nothing of another's, and has
# one error.
NUMBER, SLOT_SIZE = 3, 952
CONTEXT = slot_context(HEADER, NUMBER)
SALT = fixed("salt", 24)
# As many as a slot has room for: a block each, and the last one.
MOST = -(-SLOT_SIZE // 16) - 1


class CountedCipher:
    """AES-GCM as the envelope calls it; says how often anything was decrypted."""

    decrypted = 0

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def decrypt(self, nonce: bytes, data: bytes, aad: bytes) -> bytes:
        type(self).decrypted += 1
        return self._cipher.decrypt(nonce, data, aad)


def message_keys(candidates: list[bytes]) -> list[tuple[bytes, bytes]]:
    """Return the message key and the commitment that each stretched passphrase would give for this slot."""
    unlock_keys = (derive_unlock_key(k1, slot_info=slot_info(HEADER, NUMBER)) for k1 in candidates)
    return [_derive_message_key(key, Purpose.SLOT, SALT, CONTEXT.aad()) for key in unlock_keys]


@pytest.mark.long
@pytest.mark.parametrize("count", [1, 2, 10, MOST])
@pytest.mark.parametrize("committed", [True, False], ids=["committed to the first", "committed to nobody"])
def test_of_many_candidates_each_attempt_tries_one(
    count: int, committed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    candidates = [fixed(f"candidate {number}") for number in range(1_000)]
    for_these = message_keys(candidates[:count])
    ciphertext = ciphertext_for([key for key, _ in for_these], CONTEXT.aad(), SLOT_SIZE)
    for key, _ in for_these:
        assert len(AESGCM(key).decrypt(bytes(12), ciphertext, CONTEXT.aad())) == SLOT_SIZE, "plain AES-GCM opens it"

    file = FILE.with_slot(NUMBER, SALT + (for_these[0][1] if committed else fixed("commitment")) + ciphertext)
    tried: list[int] = []

    def counted(key: bytes, untrusted: bytes, context: LocalContext) -> bool:
        tried.append(context.number)
        return holds_commitment(key, untrusted, context)

    monkeypatch.setattr(envelope, "AESGCM", CountedCipher)
    monkeypatch.setattr(keyfile, "holds_commitment", counted)
    outcomes = set()
    for k1 in candidates if count == MOST else candidates[: 2 * count]:
        tried.clear()
        CountedCipher.decrypted = 0
        with pytest.raises(WrongPassphraseError) as refusal:
            find_slot(file, [Stretched(DEFAULT, k1)])
        assert tried == [*range(32)]
        assert CountedCipher.decrypted == (1 if committed and k1 == candidates[0] else 0)
        outcomes.add((refusal.value.code, refusal.value.message, refusal.value.next_step))
    assert len(outcomes) == 1


# What is sealed to a seat stays shut for who has one half of its key: ML-KEM-768 and X25519 both have to be known.
SEED, OTHER = bytes(range(96)), bytes(range(100, 196))
ZEROS = bytes(32)
ZERO_CONTEXT = GrantContext(Purpose.GRANT, bytes(16), bytes(16), bytes(16), bytes(16), bytes(16))
SEALED = seal_to(KemPrivate.from_seed(SEED).public, ZEROS, ZERO_CONTEXT)
AGAIN = seal_to(KemPrivate.from_seed(SEED).public, ZEROS, ZERO_CONTEXT)

HALVES = {
    "ML-KEM broken: its key is known, that of X25519 is not": SEED[:64] + OTHER[64:],
    "X25519 broken: its key is known, that of ML-KEM is not": OTHER[:64] + SEED[64:],
    "neither is known": OTHER,
}


def test_both_halves_open_it() -> None:
    assert open_from(KemPrivate.from_seed(SEED), SEALED, ZERO_CONTEXT) == ZEROS
    assert reader.open_hpke(SEED, SEALED, ZERO_CONTEXT.info()) == ZEROS


@pytest.mark.parametrize("seed", HALVES.values(), ids=HALVES)
def test_one_half_opens_nothing(seed: bytes) -> None:
    with pytest.raises(BrokenSealError):
        open_from(KemPrivate.from_seed(seed), SEALED, ZERO_CONTEXT)
    with pytest.raises(Refused):
        reader.open_hpke(seed, SEALED, ZERO_CONTEXT.info())


@pytest.mark.parametrize("part", [slice(0, 1088), slice(1088, 1120)], ids=["ML-KEM", "X25519"])
def test_a_message_with_one_half_of_another_does_not_open(part: slice) -> None:
    mixed = SEALED[: part.start] + AGAIN[part] + SEALED[part.stop :]
    assert mixed not in {SEALED, AGAIN}
    with pytest.raises(BrokenSealError):
        open_from(KemPrivate.from_seed(SEED), mixed, ZERO_CONTEXT)


# Each pair of key and nonce seals one byte string, ever: after a fork, and on a machine that was cloned.
SEALS, CHILDREN = 20_000, 4


def salts_of_child(count: int) -> list[bytes]:
    """Seal the same content for the same place in a forked process, and return the salts."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pipe.writelines(seal(KEY, b"the same", NOTE)[2 : 2 + SALT_SIZE] for _ in range(count))
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        joined = pipe.read()
    os.waitpid(child, 0)
    return [joined[at : at + SALT_SIZE] for at in range(0, len(joined), SALT_SIZE)]


def test_no_salt_comes_twice_in_a_process_or_in_its_forks() -> None:
    salts = [seal(KEY, b"the same", NOTE)[2 : 2 + SALT_SIZE] for _ in range(SEALS)]
    for _ in range(CHILDREN):
        children = salts_of_child(SEALS // 40)
        assert len(children) == SEALS // 40
        salts += children
    assert len(set(salts)) == len(salts)


def test_two_clones_of_a_machine_that_draw_the_same_random_bytes_repeat_no_keystream(
    short: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A snapshot taken while the vault was closed, started twice: both draw what the other draws, and write."""
    clones = [short.place, short.place.copied_to(tmp_path / "clone")]
    with listening() as heard:
        for place, text in zip(clones, ("what one of them writes", "what the other one wrote"), strict=True):
            drawn = random.Random(7)  # the clones' entropy, the same for both
            with monkeypatch.context() as cloned:
                cloned.setattr("secrets.token_bytes", lambda size=32, drawn=drawn: drawn.randbytes(size))
                cloned.setattr(Work.__init__, "__defaults__", (lambda size, drawn=drawn: drawn.randbytes(size),))
                with place.open() as session:
                    notes.add(session, short.cases[0], Note(NoteKind.CONTACT, text))
    contents = [content for found in heard.sealed.values() for content, _ in found]
    assert any(b"what one of them writes" in one for one in contents)
    assert any(b"what the other one wrote" in one for one in contents)
    assert heard.repeated() == 0
