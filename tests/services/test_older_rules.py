"""A vault whose rules are from an older program: what they do not know is refused in words, the rest goes on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from tests.services.office import DAY_MS, NADIA, Office
from vault.access.session import Session
from vault.errors import RefusedError
from vault.services.approvals import erasing
from vault.services.approvals.second_person import at_this_keyboard
from vault.services.cases import cases
from vault.services.erasures.what_goes import what_goes
from vault.services.grants import sharing, timed_grants


@contextmanager
def older(session: Session) -> Iterator[Session]:
    """Let the rules be those of the first table while it lasts."""
    stands = session.directory
    head = replace(stands.effective.head, rights=1)
    session.directory = replace(stands, effective=replace(stands.effective, head=head))
    try:
        yield session
    finally:
        session.directory = stands


def test_a_case_is_given_without_an_end_and_with_one_it_is_refused(office: Office) -> None:
    with office.open(office.amina) as amina, older(amina):
        case = cases.create(amina, title="A title", kind="asylum").case
        with pytest.raises(RefusedError, match="have no end dates"):
            timed_grants.give(amina, case, [office.nadia.member], until_ms=amina.log.now_ms() + 3 * DAY_MS)
        assert office.nadia.member not in sharing.holders_of(amina, case).members
        timed_grants.give(amina, case, [office.nadia.member])
        assert office.nadia.member in sharing.holders_of(amina, case).members
        assert timed_grants.terms_of(amina, case) == []


def test_what_takes_a_second_person_is_refused_before_anybody_is_asked(office: Office) -> None:
    with office.open(office.amina) as amina, older(amina):
        refs = [cases.create(amina, title=title, kind="asylum").ref for title in ("one", "two")]
        with pytest.raises(RefusedError, match="have no approvals"):
            erasing.erase(amina, what_goes(amina, *refs), why="mistake", second=at_this_keyboard(amina, NADIA))
        assert len(cases.list_all(amina)) == 2
