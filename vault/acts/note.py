"""A note is withdrawn: it is not to be used any more, and somebody says why."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Field, Plan, Said, Shape, Told, one
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress


def _what_is_withdrawn(session: Session, said: Said) -> Plan[Said]:
    from vault.services.cases import notes

    notes.require_in_use(session, said["note"][0], why=one(said, "why") or "casework")
    reason = Message("Why is this note withdrawn? It stays readable here, and leaves in no export.")
    return Plan(said, asks=(Ask("reason", reason),))


def _withdraw(session: Session, plan: Plan[Said], agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.cases import notes

    why, reason = one(plan.of, "why") or "casework", agreed.answers.get("reason", "")
    note = notes.withdraw(session, plan.of["note"][0], reason=reason, why=why)
    told = Message("The note is withdrawn: it stays readable here, and leaves in no export.")
    return Told((told,), {"note": note.hex(), "withdrawn": True})


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
