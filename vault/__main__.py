"""`casevault`, and `python -m vault`. Imports next to nothing, so that help and version answer at once."""

from __future__ import annotations

import gc
import sys

from vault.cli.dispatch import run


def main() -> int:
    """Run the command line on this process's arguments and return its exit code."""
    try:
        return run(sys.argv[1:])
    finally:
        gc.freeze()  # or Python would look through all that was loaded for what nothing holds, and then end


if __name__ == "__main__":
    sys.exit(main())
