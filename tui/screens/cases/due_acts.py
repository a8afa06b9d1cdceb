"""What home and the week have in common: the row of a date says what is known of it, is done, and is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, ClassVar, Final

from tui.looks.tokens import Token
from tui.screens.cases.due_rows import preview_facts
from tui.screens.frame.act_screen import ActScreen, Doing
from tui.screens.frame.base import Command
from tui.screens.frame.desk import OpenCase
from tui.screens.frame.dialogs import AskLine
from tui.screens.frame.form_fields import Choose
from tui.screens.frame.record_form import explained, reading_of
from tui.screens.frame.screen_words import named_problem, sentence
from tui.text.calendar import FULL_DAY, short_day_of_week
from tui.text.in_words import in_words, together
from tui.values.cases_shown import PreviewShown
from tui.values.code_words import choices, word_of
from tui.values.story_shown import DueShown
from tui.widgets.strip import Fact, Strip
from tui.widgets.text_cells import Cell
from vault.acts.act import Act, Told
from vault.acts.records import DONE, EDIT
from vault.acts.referral import NEXT, WITHDRAW
from vault.acts.safety import DONE as STEP_DONE
from vault.acts.safety import HEARD
from vault.casework.form import Shape
from vault.casework.story import STORY
from vault.casework.story.consent import Consent
from vault.casework.story.incident import ChecklistStep
from vault.casework.story.person_facts import SubjectRequest
from vault.casework.story.protection import CheckIn, CheckInEnd
from vault.casework.story.referrals import Referral, Step
from vault.display import here
from vault.errors import UsageError
from vault.words.message import Message, Words

# What no list says for a person: who confirms a fact that changed, and what came of what is over.

_WHO: Final = Message("It changed, so nobody confirms it any more. Who confirms it as it is now? Esc for nobody.")
_HANDED_HINT: Final = Message("e.g. a page, to her; or: nothing")
_WITHDRAWN: Final = Message("How did the client withdraw the consent? Esc: it stands.")
_OVER: Final = {**DONE, ChecklistStep.KIND: STEP_DONE, Referral.KIND: NEXT[Step.CLOSE]}
_HEARD: Final = Message("Was the person heard? What came of it?")


def confirm_anew(screen: ActScreen, case: str, kind: str, changed: Told, then: Callable[[], None]) -> None:
    """Ask who confirms a record as it stands now, where nobody does any more; `then` follows."""
    if not changed.data.get("unconfirmed"):
        then()
        return

    def told(name: str | None) -> None:
        if name:
            said = {"record": (str(changed.data["record"]),), "of_case": (case,), "confirmed": (name,)}
            screen.do(Doing(EDIT[kind], said, lambda _: then()))
        else:
            then()

    screen.app.push_screen(AskLine(_WHO), told)


def say_done(screen: ActScreen, case: str, record: str, kind: str, then: Callable[[Told], None]) -> None:
    """Say that a record is over; where its form asks, what is to be said of that. Esc leaves it due.

    Of a check-in it is asked what came of it: no key alone says that somebody is well.
    The cursor of the question stands on the answer that writes nothing.
    """

    def act(act: Act[Any], **said: str) -> None:
        where = {"record": (record,), "of_case": (case,)}
        more = {name: (word,) for name, word in said.items() if word}

        def done(told: Told) -> None:
            if told.letter is None:
                then(told)
            else:
                screen.show_told(act.title, told, lambda _: then(told))

        screen.do(Doing(act, {**where, **more}, done))

    if kind == CheckIn.KIND:
        nothing = ("", Message("nothing yet: it stays due"))
        screen.unless_left(Choose(_HEARD, [nothing, *choices(CheckInEnd)]), lambda end: act(HEARD, end=end))
    elif kind == Consent.KIND:
        screen.unless_left(AskLine(_WITHDRAWN), lambda how: act(WITHDRAW, withdrawn_how=how))
    elif asked := [field for field in _OVER[kind].fields if field.is_personal]:
        question = AskLine(asked[0].label, hint=_HANDED_HINT if kind == SubjectRequest.KIND else "")
        screen.unless_left(question, lambda end: act(_OVER[kind], **{asked[0].name: end}))
    else:
        act(_OVER[kind])


REF: Final = 4
DONE_ACT: Final = Command("space", "done", Message("Say that it is done"), "Space", Message("done"), first=True)
MOVE_ACT: Final = Command("m", "move", Message("Give it another date"), "m", Message("move"))
_KEYS: Final = (("Space", Message("done")), ("m", Message("move")), ("Enter", Message("the case")))


class DueScreen(ActScreen):
    """A screen with rows of what has to be kept."""

    CARD: ClassVar[str] = ""
    """The id of the strip that says what is known of the row under the cursor."""

    def here(self) -> DueShown | None:
        """Return what the cursor stands on, or None."""
        raise NotImplementedError

    def action_refresh(self, stand_on: str = "") -> None:
        """Read what there is; the cursor goes to the row of this key, or stays."""
        raise NotImplementedError

    def is_kept(self, line: DueShown) -> bool:
        """Say whether it is done already."""
        del line
        return False

    def how_far(self, line: DueShown) -> Words:
        """Return how far off it is, where its row does not say so."""
        del line
        return ""

    def action_done(self) -> None:
        line = self.here()
        if line is None or self.is_kept(line):
            self.say(Message("There is no date to keep here."))
            return
        say_done(self, line.case, line.record, line.kind, partial(self._confirm_anew, line))

    def action_move(self) -> None:
        line = self.here()
        if line is not None:
            self._ask_date(line, line.when)

    def _ask_date(self, line: DueShown, typed: str, refused: Words = "") -> None:
        form = STORY[line.kind].FORM
        field = next((field for field in form.fields if field.name == form.dated_by), None)
        if field is None:
            return
        read_typed, today = reading_of(is_day=field.shape is Shape.DAY, is_past=False), here(self.desk.now_ms()).date()

        def read(said: str) -> str:
            return said if said == line.when else read_typed(said, today)

        def problem(said: str) -> Words:
            try:
                read(said)
            except UsageError as error:
                return named_problem(error, "date", field.label)
            return ""

        def move(said: str) -> None:
            change, told = {field.name: read(said)}, explained(said, today)
            if not told:
                self._move(line, said, change)
                return
            self.confirm(
                Message("Give it this date?"), told, lambda: self._move(line, said, change), yes=Message("Move it")
            )

        question = AskLine(
            Message("Which date instead?"), value=typed, hint=Message("e.g. 26.11"), problem=problem, refused=refused
        )
        self.unless_left(question, move)

    def _move(self, line: DueShown, said: str, change: Mapping[str, str]) -> None:
        where = {"record": (line.record,), "of_case": (line.case,)}
        self.do(
            Doing(
                EDIT[line.kind],
                {**where, **{name: (date,) for name, date in change.items()}},
                partial(self._confirm_anew, line),
                failed=lambda error: self._ask_date(line, said, sentence(error)),
            )
        )

    def _confirm_anew(self, line: DueShown, changed: Told) -> None:
        confirm_anew(self, line.case, line.kind, changed, lambda: self.action_refresh(line.key))

    def open_case(self, line: DueShown | None) -> None:
        if line is not None:
            self.post_message(OpenCase(line.case, record=line.record))

    def tell(self) -> None:
        """Say what is known of the row under the cursor; who may be reached how follows when the cursor rests."""
        line, card = self.here(), self.query_one(f"#{self.CARD}", Strip)
        if line is None:
            card.show(())
            return
        card.show(self._facts(line))
        if card.display:
            card.when_rested(partial(self._ask_contacts, line))

    def _ask_contacts(self, line: DueShown) -> None:
        self.ask(
            lambda vault: vault.finding.preview(line.case), partial(self._add_contacts, line), failed=lambda _: None
        )

    def _add_contacts(self, line: DueShown, case: PreviewShown | None) -> None:
        if case is not None and self.here() == line:
            self.query_one(f"#{self.CARD}", Strip).show(self._facts(line, list(contact_facts(case))))

    def _facts(self, line: DueShown, contacts: Sequence[Fact] = ()) -> list[Fact]:
        when = Cell(day_said_whole(line.when), bold=True)
        far, about = self.how_far(line), Cell(line.headline or word_of(line.kind), bold=True)
        facts = [Fact("", (when, *([Cell("  "), Cell(far)] if far else []), Cell("  "), about))]
        known = (Cell(line.ref, Token.ACC, bold=True), Cell("  "), Cell(line.client), Cell("  "))
        facts.append(Fact("", (*known, Cell(Message("done") if self.is_kept(line) else word_of(line.kind), Token.DIM))))
        facts += [Fact(Message("how"), line.how)] if line.how is not None else []
        facts += [Fact(Message("unconfirmed"), line.check, Token.WARN)] if line.check is not None else []
        return [*facts, *contacts, Fact("", tuple(_keys()))]


def contact_facts(case: PreviewShown) -> Iterator[Fact]:
    """Yield who may be reached how, and whom nobody may call."""
    contact = in_words(Message("SAFE CONTACT"))
    for fact in preview_facts(case):
        if fact.token is Token.ALARM or in_words(fact.label) == contact:
            yield fact


def _keys() -> Iterator[Cell]:
    for key, words in _KEYS:
        yield Cell(key, Token.ACC, bold=True)
        yield Cell(" ")
        yield Cell(words, Token.DIM)
        yield Cell("  ")


def day_said_whole(when: str) -> Words:
    """Return `Thu 26 Nov 2026 09:30`; what is no full day as it is kept."""
    if len(when) < FULL_DAY or "~" in when:
        return when or Message("no date")
    day, time = date.fromisoformat(when[:FULL_DAY]), when.partition("T")[2]
    return together((Message("{day} {year}", day=short_day_of_week(day), year=day.year), time), " ")
