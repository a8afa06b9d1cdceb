"""`casevault clock`: show and correct the time that decides when rights end."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.display import time_text
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.policy.clocks import ClockReading

_WORDS = {
    "steady": Message("The clock is normal."),
    "jumped": Message("The clock jumped ahead; confirm it with `casevault clock confirm`."),
    "set-back": Message("The clock is behind a time seen before, which stays in effect; a supervisor can repair it."),
}


def _show(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.computer import clock

        reading = clock.look(session)
    return _shown(reading)


def _confirm(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.computer import clock

        reading = clock.confirm(session)
    return _shown(reading)


def _repair(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.computer import clock

        reading = clock.repair(session)
    return _shown(reading)


def _shown(reading: ClockReading) -> Result:
    data = {"state": reading.state.value, "counts": _time(reading.trusted_ms), "clock": _time(reading.wall_ms)}
    lines = [
        _WORDS[reading.state.value],
        Message("clock      {time}", time=_time(reading.wall_ms)),
        Message("in effect  {time}", time=_time(reading.trusted_ms)),
    ]
    return Result(data, lines)


def _time(ms: int) -> str:
    return time_text(ms, "%Y-%m-%dT%H:%MZ")


VERBS: Final = (
    Verb("show", Message("the clock, and the time that rights are measured by"), (), _show),
    Verb("confirm", Message("confirm that the clock, which jumped ahead, is right"), (), _confirm),
    Verb("repair", Message("undo a wrong time that was believed (supervisor)"), (), _repair),
)  # fmt: skip
