"""A list of cases from a spreadsheet: looked at, made as a whole, and taken back as a whole."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import Act, Agreed, Ask, Field, Follow, Plan, Said, Shape, Told, empty, one
from vault.acts.case import CASE_KINDS
from vault.errors import VaultError
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Working
    from vault.services.imports.case_import import Preview


_List: TypeAlias = tuple["Preview", Said]
_WRITE: Final = "write"


def _what_is_in_it(session: Session, said: Said) -> Plan[Preview]:
    from vault.services.imports import case_import

    found = case_import.preview(session, Path(one(said, "file") or ""), kind=one(said, "kind") or "")
    return Plan(found, is_whole=True)


def _shown(session: Session, preview: Preview) -> tuple[Words, ...]:
    from vault.services.imports import import_words

    more = import_words.preview_lines(session, preview) if preview.rows else ()
    return (*import_words.fault_lines(preview), *more)


def _show(session: Session, plan: Plan[Preview], _agreed: Agreed, _working: Working) -> Told:
    preview = plan.of
    return Told((*_shown(session, preview), Message("Nothing was made.")), _data(preview), waits=bool(preview.faults))


def _data(preview: Preview) -> dict[str, object]:
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
    faults = [{"row": fault.row, "column": fault.column, "why": fault.why} for fault in preview.faults]
    return {"rows": len(preview.rows), "faults": faults, "known": people}


def _what_is_made(session: Session, said: Said) -> Plan[_List]:
    from vault.services.imports import case_import, import_words

    preview, file = _what_is_in_it(session, said).of, Path(one(said, "file") or "")
    ways = () if "duplicates" in said else preview.known
    asks = [Ask(f"known {way}", import_words.HEADS[way], choices=_ANSWERS) for way in ways]
    if preview.faults and "to_mend" not in said:
        question = import_words.to_mend_question(preview, case_import.place_to_mend(file))
        asks.append(Ask("mend", question, choices=_MEND, may_be_empty=True))
    asks.append(Ask("make", Message("Make these cases?"), yes=Message("Make them"), no=Message("Make none")))
    asks[0] = replace(asks[0], told=_shown(session, preview))
    return Plan((preview, said), asks=tuple(asks) if preview.rows else (), is_whole=True)


def _make(session: Session, plan: Plan[_List], agreed: Agreed, working: Working) -> Told:
    from vault.services.imports import case_import, import_words

    preview, said = plan.of
    if not preview.rows:
        return _show(session, Plan(preview), agreed, working)
    answers = {way: agreed.answers.get(f"known {way}") or one(said, "duplicates") for way in preview.known}
    chosen = {way: case_import.Answer(answer) for way, answer in answers.items() if answer}
    made = case_import.make_cases(session, preview, chosen, progress=working, cancelled=working.stopped)
    file, named = Path(one(said, "file") or ""), one(said, "to_mend")
    lines, place = import_words.fault_lines(preview), None
    if preview.faults and (named or agreed.answers.get("mend") == _WRITE):
        place = Path(named) if named else case_import.place_to_mend(file)
        try:
            case_import.write_to_mend(preview, place)
        except VaultError as fault:  # the cases are made, and that is what the answer says
            lines.append(fault.message)
            place = None
    lines += [*import_words.to_mend_lines(preview, place), *import_words.made_lines(made)]
    lines.append(Message("The file {name} is still there, in clear. Delete it if nobody needs it.", name=file.name))
    data = {
        **_data(preview),
        "cases": [{"case": case.case.hex(), "ref": case.ref, "title": made.titles[case.ref]} for case in made.cases],
        "left_out": list(made.left_out),
        "to_join": [{"person": pair.person.hex(), "other": pair.other.hex()} for pair in made.to_join],
    }
    follows = [Follow(Message("To join two"), "person same PERSON OTHER")] if made.to_join else []
    follows.append(Follow(Message("To take it back"), "import undo"))
    return Told(tuple(lines), data, tuple(follows), waits=bool(preview.faults))


def _what_is_taken_back(session: Session, _said: Said) -> Plan[None]:
    from vault.services.imports import taking_back

    cases = taking_back.last_import(session).cases
    sure = Ask(
        "take back",
        plural("Take back the {count} case of the last list?", "Take back the {count} cases of the last list?",
               count=len(cases)),
        yes=Message("Take them back"),
        no=Message("Keep them"),
        told=(Message("They are erased, as if they had not been made."),),
    )  # fmt: skip
    return Plan(None, mark=cases, asks=(sure,))


def _take_back(session: Session, _plan: Plan[None], _agreed: Agreed, _working: Working) -> Told:
    from vault.services.imports import taking_back

    count = taking_back.take_back(session)
    told = plural("{count} imported case is taken back.", "{count} imported cases are taken back.", count=count)
    return Told((told,), {"taken_back": count})


_ANSWERS: Final = (
    ("skip", Message("leave these rows out")),
    ("make", Message("make them")),
    ("join", Message("make them, and show whom to join")),
)
_MEND: Final = ((_WRITE, Message("write them there")), ("leave", Message("leave them in the list")))
_OF_LIST: Final = (
    Field("file", Message("File"), Shape.FILE, Message("the list; it stays where it is"), form="FILE",
          hint="/media/stick/cases.xlsx", is_required=True),
    Field("kind", Message("Kind"), Shape.WORD, Message("kind of all its cases"), words=CASE_KINDS, is_required=True),
)  # fmt: skip
SHOW: Final = Act(
    "import show",
    Message("show what a list would make and every fault in it, and make nothing"),
    Message("Look at a list"),
    Message("look at it"),
    _OF_LIST,
    look=_what_is_in_it,
    run=_show,
    doing=Message("Reading the list"),
    nothing=Message("nothing was made"),
    begin=empty,
    is_long=True,
    makes_files=True,
)
MAKE: Final = Act(
    "import cases",
    Message("make the cases of a list; it shows them and asks first"),
    Message("Import a list of cases from a spreadsheet"),
    Message("import"),
    (
        *_OF_LIST,
        Field("duplicates", Message("People who may be known"), Shape.WORD,
              Message("what to do with rows of people who may be known (scripts; otherwise you are asked)"),
              words=tuple(code for code, _ in _ANSWERS), form="[--duplicates ANSWER]", is_answer=True),
        Field("to_mend", Message("Rows to mend"), Shape.NEW_FILE,
              Message("write the rows with a fault to this new file, in clear"), form="[--to-mend FILE]",
              is_answer=True),
    ),
    look=_what_is_made,
    run=_make,
    doing=Message("Making the cases"),
    nothing=Message("no case was made"),
    begin=empty,
    stopped=Message("Stopped. No case was made."),
    about=Message(
        "One row is one case: case, client, names, phones, born, sex, nationality, stage, next date, note. The first"
        " row has these words: Ctrl+T writes an empty list. A row with a fault is left out. The file stays there, in"
        " clear."
    ),
    asks_yes=True,
    is_long=True,
)  # fmt: skip
UNDO: Final = Act(
    "import undo",
    Message("take the last list back, within 10 minutes and before any bundle"),
    Message("Take the last list back"),
    Message("take it back"),
    (),
    look=_what_is_taken_back,
    run=_take_back,
    doing=Message("Taking the list back"),
    nothing=Message("nothing is taken back"),
    asks_yes=True,
)
ACTS: Final = (SHOW, MAKE, UNDO)
