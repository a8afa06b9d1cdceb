"""The vault of an office that the app is driven over: five people in one folder, and a case of one of them.

with house.desk("Amina") as amina: ...      the app
with house.open("Joel") as joel: ...        a session, to see what is in the vault afterwards
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.once import made_once
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, PASSPHRASE, Place, found
from tests.services.office import AMINA, JOEL, NADIA, make_office
from tests.tui.desk import Desk
from tui.gateway import Gateway
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.policy.roles import Role
from vault.services.cases import case_people, cases, notes

MIRA: Final = MEMBER
DANA: Final = "Dana Okwiri"
CLIENT: Final = "Ilham Torgaev"
FIRST_NOTE: Final = "If they come: call the lawyer first."


@dataclass(frozen=True, slots=True)
class House:
    """Mira founded it, Nadia supervises, Dana takes calls; Amina's case is open to Joel too, who is her deputy."""

    place: Place
    people: Mapping[str, Colleague]
    case: CompartmentId
    ref: str

    def desk(self, name: str, **options: Any) -> Desk:
        """Return the app of this member, unlocked as soon as it is entered."""
        who = self._who(name)
        self.place.proposed_today()
        return Desk(self.place, who[0], who[1], **{"unlocks": True} | options)

    def app(self, name: str) -> Gateway:
        """Return what is behind the app of this member, unlocked; the caller closes."""
        gateway, (member, passphrase) = Gateway(self.place.path, state=self.place.state), self._who(name)
        gateway.unlock(member, bytearray(passphrase))
        return gateway

    def open(self, name: str) -> Session:
        """Unlock as this member; the caller closes."""
        return self.people[name].open(self.place) if name in self.people else self.place.open()

    def copied_to(self, folder: Path) -> House:
        """Return a copy under another folder."""
        return House(self.place.copied_to(folder), self.people, self.case, self.ref)

    def _who(self, name: str) -> tuple[str, bytes]:
        one = self.people.get(name)
        return (MIRA, PASSPHRASE) if one is None else (one.name, one.passphrase)


def make_house(folder: Path) -> House:
    """Found it, admit everybody, and fill the case."""
    office = make_office(found(folder))
    with office.place.open() as mira:
        dana = admit(mira, name=DANA, passphrase=b"dana opens", roles=frozenset({Role.INTAKE}))
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="Arrest", kind="detention")
        case_people.add(amina, made.case, role="client", names=[CLIENT, "Ильхам"], phones=["+49 30 5550 1234"])
        case_people.add(amina, made.case, role="relative", names=["Sana Torgaeva"], born="1991-04")
        notes.add(amina, made.case, Note(NoteKind.CONTACT, FIRST_NOTE))
        notes.add(amina, made.case, Note(NoteKind.INTERVIEW, "He was asked for at the market.\n\nTwo men, no papers."))
    by_name = {member.name.split()[0]: member for member in (office.amina, office.joel, office.nadia, dana)}
    return House(office.place, by_name, made.case, made.ref)


@pytest.fixture(scope="session")
@made_once
def house_template(tmp_path_factory: pytest.TempPathFactory) -> House:
    return make_house(tmp_path_factory.mktemp("house"))


@pytest.fixture
def house(house_template: House, tmp_path: Path) -> House:
    """A house of this test alone."""
    return house_template.copied_to(tmp_path / "house")


__all__ = ["AMINA", "CLIENT", "DANA", "FIRST_NOTE", "JOEL", "MIRA", "NADIA", "House", "house", "house_template"]
