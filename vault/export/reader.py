"""The recipient's way back: every byte is somebody else's until signature and digests hold.

Even then the answer is never "valid": the signature tells which key made the package, and only a person who got the
13 words of that key by voice can tell whose key it is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from vault.errors import MalformedError, NotFoundError, VerificationError
from vault.export import archive
from vault.export.archive import MOST_MANIFEST_BYTES, Manifest, package_words, require_signature
from vault.export.page import sealed_in
from vault.export.release import Release
from vault.seal.age import fingerprint, open_with
from vault.seal.page_seal import open_page, page_recipient
from vault.seal.sizes import padme
from vault.store.files import read_limited
from vault.words.message import Message

_AGE_HEADER = re.compile(
    rb"age-encryption\.org/v1\n"
    rb"(?:-> [!-~ ]{1,1600}\n(?:[A-Za-z0-9+/]{64}\n){0,40}[A-Za-z0-9+/]{0,63}\n){1,8}"
    rb"--- [A-Za-z0-9+/]{43}\n"
)
_TO_SOMEBODY = re.compile(rb"^-> (?:X25519|mlkem768x25519) ", re.MULTILINE)
_CHUNK, _TAG, _NONCE = 64 * 1024, 16, 16


class ManifestStatus(StrEnum):
    """How far a package was checked."""

    OUTER_FORM = "outer-form"  # sealed; nobody looked inside
    COMPARE = "compare"  # signature and digests hold; the words of the key are still to be compared
    AS_EXPECTED = "as-expected"  # and they are the words that were given


@dataclass(frozen=True, slots=True)
class OpenedPackage:
    """What a package holds, made by a key that is known by its words only. `members` are its files by name."""

    manifest: Manifest
    key_words: tuple[str, ...]
    standing: ManifestStatus
    members: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Examination:
    """The result of `verify_package`, `verify_page` and `verify_folder`."""

    standing: ManifestStatus
    key_words: tuple[str, ...] = ()
    manifest: Manifest | None = None

    def sentence(self) -> Message:
        """Return the result in one sentence, which claims no more than was checked."""
        if self.standing is ManifestStatus.OUTER_FORM:
            return Message(
                "a sealed package of the right form; maker and content NOT CHECKED: that needs the recipient's key, or"
                " the words of a page"
            )
        words = " ".join(self.key_words)
        if self.standing is ManifestStatus.AS_EXPECTED:
            return Message(
                "unaltered, and made by the key of the words that you gave: {words}; {released}",
                words=words,
                released=self.released(),
            )
        return Message(
            "whole, and signed by the key with these words: {words}; NOT CHECKED whose key it is: compare these"
            " words with those that you heard by voice; {released}",
            words=words,
            released=self.released(),
        )

    def released(self) -> Message:
        """Return how the package was released, as far as it tells."""
        release = None if self.manifest is None else self.manifest.release
        return Message("its format does not tell who released it") if release is None else release.sentence()


def open_package(
    untrusted: bytes,
    identity: str,
    *,
    expected_key_words: Sequence[str] | None = None,
    age_recipient: str | None = None,
) -> OpenedPackage:
    """Open a package with the recipient's age identity and check signature and digests.

    A package that was signed for another than `age_recipient`, the reader's own key, is refused.

    Raises:
        MalformedError: not a package, or too large.
        BrokenSealError: altered, cut, or for another recipient.
        VerificationError: signature, digest or recipient do not hold, or another key made it.
    """
    _require_outer_form(untrusted)
    return _opened(archive.unpack(open_with(identity, untrusted)), expected_key_words, age_recipient)


def open_page_file(
    untrusted: bytes,
    words: str,
    *,
    record: bytes | None = None,
    package: bytes | None = None,
    expected_key_words: Sequence[str] | None = None,
) -> OpenedPackage:
    """Open a page with its words and check signature and digests; whoever knows them may say for whom and which it is.

    Raises:
        MalformedError: not a page. BrokenSealError: altered, or other words.
        VerificationError: signature or digest do not hold, or it was made for another recipient, or by another key.
    """
    opened = _opened(archive.unpack(open_page(words, sealed_in(untrusted))), expected_key_words, None)
    is_theirs = record is None or opened.manifest.recipient == page_recipient(record)
    if not is_theirs or package not in {None, opened.manifest.package}:
        raise VerificationError(Message("the page is not the package that it is said to be"))
    return opened


def verify_package(
    untrusted: bytes, expected_key_words: Sequence[str] | None = None, *, identity: str | None = None
) -> Examination:
    """Check a package as far as possible: without an identity, only that it has the outer form of one.

    Raises:
        UsageError, MalformedError, BrokenSealError, VerificationError: as `open_package`.
    """
    if identity is None:
        _require_outer_form(untrusted)
        return Examination(ManifestStatus.OUTER_FORM)
    return _examined(open_package(untrusted, identity, expected_key_words=expected_key_words))


def verify_page(
    untrusted: bytes, expected_key_words: Sequence[str] | None = None, *, words_of_page: str = ""
) -> Examination:
    """Check a page as far as possible: without its words, only that it has the outer form of one.

    Raises:
        MalformedError, BrokenSealError, VerificationError: as `open_page_file`.
    """
    if not words_of_page:
        sealed_in(untrusted)
        return Examination(ManifestStatus.OUTER_FORM)
    return _examined(open_page_file(untrusted, words_of_page, expected_key_words=expected_key_words))


def verify_folder(folder: Path, expected_key_words: Sequence[str] | None = None) -> Examination:
    """Check a folder that holds the files of an opened package and nothing else.

    Raises:
        MalformedError, NotFoundError, VerificationError: as `open_package`.
    """
    if not folder.is_dir():
        raise NotFoundError(Message("there is no such folder"), next_step=Message("Check the path."))
    names = {entry.name for entry in folder.iterdir()}
    if names != set(archive.names_in(names)):
        raise MalformedError(
            Message("the folder does not hold exactly {names}", names=", ".join(archive.MEMBERS)),
            next_step=Message("Name the folder that a package was opened to, with nothing else in it."),
        )
    contents = {name: read_limited(folder / name, archive.MOST_BYTES) for name in names}
    return _examined(_opened(contents, expected_key_words, None))


def _examined(opened: OpenedPackage) -> Examination:
    return Examination(opened.standing, opened.key_words, opened.manifest)


def _opened(
    contents: Mapping[str, bytes], expected_key_words: Sequence[str] | None, age_recipient: str | None
) -> OpenedPackage:
    encoded = contents[archive.MANIFEST]
    if len(encoded) > MOST_MANIFEST_BYTES:
        raise MalformedError(Message("the package's manifest is too long"))
    # The signature first: nothing of the manifest is even parsed before its bytes are the maker's.
    public = require_signature(encoded, contents[archive.SIGNATURE])
    manifest = Manifest.decode(encoded)
    proofs = (archive.MANIFEST, archive.SIGNATURE)
    manifest.require_files({name: content for name, content in contents.items() if name not in proofs})
    if age_recipient is not None and manifest.recipient != fingerprint(age_recipient):
        raise VerificationError(Message("the package was signed for another recipient and sealed again for this one"))
    if manifest.release is not None:
        _require_same_release(contents[archive.DATA], manifest.release)
    words = package_words(public)
    standing = ManifestStatus.COMPARE
    if expected_key_words is not None:
        if tuple(word.lower() for word in expected_key_words) != words:
            raise VerificationError(
                Message("the package was made by another key: {names}", names=" ".join(words)),
                next_step=Message(
                    "Do not use it. Call the sender on a number that you know, and read both lists of words to them."
                ),
            )
        standing = ManifestStatus.AS_EXPECTED
    return OpenedPackage(manifest, words, standing, contents)


def _require_same_release(data: bytes, release: Release) -> None:
    """Return if the report itself says the same: one of the two would else be nobody's word."""
    try:
        said = json.loads(data)
        agreed = said["release"] == release.rule and said.get("pages", "") == release.pages
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        agreed = False
    if not agreed:
        raise VerificationError(Message("report and manifest of the package contradict each other on who released it"))


def _require_outer_form(untrusted: bytes) -> None:
    if len(untrusted) > 2 * archive.MOST_BYTES:
        raise MalformedError(Message("the file is larger than any package"))
    header = _AGE_HEADER.match(untrusted)
    if header is None or len(_TO_SOMEBODY.findall(header[0])) != 1:
        raise MalformedError(Message("the file is not a sealed package"), next_step=Message("Check the path."))
    payload = len(untrusted) - header.end() - _NONCE
    chunks = -(-payload // (_CHUNK + _TAG))
    content = payload - chunks * _TAG
    if content < 2 or content != padme(content):
        raise MalformedError(Message("the sealed package does not have a size of its format: it was cut or extended"))
