import pytest

from tests.seal.places import KEY, OTHER_KEY, flipped
from vault.errors import MalformedError, VerificationError
from vault.seal.signing import (
    SIGNATURE_SIZE,
    is_signed_raw,
    make_signing_seed,
    public_key,
    sign,
    sign_raw,
    verify,
    verify_raw,
)

PUBLIC = public_key(KEY)
SMALL_ORDER = [
    pytest.param("0100000000000000000000000000000000000000000000000000000000000000", id="order 1"),
    pytest.param("0100000000000000000000000000000000000000000000000000000000000080", id="order 1, sign set"),
    pytest.param("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", id="order 2"),
    pytest.param("0000000000000000000000000000000000000000000000000000000000000000", id="order 4"),
    pytest.param("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05", id="order 8"),
    pytest.param("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa", id="order 8, sign set"),
    pytest.param("edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", id="0, not canonical"),
    pytest.param("eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f", id="1, not canonical"),
]


def test_signing_follows_rfc_8032() -> None:
    # RFC 8032 7.1, test 2.
    seed = bytes.fromhex("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb")
    assert public_key(seed).hex() == "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"
    signature = sign_raw(seed, b"\x72")
    assert signature.hex() == (
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
        "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
    )


def test_a_signature_covers_purpose_and_message() -> None:
    assert sign(KEY, "roster", b"root") == sign_raw(KEY, b"casevault/roster/v1\0root")
    verify(PUBLIC, sign(KEY, "roster", b"root"), "roster", b"root")
    verify_raw(PUBLIC, sign_raw(KEY, b"note"), b"note")
    assert is_signed_raw(PUBLIC, sign_raw(KEY, b"note"), b"note")


@pytest.mark.parametrize(
    ("public", "purpose", "message"),
    [
        pytest.param(PUBLIC, "genesis", b"root", id="another purpose"),
        pytest.param(PUBLIC, "roster", b"rooT", id="another message"),
        pytest.param(PUBLIC, "roster", b"", id="no message"),
        pytest.param(public_key(OTHER_KEY), "roster", b"root", id="another key"),
    ],
)
def test_a_signature_holds_for_nothing_else(public: bytes, purpose: str, message: bytes) -> None:
    with pytest.raises(VerificationError, match=f"signature does not hold: key {public.hex()}"):
        verify(public, sign(KEY, "roster", b"root"), purpose, message)


def test_no_bit_of_a_signature_can_be_flipped_and_no_length_changed() -> None:
    signature = sign_raw(KEY, b"message")
    wrong = [flipped(signature, bit) for bit in range(512)]
    wrong += [signature[:size] for size in range(64)] + [signature + b"\0"]
    for one in wrong:
        with pytest.raises(VerificationError, match="signature does not hold"):
            verify_raw(PUBLIC, one, b"message")
        assert not is_signed_raw(PUBLIC, one, b"message")


@pytest.mark.parametrize("public", SMALL_ORDER)
def test_a_key_under_which_anything_verifies_is_no_key(public: str) -> None:
    # R = identity, s = 0: under the key of order 1 this holds for every message.
    universal = b"\x01" + bytes(63)
    with pytest.raises(VerificationError, match="is no key"):
        verify_raw(bytes.fromhex(public), universal, b"anything")


@pytest.mark.parametrize("public", [b"", PUBLIC[:31], PUBLIC + b"\0"], ids=["empty", "short", "long"])
def test_a_public_key_of_another_length_is_refused(public: bytes) -> None:
    with pytest.raises(MalformedError, match=f"public key has {len(public)} bytes, not 32"):
        verify_raw(public, sign_raw(KEY, b"m"), b"m")
    assert not is_signed_raw(public, sign_raw(KEY, b"m"), b"m")


@pytest.mark.parametrize("purpose", ["", "Roster", "a/b", "a\0b", "-a", "ä", "a" * 32])
def test_a_purpose_is_a_word(purpose: str) -> None:
    with pytest.raises(MalformedError, match="a signing purpose is a word"):
        sign(KEY, purpose, b"m")


@pytest.mark.parametrize("seed", [b"", KEY[:31]], ids=["empty", "short"])
def test_a_seed_of_another_length_is_refused(seed: bytes) -> None:
    with pytest.raises(MalformedError, match="key has"):
        sign_raw(seed, b"m")
    with pytest.raises(MalformedError, match="key has"):
        public_key(seed)


def test_seeds_are_random() -> None:
    assert len({make_signing_seed() for _ in range(100)}) == 100


def test_a_signature_has_64_bytes() -> None:
    assert SIGNATURE_SIZE == len(sign_raw(KEY, b"message")) == 64
