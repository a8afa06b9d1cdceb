"""What left, afterwards: what its recipient says of a package, and a package in wrong hands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vault.acts.act import CASE, Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, empty, one
from vault.acts.referral import NEXT, letter_about, open_referrals
from vault.casework.story.incident import Checklist
from vault.casework.story.referrals import Reply, Step
from vault.words.codes import word_of
from vault.words.message import Message, Words, listed

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.export.reply import ReplyForm
    from vault.progress import Progress, Working
    from vault.services.exports.ledger import Package

# ---- what they say of it ------------------------------------------------------------------------------------------

_WORDS: Final = Field(
    "words", Message("Their four words"), Shape.LINE, Message("as they read them to you"),
    question=Message("The four words, as they read them to you"), is_required=True,
)  # fmt: skip


def _whose_words(session: Session, said: Said) -> Plan[Package]:
    from vault.services.cases import cases
    from vault.services.exports import replies

    case = cases.find(session, said[CASE.name][0])
    return Plan(replies.of_words(session, case, (one(said, _WORDS.name) or "").split()))


def _keep_receipt(session: Session, plan: Plan[Package], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.exports import replies

    replies.keep(session, plan.of.case, plan.of)
    return Told((Message("{name} has opened it: {line}", name=plan.of.recipient, line=plan.of.line),), plan.of.data)


RECEIPT: Final = Act(
    "package receipt",
    Message("write down that a recipient opened a package: they read four words to you"),
    Message("They opened it"),
    Message("write down"),
    (CASE, _WORDS),
    look=_whose_words,
    run=_keep_receipt,
    doing=Message("Writing it down"),
    nothing=Message("nothing is written"),
    begin=empty,
)


@dataclass(frozen=True, slots=True)
class _Replied:
    """A reply, the package that it is to, and where it leads of each open referral to them."""

    package: Package
    form: ReplyForm
    next: tuple[tuple[Act[Any], Said], ...]


def _what_they_say(session: Session, said: Said) -> Plan[_Replied]:
    from vault.export.reply import MOST_BYTES, read_reply
    from vault.services.cases import cases
    from vault.services.exports import replies
    from vault.store.files import read_limited

    form = read_reply(read_limited(Path(one(said, "file") or ""), MOST_BYTES))
    package = replies.of_form(session, cases.find(session, said[CASE.name][0]), form)
    return Plan(
        _Replied(package, form, tuple(_next_of(session, package, form))), shown=lambda: _reply_lines(package, form)
    )


def _next_of(session: Session, package: Package, form: ReplyForm) -> list[tuple[Act[Any], Said]]:
    if not form.answer:
        return []
    step = Step.ACCEPT if form.answer == Reply.ACCEPTED else Step.DECLINE
    more = {} if step is Step.ACCEPT else {"answer": (form.answer,)}
    found = open_referrals(session, package.case, package.kept.value.recipient, step)
    return [(NEXT[step], {"record": (record.hex(),), **more}) for record in found]


def _reply_lines(package: Package, form: ReplyForm) -> list[Words]:
    lines: list[Words] = [Message("From {name}, to {line}", name=package.recipient, line=package.line)]
    if form.answer:
        lines.append(Message("They answer: {answer}.", answer=word_of(form.answer)))
    if form.numbers:
        lines.append(Message("They ask what stands behind {numbers}.", numbers=", ".join(form.numbers)))
    return lines


def _keep_reply(session: Session, plan: Plan[_Replied], agreed: Agreed, working: Working) -> Told:
    from vault.services.exports import replies

    found = plan.of
    replies.keep(session, found.package.case, found.package, found.form)
    told = [act.run(session, act.look(session, said), agreed, working) for act, said in found.next]
    return Told(
        (*_reply_lines(found.package, found.form), *(line for each in told for line in each.lines)),
        {**found.package.data, "answer": found.form.answer, "numbers": list(found.form.numbers)},
        follows=tuple(follow for each in told for follow in each.follows),
    )


REPLY: Final = Act(
    "package reply",
    Message("take the reply form that a recipient sent back: what they answer, and what they ask about"),
    Message("Reply of a recipient"),
    Message("keep"),
    (CASE, Field("file", Message("Reply form"), Shape.FILE, Message("as they sent it"), form="FILE", is_required=True)),
    look=_what_they_say,
    run=_keep_reply,
    doing=Message("Keeping the reply"),
    nothing=Message("nothing is written"),
    begin=empty,
)


# ---- a package in wrong hands -------------------------------------------------------------------------------------


def _which(session: Session, said: Said) -> Begun:
    from vault.services.cases import cases
    from vault.services.exports import ledger

    found = ledger.of_case(session, cases.find(session, said["case"][0]))
    line = "" if found else Message("Nothing has left this case.")
    return Begun(choices={"package": tuple((each.kept.value.package.hex(), each.line) for each in found)}, line=line)


def _whose_it_is(session: Session, said: Said) -> Plan[Package]:
    from vault.services.cases import cases
    from vault.services.exports import ledger

    package = ledger.find(session, cases.find(session, said["case"][0]), said["package"][0])
    return Plan(package, mark=package.called, shown=lambda: _about(package), asks=(_SURE,))


def _about(package: Package) -> list[Words]:
    return [
        package.line,
        Message("It is sealed for the key of {name}: nobody else can open it.", name=package.recipient),
        Message("In it, by name or by code: {names}.", names=listed(package.whose))
        if package.whose
        else Message("Nobody stands in it by a code. Read the notes of the case: whose data did it have?"),
    ]


_SURE: Final = Ask(
    "wrong",
    Message("Did it reach somebody it was not for?"),
    yes=Message("It did"),
    no=Message("It did not"),
    told=(Message("A checklist with a clock of 72 hours is written into the case. No report tells of it."),),
    is_for_screens=True,
)


def _write(session: Session, plan: Plan[Package], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.exports import ledger
    from vault.services.safety import incidents

    package = plan.of  # no incident: a later report would tell a lawyer of what the office did wrong
    incidents.begin_checklist(session, package.case, Checklist.WRONG_RECIPIENT.value, since=None)
    lines = ledger.wrong_letter(session, package)
    data = {"whose": list(package.whose), "letter": [str(line) for line in lines]}
    return Told(
        (Message("It is written down. The checklist says what to do until when."), *_about(package)),
        {**package.data, **data},
        follows=(
            Follow(Message("Call the person who got it, then send them the letter")),
            Follow(Message("What to do, step by step"), f"checklist list {package.case.hex()}"),
        ),
        letter=letter_about(Message("Letter to the person who got it"), lines),
    )


WRONG_RECIPIENT: Final = Act(
    "package wrong-recipient",
    Message("say that a package reached somebody it was not for: whose data it is, whom to warn, and a letter"),
    Message("Package in wrong hands"),
    Message("write down"),
    (
        CASE,
        Field("package", Message("Package"), Shape.WORD, Message("the reference of its report, or its id"),
              form="--package ID", is_required=True),
    ),
    look=_whose_it_is,
    run=_write,
    doing=Message("Writing it down"),
    nothing=Message("nothing is written"),
    begin=_which,
    has_letter=True,
)  # fmt: skip

ACTS: Final = (RECEIPT, REPLY, WRONG_RECIPIENT)
