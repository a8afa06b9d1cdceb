"""Hundreds of cases are judged together: each comes to what it comes to alone."""

from __future__ import annotations

from tests.services.office import Office
from vault.access.session import Session
from vault.ids import CompartmentId
from vault.services.cases import cases
from vault.services.grants import sharing
from vault.services.projection.projection import up_to_date_index
from vault.validity.compartment_access import CompartmentState

_MANY = 20


def _what_holds(state: CompartmentState | None) -> object:
    assert state is not None
    epochs = {
        epoch: (
            counted.replaced,
            counted.granted,
            [(made.notice, made.entry.origin, made.entry.seq) for made in counted.made],
        )
        for epoch, counted in state.epochs.items()
    }
    return state.kind, list(epochs.items()), dict(state.cutoffs)


def _each_alone(session: Session, found: list[CompartmentId]) -> list[object]:
    session.learned.states.clear()
    return [_what_holds(session.state_of(case)) for case in found]


def test_many_cases_judged_together_come_to_what_each_comes_to_alone(office: Office) -> None:
    with office.open(office.amina) as session:
        made = [cases.create(session, title=f"case {number}", kind="asylum").case for number in range(_MANY)]
        for case in made[:3]:
            sharing.grant(session, case, [office.nadia.member])
        sharing.revoke(session, made[0], [office.joel.member])
        sharing.rotate(session, made[1])
        sharing.revoke(session, made[1], [office.nadia.member])
        sharing.grant(session, made[0], [office.joel.member])
    with office.open(office.amina) as session:
        together = [_what_holds(state) for state in session.states_of(made).values()]
        assert together == _each_alone(session, made)
    with office.open(office.joel) as session:  # who was given all of them, one of them twice
        up_to_date_index(session)
        together = [_what_holds(state) for state in session.states_of(made).values()]
        assert set(made) <= set(session.keyring.compartments())
        assert together == _each_alone(session, made)


def test_the_list_says_of_each_of_many_cases_whether_only_you_can_open_it(office: Office) -> None:
    with office.open(office.nadia) as session:
        made = [cases.create(session, title=f"case {number}", kind="asylum").case for number in range(_MANY)]
        sharing.grant(session, made[7], [office.amina.member])
    with office.open(office.nadia) as session:
        listed = cases.list_all(session)
        assert cases.only_yours(session, listed) == set(made) - {made[7]}
        session.learned.states.clear()
        assert [cases.only_you(session, case) is None for case in made].index(True) == 7


def test_what_an_index_has_not_come_to_is_not_asked_for_a_second_time(office: Office) -> None:
    with office.open(office.joel) as session:
        up_to_date_index(session)
    with office.open(office.amina) as session:
        with_deputy = cases.create(session, title="with the deputy", kind="asylum").case
        alone = cases.create(session, title="alone", kind="asylum", alone_reason="asked for").case
    with office.open(office.joel) as session:
        assert session.index().pending() == {}
        assert [row.case for row in cases.list_all(session)] == [with_deputy]
    with office.open(office.amina) as session:
        sharing.grant(session, alone, [office.joel.member])
    with office.open(office.joel) as session:
        assert session.index().pending()  # its index passed the case by when it was nobody else's
        assert {row.case for row in cases.list_all(session)} == {with_deputy, alone}
