"""The last thing that somebody wrote here is taken back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Plan, Said, Told
from vault.words.codes import word_of, words_of
from vault.words.message import Message, Words

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.casework.differences import Change
    from vault.progress import Progress
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
ACTS: Final = (UNDO,)
