"""Settings: how the app looks and behaves for this account on this computer. Each takes effect at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import CHOICES
from tui.screens.frame.base import BACK, NEXT_FIELD, Command, VaultScreen
from tui.screens.frame.desk import IDLE_CHOICES, Settings
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.text.safe_content import safe_content
from vault.words.message import Message, Words, plural

_YES, _NO = "yes", "no"
_ABOUT: Final = Message(
    "They apply to your account on this computer, in every vault, and contain nothing of a case. NO_COLOR in"
    " the environment overrides the looks here."
)


class SettingsForm(VaultScreen):
    """One row for each.

    Args:
        look: the name of the look that was chosen.
        settings: what holds now.
        take: takes others and returns what there is to say.
        take_look: takes a look by its name, likewise.
    """

    NAME = Message("Settings")
    ACTS: ClassVar[tuple[Command, ...]] = (NEXT_FIELD, BACK)

    def __init__(
        self, look: str, settings: Settings, take: Callable[[Settings], Words], take_look: Callable[[str], Words]
    ) -> None:
        super().__init__()
        self._look, self._settings = look, settings
        self._take, self._take_look = take, take_look

    @override
    def compose_middle(self) -> Iterable[Widget]:
        now = self._settings
        idle = [(str(count), plural("{count} minute", "{count} minutes", count=count)) for count in IDLE_CHOICES]
        looks = [(look.name, look.words) for look in CHOICES]
        yield FormRows(
            FormRow(Message("Looks"), ChoiceField(looks, value=self._look, id="look")),
            FormRow(Message("Lock after"), ChoiceField(idle, value=str(now.idle_minutes), id="idle")),
            _yes_no("hides-names", Message("Names"), now.hides_names, _NAMES),
            _yes_no("covers", Message("Other window"), now.covers, _COVERS),
            _yes_no("is-ascii", Message("Signs"), now.is_ascii, _SIGNS),
            _yes_no("has-mouse", Message("Mouse"), now.has_mouse, _MOUSE),
            FormRow(
                Message("Language"), ChoiceField([("en", Message("English, the only language so far"))], id="language")
            ),
            Static(safe_content(_ABOUT), classes="about"),
        )

    def on_mount(self) -> None:
        self.query_one("#look").focus()

    @on(ChoiceField.Changed, "#look")
    def _look_chosen(self, event: ChoiceField.Changed) -> None:
        self.say(self._take_look(event.field.value))

    @on(ChoiceField.Changed, "#idle, #hides-names, #covers, #is-ascii, #has-mouse")
    def _chosen(self) -> None:
        hides = self._is("hides-names")
        if hides != self._settings.hides_names:
            self.ask(lambda vault: vault.hide_names(hides), lambda _: None)
        self._settings = replace(
            self._settings,
            idle_minutes=int(self.query_one("#idle", ChoiceField).value),
            hides_names=hides,
            covers=self._is("covers"),
            is_ascii=self._is("is-ascii"),
            has_mouse=self._is("has-mouse"),
        )
        self.say(self._take(self._settings))

    def _is(self, name: str) -> bool:
        return self.query_one(f"#{name}", ChoiceField).value == _YES


_NAMES: Final = (Message("whole in lists"), Message("first letters alone in lists"))
_COVERS: Final = (Message("the screen stays as it is"), Message("the screen is empty while another window is in front"))
_SIGNS: Final = (Message("as the terminal can"), Message("plain ones alone (ASCII)"))
_MOUSE: Final = (Message("off, from the next unlock on"), Message("clicks and the wheel"))


def _yes_no(name: str, label: Words, now: bool, words: tuple[Words, Words]) -> FormRow:
    no, yes = words
    return FormRow(label, ChoiceField([(_NO, no), (_YES, yes)], value=_YES if now else _NO, id=name))
