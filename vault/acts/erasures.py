"""What colleagues erased and this device has still: it goes now, without the wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Plan, Said, Told
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Progress


def _what_waits(_session: Session, _said: Said) -> Plan[None]:
    sure = Ask(
        "remove",
        Message("Remove now what colleagues erased?"),
        yes=Message("Remove"),
        no=Message("Wait"),
        told=(Message("It cannot be brought back. What is on legal hold stays."),),
        is_for_screens=True,
    )
    return Plan(None, asks=(sure,))


def _remove(session: Session, _plan: Plan[None], _agreed: Agreed, _progress: Progress) -> Told:
    from vault.services.erasures import arrived, standing_again

    arrived.note(session, arrived.look(session))
    gone = arrived.carry_out(session, at_once=True)
    lines: list[Words] = [*standing_again.erase_late(session, at_once=True)]
    if gone:
        lines.insert(0, plural("{count} record was removed.", "{count} records were removed.", count=gone))
    return Told(tuple(lines) or (Message("Nothing was removed."),), {"removed": gone})


REMOVE: Final = Act(
    "erasures now",
    Message("remove it now instead of after 72 hours; what is on legal hold stays"),
    Message("Remove now"),
    Message("now"),
    (),
    look=_what_waits,
    run=_remove,
    doing=Message("Removing what colleagues erased"),
    nothing=Message("nothing is removed"),
)
ACTS: Final = (REMOVE,)
