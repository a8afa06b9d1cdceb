"""Whose word makes the key of a recipient good: never of who brought it in, never across a change."""

from __future__ import annotations

from tests.tables import each
from vault.casework.partner import KeyVersion, is_confirmed

EVE, BOB, ROOT = b"eve", b"bob", b"root"


def version(key: str, member: bytes | None, *parents: bytes, says: bool = False) -> KeyVersion:
    return KeyVersion(key, frozenset(parents), member, confirms=says, by_admin=member == ROOT)


OLD = {b"1": version("K", EVE), b"2": version("K", BOB, b"1", says=True)}
ROWS = {
    "nobody said so": ({b"1": version("K", EVE)}, b"1", False),
    "who brought it in said so": ({b"1": version("K", EVE, says=True)}, b"1", False),
    "who brought it in said so later": (
        {b"1": version("K", EVE), b"2": version("K", EVE, b"1", says=True)}, b"2", False),
    "an admin brought it in and said so": ({b"1": version("K", ROOT, says=True)}, b"1", True),
    "an admin brought it in and said nothing": ({b"1": version("K", ROOT)}, b"1", False),
    "another said so": (OLD, b"2", True),
    "another whom nobody knows said so": (
        {b"1": version("K", EVE), b"2": version("K", None, b"1", says=True)}, b"2", False),
    "the phone was changed since": ({**OLD, b"3": version("K", EVE, b"2")}, b"3", True),
    "another key since": ({**OLD, b"3": version("E", EVE, b"2", says=True)}, b"3", False),
    "another key, and an innocent change after it": (
        {**OLD, b"3": version("E", EVE, b"2"), b"4": version("E", BOB, b"3")}, b"4", False),
    "another key, confirmed by another": (
        {**OLD, b"3": version("E", EVE, b"2"), b"4": version("E", BOB, b"3", says=True)}, b"4", True),
    "the key before, brought back": (
        {**OLD, b"3": version("N", BOB, b"2"), b"4": version("K", EVE, b"3")}, b"4", False),
    "the key before, brought back as if it had never gone": (
        {**OLD, b"3": version("N", BOB, b"2"), b"4": version("K", EVE, b"3", b"2")}, b"4", False),
    "another key beside it": ({**OLD, b"3": version("E", EVE, b"1")}, b"2", False),
    "what was before is not here": ({b"2": version("K", BOB, b"1", says=True)}, b"2", False),
    "what it names as before is not here, another said so later": (
        {b"2": version("K", EVE, b"1"), b"3": version("K", BOB, b"2", says=True)}, b"3", True),
    "brought in twice, once by who says so": (
        {b"1": version("K", EVE), b"2": version("K", BOB), b"3": version("K", BOB, b"1", b"2", says=True)},
        b"3", False),
    "said so of one of two that were joined later": (
        {b"1": version("K", EVE), b"2": version("K", BOB, b"1", says=True), b"3": version("K", EVE),
         b"4": version("K", EVE, b"2", b"3")}, b"4", False),
    "a version that is not there": (OLD, b"9", False),
}  # fmt: skip


@each(ROWS)
def test_a_key_is_confirmed_by_another_than_who_brought_it_in_or_by_an_admin(
    versions: dict[bytes, KeyVersion], head: bytes, counts: bool
) -> None:
    assert is_confirmed(versions, head) is counts
