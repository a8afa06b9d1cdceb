"""Words that are gone stay gone: from the product, its messages and its documents."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

from tests.hygiene.tree import ROOT, tracked_files

# word -> what is said in its place (docs/glossary.md); one enters once the last use of it is gone
GONE = {
    r"bundle take": "bundle import",
    r"grant remove": "grant revoke",
    r"section remove": "section revoke",
    r"device lost": "device revoke",
    r"set apart": "set aside",
    r"give_to_behind|end_who_is_over|hide_what_is_over|withdraw_what_is_over": "grant, remove, hide, withdraw",
    r"caught_up": "up_to_date_index",
    r"is_owed|is_owed_to_nobody": "is_expected, is_unauthorised_absence",
    r"CountedEpoch|TakenBundle|ByRecovery": "ValidEpoch, ImportedBundle, RecoverySession",
    r"read_counted|require_counts": "read_valid, require_valid",
    r"for one in": "for member in, for row in: what it holds",
    r"a (counted|dropped) (epoch|seat|grant)": "a valid epoch, a revoked seat",
}
# what the documents do not say, whose readers often have English as a second language; code may still
GONE_FROM_DOCUMENTS = {r"[Ww]hoever": "a member who, a person who", r"[Tt]hemself": "themselves"}
DOCUMENTS = ("docs", "README.md", "SECURITY.md", "CONTRIBUTING.md", "CHANGELOG.md", "DECISIONS.md")
SEARCHED = ("vault", "tui", "docs", "README.md", "SECURITY.md")


def uses(text: str, gone: Mapping[str, str] = GONE) -> list[str]:
    """Return the words that are gone and stand here nevertheless, with what to say."""
    return [f"{found[0]}: say {new}" for old, new in gone.items() for found in re.finditer(rf"\b(?:{old})\b", text)]


def found_in(places: Collection[str], gone: Mapping[str, str]) -> dict[str, list[str]]:
    found = {
        str(path.relative_to(ROOT)): uses(path.read_text(encoding="utf-8"), gone)
        for path in tracked_files()
        if path.suffix in {".py", ".md"} and path.relative_to(ROOT).parts[0] in places
    }
    return {path: words for path, words in found.items() if words}


def test_no_word_that_is_gone_comes_back() -> None:
    assert found_in(SEARCHED, GONE) == {}


def test_documents_do_without_the_words_that_are_hard_to_read() -> None:
    assert found_in(DOCUMENTS, GONE_FROM_DOCUMENTS) == {}


def test_a_word_that_comes_back_is_caught() -> None:
    assert uses("Take it with `casevault bundle take FILE`.") == ["bundle take: say bundle import"]
    assert uses("the set apartment") == []
    assert uses("Whoever joins sheets", GONE_FROM_DOCUMENTS) == ["Whoever: say a member who, a person who"]
