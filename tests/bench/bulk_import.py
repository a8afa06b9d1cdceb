"""Import of many notes into several cases, and bringing them into the member's index afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from tests.bench.filling import Texts, make_cases, notes_of, plain_notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, interleave, measure, most_memory, timed
from tests.bench.peers import PLAIN_TEXT, CorePlain, index_plainly
from tests.services.bulk_notes import add_many
from tests.services.founded import found
from vault.records.work import VERSIONS_PER_WORK
from vault.services.projection.projection import audit_of, up_to_date_index

_NOTES_OF_A_CASE = 10 * VERSIONS_PER_WORK
_FEWEST_CASES = 4


def run(setting: Setting) -> Iterator[Figure]:
    """Import case by case, ours and the peer in turn: the same texts, as many to a commit."""
    count = setting.scale.notes
    texts = Texts()
    place = found(setting.folder)
    peer = CorePlain(setting.folder / "plain.db")
    with place.open() as session:
        batches = [texts.take(amount) for amount in _amounts(count)]
        cases = make_cases(session, len(batches), texts.invented)
        for case in cases:
            audit_of(session, case)
        empty, empty_peer = _size_now(place.path / "vault.db"), peer.size()

        def ours(number: int) -> None:
            add_many(session, cases[number], notes_of(batches[number]))

        def plain(number: int) -> None:
            rows = plain_notes_of(batches[number], cases[number])
            for start in range(0, len(rows), VERSIONS_PER_WORK):
                peer.insert(rows[start : start + VERSIONS_PER_WORK])

        imported = interleave(len(batches), ours, plain)
        yield timed(
            f"{count:,} notes imported, {VERSIONS_PER_WORK} to a commit",
            "s",
            [series.total() for series in imported],
            peer_name=CorePlain.name,
            goal=Goal(2.2, Against.PEER),
        )
        session.database.truncate_wal()
        sizes = _size_now(place.path / "vault.db") - empty, peer.size() - empty_peer
        yield Figure(
            f"file of {count:,} notes, without the index",
            "MB",
            sizes[0] / 1e6,
            peer_name=CorePlain.name,
            peer=sizes[1] / 1e6,
            goal=Goal(1.25, Against.PEER),
        )
        indexed, plain_text = Series(), Series()
        measure(indexed, partial(up_to_date_index, session))
        texts_again = (text for batch in batches for text in batch)
        measure(plain_text, partial(index_plainly, setting.folder / "text.db", texts_again))
        yield timed(
            f"{count:,} imported notes checked and brought into the index",
            "s",
            [indexed.total(), plain_text.total()],
            peer_name=PLAIN_TEXT,
            goal=Goal(1.3, Against.PEER_CPU),
        )
        path = session.index().path
    peer.close()
    yield Figure(f"memory of this, peers and texts included: the most for {count:,} notes", "MB", most_memory())
    yield Figure(f"index beside the file of {count:,} notes", "MB", path.stat().st_size / 1e6)


def _amounts(count: int) -> list[int]:
    of_a_case = min(_NOTES_OF_A_CASE, max(1, count // _FEWEST_CASES))
    return [min(of_a_case, count - start) for start in range(0, count, of_a_case)]


def _size_now(path: Path) -> int:
    return path.stat().st_size


BENCHES = (Bench("import", run),)
