"""The table of colours, what a terminal gets of it, and that no colour is written anywhere else."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any

import pytest
from rich.color import ColorSystem
from rich.segment import Segment
from textual.app import ComposeResult
from textual.color import Color
from textual.pilot import Pilot
from typing_extensions import override

from tests.hygiene.tree import ROOT
from tests.tables import each
from tests.tui.driving import drive, painted
from tests.tui.pictures import StillDesk
from tui.looks.signs import ASCII, in_ascii
from tui.looks.tokens import (
    CHOICES,
    CONTRAST,
    DARK,
    DARK_256,
    GROUNDS,
    LIGHT,
    LIGHT_256,
    LOOKS,
    MONO,
    WORDS,
    Look,
    Token,
)
from tui.shell.looking import Depth, Eyes, KeptLook, eyes_of, filter_for, theme_of
from tui.shell.safe import SafeApp
from tui.text.in_words import in_words
from tui.widgets.screen_lines import Head, Hint, KeyHints
from tui.widgets.text_cells import Cell, draw

BLACK_ON_WHITE = 21.0


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio as WCAG 2.1 defines it, 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _pairs(look: Look, on_ground: float, on_sel: float) -> list[tuple[Token, Token, float]]:
    """Return each pair that stands out less than it has to: words, marks and the chip, on the grounds they lie on."""
    of = look.colours
    wanted = [(token, ground, on_ground) for token in WORDS for ground in GROUNDS]
    wanted += [(Token.MARK, ground, 3.0) for ground in GROUNDS[: 2 if look.indices else None]]  # no bar is in a band
    wanted += [(Token.BG, Token.ACC, on_ground)]
    found = [(token, ground, least) for token, ground, least in wanted if contrast(of[token], of[ground]) < least]
    for token in WORDS:
        style = look.style(token, Token.SEL)
        assert style.color
        assert style.bgcolor
        if contrast(style.color.name, style.bgcolor.name) < on_sel:
            found.append((token, Token.SEL, on_sel))
    return found


@each([DARK, LIGHT, CONTRAST, MONO])
def test_each_pair_of_a_named_look_stands_out_as_wcag_measures_it(look: Look) -> None:
    assert contrast("#ffffff", "#000000") == BLACK_ON_WHITE
    assert _pairs(look, 7.0, 4.5) == []


@each([DARK_256, LIGHT_256])
def test_each_pair_of_the_256_colours_stands_out(look: Look) -> None:
    assert _pairs(look, 4.5, 4.5) == []


def test_a_colour_that_stands_out_too_little_is_found() -> None:
    faint = Look("faint", DARK.words, {**DARK.colours, Token.DIM: DARK.colours[Token.GHOST]})
    assert (Token.DIM, Token.BG, 7.0) in _pairs(faint, 7.0, 4.5)


@each([*LOOKS.values()])
def test_a_look_has_a_colour_for_each_token_and_a_theme(look: Look) -> None:
    assert set(look.colours) == set(Token)
    assert theme_of(look).variables["acc"] == look.colours[Token.ACC]


@each(
    {
        "full colours": ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Eyes()),
        "over SSH": (
            {"TERM": "xterm-256color", "COLORTERM": "truecolor", "SSH_CONNECTION": "a"},
            Eyes(Depth.INDEXED),
        ),
        "no word of more": ({"TERM": "xterm-256color"}, Eyes(Depth.INDEXED)),
        "16 colours": ({"TERM": "xterm"}, Eyes(Depth.FEW)),
        "the console of Linux": ({"TERM": "linux", "COLORTERM": "truecolor"}, Eyes(Depth.FEW, has_signs=False)),
        "NO_COLOR": ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Eyes(Depth.INDEXED, forbids_colour=True)),
        "another charset": ({"TERM": "xterm-256color", "LANG": "ru_RU.KOI8-R"}, Eyes(Depth.INDEXED, has_signs=False)),
        "a charset for letters": (
            {"TERM": "xterm-256color", "LANG": "C", "LC_CTYPE": "C.UTF-8"},
            Eyes(Depth.INDEXED),
        ),
    }
)
def test_a_terminal_is_known_by_what_its_environment_says(environ: dict[str, str], eyes: Eyes) -> None:
    assert eyes_of(environ) == eyes


@each(
    {
        "as chosen": (Eyes(), "light", LIGHT),
        "unknown": (Eyes(), "pink", DARK),
        "NO_COLOR wins": (Eyes(forbids_colour=True), "light", MONO),
        "too few colours": (Eyes(Depth.FEW), "contrast", MONO),
        "256 colours": (Eyes(Depth.INDEXED), "light", LIGHT_256),
        "256 colours, contrast": (Eyes(Depth.INDEXED), "contrast", CONTRAST),
    }
)
def test_a_choice_gives_the_look_that_the_terminal_can_show(eyes: Eyes, chosen: str, look: Look) -> None:
    assert eyes.look(chosen) is look


@each(
    {
        "256 colours": (DARK_256, True, "38;5;116;48;5;233", "√"),
        "no colours": (MONO, True, "1", "√"),
        "no signs": (DARK, False, "38;2;132;200;215;48;2;20;24;29", "+"),
    }
)
def test_a_terminal_gets_what_it_can_show(look: Look, has_signs: bool, codes: str, sign: str) -> None:
    of_terminal = filter_for(look, has_signs=has_signs)
    assert of_terminal is filter_for(look, has_signs=has_signs)
    assert of_terminal is not None
    is_bold = not look.has_colours
    line = of_terminal.apply([*draw(look, [Cell("√", Token.ACC, bold=is_bold)], 1)], Color(0, 0, 0))
    [(text, style, _)] = line
    assert text == sign
    assert style is not None
    assert style._make_ansi_codes(ColorSystem.TRUECOLOR) == codes


def test_a_look_is_kept_as_one_word_and_nothing_else_is_taken_for_one(tmp_path: Path) -> None:
    file = tmp_path / "state" / "look"
    kept = KeptLook(file)
    assert kept.read() == "dark"
    assert kept.keep("light")
    assert (kept.read(), file.read_text(), [path.name for path in file.parent.iterdir()]) == (
        "light",
        "light\n",
        ["look"],
    )
    file.write_bytes(b"\xff" * 9)
    assert kept.read() == "dark"
    assert not KeptLook().keep("light")


def test_each_sign_has_one_letter_of_ascii_for_it() -> None:
    assert all(len(sign) == 1 == len(letter) and letter.isascii() for sign, letter in ASCII.items())
    assert in_ascii("▲▲▲ high  Лидия  √ done") == "^^^ high  Лидия  + done"


class Framed(SafeApp):
    """A screen with the two lines that all have."""

    @override
    def compose(self) -> ComposeResult:
        yield Head("Home", "Friday 27 November", "locks after 5 min")
        yield KeyHints([Hint("F1", "help")])


@pytest.mark.parametrize("look", CHOICES, ids=lambda look: look.name)
def test_the_text_of_a_screen_is_the_same_in_every_look(look: Look) -> None:
    said: list[str] = []

    async def steps(pilot: Pilot[Any]) -> None:
        said.append(painted(pilot.app))
        app = pilot.app
        assert isinstance(app, Framed)
        app.choose_look(look.name)
        assert app.look is look
        await pilot.pause()
        said.append(painted(app))

    drive(Framed(), steps)
    plain = [re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", text) for text in said]
    assert plain[0] == plain[1]
    assert plain[0].startswith(" Home  Friday 27 November  ")


def test_without_colours_the_chip_is_reverse_and_the_head_underlined() -> None:
    assert MONO.chip().reverse
    app = Framed(eyes=Eyes(forbids_colour=True))

    async def steps(pilot: Pilot[Any]) -> None:
        chip, *rest = pilot.app.query_one(Head).render_line(0)
        assert chip.style is not None
        assert chip.style.reverse
        assert all(segment.style is not None and segment.style.underline for segment in rest)
        said = app.choose_look("light")
        assert "NO_COLOR" in in_words(said)
        assert app.look is MONO

    drive(app, steps)


def test_neighbours_of_one_style_are_sent_as_one() -> None:
    line = draw(DARK, [Cell("a"), Cell(" "), Cell("b"), Cell("  "), Cell("c", Token.DIM)], 10)
    assert [segment.text for segment in line] == ["a b  ", "c    "]
    assert all(isinstance(segment, Segment) for segment in line)


# ---- on real screens -------------------------------------------------------------------------------------------------

SHOWN: dict[str, tuple[str, ...]] = {
    "case list": (),
    "case": ("enter", "down"),
    "note": ("enter", "enter"),
    "export": ("enter", "e", " /media/stick"),
    "question": ("ctrl+n", " Hearing", "escape"),
    "help": ("f1",),
    "log": (":log", "v"),
    "members": (":members", "down"),
    "roles": (":members", "down", "down", "r"),
}
RULES = str.maketrans("│─", "  ")


@pytest.mark.long
def test_a_screen_says_the_same_in_every_look_and_a_choice_is_made_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tui.screens.frame.kept_form.DraftKeeper.is_due", lambda _: False)
    said: dict[str, dict[str, list[str]]] = {name: {} for name in SHOWN}
    with StillDesk() as desk:
        desk.unlock()
        for look in (*CHOICES[1:], CHOICES[0]):
            desk.begin_anew((80, 24), {})
            desk.press(":looks", "right")
            assert desk.app.look is look
            desk.sees("This look could not be saved: it lasts until the next lock.")
            for name, keys in SHOWN.items():
                desk.begin_anew((80, 24), {})
                desk.press(*keys)
                said[name][look.name] = desk.lines().translate(RULES).split()
    assert {name: [look for look in looks if looks[look] != looks["dark"]] for name, looks in said.items()} == {
        name: [] for name in SHOWN
    }


# ---- nowhere else ----------------------------------------------------------------------------------------------------

TABLE = "tui/looks/tokens.py"
_NAMES = "black|white|red|green|blue|yellow|grey|gray|cyan|magenta"
_STYLESHEET_COLOUR = re.compile(
    rf"#[0-9a-fA-F]{{3,8}}\b(?=[^{{]*[;}}])|\b(?:rgba?|hsla?)\(|\bansi_\w+|:\s*(?:{_NAMES})\b"
)
_LITERAL_COLOUR = re.compile(rf"[\"'](?:#[0-9a-fA-F]{{6}}|rgba?\([^\"']*|(?:bright_)?(?:{_NAMES})(?: on \w+)?)[\"']")
_BORDER = re.compile(r"border(?:-\w+)?\s*:\s*(?!none)\w+")
_OWN_NAMES = re.compile(
    r"\$(?:primary|secondary|accent|background|surface|panel|foreground|success|warning|error|boost)\b"
)


def colours_in(source: str, *, is_style: bool) -> list[str]:
    """Return each colour, border and name of Textual's own for a colour that stands in a source of the app."""
    styles = [source] if is_style else re.findall(r'CSS[^=\n]*=\s*"""(.*?)"""', source, re.DOTALL)
    found = [] if is_style else [match[0] for match in _LITERAL_COLOUR.finditer(source)]
    for style in styles:
        plain = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
        rules = [rule for rule in plain.split("}") if not rule.strip().startswith(".-flat")]
        found += [match[0] for match in _STYLESHEET_COLOUR.finditer(plain)]
        found += [match[0] for match in _OWN_NAMES.finditer(plain)]
        found += [match[0] for rule in rules for match in _BORDER.finditer(rule)]
    return found


def _sources() -> list[Path]:
    return [path for path in sorted((ROOT / "tui").rglob("*")) if path.suffix in {".py", ".tcss"}]


def test_no_colour_and_no_border_stands_outside_the_table() -> None:
    found = {
        str(path.relative_to(ROOT)): colours_in(path.read_text("utf-8"), is_style=path.suffix == ".tcss")
        for path in _sources()
        if str(path.relative_to(ROOT)) != TABLE
    }
    assert {path: colours for path, colours in found.items() if colours} == {}


@each(
    {
        "a colour in a style sheet": ("#a { color: #ff0000; }", True, ["#ff0000"]),
        "a colour by name": ("#a { background: red; }", True, [": red"]),
        "a frame": ("Help > Vertical { border: solid $mark; }", True, ["border: solid"]),
        "a line between panes that have no tones": (".-flat #a { border-left: solid $mark; }", True, []),
        "a token": ("#add { color: $acc; background: $raised; border: none; }", True, []),
        "a name of Textual's": ("#a { color: $secondary; }", True, ["$secondary"]),
        "a colour in code": ('Style(color="#84c8d7")', False, ['"#84c8d7"']),
        "a name in code": ('Style.parse("bright_red")', False, ['"bright_red"']),
        "a style sheet in code": ('DEFAULT_CSS = """\nA { color: #fff; }\n"""', False, ["#fff"]),
        "an id": ('self.query_one("#add")', False, []),
    }
)
def test_a_planted_colour_is_found(source: str, is_style: bool, found: list[str]) -> None:
    assert colours_in(source, is_style=is_style) == found


def signs_in(source: str) -> list[str]:
    """Return what a source shows that is neither a letter, nor ASCII, nor a sign of the table."""
    texts = [node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]
    letters = {letter for text in texts if isinstance(text, str) for letter in text if not letter.isascii()}
    return sorted(letter for letter in letters if letter.isprintable() and not letter.isalpha() and letter not in ASCII)


def test_only_signs_of_the_table_are_shown() -> None:
    found = {str(path.relative_to(ROOT)): signs_in(path.read_text("utf-8")) for path in (ROOT / "tui").rglob("*.py")}
    assert {path: signs for path, signs in found.items() if signs} == {}
    assert signs_in("WORDS = 'done ✓, Лидия √ ...'") == ["✓"]
