"""A vault of three seats in memory: who asks, a second person, and a third one. No file, no stretched passphrase.

What the second person's process does is done by the real one, called in this process; a test can forge parts of it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from vault.access import second
from vault.access.directory import read_directory
from vault.access.lending import RowSet, lend
from vault.access.questions import Wanted
from vault.access.second import Answered, Asked, answer, decoded
from vault.access.seconding import ask_second
from vault.access.session import Session
from vault.errors import VaultError, VerificationError, WrongPassphraseError
from vault.ids import RECOVERY_SEAT, CompartmentId, MemberId, RecordId, SeatId, VaultId, make_id
from vault.log.approvals import Approval
from vault.log.epochs import CompartmentKind
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD, make_roster
from vault.log.roster_entries import Certificate, MemberEntry, RosterHead
from vault.policy.rights import NEWEST_TABLE
from vault.policy.roles import Role
from vault.records.authority import Listings
from vault.records.seatlog import Holder, SealedPlace, SeatLog, begin
from vault.records.work import Entry, Work
from vault.seal.envelope import SUITE
from vault.seal.keyfile import KeyFile, KeyHeader, SeatSecrets, make_key_file
from vault.seal.keyring import Keyring
from vault.seal.passphrase import FLOOR
from vault.seal.recipients import KemPrivate
from vault.seal.signing import make_signing_seed, public_key, sign
from vault.store.engine import Database
from vault.store.folder import VaultFolder
from vault.store.memory import open_in_memory

NOW_MS = 1_800_000_000_000
NAME, PASSPHRASE = "Oren Sabaluk", b"nine copper whistles"
ATTEMPTS = KemPrivate.from_seed(b"a" * 96)
WANTED = Wanted(
    act="export.begin",
    of={"profile": "lawyer"},
    reasons=("casework", "legal-referral"),
    expires_ms=NOW_MS + 1,
    subject=b"s" * 16,
)


@dataclass(frozen=True)
class Seated:
    """One seat: its secrets, whose it is, its log."""

    secrets: SeatSecrets
    member: MemberId
    log: SeatLog

    @property
    def seat(self) -> SeatId:
        return SeatId(self.secrets.seat)


@dataclass(frozen=True)
class Few:
    """The three of them, and the directory that they hold."""

    database: Database
    vault: VaultId
    root_public: bytes
    directory: CompartmentId
    asker: Seated
    second: Seated
    third: Seated

    def lent(self, one: Seated) -> RowSet:
        with self.database.reading() as rows:
            return lend(rows, one.seat, self.directory, Listings())

    def asked(self, **changes: Any) -> Asked:
        """Return the question that the second person gets."""
        lent = ((bytes(self.second.seat), self.lent(self.second)),)
        asked = Asked(
            keys=key_file(self.vault).encode(), name=NAME, requester=self.asker.seat, wanted=WANTED, lent=lent
        )
        return msgspec.structs.replace(asked, **changes)

    def session(self, folder: Path) -> Session:
        """Return what stands for the session of who asks."""
        (folder / "keys").write_bytes(key_file(self.vault).encode())
        with self.database.reading() as rows:
            directory = read_directory(
                rows, vault=self.vault, keyring=self.asker.log.keyring, root_public=self.root_public
            )
        one = SimpleNamespace(
            directory=directory,
            database=self.database,
            learned=SimpleNamespace(listings=Listings()),
            folder=VaultFolder(folder),
            state=folder / "state",
            seat=self.asker.seat,
            vault=self.vault,
            log=SimpleNamespace(lock=threading.RLock(), now_ms=lambda: NOW_MS),
        )
        return cast("Session", one)


def key_file(vault: bytes) -> KeyFile:
    """Return a `keys` file that nothing opens."""
    header = KeyHeader(vault, b"f" * 16, 0, b"t" * 32, FLOOR)
    doors = [b"d" * 1200] * 32
    return make_key_file(
        header,
        doors=doors,
        recovery_door=doors[0],
        attempts_public=ATTEMPTS.public,
        slots={},
        random=bytes,
    )


def make_few(*, second_roles: frozenset[str] = frozenset({Role.SUPERVISOR.value}), same_member: bool = False) -> Few:
    """Make the vault.

    Args:
        second_roles: of the second person.
        same_member: whether the second seat is one of who asks.
    """
    database, vault, root_seed = open_in_memory(), VaultId(make_id()), make_signing_seed()
    root_public = public_key(root_seed)
    recovery = Holder(SeatId(RECOVERY_SEAT), KemPrivate.from_seed(b"r" * 96).public)
    seated, holders = [], [recovery]
    for _ in range(3):
        own = SeatSecrets.draw(root_public)
        holders.append(Holder(SeatId(own.seat), KemPrivate.from_seed(own.kem_seed).public))
        log = begin(
            database=database,
            place=SealedPlace(vault, SeatId(own.seat), own.keyring_key),
            identity_seed=own.identity_seed,
            roster=bytes(32),
            auditors=[recovery],
            keyring=Keyring(),
            app_version="test",
        )
        seated.append(Seated(own, MemberId(make_id()), log))
    if same_member:
        seated[1] = Seated(seated[1].secrets, seated[0].member, seated[1].log)
    roles = [frozenset({Role.CASEWORKER.value}), second_roles, frozenset({Role.SUPERVISOR.value})]
    members = {one.member: its for one, its in reversed(list(zip(seated, roles, strict=True)))}
    roster = make_roster(
        RosterHead(vault, 0, (), recovery.kem_public, NEWEST_TABLE, (SUITE,)),
        [MemberEntry(*one) for one in members.items()],
        [
            Certificate(one.seat, one.member, holder.kem_public, public_key(one.secrets.identity_seed), one.log.origin)
            for one, holder in zip(seated, holders[1:], strict=True)
        ],
        random=os.urandom,
    )
    roster = roster.signed(root_public, sign(root_seed, ROSTER_PURPOSE, roster.root))
    for one in seated:
        one.log.roster = roster.root
    with Work(seated[0].log) as work:
        directory = work.found(CompartmentKind.DIRECTORY, holders)
        work.write(directory, RecordId(ROSTER_RECORD), "roster", roster.fields())
        work.commit(Entry(act="log.genesis"))
    for one in seated[1:]:
        with Work(one.log) as work:
            work.commit(Entry(act="log.genesis"))
    return Few(database, vault, root_public, directory, *seated)


def opens(few: Few, patch: pytest.MonkeyPatch, one: Seated | None = None) -> None:
    """Have the passphrase open the slot of a seat, the second person's where none is named, without stretching it."""

    def unlock(file: KeyFile, passphrase: bytearray, name: str) -> SimpleNamespace:
        if (file, bytes(passphrase), name) != (key_file(few.vault), PASSPHRASE, NAME):
            raise WrongPassphraseError("no key slot opens with this name and passphrase")
        return SimpleNamespace(secrets=(one or few.second).secrets)

    patch.setattr(second, "unlock", unlock)


@dataclass
class Person:
    """Who sits at the terminal of the second process: what they type, and what they were shown."""

    passphrase: bytes = PASSPHRASE
    reasons: tuple[str, ...] = ("casework",)
    asks: Callable[[Asked], Asked] = lambda asked: asked
    change: Callable[[Answered], Answered] = lambda answered: answered
    shown: list[str] = field(default_factory=list)
    typed: list[bytearray] = field(default_factory=list)

    def run(self, question: bytes) -> bytes:
        """Stand for the second process, which can be a forged one that asks or answers something else."""
        try:
            answered = self.answer(self.asks(decoded(question, Asked)))
        except VaultError as error:
            answered = Answered(refusal=error.code, message=error.message, advice=error.next_step)
        return msgspec.msgpack.encode(self.change(answered))

    def answer(self, asked: Asked) -> Answered:
        return answer(asked, ask_reason=self.ask_reason, ask_passphrase=self.ask_passphrase)

    def ask_reason(self, prompt: str) -> str:
        self.shown.append(prompt)
        return self.reasons[min(len(self.shown), len(self.reasons)) - 1]

    def ask_passphrase(self, prompt: str) -> bytearray:
        self.shown.append(prompt)
        self.typed.append(bytearray(self.passphrase))
        return self.typed[-1]


def ask(few: Few, asking: Session, person: Person, **changes: Any) -> Approval:
    """Ask the second person, who is this one."""
    given: dict[str, Any] = {"member": few.second.member, "name": NAME, "wanted": WANTED, "wait": not_at_all}
    return ask_second(asking, run=person.run, **given | changes)


def not_at_all(seconds: float) -> None:
    pytest.fail(f"waits {seconds} s")


def sizes_of(few: Few) -> list[int]:
    """Return how long the log of each of the three is."""
    with few.database.reading() as rows:
        return [rows.size(one.log.origin) for one in (few.asker, few.second, few.third)]


def takes_nothing_in(few: Few, asking: Session, person: Person, words: str) -> None:
    """Ask, and see that nothing was taken in."""
    before = sizes_of(few)
    with pytest.raises(VerificationError) as caught:
        ask(few, asking, person)
    assert caught.value.message == words
    assert sizes_of(few) == before


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> Few:
    """The vault of three seats, where the second person's passphrase opens their slot."""
    made = make_few()
    opens(made, monkeypatch)
    return made


@pytest.fixture
def asking(few: Few, tmp_path: Path) -> Session:
    """What stands for the session of who asks."""
    return few.session(tmp_path)
