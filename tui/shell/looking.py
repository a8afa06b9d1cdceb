"""How the app looks: the look that was chosen, as far as the terminal can show it; of what was drawn, what differs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from typing_extensions import override

from tui.looks.terminal_looks import Depth, Eyes, eyes_of, filter_for
from tui.looks.tokens import CHOICES, DARK, LOOKS, MONO, Look
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.settings_form import SettingsForm
from tui.shell.kept_settings import KeptSettings
from tui.shell.painted import Painted
from tui.shell.theme import THEMES
from tui.values.settings import Settings
from vault.platform import make_private_folder, state_dir
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from textual.filter import LineFilter
    from textual.screen import Screen


class KeptLook:
    """The look that this account chose: one word in a file of its state folder, for each vault and each lock.

    Args:
        file: where; None where nothing is kept.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def read(self) -> str:
        """Return the name of a look; that of the first where none is kept, or something else stands there."""
        kept = ""
        if self._file is not None:
            with contextlib.suppress(OSError, ValueError):
                kept = self._file.read_text("ascii").strip()
        return kept if kept in {look.name for look in CHOICES} else DARK.name

    def keep(self, name: str) -> bool:
        """Keep the name of a look; False where that cannot be."""
        if self._file is None:
            return False
        new = self._file.with_name(f"{self._file.name}.new")
        try:
            make_private_folder(self._file.parent)
            new.write_text(f"{name}\n", "ascii")
            new.replace(self._file)
        except OSError:
            return False
        return True


def looks_of_account() -> dict[str, Any]:
    """Return what `LookingApp` gets in a terminal of this account."""
    return {
        "eyes": eyes_of(os.environ),
        "kept_look": KeptLook(state_dir() / "look"),
        "kept_settings": KeptSettings(state_dir() / "settings"),
    }


class LookingApp(App[None]):
    """Textual's app in one of our looks.

    Args:
        eyes: what the terminal shows (default: all, but for NO_COLOR).
        kept_look: where the chosen look is kept.
        kept_settings: where all other settings are kept.
    """

    cover_on_focus_loss: bool = False
    """Cover the screen while the terminal window is not in front (where the terminal reports it)."""
    _eyes = Eyes()
    settings = Settings()
    """What holds beside the look."""

    def __init__(
        self,
        *,
        eyes: Eyes | None = None,
        kept_look: KeptLook | None = None,
        kept_settings: KeptSettings | None = None,
    ) -> None:
        super().__init__()
        self._eyes = Eyes(forbids_colour=self.no_color) if eyes is None else eyes
        self._painted = Painted()
        self._kept_settings = kept_settings or KeptSettings()
        self._use(self._kept_settings.read())
        self._kept_look = kept_look or KeptLook()
        self._chosen_look = self._kept_look.read()
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = self._eyes.look(self._chosen_look).name

    @property
    def look(self) -> Look:
        """The look that is drawn."""
        return LOOKS.get(self.theme, DARK)

    @property
    def reads_aloud(self) -> bool:
        """Whether a screen reader says what stands here."""
        return self._eyes.reads_aloud

    def choose_look(self, name: str) -> Words:
        """Take this look from now on, and return what there is to say about it."""
        self._chosen_look = name
        self.theme = self._eyes.look(name).name
        is_kept = self._kept_look.keep(name)
        if self.look.words != LOOKS[name].words:
            return Message("This terminal asks for no colours (NO_COLOR), or has too few: none are shown.")
        return "" if is_kept else Message("This look could not be saved: it lasts until the next lock.")

    def take_settings(self, settings: Settings) -> Words:
        """Take these from now on, and return what there is to say about it."""
        self._use(settings)
        self._draw_anew()
        is_kept = self._kept_settings.keep(settings)
        return "" if is_kept else Message("This could not be saved: it lasts until the next lock.")

    def _use(self, settings: Settings) -> None:
        self.settings = settings
        self.cover_on_focus_loss = settings.covers

    def action_settings(self) -> None:
        """Show all settings."""
        if isinstance(self.screen, VaultScreen) and not isinstance(self.screen, SettingsForm):
            self.push_screen(SettingsForm(self._chosen_look, self.settings, self.take_settings, self.choose_look))

    @override
    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        if isinstance(renderable, CompositorUpdate):
            renderable = self._painted.only_new(renderable)
        super()._display(screen, renderable)

    def forget_painted(self) -> None:
        """Send the next paint whole: somebody else drew on the terminal."""
        self._painted.forget()

    @override
    async def on_event(self, event: events.Event) -> None:
        is_wish = isinstance(event, events.Key) and event.key == "f5"
        if is_wish or isinstance(event, events.Resize | events.AppFocus):
            self.forget_painted()
        if is_wish and self._screen_stack:  # to look again: whatever garbled the terminal goes too
            self.screen.refresh()
        await super().on_event(event)

    @override
    def get_line_filters(self) -> Sequence[LineFilter]:
        of_terminal = filter_for(self.look, has_signs=self._eyes.has_signs and not self.settings.is_ascii)
        return [*super().get_line_filters(), *([of_terminal] if of_terminal else [])]

    @override
    def _validate_theme(self, theme_name: str) -> str:
        is_bare = self.no_color or self._eyes.forbids_colour or self._eyes.depth is Depth.FEW
        return MONO.name if is_bare else super()._validate_theme(theme_name)

    def watch_theme(self) -> None:
        """Draw all anew: some widgets take their colours from the table, of which no style sheet tells them."""
        self.set_class(self.look.is_flat, "-flat")
        self._draw_anew()

    def _draw_anew(self) -> None:
        for screen in self._screen_stack:
            for widget in screen.walk_children(with_self=True):
                widget.refresh()
