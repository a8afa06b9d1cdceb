"""What left, afterwards: the words of a page, what its recipient says of it, and a package in wrong hands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from vault.acts.act import CASE, Act, Agreed, Ask, Begun, Field, Follow, Plan, Said, Shape, Told, empty, one
from vault.acts.export import EXPORT, what_leaves
from vault.acts.referral import NEXT, letter_about, no_address, open_referrals
from vault.casework.story.incident import Checklist
from vault.casework.story.referrals import Reply, Step
from vault.errors import UsageError
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, listed
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.export.reply import ReplyForm
    from vault.ids import CompartmentId
    from vault.progress import Progress, Working
    from vault.services.exports.ledger import Package
    from vault.services.exports.page_words import Page

_PACKAGE: Final = Field(
    "package", Message("Package"), Shape.WORD, Message("the reference of its report, or its id"), form="--package ID",
    is_required=True,
)  # fmt: skip


def _which(session: Session, said: Said) -> Begun:
    """Begin with the packages that left a case."""
    from vault.services.cases import cases
    from vault.services.exports import ledger

    found = ledger.of_case(session, cases.find(session, said["case"][0]))
    line = "" if found else Message("Nothing has left this case.")
    return Begun(choices={"package": tuple((each.kept.value.package.hex(), each.line) for each in found)}, line=line)


# ---- what they say of it ------------------------------------------------------------------------------------------

_WORDS: Final = Field(
    "words", Message("Their four words"), Shape.LINE, Message("as they read them to you"),
    question=Message("The four words, as they read them to you"), is_required=True,
)  # fmt: skip


def _whose_receipt(session: Session, said: Said) -> Plan[Package]:
    from vault.services.cases import cases
    from vault.services.exports import replies

    case = cases.find(session, said[CASE.name][0])
    return Plan(replies.of_words(session, case, (one(said, _WORDS.name) or "").split()))


def _keep_receipt(session: Session, plan: Plan[Package], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.exports import replies

    replies.keep(session, plan.of.case, plan.of)
    return Told(
        (
            Message(
                "{name} has opened the report {called} of {day}.",
                name=plan.of.recipient,
                called=plan.of.called,
                day=plan.of.kept.value.made,
            ),
        ),
        plan.of.data,
    )


RECEIPT: Final = Act(
    "package receipt",
    Message("write down that a recipient opened a package: they read four words to you"),
    Message("They opened it"),
    Message("write down"),
    (CASE, _WORDS),
    look=_whose_receipt,
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
    lines: list[Words] = [
        Message(
            "{name} answers about the report {called} of {day}.",
            name=package.recipient,
            called=package.called,
            day=package.kept.value.made,
        )
    ]
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


def _whose_it_is(session: Session, said: Said) -> Plan[Package]:
    from vault.services.cases import cases
    from vault.services.exports import ledger

    package = ledger.find(session, cases.find(session, said["case"][0]), said["package"][0])
    return Plan(package, mark=package.called, shown=lambda: _about(session, package), asks=(_SURE,))


def _about(session: Session, package: Package) -> list[Words]:
    from vault.services.exports import page_words

    told = page_words.told_of(session, package)
    opens = Message("It is a page, and nobody was told its words: nobody can open it. Have them shown to nobody.")
    if told is None:
        opens = Message("It is sealed for the key of {name}: nobody else can open it.", name=package.recipient)
    elif told:
        opens = Message(
            "It is a page. Words of it were shown on {days}: who has file and words reads it.", days=", ".join(told)
        )
    return [
        package.line,
        opens,
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
    incidents.begin_checklist(session, package.case, Checklist.WRONG_RECIPIENT.value, about=package.file)
    lines = ledger.wrong_letter(session, package)
    data = {"whose": list(package.whose), "letter": [str(line) for line in lines]}
    return Told(
        (Message("It is written down. The checklist says what to do until when."), *_about(session, package)),
        {**package.data, **data},
        follows=(
            Follow(Message("Call the person who got it, then send them the letter")),
            *no_address([package]),
            Follow(Message("What to do, step by step"), f"checklist list {short_id(package.case)}"),
        ),
        letter=letter_about(Message("Letter to the person who got it"), lines),
    )


WRONG_RECIPIENT: Final = Act(
    "package wrong-recipient",
    Message("say that a package reached somebody it was not for: whose data it is, whom to warn, and a letter"),
    Message("Package in wrong hands"),
    Message("write down"),
    (CASE, _PACKAGE),
    look=_whose_it_is,
    run=_write,
    doing=Message("Writing it down"),
    nothing=Message("nothing is written"),
    begin=_which,
    has_letter=True,
)  # fmt: skip

# ---- the words of a page ------------------------------------------------------------------------------------------


def _whose_words(session: Session, said: Said) -> Plan[Page]:
    from vault.services.cases import cases
    from vault.services.exports import page_words

    page = page_words.find_page(session, cases.find(session, said["case"][0]), said["package"][0])
    return Plan(page, mark=page.kept.value.digest, shown=lambda: _about_page(page), asks=(_spoken(page),))


def _about_page(page: Page) -> list[Words]:
    told = page.kept.value.told
    first = (
        Message("Its words were shown before, on {day}.", day=told) if told else Message("Nobody knows its words yet.")
    )
    return [page.package.line, first]


def _spoken(page: Page) -> Ask:
    name, phone = page.to.name, page.to.phone
    number: list[Words] = [Message("The number that is stored: {phone}", phone=phone)] if phone else []
    return Ask(
        "spoken",
        Message("Do you speak to {name} now, on a number that you know, and do they have the file?", name=name),
        yes=Message("Show the words"),
        no=Message("Not yet"),
        told=(
            *number,
            Message("Until the words are told nobody can open the file. Who has both reads the report."),
            Message("Say them. Never write them. That they were shown is in the log."),
        ),
        word="words",
    )


def _show_words(session: Session, plan: Plan[Page], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.seal.recovery import words_of
    from vault.services.exports import page_words

    page = plan.of
    words, of_file = page_words.show_words(session, page), words_of(page.kept.value.digest)
    lines = (
        Message("Say these words to {name}, in this order:", name=page.to.name),
        f"  {words}",
        Message("Let them compare the 13 words of the key that the page shows with those of your organisation."),
        Message(
            "A file that somebody put in its place could keep the words. If they have CaseVault, {verify_package} shows"
            " 13 words of the file. Read these to them before they open it:",
            verify_package=NextStep.VERIFY_PACKAGE,
        ),
        f"  {' '.join(of_file)}",
    )
    # The words that open it are for an ear: no script keeps them.
    return Told(lines, {**page.package.data, "shown": True, "file_words": list(of_file)})


WORDS: Final = Act(
    "package words",
    Message("show the words that open a page, to somebody who speaks to its recipient"),
    Message("Words of a page"),
    Message("show"),
    (CASE, _PACKAGE),
    look=_whose_words,
    run=_show_words,
    doing=Message("Showing the words"),
    nothing=Message("no words were shown"),
    begin=_which,
    asks_yes=True,
)


# ---- new words ----------------------------------------------------------------------------------------------------


def _which_file(session: Session, said: Said) -> Plan[tuple[CompartmentId, Path, Path]]:
    from vault.services.cases import cases
    from vault.services.exports import page_words

    case, file = cases.find(session, said["case"][0]), Path(one(said, "file") or "")
    page, _ = page_words.find_file(session, case, file)
    plan = (case, file, Path(one(said, "out") or ""))
    return Plan(plan, mark=page.kept.value.digest, shown=lambda: _about_page(page))


def _reissue(
    session: Session, plan: Plan[tuple[CompartmentId, Path, Path]], _agreed: Agreed, _progress: Progress
) -> Told:
    from vault.services.exports import page_words

    case, file, out = plan.of
    done = page_words.reissue(session, case, file, out=out)
    words = f"package words {short_id(case)} --package {short_id(done.page.package.kept.value.package)}"
    return Told(
        (
            Message("The page is at {path}. It holds the same report, under new words.", path=done.path),
            Message("The old file still opens with the old words: ask the recipient to delete it."),
        ),
        {**done.page.package.data, "file": str(done.path), "digest": done.digest.hex()},
        (Follow(Message("Call the recipient on a number that you know; then have the words shown"), words),),
    )


REISSUE: Final = Act(
    "package reissue",
    Message("seal the package of a page anew under new words; what is in it stays as it was"),
    Message("New words for a page"),
    Message("seal anew"),
    (
        CASE,
        Field("file", Message("The page"), Shape.FILE, Message("the page as it was made"), form="--file FILE",
              hint="/media/stick/referral-....html", is_required=True),
        Field("out", Message("Folder"), Shape.FOLDER, Message("an existing folder for the new page"), form="--out DIR",
              is_required=True),
    ),
    look=_which_file,
    run=_reissue,
    doing=Message("Sealing the page anew"),
    nothing=Message("nothing was written"),
    begin=empty,
    is_long=True,
    makes_files=True,
)  # fmt: skip


# ---- one removal, told afterwards ---------------------------------------------------------------------------------

_AGAIN: Final = frozenset({"as", "person", "language", "contact", "surname", "unread", "out"})
REASONS: Final = ("asked", "mistake", "emergency")


def _what_stood_there(session: Session, said: Said) -> Plan[Any]:
    from vault.casework.disclosure import Supplement
    from vault.services.cases import cases
    from vault.services.exports import ledger

    number = (one(said, "number") or "").upper().removeprefix("R")
    if not (number.isascii() and number.isdigit()):
        raise UsageError(Message("--number must be a number of the report, such as R12"))
    package = ledger.find(session, cases.find(session, said["case"][0]), said["package"][0], is_numbered=True)
    left = package.kept.value
    asked = Supplement(left.package, int(number), one(said, "reason") or REASONS[0])
    of_it = {"to": (left.recipient.hex(),), "profile": (left.profile,)}
    return what_leaves(session, {**said, **of_it}, asked)


SUPPLEMENT: Final = replace(
    EXPORT,
    name="package supplement",
    help=Message("tell a recipient only what stood behind one removal of a report that they have"),
    title=Message("Supplement"),
    fields=(
        CASE,
        _PACKAGE,
        Field("number", Message("Number"), Shape.WORD, Message("the number of the removal in the report, such as R12"),
              form="--number R12", is_required=True),
        Field("reason", Message("Reason"), Shape.WORD,
              Message("why it is told now: they asked, it was removed by mistake, or somebody is in danger"),
              words=REASONS, first=REASONS[0]),
        *(field for field in EXPORT.fields if field.name in _AGAIN),
    ),
    look=_what_stood_there,
    begin=_which,
)  # fmt: skip

ACTS: Final = (WORDS, REISSUE, RECEIPT, REPLY, SUPPLEMENT, WRONG_RECIPIENT)
