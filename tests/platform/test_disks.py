from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables import each
from vault.platform import Answer, disks
from vault.platform.disks import Mount

ROOT_MOUNT = Mount(Path("/"), "ext4", "/dev/vda1", "254:1")


def device(sysfs: Path, name: str, number: str, *, uuid: str | None = None, slaves: tuple[str, ...] = ()) -> None:
    """Describe a block device as sysfs would."""
    folder = sysfs / "class" / "block" / name
    (folder / "slaves").mkdir(parents=True)
    if uuid is not None:
        (folder / "dm").mkdir()
        (folder / "dm" / "uuid").write_text(uuid + "\n")
    for slave in slaves:
        (folder / "slaves" / slave).symlink_to(sysfs / "class" / "block" / slave)
    numbers = sysfs / "dev" / "block"
    numbers.mkdir(parents=True, exist_ok=True)
    (numbers / number).symlink_to(folder)


@pytest.fixture
def sysfs(tmp_path: Path) -> Path:
    root = tmp_path / "sys"
    device(root, "sda2", "8:2")
    device(root, "sdb1", "8:17")
    device(root, "dm-0", "253:0", uuid="CRYPT-LUKS2-0123-luks", slaves=("sda2",))
    device(root, "dm-1", "253:1", uuid="LVM-abc", slaves=("dm-0",))
    device(root, "dm-2", "253:2", uuid="LVM-def", slaves=("dm-0", "sdb1"))
    device(root, "dm-3", "253:3", uuid="LVM-ghi", slaves=("dm-3", "sdb1"))  # one part leads nowhere
    return root


@each(
    {
        "dm-crypt": ("253:0", "/dev/mapper/luks", Answer.YES),
        "a volume on dm-crypt": ("253:1", "/dev/mapper/root", Answer.YES),
        "a plain partition": ("8:17", "/dev/sdb1", Answer.NO),
        "half of it plain": ("253:2", "/dev/mapper/both", Answer.NO),
        "half of it plain, half unknown": ("253:3", "/dev/mapper/odd", Answer.NO),
        "btrfs, known by its source": ("0:31", "/dev/dm-1", Answer.YES),
        "a container": ("0:32", "overlay", Answer.UNKNOWN),
        "a device that sysfs does not know": ("9:9", "/dev/nowhere", Answer.UNKNOWN),
    }
)
def test_encryption_is_found_through_the_layers_of_a_disk(
    number: str, source: str, expected: Answer, sysfs: Path
) -> None:
    mount = Mount(Path("/"), "ext4", source, number)
    assert disks.disk_encrypted(Path("/home"), [mount], sysfs=sysfs) is expected


def test_encryption_is_unknown_where_no_mount_is_known(sysfs: Path) -> None:
    assert disks.disk_encrypted(Path("/home"), [], sysfs=sysfs) is Answer.UNKNOWN


def test_a_device_that_is_made_of_itself_ends_the_search(tmp_path: Path) -> None:
    device(tmp_path, "dm-7", "253:7", uuid="LVM-loop", slaves=("dm-7",))
    mount = Mount(Path("/"), "ext4", "/dev/dm-7", "253:7")
    assert disks.disk_encrypted(Path("/"), [mount], sysfs=tmp_path) is Answer.UNKNOWN


SWAPS = "Filename\t\t\tType\t\tSize\tUsed\tPriority\n"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param("", "none", id="no swap"),
        pytest.param("/dev/zram0 partition 8 0 100\n", "memory", id="compressed memory"),
        pytest.param("/dev/dm-1 partition 8 0 -2\n", "encrypted", id="an encrypted volume"),
        pytest.param("/dev/sdb1 partition 8 0 -2\n", "plain", id="a plain partition"),
        pytest.param("/dev/zram0 partition 8 0 1\n/dev/sdb1 partition 8 0 -2\n", "plain", id="the worst counts"),
        pytest.param("/swap\\040file file 8 0 -2\n", "plain", id="a file on a plain disk"),
        pytest.param("/dev/sdz1 partition 8 0 -2\n", "unknown", id="a device that sysfs does not know"),
    ],
)
def test_swap_is_told_apart(sysfs: Path, tmp_path: Path, lines: str, expected: str) -> None:
    (tmp_path / "swaps").write_text(SWAPS + lines)
    mounts = [Mount(Path("/"), "ext4", "/dev/sdb1", "8:17")]
    assert disks.swap_state(proc=tmp_path, sysfs=sysfs, mounts=mounts) == expected


def test_swap_is_unknown_where_the_system_is_silent(tmp_path: Path) -> None:
    assert disks.swap_state(proc=tmp_path, sysfs=tmp_path) == "unknown"


@pytest.mark.parametrize(
    ("kernel", "swap", "expected"),
    [
        pytest.param(
            ("freeze mem disk\n", "[platform] shutdown\n"), "/dev/sdb1 partition 8 0 -2\n", Answer.YES, id="able"
        ),
        pytest.param(("freeze mem\n", None), "/dev/sdb1 partition 8 0 -2\n", Answer.NO, id="the kernel cannot"),
        pytest.param(("disk\n", "[disabled]\n"), "/dev/sdb1 partition 8 0 -2\n", Answer.NO, id="locked down"),
        pytest.param(("disk\n", "[platform]\n"), "", Answer.NO, id="nowhere to write it"),
        pytest.param(("disk\n", "[platform]\n"), "/dev/zram0 partition 8 0 1\n", Answer.NO, id="swap in memory only"),
        pytest.param((None, None), "", Answer.UNKNOWN, id="silent"),
    ],
)
def test_hibernation_needs_a_kernel_that_can_and_a_place(
    sysfs: Path, tmp_path: Path, kernel: tuple[str | None, str | None], swap: str, expected: Answer
) -> None:
    state, disk = kernel
    (sysfs / "power").mkdir()
    for name, text in (("state", state), ("disk", disk)):
        if text is not None:
            (sysfs / "power" / name).write_text(text)
    (tmp_path / "swaps").write_text(SWAPS + swap)
    assert disks.hibernation_possible(proc=tmp_path, sysfs=sysfs) is expected


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs", "9p", "SMBFS"])
def test_a_network_file_system_is_no_place_for_a_vault(tmp_path: Path, kind: str) -> None:
    reason = disks.is_network_or_synced(tmp_path / "a.vault", [Mount(Path("/"), kind, "server:/x", "0:50")])
    assert reason is not None
    assert kind.lower() in str(reason)


@pytest.mark.parametrize(
    "folder", ["Dropbox", "OneDrive - Example Org", "Mobile Documents", "CloudStorage", "Nextcloud", "Yandex.Disk"]
)
def test_a_folder_named_like_that_of_a_sync_program_is_refused(tmp_path: Path, folder: str) -> None:
    reason = disks.is_network_or_synced(tmp_path / folder / "work" / "a.vault", [ROOT_MOUNT])
    assert reason is not None
    assert folder in str(reason)


@pytest.mark.parametrize("mark", [".stfolder", ".dropbox.cache", ".nextcloudsync.log"])
def test_a_folder_that_a_sync_program_marked_is_refused(tmp_path: Path, mark: str) -> None:
    (tmp_path / mark).touch()
    reason = disks.is_network_or_synced(tmp_path / "quiet name" / "a.vault", [ROOT_MOUNT])
    assert reason is not None
    assert mark in str(reason)


def test_an_ordinary_folder_is_a_place_for_a_vault(tmp_path: Path) -> None:
    assert disks.is_network_or_synced(tmp_path / "a.vault", [ROOT_MOUNT]) is None
    assert disks.filesystem_kind(tmp_path, [ROOT_MOUNT]) == "ext4"
    assert disks.filesystem_kind(tmp_path, []) == "unknown"


def test_room_is_told_for_a_path_that_is_still_to_be_made(tmp_path: Path) -> None:
    room = disks.free_bytes(tmp_path / "one" / "two" / "a.vault")
    assert room is not None
    assert room > 0


def test_only_yes_is_true() -> None:
    assert [bool(answer) for answer in Answer] == [True, False, False]
