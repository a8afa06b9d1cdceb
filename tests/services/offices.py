"""Devices of one organisation, each with its own folder and state, which exchange by bundles alone."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.services.organisation import admit_to, ask_to_join
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.ids import MemberId, SeatId
from vault.services.exchange import syncing
from vault.services.exchange.syncing import ImportedBundle
from vault.services.members import admitting


@dataclass(frozen=True, slots=True)
class Office:
    """One member's device: a folder, a state folder, a name and a passphrase."""

    path: Path
    state: Path
    name: str
    member: MemberId
    seat: SeatId
    passphrase: bytes = PASSPHRASE

    def open(self) -> Session:
        """Unlock; the caller closes."""
        return unlock(self.path, member=self.name, passphrase=bytearray(self.passphrase), state=self.state)

    def send(self, to: Office, folder: Path) -> Path:
        """Make a bundle for another office."""
        out = folder / f"{secrets.token_hex(4)}.bundle"
        with self.open() as session:
            syncing.make(session, to.member, out)
        return out

    def take(self, file: Path) -> ImportedBundle:
        """Import a bundle."""
        with self.open() as session:
            return syncing.import_bundle(session, file)


def founder_of(place: Place) -> Office:
    """Return the office of the founder of a vault."""
    with place.open() as session:
        return Office(place.path, place.state, MEMBER, session.member, session.seat)


def admit(founder: Office, folder: Path, name: str, *, like: str = "supervisor") -> Office:
    """Admit a member with a folder of their own, and bring them the first bundle."""
    place = Place(folder / name / "field.vault", folder / name / "state")
    with founder.open() as session:
        request, words = ask_to_join(folder, place, admitting.vault_words(session), name)
        admitted = admit_to(session, request, words, name, like)
        assert admitted.outcome.is_done
    office = Office(place.path, place.state, name, admitted.member, admitted.seat)
    admitting.finish(place.path, founder.send(office, folder), member=name, passphrase=bytearray(PASSPHRASE))
    return office
