"""`casevault`, and `python -m vault`. Imports next to nothing, so that help and version answer at once."""

from __future__ import annotations

import gc
import os
import sys
from typing import Final

_LEFT_OVER: Final = ("PYTHONPATH", "PYTHONHOME", "PYTHONINSPECT")


def main() -> int:
    """Run the command line on this process's arguments and return its exit code.

    Where the environment says what else Python loads, the command starts itself anew without it. That helps against
    what somebody left over: whoever set it on purpose has run code of theirs already (SECURITY.md 4).
    """
    if not sys.flags.isolated and not os.environ.keys().isdisjoint(_LEFT_OVER):
        clean = {name: value for name, value in os.environ.items() if name not in _LEFT_OVER}
        os.execve(sys.executable, [sys.executable, "-I", "-m", "vault", *sys.argv[1:]], clean)  # noqa: S606 - this program
    from vault.cli.dispatch import run  # noqa: PLC0415 - nothing of it before the environment is clean

    try:
        return run(sys.argv[1:])
    finally:
        gc.freeze()  # or Python would look through all that was loaded for what nothing holds, and then end


if __name__ == "__main__":
    sys.exit(main())
