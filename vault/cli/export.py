"""`casevault export`: make a redacted package for one recipient."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line
from vault.cli.reading import approve_here, is_read_here, second_of, with_answers
from vault.cli.table import CASE, Arg, Given, OneOf, Verb, there_folder
from vault.errors import WaitingForDecisionError
from vault.words.message import Message, Words, joined, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.ids import RecordId
    from vault.redaction.questions import Question
    from vault.services.exports.export_material import Wish
    from vault.services.exports.export_steps import Approve
    from vault.services.exports.exporting import Exported, Undecided


REPORT: Final = (
    CASE,
    Arg("--profile PROFILE",
        Message("lawyer-named names client and persecutor; lawyer names nobody; disappearance has only confirmed facts;"
                " subject gives clients their own data"),
        choices=("lawyer-named", "lawyer", "disappearance", "subject")),
    Arg("--to NAME", Message("the recipient's name or id (`recipient list`)")),
    Arg("[--person ID]", Message("which client disappearance and subject are about, if the case has several")),
    Arg("[--decide proposed]", Message("accept the proposal for every open question"), choices=("proposed",)),
    Arg("[--language LANGUAGE]", Message("language of the report"), choices=("en", "fr", "ru"), default="en"),
    Arg("[--contact TEXT]",
        Message("whom the recipient may call, and how; without it, as in your last report of the case")),
    Arg("[--unread]", Message("seal pages that nobody read (scripts); log, report and package say so")),
)  # fmt: skip
_RELEASED = {
    "alone": Message("You released it ALONE: nobody else here could approve it. Log and package say so."),
    "two-person": Message("Two persons released it: log and package name both, by role."),
}
_UNREAD = Message("UNREAD: nobody read the pages before they were sealed. Log, report and package say so.")
_CONTACT = Message("Whom may the recipient call, and how? (empty: as in your last report of this case): ")
PROGRESS = Message("Reading the finished files again")


def wish_of(args: Given, output: Output, session: Session, *, asks: bool = True) -> Wish:
    """Return what shall leave; whom to call is asked for at a terminal."""
    from vault.services.exports.export_material import Wish

    person = person_of(args, session)
    contact = args.contact
    if contact is None and is_read_here(output) and not args.unread and asks:
        contact = ask_line(_CONTACT) or None
    return Wish(args.profile, args.to, {}, args.decide == "proposed", args.language, contact, person)


def person_of(args: Given, session: Session) -> RecordId | None:
    """Return the person of the case who was named, or None."""
    from vault.casework.person import Person
    from vault.services.cases import cases, editing

    if args.person is None:
        return None
    case = cases.find(session, args.case)
    return editing.locate(session, args.person, frozenset({Person.KIND}), case=case).record


def tell_before(args: Given, output: Output, session: Session) -> int:
    """Say which papers stay here, and return how many; and all words of a key that nobody confirmed.

    All of them: a key with the same first few can be made in days.
    """
    from vault.services.cases import cases
    from vault.services.exports import exporting, partners

    staying = exporting.papers_staying(session, cases.find(session, args.case))
    for line in exporting.staying_lines(staying):
        output.say(line)
    kept = partners.find(session, args.to)
    if not kept.is_confirmed:
        output.say(Message("The key of {name} is NOT CONFIRMED. Its words are:", name=kept.name))
        output.say(f"  {kept.fingerprint}")
    return staying


def _export(args: Given, output: Output) -> Result:
    approve = approval_of_pages(args, output)
    with opened(args, output) as session:
        return sealed(session, args, output, approve)


def approval_of_pages(args: Given, output: Output) -> Approve | None:
    """Return how the finished pages are read here, or None where nobody reads them now."""
    # An answered question says whether its pages were read when it was asked.
    if args.approval and not is_read_here(output):
        return None
    return approve_here(args, output, Message("Seal them for {name}", name=args.to))


def sealed(session: Session, args: Given, output: Output, approve: Approve | None) -> Result:
    """Export a case by the profile that was given, or list what is undecided."""
    from vault.services.approvals import by_file
    from vault.services.cases import cases
    from vault.services.exports import exporting

    staying = tell_before(args, output, session)
    second = second_of(args, output, session)
    answer = None if args.approval is None else by_file.read_answer(session, args.approval)
    wish = wish_of(args, output, session, asks=answer is None)

    def act(decisions: Mapping[str, str]) -> Exported | Undecided:
        return exporting.export(
            session,
            cases.find(session, args.case),
            replace(wish, decisions=decisions),
            out=args.out,
            approve=approve,
            second=second,
            answer=answer,
            progress=output.progress_of(PROGRESS),
        )

    result = with_answers(args, output, act)
    return undecided(result) if isinstance(result, exporting.Undecided) else _exported(result, staying, wish)


def _exported(result: Exported, staying: int, wish: Wish) -> Result:
    data = {
        "package": str(result.path),
        "digest": result.digest.hex(),
        "questions": result.questions,
        "decided": result.decided,
        "key_words": list(result.key_words),
        "release": result.release,
        "read": result.is_read,
        "papers_left_out": staying,
        "person": None if wish.person is None else wish.person.hex(),
        "as_proposed": proposed_data(result.as_proposed),
    }
    lines: list[Words] = [
        Message("The package is at {path}.", path=result.path),
        plural("{count} question was open.", "{count} questions were open.", count=result.questions),
        plural("{count} form is decided.", "{count} forms are decided.", count=result.decided),
        *proposed_lines(result.as_proposed),
        Message("The finished files were checked."),
        _RELEASED[result.release],
        *([] if result.is_read else [_UNREAD]),
        Message("Tell the recipient these 13 words of your package key once, by voice:"),
        f"  {' '.join(result.key_words)}",
    ]
    return Result(data, lines)


def proposed_data(questions: Sequence[Question]) -> list[dict[str, object]]:
    """Return for a script what was decided as proposed, form by form."""
    return [{"form": q.form, "count": q.count, "action": q.proposal, "may_be_named": q.conflict} for q in questions]


def proposed_lines(questions: Sequence[Question]) -> list[Message]:
    """Return what was removed as proposed though it may be a person whom the profile names: no client goes unsaid."""
    gone = [q for q in questions if q.conflict]
    if not gone:
        return []
    forms = joined([Message("{form} ({count} x)", form=repr(q.form), count=q.count) for q in gone], ", ")
    return [
        Message(
            "Removed as proposed, though it may be the client or another who is named: {forms}.", forms=forms or ""
        ),
        Message(
            "Whom the notes call by one word needs it as a name of its own: `casevault person edit ID`. Then it stays."
        ),
    ]


def undecided(result: Undecided) -> Result:
    """List the open questions; nothing was written."""
    questions = [
        {
            "form": q.form,
            "count": q.count,
            "kinds": list(q.kinds),
            "proposal": q.proposal,
            "context": q.context,
            "before": q.before,
        }
        for q in result.questions
    ]
    lines: list[Words] = [
        plural(
            "{count} question is open; nothing was written.",
            "{count} questions are open; nothing was written.",
            count=len(questions),
        ),
        "",
    ]
    for q in result.questions:
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
    return Result(data, lines, WaitingForDecisionError.exit_code)


VERBS: Final = (
    Verb("export", NOUNS["export"].help, (
        *REPORT,
        Arg("--out DIR", Message("an existing folder for the package"), of=there_folder),
        OneOf((
            Arg("[--second NAME]", Message("the member who approves it at this keyboard")),
            Arg("[--approval ANSWER]", Message("the answer file of a member who approved it elsewhere"), of=Path),
        )),
    ), _export),
)  # fmt: skip
