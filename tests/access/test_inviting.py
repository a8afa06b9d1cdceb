"""Invitations of a seat and their answers, from rows of invented seats: what is kept, and which request is refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

import msgspec
import pytest

from vault.access.directory import Directory
from vault.access.inviting import Answer, make_invitation, open_answer, require_words
from vault.errors import MalformedError, RefusedError, VaultError, VerificationError
from vault.ids import CompartmentId, SeatId, VaultId
from vault.log.genesis import GENESIS_PURPOSE, Genesis
from vault.log.roster import Roster, RosterChain, make_roster
from vault.log.roster_entries import Certificate, MemberEntry, RosterHead
from vault.log.roster_rules import Standing
from vault.records.seatlog import SealedPlace
from vault.seal.joining import Invitation, Request, joining_words, seal_request
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key, sign
from vault.store.rowtypes import LocalRow

if TYPE_CHECKING:
    from vault.access.session import Session

VAULT, SEAT = VaultId(b"v" * 16), SeatId(b"s" * 16)
MEMBER, LEFT, NEW, NEW_SEAT = b"m" * 16, b"l" * 16, b"n" * 16, b"t" * 16
KEM, NEW_KEM = (KemPrivate.from_seed(bytes([n]) * 96) for n in (1, 2))
IDENTITY_SEED = b"i" * 32
NOW = 1_700_000_000_000


def certificate(seat: bytes, member: bytes = MEMBER, **keys: bytes) -> Certificate:
    own = {"kem": seat * 76, "identity": seat * 2, "genesis": seat[::-1] * 2}
    return Certificate(seat, member, **{**own, **keys})


def roster(number: int, members: set[bytes], *certificates: Certificate) -> Roster:
    """Return a roster of which nobody asks here who signed it."""
    head = RosterHead(VAULT, number, (bytes(32),) * bool(number), bytes(1216), 2, (1,))
    return make_roster(head, [MemberEntry(one, frozenset()) for one in members], certificates, random=bytes)


def directory_of(*rosters: Roster) -> Directory:
    newest = rosters[-1]
    standing = Standing(newest.head, (newest.root,), b"r" * 32, newest.members, newest.certificates, (), False)
    return Directory(CompartmentId(b"d" * 16), RosterChain(rosters, standing, (), {}), standing)


OLD = roster(0, {MEMBER, LEFT}, certificate(SEAT), certificate(b"e" * 16, LEFT))
NOW_IN = roster(1, {MEMBER}, certificate(SEAT))


@dataclass
class Inviter:
    """A seat and its one local row; stands for `Session`, its log, its database and `Rows`."""

    directory: Directory = field(default_factory=lambda: directory_of(OLD, NOW_IN))
    row: LocalRow | None = None
    writes: int = 0
    vault: VaultId = VAULT
    seat: SeatId = SEAT
    root_public: bytes = b"R" * 32
    kem_private: KemPrivate = KEM
    place: SealedPlace = field(default_factory=lambda: SealedPlace(VAULT, SEAT, b"k" * 32))

    def invite(self, **about: Any) -> Invitation:
        said = {"roles": ["intake"]} | about
        return make_invitation(cast("Session", self), by="Mira Halvorsen", **said)

    def invite_device(self) -> Invitation:
        return make_invitation(cast("Session", self), by="Mira Halvorsen", member=MEMBER, name="Mira Halvorsen")

    def open(self, invitation: Invitation, request: Request) -> Answer:
        return open_answer(cast("Session", self), seal_request(invitation, request))

    def stored(self) -> list[Any]:
        assert self.row is not None
        listed = msgspec.msgpack.decode(self.place.open_row(self.row))
        assert isinstance(listed, list)
        return listed

    def store(self, content: bytes) -> None:
        self.row = self.place.seal_row(Purpose.INVITED, content)

    # ---- as the parts of a session

    @property
    def log(self) -> Inviter:
        return self

    @property
    def database(self) -> Inviter:
        return self

    def now_ms(self) -> int:
        return NOW

    @contextmanager
    def reading(self) -> Iterator[Inviter]:
        yield self

    @contextmanager
    def transaction(self) -> Iterator[Inviter]:
        self.writes += 1
        yield self

    def local(self, seat: bytes, purpose: Purpose) -> LocalRow | None:
        assert (seat, purpose) == (SEAT, Purpose.INVITED)
        return self.row

    def put_local(self, row: LocalRow) -> None:
        assert (row.seat, row.purpose, row.number) == (SEAT, Purpose.INVITED, 0)
        self.row = row


@pytest.fixture
def inviter() -> Inviter:
    return Inviter()


def first_log(seat: bytes = NEW_SEAT, *, vault: bytes = VAULT, seed: bytes = IDENTITY_SEED, **before: Any) -> bytes:
    genesis = Genesis(vault, seat, public_key(seed), b"1" * 32, b"n" * 16, **before)
    return genesis.encode(sign(seed, GENESIS_PURPOSE, genesis.unsigned()))


def request_for(invitation: Invitation, **other: Any) -> Request:
    """Return what an honest new seat would ask, or something else."""
    honest: dict[str, Any] = {
        "invitation": invitation.digest(),
        "seat": NEW_SEAT,
        "member": invitation.member or NEW,
        "name": invitation.name or "Oren Sabaluk",
        "kem": NEW_KEM.public,
        "identity": public_key(IDENTITY_SEED),
        "genesis": first_log(),
    }
    return Request(**{**honest, **other})


# ---- what is made and kept


def test_an_invitation_says_who_invites_into_which_vault_and_as_what(inviter: Inviter) -> None:
    made = inviter.invite(roles=["supervisor", "intake"], days=30)
    said = Invitation(
        vault=VAULT,
        root=b"R" * 32,
        roster=NOW_IN.root,
        nonce=made.nonce,
        roles=("intake", "supervisor"),
        by="Mira Halvorsen",
        seat=SEAT,
        kem=KEM.public,
        days=30,
    )
    assert made == said
    assert inviter.invite().nonce != made.nonce


def test_an_invitation_of_a_device_names_whose_it_is_and_ends_never(inviter: Inviter) -> None:
    made = inviter.invite_device()
    assert (made.roles, made.member, made.name, made.days) == ((), MEMBER, "Mira Halvorsen", 0)


def test_what_is_kept_of_an_invitation_is_its_file_when_it_was_made_and_no_request_yet(inviter: Inviter) -> None:
    made = inviter.invite()
    assert inviter.stored() == [{"invitation": made.encode(), "request": b"", "made_ms": NOW}]
    request = request_for(made)
    inviter.open(made, request)
    assert inviter.stored() == [{"invitation": made.encode(), "request": request.digest(), "made_ms": NOW}]


def test_the_newest_32_invitations_are_kept(inviter: Inviter) -> None:
    made = [inviter.invite() for _ in range(33)]
    assert [one["invitation"] for one in inviter.stored()] == [one.encode() for one in made[1:]]
    assert inviter.open(made[1], request_for(made[1])).invitation == made[1]
    with pytest.raises(RefusedError, match="answers no invitation of this device"):
        inviter.open(made[0], request_for(made[0]))


def test_an_invitation_that_is_answered_at_once_is_not_kept(inviter: Inviter) -> None:
    made = inviter.invite(is_kept=False)
    assert inviter.row is None
    with pytest.raises(RefusedError, match="answers no invitation of this device"):
        inviter.open(made, request_for(made))


# ---- what is read of it


def test_of_an_altered_row_nothing_is_believed_and_new_invitations_go_on(inviter: Inviter) -> None:
    before = inviter.invite()
    assert inviter.row is not None
    inviter.row = inviter.row._replace(blob=bytes(len(inviter.row.blob)))
    with pytest.raises(RefusedError, match="answers no invitation of this device"):
        inviter.open(before, request_for(before))
    after = inviter.invite()
    assert [one["invitation"] for one in inviter.stored()] == [after.encode()]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"\xc1", id="no MessagePack"),
        pytest.param(b"\x91\xa1\xff", id="no UTF-8"),
        pytest.param(msgspec.msgpack.encode([{"invitation": b"", "request": b""}]), id="a part is missing"),
        pytest.param(msgspec.msgpack.encode([{"invitation": b"", "request": b"", "made_ms": 1, "x": 1}]), id="more"),
    ],
)
def test_a_row_of_the_seats_own_that_holds_no_invitations_is_an_error(inviter: Inviter, content: bytes) -> None:
    inviter.store(content)
    with pytest.raises(MalformedError, match="the row of invitations cannot be read"):
        inviter.invite()


# ---- which request answers


def test_a_request_is_opened_with_its_invitation_and_the_words_of_both(inviter: Inviter) -> None:
    inviter.invite()
    made = inviter.invite()
    inviter.invite()
    request = request_for(made)
    assert inviter.open(made, request) == Answer(made, request, joining_words(b"R" * 32, request, NOW_IN.root))


def test_an_invitation_is_bound_to_its_first_request_and_the_others_stay_free(inviter: Inviter) -> None:
    one, other = inviter.invite(), inviter.invite()
    first = request_for(one)
    inviter.open(one, first)
    writes = inviter.writes
    assert inviter.open(one, first).request == first
    assert inviter.writes == writes
    with pytest.raises(RefusedError, match="answered by another request before"):
        inviter.open(one, request_for(one, name="Somebody Else"))
    assert inviter.open(other, request_for(other)).invitation == other


def test_a_request_that_is_refused_binds_nothing(inviter: Inviter) -> None:
    made = inviter.invite()
    with pytest.raises(VerificationError, match="not the first one of its own seat"):
        inviter.open(made, request_for(made, genesis=first_log(b"x" * 16)))
    assert inviter.open(made, request_for(made)).invitation == made


def altered(genesis: bytes) -> bytes:
    return genesis[:-1] + bytes((genesis[-1] ^ 1,))


GOES_ON: dict[str, Any] = {"predecessor": b"p" * 32, "predecessor_size": 1, "predecessor_root": b"q" * 32}
NOT_FIRST = "the log of this request is not the first one of its own seat"
BEFORE = "this request was admitted before"
FOR_A_NEW_MEMBER: list[object] = [
    pytest.param({"genesis": altered(first_log())}, VerificationError, "does not hold", id="a log nobody signed"),
    pytest.param({"genesis": first_log(vault=b"w" * 16)}, VerificationError, NOT_FIRST, id="of another vault"),
    pytest.param({"genesis": first_log(b"x" * 16)}, VerificationError, NOT_FIRST, id="of another seat"),
    pytest.param({"genesis": first_log(seed=b"j" * 32)}, VerificationError, NOT_FIRST, id="of another identity"),
    pytest.param({"genesis": first_log(**GOES_ON)}, VerificationError, NOT_FIRST, id="that goes on from another"),
    pytest.param({"seat": SEAT, "genesis": first_log(SEAT)}, RefusedError, BEFORE, id="a seat that is in"),
    pytest.param({"seat": b"e" * 16, "genesis": first_log(b"e" * 16)}, RefusedError, BEFORE, id="one that was"),
    pytest.param({"kem": SEAT * 76}, RefusedError, BEFORE, id="the key of a seat that is in"),
    pytest.param({"member": MEMBER}, RefusedError, BEFORE, id="a member who is in"),
    pytest.param({"member": LEFT}, RefusedError, BEFORE, id="a member who was"),
]


@pytest.mark.parametrize(("other", "error", "words"), FOR_A_NEW_MEMBER)
def test_a_request_of_a_false_log_or_of_somebody_known_is_refused(
    inviter: Inviter, other: dict[str, Any], error: type[VaultError], words: str
) -> None:
    made = inviter.invite()
    with pytest.raises(error, match=words):
        inviter.open(made, request_for(made, **other))


def test_an_identity_key_that_was_certified_before_is_not_certified_again() -> None:
    known = certificate(b"e" * 16, LEFT, identity=public_key(IDENTITY_SEED))
    inviter = Inviter(directory_of(roster(0, {MEMBER, LEFT}, certificate(SEAT), known), NOW_IN))
    made = inviter.invite()
    with pytest.raises(RefusedError, match=BEFORE):
        inviter.open(made, request_for(made))


@pytest.mark.parametrize("other", [{"member": LEFT}, {"name": "Oren Sabaluk"}])
def test_a_device_is_asked_for_by_the_member_that_it_is_for(inviter: Inviter, other: dict[str, Any]) -> None:
    made = inviter.invite_device()
    assert inviter.open(made, request_for(made)).request.member == MEMBER
    with pytest.raises(VerificationError, match="the request names another member than its invitation"):
        inviter.open(made, request_for(made, **other))


def test_a_device_of_somebody_who_left_is_refused(inviter: Inviter) -> None:
    made = inviter.invite_device()
    inviter.directory = directory_of(OLD, NOW_IN, roster(2, {LEFT}))
    with pytest.raises(RefusedError, match="the member whose device this is has left"):
        inviter.open(made, request_for(made))


def test_a_seat_that_was_a_members_before_is_no_further_device(inviter: Inviter) -> None:
    made = inviter.invite_device()
    with pytest.raises(RefusedError, match=BEFORE):
        inviter.open(made, request_for(made, seat=SEAT, genesis=first_log(SEAT)))


def test_an_invitation_of_a_roster_that_does_not_count_any_more_is_refused(inviter: Inviter) -> None:
    made = inviter.invite()
    inviter.directory = directory_of(OLD)
    with pytest.raises(RefusedError, match="the invitation is of a roster that does not count any more"):
        inviter.open(made, request_for(made))


def test_an_invitation_of_an_earlier_roster_holds(inviter: Inviter) -> None:
    made = inviter.invite()
    inviter.directory = directory_of(OLD, NOW_IN, roster(2, {MEMBER}, certificate(SEAT)))
    request = request_for(made)
    assert inviter.open(made, request).words == joining_words(b"R" * 32, request, NOW_IN.root)


def answer(inviter: Inviter) -> Answer:
    made = inviter.invite()
    return inviter.open(made, request_for(made))


def test_the_words_agree_however_they_were_typed(inviter: Inviter) -> None:
    answered = answer(inviter)
    require_words(answered, answered.words)
    require_words(answered, ["", *(f" {word.upper()} " for word in answered.words), "  "])


@pytest.mark.parametrize("cut", [slice(0), slice(12), slice(1, 13), slice(None, None, -1)])
def test_other_words_than_all_13_in_order_are_refused(inviter: Inviter, cut: slice) -> None:
    answered = answer(inviter)
    assert len(answered.words) == 13
    with pytest.raises(VerificationError, match="the 13 words are not those of this request"):
        require_words(answered, answered.words[cut])


def test_a_request_for_another_seat_or_vault_than_the_inviters_does_not_open(inviter: Inviter) -> None:
    made = inviter.invite()
    for other in (replace(made, seat=NEW_SEAT), replace(made, vault=b"w" * 16)):
        with pytest.raises(VerificationError, match="sealed to another seat"):
            inviter.open(other, request_for(made))
