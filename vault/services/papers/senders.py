"""Who wrote in a chat that is kept as a paper, and who of its case that may be: a proposal, for a member to decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from vault.access.session import Session
from vault.casework.contact import digits_of
from vault.casework.document import ReadBy
from vault.export.paper_text.chats import senders_in
from vault.ids import CompartmentId, RecordId
from vault.index.file import Index
from vault.index.full_text import people_reached
from vault.index.people_index import find_alike
from vault.services.cases.editing import Place
from vault.services.cases.people import names_in
from vault.services.papers.homes import case_of
from vault.services.papers.paper_text import text_of
from vault.services.projection.projection import up_to_date_index

MOST_SENDERS: Final = 200
_MOST_ALIKE = 5
_LAST_DIGITS: Final = 9
_FEWEST_DIGITS: Final = 7


@dataclass(frozen=True, slots=True)
class Sender:
    """Somebody who wrote in a chat, as the telephone called them, and people of the case who may be they."""

    name: str = field(repr=False)
    messages: int
    alike: tuple[tuple[RecordId, str], ...] = field(default=(), repr=False)

    @property
    def is_number(self) -> bool:
        """Say whether the telephone knew a number alone."""
        return _is_number(self.name)


def _is_number(name: str) -> bool:
    return len(digits_of(name)) >= _FEWEST_DIGITS and not any(letter.isalpha() for letter in name)


def senders_of(session: Session, place: Place, *, why: str = "casework") -> tuple[Sender, ...]:
    """Return who wrote in a chat, who wrote most first; nobody where the paper is no chat. The view is in the log.

    Raises:
        NotFoundError: there is no such document.
    """
    read = text_of(session, place, why=why)
    if read.read_by not in {ReadBy.CHAT, ReadBy.PART}:
        return ()
    index, case = up_to_date_index(session), case_of(session, place.case)
    names = names_in(session, case)
    return tuple(
        Sender(name, count, _alike(index, case, name, names))
        for name, count in senders_in(read.text).most_common(MOST_SENDERS)
    )


def _alike(
    index: Index, case: CompartmentId, name: str, names: dict[RecordId, str]
) -> tuple[tuple[RecordId, str], ...]:
    if _is_number(name):
        found = people_reached(index, digits_of(name)[-_LAST_DIGITS:])
    else:
        found = [(heard.case, heard.record) for heard in find_alike(index, name, limit=_MOST_ALIKE, in_part=True)]
    here = dict.fromkeys(RecordId(record) for home, record in found if home == case)
    return tuple((record, names[record]) for record in here if record in names)
