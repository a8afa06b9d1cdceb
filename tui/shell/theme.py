"""The looks as Textual takes them: its own names for colours, and ours (`$bg`, `$acc`), all from the one table."""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from tui.looks.tokens import LOOKS, Look, Token


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
