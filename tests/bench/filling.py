"""What the benches fill a vault with: invented cases and notes, in ours and in the peer's form."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tests.bench.invented import Invented
from tests.bench.peers import PlainNote
from vault.access.session import Session
from vault.casework.case import STAGES, Case, CaseKind
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, RecordId, SeatId, make_case_ref, make_id
from vault.records.versions import to_fields
from vault.records.work import Entry

_CASES_OF_AN_ENTRY = 150
_KIND = CaseKind.ASYLUM
_TEXTS = 2_000


class Texts:
    """Texts of notes, over and over from a store of them: what is measured is keeping them, not inventing them."""

    def __init__(self, seed: int = 7) -> None:
        self.invented = Invented(seed)
        self._store = [self.invented.note() for _ in range(_TEXTS)]
        self._given = 0

    def take(self, count: int) -> list[str]:
        """Return the next texts."""
        start = self._given
        self._given += count
        return [self._store[place % _TEXTS] for place in range(start, start + count)]


def notes_of(texts: Sequence[str]) -> list[Note]:
    """Return the texts as ours takes them."""
    return [Note(kind=NoteKind.CONTACT, text=text) for text in texts]


def plain_notes_of(texts: Sequence[str], case: bytes) -> list[PlainNote]:
    """Return the texts as the peer takes them, under ids as random as ours."""
    return [PlainNote(make_id(), case, NoteKind.CONTACT.value, 1_700_000_000_000, text) for text in texts]


def make_cases(session: Session, count: int, invented: Invented, *, also: Sequence[SeatId] = ()) -> list[CompartmentId]:
    """Found many cases, hundreds to an entry: their keys and grants are those of single ones; `also` holds them too."""
    cases: list[CompartmentId] = []
    holders = session.directory.holders([session.seat, *also])
    keepers = {session.directory.member_of(seat) for seat in also}
    for amount in _amounts(count):
        with session.work() as work:
            for _ in range(amount):
                cases.append(work.found_case(holders, keepers=keepers, with_recovery=True))
                head = Case(
                    title=invented.name(),
                    kind=_KIND,
                    stage=next(iter(STAGES[_KIND])),
                    ref=make_case_ref(),
                    audit=make_id(),
                    opened="2026-01-02",
                )
                work.write(cases[-1], RecordId(make_id()), Case.KIND, to_fields(head))
            work.commit(Entry(act="case.create", covers={Case.KIND: amount}))
    return cases


def _amounts(count: int) -> Iterator[int]:
    for start in range(0, count, _CASES_OF_AN_ENTRY):
        yield min(_CASES_OF_AN_ENTRY, count - start)
