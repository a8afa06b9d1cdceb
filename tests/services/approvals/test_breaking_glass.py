"""In an emergency a case is opened to somebody else: for days, by two, and aloud."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.english import in_english
from tests.services import colleague
from tests.services.approvals.keyboard import Person
from tests.services.colleague import Colleague, admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.errors import RefusedError, UsageError, WaitingForDecisionError
from vault.ids import CompartmentId, MemberId
from vault.policy.roles import Role
from vault.services.approvals import breaking_glass, second_person
from vault.services.cases import cases
from vault.services.evidence import log_checking, logbook
from vault.services.grants import sharing, timed_grants

DAY_MS = 86_400_000


@dataclass(frozen=True, slots=True)
class Office:
    """The founder holds the cases; Oren may approve; Tove shall be let in."""

    filled: Filled
    oren: Colleague
    tove: Colleague

    @property
    def case(self) -> CompartmentId:
        return self.filled.cases[0]


@pytest.fixture
def office(filled: Filled) -> Office:
    with filled.open() as session:
        oren = admit(session)
        tove = admit(session, name="Tove Lindqvarn", passphrase=b"four amber lamps", roles=frozenset({Role.CASEWORKER}))
    for one in (oren, tove):
        with one.open(filled.place):
            pass
    return Office(filled, oren, tove)


@pytest.fixture
def director(office: Office) -> Iterator[Session]:
    with office.filled.open() as session:
        yield session


def until(session: Session, days: int = 3) -> int:
    return session.log.now_ms() + days * DAY_MS


def break_glass(
    session: Session, case: CompartmentId, member: MemberId, second: second_person.Second | None, *, days: int = 3
) -> breaking_glass.GlassBroken:
    return breaking_glass.break_glass(
        session, case, member, until_ms=until(session, days), why="emergency", second=second
    )


def test_who_has_no_role_that_opens_cases_is_let_in_by_neither_way_and_the_roles_that_do_are_named(
    filled: Filled,
) -> None:
    with filled.open() as session:
        auditor = admit(session, roles=frozenset({Role.AUDITOR})).member
        for refused in (
            lambda: break_glass(session, filled.cases[0], auditor, None),
            lambda: sharing.grant(session, filled.cases[0], [auditor]),
        ):
            with pytest.raises(RefusedError, match="has no role that can open cases") as error:
                refused()
            assert str(error.value.next_step).startswith(
                "These roles can: caseworker, field, legal-reviewer, supervisor;"
            )


def test_what_it_takes_to_let_somebody_in(director: Session, office: Office) -> None:
    tove = office.tove.member
    with pytest.raises(WaitingForDecisionError, match="second person has to approve opening this case"):
        break_glass(director, office.case, tove, None)
    for days in (0, 15):
        with pytest.raises(UsageError, match="within 14 days"):
            break_glass(director, office.case, tove, None, days=days)
    with pytest.raises(RefusedError, match="can already open the case"):
        break_glass(director, office.case, director.member, None)
    person = Person(passphrase=office.tove.passphrase, reasons=("emergency",))
    second = second_person.at_this_keyboard(director, office.tove.name, run=person.run)
    with pytest.raises(RefusedError, match="benefits from it"):
        break_glass(director, office.case, tove, second)


def test_a_third_approves_and_the_case_opens_for_days_aloud(director: Session, office: Office) -> None:
    sharing.grant(director, office.case, [office.oren.member])
    person = Person(reasons=("emergency",))
    second = second_person.at_this_keyboard(director, colleague.NAME, run=person.run)
    broken = break_glass(director, office.case, office.tove.member, second)
    assert broken.rule == "two-person"
    assert "Tove Lindqvarn" in person.shown[0]
    lines = {line.payload.act: line.payload for line in logbook.newest(director).lines if line.payload is not None}
    assert (lines["break.glass"].out, lines["break.glass"].deleg) == ("ok", office.oren.seat)
    (term,) = [term for term in timed_grants.terms_of(director, office.case) if term.member == office.tove.member]
    assert term.until_ms == broken.until_ms
    assert log_checking.verify(director).faults == ()
    assert timed_grants.announcements(director) == []
    director.close()
    with office.tove.open(office.filled.place) as tove:
        assert cases.open_case(tove, office.case, why="emergency").head.value.title
        assert log_checking.verify(tove).faults == ()
        assert timed_grants.announcements(tove) == []
    # Everybody else who holds the case hears of it.
    with office.oren.open(office.filled.place) as oren:
        assert any(
            "BREAK-GLASS" in line and "Tove Lindqvarn" in line for line in in_english(timed_grants.announcements(oren))
        )


def test_with_nobody_else_to_ask_it_is_done_alone_and_the_log_says_so(filled: Filled) -> None:
    with filled.open() as session:
        oren = admit(session)
        broken = break_glass(session, filled.cases[0], oren.member, None)
        assert broken.rule == "alone"
        lines = {line.payload.act: line.payload for line in logbook.newest(session).lines if line.payload is not None}
        assert lines["break.glass"].out == "ok:alone"
        assert log_checking.verify(session).faults == ()
