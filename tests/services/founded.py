"""A vault for tests of services: founded once at the lowest cost, copied for each test together with its pins."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from vault.access.membership.first_seat import found_vault
from vault.access.pins.copies import copy_keys_of
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.clock import now_ms
from vault.errors import WrongPassphraseError
from vault.ids import CompartmentId, VaultId
from vault.seal.entrance.passphrase import FLOOR
from vault.services.cases import case_people, cases, notes
from vault.services.projection import last_done

MEMBER = "Mira Halvorsen"
PASSPHRASE = b"seven paper lanterns"
# Each field that a person fills in has it, so that one search finds whatever leaks.
MARKER = "Quillfeather"


@dataclass(frozen=True, slots=True)
class Place:
    """A vault's folder and the state folder of the account that uses it."""

    path: Path
    state: Path

    @property
    def vault_id(self) -> VaultId:
        return VaultId(read_key_file(self.path / "keys").header.vault)

    def open(self) -> Session:
        """Unlock as the founder; the caller closes."""
        return unlock(self.path, member=MEMBER, passphrase=bytearray(PASSPHRASE), state=self.state)

    def proposed_today(self) -> None:
        """Have the account know that the app proposed sheets just now: what it proposes once a day is not due."""
        self.proposed_at(now_ms())

    def proposed_at(self, at_ms: int) -> None:
        """Have the founder's pins know that the app proposed sheets at this time, until the passphrase changes."""
        file = read_key_file(self.path / "keys")
        with suppress(WrongPassphraseError):
            keys = copy_keys_of(file, member=MEMBER, passphrase=bytearray(PASSPHRASE))
            keys.pin_file(self.state).note({last_done.Done.PROPOSED: at_ms})

    def copied_to(self, folder: Path) -> Place:
        """Return a copy of vault and pins under another folder: the same account on the same machine."""
        folder.mkdir(parents=True, exist_ok=True)
        path, state = folder / self.path.name, folder / "state"
        shutil.copytree(self.path, path, copy_function=copy_file)
        shutil.copytree(self.state, state)
        return Place(path, state)


@dataclass(frozen=True, slots=True)
class Filled:
    """A vault with two cases, three people and notes, and where they are."""

    place: Place
    cases: tuple[CompartmentId, ...]
    refs: tuple[str, ...]

    @property
    def path(self) -> Path:
        return self.place.path

    @property
    def state(self) -> Path:
        return self.place.state

    def open(self) -> Session:
        return self.place.open()


def copy_file(source: str, target: str) -> str:
    """Copy a file, but link the ballast: it is 16 MiB for each vault, and nobody writes into it."""
    if Path(source).name == "ballast":
        os.link(source, target)
        return target
    return shutil.copy2(source, target)


def found(folder: Path, *, organisation: str = f"{MARKER} Aid") -> Place:
    """Found an empty vault under `folder`."""
    place = Place(folder / "office.vault", folder / "state")
    found_vault(
        place.path,
        organisation=organisation,
        member_name=MEMBER,
        passphrase=bytearray(PASSPHRASE),
        parameters=FLOOR,
        state=place.state,
        choose=min,
    )
    return place


def fill(place: Place) -> tuple[tuple[CompartmentId, ...], tuple[str, ...]]:
    """Make two cases of invented people with notes."""
    with place.open() as session:
        first = cases.create(session, title=f"{MARKER} first", kind="asylum")
        second = cases.create(session, title=f"{MARKER} second", kind="detention")
        case_people.add(
            session, first.case, role="client", names=[f"Ilham {MARKER}", "Ильхам"], phones=["+49 30 5550 1234"]
        )
        case_people.add(session, first.case, role="relative", names=[f"Sana {MARKER}"], born="1991-04")
        case_people.add(session, second.case, role="client", names=[f"Tomasz {MARKER}"], emails=["tomasz@example.org"])
        for number in range(6):
            notes.add(session, first.case, Note(NoteKind.CONTACT, f"{MARKER} note {number} of the first case"))
        notes.add(session, second.case, Note(NoteKind.INTERVIEW, f"{MARKER} interview of the second case"))
    return (first.case, second.case), (first.ref, second.ref)
