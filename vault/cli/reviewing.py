"""Reading at the terminal what leaves: each open form, then each finished page; and only then the word to seal."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from vault.acts.act import OpenFormsError
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line, is_at_terminal
from vault.cli.table import Given
from vault.errors import UsageError, WaitingForDecisionError
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

    Raises:
        UsageError: nobody sits here, and `--unread` was not said.
    """
    # An answered question says whether its pages were read when it was asked.
    if args.unread or (args.approval is not None and not is_at_terminal(output)):
        return None
    if not is_at_terminal(output):
        raise UsageError(
            Message("nobody can read the finished pages here, so nothing is sealed"),
            next_step=Message(
                "Run it at a terminal or in the app; a script says --unread, and log, report and package say so."
            ),
        )
    seal = Message("Seal them for {name}", name=args.to)
    return partial(_read_pages, output, what=seal if args.ask is None else Message("Ask about them"))


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


def with_answers(args: Given, output: Output, act: Callable[[Mapping[str, str]], T]) -> T | Result:
    """Do what needs decisions; forms that are open are asked about at the terminal, one after the other.

    Without somebody there, or when they stop, the list of them is returned.

    Raises:
        WaitingForDecisionError: somebody read the pages and did not want them to leave.
    """
    from vault.services.exports.exporting import DeclinedError

    decided: dict[str, str] = {}
    while True:
        try:
            return act(decided)
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
        }
        for q in found.questions
    ]
    lines: list[Words] = [Message("{fault}.", fault=found.message), ""]
    for q in found.questions:
        proposal: Words = q.proposal
        if q.before:
            proposal = Message("{proposal}; in other texts you chose {before}", proposal=proposal, before=q.before)
        lines.append(
            Message(
                "  {form} ({count} x, proposed: {proposal}): {context}",
                form=repr(q.form),
                count=q.count,
                proposal=proposal,
                context=q.context,
            )
        )
    lines += ["", Message("Answer them at a terminal or in the app, or accept all proposals with `--decide proposed`.")]
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
    told = Message(
        "{form}, {count} x, {kinds}, proposed: {proposal}",
        form=repr(question.form),
        count=question.count,
        kinds=", ".join(question.kinds),
        proposal=question.proposal,
    )
    if question.like:
        return Message("{question}; it may be a spelling of {name}", question=told, name=question.like)
    other = Message("{question}; it may be somebody other than the person named", question=told)
    return other if question.conflict else told


def _read_pages(output: Output, pages: tuple[str, ...], what: Message) -> bool:
    """Show the finished pages one by one; only who went through all of them is asked."""
    place = 0
    try:
        while place < len(pages):
            output.clear()
            for line in pages[place].splitlines():
                output.say(line)
            output.say("")
            word = ask_line(
                Message(
                    "Page {at} of {count}, as another program reads it. Enter next, b back, q stop: ",
                    at=place + 1,
                    count=len(pages),
                )
            )
            if word.casefold() == "q":
                return False
            place = max(place - 1, 0) if word.casefold() == "b" else place + 1
        return ask_line(Message("You have seen all pages. {what}? Type yes: ", what=what)).casefold() == "yes"
    finally:
        output.clear()
