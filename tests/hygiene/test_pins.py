"""What gets installed is fixed by hash, and no tracked file says from where."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from tests.hygiene.tree import ROOT, tracked_files
from tests.tables import each

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
