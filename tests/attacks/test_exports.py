"""What leaves in a package, and what stops it: the processes that see names, large cases, pages that nobody read."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.attacks.memory import found_in, neighbour_reads, without_privileges
from tests.export.samples import FORBIDDEN
from vault.export.checking import verifier_command
from vault.export.children import command_of
from vault.export.leakcheck.forms import ForbiddenForms

NAME = "Quillfeather"
CHILDREN = {"verifier": verifier_command(), "typesetter": command_of("vault.export.typesetting")}


@pytest.fixture(params=CHILDREN.values(), ids=list(CHILDREN))
def child(request: pytest.FixtureRequest) -> Iterator[int]:
    """A process of an export that has read a name and waits for the rest of its task."""
    process = subprocess.Popen(
        request.param,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        preexec_fn=without_privileges,  # noqa: PLW1509 - no thread runs here
    )
    assert process.stdin is not None
    process.stdin.write((10**6).to_bytes(4, "big") + b'{"forbidden":["' + NAME.encode() * 4096)
    process.stdin.flush()
    deadline = time.monotonic() + 60
    while not found_in(process.pid, [NAME.encode()]) and time.monotonic() < deadline:
        time.sleep(0.05)
    yield process.pid
    process.kill()
    process.communicate()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux shows the memory of a process as a file")
def test_the_processes_that_read_names_are_closed_to_their_neighbours(child: int) -> None:
    assert found_in(child, [NAME.encode()])
    assert neighbour_reads(child) == set()


def test_the_search_for_forms_does_not_grow_with_the_square_of_what_was_removed() -> None:
    removed = "[removed]"
    text = f"one word {removed} " * 40_000
    own = [(place, place + len(removed)) for place in range(9, len(text), len(text) // 40_000)]
    began = time.process_time()
    assert ForbiddenForms(FORBIDDEN).find_in(f"{text} {FORBIDDEN[0]}", own) == {0}
    assert time.process_time() - began < 20
