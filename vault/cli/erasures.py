"""`casevault erasures`: what colleagues erased and this device has still."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.display import DAY, time_text
from vault.ids import short_id
from vault.words.codes import word_of
from vault.words.message import Message, Words, plural

if TYPE_CHECKING:
    from vault.services.erasures.arrived import Waiting

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
            day=_day_of(line),
            place=line.name,
            count=line.records,
            who=line.by,
        )
        for line in found
    ]
    lines += [
        Message(
            "is back  {place}: id {id}, erased here, then changed by a colleague",
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
            "brings_back": None if line.brings_back_ms is None else time_text(line.brings_back_ms, DAY),
        }
        for line in found
    ]
    stands = [{"place": str(each.name), "record": each.record.hex()} for each in again]
    return Result(
        {"waiting": data, "again": stands}, lines or [Message("Nothing that a colleague erased is on this device.")]
    )


def _day_of(line: Waiting) -> Words:
    if line.is_held:
        return _HELD
    if line.brings_back_ms is not None:
        return Message(
            "it stays: otherwise the version of {day} would be shown again", day=time_text(line.brings_back_ms, DAY)
        )
    return time_text(line.goes_ms, DAY)


def _due(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.erasures import retention

        found = retention.overdue(session)
    lines: list[Words] = [
        Message(
            "{day}  {ref}  {kind}, closed {closed}  {what}",
            day=line.since,
            ref=line.ref,
            kind=word_of(line.kind),
            closed=line.closed,
            what=_HELD if line.is_held else Message("`casevault erase {ref} --reason retention`", ref=line.ref),
        )
        for line in found
    ]
    data = [
        {"case": line.case.hex(), "ref": line.ref, "closed": line.closed, "since": line.since, "held": line.is_held}
        for line in found
    ]
    return Result({"due": data}, lines or [Message("No closed case of yours has been kept longer than the rules say.")])


VERBS: Final = (
    Verb("list", Message("what colleagues erased, and when it goes from this device"), (), _list),
    Verb("due", Message("closed cases that were kept as long as the rules say; nothing is erased by itself"), (), _due),
)  # fmt: skip
