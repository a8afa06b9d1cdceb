"""The app over a vault that holds still, and pictures of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Self

from textual.app import App
from typing_extensions import override

from tests.tui.desk import Driver
from tests.tui.painting import Photographed
from tests.tui.still_answers import ANSWERS, NOW_MS
from tui.gateway import Gateway
from tui.gateway.unlocked_vault import Subject
from tui.screens.frame.base import VaultScreen
from tui.shell.app import CaseVaultApp
from tui.shell.start import Start
from vault.errors import WrongPassphraseError
from vault.policy.roles import Action
from vault.seal.recovery import Sheet
from vault.words.message import Message

_VAULT = Path("/nowhere/field-03.vault")
_RIGHT = b"seven paper lanterns"


class StillSubject:
    """Says what the answers have, and what the subject itself knows without a vault."""

    def __init__(self, name: str, subject: Subject, answers: dict[str, Any]) -> None:
        self._name, self._subject, self._answers = name, subject, answers

    def __getattr__(self, asked: str) -> Any:
        known = f"{self._name}.{asked}"
        if known not in self._answers:
            return getattr(self._subject, asked)
        if callable(getattr(type(self._subject), asked)):
            return lambda *given, **named: self._answer(known, *given, **named)
        return self._answers[known]

    def _answer(self, known: str, *given: object, **named: object) -> Any:
        answer = self._answers[known]
        return answer(*given, **named) if callable(answer) else answer


class StillGateway(Gateway):
    """Answers from the table; `answers` may be changed for one picture, and put back."""

    def __init__(self) -> None:
        super().__init__(_VAULT)
        self.answers = dict(ANSWERS)
        for name, subject in vars(self).copy().items():
            if isinstance(subject, Subject):
                setattr(self, name, StillSubject(name, subject, self.answers))

    def say(self, **instead: Any) -> None:
        """Answer as the table does, but for these; a name has `__` for its point."""
        self.answers.clear()
        self.answers.update(ANSWERS | {name.replace("__", "."): answer for name, answer in instead.items()})

    @override
    def unlock(self, member: str, passphrase: bytearray, waiting: Callable[[int], None] = lambda _: None) -> None:
        if passphrase != _RIGHT:
            raise WrongPassphraseError(Message("no key slot opens with this name and passphrase"))

    @override
    def require_closed(self) -> None:
        return

    @override
    def before(self) -> tuple[int | None, int]:
        return NOW_MS - 20 * 3_600_000, 2

    @override
    def close(self) -> None:
        return

    @override
    def read(self, service: Callable[..., Any], *asked: Any, **more: Any) -> Any:
        answer = self.answers[f"{service.__module__.rpartition('.')[2]}.{service.__name__}"]
        return answer(*asked, **more) if callable(answer) else answer

    @override
    def may(self, *actions: Action) -> frozenset[str]:
        return frozenset(action.value for action in actions)

    @override
    def status(self) -> Any:
        return self.answers["status"]


class StillApp(Photographed, CaseVaultApp):
    """The app over a still gateway, which may be photographed: only tests can do that."""

    def __init__(self, gateway: StillGateway) -> None:
        start = Start(_VAULT, "Amina")
        super().__init__(start, open_gateway=lambda _: gateway, clock_ms=lambda: NOW_MS, begins_at_home=False)

    @override
    def export_screenshot(self, *, title: str | None = None, simplify: bool = False) -> str:  # type: ignore[override]  # the safe app refuses
        svg = App.export_screenshot(self, title=title, simplify=simplify)
        return re.sub(r"@font-face \{.*?\}\s*", "", svg, flags=re.DOTALL)  # they name an address


class StillDesk(Driver[CaseVaultApp]):
    """Somebody at that app, who takes pictures."""

    def __init__(self) -> None:
        self.gateway = StillGateway()
        super().__init__(StillApp(self.gateway), size=(80, 24))

    def unlock(self) -> None:
        """Go through the first screen."""
        self.press(f" {_RIGHT.decode()}", "enter")

    def begin_anew(self, size: tuple[int, int], instead: dict[str, Any]) -> Self:
        """Go back to the list, at this size, with other answers than usual to some questions."""
        self.app._is_open, self.app._touched_ms = True, self.app._idle_clock_ms()
        self.app.export_folder = ""
        self.gateway.say(**instead)
        self.resize(*size)
        self.home()
        self.press("home", "escape")  # no mark is left
        if isinstance(self.screen, VaultScreen):  # else a bar of long work is over it
            self.screen.say("")  # what the picture before left there
        return self

    def hold_sheets(self, sheets: tuple[Sheet, ...]) -> None:
        """Have this set lie in the vault for the moment."""
        self.gateway.recovery.__dict__["_subject"]._sheets = sheets

    def picture(self) -> str:
        """Return the screen as it is."""
        return self._in_app(lambda: self.app.export_screenshot(title=self.app.title, simplify=True))
