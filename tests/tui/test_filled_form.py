"""A form of the organisation's own in the app: offered, filled in by keys, shown, and changed."""

from __future__ import annotations

import pytest

from tests.tui.house import CLIENT, House
from vault.services import own_forms

pytestmark = pytest.mark.screen

FORM = """
code = "reception"
title = "Reception [b]x[/b]"
version = 1
[[questions]]
name = "status"
label = "Heard of us through"
kind = "choice"
choices = ["a friend", "[link=x]a poster"]
required = true
[[questions]]
name = "told"
label = "What was told"
kind = "long-text"
[[questions]]
name = "with_whom"
label = "Came with"
kind = "person"
[[questions]]
name = "country"
label = "Last country"
kind = "country"
[[questions]]
name = "children"
label = "Children"
kind = "number"
"""


def test_a_form_is_offered_filled_in_and_changed(house: House) -> None:
    with house.open("Mira") as mira:
        own_forms.add(mira, FORM.encode())
    with house.desk("Amina") as amina:
        amina.press("enter", "d", "n", "end")
        amina.sees("form: Reception [b]x[/b]")
        amina.press("enter")
        amina.sees("Heard of us through", "not said")
        amina.press("f4")
        amina.sees("! Heard of us through: is empty")
        amina.press(
            "right", "right", "tab", "T", "w", "o", "enter", "n", "tab", "right", "tab", "k", "y", "r", "tab", " two"
        )
        amina.press("f4")
        amina.sees("must be a number")
        amina.press("backspace", "backspace", "backspace", "2", "f4")
        amina.sees("Reception [b]x[/b]", "[link=x]a poster", CLIENT, "Kyrgyzstan")
        amina.press("end", "enter")
        amina.sees("Two")
        amina.press("tab", "tab", "tab", "tab", "backspace", "3", "f4")
        amina.press("end", "v")
        amina.sees("History", "Children: 2", "Children: 2 -> 3")
