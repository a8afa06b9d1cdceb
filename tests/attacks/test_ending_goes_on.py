"""A case that cannot get a new key keeps no other under the key of somebody who was ended, and somebody hears of it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.attacks.burglar import everything
from tests.attacks.outsider import learn, learn_as
from tests.attacks.test_epoch_names import CASEWORKER
from tests.attacks.test_shared_keys import SECOND, SECOND_PASSPHRASE, holders
from tests.english import in_english
from tests.services.colleague import NAME, PASSPHRASE, Colleague, admit
from tests.services.founded import Filled
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import RefusedError
from vault.ids import CompartmentId
from vault.policy.roles import Role
from vault.records.work import Entry, Work
from vault.services import housekeeping
from vault.services.cases import cases, notes, sections
from vault.services.grants import sharing
from vault.services.members import members

BEFORE, LATER = "written before: Umbrakess", "written later: Vantaskola"


@dataclass(frozen=True, slots=True)
class Shared:
    """Cases that a caseworker holds too, by id."""

    colleague: Colleague
    cases: tuple[CompartmentId, ...]
    refs: dict[CompartmentId, str]


@pytest.fixture
def shared(short: Filled) -> Shared:
    with short.open() as owner:
        colleague = admit(owner, roles=CASEWORKER)
        made = [cases.create(owner, title=f"Shared {number}", kind="asylum") for number in range(3)]
        for one in made:
            notes.add(owner, one.case, Note(NoteKind.CONTACT, BEFORE))
            sharing.grant(owner, one.case, [colleague.member])
    return Shared(colleague, tuple(sorted(one.case for one in made)), {one.case: one.ref for one in made})


@contextmanager
def without_beginning(short: Filled, case: CompartmentId) -> Iterator[None]:
    """Take the row of a case's first key away, and put it back; the key of the database changes with an end."""
    with learn(short.path).rows(short.path) as rows:
        taken = rows.execute("SELECT * FROM epoch WHERE compartment=?", (case,)).fetchall()
        rows.execute("DELETE FROM epoch WHERE compartment=?", (case,))
    yield
    with learn(short.path).rows(short.path) as rows:
        for row in taken:
            rows.execute(f"INSERT INTO epoch VALUES ({','.join('?' * len(row))})", row)


def still_hold(session: Session, shared: Shared) -> set[CompartmentId]:
    states = session.states_of(shared.cases)
    return {case for case, state in states.items() if state is None or shared.colleague.seat in state.holders}


@pytest.mark.parametrize("at", [0, 2])
def test_the_end_of_a_seat_goes_on_past_a_case_that_fails(short: Filled, shared: Shared, at: int) -> None:
    broken = shared.cases[at]
    with without_beginning(short, broken):
        with short.open() as owner:
            outcome = members.suspend(owner, shared.colleague.member)
            assert (outcome.is_done, outcome.cases, outcome.pending) == (True, 2, 1)
            assert still_hold(owner, shared) == {broken}
            told = [line for line in in_english(owner.warnings) if shared.refs[broken] in line]
            assert any("new key without a revoked device waits" in line for line in told)
            for case in set(shared.cases) - {broken}:
                notes.add(owner, case, Note(NoteKind.CONTACT, LATER))
        with short.open() as owner:
            housekeeping.settle(owner)
            assert any(shared.refs[broken] in line for line in in_english(owner.warnings))
            again = members.suspend(owner, shared.colleague.member)
            assert (again.cases, again.pending) == (0, 1)
    with short.open() as owner:
        assert members.suspend(owner, shared.colleague.member).cases == 1
        assert still_hold(owner, shared) == set()
        with pytest.raises(RefusedError, match="cannot open anything"):
            members.suspend(owner, shared.colleague.member)


def test_nothing_written_later_opens_for_who_was_suspended_while_a_case_failed(
    short: Filled, shared: Shared, tmp_path: Path
) -> None:
    stolen = learn_as(short.path, NAME, PASSPHRASE)
    shutil.copytree(short.path, tmp_path / "kept copy")
    with without_beginning(short, shared.cases[0]):
        with short.open() as owner:
            members.suspend(owner, shared.colleague.member)
            for case in shared.cases[1:]:
                notes.add(owner, case, Note(NoteKind.CONTACT, LATER))
            vault = owner.vault
        folders = [short.path, tmp_path / "kept copy"]
        read = everything(folders, vault, stolen.secrets, [stolen.key, learn(short.path).key])
        assert BEFORE.encode() in read
        assert LATER.encode() not in read


def test_the_next_unlock_finishes_what_waited(short: Filled, shared: Shared) -> None:
    with without_beginning(short, shared.cases[0]), short.open() as owner:
        members.suspend(owner, shared.colleague.member)
    with short.open() as owner:
        assert any("1 case was revoked" in line for line in in_english(housekeeping.settle(owner)))
        assert still_hold(owner, shared) == set()


def test_a_case_without_its_beginning_takes_no_section_from_anybody(short: Filled, shared: Shared) -> None:
    with short.open() as owner:
        other = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=CASEWORKER)
        kept = sections.create(owner, shared.cases[0], what="health", title="Kept", members=[shared.colleague.member])
        sharing.grant(owner, shared.cases[1], [other.member])
        lost = sections.create(owner, shared.cases[1], what="health", title="Lost", members=[other.member])
        sharing.revoke(owner, shared.cases[1], [other.member])
    with without_beginning(short, shared.cases[0]), short.open() as owner:
        housekeeping.settle(owner)
        assert shared.colleague.member in sharing.holders_of(owner, kept).members
        assert other.member not in sharing.holders_of(owner, lost).members


def test_a_key_that_somebody_made_for_others_alone_goes_with_their_end(short: Filled) -> None:
    """They know it, although nobody granted it to them; whoever ends them may not hold the case."""
    case = short.cases[0]
    with short.open() as owner:
        admin = admit(owner, name=SECOND, passphrase=SECOND_PASSPHRASE, roles=frozenset({Role.ADMIN}))
        member = admit(owner, roles=CASEWORKER)
        sharing.grant(owner, case, [member.member])
        seat = owner.seat
    with member.open(short.place) as session, Work(session.log) as work:
        state = session.state_of(case)
        assert state is not None
        work.replace_epoch(case, state.kind, holders(session, seat), replaced=state.current)
        work.commit(Entry(act="key.rotate"))
    with admin.open(short.place) as session:
        assert members.suspend(session, member.member).is_done
    with short.open() as owner:
        made = owner.state_of(case)
        assert made is not None
        notes.add(owner, case, Note(NoteKind.CONTACT, LATER))
        now = owner.state_of(case)
        assert now is not None
        assert member.seat in made.knowing
        assert member.seat not in now.knowing
