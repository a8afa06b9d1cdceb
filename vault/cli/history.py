"""`casevault history`: who wrote what of a record, and when."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import case_of, opened
from vault.cli.output import Output, Result
from vault.cli.showing import change_lines, indented
from vault.cli.table import IN_CASE, Arg, Given, Verb
from vault.display import MINUTE_UTC, local_time, time_data
from vault.words.message import Message, Words


def _history(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.casework.versions.changed import NOT_TOLD
        from vault.services.cases import editing

        place = editing.locate(session, args.record, case=case_of(session, args))
        found = editing.history(session, place, why=args.why)
    data, lines = [], list[Words]()
    before: dict[str, object] = {}
    for version in found:
        fields = editing.fields_told(version)
        differs = {name for name in {*before, *fields} if fields.get(name) != before.get(name)} - NOT_TOLD
        changed = {name: fields.get(name) for name in differs}
        data.append(
            {
                "version": version.version.hex(),
                "written": time_data(version.written_ms, MINUTE_UTC),
                "by": version.by,
                "current": version.is_current,
                "changed": {name: _plain(changed[name]) for name in sorted(changed)},
            }
        )
        mark = Message("now") if version.is_current else Message("before")
        when = local_time(version.written_ms)
        lines.append(Message("{when}  {by}  {mark}", when=when, by=version.by, mark=mark))
        lines += map(indented, change_lines(version.changes))
        before = fields or before
    return Result({"record": place.record.hex(), "kind": place.kind, "versions": data}, lines)


def _plain(value: object) -> object:
    match value:
        case bytes():
            return value.hex()
        case list() | tuple():
            return [_plain(part) for part in value]
        case dict():
            return {name: _plain(part) for name, part in value.items()}
        case _:
            return value


VERBS: Final = (
    Verb("history", Message("what a record said before, who wrote it and when"), (
        Arg("RECORD", Message("the id of a record or a case, or a case's reference")),
        IN_CASE,
    ), _history),
)  # fmt: skip
