"""Names of people of other cases in what is to leave: another client's name in this note is the worst leak."""

from __future__ import annotations

from vault.access.session import Session
from vault.ids import CompartmentId
from vault.index.full_text import named_elsewhere
from vault.index.search_text import words_of
from vault.names.normal import normal
from vault.names.written_forms import FEWEST_LETTERS
from vault.policy.roles import Action
from vault.records.work import Entry
from vault.redaction.profile import Profile
from vault.redaction.source import DossierSource, words_of_texts
from vault.services.projection.projection import audit_of, up_to_date_index

_MOST_PSEUDONYMS = 64


def names_elsewhere(
    session: Session, case: CompartmentId, source: DossierSource, profile: Profile, *, why: str
) -> frozenset[str]:
    """Return the plain words of a case's texts that are part of a name of a person in another case of this member.

    One entry of a search names the cases that were hit; where none was, nothing is logged.
    """
    rule = session.require(Action.CASE_SEARCH)
    words = {word for written in words_of_texts(source, profile) for word in words_of(written)}
    found = named_elsewhere(up_to_date_index(session), (word for word in words if len(word) >= FEWEST_LETTERS), case)
    if found:
        cases = sorted(frozenset[bytes]().union(*found.values()))
        named = tuple(audit_of(session, CompartmentId(case)) for case in cases[:_MOST_PSEUDONYMS])
        counts = {"hit": len(found), "case": len(cases)}
        session.log_act(Entry(act="case.search", why=why, objs=named, covers=counts, pol=rule))
    return frozenset(normal(word) for word in found)
