"""What is typed into a form survives a lock, for who typed it alone, and goes when the form is kept or left."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from tests.tui.desk import Desk
from tests.tui.house import House
from vault.services.approvals import erasing
from vault.services.cases import cases
from vault.services.erasures import what_goes

pytestmark = pytest.mark.screen

FORMS = {
    "New person": (("enter", "p"), "names", "Farida Lolazor"),
    "Change case": (("enter", "m"), "title", " of two men"),
    "NEW CASE": (("ctrl+n",), "title", "Somebody at the airport"),
    "Task": (("enter", "t"), "what", "Call the interpreter"),
    "NEW SECTION": (("enter", "s", "n"), "title", "Where she is"),
    "Give the case": (("enter", "w", "g"), "until", "2150-12-24"),
    "Order a handover": (("f2", " members: invite", "enter", "h", "n"), "reason", "moves away"),
    "INVITE": (("f2", " members: invite", "enter", "i"), "out", "/media/stick/invitation"),
}
"""By the head of the form: the way there, a field, and what is typed into it."""


def _kept(house: House, name: str = "Amina") -> list[str]:
    with house.open(name) as session:
        return [draft.text for draft in session.drafts().list() if draft.kind == "form"]


def _type(desk: Desk, way: Sequence[str], field: str, typed: str) -> None:
    desk.press(*way)
    desk.go_to(field)
    desk.press("end", f" {typed}")


@pytest.mark.long_after(1)
@pytest.mark.parametrize("head", FORMS)
def test_a_lock_keeps_a_form_that_is_half_filled_in_and_brings_it_back(head: str, house: House) -> None:
    way, field, typed = FORMS[head]
    name = "Mira" if head in {"INVITE", "Order a handover"} else "Amina"
    with house.desk(name) as desk:
        _type(desk, way, field, typed)
        desk.press("ctrl+l")
    with house.desk(name) as desk:
        desk.at(head)
        desk.sees("Going on with what you typed at ")
        assert desk.value(field).endswith(typed)
        assert desk.focused() == field
        desk.press("escape")
        if desk.screen.query("#yes"):
            desk.press("y")
    assert _kept(house, name) == [], "left: it is gone"


def test_a_person_comes_back_with_all_that_was_chosen_and_typed_and_is_kept_once(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "p")
        amina.fill(names="Farida Lolazor", born="1988-05", phones="0555 010 101", address="through her aunt")
        amina.go_to("role")
        amina.until("relative", "right")
        amina.press("ctrl+backslash")
    with house.desk("Amina") as amina:
        amina.at("CASES")
        amina.press("f4")
        amina.sees("Go on with which draft?", f"{house.ref}  form: person")
        amina.press("enter")
        amina.at("New person")
        assert amina.focused() == "role"
        amina.sees("relative")
        assert (amina.value("born"), amina.value("phones")) == ("1988-05", "0555 010 101")
        amina.press("f4")
        amina.at(house.ref)
    with house.open("Amina") as session:
        persons = [person.value for person in cases.open_case(session, house.case).persons]
        assert session.drafts().list() == []
    (farida,) = [person for person in persons if person.names[0].text == "Farida Lolazor"]
    assert (farida.role.value, len(persons)) == ("relative", 3)


@pytest.mark.long
def test_a_form_is_kept_by_itself_within_two_seconds(house: House) -> None:
    with house.desk("Amina") as amina:
        _type(amina, *FORMS["New person"])
        amina.pause(1.5)
        kept = [form.typed for form in amina.gateway.writing.forms()]
        assert kept == [{"names": "Farida Lolazor"}]
        amina.clear("names")
        amina.pause(1.5)
        assert amina.gateway.writing.forms() == ()


def test_nobody_else_gets_what_was_typed(house: House) -> None:
    with house.desk("Amina") as amina:
        _type(amina, *FORMS["New person"])
        amina.press("ctrl+l")
    with house.desk("Joel") as joel:
        joel.at("CASES")
        joel.press("enter", "p")
        assert joel.value("names") == ""
        joel.sees_not("Going on with")
    assert _kept(house, "Joel") == []


def test_no_passphrase_is_ever_kept(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f2", " your access", "enter", "p")
        amina.press(" a secret of six words here now")
        amina.pause(1.5)
        amina.press("ctrl+l")
    with house.open("Amina") as session:
        assert [draft.text for draft in session.drafts().list() if "secret" in draft.text or draft.kind == "form"] == []


def test_who_is_erased_leaves_no_form_behind(house: House) -> None:
    with house.open("Amina") as session:
        person = cases.open_case(session, house.case).persons[1].record
    with house.desk("Amina") as amina:
        amina.press("enter", "2", "down", "enter", "enter")
        amina.fill(phones="0555 010 101")
        amina.press("ctrl+l")
    assert len(_kept(house)) == 1
    with house.open("Amina") as session:
        erasing.erase(session, what_goes.what_goes(session, person.hex()), why="mistake")
    assert _kept(house) == []
