"""The power goes while a device that shares this folder is ended: at any step, its old ways in open nothing new.

What lies on the disk at that moment is copied away, as a killed process leaves it. Whoever unlocks next finishes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.access.power import PowerCutError
from tests.access.test_keychange import doors, slots_here_of
from tests.attacks.burglar import everything
from tests.attacks.outsider import learn, learn_as
from tests.attacks.test_epoch_names import CASEWORKER
from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE, holders
from tests.english import in_english
from tests.services.colleague import NAME, PASSPHRASE, Colleague, admit
from tests.services.founded import Filled, Place
from tests.services.organisation import AMINA, JOEL, KARIM, MIRA, SELIN, TOMAS, Organisation, give
from vault.access.membership import act_listing
from vault.access.membership.act_listing import heads_of, list_acts
from vault.access.membership.sheets import by_the_sheets
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError, VaultError, VerificationError, WrongPassphraseError
from vault.ids import CompartmentId
from vault.log.act_bytes import MadeAct, end
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile
from vault.services import housekeeping
from vault.services.cases import cases, notes, sections
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.grants import sharing
from vault.services.members import changes, members
from vault.services.members.changes import nonce
from vault.store.engine import Database, open_database
from vault.words.finding import Code

# Each step behind the entry that ends the seat, which of its calls the process does not live to make, and whether
# another member is the next to come in place of the one who ended it.
STEPS: tuple[tuple[object, str, int, bool], ...] = (
    (act_listing, "refresh", 1, True),
    (sharing, "end_seats", 1, False),
    (sharing, "replace_key", 1, True),
    (sharing, "rewrap", 1, False),
    (sharing, "replace_key", 2, False),
    (sharing, "rewrap", 2, True),
    (sharing, "rewrap_all", 1, False),
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
        require_own_keys_are_new(session, laptop)
        epoch = current(session, laptop.filled.cases[0])
    require_closed(laptop, place, tmp_path)
    generation = read_key_file(place.path / "keys").header.generation
    with opens() as session:
        assert session.faults() == []
        size = session.log.size
        assert housekeeping.settle(session) == []
        assert session.log.size == size
        assert current(session, laptop.filled.cases[0]) == epoch
        assert log_checking.verify(session).verified
    assert read_key_file(place.path / "keys").header.generation == generation, "done once"
    with place.open() as owner:
        assert owner.faults() == []
        housekeeping.settle(owner)
        require_own_keys_are_new(owner, laptop)


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


# A case that cannot get a new key keeps no other under the key of somebody who was ended, and somebody hears of it.
BEFORE, LATER = "written before: Umbrakess", "written later: Vantaskola"


@dataclass(frozen=True, slots=True)
class Shared:
    """Cases that a caseworker holds too, by id."""

    colleague: Colleague
    cases: tuple[CompartmentId, ...]
    refs: dict[CompartmentId, str]


@pytest.fixture
def shared(short: Filled) -> Shared:
    with short.open() as owner:
        colleague = admit(owner, roles=CASEWORKER)
        made = [cases.create(owner, title=f"Shared {number}", kind="asylum") for number in range(3)]
        for one in made:
            notes.add(owner, one.case, Note(NoteKind.CONTACT, BEFORE))
            sharing.grant(owner, one.case, [colleague.member])
    return Shared(colleague, tuple(sorted(one.case for one in made)), {one.case: one.ref for one in made})


@contextmanager
def without_beginning(short: Filled, case: CompartmentId) -> Iterator[None]:
    """Take the row of a case's first key away, and put it back; the key of the database changes with an end."""
    with learn(short.path).rows(short.path) as rows:
        taken = rows.execute("SELECT * FROM epoch WHERE compartment=?", (case,)).fetchall()
        rows.execute("DELETE FROM epoch WHERE compartment=?", (case,))
    yield
    with learn(short.path).rows(short.path) as rows:
        for row in taken:
            rows.execute(f"INSERT INTO epoch VALUES ({','.join('?' * len(row))})", row)


def still_hold(session: Session, shared: Shared) -> set[CompartmentId]:
    states = session.states_of(shared.cases)
    return {case for case, state in states.items() if state is None or shared.colleague.seat in state.holders}


@pytest.mark.parametrize("at", [0, 2])
def test_the_end_of_a_seat_goes_on_past_a_case_that_fails(short: Filled, shared: Shared, at: int) -> None:
    broken = shared.cases[at]
    with without_beginning(short, broken):
        with short.open() as owner:
            outcome = members.suspend(owner, shared.colleague.member)
            assert (outcome.is_done, outcome.cases, outcome.pending) == (True, 2, 1)
            assert still_hold(owner, shared) == {broken}
            told = [line for line in in_english(owner.warnings) if shared.refs[broken] in line]
            assert any("new key without a revoked device waits" in line for line in told)
            for case in set(shared.cases) - {broken}:
                notes.add(owner, case, Note(NoteKind.CONTACT, LATER))
        with short.open() as owner:
            housekeeping.settle(owner)
            assert any(shared.refs[broken] in line for line in in_english(owner.warnings))
            again = members.suspend(owner, shared.colleague.member)
            assert (again.cases, again.pending) == (0, 1)
    with short.open() as owner:
        assert members.suspend(owner, shared.colleague.member).cases == 1
        assert still_hold(owner, shared) == set()
        with pytest.raises(RefusedError, match="cannot open anything"):
            members.suspend(owner, shared.colleague.member)


def test_nothing_written_later_opens_for_who_was_suspended_while_a_case_failed(
    short: Filled, shared: Shared, tmp_path: Path
) -> None:
    stolen = learn_as(short.path, NAME, PASSPHRASE)
    shutil.copytree(short.path, tmp_path / "kept copy")
    with without_beginning(short, shared.cases[0]):
        with short.open() as owner:
            members.suspend(owner, shared.colleague.member)
            for case in shared.cases[1:]:
                notes.add(owner, case, Note(NoteKind.CONTACT, LATER))
            vault = owner.vault
        folders = [short.path, tmp_path / "kept copy"]
        read = everything(folders, vault, stolen.secrets, [stolen.key, learn(short.path).key])
        assert BEFORE.encode() in read
        assert LATER.encode() not in read


def test_the_next_unlock_finishes_what_waited(short: Filled, shared: Shared) -> None:
    with without_beginning(short, shared.cases[0]), short.open() as owner:
        members.suspend(owner, shared.colleague.member)
    with short.open() as owner:
        assert any("1 case was revoked" in line for line in in_english(housekeeping.settle(owner)))
        assert still_hold(owner, shared) == set()


def test_a_case_without_its_beginning_takes_no_section_from_anybody(short: Filled, shared: Shared) -> None:
    with short.open() as owner:
        other = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        kept = sections.create(owner, shared.cases[0], what="health", title="Kept", members=[shared.colleague.member])
        sharing.grant(owner, shared.cases[1], [other.member])
        lost = sections.create(owner, shared.cases[1], what="health", title="Lost", members=[other.member])
        sharing.revoke(owner, shared.cases[1], [other.member])
    with without_beginning(short, shared.cases[0]), short.open() as owner:
        housekeeping.settle(owner)
        assert shared.colleague.member in sharing.holders_of(owner, kept).members
        assert other.member not in sharing.holders_of(owner, lost).members


def test_a_key_that_somebody_made_for_others_alone_goes_with_their_end(short: Filled) -> None:
    """They know it, although nobody granted it to them; whoever ends them may not hold the case."""
    case = short.cases[0]
    with short.open() as owner:
        admin = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.ADMIN}))
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        seat = owner.seat
    with member.open(short.place) as session, Work(session.log) as work:
        state = session.state_of(case)
        assert state is not None
        work.replace_epoch(case, state.kind, holders(session, seat), replaced=state.current)
        work.commit(Entry(act="key.rotate"))
    with admin.open(short.place) as session:
        assert members.suspend(session, member.member).is_done
    with short.open() as owner:
        made = owner.state_of(case)
        assert made is not None
        notes.add(owner, case, Note(NoteKind.CONTACT, LATER))
        now = owner.state_of(case)
        assert now is not None
        assert member.seat in made.knowing
        assert member.seat not in now.knowing


# What falls with an ended or revoked device is told: in both histories, and of others too.
MOVED = Note(NoteKind.CONTACT, "She was moved to another prison.")


def seen(session: Session, case: CompartmentId) -> list[str]:
    return [note.value.text for note in cases.open_case(session, case).notes]


def told(session: Session) -> tuple[str, ...]:
    return in_english(alarm.message for alarm in session.alarms if alarm.code is Code.UNENTITLED)


def works_on_cases(mira: Session, karim: Session) -> None:
    assert members.change_roles(mira, karim.member, ["admin", "caseworker"]).is_done
    give(mira, karim)


def end_of(mira: Session, karim: Session) -> list[MadeAct]:
    """Return what ends Karim, who counts as far as he is known here by now."""
    with mira.database.reading() as rows:
        heads = heads_of(mira.directory, mira.prover, rows, [karim.seat])
    return [by_the_sheets(mira, end(karim.seat, heads, nonce()))]


@pytest.mark.long
def test_an_end_that_has_seen_both_histories_of_a_log_loses_nothing(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        old = shared_by_both(mira, karim, organisation)
    seized = organisation.copied_to(tmp_path / "seized")
    with organisation.at(MIRA, KARIM) as (mira, karim), seized.open(KARIM) as copy:
        made = cases.create(karim, title="On her way", kind="asylum")
        notes.add(karim, made.case, MOVED)
        sharing.grant(karim, made.case, [mira.member])
        notes.add(copy, old.case, MOVED)
        give(karim, mira)
        give(copy, mira)
        assert members.leave(mira, karim.member).is_done
        assert seen(mira, made.case) == seen(mira, old.case) == [MOVED.text]
        assert told(mira) == ()


def shared_by_both(mira: Session, karim: Session, organisation: Organisation) -> cases.CaseMade:
    """Return a case that Mira made, and that Karim and Selin hold."""
    works_on_cases(mira, karim)
    made = cases.create(mira, title="Detained", kind="asylum")
    sharing.grant(mira, made.case, organisation.members(KARIM, SELIN))
    give(mira, karim)
    return made


@pytest.mark.long
def test_what_others_wrote_under_a_key_that_is_cut_off_is_told(
    organisation: Organisation,
) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        made = shared_by_both(mira, karim, organisation)
        earlier = end_of(mira, karim)
        with organisation.at(SELIN, JOEL) as (selin, joel):
            sharing.grant(karim, made.case, [joel.member])
            give(karim, joel)
            notes.add(joel, made.case, MOVED)
            for giver, taker in ((karim, mira), (joel, mira), (mira, selin)):
                give(giver, taker)
            assert seen(mira, made.case) == seen(selin, made.case) == [MOVED.text]

            list_acts(mira, earlier, taken_from=[karim.seat])
            give(mira, selin)
            for session in (mira, selin):
                assert seen(session, made.case) == []
                (alarm,) = told(session)
                assert f"(in {made.ref}; first: entry " in alarm
                assert "a grant of it brings" in alarm
                assert log_checking.verify(session).faults == ()

            # As it says: somebody who may gives the case to the author, and the note is there again.
            sharing.grant(mira, made.case, [joel.member])
            give(mira, selin)
            assert seen(mira, made.case) == seen(selin, made.case) == [MOVED.text]
            assert told(mira) == told(selin) == ()


@pytest.mark.long
def test_what_others_wrote_who_have_the_case_from_somebody_else_too_stays(organisation: Organisation) -> None:
    with organisation.at(MIRA, KARIM) as (mira, karim):
        made = shared_by_both(mira, karim, organisation)
        earlier = end_of(mira, karim)
        sharing.rotate(karim, made.case)
        with organisation.open(SELIN) as selin:
            give(karim, selin)
            notes.add(selin, made.case, MOVED)
            give(karim, mira)
            give(selin, mira)
            list_acts(mira, earlier, taken_from=[karim.seat])
            give(mira, selin)
            assert seen(mira, made.case) == seen(selin, made.case) == [MOVED.text]
            assert told(mira) == told(selin) == ()


@pytest.mark.long
@pytest.mark.parametrize("hears_of_the_end_first", [False, True])
def test_what_a_second_history_gave_falls_alike_in_either_order(
    organisation: Organisation, tmp_path: Path, hears_of_the_end_first: bool
) -> None:
    folder = organisation.folder
    with organisation.at(MIRA, KARIM) as (mira, karim):
        made = shared_by_both(mira, karim, organisation)
    seized = organisation.copied_to(tmp_path / "seized")
    with organisation.at(MIRA, KARIM, SELIN) as (mira, karim, selin):
        cases.create(karim, title="By the true Karim", kind="asylum")
        give(karim, mira)
        give(mira, selin)
    with seized.open(KARIM) as copy, organisation.at(SELIN, JOEL) as (selin, joel):
        sharing.grant(copy, made.case, [joel.member])
        give(copy, joel)
        notes.add(joel, made.case, MOVED)
        copied = [folder / "copy", folder / "joel"]
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
                assert seen(selin, made.case) == [MOVED.text]
                give(mira, selin)
            assert seen(selin, made.case) == []
            assert len(told(selin)) == 1


@pytest.mark.long
def test_what_was_written_under_a_key_from_somebody_revoked_falls_alike_and_is_told(organisation: Organisation) -> None:
    with organisation.at(SELIN, JOEL, AMINA, TOMAS) as (selin, joel, amina, tomas):
        made = cases.create(selin, title="Detained", kind="asylum", alone_reason="nobody")
        sharing.grant(selin, made.case, organisation.members(JOEL, TOMAS))
        for giver, taker in ((selin, joel), (selin, tomas), (joel, selin)):
            give(giver, taker)
        sharing.revoke(selin, made.case, [joel.member])
        sharing.grant(joel, made.case, [amina.member])  # he did not hear of it
        give(joel, amina)
        notes.add(amina, made.case, MOVED)
        for giver in (joel, amina):
            give(giver, tomas)
        assert seen(tomas, made.case) == [MOVED.text]

        for giver, taker in ((selin, tomas), (joel, selin), (amina, selin)):
            give(giver, taker)
        for session in (selin, tomas):
            assert seen(session, made.case) == []
            (alarm,) = told(session)
            assert f"(in {made.ref}; first: entry " in alarm

        sharing.grant(tomas, made.case, [amina.member])
        give(tomas, selin)
        assert seen(tomas, made.case) == seen(selin, made.case) == [MOVED.text]


@pytest.mark.long
@pytest.mark.parametrize("hears_first", [SELIN, TOMAS])
def test_a_revocation_that_binds_again_takes_the_same_on_every_device(
    organisation: Organisation, hears_first: str
) -> None:
    folder = organisation.folder
    with organisation.at(SELIN, TOMAS, JOEL, AMINA) as (selin, tomas, joel, amina):
        made = cases.create(selin, title="Detained", kind="asylum", alone_reason="nobody")
        sharing.grant(selin, made.case, organisation.members(TOMAS, JOEL, AMINA))
        for session in (tomas, joel, amina):
            give(selin, session)
            give(session, selin)
        sharing.revoke(selin, made.case, [tomas.member])
        sharing.revoke(tomas, made.case, [joel.member])  # apart: it binds nobody where that of the founder is known
        notes.add(joel, made.case, MOVED)
        by_tomas, by_selin = folder / "by-tomas", folder / "by-selin"
        syncing.make(tomas, amina.member, by_tomas)
        syncing.make(selin, amina.member, by_selin)
        give(joel, amina)
        for bundle in (by_selin, by_tomas) if hears_first == SELIN else (by_tomas, by_selin):
            syncing.import_bundle(amina, bundle)
            amina_sees = seen(amina, made.case)
        for session in (tomas, joel):
            give(session, selin)
        assert amina_sees == seen(selin, made.case) == [MOVED.text]

        sharing.grant(selin, made.case, [tomas.member])  # that ends hers, and his binds
        give(selin, amina)
        assert seen(selin, made.case) == seen(amina, made.case) == []
        assert len(told(selin)) == len(told(amina)) == 1
