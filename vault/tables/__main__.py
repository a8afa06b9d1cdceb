"""The process, shut in: reads a file from standard input, answers its rows on standard output as JSON, nothing else.

Answer: `{"rows": [[cell, ...], ...]}` or `{"fault": code, "row": n, "column": n}`. Exit code 4 means that it takes more
memory than it may, 69 that a library is missing.
"""

from __future__ import annotations

import json
import sys

from vault.export.children import DEPENDENCY_MISSING, NO_MEMORY
from vault.export.limiting import limit_resources

_CPU_SECONDS = 120


def main() -> int:
    """Read one file and answer."""
    limit_resources(cpu_seconds=_CPU_SECONDS)
    try:
        # Here, so that a missing library is an answer and not a crash.
        from vault.tables.parsing import rows_of  # noqa: PLC0415
        from vault.tables.table_faults import TableError  # noqa: PLC0415
    except ImportError:
        return DEPENDENCY_MISSING
    answer: dict[str, object]
    try:
        answer = {"rows": rows_of(sys.stdin.buffer.read())}
    except TableError as wrong:
        answer = {"fault": wrong.fault.value, "row": wrong.row, "column": wrong.column}
    except MemoryError:
        return NO_MEMORY
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
