"""Export: for whom and by which table, then the open questions, then the finished pages; nothing leaves before F4."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.gateway import Wish
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.base import Command, leave
from tui.screens.frame.browse import THIS_FOLDER, PlaceInput
from tui.screens.frame.choice_field import ChoiceField
from tui.screens.frame.form import BROWSE, WHOLE_PATH
from tui.screens.frame.form_row import FormRow, FormRows
from tui.screens.frame.second_rows import ANSWER, ASK, HERE, SecondRows
from tui.screens.referral.kept_export import KeptExport
from tui.screens.referral.of_whom import WHOSE, OfWhom
from tui.screens.referral.pages import PagesScreen
from tui.screens.referral.questions import QuestionsScreen
from tui.text.safe_content import safe_content
from tui.values.codes import LANGUAGES
from tui.values.messages import Answer
from vault.acts.recipient import ADD
from vault.progress import Progress, Stopped
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from tui.gateway import Approver, ExportStep, Gateway, KeptPartner, Question

_PROFILES: Final = (
    ("lawyer-named", Message("client, persecutor, others you choose")),
    ("lawyer", Message("nobody but those you choose")),
    ("disappearance", Message("client who disappeared: confirmed facts alone")),
    ("subject", Message("the client gets their own data; nobody else is named")),
)
_RELEASED: Final = {
    "alone": Message("Released ALONE: log and package say so."),
    "two-person": Message("Two persons released it: log and package say so."),
}
_ABOUT: Final = Message("Nothing is written before you have read the finished pages and pressed F4 there.")
_HIDING: Final = Message("Hiding names, and reading the finished files again")
_STOPPED: Final = Message("Stopped. Nothing was written.")
_NO_RECIPIENT: Final = Message("There is no recipient yet; an admin adds one here (Ctrl+R).")
_ASK_WORDS: Final = Message("Nobody confirmed this key. Call them: do they read out these words?")
_DONE: Final = (
    Command("f4", "go_on", Message("Done: back to the case"), "F4", Message("done")),
    Command("escape", "back", Message("Back to the case"), "Esc", Message("back")),
)
_LOOK_SECONDS: Final = 0.2


class ExportScreen(KeptExport):
    """Ends with nothing; what was exported stands in the log and in the case.

    Args:
        case, ref: of the case.
        profile: which is chosen at first.
        person: of whom it tells, where it tells of one client; empty asks where the case has several.
        told: what it is for, where that matters.
    """

    NAME = Message("Export")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Go on: questions, pages, then seal"), "F4", Message("go on")),
        Command("ctrl+r", "add_recipient", Message("Add a recipient"), "Ctrl+R", Message("recipient")),
        BROWSE,
        Command("tab", "app.focus_next", Message("Next field"), "Tab", Message("next"), rank=2),
        leave(Message("Leave; nothing is written")),
    )

    def __init__(self, case: str, ref: str, *, profile: str = "", person: str = "", told: Words = "") -> None:
        super().__init__(case, ref, profile)
        self._person, self._told = person, told
        self._recipients: list[KeptPartner] = []
        self._may_add = False
        self._is_done = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            Vertical(id="recipient-place"),
            FormRow(Message("Who is named"), ChoiceField(_PROFILES, value=self._profile, id="profile")),
            OfWhom(self._person),
            FormRow(Message("Language"), ChoiceField(LANGUAGES, id="language")),
            FormRow.of_text("contact", Message("Whom to call"), Message("name and number; empty: as in your last")),
            FormRow(
                Message("Folder"), PlaceInput(new=THIS_FOLDER, placeholder="/media/stick/for-the-lawyer", id="out")
            ),
            SecondRows(),
            Static(safe_content(_ABOUT), classes="about"),
            Static("", id="staying", classes="about"),
            Static("", id="result"),
        )

    @override
    def commands(self) -> tuple[Command, ...]:
        if self._is_done:
            return _DONE
        return tuple(command for command in self.ACTS if self._may_add or command.action != "add_recipient")

    @property
    @override
    def holds_typing(self) -> bool:
        return not self._is_done

    def on_mount(self) -> None:
        """Ask who the recipients are."""
        self.head(self._ref, self._told)
        self.query_one("#out").focus()
        self.query_one("#staying").display = False
        self.ask(lambda vault: vault.referral.may_add, self._show_may_add)
        self._ask_recipients()
        case = self._case
        self.ask(lambda vault: vault.referral.staying(case), self._show_staying)
        self.ask(lambda vault: vault.approvals.approvers(), self._show_approvers)
        self._ask_whose()

    def _show_staying(self, lines: tuple[Words, ...]) -> None:
        self.query_one("#staying").display = bool(lines)
        self.write("staying", *lines)

    def _show_approvers(self, found: tuple[Approver, ...]) -> None:
        self.call_later(self._show_second, found)

    async def _show_second(self, found: tuple[Approver, ...]) -> None:
        await self.query_one(SecondRows).show(found)
        self.on_choice_field_changed()

    def on_choice_field_changed(self) -> None:
        """A question leaves no package, so that it needs no folder for one."""
        out, asks = self.query_one("#out"), self.query_one(SecondRows).way == ASK
        if asks and out.has_focus:
            self.query_one("#second-file").focus()
        if out.parent is not None:
            out.parent.display = not asks

    @on(ChoiceField.Changed, "#profile")
    def _ask_whose(self) -> None:
        """Read who the clients are as soon as it tells of one of them; reading it is in the log."""
        case, whose = self._case, self.query_one(OfWhom)
        if whose.go_by(self.word("profile")):
            self.ask(lambda vault: vault.referral.clients(case), whose.show)

    def _show_may_add(self, may_add: bool) -> None:
        self._may_add = may_add
        self.show_keys()

    def _ask_recipients(self) -> None:
        self.ask(lambda vault: vault.referral.recipients(), self._show_recipients)

    async def _replace_recipients(self, chosen: str) -> None:
        place = self.query_one("#recipient-place")
        await place.remove_children()
        if self._recipients:
            words = [(recipient.name, _recipient_words(recipient)) for recipient in self._recipients]
            row = FormRow(Message("Recipient"), ChoiceField(words, value=chosen, id="recipient"))
            await place.mount(row, Static("", id="recipient-words"))
            self._show_words()
        else:
            await place.mount(Static(safe_content(_NO_RECIPIENT)))

    @on(ChoiceField.Changed, "#recipient")
    def _show_words(self) -> None:
        """Show all words of a key that nobody confirmed: a key with the same first few can be made in days."""
        chosen = self.word("recipient")
        found = [kept for kept in self._recipients if kept.name == chosen and not kept.is_confirmed]
        place = self.query_one("#recipient-words", Static)
        place.display = bool(found)
        place.update(
            safe_content(Message("{ask}\n{words}", ask=_ASK_WORDS, words=found[0].fingerprint) if found else "")
        )

    def _show_recipients(self, found: list[KeptPartner]) -> None:
        known = {kept.name for kept in self._recipients}
        added = [kept.name for kept in found if known and kept.name not in known]
        self._recipients = found
        self.call_later(self._replace_recipients, next(iter(added), self._wanted))

    def action_add_recipient(self) -> None:
        """Add somebody to whom packages can be sealed, and choose them."""
        self.app.push_screen(ActForm(ADD, {}, ""), lambda _: self._ask_recipients())

    def action_go_on(self) -> None:
        """Look for open questions; without any, make the pages."""
        if self._is_done:
            self.end("")
            return
        second = self.query_one(SecondRows)
        if not self._recipients:
            self.warn(_NO_RECIPIENT)
        elif self.query_one(OfWhom).is_open:
            self.refuse("person", WHOSE)
        elif second.way in {ASK, ANSWER} and second.file is None:
            self.refuse("second-file", WHOLE_PATH)
        elif second.way == ASK:
            self._ask_apart(second)
        elif (out := self.place("out")) is not None:
            self._export(out, second)

    def _wish(self) -> Wish:
        return Wish(
            self.word("profile"),
            self.word("recipient"),
            dict(self._decided),
            language=self.word("language"),
            contact=self.text("contact") or None,
            person=self.query_one(OfWhom).chosen,
        )

    def _export(self, out: Path, second: SecondRows) -> None:
        wish = self._wish()
        who = second.who if second.way == HERE else ""
        answer = second.file if second.way == ANSWER else None

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ExportStep:
            def approve(pages: tuple[str, ...]) -> bool:
                return self._wait_for_approval(pages, stopped)

            progress(1, 100)
            return vault.referral.export(
                self._case,
                wish,
                out=out,
                approve=approve,
                progress=progress,
                stopped=stopped,
                second=vault.approvals.at_this_keyboard(who, self.lend) if who else None,
                answer=answer,
            )

        self.say("")
        self.work_long(_HIDING, work, self._answered, when_stopped=_STOPPED)

    def _ask_apart(self, second: SecondRows) -> None:
        wish, who, file = self._wish(), second.who, second.file or Path()

        def work(vault: Gateway, progress: Progress, stopped: Stopped) -> ExportStep:
            progress(1, 100)
            return vault.approvals.ask(
                self._case,
                wish,
                approve=lambda pages: self._wait_for_approval(pages, stopped, "ask"),
                progress=progress,
                stopped=stopped,
                approver=who,
                out=file,
            )

        def asked(step: ExportStep) -> None:
            if step.questions:
                self._show_questions(step.questions)
                return
            words = Message(
                "The question is at {file}. It opens for: {names}.\n"
                "They approve it in their app (a) and make a bundle for you. Import the bundle, then export with the"
                " answer: within 7 days, and while the case stays as it is.",
                file=file,
                names=", ".join(step.names),
            )
            self._finish(words)
            self.say(Message("The question is written. Nothing left."))

        self.say("")
        self.work_long(
            _HIDING,
            work,
            asked,
            when_stopped=_STOPPED,
        )

    def _show_questions(self, questions: tuple[Question, ...]) -> None:
        self.app.push_screen(
            QuestionsScreen(self._ref, questions, self._decided, self.note_typing), self._questions_answered
        )

    def _answered(self, step: ExportStep) -> None:
        found = step.done
        if found is None:
            self._show_questions(step.questions)
            return
        decided = plural(
            "{count} form is decided; the finished files were checked.",
            "{count} forms are decided; the finished files were checked.",
            count=found.decided,
        )
        words = Message(
            "DONE. The package is at {path}\n"
            "{decided} {released}\n\n"
            "Tell the recipient these words of your package key once, by voice:\n{words}",
            path=found.path,
            decided=decided,
            released=_RELEASED[found.release],
            words=" ".join(found.key_words),
        )
        self._finish(words)
        self.say(Message("The package is sealed."))

    def _finish(self, words: Message) -> None:
        """Show what came of it in place of the form: the same export is not made twice."""
        self._is_done = True
        self.keep_no_more(lambda: None)
        result = self.query_one("#result", Static)
        result.update(safe_content(words))
        for row in self.query_one(".form").children:
            row.display = row is result
        self.show_keys()

    def _questions_answered(self, word: str | None) -> None:
        if word:
            self.action_go_on()
        else:
            self.say(Message("Nothing was written. F4 goes on; what you decided is remembered on this screen."))

    def _wait_for_approval(self, pages: tuple[str, ...], stopped: Stopped, does: str = "seal") -> bool:
        """Return, in the worker's thread, whether the person who reads the pages says yes to what F4 does."""
        answered = threading.Event()
        answer: list[bool] = []

        def take(word: str | None) -> None:
            answer.append(bool(word))
            answered.set()

        def show() -> None:
            self.app.push_screen(PagesScreen(self._ref, pages, does), take)

        self.post_message(Answer(partial(show)))
        while not answered.wait(_LOOK_SECONDS):
            if stopped():
                return False
        return answer == [True]


def _first_words(fingerprint: str) -> str:
    return " ".join(fingerprint.split()[:3]) + " ..."


def _recipient_words(recipient: KeptPartner) -> Words:
    words = _first_words(recipient.fingerprint)
    if recipient.is_confirmed:
        return Message("{name}  ({words})", name=recipient.name, words=words)
    return Message("{name}  ({words})  NOT CONFIRMED", name=recipient.name, words=words)
