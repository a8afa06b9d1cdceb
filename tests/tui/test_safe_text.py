"""The gate and its backstop, character by character."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, ClassVar

import pytest
from rich.text import Text
from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.pilot import Pilot
from textual.widget import Widget
from textual.widgets import (
    Button,
    Checkbox,
    Collapsible,
    DataTable,
    Input,
    Label,
    ListItem,
    ListView,
    Log,
    Markdown,
    OptionList,
    RadioButton,
    RichLog,
    Select,
    SelectionList,
    Static,
    Tab,
    Tabs,
    TextArea,
    Tree,
)
from textual.widgets.option_list import Option
from typing_extensions import override

from tests.tables import each
from tests.tui.desk import Driver
from tests.tui.driving import Wire, drive, hostile_in, painted, shown, without
from tui.shell.quiet_process import describe_fault, fault_place
from tui.shell.safe import SafeApp
from tui.shell.terminal_reset import has_title, without_strings
from tui.text.safe_content import safe_content
from tui.text.safe_text import safe_line, safe_paste, safe_text, without_hostile
from tui.widgets.fields import PassphraseInput, SafeInput, SafeTextArea

HOSTILE = [
    *(chr(code) for code in range(0x20) if chr(code) not in "\t\n"),
    *(chr(code) for code in range(0x7F, 0xA0)),
    *"\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069",
    "\U000e0001",
    "\U000e0041",
    "\U000e007f",
    "\ud800",
    "\udfff",
]
HARMLESS = (
    "a é е\u0301 ё 山 \U0001f469\u200d\U0001f692 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 [/x] \u00a0 \u2026"
)


@each(HOSTILE)
def test_a_hostile_character_becomes_one_mark_and_leaves_the_backstop_not_at_all(character: str) -> None:
    assert safe_text(f"a{character}b") == "a·b"
    assert safe_line(f"a{character}b") == "a·b"
    assert without_hostile(f"a{character}b") == "ab"


def test_ordinary_text_of_many_scripts_passes_unchanged() -> None:
    for act in (safe_text, safe_line, safe_paste, without_hostile):
        assert act(HARMLESS) == HARMLESS


def test_nothing_else_of_unicode_changes_length() -> None:
    every = "".join(map(chr, range(sys.maxunicode + 1)))
    assert len(safe_text(every)) == len(every)
    assert len(safe_line(every)) == len(every)


def test_line_ends_stay_lines_and_a_line_stays_one() -> None:
    assert safe_text("a\r\nb\tc\rd") == "a \nb\tc·d"
    assert safe_line("a\r\nb\tc\nd") == "a  b c d"
    assert safe_paste("a\r\nb\rc\n") == "a\nb\nc\n"
    assert without_hostile("a\tb\nc") == "abc"


@each(
    [
        ("\x1b[31mred\x1b[0m", "\x1b[31mred\x1b[0m"),
        ("a\x1b]52;c;QUJD\x07b", "ab"),
        ("a\x1b]8;;https://x.invalid\x1b\\b", "ab"),
        ("a\x1bPq1\x1b\\b\x1b_x\x1b\\c\x1b^y\x1b\\d\x1bXz\x1b\\e", "abcde"),
        ("a\x1b]2;no end", "a"),
        ("a\x07b\x9b31mc", "ab31mc"),
        ("\x1b[?1049h\x1b[<u", "\x1b[?1049h\x1b[<u"),
    ]
)
def test_the_driver_sends_no_strings_to_the_terminal(output: str, left: str) -> None:
    assert without_strings(output) == left


@each([("xterm-256color", True), ("linux", False), ("dumb", False), ("", False)])
def test_a_title_is_set_only_where_there_is_one(term: str, titled: bool) -> None:
    assert has_title(term) is titled


def test_a_fault_is_told_by_class_place_and_number() -> None:
    with pytest.raises(ValueError, match="invalid literal") as caught:
        int("juniper lantern orbit")
    told = describe_fault(caught.value, kept="Your note is kept.", incident="0badcafe").split("\n")
    assert fault_place(caught.value).startswith("tui/test_safe_text.py:")
    assert told[:2] == ["CaseVault had to stop.", "Your note is kept."]
    assert told[2].startswith("If you report it: incident 0badcafe, ValueError at tui/test_safe_text.py:")
    assert "juniper" not in "".join(told)


def test_a_fault_that_was_never_raised_has_no_place() -> None:
    assert fault_place(ValueError()) == "unknown place"


# Traps 1, 2, 3 and 12: what stands in a note is shown, never obeyed.
ATTACK = "a\x1b]52;c;QUJD\x07b\x1b]2;evil\x1b\\c\x1bP+q544e\x1b\\d\x9b31me\u202ef\x7fg\U000e0041h"


def _table(text: Any) -> Widget:
    table: DataTable[Any] = DataTable()
    table.add_column(Text(text) if isinstance(text, str) else text)
    table.add_row(Text(text) if isinstance(text, str) else text)
    return table


def _tree(text: Any) -> Widget:
    tree: Tree[None] = Tree(Text(text))
    tree.root.add_leaf(Text(text))
    tree.root.expand()
    return tree


def _bordered(text: Any) -> Widget:
    widget = Static("x")
    widget.styles.border = ("solid", "white")
    widget.border_title = Content(text)
    widget.border_subtitle = Content(text)
    return widget


def _log(text: Any) -> Widget:
    log = Log()
    log.write(text)
    return log


def _rich_log(text: Any) -> Widget:
    log = RichLog()
    log.write(Text(text))
    return log


# Each gets text as it would if a screen had missed the gate.
UNGATED: dict[str, Callable[[str], Widget]] = {
    "Static": lambda text: Static(Content(text)),
    "Static of Rich text": lambda text: Static(Text(text)),
    "Label": lambda text: Label(Content(text)),
    "Button": lambda text: Button(Content(text)),
    "Checkbox": lambda text: Checkbox(Content(text)),
    "RadioButton": lambda text: RadioButton(Content(text)),
    "Input": Input,
    "Input placeholder": lambda text: Input(placeholder=text),
    "TextArea": TextArea,
    "SafeTextArea": SafeTextArea,
    "OptionList": lambda text: OptionList(Option(Content(text))),
    "SelectionList": lambda text: SelectionList[int]((Content(text), 1)),
    "Select": lambda text: Select([(Content(text), 1)], value=1),
    "Tabs": lambda text: Tabs(Tab(Content(text))),
    "Collapsible": lambda text: Collapsible(Static("x"), title=text.replace("[", "(")),
    "ListView": lambda text: ListView(ListItem(Label(Content(text)))),
    "Markdown": Markdown,
    "DataTable": _table,
    "Tree": _tree,
    "Log": _log,
    "RichLog": _rich_log,
    "border title": _bordered,
}


def _app(base: type[SafeApp], make: Callable[[], Iterable[Widget]]) -> SafeApp:
    class Screenful(base):  # type: ignore[misc, valid-type]  # the base is the subject
        @override
        def compose(self) -> ComposeResult:
            yield from make()

    app: SafeApp = Screenful()
    return app


def _painted(base: type[SafeApp], make: Callable[[], Widget]) -> str:
    with Driver(_app(base, lambda: [make()])) as desk:
        return desk.painted()


@each(list(UNGATED))
def test_text_that_missed_the_gate_is_stopped_by_the_line_filter(widget: str) -> None:
    make = UNGATED[widget]
    output = _painted(SafeApp, lambda: make(ATTACK))
    assert hostile_in(output) == ""
    assert "\x1b]" not in output


LEAKY = [name for name in UNGATED if name not in {"Collapsible"}]


@each(LEAKY)
def test_without_the_line_filter_the_same_text_reaches_the_terminal(widget: str) -> None:
    make = UNGATED[widget]
    assert hostile_in(_painted(without(SafeApp, "get_line_filters"), lambda: make(ATTACK))) != ""


def test_gated_text_shows_each_hostile_character_as_a_mark() -> None:
    output = _painted(without(SafeApp, "get_line_filters"), lambda: Static(safe_content(ATTACK)))
    assert hostile_in(output) == ""
    assert "a·]52;c;QUJD·b" in output


def test_a_link_style_is_not_written_as_an_address() -> None:
    def make() -> Widget:
        return Static(Text.assemble(("court", "link https://tracker.invalid/noor")))

    assert "tracker.invalid" not in _painted(SafeApp, make)
    assert "tracker.invalid" in _painted(without(SafeApp, "get_line_filters"), make)


def test_opening_a_link_asks_no_browser(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda url, *_: opened.append(url))

    async def steps(pilot: Pilot[Any]) -> None:
        pilot.app.open_url("https://tracker.invalid")

    drive(SafeApp(), steps)
    assert opened == []
    drive(without(SafeApp, "open_url")(), steps)
    assert opened == ["https://tracker.invalid"]


BRACKETS = "see [/oops] and [A12] and [bold]x[/bold]"

GATED: dict[str, Callable[[str], Widget]] = {
    "Static": lambda text: Static(safe_content(text)),
    "Label": lambda text: Label(safe_content(text)),
    "Button": lambda text: Button(safe_content(text)),
    "Checkbox": lambda text: Checkbox(safe_content(text)),
    "OptionList": lambda text: OptionList(Option(safe_content(text))),
    "SelectionList": lambda text: SelectionList[int]((safe_content(text), 1)),
    "Tabs": lambda text: Tabs(Tab(safe_content(text))),
    "styled": lambda text: Static(safe_content(text, "bold")),
    "TextArea": SafeTextArea,
}


@each(list(GATED))
def test_square_brackets_are_shown_and_neither_obeyed_nor_swallowed(widget: str) -> None:
    with Driver(_app(SafeApp, lambda: [GATED[widget](BRACKETS)])) as desk:
        assert BRACKETS in desk.lines()


def test_a_string_given_as_it_is_stops_the_app_which_is_why_the_lint_forbids_it() -> None:
    with pytest.raises(Exception, match="oops"), Driver(_app(SafeApp, lambda: [Static(BRACKETS)])):
        pass


def test_a_toast_shows_brackets_and_no_control_characters() -> None:
    found = output = ""

    async def steps(pilot: Pilot[Any]) -> None:
        nonlocal found, output
        pilot.app.notify(f"[/oops] {ATTACK}", title=f"[A12] {ATTACK}")
        await pilot.pause()
        await pilot.pause()
        found, output = shown(pilot.app), painted(pilot.app)

    drive(SafeApp(), steps, notifications=True)
    assert "[/oops]" in found
    assert "[A12]" in found
    assert "a·]52;c;QUJD·b" in found
    assert hostile_in(output) == ""
    with pytest.raises(Exception, match="oops"):
        drive(without(SafeApp, "notify")(), steps, notifications=True)


def _acts_when_clicked(base: type[SafeApp]) -> bool:
    class Clickable(base):  # type: ignore[misc, valid-type]  # the base is the subject
        acted = False

        @override
        def compose(self) -> ComposeResult:
            yield Static(Content.from_markup("[@click=app.act]hello hello[/]"))

        def action_act(self) -> None:
            self.acted = True

    app = Clickable()

    async def steps(pilot: Pilot[Any]) -> None:
        await pilot.click(Static, offset=(2, 0))
        await pilot.pause()

    drive(app, steps)
    return bool(app.acted)


def test_an_action_hidden_in_text_does_not_run_when_clicked() -> None:
    assert not _acts_when_clicked(SafeApp)
    assert _acts_when_clicked(without(SafeApp, "_broker_event"))


# Traps 8, 13 and 14: copying, pasting, printing.
SECRET = "juniper lantern orbit"


def _copied(base: type[SafeApp], make: Callable[[], Input | TextArea], key: str) -> tuple[str, str]:
    """Return what went to the terminal and what the app's own clipboard holds after selecting all and this key."""
    with Driver(_app(base, lambda: [make()])) as desk:
        wire = Wire(desk.app)
        field = desk.app.query_one(Widget)
        assert isinstance(field, Input | TextArea)
        desk.call(field.focus).call(field.select_all if isinstance(field, TextArea) else field.action_select_all)
        desk.press(key)
        return wire.sent, desk.app.clipboard


@pytest.mark.parametrize("key", ["ctrl+c", "ctrl+x"])
@pytest.mark.parametrize("kind", [SafeInput, SafeTextArea])
def test_copied_text_stays_in_the_app(key: str, kind: type[Any]) -> None:
    assert _copied(SafeApp, lambda: kind(SECRET), key) == ("", SECRET)
    assert "\x1b]52;" in _copied(without(SafeApp, "copy_to_clipboard"), lambda: kind(SECRET), key)[0]


@each(["ctrl+c", "ctrl+x"])
def test_a_passphrase_is_copied_nowhere_at_all(key: str) -> None:
    assert _copied(SafeApp, lambda: PassphraseInput(SECRET), key) == ("", "")
    assert _copied(SafeApp, lambda: SafeInput(SECRET, password=True), key) == ("", SECRET)


def test_text_on_screen_cannot_be_selected_with_the_mouse() -> None:
    assert SafeApp.ALLOW_SELECT is False


PASTE = "Noor\x1b]52;c;QUJD\x07\r\nsecond\n\nthird"


def _pasted(base: type[SafeApp], make: Callable[[], Input | TextArea]) -> tuple[str, list[int]]:
    class Pasting(base):  # type: ignore[misc, valid-type]  # the base is the subject
        lost: ClassVar[list[int]] = []

        @override
        def compose(self) -> ComposeResult:
            yield make()

        def on_safe_input_paste_cut(self, message: SafeInput.PasteCut) -> None:
            self.lost.append(message.lost_lines)

    with Driver(Pasting()) as desk:
        field: Any = desk.app.query_one(Widget)
        desk.call(field.focus).send(events.Paste(PASTE))
        return field.text if isinstance(field, TextArea) else field.value, desk.app.lost


def test_a_paste_into_one_line_is_cleaned_and_the_lost_lines_are_counted() -> None:
    assert _pasted(SafeApp, SafeInput) == ("Noor·]52;c;QUJD·", [2])
    assert "\x1b" in _pasted(without(SafeApp, "on_event"), SafeInput)[0]


def test_a_paste_into_a_note_is_cleaned_and_whole() -> None:
    assert _pasted(SafeApp, SafeTextArea) == ("Noor·]52;c;QUJD·\nsecond\n\nthird", [])
    assert "\x1b" in _pasted(without(SafeApp, "on_event"), SafeTextArea)[0]


def _captured(base: type[SafeApp]) -> list[str]:
    heard: list[str] = []

    class Listening(Static):
        def on_mount(self) -> None:
            self.begin_capture_print()

        def on_print(self, event: events.Print) -> None:
            heard.append(event.text)

    class Printing(base):  # type: ignore[misc, valid-type]  # the base is the subject
        @override
        def compose(self) -> ComposeResult:
            yield Listening()

    async def steps(pilot: Pilot[Any]) -> None:
        print(SECRET)
        await pilot.pause()

    drive(Printing(), steps)
    return heard


def test_what_is_printed_reaches_no_widget() -> None:
    assert _captured(SafeApp) == []
    assert SECRET in _captured(without(SafeApp, "begin_capture_print"))
