"""What can be read of the memory of CaseVault: by a neighbour while it is open, and by root after it was locked."""

from __future__ import annotations

import datetime
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.attacks.memory import core_limit, found_in, locked_kib, neighbour_reads, places, without_privileges
from tests.cli.desk import Desk
from tests.services.founded import MARKER, MEMBER, PASSPHRASE, Filled
from tests.services.test_destroying import prove
from tests.tui.app_pane import AppPane
from tests.tui.second_desk import SECOND, SECOND_PASSPHRASE, approve, seat_the_second, to_the_second
from tests.tui.terminals import is_running, wait_for
from vault.casework.story.events import Hearing
from vault.services.cases import story_records

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="reads /proc as root"),
]

REPOSITORY = Path(__file__).parents[2]
# Of the cases alone: the bare marker is in the organisation's name too, which every member may read.
TITLES = (f"{MARKER} first".encode(), f"{MARKER} second".encode())

# The same command with the doors left open: what the tests below say must not hold for it.
_UNHARDENED = """
import sys
from vault import platform
platform.harden_process = lambda: ()
from vault.cli.dispatch import run
sys.exit(run(sys.argv[1:]))
"""


@pytest.fixture
def start(filled: Filled, tmp_path: Path) -> Iterator[Callable[..., int]]:
    """Start a command that has the vault open and waits for an answer that nobody gives."""
    prove(filled.place)
    desk = Desk.of(filled.place, tmp_path)
    started: list[subprocess.Popen[bytes]] = []

    def start_one(*interpreter: str) -> int:
        command = [sys.executable, *(interpreter or ("-m", "vault")), *desk.given(), "destroy", "access", "--from", "-"]
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=desk.environment,
            cwd=REPOSITORY,
            preexec_fn=without_privileges,  # noqa: PLW1509 - no thread runs here
        )
        started.append(process)
        assert process.stderr is not None
        # Said once the vault is open.
        assert b"Your passphrase will open nothing here" in process.stderr.readline()
        return process.pid

    yield start_one
    for process in started:
        process.kill()
        process.communicate()


def secrets_of(filled: Filled) -> dict[str, bytes]:
    """Return the keys that an unlocked process holds, by name."""
    with filled.open() as session:
        keys = {
            f"epoch {epoch.hex()[:8]}": session.keyring.get(epoch) or b""
            for compartment in session.keyring.compartments()
            for epoch in session.keyring.epochs_of(compartment)
        }
        own = session._secrets
        return keys | {"kem": own.kem_seed, "identity": own.identity_seed, "keyring key": own.keyring_key}


@pytest.mark.long
def test_a_command_with_an_open_vault_is_closed_to_its_neighbours(start: Callable[..., int]) -> None:
    pid = start()
    assert core_limit(pid) == ("0", "0")
    assert neighbour_reads(pid) == set()


def test_without_the_hardening_a_neighbour_reads_it(start: Callable[..., int]) -> None:
    """The control of the test above."""
    pid = start("-c", _UNHARDENED)
    assert core_limit(pid)[1] != "0"
    assert {"maps", "environ"} <= neighbour_reads(pid)


@pytest.mark.long
def test_each_key_of_an_epoch_rests_in_locked_memory(filled: Filled, start: Callable[..., int]) -> None:
    keys = {name: key for name, key in secrets_of(filled).items() if name.startswith("epoch")}
    pid = start()
    assert locked_kib(pid) >= 4
    for name, key in keys.items():
        # lo: out of swap, dd: out of a core dump, wf: zeros in a forked child. Freed memory may hold what was in use.
        assert sum({"lo", "dd", "wf"} <= area.flags for area in places(pid, key)) == 1, name


def test_after_a_lock_neither_the_old_child_nor_its_parent_nor_the_next_child_holds_anything(filled: Filled) -> None:
    keys = secrets_of(filled)
    needles = [*keys.values(), PASSPHRASE, MARKER.encode()]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled)
        try:
            pane.unlock()
            pane.open_first_case()
            parent, child = pane.processes()
            # The control: the same eyes see the keys and the case in the one process that may hold them.
            assert set(keys.values()) | {MARKER.encode()} <= found_in(child, needles)
            assert core_limit(child) == ("0", "0")
            assert neighbour_reads(child) == set()
            assert locked_kib(child) >= 4
            assert found_in(parent, needles) == set()
            pane.keys("C-l")
            wait_for("the end of the child", lambda: not is_running(child))
            pane.wait_for("Passphrase")
            wait_for("another child", lambda: len(pane.processes()) == 2)
            same, following = pane.processes()
            assert same == parent
            assert following != child
            assert found_in(parent, needles) == set()
            assert found_in(following, needles) == set()
            assert neighbour_reads(following) == set()
        finally:
            pane.close()


@pytest.mark.long
def test_of_a_date_neither_its_day_nor_a_word_is_in_a_locked_process_or_in_any_file(filled: Filled) -> None:
    tomorrow = datetime.datetime.now().astimezone() + datetime.timedelta(days=1)
    when = f"{tomorrow.date().isoformat()}T09:32"
    with filled.open() as session:
        story_records.add(session, filled.cases[0], Hearing(when, about="Larkspur Yard"))
    needles = [when.encode(), b"Larkspur Yard"]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled)
        try:
            pane.unlock()
            parent, child = pane.processes()
            assert set(needles) <= found_in(child, needles)  # the control
            pane.keys("C-l")
            wait_for("the end of the child", lambda: not is_running(child))
            pane.wait_for("Passphrase")
            wait_for("another child", lambda: len(pane.processes()) == 2)
            same, following = pane.processes()
            assert same == parent
            for pid in (parent, following):
                assert found_in(pid, needles) == set()
            everything = pane.everything()
            assert "Larkspur" not in everything
            assert when[:10] not in everything
        finally:
            pane.close()
    for file in [*filled.path.rglob("*"), *filled.state.rglob("*")]:
        if file.is_file():
            content = file.read_bytes()
            assert [needle for needle in needles if needle in content] == []


@pytest.mark.long
def test_after_a_change_of_member_no_process_and_no_screen_knows_the_first(filled: Filled) -> None:
    seat_the_second(filled)
    keys = secrets_of(filled)
    first = MEMBER.encode()
    needles = [*keys.values(), PASSPHRASE, MARKER.encode(), *TITLES, first]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled, member="")
        try:
            pane.wait_for("Member")
            pane.type(MEMBER)
            pane.wait_for(MEMBER)
            pane.keys("Enter")
            pane.unlock()
            parent, child = pane.processes()
            # The control: the one process that may hold them does.
            assert {first, *TITLES, *keys.values()} <= found_in(child, needles)
            pane.keys("F2")
            pane.wait_for("what do you want to do?")
            pane.type("switch")
            pane.wait_for("switch")
            pane.keys("Enter")
            pane.wait_for_end(child)
            pane.wait_for("Member")
            wait_for("another child", lambda: len(pane.processes()) == 2)
            same, following = pane.processes()
            assert same == parent
            for pid in (parent, following):
                assert found_in(pid, needles) == set()
            everything = pane.everything()
            assert MEMBER not in everything
            assert MARKER not in everything
            # The next one sees what is theirs.
            pane.type(SECOND)
            pane.wait_for(SECOND)
            pane.keys("Enter")
            pane.type(SECOND_PASSPHRASE)
            pane.wait_for("Letters typed: Latin")
            pane.keys("Enter")
            pane.wait_for("Home")
            pane.keys("c")
            pane.wait_for("Cases  0 cases")
            assert found_in(following, [*TITLES, keys["kem"], PASSPHRASE]) == set()
        finally:
            pane.close()


@pytest.mark.long
def test_the_passphrase_of_the_second_person_never_is_in_the_memory_of_the_first(filled: Filled) -> None:
    seat_the_second(filled)
    needles = [SECOND_PASSPHRASE.encode(), MARKER.encode()]
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        pane = AppPane(Path(folder), filled)
        try:
            to_the_second(pane)
            parent, child = pane.processes()
            approve(pane)
            pane.wait_for("The package is at")
            assert found_in(child, needles) == {MARKER.encode()}
            assert found_in(parent, needles) == set()
        finally:
            pane.close()
