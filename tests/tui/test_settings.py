"""Settings: kept for the account, effective at once, without a word of any vault."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tables import each
from tests.tui.house import CLIENT, House
from tui.screens.frame.desk import Settings
from tui.shell.looking import Eyes, KeptSettings

pytestmark = pytest.mark.screen


@each([Settings(), Settings(10, True, True, True, False), Settings(idle_minutes=2, covers=True)])
def test_settings_come_back_as_they_were_kept(settings: Settings, tmp_path: Path) -> None:
    kept = KeptSettings(tmp_path / "state" / "settings")
    assert kept.keep(settings)
    assert kept.read() == settings


@each(
    {
        "nothing": "",
        "another word": "hides_names=perhaps\n",
        "a time that is not offered": "idle_minutes=600\n",
        "no number": "idle_minutes=yes\n",
        "a name that is none": "plugin=yes\n__class__=yes\n",
        "other letters": "hides_names=да\n",
    }
)
def test_what_is_no_setting_is_met_as_if_it_were_not_there(text: str, tmp_path: Path) -> None:
    file = tmp_path / "settings"
    file.write_text(text, "utf-8")
    assert KeptSettings(file).read() == Settings()
    assert not KeptSettings().keep(Settings())


def test_each_takes_effect_at_once_and_the_next_unlock_has_it(house: House, tmp_path: Path) -> None:
    kept = KeptSettings(tmp_path / "settings")
    with house.desk("Amina", kept_settings=kept) as amina:
        amina.sees(CLIENT)
        amina.press(":settings", "tab", "right")
        amina.sees("10 minutes", "English, the only language so far")
        amina.press("tab", "right", "tab", "right", "tab", "right", "tab", "right", "escape", "f5")
        amina.sees("I\u2022 T\u2022".replace("\u2022", "*"))
        amina.sees_not(CLIENT, "\u2022")
    assert kept.read() == Settings(10, True, True, True, False)
    with house.desk("Amina", kept_settings=kept) as amina:
        amina.sees_not(CLIENT)
        assert amina.app.cover_on_focus_loss
        amina.press("enter")
        amina.sees(CLIENT)  # whoever opens a case has to know whose it is
    assert CLIENT not in (tmp_path / "settings").read_text("ascii")


def test_no_colour_is_stronger_than_the_looks(house: House) -> None:
    with house.desk("Amina", eyes=Eyes(forbids_colour=True)) as amina:
        amina.press(":settings", "right")
        amina.sees("NO_COLOR", "none are shown")
