"""Outside programs: a test that needs one says so with `@pytest.mark.tool("strace")`, and a run says what it lacked.

On a machine without the program the test is reported as not run, by name, at the end. With `CASEVAULT_CI=1`, where
`.ci/run` has installed them all, a missing program fails the test instead.
"""

from __future__ import annotations

import gc
import os
import shutil
import signal
import subprocess
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from textual import _wait
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

from tests.stretching import of_one_salt, once
from tests.tui.painting import paint_later
from vault.access.membership import first_seat, joining
from vault.seal.entrance import passphrase

_NOT_RUN = "not run: needs "
_LOOK_S = 0.005
_NEW_OBJECTS = 20_000
_MEMORY = Path("/dev/shm")
_ROOM_BYTES = 4 * 2**30


@pytest.fixture(scope="session", autouse=True)
def _stretched_once() -> Iterator[None]:
    """Let Argon2id be asked for nothing twice, and each folder that is made here have the same salt."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(passphrase, "hash_secret_raw", once(passphrase.hash_secret_raw))  # type: ignore[attr-defined]
        for room in (first_seat, joining):
            patched.setattr(room, "KeyHeader", of_one_salt)
        yield


@pytest.fixture(scope="session", autouse=True)
def _styled_once() -> Iterator[None]:
    """Let the styles of a widget be parsed once in a run, and not for each app."""
    parsed: dict[tuple[object, ...], list[RuleSet]] = {}
    parse = Stylesheet._parse_rules

    def remembered(sheet: Stylesheet, *asked: Any, **named: Any) -> list[RuleSet]:
        key = (*asked, *named.items(), *sheet._variables.items())
        if key not in parsed:
            parsed[key] = parse(sheet, *asked, **named)
        return parsed[key]

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Stylesheet, "_parse_rules", remembered)
        yield


@pytest.fixture(scope="session", autouse=True)
def _short_waits() -> Iterator[None]:
    """Let an app under test be looked at every 5 ms whether it rests, and paint then: most of a test was that."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(_wait, "SLEEP_GRANULARITY", _LOOK_S)
        patched.setattr(_wait, "SLEEP_IDLE", _LOOK_S / 20)
        patched.setattr(Screen, "_compositor_refresh", paint_later)
        yield


def pytest_configure() -> None:
    """Let no example fail for its time, and Ctrl+C reach the commands: a shell's background job has it ignored.

    The folders of the tests lie in memory where there is room: half of a run was waiting until a disk had flushed.
    """
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free >= _ROOM_BYTES:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(_MEMORY))
    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)  # before `-m` looks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the rows of a table behind the first so many (`long_after`) the mark `long`."""
    seen: Counter[str] = Counter()
    for item in items:
        mark = item.get_closest_marker("long_after")
        if mark is not None:
            name = item.nodeid.partition("[")[0]
            seen[name] += 1
            if seen[name] > mark.args[0]:
                item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
    """Let the collector of garbage look seldom, and never at what stays to the end: a fifth of a run was that."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, 20, 50)


def missing_tools(item: pytest.Item) -> list[str]:
    """Return the programs that the marks of `item` name and that are not on the path, in order, each once."""
    named = dict.fromkeys(str(name) for mark in item.iter_markers("tool") for name in mark.args)
    return [name for name in named if not _is_here(name)]


def _is_here(name: str) -> bool:
    """Return if a program is on the path, or, of `npm:NAME`, if npm installed that package for everybody."""
    kind, _, package = name.partition(":")
    if kind != "npm" or shutil.which("npm") is None:
        return shutil.which(name) is not None
    root = subprocess.run(["npm", "root", "--global"], capture_output=True, text=True, check=False).stdout.strip()
    return (Path(root) / package).is_dir()


def pytest_runtest_setup(item: pytest.Item) -> None:
    missing = missing_tools(item)
    if not missing:
        return
    reason = _NOT_RUN + ", ".join(missing)
    if os.environ.get("CASEVAULT_CI") == "1":
        pytest.fail(f"{reason} (CASEVAULT_CI=1: every outside program has to be here)", pytrace=False)
    pytest.skip(reason)


def _reason(report: pytest.TestReport) -> str:
    # pytest reports a skip as (file, line, "Skipped: reason").
    return str(report.longrepr[2]).removeprefix("Skipped: ") if isinstance(report.longrepr, tuple) else ""


def slowest_files(reports: Iterable[pytest.TestReport], count: int) -> list[tuple[float, str]]:
    """Return the seconds that each file of tests took, with what was set up for it, the slowest first."""
    seconds: dict[str, float] = {}
    for report in reports:
        name = report.nodeid.partition("::")[0]
        seconds[name] = seconds.get(name, 0) + report.duration
    return sorted(((spent, name) for name, spent in seconds.items()), reverse=True)[:count]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in words what ran and what did not, with the reason."""
    skipped = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    ran = sum(len(terminalreporter.stats.get(outcome, [])) for outcome in ("passed", "failed", "xfailed", "xpassed"))
    terminalreporter.section("what ran")
    terminalreporter.write_line(f"{ran} tests ran, {skipped.total()} did not.")
    for reason, count in sorted(skipped.items()):
        terminalreporter.write_line(f"  {count} {reason or 'skipped without a reason'}")
    if any(reason.startswith(_NOT_RUN) for reason in skipped):
        terminalreporter.write_line("Install these programs (CONTRIBUTING.md lists them) to run the rest.")
    reports = [one for kept in terminalreporter.stats.values() for one in kept if isinstance(one, pytest.TestReport)]
    terminalreporter.write_line("The slowest files, in seconds:")
    for spent, name in slowest_files(reports, 10):
        terminalreporter.write_line(f"  {spent:6.1f}  {name}")
