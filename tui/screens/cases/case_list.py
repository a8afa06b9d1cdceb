"""The list of cases, and many of them at once. How the vault stands is on home."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from typing_extensions import override

from tui.screens.cases.due_rows import preview_facts
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import READ_AGAIN, Command
from tui.screens.frame.desk import OpenCase, ShowBoth
from tui.screens.frame.dialogs import ResultDialog
from tui.screens.frame.form_fields import Choose
from tui.screens.frame.list_rows import CasePages, case_row, risk_width
from tui.screens.frame.looking_back import BOTH, UNDO, LooksBack
from tui.screens.frame.screen_words import order_words
from tui.text.in_words import in_words, together, warning
from tui.values.cases_shown import CaseLine, CaseListStart, PreviewShown, Spot, VaultStatus
from tui.values.code_words import choices
from tui.widgets.fields import SafeInput
from tui.widgets.strip import ListAndStrip, Strip
from tui.widgets.text_cells import Column, text_of
from tui.widgets.virtual_list import PAGE_ROWS, ListHeader, VirtualList
from vault.acts.case import CLOSE, EDIT, NEW
from vault.casework.case import Case
from vault.errors import RefusedError, VaultError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Gateway


# Many cases at once: marked in the list, then assigned, flagged or closed, each with an entry of its own.
_CHANGE, _CLOSE, _UNMARK = "change", "close", "unmark"
_ACTS: Final = (
    (_CHANGE, Message("Change their risk, or who is responsible")),
    (_CLOSE, Message("Close them")),
    (_UNMARK, Message("Take the marks away")),
)


class ManyCases(ActScreen):
    """A list of cases whose rows can be marked. It says which list, and which of all cases it lists now."""

    MARKING: ClassVar[tuple[Command, ...]] = (
        Command("f4", "many", Message("Assign, flag or close the marked cases"), "F4", Message("marked"), rank=0),
        Command("", "mark", Message("Mark the case, or remove its mark"), "Space", Message("mark"), rank=2),
        Command("ctrl+a", "mark_all", Message("Mark all cases that are listed, up to 500"), "Ctrl+A"),
    )

    has_marked = False
    """Whether any case is marked."""
    _told = ""

    @property
    def case_list(self) -> VirtualList:
        """Where they are marked."""
        raise NotImplementedError

    def listed(self) -> Callable[[Gateway], tuple[str, ...]]:
        """Return what finds the cases that are listed now, up to as many as may be changed at once."""
        raise NotImplementedError

    def action_refresh(self, stand_on: str = "") -> None:
        raise NotImplementedError

    def unmark(self) -> None:
        """Take all marks away."""
        self._mark_these(())

    def action_mark(self) -> None:
        self.case_list.action_mark()

    def action_mark_all(self) -> None:
        self.ask(self.listed(), self._mark_these)

    def _mark_these(self, cases: Sequence[str]) -> None:
        self.case_list.mark(cases)

    @on(VirtualList.Marked)
    def _tell_marked(self) -> None:
        count = len(self.case_list.marked)
        self.has_marked, had_marked = count > 0, self.has_marked
        if not (count or had_marked):
            return
        marked = plural(
            "{count} case is marked; F4 assigns, flags or closes it.",
            "{count} cases are marked; F4 assigns, flags or closes them.",
            count=count,
        )
        if count:
            self.say(marked)
            self._told = self.said
        elif self.said == self._told:  # what was done with them stays
            self.say("")
        self.show_keys()

    def action_many(self) -> None:
        count = len(self.case_list.marked)
        question = plural("{count} case is marked. What now?", "{count} cases are marked. What now?", count=count)
        self.app.push_screen(Choose(question, _ACTS), self._begin)

    def _begin(self, chosen: str | None) -> None:
        cases = {"case": tuple(sorted(self.case_list.marked))}
        about = plural("{count} marked case", "{count} marked cases", count=len(cases["case"]))
        if chosen == _CHANGE:
            self.app.push_screen(ActForm(EDIT, cases, about), self._ended)
        elif chosen == _CLOSE:
            self.do(Doing(CLOSE, cases, lambda told: self.show_told(CLOSE.title, told, self._ended)))
        elif chosen == _UNMARK:
            self.unmark()

    def _ended(self, words: Words | None) -> None:
        if words:
            self.unmark()
            self.action_refresh()
            self.say(words)


_REF: Final = 1
_STAGE: Final = 16

_CREATE: Final = "case.create"
_NO_CASES: Final = Message("No case yet. n makes one after a search; F9 takes a call.")
_NONE_GIVEN: Final = Message("No case was given to you yet.")
_NO_MATCH: Final = Message("No open case matches. F3 searches closed cases and notes; Esc shows all.")
_CLOSED_TOO: Final = Message("Closed cases are not listed; F3 finds them.")
_WHY: Final = Message("Why do you open this case? The reason goes into the log.")
_ALONE: Final = Message("Only YOU can open this case. Open it and press w to see, and to give it to somebody.")


class CaseList(LooksBack, ManyCases):
    """All cases of this member, a page at a time."""

    NAME = Message("Cases")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("slash,full_stop", "filter", Message("Filter by names of cases and people"), "/", Message("filter")),
        Command("enter", "open", Message("Open the case"), "Enter", Message("open"), rank=2),
        Command("f4", "drafts", Message("Go on with a draft"), "F4"),
        Command("f3", "app.go('search')", Message("Search all your cases"), "F3", Message("search")),
        Command("f9", "app.call", Message("Call slip: somebody is on the telephone"), "F9", Message("call")),
        Command("n,ctrl+n", "new", Message("Make a new case"), "n", Message("new")),
        Command("o", "sort", Message("Sort by name, reference, stage or date"), "o", Message("order")),
        Command("escape", "clear", Message("Remove filter and marks, then go home"), "Esc", Message("home")),
        Command("f2", "app.commands", Message("All else, by name"), "F2", Message("more"), rank=3),
        Command("w", "app.go('week')", Message("The week: what has to be kept, day by day"), "w"),
        Command("x", "app.go('standing')", Message("Exchange: what would be lost, who has what"), "x"),
        Command("v", "app.go('log')", Message("The log, and its verification"), "v"),
        Command("", "notices", Message("What was noticed at unlock, all of it"), ""),
        Command("", "open()", Message("In a case, d: checklist (arrest), request (subject)"), ""),
        Command("", "open_why", Message("Open the case for another reason"), ""),
        *ManyCases.MARKING,
        BOTH,
        UNDO,
        READ_AGAIN,
        Command("down", "to_list", Message("From the filter to the list"), "Down"),
    )

    def __init__(self, status: VaultStatus, sorts: tuple[str, ...], reasons: tuple[str, ...]) -> None:
        super().__init__()
        self._status = status
        self._sorts = sorts
        self._sort = sorts[0]
        self._reasons = reasons
        self._wish = 0
        self._words = ""
        self._pages: CasePages | None = None
        self._unmarked: list[tuple[CasePages, int, Sequence[CaseLine]]] = []
        self._is_marking = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        columns = (
            Column(Message("due"), 6),
            Column(Message("reference"), 10),
            Column(Message("client")),
            Column(Message("stage"), _STAGE, rank=1),
            Column(Message("risk"), risk_width()),
        )
        yield SafeInput(placeholder=Message("names of cases and people"), id="filter")
        rows = VirtualList(columns, id="cases", has_states=True)
        yield ListAndStrip(ListHeader(columns, has_states=True, of=rows), rows, strip=Strip(id="preview"))

    @override
    def commands(self) -> tuple[Command, ...]:
        hidden = {"drafts"} if self.has_marked else {"many"}
        hidden |= set() if _CREATE in self._status.may else {"new"}
        return tuple(command for command in self.ACTS if command.action not in hidden)

    @override
    def cases_here(self) -> tuple[tuple[str, ...], Words]:
        row, marked = self.case_list.row_at_cursor(), tuple(sorted(self.case_list.marked))
        if marked:
            return marked, plural("{count} marked case", "{count} marked cases", count=len(marked))
        return ((), "") if row is None else ((row.key,), text_of(row.cells[_REF]).removesuffix("!"))

    def on_mount(self) -> None:
        self.query_one("#filter").display = False
        self.case_list.focus()
        self.action_refresh()

    def on_screen_resume(self) -> None:
        if self._wish:
            self.action_refresh()

    @override
    def action_refresh(self, stand_on: str = "") -> None:
        """Read the list and the standing again; the cursor and the marks stay."""
        self._read(keep_cursor=True)
        self.ask(lambda vault: vault.status(), self._show_standing)

    def action_filter(self) -> None:
        self._filter.display = True
        self._filter.focus()

    def action_clear(self) -> None:
        if self._filter.display:
            self._filter.display = False
            self.case_list.focus()
            if self._filter.value:
                self._filter.value = ""
        elif self.has_marked:
            self.unmark()
        else:
            self.call_later(self.run_action, "app.home")

    @on(SafeInput.Submitted, "#filter")
    def action_to_list(self) -> None:
        self.case_list.focus()

    def action_sort(self) -> None:
        self._sort = self._sorts[(self._sorts.index(self._sort) + 1) % len(self._sorts)]
        self._read()

    def action_open(self) -> None:
        self.case_list.action_open()

    def action_open_why(self) -> None:
        row = self.case_list.row_at_cursor()
        if row is not None:
            question = Choose(_WHY, choices(self._reasons))
            self.unless_left(question, lambda why: self.post_message(OpenCase(row.key, why=why)))

    def action_new(self) -> None:
        self.app.push_screen(ActForm(NEW, {}, ""))

    def action_versions(self) -> None:
        """Show both versions of the case under the cursor, where there are two."""
        row = self.case_list.row_at_cursor()
        if row is not None:
            ref = text_of(row.cells[_REF]).removesuffix("!")
            self.post_message(ShowBoth(row.key, ref, "", Case.KIND, lambda _: self.action_refresh()))

    def action_notices(self) -> None:
        lines = [line for alarm in self._status.alarms for line in (alarm, "")]
        self.app.push_screen(ResultDialog(Message("Noticed at unlock"), lines or [Message("Nothing.")]))

    def action_drafts(self) -> None:
        from tui.screens.cases.reopened_forms import offer_drafts  # noqa: PLC0415 - every form there is: not at unlock

        offer_drafts(self)

    def go_on(self, spot: Spot) -> None:
        """Go where somebody was when the app locked."""
        from tui.screens.cases.reopened_forms import go_to_spot  # noqa: PLC0415 - every form there is: not at unlock

        go_to_spot(self, spot)

    @on(SafeInput.Changed, "#filter")
    def _filter_typed(self) -> None:
        self._read()

    @on(VirtualList.Opened)
    def _opened(self, event: VirtualList.Opened) -> None:
        self.post_message(OpenCase(event.row.key))

    def _read(self, *, keep_cursor: bool = False) -> None:
        self._wish += 1
        wish, sort, words = self._wish, self._sort, self._filter.value
        cursor = self.case_list.cursor if keep_cursor else 0

        def show(start: CaseListStart) -> None:
            if wish == self._wish:
                self._show(start, sort, words, cursor)

        self.ask(lambda vault: vault.finding.start(sort, words), show, failed=self._not_listed)

    def _show(self, start: CaseListStart, sort: str, words: str, cursor: int) -> None:
        def request(number: int, after: object, before: object) -> None:
            position = number * PAGE_ROWS
            self.ask(
                lambda vault: vault.finding.page(sort, words, position, after=after, before=before),
                partial(self._arrived, pages, number),
            )

        pages = self._pages = CasePages(start, request)
        marked = self.case_list.marked
        self.case_list.fit_columns(case_row(row).cells for row in start.rows)
        self.case_list.show_source(pages)
        self.case_list.mark(marked)
        self.case_list.cursor = cursor
        found: Words = plural("{count} case", "{count} cases", count=start.count)
        if words:
            found = plural("{count} match", "{count} match", count=start.count)
        if start.more:
            found = Message("{found} or more, newest shown", found=found)
        if start.own:
            found = together((found, plural("yours {count}", "yours {count}", count=start.own)), ", ")
        is_own = self.said in {"", *map(in_words, (_NO_CASES, _NONE_GIVEN, _NO_MATCH, _CLOSED_TOO))}
        empty = _NO_CASES if _CREATE in self._status.may else _NONE_GIVEN
        is_typed, self._words = words != self._words, words
        self.head(found, order_words(sort))
        if is_own or is_typed:  # what was done, such as a slip that was kept, goes on standing there
            self.say(_CLOSED_TOO if start.count else _NO_MATCH if words else empty)
        self._mark(pages, 0, start.rows)
        self._moved()

    def _not_listed(self, error: VaultError) -> None:
        self.head()
        if isinstance(error, RefusedError):
            self.say(Message("Your roles open no cases. F2 shows what you can do: members, log, backup."))
        else:
            self.fail(error)

    def _arrived(self, pages: CasePages, number: int, page: CaseListStart) -> None:
        self._show_page(pages, number, page.rows)
        self._mark(pages, number, page.rows)

    def _mark(self, pages: CasePages, number: int, rows: Sequence[CaseLine]) -> None:
        """Mark what only oneself can open; that takes a moment longer than the rows, which stand there already."""
        self._unmarked.append((pages, number, rows))
        self._mark_next()

    def _mark_next(self) -> None:
        """Ask about one page, the one that came last: the rows of the next page never wait for more than that."""
        self._unmarked = [pair for pair in self._unmarked if pair[0] is self._pages]
        if self._is_marking or not self._unmarked:
            return
        self._is_marking = True
        pages, number, rows = self._unmarked.pop()
        shown = tuple(row.case for row in rows)

        def mark(alone: frozenset[str]) -> None:
            self._is_marking = False
            if alone:
                self._show_page(pages, number, [replace(row, is_alone=row.case in alone) for row in rows])
                self._tell_alone()
            self._mark_next()

        def failed(error: VaultError) -> None:
            self._is_marking = False
            self.fail(error)

        self.ask(lambda vault: vault.finding.alone(shown), mark, failed=failed)

    def _show_page(self, pages: CasePages, number: int, rows: Sequence[CaseLine]) -> None:
        pages.arrived(number, rows)
        if pages is self._pages:
            self.case_list.fit_columns((case_row(row).cells for row in rows), also=True)
            self.case_list.page_arrived(number)

    @on(VirtualList.Moved)
    def _moved(self) -> None:
        self._tell_alone()
        self._strip.when_rested(self._preview)

    def _preview(self) -> None:
        row = self.case_list.row_at_cursor()
        if row is None:
            self._strip.show(())
            return
        self.ask(lambda vault: vault.finding.preview(row.key), partial(self._previewed, row.key), failed=lambda _: None)

    def _previewed(self, case: str, shown: PreviewShown | None) -> None:
        row = self.case_list.row_at_cursor()
        if shown is not None and row is not None and row.key == case:
            self._strip.show(preview_facts(shown))

    def _tell_alone(self) -> None:
        row = self.case_list.row_at_cursor()
        if row is not None and text_of(row.cells[_REF]).endswith("!"):
            self.warn(_ALONE)
        elif self.said == warning(_ALONE):
            self.say("")

    def _show_standing(self, status: VaultStatus) -> None:
        self._status = status

    @property
    def _strip(self) -> Strip:
        return self.query_one("#preview", Strip)

    @override
    def listed(self) -> Callable[[Gateway], tuple[str, ...]]:
        sort, words = self._sort, self._filter.value
        return lambda vault: vault.finding.first(sort, words)

    @property
    @override
    def case_list(self) -> VirtualList:
        return self.query_one("#cases", VirtualList)

    @property
    def _filter(self) -> SafeInput:
        return self.query_one("#filter", SafeInput)
