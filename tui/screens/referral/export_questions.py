"""What may leave? Each form that nobody knows is asked about once; nothing leaves before all are decided."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import Command
from tui.screens.frame.list_rows import OneList
from tui.text.in_words import in_words, together, warning
from tui.values.code_words import word_of, words_of
from tui.widgets.text_cells import Column
from tui.widgets.virtual_list import ListRow, VirtualList
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.redaction.questions import Question


_ANOTHER: Final = Message("This may be somebody else than the person who is named.")


class QuestionsScreen(OneList):
    """Ends with a word when all are decided. The decisions go into the mapping that it was given.

    Args:
        ref: the case.
        questions: the hardest first.
        decided: form -> action; filled here.
        told: called after each decision.
    """

    NAME = Message("Questions")
    COLUMNS = (
        Column(Message("decided"), 10),
        Column(Message("form"), 22),
        Column(Message("times"), 5, rank=2),
        Column(Message("kind"), 12, rank=1),
        Column(Message("around it")),
    )
    LIST = "questions"
    HOLDS_TYPING = True
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("k", "decide('keep')", Message("Keep it as it is written"), "k", Message("keep")),
        Command("p", "decide('pseudonym')", Message("A code in its place"), "p", Message("code")),
        Command("g", "decide('generalise')", Message("Say it less exactly"), "g", Message("less exact")),
        Command("x,delete", "decide('remove')", Message("Remove it"), "x", Message("remove")),
        Command("a", "accept", Message("Take the proposal for all that are open"), "a", Message("all")),
        Command("u", "undo", Message("Take the last decision back"), "u"),
        Command("f4", "finish", Message("Go on to the pages"), "F4", Message("go on")),
        Command("escape", "back", Message("Leave; nothing is written"), "Esc"),
    )

    def __init__(
        self, ref: str, questions: tuple[Question, ...], decided: dict[str, str], told: Callable[[], None]
    ) -> None:
        super().__init__()
        self._ref = ref
        self._questions = questions
        self._decided = decided
        self._told = told
        self._undo: list[tuple[str, str | None]] = []
        """Forms as they were decided, the last at the end, with what each was before."""

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield from super().compose_middle()
        yield Static("", id="context")

    def on_mount(self) -> None:
        self._list.focus()
        self._show(0)

    def action_decide(self, action: str) -> None:
        question = self._here()
        if question is not None:
            self._decide(question.form, action)
            self._show(self._list.cursor + 1)

    def action_undo(self) -> None:
        if self._undo:
            form, before = self._undo.pop()
            if before is None:
                self._decided.pop(form, None)
            else:
                self._decided[form] = before
            self._show(next(place for place, question in enumerate(self._questions) if question.form == form))

    def action_accept(self) -> None:
        for question in self._questions:
            if question.form not in self._decided:
                self._decide(question.form, question.proposal)
        self._show(self._list.cursor)

    def action_finish(self) -> None:
        open_count = self._open_count()
        if open_count:
            self.warn(
                plural(
                    "{count} is still open; a takes the proposal for it.",
                    "{count} are still open; a takes the proposal for all of them.",
                    count=open_count,
                )
            )
        else:
            self.dismiss("decided")

    def _decide(self, form: str, action: str) -> None:
        self._undo.append((form, self._decided.get(form)))
        self._decided[form] = action

    def _show(self, cursor: int) -> None:
        rows = [
            ListRow(
                f"{place}",
                (
                    self._state_of(question),
                    f"! {question.form}" if question.conflict else question.form,
                    f"{question.count}",
                    words_of(question.kinds),
                    question.context,
                ),
            )
            for place, question in enumerate(self._questions)
        ]
        self._told()
        self.show_rows(rows, cursor)
        open_count = self._open_count()
        self.head(
            self._ref,
            Message("{decided} decided, {open} open", decided=len(self._questions) - open_count, open=open_count),
        )
        self._show_context()

    def _state_of(self, question: Question) -> Words:
        decided = self._decided.get(question.form)
        return f"? {in_words(word_of(question.proposal))}" if decided is None else word_of(decided)

    @on(VirtualList.Moved)
    def _show_context(self) -> None:
        question = self._here()
        words = "" if question is None else f"{question.form}: {question.context}"
        if question is not None and question.before:
            chosen = Message("In other texts you chose {action}.", action=word_of(question.before))
            words = together((chosen, words), " ")
        if question is not None and question.conflict:
            words = together((warning(_ANOTHER), words), " ")
        if question is not None and question.like:
            like = Message("It may be a spelling of {name}.", name=question.like)
            words = together((warning(like), words), " ")
        if question is not None and question.told:
            words = together((warning(question.told), words), " ")
        self.write("context", words)

    def _open_count(self) -> int:
        return sum(1 for question in self._questions if question.form not in self._decided)

    def _here(self) -> Question | None:
        return self.at_cursor({f"{place}": question for place, question in enumerate(self._questions)})
