"""Unfinished texts of this member that an erasure reaches: of records that go, or that name the people who go.

Drafts of others are sealed under keys of their own: theirs of an erased record go when they unlock.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vault.access.session import Session
from vault.casework.note import AMENDS
from vault.policy.roles import Action
from vault.services.erasures.mentions import Spelt, said_in
from vault.services.erasures.what_goes import Going
from vault.services.projection.folder_row import ALL_RECORDS, erased_records

if TYPE_CHECKING:  # a command that never opens drafts does not wait for their database
    from vault.store.drafts import Draft

_SECTION = "section"


def forget_drafts(session: Session) -> int:
    """Remove this member's drafts of records that were erased in this folder; return how many.

    A draft that corrects a note begins with its words: it goes with the note. So does one for a section with that.
    """
    gone = erased_records(session)
    if not gone or not session.own_drafts.found().exists():
        return 0
    drafts = session.drafts()
    found = [draft for draft in drafts.list() if not gone.isdisjoint(_places(draft))]
    for draft in found:
        drafts.delete(draft.compartment, draft.record)
    return len(found)


def drafts_naming(session: Session, going: Going) -> int:
    """Return how many drafts of this member hold a name of the people who go, or a word of one, and stay."""
    session.require(Action.CASE_LIST)
    if not going.names or not session.own_drafts.found().exists():
        return 0
    gone = {*going.found, *((home, ALL_RECORDS) for home in going.whole)}
    staying = [draft for draft in session.drafts().list() if gone.isdisjoint(_places(draft))]
    spelt = Spelt(going.names)
    return sum(spelt.is_in(said_in(_content(draft))) for draft in staying)


def _places(draft: Draft) -> Iterator[tuple[bytes, bytes]]:
    """Yield the records and the whole places with which a draft goes."""
    kept = _content(draft)
    corrects, section = (_id(kept.get(name)) for name in (AMENDS, _SECTION))
    for home in {draft.compartment, section or draft.compartment}:
        yield home, ALL_RECORDS
        yield home, draft.record
        if corrects:
            yield home, corrects


def _content(draft: Draft) -> dict[str, object]:
    try:
        kept = json.loads(draft.text)
    except ValueError:
        return {"text": draft.text}  # what another program kept
    return kept if isinstance(kept, dict) else {"text": draft.text}


def _id(text: object) -> bytes:
    try:
        return bytes.fromhex(text) if isinstance(text, str) else b""
    except ValueError:
        return b""
