"""Which slot of this folder's `keys` file a new seat may take."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence

from vault.access.seat_keys.rekeying import slots_here
from vault.errors import RefusedError
from vault.seal.entrance.keyfile import SLOT_COUNT
from vault.store.rows import Rows
from vault.words.message import Message
from vault.words.next_step import NextStep

# The founder's. A vault that nobody unlocked since slots are remembered says so of no slot.
_FOUNDERS = 0


def free_slot(rows: Rows, choose: Callable[[Sequence[int]], int] = secrets.choice) -> int:
    """Return a number that no seat of this folder is known to have, drawn: its place tells not who came when.

    Never the first, which was the founder's in vaults of before.

    Raises:
        RefusedError: all are in use.
    """
    taken = {*slots_here(rows).values(), _FOUNDERS}
    free = [number for number in range(SLOT_COUNT) if number not in taken]
    if not free:
        raise RefusedError(
            Message("this folder has slots for {slot_count} seats, and all are in use", slot_count=SLOT_COUNT),
            next_step=Message(
                "Revoke the devices that nobody uses any more: {list_devices}.", list_devices=NextStep.LIST_DEVICES
            ),
        )
    return choose(free)
