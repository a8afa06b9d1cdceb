"""An act is told once: no face does it by itself; each has its example, its question to policy, its row in the docs."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Final

from tests.hygiene.calls import LOOKS_ITSELF, WRITING, place_of, reached, services_in, trees
from tests.hygiene.test_library_words import TEMPLATES
from tests.hygiene.tree import ROOT, loaded
from tests.policy import services_table
from tests.walks.act_examples import EXAMPLES, acts

ACTS: Final = acts()
MODULES: Final = trees("vault/acts")
CALLED_ALL_THE_SAME: Final = {
    ("vault/cli/document.py", "erasing.erase"): "a paper is removed, which erases it without a letter",
}
SAID_TWICE: Final = 9
LONG: Final = 40
HELP_OF_NOUNS: Final = "vault/cli/nouns.py"  # loads no act, and says of a noun that is one act what that act says


def done_by_faces(faces: Mapping[str, ast.Module], done: set[str]) -> set[tuple[str, str]]:
    """Return which module of a face names what an act does: it is arranged in two places."""
    return {(path, name) for path, tree in faces.items() for name in services_in(tree) & done}


def asks_nobody(modules: Mapping[str, ast.Module], *places: str) -> bool:
    """Say whether nothing that an act comes to asks policy."""
    return reached(modules, *places).isdisjoint(services_table.ACTS.keys() | LOOKS_ITSELF)


def sentences(modules: Mapping[str, ast.Module]) -> set[str]:
    """Return the long templates of messages."""
    return {text for tree in modules.values() for text in _templates(tree) if len(text) >= LONG}


def _templates(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for each in node.args[: TEMPLATES.get(node.func.id, 0)]:
                if isinstance(each, ast.Constant):
                    yield str(each.value)


def test_no_face_does_what_an_act_does() -> None:
    done = reached(MODULES, *(place_of(act.run) for act in ACTS.values())) & WRITING
    assert done_by_faces(trees("vault/cli", "tui"), done) == set(CALLED_ALL_THE_SAME)


def test_each_act_has_an_example_and_asks_policy() -> None:
    assert EXAMPLES.keys() ^ ACTS.keys() == set(), "each act has a row in tests/walks/act_examples.py"
    assert [act.name for act in ACTS.values() if asks_nobody(MODULES, place_of(act.look), place_of(act.run))] == []


def test_ever_fewer_sentences_are_told_in_two_places() -> None:
    commands = {path: tree for path, tree in trees("vault/cli").items() if path != HELP_OF_NOUNS}
    twice = sentences(commands) & sentences(trees("tui", "vault/acts"))
    assert len(twice) == SAID_TWICE, f"tell it once; where there are fewer, lower SAID_TWICE: {sorted(twice)}"


def test_the_list_of_acts_is_made_of_them() -> None:
    script = loaded(ROOT / "scripts" / "acts.py")
    written = script.written()
    assert written == script.TARGET.read_text("utf-8"), "run scripts/acts.py"
    assert [name for name in ACTS if f"| {name} |" not in written] == []


PLANTED: Final = """
def _tell(session):
    return Message("The case is closed: it has left the list of cases.")

def _look(session, said):
    return Plan(said)

def _run(session, plan, agreed, progress):
    from vault.services.cases import case_changes
    case_changes.close(session, plan.of)
    return _tell(session)
"""


def test_each_breach_is_caught_where_it_is_planted() -> None:
    planted = {"vault/acts/planted.py": ast.parse(PLANTED)}
    run, look = "vault.acts.planted._run", "vault.acts.planted._look"
    assert asks_nobody(planted, look)
    assert not asks_nobody(planted, look, run)
    done = reached(planted, run) & WRITING
    for call in ("case_changes.close(session, case)", "self.work(partial(case_changes.close, session))"):
        face = ast.parse(f"from vault.services.cases import case_changes\n{call}")
        assert done_by_faces({"vault/cli/planted.py": face}, done) == {("vault/cli/planted.py", "case_changes.close")}
    direct = ast.parse("def _f():\n    from vault.services.cases.case_changes import close\n    close(session, case)")
    assert done_by_faces({"tui/planted.py": direct}, done) == {("tui/planted.py", "case_changes.close")}
    assert done_by_faces({"tui/planted.py": ast.parse("from vault.services.cases import case_changes")}, done) == set()
    assert sentences(planted) & sentences({"vault/cli/planted.py": ast.parse(PLANTED)}) != set()
    assert EXAMPLES.keys() ^ {*ACTS, "case planted"} == {"case planted"}
