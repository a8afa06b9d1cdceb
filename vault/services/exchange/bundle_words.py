"""What bundles bring and hold, in sentences: the same at the command line and on the screens."""

from __future__ import annotations

from collections.abc import Mapping

from vault.services.backups.restoring import day
from vault.services.exchange.syncing import ImportedBundle, Inside, MadeBundle

# kind of record -> (one, several); all others are "other records"
_WORDS = {
    "case": ("case", "cases"),
    "person": ("person", "people"),
    "note": ("note", "notes"),
    "disclosure": ("record of a referral", "records of referrals"),
    "partner": ("recipient", "recipients"),
    "member": ("member", "members"),
    "slip": ("intake slip", "intake slips"),
}
_OTHER = ("other record", "other records")
_ENTRIES = ("entry", "entries")


def made_lines(made: MadeBundle) -> list[str]:
    """Return where a bundle lies, for whom it opens and what is in it."""
    devices = _count(made.seats, ("device", "devices"))
    return [
        f"The bundle is at {made.path} ({_size(made.size)}). It opens on {devices} of this member and nowhere else.",
        _inside(made.entries, made.versions),
        *(_left_out(reference, count) for reference, count in sorted(made.too_long.items())),
    ]


def _left_out(reference: str, count: int) -> str:
    home = f" of {reference}" if reference else ""
    is_are = ("is", "are")[count != 1]
    return (
        f"NOT IN IT: {_count(count, ('record', 'records'))}{home} {is_are} too long to travel. Whoever takes the bundle"
        " is told that something is missing. Write it again in parts."
    )


def inside_lines(inside: Inside) -> list[str]:
    """Return what a bundle says of itself."""
    known = "" if inside.is_known else " No roster here knows that device yet."
    rows = {kind.name: count for kind, count in inside.counts.items()}
    return [
        f"A bundle of {inside.sender}, made on {day(inside.made_ms)} by their clock ({_size(inside.size)}).{known}",
        _inside(rows.get("OPERATION", 0), rows.get("VERSION", 0)),
        f"This device lacks {_count(inside.entries, _ENTRIES)} of what its maker has. Nothing was imported.",
    ]


def _inside(entries: int, versions: int) -> str:
    return f"In it: {_count(entries, _ENTRIES)} and {_count(versions, ('version', 'versions'))}."


def imported_lines(imported: ImportedBundle) -> list[str]:
    """Return what came with a bundle, what waits and what was refused."""
    came = _came(imported.came)
    entries = f"{_count(imported.entries, _ENTRIES)} of the log" if imported.entries else ""
    if came:
        lines = [f"The bundle of {imported.sender} brought {came}."]
        lines += [f"{entries} came with it."] if entries else []
    elif entries:
        lines = [f"The bundle of {imported.sender} brought {entries}, and no new record that you can open."]
    else:
        lines = [f"{imported.sender}: nothing new came."]
    if imported.gained:
        lines.append(f"You can open {_count(len(imported.gained), ('more file', 'more files'))} from now on.")
    if imported.withdrawn:
        lines.append(f"{_count(len(imported.withdrawn), ('file is', 'files are'))} no longer open to you.")
    if imported.conflicts:
        words = ("record has", "records have")
        lines.append(f"CONFLICT: {_count(len(imported.conflicts), words)} several versions now; all of them are shown.")
    lines += [f"WAITS: {sentence}" for sentence in imported.pending]
    lines += [f"REFUSED: {sentence}" for sentence in imported.faults]
    return lines


def _came(counts: Mapping[str, int]) -> str:
    known = [_count(counts[kind], words) for kind, words in _WORDS.items() if counts.get(kind)]
    others = sum(count for kind, count in counts.items() if kind not in _WORDS)
    return ", ".join([*known, *([_count(others, _OTHER)] if others else [])])


def _count(number: int, words: tuple[str, str]) -> str:
    return f"{number} {words[number != 1]}"


def _size(size: int) -> str:
    return f"{-(-size // 1024)} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"
