"""The screens and acts that stand on their own: reached by a key of the case list or by name, from anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from tui.screens.calls.open_slips import OpenSlips
from tui.screens.calls.search_screen import SearchScreen
from tui.screens.cases.week import WeekScreen
from tui.screens.credentials.own_access import OwnAccessScreen
from tui.screens.credentials.two_lists import TwoListsScreen
from tui.screens.emergencies import EmergencyScreen
from tui.screens.evidence.erasures_list import ErasuresScreen
from tui.screens.evidence.list_import import ListsScreen
from tui.screens.evidence.log_view import LogScreen
from tui.screens.evidence.what_is_safe import ExchangeScreen, StandingScreen
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.dialogs import AskLine
from tui.screens.members.devices_screen import DevicesScreen
from tui.screens.members.members_screen import MembersScreen
from tui.screens.referral.shown_whole import QuestionFile
from tui.text.in_words import in_words
from vault.acts import every_act
from vault.acts.act import Act, Said
from vault.acts.backup import MAKE_BACKUP
from vault.acts.export_all import EXPORT_ALL
from vault.acts.report import COUNTS
from vault.words.message import Message, Words

PLACES: Final[dict[str, type[VaultScreen] | Act[Any]]] = {
    "emergency": EmergencyScreen,
    "search": SearchScreen,
    "week": WeekScreen,
    "calls": OpenSlips,
    "log": LogScreen,
    "erasures": ErasuresScreen,
    "back_up": MAKE_BACKUP,
    "own_access": OwnAccessScreen,
    "exchange": ExchangeScreen,
    "lists": ListsScreen,
    "counts": COUNTS,
    "export_all": EXPORT_ALL,
    "standing": StandingScreen,
    "approve": QuestionFile,
    "members": MembersScreen,
    "devices": DevicesScreen,
    "two_lists": TwoListsScreen,
}


def acts_by_name(commands: Iterable[Command]) -> list[Command]:
    """Return a command for each act, by its name alone, but for those that stand among `commands` already."""
    named = {in_words(command.words) for command in commands}
    places = {id(act) for act in PLACES.values()}
    return [
        Command("", f"app.act({act.name!r})", Message("{title}: {help}", title=act.title, help=act.help), "")
        for act in every_act()
        if id(act) not in places and in_words(act.title) not in named
    ]


def open_act(screen: VaultScreen, name: str) -> None:
    """Open the form of an act, on what lies under the cursor; what the screen does not know is asked."""
    act = next(act for act in every_act() if act.name == name)
    here = screen.under_cursor()
    known = {field.name: here[field.shape] for field in act.fields if field.is_subject and field.shape in here}
    about = next((called for _, called in known.values()), "")
    _ask_rest(screen, act, {name: (found,) for name, (found, _) in known.items()}, about)


def _ask_rest(screen: VaultScreen, act: Act[Any], known: Said, about: Words) -> None:
    field = next(
        (
            field
            for field in act.fields
            if field.is_subject and not field.form.startswith("[") and field.name not in known
        ),
        None,
    )
    if field is None:
        screen.app.push_screen(ActForm(act, known, about), partial(_done, screen))
        return
    name, question = (
        field.name,
        Message("{title}. {label}: {help}", title=act.title, label=field.label, help=field.help or field.label),
    )
    screen.unless_left(
        AskLine(question), lambda typed: _ask_rest(screen, act, {**known, name: tuple(typed.split())}, about or typed)
    )


def _done(screen: VaultScreen, words: str | None) -> None:
    if words:
        screen.say(words)
        if refresh := getattr(screen, "action_refresh", None):
            refresh()
