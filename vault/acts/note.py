"""A note is withdrawn: it is not to be used any more, and somebody says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from vault.acts.act import Act, Agreed, Ask, Field, Plan, Said, Shape, Told, one
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress


class _Note(NamedTuple):
    note: str
    why: str


def _what_is_withdrawn(session: Session, said: Said) -> Plan[_Note]:
    from vault.services.cases import notes

    note = _Note(said["note"][0], one(said, "why") or "casework")
    notes.require_in_use(session, note.note, why=note.why)
    reason = Message("Why is this note withdrawn? It stays readable here, and leaves in no export.")
    return Plan(note, asks=(Ask("reason", reason),))


def _withdraw(session: Session, plan: Plan[_Note], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import notes

    note = notes.withdraw(session, plan.of.note, reason=agreed.answers.get("reason", ""), why=plan.of.why)
    said = Message("The note is withdrawn: it stays readable here, and leaves in no export.")
    return Told((said,), {"note": note.hex(), "withdrawn": True})


WITHDRAW: Final = Act(
    "note withdraw",
    Message("mark a note as not to be used, with a reason"),
    Message("Withdraw a note"),
    Message("withdraw"),
    (
        Field("note", Message("Note"), Shape.RECORDS, Message("the note's id, or its beginning; or CASE/NOTE"),
              form="NOTE"),
        Field("reason", Message("Reason"), Shape.LINE, question=Message("Why the note is withdrawn"), is_answer=True),
    ),
    look=_what_is_withdrawn,
    run=_withdraw,
    doing=Message("Withdrawing the note"),
    nothing=Message("the note stays in use"),
)  # fmt: skip
ACTS: Final = (WITHDRAW,)
