"""What somebody puts where a file of ours belongs, in the place of what stood there."""

from __future__ import annotations

import os
from pathlib import Path


def a_file(path: Path) -> None:
    path.write_bytes(b"junk")


def a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()
    (path / "inside").touch()


def a_fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def a_link_into_nowhere(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to(path.parent / "nowhere")
