"""Reading at the terminal what leaves: each open form, then each finished page; and only then the word to seal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, NoReturn, TypeVar

from vault.acts.act import OpenFormsError
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line, is_at_terminal, json_object, read_text
from vault.cli.table import Given
from vault.errors import UsageError, WaitingForDecisionError
from vault.words.codes import word_of
from vault.words.message import Message, Words
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.redaction.questions import Question
    from vault.services.approvals.second_person import Second
    from vault.services.exports.exporting import Approve


T = TypeVar("T")

_KEYS: Final = {"k": "keep", "p": "pseudonym", "g": "generalise", "x": "remove"}
_ANSWERS: Final = Message(
    "k keep, p pseudonym, g less exactly, x remove, Enter as proposed, b back, a all as proposed, q stop: "
)


def reading_of(args: Given, output: Output) -> Approve | None:
    """Return how somebody at this terminal reads the pages; None with `--unread`, and where they were read before.

    A script that asks for `--json` gets the open questions first: only where none is open it is refused.

    Raises:
        UsageError: nobody sits here, and `--unread` was not said.
    """
    # An answered question says whether its pages were read when it was asked.
    if args.unread or (args.approval is not None and not is_at_terminal(output)):
        return None
    if is_at_terminal(output):
        what = None if args.ask is None else Message("Ask about them")
        return Reading(output, what, may_hide=args.approval is None)
    if not output.as_json or args.decide is not None:
        _refuse_to_read(())
    return _refuse_to_read


def _refuse_to_read(_pages: tuple[str, ...]) -> NoReturn:
    raise UsageError(
        Message("nobody can read the finished pages here, so nothing is sealed"),
        next_step=Message(
            "Run it at a terminal or in the app; a script says --unread, and log, report and package say so."
        ),
    )


def decisions_piped(args: Given) -> dict[str, str]:
    """Return what a script decides: `{form: action}` on standard input; `contact`, `say` and `surname` too.

    Raises:
        UsageError: no such object, or no such action; nothing was opened.
    """
    from vault.redaction.questions import decisions_by_key
    from vault.redaction.spans import Action

    said = json_object(args)
    for name in ("contact", "say", "surname"):
        text = said.get(name)
        if isinstance(text, str) and text not in set(Action):
            setattr(args, name, said.pop(name))
    decided = {form: str(action) for form, action in said.items()}
    decisions_by_key(decided)
    return decided


def said_piped(args: Given) -> str | None:
    """Return what is written for this export alone; of `-` what stands on standard input. A terminal is asked for it.

    Raises:
        UsageError: what is decided comes from standard input too, or what is there is too long or no text.
    """
    said: str | None = getattr(args, "say", None)
    if said != "-":
        return said
    if args.personal_from:
        raise UsageError(
            Message("--say - and --from - both read standard input"),
            next_step=Message('Put the text into the JSON object, as "say".'),
        )
    return None if sys.stdin.isatty() else read_text(Given(file=None))


def second_of(args: Given, output: Output, session: Session) -> Second | None:
    """Return how the second person is asked, or None where none was named.

    Raises:
        UsageError: somebody has to be asked at the terminal, and nobody may be.
        RefusedError, NotFoundError: the member named may not approve, or nobody is called so.
    """
    from vault.services.approvals import second_person

    if args.second is None:
        return None
    if not output.may_ask:
        raise UsageError(
            Message("a second person answers at a terminal"),
            next_step=Message("Or in a file: {ask_by_file}.", ask_by_file=NextStep.ASK_BY_FILE),
        )
    return second_person.at_this_keyboard(session, args.second)


def with_answers(
    args: Given,
    output: Output,
    act: Callable[[Mapping[str, str], Mapping[str, str]], T],
    read: Approve | None,
) -> T | Result:
    """Do what needs decisions; forms that are open are asked about at the terminal, one after the other.

    It is done anew when who reads the pages hides another word. Without somebody there, or when they stop, the list of
    open forms is returned.

    Raises:
        WaitingForDecisionError: somebody read the pages and did not want them to leave.
    """
    from vault.services.exports.export_material import NotThereError
    from vault.services.exports.exporting import DeclinedError, PagesAnewError

    decided: dict[str, str] = dict(getattr(args, "decided", {}))
    hidden = read.hidden if isinstance(read, Reading) else {}
    while True:
        try:
            return act(decided, hidden)
        except PagesAnewError:
            continue
        except NotThereError as fault:
            if not hidden:
                raise
            form, _ = hidden.popitem()
            output.say(
                Message("{form}: {fault}. {next_step}", form=form, fault=fault.message, next_step=fault.next_step)
            )
            ask_line(_GO_ON)
        except DeclinedError:
            raise WaitingForDecisionError(
                Message("you did not say yes to the pages; nothing was sealed"),
                next_step=Message("Correct the notes or decide otherwise, then repeat the command."),
            ) from None
        except OpenFormsError as found:
            if args.unread or not is_at_terminal(output) or not _answer(output, found.questions, decided):
                return _still_open(found)


def _still_open(found: OpenFormsError) -> Result:
    """List the open forms; nothing was written."""
    questions = [
        {
            "form": q.form,
            "count": q.count,
            "kinds": list(q.kinds),
            "proposal": q.proposal,
            "context": q.context,
            "before": q.before,
            "may_be_named": q.conflict,
            "rare": str(q.told) or None,
        }
        for q in found.questions
    ]
    lines: list[Words] = [Message("{fault}.", fault=found.message), ""]
    for q in found.questions:
        proposal = word_of(q.proposal)
        if q.before:
            proposal = Message(
                "{proposal}; in other texts you chose {before}", proposal=proposal, before=word_of(q.before)
            )
        lines.append(
            Message(
                "  {form} ({count} x, proposed: {proposal}): {context}",
                form=repr(q.form),
                count=q.count,
                proposal=proposal,
                context=q.context,
            )
        )
        lines += [Message("    {told}", told=q.told)] if q.told else []
    lines += [
        "",
        Message(
            "Answer them at a terminal or in the app, or accept all proposals with `--decide proposed`. A script"
            " pipes them in with `--from -`."
        ),
    ]
    data = {"package": None, "digest": None, "questions": len(questions), "decided": 0, "open": questions}
    return Result(data, lines, found.exit_code)


def _answer(output: Output, questions: tuple[Question, ...], decided: dict[str, str]) -> bool:
    """Ask about each form; what is decided goes into `decided`. Return False when the person stops."""
    place = 0
    while place < len(questions):
        question = questions[place]
        output.say("")
        at, count = place + 1, len(questions)
        output.say(Message("Question {at} of {count}: {question}", at=at, count=count, question=_line(question)))
        output.say(f"  {question.context}")
        if question.told:
            output.say(question.told)
        word = ask_line(_ANSWERS).casefold()
        if word == "q":
            return False
        if word == "b":
            place = max(place - 1, 0)
            continue
        if word == "a":
            decided.update({question.form: question.proposal for question in questions[place:]})
            return True
        action = question.proposal.value if not word else _KEYS.get(word)
        if action is None:
            output.say(Message("Type a letter of this list, then Enter."))
            continue
        decided[question.form] = action
        place += 1
    return True


def _line(question: Question) -> Message:
    if question.told:
        return Message("rare: {form}, proposed: {proposal}", form=question.form, proposal=question.proposal)
    told = Message(
        "{form}, {count} x, {kinds}, proposed: {proposal}",
        form=repr(question.form),
        count=question.count,
        kinds=", ".join(question.kinds),
        proposal=word_of(question.proposal),
    )
    if question.like:
        return Message("{question}; it may be a spelling of {name}", question=told, name=question.like)
    other = Message("{question}; it may be somebody other than the person named", question=told)
    return other if question.conflict else told


class Reading:
    """Somebody at this terminal who reads the finished pages; `hidden` is what they hid, by its kind.

    `recipient` is for whom they are, by name: it is known once the vault is open.

    Args:
        output: where they read.
        what: what is done with the pages then; without it, they are sealed.
        may_hide: whether they may hide more: not where a second person approved these very pages.
    """

    def __init__(self, output: Output, what: Message | None, *, may_hide: bool) -> None:
        self.hidden: dict[str, str] = {}
        self.recipient = ""
        self._output, self._what, self._may_hide = output, what, may_hide
        self._seen: set[str] = set()

    def __call__(self, pages: tuple[str, ...]) -> bool:
        """Show the pages one by one; only who went through all of them is asked.

        A page that they saw to its end just so, before others were made anew, is not shown once more.

        Raises:
            PagesAnewError: something else is hidden now.
        """
        place = self._next(pages, 0)
        try:
            while True:
                if place == len(pages):
                    what = self._what or Message("Seal them for {name}", name=self.recipient)
                    question = Message("You have seen all pages{keys}. {what}? Type yes: ", what=what, keys=self._keys)
                    word = ask_line(question).casefold()
                else:
                    word = self._shown(pages, place)
                if self._may_hide and word in {"h", "u"}:
                    self._hide_or_take_back(word)
                elif word == "b":
                    place = max(place - 1, 0)
                elif place == len(pages) or word == "q":
                    return word == "yes"
                else:
                    self._seen.add(pages[place])
                    place = self._next(pages, place + 1)
        finally:
            self._output.clear()

    @property
    def _keys(self) -> Words:
        if not self._may_hide:
            return ""
        return _HIDE_OR_BACK if self.hidden else _HIDE

    def _next(self, pages: tuple[str, ...], first: int) -> int:
        return next((place for place in range(first, len(pages)) if pages[place] not in self._seen), len(pages))

    def _shown(self, pages: tuple[str, ...], place: int) -> str:
        self._output.clear()
        for line in pages[place].splitlines():
            self._output.say(line)
        self._output.say("")
        if self.hidden:
            forms = ", ".join(map(repr, self.hidden))
            self._output.say(Message("You hid: {forms}.", forms=forms))
        question = Message(
            "Page {at} of {count}, as another program reads it. Enter next, b back{keys}, q stop: ",
            at=place + 1,
            count=len(pages),
            keys=self._keys,
        )
        return ask_line(question).casefold()

    def _hide_or_take_back(self, word: str) -> None:
        """Change what is hidden, and raise; or do nothing, where nothing is said."""
        from vault.services.exports.exporting import PagesAnewError

        if word == "u" and self.hidden:
            self.hidden.popitem()
            raise PagesAnewError
        form = ask_line(_WHICH) if word == "h" else ""
        if form:
            kind = ask_line(_KIND).casefold()
            self.hidden.pop(form, None)
            self.hidden[form] = _KINDS.get(kind, "name")
            raise PagesAnewError


_HIDE: Final = Message(", h hide a word")
_HIDE_OR_BACK: Final = Message(", h hide a word, u take the last back")
_WHICH: Final = Message("A word, or several, as they stand on the page (Enter hides nothing): ")
_KIND: Final = Message(
    "What is it? n a name, whose words are hidden each; p a place, d a number, o other (Enter: name): "
)
_KINDS: Final = {"p": "place", "d": "number", "o": "other"}
_GO_ON: Final = Message("It is not hidden. Enter shows the pages again: ")
