"""A notice says of which kind its compartment is, and anybody can list one: that alone makes a compartment nothing."""

from __future__ import annotations

from tests.attacks.test_epoch_names import list_notice
from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE
from tests.services.colleague import admit
from tests.services.founded import Filled
from vault.access.membership.roster_commit import SHARED, shared_compartments
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import CompartmentId, CompartmentKind, EpochId, RecordId, make_id
from vault.log.epoch_notice import EpochNotice
from vault.log.roster import ROSTER_RECORD
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.services.cases import cases, notes
from vault.services.grants import sharing
from vault.services.projection.places import held_of_kind


def claim(session: Session, compartment: CompartmentId, kind: CompartmentKind) -> None:
    """List a notice which says that a compartment is of a kind."""
    list_notice(session, EpochNotice(1, session.vault, compartment, kind, EpochId(make_id()), (EpochId(make_id()),)))


def test_what_an_intake_volunteer_says_of_compartments_moves_no_compartment(short: Filled) -> None:
    with short.open() as owner:
        volunteer = admit(owner, roles=frozenset({Role.INTAKE}))
        before, home = shared_compartments(owner), owner.directory.compartment
    assert before.keys() == set(SHARED)
    with volunteer.open(short.place) as session:
        for kind in before.keys() - {CompartmentKind.DIRECTORY}:
            claim(session, home, kind)
            claim(session, before[kind], CompartmentKind.DIRECTORY)
    with short.open() as owner:
        assert owner.directory.compartment == home
        assert shared_compartments(owner) == before
        assert held_of_kind(owner, CompartmentKind.SENDING) == [before[CompartmentKind.SENDING]]
        assert not any(not alarm.is_news for alarm in owner.alarms)


def test_rosters_copied_into_a_case_that_is_called_a_directory_keep_nobody_out(short: Filled) -> None:
    case = short.cases[0]
    with short.open() as owner:
        holder = admit(owner, roles=frozenset({Role.CASEWORKER}))
        sharing.grant(owner, case, [holder.member])
        victim = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.CASEWORKER}))
        sharing.grant(owner, case, [victim.member])
        home = owner.directory.compartment
    with holder.open(short.place) as session:
        claim(session, case, CompartmentKind.DIRECTORY)
        with Work(session.log) as work:
            for roster in session.directory.chain.accepted:
                work.write(case, RecordId(ROSTER_RECORD), "roster", roster.fields())
            work.commit(Entry(act="case.import"))
    for who in (victim, None):
        with short.open() if who is None else who.open(short.place) as session:
            assert session.directory.compartment == home
            assert cases.open_case(session, case).notes
            notes.add(session, case, Note(NoteKind.CONTACT, "work goes on"))
