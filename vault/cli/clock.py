"""`casevault clock`: show and correct the time that decides when rights end."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.display import time_text

if TYPE_CHECKING:
    from vault.policy.clocks import ClockReading

_WORDS = {
    "steady": "The clock is normal.",
    "jumped": "The clock jumped ahead; confirm it with `casevault clock confirm`.",
    "set-back": "The clock is behind a time seen before, which stays in effect; a supervisor can repair it.",
}


def add_verbs(parser: argparse.ArgumentParser, noun: str) -> None:
    """Declare `show`, `confirm`, `repair`."""
    del noun
    verbs = parser.add_subparsers(required=True, metavar="show | confirm | repair")
    show = verbs.add_parser("show", help="the clock, and the time that rights are measured by", allow_abbrev=False)
    show.set_defaults(command=_show)
    confirm = verbs.add_parser(
        "confirm", help="confirm that the clock, which jumped ahead, is right", allow_abbrev=False
    )
    confirm.set_defaults(command=_confirm)
    repair = verbs.add_parser("repair", help="undo a wrong time that was believed (supervisor)", allow_abbrev=False)
    repair.set_defaults(command=_repair)


def _show(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.computer import clock

    with opened(args, output) as session:
        reading = clock.look(session)
    return _shown(reading)


def _confirm(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.computer import clock

    with opened(args, output) as session:
        reading = clock.confirm(session)
    return _shown(reading)


def _repair(args: argparse.Namespace, output: Output) -> Result:
    from vault.services.computer import clock

    with opened(args, output) as session:
        reading = clock.repair(session)
    return _shown(reading)


def _shown(reading: ClockReading) -> Result:
    data = {"state": reading.state.value, "counts": _time(reading.trusted_ms), "clock": _time(reading.wall_ms)}
    lines = [_WORDS[reading.state.value], f"clock      {data['clock']}", f"in effect  {data['counts']}"]
    return Result(data, lines)


def _time(ms: int) -> str:
    return time_text(ms, "%Y-%m-%dT%H:%MZ")
