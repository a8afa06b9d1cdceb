"""The app's way in: the passphrase, and what stands beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.english import in_english
from tests.services.founded import MEMBER, PASSPHRASE, Place
from tests.services.test_factors import HeldKey, given
from vault.errors import NotFoundError, WrongPassphraseError
from vault.services.credentials import entering
from vault.services.credentials.entering import unlock_with_factors


def test_a_keyfile_named_by_its_path_lets_in(founded: Place, tmp_path: Path) -> None:
    path = tmp_path / "stick.bin"
    with founded.open() as session:
        entering.add_keyfile(session, member=MEMBER, factors=given(), path=path)
    typed = bytearray(PASSPHRASE)
    unlock_with_factors(founded.path, MEMBER, typed, str(path), state=founded.state).close()
    assert typed == bytes(len(PASSPHRASE))


def test_a_security_key_lets_in_with_its_pin(founded: Place) -> None:
    with founded.open() as session:
        entering.add_security_key(session, member=MEMBER, factors=given(), provider=HeldKey())
    unlock_with_factors(
        founded.path, MEMBER, bytearray(PASSPHRASE), pin="1234", state=founded.state, key=HeldKey()
    ).close()


def test_what_is_no_keyfile_is_told_apart_after_the_attempt_alone(founded: Place, tmp_path: Path) -> None:
    (tmp_path / "letter").write_text("a letter")
    typed = bytearray(PASSPHRASE)
    with pytest.raises(WrongPassphraseError, match=r"^no key slot opens with this name and passphrase$") as refusal:
        unlock_with_factors(founded.path, MEMBER, typed, str(tmp_path / "letter"), state=founded.state)
    assert "is not a keyfile, or is damaged" in str(refusal.value.next_step)
    assert typed == bytes(len(PASSPHRASE))
    typed = bytearray(PASSPHRASE)
    with pytest.raises(NotFoundError, match="no file gone"):
        unlock_with_factors(founded.path, MEMBER, typed, str(tmp_path / "gone"), state=founded.state)
    assert typed == bytes(len(PASSPHRASE))
    with founded.open() as session:
        assert in_english(session.warnings) == ("1 failed attempt to open this vault since the last unlock.",)
