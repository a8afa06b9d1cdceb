"""A founder and a supervisor at one computer: the app up to the moment when the second person has the terminal."""

from __future__ import annotations

import time
from pathlib import Path

from tests.services import colleague
from tests.services.founded import Filled
from tests.tui.app_pane import AppPane
from tests.tui.terminals import wait_for
from vault.seal.age import make_identity, recipient_of
from vault.services.exports import partners

SECOND = colleague.NAME
SECOND_PASSPHRASE = colleague.PASSPHRASE.decode()
REASON = "legal-referral"
ASKED = "your reason to approve"
READ_ON = "-- Enter reads on --"


def seat_the_second(filled: Filled) -> None:
    """Admit the supervisor into the founder's folder, and keep a recipient."""
    with filled.open() as session:
        partners.add(session, name="Maître Lorvane", age_recipient=recipient_of(make_identity()), compared=True)
        oren = colleague.admit(session)
    with oren.open(filled.place):
        pass


def to_the_second(pane: AppPane) -> Path:
    """Unlock, export the first case and approve its pages; return where the package goes.

    The second person is asked next, at the bare terminal.
    """
    out = pane.folder / "out"
    out.mkdir()
    pane.unlock()
    pane.open_first_case()
    pane.keys("e")
    pane.wait_for(f"{SECOND}, supervisor")
    pane.type(str(out))
    pane.wait_for(str(out))
    pane.keys("F4")
    pane.wait_for("Questions")
    pane.keys("a")  # what is proposed
    pane.wait_for("0 open")
    pane.keys("F4")
    pane.wait_for("read back from the finished file")
    while "read back from the finished file" in pane.screen():
        pane.keys("F4")  # what was not on the screen yet comes first
        time.sleep(0.3)
    pane.wait_for("read this before you approve it")
    while ASKED not in pane.screen():
        pages = pane.everything().count(READ_ON)
        pane.keys("Enter")
        _wait_for_page(pane, pages + 1)
    return out


def _wait_for_page(pane: AppPane, number: int) -> None:
    wait_for("the next page", lambda: ASKED in pane.screen() or pane.everything().count(READ_ON) >= number)
