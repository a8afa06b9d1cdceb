"""Somebody leaves, in the app: an admin who reads no note orders the handover, the deputy comes in for his own work."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.services.founded import MEMBER
from tests.services.office import AMINA, JOEL, NADIA, Office
from tests.tui.still import press, type_in
from tests.walks.app_desk import AppDesk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.services.cases import cases, notes

pytestmark = [pytest.mark.screen, pytest.mark.slow]

BEFORE = "She waits for the answer of the court."
AFTER = "The court has answered."


async def _order_and_let_leave(desk: AppDesk, pilot: Pilot[None]) -> None:
    await desk.unlock(pilot)
    await press(pilot, "escape")  # the guide to recovery sheets
    # The manager orders it, and reads nothing before and after.
    assert "No case yet" in desk.words()
    await press(pilot, ":members")
    while f"> {AMINA}" not in desk.words():
        await press(pilot, "down")
    await press(pilot, "h", "n", "tab")
    while f"{NADIA} (" not in desk.words():
        await press(pilot, "right")
    await press(pilot, "tab")
    await type_in(pilot, "leaves on Friday")
    await press(pilot, "f4")
    assert f"The device of {JOEL}, the deputy, carries it out" in desk.words()
    await press(pilot, "enter")
    assert f"> {AMINA} {NADIA} leaves on Friday" in desk.words()
    await press(pilot, "escape", "x")
    assert f"Does {AMINA} leave for good?" in desk.words()
    await press(pilot, "y")
    assert "The member has left. 1 device revoked; 0 cases and sections got a new key." in desk.words()
    await press(pilot, "enter")
    assert AMINA not in desk.words()
    await press(pilot, "escape")
    assert "No case yet" in desk.words()


@pytest.mark.long
def test_a_leavers_cases_go_on_with_somebody_else(office: Office, tmp_path: Path) -> None:
    with office.open(office.amina) as amina:
        made = cases.create(amina, title="On her way", kind="asylum")
        notes.add(amina, made.case, Note(NoteKind.CONTACT, BEFORE))
    kept = office.copied_to(tmp_path / "kept by her")
    miras, aminas = AppDesk(office.place, MEMBER), AppDesk(office.place, AMINA)
    joels, nadias = AppDesk(office.place, JOEL), AppDesk(office.place, NADIA)

    async def way_in(pilot: Pilot[None]) -> None:
        await aminas.unlock(pilot, office.amina.passphrase)
        assert "! No key slot opens with this name and passphrase." in aminas.words()

    async def carry_out(pilot: Pilot[None]) -> None:
        await joels.unlock(pilot, office.joel.passphrase)
        # Nothing was asked of him: it happened behind his coming in.
        await press(pilot, ":noticed at unlock")
        assert "1 case was revoked from devices that left: new keys were made." in joels.words()
        assert f"1 case of {AMINA} went to {NADIA}, as ordered." in joels.words()

    async def go_on(pilot: Pilot[None]) -> None:
        await nadias.unlock(pilot, office.nadia.passphrase)
        await press(pilot, "enter")
        assert f"{made.ref} On her way" in nadias.words()
        assert BEFORE in nadias.words()
        assert AMINA in nadias.words(), "the old note says who wrote it"
        await press(pilot, "n")
        await type_in(pilot, AFTER)
        await press(pilot, "f4")
        assert "Notes 2" in nadias.words()
        assert NADIA in nadias.words()
        await press(pilot, "w")
        assert f"> {NADIA} (you) handover {JOEL} {JOEL} deputy" in nadias.words()
        assert AMINA not in nadias.words()

    miras.walk(partial(_order_and_let_leave, miras))
    aminas.walk(way_in)
    joels.walk(carry_out)
    nadias.walk(go_on)

    # Her seat is sealed no key of it any more: of what was written after, nor of what was wrapped anew.
    with office.open(office.nadia) as nadia, nadia.database.reading() as rows:
        wrapped_under = {one.epoch for one in rows.versions(made.case)}
        granted = set(rows.epochs_granted_to(office.amina.seat))
    with kept.open(office.amina) as amina:
        taken_along = set(amina.keyring.epochs_of(made.case))
    assert taken_along
    assert taken_along <= granted
    assert wrapped_under.isdisjoint(granted)
