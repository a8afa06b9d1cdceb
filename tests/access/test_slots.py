"""Which slot of a folder a new seat may take: one that nobody is known to have, drawn, and never the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest

from vault.access.seat_keys.rekeying import free_slot
from vault.errors import RefusedError
from vault.seal.purposes import Purpose
from vault.store.rowtypes import LocalRow
from vault.store.schema import open_in_memory


def free(taken: Iterable[int], choose: Callable[[Sequence[int]], int] = min) -> int:
    """Return the slot of a new seat where others have these."""
    with open_in_memory().transaction() as rows:
        for seat, number in enumerate(taken):
            rows.put_local(LocalRow(bytes([seat]) * 16, Purpose.SLOT, number, b""))
        return free_slot(rows, choose=choose)


def test_a_new_seat_gets_a_slot_that_nobody_has_and_never_the_first() -> None:
    assert free([]) == 1  # of a vault that nobody unlocked since slots are remembered
    assert free([0]) == 1
    assert free([7, 1, 2]) == 3
    assert free([2, 3]) == 1
    assert free(range(31)) == 31
    for taken in (range(32), range(1, 32)):
        with pytest.raises(RefusedError, match=r"^this folder has room for 32 devices, and all of it is in use$"):
            free(taken)


def test_which_slot_a_new_seat_gets_is_drawn_from_all_that_are_free() -> None:
    offered: list[int] = []

    def last(numbers: Sequence[int]) -> int:
        offered.extend(numbers)
        return numbers[-1]

    assert free([2, 3], choose=last) == 31
    assert offered == [number for number in range(1, 32) if number not in {2, 3}]
