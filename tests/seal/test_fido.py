"""A security key as a factor: it answers each vault in its own way, and only who knows its PIN."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from typing_extensions import override

from tests.seal.fake_key import FakeKey
from tests.seal.places import KEY, OTHER_KEY
from vault.errors import MalformedError, NotFoundError, RefusedError, TryAgainError, VaultError
from vault.seal.fido import SecurityKey
from vault.seal.prf import PrfProvider, fido2_salt


def held(*keys: FakeKey, pin: str = "1234") -> SecurityKey:
    return SecurityKey(lambda: pin, lambda: keys)


def test_a_key_answers_the_same_each_time_and_otherwise_for_another_vault() -> None:
    key = FakeKey()
    provider: PrfProvider = held(key)
    provider.enrol()
    secret = provider.secret(KEY)
    ((party, seed),) = key.credentials
    assert party == "casevault"
    assert secret == hmac.digest(seed, KEY, "sha256") == held(key).secret(KEY)
    assert provider.secret(OTHER_KEY) != secret


def test_a_key_that_serves_another_vault_keeps_its_credential() -> None:
    key = FakeKey()
    held(key).enrol()
    before = held(key).secret(KEY)
    held(key).enrol()
    assert held(key).secret(KEY) == before


def test_what_other_programs_keep_on_the_key_is_left_alone() -> None:
    key = FakeKey()
    key.credentials.append(("example.org", bytes(32)))
    held(key).enrol()
    assert [party for party, _ in key.credentials] == ["example.org", "casevault"]


def test_a_key_is_let_go_after_each_act() -> None:
    key = FakeKey()
    held(key).enrol()
    held(key).secret(KEY)
    with pytest.raises(TryAgainError):
        held(key, pin="0000").secret(KEY)
    assert key.closed == 3


def _mute() -> FakeKey:
    key = FakeKey()
    key.is_mute = True
    return key


@pytest.mark.parametrize(
    ("keys", "pin", "error", "words"),
    [
        pytest.param([], "1234", NotFoundError, "no security key is plugged in", id="none"),
        pytest.param([FakeKey(), FakeKey()], "1234", RefusedError, "more than one security key", id="two"),
        pytest.param([FakeKey()], "1234", NotFoundError, "was never added here", id="never added"),
        pytest.param([FakeKey()], "4321", TryAgainError, "the PIN of the security key is wrong", id="wrong PIN"),
        pytest.param([FakeKey(None)], "1234", RefusedError, "has no PIN", id="no PIN"),
        pytest.param([FakeKey(extensions=())], "1234", RefusedError, "cannot keep a secret", id="no extension"),
        pytest.param([FakeKey(keeps_credentials=False)], "1234", RefusedError, "cannot keep a secret", id="no place"),
        pytest.param([_mute()], "1234", TryAgainError, "did not answer", id="not touched"),
    ],
)
def test_what_a_key_does_not_do_is_said(keys: list[FakeKey], pin: str, error: type[VaultError], words: str) -> None:
    with pytest.raises(error, match=words) as refusal:
        held(*keys, pin=pin).secret(KEY)
    assert refusal.value.__cause__ is None
    assert pin not in str(refusal.value)


class _OldKey(FakeKey):
    """Speaks the protocol before FIDO2."""

    @property
    @override
    def capabilities(self) -> int:
        return 0


def _failing(command: int, answer: Exception | bytes) -> FakeKey:
    key = FakeKey()
    key.failing[command] = answer
    return key


_MAKE, _GET, _PIN = 1, 2, 6


@pytest.mark.parametrize(
    ("key", "error", "words"),
    [
        pytest.param(_OldKey(), RefusedError, "does not speak FIDO2", id="older than FIDO2"),
        pytest.param(_failing(_PIN, bytes([0x32])), RefusedError, "blocked after too many wrong PINs", id="blocked"),
        pytest.param(_failing(_MAKE, bytes([0x28])), RefusedError, "no room for another credential", id="full"),
        pytest.param(_failing(_GET, OSError("pulled out")), TryAgainError, "did not answer", id="pulled out"),
        pytest.param(_failing(_GET, b"\0\xff"), TryAgainError, "did not answer", id="answers nonsense"),
    ],
)
def test_what_goes_wrong_while_a_key_is_added_is_said(key: FakeKey, error: type[VaultError], words: str) -> None:
    with pytest.raises(error, match=words) as refusal:
        held(key).enrol()
    assert refusal.value.__cause__ is None
    assert refusal.value.advice


def test_a_key_that_keeps_no_secret_is_not_taken() -> None:
    key = FakeKey()
    key.withholding = {_MAKE}
    with pytest.raises(RefusedError, match="cannot keep a secret for us"):
        held(key).enrol()


def test_a_key_that_gives_no_secret_gives_no_key() -> None:
    key = FakeKey()
    held(key).enrol()
    key.withholding = {_GET}
    with pytest.raises(RefusedError, match="gave no secret"):
        held(key).secret(KEY)


def test_a_pin_is_not_tried_until_the_key_is_blocked() -> None:
    key = FakeKey()
    for _ in range(2):
        with pytest.raises(TryAgainError, match="PIN of the security key is wrong"):
            held(key, pin="0000").enrol()
    with pytest.raises(TryAgainError, match="plugged in anew"):
        held(key, pin="0000").enrol()
    assert (key.wrong_pins, key.credentials) == (3, [])


def test_devices_that_this_account_may_not_read_are_none() -> None:
    def refused() -> list[FakeKey]:
        raise PermissionError

    with pytest.raises(NotFoundError, match="no security key is plugged in"):
        SecurityKey(lambda: "1234", refused).enrol()


def test_the_salt_is_that_of_the_vault() -> None:
    assert fido2_salt(KEY) == hashlib.sha256(b"casevault/fido2" + KEY).digest()
    with pytest.raises(MalformedError, match="vault salt has 3 bytes"):
        fido2_salt(b"abc")
    with pytest.raises(MalformedError, match="salt has 3 bytes"):
        held(FakeKey()).secret(b"abc")
