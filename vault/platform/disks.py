"""Where bytes really go: file system, room, encryption of the disk, swap and hibernation. Probes: they never raise."""

from __future__ import annotations

import os
import re
import sys
from enum import Enum
from pathlib import Path
from typing import Literal, NamedTuple

from vault.words.message import Message

# The three answers of a probe.


class Answer(Enum):
    """What a probe found out. Only YES is true: a probe that could not look has not found anything."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"

    def __bool__(self) -> bool:
        return self is Answer.YES


# Which mounted file system a path lies on.
_MOUNTINFO = Path("/proc/self/mountinfo")
_OCTAL = re.compile(r"\\([0-7]{3})")
_MAC_LINE = re.compile(r"^(?P<source>.+?) on (?P<point>/.*) \((?P<kind>[^,)]+)")


class Mount(NamedTuple):
    """One mounted file system. `device` is `major:minor`, empty where the system does not say."""

    point: Path
    kind: str
    source: str
    device: str


def read_mounts(table: Path = _MOUNTINFO) -> list[Mount]:
    """Return what is mounted, in the order of mounting; empty if the system does not tell."""
    if sys.platform == "darwin":
        return parse_mac_mounts((_shown("/sbin/mount") or b"").decode("utf-8", "replace"))
    try:
        lines = table.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        return []
    return [mount for mount in map(_parse_mountinfo, lines) if mount is not None]


def _parse_mountinfo(line: str) -> Mount | None:
    # 36 35 98:0 /root /mount/point options [optional ...] - kind source options, proc(5)
    before, _, after = line.partition(" - ")
    left, right = before.split(" "), after.split(" ")
    if len(left) < 5 or len(right) < 2:
        return None
    return Mount(Path(_plain(left[4])), right[0], _plain(right[1]), left[2])


def _plain(text: str) -> str:
    return _OCTAL.sub(lambda found: chr(int(found[1], 8)), text)


def parse_mac_mounts(text: str) -> list[Mount]:
    """Read what `/sbin/mount` prints on macOS: `/dev/disk3s1 on / (apfs, local, journaled)`."""
    found = (_MAC_LINE.match(line) for line in text.splitlines())
    return [Mount(Path(each["point"]), each["kind"], each["source"], "") for each in found if each]


def _shown(*command: str) -> bytes | None:
    """Return what a program of macOS prints; None where it fails."""
    import subprocess  # noqa: PLC0415 - macOS alone

    try:
        return subprocess.run(command, capture_output=True, check=True, timeout=5).stdout  # noqa: S603 - fixed programs
    except (OSError, subprocess.SubprocessError):
        return None


def mount_of(path: Path, mounts: list[Mount]) -> Mount | None:
    """Return the mount that holds `path`, which need not exist yet: the deepest, and of equals the last mounted."""
    place = path.resolve()
    holding = [mount for mount in mounts if place.is_relative_to(mount.point)]
    deepest = max((len(mount.point.parts) for mount in holding), default=0)
    return next((mount for mount in reversed(holding) if len(mount.point.parts) == deepest), None)


SwapState = Literal["none", "memory", "encrypted", "plain", "unknown"]

_SYS = Path("/sys")
_PROC = Path("/proc")

# Two machines may write at once there, or a lock may not hold: SQLite's promises end.
_NETWORK_KINDS = frozenset((
    "nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "ncpfs", "afs", "ceph", "glusterfs", "lustre", "gfs2",
    "ocfs2", "beegfs", "9p", "virtiofs", "vboxsf", "vmhgfs", "prl_fs", "drvfs", "fuse.sshfs", "fuse.rclone",
    "fuse.s3fs", "fuse.gcsfuse", "fuse.davfs", "fuse.davfs2", "fuse.glusterfs", "fuse.ceph", "fuse.gvfsd-fuse",
    "fuse.onedriver", "fuse.google-drive-ocamlfuse", "fuse.vmhgfs-fuse", "fuse.kio-fuse", "macfuse", "osxfuse",
))  # fmt: skip
_SYNC_FOLDERS = ("dropbox", "onedrive", "googledrive", "google drive", "my drive", "icloud drive", "icloud~",
    "com~apple~clouddocs", "mobile documents", "cloudstorage", "nextcloud", "owncloud", "yandex.disk", "yandexdisk",
    "pclouddrive", "megasync", "syncthing", "seafile", "box sync", "proton drive", "tresorit")  # fmt: skip
_SYNC_MARKS = (".dropbox", ".dropbox.cache", ".stfolder", ".sync", ".nextcloudsync.log", ".owncloudsync.log",
    ".tmp.drivedownload", ".seafile-data", ".tresorit")  # fmt: skip


def filesystem_kind(path: Path, mounts: list[Mount] | None = None) -> str:
    """Return the system's word for the file system that holds `path`, such as `ext4`, or `unknown`."""
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone

        kind = ctypes.create_unicode_buffer(64)
        drive = ctypes.c_wchar_p(path.resolve().anchor)
        told = ctypes.windll.kernel32.GetVolumeInformationW(drive, None, 0, None, None, None, kind, 64)
        return kind.value if told else "unknown"
    mount = mount_of(path, read_mounts() if mounts is None else mounts)
    return "unknown" if mount is None else mount.kind


def is_network_or_synced(path: Path, mounts: list[Mount] | None = None) -> Message | None:
    """Return why `path` is no place for a vault, in words, or None if nothing speaks against it.

    A synced folder is known by the name of one of its parents or by the files that sync programs leave in them; a
    program that leaves neither is not noticed.
    """
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - Windows alone

        anchor = path.resolve().anchor
        if anchor.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(ctypes.c_wchar_p(anchor)) == 4:
            return Message("it is on a network drive")
    kind = filesystem_kind(path, mounts).lower()
    if kind in _NETWORK_KINDS:
        return Message("it is on a network or shared file system ({kind})", kind=kind)
    for folder in (path.resolve(), *path.resolve().parents):
        if folder.name.lower().startswith(_SYNC_FOLDERS):
            return Message("it is in a folder that a sync program copies ({folder})", folder=folder.name)
        mark = next((mark for mark in _SYNC_MARKS if _exists(folder / mark)), None)
        if mark is not None and not (mark == ".dropbox" and folder == Path.home()):
            return Message("a sync program has marked a folder above it ({mark})", mark=mark)
    return None


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except OSError:
        return False


def free_bytes(path: Path) -> int | None:
    """Return how much this account may still write at `path`, which need not exist yet; None if unknown."""
    import shutil  # noqa: PLC0415 - brings every compressor, 5 ms at start

    for place in (path, *path.absolute().parents):
        try:
            return shutil.disk_usage(place).free
        except FileNotFoundError:
            continue
        except OSError:
            return None
    return None


def disk_encrypted(path: Path, mounts: list[Mount] | None = None, *, sysfs: Path = _SYS) -> Answer:
    """Tell whether the disk under `path` is encrypted by the system (dm-crypt, FileVault).

    NO means that no such layer was found; a drive that encrypts itself shows nothing. Unknown in containers, on
    pooled and memory file systems, and on Windows, where asking needs an administrator.
    """
    if sys.platform == "darwin":
        shown = _shown("/usr/bin/fdesetup", "status")
        return Answer.UNKNOWN if shown is None else Answer.YES if b"FileVault is On" in shown else Answer.NO
    if sys.platform == "win32":
        return Answer.UNKNOWN
    mount = mount_of(path, read_mounts() if mounts is None else mounts)
    if mount is None:
        return Answer.UNKNOWN
    return _device_encrypted(_device_folder(mount, sysfs))


def _device_folder(mount: Mount, sysfs: Path) -> Path | None:
    by_number = sysfs / "dev" / "block" / mount.device
    if mount.device and _exists(by_number):
        return by_number
    # btrfs shows an invented number; its source is the device.
    return _block_folder(Path(mount.source), sysfs) if mount.source.startswith("/dev/") else None


def _block_folder(device: Path, sysfs: Path) -> Path | None:
    folder = sysfs / "class" / "block" / Path(os.path.realpath(device)).name
    return folder if _exists(folder) else None


def _device_encrypted(folder: Path | None, depth: int = 8) -> Answer:
    """Look through the layers of a device; mirrored or joined devices are encrypted when each part is."""
    if folder is None or depth == 0:
        return Answer.UNKNOWN
    try:
        identifier = folder / "dm" / "uuid"
        if identifier.is_file() and identifier.read_text(encoding="ascii", errors="replace").startswith("CRYPT-"):
            return Answer.YES
        below = folder / "slaves"
        parts = {_device_encrypted(part, depth - 1) for part in below.iterdir()} if below.is_dir() else set()
    except OSError:
        return Answer.UNKNOWN
    if not parts:
        return Answer.NO
    return next((answer for answer in (Answer.NO, Answer.UNKNOWN) if answer in parts), Answer.YES)


def swap_state(*, proc: Path = _PROC, sysfs: Path = _SYS, mounts: list[Mount] | None = None) -> SwapState:
    """Return what may receive memory of this process: no swap, compressed memory, an encrypted or a plain disk.

    The worst of several counts. macOS encrypts its swap always; Windows does not say.
    """
    if sys.platform == "darwin":
        return "encrypted"
    if sys.platform == "win32":
        return "unknown"
    try:
        lines = (proc / "swaps").read_text(encoding="utf-8", errors="replace").splitlines()[1:]
    except OSError:
        return "unknown"
    states = {_one_swap(line.split(), sysfs, mounts) for line in lines if line.strip()}
    order: tuple[SwapState, ...] = ("plain", "unknown", "encrypted", "memory")
    return next((state for state in order if state in states), "none")


def _one_swap(fields: list[str], sysfs: Path, mounts: list[Mount] | None) -> SwapState:
    name = Path(fields[0].replace("\\040", " "))
    if name.name.startswith("zram"):
        return "memory"
    if fields[1] == "file":
        answer = disk_encrypted(name, mounts, sysfs=sysfs)
    else:
        answer = _device_encrypted(_block_folder(name, sysfs))
    by_answer: dict[Answer, SwapState] = {Answer.YES: "encrypted", Answer.NO: "plain", Answer.UNKNOWN: "unknown"}
    return by_answer[answer]


def hibernation_possible(*, proc: Path = _PROC, sysfs: Path = _SYS) -> Answer:
    """Tell whether the machine could write all its memory to disk and switch off."""
    if sys.platform == "darwin":
        return Answer.UNKNOWN
    if sys.platform == "win32":
        return Answer.YES if _exists(Path(os.environ.get("SYSTEMDRIVE", "C:") + "\\hiberfil.sys")) else Answer.NO
    try:
        able = "disk" in (sysfs / "power" / "state").read_text(encoding="ascii").split()
        if able and _exists(sysfs / "power" / "disk"):
            able = "[disabled]" not in (sysfs / "power" / "disk").read_text(encoding="ascii")
    except OSError:
        return Answer.UNKNOWN
    # Memory is written to swap on a disk: without any there is no place for it.
    return Answer.YES if able and swap_state(proc=proc, sysfs=sysfs) not in {"none", "memory"} else Answer.NO
