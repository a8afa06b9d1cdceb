"""Write until nothing fits: `python -m tests.attacks.filling VAULT STATE CASE LIMIT`. Each line printed is a promise.

LIMIT is the size in bytes beyond which no file of this process may grow, or 0 for none.
"""

from __future__ import annotations

import resource
import sys
from pathlib import Path

from tests.services.founded import Place
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import VaultError
from vault.services.cases import cases, notes

TEXT = "a long account of one day; " * 3_000


def main(path: Path, state: Path, case_ref: str, limit: int) -> None:
    session = Place(path, state).open()
    case = cases.find(session, case_ref)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
    try:
        for _ in range(1_000):
            say(notes.add(session, case, Note(NoteKind.CONTACT, TEXT)).hex())
    except VaultError as fault:
        say(f"{fault.code} {fault.exit_code} {fault.message}")
    try:
        session.close()
    except VaultError as fault:
        say(f"at close: {fault.code} {fault.exit_code} {fault.message}")


def say(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
