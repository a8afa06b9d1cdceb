"""Who holds a case or a section, as lines for the screens."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tui.values.values_access import HolderLine
from vault.access.session import Session
from vault.ids import MemberId
from vault.services.grants.timed_grants import last_day
from vault.services.projection.authors import name_in, names_of_members
from vault.services.projection.expired_rights import Term
from vault.words.message import Message

WITH_NEXT_BUNDLE: Final = Message("It reaches another device with your next bundle for them.")
STOPPED_AFTER_KEY: Final = Message("Stopped, but the new key is already in use: it was made first.")


def holder_lines(session: Session, members: Iterable[MemberId], terms: Iterable[Term] = ()) -> tuple[HolderLine, ...]:
    """Return the members with the dates and reasons that were written down: oneself first, then by name."""
    names = names_of_members(session)
    written = {term.member: term for term in terms}
    lines = []
    for member in members:
        term = written.get(member)
        lines.append(
            HolderLine(
                member=member.hex(),
                name=name_in(names, member),
                until="" if term is None or term.until_ms is None else last_day(term.until_ms),
                why="" if term is None else term.why.value,
                given_by="" if term is None else name_in(names, term.given_by),
                is_you=member == session.member,
            )
        )
    return tuple(sorted(lines, key=lambda line: (not line.is_you, line.name.casefold(), line.member)))
