"""One fault at a time is planted in the rule: the vectors, hand cases and random worlds of this room find each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
CHECKS = ("test_rule", "test_hand_cases", "test_worlds", "test_second_reader", "test_second_reader_of_cases")
CHILD = """
import importlib.util, sys, pytest
name, before, after, *checks = sys.argv[1:]
spec = importlib.util.find_spec(name)
source = open(spec.origin, encoding="utf-8").read()
assert source.count(before) == 1 or before == after, source.count(before)
module = sys.modules[name] = importlib.util.module_from_spec(spec)
exec(compile(source.replace(before, after), spec.origin, "exec"), module.__dict__)
sys.exit(pytest.main(["-q", "-x", "--no-header", "-p", "no:cacheprovider", "-p", "no:xdist", *checks]))
"""


class Fault(NamedTuple):
    """What stands in a module of `vault.trust`, and what is planted in its place."""

    module: str
    before: str
    after: str


_WHO, _CASE, _LOGS = "who_is_in", "case", "log_trees"
FAULTS = {
    "heads of takings are not asked": Fault(
        _WHO, "[each for each in found if not self._logs.is_within(at, each.heads, lenient=lenient)]", "found"
    ),
    "an entry of another branch is within": Fault(_LOGS, "while branch != at.branch:", "while False:"),
    "a missing head lets nothing in leniently": Fault(_LOGS, "if lenient and at.size", "if False and at.size"),
    "anybody makes an admin": Fault(
        _WHO,
        "for act in admits if Role.ADMIN in act.roles}\n        self._by_sheets",
        "for _, act in logs.listed if isinstance(act, Admit) and Role.ADMIN in act.roles"
        " and act.certificate.seat in self.members}\n        self._by_sheets",
    ),
    "admins stop what an admin wrote": Fault(_WHO, "        if at.log in self.above:\n", "        if False:\n"),
    "admins end an admin": Fault(_WHO, "        if seat not in self.above:\n", "        if True:\n"),
    "the sheets cut nothing": Fault(
        _WHO, "if member is None or self._by_sheets.cutting(at, member, self._lenient):", "if member is None:"
    ),
    "who was lowered acts as an admin": Fault(
        _WHO, "return not self._by_sheets.cutting(at, self.members[at.log], lenient, Role.ADMIN)", "return True"
    ),
    "acts of any root count": Fault(_WHO, "each.root == logs.root.key or", "True or"),
    "anybody lifts what the sheets took": Fault(
        _WHO,
        "lifted = {act.taking for act in signed if isinstance(act, Lift)}",
        "lifted = {act.taking for _, act in logs.listed if isinstance(act, Lift)}",
    ),
    "one admin lifts what two took": Fault(_WHO, "(back := lifting[act.digest]) >= 2", "(back := lifting[act.digest])"),
    "two lines of two admins are one": Fault(
        _WHO,
        "len({who for each in cut for who in self._by_admins.by[each]}) < self._enough",
        "max([len(self._by_admins.by[each]) for each in cut], default=0) < self._enough",
    ),
    "an admin's taking counts strictly": Fault(
        _WHO, "self._is_left_to_admin(at, not lenient)", "self._is_left_to_admin(at, False)"
    ),
    "an admin's taking counts leniently where it is cut": Fault(
        _WHO, "self._is_left_to_admin(at, not lenient)", "self._is_left_to_admin(at, True)"
    ),
    "two who are no admins admit": Fault(
        _WHO, "if len(seconds) >= 2 and any(map(self.counts_as_admin, others)):", "if len(seconds) >= 2:"
    ),
    "an admin alone admits": Fault(_WHO, "if len(seconds) >= 2 and any(map", "if any(map"),
    "two admit a device in another's name": Fault(_WHO, " and len(others) < len(places)", ""),
    "a further device brings roles": Fault(_WHO, " and not act.roles else None", " else None"),
    "who came in as a helper seconds": Fault(_WHO, "                if is_by_two:\n", "                if True:\n"),
    "a supervisor alone gives any role": Fault(_WHO, "act.roles <= _HELPER_ROLES", "True"),
    "one admin ends the rule for helpers": Fault(_WHO, "and len(by_admins) < 2", "and len(by_admins) < 1"),
    "a removed person's devices go on": Fault(_WHO, "if each.role in (MEMBER, *roles))", "if each.role in roles)"),
    "a lowered role is gone within the heads too": Fault(_WHO, "if at is None or not", "if True or not"),
    "a further device outlives the first": Fault(
        _WHO, "for seat, day in firsts.items() if day is not None", "for seat, day in firsts.items() if False"
    ),
    "heads of put-outs are not asked": Fault(
        _CASE, "self._known[asked] = all(", "self._known[asked] = not above and all("
    ),
    "an equal puts out": Fault(_CASE, "(now.get(act.member, -1) < level or", "(now.get(act.member, -1) <= level or"),
    "a wide rank shields": Fault(_CASE, "(now.get(act.member, -1) < level or", "(wide.get(act.member, -1) < level or"),
    "an equal's put-out cuts": Fault(_CASE, "if taken > rank]", "if taken >= rank]"),
    "an admin's put-out cuts takings": Fault(
        _CASE, "if rank < Rank.ADMIN and act in self.firm}", "if rank == Rank.ADMIN or act in self.firm}"
    ),
    "a put-out that would not count as a gift cuts takings": Fault(
        _CASE, "if rank < Rank.ADMIN and act in self.firm}", "if rank < Rank.ADMIN}"
    ),
    "anybody puts out as an admin": Fault(
        _CASE, "if level == Rank.ADMIN and lenient.counts_as_admin(at):", "if level == Rank.ADMIN:"
    ),
    "an admin's put-out counts strictly": Fault(
        _CASE,
        "if level == Rank.ADMIN and lenient.counts_as_admin(at):",
        "if level == Rank.ADMIN and strict.counts_as_admin(at):",
    ),
    "an admin lets back whom a keeper put out": Fault(
        _CASE, "lifting[act.taking].add(member)", "lifting[act.taking].add(member), back.add(act.taking)"
    ),
    "one admin lets back whom two put out": Fault(_CASE, "len(lifting[each]) >= 2", "lifting[each]"),
    "who stands below lets back": Fault(
        _CASE,
        "if level < Rank.ADMIN and self._gives(at, strict, now, standing, level):",
        "if level < Rank.ADMIN and self._gives(at, strict, now, standing, Rank.MEMBER):",
    ),
    "a stopped device lets back": Fault(
        _CASE,
        "if level < Rank.ADMIN and self._gives(at, strict, now, standing, level):",
        "if level < Rank.ADMIN and self._gives(at, lenient, wide, cutting, level):",
    ),
    "one admin's stop frees whom the stopped put out": Fault(
        _CASE, "= logs, strict, lenient, whole", "= logs, strict, strict, whole"
    ),
    "what cuts a taking counts strictly": Fault(
        _CASE, "_Cuts(self._logs, firm, lenient=True)", "_Cuts(self._logs, firm, lenient=False)"
    ),
    "a missing head lets gifts in": Fault(
        _CASE,
        'cut what widens."""\n        return _Cuts(self._logs, self.takings, lenient=False)',
        'cut what widens."""\n        return _Cuts(self._logs, self.takings, lenient=True)',
    ),
    "a case ends with its founder": Fault(_CASE, "at.log in lenient.members]", "strict.counts(at)]"),
    "ended devices read": Fault(
        _CASE,
        "for seat in seats_in(organisation, now)\n        if (member",
        "for seat in organisation.members\n        if (member",
    ),
    "who leaves a case takes others from its sections": Fault(_CASE, " if act not in whole.leaves", ""),
    "who is not in the case lets into its section": Fault(
        _CASE, "if self._whole is not None and member not in (", "if False and member not in ("
    ),
    "who is not in the case reads its section": Fault(
        _CASE, "if who not in out and (whole is None or who in whole.members)", "if who not in out"
    ),
    "what does not count in the case counts in its section": Fault(
        _CASE, " or (self._whole is not None and not self._whole.counts(at)):", ":"
    ),
    "one gives longer than one has": Fault(_CASE, "min(until, days.get(giver, 0))", "until"),
    "who got a key from others has it not": Fault(
        _CASE, "for giver in more for reader", "for giver in {maker} for reader"
    ),
}


def _checked(module: str, before: str, after: str) -> subprocess.CompletedProcess[str]:
    checks = [str(ROOT / "tests" / "trust" / f"{name}.py") for name in CHECKS]
    command = [sys.executable, "-c", CHILD, f"vault.trust.{module}", before, after, *checks]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600)


@pytest.mark.long
def test_the_checks_pass_where_nothing_is_planted() -> None:
    done = _checked(_CASE, "", "")
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


@pytest.mark.long
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_is_found(fault: str) -> None:
    done = _checked(*FAULTS[fault])
    assert done.returncode == 1, done.stdout[-2000:] + done.stderr[-2000:]
