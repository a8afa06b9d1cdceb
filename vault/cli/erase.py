"""`casevault erase`: erase a note, a person, a case or a slip for good."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.cli.confirming import require_yes
from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import Personal, are_asked, asked_one_by_one
from vault.cli.table import Arg, Given, Verb, new_file
from vault.errors import VaultError
from vault.ids import CompartmentId
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from vault.access.session import Session
    from vault.services.approvals.approving import Second
    from vault.services.erasures.what_goes import Going

_REASONS: Final = ("subject-request", "retention", "mistake", "court-order")
_LANGUAGES: Final = ("en", "fr", "ru")


def _erase(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.approvals import erasing
        from vault.services.cases.holds import require_none
        from vault.services.erasures import letter, preview, what_goes

        going = what_goes.what_goes(session, *args.ids)
        # What a script is told may lie in a file for long: the names of who goes are for a person to read.
        shown = () if args.yes else preview.preview(session, going, needs_second=erasing.needs_second(going))
        for line in shown:
            output.say(line)
        if args.ask is not None:
            names = erasing.ask(session, going, why=args.reason, out=args.ask, approver=args.second)
            return _asked(args.ask, names)
        if going.nothing_goes:
            require_none(session, going.cases)  # before anybody types the word, or is asked to approve it
        second = _second(args, output, session)
        titles = _new_titles(args, output, session, going)
        require_yes(args, output, (), _ASKED, "erase")
        erased = erasing.erase(session, going, why=args.reason, second=second, titles=titles)
        lines = letter.letter(session, going, why=args.reason)
        kept = _kept(session, lines, args.out, args.language) if args.out is not None else ()
    data = {
        "erased": dict(going.kinds),
        "versions": len(going.versions),
        "cases": [str(name) for name in going.cases.values()],
        "held": [{"case": str(each.name), "records": each.records} for each in going.held],
        "stays_in": [str(name) for name in going.elsewhere.values()],
        "release": erased.rule,
        "drafts": erased.removed.drafts,
        "bundles": erased.removed.bundles,
        "letter": [str(line) for line in lines],
        "file": str(args.out) if args.out is not None and args.out.exists() else None,
    }
    return Result(data, [Message("It is erased. This is the letter about it:"), "", *lines, *kept])


def _second(args: Given, output: Output, session: Session) -> Second | None:
    """Return how the second person is asked: the answer of one elsewhere, or one at this keyboard, or none."""
    from vault.cli.reading import second_of
    from vault.services.approvals import by_file

    if args.approval is None:
        return second_of(args, output, session)
    answer = by_file.read_answer(session, args.approval)
    return lambda _: answer


def _new_titles(args: Given, output: Output, session: Session, going: Going) -> dict[CompartmentId, str]:
    """Return the new titles that somebody at the terminal gives the cases that stay and name who goes in theirs."""
    from vault.services.erasures import mentions
    from vault.services.projection.places import name_of

    if args.yes or not are_asked(args, output):
        return {}
    asked = [
        Personal(
            case.hex(),
            "",
            Message("New title of {case}", case=name_of(session, case)),
            of=partial(mentions.checked_title, going),
            present=title,
            is_change=True,
        )
        for case, title in mentions.titles_naming(session, going).now.items()
    ]
    return {CompartmentId(bytes.fromhex(case)): title for case, title in asked_one_by_one(asked).items() if title}


def _asked(out: Path, names: Sequence[str]) -> Result:
    return Result(
        {"file": str(out), "approvers": list(names)},
        [
            Message(
                "Nothing is erased yet. The question is at {out}. It opens for: {names}.",
                out=out,
                names=", ".join(names),
            ),
            Message(
                "They answer with `casevault approval give FILE --reason CODE --out ANSWER` and make a bundle for you."
            ),
            Message(
                "Import the bundle, then erase with `--approval ANSWER`: within 7 days, and while nothing changes."
            ),
        ],
    )


def _kept(session: Session, lines: Sequence[Words], out: Path, language: str) -> tuple[Words, ...]:
    """Write the letter, and return what came of it: the records are gone by now, whatever becomes of the file."""
    from vault.services.erasures import letter, letter_words

    try:
        letter.print_letter(session, lines, out, letter_words.in_language(language))
    except VaultError as fault:
        return "", Message(
            "The letter was not written to a file: {fault} {next_step}", fault=fault.message, next_step=fault.next_step
        )
    return "", Message("The letter is at {path}. It is not encrypted.", path=out)


_ASKED: Final = Message("It cannot be brought back. Type erase to go on: ")
VERBS: Final = (
    Verb("erase", NOUNS["erase"].help, (
        Arg("ID ...", Message("a record, person, document, section or slip (CASE/ID: in that case alone), or a case"),
            into="ids"),
        Arg("--reason CODE", Message("the reason kept in the log"), choices=_REASONS),
        Arg("[--second NAME]", Message("who approves it at this keyboard: above one case or ten records")),
        Arg("[--ask FILE]",
            Message("erase nothing yet; write a question for a second person elsewhere (--second, or all)"),
            of=new_file),
        Arg("[--approval ANSWER]", Message("the answer file of a member who approved it elsewhere"), of=Path),
        Arg("[--out FILE]", Message("write the letter about it there, a PDF that is not encrypted"), of=new_file),
        Arg("[--language LANGUAGE]", Message("the language of that letter; default en"), choices=_LANGUAGES,
            default="en"),
        Arg("[--yes]", Message("neither show what goes nor ask (scripts)")),
    ), _erase),
)  # fmt: skip
