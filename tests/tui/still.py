"""A gateway that holds still: invented people, fixed ids and times, so that a picture of a screen stays the same."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from textual import events
from textual.app import App
from textual.pilot import Pilot
from textual.screen import Screen
from typing_extensions import override

from tests.tui.driving import press_key, settled, shown
from tests.tui.stills.access import StillSections, StillSharing
from tests.tui.stills.approvals import StillApprovals
from tests.tui.stills.casework import StillCasework
from tests.tui.stills.devices import StillDevices
from tests.tui.stills.door import HOUR_MS, NOW_MS, StillDoor
from tests.tui.stills.evidence import StillEvidence
from tests.tui.stills.exchange import StillExchange
from tests.tui.stills.finding import StillFinding
from tests.tui.stills.members import StillHandovers, StillMembers, StillProposals
from tests.tui.stills.own import StillOwnAccess
from tests.tui.stills.recovery import StillRecovery
from tests.tui.stills.referral import StillReferral
from tests.tui.stills.writing import StillWriting
from tui.gateway import Gateway
from tui.gateway.subject import Subject
from tui.shell.app import CaseVaultApp
from tui.shell.start import Start
from tui.values.values import Spot, VaultStatus
from vault.errors import WrongPassphraseError
from vault.words.message import Message

_SUBJECTS: dict[str, type[Subject]] = {
    "casework": StillCasework,
    "writing": StillWriting,
    "finding": StillFinding,
    "evidence": StillEvidence,
    "referral": StillReferral,
    "own": StillOwnAccess,
    "recovery": StillRecovery,
    "exchange": StillExchange,
    "approvals": StillApprovals,
    "members": StillMembers,
    "proposals": StillProposals,
    "handovers": StillHandovers,
    "devices": StillDevices,
    "sharing": StillSharing,
    "sections": StillSections,
}


class StillGateway(Gateway):
    """Answers with what the still subjects say; nothing is kept but what a test looks for in `done`.

    Args:
        instead: subjects that behave otherwise in a test, such as a subclass of StillCasework.
    """

    def __init__(self, *instead: type[Subject]) -> None:
        super().__init__(Path("/nowhere/field-03.vault"))
        self._still = StillDoor()
        self.alarms: tuple[str, ...] = ()
        for name, kind in _SUBJECTS.items():
            chosen = next((one for one in instead if issubclass(one, kind)), kind)
            setattr(self, name, chosen(self._still))

    @property
    def done(self) -> list[tuple[Any, ...]]:
        """What was asked for."""
        return self._still.done

    def remember(self, spot: Spot) -> None:
        """Stand, after unlocking, where somebody was."""
        self._still.spot = spot

    @override
    def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
        right = passphrase == b"seven paper lanterns"
        passphrase[:] = bytes(len(passphrase))
        self.done.append(("unlock", member))
        if not right:
            raise WrongPassphraseError(Message("no key slot opens with this name and passphrase"))

    @override
    def close(self) -> None:
        self.done.append(("close",))

    @override
    def status(self) -> VaultStatus:
        lacks = ("no auditor who does nothing else", "no recovery sheets")
        return VaultStatus(
            "Amina", NOW_MS - 26 * HOUR_MS, self.alarms, lacks, len(self._still.drafts_kept), frozenset({"case.create"})
        )


class StillApp(CaseVaultApp):
    """The app over a still gateway, which may be photographed: only tests can do that."""

    @override
    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:  # type: ignore[override]  # the safe app refuses
        svg = App.export_screenshot(self, title=title, simplify=simplify)
        return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # they name an address

    def __init__(self, gateway: StillGateway | None = None, *, member: str | None = "Amina", **options: Any) -> None:
        self.still = gateway or StillGateway()
        start = Start(Path("/nowhere/field-03.vault"), member)
        super().__init__(start, open_gateway=lambda _: self.still, clock_ms=lambda: NOW_MS, **options)


__all__ = ["settled"]

Steps = Callable[[Pilot[None]], Awaitable[None]]


async def press(pilot: Pilot[None], *keys: str) -> None:
    """Press these keys one after the other, and let each take effect; `:words` is F2, these words, and Enter."""
    for key in keys:
        if len(key) > 1 and key.startswith(":"):
            await press(pilot, "f2")
            await type_in(pilot, key[1:])
            await press(pilot, "enter")
        else:
            await press_key(pilot, key)


async def type_in(pilot: Pilot[None], text: str) -> None:
    """Put a text into what has the focus, as a paste: letter by letter takes its time."""
    pilot.app.post_message(events.Paste(text))
    await settled(pilot)


async def wait_for_screen(pilot: Pilot[None], kind: type[Screen[Any]]) -> None:
    """Wait until a worker that itself waits for a person has brought this screen, and it is painted."""
    for _ in range(500):
        if isinstance(pilot.app.screen, kind) and words_on(pilot):
            await pilot.pause()
            return
        await pilot.pause(0.02)
    raise AssertionError(f"no painted {kind.__name__} came")


async def unlock(pilot: Pilot[None]) -> None:
    """Go through the first screen."""
    await settled(pilot)
    await type_in(pilot, "seven paper lanterns")
    await press(pilot, "enter")


def walk(app: StillApp, steps: Steps, *, size: tuple[int, int] = (80, 24)) -> None:
    """Unlock the app and take these steps in it."""

    async def session() -> None:
        async with app.run_test(size=size) as pilot:
            try:
                await unlock(pilot)
                await steps(pilot)
            finally:
                app._ending = True  # or a long act would hold up the end of a test that failed

    asyncio.run(session())


def words_on(pilot: Pilot[None]) -> str:
    """Return the words on the screen, without the frames around them and however they are broken into lines."""
    return " ".join(shown(pilot.app).replace("│", " ").split())


def acts_of(app: StillApp, what: str) -> list[tuple[Any, ...]]:
    """Return what the app asked its gateway to do, of this kind."""
    return [one for one in app.still.done if one[0] == what]


def stands_on(app: StillApp, kind: type[Screen[Any]]) -> None:
    """Assert which screen is on top."""
    assert isinstance(app.screen, kind)


async def go_to(pilot: Pilot[None], name: str) -> None:
    """Give the focus to a field."""
    pilot.app.screen.query_one(f"#{name}").focus()
    await pilot.pause()
