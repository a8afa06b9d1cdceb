"""`casevault erasures`: what colleagues erased and this device has still."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.display import DAY, time_text
from vault.ids import short_id
from vault.words.message import Message, Words, plural

_HELD: Final = Message("on legal hold: it stays")


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.erasures import arrived, standing_again

        arrived.note(session, arrived.look(session))
        found = arrived.waiting(session)
        again = standing_again.standing_again(session)
    lines: list[Words] = [
        plural(
            "{day}  {place}: {count} record, erased by {who}",
            "{day}  {place}: {count} records, erased by {who}",
            day=_HELD if line.is_held else time_text(line.goes_ms, DAY),
            place=line.name,
            count=line.records,
            who=line.by,
        )
        for line in found
    ]
    lines += [
        Message(
            "stands again  {place}: id {id}, erased here, then changed by a colleague",
            place=each.name,
            id=short_id(each.record),
        )
        for each in again
    ]
    data = [
        {
            "place": str(line.name),
            "by": str(line.by),
            "records": line.records,
            "goes": time_text(line.goes_ms, DAY),
            "held": line.is_held,
        }
        for line in found
    ]
    stands = [{"place": str(each.name), "record": each.record.hex()} for each in again]
    return Result(
        {"waiting": data, "again": stands}, lines or [Message("Nothing that a colleague erased is on this device.")]
    )


def _now(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.erasures import arrived

        arrived.note(session, arrived.look(session))
        gone = arrived.carry_out(session, at_once=True)
    said = plural("{count} record was removed.", "{count} records were removed.", count=gone)
    return Result({"removed": gone}, [said])


VERBS: Final = (
    Verb("list", Message("what colleagues erased, and when it goes from this device"), (), _list),
    Verb("now", Message("remove it now, and not after 72 hours; what is on legal hold stays"), (), _now),
)
