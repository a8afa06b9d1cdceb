from __future__ import annotations

from hashlib import sha256
from itertools import permutations

from tests.tables import each
from vault.log.tree import bytes_digest, state_digest

_A, _B, _C = (bytes([letter]) * 32 for letter in b"abc")


def test_the_state_is_the_same_in_whatever_order_it_is_read() -> None:
    three, two = (3).to_bytes(8, "big") + _A + _B + _C, (2).to_bytes(8, "big") + _A + _B
    digests = {
        state_digest(leaves, versions) for leaves in permutations([_A, _B, _C]) for versions in permutations([_A, _B])
    }
    assert digests == {sha256(b"casevault/state/v1\x00" + three + two).digest()}


@each(
    {
        "an operation less": ([_A], [_C]),
        "a version less": ([_A, _B], []),
        "an operation twice": ([_A, _B, _B], [_C]),
        "an operation counted as a version": ([_A], [_B, _C]),
    }
)
def test_another_state_has_another_digest(leaves: list[bytes], versions: list[bytes]) -> None:
    assert state_digest(leaves, versions) != state_digest([_A, _B], [_C])


def test_a_file_has_one_digest_however_it_is_cut() -> None:
    assert bytes_digest([b"ab", b"", b"c"]) == bytes_digest([b"abc"]) == sha256(b"abc").digest()
