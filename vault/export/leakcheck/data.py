"""The data file: canonical JSON whose every value is approved text or one of a few plain words."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from vault.export.leakcheck.verdict import Check, Findings

_KEY_NAMES = "format profile purpose language title notice heading lines sections blocks label text script"
_KEYS = frozenset(_KEY_NAMES.split())
_PLAIN_WORD_UNDER = frozenset({"profile", "language", "script"})
_PLAIN_WORD = re.compile(r"[A-Za-z][A-Za-z-]{0,31}")


def check_data(data: bytes, approved: frozenset[str], findings: Findings) -> Iterator[str]:
    """Check form, keys and values; yield every string, for the search of forms."""
    try:
        value = json.loads(data)
        canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        findings.add(Check.DATA, "not JSON")
        return
    if canonical != data:
        findings.add(Check.DATA, "not canonical")
    for key, leaf in _leaves(value, ""):
        if leaf is None:
            if key not in _KEYS:
                findings.add(Check.DATA, "key that no data file has")
            yield key
        elif isinstance(leaf, str):
            yield leaf
            plain = key in _PLAIN_WORD_UNDER and _PLAIN_WORD.fullmatch(leaf)
            if not plain and any(line.strip() not in approved for line in leaf.splitlines() if line.strip()):
                findings.add(Check.DATA, f"value under {key[:16]!a} that nobody approved")
        elif key != "format":
            findings.add(Check.DATA, f"number under {key[:16]!a}")


def _leaves(value: Any, key: str) -> Iterator[tuple[str, Any]]:
    """Yield each (key, value) leaf, and each key once with None."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield name, None
            yield from _leaves(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from _leaves(inner, key)
    else:
        yield key, "" if value is None else value
