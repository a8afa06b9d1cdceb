from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.store.samples import names_in
from tests.tables import refused
from vault import platform
from vault.errors import MalformedError, NotFoundError, NoVaultError, RefusedError, TryAgainError, VerificationError
from vault.store import files
from vault.store.folder import VaultFolder
from vault.words.message import Message


def test_a_durable_write_replaces_the_whole_and_leaves_no_second_file(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    (tmp_path / "keys.new").write_bytes(b"of a try that was cut off")
    files.write_durable(path, b"first, longer")
    files.write_durable(path, b"second")
    assert path.read_bytes() == b"second"
    assert names_in(tmp_path) == ["keys"]
    assert path.stat().st_mode & 0o777 == 0o600


def test_what_is_written_aside_counts_only_when_it_is_promoted(tmp_path: Path) -> None:
    path = tmp_path / "keys"
    files.write_durable(path, b"old")
    assert files.write_aside(path, b"new") == tmp_path / "keys.new"
    assert path.read_bytes() == b"old"
    files.promote(path)
    assert path.read_bytes() == b"new"
    assert names_in(tmp_path) == ["keys"]


def test_bytes_and_names_are_flushed_before_the_write_returns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []
    monkeypatch.setattr(files, "flush_file", lambda _: order.append("bytes"))
    monkeypatch.setattr(files, "fsync_folder", lambda _: order.append("names " + ",".join(names_in(tmp_path))))
    files.write_durable(tmp_path / "keys", b"new")
    assert order == ["bytes", "names keys"]
    files.write_aside(tmp_path / "keys", b"newer")
    files.promote(tmp_path / "keys")
    assert order[2:] == ["bytes", "names keys,keys.new", "names keys"]
    files.write_whole(tmp_path / "keys", b"newest")
    assert order[5:] == ["bytes"]
    assert ((tmp_path / "keys").read_bytes(), names_in(tmp_path)) == (b"newest", ["keys"])


@pytest.mark.parametrize(
    ("number", "error", "words"),
    [
        (errno.ENOSPC, TryAgainError, "no room to write keys"),
        (errno.EFBIG, TryAgainError, "no room to write keys"),
        (errno.EDQUOT, TryAgainError, "no room to write keys"),
        (errno.EACCES, TryAgainError, "keys cannot be read or written now"),
        (errno.EIO, VerificationError, "the disk reports an error at keys"),
    ],
)
def test_a_write_that_fails_leaves_the_old_bytes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception], words: str
) -> None:
    path = tmp_path / "keys"
    files.write_durable(path, b"old")

    def fail(_: int) -> None:
        raise OSError(number, "the system's own words")

    monkeypatch.setattr(files, "flush_file", fail)
    with pytest.raises(error, match=f"^{words}$"):
        files.write_durable(path, b"new")
    assert path.read_bytes() == b"old"
    assert names_in(tmp_path) == ["keys"]


def test_a_file_is_read_up_to_its_limit_and_refused_beyond(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(bytes(10))
    assert files.read_limited(tmp_path / "keys", 10) == bytes(10)
    with pytest.raises(MalformedError, match=r"^keys is longer than 9 bytes$"):
        files.read_limited(tmp_path / "keys", 9)
    with pytest.raises(NotFoundError, match=r"^no file attempts$"):
        files.read_limited(tmp_path / "attempts", 9)
    with pytest.raises(TryAgainError, match="is not a regular file"):
        files.read_limited(tmp_path, 9)


def test_the_ballast_takes_real_room_and_gives_it_back_once(tmp_path: Path) -> None:
    ballast = VaultFolder(tmp_path).ballast
    files.make_ballast(ballast)
    status = ballast.stat()
    assert status.st_size == files.BALLAST_SIZE == 16 * 1024 * 1024
    assert status.st_blocks * 512 >= status.st_size
    assert len(set(ballast.read_bytes()[:4096])) > 200  # nothing that a file system would compress away
    assert files.release_ballast(ballast)
    assert not files.release_ballast(ballast)
    assert names_in(tmp_path) == []


def test_a_quota_is_called_full_and_a_failing_disk_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not files.has_no_room(tmp_path / "vault.db")
    for number, full in ((errno.ENOSPC, True), (errno.EDQUOT, True), (errno.EIO, False)):
        fault = OSError(number, "")

        def fail(_: int, fault: OSError = fault) -> None:
            raise fault

        monkeypatch.setattr(files, "flush_file", fail)
        assert files.has_no_room(tmp_path / "vault.db") is full


def test_the_largest_file_of_a_stick_is_called_full(tmp_path: Path) -> None:
    for size, full in ((2**32 - 1, True), (2**32 - 1 - (1 << 17), False), (2**32 + 1, False)):
        with (tmp_path / "vault.db").open("wb") as file:
            file.truncate(size)
        assert files.has_no_room(tmp_path / "vault.db") is full
    assert names_in(tmp_path) == ["vault.db"]


def test_a_vault_folder_is_its_owners_alone_and_no_part_of_a_file(tmp_path: Path) -> None:
    folder = VaultFolder(tmp_path / "office.vault")
    folder.make()
    folder.make()
    for part in (folder.path, folder.index_dir, folder.drafts_dir, folder.blobs_dir):
        assert part.stat().st_mode & 0o777 == 0o700
    assert names_in(folder.path) == ["blobs", "drafts", "index"]
    (tmp_path / "file").touch()
    with pytest.raises(RefusedError, match="cannot be made here"):
        VaultFolder(tmp_path / "file" / "office.vault").make()


def test_a_folder_without_one_of_its_two_files_is_no_vault(tmp_path: Path) -> None:
    folder = VaultFolder(tmp_path)
    for part in (folder.keys, folder.database):
        part.touch()
    folder.require()
    for part in (folder.database, folder.keys):
        part.unlink()
        with pytest.raises(NoVaultError, match=f"{part.name} is missing"):
            folder.require()
        part.touch()


def test_a_synced_folder_is_refused_in_words_and_a_plain_one_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced = tmp_path / "Dropbox" / "office.vault"
    synced.mkdir(parents=True)
    with pytest.raises(RefusedError, match=r"office\.vault: it is in a folder that a sync program copies"):
        VaultFolder(synced).require_safe_place()
    monkeypatch.setattr(platform, "is_network_or_synced", lambda _: None)
    VaultFolder(tmp_path).require_safe_place()
    monkeypatch.setattr(platform, "is_network_or_synced", lambda _: Message("it is on a network drive"))
    with pytest.raises(RefusedError, match=r"cannot be opened at .*: it is on a network drive"):
        VaultFolder(tmp_path).require_safe_place()


def test_a_new_file_is_private_and_never_replaces_another(tmp_path: Path) -> None:
    path = tmp_path / "invitation"
    files.write_new(path, b"first")
    assert path.read_bytes() == b"first"
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(RefusedError, match="exists already"):
        files.write_new(path, b"second")
    assert path.read_bytes() == b"first"
    with pytest.raises(TryAgainError, match="cannot be read or written now"):
        files.write_new(tmp_path / "no" / "folder", b"")


def test_a_place_for_a_new_file_is_asked_for_without_leaving_anything_there(tmp_path: Path) -> None:
    files.require_new(tmp_path / "invitation")
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "closed").mkdir(mode=0o500)
    refused(TryAgainError, "cannot be read or written now", files.require_new, [(tmp_path / ("n" * 300),)])
    if os.geteuid() != 0:  # who may write everywhere is refused nowhere
        refused(TryAgainError, "cannot be read or written now", files.require_new, [(tmp_path / "closed" / "file",)])
