"""Traps 1, 2, 3 and 12: what stands in a note is shown, never obeyed."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
from rich.text import Text
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
from tests.tui.driving import drive, hostile_in, painted, shown, without
from tui.shell.safe import SafeApp
from tui.text.safe_content import safe_content
from tui.widgets.fields import SafeTextArea

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
    output = ""

    async def steps(pilot: Pilot[Any]) -> None:
        nonlocal output
        await pilot.pause()
        output = painted(pilot.app)

    drive(_app(base, lambda: [make()]), steps)
    return output


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
    found = ""

    async def steps(pilot: Pilot[Any]) -> None:
        nonlocal found
        found = shown(pilot.app)

    drive(_app(SafeApp, lambda: [GATED[widget](BRACKETS)]), steps)
    assert BRACKETS in found


def test_a_string_given_as_it_is_stops_the_app_which_is_why_the_lint_forbids_it() -> None:
    async def steps(_pilot: Pilot[Any]) -> None:
        return

    with pytest.raises(Exception, match="oops"):
        drive(_app(SafeApp, lambda: [Static(BRACKETS)]), steps)


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
