"""An export: a case of notes to a sealed package, every check of it included; and how soon a page opens."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from tests.bench.frame import Against, Bench, Figure, Goal, NotRunError, Series, Setting, measure, timed
from tests.services.founded import found

if TYPE_CHECKING:
    from vault.redaction.dossier import RedactedDossier

_LARGE = 2_000
_FULL_PAGE = 3_700  # notes of a page of nearly 20 MiB, the most that a page has
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
wish = Wish("lawyer-named", LAWYER, take_proposals=True, as_page=sys.argv[3] == "page")
with Place(folder / "office.vault", folder / "state").open() as session:
    wall = time.perf_counter()
    exporting.export(session, case, wish, out=folder, approve=lambda pages: True)
    wall = time.perf_counter() - wall
cpu = sum(os.times()[:4])
kib = max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
print(json.dumps([wall, cpu, kib * 1024 / 1e6]))
"""


def run(notes: int, form: str, seconds: float, setting: Setting) -> Iterator[Figure]:
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
        [sys.executable, "-c", _EXPORT, str(setting.folder), case.hex(), form],
        capture_output=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    wall, cpu, largest = json.loads(done.stdout)
    of = f"export of a case of {notes} notes" + (", as a page" if form == "page" else "")
    yield timed(of, "s", [(wall, cpu)], goal=Goal(seconds, Against.ITSELF))
    yield Figure(f"{of}: largest process", "MB", ours=largest, goal=Goal(_MOST_MB, Against.ITSELF))


def documents(setting: Setting) -> Iterator[Figure]:
    """Write the Word document of a report, which each export has too, and open a page of the largest size."""
    from tests.export.many_notes import note_texts  # noqa: PLC0415 - as above
    from tests.export.samples import COVER, dossier, section  # noqa: PLC0415
    from vault.export.dossier_report import make_report  # noqa: PLC0415
    from vault.export.report_docx import render_docx  # noqa: PLC0415

    is_large = setting.scale.notes >= _LARGE
    notes = [section("note", ("date", "2024-05-01"), ("text", text)) for text in note_texts(_FULL_PAGE)]
    report, written = make_report(dossier(*notes[: 200 if is_large else 20]), COVER), Series()
    for _ in range(min(10, setting.scale.rounds)):
        measure(written, lambda: render_docx(report))
    yield timed("Word document of a report of 200 notes: p50", "s", [written.percentile(50)])
    yield _opened(dossier(*notes[: _FULL_PAGE if is_large else 20]), setting)


def _opened(of: RedactedDossier, setting: Setting) -> Figure:
    """Say how long a page takes to load, and to show its report once its words are there."""
    if not all(map(shutil.which, ("chromium", "chromedriver"))):
        raise NotRunError("Chromium is not here")
    from tests.export.samples import COVER, passes, passes_words  # noqa: PLC0415 - as above
    from tests.export.test_package import PUBLIC, RELEASE, SIGN  # noqa: PLC0415
    from tests.export.test_page import Browser, started  # noqa: PLC0415
    from vault.export.package import prepare, write_package  # noqa: PLC0415

    prepared = prepare(of, COVER, check=passes)
    package = write_package(
        prepared, to=bytes(16), package_public=PUBLIC, sign=SIGN, release=RELEASE, check=passes_words
    )
    driver, seconds = started(setting.folder), Series()
    try:
        browser = Browser(driver, setting.folder)
        measure(seconds, lambda: browser.show(package).typed(package.words))
        if not browser.is_open():
            raise RuntimeError("the page did not open")
    finally:
        driver.quit()
    return timed("page of 20 MiB, opened in Chromium", "s", [seconds.total()], goal=Goal(5, Against.ITSELF))


def scans(setting: Setting) -> Iterator[Figure]:
    """Paint over the names on a paper of 20 pages, and check it by its objects alone and by what tesseract reads."""
    from tests.export.paper_samples import pages_of_a_decision  # noqa: PLC0415 - as above
    from vault.export.package import check_paper  # noqa: PLC0415
    from vault.export.paper_text.asking import can_read_pictures  # noqa: PLC0415
    from vault.export.redrawn.drawn_anew import paint, read_pages  # noqa: PLC0415
    from vault.export.redrawn.layout import left_of, text_of  # noqa: PLC0415

    paper = pages_of_a_decision(20 if setting.scale.notes >= _LARGE else 2)
    read = read_pages(paper, "English", "x")
    kept = left_of(read, [match.span() for match in re.finditer("Skoryakin", text_of(read))])
    painted, checked, heard = Series(), Series(), Series()
    measure(painted, lambda: paint(paper, kept, "x"))
    made = paint(paper, kept, "x")
    yield timed("paper of 20 pages, names painted over", "s", [painted.total()], goal=Goal(2, Against.ITSELF))
    measure(checked, lambda: check_paper(made, kept, forbidden=["skoryakin"], language=None))
    yield timed("paper of 20 pages, checked by its objects", "s", [checked.total()])
    if not can_read_pictures():
        raise NotRunError("tesseract is not here")
    measure(heard, lambda: check_paper(made, kept, forbidden=["skoryakin"], language="English"))
    yield timed("paper of 20 pages, checked with tesseract", "s", [heard.total()], goal=Goal(10, Against.ITSELF))


BENCHES = (
    Bench("export-200", partial(run, 200, "package", 8)),
    Bench(f"export-{_LARGE}", partial(run, _LARGE, "package", 75)),
    Bench("export-page", partial(run, 200, "page", 10)),
    Bench("documents", documents),
    Bench("scans", scans),
)
