"""A redacted package for one recipient: forms are decided, pages are read, then it is sealed, or asked about.

And all that a member can read, in an open format: nobody is locked in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from vault.acts.act import (
    CASE,
    Act,
    Agreed,
    Ask,
    Begun,
    BySecond,
    Field,
    Follow,
    OpenFormsError,
    Plan,
    Said,
    Shape,
    Told,
    Waits,
    one,
)
from vault.acts.recipient import strength
from vault.errors import UsageError
from vault.ids import short_id
from vault.redaction.profile import PROFILES, profile_named
from vault.words.message import Message, Words, joined, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.casework.disclosure import Supplement
    from vault.ids import CompartmentId, RecordId
    from vault.log.approval import Approval
    from vault.progress import Working
    from vault.redaction.questions import Question
    from vault.services.exports.export_material import Wish
    from vault.services.exports.exporting import Exported, Undecided
    from vault.services.exports.partners import KeptPartner
    from vault.services.safety.person_pack import Facts, PageWish

T = TypeVar("T")
_PROFILES: Final = [Message("{name} ({about})", name=name, about=each.about) for name, each in PROFILES.items()]
_UNREAD: Final = Message("UNREAD: nobody read the pages before they were sealed. Log, report and package say so.")
KEY_WORD, PAGE_WORD = "age", "page"
SURNAME: Final = "surname"
_LAST_WORD: Final = Field(
    SURNAME, Message("Last word of their name"), Shape.LINE, is_answer=True,
    question=Message("the last word of the recipient's name: it is typed before anything is sealed"),
)  # fmt: skip
_AS_PAGE: Final = Message(
    "It is a page for a browser. Send it with the text beside it, which names nobody. No words open it before you have"
    " them shown."
)
_RELEASED: Final = {
    "alone": Message("It was released ALONE: nobody else here could approve it. Log and package say so."),
    "two-person": Message("Two persons released it: log and package name both, by role."),
}


@dataclass(frozen=True, slots=True)
class _Leaving:
    """What shall leave and where to; `staying` papers do not; `answer` is what a second person elsewhere approved."""

    case: CompartmentId
    wish: Wish = field(repr=False)
    out: Path | None
    staying: int
    post_quantum: bool | None
    answer: Approval | None = field(default=None, repr=False)


def what_leaves(session: Session, said: Said, supplement: Supplement | None = None) -> Plan[_Leaving]:
    """Return what shall leave as it is said, or of it but what stands behind one removal."""
    from vault.services import case_papers
    from vault.services.approvals import by_file, second_person
    from vault.services.cases import cases
    from vault.services.exports import consents, papers_leaving, partners
    from vault.services.exports.export_material import Wish
    from vault.services.exports.reviewed_after import reviewers

    case = cases.find(session, said["case"][0])
    kept = partners.find(session, one(said, "to") or "")
    named = said.get("paper", ())
    papers = tuple(dict.fromkeys(case_papers.place_of(session, text, case=case).record for text in named))
    staying = 0 if supplement else papers_leaving.papers_staying(session, case) - len(papers)
    profile = profile_named(one(said, "profile") or "")
    consents.refuse_conflict(session, case, kept, why=profile.why)  # said before anybody is asked anything
    answered, out = one(said, "approval"), one(said, "out")
    if out is None and "ask" not in said:
        raise UsageError(Message("--out is missing"), next_step=Message("The package needs a folder that is there."))
    as_page = one(said, "as") == PAGE_WORD or not kept.age_recipient
    if one(said, "as") == KEY_WORD:
        partners.require_key(kept)
    wish = Wish(
        profile.name,
        kept.record.hex(),
        take_proposals="decide" in said,
        language=one(said, "language") or "en",
        contact=one(said, "contact"),
        person=_person_of(session, said["case"][0], one(said, "person")),
        is_strict="from" in said,
        said=one(said, "say") or "",
        as_page=as_page,
        papers=papers,
        supplement=supplement,
    )
    lines = papers_leaving.staying_lines(staying)
    if as_page:
        lines.append(
            Message(
                "It leaves as a page for a browser. Words open it; you tell them by telephone, to {name} alone.",
                name=kept.name,
            )
        )
    elif not kept.is_confirmed:  # all words: a key with the same first few can be made in days
        lines += [
            Message("The key of {name} is NOT CONFIRMED. Its words are:", name=kept.name),
            f"  {kept.fingerprint}",
        ]
    if not as_page:
        lines.append(strength(kept))
    contact = Ask(
        "contact",
        Message("Whom may the recipient call, and how? If you say nothing: whom your last package of this case named"),
        may_be_empty=True,
    )
    needed = Ask(
        "say",
        Message("What is needed now? It comes first in the report. Without an answer: nothing"),
        may_be_empty=True,
    )
    surname = _for_whom_typed(kept, said)
    answer = None if answered is None else by_file.read_answer(session, Path(answered))
    asked = [] if answer is not None or "unread" in said else [contact] if "contact" not in said else []
    if profile.takes_a_text and answer is None and supplement is None and said.keys().isdisjoint(("say", "unread")):
        asked.append(needed)
    if "ask" not in said:  # a question seals nothing
        asked.append(surname)
    is_due = second_person.rule_of(session) == second_person.TWO_PERSON and not reviewers(session, profile)
    return Plan(
        _Leaving(
            case, wish, None if out is None else Path(out), staying, None if as_page else kept.is_post_quantum, answer
        ),
        mark=(case, wish, kept.fingerprint),
        shown=lambda: lines,
        asks=tuple(asked),
        needs_second=answer is None and is_due,
    )


def _for_whom_typed(kept: KeptPartner, said: Said) -> Ask:
    """Return the question for whom it is; what a script said of it already is refused at once, if it is wrong."""
    from vault.services.exports import partners

    if SURNAME in said:
        partners.require_surname(kept, one(said, SURNAME) or "")
    return Ask(
        SURNAME,
        Message("For whom is it? Type the last word of the recipient's name"),
        check=lambda typed: partners.require_surname(kept, typed),
    )


def _person_of(session: Session, case: str, named: str | None) -> RecordId | None:
    from vault.casework.person import Person
    from vault.services.cases import cases, editing

    people = frozenset({Person.KIND})
    return editing.locate(session, named, people, case=cases.find(session, case)).record if named else None


def _whole(made: T | Undecided) -> T:
    """Return what was made.

    Raises:
        OpenFormsError: forms are open.
    """
    from vault.services.exports.exporting import Undecided

    if isinstance(made, Undecided):
        raise OpenFormsError(made.questions)
    return made


def _wished(plan: Plan[_Leaving], agreed: Agreed) -> Wish:
    wish = plan.of.wish
    return replace(
        wish,
        decisions=agreed.decided,
        hidden=agreed.hidden,
        contact=agreed.answers.get("contact") or wish.contact,
        said=agreed.answers.get("say") or wish.said,
    )


def _export(session: Session, plan: Plan[_Leaving], agreed: Agreed, working: Working) -> Told:
    from vault.acts.referral import to_send
    from vault.services.exports import exporting, partners

    leaving = plan.of
    partners.require_surname(partners.find(session, leaving.wish.to), agreed.answers.get(SURNAME, ""))
    made = exporting.export(
        session,
        leaving.case,
        _wished(plan, agreed),
        out=leaving.out or Path(),
        approve=agreed.read,
        second=agreed.second,
        answer=leaving.answer,
        progress=working,
    )
    done, person = _whole(made), leaving.wish.person
    data = {
        "package": str(done.path),
        "digest": done.digest.hex(),
        "questions": done.questions,
        "decided": done.decided,
        "key_words": list(done.key_words),
        "release": done.release,
        "read": done.is_read,
        "papers_left_out": leaving.staying,
        "person": None if person is None else person.hex(),
        "as": PAGE_WORD if done.is_page else KEY_WORD,
        "post_quantum": leaving.post_quantum,
        "as_proposed": _proposed_data(done.as_proposed),
        "review": None if done.review is None else done.review.hex(),
    }
    profile = profile_named(leaving.wish.profile)
    follows = to_send(session, leaving.case, bytes.fromhex(leaving.wish.to), profile)
    if done.is_page:
        words = f"package words {short_id(leaving.case)} --package {short_id(done.package)}"
        follows = (
            Follow(Message("Call the recipient on a number that you know; then have the words shown"), words),
            *follows,
        )
    return Told(exported_lines(done), data, follows)


def exported_lines(done: Exported) -> tuple[Words, ...]:
    """Return what a person has to know of a package that was made."""
    return (
        Message("The package is at {path}.", path=done.path),
        *([_AS_PAGE] if done.is_page else []),
        plural("{count} question was open.", "{count} questions were open.", count=done.questions),
        plural(
            "{count} word or name was kept or hidden as it was decided.",
            "{count} words and names were kept or hidden as it was decided.",
            count=done.decided,
        ),
        *_proposed_lines(done.as_proposed),
        Message("The finished files were checked."),
        *([_RELEASED[done.release]] if done.review is None else _reviewed(done.review, done.reviewers)),
        *([] if done.is_read else [_UNREAD]),
        Message("Tell the recipient these 13 words of your package key once, by voice:"),
        f"  {' '.join(done.key_words)}",
    )


def _reviewed(task: RecordId, reviewers: Sequence[str]) -> tuple[Message, ...]:
    """Return who reviews what left before anybody approved it, and until when."""
    return (
        Message("It left before a second person approved it. Log and package say so."),
        Message(
            "One of these has to review it within 24 hours: {names}. Grant them the case, if they cannot open it.",
            names=", ".join(reviewers),
        ),
        Message("It stays due until one of them says that the task {id} is done. You cannot.", id=short_id(task)),
    )


def _ask(session: Session, plan: Plan[_Leaving], agreed: Agreed, working: Working) -> Waits:
    from vault.services.exports import exporting

    made = exporting.ask(
        session,
        plan.of.case,
        _wished(plan, agreed),
        out=agreed.ask_into or Path(),
        approve=agreed.read,
        approver=agreed.ask_whom,
        progress=working,
    )
    asked = _whole(made)
    data = {"digest": asked.digest.hex(), "as_proposed": _proposed_data(asked.as_proposed)}
    return Waits(asked.names, _proposed_lines(asked.as_proposed), data)


def _proposed_data(questions: Sequence[Question]) -> list[dict[str, object]]:
    """Return for a script what was decided as proposed, form by form."""
    return [{"form": q.form, "count": q.count, "action": q.proposal, "may_be_named": q.conflict} for q in questions]


def _proposed_lines(questions: Sequence[Question]) -> list[Message]:
    """Return what was removed as proposed though it may be a person whom the profile names: no client goes unsaid."""
    gone = [q for q in questions if q.conflict]
    if not gone:
        return []
    forms = joined([Message("{form} ({count} x)", form=repr(q.form), count=q.count) for q in gone], ", ")
    return [
        Message(
            "Removed as proposed, though it may be the client or another who is named: {forms}.", forms=forms or ""
        ),
        Message("If the notes call somebody by one word only, add that word to the person as a name. Then it stays."),
    ]


EXPORT: Final[Act[Any]] = Act(
    "export",
    Message("make a redacted package for one recipient"),
    Message("Export"),
    Message("go on"),
    (
        CASE,
        Field("profile", Message("Who is named"), Shape.WORD,
              Message("one of these: {profiles}", profiles=joined(_PROFILES, "; ") or ""), words=tuple(PROFILES),
              is_required=True),
        Field("to", Message("Recipient"), Shape.WORD,
              Message("the recipient's name or id ({list_recipients})", list_recipients=NextStep.LIST_RECIPIENTS),
              form="--to NAME", is_required=True),
        Field("as", Message("Sealed as"), Shape.WORD,
              Message("a file for the recipient's key (age), or a page that a browser opens with words (page); without "
                      "it, for the key where there is one"), words=(KEY_WORD, PAGE_WORD)),
        Field("person", Message("Which client"), Shape.CODE,
              Message("which client it is about, if the case has several and the profile is of one: {profiles}",
                      profiles=", ".join(name for name, each in PROFILES.items() if each.is_of_one_client)),
              form="[--person ID]"),
        Field("decide", Message("Decided"), Shape.WORD, Message("accept the proposal for every open question"),
              words=("proposed",), form="[--decide proposed]", is_answer=True),
        Field("language", Message("Language"), Shape.WORD, Message("language of the report"), words=("en", "fr", "ru"),
              first="en"),
        Field("contact", Message("Whom to call"), Shape.LINE,
              question=Message("whom the recipient may call, and how; without it, as in your last package of the case"),
              is_answer=True),
        Field("say", Message("Needed now"), Shape.LINE,
              question=Message("what is needed now, first in the report (profile urgent); - reads standard input"),
              is_answer=True),
        _LAST_WORD,
        Field("unread", Message("Unread"), Shape.YES,
              Message("seal pages that nobody read (scripts); log, report and package say so"), is_answer=True),
        Field("paper", Message("Documents"), Shape.CODE,
              Message("documents of the case that leave with it, as pixels, what is hidden painted over"),
              form="[--paper ID ...]"),
        Field("out", Message("Folder"), Shape.FOLDER,
              Message("an existing folder for the package; a question (--ask) needs none"), form="[--out DIR]"),
    ),
    look=what_leaves,
    run=_export,
    doing=Message("Hiding names, and reading the finished files again"),
    nothing=Message("nothing was written"),
    second=BySecond(
        Message("wherever anybody else can"), _ask, Message("The question is written. Nothing has left the vault yet.")
    ),
    is_long=True,
    makes_files=True,
    has_pages=True,
)  # fmt: skip


# ---- all of it ----------------------------------------------------------------------------------------------------


def _for_whom(session: Session, _said: Said) -> Begun:
    from vault.services.exports import partners

    known: list[tuple[str, Words]] = [(each.record.hex(), each.name) for each in partners.list_all(session)]
    line = Message("There is no recipient yet. Add one: {add_recipient}.", add_recipient=NextStep.ADD_RECIPIENT)
    nobody = [("", Message("not said"))] if len(known) > 1 else []  # of several, none is proposed
    return Begun(choices={"to": (*nobody, *known)}, line="" if known else line)


def _everything(session: Session, said: Said) -> Plan[tuple[str, Path]]:
    from vault.services.exports import full_export

    to, out = one(said, "to") or "", Path(one(said, "out") or "")
    leaving = full_export.what_leaves(session, to=to, out=out)
    sure = Ask(
        "all",
        Message("Export all that you can read, for {name}?", name=leaving.to.name),
        yes=Message("Export"),
        no=Message("Export nothing"),
        told=(
            plural(
                "Every name and note of {count} case leaves without any redaction. The log says so for each case.",
                "Every name and note of {count} cases leaves without any redaction. The log says so for each case.",
                count=len(leaving.cases),
            ),
            strength(leaving.to),
        ),
        word="all",
    )
    return Plan((to, out), mark=leaving, asks=(sure, _for_whom_typed(leaving.to, said)))


def _export_all(session: Session, plan: Plan[tuple[str, Path]], agreed: Agreed, working: Working) -> Told:
    from vault.services.exports import full_export, partners
    from vault.services.projection.expired_rights import left_out_data

    to, out = plan.of
    partners.require_surname(partners.find(session, to), agreed.answers.get(SURNAME, ""))
    done = full_export.export_all(session, to=to, out=out, progress=working)
    data = {
        "file": str(done.path),
        "post_quantum": partners.find(session, to).is_post_quantum,
        "cases": done.cases,
        "records": done.records,
        "documents": done.documents,
        "missing": done.missing,
        "left_out": left_out_data(done.left_out),
    }
    return Told(tuple(full_export.exported_lines(done)), data)


EXPORT_ALL: Final = Act(
    "export-all",
    Message("all that you can read, in an open format, sealed for one confirmed recipient"),
    Message("Full export"),
    Message("export"),
    (
        Field("to", Message("For"), Shape.WORD,
              Message("the recipient's name or id ({list_recipients}); the key must be confirmed",
                      list_recipients=NextStep.LIST_RECIPIENTS), form="--to NAME", is_required=True),
        _LAST_WORD,
        Field("out", Message("File"), Shape.NEW_FILE, Message("the new file"), hint="/media/stick/all.age",
              is_required=True),
    ),
    look=_everything,
    run=_export_all,
    doing=Message("Exporting everything"),
    nothing=Message("nothing was exported"),
    begin=_for_whom,
    about=Message("Nothing in it is redacted. The recipient's key must be confirmed."),
    asks_yes=True,
    is_long=True,
    makes_files=True,
)  # fmt: skip


# ---- a page of the confirmed facts of somebody who is gone ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Page:
    """What stands on a page and where it goes; a face that speaks another language gives its own `in_words`."""

    found: Facts = field(repr=False)
    wish: PageWish = field(repr=False)
    out: Path
    in_words: Callable[[Words], str] = str


def _what_is_confirmed(session: Session, said: Said) -> Plan[_Page]:
    from vault.services.cases import cases
    from vault.services.safety import person_pack

    found = person_pack.facts(session, cases.find(session, said["case"][0]))
    person = _person_of(session, said["case"][0], one(said, "person"))
    wish = person_pack.PageWish(person, take_proposals="decide" in said)
    return Plan(_Page(found, wish, Path(one(said, "page") or "")), mark=found.confirmed)


def _print(session: Session, plan: Plan[_Page], agreed: Agreed, _working: Working) -> Told:
    from vault.services.safety import person_pack

    page = plan.of
    wish = replace(page.wish, decisions=agreed.decided)
    printed = _whole(person_pack.print_page(session, page.found, wish, page.out, page.in_words))
    line = Message("The page is at {path}. It names the client, and is not encrypted.", path=page.out)
    data = {"page": str(page.out), "as_proposed": _proposed_data(printed.as_proposed)}
    return Told((line, *_proposed_lines(printed.as_proposed)), data)


PAGE: Final = replace(
    EXPORT,
    name="pack",
    help=Message("a page in clear of what is confirmed; it names the client, and others as you decide"),
    title=Message("Print what is confirmed as a page"),
    fields=(
        *(each for each in EXPORT.fields if each.name in {"case", "person", "decide"}),
        Field("page", Message("page"), Shape.NEW_FILE, form="[--page FILE]", is_required=True),
    ),
    look=_what_is_confirmed,
    run=_print,
    second=None,
)
ACTS: Final = (EXPORT, EXPORT_ALL, PAGE)
