"""Words that are gone stay gone: from the product, its messages and its documents."""

from __future__ import annotations

import re
from pathlib import Path

from tests.hygiene.tree import ROOT, tracked_files

# word -> what is said in its place (docs/glossary.md); one enters once the last use of it is gone
GONE = {
    r"bundle take": "bundle import",
    r"grant remove": "grant revoke",
    r"section remove": "section revoke",
    r"device lost": "device revoke",
    r"set apart": "quarantined",
    r"give_to_behind|end_who_is_over|hide_what_is_over|withdraw_what_is_over": "grant, remove, hide, withdraw",
    r"caught_up": "up_to_date_index",
    r"is_owed|is_owed_to_nobody": "is_expected, is_unauthorised_absence",
    r"CountedEpoch|TakenBundle|ByRecovery": "ValidEpoch, ImportedBundle, RecoverySession",
    r"read_counted|require_counts": "read_valid, require_valid",
    r"for one in": "for member in, for row in: what it holds",
    r"a (counted|dropped) (epoch|seat|grant)": "a valid epoch, a revoked seat",
}
SEARCHED = ("vault", "tui", "docs", "README.md", "SECURITY.md")


def uses(text: str) -> list[str]:
    """Return the words that are gone and stand here nevertheless, with what to say."""
    return [f"{found[0]}: say {new}" for old, new in GONE.items() for found in re.finditer(rf"\b(?:{old})\b", text)]


def searched() -> list[Path]:
    return [
        path
        for path in tracked_files()
        if path.suffix in {".py", ".md"} and path.relative_to(ROOT).parts[0] in SEARCHED
    ]


def test_no_word_that_is_gone_comes_back() -> None:
    found = {str(path.relative_to(ROOT)): uses(path.read_text(encoding="utf-8")) for path in searched()}
    assert {path: words for path, words in found.items() if words} == {}


def test_a_word_that_comes_back_is_caught() -> None:
    assert uses("Take it with `casevault bundle take FILE`.") == ["bundle take: say bundle import"]
    assert uses("the set apartment") == []
