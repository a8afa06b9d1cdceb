"""What the documents say can be done: each command is one that the program has, each link leads somewhere."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator, Mapping
from typing import Final

import pytest

from tests.hygiene.calls import LOOKS_ITSELF, WRITING, place_of, reached, services_in, trees
from tests.hygiene.test_library_words import TEMPLATES
from tests.hygiene.tree import ROOT, loaded, python_files, tracked_files
from tests.policy import services_table
from tests.walks.act_examples import EXAMPLES, acts
from vault.cli.nouns import GLOBAL, NOUNS, verbs_of
from vault.cli.output import COMMANDS
from vault.cli.table import Given, parse, take_options
from vault.errors import UsageError
from vault.words.message import Message

TASKS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
DOCUMENTS = [*TASKS, *(ROOT / f"{name}.md" for name in ("SECURITY", "CONTRIBUTING", "DECISIONS", "CHANGELOG"))]
LONGEST_README = 90


def commands(text: str) -> Iterator[str]:
    """Yield what stands in the indented lines of a document and begins with, or pipes into, `casevault`."""
    for line in re.findall(r"^    (.+)$", text, re.MULTILINE):
        found = re.search(r"(?:^|\| |[A-Z]=\S+ )(casevault(?: .*)?)$", line)
        if found and not found[1].startswith("casevault/"):
            yield found[1]


def read(command: str) -> None:
    """Parse a command as the program does, and run nothing."""
    given = Given()
    noun, *rest = take_options(GLOBAL, shlex.split(command, comments=True)[1:], given) or ["app"]
    if noun not in NOUNS:
        raise UsageError(Message("there is no noun {noun}", noun=noun))
    verbs = verbs_of(NOUNS[noun])
    name = noun if not NOUNS[noun].verbs else rest.pop(0) if rest else ""
    if name not in verbs:
        raise UsageError(Message("{noun} has no verb {name}", noun=noun, name=name))
    parse(verbs[name], rest, given)


def test_every_command_in_the_documents_is_one_of_the_program() -> None:
    tried = {path: list(commands(path.read_text(encoding="utf-8"))) for path in TASKS}
    refused = []
    for path, lines in tried.items():
        for line in lines:
            try:
                read(line)
            except UsageError as error:
                refused.append(f"{path.name}: {line}: {error}")
    assert refused == []
    assert sum(map(len, tried.values())) > 50


def test_every_command_named_in_a_sentence_is_one_of_the_program() -> None:
    refused = []
    for path in DOCUMENTS:
        for code in re.findall(r"`(casevault [a-z][^`]*)`", path.read_text(encoding="utf-8")):
            try:
                read(code)
            except UsageError as error:  # a sentence may leave out what is required
                if "are required" not in str(error):
                    refused.append(f"{path.name}: {code}: {error}")
    assert refused == []


def named_in_messages() -> Iterator[str]:
    """Yield each whole command that the command line names in a message, or as a next step."""
    yield from (command for command in COMMANDS.values() if command.startswith("casevault "))
    for path in python_files("vault/cli"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TEMPLATES:
                templates = (str(arg.value) for arg in node.args if isinstance(arg, ast.Constant))
                yield from (code for text in templates for code in re.findall(r"`(casevault [a-z-][^`{]*)`", text))


def test_every_command_that_the_program_names_is_one_of_the_program() -> None:
    refused, named = [], {code for code in named_in_messages() if "--help" not in code}
    for code in sorted(named):
        try:
            read(code)
        except UsageError as error:  # a sentence may leave out what is required, or name a value in capitals
            if "required" not in str(error) and "invalid choice" not in str(error):
                refused.append(f"{code}: {error}")
    assert refused == []
    assert len(named) > 50


@pytest.mark.parametrize(
    "line", ["    casevault bundle take F", "    casevault export C --out .", "    x | casevault note"]
)
def test_a_command_that_is_none_is_caught(line: str) -> None:
    with pytest.raises(UsageError):
        read(next(commands(line)))


def anchor(heading: str) -> str:
    """Return the anchor that a heading gets where Markdown is shown."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_every_link_in_the_documents_leads_to_a_file_and_a_heading() -> None:
    lost = []
    for path in [*DOCUMENTS, ROOT / "vault/seal/FORMAT.md"]:
        for link in re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8")):
            file, _, wanted = link.partition("#")
            target = (path.parent / file).resolve() if file else path
            headings = re.findall(r"^#+ (.+)$", target.read_text("utf-8"), re.MULTILINE) if target.is_file() else []
            if not target.exists() or (wanted and wanted not in map(anchor, headings)):
                lost.append(f"{path.name}: {link}")
    assert lost == []


def test_no_heading_and_no_entry_stands_twice_in_a_document() -> None:
    # Two branches that both add lines to a document are merged by keeping both: old text can come back beside the new.
    twice = []
    for path in DOCUMENTS:
        lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith(("#", "- "))]
        twice += [f"{path.name}: {line}" for line in set(lines) if lines.count(line) > 1]
    assert twice == []


def test_every_page_of_docs_is_found_from_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pages = [path for path in tracked_files() if path.parent == ROOT / "docs" and path.suffix in {".md", ".svg"}]
    assert [path.name for path in pages if f"(docs/{path.name})" not in readme] == []
    assert len(readme.splitlines()) <= LONGEST_README


def test_the_first_way_to_install_takes_each_package_by_its_hash() -> None:
    for name in ("README.md", "docs/install.md"):
        ways = [
            line
            for line in (ROOT / name).read_text(encoding="utf-8").splitlines()
            if line.startswith("    ") and " install " in line
        ]
        assert "--require-hashes" in ways[0], name


# An act is told once: no face does it by itself; each has its example, its question to policy, its row in the docs.
ACTS: Final = acts()
MODULES: Final = trees("vault/acts")
CALLED_ALL_THE_SAME: Final = {
    ("vault/cli/document.py", "erasing.erase"): "a paper is removed, which erases it without a letter",
    ("vault/cli/opening.py", "housekeeping.settle"): "each command does what is due behind it",
}
READ_BEFORE_AN_ACT: Final = {"incidents.told_after", "export_people.clients", "papers_leaving.papers_staying"}
"""They ask for the right of the act that they prepare, and write nothing."""
SAID_TWICE: Final = 4
LONG: Final = 40
HELP_OF_NOUNS: Final = "vault/cli/nouns.py"  # loads no act, and says of a noun that is one act what that act says


def done_by_faces(faces: Mapping[str, ast.Module], done: set[str]) -> set[tuple[str, str]]:
    """Return which module of a face names what an act does: it is arranged in two places."""
    return {(path, name) for path, tree in faces.items() for name in services_in(tree) & done}


def gets_session(tree: ast.Module) -> bool:
    """Say whether some code has the gateway read with anything but a service: the session would be at hand there."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute))
    read = [each.args[0] for each in calls if ast.unparse(each.func) == "vault.read"]
    services = services_in(tree)
    return any(not any(name.endswith(ast.unparse(each).rpartition(".")[2]) for name in services) for each in read)


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


def test_screens_call_services_that_read_alone_and_never_get_the_session() -> None:
    rooms = trees("tui/screens", "tui/shell", "tui/widgets", "tui/drawn", "tui/values")
    assert {name for _, name in done_by_faces(rooms, WRITING)} == READ_BEFORE_AN_ACT
    assert [path for path, tree in rooms.items() if gets_session(tree)] == []


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
    assert gets_session(ast.parse("vault.read(lambda session: session)"))
    assert sentences(planted) & sentences({"vault/cli/planted.py": ast.parse(PLANTED)}) != set()
    assert EXAMPLES.keys() ^ {*ACTS, "case planted"} == {"case planted"}
