"""The data file: canonical JSON whose every value is approved text or one of a few plain words."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Sequence

from vault.export.leakcheck.boilerplate import Leaf, OwnLeaves, leaves_of, places_of
from vault.export.leakcheck.forms import Range
from vault.export.leakcheck.verdict import Check, Findings

_KEY_NAMES = """
format profile purpose release pages language title notice heading lines sections blocks label text script
day reference organisation contact recipient
"""
_KEYS = frozenset(_KEY_NAMES.split())


def check_data(
    data: bytes, approved: Sequence[Leaf], removed: str, findings: Findings
) -> Iterator[tuple[str, tuple[Range, ...]]]:
    """Check form, keys and values; yield every string, for the search of forms, and which places of it are ours."""
    try:
        value = json.loads(data)
        canonical = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    except (ValueError, RecursionError):
        findings.add(Check.DATA, "not JSON")
        return
    if canonical != data:
        findings.add(Check.DATA, "not canonical")
    own = OwnLeaves(approved)
    left = Counter((leaf.key, leaf.text) for leaf in approved if not leaf.ours)
    for key, leaf in leaves_of(value, ""):
        if leaf is None:
            if key not in _KEYS:
                findings.add(Check.DATA, "key that no data file has")
            yield key, ((0, len(key)),) if key in _KEYS else ()
        elif isinstance(leaf, str):
            if own.excuses(key, leaf):
                yield leaf, ((0, len(leaf)),)
                continue
            yield leaf, places_of(removed, leaf) if key == "text" else ()
            left[key, leaf] -= 1
            if left[key, leaf] < 0:
                findings.add(Check.DATA, f"value under {key[:16]!a} that nobody approved")
        elif key != "format":
            findings.add(Check.DATA, f"number under {key[:16]!a}")
