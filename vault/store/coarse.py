"""What stays to be seen of a locked folder: sizes in steps, and one time for all that lies there (FORMAT.md 8)."""

from __future__ import annotations

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

SIZE_STEP = 256 * 1024


def fill_to_step(path: Path) -> None:
    """Put random bytes behind a closed database until its size is a multiple of 256 KiB.

    The engine knows its own pages and writes over what lies behind them; a cut here leaves a size that tells more.
    """
    with suppress(OSError):
        missing = -path.stat().st_size % SIZE_STEP
        if missing:
            with path.open("ab") as file:
                file.write(os.urandom(missing))


def even_times(roots: Iterable[Path], at_s: float, *, but: Iterable[Path] = ()) -> None:
    """Give these folders and all in them one time of last change; links and what is in `but` keep theirs."""
    left_out = set(but)
    for root in roots:
        with suppress(OSError):
            for folder, names, files in os.walk(root):
                here = Path(folder)
                names[:] = [name for name in names if here / name not in left_out]
                for path in (*(here / name for name in files), here):
                    with suppress(OSError):
                        os.utime(path, (at_s, at_s), follow_symlinks=False)
