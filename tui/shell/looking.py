"""How the app looks: the look that was chosen, as far as the terminal can show it; of what was drawn, what differs."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from enum import Enum
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from rich.color import Color
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual._compositor import CompositorUpdate
from textual.app import App
from textual.filter import LineFilter
from textual.theme import Theme
from typing_extensions import override

from tui.looks.signs import in_ascii
from tui.looks.tokens import CHOICES, DARK, DARK_256, LIGHT, LIGHT_256, LOOKS, MONO, Look, Token
from tui.screens.frame.base import VaultScreen
from tui.screens.frame.desk import IDLE_CHOICES, Settings
from tui.screens.frame.settings_form import SettingsForm
from tui.shell.painted import Painted
from vault.platform import make_private_folder, state_dir
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from textual.color import Color as TextualColor
    from textual.screen import Screen


# The looks as Textual takes them: its own names for colours, and ours (`$bg`, `$acc`), all from the one table.
def theme_of(look: Look) -> Theme:
    """Return a look as a theme; each token is a variable of the style sheets, under its own name."""
    of = look.colours
    return Theme(
        name=look.name,
        primary=of[Token.ACC],
        secondary=of[Token.DIM],
        accent=of[Token.ACC],
        foreground=of[Token.FG],
        background=of[Token.BG],
        surface=of[Token.RAISED],
        panel=of[Token.BAND],
        success=of[Token.OK],
        warning=of[Token.WARN],
        error=of[Token.ALARM],
        dark=look.is_dark,
        variables={
            **{str(token): of[token] for token in Token},
            # What Textual mixes from other colours where nobody says which.
            "text": of[Token.FG],
            "text-muted": of[Token.DIM],
            "text-disabled": of[Token.DIM],
            "foreground-muted": of[Token.DIM],
            "foreground-disabled": of[Token.DIM],
            "border": of[Token.ACC],
            "border-blurred": of[Token.BAND],
            "scrollbar": of[Token.MARK],
            "scrollbar-hover": of[Token.MARK],
            "scrollbar-active": of[Token.ACC],
            "scrollbar-background": of[Token.BG],
            "input-cursor-background": of[Token.ACC if look.has_colours else Token.BG],
            "input-cursor-foreground": of[Token.BG if look.has_colours else Token.FG],
            "input-cursor-text-style": "none" if look.has_colours else "reverse",
            "input-selection-background": of[Token.SEL],
            "input-selection-foreground": of[Token.FG],
            "button-focus-text-style": "bold",
        },
    )


THEMES: Final = tuple(map(theme_of, LOOKS.values()))


# Settings in a file of the account's state folder: words and numbers of a fixed list, no word of a vault.
_YES, _NO = "yes", "no"
_LIMIT: Final = 4096
_IDLE: Final = "idle_minutes"


class _KeptFile:
    """A small file of the account.

    Args:
        file: where; None where nothing is kept.
    """

    def __init__(self, file: Path | None = None) -> None:
        self._file = file

    def _text(self) -> str:
        if self._file is not None:
            with contextlib.suppress(OSError, ValueError):
                return self._file.read_text("ascii")[:_LIMIT]
        return ""

    def _write(self, text: str) -> bool:
        """Put this in its place; False where that cannot be."""
        if self._file is None:
            return False
        new = self._file.with_name(f"{self._file.name}.new")
        try:
            make_private_folder(self._file.parent)
            new.write_text(text, "ascii")
            new.replace(self._file)
        except OSError:
            return False
        return True


class KeptSettings(_KeptFile):
    """Reads and keeps them."""

    def read(self) -> Settings:
        """Return what is kept; a line that says nothing known is met as if it were not there."""
        found = Settings()
        for line in self._text().splitlines():
            name, _, value = line.partition("=")
            if name == _IDLE and value in map(str, IDLE_CHOICES):
                found = replace(found, idle_minutes=int(value))
            elif name != _IDLE and name in asdict(found) and value in {_YES, _NO}:
                found = replace(found, **{name: value == _YES})
        return found

    def keep(self, settings: Settings) -> bool:
        """Keep them; False where that cannot be."""
        words = {name: (_YES if value else _NO) for name, value in asdict(settings).items()}
        words[_IDLE] = str(settings.idle_minutes)
        return self._write("".join(f"{name}={value}\n" for name, value in words.items()))


# What a terminal can show: how many colours, and whether more than ASCII; and the filter that keeps to it.
_ACCESSIBLE: Final = "CASEVAULT_ACCESSIBLE"


class Depth(Enum):
    """How many colours there are."""

    FEW = "few"
    """16 or none: no colour is sent."""
    INDEXED = "256"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Eyes:
    """What the terminal shows.

    Attributes:
        depth: how many colours.
        forbids_colour: NO_COLOR is set, which is stronger than any choice.
        has_signs: whether it shows more than ASCII.
        reads_aloud: a screen reader says what stands there: what is drawn elsewhere is a list of sentences.
    """

    depth: Depth = Depth.FULL
    forbids_colour: bool = False
    has_signs: bool = True
    reads_aloud: bool = False

    def look(self, chosen: str) -> Look:
        """Return the look that this terminal gets when this one was chosen."""
        look = LOOKS.get(chosen, DARK)
        if self.forbids_colour or self.depth is Depth.FEW:
            return MONO
        if self.depth is Depth.INDEXED:
            return {DARK: DARK_256, LIGHT: LIGHT_256}.get(look, look)
        return look


def eyes_of(environ: Mapping[str, str]) -> Eyes:
    """Return what a terminal shows, by what its environment says of it.

    Over SSH there are 256 colours at most, though there could be more: a step of the cursor costs a third less.
    """
    term, colours = environ.get("TERM", ""), environ.get("COLORTERM", "").lower()
    spoken = next((value for name in ("LC_ALL", "LC_CTYPE", "LANG") if (value := environ.get(name))), "utf-8")
    has_all = colours in {"truecolor", "24bit"}
    is_full = has_all and not (environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"))
    has_256 = has_all or term.endswith(("-256color", "-kitty"))
    is_bare = term in {"", "dumb", "linux"}
    return Eyes(
        depth=Depth.FEW if is_bare or not has_256 else Depth.FULL if is_full else Depth.INDEXED,
        forbids_colour="NO_COLOR" in environ,
        has_signs=term != "linux" and "utf8" in spoken.lower().replace("-", ""),
        reads_aloud=environ.get(_ACCESSIBLE, "0") not in {"", "0"},
    )


class LookFilter(LineFilter):
    """Sends what the terminal can show: no colours, numbers of colours, signs in ASCII.

    Args:
        look: the look that is drawn.
        has_signs: whether the terminal shows more than ASCII.
    """

    def __init__(self, look: Look, *, has_signs: bool) -> None:
        super().__init__()
        self._look = look
        self._has_signs = has_signs

    @override
    def apply(self, segments: list[Segment], background: TextualColor) -> list[Segment]:
        sent = self._sent
        show = str if self._has_signs else in_ascii
        return [Segment(show(text), sent(style), control) for text, style, control in segments]

    def _sent(self, style: Style | None) -> Style | None:
        if style is None or (self._look.has_colours and not self._look.indices):
            return style
        return _sent(self._look, style)


@lru_cache(64)
def filter_for(look: Look, *, has_signs: bool) -> LookFilter | None:
    """Return the filter that a look needs here, or None; the same one each time, because lines are kept by it."""
    needs = not look.has_colours or look.indices or not has_signs
    return LookFilter(look, has_signs=has_signs) if needs else None


_ATTRIBUTES: Final = ("bold", "underline", "reverse", "strike")


@lru_cache(4096)
def _sent(look: Look, style: Style) -> Style:
    kept = {name: getattr(style, name) or None for name in _ATTRIBUTES}
    if not look.has_colours:
        return Style(**kept)
    return Style(color=_numbered(look, style.color), bgcolor=_numbered(look, style.bgcolor), **kept)


def _numbered(look: Look, colour: Color | None) -> Color | None:
    index = None if colour is None or colour.triplet is None else look.indices.get(colour.triplet.hex)
    return colour if index is None else Color.from_ansi(index)


class KeptLook(_KeptFile):
    """The look that this account chose: one word in a file of its state folder, for each vault and each lock."""

    def read(self) -> str:
        """Return the name of a look; that of the first where none is kept, or something else stands there."""
        kept = self._text().strip()
        return kept if kept in {look.name for look in CHOICES} else DARK.name

    def keep(self, name: str) -> bool:
        """Keep the name of a look; False where that cannot be."""
        return self._write(f"{name}\n")


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
        self, *, eyes: Eyes | None = None, kept_look: KeptLook | None = None, kept_settings: KeptSettings | None = None
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
