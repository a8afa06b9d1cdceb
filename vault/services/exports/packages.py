"""What the recipient does with a package: open it, or say how far it can be checked. Needs no vault."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vault.errors import RefusedError, UsageError, VerificationError
from vault.export import archive
from vault.export.page import looks_like_page
from vault.export.reader import (
    Examination,
    OpenedPackage,
    open_package,
    open_page_file,
    verify_folder,
    verify_package,
    verify_page,
)
from vault.export.release import file_digests
from vault.seal.age import recipient_of
from vault.seal.recovery import words_of
from vault.store.files import read_limited, write_durable
from vault.words.message import Message

_IDENTITY_LIMIT = 16 * 1024
_PREFIXES = ("AGE-SECRET-KEY-1", "AGE-SECRET-KEY-PQ-1")
_ADVICE = Message("Do not use it. Call the sender on a number that you know, and ask for a new package.")

ReadWords = Callable[[], str]
"""Asks for the words of a page: it is called of a page alone."""


@dataclass(frozen=True, slots=True)
class OpenedFiles:
    """Where the files to read are, beside those that prove them, and the words of the key that made the package."""

    files: tuple[Path, ...]
    key_words: tuple[str, ...]
    sentence: Message


def open_to(
    file: Path,
    *,
    out: Path,
    identity_file: Path | None = None,
    read_words: ReadWords = str,
    expected_words: str | None = None,
) -> OpenedFiles:
    """Open a package with the recipient's identity, or a page with its words, and write its files into a new folder.

    `verify` checks them there.

    Raises:
        MalformedError, BrokenSealError, VerificationError: the package is not what it should be; nothing is written.
        RefusedError: the folder holds something already.
        UsageError: no identity for a package that is sealed for a key, or one for a page.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise RefusedError(
            Message("there is something at {out} already", out=out), next_step=Message("Name a new folder.")
        )
    identity = None if identity_file is None else read_identity(identity_file)
    untrusted = read_limited(file, 2 * archive.MOST_BYTES)
    with _advising():
        opened = _unsealed(untrusted, identity, read_words, _words(expected_words))
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name, content in opened.members.items():
        write_durable(out / name, content)
    examined = Examination(opened.standing, opened.key_words, opened.manifest)
    proofs = (archive.MANIFEST, archive.SIGNATURE)
    files = tuple(out / name for name in archive.names_in(opened.members) if name not in proofs)
    return OpenedFiles(files, opened.key_words, examined.sentence())


def _unsealed(
    untrusted: bytes, identity: str | None, read_words: ReadWords, expected: Sequence[str] | None
) -> OpenedPackage:
    if looks_like_page(untrusted):
        _require_no_identity(identity)
        return open_page_file(untrusted, read_words(), expected_key_words=expected)
    if identity is None:
        verify_package(untrusted)  # of what is no package at all, no key is missing
        raise UsageError(
            Message("this package is sealed for a key"),
            next_step=Message("Add --identity KEYFILE, the file that `age-keygen` wrote."),
        )
    return open_package(untrusted, identity, expected_key_words=expected, age_recipient=recipient_of(identity))


def _require_no_identity(identity: str | None) -> None:
    if identity is not None:
        raise UsageError(
            Message("this is a page: words open it, and no key"), next_step=Message("Leave out --identity.")
        )


def verify(
    path: Path,
    *,
    identity_file: Path | None = None,
    read_words: ReadWords = str,
    expected_words: str | None = None,
    tell: Callable[[tuple[str, ...]], object] = tuple,
) -> Examination:
    """Check a package file, a page or an opened folder as far as that is possible.

    Where neither a key nor words of a page are at hand, that is its outer form alone. `tell` gets the 13 words of the
    file as it was read, of whatever file, before anything else is asked or refused.

    Raises:
        MalformedError, BrokenSealError, VerificationError: it is not what it should be.
        UsageError: an identity for a page.
    """
    words = _words(expected_words)
    with _advising():
        if path.is_dir():
            return verify_folder(path, words)
        untrusted = read_limited(path, 2 * archive.MOST_BYTES)
        tell(words_of(file_digests({path.name: untrusted})[path.name]))
        identity = None if identity_file is None else read_identity(identity_file)
        if looks_like_page(untrusted):
            _require_no_identity(identity)
            return verify_page(untrusted, words, words_of_page=read_words())
        return verify_package(untrusted, words, identity=identity)


def read_identity(path: Path) -> str:
    """Return the age identity in a key file, as `age-keygen` writes it.

    Raises:
        UsageError: there is none in it.
    """
    for line in read_limited(path, _IDENTITY_LIMIT).decode("utf-8", errors="replace").splitlines():
        if line.startswith(_PREFIXES):
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
