"""Ids as people type them."""

from __future__ import annotations

import pytest

from tests.tables import each
from vault.errors import NotFoundError
from vault.services.projection.short_ids import ids_between, the_one_named, typed_id

_FIRST, _SECOND = bytes.fromhex("a1b2c3d4" + "00" * 12), bytes.fromhex("a1b2c3ff" + "00" * 12)


@each(
    [
        ("a1b2c3d4", _FIRST),
        (" A1B2C3D4 ", _FIRST),
        (_SECOND.hex(), _SECOND),
        ("a1b2c3e", None),
        ("", None),
        ("a1b", None),
        *((text, None) for text in ("a1b2%", "xyzw", "a1b2c3d4" * 5, "a1 b2")),
    ]
)
def test_a_beginning_names_the_one_id_that_has_it(text: str, found: bytes | None) -> None:
    assert the_one_named(typed_id(text), [_FIRST, _SECOND]) == found


def test_a_beginning_that_two_ids_share_asks_for_more() -> None:
    with pytest.raises(NotFoundError, match="2 ids begin"):
        the_one_named("a1b2c3", [_FIRST, _SECOND])


def test_an_odd_number_of_digits_bounds_the_ids_that_begin_so() -> None:
    first, last = ids_between("a1b2c")
    assert (first[:3].hex(), last[:3].hex(), len(first), len(last)) == ("a1b2c0", "a1b2cf", 16, 16)
