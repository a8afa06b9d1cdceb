"""One unlocked process whose children are killed: `python -m tests.attacks.killing VAULT STATE CASE ROUNDS SEED`.

The passphrase is stretched once. Each round forks a child that opens the database itself, so that it alone holds the
lock, checks what was acknowledged in the round before, and goes on writing until SIGKILL meets it. What it writes to
its pipe is a promise. The last line printed holds all of them.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.session import Session
from vault.access.unlock import open_with_slot
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId
from vault.seal.entrance.keyfile import KeyFile, OpenedSlot, unlock
from vault.services.cases import cases, notes
from vault.services.evidence import log_checking
from vault.store.folder import VaultFolder

DRAFT = b"draft of a note!"
_LONGEST_S = 0.2
_VERIFY_EVERY = 40


@dataclass(slots=True)
class Driver:
    """The parent: it holds the opened slot and what was promised so far, never an open database."""

    path: Path
    state: Path
    case: CompartmentId
    slot: OpenedSlot
    file: KeyFile
    promised: list[str] = field(default_factory=list)
    draft: int = -1

    def session(self) -> Session:
        return open_with_slot(VaultFolder(self.path), self.state, self.file, self.slot)

    def round(self, number: int, chance: random.Random) -> None:
        """Let one child write until it is killed: after a random time, or a moment after a random promise."""
        verifies = number % _VERIFY_EVERY == _VERIFY_EVERY - 1
        newest = self.promised[-20:]
        child, said = fork(lambda out: self.write_for_ever(number, newest, out, verifies=verifies))
        # Each second round waits for a promise, so a slow machine does not kill every child before its first.
        promises = chance.randint(1, 6) if number % 2 == 0 else None
        heard = b""
        if promises is not None or verifies:
            while heard.count(b"\n") < (promises or 1):
                piece = os.read(said, 4096)
                if not piece:
                    break
                heard += piece
        time.sleep(chance.uniform(0, _LONGEST_S if promises is None else 0.02))
        os.kill(child, signal.SIGKILL)
        heard += read_all(said)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            sys.exit(f"round {number}: the child ended by itself: {heard.decode()}")
        for line in heard.decode().split("\n")[:-1]:
            if line.startswith("draft "):
                self.draft = int(line.split()[1])
            else:
                self.promised.append(line)

    def write_for_ever(self, number: int, newest: list[str], out: int, *, verifies: bool) -> NoReturn:
        session = self.session()
        if in_english(session.warnings):
            stop(out, f"unlock warned: {in_english(session.warnings)}")
        stored = {note.record.hex(): note.value.text for note in cases.open_case(session, self.case).notes}
        for note in newest:
            if note not in stored:
                stop(out, f"lost {note}")
            if not is_whole(stored[note]):
                stop(out, f"half-written {note}")
        if self.draft >= 0 and draft_number(session) < self.draft:
            stop(out, f"the draft is older than {self.draft}")
        if verifies and (faults := log_checking.verify(session).faults):
            stop(out, f"the log does not verify: {faults[0]}")
        typed = self.draft
        for count in range(10_000):
            added = notes.add(session, self.case, Note(NoteKind.CONTACT, made_text(number, count)))
            os.write(out, f"{added.hex()}\n".encode())
            typed += 1
            session.drafts().save(self.case, DRAFT, f"typed {typed} " + "x" * (typed % 50) + ".", "note")
            os.write(out, f"draft {typed}\n".encode())
        stop(out, "nobody killed it")


def made_text(number: int, count: int) -> str:
    """Return a text whose end tells whether it is whole."""
    return f"note {number}.{count} " + "word " * (count * 37 % 400) + "end"


def is_whole(text: str) -> bool:
    return text.startswith("note ") and text.endswith("end")


def draft_number(session: Session) -> int:
    """Return the number of the draft that is kept, which must be whole."""
    (draft,) = session.drafts().list()
    _, number, *_ = draft.text.split()
    if not draft.text.endswith("."):
        raise AssertionError("the draft is half-written")
    return int(number)


def fork(act: Callable[[int], NoReturn]) -> tuple[int, int]:
    """Run `act` in a child with the writing end of a pipe; return the child and the reading end."""
    said, out = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        try:
            act(out)
        except BaseException as fault:
            os.write(out, f"{type(fault).__name__}: {fault}\n".encode())
        finally:
            os._exit(3)
    os.close(out)
    return child, said


def stop(out: int, words: str) -> NoReturn:
    os.write(out, f"{words}\n".encode())
    os._exit(3)


def read_all(said: int) -> bytes:
    """Return what is left in a pipe whose writer is gone."""
    pieces = []
    while select.select([said], [], [], 10)[0] and (piece := os.read(said, 65536)):
        pieces.append(piece)
    os.close(said)
    return b"".join(pieces)


def main(path: Path, state: Path, case_ref: str, rounds: int, seed: int) -> None:
    file = read_key_file(path / "keys")
    slot = unlock(file, bytearray(PASSPHRASE), MEMBER)
    driver = Driver(path, state, CompartmentId(b""), slot, file)
    with driver.session() as session:
        driver.case = cases.find(session, case_ref)
    chance = random.Random(seed)
    for number in range(rounds):
        driver.round(number, chance)
    print(json.dumps({"notes": driver.promised, "draft": driver.draft}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), int(sys.argv[5]))
