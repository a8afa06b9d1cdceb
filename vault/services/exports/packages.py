"""What the recipient does with a package: open it, or say how far it can be checked. Needs no vault."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vault.errors import RefusedError, UsageError, VerificationError
from vault.export import archive
from vault.export.reader import Examination, open_package, verify_folder, verify_package
from vault.seal.age import recipient_of
from vault.store.files import read_limited, write_durable
from vault.words.message import Message

_IDENTITY_LIMIT = 16 * 1024
_PREFIX = "AGE-SECRET-KEY-1"
_ADVICE = Message("Do not use it. Call the sender on a number that you know, and ask for a new package.")


@dataclass(frozen=True, slots=True)
class OpenedFiles:
    """Where the files to read are, beside those that prove them, and the words of the key that made the package."""

    files: tuple[Path, ...]
    key_words: tuple[str, ...]
    sentence: Message


def open_to(file: Path, *, identity_file: Path, out: Path, expected_words: str | None = None) -> OpenedFiles:
    """Open a package with the recipient's identity and write its files into a new folder: `verify` checks them.

    Raises:
        MalformedError, BrokenSealError, VerificationError: the package is not what it should be; nothing is written.
        RefusedError: the folder holds something already.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RefusedError(
            Message("there is something at {out} already", out=out), next_step=Message("Name a new folder.")
        )
    identity = read_identity(identity_file)
    with _advising():
        opened = open_package(
            read_limited(file, 2 * archive.MOST_BYTES),
            identity,
            expected_key_words=_words(expected_words),
            age_recipient=recipient_of(identity),
        )
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in opened.members.items():
        write_durable(out / name, content)
    examined = Examination(opened.standing, opened.key_words, opened.manifest)
    proofs = (archive.MANIFEST, archive.SIGNATURE)
    files = tuple(out / name for name in archive.names_in(opened.members) if name not in proofs)
    return OpenedFiles(files, opened.key_words, examined.sentence())


def verify(path: Path, *, identity_file: Path | None = None, expected_words: str | None = None) -> Examination:
    """Check a package file or an opened folder as far as that is possible.

    Raises:
        MalformedError, BrokenSealError, VerificationError: it is not what it should be.
    """
    words = _words(expected_words)
    with _advising():
        if path.is_dir():
            return verify_folder(path, words)
        identity = None if identity_file is None else read_identity(identity_file)
        return verify_package(read_limited(path, 2 * archive.MOST_BYTES), words, identity=identity)


def read_identity(path: Path) -> str:
    """Return the age identity in a key file, as `age-keygen` writes it.

    Raises:
        UsageError: there is none in it.
    """
    for line in read_limited(path, _IDENTITY_LIMIT).decode("utf-8", errors="replace").splitlines():
        if line.startswith(_PREFIX):
            return line.strip()
    raise UsageError(
        Message("there is no age identity in this file"), next_step=Message("Name the file that `age-keygen` wrote.")
    )


@contextmanager
def _advising() -> Iterator[None]:
    """Give advice to somebody who got a package and need not have a vault."""
    try:
        yield
    except VerificationError as fault:
        if fault.next_step != fault.usual_step:
            raise
        raise type(fault)(fault.message, next_step=_ADVICE) from None


def _words(expected: str | None) -> tuple[str, ...] | None:
    return None if expected is None else tuple(expected.split())
