"""`casevault clock`: show and correct the time that decides when rights end."""

from __future__ import annotations

from typing import Final

from vault.cli.opening import opened
from vault.cli.output import Output, Result
from vault.cli.table import Given, Verb
from vault.display import time_text
from vault.words.message import Message

_WORDS = {
    "steady": Message("The clock is normal."),
    "jumped": Message("The clock jumped ahead; confirm it with `casevault clock confirm`."),
    "set-back": Message(
        "The clock is behind a time that was seen before. That time stays in effect; a supervisor can repair it."
    ),
}


def _clock(args: Given, output: Output) -> Result:
    with opened(args, output) as session:
        from vault.services.computer import clock

        acts = {"show": clock.look, "confirm": clock.confirm, "repair": clock.repair}
        reading = acts[args.command.removeprefix("clock ")](session)
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
    Verb("show", Message("the clock, and the time that rights are measured by"), (), _clock),
    Verb("confirm", Message("confirm that the clock, which jumped ahead, is right"), (), _clock),
    Verb("repair", Message("remove a wrong time that was accepted (supervisor)"), (), _clock),
)  # fmt: skip
