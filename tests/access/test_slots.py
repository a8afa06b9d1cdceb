"""Which slot of a folder a new seat may take: one that nobody is known to have, drawn, and never the first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import cast

import pytest

from vault.access.slots import free_slot
from vault.errors import RefusedError
from vault.seal.purposes import Purpose
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow


@dataclass(frozen=True)
class Taken:
    """Stands for `Rows`: a seat for each of these slots."""

    numbers: Iterable[int]

    def locals_for(self, purpose: int) -> list[LocalRow]:
        assert purpose == Purpose.SLOT
        return [LocalRow(bytes([seat]) * 16, purpose, number, b"") for seat, number in enumerate(self.numbers)]


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        pytest.param([], 1, id="of a vault that nobody unlocked since slots are remembered"),
        pytest.param([0], 1, id="the founder's alone"),
        pytest.param([7, 1, 2], 3, id="those of others, as they were drawn"),
        pytest.param([2, 3], 1, id="others behind a free one"),
        pytest.param(range(31), 31, id="all but the last"),
    ],
)
def test_a_new_seat_gets_a_slot_that_nobody_has_and_never_the_first(taken: list[int], free: int) -> None:
    assert free_slot(cast("Rows", Taken(taken)), choose=min) == free


@pytest.mark.parametrize("taken", [range(32), range(1, 32)])
def test_a_folder_whose_slots_are_all_in_use_takes_nobody_more(taken: range) -> None:
    with pytest.raises(RefusedError, match=r"^this folder has slots for 32 seats, and all are in use$"):
        free_slot(cast("Rows", Taken(taken)))


def test_which_slot_a_new_seat_gets_is_drawn_from_all_that_are_free() -> None:
    offered: list[int] = []

    def last(free: Sequence[int]) -> int:
        offered.extend(free)
        return free[-1]

    assert free_slot(cast("Rows", Taken([2, 3])), choose=last) == 31
    assert offered == [number for number in range(1, 32) if number not in {2, 3}]
