"""Acts and the second person that they may need; packages for somebody outside, and what an emergency asks for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from tui.gateway.unlocked_vault import Subject, UnlockedVault, case_id, telling
from tui.text.in_words import in_words
from tui.values.exchange_shown import PackShown
from vault.acts.act import Act, Agreed, Begun, Letter, OpenFormsError, Plan, Said, Told, as_agreed
from vault.acts.bundle import IMPORT
from vault.acts.export import PAGE
from vault.casework.disclosure import Disclosure
from vault.casework.person import Person
from vault.casework.story import headline_said
from vault.display import local_time
from vault.ids import RecordId, short_id
from vault.index.heads import heads_in
from vault.progress import Progress, Stopped, Working
from vault.redaction.questions import Question
from vault.services.approvals import by_file, second_person
from vault.services.approvals.pipe import Run, run_second_process
from vault.services.approvals.question import ApprovalQuestion
from vault.services.approvals.second_person import Second
from vault.services.approvals.side_by_side import Beside, side_by_side
from vault.services.exports import ledger
from vault.services.exports.ledger import Package
from vault.services.members.warning import cases_on
from vault.services.projection import authors
from vault.services.projection.projection import up_to_date_index
from vault.services.projection.stored_records import Stored
from vault.services.safety import person_pack
from vault.words.message import Message, Words

# Acts: what a form begins with, what an act would do, and the doing.


class Acting(Subject):
    """Looks at what an act would do, and carries out what somebody agreed to."""

    def begin(self, act: Act[Any], said: Said) -> Begun:
        return Begun() if act.begin is None else act.begin(self._session, said)

    def look(self, act: Act[Any], said: Said) -> Plan[Any]:
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
        session = self._session
        working = telling(progress, (lambda: False) if act.goes_through else stopped)
        if agreed.by_sheets:
            agreed = replace(agreed, typed=self._unlocked.typed_secret())
        plan = as_agreed(session, act, said, shown)
        if act.second is None or agreed.ask_into is None:
            told = act.do(session, plan, agreed, working)
            if act is IMPORT:  # what other acts say is shown once, and kept nowhere
                self._unlocked.last_import = (session.log.now_ms(), told.lines)
            return told
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


# Acts that need a second person: who may be it, and how they are asked and answer.
Lend = Callable[[Callable[[], bytes]], bytes]
"""Runs a function while the terminal is free for the second person, and returns what it returns."""


class Approvals(Subject):
    """Puts questions before a second person, and is one."""

    reasons: tuple[str, ...] = second_person.REASONS

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self.run_second: Run = run_second_process
        if sys.platform != "win32":
            self.run_second = partial(run_second_process, module="tui.shell.second")

    def at_this_keyboard(self, name: str, lend: Lend) -> Second:
        """Return the way to ask a member who sits here too, in a process of their own."""
        return second_person.at_this_keyboard(
            self._session, name, run=lambda question: lend(partial(self.run_second, question))
        )

    def answered(self, file: Path) -> Second:
        """Return the approval that came back in a file."""
        answer = by_file.read_answer(self._session, file)
        return lambda _: answer

    def pages(self, question: ApprovalQuestion) -> tuple[Beside, ...]:
        """Return what an export's pages show, beside what this member's own vault has of it; the look is in the log."""
        return side_by_side(question, by_file.own_texts(self._session, question))


def named_clients(found: Iterable[Stored[Person]]) -> tuple[tuple[str, Words], ...]:
    """Return clients to choose from: id and name, with the beginning of the id, as two may have one name."""
    return tuple(
        (
            client.record.hex(),
            Message("{name}  {id}", name=client.value.display_name() or Message("no name"), id=short_id(client.record)),
        )
        for client in found
    )


# Somebody is gone: which facts are confirmed.
class Safety(Subject):
    """Looks, and writes a page where it is told to."""

    def sent_to(self, recipient: RecordId) -> list[Package]:
        """Return what left this member's cases for a recipient, the last first.

        Each case with a package is opened for it, whoever got that one: its view is in the log before.
        """
        held, _ = cases_on(self._session, self._session.seat)
        index, found = up_to_date_index(self._session), list[Package]()
        for case in held:
            if heads_in(index, case, Disclosure.KIND):
                found += ledger.of_case(self._session, case)
        found.sort(key=lambda package: package.kept.value.made, reverse=True)
        return [package for package in found if package.kept.value.recipient == recipient]

    def facts(self, case: str) -> PackShown:
        """Return which facts of a case are confirmed, which are only said, and what a reader would miss."""
        found = person_pack.facts(self._session, case_id(case))
        by = authors.written_by(self._session, found.confirmed)
        confirmed: list[Words] = []
        for stored in found.confirmed:
            said, name, when = stored.value.confirmed, by.get(stored.record, ""), local_time(stored.written_ms)
            confirmed += [
                _line(stored),
                *(
                    Message("    {label}: {value}", label=label, value=value)
                    for label, value in person_pack.told(stored)
                ),
                Message("    confirmed by {who}; {name} wrote it {when}", who=said, name=name, when=when),
            ]
        return PackShown(
            case,
            found.ref,
            tuple(confirmed),
            tuple(map(_line, found.unconfirmed)),
            found.lacks,
            len(found.confirmed),
            named_clients(found.clients),
            found.confirmed,
        )

    def print_pack(
        self, shown: PackShown, out: Path, person: str, decided: Mapping[str, str]
    ) -> Told | tuple[Question, ...]:
        """Write the confirmed facts as a page, of the client who was chosen; or return the questions that are open."""
        said = {"case": (shown.case,), "page": (str(out),)} | ({"person": (person,)} if person else {})
        plan = as_agreed(self._session, PAGE, said, Plan(None, mark=shown.mark))
        try:
            translated = replace(plan, of=replace(plan.of, in_words=in_words))
            return PAGE.do(self._session, translated, Agreed(decided=decided), Working())
        except OpenFormsError as found:
            return found.questions


def _line(stored: Stored[Any]) -> Message:
    when = (stored.value.when() or "").replace("T", " ") or Message("no date")
    kind, about = stored.value.FORM.title, headline_said(stored.value.KIND, stored.value.headline())
    return Message("  {when}  {kind}  {about}", when=when, kind=kind, about=about)
