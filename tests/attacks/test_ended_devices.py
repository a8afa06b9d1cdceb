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

from tests.access.power import PowerCutError
from tests.access.test_keychange import doors, slots_here_of
from tests.english import in_english
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled, Place
from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, SELIN, TOMAS, Organisation, give
from vault.access.membership import act_listing
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.trust.writing_keys import key_to_write
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VaultError, VerificationError, WrongPassphraseError
from vault.ids import CompartmentId, CompartmentKind
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.services import housekeeping
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import changes, members
from vault.store.engine import Database, open_database
from vault.trust.trust_items import Rank
from vault.words.finding import Code

# Each step behind the entry that ends the seat, which of its calls the process does not live to make, and whether
# another member is the next to come in place of the one who ended it.
STEPS: tuple[tuple[object, str, int, bool], ...] = (
    (act_listing, "refresh", 1, True),
    (changes, "close_doors", 1, True),
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
    return Laptop(replace(short_template, place=place), goes, stays, read_key_file(place.path / "keys"), key, epochs)


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
        require_new_keys(session, laptop)
    require_closed(laptop, place, tmp_path)
    generation = read_key_file(place.path / "keys").header.generation
    with opens() as session:
        assert session.faults() == []
        size = session.log.size
        assert housekeeping.settle(session) == []
        assert session.log.size == size
        assert log_checking.verify(session).verified
    assert read_key_file(place.path / "keys").header.generation == generation, "done once"
    with place.open() as owner:
        assert owner.faults() == []
        housekeeping.settle(owner)
        require_new_keys(owner, laptop)


def test_an_ended_seat_whose_door_stands_open_still_is_let_in_by_nothing(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = killed_at(laptop, (act_listing, "refresh", 1), monkeypatch, tmp_path / "killed")
    with pytest.raises(RefusedError, match="this device was ended"):
        laptop.goes.open(place)


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
            members.suspend(session, laptop.goes.member)
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


def require_new_keys(session: Session, laptop: Laptop) -> None:
    """Check that nothing is written any more under a key that the ended seat was given, and that it got no other."""
    for one in map(CompartmentId, session.keyring.compartments()):
        assert key_to_write(session, one) not in laptop.epochs
    with session.database.reading() as rows:
        assert laptop.epochs.issuperset(rows.epochs_granted_to(laptop.goes.seat))


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


def test_a_key_that_somebody_made_for_others_alone_goes_with_their_end(short: Filled) -> None:
    """They know it, although nobody granted it to them; whoever ends them may not be in the case."""
    case = short.cases[0]
    with short.open() as owner:
        admin = admit(owner, name="Ilse Varnhagen", passphrase=b"eleven silver thimbles", roles={Role.ADMIN})
        member = admit(owner, roles={Role.CASEWORKER})
        sharing.grant(owner, case, [member.member])
        seat = owner.seat
    with member.open(short.place) as session, Work(session.log) as work:
        made = work.add_key(case, CompartmentKind.CASE, session.directory.holders([seat], with_recovery=False))
        work.commit(Entry(act="key.rotate"))
    with short.open() as owner:
        for key in set(owner.keyring.epochs_of(case)) - {made}:
            owner.keyring.drop(key)
        assert key_to_write(owner, case) == made
    with admin.open(short.place) as session:
        assert members.suspend(session, member.member).is_done
    with short.open() as owner:
        assert key_to_write(owner, case) != made


# What an ended device wrote counts as far as it was known here; what others wrote stays theirs.
MOVED = Note(NoteKind.CONTACT, "She was moved to another prison.")


def seen(session: Session, case: CompartmentId) -> list[str]:
    return [note.value.text for note in cases.open_case(session, case).notes]


def told(session: Session) -> tuple[str, ...]:
    return in_english(alarm.message for alarm in session.alarms if alarm.code is Code.UNENTITLED)


def shared_by_both(mira: Session, karim: Session, organisation: Organisation) -> CompartmentId:
    """Return a case that Mira made, which Selin is in too, and to which Karim lets others in."""
    assert members.change_roles(mira, karim.member, ["admin", "caseworker"]).is_done
    give(mira, karim)
    made = cases.create(mira, title="Detained", kind="asylum")
    sharing.grant(mira, made.case, organisation.members(KARIM, SELIN))
    give(mira, karim)
    return made.case


@pytest.mark.long
@pytest.mark.parametrize("hears_of_the_end_first", [False, True])
def test_whom_an_unseen_history_of_an_ended_device_let_in_is_in_for_nobody_and_what_they_wrote_is_told(
    organisation: Organisation, tmp_path: Path, hears_of_the_end_first: bool
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        case = shared_by_both(mira, karim, organisation)
    seized = organisation.copied_to(tmp_path / "seized")
    with organisation.at(MIRA, KARIM, SELIN) as (mira, karim, selin):
        cases.create(karim, title="By the true Karim", kind="asylum")
        give(karim, mira)
        give(mira, selin)
    with seized.open(KARIM) as copy, organisation.at(SELIN, JOEL) as (selin, joel):
        sharing.grant(copy, case, [joel.member])
        give(copy, joel)
        notes.add(joel, case, MOVED)
        copied = [tmp_path / "copy", tmp_path / "joel"]
        syncing.make(copy, selin.member, copied[0])
        syncing.make(joel, selin.member, copied[1])
    with organisation.open(MIRA) as mira:  # she saw nothing of the copy
        assert members.leave(mira, organisation[KARIM].member).is_done
        with organisation.open(SELIN) as selin:
            if hears_of_the_end_first:
                give(mira, selin)
            for bundle in copied:
                syncing.import_bundle(selin, bundle)
            if not hears_of_the_end_first:
                assert seen(selin, case) == [MOVED.text]
                give(mira, selin)
            assert seen(selin, case) == []
            assert len(told(selin)) == 1
            # Somebody who may lets the author in, and the note is there.
            sharing.grant(selin, case, organisation.members(JOEL))
            assert seen(selin, case) == [MOVED.text]
            assert told(selin) == ()


@pytest.mark.long
@pytest.mark.parametrize("hears_first", [SELIN, TOMAS])
def test_a_put_out_that_counts_again_takes_the_same_on_every_device(
    organisation: Organisation, tmp_path: Path, hears_first: str
) -> None:
    with organisation.at(SELIN, TOMAS, JOEL, AMINA) as (selin, tomas, joel, amina):
        case = cases.create(selin, title="Detained", kind="asylum", alone_reason="nobody").case
        sharing.grant(selin, case, organisation.members(TOMAS), rank=Rank.LEAD)
        sharing.grant(selin, case, organisation.members(JOEL, AMINA))
        for session in (tomas, joel, amina):
            give(selin, session)
            give(session, selin)
        sharing.revoke(selin, case, [tomas.member])
        sharing.revoke(tomas, case, [joel.member])  # apart: it lies beyond what the founder knows of him
        notes.add(joel, case, MOVED)
        by_tomas, by_selin = tmp_path / "by-tomas", tmp_path / "by-selin"
        syncing.make(tomas, amina.member, by_tomas)
        syncing.make(selin, amina.member, by_selin)
        give(joel, amina)
        for bundle in (by_selin, by_tomas) if hears_first == SELIN else (by_tomas, by_selin):
            syncing.import_bundle(amina, bundle)
            amina_sees = seen(amina, case)
        for session in (tomas, joel):
            give(session, selin)
        assert amina_sees == seen(selin, case) == [MOVED.text]

        sharing.grant(selin, case, [tomas.member])  # that takes hers back, and his counts
        give(selin, amina)
        assert seen(selin, case) == seen(amina, case) == []
        assert len(told(selin)) == len(told(amina)) == 1
        sharing.grant(selin, case, [joel.member])
        give(selin, amina)
        assert seen(selin, case) == seen(amina, case) == [MOVED.text]
