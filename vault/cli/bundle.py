"""`casevault bundle`: exchange with another member by one file."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from vault.cli.face import Face, Result
from vault.cli.opening import opened

if TYPE_CHECKING:
    from vault.services.syncing import TakenBundle

_WAITING = 3
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


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `make`, `take`, `show`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="make | take | show")
    make = verbs.add_parser("make", help="write what a member lacks into one sealed file", allow_abbrev=False)
    make.add_argument("--to", required=True, metavar="MEMBER", help="name or id of a member (`member list`)")
    make.add_argument("--out", required=True, type=Path, metavar="FILE", help="the file to make, say on a stick")
    make.set_defaults(command=_make)
    take = verbs.add_parser("take", help="bring in what of a bundle is signed and listed", allow_abbrev=False)
    take.add_argument("file", metavar="FILE", type=Path, help="a bundle made for you")
    take.set_defaults(command=_take)
    show = verbs.add_parser("show", help="say what is in a bundle without taking it", allow_abbrev=False)
    show.add_argument("file", metavar="FILE", type=Path, help="a bundle made for you")
    show.set_defaults(command=_show)


def _make(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import syncing
    from vault.services.authors import find_member

    with opened(args, face) as session:
        made = syncing.make(session, find_member(session, args.to), args.out, progress=_progress(face))
    data = {
        "bundle": str(made.path),
        "size": made.size,
        "digest": made.digest.hex(),
        "devices": made.seats,
        "entries": made.entries,
        "versions": made.versions,
    }
    devices = _count(made.seats, ("device", "devices"))
    lines = [
        f"The bundle is at {made.path} ({_size(made.size)}). It opens on {devices} of this member and nowhere else.",
        f"In it: {_count(made.entries, ('entry', 'entries'))} and {_count(made.versions, ('version', 'versions'))}.",
    ]
    return Result(data, lines)


def _take(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import syncing

    with opened(args, face) as session:
        taken = syncing.take(session, args.file, progress=_progress(face))
    data = {
        "from": taken.sender,
        "made": _day(taken.made_ms),
        "entries": taken.entries,
        "came": dict(taken.came),
        "gained": [one.hex() for one in taken.gained],
        "withdrawn": [one.hex() for one in taken.withdrawn],
        "waits": list(taken.waits),
        "faults": list(taken.faults),
        "conflicts": [[compartment.hex(), record.hex()] for compartment, record in taken.conflicts],
    }
    return Result(data, _lines(taken), _WAITING if taken.waits or taken.conflicts else 0)


def _show(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import syncing

    with opened(args, face) as session:
        inside = syncing.show(session, args.file, progress=_progress(face))
    counts = {kind.name.lower(): count for kind, count in inside.counts.items()}
    data = {
        "from": inside.sender,
        "known": inside.is_known,
        "made": _day(inside.made_ms),
        "size": inside.size,
        "counts": counts,
        "lacking": inside.entries,
    }
    known = "" if inside.is_known else " No roster here knows that device yet."
    lines = [
        f"A bundle of {inside.sender}, made on {_day(inside.made_ms)} by their clock ({_size(inside.size)}).{known}",
        f"In it: {', '.join(f'{count} {kind}' for kind, count in counts.items())}.",
        f"This device lacks {_count(inside.entries, ('entry', 'entries'))} of what its maker has. Nothing was taken.",
    ]
    return Result(data, lines)


def _lines(taken: TakenBundle) -> list[str]:
    came = _came(taken.came)
    lines = [f"The bundle of {taken.sender} brought {came}." if came else f"{taken.sender}: nothing new came."]
    if taken.entries:
        lines.append(f"{_count(taken.entries, ('entry', 'entries'))} of the log came with it.")
    if taken.gained:
        lines.append(f"You can open {_count(len(taken.gained), ('more file', 'more files'))} from now on.")
    if taken.withdrawn:
        lines.append(f"{_count(len(taken.withdrawn), ('file is', 'files are'))} no longer open to you.")
    if taken.conflicts:
        words = ("record has", "records have")
        lines.append(f"CONFLICT: {_count(len(taken.conflicts), words)} several versions now; all of them are shown.")
    lines += [f"WAITS: {sentence}" for sentence in taken.waits]
    lines += [f"REFUSED: {sentence}" for sentence in taken.faults]
    return lines


def _came(counts: Mapping[str, int]) -> str:
    known = [_count(counts[kind], words) for kind, words in _WORDS.items() if counts.get(kind)]
    others = sum(count for kind, count in counts.items() if kind not in _WORDS)
    return ", ".join([*known, *([_count(others, _OTHER)] if others else [])])


def _count(number: int, words: tuple[str, str]) -> str:
    return f"{number} {words[number != 1]}"


def _size(size: int) -> str:
    return f"{-(-size // 1024)} KiB" if size < 1 << 20 else f"{size / (1 << 20):.1f} MiB"


def _day(milliseconds: int) -> str:
    from vault.services.restoring import day

    return day(milliseconds)


def _progress(face: Face) -> Callable[[str, int, int], None]:
    return lambda what, done, total: face.progress(done, total, what)
