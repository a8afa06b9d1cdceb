"""One note until it is acknowledged, which is when it is durable; it comes into the index after that."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tests.bench.filling import Texts, make_cases, plain_notes_of
from tests.bench.frame import Against, Bench, Figure, Goal, Series, Setting, interleave, measure, timed
from tests.bench.peers import CorePlain
from tests.services.founded import found
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import notes
from vault.services.projection.projection import audit_of, up_to_date_index


def run(setting: Setting) -> Iterator[Figure]:
    """Keep one note after another, ours and the peer in turn, each in a commit of its own."""
    rounds = setting.scale.rounds
    texts = Texts()
    peer = CorePlain(setting.folder / "plain.db")
    with found(setting.folder).open() as session:
        (case,) = make_cases(session, 1, texts.invented)
        audit_of(session, case)
        kept = texts.take(rounds)
        one = interleave(
            rounds,
            lambda number: notes.add(session, case, Note(NoteKind.CONTACT, kept[number])),
            lambda number: peer.insert(plain_notes_of([kept[number]], case)),
        )
        of = "one note, until it is acknowledged"
        goal = Goal(0.7, Against.BEYOND_PEER)
        yield timed(f"{of}: p50", "ms", [s.percentile(50) for s in one], peer_name=CorePlain.name, goal=goal)
        yield timed(f"{of}: p99", "ms", [s.percentile(99) for s in one], peer_name=CorePlain.name)
        up_to_date_index(session)
        indexed = Series()
        for text in texts.take(min(rounds, 200)):
            notes.add(session, case, Note(NoteKind.CONTACT, text))
            measure(indexed, partial(up_to_date_index, session))
        yield timed("one note brought into the index behind it: p50", "ms", [indexed.percentile(50)])
    peer.close()


BENCHES = (Bench("note", run),)
