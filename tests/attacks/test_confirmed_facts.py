"""A fact of a pack is confirmed as it stands: a change takes the confirmation away, or says by whom it is anew."""

from __future__ import annotations

import datetime
from collections.abc import Mapping

import pytest

from tests.tui.house import House, house, house_template
from vault.casework.story.events import Detention
from vault.casework.story.incident import Incident, IncidentKind
from vault.ids import RecordId
from vault.services.cases import editing, story_records
from vault.services.safety import person_pack

__all__ = ["house", "house_template"]

BY = "two witnesses"
RUMOUR = "Sergeant Ivanov, a rumour"


@pytest.fixture
def fact(house: House) -> RecordId:
    """An abduction that Joel wrote down, and by whom it is confirmed."""
    with house.open("Joel") as joel:
        taken = Incident(IncidentKind.ABDUCTION, at="2026-11-20", place="Osh", by_whom="unknown men", confirmed=BY)
        return story_records.add(joel, house.case, taken)


@pytest.mark.parametrize(
    ("typed", "confirmed"),
    [
        pytest.param({"place": "Bishkek airport", "by_whom": RUMOUR}, [], id="another place"),
        pytest.param({"place": "Bishkek airport", "confirmed": BY}, [BY], id="another place, confirmed"),
    ],
)
def test_a_changed_fact_is_confirmed_only_where_that_is_said_in_the_same_change(
    house: House, fact: RecordId, typed: Mapping[str, str], confirmed: list[str]
) -> None:
    with house.open("Amina") as amina:
        edited = story_records.change(amina, editing.Place(house.case, fact, Incident.KIND), typed)
    assert edited.is_unconfirmed == (not confirmed)
    with house.open("Joel") as joel:
        assert [each.value.confirmed for each in person_pack.facts(joel, house.case).confirmed] == confirmed


@pytest.mark.long
@pytest.mark.screen
@pytest.mark.parametrize("again", [True, False], ids=["typed again", "left empty"])
def test_the_form_empties_by_whom_it_is_confirmed_and_says_so_before_it_keeps_the_change(
    house: House, fact: RecordId, again: bool
) -> None:
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "enter")
        amina.clear("place")
        amina.fill(place="Bishkek")
        assert amina.value("confirmed") == BY
        amina.press("f4")
        amina.sees("this field is empty now")
        assert (amina.value("confirmed"), amina.focused()) == ("", "confirmed")
        amina.press(*([f" {BY}"] if again else []), "f4")
    with house.open("Joel") as joel:
        kept = [(each.value.place, each.value.confirmed) for each in person_pack.facts(joel, house.case).confirmed]
        assert kept == ([("Bishkek", BY)] if again else [])


@pytest.mark.long
@pytest.mark.screen
@pytest.mark.parametrize("again", [True, False], ids=["confirmed anew", "by nobody"])
def test_a_date_moved_in_the_list_of_what_is_due_says_that_nobody_confirms_it_now_and_asks_who_does(
    house: House, again: bool
) -> None:
    tomorrow, later = (datetime.date.today() + datetime.timedelta(days=days) for days in (1, 2))
    with house.open("Joel") as joel:
        story_records.add(joel, house.case, Detention(taken="2026-11-20", expires=str(tomorrow), confirmed=BY))
    with house.desk("Amina") as amina:
        amina.press(":the week", "down", "m")
        amina.sees("Which date instead?")
        amina.press(*["backspace"] * 10, f" {later}", "enter")
        amina.sees("nobody confirms it any more. Who confirms it as it is now?")
        amina.press(*([f" {BY}", "enter"] if again else ["escape"]))
    with house.open("Joel") as joel:
        (kept,) = story_records.list_in(joel, house.case, [Detention.KIND])
        assert (kept.value.expires, kept.value.confirmed) == (str(later), BY if again else None)  # type: ignore[attr-defined]
