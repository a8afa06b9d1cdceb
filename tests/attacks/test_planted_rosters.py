"""An admin who was ended writes into the vault file: rosters of their own, at places in the logs of those still in."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from tests.attacks.outsider import digest_of
from tests.services.colleague import Colleague, admit
from tests.services.founded import MEMBER, Filled
from tests.services.sheets_help import typed
from vault.access.membership.next_roster import Change, next_roster, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.session import Session
from vault.access.trust.roster_alarms import sheets_used
from vault.ids import EpochId, Origin, RecordId, SeatId
from vault.log.operation import Header
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster, RosterChain, check_chain
from vault.log.roster_rules import EffectiveRoster
from vault.policy.roles import Role
from vault.records.versions import Content, encode_content
from vault.records.work import Entry
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import derive_wrap_key, make_key, wrap
from vault.seal.signing import is_signed_raw, public_key, sign
from vault.services.credentials import recovery
from vault.services.grants import sharing
from vault.services.members import invitations
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, VersionKeyRow, VersionRow

HELPERS = ("Amina Raskolda", "Joel Brandvik")


@dataclass(frozen=True, slots=True)
class Kept:
    """What somebody keeps who was in: their signing key, a key of the directory, and who was in when."""

    vault: bytes
    directory: bytes
    epoch: EpochId
    key: bytes
    seed: bytes
    own: SeatId

    def rival(self, before: EffectiveRoster, ended: bytes) -> Roster:
        sizes = {Origin(before.certificates[ended].genesis): 0}
        roster = next_roster(before, Change(ended=frozenset({SeatId(ended)})), lambda _: sizes)
        return roster.signed(public_key(self.seed), sign(self.seed, ROSTER_PURPOSE, roster.root))

    def plant(self, rows: Rows, roster: Roster, origin: bytes, seq: int, n: int = 99) -> None:
        """Seal a roster as if an entry at this place had listed it."""
        content = Content(kind="roster", parents=(), clock=(1, 0), fields=roster.fields())
        key = make_key()
        context = VersionContext(self.vault, self.directory, ROSTER_RECORD, origin, seq)
        blob = seal(key, encode_content(content), context)
        identity = version_id(self.directory, ROSTER_RECORD, blob)
        rows.add_versions([VersionRow(origin, seq, n, identity, self.directory, ROSTER_RECORD, blob)])
        rows.add_version_keys([VersionKeyRow(origin, seq, n, self.epoch, wrap(derive_wrap_key(self.key), key))])


def keep(session: Session) -> Kept:
    home = session.directory.compartment
    epoch = EpochId(session.keyring.epochs_of(home)[-1])
    key = session.keyring.get(epoch)
    assert key is not None
    return Kept(session.vault, home, epoch, key, session._secrets.identity_seed, session.seat)


def name_early(rows: Rows, origin: bytes, roster: Roster) -> None:
    """Put a row beside entry 0 of a log: a header that names a roster, which nobody signed."""
    true = rows.operation(origin, 0)
    assert true is not None
    header = replace(Header.decode(true.header), roster=roster.root, session_key=None).encode()
    rows.add_operation(
        OperationRow(origin, 0, header, true.list, true.sealed, digest_of(header, true.list, true.sealed))
    )


@dataclass(frozen=True, slots=True)
class Office:
    """A founder, two helpers, and an admin who kept everything and was ended."""

    place: Filled
    kept: Kept
    chain: RosterChain
    helpers: tuple[Colleague, ...]


@pytest.fixture
def office(short: Filled) -> Office:
    with short.open() as owner:
        admin = admit(owner, roles=frozenset({Role.ADMIN}))
        helpers = tuple(
            admit(owner, name=name, passphrase=name.encode()[::-1], roles=frozenset({Role.CASEWORKER}))
            for name in HELPERS
        )
    with admin.open(short.place) as session:
        kept, chain = keep(session), session.directory.chain
    seeds = []
    for one in helpers:
        with one.open(short.place) as session:
            seeds.append(session._secrets.identity_seed)
    with short.open() as owner:
        ending = propose(owner, Change(leaving=frozenset({admin.member})))
        for seed in seeds:
            ending = ending.signed(public_key(seed), sign(seed, ROSTER_PURPOSE, ending.root))
        commit_roster(owner, ending)
    return Office(short, kept, chain, helpers)


@pytest.mark.long
@pytest.mark.parametrize("names", [False, True], ids=["a version alone", "a row that names it too"])
@pytest.mark.parametrize("back", [1, 2], ids=["against their ending", "against what admitted somebody"])
def test_who_was_ended_lays_no_roster_into_the_log_of_somebody_who_is_in(
    office: Office, *, back: int, names: bool
) -> None:
    kept, chain = office.kept, office.chain
    before = check_chain(chain.accepted[: len(chain.accepted) + 1 - back], chain_root(office), is_signed_raw).effective
    assert before is not None
    rival = kept.rival(before, office.helpers[0].seat)
    with office.place.open() as owner:
        effective = owner.directory.effective
        assert kept.own not in effective.certificates
        with owner.database.transaction() as rows:
            kept.plant(rows, rival, owner.log.origin, 0)
            if names:
                name_early(rows, owner.log.origin, rival)
    with office.place.open() as owner:
        assert owner.directory.effective == effective
        assert {one.seat for one in office.helpers} <= owner.directory.effective.certificates.keys()


def chain_root(office: Office) -> bytes:
    with office.place.open() as owner:
        return owner.root_public


# ---- copies of a true roster: its root binds no signature


@pytest.mark.long
def test_nobody_makes_a_recovery_look_as_if_a_member_had_signed_it(short: Filled) -> None:
    """Whoever is in can sign a copy of its roster too; the keys that were taken by the sheets go on to count."""
    with short.open() as owner:
        sheets = recovery.sheets(owner)
        helper = admit(owner, name=HELPERS[0], passphrase=b"seven tin drums", roles=frozenset({Role.CASEWORKER}))
        sharing.grant(owner, short.cases[0], [helper.member])
    with helper.open(short.place) as session:
        kept = keep(session)
    back = recovery.restore(
        short.path, typed(sheets, 1, 2), member=MEMBER, passphrase=bytearray(b"five herons"), state=short.state
    ).back
    with helper.open(short.place) as session:
        by_sheets = session.directory.chain.accepted[-1]
        assert len(by_sheets.signatures) == 1
        copy = by_sheets.signed(*session.sign(ROSTER_PURPOSE, by_sheets.root))
        with session.work() as work:
            work.write(session.directory.compartment, RecordId(ROSTER_RECORD), "roster", copy.fields())
            work.commit(Entry(act="roster.change"))
        with session.database.transaction() as rows:
            kept.plant(rows, copy, bytes(32), 0)
    with helper.open(short.place) as session:
        assert [one.roster for one in sheets_used(session.directory.chain)] == [by_sheets.head.number]
        state = session.state_of(short.cases[0])
        assert state is not None
        assert back.seat in state.holders


def test_nobody_makes_an_admission_look_as_if_the_sheets_had_been_joined(short: Filled) -> None:
    """Else the seat that was admitted could take keys in its first session that nobody gave it."""
    with short.open() as owner:
        invitations.admit_here(
            owner, like="caseworker", name=HELPERS[0], passphrase=bytearray(b"seven tin drums"), by_root=True
        )
        kept, chain = keep(owner), owner.directory.chain
        admission = chain.accepted[-1]
        assert len(admission.signatures) == 2
        with owner.database.transaction() as rows:
            for n, pair in enumerate(admission.signatures):
                kept.plant(rows, Roster(admission.entries, (pair,)), bytes(32), 0, n)
    with short.open() as owner:
        assert owner.directory.chain.first_certified == chain.first_certified
        assert sheets_used(owner.directory.chain) == ()
