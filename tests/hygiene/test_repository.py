"""Rooms stay small, no two modules are taken for each other, and only its own room writes a session."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.hygiene.tree import PACKAGES, ROOT, python_files, tracked_files
from tests.tables import each

MOST_MODULES = 24
# One small file for each noun of the command line, or a few.
AS_MANY_AS_NOUNS = {Path("vault/cli"), Path("vault/acts")}
INNER_HOUSES = (Path("tui/screens"), Path("tui/gateway"), Path("tui/widgets"), Path("vault/export/leakcheck"))


def modules(root: Path) -> list[Path]:
    return [path.relative_to(ROOT) for path in python_files(*PACKAGES)] if root == ROOT else sorted(root.rglob("*.py"))


def crowded(paths: Iterable[Path]) -> dict[str, int]:
    """Return the folders that hold more modules than one looks through, `__init__` not counted."""
    rooms: dict[Path, int] = defaultdict(int)
    for path in paths:
        rooms[path.parent] += path.stem != "__init__"
    return {str(room): n for room, n in rooms.items() if n > MOST_MODULES and Path(room) not in AS_MANY_AS_NOUNS}


def house_of(path: Path) -> Path:
    """Return the package whose rooms this module is one of."""
    inner = [house for house in INNER_HOUSES if house in path.parents]
    return inner[0] if inner else Path(*path.parts[:2]) if path.parts[0] == "vault" else Path(path.parts[0])


def singular(stem: str) -> str:
    return stem.removesuffix("s")


def namesakes(paths: Iterable[Path]) -> list[list[str]]:
    """Return modules of one house with one name, `device` and `devices` being one."""
    named: dict[tuple[Path, str], list[str]] = defaultdict(list)
    for path in paths:
        if not path.stem.startswith("__") and len(path.parts) > 2:
            named[house_of(path), singular(path.stem)].append(str(path))
    return [found for found in named.values() if len(found) > 1]


def written_fields(source: str) -> list[str]:
    """Return the fields of a session that a module assigns."""
    writes = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Attribute))
    stores = (ast.unparse(node) for node in writes if isinstance(node.ctx, ast.Store))
    return [field for field in stores if field.split(".")[-2].removeprefix("_") == "session"]


def test_no_folder_holds_more_modules_than_one_looks_through() -> None:
    assert crowded(modules(ROOT)) == {}


def test_no_two_modules_of_a_house_are_called_alike() -> None:
    assert namesakes(modules(ROOT)) == []


def test_a_crowded_folder_is_caught() -> None:
    planted = [Path("vault/services/cases") / f"module_{n}.py" for n in range(MOST_MODULES)]
    assert crowded([*planted, Path("vault/services/cases/__init__.py")]) == {}
    assert crowded([*planted, Path("vault/services/cases/one_more.py")]) == {"vault/services/cases": MOST_MODULES + 1}


def test_a_second_module_of_a_name_is_caught() -> None:
    planted = [Path("vault/services/members/devices.py"), Path("vault/services/computer/device.py")]
    assert namesakes([planted[0], Path("vault/access/trust/devices.py")]) == []
    assert namesakes(planted) == [[str(path) for path in planted]]


def test_only_the_room_of_the_session_writes_its_fields() -> None:
    elsewhere = [path for path in python_files(*PACKAGES) if ROOT / "vault/access" not in path.parents]
    written = {str(path): fields for path in elsewhere if (fields := written_fields(path.read_text("utf-8")))}
    assert written == {}


def test_a_field_of_a_session_that_is_written_is_caught() -> None:
    assert written_fields("session.alarms = ()\nself._session.ends |= {}") == ["session.alarms", "self._session.ends"]
    assert written_fields("self.session = session\nsession.add_alarm(alarm)") == []


# The shape of the tree: docstrings, file sizes, and what a plain start may load.
LONGEST_FILE = 500
NOUNS = frozenset({
    "approval", "backup", "bundle", "case", "device", "document", "export", "grant", "intake", "member", "note",
    "person", "recipient", "recovery", "section",
})  # fmt: skip
"""What a member works with: a room may have a module of that name. Any other name stands once."""
HEAVY = frozenset({
    "alembic", "argon2", "cryptography", "fido2", "msgspec", "phonenumbers", "pyrage", "pymorphy3", "pypdf",
    "pypdfium2", "rich", "shamir_mnemonic", "sqlalchemy", "sqlcipher3", "textual", "typst", "zxcvbn",
})  # fmt: skip


@each(PACKAGES)
def test_every_room_says_what_it_is_for(package: str) -> None:
    rooms = {path.parent for path in python_files(package)}
    silent = [
        str(room.relative_to(ROOT))
        for room in sorted(rooms)
        if not (room / "__init__.py").is_file()
        or not ast.get_docstring(ast.parse((room / "__init__.py").read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_no_file_grows_past_one_subject() -> None:
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in python_files(*PACKAGES)}
    assert {str(path.relative_to(ROOT)): size for path, size in sizes.items() if size > LONGEST_FILE} == {}


def named_again(paths: Iterable[Path]) -> list[str]:
    """Return the names that several modules have, but for nouns and what Python itself asks for."""
    names = Counter(path.stem for path in paths if not path.stem.startswith("__"))
    return sorted(name for name, count in names.items() if count > 1 and name not in NOUNS)


def test_no_two_modules_have_one_name() -> None:
    planted = ["vault/log/told.py", "tui/told.py", "vault/acts/case.py", "vault/cli/case.py", "vault/__init__.py"]
    assert named_again(map(Path, planted)) == ["told"]
    assert len(NOUNS) <= 15
    assert named_again(python_files(*PACKAGES)) == []


def test_every_test_folder_is_a_package() -> None:
    # Without one, two files of the same name in two folders hide each other.
    folders = {path.parent for path in python_files("tests")}
    assert [str(folder) for folder in sorted(folders) if not (folder / "__init__.py").is_file()] == []


def unused(source: str) -> list[str]:
    """Return what a module has for itself, by an underscore, and does not name again."""
    kept = []
    for node in ast.parse(source).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            kept += [] if node.decorator_list else [node.name]
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            kept += [
                each.id for each in ast.walk(node) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
            ]
    return [name for name in kept if re.match("_[^_]", name) and len(re.findall(rf"\b{name}\b", source)) == 1]


def test_no_module_keeps_what_it_does_not_use() -> None:
    assert unused("_OLD = 1\n_NEW: int = 2\nprint(_NEW)\ndef _gone(): ...") == ["_OLD", "_gone"]
    found = {str(path.relative_to(ROOT)): unused(path.read_text("utf-8")) for path in python_files(*PACKAGES)}
    assert {path: names for path, names in found.items() if names} == {}


def loaded_by(code: str, *arguments: str) -> set[str]:
    """Return the top-level modules that a fresh process has loaded once `code` has run or has ended the process."""
    report = "print('\\n', *{name.partition('.')[0] for name in sys.modules}, file=sys.stderr)"
    program = f"import atexit, sys\natexit.register(lambda: {report})\n{code}"
    shown = subprocess.run(
        [sys.executable, "-c", program, *arguments], cwd=ROOT, capture_output=True, text=True, check=True, timeout=30
    )
    return set(shown.stderr.splitlines()[-1].split())


@each(["vault.cli", "vault.__main__", "vault.errors", "vault.ids", "vault.platform"])
def test_a_plain_import_loads_nothing_heavy(module: str) -> None:
    assert loaded_by(f"import {module}") & HEAVY == set()


@each([(("--help",),), (("version",),), (("case", "--help"),)])
def test_an_answer_at_once_loads_nothing_heavy(arguments: tuple[str, ...]) -> None:
    assert loaded_by("from vault.__main__ import main\nsys.exit(main())", *arguments) & HEAVY == set()


# What a user installs: one wheel with both packages, the migrations and the licence, and nothing of the tests.
@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, capture_output=True, check=True, timeout=120,
    )  # fmt: skip
    return next(folder.glob("casevault-*.whl"))


def test_the_wheel_holds_the_product_and_only_the_product(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    tops = {name.partition("/")[0] for name in names if ".dist-info" not in name}
    assert tops == {"vault", "tui"}
    assert [name for name in names if "__pycache__" in name or "/tests/" in name] == []
    for folder in ("vault", "tui", "migrations"):
        inside = "vault/_migrations" if folder == "migrations" else folder
        source = {
            f"{inside}/{path.relative_to(ROOT / folder).as_posix()}"
            for path in (ROOT / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert source - set(names) == set()


def test_the_wheel_carries_its_licence_and_its_command(wheel: Path) -> None:
    files = zipfile.ZipFile(wheel)
    entry_points = next(name for name in files.namelist() if name.endswith("entry_points.txt"))
    assert b"casevault = vault.__main__:main" in files.read(entry_points)
    licence = next(name for name in files.namelist() if name.endswith("licenses/LICENSE"))
    assert files.read(licence) == (ROOT / "LICENSE").read_bytes()


def test_the_wheel_carries_the_lock_whose_digest_doctor_shows(wheel: Path) -> None:
    assert zipfile.ZipFile(wheel).read("vault/_requirements.lock") == (ROOT / "requirements.lock").read_bytes()


def test_what_was_installed_answers_without_the_checkout(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    code = "import sys; sys.path.insert(0, sys.argv.pop(1)); from vault.__main__ import main; sys.exit(main())"
    shown = subprocess.run(
        [sys.executable, "-I", "-c", code, str(tmp_path), "version"],
        cwd=tmp_path, capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    assert shown.stdout.startswith("casevault ")


# What gets installed is fixed by hash, and no tracked file says from where.
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
# Written apart, so that this file does not hold what it looks for.
INDEX_OPTIONS = re.compile(
    r"(extra-)?index-url\s*[= ]\s*\S*:/" + r"/|--find-" + r"links|trusted-" + r"host", re.IGNORECASE
)
INDEX_HOSTS = re.compile(
    r"\b(test\.)?py"
    + r"pi\.(org|io)|python"
    + r"hosted\.org|registry\.npm"
    + r"js|deb\.deb"
    + r"ian\.org|proxy\.go"
    + r"lang\.org",
    re.IGNORECASE,
)
PLACES_OF_ONE_MACHINE = re.compile(r"(?<![\w.])/(work/(main|shared)|root/|tmp/build|home/(?!amal|user))")


def pins(lock: str) -> dict[str, str]:
    """Return each pinned line of a lock with all that belongs to it, joined."""
    joined = (ROOT / lock).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in joined.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    return {line.split("==")[0].strip().lower(): line for line in lines}


@each(LOCKS)
def test_every_pin_has_an_exact_version_and_a_hash(lock: str) -> None:
    loose = [line for line in pins(lock).values() if not re.match(r"^[\w.-]+==\S+ .*--hash=sha256:[0-9a-f]{64}", line)]
    assert loose == []
    assert len(pins(lock)) > 5


@each(LOCKS)
def test_a_lock_carries_no_address(lock: str) -> None:
    assert re.findall(r"\S*:/" + r"/\S*|index-url|find-links", (ROOT / lock).read_text(encoding="utf-8")) == []


@each(["requirements.lock", "requirements-build.lock"])
def test_the_development_lock_pins_the_same_versions(lock: str) -> None:
    pinned, development = ({name: line.split()[0] for name, line in pins(file).items()} for file in (lock, LOCKS[1]))
    assert {name: development.get(name) for name in pinned} == pinned


def test_the_build_that_the_documents_give_takes_nothing_that_is_not_pinned() -> None:
    page = (ROOT / "docs" / "install.md").read_text(encoding="utf-8")
    system = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["build-system"]
    assert set(system["requires"]) <= pins("requirements-build.lock").keys()
    builds = [line for line in page.splitlines() if "pip install --no-deps" in line]
    assert builds
    assert [line for line in builds if "--no-build-isolation" not in line] == []


def test_the_lock_and_the_project_name_the_same_packages() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        line for line in (ROOT / "requirements.in").read_text(encoding="utf-8").splitlines() if line[:1].isalpha()
    ]
    assert sorted(project["dependencies"]) == sorted(wanted)


def matches(pattern: re.Pattern[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for path in tracked_files():
        text = path.read_bytes().decode("utf-8", "replace")
        hit = pattern.search(text)
        if hit is not None:
            found[str(path.relative_to(ROOT))] = hit[0]
    return found


def test_no_tracked_file_names_a_package_registry() -> None:
    assert matches(INDEX_HOSTS) == {}
    assert matches(INDEX_OPTIONS) == {}


def test_no_tracked_file_names_a_place_on_the_machine_of_its_author() -> None:
    found = matches(PLACES_OF_ONE_MACHINE)
    found.pop(str(Path(__file__).relative_to(ROOT)), None)
    assert found == {}


# A run without an outside program says so by name, and fails where all of them have to be.
SAMPLE = """
import pytest

@pytest.mark.tool("no-such-program", "sh")
def test_with_a_missing_program():
    pass

@pytest.mark.tool("sh")
def test_with_a_program_that_is_here():
    pass
"""


def run(folder: Path, ci: str, processes: str) -> subprocess.CompletedProcess[str]:
    shutil.copy(ROOT / "tests" / "conftest.py", folder)
    (folder / "test_sample.py").write_text(SAMPLE, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = tool: outside program\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", processes, str(folder)]
    environment = os.environ | {"CASEVAULT_CI": ci}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=60)


def test_a_missing_program_is_named_at_the_end_with_the_slowest_files(tmp_path: Path) -> None:
    answer = run(tmp_path, "", "1")
    assert answer.returncode == 0, answer.stdout
    assert "1 tests ran, 1 did not." in answer.stdout
    assert "1 not run: needs no-such-program\n" in answer.stdout
    assert re.search(r"The slowest files, in seconds:\n +\d+\.\d  test_sample.py\n", answer.stdout)


def test_a_missing_program_fails_the_run_that_has_to_have_all(tmp_path: Path) -> None:
    answer = run(tmp_path, "1", "0")
    assert answer.returncode == 1, answer.stdout
    assert "not run: needs no-such-program (CASEVAULT_CI=1" in answer.stdout
    assert "1 passed, 1 error" in answer.stdout


# Each import contract of pyproject.toml catches each breach of it that is planted in a copy of the tree.
class Breach(NamedTuple):
    contract: str
    file: str
    text: str


BREACHES = {
    "a foundation imports another": Breach("direction", "vault/store/planted.py", "import vault.casework"),
    "a foundation imports upwards": Breach("direction", "vault/casework/planted.py", "import vault.records"),
    "sync decides what is valid": Breach("direction", "vault/sync/planted.py", "import vault.validity"),
    "records decide what is valid": Breach("direction", "vault/records/planted.py", "import vault.validity"),
    "export unlocks": Breach("direction", "vault/export/planted.py", "import vault.access"),
    "the index reads records": Breach("direction", "vault/index/planted.py", "import vault.records"),
    "the ground imports a room": Breach("direction", "vault/errors.py", "import vault.platform"),
    "a room that nobody planned": Breach("direction", "vault/helpers/__init__.py", ""),
    "the command line imports the app": Breach("screens", "vault/cli/planted.py", "import tui"),
    "records calls a cipher": Breach("cryptography", "vault/records/planted.py", "import cryptography"),
    "services stretches a passphrase": Breach("cryptography", "vault/services/planted.py", "import argon2"),
    "export calls age": Breach("cryptography", "vault/export/planted.py", "import pyrage"),
    "a service asks a security key": Breach("cryptography", "vault/services/planted.py", "import fido2"),
    "a screen splits a secret": Breach("cryptography", "tui/planted.py", "import shamir_mnemonic"),
    "a service hashes": Breach("digests", "vault/services/planted.py", "import hashlib"),
    "the log authenticates": Breach("keyed", "vault/log/planted.py", "import hmac"),
    "services speak SQL": Breach("sql", "vault/services/planted.py", "import sqlalchemy"),
    "a screen opens a database": Breach("sql", "tui/planted.py", "import sqlcipher3"),
    "redaction reads tables": Breach("redaction", "vault/redaction/planted.py", "import vault.store"),
    "deadlines read records of names": Breach("deadlines", "vault/deadlines/planted.py", "import vault.names"),
    "sync opens a record": Breach("exchange", "vault/sync/planted.py", "import vault.records"),
    "sync reads a case": Breach("exchange", "vault/sync/planted.py", "import vault.casework"),
    "casework reads a clock": Breach("pure", "vault/casework/planted.py", "import time"),
    "deadlines ask the time": Breach("pure", "vault/deadlines/planted.py", "import vault.clock"),
    "names reads a file": Breach("pure", "vault/names/planted.py", "from pathlib import Path"),
    "the log reads a file": Breach("pure", "vault/log/planted.py", "import os"),
    "the log opens a database": Breach("rows", "vault/log/planted.py", "import vault.store.engine"),
    "policy draws randomness": Breach("pure", "vault/policy/planted.py", "import secrets"),
    "validity asks the time": Breach("pure", "vault/validity/planted.py", "import vault.clock"),
    "redaction asks the time": Breach("pure", "vault/redaction/planted.py", "import vault.clock"),
    "the core logs": Breach("core", "vault/seal/planted.py", "import logging"),
    "the core reads a file": Breach("core", "vault/seal/planted.py", "from pathlib import Path"),
    "services fetch": Breach("network", "vault/services/planted.py", "import urllib.request"),
    "a screen opens a socket": Breach("network", "tui/planted.py", "import socket"),
    "a screen holds keys": Breach("gateway", "tui/planted.py", "import vault.access"),
    "a screen opens a seal": Breach("gateway", "tui/planted.py", "import vault.seal"),
    "a screen judges a version": Breach("gateway", "tui/planted.py", "import vault.validity"),
    "the projection makes a case": Breach(
        "services", "vault/services/projection/planted.py", "import vault.services.cases"
    ),
    "grants change members": Breach("services", "vault/services/grants/planted.py", "import vault.services.members"),
    "a service without a room": Breach("services", "vault/services/planted.py", ""),
    "pins believe a line": Breach("access", "vault/access/pins/planted.py", "import vault.access.trust"),
    "a seat's keys admit somebody": Breach(
        "access", "vault/access/seat_keys/planted.py", "import vault.access.membership"
    ),
    "a value opens a screen": Breach("app", "tui/values/planted.py", "import tui.screens"),
    "the gateway paints": Breach("app", "tui/gateway/planted.py", "import tui.widgets"),
    "the frame knows a case": Breach("rooms of screens", "tui/screens/frame/planted.py", "import tui.screens.cases"),
    "members export": Breach("rooms of screens", "tui/screens/members/planted.py", "import tui.screens.referral"),
    "a circle of types alone": Breach(
        "circles",
        "vault/casework/planted/first.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from vault.casework.planted import second",
    ),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def plant(copy: Path, breaches: Iterable[Breach]) -> None:
    circle = copy / "vault" / "casework" / "planted"
    circle.mkdir()
    (circle / "__init__.py").touch()
    (circle / "second.py").write_text("from vault.casework.planted import first\n", encoding="utf-8")
    for breach in breaches:
        planted = copy / breach.file
        planted.parent.mkdir(exist_ok=True)
        with planted.open("a", encoding="utf-8") as file:
            file.write(f"\n{breach.text}\n")


def lint(copy: Path) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    environment = os.environ | {"PYTHONPATH": str(copy), "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False, timeout=120)


def contract_names() -> dict[str, str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return {contract["id"]: contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]}


def named(breach: Breach) -> str:
    """Return the words by which the report of a contract names a breach of it."""
    module = ".".join(Path(breach.file).with_suffix("").parts).removesuffix(".__init__")
    imported = re.fullmatch(r"import ([\w.]+)|from ([\w.]+) import \w+", breach.text)
    if breach.contract == "circles":
        return f"No cycles are allowed in {module.rpartition('.')[0]}."
    if imported is None:
        return f"- {module}"
    chosen = imported[1] or imported[2]
    return f"{module} -> {chosen if chosen.startswith(('vault', 'tui.')) else chosen.partition('.')[0]} ("


def test_the_tree_keeps_every_contract(copy: Path) -> None:
    answer = lint(copy)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert f"{len(contract_names())} kept, 0 broken" in answer.stdout


def test_every_planted_breach_is_caught_by_its_contract(copy: Path) -> None:
    names = contract_names()
    assert {breach.contract for breach in BREACHES.values()} == set(names)
    plant(copy, BREACHES.values())
    answer = lint(copy)
    assert answer.returncode == 1, answer.stdout + answer.stderr
    # Each section of the report begins with the name of its contract, underlined.
    sections = {name: re.split(rf"\n{re.escape(name)}\n-+\n", answer.stdout)[-1] for name in names.values()}
    reports = {name: re.split(r"\n\n\S[^\n]*\n-+\n", section)[0] for name, section in sections.items()}

    @each(BREACHES)
    def caught(breach: Breach) -> None:
        assert f"{names[breach.contract]} BROKEN" in answer.stdout
        assert named(breach) in reports[names[breach.contract]]

    caught()
