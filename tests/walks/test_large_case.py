"""A case of 2,000 notes leaves by the command and by the app; no process of it takes 500 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.desk import REPOSITORY, Desk
from tests.export.many_notes import LAWYER, make_case
from tests.services.consenting import agree
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tui.gateway import Gateway
from vault.acts.act import Agreed
from vault.acts.export import EXPORT
from vault.services.cases import cases

pytestmark = pytest.mark.long

_NOTES = 2_000
_MOST_MIB = 476  # 500 MB
# The process that measures is small itself: a child counts at first what its parent has.
_MEASURED = (
    "import resource, subprocess, sys; code = subprocess.call(sys.argv[1:]); "
    "sys.stderr.write(f'LARGEST {resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024}'); sys.exit(code)"
)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A vault with such a case."""
    from tests.services.founded import found  # noqa: PLC0415 - founded here alone

    place = found(tmp_path_factory.mktemp("large"))
    with place.open() as session:
        agree(session, make_case(session, _NOTES), LAWYER)
    return place


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the largest memory")
def test_a_case_of_2000_notes_is_exported_by_the_command_and_by_the_app(large: Place, tmp_path: Path) -> None:
    place = large.copied_to(tmp_path / "office")
    with place.open() as session:
        (row,) = cases.list_all(session)
    out = tmp_path / "out"
    out.mkdir()
    desk = Desk.of(place, tmp_path)
    wish = (
        "--profile",
        "lawyer-named",
        "--to",
        LAWYER,
        "--out",
        str(out),
        "--decide",
        "proposed",
        "--unread",
        "--surname",
        LAWYER.split()[-1],
    )
    command = desk.command(*desk.given(), "export", row.ref, *wish, "--json")
    done = subprocess.run(
        [sys.executable, "-I", "-c", _MEASURED, *command],
        capture_output=True,
        text=True,
        check=False,
        env=desk.environment,
        cwd=REPOSITORY,
    )
    assert done.returncode == 0, done.stderr
    assert Path(json.loads(done.stdout)["package"]).stat().st_size > 2**20
    assert int(done.stderr.rpartition("LARGEST ")[2]) < _MOST_MIB

    gateway = Gateway(place.path, state=place.state)
    gateway.unlock(MEMBER, bytearray(PASSPHRASE))
    seen: list[int] = []
    said = {"case": (row.case.hex(),), "profile": ("lawyer-named",), "to": (LAWYER,), "language": ("fr",)}
    said |= {"out": (str(out),)}
    told = gateway.acting.carry_out(
        EXPORT,
        said,
        gateway.acting.look(EXPORT, said),
        Agreed({"surname": LAWYER.split()[-1]}, read=lambda pages: len(pages) > 100),
        progress=lambda done, total: seen.append(done),
    )
    gateway.close()
    assert told.data["read"]
    assert len(set(seen)) > 20, "long work shows how far it is"
    assert seen == sorted(seen)
