"""A bundle that stops the program, or a kill in the middle: what came is told, logged and taken, and so are others."""

from __future__ import annotations

import json
import os
import random
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.filling import TEXT
from tests.attacks.import_child import STEPS, take
from tests.attacks.killing import draft_number, is_whole, made_text
from tests.cli.forked import Forked
from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Filled, Place, fill, found
from tests.services.organisation import AMINA, FLOOR_MIB, JOEL, MIRA, Organisation, full_name
from tests.services.test_syncing import Offices, _offices, offices
from tests.sync.hostile import encoded, write
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import BrokenSealError, MalformedError, TryAgainError
from vault.ids import ZERO_ID, SeatId, make_id
from vault.log.genesis import Genesis
from vault.log.operation import NUMBER_LIMIT
from vault.seal.bodies import Recipient
from vault.seal.recovery import member_words
from vault.seal.signing import make_signing_seed, public_key, sign
from vault.services import housekeeping
from vault.services.approvals import erasing
from vault.services.cases import cases, notes, searching
from vault.services.erasures import what_goes
from vault.services.evidence import log_checking
from vault.services.exchange import syncing
from vault.services.exchange.bundle_import import BundleImport
from vault.services.members import admitting
from vault.store.files import BALLAST_SIZE
from vault.sync.bundle_pages import PageKind, SentOperation, SentRow, SentVersion, SentVersionKey
from vault.sync.staging import stage, staged_in

Groups = Iterable[tuple[PageKind, bytes, list[SentRow]]]


def outsiders_bundle(path: Path, to: Session, groups: Groups) -> Path:
    """Seal rows to a seat as somebody who is no member: its id and public key stand in its certificate."""
    recipient = Recipient(to.seat, to.kem_private.public)
    return write(path, to.vault, encoded(groups), manifest=lambda made: replace(made, member=to.member), to=recipient)


def import_cut_off(session: Session, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Import a bundle, and have the power fail behind its rows, before its entry."""

    def fails(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(BundleImport, "_log", fails)
        with pytest.raises(KeyboardInterrupt):
            syncing.import_bundle(session, file)


@pytest.mark.parametrize(
    "row",
    [
        SentVersion(1 << 63, 0, bytes(16), bytes(16), b"blob"),
        SentVersionKey((1 << 64) - 1, 0, bytes(16), bytes(40)),
        SentOperation(NUMBER_LIMIT, b"header", b"", bytes(500)),
    ],
    ids=["version", "key of a version", "entry"],
)
def test_a_position_that_no_log_has_refuses_the_bundle_and_nothing_of_it_waits(
    organisation: Organisation, tmp_path: Path, row: SentVersion | SentVersionKey | SentOperation
) -> None:
    kind = {SentVersion: PageKind.VERSION, SentVersionKey: PageKind.VERSION_KEY}.get(type(row), PageKind.OPERATION)
    with organisation.at(MIRA, AMINA) as (mira, amina):
        with mira.database.reading() as rows:
            genesis = rows.genesis(mira.log.origin)
        assert genesis is not None
        groups: Groups = [(PageKind.GENESIS, bytes(32), [genesis]), (kind, mira.log.origin, [row])]
        with pytest.raises(MalformedError, match="names a position that no log has"):
            syncing.import_bundle(amina, outsiders_bundle(tmp_path / "evil", amina, groups))
        assert staged_in(amina.folder.staging_dir) == []


def test_a_take_that_was_cut_off_behind_its_rows_comes_into_the_log_with_the_next(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation.exchange(MIRA, AMINA)
    with organisation.at(MIRA, AMINA) as (mira, amina):
        cases.create(mira, title="Harbour", kind="asylum")
        syncing.make(mira, amina.member, tmp_path / "good")
        size = amina.log.size
        import_cut_off(amina, tmp_path / "good", monkeypatch)
        with amina.database.reading() as rows:
            assert rows.size(mira.log.origin) == mira.log.size - 1  # all that the bundle had
        assert amina.log.size == size
        assert syncing.import_bundle(amina, tmp_path / "good").entries == 0
        assert amina.log.size == size + 1
        assert staged_in(amina.folder.staging_dir) == []


def test_one_that_nobody_repeats_comes_into_the_log_with_the_next_that_brings_anything(
    organisation: Organisation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    organisation.exchange(MIRA, AMINA)
    organisation.exchange(JOEL, AMINA)
    with organisation.at(MIRA, AMINA, JOEL) as (mira, amina, joel):
        for giver, name in ((mira, "cut"), (joel, "next")):
            cases.create(giver, title="Harbour", kind="asylum")
            syncing.make(giver, amina.member, tmp_path / name)
        size = amina.log.size
        import_cut_off(amina, tmp_path / "cut", monkeypatch)
        assert syncing.import_bundle(amina, tmp_path / "next").entries > 0
        assert amina.log.size == size + 2
        assert staged_in(amina.folder.staging_dir) == []


def spoil(session: Session, tmp_path: Path) -> None:
    """Leave a file among those that wait that is no bundle any more."""
    (session.folder.staging_dir / f"{bytes(32).hex()}.bundle").write_bytes(b"casevault bundle" + bytes(4_000))


def nothing(session: Session, tmp_path: Path) -> None:
    """Leave nothing there."""


@pytest.mark.long
@pytest.mark.parametrize("left", [nothing, spoil])
@pytest.mark.parametrize("is_cut_off", [False, True], ids=["whole", "cut off"])
def test_a_device_admitted_in_anothers_name_is_told_to_them_whatever_ends_the_take(
    organisation: Organisation,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    left: Callable[[Session, Path], None],
    *,
    is_cut_off: bool,
) -> None:
    seat = admit_in_the_name_of(AMINA, organisation, tmp_path)
    heard = []
    with organisation.at(AMINA) as (amina,):
        (amina.folder.staging_dir).mkdir(exist_ok=True)
        left(amina, tmp_path)
        if is_cut_off:
            import_cut_off(amina, tmp_path / "good", monkeypatch)
            amina.keep_pins()  # whatever is written from here on
        else:
            syncing.import_bundle(amina, tmp_path / "good")
            heard.append(in_english(amina.warnings))
        assert seat in amina.directory.certificates
    for _ in range(2):
        with organisation.at(AMINA) as (amina,):
            heard.append(in_english(amina.warnings))
            amina.require_sound_log()  # news, not a fault
    told = [any(f"in your name: {seat.hex()[:8]}" in one for one in warnings) for warnings in heard]
    assert told == ([True, False] if is_cut_off else [True, True, False])


def admit_in_the_name_of(name: str, organisation: Organisation, folder: Path) -> SeatId:
    """Have the sheets admit a device of somebody else, in other hands; leave the bundle that says so."""
    with organisation.at(MIRA) as (mira,):
        member = organisation[name].member
        asked = admitting.ask(
            folder / "other.vault",
            admitting.vault_words(mira),
            member_name=full_name(name),
            passphrase=bytearray(PASSPHRASE),
            own_words=member_words(member),
            memory_mib=FLOOR_MIB,
        )
        (folder / "request").write_bytes(asked.file)
        admitted = admitting.admit(mira, admitting.read_request(mira, folder / "request"), asked.words, by_sheets=True)
        assert admitted.outcome.is_done
        syncing.make(mira, member, folder / "good")
    return admitted.seat


@pytest.mark.long
def test_what_waits_for_one_member_of_a_folder_is_not_thrown_away_by_another(
    organisation: Organisation, tmp_path: Path
) -> None:
    words, account = "nine copper whistles", organisation[MIRA]
    with organisation.at(MIRA) as (mira,):
        admitting.admit_here(mira, like="intake", name="Oren Sabaluk", passphrase=bytearray(words.encode()))

    def oren() -> Session:
        passphrase = bytearray(words.encode())
        return unlock(account.place.path, member="Oren Sabaluk", passphrase=passphrase, state=account.place.state)

    with oren() as session:
        member, folder = session.member, session.folder.staging_dir
    organisation.exchange(MIRA, JOEL)
    with organisation.at(JOEL) as (joel,):
        syncing.make(joel, account.member, tmp_path / "to mira")
        cases.create(joel, title="Harbour", kind="asylum")
        syncing.make(joel, member, tmp_path / "to oren")
    pending = stage(tmp_path / "to mira", folder, bytes(32), now_s=0).path
    with oren() as session:
        with pytest.raises(BrokenSealError):
            syncing.import_bundle(session, tmp_path / "to mira")
        assert syncing.import_bundle(session, tmp_path / "to oren").entries > 0
    assert staged_in(folder) == [pending]


def test_of_a_thousand_devices_that_nobody_knows_one_line_is_said(organisation: Organisation, tmp_path: Path) -> None:
    with organisation.at(AMINA) as (amina,):
        groups: Groups = [(PageKind.GENESIS, bytes(32), [unknown_genesis(amina.vault) for _ in range(1_000)])]
        taken = syncing.import_bundle(amina, outsiders_bundle(tmp_path / "many", amina, groups))
    assert in_english(taken.pending) == (
        "Entries of a device that is not known here are pending until its admission arrives.",
    )


def unknown_genesis(vault: bytes) -> bytes:
    seed = make_signing_seed()
    begun = Genesis(vault, ZERO_ID, public_key(seed), public_key(seed), make_id(), kem=bytes(1_216))
    return begun.encode(sign(seed, "genesis", begun.unsigned()))


# A take that is killed at any step: the vault opens, and taking the same file again brings everything.
__all__ = ["_offices", "offices"]  # fixtures


@pytest.mark.slow
@pytest.mark.long_after(1)
@pytest.mark.parametrize("step", [*STEPS, "rows+", "keys of the seat+", "log+"])
def test_a_killed_take_is_completed_by_a_second(
    step: str, offices: Offices, filled_template: Filled, tmp_path: Path
) -> None:
    founder, colleague = offices
    case = filled_template.cases[0]
    with founder.open() as session:
        for number in range(5):
            notes.add(session, case, Note(NoteKind.CONTACT, f"carried {number}"))
    bundle = founder.send(colleague, tmp_path)
    office = (colleague.path, colleague.state)
    with Forked(take, step, office, bundle, colleague.name, bytes(colleague.passphrase)) as process:
        assert process.ended() == -signal.SIGKILL
    colleague.take(bundle)
    with colleague.open() as session:
        texts = {note.value.text for note in cases.open_case(session, case).notes}
        assert {f"carried {number}" for number in range(5)} <= texts
        assert log_checking.verify(session).faults == ()


# kill -9 at random moments: what was acknowledged is there, nothing half-written is, and the log verifies.
# The seed of a run is printed; CASEVAULT_SEED repeats it.
_REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def seed() -> int:
    chosen = int(os.environ.get("CASEVAULT_SEED", secrets.randbelow(2**32)))
    print(f"CASEVAULT_SEED={chosen}")
    return chosen


@pytest.fixture
def office(tmp_path: Path) -> Filled:
    place = found(tmp_path)
    return Filled(place, *fill(place))


@pytest.mark.slow
@pytest.mark.parametrize("rounds", [8, pytest.param(200, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_when_children_of_one_unlocked_process_are_killed(
    office: Filled, seed: int, rounds: int
) -> None:
    command = [sys.executable, "-m", "tests.attacks.killing", str(office.path), str(office.state)]
    done = subprocess.run(
        [*command, office.refs[1], str(rounds), str(seed)], cwd=_REPOSITORY, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    promised = json.loads(done.stdout)
    assert len(promised["notes"]) >= rounds // 2
    with office.open() as session:
        assert session.warnings == ()
        stored = {note.record.hex(): note.value.text for note in cases.open_case(session, office.cases[1]).notes}
        found = log_checking.verify(session)
        assert draft_number(session) >= promised["draft"]
    assert found.verified, found.faults[:3]
    assert found.entries == found.expected
    assert set(promised["notes"]) <= stored.keys()
    written = [text for text in stored.values() if text.startswith("note ")]
    assert all(is_whole(text) for text in written)
    # What became durable and was not heard any more: at most the one in flight at each kill.
    assert len(written) - len(promised["notes"]) <= rounds


def start_note_add(
    office: Filled, home: Path, text: str, *, before: Callable[[], None] | None = None
) -> subprocess.Popen[bytes]:
    """Start the real command with the passphrase in a pipe and the text on standard input.

    `before` runs in the child before the command does.
    """
    reading, writing = os.pipe()
    os.write(writing, PASSPHRASE)
    os.close(writing)
    words = ["--vault", str(office.path), "--member", MEMBER, "--passphrase-fd", str(reading), "--json", "--no-input"]
    process = subprocess.Popen(
        [sys.executable, "-m", "vault", *words, "note", "add", office.refs[1]],
        cwd=_REPOSITORY,
        env={**os.environ, "XDG_STATE_HOME": str(home)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        pass_fds=[reading],
        preexec_fn=before,  # noqa: PLW1509 - only sets a limit
    )
    os.close(reading)
    assert process.stdin is not None
    process.stdin.write(text.encode())
    process.stdin.close()
    process.stdin = None
    return process


@pytest.mark.slow
@pytest.mark.parametrize("commands", [8, pytest.param(24, marks=pytest.mark.long)])
def test_nothing_acknowledged_is_lost_when_the_real_command_is_killed(
    office: Filled, tmp_path: Path, seed: int, commands: int
) -> None:
    chance = random.Random(seed)
    home = tmp_path / "home"
    shutil.copytree(office.state, home / "casevault")
    began = time.monotonic()
    whole, said = start_note_add(office, home, made_text(0, 0)).communicate()
    took = time.monotonic() - began
    acknowledged = [json.loads(whole)["note"]]
    for number in range(1, commands):
        process = start_note_add(office, home, made_text(number, number))
        time.sleep(chance.uniform(0.3, 1.1) * took)
        process.kill()
        said, complaint = process.communicate()
        if said.endswith(b"\n"):
            acknowledged.append(json.loads(said)["note"])
        assert not complaint, f"round {number}"
    shutil.rmtree(office.state)
    shutil.copytree(home / "casevault", office.state)
    with office.open() as session:
        assert session.warnings == ()
        stored = {note.record.hex(): note.value.text for note in cases.open_case(session, office.cases[1]).notes}
        found = log_checking.verify(session)
    assert found.verified, found.faults[:3]
    assert set(acknowledged) <= stored.keys()
    written = [text for text in stored.values() if text.startswith("note ")]
    assert all(is_whole(text) for text in written)
    assert len(acknowledged) <= len(written) <= commands


# A full disk, for the vault and for the account's state: one clear error, nothing acknowledged is lost.
_MIB = 1 << 20


@pytest.fixture(scope="module")
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Filled:
    place = found(tmp_path_factory.mktemp("office"))
    return Filled(place, *fill(place))


@pytest.fixture
def office_on_disk(office_template: Filled, tmp_path: Path) -> Filled:
    return Filled(office_template.place.copied_to(tmp_path), office_template.cases, office_template.refs)


@contextmanager
def small_disk(at: Path, size: int) -> Iterator[Path]:
    """Mount a disk of this many bytes, which only root may do."""
    at.mkdir()
    if os.geteuid() != 0:
        pytest.skip("not run: needs mount as root")
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(at)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("not run: needs mount as root")
    try:
        yield at
    finally:
        subprocess.run(["umount", "-l", str(at)], check=True)


def fill_disk(disk: Path) -> None:
    """Leave not one byte free."""
    with suppress(OSError), (disk / "filler").open("ab", buffering=0) as filler:
        while True:
            filler.write(bytes(4096))
    assert shutil.disk_usage(disk).free == 0


def fill_up(place: Place, case_ref: str, *, limit: int = 0) -> tuple[list[str], list[str]]:
    """Write notes until an error; return the ids that were promised and the errors told."""
    command = [sys.executable, "-m", "tests.attacks.filling", str(place.path), str(place.state), case_ref, str(limit)]
    done = subprocess.run(command, cwd=_REPOSITORY, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    return [line for line in lines if " " not in line], [line for line in lines if " " in line]


def all_is_there(place: Place, case_ref: str, promised: list[str]) -> None:
    """Check that every promised note is there and whole, that work goes on, and that the log verifies."""
    with place.open() as session:
        assert session.warnings == ()
        case = cases.find(session, case_ref)
        texts = {note.record.hex(): note.value.text for note in cases.open_case(session, case).notes}
        assert {note: texts.get(note) == TEXT for note in promised} == dict.fromkeys(promised, True)
        notes.add(session, case, Note(NoteKind.CONTACT, "there is room again"))
        found = log_checking.verify(session)
    assert found.verified, found.faults[:3]


@pytest.mark.long
def test_a_limit_on_the_size_of_files_is_one_clear_error(office_on_disk: Filled) -> None:
    limit = (office_on_disk.path / "vault.db").stat().st_size + 2 * _MIB
    promised, errors = fill_up(office_on_disk.place, office_on_disk.refs[0], limit=limit)
    assert promised
    assert len(errors) == 1
    assert errors[0].startswith("try-again 75 no room to write vault.db")
    all_is_there(office_on_disk.place, office_on_disk.refs[0], promised)


@pytest.mark.tool("mount", "umount")
def test_a_full_disk_gives_the_ballast_back_and_loses_nothing(office_on_disk: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 20 * _MIB) as disk:
        place = Place(disk / "office.vault", office_on_disk.state)
        shutil.copytree(office_on_disk.path, place.path)
        assert (place.path / "ballast").stat().st_size == BALLAST_SIZE
        first, errors = fill_up(place, office_on_disk.refs[0])
        assert first
        assert [error.split(" no room")[0] for error in errors] == ["try-again 75"]
        assert "the same act fits now" in errors[0]
        assert not (place.path / "ballast").exists()
        # The reserve is room for the very act that failed, and for many after it.
        second, errors = fill_up(place, office_on_disk.refs[0])
        assert len(second) > len(first)
        assert [error.split(" no room")[0] for error in errors] == ["try-again 75"]
        subprocess.run(["mount", "-o", f"remount,size={64 * _MIB}", str(disk)], check=True)
        all_is_there(place, office_on_disk.refs[0], first + second)


@pytest.mark.tool("mount", "umount")
def test_no_vault_is_begun_on_a_disk_without_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 4 * _MIB) as disk:
        with pytest.raises(TryAgainError, match="no room"):
            found(disk)
        assert [part.name for part in disk.iterdir()] == []


@pytest.mark.tool("mount", "umount")
def test_a_full_state_folder_stops_no_note_and_is_told(office_on_disk: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        place = Place(office_on_disk.path, disk / "state")
        shutil.copytree(office_on_disk.state, place.state)
        fill_disk(disk)
        session = place.open()
        note = notes.add(session, office_on_disk.cases[0], Note(NoteKind.CONTACT, TEXT))
        with pytest.raises(TryAgainError, match="no room to write"):
            session.close()
        (disk / "filler").unlink()
        all_is_there(place, office_on_disk.refs[0], [note.hex()])


@pytest.mark.tool("mount", "umount")
def test_a_new_log_does_not_begin_where_pins_cannot_name_it(office_on_disk: Filled, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", 64 << 10) as disk:
        fill_disk(disk)
        with pytest.raises(TryAgainError, match="no room to write"):
            unlock(office_on_disk.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=disk / "state")
    with office_on_disk.open() as session:
        assert session.warnings == ()
        assert log_checking.verify(session).logs == 1


def limit_files(limit: int) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))


@pytest.mark.long
def test_the_real_command_ends_with_75_and_promises_nothing(office_on_disk: Filled, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(office_on_disk.state, home / "casevault")
    command: Callable[..., subprocess.Popen[bytes]] = partial(start_note_add, office_on_disk, home, TEXT)
    process = command(before=partial(limit_files, 128 << 10))
    said, _ = process.communicate()
    assert process.returncode == 75
    answer = json.loads(said)
    assert answer["error"]["code"] == "try-again"
    assert "no room to write" in answer["error"]["message"]
    process = command()
    said, _ = process.communicate()
    assert process.returncode == 0
    all_is_there(Place(office_on_disk.path, home / "casevault"), office_on_disk.refs[1], [json.loads(said)["note"]])


@pytest.mark.long
@pytest.mark.tool("mount", "umount")
@pytest.mark.parametrize("room", [0, 64 << 10, 1 * _MIB])
def test_a_full_disk_lets_an_erasure_end_once_there_is_room(office_on_disk: Filled, tmp_path: Path, room: int) -> None:
    """However far it came, its words are there whole or nowhere."""
    with small_disk(tmp_path / "disk", 32 * _MIB) as disk:
        place = Place(disk / "office.vault", office_on_disk.state)
        shutil.copytree(office_on_disk.path, place.path)
        with place.open() as session:
            note = notes.add(session, office_on_disk.cases[0], Note(NoteKind.CONTACT, "Thistledown Wharf " * 20_000))
            going = what_goes.what_goes(session, note.hex())
            (place.path / "ballast").unlink()
            fill_disk(disk)
            os.truncate(disk / "filler", (disk / "filler").stat().st_size - room)
            with suppress(TryAgainError):
                erasing.erase(session, going, why="mistake")
            (disk / "filler").unlink()
        with place.open() as session:
            housekeeping.settle(session)
            if searching.search(session, "Thistledown").hits:
                erasing.erase(session, what_goes.what_goes(session, note.hex()), why="mistake")
            assert log_checking.verify(session).verified
            assert session.keys_now is not None
            copied, secrets, vault = session.copy_keys(session.keys_now[0]), session._secrets, session.vault
        loot = everything([place.path], vault, secrets, {copied.database_key})
        assert (b"Thistledown" in loot, b"thistledown" in loot) == (False, False)
