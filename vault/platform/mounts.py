"""Which mounted file system a path lies on."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import NamedTuple

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
        return parse_mac_mounts(_mac_mount_text())
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


def _mac_mount_text() -> str:
    import subprocess  # noqa: PLC0415 - macOS alone

    try:
        shown = subprocess.run(["/sbin/mount"], capture_output=True, check=True, timeout=5)
    except (OSError, subprocess.SubprocessError):
        return ""
    return shown.stdout.decode("utf-8", "replace")


def mount_of(path: Path, mounts: list[Mount]) -> Mount | None:
    """Return the mount that holds `path`, which need not exist yet: the deepest, and of equals the last mounted."""
    place = path.resolve()
    holding = [mount for mount in mounts if place.is_relative_to(mount.point)]
    deepest = max((len(mount.point.parts) for mount in holding), default=0)
    return next((mount for mount in reversed(holding) if len(mount.point.parts) == deepest), None)
