"""The screens that stand on their own: reached by a key of the case list or by name, from anywhere."""

from __future__ import annotations

from typing import Final

from tui.screens.approving import QuestionFile
from tui.screens.back_up import BackupScreen
from tui.screens.base import VaultScreen
from tui.screens.devices import DevicesScreen
from tui.screens.exchange import ExchangeScreen
from tui.screens.log_view import LogScreen
from tui.screens.members import MembersScreen
from tui.screens.own_access import OwnAccessScreen
from tui.screens.search import SearchScreen

PLACES: Final[dict[str, type[VaultScreen]]] = {
    "search": SearchScreen,
    "log": LogScreen,
    "back_up": BackupScreen,
    "own_access": OwnAccessScreen,
    "exchange": ExchangeScreen,
    "approve": QuestionFile,
    "members": MembersScreen,
    "devices": DevicesScreen,
}
