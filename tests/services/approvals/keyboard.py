"""One keyboard, and who can sit down at it: who asks is the founder; a second person, another one, and one who may not.

What the second person's process does is done by the real one, called in this process; a test can forge parts of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.once import made_once
from tests.services.colleague import PASSPHRASE, Colleague, admit
from tests.services.founded import Place
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.errors import VaultError
from vault.ids import Origin, SeatId
from vault.log.approval import Approval
from vault.log.genesis import seat_in
from vault.policy.roles import Role
from vault.records.seatlog import SealedPlace, SeatLog, resume
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import SeatSecrets
from vault.seal.entrance.keyfile import unlock as open_slot
from vault.seal.keyring import Keyring
from vault.services.approvals.pipe import ask_second
from vault.services.approvals.pipe_process import PipeAnswer, PipeQuestion, RowSet, added_since, answer, decoded, lend
from vault.services.approvals.question import ApprovalQuestion
from vault.store.schema import open_in_memory

WANTED = ApprovalQuestion(
    act="break.glass",
    of={"case": b"c" * 16, "seats": [b"t" * 16], "until": 4_000_000_000_000, "why": "emergency"},
    reasons=("casework", "legal-referral"),
    expires_ms=4_000_000_000_000,
    subject=b"s" * 16,
)


@dataclass(frozen=True)
class Keyboard:
    """The session of who asks, and the others, all of whom have opened the vault here."""

    session: Session
    second: Colleague
    third: Colleague
    fourth: Colleague

    def sizes(self) -> dict[bytes, int]:
        """Return how long each log is."""
        with self.session.database.reading() as rows:
            return {row.origin: rows.size(row.origin) for row in rows.geneses()}

    def secrets_of(self, who: Colleague) -> SeatSecrets:
        keys = read_key_file(self.session.folder.keys)
        return open_slot(keys, bytearray(who.passphrase), who.name).secrets

    def lent(self, who: Colleague) -> RowSet:
        with self.session.database.reading() as rows:
            return lend(rows, who.seat)

    def log_of(self, who: Colleague) -> Origin:
        with self.session.database.reading() as rows:
            return next(Origin(row.origin) for row in rows.geneses() if seat_in(row.bytes) == who.seat)

    def ask(self, person: Person, **changes: Any) -> Approval:
        """Ask the second person, who is this one."""
        given: dict[str, Any] = {"member": self.second.member, "name": self.second.name, "question": WANTED}
        return ask_second(self.session, run=person.run, **{**given, "wait": not_at_all, **changes})

    def question(self, **changes: Any) -> PipeQuestion:
        """Return the question that the second person's process gets."""
        person = Person(b"", refuses=True)
        with pytest.raises(VaultError, match="says the test"):
            self.ask(person)
        (asked,) = person.asked
        return msgspec.structs.replace(asked, **changes)

    def resumed(self, who: Colleague, lent: RowSet) -> SeatLog:
        """Return the log of somebody in memory, as whoever has their secrets and what was lent can go on with it."""
        own, database = self.secrets_of(who), open_in_memory()
        with database.transaction() as rows:
            lent.put_into(rows)
        with database.reading() as rows:
            return resume(
                rows,
                database=database,
                place=SealedPlace(self.session.vault, who.seat, own.keyring_key),
                origin=self.log_of(who),
                auditors=self.session.log.auditors,
                keyring=Keyring(),
            )


def listed_in(log: SeatLog, lent: RowSet, approval: Approval, *others: Callable[[SeatLog], None]) -> PipeAnswer:
    """Return the answer of a process that writes more into a log before it lists the approval."""
    size = log.size
    for write in others:
        write(log)
    with Work(log) as work:
        work.list_approval(approval.encode())
        work.commit(Entry(act="approve"))
    with log.database.reading() as rows:
        return PipeAnswer(
            approval.encode(), log.origin, added_since(rows, lent, SeatId(log.place.seat), log.origin, size)
        )


def not_at_all(seconds: float) -> None:
    pytest.fail(f"waits {seconds} s")


@dataclass
class Person:
    """Who sits at the terminal of the second process: what they type, what they were asked and shown."""

    passphrase: bytes = PASSPHRASE
    reasons: tuple[str, ...] = ("legal-referral",)
    asks: Callable[[PipeQuestion], PipeQuestion] = lambda asked: asked
    change: Callable[[PipeAnswer], PipeAnswer] = lambda answered: answered
    refuses: bool = False
    asked: list[PipeQuestion] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    typed: list[bytearray] = field(default_factory=list)

    def run(self, question: bytes) -> bytes:
        """Stand for the second process, which can be a forged one that asks or answers something else."""
        self.asked.append(decoded(question, PipeQuestion))
        if self.refuses:
            return msgspec.msgpack.encode(PipeAnswer(refusal="refused", message="no, says the test"))
        try:
            answered = self.answer(self.asks(self.asked[-1]))
        except VaultError as error:
            answered = PipeAnswer(refusal=error.code, message=str(error.message), advice=str(error.next_step))
        return msgspec.msgpack.encode(self.change(answered))

    def answer(self, asked: PipeQuestion) -> PipeAnswer:
        return answer(asked, ask_reason=self.ask_reason, ask_passphrase=self.ask_passphrase)

    def ask_reason(self, prompt: str) -> str:
        self.shown.append(prompt)
        return self.reasons[min(len(self.shown), len(self.reasons)) - 1]

    def ask_passphrase(self, prompt: str) -> bytearray:
        self.shown.append(prompt)
        self.typed.append(bytearray(self.passphrase))
        return self.typed[-1]


@pytest.fixture(scope="session")
@made_once
def keyboard_template(founded_template: Place, tmp_path_factory: pytest.TempPathFactory) -> Keyboard:
    place = founded_template.copied_to(tmp_path_factory.mktemp("keyboard"))
    with place.open() as session:
        second = admit(session, roles={Role.SUPERVISOR, Role.CASEWORKER})
        third = admit(session, name="Ada Winterbourne", passphrase=b"five blue kites", by_root=True)
        fourth = admit(session, name="Dana Okwiri", passphrase=b"one red door", roles={Role.INTAKE}, by_root=True)
    for who in (second, third, fourth):
        who.open(place).close()
    return Keyboard(session, second, third, fourth)


@pytest.fixture
def keyboard(keyboard_template: Keyboard, tmp_path: Path) -> Iterator[Keyboard]:
    """The vault of four members in one folder, opened by its founder."""
    closed = keyboard_template.session
    place = Place(closed.folder.path, closed.state).copied_to(tmp_path / "keyboard")
    with place.open() as session:
        yield Keyboard(session, keyboard_template.second, keyboard_template.third, keyboard_template.fourth)
