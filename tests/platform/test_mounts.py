from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables import each
from vault.platform.disks import Mount, mount_of, parse_mac_mounts, read_mounts

TABLE = r"""
22 1 253:1 / / rw,relatime shared:1 - ext4 /dev/mapper/root rw
23 22 8:17 / /media/amal/USB\040stick rw,nosuid shared:5 master:2 - vfat /dev/sdb1 rw
24 22 0:50 / /home/amal/office rw - nfs4 server:/export rw
25 24 0:51 / /home/amal/office rw - tmpfs tmpfs rw
broken line
"""


@pytest.fixture
def mounts(tmp_path: Path) -> list[Mount]:
    table = tmp_path / "mountinfo"
    table.write_text(TABLE)
    return read_mounts(table)


def test_the_table_of_linux_is_read_with_its_escapes(mounts: list[Mount]) -> None:
    assert mounts[1] == Mount(Path("/media/amal/USB stick"), "vfat", "/dev/sdb1", "8:17")
    assert len(mounts) == 4


@each(
    [
        ("/home/amal/casework.vault", "ext4"),
        ("/media/amal/USB stick/kit.vault", "vfat"),
        ("/media/amal/USB stick and more", "ext4"),
        ("/home/amal/office/a.vault", "tmpfs"),  # the last of two mounted on one place
    ]
)
def test_the_deepest_mount_holds_a_path(path: str, kind: str, mounts: list[Mount]) -> None:
    found = mount_of(Path(path), mounts)
    assert found is not None
    assert found.kind == kind


def test_without_a_table_no_mount_is_known(tmp_path: Path) -> None:
    assert read_mounts(tmp_path / "missing") == []
    assert mount_of(tmp_path, []) is None


def test_the_list_of_macos_is_read() -> None:
    text = (
        "/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)\n"
        "//amal@nas/share on /Volumes/Office (1) (smbfs, nodev, nosuid, mounted by amal)\n"
        "nonsense\n"
    )
    assert parse_mac_mounts(text) == [
        Mount(Path("/"), "apfs", "/dev/disk3s1s1", ""),
        Mount(Path("/Volumes/Office (1)"), "smbfs", "//amal@nas/share", ""),
    ]
