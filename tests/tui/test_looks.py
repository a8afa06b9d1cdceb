"""The table of colours, what a terminal gets of it, and that no colour is written anywhere else."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.color import ColorSystem
from rich.segment import Segment
from rich.style import Style
from textual._compositor import LayoutUpdate
from textual.app import ComposeResult
from textual.color import Color
from textual.geometry import Region
from textual.strip import Strip
from typing_extensions import override

import tui.screens
import vault.casework
from tests.hygiene.tree import ROOT
from tests.tables import each
from tests.tui.desk import Driver
from tests.tui.pictures import StillDesk
from tests.tui.pseudo import Pseudo
from tests.tui.source_lint import Allowance, breaches
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
from tui.screens.credentials.unlock_screen import UnlockScreen
from tui.screens.frame.base import EVERYWHERE, Command, VaultScreen, hints
from tui.screens.frame.screen_words import sentence
from tui.shell.looking import Depth, Eyes, KeptLook, eyes_of, filter_for, theme_of
from tui.shell.painted import Painted
from tui.shell.safe import SafeApp
from tui.text.in_words import in_words, speaking
from tui.values.code_words import CODES
from tui.widgets.screen_lines import Head, Hint, KeyHints, fitting_hints
from tui.widgets.text_cells import Cell, draw
from vault.casework.differences import Answer, Part
from vault.casework.document import Document, ReadBy
from vault.casework.form import FormedRecord, Shape
from vault.casework.questionnaires import Country
from vault.casework.script import Script
from vault.casework.story import STORY
from vault.casework.story.referrals import Step
from vault.errors import RefusedError, UsageError, VaultError
from vault.index.case_pages import Sort
from vault.policy.roles import Role
from vault.redaction.spans import Action, IdentifierType
from vault.services.cases.cases import REASONS
from vault.services.projection.approval_checks import CODES_OF_REASONS
from vault.words.message import ENGLISH, Catalogue, Message
from vault.words.next_step import NextStep

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
        "over SSH": ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "SSH_CONNECTION": "a"}, Eyes(Depth.INDEXED)),
        "no word of more": ({"TERM": "xterm-256color"}, Eyes(Depth.INDEXED)),
        "16 colours": ({"TERM": "xterm"}, Eyes(Depth.FEW)),
        "the console of Linux": ({"TERM": "linux", "COLORTERM": "truecolor"}, Eyes(Depth.FEW, has_signs=False)),
        "NO_COLOR": ({"TERM": "xterm-256color", "NO_COLOR": "1"}, Eyes(Depth.INDEXED, forbids_colour=True)),
        "another charset": ({"TERM": "xterm-256color", "LANG": "ru_RU.KOI8-R"}, Eyes(Depth.INDEXED, has_signs=False)),
        "a charset for letters": ({"TERM": "xterm-256color", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, Eyes(Depth.INDEXED)),
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


def test_without_colours_the_chip_is_reverse_and_the_head_underlined() -> None:
    assert MONO.chip().reverse
    with Driver(Framed(eyes=Eyes(forbids_colour=True))) as desk:
        chip, *rest = desk.app.query_one(Head).render_line(0)
        assert chip.style is not None
        assert chip.style.reverse
        assert all(segment.style is not None and segment.style.underline for segment in rest)
        assert "NO_COLOR" in in_words(desk.app.choose_look("light"))
        assert desk.app.look is MONO


def test_neighbours_of_one_style_are_sent_as_one() -> None:
    line = draw(DARK, [Cell("a"), Cell(" "), Cell("b"), Cell("  "), Cell("c", Token.DIM)], 10)
    assert [segment.text for segment in line] == ["a b  ", "c    "]
    assert all(isinstance(segment, Segment) for segment in line)


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
            desk.begin_anew((80, 24), {}).press(":looks", "right")
            assert desk.app.look is look
            desk.sees("This look could not be saved: it lasts until the next lock.")
            for name, keys in SHOWN.items():
                desk.begin_anew((80, 24), {}).press(*keys)
                said[name][look.name] = desk.lines().translate(RULES).split()
    assert {name: [look for look in looks if looks[look] != looks["dark"]] for name, looks in said.items()} == {
        name: [] for name in SHOWN
    }


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


# What stands on a terminal after updates of which only the differences were sent is what Textual drew.
WIDTH = 12
_MOVE = re.compile(r"\x1b\[(\d+);(\d+)H|\x1b\[([\d;]*)m|(.)", re.DOTALL)
_STYLES = [
    Style(),
    Style(color="red"),
    Style(color="red", bgcolor="blue"),
    Style(color="white", bgcolor="blue", bold=True),
    Style(underline=True, bgcolor="blue"),
]
_TEXTS = st.text(st.sampled_from("ab  я│►عن漢e\u0301"), max_size=WIDTH)
_LINES = st.lists(st.tuples(_TEXTS, st.sampled_from(_STYLES)), max_size=3)
_UPDATES = st.lists(st.lists(_LINES, min_size=2, max_size=2), min_size=1, max_size=5)


def _strip(line: list[tuple[str, Style]]) -> Strip:
    strip = Strip([Segment(text, style) for text, style in line if text])
    return strip.adjust_cell_length(WIDTH, Style())


def _update(lines: list[list[tuple[str, Style]]]) -> LayoutUpdate:
    return LayoutUpdate([[_strip(line)] for line in lines], Region(0, 0, WIDTH, len(lines)))


class _Terminal:
    """Obeys moves and colours: a blank shows what is behind it alone."""

    def __init__(self) -> None:
        self.cells: dict[tuple[int, int], tuple[str, str]] = {}

    def show(self, sent: str) -> None:
        x = y = 0
        ink: dict[str, str] = {}
        for row, column, codes, letter in _MOVE.findall(sent):
            if row:
                y, x = int(row) - 1, int(column) - 1
            elif letter:
                width = cell_len(letter)
                if not width:
                    place = next((y, x - back) for back in (1, 2) if (y, x - back) in self.cells)
                    self.cells[place] = (self.cells[place][0] + letter, self.cells[place][1])
                    continue
                seen = ("behind",) if letter == " " and "4" not in ink else ink
                self.cells[y, x] = (letter, str(sorted((name, ink[name]) for name in seen if name in ink)))
                for rest in range(1, width):
                    self.cells.pop((y, x + rest), None)
                x += width
            else:
                for code in codes.split(";"):
                    if code == "0":
                        ink = {}
                    else:
                        ink["colour" if code[0] in "39" and code[1:] else "behind" if code[1:] else code] = code


@given(_UPDATES)
@example([[[("عن", Style())], []], [[], [("a", Style())]]])
@example([[[("a漢b", Style())], []], [[("aabb", Style())], []], [[], []]])
def test_the_terminal_shows_what_was_drawn_last(updates: list[list[list[tuple[str, Style]]]]) -> None:
    painted, ours = Painted(), _Terminal()
    for lines in updates:
        ours.show(painted.differing(_update(lines), ColorSystem.STANDARD))
        whole = _Terminal()
        whole.show(Painted().differing(_update(lines), ColorSystem.STANDARD))
        assert ours.cells == whole.cells
        assert painted.differing(_update(lines), ColorSystem.STANDARD) == ""


def test_of_a_row_only_the_cells_that_differ_are_sent_and_all_of_it_once_it_was_forgotten() -> None:
    painted = Painted()
    first = painted.differing(_update([[("a step", Style())]]), ColorSystem.STANDARD)
    assert "a step" in first
    assert painted.differing(_update([[("a stop", Style())]]), ColorSystem.STANDARD) == "\x1b[1;5Ho"
    painted.forget()
    assert "a stop" in painted.differing(_update([[("a stop", Style())]]), ColorSystem.STANDARD)


def test_a_row_with_letters_that_a_terminal_may_put_elsewhere_is_sent_whole() -> None:
    painted = Painted()
    painted.differing(_update([[("a عن b", Style())]]), ColorSystem.STANDARD)
    assert "a عن c" in painted.differing(_update([[("a عن c", Style())]]), ColorSystem.STANDARD)
    assert "a step b" in painted.differing(_update([[("a step b", Style())]]), ColorSystem.STANDARD)


# What the app makes of the library's words: its keys for what to do, and no name of an act.
_NOT_SHOWN_AS_WORDS: Final = {Answer, Country, Part, ReadBy, Script, Shape, Step}
_HYPHENED: Final = re.compile(r"\b(co-accused|check-in|laissez-passer)\b")


@each(
    {
        "nothing of the command line": (
            UsageError(Message("--days is between 1 and 3660")),
            "Days is between 1 and 3660.",
        ),
        "advice of its own": (
            UsageError(Message("no day"), next_step=Message("Type 2026-12-24.")),
            "No day. Type 2026-12-24.",
        ),
        "a key in place of a command": (
            RefusedError(
                Message("this waits"),
                next_step=Message("Run {verify_log}; reading goes on.", verify_log=NextStep.VERIFY_LOG),
            ),
            "This waits. Run Log (F2, log; then v); reading goes on.",
        ),
    }
)
def test_an_error_says_what_happened_and_what_to_do_in_the_app(error: VaultError, said: str) -> None:
    assert sentence(error) == said


def _vocabularies() -> list[type[StrEnum]]:
    """Return every vocabulary of casework: what a record may keep as a code."""
    rooms = pkgutil.walk_packages(vault.casework.__path__, "vault.casework.")
    modules = [importlib.import_module(room.name) for room in rooms]
    found = {value for module in modules for value in vars(module).values() if isinstance(value, type)}
    return [each for each in found - {StrEnum, *_NOT_SHOWN_AS_WORDS} if issubclass(each, StrEnum)]


def test_every_code_is_shown_in_words_and_none_with_the_hyphen_of_a_code() -> None:
    others = (Role, Sort, Action, IdentifierType, REASONS, CODES_OF_REASONS, STORY)
    every: list[Iterable[str]] = [*_vocabularies(), *others]
    codes = {str(code) for each in every for code in each}
    assert {code for code in codes if code not in CODES} == set()
    shown = {str(word) for code, word in CODES.items()}
    assert {word for word in shown if "-" in word and not _HYPHENED.search(word)} == set()


def test_no_heading_is_in_capitals() -> None:
    for module in pkgutil.walk_packages(tui.screens.__path__, f"{tui.screens.__name__}."):
        importlib.import_module(module.name)
    kinds, names = [VaultScreen], list[str]()
    while kinds:
        kind = kinds.pop()
        kinds += kind.__subclasses__()
        names.append(in_words(kind.NAME))
    assert len(names) > 50
    assert [name for name in names if name.isupper()] == []


# Trap 2 and its kin are closed by what the source does not say: each rule finds its planted breach.
TUI = Path(__file__).parents[2] / "tui"

ALLOWED = {
    "shell/looking.py": Allowance(bases=True),  # the safe app is made from it
    "shell/quiet_process.py": Allowance(modules=frozenset({"logging"})),  # it switches logging off
    "shell/painted.py": Allowance(modules=frozenset({"rich.console"})),  # a type that Textual's updates name
    "shell/launcher.py": Allowance(modules=frozenset({"subprocess"})),  # it starts the child
    # The safe fields are made from these.
    "widgets/fields.py": Allowance(widgets=frozenset({"Input", "TextArea"})),
}


@each(sorted(TUI.rglob("*.py")))
def test_no_screen_shows_a_bare_string_or_opens_a_way_out(path: Path) -> None:
    name = path.relative_to(TUI).as_posix()
    assert breaches(path.read_text("utf-8"), ALLOWED.get(name, Allowance())) == []


def test_every_allowance_is_still_needed() -> None:
    assert [name for name in ALLOWED if not breaches((TUI / name).read_text("utf-8"))] == []


BREACHES = {
    "Static(note.text)": "Static of a bare string",
    "Static(text)": "Static of a bare string",
    "Static(f'{name}')": "Static of a bare string",
    "Static('a' + name)": "Static of a bare string",
    "Static(str(case))": "Static of a bare string",
    "Static(translate('title'))": "Static of a bare string",
    "Static('see [b]here[/b]')": "Static of a bare string",
    "Static(safe_content(a) if a else b)": "Static of a bare string",
    "widgets.Label(name)": "Label of a bare string",
    "Button(label=name)": "Button of a bare string",
    "Option(name, id='x')": "Option of a bare string",
    "Tab(name)": "Tab of a bare string",
    "Collapsible(title=name)": "Collapsible of a bare string",
    "line.update(text)": "update of a bare string",
    "box.border_title = name": "border_title of a bare string",
    "box.tooltip = f'{name}'": "tooltip of a bare string",
    "Static(x_content, markup=True)": "markup=True",
    "app.run(inline=True)": "inline=True",
    "Content.from_markup(text)": "markup read by from_markup",
    "print(name)": "call of print",
    "breakpoint()": "call of breakpoint",
    "self.log(name)": "call of log",
    "with self.app.suspend(): pass": "call of suspend",
    "import logging": "import of logging",
    "from rich import markup": "import of rich.markup",
    "import webbrowser": "import of webbrowser",
    "from textual.widgets import DataTable": "widget DataTable",
    "from textual.widgets import Input": "widget Input",
    "class Mine(App[None]): pass": "an app that is no SafeApp",
}


@each(list(BREACHES))
def test_a_planted_breach_is_found(source: str) -> None:
    assert breaches(source) == [f"1: {BREACHES[source]}"]


@each(
    [
        "Static(safe_content(note.text))",
        "Static('Cases')",
        "Static()",
        "Button(safe_content(label), id='no')",
        "Label(title_content)",
        "Static(safe_content(a) if a else safe_content(b))",
        "box.border_title = safe_content(name)",
        "ListItem(Label(safe_content(name)))",
        "class Mine(SafeApp): pass",
    ]
)
def test_what_goes_through_the_gate_is_no_breach(source: str) -> None:
    assert breaches(source) == []


def test_no_rule_of_the_style_sheet_meets_a_field_of_a_form_by_its_id() -> None:
    """A field has its name as id: a rule for a part of another screen would move or hide it."""
    rules = set(re.findall(r"#([a-z][a-z_-]*)", (TUI / "shell/app.tcss").read_text(encoding="utf-8")))
    kinds: list[type[FormedRecord]] = [*STORY.values(), Document]
    fields = {field.name for kind in kinds for field in kind.FORM.fields}
    assert rules & fields == set()


# The last line of every screen, in each language, and the keys that mean one thing everywhere.
ROOM = 78
"""What a line of 80 cells has between its margins."""
STAY = {"F1", "F4", "Esc", "Ctrl+L"}


def _screens() -> list[type[VaultScreen]]:
    for module in pkgutil.walk_packages(tui.screens.__path__, "tui.screens."):
        importlib.import_module(module.name)

    def below(kind: type[VaultScreen]) -> Iterator[type[VaultScreen]]:
        for found in kind.__subclasses__():
            yield found
            yield from below(found)

    return [kind for kind in below(VaultScreen) if kind.__module__.startswith("tui.") and kind.ACTS]


SCREENS = _screens()


def _footer(kind: type[VaultScreen]) -> list[Hint]:
    lock = next(command for command in EVERYWHERE if command.action == "app.lock")
    return hints([EVERYWHERE[0], *kind.ACTS, lock])


def _line(shown: tuple[Hint, ...]) -> str:
    return "  ".join(map(str, shown))


@pytest.mark.parametrize("catalogue", [ENGLISH, Pseudo()], ids=["english", "pseudo"])
def test_each_footer_keeps_to_its_line_by_whole_words_with_help_and_the_ways_out(catalogue: Catalogue) -> None:
    with speaking(catalogue):
        for kind in SCREENS:
            wanted = _footer(kind)
            shown = fitting_hints(wanted, ROOM)
            line = _line(shown)
            assert cell_len(line) <= ROOM, kind
            assert [hint.key for hint in wanted if hint.key in STAY] == [hint.key for hint in shown if hint.key in STAY]
            assert (shown[0].key, shown[-1].key) == ("F1", "Ctrl+L"), kind
            for hint in shown:
                assert f"{hint.key} {in_words(hint.label)}" in line


def test_in_english_nothing_has_to_go_at_80_columns_but_what_forms_have_in_common() -> None:
    kinds = [kind for kind in SCREENS if kind is not UnlockScreen]  # its footer has no lock
    too_long = {kind.__name__: _line(tuple(hint for hint in _footer(kind) if hint.rank == 1)) for kind in kinds}
    assert {name: line for name, line in too_long.items() if cell_len(line) > ROOM} == {}


RESERVED = frozenset(
    {"f1", "f2", "f3", "f6", "f7", "f8", "f9", "f12", "ctrl+l", "ctrl+q", "ctrl+backslash", "exclamation_mark"}
)
"""Keys that mean one thing on every screen of an open vault, and that no screen may take. F9 is the call slip's."""


def _strays(kind: type[VaultScreen]) -> list[str]:
    """Return the keys that this screen takes from what works everywhere."""
    everywhere = {key: command.action for command in EVERYWHERE for key in command.keys.split(",")}
    return [
        key
        for command in kind.ACTS
        for key in command.keys.split(",")
        if key in RESERVED and command.action != everywhere.get(key)
    ]


def test_no_screen_of_an_open_vault_takes_a_key_that_means_one_thing_everywhere() -> None:
    assert {kind.__name__: _strays(kind) for kind in SCREENS if kind is not UnlockScreen and _strays(kind)} == {}


@each([("f9", ["f9"]), ("ctrl+r,f8", ["f8"]), ("f3", ["f3"]), ("f4", []), ("n", [])])
def test_a_key_that_is_taken_is_found(keys: str, taken: list[str]) -> None:
    assert _strays(type("Taking", (VaultScreen,), {"ACTS": (Command(keys, "act", "Act", "X"),)})) == taken
