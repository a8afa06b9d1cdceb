"""In an emergency: a computer was taken, somebody is gone or arrested, a package is in wrong hands; and the pack."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.tokens import Token
from tui.screens.calls.ending_slips import PickCase
from tui.screens.cases.reopened_forms import LEFT, STORY_OF_CASE
from tui.screens.frame.base import BACK, NEXT_FIELD, READ_AGAIN, Command, VaultScreen, leave
from tui.screens.frame.desk import OpenCase
from tui.screens.frame.dialogs import ask_new_file
from tui.screens.frame.form_fields import ChoiceField, Choose, FormRow, FormRows
from tui.screens.frame.form_screen import FormScreen
from tui.screens.members.lost_devices import show_taken
from tui.screens.referral.export import EXPORT, ExportScreen
from tui.screens.referral.export_questions import QuestionsScreen
from tui.text.in_words import in_words
from tui.text.safe_content import safe_content
from tui.values.exchange_shown import PackShown
from tui.values.forms_typed import FormPlace
from tui.widgets.long_text import LongText
from tui.widgets.text_cells import Cell
from vault.acts.act import Told
from vault.casework.story.incident import Incident
from vault.services.members import devices
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.redaction.questions import Question
    from vault.services.members.devices import Device


# The pack for somebody who is gone: which facts are confirmed, then sealed for a recipient or as a page.
_PROFILE: Final = "disappearance"
_NOTHING: Final = Message(
    "No fact of this case is confirmed, so nothing can leave. Open the record (d in the case) and say who confirms it."
)


class PackFacts(VaultScreen):
    """What is confirmed of a case, and what is not."""

    NAME = Message("Somebody is gone")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Seal the pack for a recipient"), "F4", Message("for a recipient")),
        Command("ctrl+p", "print", Message("Print what is confirmed as a page"), "Ctrl+P", Message("page")),
        READ_AGAIN,
        BACK,
    )

    def __init__(self, shown: PackShown) -> None:
        super().__init__()
        self._shown = shown
        self._decided: dict[str, str] = {}

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield LongText(first=tuple(_cells(self._shown)), id="facts")

    def on_mount(self) -> None:
        self._tell()
        self.query_one("#facts").focus()

    def action_refresh(self) -> None:
        case = self._shown.case
        self.ask(lambda vault: vault.safety.facts(case), self._show)

    def _show(self, shown: PackShown) -> None:
        self._shown = shown
        self.query_one("#facts", LongText).show("", first=tuple(_cells(shown)))
        self._tell()

    def _tell(self) -> None:
        count = self._shown.count
        self.head(self._shown.ref, plural("{count} fact is confirmed", "{count} facts are confirmed", count=count))
        self.say(Message("Nothing is written yet. What is not confirmed stays here.") if count else _NOTHING)

    def action_go_on(self) -> None:
        if self._has_facts():
            self.app.push_screen(ExportScreen(self._shown.case, self._shown.ref, profile=_PROFILE))

    def action_print(self) -> None:
        """Ask of which client the page tells, where there are several, and where it goes."""
        clients = self._shown.clients
        if not self._has_facts():
            return
        if len(clients) > 1:
            question = Choose(Message("Which client is the page about?"), clients)
            self.unless_left(question, self._ask_where)
        else:
            self._ask_where("")

    def _ask_where(self, client: str) -> None:
        """Ask where the page of this client goes; empty for the only one, or for nobody."""
        question = Message(
            "A new file for the page, such as a PDF. It names the client, and of others what you decide. It is not"
            " encrypted."
        )
        ask_new_file(self, question, "/media/stick/facts.pdf", lambda out: self._write(out, client))

    def _write(self, out: Path, client: str) -> None:
        """Write the page; names that are open are decided first."""
        shown, decided = self._shown, self._decided

        def written(done: Told | tuple[Question, ...]) -> None:
            if isinstance(done, Told):
                self.say(done.lines[0])
                return
            questions = QuestionsScreen(shown.ref, done, decided, lambda: None)
            self.app.push_screen(questions, lambda word: self._write(out, client) if word else self._tell())

        self.ask(lambda vault: vault.safety.print_pack(shown, out, client, decided), written)

    def _has_facts(self) -> bool:
        if not self._shown.count:
            self.warn(_NOTHING)
        return bool(self._shown.count)


def _cells(shown: PackShown) -> Iterator[Cell]:
    yield from _part(Message("Confirmed: this leaves"), shown.confirmed)
    yield from _part(Message("Not confirmed: this stays here"), shown.unconfirmed)
    yield from _part(Message("A reader will miss"), tuple(Message("  {line}", line=line) for line in shown.lacks))


def _part(title: Words, lines: tuple[Words, ...]) -> Iterator[Cell]:
    yield Cell(title, Token.ACC, bold=True)
    yield from map(Cell, lines or (Message("  nothing"),))
    yield Cell("")


_TAKEN, _GONE, _ARREST, _URGENT, _HANDS = "taken", "gone", "arrest", "urgent", "hands"
_ACTS: Final = (
    (_TAKEN, Message("a computer was taken")),
    (_GONE, Message("somebody is gone or held: the facts")),
    (_ARREST, Message("write down that somebody was arrested")),
    (_URGENT, Message("send an urgent package to a lawyer")),
    (_HANDS, Message("a package is in wrong hands")),
)
_FORMS: Final = {
    _ARREST: FormPlace(STORY_OF_CASE, about=Incident.KIND),
    _URGENT: FormPlace(EXPORT, about="urgent"),
    _HANDS: FormPlace(LEFT),
}
"""What opens over the case."""
_OPEN, _OTHER = "open", "other"
_OPEN_HERE: Final = (_OPEN, Message("the case that is open"))
_CHOSEN: Final = (_OTHER, Message("another case: choose it in a list"))
_AT_THE_DOOR: Final = Message("They are at the door: Ctrl+\\ closes CaseVault now and asks nothing.")
_ABOUT: Final = {
    _TAKEN: Message(
        "You see whom to warn, in which order, by which safe way, and what must not be used; then what to do. Nothing"
        " is written before you name a file."
    ),
    _GONE: Message(
        "You see which facts are confirmed, which are not, and what a reader would miss. Nothing leaves before"
        " you go on from there."
    ),
    _ARREST: Message(
        "The form of what happened opens. Choose “arrest” in it. It is kept with F4; then you see what to do first."
    ),
    _URGENT: Message(
        "The export opens, for help at once: few fields, few questions. You need a recipient and the client's consent,"
        " or the reason why it cannot wait."
    ),
    _HANDS: Message("What left the case opens. Go to the package and press x: whom to warn, and a letter."),
}


class WhichCase(PickCase):
    """Ends with the case that was chosen, or empty."""

    NAME = Message("Whose case?")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "take", Message("Take the case under the cursor"), "F4", Message("this case")),
        Command("down", "to_list", Message("From the words to the cases"), "Down", Message("cases")),
        leave(Message("Leave; nothing is read")),
    )


class WhatLeftOf(WhichCase):
    """Asks for a case, and shows what left it."""

    NAME = Message("What left which case?")

    @override
    def end(self, word: Words) -> None:
        super().end("")
        if word:
            self.app.post_message(OpenCase(in_words(word), form=FormPlace(LEFT)))


class EmergencyScreen(FormScreen):
    """Asks what happened and to whom, shows what follows, and stays."""

    NAME = Message("In an emergency")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Show what to do"), "F4", Message("show")),
        NEXT_FIELD,
        BACK,
    )

    def __init__(self) -> None:
        super().__init__()
        self._devices: list[Device] = []
        self._case = ""

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Static(safe_content(_AT_THE_DOOR), id="at-the-door"),
            FormRow(Message("What"), ChoiceField(_ACTS, id="act")),
            Vertical(id="device-place", classes="place"),
            Vertical(id="case-place", classes="place"),
            Static("", id="about", classes="about"),
        )

    async def on_mount(self) -> None:
        """Begin at what happened; whose computers there are follows."""
        self._case = self._open_case()
        cases = [_OPEN_HERE, _CHOSEN] if self._case else [_CHOSEN]
        await self.query_one("#case-place").mount(FormRow(Message("Which case"), ChoiceField(cases, id="case")))
        self._show_act()
        self.query_one("#act").focus()
        self.ask(lambda vault: vault.read(devices.list_all), self._show_devices)

    def _open_case(self) -> str:
        below = (screen for screen in reversed(self.app.screen_stack) if isinstance(screen, VaultScreen))
        return next((spot.case for screen in below if (spot := screen.spot()) is not None and spot.case), "")

    def _show_devices(self, found: list[Device]) -> None:
        self._devices = found
        words: list[tuple[str, Words]] = [(device.seat.hex(), _device_words(device)) for device in found]
        self.query_one("#device-place").mount(FormRow(Message("Which computer"), ChoiceField(words, id="device")))

    @on(ChoiceField.Changed, "#act")
    def _show_act(self) -> None:
        act = self.word("act")
        self.query_one("#device-place").display = act == _TAKEN
        self.query_one("#case-place").display = act != _TAKEN
        self.write("about", _ABOUT[act])

    def action_go_on(self) -> None:
        self.say("")
        if self.word("act") == _TAKEN:
            device = next((row for row in self._devices if row.seat.hex() == self.word("device")), None)
            if device is not None:
                show_taken(self, device)
        elif self.word("case") == _OPEN:
            self._read(self._case)
        else:
            self.app.push_screen(WhichCase(), self._read)

    def _read(self, case: str | None) -> None:
        form = _FORMS.get(self.word("act"))
        if case and form is not None:
            self.app.post_message(OpenCase(case, form=form))
        elif case:
            self.ask(lambda vault: vault.safety.facts(case), self._show_facts)

    def _show_facts(self, shown: PackShown) -> None:
        self.app.push_screen(PackFacts(shown))


def _device_words(device: Device) -> Words:
    called = Message("{owner}, {name}", owner=device.member_name, name=device.name or device.seat.hex()[:8])
    return Message("{device}, this one", device=called) if device.is_this else called
