"""All that a member can read, in an open format, sealed for one recipient: nobody is locked in."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from vault.acts.act import Act, Agreed, Ask, Begun, Field, Plan, Said, Shape, Told, one
from vault.words.message import Message, Words, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from vault.access.session import Session
    from vault.progress import Working


def _for_whom(session: Session, _said: Said) -> Begun:
    from vault.services.exports import partners

    known: list[tuple[str, Words]] = [(each.record.hex(), each.name) for each in partners.list_all(session)]
    line = Message("There is no recipient yet. Add one: {add_recipient}.", add_recipient=NextStep.ADD_RECIPIENT)
    nobody = [("", Message("not said"))] if len(known) > 1 else []  # of several, none is proposed
    return Begun(choices={"to": (*nobody, *known)}, line="" if known else line)


def _what_leaves(session: Session, said: Said) -> Plan[tuple[str, Path]]:
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
        ),
        word="all",
    )
    return Plan((to, out), mark=leaving, asks=(sure,))


def _export(session: Session, plan: Plan[tuple[str, Path]], _agreed: Agreed, working: Working) -> Told:
    from vault.services.exports import full_export
    from vault.services.projection.expired_rights import left_out_data

    to, out = plan.of
    done = full_export.export_all(session, to=to, out=out, progress=working)
    data = {
        "file": str(done.path),
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
        Field("out", Message("File"), Shape.NEW_FILE, Message("the new file"), hint="/media/stick/all.age",
              is_required=True),
    ),
    look=_what_leaves,
    run=_export,
    doing=Message("Exporting everything"),
    nothing=Message("nothing was exported"),
    begin=_for_whom,
    about=Message("Nothing in it is redacted. The recipient's key must be confirmed."),
    asks_yes=True,
    is_long=True,
    makes_files=True,
)  # fmt: skip
ACTS: Final = (EXPORT_ALL,)
