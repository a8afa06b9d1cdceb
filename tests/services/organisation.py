"""An organisation of eight, each on a device of their own: made once at the lowest cost, copied for each test.

    with organisation.open("Joel") as joel: ...
    organisation.exchange("Joel", "Mira")       both ways, by bundles, as by one stick

Mira founded it and is everything but the auditor; Karim is the second admin. A conftest takes both fixtures along:
`from tests.services.organisation import organisation, organisation_template`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.once import made_once
from tests.services.founded import MEMBER, PASSPHRASE, Place, copy_file, found
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.unlock import unlock
from vault.ids import CompartmentId, MemberId, SeatId, make_id
from vault.seal.entrance.passphrase import FLOOR
from vault.services.exchange import syncing
from vault.services.exchange.syncing import ImportedBundle
from vault.services.grants import sharing
from vault.services.members import admitting
from vault.services.members.admitting import Admitted

MIRA, KARIM, SELIN, TOMAS, AMINA, JOEL, DANA, NOOR = "Mira", "Karim", "Selin", "Tomas", "Amina", "Joel", "Dana", "Noor"
SURNAMES = {
    MIRA: MEMBER.removeprefix("Mira "),
    KARIM: "Lindquell",
    SELIN: "Asterholt",
    TOMAS: "Verhoffen",
    AMINA: "Raskolda",
    JOEL: "Brandvik",
    DANA: "Okwiri",
    NOOR: "Auvrelle",
}
ROLES = {
    KARIM: "admin",
    SELIN: "supervisor",
    TOMAS: "supervisor",
    AMINA: "caseworker",
    JOEL: "caseworker",
    DANA: "intake",
    NOOR: "auditor",
}
VOLUNTEER_DAYS = 30
FLOOR_MIB = FLOOR.memory_kib // 1024


@dataclass(frozen=True, slots=True)
class Account:
    """One member at one device: the vault's folder, the account's state, who they are."""

    name: str
    place: Place
    member: MemberId
    seat: SeatId

    def open(self) -> Session:
        """Unlock; the caller closes."""
        return open_place(self.place, self.name)


@dataclass(frozen=True, slots=True)
class Organisation:
    """All accounts, by first name."""

    folder: Path
    accounts: Mapping[str, Account]

    def __getitem__(self, name: str) -> Account:
        return self.accounts[name]

    def open(self, name: str) -> Session:
        """Unlock as this member on their device; the caller closes."""
        return self.accounts[name].open()

    def members(self, *names: str) -> list[MemberId]:
        return [self.accounts[name].member for name in names]

    @contextmanager
    def at(self, *names: str) -> Iterator[tuple[Session, ...]]:
        """Unlock several devices at once."""
        opened: list[Session] = []
        try:
            for name in names:
                opened.append(self.open(name))
            yield tuple(opened)
        finally:
            for session in reversed(opened):
                session.close()

    def exchange(self, one: str, other: str) -> tuple[ImportedBundle, ImportedBundle]:
        """Bring two devices level: a bundle from the first to the second, and one back."""
        with self.at(one, other) as (first, second):
            there = give(first, second)
            return there, give(second, first)

    def everyone_meets(self, hub: str = MIRA, *, without: tuple[str, ...] = ()) -> None:
        """Bring all devices level by way of one of them."""
        others = [name for name in self.accounts if name not in {hub, *without}]
        for name in (*others, *others[:-1]):
            self.exchange(hub, name)

    def copied_to(self, folder: Path) -> Organisation:
        """Return a copy under another folder: the same accounts on the same machine."""
        shutil.copytree(self.folder, folder, copy_function=copy_file, dirs_exist_ok=True)
        moved = {
            name: Account(
                one.name,
                Place(
                    folder / one.place.path.relative_to(self.folder), folder / one.place.state.relative_to(self.folder)
                ),
                one.member,
                one.seat,
            )
            for name, one in self.accounts.items()
        }
        return Organisation(folder, moved)


def open_place(place: Place, full_name: str) -> Session:
    """Unlock a folder as the member of this name."""
    return unlock(place.path, member=full_name, passphrase=bytearray(PASSPHRASE), state=place.state)


def full_name(name: str) -> str:
    """Return the first and the second name."""
    return f"{name} {SURNAMES[name]}"


def give(giver: Session, taker: Session) -> ImportedBundle:
    """Send one bundle between two open sessions."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "one.bundle"
        syncing.make(giver, taker.member, path)
        return syncing.import_bundle(taker, path)


def ask_to_join(folder: Path, place: Place, words: Sequence[str], name: str) -> tuple[Path, tuple[str, ...]]:
    """Ask on a new device, with the words of the vault; return the request's file and the words of this side."""
    asked = admitting.ask(place.path, words, member_name=name, passphrase=bytearray(PASSPHRASE), memory_mib=FLOOR_MIB)
    request = folder / f"{make_id().hex()}.request"
    request.write_bytes(asked.file)
    return request, asked.words


def admit_to(
    session: Session, request: Path, words: tuple[str, ...], name: str, like: str, *, days: int = 0
) -> Admitted:
    """Admit who asks, with the sheets while their secret lies on this device."""
    by_sheets = kept_secret(session) is not None
    asked = admitting.read_request(session, request)
    return admitting.admit(session, asked, words, name=name, like=like, days=days, by_sheets=by_sheets)


def finish_joining(folder: Path, giver: Session, account: Account) -> Session:
    """Bring the bundle that admits an account to its device, and open it for the first time."""
    path = folder / f"{make_id().hex()}.bundle"
    syncing.make(giver, account.member, path)
    admitting.finish(account.place.path, path, member=account.name, passphrase=bytearray(PASSPHRASE))
    path.unlink()
    return account.open()


def make_organisation(folder: Path) -> Organisation:
    """Found it and admit everybody with the sheets, whose secret lies on the founder's device."""
    founder = found(folder / MIRA)
    accounts: dict[str, Account] = {}
    with open_place(founder, MEMBER) as mira:
        accounts[MIRA] = Account(MEMBER, founder, mira.member, mira.seat)
        for name, role in ROLES.items():
            days = VOLUNTEER_DAYS if role == "intake" else 0
            place = Place(folder / name / "office.vault", folder / name / "state")
            request, words = ask_to_join(folder, place, admitting.vault_words(mira), full_name(name))
            admitted = admit_to(mira, request, words, full_name(name), role, days=days)
            assert admitted.outcome.is_done
            accounts[name] = Account(full_name(name), place, admitted.member, admitted.seat)
            request.unlink()
        for name in ROLES:
            with finish_joining(folder, mira, accounts[name]) as session:
                give(session, mira)
    return Organisation(folder, accounts)


def share(session: Session, case: CompartmentId, organisation: Organisation, *names: str) -> None:
    """Grant a case to these members."""
    sharing.grant(session, case, organisation.members(*names))


@pytest.fixture(scope="session")
@made_once
def organisation_template(tmp_path_factory: pytest.TempPathFactory) -> Organisation:
    """Eight members, each level with the founder: never written to."""
    return make_organisation(tmp_path_factory.mktemp("organisation"))


@pytest.fixture
def organisation(organisation_template: Organisation, tmp_path: Path) -> Organisation:
    """Eight members on devices of their own, of this test alone."""
    return organisation_template.copied_to(tmp_path / "organisation")
