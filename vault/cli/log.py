"""`casevault log`: list and verify the log, and print checkpoints for others."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from vault.cli.next_steps import in_words
from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Arg, Given, Verb
from vault.display import NO_TIME, SECOND_UTC, counted, time_data, time_text
from vault.errors import VerificationError
from vault.words.message import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from vault.ids import Origin
    from vault.services.evidence.checking import Verification
    from vault.services.evidence.checkpoints import Earlier, SignedCheckpoint
    from vault.services.evidence.logbook import LogLine
    from vault.words.finding import Finding
    from vault.words.message import Words


_NAME_WIDTH = 24
_NOBODY: Mapping[Origin, str] = MappingProxyType({})


def _list(args: Given, output: Output) -> Result:
    from vault.services.evidence import logbook
    from vault.services.projection import authors, seats

    with opened(args, output) as session:
        page = logbook.newest(session, limit=args.limit, act=args.act)
        whose = seats.members_of_logs(session, {line.origin for line in page.lines})
        names = authors.names_of_members(session)
        named = logbook.names_of_objects(session, page.lines)
    who = {line.origin: authors.name_in(names, whose.get(line.origin)) for line in page.lines}
    width = min(max(map(len, who.values()), default=0), _NAME_WIDTH)
    closed = sum(line.fault == "not granted" for line in page.lines)
    lines = [_line(line, f"{who[line.origin]:<{width}}", named) for line in page.lines if line.fault != "not granted"]
    if closed:
        words = counted(closed, "entry was", "entries were")
        lines.append(
            f"{words} sealed to the auditors of that time, and you were none, or the key is not here"
            " (`casevault log verify` says so): who and what stays closed."
        )
    lines.append(f"{page.scanned} of {counted(page.total, 'entry', 'entries')} were searched.")
    entries = [_line_data(line, named) | {"member": who[line.origin]} for line in page.lines]
    return Result({"entries": entries, "scanned": page.scanned, "total": page.total}, lines)


def _verify(args: Given, output: Output) -> Result:
    from vault.services.evidence import checking
    from vault.services.projection import authors, dates, seats

    # What an earlier verification found is over where this one finds nothing, and must not stand beside it.
    with opened(args, output, tells_after=True) as session:
        found = checking.verify(session, progress=lambda done, total: output.progress(done, total, "Checking the log"))
        if found.verified:
            dates.note(session.vault, dates.Done.VERIFY, session.log.now_ms(), session.state)
        whose = seats.members_of_logs(session, {fault.origin for fault in found.faults if fault.origin is not None})
        names = authors.names_of_members(session) if whose else {}
    return verified(found, {origin: authors.name_in(names, member) for origin, member in whose.items()})


def verified(found: Verification, whose: Mapping[Origin, str] = _NOBODY) -> Result:
    """Return what a verification found, for people and for `--json`; `whose` names the members whose logs are bad."""
    data = {
        "verified": found.verified,
        "entries": found.entries,
        "size": found.size,
        "root": found.root.hex(),
        "logs": found.logs,
        "versions_opened": found.versions_opened,
        "quarantined": found.quarantined,
        "newer": found.newer,
        "payloads_closed": found.payloads_closed,
        "on_their_way": list(map(in_words, found.on_their_way)),
        "problems": [_fault_data(fault, whose) for fault in found.faults],
    }
    covered = (
        f"{found.entries} of {found.expected} entries in {counted(found.logs, 'log')} are proven; "
        f"opened: {counted(found.versions_opened, 'version')}, {counted(found.payloads_opened, 'audit payload')}."
    )
    if found.payloads_closed:
        covered += f" {counted(found.payloads_closed, 'payload')} more, of before you were an auditor, stay closed."
    apart: list[Words] = [_quarantined(found.quarantined)] if found.quarantined else []
    apart += found.on_their_way
    if found.newer:
        words = counted(found.newer, "entry was", "entries were")
        apart.append(f"{words} written by a newer version of CaseVault: what they say is not judged here.")
    if found.verified:
        return Result(data, ["VERIFIED", covered, *apart, _NOT_COVERED])
    first = found.faults[0]
    lines: list[Words] = [f"NOT VERIFIED. First bad place: {_where(first, whose)}", covered, *apart]
    lines += [f"  {_where(fault, whose)}" for fault in found.faults[:50]]
    if any(fault.code in {"schema", "database"} for fault in found.faults):
        lines.append(_ALTERED_FILE)
    if len(found.faults) > 50:
        lines.append(f"  and {len(found.faults) - 50} more (--json lists all)")
    return Result(data, lines, VerificationError.exit_code)


def _checkpoint(args: Given, output: Output) -> Result:
    from vault.services.evidence import checkpoints

    with opened(args, output) as session:
        kept = checkpoints.checkpoint(session, since=args.since)
    told: list[SignedCheckpoint | Earlier] = [kept, *([] if kept.since is None else [kept.since])]
    if not args.json:  # standard output is the note alone, so that it can be kept in a file
        for checkpoint in reversed(told):
            output.say(f"To read aloud: {checkpoint.size} entries, {' '.join(checkpoint.words)}")
        output.say(f"Other tools check the note with the key {kept.key}")
    data = {"note": kept.note, "key": kept.key, **_tree_data(kept)}
    if kept.since is not None:
        data["since"] = _tree_data(kept.since) | {"proof": [digest.hex() for digest in kept.since.proof]}
    return Result(data, kept.note.splitlines())


def _tree_data(checkpoint: SignedCheckpoint | Earlier) -> dict[str, object]:
    return {"size": checkpoint.size, "root": checkpoint.root.hex(), "words": list(checkpoint.words)}


_ALTERED_FILE = (
    "Somebody with the key of the database altered the file around its rows, or the disk did. A copy has the rows and"
    " nothing else: make a backup and restore it, then verify that vault."
)
_NOT_COVERED = (
    "Not covered: the loss of entries newer than any checkpoint that this account, a backup or a colleague has seen."
)


def _quarantined(count: int) -> str:
    words = counted(count, "version is", "versions are")
    return (
        f"{words} quarantined: whole and signed, by somebody who had no right to write there at that time."
        " Nobody is shown what is in them. Granting the case to their author again makes them valid;"
        " otherwise they stay as they are."
    )


def _where(fault: Finding, whose: Mapping[Origin, str]) -> str:
    parts, text = [], in_words(fault.message)
    if fault.origin is not None:
        parts.append(f"log of {whose[fault.origin]}" if fault.origin in whose else f"log {fault.origin.hex()[:16]}")
    parts += [] if fault.seq is None else [f"entry {fault.seq}"]
    parts += [] if fault.n is None else [f"item {fault.n}"]
    return f"[{fault.code}] {', '.join(parts)}: {text}" if parts else f"[{fault.code}] {text}"


def _fault_data(fault: Finding, whose: Mapping[Origin, str]) -> dict[str, object]:
    origin, member = (None, None) if fault.origin is None else (fault.origin.hex(), whose.get(fault.origin))
    return {
        "code": fault.code,
        "origin": origin,
        "member": member,
        "seq": fault.seq,
        "n": fault.n,
        "text": in_words(fault.message),
    }


def _line(line: LogLine, who: str, named: Mapping[bytes, str]) -> str:
    from vault.services.evidence.logbook import covers_in_words, whom

    if line.payload is None:
        return f"{NO_TIME:<23}  {who}  {line.seq:>6}  ({line.fault})"
    payload = line.payload
    about = "" if payload.obj is None else f"  case ~{payload.obj.hex()[:8]}"
    covers = covers_in_words(payload)
    why = f"  {payload.why}" if payload.why else ""
    when = f"{time_text(payload.t, SECOND_UTC):<23}"
    said = f"{payload.act:<14} {payload.out}{about}{why}  {covers}  {whom(payload, named)}"
    return f"{when}  {who}  {line.seq:>6}  {said}".rstrip()


def _line_data(line: LogLine, named: Mapping[bytes, str]) -> dict[str, object]:
    data: dict[str, object] = {"origin": line.origin.hex(), "seq": line.seq, "seat": line.seat.hex()}
    if line.payload is None:
        return {**data, "fault": line.fault}
    payload = line.payload
    return {
        **data,
        "time": time_data(payload.t, SECOND_UTC),
        "act": payload.act,
        "out": payload.out,
        "why": payload.why,
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
