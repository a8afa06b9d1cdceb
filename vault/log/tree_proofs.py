"""The proof of RFC 6962 that an older tree of one log is a prefix of its newer one."""

from __future__ import annotations

from collections.abc import Sequence

from vault.errors import VerificationError
from vault.log.tree import EMPTY_ROOT, Subtree, node_hash, require_hashes, split_at
from vault.words.message import Message


def consistency_proof(old_size: int, new_size: int, subtree: Subtree) -> list[bytes]:
    """Return the RFC 6962 proof that the tree of `old_size` is a prefix of that of `new_size`; empty from 0."""
    if not 0 <= old_size <= new_size:
        raise VerificationError(
            Message(
                "a tree of {old_size} entries is no prefix of one of {new_size}", old_size=old_size, new_size=new_size
            )
        )
    if old_size == 0:
        return []
    path = []
    start, stop = 0, new_size
    while stop != old_size:
        middle = start + split_at(stop - start)
        if old_size <= middle:
            path.append(subtree(middle, stop))
            stop = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    if start:
        path.append(subtree(start, stop))
    return path[::-1]


def verify_consistency(old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of `old_root` is a prefix of that of `new_root` (RFC 9162, 2.1.4.2).

    Size 0 is a special case: its root is fixed and its proof empty, and then it is a prefix of everything.

    Raises:
        VerificationError: it is not, or the proof is not exactly that of these sizes.
    """
    require_hashes([old_root, *proof])
    if not 0 <= old_size <= new_size:
        raise VerificationError(
            Message(
                "a tree of {old_size} entries is no prefix of one of {new_size}", old_size=old_size, new_size=new_size
            )
        )
    if old_size in (0, new_size):
        if proof:
            raise VerificationError(Message("the consistency proof is too long"))
        if old_root != (EMPTY_ROOT if old_size == 0 else new_root):
            raise VerificationError(Message("two different roots for {old_size} entries", old_size=old_size))
        return
    _climb(old_size, new_size, list(proof), old_root, new_root)


def _climb(old_size: int, new_size: int, proof: list[bytes], old_root: bytes, new_root: bytes) -> None:
    # Where the old tree is complete, its root is itself the first node, and the proof leaves it out.
    path = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    if not path:
        raise VerificationError(Message("the consistency proof is too short"))
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place >>= 1
        last >>= 1
    old_node = new_node = path[0]
    for sibling in path[1:]:
        if last == 0:
            raise VerificationError(Message("the consistency proof is too long"))
        if place & 1 or place == last:
            old_node, new_node = node_hash(sibling, old_node), node_hash(sibling, new_node)
            while not place & 1:
                place >>= 1
                last >>= 1
        else:
            new_node = node_hash(new_node, sibling)
        place >>= 1
        last >>= 1
    if last != 0:
        raise VerificationError(Message("the consistency proof is too short"))
    if old_node != old_root or new_node != new_root:
        raise VerificationError(
            Message(
                "the first {old_size} of {new_size} entries are not those signed before",
                old_size=old_size,
                new_size=new_size,
            )
        )
