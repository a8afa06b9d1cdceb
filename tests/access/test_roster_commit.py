"""A roster that counts: what goes with it, what refuses it, and what the organisation shares afterwards."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from tests.access.power import cut_at_commit
from tests.access.told import is_told
from tests.services.colleague import PASSPHRASE, Colleague, admit
from tests.services.founded import Place
from vault.access.membership.inviting import make_invitation
from vault.access.membership.next_roster import Change, propose, sign_by_root
from vault.access.membership.pending_seat import HereSeat, join_here
from vault.access.membership.roster_commit import commit_roster, settle, shared_compartments
from vault.access.seat_keys.rekeying import slots_here
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.errors import RefusedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind, EpochId, MemberId, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.roster import Roster
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.envelope import SUITE
from vault.seal.purposes import Purpose
from vault.services.cases import cases
from vault.services.evidence import logbook
from vault.store.rowtypes import EpochRow

DIRECTORY, REGISTER = CompartmentKind.DIRECTORY, CompartmentKind.REGISTER
KINDS = (DIRECTORY, CompartmentKind.SENDING, REGISTER, CompartmentKind.INTAKE)


def newcomer(session: Session) -> tuple[Roster, HereSeat]:
    """Return a roster that admits somebody into this folder, and what has to be stored with it."""
    invitation = make_invitation(session, by="Mira", roles=["caseworker"])
    new = join_here(session, invitation, member_name="Kim Aldous", passphrase=bytearray(b"red tin roof"))
    roles = {MemberId(new.certificate.member): frozenset({Role.CASEWORKER})}
    return propose(session, Change(roles=roles, certificates=(new.certificate,))), new


def holders(session: Session, kind: CompartmentKind) -> Iterable[SeatId]:
    session.learned.states.clear()
    state = session.state_of(shared_compartments(session)[kind])
    assert state is not None
    assert len(state.current) == 1
    return state.holders - state.behind


def covers(session: Session, act: str) -> list[object]:
    return [line.payload.covers for line in logbook.newest(session, act=act).lines if line.payload is not None]


# ---- what goes with it


def test_who_is_admitted_and_who_is_ended_gets_and_loses_the_directory_in_the_entry_that_says_so(
    founded: Place,
) -> None:
    with founded.open() as session:
        size = session.log.size
        oren = admit(session)
        assert (session.log.size, covers(session, "roster.change")) == (size + 1, [{"admitted": 1}])
        assert not (founded.path / "keys.new").exists()
        assert {session.seat, oren.seat} <= session.here
        everybody = {session.seat, oren.seat, RECOVERY}
        assert {kind: holders(session, kind) for kind in KINDS} == dict.fromkeys(KINDS, everybody)
        commit_roster(session, propose(session, Change(ended=frozenset({oren.seat}))))
        assert covers(session, "roster.change")[0] == {"ended": 1}
        assert {kind: holders(session, kind) for kind in KINDS} == dict.fromkeys(KINDS, everybody - {oren.seat})


def test_where_the_roster_does_not_become_durable_rows_and_keys_file_are_as_before(
    founded: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with founded.open() as session:
        roster, new = newcomer(session)
        before, here = session.folder.keys.read_bytes(), session.here
        with cut_at_commit(monkeypatch, after=False):
            commit_roster(session, roster, keys=new.keys, rows=new.rows)
        with session.database.reading() as rows:
            assert slots_here(rows) == {session.seat: 0}
            assert rows.local(new.certificate.seat, Purpose.JOINING) is None
        assert (session.folder.keys.read_bytes(), session.here) == (before, here)
        # A row that was to be replaced is there again: without this one nobody could prove or make sheets any more.
        secret, other = kept_secret(session), session.log.place.seal_row(Purpose.ROOT_SECRET, bytes(32))
        with cut_at_commit(monkeypatch, after=False):
            commit_roster(session, roster, rows=[other])
        assert kept_secret(session) == secret is not None
        commit_roster(session, roster, keys=new.keys, rows=new.rows)
        assert session.folder.keys.read_bytes() == new.keys.encode()


# ---- what is refused


def test_a_roster_waits_for_those_who_must_sign_and_follows_from_what_stands(session: Session) -> None:
    older = propose(session, Change(helpers_by_supervisor=False))
    admit(session, roles={Role.ADMIN}, by_root=True)
    admin, size = propose(session, Change(roles={MemberId(b"k" * 16): frozenset({Role.ADMIN})})), session.log.size
    assert is_told(RefusedError, "list of members 2 needs more signatures: ", commit_roster, session, admin)
    assert is_told(VerificationError, "does not follow", commit_roster, session, older)
    assert session.log.size == size
    commit_roster(session, sign_by_root(session, admin))


def test_who_may_not_write_rosters_by_their_role_commits_none(founded: Place) -> None:
    with founded.open() as session:
        ada = admit(session, roles={Role.CASEWORKER})
        roster = propose(session, Change(roles={MemberId(b"k" * 16): frozenset({Role.FIELD})}))
    with ada.open(founded) as session:
        assert is_told(RefusedError, "your role may not change the list of members", commit_roster, session, roster)


def test_who_lowers_their_own_seat_commits_it_while_that_very_entry_counts(session: Session) -> None:
    lowered = Change(roles={session.member: frozenset({Role.ADMIN})})
    late, in_time = (sign_by_root(session, propose(session, lowered)) for _ in range(2))
    cut = late.endings[session.seat][session.log.origin]
    while session.log.size < cut:
        with session.work() as work:
            work.commit(Entry(act="log.read"))
    words = "this proposal removes or demotes your own device, and you have since written more than it keeps valid"
    for roster in (late, in_time):
        assert is_told(RefusedError, words, commit_roster, session, roster)
    commit_roster(session, sign_by_root(session, propose(session, lowered)))
    assert session.roles == {Role.ADMIN}


# ---- what is shared


def test_what_is_shared_is_what_a_notice_claims_and_the_rows_confirm(session: Session) -> None:
    before = shared_compartments(session)
    assert before.keys() == {*KINDS}
    case = cases.create(session, title="A case", kind="asylum").case
    false = EpochNotice(SUITE, session.vault, case, DIRECTORY, EpochId(session.keyring.epochs_of(case)[0]))
    with session.database.transaction() as rows:
        rows.add_epochs([EpochRow(false.digest(), case, false.encode())])
    assert shared_compartments(session) == before


@pytest.fixture
def reviewer(founded: Place) -> Colleague:
    """Somebody in the same folder who holds the directory, and not the register."""
    with founded.open() as session:
        return admit(session, roles={Role.LEGAL_REVIEWER}, passphrase=PASSPHRASE)


def change_key(session: Session, compartment: CompartmentId, kind: CompartmentKind, *seats: SeatId) -> None:
    """Have these seats and recovery hold the next key, whoever else should."""
    state = session.state_of(compartment)
    assert state is not None
    with session.work() as work:
        work.replace_epoch(compartment, kind, session.directory.holders(seats), replaced=state.current)
        work.commit(Entry(act="key.rotate"))


def test_what_others_had_no_right_to_is_given_and_taken_later_and_once(founded: Place, reviewer: Colleague) -> None:
    with founded.open() as session:
        shared, both = shared_compartments(session), (session.seat, reviewer.seat)
        change_key(session, shared[DIRECTORY], DIRECTORY, session.seat)
        change_key(session, shared[REGISTER], REGISTER, *both)
        session.learned.states.clear()
        assert {*settle(session)} == {DIRECTORY, REGISTER}
        assert [covers(session, act) for act in ("grant.remove", "grant.add")] == [[{"compartments": 1}]] * 2
        assert holders(session, DIRECTORY) == {*both, RECOVERY}
        assert holders(session, REGISTER) == {session.seat, RECOVERY}
        size = session.log.size
        assert (settle(session), session.log.size) == ((), size)
    with reviewer.open(founded) as session:
        assert shared_compartments(session).keys() == {DIRECTORY, CompartmentKind.SENDING}
