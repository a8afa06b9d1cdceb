"""The fields of a call slip, with the cases that they remind of; and an open slip, to be corrected."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import ClassVar, Final

from rich.cells import cell_len
from textual import events, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.suggester import SuggestFromList
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import NEXT_FIELD, Command, VaultScreen, leave
from tui.screens.frame.form_fields import FormRow
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.screen_words import languages, moment
from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.text.safe_text import safe_line, safe_text
from tui.values.forms_typed import SLIP, CaseLike, FormPlace, Reminding, SlipTyped
from tui.widgets.fields import SafeInput, SafeTextArea
from tui.widgets.text_cells import fit
from vault.acts.intake import EDIT
from vault.errors import VaultError
from vault.services.cases.intake import SlipLine
from vault.words.message import Message, Words

# The fields of a call slip, with the cases that its number and its name remind of.

_HINT: Final = Message(
    "Shift+Tab goes up to the caller; Enter on a number or a name shows that case. Later you move the slip"
    " into a case, make a case of it, or close it. No field is required."
)


_NO_DIGIT: Final = Message("Number: it has no digit. A name goes into the next field.")
_LONGEST_CLIENT: Final = 18
_FIELD_OF_WORD: Final = {
    "number": "number", "name": "name", "language": "language", "text": "said", "time": "call-back"
}  # fmt: skip


class CallFields(Vertical):
    """Number, name as heard, language, what was said, and whether to call back; `slip` is what stands there first."""

    def __init__(self, slip: SlipTyped | None = None) -> None:
        super().__init__()
        self._first = slip or SlipTyped("", 0)

    @override
    def compose(self) -> ComposeResult:
        first = {name: safe_line(text) for name, text in _lines_of(self._first).items()}
        area = SafeTextArea(safe_text(self._first.said), id="said", soft_wrap=True)
        said = FormRow(Message("What was said"), area)
        said.add_class("said-row")
        known = SuggestFromList(languages(), case_sensitive=False)
        yield FormRow(
            Message("Number"), Horizontal(_line("number", first), Static("", id="number-match", classes="match"))
        )
        yield FormRow(
            Message("Heard name"), Horizontal(_line("name", first), Static("", id="name-match", classes="match"))
        )
        language = SafeInput(first["language"], id="language", compact=True, suggester=known)
        yield FormRow(Message("Language"), language)
        yield said
        yield FormRow(Message("Call back"), _line("call-back", first, Message("empty: no; or yes, or when")))
        yield Static(safe_content(_HINT), id="call-hint")

    @property
    def area(self) -> SafeTextArea:
        """Where what was said is written."""
        return self.query_one("#said", SafeTextArea)

    def text_of(self, field: str) -> str:
        """Return what was typed into a field of one line."""
        return self._line(field).value

    def typed(self, slip: SlipTyped) -> SlipTyped:
        return replace(
            slip,
            number=self.text_of("number"),
            name=self.text_of("name"),
            language=self.text_of("language"),
            said=self.area.text,
            call_back=self.text_of("call-back"),
        )

    def add(self, slip: SlipTyped) -> None:
        """Put in what a slip says, before what was typed already."""
        for name, text in _lines_of(slip).items():
            field = self._line(name)
            field.value = field.value or safe_line(text)
        earlier, typed = safe_text(slip.said), self.area.text
        if earlier:
            self.area.text = f"{earlier}\n{typed}" if typed else earlier
            self.area.cursor_location = self.area.document.end

    def take_again(self, last: SlipTyped) -> None:
        """Put into the field that has the focus what it had in another slip."""
        for name, text in _lines_of(last).items():
            if self._line(name).has_focus:
                self._line(name).value = safe_line(text)

    def go_to_wrong(self, error: VaultError) -> None:
        """Go to the field that an error names, if it names any."""
        wrong = next((field for word, field in _FIELD_OF_WORD.items() if str(error).startswith(word)), None)
        if wrong is not None:
            self.query_one(f"#{wrong}").focus()

    def show_reminding(self, found: Reminding) -> None:
        """Say which cases the number and the name remind of."""
        match, is_barred = self.query_one("#number-match", Static), self.text_of("number") in found.do_not_call
        match.set_class(is_barred, "-barred")
        match.update(safe_content(_barred(found.by_number) if is_barred else _ends_as(found.by_number)))
        self.query_one("#name-match", Static).update(safe_content(_like(found.by_name)))

    @on(events.DescendantBlur)
    def _look_at_number(self, event: events.DescendantBlur) -> None:
        """Say at once where a name was typed as the number."""
        typed, screen = self.text_of("number").strip(), self.screen
        is_name = bool(typed) and not any(letter.isdigit() for letter in typed)
        if event.widget.id == "number" and is_name and isinstance(screen, VaultScreen):
            screen.warn(_NO_DIGIT)

    def _line(self, name: str) -> SafeInput:
        return self.query_one(f"#{name}", SafeInput)


def heard(slip: SlipTyped) -> dict[str, tuple[str, ...]]:
    """Return what a slip says, as its acts are told."""
    wish = slip.call_back.strip()
    is_no, is_yes = (wish.casefold() == in_words(word) for word in (Message("no"), Message("yes")))
    when = "" if is_no or is_yes else wish
    lines = {"name": slip.name, "number": slip.number, "language": slip.language, "text": slip.said, "when": when}
    wished = "no_call_back" if not wish or is_no else "call_back"
    return {**{name: (line,) for name, line in lines.items()}, wished: ("yes",)}


def asked_back(slip: SlipLine) -> Words:
    """Return whether to call back, and when; empty for no."""
    return (slip.said.when or Message("yes")) if slip.said.call_back else ""


def _line(name: str, first: Mapping[str, str], placeholder: Words = "") -> SafeInput:
    return SafeInput(first[name], placeholder=placeholder, id=name, compact=True)


def _lines_of(slip: SlipTyped) -> dict[str, str]:
    return {"number": slip.number, "name": slip.name, "language": slip.language, "call-back": slip.call_back}


def _ends_as(found: tuple[CaseLike, ...]) -> Words:
    if len(found) > 1:
        return Message("! ends as {ref} does, +{more}", ref=found[0].ref, more=len(found) - 1)
    return Message("! ends as {ref} does", ref=found[0].ref) if found else ""


def _barred(found: tuple[CaseLike, ...]) -> Words:
    return Message("DO NOT CALL ({ref})", ref=found[0].ref) if found else Message("DO NOT CALL")


def _like(found: tuple[CaseLike, ...]) -> Words:
    if not found:
        return ""
    client, ref = found[0].client, found[0].ref
    client = fit(client, min(cell_len(client), _LONGEST_CLIENT))
    if len(found) > 1:
        return Message("like {client} ({ref}), +{more}", client=client, ref=ref, more=len(found) - 1)
    return Message("like {client} ({ref})", client=client, ref=ref)


# An open call slip, to be corrected: the fields of a call, with what they say.
class SlipForm(ActScreen, KeptForm):
    """Ends with a sentence about the slip, which is given as it is."""

    NAME = Message("Correct a call")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Keep the corrected slip"), "F4", Message("keep")),
        NEXT_FIELD,
        leave(Message("Leave; the slip stays as it was")),
    )

    def __init__(self, slip: SlipLine) -> None:
        super().__init__()
        self._slip = slip

    @override
    def compose_middle(self) -> Iterable[Widget]:
        slip = self._slip
        said = (slip.said.number, slip.said.name, slip.said.language, slip.said.text, in_words(asked_back(slip)))
        yield CallFields(SlipTyped(slip.key, slip.said.received, *said))

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(SLIP, about=self._slip.key)

    def on_mount(self) -> None:
        """Begin where most is written."""
        self.head(moment(self._slip.said.received))
        area = self.query_one(CallFields).area
        area.cursor_location = area.document.end
        area.focus()

    def action_finish(self) -> None:
        typed = self.query_one(CallFields).typed(SlipTyped(self._slip.key, self._slip.said.received))
        said = {"slip": (self._slip.key,), **heard(typed)}
        self.do(Doing(EDIT, said, lambda told: self.end(told.lines[0]), failed=self._refused))

    def _refused(self, error: VaultError) -> None:
        self.fail(error)
        self.query_one(CallFields).go_to_wrong(error)
