"""The screens and acts that stand on their own: reached by a key of the case list or by name, from anywhere."""

from __future__ import annotations

from typing import Any, Final

from tui.screens.calls.open_slips import OpenSlips
from tui.screens.calls.search import SearchScreen
from tui.screens.cases.week import WeekScreen
from tui.screens.credentials.own_access import OwnAccessScreen
from tui.screens.credentials.two_lists import TwoListsScreen
from tui.screens.emergency.emergency import EmergencyScreen
from tui.screens.erasing.erasures import ErasuresScreen
from tui.screens.evidence.exchange import ExchangeScreen
from tui.screens.evidence.list_import import ListsScreen
from tui.screens.evidence.log_view import LogScreen
from tui.screens.evidence.what_is_safe import StandingScreen
from tui.screens.frame.base import VaultScreen
from tui.screens.members.devices import DevicesScreen
from tui.screens.members.members import MembersScreen
from tui.screens.referral.approving import QuestionFile
from vault.acts.act import Act
from vault.acts.backup import MAKE_BACKUP
from vault.acts.export_all import EXPORT_ALL
from vault.acts.report import COUNTS

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
