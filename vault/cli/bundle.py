"""`casevault bundle`: exchange with another member by one file."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import TO_MEMBER, Arg, Given, Verb
from vault.display import DAY, MINUTE_UTC, time_data, time_text
from vault.ids import short_id
from vault.words.message import Message, joined

_WAITING = 3


def _make(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exchange import syncing
        from vault.services.exchange.bundle_words import made_lines
        from vault.services.projection.authors import find_member

        member = find_member(session, args.to)
        made = syncing.make(session, member, _file(args.out, session.log.now_ms()), progress=output.step_progress())
    data = {
        "bundle": str(made.path),
        "size": made.size,
        "digest": made.digest.hex(),
        "devices": made.seats,
        "entries": made.entries,
        "versions": made.versions,
        "too_long": dict(made.too_long),
    }
    return Result(data, made_lines(made))


def _file(place: Path, now_ms: int) -> Path:
    """Return the file itself; in a folder a free name of the day, which says nothing of whom it is for."""
    if not place.is_dir():
        return place
    names = (f"casevault-{time_text(now_ms, DAY)}{number}.bundle" for number in ("", *(f"-{n}" for n in range(2, 100))))
    return next((place / name for name in names if not (place / name).exists()), place)


def _import(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exchange import syncing
        from vault.services.exchange.bundle_words import MOST_CONFLICTS, imported_lines

        imported = syncing.import_bundle(session, args.file, progress=output.step_progress())
    names = [two.ref if two.is_case else short_id(two.place.record) for two in imported.conflicts[:MOST_CONFLICTS]]
    joins = [Message("`casevault join {name}`", name=name) for name in names]
    data = {
        "from": imported.sender,
        "made": time_data(imported.made_ms, MINUTE_UTC),
        "entries": imported.entries,
        "came": dict(imported.came),
        "gained": [compartment.hex() for compartment in imported.gained],
        "withdrawn": [compartment.hex() for compartment in imported.withdrawn],
        "waits": list(imported.pending),
        "faults": list(imported.faults),
        "conflicts": [
            {"case": two.place.case.hex(), "ref": two.ref, "record": two.place.record.hex(), "kind": two.place.kind}
            for two in imported.conflicts
        ],
        "other_conflicts": imported.other_conflicts,
        "may_be_known": [
            {
                "case": known.place.case.hex(),
                "person": known.place.record.hex(),
                "look_at": [{"case": place.case.hex(), "person": place.record.hex()} for place in known.others],
                "ask": list(known.ask),
            }
            for known in imported.known.people
        ],
        "not_looked_up": imported.known.passed_over,
    }
    return Result(
        data,
        imported_lines(imported, joined(joins, ", ") or ""),
        _WAITING if imported.pending or imported.conflicts or imported.other_conflicts else 0,
    )


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.exchange import syncing
        from vault.services.exchange.bundle_words import inside_lines

        inside = syncing.show(session, args.file, progress=output.step_progress())
    counts = {kind.name.lower(): count for kind, count in inside.counts.items()}
    data = {
        "from": inside.sender,
        "known": inside.is_known,
        "made": time_data(inside.made_ms, MINUTE_UTC),
        "size": inside.size,
        "counts": counts,
        "lacking": inside.entries,
    }
    return Result(data, inside_lines(inside))


_BUNDLE: Final = Arg("FILE", Message("a bundle made for you"), of=Path)
VERBS: Final = (
    Verb("make", Message("write what a member does not have yet into one sealed file"), (
        TO_MEMBER,
        Arg("[--out FILE]",
            Message("the file to make, or a folder for it (the current folder)"), of=Path, default=Path()),
    ), _make),
    Verb("import", Message("import a bundle: everything in it that is signed and listed"), (_BUNDLE,), _import),
    Verb("show", Message("show what is in a bundle without importing it"), (_BUNDLE,), _show),
)  # fmt: skip
