"""A backup brought back by sheets alone: everything or nothing, for whoever is named, and no way in of others lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.services.backup_help import flip, names_below
from tests.services.colleague import admit
from tests.services.founded import MEMBER, Filled, Place
from tests.services.sheets_help import typed
from tests.tables import each
from vault.access.recovering import Wish
from vault.access.unlock import unlock
from vault.errors import NotFoundError, RefusedError, VaultError, VerificationError
from vault.policy.roles import Role
from vault.seal.recovery import Sheet, make_sheets
from vault.services.backups import backups, restoring
from vault.services.backups.restoring import Regained
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets

NEW = b"five wooden herons"


@pytest.fixture
def sheets(filled: Filled) -> tuple[Sheet, ...]:
    with filled.open() as session:
        return recovery.sheets(session)


def make(filled: Filled, stick: Path) -> Path:
    with filled.open() as session:
        made = backups.make(session, stick)
    assert made is not None
    return made.path


def restore(source: Path, target: Path, state: Path, paper: TypedSheets, name: str = MEMBER, **more: bool) -> Regained:
    wish = Wish(name, **{"new_admin": False, "everything": False, "ends_old": True, **more})
    return restoring.restore_by_sheets(source, target, paper, wish, passphrase=bytearray(NEW), state=state)


@pytest.mark.long
def test_a_colleague_who_shares_the_folder_opens_the_restored_vault_as_before(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    """Their slot and their door stand in the backup's `keys`; who comes back by sheets takes neither."""
    with filled.open() as session:
        others = [
            admit(session, name=f"Oren {number}", passphrase=b"copper %d" % number, roles={Role.CASEWORKER})
            for number in range(3)
        ]
    for one in others:
        one.open(filled.place).close()
    make(filled, tmp_path / "stick")
    restore(tmp_path / "stick", tmp_path / "new.vault", tmp_path / "fresh", typed(sheets, 1, 2))
    place = Place(tmp_path / "new.vault", tmp_path / "fresh")
    # The end of the old seat gives the database a new key at the next unlock; the others are given it too.
    unlock(place.path, member=MEMBER, passphrase=bytearray(NEW), state=place.state).close()
    for one in others:
        with one.open(place) as session:
            assert session.faults() == []


@each(
    {
        "one sheet": (lambda s: typed(s, 2), MEMBER, {}, RefusedError, "2 sheets are needed, not 1"),
        "others": (lambda _: typed(make_sheets(bytes(32)), 1, 2), MEMBER, {}, VerificationError, "do not open this"),
        "no member": (lambda s: typed(s, 1, 2), "Nobody", {}, NotFoundError, "no member of this name is in"),
        "is in": (
            lambda s: typed(s, 1, 2),
            MEMBER,
            {"new_admin": True},
            RefusedError,
            "already a member with this name",
        ),
    }
)
def test_what_is_refused_leaves_nothing_at_all(  # noqa: PLR0917 - a row of the table, then fixtures
    paper: Callable[[Sequence[Sheet]], TypedSheets],
    name: str,
    more: dict[str, bool],
    error: type[VaultError],
    text: str,
    filled: Filled,
    sheets: Sequence[Sheet],
    tmp_path: Path,
) -> None:
    make(filled, tmp_path / "stick")
    before = names_below(tmp_path)
    with pytest.raises(error, match=text):
        restore(tmp_path / "stick", tmp_path / "new.vault", tmp_path / "fresh", paper(sheets), name, **more)
    assert set(names_below(tmp_path)) - {"fresh"} == set(before) - {"fresh"}
    assert not (tmp_path / "fresh" / "pins").exists()


def test_a_damaged_backup_is_named_before_a_sheet_is_typed_and_again_behind_it(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    backup = make(filled, tmp_path / "stick")
    for name in ("keys", "keyrows.db", "vault.db"):
        flip(backup / name, 70)
        with pytest.raises(VerificationError, match=rf"{name} of the backup is not what was written"):
            restoring.require_whole(tmp_path / "stick")
        with pytest.raises(VerificationError):
            restore(tmp_path / "stick", tmp_path / "new.vault", tmp_path / "fresh", typed(sheets, 1, 2))
        flip(backup / name, 70)
    assert not list(tmp_path.glob("new.vault*"))


def test_new_sheets_open_the_backups_made_since_and_the_old_ones_those_before(
    filled: Filled, sheets: Sequence[Sheet], tmp_path: Path
) -> None:
    old = make(filled, tmp_path / "old")
    with filled.open() as session:
        fresh = recovery.renew(session).sheets
    new = make(filled, tmp_path / "new")
    tried = restoring.try_backup(new, tmp_path / "a.vault", typed(fresh, 1, 3))
    assert tried.versions > 10
    assert restoring.try_backup(old, tmp_path / "a.vault", typed(sheets, 1, 3)).compartments == 6
    for source, paper in ((old, typed(fresh, 1, 3)), (new, typed(sheets, 1, 3))):
        with pytest.raises(VerificationError, match="these sheets do not open this vault"):
            restoring.try_backup(source, tmp_path / "a.vault", paper)
    assert not list(tmp_path.glob("a.vault*"))
    done = restore(new, tmp_path / "b.vault", tmp_path / "fresh", typed(fresh, 2, 1))
    assert (done.root_words, done.back.left) == (fresh[0].root_words, 0)
