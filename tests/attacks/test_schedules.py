"""Weeks drawn by chance on two to five real vaults, one member hostile: nobody else's acts fail, and the end is one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.attacks.scheduling import run
from tests.services.organisation import Organisation

_STEPS = 14
_BATCH = 20


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1))
def test_a_hostile_member_stops_nobody_can_be_ended_and_reads_nothing_after(
    organisation_template: Organisation, tmp_path: Path, seed: int
) -> None:
    run(seed, organisation_template, tmp_path / "week", _STEPS)


@pytest.mark.long
@pytest.mark.parametrize("batch", range(15))
def test_three_hundred_weeks(organisation_template: Organisation, tmp_path: Path, batch: int) -> None:
    for seed in range(1000 + batch * _BATCH, 1000 + (batch + 1) * _BATCH):
        run(seed, organisation_template, tmp_path / f"week {seed}", _STEPS)
