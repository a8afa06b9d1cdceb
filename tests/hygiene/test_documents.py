"""What the documents say can be done: each command is one that the program has, each link leads somewhere."""

from __future__ import annotations

import ast
import re
import shlex
from collections.abc import Iterator

import pytest

from tests.hygiene.test_library_words import TEMPLATES
from tests.hygiene.tree import ROOT, python_files, tracked_files
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
