import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shamir_mnemonic import generate_mnemonics  # type: ignore[import-untyped]  # ships no types
from shamir_mnemonic.wordlist import WORDLIST  # type: ignore[import-untyped]  # ships no types

from tests.seal.places import KEY, OTHER_KEY
from tests.tables import each, refused
from vault.errors import MalformedError, RefusedError, VerificationError
from vault.seal.recovery import (
    combine,
    derive_recovery_seed,
    derive_root_seed,
    make_root_secret,
    recover,
    root_words,
    split,
    words_of,
)
from vault.seal.signing import public_key

WORDS = root_words(public_key(derive_root_seed(KEY)))
SHARES = split(KEY)


def test_root_and_recovery_come_from_the_one_secret_and_differ() -> None:
    assert len(derive_root_seed(KEY)) == 32
    assert len(derive_recovery_seed(KEY)) == 96
    assert derive_recovery_seed(KEY)[:32] != derive_root_seed(KEY)
    assert derive_root_seed(KEY) != derive_root_seed(OTHER_KEY)
    assert len({make_root_secret() for _ in range(100)}) == 100


def test_any_two_of_three_sheets_and_any_three_of_five_give_the_secret() -> None:
    for chosen in ((0, 1), (0, 2), (1, 2), (2, 0)):
        assert recover([SHARES[at] for at in chosen], WORDS) == KEY
    shares = split(KEY, 3, 5)
    assert recover([shares[4], shares[0], shares[2]], WORDS) == KEY
    assert recover(shares[:3], list(WORDS)) == KEY


OTHER_SHARES = split(OTHER_KEY)


@each(
    {
        "none": [],
        "one": SHARES[:1],
        "one twice": [SHARES[0], SHARES[0]],
        "of two sets": [SHARES[0], OTHER_SHARES[1]],
        "a word short": [SHARES[0], SHARES[1].rsplit(" ", 1)[0]],
        "a word more": [SHARES[0], SHARES[1] + " academic"],
        "no word of the list": [SHARES[0], "notaword " + SHARES[1].split(" ", 1)[1]],
        "empty": [SHARES[0], ""],
    }
)
def test_shares_that_do_not_fit_are_refused_without_repeating_them(shares: list[str]) -> None:
    with pytest.raises(VerificationError, match=f"these {len(shares)} shares do not fit together") as refusal:
        recover(shares, WORDS)
    assert "notaword" not in str(refusal.value)
    assert refusal.value.__cause__ is None
    assert refusal.value.__suppress_context__


@each([0, 3, 10, 32])
def test_one_mistyped_word_is_noticed(place: int) -> None:
    words = SHARES[1].split()
    words[place] = WORDLIST[(WORDLIST.index(words[place]) + 1) % 1024]
    with pytest.raises(VerificationError, match="shares do not fit together"):
        combine([SHARES[0], " ".join(words)])


def test_shares_and_words_that_do_not_belong_together_are_refused() -> None:
    others = {
        "shares of another vault": (OTHER_SHARES[:2], WORDS),
        "made with a SLIP-39 passphrase": (generate_mnemonics(1, [(2, 3)], KEY, b"a passphrase")[0][:2], WORDS),
        "no words": (SHARES[:2], ()),
        "too few words": (SHARES[:2], WORDS[:12]),
        "another word": (SHARES[:2], (*WORDS[:12], "academic")),
    }
    refused(VerificationError, "the shares give another root than the expected words", recover, others)


def test_shares_of_a_shorter_secret_are_refused() -> None:
    with pytest.raises(MalformedError, match="key has 16 bytes, not 32"):
        combine(generate_mnemonics(1, [(2, 3)], KEY[:16], b"")[0][:2])


@each([(1, 1), (1, 3), (3, 3), (2, 5), (5, 3)])
def test_other_shapes_of_sharing_are_refused(threshold: int, shares: int) -> None:
    with pytest.raises(RefusedError, match=f"not {threshold} of {shares}"):
        split(KEY, threshold, shares)


@each([b"", KEY[:16]])
def test_a_secret_of_another_length_is_refused(secret: bytes) -> None:
    uses = (split, derive_root_seed, derive_recovery_seed, root_words)
    refused(MalformedError, f"key has {len(secret)} bytes, not 32", lambda use: use(secret), uses)


@given(st.binary(min_size=32, max_size=32))
@settings(deadline=None)
def test_words_are_the_first_130_bits(digest: bytes) -> None:
    words = words_of(digest)
    bits = "".join(f"{WORDLIST.index(word):010b}" for word in words)
    assert len(words) == 13
    assert bits == "".join(f"{byte:08b}" for byte in digest)[:130]


@each([b"", bytes(16), bytes(31), bytes(33)])
def test_a_digest_that_is_empty_or_short_has_no_words(digest: bytes) -> None:
    with pytest.raises(MalformedError, match=f"digest has {len(digest)} bytes, not 32"):
        words_of(digest)
