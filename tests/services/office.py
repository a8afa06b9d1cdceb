"""An office of four in one folder: a director who is the founder, a supervisor, two caseworkers.

A conftest takes both fixtures along: `from tests.services.office import office, office_template`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.once import made_once
from tests.services.colleague import Colleague, admit
from tests.services.founded import Place, found
from vault.access.session import Session
from vault.policy.roles import Role
from vault.services.grants import successors

AMINA, JOEL, NADIA = "Amina Ruskova", "Joel Brandvik", "Nadia Ferrante"
DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Office:
    """The folder, and who has a seat in it. Joel is Amina's deputy."""

    place: Place
    amina: Colleague
    joel: Colleague
    nadia: Colleague

    def open(self, who: Colleague) -> Session:
        """Unlock as this member; the caller closes."""
        return who.open(self.place)

    def copied_to(self, folder: Path) -> Office:
        """Return a copy under another folder: the same people on the same machine."""
        return Office(self.place.copied_to(folder), self.amina, self.joel, self.nadia)


def make_office(place: Place) -> Office:
    """Admit three members into a founded folder: Amina and Joel caseworkers, Nadia a supervisor."""
    with place.open() as session:
        nadia = admit(session, name=NADIA, passphrase=b"nadia opens", roles=frozenset({Role.SUPERVISOR}))
        amina = admit(session, name=AMINA, passphrase=b"amina opens", roles=frozenset({Role.CASEWORKER}))
        joel = admit(session, name=JOEL, passphrase=b"joel opens", roles=frozenset({Role.CASEWORKER}))
        successors.set_deputy(session, amina.member, joel.member)
    return Office(place, amina, joel, nadia)


def forward(session: Session, days: float) -> None:
    """Let days pass on the clock of a session, two at most at a time, as a computer that is used sees them."""
    left_ms = int(days * DAY_MS)
    now = session.log.now_ms()
    while left_ms > 0:
        now += min(left_ms, DAY_MS)
        left_ms -= DAY_MS
        session.log.now_ms = lambda at=now: at  # type: ignore[misc]  # a default keeps the value of this round
        session.clock()


@pytest.fixture(scope="session")
@made_once
def office_template(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return make_office(found(tmp_path_factory.mktemp("office")))


@pytest.fixture
def office(office_template: Office, tmp_path: Path) -> Office:
    """An office of this test alone."""
    return office_template.copied_to(tmp_path / "office")
