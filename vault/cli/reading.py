"""Reading at the terminal what leaves: each open question, then each finished page; and only then the word to seal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final, TypeVar

from vault.cli.prompts import ask_line
from vault.cli.table import Given
from vault.errors import UsageError, WaitingForDecisionError
from vault.words.message import Message
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.cli.output import Output
    from vault.redaction.questions import Question
    from vault.services.approvals.approving import Second
    from vault.services.exports.exporting import Undecided

T = TypeVar("T")

_KEYS: Final = {"k": "keep", "p": "pseudonym", "g": "generalise", "x": "remove"}
_ANSWERS: Final = Message(
    "k keep, p pseudonym, g less exactly, x remove, Enter as proposed, b back, a all as proposed, q stop: "
)


def is_read_here(output: Output) -> bool:
    """Say whether somebody sits at a terminal who can read pages and answer."""
    return output.may_ask and sys.stdin.isatty() and sys.stderr.isatty()


def approve_here(args: Given, output: Output, what: Message) -> Callable[[tuple[str, ...]], bool] | None:
    """Return how somebody at this terminal reads the pages, or None with `--unread`.

    `what` is done with a yes, such as `Seal it for NAME`.

    Raises:
        UsageError: nobody sits here, and `--unread` was not said.
    """
    if args.unread:
        return None
    if not is_read_here(output):
        raise UsageError(
            Message("nobody can read the finished pages here, so nothing is sealed"),
            next_step=Message(
                "Run it at a terminal or in the app; a script says --unread, and log, report and package say so."
            ),
        )
    return lambda pages: _read_pages(output, pages, what)


def second_of(args: Given, output: Output, session: Session) -> Second | None:
    """Return how the second person is asked, or None where none was named.

    Raises:
        UsageError: somebody has to be asked at the terminal, and nobody may be.
        RefusedError, NotFoundError: the member named may not approve, or nobody is called so.
    """
    from vault.services.approvals import approving

    if args.second is None:
        return None
    if not output.may_ask:
        raise UsageError(
            Message("a second person answers at a terminal"),
            next_step=Message("Or in a file: {ask_approval}.", ask_approval=NextStep.ASK_APPROVAL),
        )
    return approving.at_this_keyboard(session, args.second)


def with_answers(args: Given, output: Output, act: Callable[[Mapping[str, str]], T | Undecided]) -> T | Undecided:
    """Do what needs decisions; what is open is asked about at the terminal, one form after the other.

    Without somebody there, or when they stop, the open questions are returned.

    Raises:
        WaitingForDecisionError: somebody read the pages and did not want them to leave.
    """
    from vault.services.exports.export_steps import DeclinedError
    from vault.services.exports.exporting import Undecided

    decided: dict[str, str] = {}
    while True:
        try:
            done = act(decided)
        except DeclinedError:
            raise WaitingForDecisionError(
                Message("you did not say yes to the pages; nothing was sealed"),
                next_step=Message("Correct the notes or decide otherwise, then repeat the command."),
            ) from None
        if not isinstance(done, Undecided) or args.unread or not is_read_here(output):
            return done
        if not _answer(output, done.questions, decided):
            return done


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
    kinds = ", ".join(question.kinds)
    told = Message(
        "{form}, {count} x, {kinds}, proposed: {proposal}",
        form=repr(question.form),
        count=question.count,
        kinds=kinds,
        proposal=question.proposal,
    )
    return (
        Message("{question}; it may be somebody other than the person named", question=told)
        if question.conflict
        else told
    )


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
