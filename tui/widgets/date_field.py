"""A field for a date: it takes what people say, and says beside it what it understood."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any, Final, Protocol, cast

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message as Event
from textual.widget import Widget
from typing_extensions import override

from tui.text.calendar import SHORT_MONTHS, long_day, short_day_of_week
from tui.text.in_words import in_words
from tui.widgets.fields import SafeInput
from vault.casework.dates import PartialDate, checked_moment
from vault.casework.typed_dates import IN_FUTURE, NO_YEAR
from vault.deadlines.working_days import NotCountedError
from vault.display import here
from vault.errors import UsageError
from vault.words.message import Message, Words, plural

# A date that was typed, in words: what was understood is said beside the field.

_NEAR_DAYS: Final = 60
_NAMED: Final = {-1: Message("yesterday"), 0: Message("today"), 1: Message("tomorrow")}


def moment_in_words(written: str, today: date) -> tuple[Words, ...]:
    """Return a kept date as `Thursday 26 November 2026, 2 days ago`, or what is known of it, and the same ever shorter.

    The shortest, `Thu 26 Nov, at 10:15`, has no year: it is there for near days alone.
    """
    day, _, time = written.partition("T")
    known = PartialDate.parse(day)
    said: tuple[Words, ...]
    if known.month is None:
        said = (Message("the year {year}", year=known.year),) * 2
    elif known.day is None:
        said = (Message("{month} {year}, no day", month=SHORT_MONTHS[known.month - 1], year=known.year),) * 2
    else:
        whole = date(known.year, known.month, known.day)
        short = Message("{day} {year}", day=short_day_of_week(whole), year=known.year)
        is_near = abs((whole - today).days) <= _NEAR_DAYS
        said = (_day_in_words(whole, today), short, *([short_day_of_week(whole)] if is_near else []))
    return tuple(_with_more(words, time, is_about=known.circa) for words in said)


def _with_more(said: Words, time: str, *, is_about: bool) -> Words:
    if is_about:
        return Message("about {date}", date=said)
    return Message("{date}, at {time}", date=said, time=time) if time else said


def _day_in_words(day: date, today: date) -> Words:
    whole = Message("{day} {year}", day=long_day(day), year=day.year)
    away = (day - today).days
    if abs(away) > _NEAR_DAYS:
        return whole
    near = _NAMED.get(away)
    if near is None and away < 0:
        near = plural("{count} day ago", "{count} days ago", count=-away)
    elif near is None:
        near = plural("in {count} day", "in {count} days", count=away)
    return Message("{date}, {near}", date=whole, near=near)


Explain = Callable[[str, date], Words]
"""Says of a text, as it was typed on this day, how its date was counted; raises `UsageError`."""
Read = Callable[[str, date], str]
"""Makes the date of a text, as it was typed on this day, as a record keeps it; raises `UsageError`."""


_NOT_YET: Final = Message("not a date yet")
_TWO_WAYS: Final = Message("can be read in two ways")
_WRONG: Final = {NO_YEAR.template: Message("which year?"), IN_FUTURE.template: Message("still to come")}
_NOT_COUNTED: Final = Message("whose holidays? e.g. FR behind")


class _HasClock(Protocol):
    def now_ms(self) -> int:
        """Return the wall clock."""


class DateInput(SafeInput):
    """Where the date is typed. Once the field is left, the date itself stands there: `yesterday` would not keep.

    Args:
        value: as a record keeps it, or as it was typed.
        read: how a text is understood.
        explain: what is to be said of how a date was counted, before it is kept; empty where nothing is.
    """

    class Explained(Event):
        """A date was counted as these words say, and stands in the field now."""

        def __init__(self, words: Words) -> None:
            super().__init__()
            self.words = words

    def __init__(self, value: str, *, read: Read, explain: Explain | None = None, **options: Any) -> None:
        super().__init__(value, **options)
        self._read = read
        self._explain = explain
        self._given = value if _is_kept(value) else ""
        self.when_clear: Callable[[], None] | None = None
        """Called as soon as a date that was refused is clear."""

    @property
    def written(self) -> str:
        """The date as a record keeps it; what was typed, where it is none.

        Four digits that may be a day or a year come back as a question, not as that year.
        """
        try:
            return self.understood()
        except UsageError:
            typed = self.value.strip()
            return f"{typed}?" if _is_kept(typed) else typed

    def understood(self) -> str:
        """Return the date as a record keeps it, or nothing where nothing was typed.

        Raises:
            UsageError: it is no date, or has two readings.
        """
        typed = self.value.strip()
        if typed and typed == self._given:  # a year that was kept is not read anew: the same digits typed may be a day
            return typed
        return self._read(typed, self.today) if typed else ""

    def restore(self, written: str) -> None:
        """Let a date stand there that `written` gave."""
        self.value, self._given = written, written if _is_kept(written) else ""

    @property
    def today(self) -> date:
        now = cast("_HasClock", self.app).now_ms()
        return here(now).date()

    def take_explained(self) -> Words:
        """Return what is to be said of how the date was counted, once: the date itself stands there then."""
        words: Words = ""
        with suppress(UsageError):
            words = "" if self._explain is None else self._explain(self.value.strip(), self.today)
            if words:
                self.value = self._given = self.understood()
        return words

    def on_blur(self) -> None:
        words = self.take_explained()
        if words:
            self.post_message(self.Explained(words))
        with suppress(UsageError):
            self.value = self._given = self.understood()


def _is_kept(text: str) -> bool:
    try:
        return checked_moment(text, "date") == text
    except UsageError:
        return False


class Understood(Widget):
    """What was understood, in the longest words that fit."""

    DEFAULT_CSS = """
    Understood { width: 1fr; height: 1; padding-left: 2; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._words: tuple[str, ...] = ()

    def say(self, *words: Words) -> None:
        """Say the first of these that fits."""
        said = tuple(map(in_words, words))
        if said != self._words:
            self._words = said
            self.refresh()

    @override
    def render(self) -> Content:
        width = self.content_size.width
        return Content(next((words for words in self._words if cell_len(words) <= width), ""))


def _what_is_wrong(error: UsageError) -> Words:
    if isinstance(error, NotCountedError):
        return _NOT_COUNTED
    if error.message.template in _WRONG:
        return _WRONG[error.message.template]
    return _NOT_YET if error.next_step == UsageError.usual_step else _TWO_WAYS


class DateField(Horizontal):
    """A date with what was understood beside it.

    Args:
        value, read: see `DateInput`.
        name: of the place to type into.
        hint: what stands in the empty place.
        helps: what is said beside the empty place: the first that fits.
    """

    DEFAULT_CSS = """
    DateField { height: 1; width: 1fr; }
    DateField > DateInput { width: 26; }
    """

    def __init__(
        self,
        value: str,
        *,
        read: Read,
        name: str,
        hint: Words = "",
        helps: tuple[Words, ...] = (),
        explain: Explain | None = None,
    ) -> None:
        super().__init__()
        self._helps = helps
        self._field = DateInput(
            value, read=read, explain=explain, placeholder=hint, id=name, compact=True, max_length=64
        )

    @override
    def compose(self) -> ComposeResult:
        yield self._field
        yield Understood()

    def on_mount(self) -> None:
        self._say()

    @on(SafeInput.Changed)
    def _say(self) -> None:
        said = self.query_one(Understood)
        try:
            written = self._field.understood()
        except UsageError as error:
            said.say(_what_is_wrong(error))
        else:
            said.say(*(moment_in_words(written, self._field.today) if written else self._helps))
            if self._field.when_clear is not None:
                self._field.when_clear()
