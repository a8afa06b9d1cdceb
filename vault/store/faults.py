"""What the database driver reports, in the program's own words: no SQL, no parameters, no contents."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3.dbapi2 as driver  # type: ignore[import-untyped]  # sqlcipher3 ships no types

from vault.errors import (
    InternalError,
    OpenElsewhereError,
    TryAgainError,
    VaultError,
    VerificationError,
    WrongPassphraseError,
)
from vault.store.files import has_no_room
from vault.words.message import Message, filled

_UNREADABLE = Message("{name} cannot be read: the disk failed or the file was altered")
_UNWRITABLE = Message("{name} cannot be written here")
_RIGHTS = Message("Check the rights of the folder, then repeat.")

# How the driver's code begins, and what a person is told.
_WORDS: tuple[tuple[str, type[VaultError], Message, Message | None], ...] = (
    ("SQLITE_BUSY", OpenElsewhereError, Message("{name} is open in another process"), None),
    ("SQLITE_IOERR", VerificationError, _UNREADABLE, None),
    ("SQLITE_CORRUPT", VerificationError, _UNREADABLE, None),
    ("SQLITE_NOTADB", VerificationError, _UNREADABLE, None),
    ("SQLITE_CONSTRAINT", VerificationError, Message("{name} already holds a row with this key"), None),
    ("SQLITE_CANTOPEN", TryAgainError, _UNWRITABLE, _RIGHTS),
    ("SQLITE_READONLY", TryAgainError, _UNWRITABLE, _RIGHTS),
    ("SQLITE_PERM", TryAgainError, _UNWRITABLE, _RIGHTS),
)


@contextmanager
def translated(path: Path, *, opening: bool = False, on_full: Callable[[], bool] | None = None) -> Iterator[None]:
    """Turn every error of the driver into one of vault.errors, unchained.

    While `opening` the key has not been judged yet, so that an unreadable first page means a wrong key. `on_full` is
    called when there is no room; it returns whether it made some.
    """
    try:
        yield
    except driver.Error as fault:
        raise _fault(fault, path, opening=opening, on_full=on_full) from None
    except Exception as fault:
        of_driver = getattr(fault, "orig", None)  # SQLAlchemy, where it was used, wraps it
        if not isinstance(of_driver, driver.Error):
            raise
        raise _fault(of_driver, path, opening=opening, on_full=on_full) from None


def _fault(fault: BaseException | None, path: Path, *, opening: bool, on_full: Callable[[], bool] | None) -> VaultError:
    code: str = getattr(fault, "sqlite_errorname", None) or type(fault).__name__
    if code.startswith("SQLITE_FULL") or (code.startswith("SQLITE_IOERR") and has_no_room(path)):
        freed = on_full is not None and on_full()
        if freed:
            return TryAgainError(
                Message("no room to write {name}; a reserve was freed, so the same act fits now", name=path.name)
            )
        return TryAgainError(Message("no room to write {name}", name=path.name))
    if code.startswith("SQLITE_NOTADB") and opening:
        return WrongPassphraseError(Message("{name} does not open with this key", name=path.name))
    if code.startswith("SQLITE_READONLY") and os.access(path, os.W_OK):
        code = "SQLITE_CORRUPT"  # after a page that does not hold its seal, SQLCipher refuses every later BEGIN so
    for start, error, words, next_step in _WORDS:
        if code.startswith(start):
            return error(filled(words, name=path.name), next_step=next_step)
    return InternalError(Message("the database layer failed at {name}: {code}", name=path.name, code=code))
