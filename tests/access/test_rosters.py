"""The next roster: what it says, whose logs it cuts, and what is refused."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from tests.access.power import cut_at_commit
from tests.access.test_proving import prover, store
from tests.access.told import NOTHING, is_told, told_by
from tests.log.writer import SEAT, Writer
from tests.log.writer import VAULT as LOG_VAULT
from tests.services.colleague import PASSPHRASE, Colleague, admit
from tests.services.founded import Place
from vault.access.membership.inviting import make_invitation
from vault.access.membership.next_roster import (
    Change,
    missing_signatures,
    next_roster,
    propose,
    require_signed,
    sign_by_root,
    sign_roster,
    signers_in,
    sizes_of_logs,
)
from vault.access.membership.pending_seat import HereSeat, join_here
from vault.access.membership.roster_commit import commit_roster, settle, shared_compartments
from vault.access.membership.roster_proposals import Proposal, open_proposal, seal_proposal
from vault.access.seat_keys.rekeying import slots_here
from vault.access.seat_keys.root_secret import forget_secret, kept_secret
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.casework.organisation_records import Member
from vault.errors import BrokenSealError, MalformedError, RefusedError, VerificationError
from vault.ids import ZERO_ID, CompartmentId, CompartmentKind, EpochId, MemberId, Origin, SeatId
from vault.log.epoch_notice import EpochNotice
from vault.log.genesis import GENESIS_PURPOSE, Genesis, origin_of, signed_message
from vault.log.roster import ROSTER_PURPOSE, Roster, make_roster
from vault.log.roster_entries import Certificate, MemberEntry, RosterHead
from vault.log.roster_rules import EffectiveRoster
from vault.policy.roles import Role
from vault.records.work import Entry
from vault.seal.envelope import SUITE, LocalContext, open_sealed, seal
from vault.seal.keyring import derive_proposal_key
from vault.seal.purposes import Purpose
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key, sign
from vault.services.cases import cases
from vault.services.evidence import logbook
from vault.store import tables
from vault.store.rowtypes import EpochRow
from vault.store.schema import open_in_memory

VAULT = b"v" * 16
SECRET = b"s" * 32
ROOT = derive_root_seed(SECRET)
MIRA, OREN, ADA, NEW = (MemberId(bytes([n]) * 16) for n in (1, 2, 3, 9))
# Seat n is of the member n % 10; Mira has two.
MIRAS, MIRAS_SECOND, ORENS, ADAS, NEWS = (SeatId(bytes([n]) * 16) for n in (11, 21, 12, 13, 19))
SEATS = {MIRAS: MIRA, MIRAS_SECOND: MIRA, ORENS: OREN, ADAS: ADA, NEWS: NEW}


def seed_of(seat: SeatId) -> bytes:
    return seat * 2


def certificate_of(seat: SeatId, kem: bytes = b"k") -> Certificate:
    return Certificate(seat, SEATS[seat], kem * 1216, public_key(seed_of(seat)), b"g" + seat + bytes(15))


HEAD = RosterHead(VAULT, 7, (b"o" * 32,), b"r" * 1216, 2, (1,), new_root=b"n" * 32, helpers_by_supervisor=True)
# In no order: a roster has one of its own.
STANDING = EffectiveRoster(
    head=HEAD,
    tips=(b"t" * 32, b"u" * 32),
    root_public=public_key(ROOT),
    members={OREN: frozenset({"admin", "auditor"}), ADA: frozenset({"caseworker"}), MIRA: frozenset({"admin"})},
    certificates={seat: certificate_of(seat) for seat in (ADAS, MIRAS_SECOND, ORENS, MIRAS)},
    cutoffs=(),
    root_must_sign=False,
)


def sizes(seat: SeatId) -> Mapping[Origin, int]:
    return {Origin(certificate_of(seat).genesis): seat[0]}


def following(change: Change, effective: EffectiveRoster = STANDING) -> Roster:
    return next_roster(effective, change, sizes, random=bytes)


# ---- what it says


def test_where_nothing_changes_the_next_roster_says_the_same_in_the_order_of_ids() -> None:
    assert following(Change()) == make_roster(
        replace(HEAD, number=8, prev=(b"t" * 32, b"u" * 32), new_root=None),
        [MemberEntry(one, STANDING.members[one]) for one in (MIRA, OREN, ADA)],
        [certificate_of(seat) for seat in (MIRAS, ORENS, ADAS, MIRAS_SECOND)],
        random=bytes,
    )


def test_each_entry_has_random_bytes_of_its_own() -> None:
    roster = next_roster(STANDING, Change(), sizes)
    assert len({entry[:16] for entry in roster.entries}) == len(roster.entries)


def test_what_is_named_of_the_vault_changes_and_nothing_else() -> None:
    before, off = following(Change()), replace(STANDING, head=replace(HEAD, helpers_by_supervisor=False))
    for change, said in (
        (Change(new_root=b"m" * 32), {"new_root": b"m" * 32}),
        (Change(recovery=b"q" * 1216), {"recovery": b"q" * 1216}),
        (Change(rights=3), {"rights": 3}),
        (Change(helpers_by_supervisor=False), {"helpers_by_supervisor": False}),
        (Change(helpers_by_supervisor=True), {}),
    ):
        after = following(change)
        assert after.head == replace(before.head, **said)
        assert after.entries[1:] == before.entries[1:]
    assert following(Change(helpers_by_supervisor=True), off).head.helpers_by_supervisor
    assert not following(Change(), off).head.helpers_by_supervisor


ALL = {seat: certificate_of(SeatId(seat)) for seat in STANDING.certificates}
MIRAS_BOTH = {MIRAS: None, MIRAS_SECOND: None}
GONE = {**MIRAS_BOTH, ORENS: None, ADAS: None}
RENEWED = certificate_of(ADAS, b"l")
# What changes, and what differs then: roles of members, certificates of seats, whose logs are cut.
CHANGES: list[tuple[Change, dict[Any, Any], dict[Any, Any], list[SeatId]]] = [
    (Change(roles={NEW: frozenset({Role.FIELD})}), {NEW: {"field"}}, {}, []),
    (
        Change(roles={NEW: frozenset()}, certificates=(certificate_of(NEWS),)),
        {NEW: set()},
        {NEWS: certificate_of(NEWS)},
        [],
    ),
    (Change(roles={ADA: frozenset({Role.CASEWORKER, Role.INTAKE})}), {ADA: {"caseworker", "intake"}}, {}, []),
    (Change(roles={ADA: frozenset({Role.CASEWORKER})}), {}, {}, []),
    (Change(roles={OREN: frozenset({Role.ADMIN})}), {OREN: {"admin"}}, {}, [ORENS]),
    (Change(roles={MIRA: frozenset({Role.AUDITOR})}), {MIRA: {"auditor"}}, {}, [MIRAS, MIRAS_SECOND]),
    (Change(certificates=(RENEWED,)), {}, {ADAS: RENEWED}, []),
    (Change(ended=frozenset({MIRAS_SECOND})), {}, {MIRAS_SECOND: None}, [MIRAS_SECOND]),
    (Change(ended=frozenset(MIRAS_BOTH)), {}, MIRAS_BOTH, [MIRAS, MIRAS_SECOND]),
    (Change(leaving=frozenset({MIRA})), {MIRA: None}, MIRAS_BOTH, [MIRAS, MIRAS_SECOND]),
    (
        Change(leaving=frozenset({MIRA, OREN}), ended=frozenset({ADAS})),
        {MIRA: None, OREN: None},
        GONE,
        [MIRAS, ORENS, ADAS, MIRAS_SECOND],
    ),
    (
        Change(leaving=frozenset({MIRA, OREN, ADA}), roles={NEW: frozenset({Role.ADMIN})}),
        {MIRA: None, OREN: None, ADA: None, NEW: {"admin"}},
        GONE,
        [MIRAS, ORENS, ADAS, MIRAS_SECOND],
    ),
]


def test_a_change_is_all_that_differs_and_who_loses_something_is_cut() -> None:
    wrong = []
    for change, members, certificates, cutoff in CHANGES:
        roster = following(change)
        named = {one: frozenset(roles) for one, roles in {**STANDING.members, **members}.items() if roles is not None}
        certified = {seat: one for seat, one in (ALL | certificates).items() if one is not None}
        expected = (named, certified, {seat: sizes(seat) for seat in cutoff}, cutoff)
        if (roster.members, roster.certificates, roster.endings, [*roster.endings]) != expected:
            wrong.append(change)
    assert wrong == []


def test_a_change_of_what_is_not_there_is_refused() -> None:
    for change, words in (
        (Change(ended=frozenset({MIRAS, NEWS})), f"device {NEWS.hex()} is not in the newest list of members"),
        (Change(leaving=frozenset({MIRA, NEW})), f"member {NEW.hex()} is not in the newest list of members"),
        (Change(leaving=frozenset({MIRA, OREN, ADA})), "the last member cannot leave"),
    ):
        assert told_by(following, change) == (RefusedError, words)


# ---- how much of a log counts


def test_each_log_of_a_seat_counts_as_far_as_it_is_proven_and_none_that_only_claims_to_be_its() -> None:
    first = Writer().write(5)
    further, foreign = Writer(predecessor=(first.origin, 5, first.frontier.root())).write(6), Writer("b").write(7)
    claimed = Genesis(LOG_VAULT, b"other" * 3 + b"!", first.key("identity").public, b"k" * 32, b"n" * 16)
    signature = first.key("identity").sign(signed_message(GENESIS_PURPOSE, claimed.unsigned()))
    own = Certificate(SEAT, MIRA, b"k" * 1216, first.key("identity").public, first.origin)
    for here, counts in (
        ((first, further, foreign), {first.origin: 5, further.origin: 6}),
        ((further,), {first.origin: 0, further.origin: 6}),
        ((), {first.origin: 0}),
    ):
        with open_in_memory().transaction() as rows:
            rows.add_genesis(origin_of(claimed.encode(signature)), claimed.encode(signature))
            for log in here:
                store(rows, log)
            assert sizes_of_logs(rows, prover(), own) == counts


# ---- who signs


ADMITTING = following(Change(roles={NEW: frozenset({Role.FIELD})}))
NOT_FOLLOWING = next_roster(replace(STANDING, head=replace(HEAD, number=8)), Change(), sizes)
DOES_NOT_FOLLOW = "roster 9 does not follow number 7"


def signed_by(roster: Roster, *seats: SeatId) -> Roster:
    for seat in seats:
        roster = roster.signed(public_key(seed_of(seat)), sign(seed_of(seat), ROSTER_PURPOSE, roster.root))
    return roster


def test_what_is_proposed_is_signed_once_by_who_proposes_it_and_cuts_others_where_they_are(founded: Place) -> None:
    with founded.open() as session:
        oren = admit(session)
    with oren.open(founded) as theirs:
        size, origin = theirs.log.size, theirs.log.origin
    with founded.open() as session:
        roster, effective = propose(session, Change(ended=frozenset({oren.seat}))), session.directory.effective
        assert roster.endings == {oren.seat: {origin: size}}
        assert signers_in(effective, roster) == {session.member}
        assert sign_roster(session, roster) == roster
        by_root = sign_by_root(session, roster)
        assert by_root.signatures[: len(roster.signatures)] == roster.signatures
        assert by_root.signatures[-1][0] == effective.root_public
        later = next_roster(replace(effective, head=replace(effective.head, number=9)), Change(), lambda _: {})
        for signing in (sign_roster, sign_by_root):
            with pytest.raises(VerificationError, match="roster 10 does not follow number 1"):
                signing(session, later)
        forget_secret(session)
        with pytest.raises(RefusedError, match="the root secret is not in this vault"):
            sign_by_root(session, roster)


def test_a_roster_says_who_signed_and_counts_once_all_have_who_must() -> None:
    any_of = "a supervisor alone, two admins, or one admin and two others (supervisor or caseworker)"
    one_more = "a second admin, or two others (supervisor or caseworker)"
    for seats, missing, members in (
        ((), any_of, set()),
        ((ADAS,), any_of, {ADA}),
        ((MIRAS, MIRAS_SECOND), one_more, {MIRA}),
        ((MIRAS, ORENS), None, {MIRA, OREN}),
    ):
        # A signature of a key that nobody knows says nothing.
        roster = signed_by(ADMITTING, *seats).signed(b"?" * 32, b"?" * 64)
        lacking = missing_signatures(STANDING, roster)
        assert (None if lacking is None else str(lacking)) == missing
        assert signers_in(STANDING, roster) == members
        told = NOTHING if missing is None else (RefusedError, f"list of members 8 needs more signatures: {missing}")
        assert told_by(require_signed, STANDING, roster) == told
    by_root = ADMITTING.signed(public_key(ROOT), sign(ROOT, ROSTER_PURPOSE, ADMITTING.root))
    assert missing_signatures(STANDING, by_root) is None


def test_a_false_signature_of_somebody_known_and_what_does_not_follow_is_refused_whoever_signed() -> None:
    false = ADMITTING.signed(public_key(seed_of(MIRAS)), b"?" * 64)
    by_root = NOT_FOLLOWING.signed(public_key(ROOT), sign(ROOT, ROSTER_PURPOSE, NOT_FOLLOWING.root))
    judges: list[Callable[[EffectiveRoster, Roster], object]] = [missing_signatures, require_signed, signers_in]
    for judge in judges:
        with pytest.raises(VerificationError, match="a signature of the roster does not hold"):
            judge(STANDING, false)
    for judge in judges[:2]:
        with pytest.raises(VerificationError, match=DOES_NOT_FOLLOW):
            judge(STANDING, by_root)


# A roster on its way: what its file holds, byte for byte, and which files are none.
NEW_PROPOSAL = MemberId(b"\x07" * 16)
MIB = 1 << 20


def admitting(session: Session) -> Roster:
    """Return a roster that admits NEW, who has no seat yet."""
    return propose(session, Change(roles={NEW_PROPOSAL: frozenset()}))


def written(session: Session, content: object, number: int, compartment: bytes | None = None) -> bytes:
    """Return the file of FORMAT.md 7 with this content, whatever it is, under the newest key of the directory."""
    epoch = session.keyring.epochs_of(compartment or session.directory.compartment)[-1]
    key = derive_proposal_key(session.keyring.get(epoch) or b"")
    encoded = content if isinstance(content, bytes) else msgspec.msgpack.encode(content)
    context = LocalContext(Purpose.PROPOSAL, session.vault, ZERO_ID, number)
    return epoch + number.to_bytes(8, "big") + seal(key, encoded, context)


def content_of(session: Session, file: bytes) -> dict[str, Any]:
    epoch, number = file[:16], int.from_bytes(file[16:24], "big")
    key = derive_proposal_key(session.keyring.get(epoch) or b"")
    content = open_sealed(key, file[24:], LocalContext(Purpose.PROPOSAL, session.vault, ZERO_ID, number))
    decoded: dict[str, Any] = msgspec.msgpack.decode(content)
    return decoded


def test_a_proposal_says_of_new_members_what_the_directory_is_to_say_and_comes_back_the_same(session: Session) -> None:
    roster = admitting(session)
    proposal = Proposal(roster, (Member(NEW_PROPOSAL, "Oren Sabaluk"), Member(session.member, "Mira", 7)))
    file = seal_proposal(session, proposal)
    assert open_proposal(session, file) == proposal
    assert content_of(session, file) == {
        **roster.fields(),
        "members": [
            {"member": NEW_PROPOSAL, "name": "Oren Sabaluk"},
            {"member": session.member, "name": "Mira", "until": 7},
        ],
    }
    again = written(session, content_of(session, file), roster.head.number)
    assert open_proposal(session, again) == proposal


def test_what_was_sealed_and_is_no_proposal_is_refused(session: Session) -> None:
    roster = admitting(session)
    fields = {**roster.fields(), "members": []}
    for content in (
        {**fields, "more": 1},
        {**fields, "members": [{"member": NEW_PROPOSAL, "name": "Oren", "role": 1}]},
        {**fields, "sigs": 1},
        b"\xc1",
        b"\x81\xa1\xff\x01",  # no UTF-8
        b"\x91" * 5000,  # nested deep
        b"\x81\xa7members" + b"\x91" * 5000,
    ):
        with pytest.raises(MalformedError, match="the proposal cannot be read"):
            open_proposal(session, written(session, content, roster.head.number))


def test_a_proposal_names_nobody_beside_those_whom_its_roster_admits(session: Session) -> None:
    for member, name in ((MemberId(b"\x08" * 16), "Oren"), (NEW_PROPOSAL, " ")):
        proposal = Proposal(admitting(session), (Member(member, name),))
        with pytest.raises(MalformedError, match="names somebody whom its list of members does not admit"):
            open_proposal(session, seal_proposal(session, proposal))


OTHER = MemberId(b"\x09" * 16)


def test_a_proposal_calls_each_member_by_a_name_of_their_own(session: Session) -> None:
    roster = propose(session, Change(roles={NEW_PROPOSAL: frozenset(), OTHER: frozenset()}))
    oren = Member(NEW_PROPOSAL, "Oren")
    for also in (Member(NEW_PROPOSAL, "Joel"), Member(OTHER, "OREN")):
        with pytest.raises(MalformedError, match="names a member twice, or gives two members the same name"):
            open_proposal(session, seal_proposal(session, Proposal(roster, (oren, also))))


def test_a_proposal_under_another_number_than_its_rosters_is_refused(session: Session) -> None:
    roster = admitting(session)
    file = written(session, {**roster.fields(), "members": []}, roster.head.number + 1)
    with pytest.raises(BrokenSealError, match="not the proposal that its file names"):
        open_proposal(session, file)


def test_a_file_of_another_size_than_a_proposals_is_none(session: Session) -> None:
    file = seal_proposal(session, Proposal(admitting(session)))
    for size, error, words in (
        (0, MalformedError, "this is not a proposal"),
        (24, MalformedError, "this is not a proposal"),  # its head alone
        (25, BrokenSealError, "seal does not hold"),
        (MIB, BrokenSealError, "seal does not hold"),
        (MIB + 1, MalformedError, "this is not a proposal"),
    ):
        cut = file.ljust(size, b"\0")[:size]
        assert is_told(error, words, open_proposal, session, cut)


def no_keys(session: Session) -> None:
    for epoch in session.keyring.epochs_of(session.directory.compartment):
        session.keyring.drop(epoch)


def no_founding(session: Session) -> None:
    with session.database.transaction() as rows:
        rows.connection.execute(tables.epoch.delete())
    session.learned.states.clear()


@pytest.mark.parametrize("lose", [no_keys, no_founding])
def test_nothing_is_proposed_under_a_key_that_this_seat_does_not_hold(session: Session, lose: Any) -> None:
    proposal = Proposal(admitting(session))
    lose(session)
    with pytest.raises(RefusedError, match="does not hold the directory's key"):
        seal_proposal(session, proposal)


def test_a_proposal_under_a_key_that_this_seat_does_not_hold_says_what_to_take_first(session: Session) -> None:
    file = seal_proposal(session, Proposal(admitting(session)))
    with pytest.raises(RefusedError, match="for another vault, or newer than what this device knows"):
        open_proposal(session, b"\0" * 16 + file[16:])


def test_a_proposal_opens_under_a_key_of_the_directory_alone(session: Session) -> None:
    roster, home = admitting(session), session.directory.compartment
    content = {**roster.fields(), "members": []}
    for compartment in session.keyring.compartments():
        file = written(session, content, roster.head.number, compartment)
        if compartment == home:
            assert open_proposal(session, file) == Proposal(roster)
        else:
            with pytest.raises(RefusedError, match="for another vault, or newer than what this device knows"):
                open_proposal(session, file)


# A roster that counts: what goes with it, what refuses it, and what the organisation shares afterwards.
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
