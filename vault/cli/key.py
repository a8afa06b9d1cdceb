"""`casevault key`: change the keys of cases, and wrap versions under the newest key."""

from __future__ import annotations

import argparse

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.showing import cost_words
from vault.display import counted


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `list`, `rotate`, `rewrap`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="list | rotate | rewrap")
    listing = verbs.add_parser(
        "list", help="how many keys a case had, and what a new one would cost", allow_abbrev=False
    )
    listing.add_argument("case", help="its id or reference")
    listing.set_defaults(command=_list)
    rotate = verbs.add_parser("rotate", help="make a new key of a case for the same members", allow_abbrev=False)
    rotate.add_argument("case", help="its id or reference")
    rotate.set_defaults(command=_rotate)
    rewrap = verbs.add_parser("rewrap", help="wrap all versions under the newest key of each case", allow_abbrev=False)
    rewrap.set_defaults(command=_rewrap)


def _list(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases
    from vault.services.grants import epoch_keys, sharing

    with opened(args, output) as session:
        case = cases.find(session, args.case)
        found = epoch_keys.keys_of(session, case)
        cost = sharing.cost_of_change(session, case)
    data = {
        "case": case.hex(),
        "keys": found.epochs,
        "current": found.current,
        "waiting": found.pending,
        "versions": cost.versions,
        "seats": cost.seats,
        "with_recovery": cost.with_recovery,
    }
    lines = [
        f"{counted(found.epochs, 'key')} so far, {found.current} of them current",
        f"{counted(found.pending, 'version is', 'versions are')} to be wrapped under the current one",
        f"a new key would cost: {cost_words(cost)}",
    ]
    return Result(data, lines)


def _rotate(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.cases import cases
    from vault.services.grants import sharing

    with opened(args, output) as session:
        case = cases.find(session, args.case)
        changed = sharing.rotate(
            session, case, progress=lambda done, total: output.progress(done, total, "Wrapping anew")
        )
    data = {"case": case.hex(), "versions": changed.versions, "left": changed.left}
    return Result(data, [f"The case has a new key, over {counted(changed.versions, 'version')}."])


def _rewrap(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.grants import epoch_keys, sharing

    with opened(args, output) as session:
        done = sharing.rewrap_all(
            session,
            epoch_keys.cases_held(session),
            progress=lambda done, total: output.progress(done, total, "Wrapping anew"),
        )
    data = {"versions": done.done, "left": done.left}
    left = "" if not done.left else f"; {counted(done.left, 'is', 'are')} left for another member's device"
    return Result(data, [f"{counted(done.done, 'version was', 'versions were')} wrapped anew{left}."])
