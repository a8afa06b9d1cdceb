"""What a colleague wrote comes in by a bundle."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.bench.filling import Texts, make_cases, notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, measure, timed
from tests.services.organisation import AMINA, JOEL, give, make_organisation
from vault.records.work import Entry
from vault.services.exchange import syncing
from vault.services.grants import sharing

_WRITTEN = 1_000
_FULL = 100_000  # notes of the scale at which the amount is whole


def imported_bundle(setting: Setting) -> Iterator[Figure]:
    """Import what a colleague wrote: one case with an entry for each note."""
    entries, texts, series = max(2, _WRITTEN * min(setting.scale.notes, _FULL) // _FULL), Texts(), Series()
    organisation = make_organisation(setting.folder)
    with organisation.at(AMINA, JOEL) as (amina, joel):
        (case,) = make_cases(amina, 1, texts.invented)
        sharing.grant(amina, case, [joel.member])
        give(amina, joel)
        for note in notes_of(texts.take(entries)):
            with amina.work(case) as work:
                work.keep(case, note)
                work.commit(Entry(act="note.create"))
        bundle = setting.folder / "one.bundle"
        syncing.make(amina, joel.member, bundle)
        measure(series, partial(syncing.import_bundle, joel, bundle))
    yield timed(f"a bundle with {entries:,} entries imported", "s", [series.total()], goal=Goal(3, Against.ITSELF))


BENCHES = (Bench("bundle", imported_bundle),)
