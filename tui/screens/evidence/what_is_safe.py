"""Backup and exchange: what would be lost with this computer now, how far others know of it, and bundles for them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.looks.signs import DONE, NO_DATE, SOON
from tui.looks.tokens import Token
from tui.screens.evidence.list_import import ListsScreen
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import BACK, NEXT_FIELD, READ_AGAIN, Command
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, FormScreen, PlaceInput
from tui.screens.frame.list_rows import ListScreen
from tui.screens.frame.screen_words import clock_minute, moment
from tui.text.safe_content import safe_content
from tui.values.exchange_shown import PeerShown, ResultText, StandingShown
from tui.widgets.fields import SafeInput
from tui.widgets.numbered_parts import SectionLine
from tui.widgets.strip import Fact, Strip
from tui.widgets.text_cells import Cell, Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.acts.backup import MAKE_BACKUP
from vault.display import age
from vault.durations import DAY_MS, HOUR_MS
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway, Standing


# Exchange with another member: make a bundle, look into one, take one.
IMPORT, _SHOW, MAKE = "take", "show", "make"
_ACTS: Final = (
    (IMPORT, Message("import a bundle that was made for me")),
    (_SHOW, Message("look into a bundle, and import nothing")),
    (MAKE, Message("make a bundle for another member")),
)
_DOING: Final = {
    IMPORT: Message("Importing the bundle"),
    _SHOW: Message("Opening the bundle"),
    MAKE: Message("Making the bundle"),
}
_DONE: Final = {IMPORT: Message("The bundle is imported."), MAKE: Message("The bundle is made.")}
_STOPPED: Final = {
    IMPORT: Message("Stopped. What did not arrive whole is not here; import the bundle again."),
    _SHOW: Message("Stopped. Nothing was imported."),
    MAKE: Message("Stopped. There is no bundle."),
}
_ABOUT: Final = Message(
    "A bundle is one sealed file, say on a stick. It opens on the devices of the member for whom it was made and "
    "nowhere else. Importing it twice changes nothing."
)


class ExchangeScreen(FormScreen):
    """Shows what came of it, and stays.

    Args:
        act: what was chosen already: then it begins with the file.
        member: for whom, where a bundle is made.
    """

    NAME = Message("Exchange")
    HOLDS_TYPING = False
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Do what is chosen"), "F4", Message("do it")),
        BROWSE,
        NEXT_FIELD,
        BACK,
    )

    def __init__(self, act: str = "", member: str = "") -> None:
        super().__init__()
        self._begins_with, self._member = act or IMPORT, member
        self._is_chosen = bool(act)

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow(Message("What"), ChoiceField(_ACTS, value=self._begins_with, id="act")),
            Vertical(id="member-place", classes="place"),
            FormRow(Message("File"), PlaceInput(placeholder="/media/stick/from-joel.bundle", id="file")),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="result"),
        )

    def on_mount(self) -> None:
        self._show_act()
        self.query_one("#file" if self._is_chosen else "#act").focus()
        self.ask(lambda vault: vault.exchange.peers(), partial(self.call_later, self._show_peers))

    async def _show_peers(self, peers: tuple[PeerShown, ...]) -> None:
        place = self.query_one("#member-place")
        if peers:
            words = [(peer.member, peer.name) for peer in peers]
            await place.mount(FormRow(Message("For"), ChoiceField(words, value=self._member, id="member")))
        else:
            alone = Message("No member has another device; members join from the list of members.")
            await place.mount(Static(safe_content(alone)))

    @on(ChoiceField.Changed, "#act")
    def _show_act(self) -> None:
        self.query_one("#member-place").display = self._act == MAKE
        self.query_one("#file", PlaceInput).new = "bundle" if self._act == MAKE else ""

    @on(SafeInput.Submitted)
    def action_go_on(self) -> None:
        act = self._act
        members = self.query("#member").results(ChoiceField)
        member = next((member.value for member in members), "")
        if act == MAKE and not member:
            self.warn(Message("There is nobody to make a bundle for."))
            return
        file = self.place("file")
        if file is None:
            return
        self.write("result", "")
        self.say("")

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ResultText:
            if act == MAKE:
                return vault.exchange.make(member, file, progress, stopped)
            doing = vault.exchange.import_bundle if act == IMPORT else vault.exchange.show
            return doing(file, progress, stopped)

        self.work_long(_DOING[act], work, partial(self._done, act), when_stopped=_STOPPED[act])

    def _done(self, act: str, told: ResultText) -> None:
        self.write("result", *told.lines)
        if told.pending:
            self.warn(Message("Something waits for you or for another bundle: read on above."))
        else:
            self.say(_DONE.get(act, ""))

    @property
    def _act(self) -> str:
        return self.word("act")


_LATE_DAYS: Final = 7
_MOST_LINES: Final = 5


class StandingScreen(ListScreen):
    """One row a member; Enter makes a bundle for the one under the cursor."""

    NAME = Message("Backup and exchange")
    COLUMNS = (
        Column(Message("member")),
        Column(Message("from them"), 13),
        Column(Message("to them"), 13),
        Column(Message("waiting"), 12),
    )
    LIST = "whom"
    HAS_STATES = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("b", "back_up", Message("Make a backup"), "b", Message("back up")),
        Command("i", "take", Message("Import a bundle that was made for you"), "i", Message("import")),
        Command("m,enter", "make", Message("Make a bundle for the member under the cursor"), "m", Message("make")),
        Command("l", "lists", Message("Import a list of cases from a spreadsheet"), "l", Message("list"), rank=2),
        READ_AGAIN,
        BACK,
    )

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield Horizontal(
            Vertical(SectionLine(1, Message("If this computer died now")), Static("", id="lost-now")),
            Vertical(SectionLine(2, Message("Backups")), Static("", id="kept")),
            id="standing-top",
        )
        yield SectionLine(3, Message("With whom"), id="whom-head")
        yield from super().compose_middle()
        yield Strip(id="last-import")

    @override
    def action_refresh(self) -> None:
        self.ask(lambda vault: vault.exchange.standing(), self._show)

    def action_back_up(self) -> None:
        self.app.push_screen(ActForm(MAKE_BACKUP, {}, ""), lambda words: self.say(words or ""))

    def action_take(self) -> None:
        self.app.push_screen(ExchangeScreen(IMPORT))

    @on(VirtualList.Opened)
    def action_make(self) -> None:
        row = self._list.row_at_cursor()
        self.app.push_screen(ExchangeScreen(MAKE, "" if row is None else row.key))

    def action_lists(self) -> None:
        self.app.push_screen(ListsScreen())

    def _show(self, shown: StandingShown) -> None:
        self._is_read = True
        now_ms = self.desk.now_ms()
        self.write("lost-now", *_lost_words(shown, now_ms))
        self.write("kept", *_kept_words(shown, now_ms))
        rows = [_row(other, now_ms) for other in shown.members]
        self.query_one("#whom-head", SectionLine).say(
            Message("the newest that each has of the other") if rows else Message("no member has another device yet")
        )
        here, places = self._list.row_at_cursor(), {row.key: place for place, row in enumerate(rows)}
        self.show_rows(rows, 0 if here is None else places.get(here.key, 0))
        self.query_one(Strip).show(_last_facts(shown))


def _lost_words(shown: StandingShown, now_ms: int) -> list[Words]:
    made = shown.backup_ms
    if made is None:
        return [
            Message("{sign} you would lose all that is here:", sign=SOON),
            Message("no backup was made on this computer"),
        ]
    past = max(now_ms - made, 0)
    lost: Words = Message("you would lose less than an hour of work")
    if past >= DAY_MS:
        lost = plural("you would lose {count} day of work", "you would lose {count} days of work", count=past // DAY_MS)
    elif past >= HOUR_MS:
        lost = plural(
            "you would lose {count} hour of work", "you would lose {count} hours of work", count=past // HOUR_MS
        )
    sign = SOON if past >= _LATE_DAYS * DAY_MS else DONE
    return [Message("{sign} {lost}", sign=sign, lost=lost), Message("what others have of you is not lost")]


def _kept_words(shown: StandingShown, now_ms: int) -> list[Words]:
    lines: list[Words] = []
    if shown.backup_ms is None:
        lines.append(Message("{sign} none; b makes one", sign=SOON))
    else:
        made = moment(shown.backup_ms)
        lines.append(Message("{sign} {time}, read again", sign=DONE, time=made))
    if shown.proven_ms is not None:
        lines.append(Message("{sign} sheets proven {when}", sign=DONE, when=age(shown.proven_ms, now_ms)))
    elif shown.lack_of_sheets:
        lines.append(Message("{sign} {lack}", sign=SOON, lack=shown.lack_of_sheets))
    if shown.checked_ms is not None:
        lines.append(Message("{sign} log or backup checked {when}", sign=DONE, when=age(shown.checked_ms, now_ms)))
    return lines


def _row(other: Standing, now_ms: int) -> ListRow:
    is_late = other.waiting > 0 and (other.sent_ms is None or now_ms - other.sent_ms >= _LATE_DAYS * DAY_MS)
    sign = SOON if is_late else DONE if other.sent else NO_DATE
    token = Token.WARN if is_late else Token.OK if other.sent else Token.DIM
    waiting: Words = plural("{count} of yours", "{count} of yours", count=other.waiting)
    if not other.waiting:
        waiting = Message("nothing")
    return ListRow(
        other.member.hex(),
        (
            Cell(other.name, bold=True),
            _when(other.came_ms, now_ms, is_there=other.came),
            _when(other.sent_ms, now_ms, is_there=other.sent),
            Cell(waiting, Token.WARN if is_late else Token.FG),
        ),
        Cell(sign, token, bold=True),
    )


def _when(ms: int | None, now_ms: int, *, is_there: bool) -> Words:
    if ms is not None:
        return age(ms, now_ms)
    return Message("yes") if is_there else Message("never")


def _last_facts(shown: StandingShown) -> list[Fact]:
    if not shown.last:
        return [Fact(Message("Last import"), Message("none since you came in"))]
    first, *more = shown.last[:_MOST_LINES]
    head = Message("today {time}", time=clock_minute(shown.last_ms))
    return [Fact(Message("Last import"), head, Token.ACC), Fact("", first), *(Fact("", line) for line in more)]
