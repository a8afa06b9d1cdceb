"""The screens that stand on their own: reached by a key of the case list or by name, from anywhere."""

from __future__ import annotations

from typing import Final

from tui.screens.calls.open_slips import OpenSlips
from tui.screens.calls.search import SearchScreen
from tui.screens.cases.week import WeekScreen
from tui.screens.credentials.own_access import OwnAccessScreen
from tui.screens.credentials.two_lists import TwoListsScreen
from tui.screens.emergency.emergency import EmergencyScreen
from tui.screens.erasing.erasures import ErasuresScreen
from tui.screens.evidence.back_up import BackupScreen
from tui.screens.evidence.exchange import ExchangeScreen
from tui.screens.evidence.list_import import ListsScreen
from tui.screens.evidence.log_view import LogScreen
from tui.screens.evidence.take_out import TakeOutScreen
from tui.screens.evidence.what_is_safe import StandingScreen
from tui.screens.frame.base import VaultScreen
from tui.screens.members.devices import DevicesScreen
from tui.screens.members.members import MembersScreen
from tui.screens.referral.approving import QuestionFile

PLACES: Final[dict[str, type[VaultScreen]]] = {
    "emergency": EmergencyScreen,
    "search": SearchScreen,
    "week": WeekScreen,
    "calls": OpenSlips,
    "log": LogScreen,
    "erasures": ErasuresScreen,
    "back_up": BackupScreen,
    "own_access": OwnAccessScreen,
    "exchange": ExchangeScreen,
    "lists": ListsScreen,
    "take_out": TakeOutScreen,
    "standing": StandingScreen,
    "approve": QuestionFile,
    "members": MembersScreen,
    "devices": DevicesScreen,
    "two_lists": TwoListsScreen,
}
