"""The screens and acts that stand on their own: reached by a key of the case list or by name, from anywhere."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import Any, Final

from tui.screens.calls.open_slips import OpenSlips
from tui.screens.calls.search_screen import SearchScreen
from tui.screens.cases.reopened_forms import KEPT_ACTS
from tui.screens.cases.week import WeekScreen
from tui.screens.credentials.own_access import OwnAccessScreen
from tui.screens.emergencies import EmergencyScreen, WhatLeftOf
from tui.screens.evidence.erasures_list import ErasuresScreen
from tui.screens.evidence.log_view import LogScreen
from tui.screens.evidence.what_is_safe import ListForm, StandingScreen
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import Command, VaultScreen
from tui.screens.frame.dialogs import AskLine
from tui.screens.members.devices_screen import DevicesScreen
from tui.screens.members.members_screen import MembersScreen
from tui.screens.referral.recipients_list import RecipientsScreen
from tui.screens.referral.shown_whole import QuestionFile
from tui.text.in_words import in_words
from vault.acts import every_act
from vault.acts.act import Act, Said, Shape
from vault.acts.backup import MAKE_BACKUP
from vault.acts.bundle import IMPORT
from vault.acts.export import EXPORT_ALL
from vault.acts.report import COUNTS
from vault.words.message import Message, Words

PLACES: Final[dict[str, type[VaultScreen] | Act[Any]]] = {
    "emergency": EmergencyScreen,
    "left": WhatLeftOf,
    "search": SearchScreen,
    "week": WeekScreen,
    "calls": OpenSlips,
    "log": LogScreen,
    "erasures": ErasuresScreen,
    "back_up": MAKE_BACKUP,
    "own_access": OwnAccessScreen,
    "exchange": IMPORT,
    "lists": ListForm,
    "counts": COUNTS,
    "export_all": EXPORT_ALL,
    "standing": StandingScreen,
    "approve": QuestionFile,
    "members": MembersScreen,
    "recipients": RecipientsScreen,
    "devices": DevicesScreen,
}


def acts_by_name(commands: Iterable[Command]) -> list[Command]:
    """Return a command for each act that is done from anywhere, but for those that stand among `commands` already."""
    named = {in_words(command.words) for command in commands}
    return [
        Command("", f"app.act({act.name!r})", Message("{title}: {help}", title=act.title, help=act.help), "")
        for act in every_act()
        if is_from_anywhere(act) and in_words(act.title) not in named
    ]


def is_from_anywhere(act: Act[Any]) -> bool:
    """Say whether an act needs no screen of its own: for what it is done to, what it asks, or the words typed for it.

    What is done to a record is done where one sees the record. A form that holds words is opened where a lock brings it
    back.
    """
    subject = act.subject
    holds_words = any(field.is_personal and not field.is_answer for field in act.fields)
    is_kept = subject is None and act.name in KEPT_ACTS
    has_place = act in PLACES.values() or act.has_pages or act.makes_sheets or act.proves or act.questions is not None
    has_place = has_place or act.draft is not None
    is_of_cases = subject is None or subject.shape is Shape.CASES
    return is_of_cases and not has_place and (is_kept or not holds_words)


def open_act(screen: VaultScreen, name: str) -> None:
    """Open the form of an act, on the case under the cursor or the marked ones; what is not known is asked."""
    act, (cases, about) = next(act for act in every_act() if act.name == name), screen.cases_here()
    subject = act.subject
    if subject is not None and len(cases) > 1 and not subject.takes_many:
        screen.warn(Message("This is done to one case at a time. Take the marks away first (Esc)."))
    else:
        _ask_rest(screen, act, {} if subject is None or not cases else {subject.name: cases}, about if subject else "")


def _ask_rest(screen: VaultScreen, act: Act[Any], known: Said, about: Words) -> None:
    required = (field for field in act.fields if field.is_subject and not field.form.startswith("["))
    field = next((field for field in required if field.name not in known), None)
    if field is None:
        screen.app.push_screen(ActForm(act, known, about), partial(_done, screen))
        return
    told, name, is_many = field.help or field.label, field.name, field.takes_many
    question = Message("{title}. {label}: {help}", title=act.title, label=field.label, help=told)

    def said(typed: str) -> None:
        _ask_rest(screen, act, {**known, name: tuple(typed.split()) if is_many else (typed,)}, about or typed)

    screen.unless_left(AskLine(question), said)


def _done(screen: VaultScreen, words: str | None) -> None:
    if words:
        screen.say(words)
        if refresh := getattr(screen, "action_refresh", None):
            refresh()
