"""`casevault`, and `python -m vault`. Imports next to nothing, so that help and version answer at once."""

from __future__ import annotations

import sys

from vault.cli.dispatch import run


def main() -> int:
    """Run the command line on this process's arguments and return its exit code."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
