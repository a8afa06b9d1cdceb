"""The power goes while a device that shares this folder is ended: at any step, its old ways in open nothing new.

What lies on the disk at that moment is copied away, as a killed process leaves it. Whoever unlocks next finishes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.access.test_keychange import PowerCutError, read_keys
from tests.access.test_rekeying import doors, slots_here_of
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled, Place
from vault.access.membership import roster_commit
from vault.access.membership.next_roster import Change
from vault.access.seat_keys import rekeying
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VaultError, VerificationError, WrongPassphraseError
from vault.ids import CompartmentId
from vault.policy.roles import Role
from vault.seal.entrance.keyfile import KeyFile
from vault.services import housekeeping
from vault.services.cases import notes
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import rostering
from vault.store.engine import Database, open_database

# Each step behind the entry that ends the seat, which of its calls the process does not live to make, and whether
# another member is the next to come in place of the one who ended it.
STEPS: tuple[tuple[object, str, int, bool], ...] = (
    (roster_commit, "refresh", 1, True),
    (sharing, "end_seats", 1, False),
    (sharing, "replace_key", 1, True),
    (sharing, "rewrap", 1, False),
    (sharing, "replace_key", 2, False),
    (sharing, "rewrap", 2, True),
    (sharing, "rewrap_all", 1, False),
    (rostering, "close_doors", 1, True),
    (rekeying, "change_keys", 1, False),
    (rekeying, "promote", 1, True),
    (Database, "rekey", 1, False),
    (rekeying, "promote", 2, True),
)
Step = tuple[object, str, int]


@dataclass(frozen=True, slots=True)
class Laptop:
    """A folder that three people share, and what the one who goes has of it: the files and keys of that day."""

    filled: Filled
    goes: Colleague
    stays: Colleague
    keys: KeyFile
    database_key: bytes
    epochs: frozenset[bytes]


@pytest.fixture(scope="module")
def _laptop(short_template: Filled, tmp_path_factory: pytest.TempPathFactory) -> Laptop:
    place = short_template.place.copied_to(tmp_path_factory.mktemp("laptop"))
    (place.path / "ballast").write_bytes(b"in place of the reserve")
    first, second = short_template.cases
    with place.open() as owner:
        goes = admit(owner)
        stays = admit(owner, name="Amina Raskolda", passphrase=b"seven tin drums", roles={Role.CASEWORKER})
        sharing.grant(owner, first, [goes.member, stays.member])
        sharing.grant(owner, second, [goes.member])
    for who in (goes, stays):
        with who.open(place) as session:
            housekeeping.settle(session)
    with place.open() as owner, owner.database.reading() as rows:
        epochs = frozenset(rows.epochs_granted_to(goes.seat))
    with goes.open(place) as session:
        key = doors(session).new
    return Laptop(replace(short_template, place=place), goes, stays, read_keys(place.path), key, epochs)


@pytest.fixture
def laptop(_laptop: Laptop, tmp_path: Path) -> Laptop:
    return replace(_laptop, filled=replace(_laptop.filled, place=_laptop.filled.place.copied_to(tmp_path / "laptop")))


@pytest.mark.long_after(3)
@pytest.mark.parametrize(
    ("step", "another"), [pytest.param(step[:3], step[3], id=f"{step[1]} {step[2]}") for step in STEPS]
)
def test_whoever_unlocks_next_ends_the_seat_for_good_and_once(
    laptop: Laptop, step: Step, another: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = killed_at(laptop, step, monkeypatch, tmp_path / "killed")
    comes_back(laptop, place)
    opens: Callable[[], Session] = (lambda: laptop.stays.open(place)) if another else place.open
    with opens() as session:
        assert session.faults() == []
        assert laptop.goes.seat not in slots_here_of(session)
        housekeeping.settle(session)
        notes.add(session, laptop.filled.cases[0], Note(NoteKind.CONTACT, "after the end"))
        require_own_keys_are_new(session, laptop)
        epoch = current(session, laptop.filled.cases[0])
    require_closed(laptop, place, tmp_path)
    generation = read_keys(place.path).header.generation
    with opens() as session:
        assert session.faults() == []
        size = session.log.size
        assert housekeeping.settle(session) == []
        assert session.log.size == size
        assert current(session, laptop.filled.cases[0]) == epoch
        assert log_checking.verify(session).verified
    assert read_keys(place.path).header.generation == generation, "done once"
    with place.open() as owner:
        assert owner.faults() == []
        housekeeping.settle(owner)
        require_own_keys_are_new(owner, laptop)


def test_the_program_of_an_ended_seat_that_did_not_hear_of_it_gives_and_replaces_no_key(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = killed_at(laptop, (roster_commit, "refresh", 1), monkeypatch, tmp_path / "killed")
    case = laptop.filled.cases[0]
    with laptop.goes.open(place) as session:
        housekeeping.settle(session)
        assert "removed from the organisation's directory (by Mira Halvorsen)" in str(session.faults()[0].message)
        with pytest.raises(VerificationError, match="waits until the log is sound"):
            sharing.rotate(session, case)
        with pytest.raises(RefusedError, match="this device was revoked there"):
            sharing.replace_key(session, session.directory.compartment, act="key.rotate", rule="")
        with session.database.reading() as rows:
            assert laptop.epochs.issuperset(rows.epochs_granted_to(laptop.goes.seat))


def killed_at(laptop: Laptop, step: Step, monkeypatch: pytest.MonkeyPatch, folder: Path) -> Place:
    """End the seat up to a step, and return the disk as it was then."""
    owner, name, call = step
    real, left = getattr(owner, name), call
    disk: list[Place] = []

    def dying(*args: object, **named: object) -> object:
        nonlocal left
        left -= 1
        if left:
            return real(*args, **named)
        disk.append(as_it_lies(laptop.filled.place, folder))
        raise PowerCutError

    with laptop.filled.open() as session, monkeypatch.context() as cutting:
        cutting.setattr(owner, name, dying)
        with pytest.raises(PowerCutError):
            rostering.carry_out(session, Change(ended=frozenset({laptop.goes.seat})))
    (place,) = disk
    return place


def as_it_lies(place: Place, folder: Path) -> Place:
    """Copy a vault in use, but for pins that are being written beside the old ones."""
    path, state = folder / place.path.name, folder / "state"
    shutil.copytree(place.path, path)
    shutil.copytree(place.state, state, ignore=shutil.ignore_patterns("*.new"))
    return Place(path, state)


def comes_back(laptop: Laptop, place: Place) -> None:
    """Let the one who was ended be the first to come: until the doors change, their program does not know it yet."""
    with suppress(VaultError), laptop.goes.open(place) as session:
        housekeeping.settle(session)
        notes.add(session, laptop.filled.cases[0], Note(NoteKind.CONTACT, "too late to count"))


def current(session: Session, case: CompartmentId) -> tuple[bytes, ...]:
    state = session.state_of(case)
    assert state is not None
    return tuple(state.current)


def require_own_keys_are_new(session: Session, laptop: Laptop) -> None:
    """Check that of what this seat holds nothing lies under a key that the ended seat was given."""
    for one in map(CompartmentId, session.keyring.compartments()):
        assert laptop.epochs.isdisjoint(current(session, one))
        with session.database.reading() as rows:
            assert laptop.epochs.issuperset(rows.epochs_granted_to(laptop.goes.seat))
            assert laptop.epochs.isdisjoint(version.epoch for version in rows.versions(one))


def require_closed(laptop: Laptop, place: Place, tmp_path: Path) -> None:
    """Check that neither the slot, nor the door, nor the `keys` file of that day opens the folder as it is now."""
    with pytest.raises(WrongPassphraseError):
        laptop.goes.open(place)
    with pytest.raises(WrongPassphraseError):
        open_database(place.path / "vault.db", laptop.database_key, create=False)
    old = place.copied_to(tmp_path / "with old keys")
    (old.path / "keys").write_bytes(laptop.keys.encode())
    with pytest.raises(VerificationError, match="do not belong together"):
        laptop.goes.open(old)
