"""A vault opened by its sheets alone: where it lies, what a crash left, and which root it begins with."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.records.beside import begin_beside
from tests.services.founded import Filled
from vault import platform
from vault.access.membership.new_root import change_root, follow_root
from vault.access.membership.next_roster import Change, next_roster
from vault.access.membership.roster_commit import commit_roster
from vault.access.recovery_session import open_door, opened_by_sheets
from vault.access.seat_keys.rekeying import doors_here
from vault.access.seat_keys.root_secret import kept_secret, root_of
from vault.access.session import Session
from vault.errors import NewerVaultError, NoVaultError, RefusedError, VerificationError
from vault.ids import RECOVERY_SEAT, RecordId
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster
from vault.records.versions import Content, encode_content
from vault.records.work import Entry, Work
from vault.seal.entrance.doors import make_recovery_door
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import make_key, wrap
from vault.seal.purposes import Purpose
from vault.seal.recipients import GrantContext, KemPrivate, seal_to
from vault.seal.recovery import derive_recovery_seed, derive_root_seed, make_root_secret
from vault.seal.signing import make_signing_seed, public_key, sign
from vault.store.engine import Database
from vault.store.files import read_limited, write_aside
from vault.store.rows import Rows
from vault.store.rowtypes import VersionKeyRow, VersionRow

NO_ROSTER = "no list of members of this vault ends in the root of these sheets"


def secret_of(session: Session) -> bytes:
    secret = kept_secret(session)
    assert secret is not None
    return secret


def read_keys(filled: Filled) -> KeyFile:
    return KeyFile.decode(read_limited(filled.path / "keys", KEY_FILE_SIZE))


def require_refused(filled: Filled, secret: bytes, error: type[Exception], text: str) -> None:
    with pytest.raises(error, match=text), opened_by_sheets(filled.path, secret):
        pass


# ---- the folder


@pytest.mark.parametrize("name", ["keys", "vault.db"])
def test_a_folder_that_lacks_a_part_is_no_vault(filled: Filled, name: str) -> None:
    with filled.open() as session:
        secret = secret_of(session)
    (filled.path / name).unlink()
    require_refused(filled, secret, NoVaultError, f"there is no vault at .*: the file {name} is missing")


def test_sheets_open_no_vault_where_unlock_would_open_none(filled: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    with filled.open() as session:
        secret = secret_of(session)
    asked: list[Path] = []

    def refuse(path: Path) -> str:
        asked.append(path)
        return "the disk is somebody else's, says the test"

    monkeypatch.setattr(platform, "is_network_or_synced", refuse)
    require_refused(filled, secret, RefusedError, "somebody else's, says the test")
    assert asked == [filled.path]


def test_a_vault_of_a_newer_program_is_not_opened_by_sheets_either(filled: Filled) -> None:
    with filled.open() as session:
        secret = secret_of(session)
        with session.database.transaction() as rows:
            rows.connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0999'")
    require_refused(filled, secret, NewerVaultError, "this vault has schema 0999")


def test_a_change_of_keys_that_a_crash_cut_off_is_finished(filled: Filled) -> None:
    with filled.open() as session:
        secret = secret_of(session)
        changed = read_keys(filled).with_slot(7, bytes(range(256)) * 4)
        write_aside(session.folder.keys, changed.encode())
        with session.work() as work:
            work.list_keys_file(changed.header.folder, changed.digest())
            work.commit(Entry(act="keys.change"))
    with opened_by_sheets(filled.path, secret) as opened:
        assert opened.file == changed == read_keys(filled)


def test_a_door_that_holds_no_key_is_none_that_the_sheets_open(filled: Filled) -> None:
    with filled.open() as session:
        secret = secret_of(session)
    file = read_keys(filled)
    public = KemPrivate.from_seed(derive_recovery_seed(secret)).public
    context = GrantContext(Purpose.DOOR, file.header.vault, to_seat=RECOVERY_SEAT)
    empty = file.with_doors(file.doors, seal_to(public, bytes(64), context))
    with pytest.raises(VerificationError, match="these sheets do not open this vault"):
        open_door(empty, secret)


# ---- the first root


@pytest.mark.parametrize("changes", [0, 1, 2])
def test_sheets_of_whichever_root_counts_now_go_back_to_the_first(filled: Filled, changes: int) -> None:
    with filled.open() as session:
        first = root_of(secret_of(session))
        for _ in range(changes):
            change_root(session, secret_of(session))
            follow_root(session)
        secret = secret_of(session)
        rosters = session.directory.chain.accepted
    with opened_by_sheets(filled.path, secret) as opened:
        assert (opened.anchor, opened.root_seed) == (first, derive_root_seed(secret))
        assert opened.directory.chain.accepted == rosters
        assert len(rosters) == 1 + changes


def listed_elsewhere(session: Session, copies: list[Roster]) -> None:
    """Have a member list them in a log that is read before the founder's."""
    log = session.log
    while log.origin >= session.log.origin:
        log = begin_beside(session, goes_on=True)
    with Work(log) as work:
        work.commit(Entry(act="log.restored"))
    with Work(log) as work:
        for copy in copies:
            work.write(session.directory.compartment, RecordId(ROSTER_RECORD), "roster", copy.fields())
        work.commit(Entry(act="config.change"))


def put_into_entry_0(session: Session, copies: list[Roster]) -> None:
    put_in(session, copies, session.log.origin)


def put_into_no_log(session: Session, copies: list[Roster]) -> None:
    put_in(session, copies, bytes(32))


def put_in(session: Session, copies: list[Roster], origin: bytes) -> None:
    """Put rows in beside the true ones, as whoever has the database and a key of the directory can."""
    home, record = session.directory.compartment, ROSTER_RECORD
    epoch = session.keyring.epochs_of(home)[-1]
    wrap_key = session.keyring.wrap_key(epoch)
    assert wrap_key is not None
    with session.database.transaction() as rows:
        for n, copy in enumerate(copies):
            key = make_key()
            content = encode_content(Content(kind="roster", parents=(), clock=session.log.tick(), fields=copy.fields()))
            blob = seal(key, content, VersionContext(session.vault, home, record, origin, 0))
            place = (origin, 0, 100 + n)
            rows.add_versions([VersionRow(*place, version_id(home, record, blob), home, record, blob)])
            rows.add_version_keys([VersionKeyRow(*place, epoch, wrap(wrap_key, key))])


def copies_signed_too(session: Session, seed: bytes) -> list[Roster]:
    copies = []
    for roster in session.directory.chain.accepted:
        pair = (public_key(seed), sign(seed, ROSTER_PURPOSE, roster.root))
        copies.append(Roster(roster.entries, (pair, *roster.signatures)))
    return copies


@pytest.mark.parametrize("is_turned", [False, True], ids=["as stored", "the other way round"])
@pytest.mark.parametrize("plant", [listed_elsewhere, put_into_entry_0, put_into_no_log])
def test_whoever_signs_copies_of_the_rosters_too_does_not_become_their_first_root(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, plant: Callable[[Session, list[Roster]], None], *, is_turned: bool
) -> None:
    """A seat that is brought back keeps the first root: what that key signs, it would believe from then on."""
    with filled.open() as session:
        first = root_of(secret_of(session))
        change_root(session, secret_of(session))
        follow_root(session)
        secret = secret_of(session)
        plant(session, copies_signed_too(session, make_signing_seed()))
    in_order = Rows.versions
    if is_turned:
        monkeypatch.setattr(Rows, "versions", lambda rows, *of: in_order(rows, *of)[::-1])
    with opened_by_sheets(filled.path, secret) as opened:
        assert opened.anchor == first


def test_copies_of_the_rosters_alone_tell_no_first_root(filled: Filled) -> None:
    with filled.open() as session:
        change_root(session, secret_of(session))
        follow_root(session)
        secret = secret_of(session)
        with session.database.reading() as rows:
            true = rows.versions(session.directory.compartment, RecordId(ROSTER_RECORD))
        listed_elsewhere(session, copies_signed_too(session, make_signing_seed()))
        with session.database.transaction() as rows:
            rows.erase_versions([(one.origin, one.seq, one.n) for one in true])
    require_refused(filled, secret, VerificationError, NO_ROSTER)


Signing = Callable[[Roster, bytes], Roster]


def truly(roster: Roster, secret: bytes) -> Roster:
    seed = derive_root_seed(secret)
    return roster.signed(public_key(seed), sign(seed, ROSTER_PURPOSE, roster.root))


def falsely(roster: Roster, secret: bytes) -> Roster:
    return roster.signed(root_of(secret), bytes(64))


def not_at_all(roster: Roster, secret: bytes) -> Roster:
    return roster


@pytest.mark.parametrize(
    ("before", "naming"), [(not_at_all, truly), (truly, truly), (not_at_all, falsely), (truly, not_at_all)]
)
def test_a_later_root_vouches_for_the_roster_that_names_it_by_signing_that_one(
    filled: Filled, before: Signing, naming: Signing
) -> None:
    secret = make_root_secret()
    recovery = KemPrivate.from_seed(derive_recovery_seed(secret)).public
    with filled.open() as session:
        first = secret_of(session)
        settling = Change(helpers_by_supervisor=not session.directory.effective.head.helpers_by_supervisor)
        for change, signed_too in ((settling, before), (Change(new_root=root_of(secret), recovery=recovery), naming)):
            roster = next_roster(session.directory.effective, change, lambda seat: {})
            file = read_keys(filled)
            door = make_recovery_door(session.vault, doors_here(session, file), recovery)
            commit_roster(session, signed_too(truly(roster, first), secret), keys=file.with_doors(file.doors, door))
        follow_root(session)
    if naming is not truly:
        require_refused(filled, secret, VerificationError, NO_ROSTER)
        return
    with opened_by_sheets(filled.path, secret) as opened:
        assert opened.anchor == root_of(first)


def test_the_vault_is_closed_when_the_work_of_the_sheets_ends(filled: Filled, closed: list[Database]) -> None:
    with filled.open() as session:
        secret = secret_of(session)
    with opened_by_sheets(filled.path, secret) as opened:
        assert opened.database not in closed
    assert opened.database in closed


def test_sheets_of_the_first_root_open_nothing_once_the_rosters_end_in_another(filled: Filled) -> None:
    """Their door is gone by then; an old `keys` file beside a newer database has it still."""
    old = (filled.path / "keys").read_bytes()
    with filled.open() as session:
        first = secret_of(session)
        change_root(session, first)
    (filled.path / "keys").write_bytes(old)
    require_refused(filled, first, VerificationError, NO_ROSTER)
