"""Each import contract of pyproject.toml catches each breach of it that is planted in a copy of the tree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.hygiene.tree import PACKAGES, ROOT
from tests.tables import each


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
    "a screen calls a service": Breach("gateway", "tui/planted.py", "import vault.services"),
    "a screen opens a seal": Breach("gateway", "tui/planted.py", "import vault.seal"),
    "a screen judges a version": Breach("gateway", "tui/planted.py", "import vault.validity"),
    "the projection makes a case": Breach(
        "services", "vault/services/projection/planted.py", "import vault.services.cases"
    ),
    "grants change members": Breach("services", "vault/services/grants/planted.py", "import vault.services.members"),
    "a service without a room": Breach("services", "vault/services/planted.py", ""),
    "pins believe a roster": Breach("access", "vault/access/pins/planted.py", "import vault.access.trust"),
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
