"""From an act to its questions, its second person, its doing and what came of it: for the screens of acts."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, TypeVar

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.screens.frame.base import BACK, NEXT_FIELD, Command, leave
from tui.screens.frame.dialogs import AskLine, ResultDialog, WholeText, ask_new_file
from tui.screens.frame.form_fields import ChoiceField, Choose, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, WHOLE_PATH, FormScreen, PlaceInput, whole_path
from tui.screens.frame.long_work import LongWorkScreen
from tui.screens.frame.screen_words import sentence
from tui.screens.frame.sheet_typing import SheetTyping
from tui.text.in_words import in_words, together, warning
from tui.text.safe_content import safe_content
from tui.values.code_words import LANGUAGES, words_of
from tui.widgets.long_text import LongText
from vault.acts import every_act
from vault.acts.act import Act, Agreed, Ask, Letter, Plan, Said, Told
from vault.errors import SheetsNeededError, UsageError, VaultError
from vault.services.approvals import second_person
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from tui.gateway import Gateway, Proof
    from vault.progress import Progress, Stopped
    from vault.services.approvals.second_person import Approver, Second


# How an act gets its second person: at this keyboard, by a file that goes out, or by one that came back.
HERE: Final = "here"
ASK: Final = "ask"
ANSWER: Final = "answer"
ALONE: Final = "alone"
LATER: Final = "later"
_WAYS: Final = (
    (HERE, Message("a second person at this keyboard")),
    (ASK, Message("somebody elsewhere: write a question")),
    (ANSWER, Message("an answer that came back")),
)
_LATER: Final = (LATER, Message("nobody now: a second person reviews it within 24 hours"))
_WHO: Final = Message("Who")
_NEEDED: Final = Message("A second person has to approve this. How are they asked?")
_NOT_HERE: Final = Message("Nobody can approve it at this keyboard now. Do it at a device that both of you use.")


class SecondRows(Vertical):
    """The rows of a form that say who else has to approve."""

    DEFAULT_CSS = """
    SecondRows { height: auto; }
    """

    def __init__(self) -> None:
        super().__init__(id="second-rows")
        self._approvers: Sequence[Approver] = ()

    async def show(self, approvers: Sequence[Approver], *, may_wait: bool = False) -> None:
        """Show who may approve; nobody: the act is done alone. Where it `may_wait`, they may do so afterwards."""
        self._approvers = approvers
        await self.remove_children()
        here = [approver for approver in approvers if approver.is_here]
        if not approvers:
            await self._say(Message("Nobody else could approve it: it is done ALONE, and the log says so."))
            return
        ways = [*([_LATER] if may_wait else []), *(way for way in _WAYS if here or way[0] != HERE)]
        first = ", ".join(approver.name for approver in approvers if approver.unlocks_first)
        if first:
            words = Message(
                "Once they have unlocked this vault here under their own name, they can approve it here: {names}.",
                names=first,
            )
            await self._say(warning(words))
        await self.mount(FormRow(Message("Approved by"), ChoiceField(ways, id="second-way")))
        if here:
            await self.mount(FormRow(_WHO, ChoiceField([_words(approver) for approver in here], id="second-here")))
        every = Message("all who may: {names}", names=", ".join(approver.name for approver in approvers))
        await self.mount(
            FormRow(_WHO, ChoiceField([("", every), *map(_words, approvers)], id="second-elsewhere")),
            FormRow(Message("File"), PlaceInput(placeholder="/media/stick/question", id="second-file")),
        )
        self._fit()

    async def _say(self, words: Words) -> None:
        await self.mount(Static(safe_content(words)))

    @on(ChoiceField.Changed, "#second-way")
    def _fit(self) -> None:
        way = self.way
        for file in self.query("#second-file").results(PlaceInput):
            file.new = "question" if way == ASK else ""
            file.placeholder = "/media/stick/question" if way == ASK else "/media/stick/answer"
        shown = {"second-here": {HERE}, "second-elsewhere": {ASK}, "second-file": {ASK, ANSWER}}
        for name, ways in shown.items():
            for choice in self.query(f"#{name}"):
                if choice.parent is not None:
                    choice.parent.display = way in ways

    @property
    def way(self) -> str:
        """How the second person is asked; `alone` where there is none, empty where none can be asked here."""
        for choice in self.query("#second-way").results(ChoiceField):
            return choice.value
        return "" if self._approvers else ALONE

    @property
    def who(self) -> str:
        """Whose approval is asked for; empty for all who may give it."""
        wanted = "#second-here" if self.way == HERE else "#second-elsewhere"
        return next((field.value for field in self.query(wanted).results(ChoiceField)), "")

    @property
    def file(self) -> Path | None:
        """The question to write or the answer that came; None while it is no whole path."""
        return next((whole_path(field.value.strip()) for field in self.query("#second-file").results(PlaceInput)), None)


def _words(approver: Approver) -> tuple[str, Words]:
    return approver.name, f"{approver.name}, {in_words(words_of(approver.roles))}"


class SecondForm(FormScreen):
    """Asks how an act gets its second person.

    Args:
        about: what the act is called.
        approvers: who may approve it.
        then: gets the way, whose approval is asked for, and the file of a way by file.
    """

    NAME = Message("A second person")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "finish", Message("Go on in this way"), "F4", Message("go on")),
        NEXT_FIELD,
        BROWSE,
        leave(Message("Leave; nothing is done")),
    )

    def __init__(
        self, about: Words, approvers: Sequence[Approver], then: Callable[[str, str, Path | None], None]
    ) -> None:
        super().__init__()
        self._about, self._approvers, self._then = about, approvers, then

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(Static(safe_content(_NEEDED), classes="about"), SecondRows())

    async def on_mount(self) -> None:
        self.head(self._about)
        await self.query_one(SecondRows).show(self._approvers)
        for choice in self.query("#second-way").results(ChoiceField):
            choice.focus()

    def action_finish(self) -> None:
        rows = self.query_one(SecondRows)
        way, who, file = rows.way, rows.who, rows.file
        if not way:
            self.warn(_NOT_HERE)
        elif way != HERE and file is None:
            self.refuse("second-file", WHOLE_PATH)
        else:
            self.app.pop_screen()
            self._then(way, who, file)


BY_SHEETS: Final = Command(
    "ctrl+g",
    "by_sheets",
    Message("The recovery sheets do it, in the place of somebody else"),
    "Ctrl+G",
    Message("by sheets"),
    rank=2,
)


# From an act to its questions, its doing and what came of it: for the screens from which acts are done.
T = TypeVar("T")
_MOST_TOLD: Final = 8
_ALONE: Final = Message("It is done ALONE, and the log says so.")
_APPROVED: Final = Message("The answer in the file is checked now.")
_STOPPED: Final = Message("Stopped. What was changed stays changed; do the same again for the others.")


@dataclass(frozen=True, slots=True)
class Doing:
    """An act that somebody is about to do.

    Attributes:
        act, said: which, and what is said of it.
        then: gets what came of it.
        answers: of the questions that are answered already.
        second: returns how the second person is asked, once that is decided; for worker threads.
        asked: instead: into which file a question goes, and for whom: nothing is done yet.
        failed: gets the error; without it, the status line shows its sentence.
        decided, hidden: of what leaves: what becomes of each form that nobody knows; what is hidden too, by its kind.
        read: shows somebody the finished pages and says whether they say yes; for worker threads.
        by_sheets: the recovery sheets do it.
        proof: returns what opens one's own seat, typed anew; for worker threads.
    """

    act: Act[Any]
    said: Said = field(repr=False)
    then: Callable[[Told], None]
    answers: dict[str, str] = field(default_factory=dict, repr=False)
    second: Callable[[Gateway], Second | None] | None = None
    asked: tuple[Path, str | None] | tuple[()] = ()
    failed: Callable[[VaultError], None] | None = None
    decided: Mapping[str, str] = field(default_factory=dict, repr=False)
    read: Callable[[Stopped, tuple[str, ...]], bool] | None = None
    by_sheets: bool = False
    proof: Callable[[Gateway], Proof] | None = None
    hidden: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def is_short(self) -> bool:
        """Whether nobody has to see how far it is: it is no act on many."""
        subject = self.act.subject
        is_one = subject is None or len(self.said[subject.name]) == 1 or self.act.second is not None
        return is_one and not self.act.is_long


class ActScreen(LongWorkScreen):
    """A screen from which acts are done."""

    is_working = False
    """Whether an act is being done now."""

    def do(self, doing: Doing, plan: Plan[Any] | None = None) -> None:
        """Put the questions of an act, one after the other, and carry it out once all are answered.

        `plan` is what somebody read already, and agrees to.
        """

        def looked(found: Plan[Any] | Told) -> None:
            if isinstance(found, Told):
                doing.then(found)
            else:
                self.do(doing, found)

        if plan is None and doing.is_short and not (doing.by_sheets or doing.act.proves):
            self.work(lambda vault: vault.acting.try_at_once(doing.act, doing.said), looked, doing)
        elif plan is None:
            self.ask(lambda vault: vault.acting.look(doing.act, doing.said), looked, failed=doing.failed)
        elif plan.stop is not None:
            self.warn(sentence(plan.stop))
        elif plan.needs_second and doing.second is None and not doing.asked:
            self.ask(
                lambda vault: vault.read(second_person.approvers, beside=plan.beside),
                partial(self._ask_whom, doing, plan),
            )
        else:
            self._put([each for each in plan.asks if each.name not in doing.answers], doing, plan)

    def _ask_whom(self, doing: Doing, plan: Plan[Any], approvers: Sequence[Approver]) -> None:
        """Ask who the second person is and how they answer; where nobody else could, it is done alone."""
        if not approvers:
            self.do(replace(doing, second=lambda _: None), _told_too(plan, _ALONE))
            return

        def chosen(way: str, who: str, file: Path | None) -> None:
            if way == HERE:
                here = replace(doing, second=lambda vault: vault.approvals.at_this_keyboard(who, self.lend))
                self.do(here, _told_too(plan, Message("{name} is asked here.", name=who)))
            elif file is not None and way == ANSWER:
                answered = replace(doing, second=lambda vault: vault.approvals.answered(file))
                self.do(answered, _told_too(plan, _APPROVED))
            elif file is not None:
                self.do(replace(doing, asked=(file, who or None)), replace(plan, asks=()))

        self.app.push_screen(SecondForm(doing.act.title, approvers, chosen))

    def show_asked(self, doing: Doing, told: Told) -> None:
        """Say where the question is, and what happens with it."""
        if doing.act.second is not None:
            self.app.push_screen(ResultDialog(doing.act.second.nothing, told.lines))

    def _put(self, asks: Sequence[Ask], doing: Doing, plan: Plan[Any]) -> None:
        if not asks:
            self.carry_out(doing, plan)
            return
        ask, *others = asks
        if len(ask.told) > _MOST_TOLD:  # it is read in a dialog that scrolls
            shorter = (replace(ask, told=()), *others)
            self.app.push_screen(ResultDialog(doing.act.title, ask.told), lambda _: self._put(shorter, doing, plan))
            return

        def answered(answer: str) -> None:
            if ask.refusal is not None:
                self.do(replace(doing, said={**doing.said, ask.name: (answer,)}))
                return
            doing.answers[ask.name] = answer
            self._put(others, doing, plan)

        if ask.choices:
            self.say("")
            self.unless_left(Choose(together((*ask.told, ask.question)), ask.choices), answered)
        elif ask.yes is not None:
            no = Message("No") if ask.no is None else ask.no
            self.confirm(
                ask.question,
                together((*map(warning, ask.warned), *ask.told)),
                lambda: answered("yes"),
                yes=ask.yes,
                no=no,
            )
        elif ask.may_be_empty and self.has_row(ask):
            answered("")
        else:
            self.say("")
            question = together((*map(warning, ask.warned), *ask.told, ask.question))
            asked = AskLine(question, value=ask.present, problem=lambda typed: problem_with(ask, typed))
            if ask.may_be_empty:
                self.app.push_screen(asked, lambda typed: answered(typed or ""))
            else:
                self.unless_left(asked, answered)

    def has_row(self, ask: Ask) -> bool:
        """Say whether a question had a row of its own here, which may have stayed empty."""
        return False

    def work(self, work: Callable[[Gateway], T], then: Callable[[T], None], doing: Doing) -> None:
        """Let the act work: until it is over, this screen is not left, nor does it begin the same again."""
        self.is_working = True

        def ended(found: T) -> None:
            self.is_working = False
            then(found)

        def failed(error: VaultError) -> None:
            self.is_working = False
            self._failed_at(doing, error)

        self.ask(work, ended, failed=failed)

    def _failed_at(self, doing: Doing, error: VaultError) -> None:
        """Say why it failed; what only the recovery sheets do is done again once they are typed."""
        if not isinstance(error, SheetsNeededError):
            (doing.failed or self.fail)(error)
            return

        def typed(word: str | None) -> None:
            if word:
                self.do(replace(doing, by_sheets=True))
            else:
                self.sheets_left(doing.act)

        self.app.push_screen(SheetTyping(Message("Only the recovery sheets do this")), typed)

    def sheets_left(self, act: Act[Any]) -> None:
        """Go on where somebody left the sheets that they would have to type."""
        self.say(sentence(UsageError(act.nothing)))

    def carry_out(self, doing: Doing, plan: Plan[Any]) -> None:
        """Do what somebody agreed to."""
        act, said = doing.act, doing.said

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> Told:
            second = None if doing.second is None else doing.second(vault)
            read = None if doing.read is None else partial(doing.read, stopped)
            agreed = Agreed(doing.answers, second, doing.decided, read, *doing.asked)
            proof = None if doing.proof is None else doing.proof(vault)
            agreed = replace(agreed, by_sheets=doing.by_sheets, proof=proof, hidden=doing.hidden)
            try:
                return vault.acting.carry_out(act, said, plan, agreed, progress=progress, stopped=stopped)
            finally:
                if proof is not None:
                    proof.wipe()

        then = partial(self.show_asked, doing) if doing.asked else doing.then
        if doing.is_short:
            self.work(lambda vault: work(vault, lambda done, total: None, lambda: False), then, doing)
        else:
            stopped: Words = Message("Stopped: {nothing}.", nothing=act.nothing) if act.makes_files else _STOPPED
            alone, stopped = not act.makes_files and act.stopped is None, act.stopped or stopped
            self.work_long(
                act.doing,
                work,
                then,
                when_stopped="" if act.goes_through else stopped,
                alone=alone,
                failed=partial(self._failed_at, doing),
            )

    def show_told(self, name: Words, told: Told, then: Callable[[Words], None]) -> None:
        """Show what came of an act, as long as it is, and what should be done now; `then` gets its first sentence."""
        first, *more = lines = (*told.lines, *next_lines(told))
        if told.letter is not None:
            self.app.push_screen(LetterScreen(told.letter), lambda _: then(first))
        elif told.is_table:
            self.app.push_screen(WholeText(name, together(told.lines)), lambda _: then(""))
        elif more:
            self.app.push_screen(ResultDialog(name, lines), lambda _: then(first))
        else:
            then(first)


def next_lines(told: Told) -> Iterator[Words]:
    """Yield what should be done now, each with what its act is called here; what is no act has its own place here."""
    for each in told.follows:
        if not each.act:
            yield each.words
        for act in every_act():
            if each.act == act.name or each.act.startswith(f"{act.name} "):
                yield Message("{words}: “{title}”.", words=each.words, title=act.title)


def _told_too(plan: Plan[Any], words: Words) -> Plan[Any]:
    """Return a plan that says this too before the last question is answered."""
    if not plan.asks:
        return plan
    *others, last = plan.asks
    return replace(plan, asks=(*others, replace(last, told=(words, *last.told))))


def problem_with(ask: Ask, typed: str) -> Words:
    """Return what is wrong with an answer, or nothing."""
    try:
        ask.check(typed)
    except UsageError as error:
        return sentence(error)
    return ""


class LetterScreen(WholeText):
    """The letter that an act leaves: read in the language of who gets it, and printed where the person says."""

    NAME = Message("Letter")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("ctrl+p", "print", Message("Write the letter as a PDF"), "Ctrl+P", Message("print")),
        Command("l", "language", Message("The letter in English, French or Russian"), "l", Message("language")),
        BACK,
    )

    def __init__(self, letter: Letter) -> None:
        super().__init__(letter.title, together(letter.lines))
        self._letter, self._language = letter, "en"

    def action_language(self) -> None:
        question = Choose(Message("In which language is the letter?"), LANGUAGES, at=self._language)
        self.unless_left(question, self._show_in)

    def _show_in(self, language: str) -> None:
        self._language = language
        self.query_one("#whole", LongText).show("\n".join(self._letter.text(language)))

    def action_print(self) -> None:
        question = Message("A new file for the letter, a PDF. {warning}", warning=self._letter.warning)
        ask_new_file(self, question, "/media/stick/letter.pdf", self._print)

    def _print(self, out: Path) -> None:
        letter, language = self._letter, self._language
        self.ask(lambda vault: vault.acting.write(letter, out, language), self.say)
