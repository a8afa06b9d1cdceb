"""A supervisor with a patched program writes rosters that nobody else signed: certificates swapped, members added.

The directory is theirs to write in: each forged roster lies among the true ones, sealed and listed as those are.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from tests.attacks.outsider import digest_of
from tests.cli.desk import Desk
from tests.english import in_english
from tests.services.colleague import NAME, Colleague, admit
from tests.services.founded import MEMBER, Filled
from tests.services.sheets_help import typed
from vault.access.membership.next_roster import Change, next_roster, propose
from vault.access.membership.roster_commit import commit_roster
from vault.access.seat_keys.refresh import refresh
from vault.access.session import Session
from vault.access.trust.roster_alarms import sheets_used
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import RECOVERY_SEAT, EpochId, MemberId, Origin, RecordId, SeatId, make_id
from vault.log.operation import Header
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster, RosterChain, check_chain, make_roster
from vault.log.roster_entries import Certificate, Ending, MemberEntry, RosterHead
from vault.log.roster_rules import EffectiveRoster
from vault.policy.roles import Role
from vault.records.seatlog import Predecessor, begin
from vault.records.versions import Content, encode_content
from vault.records.work import Entry
from vault.seal.envelope import VersionContext, seal, version_id
from vault.seal.keyring import derive_wrap_key, make_key, wrap
from vault.seal.recipients import KemPrivate, make_kem_seed
from vault.seal.signing import is_signed_raw, make_signing_seed, public_key, sign
from vault.services import housekeeping
from vault.services.cases import cases, notes
from vault.services.credentials import recovery
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import invitations
from vault.store.rows import Rows
from vault.store.rowtypes import OperationRow, VersionKeyRow, VersionRow

CASEWORKER = frozenset({Role.CASEWORKER})


@dataclass(frozen=True, slots=True)
class Parts:
    """What a roster is made of, to be changed."""

    head: RosterHead
    members: tuple[MemberEntry, ...]
    seats: tuple[Certificate, ...]
    endings: tuple[Ending, ...] = ()
    before: tuple[bytes, ...] = ()  # what the roster follows that this one follows

    @classmethod
    def following(cls, newest: Roster) -> Parts:
        """Return those of the roster that would follow and change nothing."""
        head = replace(newest.head, number=newest.head.number + 1, prev=(newest.root,), new_root=None)
        members = tuple(MemberEntry(member, roles) for member, roles in newest.members.items())
        return cls(head, members, tuple(newest.certificates.values()), before=newest.head.prev)

    def made(self) -> Roster:
        return make_roster(self.head, self.members, self.seats, self.endings, random=secrets.token_bytes)

    def with_seats(self, *seats: Certificate) -> Parts:
        changed = {one.seat: one for one in seats}
        return replace(self, seats=tuple(changed.pop(one.seat, one) for one in self.seats) + tuple(changed.values()))

    def seat_of(self, who: Colleague) -> Certificate:
        return next(one for one in self.seats if one.seat == who.seat)


@dataclass(frozen=True, slots=True)
class People:
    """The attacker, and two whom they would like to be, or to have, in their hands."""

    mira: MemberId
    oren: Colleague
    amina: Colleague
    joel: Colleague


def swapped(parts: Parts, people: People, *names: str) -> Parts:
    """Exchange these members of the certificates of two people."""
    one, other = parts.seat_of(people.amina), parts.seat_of(people.joel)
    return parts.with_seats(
        replace(one, **{name: getattr(other, name) for name in names}),
        replace(other, **{name: getattr(one, name) for name in names}),
    )


def new_seat(member: bytes) -> Certificate:
    kem = KemPrivate.from_seed(make_kem_seed()).public
    return Certificate(make_id(), member, kem, public_key(make_signing_seed()), secrets.token_bytes(32))


def add_member(parts: Parts, people: People, role: str) -> Parts:
    member = make_id()
    added = replace(parts, members=(*parts.members, MemberEntry(member, frozenset({role}))))
    return added.with_seats(new_seat(member))


def give_roles(parts: Parts, people: People) -> Parts:
    mine = MemberEntry(people.oren.member, frozenset({"admin", "supervisor"}))
    return replace(parts, members=(*(one for one in parts.members if one.member != mine.member), mine))


def end(parts: Parts, who: Colleague) -> Parts:
    gone = parts.seat_of(who)
    return replace(
        parts,
        members=tuple(one for one in parts.members if one.member != who.member),
        seats=tuple(one for one in parts.seats if one != gone),
        endings=(Ending(gone.seat, {gone.genesis: 0}),),
    )


Forge = Callable[[Parts, People], Parts]
FORGED: dict[str, Forge] = {
    "two people's public keys swapped": lambda parts, people: swapped(parts, people, "kem"),
    "two people's identities swapped": lambda parts, people: swapped(parts, people, "identity", "genesis"),
    "two people's certificates swapped": lambda parts, people: swapped(parts, people, "member"),
    "the attacker's public key for another's": lambda parts, people: parts.with_seats(
        replace(parts.seat_of(people.amina), kem=parts.seat_of(people.oren).kem)
    ),
    "a further device for the admin": lambda parts, people: parts.with_seats(new_seat(people.mira)),
    "another admin": lambda parts, people: add_member(parts, people, "admin"),
    "another supervisor": lambda parts, people: add_member(parts, people, "supervisor"),
    "more roles for the attacker": give_roles,
    "somebody ended": lambda parts, people: end(parts, people.amina),
    "another recovery key": lambda parts, people: replace(
        parts, head=replace(parts.head, recovery=KemPrivate.from_seed(make_kem_seed()).public)
    ),
    "another root": lambda parts, people: replace(
        parts, head=replace(parts.head, new_root=public_key(make_signing_seed()))
    ),
    "a suite that nobody chose": lambda parts, people: replace(parts, head=replace(parts.head, suites=(2,))),
    "the rights of before": lambda parts, people: replace(parts, head=replace(parts.head, rights=1)),
    "a number left out": lambda parts, people: replace(parts, head=replace(parts.head, number=parts.head.number + 1)),
    "a beginning of its own": lambda parts, people: replace(parts, head=replace(parts.head, number=0, prev=())),
    "a fork that admits an admin": lambda parts, people: add_member(
        replace(parts, head=replace(parts.head, number=parts.head.number - 1, prev=parts.before)), people, "admin"
    ),
}


@pytest.fixture(scope="module")
def _office(short_template: Filled, tmp_path_factory: pytest.TempPathFactory) -> tuple[Filled, People]:
    place = short_template.place.copied_to(tmp_path_factory.mktemp("rosters"))
    with place.open() as owner:
        mira = owner.member
        oren = admit(owner)
        amina = admit(owner, name="Amina Raskolda", passphrase=b"seven tin drums", roles=CASEWORKER)
        joel = admit(owner, name="Joel Brandvik", passphrase=b"six grey geese", roles=CASEWORKER)
    return replace(short_template, place=place), People(mira, oren, amina, joel)


@pytest.fixture
def office(_office: tuple[Filled, People], tmp_path: Path) -> tuple[Filled, People]:
    filled, people = _office
    return replace(filled, place=filled.place.copied_to(tmp_path / "rosters")), people


def signatures(session: Session, roster: Roster, newest: Roster) -> Sequence[Roster]:
    """Return the roster as it is, with the true ones' signatures, with one's own, and with one's own twice over."""
    public, own = session.sign(ROSTER_PURPOSE, roster.root)
    alone = roster.signed(public, own)
    return (
        roster,
        Roster(roster.entries, newest.signatures),
        alone,
        Roster(roster.entries, (*alone.signatures, *newest.signatures)),
        Roster(roster.entries, (*alone.signatures, *alone.signatures)),
    )


def test_no_roster_of_one_supervisor_changes_who_is_in(office: tuple[Filled, People]) -> None:
    filled, people = office
    with people.oren.open(filled.place) as session:
        effective, newest = session.directory.effective, session.directory.chain.accepted[-1]
        for name, forge in FORGED.items():
            for roster in signatures(session, forge(Parts.following(newest), people).made(), newest):
                write(session, roster)
            assert session.directory.effective == effective, name
    with filled.open() as owner:
        assert owner.directory.effective == effective
        notes.add(owner, filled.cases[0], Note(NoteKind.CONTACT, "work goes on"))
        assert log_checking.verify(owner).verified
        owner.require_sound_log()
        assert cases.open_case(owner, filled.cases[0]).notes[-1].value.text == "work goes on"


def test_a_device_that_a_supervisor_admits_in_anothers_name_is_told_to_them(office: tuple[Filled, People]) -> None:
    """A supervisor alone may, for whoever lost theirs; and could keep it in their own hands."""
    filled, people = office
    for who in (people.amina, people.joel):
        with who.open(filled.place) as session:
            housekeeping.settle(session)
    with people.oren.open(filled.place) as session:
        forged = new_seat(people.amina.member)
        roster = Parts.following(session.directory.chain.accepted[-1]).with_seats(forged).made()
        write(session, roster.signed(*session.sign(ROSTER_PURPOSE, roster.root)))
        assert forged.seat in session.directory.effective.certificates
    with people.amina.open(filled.place) as session:
        assert any(forged.seat.hex()[:8] in line and "in your name" in line for line in in_english(session.warnings))
    with people.amina.open(filled.place):
        pass  # once more: the first session could have been cut off before it told
    for who in (people.amina, people.joel):
        with who.open(filled.place) as session:
            assert not any("in your name" in line for line in in_english(session.warnings))


def write(session: Session, roster: Roster) -> None:
    home = session.directory.compartment
    with session.work(home) as work:
        work.write(home, RecordId(ROSTER_RECORD), "roster", roster.fields())
        work.commit(Entry(act="roster.change"))
    refresh(session)


# An admin who was ended writes into the vault file: rosters of their own, at places in the logs of those still in.
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
def office_of_helpers(short: Filled) -> Office:
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
    office_of_helpers: Office, *, back: int, names: bool
) -> None:
    kept, chain = office_of_helpers.kept, office_of_helpers.chain
    before = check_chain(
        chain.accepted[: len(chain.accepted) + 1 - back], chain_root(office_of_helpers), is_signed_raw
    ).effective
    assert before is not None
    rival = kept.rival(before, office_of_helpers.helpers[0].seat)
    with office_of_helpers.place.open() as owner:
        effective = owner.directory.effective
        assert kept.own not in effective.certificates
        with owner.database.transaction() as rows:
            kept.plant(rows, rival, owner.log.origin, 0)
            if names:
                name_early(rows, owner.log.origin, rival)
    with office_of_helpers.place.open() as owner:
        assert owner.directory.effective == effective
        assert {one.seat for one in office_of_helpers.helpers} <= owner.directory.effective.certificates.keys()


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


# A patched program names an older list of members than its log named before, or one that nobody has.
# By such a list an auditor was not yet in, and the founder was alone. What a log named once, it goes on from.
@dataclass(frozen=True)
class Two:
    """A caseworker whose program is patched, and an auditor who came after them."""

    caseworker: Colleague
    auditor: Colleague


@pytest.fixture
def two(short: Filled) -> Two:
    with short.open() as session:
        caseworker = admit(session, roles={Role.CASEWORKER})
        auditor = admit(session, name="Ilse Varga", roles={Role.AUDITOR}, by_root=True)
    with caseworker.open(short.place) as session:
        cases.list_all(session)
    return Two(caseworker, auditor)


def roster_of(session: Session, number: int) -> Roster:
    return next(one for one in session.directory.chain.accepted if one.head.number == number)


def hide(session: Session) -> None:
    """Seal what follows to recovery alone."""
    session.log.auditors = [one for one in session.log.auditors if one.seat == RECOVERY_SEAT]
    session.log.period_is_over = True


def act(session: Session, entry: Entry) -> int:
    with session.work() as work:
        return work.commit(entry).seq


@pytest.mark.long
def test_an_older_list_hides_nothing_from_an_auditor_who_came_after_it(short: Filled, two: Two) -> None:
    with two.auditor.open(short.place) as auditor:
        assert log_checking.verify(auditor).verified
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = roster_of(patched, 1).root
        hide(patched)
        origin, first = patched.log.origin, patched.log.size
        act(patched, Entry(act="case.list"))
        act(patched, Entry(act="case.list"))
    with two.auditor.open(short.place) as auditor:
        found = log_checking.verify(auditor)
    assert ("older-roster", origin, first) in {(one.code, one.origin, one.seq) for one in found.faults}
    assert any("entries that you should be able to read cannot be opened" in str(one.message) for one in found.faults)


def test_whoever_verifies_hears_whose_entry_goes_back_and_the_command_ends_in_6(
    short: Filled, two: Two, tmp_path: Path
) -> None:
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = roster_of(patched, 1).root
        seq = act(patched, Entry(act="case.list"))
    answer = Desk.of(short.place, tmp_path).run("log", "verify")
    assert answer.code == 6
    assert f"[older-roster] log of {NAME}, entry {seq}: " in answer.out
    assert "it names an older list of members than an entry before it" in answer.out


def test_a_list_that_nobody_has_is_told_and_waits(short: Filled, two: Two, tmp_path: Path) -> None:
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = secrets.token_bytes(32)
        seq = act(patched, Entry(act="case.list"))
    answer = Desk.of(short.place, tmp_path).run("log", "verify")
    assert answer.code == 0
    words = f"1 entry names a list of members that is not here or not valid ({NAME}, entries {seq} to {seq})."
    assert words in " ".join(answer.out.split())


def test_a_list_that_nobody_has_hides_nothing_either(short: Filled, two: Two) -> None:
    with two.caseworker.open(short.place) as patched:
        patched.log.roster = secrets.token_bytes(32)
        hide(patched)
        act(patched, Entry(act="case.list"))
    with two.auditor.open(short.place) as auditor:
        found = log_checking.verify(auditor)
    assert not found.verified
    assert any("that you should be able to read cannot be opened" in str(one.message) for one in found.faults)


def test_a_log_begun_anew_by_an_older_list_hides_nothing_either(short: Filled, two: Two) -> None:
    with two.caseworker.open(short.place) as patched:
        log = patched.log
        hide(patched)
        patched.log = begin(
            database=log.database,
            place=log.place,
            identity_seed=patched._secrets.identity_seed,
            roster=roster_of(patched, 1).root,
            auditors=log.auditors,
            keyring=log.keyring,
            predecessor=Predecessor(log.origin, log.size, log.frontier.root()),
        )
        act(patched, Entry(act="log.genesis"))
        act(patched, Entry(act="case.list"))
        origin = patched.log.origin
    with two.auditor.open(short.place) as auditor:
        found = log_checking.verify(auditor)
    assert ("payload-key", origin) in {(one.code, one.origin) for one in found.faults}


def test_an_act_is_not_alone_by_an_older_list(short: Filled, two: Two) -> None:
    del two
    with short.open() as patched:
        patched.log.roster = roster_of(patched, 0).root
        seq = act(patched, Entry(act="export.begin", out="ok:alone", obj=bytes(16), dig=bytes(32)))
        found = log_checking.verify(patched)
    assert {(one.code, one.seq) for one in found.faults} >= {("older-roster", seq)}
    assert any("export.begin without the approval of a second person" in str(one.message) for one in found.faults)
