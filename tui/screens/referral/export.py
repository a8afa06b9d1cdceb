"""Export: for whom and by which table, then the open questions, then the finished pages; nothing leaves before F4."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.containers import Vertical
from textual.widget import Widget
from textual.widgets import Static
from typing_extensions import override

from tui.gateway.unlocked_vault import case_id
from tui.screens.frame.act_form import ActForm
from tui.screens.frame.act_screen import ANSWER, ASK, HERE, ActScreen, Doing, SecondRows, next_lines
from tui.screens.frame.base import Command, leave
from tui.screens.frame.desk import Answer
from tui.screens.frame.form_fields import ChoiceField, FormRow, FormRows
from tui.screens.frame.form_screen import BROWSE, THIS_FOLDER, WHOLE_PATH, PlaceInput, whole_path
from tui.screens.frame.kept_form import KeptForm
from tui.screens.frame.record_form import RecordForm
from tui.screens.frame.screen_words import sentence
from tui.screens.referral.export_questions import QuestionsScreen
from tui.screens.referral.export_rows import NeededRow, PapersRow, WhoseRow
from tui.screens.referral.shown_whole import ANEW, PagesScreen, Reading
from tui.text.in_words import in_two_rows, together
from tui.text.safe_content import safe_content
from tui.values.code_words import LANGUAGES
from tui.values.forms_typed import FormPlace
from vault.acts import export
from vault.acts.act import OpenFormsError, Told
from vault.acts.after_sending import REASONS, SUPPLEMENT
from vault.acts.recipient import ADD, NO_KEY, strength
from vault.casework.story.consent import Consent
from vault.display import here
from vault.errors import VaultError
from vault.ids import RecordId
from vault.policy.roles import Action
from vault.progress import Stopped
from vault.redaction.profile import PROFILES, profile_named
from vault.services import case_papers
from vault.services.approvals import second_person
from vault.services.cases import case_people
from vault.services.exports import export_people, papers_leaving, partners, reviewed_after
from vault.services.exports.export_material import NotThereError
from vault.services.exports.exporting import PagesAnewError
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.casework.document import Document
    from vault.redaction.questions import Question
    from vault.services.approvals.second_person import Approver
    from vault.services.exports.partners import KeptPartner
    from vault.services.projection.stored_records import Stored

_ABOUT: Final = Message("Nothing is written before you read the pages.")
_BY_WORDS: Final = Message("Words open the page; you tell them by telephone.")
_NO_RECIPIENT: Final = Message(
    "There is no recipient yet. Ctrl+R adds one, if your role may; else ask a caseworker or an admin."
)
_NO_FOLDER: Final = Message("Type the folder for the package, or choose it with Down.")
_ASK_WORDS: Final = Message("Nobody confirmed this key. Call them: do they read out these words?")
_DONE: Final = (
    Command("f4", "go_on", Message("Done: back to the case"), "F4", Message("done")),
    Command("escape", "back", Message("Back to the case"), "Esc", Message("back")),
)
_MARKS: Final = Message(
    "Space marks a document that leaves too: what is hidden on it is painted over. What is not marked stays here."
)
_WHOSE: Final = Message(
    "This case has several clients. Choose the client it is about: nobody else is named as a client."
)
_KEY_WORDS: Final = 13
_LOOK_SECONDS: Final = 0.2
EXPORT: Final = "export"
_FIELDS: Final = frozenset({"recipient", "as", "profile", "language", "contact", "out", "say"})
_SEALED_AS: Final[tuple[tuple[str, Words], ...]] = (
    ("", Message("for their key; a page if they have none")),
    (export.PAGE_WORD, Message("a page that a browser opens with words")),
)
_DECIDED: Final = "decided"
_HIDDEN: Final = "hidden"
_BY_FILE: Final = {ASK: "ask", ANSWER: "approval"}


class ExportScreen(ActScreen, KeptForm):
    """Ends with nothing; what was exported stands in the log and in the case.

    Its recipient comes into the form late. Who approves is asked anew where a draft of it is gone on with.

    Args:
        case, ref: of the case.
        profile: which is chosen at first, whatever a draft says; empty for none.
        person: of whom it tells, where it tells of one client; empty asks where the case has several.
        told: what it is for, where that matters.
        supplement: the package of which one removal is told to `recipient`; it leaves no draft.
    """

    NAME = Message("Export")
    ACTS: ClassVar[tuple[Command, ...]] = (
        Command("f4", "go_on", Message("Go on: questions, pages, then seal"), "F4", Message("go on")),
        Command("ctrl+r", "add_recipient", Message("Add a recipient"), "Ctrl+R", Message("recipient")),
        Command("ctrl+n", "agree", Message("Write down what the client agrees to"), "Ctrl+N", Message("consent")),
        BROWSE,
        Command("tab", "app.focus_next", Message("Next field"), "Tab", Message("next"), rank=2),
        leave(Message("Leave; nothing is written")),
    )

    def __init__(
        self,
        case: str,
        ref: str,
        *,
        profile: str = "",
        person: str = "",
        told: Words = "",
        recipient: str = "",
        supplement: str = "",
    ) -> None:
        super().__init__()
        self._case, self._ref, self._profile = case, ref, profile
        self._person, self._told, self._supplement = person, told, supplement
        self._decided: dict[str, str] = {}
        self._answers: tuple[str, dict[str, str]] = ("", {})
        self._reading = Reading()
        self._wanted = recipient
        self._recipients: list[KeptPartner] = []
        self._approvers: Sequence[Approver] | None = None
        self._may_wait = False
        self._staying = 0
        self._may_add = False
        self._is_done = False

    @override
    def compose_middle(self) -> Iterable[Widget]:
        yield FormRows(
            FormRow.of_text("number", Message("Number"), Message("as their report has it: R12")),
            FormRow(Message("Why now"), ChoiceField([(code, word_of(code)) for code in REASONS], id="reason")),
            Vertical(id="recipient-place"),
            FormRow(Message("Who is named"), ChoiceField(_offered(), value=self._profile, id="profile")),
            WhoseRow(self._person),
            PapersRow(),
            NeededRow(),
            FormRow(Message("Language"), ChoiceField(LANGUAGES, id="language")),
            FormRow.of_text("contact", Message("Whom to call"), Message("name and number; empty: as last time")),
            FormRow(
                Message("Folder"),
                PlaceInput(
                    self.desk.export_folder, new=THIS_FOLDER, placeholder="/media/stick/for-the-lawyer", id="out"
                ),
            ),
            FormRow(Message("Sealed as"), ChoiceField(_SEALED_AS, id="as")),
            SecondRows(),
            Static(safe_content(_ABOUT), id="holds", classes="about"),
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
        self.head(self._ref, self._told)
        self.query_one("#number" if self._supplement else "#out").focus()
        for name in ("number", "reason", "profile"):
            if (row := self.query_one(f"#{name}").parent) is not None:
                row.display = bool(self._supplement) is (name != "profile")
        self.query_one("#recipient-place").display = not self._supplement
        if self._supplement:
            self.keep_no_more(lambda: None)
        self.query_one("#staying").display = False
        self.ask(lambda vault: bool(vault.may(Action.PARTNER_WRITE)), self._show_may_add)
        self._ask_recipients()
        if not self._supplement:
            case = case_id(self._case)
            self.ask(lambda vault: vault.read(papers_leaving.papers_staying, case), self._count_papers)
        self.ask(lambda vault: vault.read(second_person.approvers), partial(self.call_later, self._show_second))
        self._ask_whose()

    def _count_papers(self, papers: int) -> None:
        self._staying = papers
        if papers:
            case = case_id(self._case)
            self.ask(lambda vault: vault.read(case_papers.list_in, case), self._show_papers)
        self._show_staying()

    def _show_papers(self, found: Sequence[Stored[Document]]) -> None:
        self.query_one(PapersRow).show(found)
        self._show_staying()

    def _show_staying(self) -> None:
        is_offered = self.query_one(PapersRow).display
        lines = [_MARKS] if is_offered else papers_leaving.staying_lines(self._staying)
        self.query_one("#staying").display = bool(lines)
        self.write("staying", *lines)

    async def _show_second(self, found: Sequence[Approver]) -> None:
        self._approvers = found
        await self.query_one(SecondRows).show(found, may_wait=self._may_wait)
        self.on_choice_field_changed()

    def _let_wait(self, reviewers: Sequence[str]) -> None:
        """Offer to let a second person review it afterwards, or no more."""
        if self._may_wait is not bool(reviewers):
            self._may_wait = bool(reviewers)
            if self._approvers is not None:
                self.call_later(self._show_second, self._approvers)

    def on_choice_field_changed(self) -> None:
        """A question leaves no package, so that it needs no folder for one."""
        out, asks = self.query_one("#out"), self.query_one(SecondRows).way == ASK
        if asks and self.focused is out:  # before it hears of it itself
            self.query_one("#second-file").focus()
        if out.parent is not None:
            out.parent.display = not asks

    @on(ChoiceField.Changed, "#profile")
    def _ask_whose(self) -> None:
        """Read who the clients are as soon as it tells of one of them; reading it is in the log."""
        case, whose = case_id(self._case), self.query_one(WhoseRow)
        profile = self.word("profile")
        self.query_one(NeededRow).display = profile_named(profile).takes_a_text
        self.query_one(PapersRow).go_by(profile)
        self._show_staying()
        if profile_named(profile).is_reviewed_after:
            self.ask(
                lambda vault: vault.read(reviewed_after.reviewers, profile_named(profile)),
                lambda found: self._let_wait(found if self.word("profile") == profile else ()),
            )
        else:
            self._let_wait(())
        if whose.go_by(profile):
            why = profile_named(profile).why
            self.ask(lambda vault: vault.read(export_people.clients, case, why=why), whose.show)

    def _show_may_add(self, may_add: bool) -> None:
        self._may_add = may_add
        self.show_keys()

    def _ask_recipients(self) -> None:
        self.ask(lambda vault: vault.read(partners.list_all), self._show_recipients)

    async def _replace_recipients(self, chosen: str) -> None:
        place, fields = self.query_one("#recipient-place"), self.query("#recipient").results(ChoiceField)
        words = [(recipient.name, _recipient_words(recipient)) for recipient in self._recipients]
        if field := next(fields, None):
            field.offer(words, chosen)
            self._show_words()
            return
        await place.remove_children()
        if words:
            row = FormRow(Message("Recipient"), ChoiceField(words, value=chosen, id="recipient"))
            await place.mount(row, Static("", id="recipient-words"))
            self._show_words()
        else:
            await place.mount(Static(safe_content(_NO_RECIPIENT)))

    @on(ChoiceField.Changed, "#recipient")
    @on(ChoiceField.Changed, "#as")
    def _show_words(self) -> None:
        """Say how long what is sealed stays closed, and all words of a key that nobody confirmed.

        A key with the same first few words can be made in days.
        """
        chosen = self.word("recipient")
        told: Words = ""
        for kept in (each for each in self._recipients if each.name == chosen):
            as_page = self.word("as") == export.PAGE_WORD or not kept.age_recipient
            if not kept.age_recipient:
                told = NO_KEY
            elif not (as_page or kept.is_confirmed):
                told = Message("{ask}\n{words}", ask=_ASK_WORDS, words=kept.fingerprint)
            self.write("holds", Message("{about} {held}", about=_ABOUT, held=_BY_WORDS if as_page else strength(kept)))
        for place in self.query("#recipient-words").results(Static):
            place.display = bool(told)
            place.update(safe_content(told))

    def _show_recipients(self, found: list[KeptPartner]) -> None:
        known = {kept.name for kept in self._recipients}
        added = [kept.name for kept in found if known and kept.name not in known]
        chosen = self.word("recipient") if self.query("#recipient") else self._wanted
        self._recipients = found
        self.call_later(self._replace_recipients, next(iter(added), chosen))

    def action_add_recipient(self) -> None:
        self.app.push_screen(ActForm(ADD, {}, ""), lambda _: self._ask_recipients())

    def action_agree(self) -> None:
        """Write down a consent of today for who is chosen here; nothing is said of what may be told."""
        case = case_id(self._case)
        self.ask(lambda vault: vault.read(case_people.names_in, case), self._ask_consent)

    def _ask_consent(self, people: Mapping[RecordId, str]) -> None:
        chosen, purpose = self.word("recipient"), profile_named(self.word("profile")).consent
        begun = {
            "recipient": next((kept.record.hex() for kept in self._recipients if kept.name == chosen), ""),
            "purpose": "" if purpose is None else purpose.value,
            "given": here(self.desk.now_ms()).date().isoformat(),
        }
        form = RecordForm(
            self._case,
            self._ref,
            Consent.KIND,
            people=[(person.hex(), name) for person, name in people.items()],
            recipients=[(kept.record.hex(), kept.name) for kept in self._recipients],
            begun={name: text for name, text in begun.items() if text},
        )
        self.app.push_screen(form, self._agreed)

    def _agreed(self, record: str | None) -> None:
        self.say(Message("The consent is saved. F4 goes on.") if record else "")

    def action_go_on(self) -> None:
        if self._is_done:
            self.end("")
            return
        second = self.query_one(SecondRows)
        if not self._recipients:
            self.warn(_NO_RECIPIENT)
        elif self.query_one(WhoseRow).is_open:
            self.refuse("person", _WHOSE)
        elif second.way in _BY_FILE and second.file is None:
            self.refuse("second-file", WHOLE_PATH)
        elif second.way == ASK:
            self._act(second)
        elif out := whole_path(self.text("out"), beside=Path.cwd()):
            self._act(second, out)
        else:
            self.refuse("out", _NO_FOLDER)

    def _act(self, second: SecondRows, out: Path | None = None) -> None:
        """Do it: forms that are open are decided first, and finished pages are read."""
        way, who, file, person = second.way, second.who, second.file, self.query_one(WhoseRow).chosen
        papers = self.query_one(PapersRow).chosen
        of_it = {"package": (self._supplement,), "number": (self.text("number"),), "reason": (self.word("reason"),)}
        whom = {"profile": (self.word("profile"),), "to": (self.word("recipient"),)}
        said = {
            "case": (self._case,),
            **(of_it if self._supplement else whom),
            "language": (self.word("language"),),
            **({"as": (self.word("as"),)} if self.word("as") else {}),
            **({} if out is None else {"out": (str(out),)}),
            **({} if person is None else {"person": (person.hex(),)}),
            **({"paper": papers} if papers else {}),
            **({_BY_FILE[way]: (str(file),)} if file is not None and way in _BY_FILE else {}),
        }
        # Forms are decided and pages made anew: for whom it is was typed already, if it is for the same one.
        before, named = self._answers
        surname = {export.SURNAME: named[export.SURNAME]} if before == whom["to"][0] and export.SURNAME in named else {}
        answers = {"contact": self.text("contact"), **self.query_one(NeededRow).said, **surname}
        self._answers = whom["to"][0], answers
        doing = Doing(
            SUPPLEMENT if self._supplement else export.EXPORT,
            said,
            partial(self._sealed, out),
            answers,
            asked=(file, who or None) if file is not None and way == ASK else (),
            second=(lambda vault: vault.approvals.at_this_keyboard(who, self.lend)) if way == HERE else None,
            failed=self._failed,
            decided=dict(self._decided),
            hidden=dict(self._reading.hidden),
            read=partial(self._read, "ask" if way == ASK else "seal", None if way == ANSWER else self._reading),
        )
        self.say("")
        self.do(doing)

    def _failed(self, error: VaultError) -> None:
        """Show the forms that are open, or pages made anew; of anything else, say why."""
        if isinstance(error, OpenFormsError):
            self._show_questions(error.questions)
        elif isinstance(error, PagesAnewError):
            self.note_typing()
            self.action_go_on()
        elif isinstance(error, NotThereError) and self._reading.hidden:
            form, _ = self._reading.hidden.popitem()
            self._reading.told = Message("Not hidden: {form}. {why}", form=form, why=sentence(error))
            self.action_go_on()
        else:
            self.fail(error)

    def _sealed(self, out: Path | None, told: Told) -> None:
        self.desk.export_folder = str(out or "")
        self._finish(told)
        self.say(Message("The package is sealed."))

    @override
    def show_asked(self, doing: Doing, told: Told) -> None:
        self._finish(told)
        if doing.act.second is not None:
            self.say(doing.act.second.nothing)

    def _show_questions(self, questions: tuple[Question, ...]) -> None:
        self.app.push_screen(
            QuestionsScreen(self._ref, questions, self._decided, self.note_typing), self._questions_answered
        )

    def _finish(self, told: Told) -> None:
        """Show what came of it in place of the form: the same export is not made twice."""
        self._is_done = True
        self.keep_no_more(lambda: None)
        result = self.query_one("#result", Static)
        lines = (part for line in told.lines for part in _in_rows(line))
        result.update(safe_content(together((*lines, *next_lines(told)))))
        for row in self.query_one(".form").children:
            row.display = row is result
        self.show_keys()

    def _questions_answered(self, word: str | None) -> None:
        if word:
            self.action_go_on()
        else:
            self.say(Message("Nothing was written. F4 goes on; what you decided is remembered on this screen."))

    def _read(self, does: str, reading: Reading | None, stopped: Stopped, pages: tuple[str, ...]) -> bool:
        """Return, in the worker's thread, whether the person who reads the pages says yes to what F4 does.

        Raises:
            PagesAnewError: they hid another word, or took one back.
        """
        answered = threading.Event()
        answer: list[str] = []

        def take(word: str | None) -> None:
            answer.append(word or "")
            answered.set()

        def show() -> None:
            self.app.push_screen(PagesScreen(self._ref, pages, does, reading), take)

        self.post_message(Answer(partial(show)))
        while not answered.wait(_LOOK_SECONDS):
            if stopped():
                return False
        if answer == [ANEW]:
            raise PagesAnewError
        return answer == [does]

    # ---- its draft ----------------------------------------------------------------------------------------------

    @override
    def form_place(self) -> FormPlace:
        return FormPlace(EXPORT, self._case, self._ref)

    @override
    def in_fields(self) -> dict[str, str]:
        said = {name: text for name, text in super().in_fields().items() if name in _FIELDS}
        chosen = {_DECIDED: self._decided, _HIDDEN: self._reading.hidden}
        return said | {name: json.dumps(forms) for name, forms in chosen.items() if forms}

    @override
    def filled_at_first(self) -> dict[str, str]:
        return {name: said for name, said in super().filled_at_first().items() if name not in {"recipient", "profile"}}

    @override
    def typed_already(self) -> set[str]:
        chosen = {"profile"} if self._profile else set[str]()
        return super().typed_already() - {"recipient"} | chosen  # the first of the list is a recipient nobody chose yet

    @override
    def come_back(self, typed: Mapping[str, str]) -> None:
        for name, chosen in ((_DECIDED, self._decided), (_HIDDEN, self._reading.hidden)):
            kept = json.loads(typed.get(name, "{}"))
            if isinstance(kept, dict):
                chosen |= {str(form): str(word) for form, word in kept.items() if form not in chosen}
        self._wanted = typed.get("recipient", "")
        for field in self.query("#recipient").results(ChoiceField):
            field.take(self._wanted)


def _offered() -> list[tuple[str, Words]]:
    return [(name, profile.about) for name, profile in PROFILES.items()]


def _in_rows(line: Words) -> Sequence[Words]:
    """Return the 13 words of a key in two rows, as they are read aloud; any other line as it is."""
    words = line.split() if isinstance(line, str) else []
    return in_two_rows(words) if len(words) == _KEY_WORDS else [line]


def _recipient_words(recipient: KeptPartner) -> Words:
    if not recipient.age_recipient:
        return Message("{name}  (no key)", name=recipient.name)
    words = " ".join(recipient.fingerprint.split()[:3]) + " ..."
    if recipient.is_confirmed:
        return Message("{name}  ({words})", name=recipient.name, words=words)
    return Message("{name}  ({words})  NOT CONFIRMED", name=recipient.name, words=words)
