"""Write `docs/acts.md`: what a member can do, who may, and how it is typed, from the descriptions of the acts.

Run it in the environment of the tests: `.venv/bin/python scripts/acts.py`. The tests compare the two.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.hygiene.calls import actions_of  # noqa: E402 - the checkout that this script lies in
from vault.cli.act_verbs import verb_of  # noqa: E402
from vault.cli.nouns import (  # noqa: E402
    NOUNS,
    acts_of,
)
from vault.cli.output import in_words  # noqa: E402
from vault.policy.roles import ALLOWED, CASE_ACTIONS, Action, Role  # noqa: E402

TARGET = ROOT / "docs" / "acts.md"
_HEAD = """# Acts

What the command line and the app do alike, each act from one description in `vault/acts`. `scripts/acts.py` makes this
page from them. `casevault ACT --help` explains the options. Who may act *on a case* has to hold it too.

| act | what it does | who may | options |
|---|---|---|---|
"""


def written() -> str:
    """Return the whole page."""
    return _HEAD + "".join(f"| {' | '.join(cells)} |\n" for cells in _rows())


def _rows() -> Iterator[tuple[str, ...]]:
    for noun in NOUNS.values():
        for act in acts_of(noun):
            forms = [arg.form for arg in verb_of(act).each_arg()]
            yield act.name, in_words(act.help), _who_may(actions_of(act)), " ".join(f"`{form}`" for form in forms)


def _who_may(actions: set[Action]) -> str:
    roles = ", ".join(role.value for role in Role if all(role in ALLOWED[action] for action in actions))
    return f"{roles}, on a case" if actions & CASE_ACTIONS else roles


if __name__ == "__main__":
    TARGET.write_text(written(), encoding="utf-8")
