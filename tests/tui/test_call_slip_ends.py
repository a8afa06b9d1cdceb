"""The call slip at its edges: thrown away, saved again after a fault, opened twice, over dialogs, where none can be."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.colleague import admit
from tests.tui.desk import Desk
from tests.tui.house import CLIENT, DANA, House
from tui.gateway.search_and_calls import Intake
from vault.casework.person import ContactChange, Person, PersonName, SafeContact, contact_made
from vault.casework.script import Script
from vault.casework.vocabulary import Channel, PersonRole
from vault.errors import TryAgainError
from vault.policy.roles import Role
from vault.services.cases import case_people, cases, intake
from vault.words.message import Message

pytestmark = pytest.mark.screen


def _texts(house: House) -> list[str]:
    with house.open("Amina") as session:
        return [line.stored.value.text for line in intake.list_open(session)]


def _put_away(house: House) -> list[str]:
    with house.open("Amina") as amina:
        return [draft.text for draft in amina.drafts().list() if draft.kind == "slip"]


def _full(*_: Any) -> None:
    raise TryAgainError(Message("no room on the disk"))


def test_a_slip_is_thrown_away_after_a_yes_and_not_before(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", " Two men asked.", ":throw away")
        amina.sees("Throw this call slip away?", "What was typed is gone for good.")
        amina.press("escape")
        assert amina.value("said") == "Two men asked."
        amina.press(":throw away", "y")
        amina.at("Cases")
        amina.press("f9")
        assert amina.value("said") == ""
        amina.press("escape")
    assert (_texts(house), _put_away(house)) == ([], [])


def test_a_full_disk_costs_no_word_and_that_there_is_room_again_is_said(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.desk("Amina") as amina:
        with monkeypatch.context() as patched:
            patched.setattr(Intake, "save", _full)
            amina.press("f9", " Two men asked.")
            amina.wait_for("NOT SAVED")
        amina.wait_for("The slip is saved again.")
        with monkeypatch.context() as patched:
            patched.setattr(Intake, "forget", _full)
            amina.press(":throw away", "y")
        amina.sees("No room on the disk.")
        amina.go_to("said")
        amina.press("  At the market.", "ctrl+l")  # what could not be thrown away is saved on
        assert "F9 goes on with it" in str(amina.app.kept)
    assert ["Two men asked. At the market." in text for text in _put_away(house)] == [True]


def test_a_slip_that_cannot_be_begun_says_why_and_takes_no_word(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    with house.desk("Amina") as amina:
        monkeypatch.setattr(Intake, "begin", _full)
        amina.press("f9")
        amina.at("Cases")
        amina.sees("! No room on the disk.")


def test_the_key_pressed_again_opens_no_second_slip_also_from_a_dialog_over_it(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9", " They called.", "f9", "f1", "f9", "escape")
        assert amina.value("said") == "They called."
        amina.type_at_once("", "f4", "f4", "escape")  # impatient
        amina.at("Cases")
        amina.press("f9", "ctrl+d")  # the same again, where the last call said nothing of it
        assert amina.value("said") == ""
        amina.press("ctrl+l")
        assert "F9 goes on" not in str(amina.app.kept)
    assert _texts(house) == ["They called."]


def test_enter_goes_from_field_to_field_where_it_shows_no_case_and_no_last_call_fills_none(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press("f9")
        amina.go_to("number")
        amina.press("ctrl+d")
        order = [amina.focused()]
        for _ in range(3):
            amina.press("enter")
            order.append(amina.focused())
        assert amina.value("number") == ""
    assert order[:3] == ["number", "name", "language"]
    assert order[3] != "language"


def test_the_warning_goes_with_the_number_and_cases_that_are_alike_are_counted(house: House) -> None:
    with house.open("Amina") as session:
        contact = contact_made(ContactChange(never_use=("+996 555 010 203",)))
        case_people.keep(session, house.case, Person(PersonRole.RELATIVE, safe_contact=contact))
        other = cases.create(session, title="Asylum", kind="asylum").case
        case_people.add(session, other, role="client", names=[CLIENT], phones=["+49 30 5550 1234"])
    with house.desk("Amina") as amina:
        amina.press("f9")
        amina.fill(number="0555 010-203", name="Torgaev")
        amina.wait_for("! DO NOT CALL  0555 010-203")
        amina.sees("+1")
        amina.clear("number")
        amina.fill(number="030 5550 1234")
        amina.wait_for("! ends as")
        amina.sees("does, +1")
        amina.sees_not("! DO NOT CALL")


def test_keys_of_the_open_calls_do_no_harm_where_there_is_none(house: House) -> None:
    with house.desk("Amina") as amina:
        amina.press(":open slips")
        amina.sees("No open slip. F9 takes a call.")
        for key in ("m", "n", "e", "enter"):
            amina.press(key)
            amina.at("Calls 0 open")


def test_search_shows_open_calls_to_nobody_whose_roles_take_none(house: House) -> None:
    with house.open("Amina") as session:
        intake.add(session, name="Saïd Zomorodi", text="Two men asked at the market.")
    with house.place.open() as mira:
        far = admit(mira, name="Vera Tolm", passphrase=b"vera opens", roles=frozenset({Role.FIELD}))
    house.place.proposed_today()
    with Desk(house.place, far.name, far.passphrase, unlocks=True) as vera:
        vera.press("f3", " market", "enter")
        vera.sees("Nothing was found among your cases")
        vera.sees_not("Zomorodi", DANA)
        vera.clear("words")
        vera.press(" x", "enter")
        vera.press("down")
        assert vera.focused() == "words"


def test_a_hit_says_which_number_must_never_be_used_and_how_its_people_are_reached_safely(house: House) -> None:
    contact = SafeContact(Channel.MESSENGER, "+996 555 010 411", "after 20:00", never_use=("+996 555 010 203",))
    name = PersonName("Vexilda Morrowquay", Script.LATIN)
    with house.open("Amina") as session:
        case_people.keep(session, house.case, Person(PersonRole.RELATIVE, (name,), safe_contact=contact))
    with house.desk("Amina") as amina:
        amina.press("f3", " Morrowquay", "enter")
        amina.pause(0.4)
        amina.sees("People 1", "DO NOT CALL +996 555 010 203", "SAFE CONTACT", "+996 555 010 411", "after 20:00")
        amina.press("slash")
        amina.clear("words")
        amina.press(" m", "enter")
        amina.press("enter")
        amina.at("Search")
