"""A security key as a factor: it answers each vault in its own way, and only who knows its PIN."""

from __future__ import annotations

import hashlib
import hmac

import pytest
from typing_extensions import override

from tests.seal.fake_key import FakeKey
from tests.seal.places import KEY, OTHER_KEY
from tests.tables import each
from vault.errors import MalformedError, NotFoundError, RefusedError, TryAgainError, VaultError
from vault.seal.entrance.device_secret import PrfProvider, fido2_salt
from vault.seal.entrance.fido import SecurityKey


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


class _OldKey(FakeKey):
    """Speaks the protocol before FIDO2."""

    @property
    @override
    def capabilities(self) -> int:
        return 0


_MAKE, _GET, _PIN = 1, 2, 6


def _failing(*, mute: bool = False, withholding: int = 0, **answers: Exception | bytes) -> FakeKey:
    key = FakeKey()
    key.is_mute, key.withholding = mute, {withholding}
    key.failing = {{"make": _MAKE, "get": _GET, "pin": _PIN}[name]: answer for name, answer in answers.items()}
    return key


@each(
    {
        "none": ([], NotFoundError, "no security key is plugged in"),
        "two": ([FakeKey(), FakeKey()], RefusedError, "more than one security key"),
        "another PIN": ([FakeKey("4321")], TryAgainError, "the PIN of the security key is wrong"),
        "no PIN": ([FakeKey(None)], RefusedError, "has no PIN"),
        "no extension": ([FakeKey(extensions=())], RefusedError, "does not support the secret"),
        "no place": ([FakeKey(keeps_credentials=False)], RefusedError, "does not support the secret"),
        "not touched": ([_failing(mute=True)], TryAgainError, "did not answer"),
        "older than FIDO2": ([_OldKey()], RefusedError, "does not speak FIDO2"),
        "blocked": ([_failing(pin=bytes([0x32]))], RefusedError, "blocked after too many wrong PINs"),
        "pulled out": ([_failing(get=OSError("pulled out"))], TryAgainError, "did not answer"),
        "answers nonsense": ([_failing(get=b"\0\xff")], TryAgainError, "did not answer"),
    }
)
def test_what_a_key_does_not_do_is_said(keys: list[FakeKey], error: type[VaultError], words: str) -> None:
    for act in (held(*keys).enrol, lambda: held(*keys).secret(KEY)):
        with pytest.raises(error, match=words) as refusal:
            act()
        assert refusal.value.__cause__ is None
        assert str(refusal.value.next_step)
        assert "1234" not in str(refusal.value)


def test_a_key_is_added_where_it_keeps_and_gives_a_secret() -> None:
    key = FakeKey()
    with pytest.raises(NotFoundError, match="was never added here"):
        held(key).secret(KEY)
    for lacking, words in (
        (_failing(make=bytes([0x28])), "no room for another credential"),
        (_failing(withholding=_MAKE), "does not support the secret"),
    ):
        with pytest.raises(RefusedError, match=words):
            held(lacking).enrol()
    held(key).enrol()
    key.withholding = {_GET}
    with pytest.raises(RefusedError, match="gave no secret"):
        held(key).secret(KEY)


def test_a_pin_is_not_tried_until_the_key_is_blocked() -> None:
    key = FakeKey()
    for _ in range(2):
        with pytest.raises(TryAgainError, match="PIN of the security key is wrong"):
            held(key, pin="0000").enrol()
    with pytest.raises(TryAgainError, match="plugged in again"):
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
