"""A founder and a supervisor at one computer: the app up to the moment when the second person has the terminal."""

from __future__ import annotations

import time
from pathlib import Path

from tests.services import colleague
from tests.services.consenting import agree
from tests.services.founded import Filled
from tests.tui.app_pane import AppPane
from vault.seal.age import make_identity, recipient_of
from vault.services.exports import partners

SECOND = colleague.NAME
SECOND_PASSPHRASE = colleague.PASSPHRASE.decode()
REASON = "legal ref"
SHOWN = "As the one who asks says:"


def seat_the_second(filled: Filled) -> None:
    """Admit the supervisor into the founder's folder, and keep a recipient."""
    with filled.open() as session:
        partners.add(session, name="Maître Lorvane", age_recipient=recipient_of(make_identity()), compared=True)
        agree(session, filled.cases[0], "Maître Lorvane")
        oren = colleague.admit(session)
    with oren.open(filled.place):
        pass


def approve(pane: AppPane) -> None:
    """Say yes, as the second person."""
    pane.keys("F4")
    pane.wait_for("Your reason")
    pane.type(REASON)
    pane.keys("Enter")
    pane.wait_for(f"Passphrase of {SECOND}")
    pane.type(SECOND_PASSPHRASE)
    pane.keys("Enter")


def to_the_second(pane: AppPane) -> Path:
    """Unlock, export the first case and approve its pages; return where the package goes.

    The second person has read the question, on a screen of their own.
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
    pane.wait_for("last word of the recipient")
    pane.type("Lorvane")
    pane.keys("Enter")
    pane.wait_for("Questions")
    pane.keys("a")  # what is proposed
    pane.wait_for("0 open")
    pane.keys("F4")
    pane.wait_for("read back from the finished file")
    while "read back from the finished file" in pane.screen():
        pane.keys("F4")  # what was not on the screen yet comes first
        time.sleep(0.3)
    pane.wait_for("Nothing is signed before F4.")
    while SHOWN not in pane.screen():
        pane.keys("PageDown")
        time.sleep(0.1)
    return out
