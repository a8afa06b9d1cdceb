"""What comes in and what goes for good: lists, papers, an erased case; and a question to the register."""

from __future__ import annotations

import datetime
import os
import shutil
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.filling import Texts, make_cases, notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, NotRunError, Series, Setting, interleave, measure, timed
from tests.services.bulk_notes import add_many
from tests.services.founded import found
from vault.access.session import Session
from vault.casework.document import DocumentKind
from vault.casework.intake import RegisterEntry
from vault.casework.vocabulary import PersonRole
from vault.ids import CompartmentId, CompartmentKind
from vault.names.likeness import skeletons_of
from vault.records.work import Entry
from vault.seal.keyring import make_key
from vault.seal.named import derive_register_hash, derive_register_key
from vault.services import case_papers
from vault.services.approvals import erasing
from vault.services.cases import register
from vault.services.demo_national import Invented
from vault.services.erasures import what_goes
from vault.services.imports import case_import
from vault.services.imports.case_import import Answer
from vault.services.imports.spreadsheet import BORN, CASE, CLIENT, COLUMNS, NAMES, NEXT_DATE, NOTE, PHONES
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import up_to_date_index
from vault.tables.table_files import xlsx_of

_DAY = datetime.date(2026, 11, 28)
_ENTRIES, _AT_ONCE = 25_000, 250
_ROWS, _VERSIONS = 400, 2_000
_PAPERS, _PAPER_SIZE = 60, 4 << 20
_FULL = 100_000  # notes of the scale at which the amounts are whole


def asked_register(setting: Setting) -> Iterator[Figure]:
    """Ask about people who are in the register and about others, in turn."""
    invented, people = Invented(5, _DAY), list[list[str]]()
    with found(setting.folder).open() as session:
        home, key = the_one_of_kind(session, CompartmentKind.REGISTER), derive_register_key(make_key())
        while len(people) < _part(setting, _ENTRIES):
            some = [[name.text for name in invented.person(PersonRole.CLIENT).names] for _ in range(_AT_ONCE)]
            with session.work(home) as work:
                for names in some:
                    hashes = tuple(derive_register_hash(key, skeleton) for skeleton in skeletons_of(names))
                    work.keep(home, RegisterEntry(key=key, hashes=hashes, contact=session.seat))
                work.commit(Entry(act="register.edit", covers={RegisterEntry.KIND: len(some)}))
            people += some
        up_to_date_index(session)
        others = [[name.text for name in invented.person(PersonRole.CLIENT).names] for _ in range(_AT_ONCE)]
        asked = [*people[:_AT_ONCE], *others][:: 2 * _AT_ONCE // min(setting.scale.rounds, 40)]
        (series,) = interleave(len(asked), lambda number: register.ask(session, asked[number]))
    yield timed(
        f"register of {len(people):,} entries asked: p50", "ms", [series.percentile(50)], goal=Goal(300, Against.ITSELF)
    )


def erased_case(setting: Setting) -> Iterator[Figure]:
    """Find what goes with a case of many versions, and erase it."""
    texts, versions, series = Texts(), _part(setting, _VERSIONS), Series()
    with found(setting.folder).open() as session:
        stays, goes = make_cases(session, 2, texts.invented)
        for case in (stays, goes):
            add_many(session, case, notes_of(texts.take(versions - 1)))
        up_to_date_index(session)
        measure(series, partial(_erase, session, goes))
    yield timed(f"a case of {versions:,} versions erased for good", "s", [series.total()], goal=Goal(2, Against.ITSELF))


def _erase(session: Session, case: CompartmentId) -> None:
    erasing.erase(session, what_goes.what_goes(session, case.hex()), why="subject-request")


def listed_cases(setting: Setting) -> Iterator[Figure]:
    """Read a list of cases as a spreadsheet, compare its people with those of the vault, and make them all."""
    rows, invented, series, path = _part(setting, _ROWS), Invented(5, _DAY), Series(), setting.folder / "list.xlsx"
    table: list[tuple[str, ...]] = []
    for number in range(rows):
        client = invented.person(PersonRole.CLIENT)
        names = [name.text for name in client.names]
        filled = {
            CASE: f"case {number}",
            CLIENT: names[0],
            NAMES: "; ".join(names[1:]),
            PHONES: "; ".join(client.phones),
            BORN: client.born or "",
            NEXT_DATE: "2027-01-15",
            NOTE: invented.note(client).text,
        }
        table.append(tuple(filled.get(column, "") for column in COLUMNS))
    path.write_bytes(xlsx_of([COLUMNS, *table], title="cases"))
    with found(setting.folder).open() as session:
        measure(series, partial(_import, session, path))
    yield timed(
        f"{rows} cases of a spreadsheet compared and made", "s", [series.total()], goal=Goal(10, Against.ITSELF)
    )


def _import(session: Session, path: Path) -> None:
    preview = case_import.preview(session, path, kind="asylum")
    case_import.make_cases(session, preview, dict.fromkeys(preview.known, Answer.MAKE))


def added_papers(setting: Setting) -> Iterator[Figure]:
    """Add papers that do not get smaller, as photos are; the peer makes its first backup of their folder."""
    papers, amount, ours, peer = setting.folder / "papers", _part(setting, _PAPERS), Series(), Series()
    papers.mkdir()
    for number in range(amount):
        (papers / f"{number}.jpg").write_bytes(os.urandom(_PAPER_SIZE))
    size = f"{amount} papers, {amount * _PAPER_SIZE / 1e6:.0f} MB, added to a case"
    with found(setting.folder).open() as session:
        (case,) = make_cases(session, 1, Texts().invented)
        for number in range(amount):
            facts = {"kind": DocumentKind.OTHER}
            measure(ours, partial(case_papers.add_paper, session, case, papers / f"{number}.jpg", facts))
    restic = shutil.which("restic")
    if restic is None:
        yield timed(size, "s", [ours.total()])
        raise NotRunError("restic is not here to be compared with")
    command = [restic, "--quiet", "--no-cache", "--repo", str(setting.folder / "restic")]
    run = partial(subprocess.run, check=True, env={**os.environ, "RESTIC_PASSWORD": "of a bench"}, capture_output=True)
    run([*command, "init"])
    measure(peer, partial(run, [*command, "backup", str(papers)]))
    yield timed(
        size, "s", [ours.total(), peer.total()], peer_name="restic, first backup", goal=Goal(1 / 1.5, Against.PEER)
    )


def _part(setting: Setting, whole: int) -> int:
    """Return how many at this scale."""
    return max(2, whole * min(setting.scale.notes, _FULL) // _FULL)


BENCHES = (
    Bench("register", asked_register),
    Bench("erase", erased_case),
    Bench("spreadsheet", listed_cases),
    Bench("papers", added_papers),
)
