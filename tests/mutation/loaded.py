"""The process that has loaded everything: it runs each test once, then forks for each mutant inside a function.

A fork gets the code of the changed function in place of the old one, and runs the tests that run its line: the tests
named after the module and the quickest first, until one notices.
"""

from __future__ import annotations
import __future__

import ast
import contextlib
import functools
import gc
import os
import re
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.operators import Mutant
from tests.mutation.tracing import IMPORT, Kept, Ran, Tracer
from tests.mutation.trying import HELD, Try

ROOT = Path(__file__).parents[2]
# At most so many tests for one mutant, and at most so many seconds of them after the first three.
TESTS, SECONDS = 150, 12.0
TESTS_OF_A_TABLE = 500
# Tests that build their session's vaults anew, because the line runs while those are built.
REBUILT = 6
# A test that takes longer, traced, is not among those that are run for a mutant.
_LONGEST_S = 4
# How much slower a test may become, rebuilt vaults aside.
_AT_LEAST_S, _SLOWER = 2, 4
NOT_PLANTED = 254
_CACHED = type(functools.cache(len))
_FLAGS = __future__.annotations.compiler_flag


class TooLongError(BaseException):
    """Ends a test through whatever it is in."""


def _give_up(_number: int, _frame: object) -> None:
    raise TooLongError


class Loaded:
    """The pytest plugin; `serve` is called once everything is loaded and every test has been seen to hold."""

    def __init__(self, folders: tuple[str, ...], kept: Kept, digest: str) -> None:
        self._tracer = Tracer(ROOT, folders)
        self._kept, self._digest = kept, digest
        self.ran: dict[str, Ran] = {}
        self._items: dict[str, pytest.Item] = {}
        self._fixtures: dict[str, Any] = {}
        self._functions: dict[str, list[FunctionType]] = {}
        self._caches: list[Any] = []
        self._noticed: dict[str, Counter[str]] = {}
        self._tracing = False

    # --- loading and tracing

    @pytest.hookimpl(wrapper=True)
    def pytest_collection(self) -> Iterator[None]:
        imported = Ran()
        with self._tracer.counting(imported):
            yield
        self._imported = imported
        self.loaded()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: Any) -> Iterator[None]:
        if fixturedef.scope == "function":
            return (yield)
        name = f"fixture {fixturedef.baseid}::{fixturedef.argname}"
        self._fixtures[name] = fixturedef
        if not self._tracing:
            return (yield)
        ran = self.ran.setdefault(name, Ran())
        began = time.process_time()
        with self._tracer.counting(ran):
            result = yield
        ran.seconds = time.process_time() - began
        return result

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_call(self) -> Iterator[None]:
        if self._tracing:
            signal.signal(signal.SIGPROF, _give_up)
            signal.setitimer(signal.ITIMER_PROF, _LONGEST_S)
        try:
            return (yield)
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        self._items = {item.nodeid: item for item in session.items}
        kept = self._kept.read(self._digest)
        self.ran = kept or {IMPORT: self._imported}
        self._run_once(session, session.items if kept is None else self._one_for_each_fixture())
        if kept is None:
            # Forks of this process would wait for threads that libraries started in it: whoever serves begins anew.
            self._kept.write(self._digest, self.ran)
            os._exit(0)
        session._setupstate.teardown_exact(session)  # type: ignore[arg-type]
        self._find_functions()
        gc.collect()
        gc.freeze()
        self.serve()
        os._exit(0)

    def loaded(self) -> None:
        """Do what is to be done once everything is loaded, before the first test runs."""

    def serve(self) -> None:
        """Do what there is to do; nothing of this process is needed afterwards."""
        raise NotImplementedError

    def _run_once(self, session: pytest.Session, items: list[pytest.Item]) -> None:
        """Run tests in the order of collection; what was built for a whole session stays."""
        self._tracing = not self._kept_already()
        for item, following in zip(items, [*items[1:], session], strict=True):
            ran = Ran(fixtures=sorted(getattr(item, "fixturenames", ())))
            began = time.process_time()
            counting = self._tracer.counting(ran) if self._tracing else contextlib.nullcontext()
            with counting:
                reports = runtestprotocol(item, log=False, nextitem=following)  # type: ignore[arg-type]
            ran.seconds = time.process_time() - began
            ran.held = all(report.passed for report in reports)
            if self._tracing and item.location[0] != following.nodeid.split("::")[0]:
                print(f"seen to hold: {item.location[0]}", file=sys.stderr, flush=True)
            if self._tracing:
                self.ran[item.nodeid] = ran
            elif not ran.held:
                self.ran[item.nodeid].held = False

    def _kept_already(self) -> bool:
        return len(self.ran) > 1

    def _one_for_each_fixture(self) -> list[pytest.Item]:
        """Return few quick tests that together use every fixture that outlives a test."""
        lasting = {name.rpartition("::")[2] for name in self.ran if name.startswith("fixture ")}
        folders: set[tuple[str, str]] = set()
        chosen = []
        for name in sorted(self._tests(), key=lambda name: self.ran[name].seconds):
            folder = name.rpartition("/")[0]
            news = {(folder, fixture) for fixture in self.ran[name].fixtures if fixture in lasting} - folders
            if news:
                folders |= news
                chosen.append(name)
        return [item for name, item in self._items.items() if name in set(chosen)]

    def _tests(self) -> list[str]:
        return [name for name in self._items if name in self.ran and self.ran[name].held]

    def _find_functions(self) -> None:
        prefix = f"{ROOT}/"
        things = gc.get_objects()
        self._caches = [one for one in things if isinstance(one, _CACHED) and one.__module__.startswith("vault.")]
        for thing in things:
            if isinstance(thing, FunctionType) and thing.__code__.co_filename.startswith(prefix):
                file = thing.__code__.co_filename.removeprefix(prefix)
                self._functions.setdefault(file, []).append(thing)

    # --- mutants

    def left_out(self, room: str) -> list[str]:
        """Return the tests of a room that fail without any change, or take too long."""
        return sorted(n for n, ran in self.ran.items() if n.startswith(f"tests/{room}/") and not ran.held)

    def begin(self, file: str, tree: ast.Module, mutant: Mutant, stage: int) -> tuple[Try, list[str]] | None:
        """Start a process with one mutant; None where no test of this stage runs its line."""
        names = self._for_line(file, mutant) if stage == 0 else self._rebuilding(file, mutant)
        if not names:
            return None
        seconds = sum(self.ran[name].seconds for name in names)
        if stage == 1:
            seconds += sum(self.ran[name].seconds for name in self._fixtures if name in self.ran)

        def work(folder: Path) -> int:
            if stage == 1:
                for fixture in self._fixtures.values():
                    fixture.cached_result = None
                    fixture._finalizers.clear()  # or pytest refuses to build it again, which looks like noticing
            if not self._plant(file, tree, mutant):
                return NOT_PLANTED
            return self._notice([self._items[name] for name in names], folder, timed=stage == 0)

        return Try(work, seconds), names

    def noticed(self, file: str, mutant: Mutant, test: str) -> None:
        """Remember which test noticed: it may notice the next one of the same function."""
        self._noticed.setdefault(f"{file} {mutant.name.split(' | ')[0]}", Counter())[test] += 1

    def at_import(self, file: str, mutant: Mutant) -> bool:
        """Tell whether the line is run when modules are loaded, which a fork of this process cannot do again."""
        return not mutant.in_body or not self.ran[IMPORT].lines.get(file, set()).isdisjoint(mutant.lines)

    def seconds_of(self, test_file: str) -> float:
        return sum(ran.seconds for name, ran in self.ran.items() if name.startswith(f"{test_file}::"))

    def _runs(self, name: str, file: str, mutant: Mutant) -> bool:
        return not self.ran[name].lines.get(file, set()).isdisjoint(mutant.lines)

    def _for_line(self, file: str, mutant: Mutant) -> list[str]:
        able = [name for name in self._tests() if self._runs(name, file, mutant)]
        before = self._noticed.get(f"{file} {mutant.name.split(' | ')[0]}", Counter())
        likely = [name for name, _ in before.most_common(3) if name in able]
        return self._few([*likely, *self._by_promise(able, file)])

    def _by_promise(self, able: list[str], file: str) -> list[str]:
        """Put the module's own tests first, and the quickest; the first case of each test may take longer."""
        room, stem = file.split("/")[1], Path(file).stem
        quickest = sorted(able, key=lambda name: self.ran[name].seconds)
        first = set(_spread(quickest))

        def price(name: str) -> float:
            own = name.startswith(f"tests/{room}/test_{stem}")
            return (self.ran[name].seconds + 0.001) * (0.02 if own else 1) * (0.2 if name in first else 1)

        return sorted(able, key=price)

    def _few(self, names: list[str], most: int = TESTS) -> list[str]:
        chosen, seconds = list[str](), 0.0
        for name in dict.fromkeys(names):
            seconds += self.ran[name].seconds
            if len(chosen) == most or (len(chosen) >= 3 and seconds > SECONDS):
                break
            chosen.append(name)
        return chosen

    def _rebuilding(self, file: str, mutant: Mutant) -> list[str]:
        ran = [name for name in self._fixtures if name in self.ran and self._runs(name, file, mutant)]
        if not ran:
            return []
        quickest = min(ran, key=lambda name: self.ran[name].seconds)
        folder, _, fixture = quickest.removeprefix("fixture ").rpartition("::")
        using = [
            n for n in self._tests() if n.startswith((f"{folder}/", f"{folder}::")) and fixture in self.ran[n].fixtures
        ]
        return sorted(using, key=lambda name: self.ran[name].seconds)[:REBUILT]

    def for_import(self, file: str, mutant: Mutant) -> list[str]:
        """Return tests for a changed table or constant: those that name it or its module or that run its users."""
        room, stem = file.split("/")[1], Path(file).stem
        words = "|".join(map(re.escape, mutant.defines)) or re.escape(stem)
        naming = re.compile(rf"\b({words}|{room}[.]{stem}|{room} import {stem})\b")
        using = re.compile(rf"\b({words})\b")
        users = {one: _lines_with(using, ROOT / one) for one in self._functions if one.startswith("vault/")}
        users[file] = users.get(file, set()) - set(mutant.lines)
        able = self._tests()
        files = {name.split("::")[0] for name in able if name.startswith(f"tests/{room}/")}
        named = {one for one in files if naming.search((ROOT / one).read_text(encoding="utf-8"))}
        saying = [name for name in able if name.split("::")[0] in named or name.startswith(f"tests/{room}/test_{stem}")]
        runs = [n for n in able if any(not users.get(f, set()).isdisjoint(ls) for f, ls in self.ran[n].lines.items())]
        return self._few([*self._by_promise(saying, file), *self._by_promise(runs, file)], TESTS_OF_A_TABLE)

    def _plant(self, file: str, tree: ast.Module, mutant: Mutant) -> bool:
        """Give the functions of a module their changed code; False where a closure has no room for it."""
        statement = next(one for one in tree.body if one.lineno <= mutant.line <= (one.end_lineno or 0))
        mutant.apply()
        changed = ast.fix_missing_locations(ast.Module([statement], []))
        code = compile(changed, str(ROOT / file), "exec", flags=_FLAGS, dont_inherit=True)
        codes = {(one.co_qualname, one.co_firstlineno): one for one in _all_codes(code)}
        for cached in self._caches:
            cached.cache_clear()
        for function in self._functions[file]:
            old = function.__code__
            new = codes.get((old.co_qualname, old.co_firstlineno))
            if new is not None and new.co_freevars != old.co_freevars:
                return False
            if new is not None and new != old:
                function.__code__ = new
        return True

    def _notice(self, items: list[pytest.Item], folder: Path, *, timed: bool) -> int:
        """Return the number of the first test that fails, counted from 1, or 0."""
        sys.settrace(None)
        factory = items[0].config._tmp_path_factory  # type: ignore[attr-defined]
        factory._basetemp = folder
        for number, (item, following) in enumerate(zip(items, [*items[1:], items[0].session], strict=True), 1):
            # The default of this signal ends the process: an endless loop has noticed too.
            if timed:
                signal.setitimer(signal.ITIMER_VIRTUAL, _AT_LEAST_S + _SLOWER * self.ran[item.nodeid].seconds)
            if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):  # type: ignore[arg-type]
                return number
        return HELD


def _all_codes(code: CodeType) -> Iterator[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _all_codes(one)


def _lines_with(words: re.Pattern[str], path: Path) -> set[int]:
    text = path.read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(text, 1) if words.search(line)}


def _spread(able: list[str]) -> list[str]:
    """Return the quickest test of each file, then the quickest case of each test: they look at different things."""
    files, functions = dict[str, str](), dict[str, str]()
    for name in able:
        files.setdefault(name.split("::")[0], name)
        functions.setdefault(name.split("[")[0], name)
    return [*files.values(), *functions.values()]
