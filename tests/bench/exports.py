"""An export: a case of notes to a sealed package, every check of it included."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.frame import Against, Bench, Figure, Goal, Setting, timed
from tests.services.founded import found

_LARGE = 2_000
_GOAL_SECONDS = {200: 8, _LARGE: 90}
_MOST_MB = 500
# A process of its own: what it and its children take is told by its end, and nothing of the bench is counted with it.
_EXPORT = """
import json, os, resource, sys, time
from pathlib import Path
from tests.export.many_notes import LAWYER
from tests.services.founded import Place
from vault.ids import CompartmentId
from vault.services.exports import exporting
from vault.services.exports.export_material import Wish
folder, case = Path(sys.argv[1]), CompartmentId(bytes.fromhex(sys.argv[2]))
with Place(folder / "office.vault", folder / "state").open() as session:
    wall = time.perf_counter()
    exporting.export(
        session, case, Wish("lawyer-named", LAWYER, take_proposals=True), out=folder, approve=lambda pages: True
    )
    wall = time.perf_counter() - wall
cpu = sum(os.times()[:4])
largest = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / 1024
print(json.dumps([wall, cpu, largest]))
"""


def run(notes: int, setting: Setting) -> Iterator[Figure]:
    """Export once a case of so many notes; of 20 at a small scale."""
    from tests.export.many_notes import LAWYER, make_case  # noqa: PLC0415 - the other benches need no export
    from tests.services.consenting import all_agree  # noqa: PLC0415
    from vault.services.exports.export_material import Wish  # noqa: PLC0415

    amount = notes if setting.scale.notes >= _LARGE else 20
    place = found(setting.folder)
    with place.open() as session:
        case = make_case(session, amount)
        all_agree(session, case, Wish("lawyer-named", LAWYER))
    done = subprocess.run(
        [sys.executable, "-c", _EXPORT, str(setting.folder), case.hex()],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    wall, cpu, largest = json.loads(done.stdout)
    of = f"export of a case of {notes} notes"
    yield timed(of, "s", [(wall, cpu)], goal=Goal(_GOAL_SECONDS[notes], Against.ITSELF))
    yield Figure(f"{of}: largest process", "MB", ours=largest, goal=Goal(_MOST_MB, Against.ITSELF))


BENCHES = tuple(Bench(f"export-{notes}", partial(run, notes)) for notes in _GOAL_SECONDS)
