"""A neighbour of the same account, and a crash, while a command has a secret and no passphrase was asked for yet."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import pytest
from typing_extensions import override

from tests.attacks.memory import core_limit, neighbour_reads
from tests.cli.desk import Desk
from tests.cli.typist import Typist
from tests.services.founded import MEMBER, Place
from vault.services.credentials import recovery

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")

# As any program of the account: no privilege, and core dumps wanted as far as the system allows them.
_AS_ANYBODY = """
import os, resource, sys
from tests.attacks.memory import without_privileges
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
without_privileges()
os.execv(sys.executable, [sys.executable, "-m", "vault", *sys.argv[1:]])
"""


class OrdinaryDesk(Desk):
    """A desk whose command has no privilege: who has one is closed to who has none for that alone."""

    @override
    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-c", _AS_ANYBODY, *arguments]


@pytest.fixture
def own_desk(founded: Place, tmp_path: Path) -> Desk:
    return OrdinaryDesk.of(founded, tmp_path)


def test_a_founding_with_a_made_passphrase_is_closed_to_its_neighbours(own_desk: Desk, tmp_path: Path) -> None:
    typist = Typist(own_desk, "--vault", str(tmp_path / "new"), "--member", "Oren", "init", "--generate", "en")
    try:
        typist.wait_for("organisation: ")
        typist.type("Lantern Aid")
        typist.wait_for("YOUR PASSPHRASE")
        assert_closed(typist.pid)
    finally:
        end(typist)


def test_the_typing_of_recovery_sheets_is_closed_to_its_neighbours(own_desk: Desk, founded: Place) -> None:
    with founded.open() as session:
        first = recovery.sheets(session)[0].rows[0]
    typist = Typist(own_desk, "--vault", str(founded.path), "--member", MEMBER, "recovery", "restore")
    try:
        typist.wait_for("row  1: ")
        typist.type(f"{' '.join(first.words)} {first.check}")
        typist.wait_for("row  2: ")
        assert_closed(typist.pid)
    finally:
        end(typist)


def assert_closed(pid: int) -> None:
    assert core_limit(pid) == ("0", "0")
    if os.geteuid() == 0:  # only root can make a neighbour that is refused for nothing else
        assert neighbour_reads(pid) == set()


def end(typist: Typist) -> None:
    os.kill(typist.pid, signal.SIGKILL)
    os.waitpid(typist.pid, 0)
