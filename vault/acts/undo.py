"""What was written: one's own last thing is taken back, and what is set aside is taken over."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

from vault.acts.act import CASE, Act, Agreed, Ask, Field, Plan, Said, Shape, Told
from vault.display import local_time
from vault.ids import short_id
from vault.words.codes import word_of, words_of
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.casework.differences import Change
    from vault.ids import CompartmentId
    from vault.progress import Progress
    from vault.services.cases.set_aside import SetAside
    from vault.services.cases.undoing import Undoable


def _what_was_written(session: Session, _said: Said) -> Plan[Undoable]:
    from vault.services.cases import undoing

    found = undoing.last(session)
    mark = tuple(version.id for version in found.versions)
    return Plan(found, mark=mark, asks=(whether(found.kinds, found.about, found.changes),))


def whether(kinds: Sequence[str], about: str, changes: Sequence[Change] = ()) -> Ask:
    """Return the question whether what was written last is taken back; it says what that is."""
    what: Words = Message("{kinds}: {about}", kinds=words_of(kinds), about=about) if about else words_of(kinds) or ""
    question = Message("Take back what you wrote last? {what}", what=what)
    told: tuple[Words, ...] = (
        Message("What it replaced is back. What was new is erased here; nobody else has it yet."),
    )
    if changes:
        question = Message("Take back what you changed last? {what}", what=what)
        told = (
            *(Message("{field}: {change}", field=word_of(each.name.replace("_", " ")), change=each.said)
              for each in changes),
            Message("What it said before is back; nobody else has the change yet."),
        )  # fmt: skip
    return Ask("take back", question, yes=Message("Take it back"), no=Message("Keep it"), told=told)


def _take_back(session: Session, plan: Plan[Undoable], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import undoing

    about, gone = plan.of.about, undoing.undo(session, plan.of)
    return Told(
        (Message("Taken back: {kinds}.", kinds=words_of(gone)),),
        {"undone": dict(gone)},
        aloud=(Message("Taken back ({kinds}): “{about}”", kinds=words_of(gone), about=about),) if about else (),
    )


UNDO: Final = Act(
    "undo",
    Message("take back the last thing that you wrote, within 10 minutes and before any bundle"),
    Message("Undo"),
    Message("take back"),
    (),
    look=_what_was_written,
    run=_take_back,
    doing=Message("Taking back"),
    nothing=Message("nothing is taken back"),
    asks_yes=True,
)


# ---- taken over ----------------------------------------------------------------------------------------------------


_Aside: TypeAlias = tuple["CompartmentId", "list[SetAside]"]


def _what_is_set_aside(session: Session, said: Said) -> Plan[_Aside]:
    from vault.errors import NotFoundError
    from vault.services.cases import cases, set_aside

    case = cases.find(session, said["case"][0])
    found, wanted = set_aside.set_aside(session, case), said.get("record", ())
    chosen = [each for each in found if not wanted or any(each.record.hex().startswith(text) for text in wanted)]
    if not chosen:
        raise NotFoundError(Message("nothing that is set aside in this case can be taken over"))
    sure = Ask(
        "take over",
        plural("Take over {count} record as yours?", "Take over {count} records as yours?", count=len(chosen)),
        yes=Message("Take over"),
        no=Message("Leave it aside"),
        told=(
            Message(
                "It counts for nothing now: this device knows of no right of its author to write it there then. Taken"
                " over, it is written anew under your name, and the history names who wrote it first."
            ),
        ),
    )
    lines = tuple(line for each in chosen for line in _set_aside_lines(each))
    mark = tuple(each.newest.id for each in chosen)
    return Plan((case, chosen), mark=mark, shown=lambda: lines, asks=(sure,), is_whole=True)


def _set_aside_lines(aside: SetAside) -> list[Words]:
    kind, when = word_of(aside.newest.content.kind), local_time(aside.newest.content.clock[0])
    lines: list[Words] = [
        Message("{kind} {id}, {by}, {when}", kind=kind, id=short_id(aside.record), by=aside.by, when=when)
    ]
    for each in aside.says:
        # No line of a text stands where the head of another record would.
        said = each.said.replace("\n", "\n    ") if isinstance(each.said, str) else each.said
        lines.append(Message("  {field}: {value}", field=word_of(each.name.replace("_", " ")), value=said))
    return lines


def _take_over(session: Session, plan: Plan[_Aside], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import set_aside

    case, chosen = plan.of
    count = set_aside.take_over(session, case, chosen)
    words = plural("{count} record is yours now.", "{count} records are yours now.", count=count)
    return Told((words,), {"case": case.hex(), "taken_over": [each.record.hex() for each in chosen]})


TAKE_OVER: Final = Act(
    "case take-over",
    Message("write anew as yours what is set aside in a case; shows it first"),
    Message("Take over"),
    Message("take over"),
    (
        CASE,
        Field("record", Message("Records"), Shape.CODE, Message("only these records, by id"), form="[RECORD ...]",
              hint=Message("empty: all that is set aside here")),
    ),
    look=_what_is_set_aside,
    run=_take_over,
    doing=Message("Taking over"),
    nothing=Message("nothing is changed"),
    asks_yes=True,
)  # fmt: skip
ACTS: Final = (UNDO,)
