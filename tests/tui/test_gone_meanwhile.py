"""What a colleague erased while somebody looked at its list: it is said, nothing opens, and no key does harm."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.services.test_papers import add, paper
from tests.tui.desk import Desk
from tests.tui.house import House
from vault.acts.act import Agreed
from vault.acts.erase import ERASE
from vault.ids import RecordId
from vault.services.approvals import erasing
from vault.services.cases import cases, sections
from vault.services.erasures import what_goes

pytestmark = pytest.mark.screen


def _erase(desk: Desk, what: str) -> None:
    """Erase it below the screen, as a bundle of a colleague does."""
    acting, said = desk.gateway.acting, {"ids": (what,), "reason": ("mistake",)}
    desk.call(lambda: acting.carry_out(ERASE, said, acting.look(ERASE, said), Agreed()))


def _sana(house: House) -> RecordId:
    with house.open("Amina") as session:
        return cases.open_case(session, house.case).persons[1].record


def _nothing_opens(desk: Desk, keys: Sequence[str]) -> None:
    there = list(desk.app.screen_stack)
    for key in keys:
        desk.press(key)
        assert desk.app.screen_stack == there, key


def test_a_person_who_is_gone_opens_nothing_by_any_key(house: House) -> None:
    sana = _sana(house)
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "down")
        amina.sees("Sana Torgaeva")
        _erase(amina, sana.hex())
        amina.press("enter")
        amina.sees("! There is no such record among yours.")
        _nothing_opens(amina, ("enter", "plus", "j", "v", "2", "1", "f5", ":erase this person", ":own data"))
        amina.press("escape")
        amina.at(house.ref)
        amina.press("f5")
        amina.sees_not("Sana Torgaeva")


def test_a_paper_that_is_gone_opens_nothing_by_any_key(house: House, tmp_path: Path) -> None:
    with house.open("Amina") as session:
        scan = add(session, house.case, paper(tmp_path, 900))
    with house.desk("Amina") as amina:
        amina.press("enter", "3")
        _erase(amina, scan.record.hex())
        amina.press("enter")
        amina.sees("! There is no such document in this case.")
        _nothing_opens(amina, ("enter", "plus", "s", "v", "p", "x", "f5"))
        amina.press("escape")


def test_a_form_of_a_person_who_is_gone_is_not_opened_again_after_a_lock(house: House) -> None:
    sana = _sana(house)
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "down", "enter", "enter")
        amina.fill(phones="0555 010 101")
        amina.press("ctrl+l")
    with house.open("Amina") as session:
        erasing.erase(session, what_goes.what_goes(session, sana.hex()), why="mistake")
    with house.desk("Amina") as amina:
        amina.at(house.ref)
        amina.sees_not("0555 010 101")


def test_a_section_that_is_gone_opens_nothing_by_any_key(house: House) -> None:
    with house.open("Amina") as session:
        section = sections.create(session, house.case, what="health", title="Clinic")
    with house.desk("Amina") as amina:
        amina.press("enter", "s")
        amina.sees("Clinic")
        _erase(amina, section.hex())
        amina.press("enter")
        amina.sees("! You have no section with this id.")
        _nothing_opens(amina, ("enter", ":erase a note", "f5"))
        amina.press("escape")
