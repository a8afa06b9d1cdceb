import pytest

from tests.seal.places import KEY, OTHER_KEY, flipped
from tests.tables import each, refused
from vault.errors import MalformedError, VerificationError
from vault.seal.signing import (
    is_signed_raw,
    key_and_signature,
    make_signing_seed,
    public_key,
    sign,
    sign_raw,
    verify,
    verify_raw,
)

PUBLIC = public_key(KEY)
SMALL_ORDER = {
    "order 1": "0100000000000000000000000000000000000000000000000000000000000000",
    "order 1, sign set": "0100000000000000000000000000000000000000000000000000000000000080",
    "order 2": "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "order 4": "0000000000000000000000000000000000000000000000000000000000000000",
    "order 8": "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "order 8, sign set": "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
    "0, not canonical": "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "1, not canonical": "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
}


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
    assert key_and_signature(KEY, b"note") == (PUBLIC, sign_raw(KEY, b"note"))


@each(
    {
        "another purpose": (PUBLIC, "genesis", b"root"),
        "another message": (PUBLIC, "roster", b"rooT"),
        "no message": (PUBLIC, "roster", b""),
        "another key": (public_key(OTHER_KEY), "roster", b"root"),
    }
)
def test_a_signature_holds_for_nothing_else(public: bytes, purpose: str, message: bytes) -> None:
    with pytest.raises(VerificationError, match=f"signature does not hold: key {public.hex()}"):
        verify(public, sign(KEY, "roster", b"root"), purpose, message)


def test_no_bit_of_a_signature_can_be_flipped_and_no_length_changed() -> None:
    signature = sign_raw(KEY, b"message")
    wrong = [flipped(signature, bit) for bit in range(512)]
    wrong += [signature[:size] for size in range(64)] + [signature + b"\0"]
    refused(VerificationError, "signature does not hold", verify_raw, [(PUBLIC, bad, b"message") for bad in wrong])
    assert not any(is_signed_raw(PUBLIC, bad, b"message") for bad in wrong)


@each(SMALL_ORDER)
def test_a_key_under_which_anything_verifies_is_no_key(public: str) -> None:
    # R = identity, s = 0: under the key of order 1 this holds for every message.
    universal = b"\x01" + bytes(63)
    with pytest.raises(VerificationError, match="is no key"):
        verify_raw(bytes.fromhex(public), universal, b"anything")


@each({"empty": b"", "short": PUBLIC[:31], "long": PUBLIC + b"\0"})
def test_a_public_key_of_another_length_is_refused(public: bytes) -> None:
    with pytest.raises(MalformedError, match=f"public key has {len(public)} bytes, not 32"):
        verify_raw(public, sign_raw(KEY, b"m"), b"m")
    assert not is_signed_raw(public, sign_raw(KEY, b"m"), b"m")


def test_a_purpose_is_a_word() -> None:
    purposes = ["", "Roster", "a/b", "a\0b", "-a", "ä", "a" * 32]
    refused(MalformedError, "a signing purpose is a word", lambda purpose: sign(KEY, purpose, b"m"), purposes)


def test_a_seed_of_another_length_is_refused() -> None:
    for seed in (b"", KEY[:31]):
        refused(
            MalformedError, "key has", lambda use, seed=seed: use(seed), [public_key, lambda seed: sign_raw(seed, b"m")]
        )


def test_seeds_are_random_and_a_signature_has_64_bytes() -> None:
    assert len({make_signing_seed() for _ in range(100)}) == 100
    assert len(sign_raw(KEY, b"message")) == 64
