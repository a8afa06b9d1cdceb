"""A case of 200 notes, from the list to all of its text in clear, with its view in the log first."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench.filling import Texts, make_cases, notes_of, plain_notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, Setting, interleave, timed
from tests.bench.peers import CorePlain
from tests.services.bulk_notes import add_many
from tests.services.founded import found
from vault.access.session import Session
from vault.services.cases.cases import open_case
from vault.services.cases.notes import show

_CASES = 20
_NOTES = 200
_MANY_NOTES = 2_000


def run(setting: Setting) -> Iterator[Figure]:
    """Open one case after another, in turn with the peer; then again, each time with a new entry."""
    rounds = min(setting.scale.rounds, 400)
    texts = Texts()
    peer = CorePlain(setting.folder / "plain.db")
    with found(setting.folder).open() as session:
        cases = make_cases(session, _CASES, texts.invented)
        for case in cases:
            kept = texts.take(_NOTES)
            add_many(session, case, notes_of(kept))
            peer.insert(plain_notes_of(kept, case))
            open_case(session, case)

        def first(number: int) -> object:
            session.viewed.clear()  # as at the first opening in a session
            return open_case(session, cases[number % _CASES])

        opened, plain = interleave(
            rounds,
            lambda number: open_case(session, cases[number % _CASES]),
            lambda number: peer.notes_of(cases[number % _CASES]),
        )
        (entry,) = interleave(rounds, first)
        of = f"a case of {_NOTES} notes opened"
        yield timed(
            f"{of}: p50",
            "ms",
            [s.percentile(50) for s in (opened, plain)],
            peer_name=CorePlain.name,
            goal=Goal(3.6, Against.PEER_CPU),
        )
        yield timed(f"{of}, with its durable entry: p50", "ms", [entry.percentile(50)], goal=Goal(10, Against.ITSELF))
        yield timed(f"{of}, with its durable entry: p99", "ms", [entry.percentile(99)])
        large = make_cases(session, 1, texts.invented)[0]
        records = add_many(session, large, notes_of(texts.take(_MANY_NOTES)))
        show(session, records[0].hex())
        (shown,) = interleave(rounds, lambda number: show(session, records[number].hex()))
        (first_of_session,) = interleave(min(rounds, 40), lambda number: _shown_first(session, records[number].hex()))
        of = f"one note shown from a case of {_MANY_NOTES:,}"
        yield timed(f"{of}: p50", "ms", [shown.percentile(50)], goal=Goal(3, Against.ITSELF))
        yield timed(f"{of}, with its durable entry: p50", "ms", [first_of_session.percentile(50)])
    peer.close()


def _shown_first(session: Session, note: str) -> object:
    session.viewed.clear()  # as at the first opening in a session
    return show(session, note)


BENCHES = (Bench("case", run),)
