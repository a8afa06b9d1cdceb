"""The form of an export, and the recipients: where one stands, what is proposed, what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.consenting import agree
from tests.tables import each
from tests.tui.house import House
from tui.screens.frame.form_screen import whole_path
from vault.seal.age import make_identity, recipient_of
from vault.services.exports import partners

pytestmark = pytest.mark.screen

CLINIC, LAWYER = "Clinic at the Harbour", "Maître Lorvane"


@pytest.fixture
def export(house: House) -> House:
    """A house with two recipients, and a client who agreed to the second."""
    with house.open("Mira") as mira:
        for name in (CLINIC, LAWYER):
            partners.add(mira, name=name, age_recipient=recipient_of(make_identity()), compared=True)
    with house.open("Amina") as amina:
        agree(amina, house.case, LAWYER)
    return house


def test_a_form_is_never_without_a_field_in_use(export: House) -> None:
    with export.desk("Amina") as amina:
        amina.press("enter", "e").is_in("out")
        row = amina.screen.query_one("#out").parent
        assert row is not None
        amina.call(lambda: setattr(row, "display", False)).is_in("recipient")


def test_who_looks_at_a_new_recipient_and_comes_back_sends_to_whom_they_chose(export: House) -> None:
    with export.desk("Amina") as amina:
        amina.press("enter", "e").go_to("recipient").press("right").sees(f"Recipient {LAWYER}")
        amina.press("ctrl+r").at("NEW RECIPIENT")
        amina.press("escape").sees(f"Recipient {LAWYER}").is_in("recipient")


@each(
    {
        "from the root": ("/media/stick", "/media/stick"),
        "from home": ("~/out", "/of-amina/out"),
        "beside": ("out", "/started/out"),
        "below": ("out/lawyer", "/started/out/lawyer"),
        "of nobody here": ("~nobody-of-this-name/out", None),
        "nothing": ("", None),
    }
)
def test_a_folder_is_found_from_where_the_app_was_started(typed: str, found: str | None) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", "/of-amina")
        assert whole_path(typed, beside=Path("/started")) == (None if found is None else Path(found))
