"""Trap 2 and its kin are closed by what the source does not say: each rule finds its planted breach."""

from __future__ import annotations

import re
from pathlib import Path

from tests.tables import each
from tests.tui.source_lint import Allowance, breaches
from vault.casework.document import Document
from vault.casework.form import FormedRecord
from vault.casework.story import STORY

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
