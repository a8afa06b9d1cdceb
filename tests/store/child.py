"""A second process on a database: `python -m tests.store.child ACT PATH SIZE`. Each line it prints is a promise."""

from __future__ import annotations

import resource
import signal
import sys
from contextlib import closing
from itertools import count
from pathlib import Path

from tests.store.copying import copy_database
from tests.store.samples import KEY, ORIGIN, OTHER_KEY, add_entry, fill, new_vault
from vault.errors import VaultError
from vault.store.draft_files import open_drafts
from vault.store.engine import Database, open_database


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def commit_for_ever(database: Database) -> None:
    with database.reading() as rows:
        start = rows.size(ORIGIN)
    for seq in count(start):
        with database.transaction() as rows:
            add_entry(rows, seq)
        say(seq)


def limit_files(size: int, *, killed: bool) -> None:
    """Let no file of this process grow beyond `size`: the write fails, or the process dies at that very byte."""
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL if killed else signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def main(act: str, path: Path, size: int) -> None:
    if act == "commit":
        commit_for_ever(open_database(path, KEY, create=False))

    elif act == "hold":
        database = open_database(path, KEY, create=False)
        say("open")
        sys.stdin.read()
        database.close()
    elif act in {"rekey-full", "rekey-killed"}:
        database = open_database(path, KEY, create=False)
        limit_files(size, killed=act == "rekey-killed")
        database.rekey(OTHER_KEY)
    elif act == "copy-full":
        with closing(fill(new_vault(path), 200)) as database:
            database.truncate_wal()
            limit_files(size, killed=False)
            copy_database(database, path.with_name("copy.db"), OTHER_KEY)
    elif act == "draft":
        drafts = open_drafts(path, KEY)
        for number in count():
            drafts.save(b"c", b"r", f"typed {number}", "note", saved_ms=number)
            say(number)


if __name__ == "__main__":
    try:
        main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]))
    except VaultError as fault:
        say(f"{type(fault).__name__}: {fault.message}")
        sys.exit(1)
