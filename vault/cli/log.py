"""`casevault log`: list and verify the log, and print checkpoints for others."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import indented, n_entries, n_versions
from vault.cli.table import Arg, Given, Verb
from vault.display import NO_TIME, SECOND, SECOND_UTC, local_time, time_data
from vault.errors import VerificationError, WaitingForDecisionError
from vault.words.codes import word_of
from vault.words.message import Message, Words, listed, plural
from vault.words.next_step import NextStep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from vault.ids import Origin
    from vault.services.evidence.log_checking import Verification
    from vault.services.evidence.logbook import Earlier, LogLine, SignedCheckpoint
    from vault.words.finding import Finding


_NAME_WIDTH = 24
_MOST_NAMED = 50
_NOBODY: Mapping[Origin, str] = MappingProxyType({})


def _list(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.evidence import logbook
        from vault.services.projection.authors import NOBODY_KNOWN, names_of_logs
        from vault.validity.audit_payloads import NOT_GRANTED

        page = logbook.newest(session, limit=args.limit, act=args.act)
        names = names_of_logs(session, (line.origin for line in page.lines))
        named = logbook.names_of_objects(session, page.lines)
    who = {line.origin: names.get(line.origin, NOBODY_KNOWN) for line in page.lines}
    width = min(max(map(len, who.values()), default=0), _NAME_WIDTH)
    shown = [line for line in page.lines if line.fault != NOT_GRANTED]
    lines: list[Words] = [_line(line, f"{who[line.origin]:<{width}}", named) for line in shown]
    if closed := len(page.lines) - len(shown):
        lines.append(
            plural(
                "{count} entry was sealed to the auditors of that time. {why}",
                "{count} entries were sealed to the auditors of that time. {why}",
                count=closed,
                why=_NO_AUDITOR,
            )
        )
    lines += [] if page.lines or args.act is None else [Message("No entry is of this act.")]
    lines.append(Message("{scanned} of {entries} were searched.", scanned=page.scanned, entries=n_entries(page.total)))
    entries = [_line_data(line, named) | {"member": who[line.origin]} for line in page.lines]
    return Result({"entries": entries, "scanned": page.scanned, "total": page.total}, lines)


def _verify(args: Given, output: Output) -> Result:
    # What an earlier verification found is over where this one finds nothing, and must not stand beside it.
    with opened(args, output, tells_after=True) as session:
        from vault.services.evidence import log_checking
        from vault.services.projection import authors

        found = log_checking.verify(session, progress=output.progress_of(Message("Checking the log")))
        whose = authors.names_of_logs(session, (fault.origin for fault in (*found.faults, *found.unreadable)))
    return verified(found, whose)


def verified(found: Verification, whose: Mapping[Origin, str] = _NOBODY) -> Result:
    """Return what a verification found, for people and for `--json`; `whose` names the members whose logs are bad."""
    data = {
        "answer": found.answer.value,
        "verified": found.verified,
        "entries": found.entries,
        "size": found.size,
        "root": found.root.hex(),
        "logs": found.logs,
        "versions_opened": found.versions_opened,
        "quarantined": found.quarantined,
        "newer": found.newer,
        "payloads_closed": found.payloads_closed,
        "on_their_way": list(found.on_their_way),
        "contents": found.contents.counts(),
        "problems": [_fault_data(fault, whose) for fault in found.faults],
        "unreadable": [_fault_data(fault, whose) for fault in found.unreadable],
    }
    covered: Words = Message(
        "{entries} of {expected} entries in {logs} are proven; opened: {versions}, {audit}.",
        entries=found.entries,
        expected=found.expected,
        logs=plural("{count} log", "{count} logs", count=found.logs),
        versions=n_versions(found.versions_opened),
        audit=plural("details of {count} entry", "details of {count} entries", count=found.payloads_opened),
    )
    if found.payloads_closed:
        more = plural(
            "The details of {count} more, from before you were an auditor, stay closed.",
            "The details of {count} more, from before you were an auditor, stay closed.",
            count=found.payloads_closed,
        )
        covered = Message("{covered} {more}", covered=covered, more=more)
    lines: list[Words]
    apart: list[Words] = [_quarantined(found.quarantined)] if found.quarantined else []
    apart += found.on_their_way
    apart += [] if found.contents.words is None else [found.contents.words]
    if found.newer:
        apart.append(
            plural(
                "{count} entry was written by a newer version of CaseVault: what it says is not judged here.",
                "{count} entries were written by a newer version of CaseVault: what they say is not judged here.",
                count=found.newer,
            )
        )
    if found.unreadable and found.verified:
        head = Message("VERIFIED, but {unread} cannot be read.", unread=found.unread)
        lines = [head, covered, _UNREADABLE, *_places(found.unreadable, whose), *apart, _NOT_COVERED]
        return Result(data, lines, WaitingForDecisionError.exit_code)
    if found.verified:
        return Result(data, [Message("VERIFIED"), covered, *apart, _NOT_COVERED])
    head = Message("NOT VERIFIED. First bad place: {where}", where=_where(found.faults[0], whose))
    lines = [head, covered, *apart, *_places(found.faults, whose)]
    if any(fault.code in {"schema", "database"} for fault in found.faults):
        lines.append(_ALTERED_FILE)
    if found.unreadable:
        lines.append(Message("Beside this, {unread} cannot be read.", unread=found.unread))
    return Result(data, lines, VerificationError.exit_code)


def _checkpoint(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.evidence import logbook

        kept = logbook.checkpoint(session, since=args.since)
    told: list[SignedCheckpoint | Earlier] = [kept, *([] if kept.since is None else [kept.since])]
    if not args.json:  # standard output is the note alone, so that it can be kept in a file
        for checkpoint in reversed(told):
            words = " ".join(checkpoint.words)
            output.say(Message("To read aloud: {size} entries, {words}", size=checkpoint.size, words=words))
        output.say(Message("Other tools check the note with the key {key}", key=kept.key))
    data = {"note": kept.note, "key": kept.key, **_tree_data(kept)}
    if kept.since is not None:
        data["since"] = _tree_data(kept.since) | {"proof": [digest.hex() for digest in kept.since.proof]}
    return Result(data, kept.note.splitlines())


def _tree_data(checkpoint: SignedCheckpoint | Earlier) -> dict[str, object]:
    return {"size": checkpoint.size, "root": checkpoint.root.hex(), "words": list(checkpoint.words)}


_NO_AUDITOR: Final = Message(
    "You were not an auditor then, or the key is not here (`casevault log verify` says so): who did what"
    " stays closed to you."
)
_ALTERED_FILE = Message(
    "Somebody with the key of the database altered the file around its rows, or the disk did. A"
    " copy has the rows and nothing else: make a backup and restore it, then verify that vault."
)
_UNREADABLE = Message(
    "Nothing that was signed was altered or removed. The program of their author wrote these so, or the key to them is"
    " not here. Your work goes on. Where no key opens a record, what leaves or is given of its case waits. Ask the"
    " author to write it again."
)
_NOT_COVERED = Message(
    "Not covered: the loss of entries newer than any checkpoint that this account, a backup or a colleague has seen."
)


def _quarantined(count: int) -> Message:
    return plural(
        "{count} saved change is set aside: it is whole and signed, but this device knows of no right of its author to"
        " write there then. The author may have done nothing wrong. If they only lacked the case, a grant of it brings"
        " it back; or read it, and take it over: {take_over}.",
        "{count} saved changes are set aside: they are whole and signed, but this device knows of no right of their"
        " authors to write there then. The authors may have done nothing wrong. If they only lacked the case, a grant"
        " of it brings them back; or read them, and take them over: {take_over}.",
        count=count,
        take_over=NextStep.TAKE_OVER,
    )


def _places(found: Sequence[Finding], whose: Mapping[Origin, str]) -> list[Words]:
    more = Message("  and {count} more (--json lists all)", count=len(found) - _MOST_NAMED)
    return [*(indented(_where(fault, whose)) for fault in found[:_MOST_NAMED]), *([more] * (len(found) > _MOST_NAMED))]


def _where(fault: Finding, whose: Mapping[Origin, str]) -> Message:
    parts: list[Message] = []
    if fault.origin is not None:
        parts.append(
            Message("log of {name}", name=whose[fault.origin])
            if fault.origin in whose
            else Message("log of a device not known here")
        )
    parts += [] if fault.seq is None else [Message("entry {seq}", seq=fault.seq)]
    parts += [] if fault.n is None else [Message("item {n}", n=fault.n)]
    if not parts:
        return Message("[{code}] {text}", code=fault.code, text=fault.message)
    return Message("[{code}] {place}: {text}", code=fault.code, place=listed(parts), text=fault.message)


def _fault_data(fault: Finding, whose: Mapping[Origin, str]) -> dict[str, object]:
    return {
        "code": fault.code,
        "origin": None if fault.origin is None else fault.origin.hex(),
        "member": None if fault.origin is None else whose.get(fault.origin),
        "seq": fault.seq,
        "n": fault.n,
        "text": fault.message,
    }


def _line(line: LogLine, who: str, named: Mapping[bytes, str]) -> Words:
    from vault.services.evidence.logbook import covers_in_words, told, whom

    if line.payload is None:
        return f"{NO_TIME:<25}  {who}  {line.seq:>6}  ({line.fault})"
    payload = line.payload
    act, why = told(payload)
    said: Words = f"{local_time(payload.t, SECOND):<25}  {who}  {line.seq:>6}  {act:<14} {payload.out}"
    if payload.obj is not None:
        said = Message("{said}  case ~{id}", said=said, id=payload.obj.hex()[:8])
    for more in (word_of(why or ""), covers_in_words(payload), whom(payload, named)):
        said = Message("{said}  {more}", said=said, more=more) if more else said
    return said


def _line_data(line: LogLine, named: Mapping[bytes, str]) -> dict[str, object]:
    data: dict[str, object] = {"origin": line.origin.hex(), "seq": line.seq, "seat": line.seat.hex()}
    if line.payload is None:
        return {**data, "fault": line.fault}
    from vault.services.evidence.logbook import told

    payload = line.payload
    act, why = told(payload)
    return {
        **data,
        "time": time_data(payload.t, SECOND_UTC),
        "act": act,
        "out": payload.out,
        "why": why or None,
        "case": None if payload.obj is None else payload.obj.hex(),
        "covers": dict(payload.covers),
        "whom": [named[obj] for obj in payload.objs if obj in named],
    }


VERBS: Final = (
    Verb("list", Message("who did what, newest first (auditors)"), (
        Arg("[--limit N]", Message("maximum number of entries"), of=int, default=200),
        Arg("[--act ACT]", Message("only this act, for example export or case.view")),
    ), _list),
    Verb("verify", Message("check everything that is stored"), (), _verify),
    Verb("checkpoint", Message("print the newest checkpoint, for keeping elsewhere"), (
        Arg("[--since SIZE]", Message("an earlier size: prove that the log only grew"), of=int),
    ), _checkpoint),
)  # fmt: skip
