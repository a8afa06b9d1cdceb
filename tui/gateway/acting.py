"""Acts: what a form begins with, what an act would do, and the doing."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tui.gateway.subject import Subject, telling
from vault.acts.act import Act, Agreed, Begun, Letter, Plan, Said, Told, as_agreed
from vault.progress import Progress, Stopped, Working
from vault.words.message import Message, Words


class Acting(Subject):
    """Looks at what an act would do, and carries out what somebody agreed to."""

    def begin(self, act: Act[Any], said: Said) -> Begun:
        """Return what the form of an act begins with."""
        return Begun() if act.begin is None else act.begin(self._session, said)

    def look(self, act: Act[Any], said: Said) -> Plan[Any]:
        """Return what an act would do."""
        return act.look(self._session, said)

    def try_at_once(self, act: Act[Any], said: Said) -> Plan[Any] | Told:
        """Do an act that asks nobody anything, and return what came of it; or what it would do and asks."""
        plan = act.look(self._session, said)
        if plan.asks or plan.stop is not None or plan.needs_second:
            return plan
        return act.do(self._session, plan, Agreed(), Working())

    def shown(self, act: Act[Any], said: Said) -> tuple[Plan[Any], Sequence[Words]]:
        """Return what an act would do, and in which words somebody reads it."""
        plan = act.look(self._session, said)
        return plan, tuple(plan.shown())

    def carry_out(
        self,
        act: Act[Any],
        said: Said,
        shown: Plan[Any],
        agreed: Agreed,
        *,
        progress: Progress = lambda done, total: None,
        stopped: Stopped = lambda: False,
    ) -> Told:
        """Do what somebody agreed to, or ask a second person elsewhere about it, and return what came of it.

        Raises:
            NotAsShownError: it would do something else by now.
        """
        session, working = self._session, telling(progress, stopped)
        plan = as_agreed(session, act, said, shown)
        if act.second is None or agreed.ask_into is None:
            return act.do(session, plan, agreed, working)
        waits = act.second.ask(session, plan, agreed, working)
        names, days = ", ".join(waits.names), ((field.label, said[field.name][0]) for field in act.days(said))
        lines = (
            *waits.lines,
            Message("The question is at {file}. It opens for: {names}.", file=agreed.ask_into, names=names),
            Message(
                "They approve it in their app (a) and make a bundle for you. Import the bundle, then do this again with"
                " the answer: within 7 days, and while nothing of it changes."
            ),
            *(Message("{label}: the same day again, {day}.", label=label, day=day) for label, day in days),
        )
        return Told(lines)

    def write(self, letter: Letter, out: Path, language: str) -> Message:
        """Write the letter that an act left, as a PDF in clear, and say where it is."""
        letter.write(self._session, out, language)
        return Message("The letter is at {path}. It is not encrypted.", path=out)
