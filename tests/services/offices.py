"""Devices of one organisation, each with its own folder and state, which exchange by bundles alone."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access.membership.joining import certificate_of, join
from vault.access.membership.next_roster import Change, propose
from vault.access.membership.pending_seat import pending_database
from vault.access.membership.roster_commit import MemberRecord, commit_roster
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.ids import MemberId, SeatId
from vault.policy.roles import Role
from vault.seal.entrance.keyfile import KEY_FILE_SIZE, KeyFile
from vault.seal.entrance.passphrase import FLOOR
from vault.seal.entrance.unlocking import unlock as open_slot
from vault.seal.joining import Invitation, open_request
from vault.seal.recipients import KemPrivate
from vault.services.exchange import syncing
from vault.services.exchange.syncing import ImportedBundle
from vault.store.files import read_limited
from vault.store.folder import VaultFolder
from vault.sync.importing import Imported, import_into
from vault.sync.opening import open_bundle


@dataclass(frozen=True, slots=True)
class Office:
    """One member's device: a folder, a state folder, a name and a passphrase."""

    path: Path
    state: Path
    name: str
    passphrase: bytes
    member: MemberId
    seat: SeatId

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
        """Take a bundle."""
        with self.open() as session:
            return syncing.import_bundle(session, file)


def founder_of(place: Place) -> Office:
    """Return the office of the founder of a vault."""
    with place.open() as session:
        return Office(place.path, place.state, MEMBER, PASSPHRASE, session.member, session.seat)


def admit(
    founder: Office,
    folder: Path,
    name: str,
    *,
    roles: Collection[Role] = (Role.SUPERVISOR,),
    member: MemberId | None = None,
) -> Office:
    """Admit a member, or one more device of `member`, with a folder of their own, and bring them the first bundle."""
    passphrase = f"passphrase of {name}".encode()
    path, state = folder / name / "field.vault", folder / name / "state"
    with founder.open() as session:
        invitation = Invitation(
            vault=session.vault,
            root=session.root_public,
            roster=session.directory.roster,
            nonce=secrets.token_bytes(16),
            roles=() if member else tuple(sorted(role.value for role in roles)),
            by="founder",
            seat=session.seat,
            kem=session.kem_private.public,
            member=member or b"",
            name=name if member else "",
        )
        asked = join(path, invitation, member_name=name, passphrase=bytearray(passphrase), parameters=FLOOR)
        request = open_request(session.kem_private, session.vault, session.seat, asked.file)
        admitted = MemberId(request.member)
        change = Change(roles={} if member else {admitted: frozenset(roles)}, certificates=(certificate_of(request),))
        records = () if member else (MemberRecord(admitted, name),)
        commit_roster(session, propose(session, change), members=records)
    office = Office(path, state, name, passphrase, admitted, asked.seat)
    first_take(office, founder.send(office, folder))
    return office


def first_take(office: Office, file: Path) -> Imported:
    """Take a bundle into a folder that waits for admission."""
    folder = VaultFolder(office.path)
    keys = KeyFile.decode(read_limited(folder.keys, KEY_FILE_SIZE))
    slot = open_slot(keys, bytearray(office.passphrase), office.name)
    private = KemPrivate.from_seed(slot.secrets.kem_seed)
    with pending_database(folder, keys, slot) as database:
        assert database is not None
        bundle = open_bundle(file, private, slot.secrets.seat, keys.header.vault)
        return import_into(database, bundle, knows=lambda origin, genesis: True)
