"""Approve what another member asks in a file, with a reason; the answer goes into a file too."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Field, Follow, Plan, Said, Shape, Told, one
from vault.words.codes import word_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress
    from vault.services.approvals.by_file import Received
    from vault.services.approvals.question import ApprovalQuestion


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked, and with which reason, into which file it is answered."""

    received: Received = field(repr=False)
    said: Said


def words_to_compare(question: ApprovalQuestion) -> tuple[Message, ...]:
    """Return what an approver compares before they say yes to a package: for which key it is."""
    words = question.key_words
    return (compared_words(words),) if words else ()


def compared_words(words: str) -> Message:
    return Message("It is sealed for the key with these words. Compare them: {words}", words=words)


def _what_is_asked(session: Session, said: Said) -> Plan[Asked]:
    from vault.services.approvals import by_file

    asked = by_file.read_question(session, Path(one(said, "file") or ""))

    def whole() -> tuple[Words, ...]:
        return (*asked.shown, *asked.question.lines())

    sure = Ask(
        "approve",
        Message("Approve what {asker} asks?", asker=asked.name),
        yes=Message("Approve"),
        no=Message("Not yet"),
        told=(*words_to_compare(asked.question), Message("Your log says so, for ever, with your reason.")),
        is_for_screens=True,
    )
    return Plan(Asked(asked, said), mark=(asked.requester, asked.question), shown=whole, asks=(sure,))


def _give(session: Session, plan: Plan[Asked], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.approvals import by_file

    file, out, why = (one(plan.of.said, name) or "" for name in ("file", "out", "reason"))
    approval, name = by_file.give(session, Path(file), Path(out), why=why, shown=plan.of.received)
    approved = Message(
        "You approved it as {role}; your log says so. The answer for {name} is at {out}.",
        role=word_of(approval.role),
        name=name,
        out=out,
    )
    return Told(
        (approved, Message("It is valid for {name} once they import your next bundle: make it now.", name=name)),
        {"answer": out, "digest": approval.digest.hex(), "for": name},
        (Follow(Message("To make it"), "bundle make"),),
    )


GIVE: Final = Act(
    "approval give",
    Message("approve a question, with a reason"),
    Message("A question to you"),
    Message("approve"),
    (
        Field("file", Message("Question"), Shape.FILE, Message("the question"), form="FILE", is_required=True),
        Field("reason", Message("Your reason"), Shape.WORD,
              Message("kept in the log and in the package; `show` lists them"), form="--reason CODE",
              is_required=True),
        Field("out", Message("Answer to"), Shape.NEW_FILE, Message("a new file for the member who asked"),
              form="--out ANSWER", is_required=True),
    ),
    look=_what_is_asked,
    run=_give,
    doing=Message("Approving"),
    nothing=Message("nothing is approved"),
)  # fmt: skip
ACTS: Final = (GIVE,)
