"""Rooms stay small, no two modules are taken for each other, and only its own room writes a session."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from tests.hygiene.tree import PACKAGES, ROOT, python_files

MOST_MODULES = 24
# One small file for each noun of the command line.
AS_MANY_AS_NOUNS = Path("vault/cli")
INNER_HOUSES = (Path("tui/screens"), Path("tui/gateway"), Path("tui/widgets"), Path("vault/export/leakcheck"))


def modules(root: Path) -> list[Path]:
    return [path.relative_to(ROOT) for path in python_files(*PACKAGES)] if root == ROOT else sorted(root.rglob("*.py"))


def crowded(paths: Iterable[Path]) -> dict[str, int]:
    """Return the folders that hold more modules than one looks through, `__init__` not counted."""
    rooms: dict[Path, int] = defaultdict(int)
    for path in paths:
        rooms[path.parent] += path.stem != "__init__"
    return {str(room): n for room, n in rooms.items() if n > MOST_MODULES and room != AS_MANY_AS_NOUNS}


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
