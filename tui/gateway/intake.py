"""Calls: the slip that is being typed, the open ones, and what becomes of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from tui.gateway.finding import Finding
from tui.gateway.subject import Subject, UnlockedVault
from tui.values.values_calls import CaseLike, Reminding, SlipBegun, SlipLine, SlipTyped
from vault.errors import RefusedError
from vault.ids import RecordId, make_id
from vault.index.case_pages import CaseRow
from vault.policy.roles import Action
from vault.services.cases import case_people, intake
from vault.words.message import Message, enumerated

_AT_HOME = 4


class Intake(Subject):
    """Shows call slips, and keeps what is typed of one."""

    def __init__(self, door: UnlockedVault, finding: Finding) -> None:
        super().__init__(door)
        self._finding = finding
        self._last: SlipTyped | None = None
        self._seen: set[RecordId] = set()

    def begin(self, now_ms: int) -> SlipBegun:
        """Return the slip that was put away, or an empty one; for who takes no calls, who does."""
        try:
            self._session.require(Action.INTAKE_WRITE)
        except RefusedError:
            return SlipBegun(None, self._who_takes_calls())
        return SlipBegun(self._unlocked.shelf.slip() or SlipTyped(make_id().hex(), now_ms), last=self._last)

    def save(self, slip: SlipTyped) -> None:
        """Keep what is typed, sealed and on the medium when this returns; it is no slip yet."""
        self._unlocked.shelf.save(slip)

    def forget(self, slip: SlipTyped) -> None:
        """Delete what was typed."""
        self._unlocked.shelf.forget(slip)

    def kept(self, slip: SlipTyped) -> None:
        """Forget what was typed of a slip that is kept now; its fields can be repeated in the next one."""
        self._last = slip
        self.forget(slip)

    def remind(self, number: str, name: str, said: str = "") -> Reminding:
        """Return cases that this member may list whose people have such a number or such a name."""
        if not self._may(Action.CASE_LIST):
            return Reminding()
        cases = self._finding.cases
        (do_not_call,) = case_people.never_used_in_calls(self._session, [(number, f"{name}\n{said}")])
        return Reminding(_like(cases.ends_as(number)), _like(cases.sounds_as(name)), do_not_call)

    def list_open(self) -> tuple[SlipLine, ...]:
        """Return the open slips, oldest first, each with what in it must never be used."""
        return self._shown(intake.list_open(self._session))

    def find_open(self, untrusted_words: str) -> tuple[SlipLine, ...]:
        """Return the open slips with these words; none for who may not read them."""
        if not self._may(Action.INTAKE_READ):
            return ()
        return self._shown(intake.find_open(self._session, untrusted_words, seen=self._seen))

    def _shown(self, found: Sequence[intake.SlipLine]) -> tuple[SlipLine, ...]:
        values = [line.stored.value for line in found]
        said = [(value.number, f"{value.name}\n{value.text}\n{value.when}") for value in values]
        may_ask = self._may(Action.CASE_SEARCH)
        never_used = case_people.never_used_in_calls(self._session, said) if may_ask else [()] * len(said)
        return tuple(
            SlipLine(
                line.stored.record.hex(),
                line.stored.value.received,
                line.stored.value.number,
                line.stored.value.name,
                line.stored.value.language,
                line.stored.value.text,
                line.stored.value.call_back,
                line.stored.value.when,
                line.is_overdue,
                never,
            )
            for line, never in zip(found, never_used, strict=True)
        )

    def newest(self) -> tuple[int, tuple[SlipLine, ...]]:
        """Return how many slips are open, and the newest for home, newest first; none for who may not read them."""
        if not self._may(Action.INTAKE_READ):
            return 0, ()
        found = intake.list_open(self._session, seen=self._seen)
        return len(found), tuple(map(self._as_listed, self._shown(found[: -_AT_HOME - 1 : -1])))

    def _who_takes_calls(self) -> Message:
        names = intake.takers(self._session)
        if not names:
            return Message("Your roles take no calls, and nobody else's roles do.")
        return Message("Your roles take no calls. Give it to: {names}.", names=enumerated(names))


def _like(rows: Iterable[CaseRow]) -> tuple[CaseLike, ...]:
    return tuple(CaseLike(row.case.hex(), row.ref, row.name or row.title) for row in rows)
