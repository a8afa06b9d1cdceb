"""`casevault import`: a list of cases from a spreadsheet: shown, made as a whole, taken back as a whole."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.case import CASE_KINDS
from vault.cli.nouns import NOUNS
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.prompts import ask_line
from vault.cli.safeguards import require_undo, require_word
from vault.cli.table import Arg, Given, OneOf, Verb, new_file
from vault.errors import UsageError, VaultError, WaitingForDecisionError
from vault.words.message import Message, plural

if TYPE_CHECKING:
    from vault.services.imports.case_import import Answer, Imported, Preview, Way


_ANSWERS: Final = ("skip", "make", "join")
_FAULTY: Final = 2
_WAITING: Final = 3
_ASK: Final = Message("Leave these rows out (skip), make them (make), or make them and show whom to join (join)? ")
_SURE: Final = Message("Make these cases? Type yes: ")


def _import(args: Given, output: Output) -> Result:
    if args.template is not None:
        return _template(args.template)
    if args.undo:
        return _undo(args, output)
    if args.file is None or args.kind is None:
        raise UsageError(Message("name the file and the kind of its cases"))
    with opened(args, output) as session:
        from vault.services.imports import case_import, import_words

        preview = case_import.preview(session, args.file, kind=args.kind)
        if not preview.rows:
            return Result(_data(preview), import_words.fault_lines(preview), _FAULTY)
        shown = [*import_words.fault_lines(preview), *import_words.preview_lines(session, preview)]
        if args.preview:
            return Result(_data(preview), [*shown, Message("Nothing was made.")], _FAULTY if preview.faults else 0)
        may_ask = output.may_ask and sys.stdin.isatty()
        for line in shown if may_ask else ():  # what a script is told may lie in a file for long: it has names
            output.say(line)
        answers = _answers(args, output, preview, may_ask=may_ask)
        imported = case_import.make_cases(
            session, preview, answers, progress=output.progress_of(Message("Making the cases"))
        )
        titles = _titles(preview, imported)
        lines = [*import_words.made_lines(imported, titles), *([] if may_ask else import_words.fault_lines(preview))]
        lines += import_words.to_mend_lines(preview, _mended(args, output, preview, may_ask=may_ask))
    if imported.to_join:
        lines.append(Message("`casevault person same PERSON OTHER` joins two."))
    lines.append(Message("`casevault import --undo` takes it back."))
    lines.append(
        Message("The file {name} is still there, in clear. Delete it if nobody needs it.", name=args.file.name)
    )
    return Result({**_data(preview), **_made_data(imported, titles)}, lines, _WAITING if preview.faults else 0)


def _mended(args: Given, output: Output, preview: Preview, *, may_ask: bool) -> Path | None:
    """Write the rows with a fault where somebody named a file, or says yes; return where they are."""
    from vault.services.imports import case_import, import_words

    place: Path | None = args.to_mend
    if not preview.faults or (place is None and not may_ask):
        return None
    if place is None:
        place = case_import.place_to_mend(args.file)
        asked = Message("{question} Type yes: ", question=import_words.to_mend_question(preview, place))
        if ask_line(asked).casefold() != "yes":
            return None
    try:
        case_import.write_to_mend(preview, place)
    except VaultError as fault:  # the cases are made, and that is what the answer says
        output.say(fault.message)
        return None
    return place


def _answers(args: Given, output: Output, preview: Preview, *, may_ask: bool) -> Mapping[Way, Answer]:
    """Return what happens to rows with somebody who may be known, asked once for each way; and have it confirmed."""
    from vault.services.imports import import_words
    from vault.services.imports.case_import import Answer

    if not may_ask and preview.known and args.duplicates is None:
        raise WaitingForDecisionError(
            Message("nothing is imported: some people may be known already"),
            next_step=Message("Look with --preview. Then repeat it with --duplicates skip, make or join."),
        )
    answers = {}
    for way in preview.known:
        said = args.duplicates
        while said not in _ANSWERS:
            if said is not None:
                output.say(Message("Answer with one word: skip, make or join."))
            said = ask_line(Message("{head}\n{question}", head=import_words.HEADS[way], question=_ASK)).casefold()
        answers[way] = Answer(said)
    require_word(args, output, _SURE, nothing=Message("nothing is imported"))
    return answers


def _template(path: Path) -> Result:
    from vault.services.imports import case_import, import_words
    from vault.store.files import write_new

    write_new(path, case_import.template(path.suffix))
    told = [Message("The empty list is at {path}.", path=path), *import_words.template_lines()]
    return Result({"template": str(path)}, told)


def _undo(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.imports import taking_back

        made = len(taking_back.last_import(session).cases)
        shown = plural("The last import made {count} case.", "The last import made {count} cases.", count=made)
        require_undo(args, output, shown)
        count = taking_back.take_back(session)
    told = plural("{count} imported case is taken back.", "{count} imported cases are taken back.", count=count)
    return Result({"taken_back": count}, [told])


def _data(preview: Preview) -> dict[str, object]:
    faults: Iterable[object] = ({"row": f.row, "column": f.column, "why": f.why} for f in preview.faults)
    people = [
        {
            "way": way.value,
            "row": known.row,
            "ref": known.ref or None,
            "person": None if known.place is None else known.place.record.hex(),
            "other_row": known.other_row or None,
            "ask": [member.hex() for member in known.members],
        }
        for way, found in preview.known.items()
        for known in found
    ]
    return {"rows": len(preview.rows), "faults": list(faults), "known": people}


def _titles(preview: Preview, imported: Imported) -> dict[str, str]:
    left = set(imported.left_out)
    titles = (row.title for row in preview.rows if row.row not in left)
    return {case.ref: title for case, title in zip(imported.cases, titles, strict=True)}


def _made_data(imported: Imported, titles: Mapping[str, str]) -> dict[str, object]:
    return {
        "cases": [{"case": case.case.hex(), "ref": case.ref, "title": titles[case.ref]} for case in imported.cases],
        "left_out": list(imported.left_out),
        "to_join": [{"person": pair.person.hex(), "other": pair.other.hex()} for pair in imported.to_join],
    }


VERBS: Final = (
    Verb("import", NOUNS["import"].help, (
        Arg("[FILE]", Message("the list; it stays where it is"), of=Path),
        Arg("[--kind KIND]", Message("kind of all its cases"), choices=CASE_KINDS),
        OneOf((
            Arg("[--preview]", Message("show what it would make and every fault, and make nothing")),
            Arg("[--undo]", Message("take the last import back, within 10 minutes and before any bundle")),
            Arg("[--template FILE]", Message("write an empty list with the right headers, .csv or .xlsx"), of=new_file),
        )),
        Arg(
            "[--duplicates ANSWER]",
            Message("what to do with rows of people who may be known (scripts; otherwise you are asked)"),
            choices=_ANSWERS,
        ),
        Arg("[--to-mend FILE]", Message("write the rows with a fault to this new file, in clear"), of=new_file),
        Arg("[--yes]", Message("do not ask whether to make them, or to take them back (scripts)")),
    ), _import),
)  # fmt: skip
