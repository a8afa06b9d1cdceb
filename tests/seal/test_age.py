import hashlib
from collections.abc import Iterator

import pyrage  # type: ignore[import-untyped]  # ships no types
import pytest

from tests.tables import each
from vault.errors import BrokenSealError, UsageError
from vault.seal.age import fingerprint, open_with, seal_for, seal_stream
from vault.seal.recovery import words_of
from vault.words.message import Message

IDENTITY = pyrage.x25519.Identity.generate()
RECIPIENT = str(IDENTITY.to_public())
OTHER = pyrage.x25519.Identity.generate()


def test_what_leaves_opens_for_its_recipient_only() -> None:
    sealed = seal_for(RECIPIENT, b"dossier")
    assert sealed.startswith(b"age-encryption.org/v1\n")
    assert open_with(str(IDENTITY), sealed) == b"dossier"
    with pytest.raises(BrokenSealError, match="age file does not open"):
        open_with(str(OTHER), sealed)


def test_an_altered_or_cut_age_file_is_refused() -> None:
    sealed = seal_for(RECIPIENT, b"dossier")
    for untrusted in (b"", b"no age file", sealed[:-1], sealed[:-1] + bytes((sealed[-1] ^ 1,)), sealed + b"\0"):
        with pytest.raises(BrokenSealError, match="age file does not open"):
            open_with(str(IDENTITY), untrusted)


@each(["", "age1", RECIPIENT[:-1], RECIPIENT + "q", "AGE-SECRET-KEY-1", "ssh-ed25519 AAAA", "undefined"])
def test_what_is_no_recipient_gets_neither_bytes_nor_fingerprint(text: str) -> None:
    with pytest.raises(UsageError, match="this is not an age recipient"):
        seal_for(text, b"dossier")
    with pytest.raises(UsageError, match="this is not an age recipient"):
        fingerprint(text)


@each(["", "AGE-SECRET-KEY-1", RECIPIENT])
def test_what_is_no_identity_opens_nothing_and_is_not_repeated(text: str) -> None:
    with pytest.raises(UsageError, match=r"^this is not an age identity$"):
        open_with(text, seal_for(RECIPIENT, b"dossier"))


def test_a_fingerprint_is_13_words_of_the_named_digest_of_the_recipient() -> None:
    digest = hashlib.sha256(b"casevault/age" + RECIPIENT.encode()).digest()
    assert fingerprint(RECIPIENT) == " ".join(words_of(digest))
    assert len(fingerprint(RECIPIENT).split()) == 13
    assert fingerprint(RECIPIENT) != fingerprint(str(OTHER.to_public()))


def test_what_reads_or_takes_a_sealed_stream_and_fails_is_heard_as_it_was_said() -> None:
    def no_room(_: bytes) -> None:
        raise OSError("no room")

    def torn() -> Iterator[bytes]:
        yield b"dossier"
        raise BrokenSealError(Message("the source is torn"))

    with pytest.raises(OSError, match="no room"):
        seal_stream(RECIPIENT, iter([b"dossier"]), no_room)
    taken = bytearray()
    with pytest.raises(BrokenSealError, match="the source is torn"):
        seal_stream(RECIPIENT, torn(), taken.extend)
    with pytest.raises(BrokenSealError, match="age file does not open"):
        open_with(str(IDENTITY), bytes(taken))
    with pytest.raises(Exception, match=r"."):  # of the library itself
        seal_stream(RECIPIENT, iter(["no bytes"]), taken.extend)  # type: ignore[list-item]  # no bytes, on purpose
