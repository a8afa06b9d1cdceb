"""The terminal on loan: who has it, for how long, and what an app that ends says."""

from __future__ import annotations

import pytest
from textual.pilot import Pilot

from tests.tui.still import StillApp, settled, walk
from tui.shell.app import IDLE_MS, LENT_MS
from vault.errors import TryAgainError

pytestmark = pytest.mark.screen


async def _in_thread(pilot: Pilot[None], app: StillApp, found: list[object]) -> None:
    """Lend the terminal as a worker would, and note what came of it."""

    def lend() -> None:
        try:
            found.append(app.lend_terminal(lambda: ("answer", app._loan.is_out)))
        except TryAgainError as error:
            found.append(error.message)

    app.run_worker(lend, thread=True)
    await settled(pilot)


def test_it_is_lent_for_as_long_as_the_work_lasts() -> None:
    app, found = StillApp(), list[object]()

    async def steps(pilot: Pilot[None]) -> None:
        await _in_thread(pilot, app, found)
        assert not app._loan.is_out

    walk(app, steps)
    assert found == [("answer", True)]


def test_an_app_that_ends_asks_nobody() -> None:
    app, found = StillApp(), list[object]()

    async def steps(pilot: Pilot[None]) -> None:
        app._ending = True
        await _in_thread(pilot, app, found)

    walk(app, steps)
    assert found == ["the app is ending; nobody was asked"]


@pytest.mark.parametrize(("waited_ms", "code"), [(IDLE_MS, None), (LENT_MS - 1, None), (LENT_MS, 75)])
def test_a_second_person_has_as_long_as_their_approval_would_count(waited_ms: int, code: int | None) -> None:
    now = [0]
    app = StillApp(idle_clock_ms=lambda: now[0])

    async def steps(pilot: Pilot[None]) -> None:
        app._loan.is_out = True
        app._touched_ms = 0
        now[0] = waited_ms
        app._look_whether_idle()
        await settled(pilot)
        assert app.return_code == code

    walk(app, steps)
