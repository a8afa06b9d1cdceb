"""One command, `note show`: its time beyond the passphrase, its memory, and how often it waits for the disk."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.filling import Texts, make_cases, notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, NotRunError, Series, Setting, measure, timed
from tests.services.bulk_notes import add_many
from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access.membership.first_seat import found_vault
from vault.seal.entrance.passphrase import DEFAULT, WORDS_COST, stretch
from vault.services.projection.projection import up_to_date_index

_ROUNDS = 10
_NOTES = 200


def run(setting: Setting) -> Iterator[Figure]:
    """Show a note, in a process of its own, and stretch a passphrase at the same costs, in turn."""
    command = _Command(setting.folder)
    command.run()
    whole, passphrase, memory = Series(), Series(), 0.0
    for _ in range(min(_ROUNDS, setting.scale.rounds)):
        wall, cpu, most = command.run()
        whole.wall.append(wall)
        whole.cpu.append(cpu)
        memory = max(memory, most)
        measure(passphrase, _stretch)
    yield timed(
        "`note show`, with an ordinary passphrase: p50", "s", [s.percentile(50) for s in (whole, passphrase)],
        peer_name="stretching it", goal=Goal(0.25, Against.BEYOND_PEER),
    )  # fmt: skip
    yield Figure("memory of `note show`: the most", "MB", memory)


def syncs(setting: Setting) -> Iterator[Figure]:
    """Count how often the same command waits until something is on the disk."""
    strace = shutil.which("strace")
    if strace is None:
        raise NotRunError("strace is not here")
    command = _Command(setting.folder)
    command.run()
    report = setting.folder / "syncs"
    done = subprocess.run(
        [strace, "-f", "-e", "trace=fsync,fdatasync", "-o", str(report), *command.words],
        env=command.environment, capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode != 0 or not report.exists():
        raise NotRunError("strace may not look")
    count = report.read_text("utf-8").count("sync(")
    yield Figure("times that `note show` waits for the disk", "syncs", count, goal=Goal(12, Against.ITSELF))


class _Command:
    """`casevault note show` on a vault of the default cost, as it is installed: its modules are compiled."""

    def __init__(self, folder: Path) -> None:
        place = Place(folder / "office.vault", folder / "xdg" / "casevault")
        found_vault(
            place.path,
            organisation="Aid",
            member_name=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            parameters=DEFAULT,
            state=place.state,
        )
        with place.open() as session:
            (case,) = make_cases(session, 1, Texts().invented)
            note = add_many(session, case, notes_of(Texts().take(_NOTES)))[0]
            up_to_date_index(session)
        secret = folder / "passphrase"
        secret.write_bytes(PASSPHRASE)
        secret.chmod(0o600)
        self.words = [
            *(sys.executable, "-m", "vault", "note", "show", note.hex(), "--vault", str(place.path)),
            *("--member", MEMBER, "--passphrase-file", str(secret)),
        ]
        own = {"XDG_STATE_HOME": str(folder / "xdg"), "PYTHONPYCACHEPREFIX": str(folder / "compiled")}
        self.environment = {**os.environ, **own, "PYTHONDONTWRITEBYTECODE": ""}

    def run(self) -> tuple[float, float, float]:
        """Run it and return the wall and the CPU time in seconds, and the most memory in megabytes."""
        began = time.perf_counter()
        with subprocess.Popen(self.words, env=self.environment, stdout=subprocess.DEVNULL) as process:
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise RuntimeError("the command failed")
        unit = 1 if sys.platform == "darwin" else 1024
        return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 1e6


def _stretch() -> None:
    for parameters in (DEFAULT, WORDS_COST):
        stretch(bytearray(PASSPHRASE), MEMBER, bytes(32), parameters)


BENCHES = (Bench("command", run), Bench("syncs", syncs))
