"""`casevault bundle`: exchange with another member by one file."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from vault.cli.face import Face, Result
from vault.cli.opening import opened
from vault.display import DAY, MINUTE_UTC, time_data, time_text

_WAITING = 3


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `make`, `take`, `show`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="make | take | show")
    make = verbs.add_parser("make", help="write what a member lacks into one sealed file", allow_abbrev=False)
    make.add_argument("--to", required=True, metavar="MEMBER", help="name or id of a member (`member list`)")
    make.add_argument(
        "--out", type=Path, default=Path(), metavar="FILE", help="the file to make, or the folder where (this one)"
    )
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
    from vault.services.bundle_words import made_lines

    with opened(args, face) as session:
        member = find_member(session, args.to)
        made = syncing.make(session, member, _file(args.out, session.log.now_ms()), progress=_progress(face))
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


def _take(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import syncing
    from vault.services.bundle_words import taken_lines

    with opened(args, face) as session:
        taken = syncing.take(session, args.file, progress=_progress(face))
    data = {
        "from": taken.sender,
        "made": time_data(taken.made_ms, MINUTE_UTC),
        "entries": taken.entries,
        "came": dict(taken.came),
        "gained": [one.hex() for one in taken.gained],
        "withdrawn": [one.hex() for one in taken.withdrawn],
        "waits": list(taken.waits),
        "faults": list(taken.faults),
        "conflicts": [[compartment.hex(), record.hex()] for compartment, record in taken.conflicts],
    }
    return Result(data, taken_lines(taken), _WAITING if taken.waits or taken.conflicts else 0)


def _show(args: argparse.Namespace, face: Face) -> Result:
    from vault.services import syncing
    from vault.services.bundle_words import inside_lines

    with opened(args, face) as session:
        inside = syncing.show(session, args.file, progress=_progress(face))
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


def _progress(face: Face) -> Callable[[str, int, int], None]:
    return lambda what, done, total: face.progress(done, total, what)
