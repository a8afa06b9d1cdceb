from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from hashlib import sha256

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.log.writer import Key, verify_signature
from tests.tables import each, refused
from vault.errors import MalformedError
from vault.ids import RESERVED_IDS
from vault.log.genesis import signed_message
from vault.log.roster import ROSTER_RECORD, Roster, RosterChain, check_chain, make_roster, not_valid
from vault.log.roster_entries import Certificate, Ending, MemberEntry, RosterHead, decode_entry, encode_entry
from vault.words.message import Message

VAULT = b"v" * 16
ROOT, NEW_ROOT = Key("root"), Key("new root")
SALT = b"s" * 16


def id_of(word: str) -> bytes:
    return sha256(word.encode()).digest()[:16]


def log_of(seat: str) -> bytes:
    return sha256(f"log of {seat}".encode()).digest()


def certificate(seat: str, member: str, kem: bytes = b"k") -> Certificate:
    return Certificate(id_of(seat), id_of(member), kem * 1_216, Key(seat).public, log_of(seat))


@dataclass(frozen=True)
class Draft:
    """A roster in words: member -> roles, seat -> member."""

    members: dict[str, str] = field(default_factory=dict)
    seats: dict[str, str] = field(default_factory=dict)
    number: int = 0
    prev: tuple[bytes, ...] = ()
    ends: dict[str, int] = field(default_factory=dict)
    rights: int = 1
    new_root: bytes | None = None
    helpers: bool = False
    vault: bytes = VAULT

    def roster(self, *signers: str) -> Roster:
        """Return it signed by the root or by seats, by name."""
        head = RosterHead(
            self.vault, self.number, self.prev, b"r" * 1_216, self.rights, (1,), self.new_root, self.helpers
        )
        roster = make_roster(
            head,
            [MemberEntry(id_of(name), frozenset(roles.split())) for name, roles in self.members.items()],
            [certificate(seat, member) for seat, member in self.seats.items()],
            [Ending(id_of(seat), {log_of(seat): size}) for seat, size in self.ends.items()],
            random=lambda size: sha256(repr(self).encode()).digest()[:size],
        )
        for signer in signers:
            roster = roster.signed(Key(signer).public, Key(signer).sign(signed_message("roster", roster.root)))
        return roster

    def after(self, *before: Roster, **changes: object) -> Draft:
        """Return the draft of the next one."""
        number = before[0].head.number + 1
        kept = replace(self, number=number, prev=tuple(roster.root for roster in before), ends={})
        return replace(kept, **changes)  # type: ignore[arg-type]  # the tests name the parts

    def without(self, member: str, *before: Roster, size: int = 5, **changes: object) -> Draft:
        """Return the next draft, with a member and all seats of that member gone."""
        gone = [seat for seat, owner in self.seats.items() if owner == member]
        return self.after(
            *before,
            members={name: roles for name, roles in self.members.items() if name != member},
            seats={seat: owner for seat, owner in self.seats.items() if owner != member},
            ends=dict.fromkeys(gone, size),
            **changes,
        )

    def with_member(self, member: str, roles: str, *before: Roster, **changes: object) -> Draft:
        """Return the next draft, with one member and seat more."""
        return self.after(
            *before, members=self.members | {member: roles}, seats=self.seats | {f"{member}-1": member}, **changes
        )


ALONE = Draft({"Nour": "admin supervisor caseworker auditor"}, {"Nour-1": "Nour"})
MANY = Draft(
    {"Nour": "admin", "Ilse": "admin", "Tariq": "supervisor", "Mina": "supervisor", "Joel": "caseworker"},
    {"Nour-1": "Nour", "Ilse-1": "Ilse", "Tariq-1": "Tariq", "Mina-1": "Mina", "Joel-1": "Joel", "Joel-2": "Joel"},
)
# One admin and one supervisor: here caseworkers may second.
FEW = Draft(
    {"Nour": "admin", "Tariq": "supervisor", "Joel": "caseworker", "Lea": "caseworker"},
    {"Nour-1": "Nour", "Tariq-1": "Tariq", "Joel-1": "Joel", "Lea-1": "Lea"},
)
# The founder is a supervisor as well, and cannot second what the founder signs as admin.
FOUNDERS = replace(FEW, members=FEW.members | {"Nour": "admin supervisor caseworker auditor"})


def chain(*rosters: Roster) -> RosterChain:
    return check_chain(rosters, ROOT.public, verify_signature)


def reasons(result: RosterChain) -> list[tuple[int | None, str]]:
    return [(problem.seq, str(problem.message)) for problem in result.problems]


# --- form


@each(
    {
        "head": RosterHead(
            VAULT, 3, (b"p" * 32, b"q" * 32), b"r" * 1_216, 1, (1, 2), b"n" * 32, helpers_by_supervisor=True
        ),
        "first head": RosterHead(VAULT, 0, (), b"r" * 1_216, 1, (1,)),
        "member": MemberEntry(id_of("Nour"), frozenset({"admin", "auditor"})),
        "certificate": certificate("Nour-1", "Nour"),
        "ending": Ending(id_of("Nour-1"), {b"b" * 32: 2, b"a" * 32: 0}),
    }
)
def test_an_entry_survives_behind_its_random_bytes(entry: RosterHead) -> None:
    encoded = encode_entry(entry, SALT)
    assert encoded[:16] == SALT
    assert decode_entry(encoded) == entry


CERT = encode_entry(certificate("Nour-1", "Nour"), SALT)


@pytest.mark.parametrize(
    "untrusted",
    [
        pytest.param(b"", id="empty"),
        pytest.param(SALT, id="no map"),
        pytest.param(CERT[:-1], id="cut"),
        pytest.param(CERT + b"\0", id="a byte more"),
        pytest.param(SALT + msgspec.msgpack.encode({}), id="empty map"),
        pytest.param(SALT + msgspec.msgpack.encode({"cert": 1}), id="no certificate"),
        pytest.param(SALT + msgspec.msgpack.encode({"member": id_of("x"), "roles": "admin"}), id="roles no list"),
        pytest.param(SALT + msgspec.msgpack.encode({"member": id_of("x"), "roles": [""]}), id="role without name"),
        pytest.param(SALT + msgspec.msgpack.encode({"member": id_of("x"), "roles": [5]}), id="role that is a number"),
        pytest.param(SALT + msgspec.msgpack.encode({"member": b"x", "roles": []}), id="short member"),
        pytest.param(SALT + msgspec.msgpack.encode({"member": "x" * 16, "roles": []}), id="member that is text"),
        pytest.param(SALT + msgspec.msgpack.encode({"member": [], "roles": []}), id="member that is a list"),
        *(
            pytest.param(
                SALT + msgspec.msgpack.encode({"member": nobody, "roles": []}), id=f"member {nobody.hex()[:2]}"
            )
            for nobody in sorted(RESERVED_IDS)
        ),
        pytest.param(SALT + msgspec.msgpack.encode({"member": id_of("x"), "roles": ["b", "a"]}), id="roles unsorted"),
        pytest.param(SALT + msgspec.msgpack.encode({"member": id_of("x"), "more": 1, "roles": []}), id="unknown part"),
        pytest.param(SALT + msgspec.msgpack.encode({"end": id_of("x"), "sizes": [[b"o" * 32, -1]]}), id="size -1"),
        pytest.param(SALT + msgspec.msgpack.encode({"end": id_of("x"), "sizes": [[b"o" * 32, True]]}), id="size true"),
        pytest.param(SALT + msgspec.msgpack.encode({"end": id_of("x"), "sizes": [[b"o" * 32]]}), id="no size"),
    ],
)
def test_an_entry_of_another_form_is_refused(untrusted: bytes) -> None:
    with pytest.raises(MalformedError, match="a roster entry is not"):
        decode_entry(untrusted)


@given(st.integers(16, len(CERT) - 1), st.integers(1, 255))
def test_a_changed_byte_is_refused_or_gives_another_certificate(place: int, flip: int) -> None:
    altered = bytearray(CERT)
    altered[place] ^= flip
    try:
        assert decode_entry(bytes(altered)) != decode_entry(CERT)
    except MalformedError:
        return


def test_a_roster_survives_as_fields_of_its_version() -> None:
    roster = MANY.roster("root")
    same = Roster.from_fields(msgspec.msgpack.decode(msgspec.msgpack.encode(roster.fields())))
    assert same == roster
    assert same.members[id_of("Joel")] == {"caseworker"}
    assert same.certificates[id_of("Joel-2")].member == id_of("Joel")


def test_every_roster_is_a_version_of_one_record() -> None:
    assert sha256(b"casevault/roster").digest()[:16] == ROSTER_RECORD


HEAD = encode_entry(RosterHead(VAULT, 0, (), b"r" * 1_216, 1, (1,)), SALT)
NOUR = encode_entry(MemberEntry(id_of("Nour"), frozenset({"admin"})), SALT)


@each(
    {
        "no head": ([NOUR], "exactly one head"),
        "head not first": ([NOUR, HEAD], "exactly one head"),
        "two heads": ([HEAD, HEAD], "exactly one head"),
        "a member twice": ([HEAD, NOUR, NOUR], "a member or seat twice"),
        "a seat twice": ([HEAD, NOUR, CERT, CERT], "a member or seat twice"),
        "a seat of nobody": ([HEAD, CERT], "a member that it does not name"),
        "one identity twice": (
            [HEAD, NOUR, CERT, encode_entry(replace(certificate("Nour-1", "Nour"), seat=id_of("x")), SALT)],
            "two seats one identity",
        ),
    }
)
def test_entries_that_do_not_make_one_roster_are_refused(entries: list[bytes], reason: str) -> None:
    with pytest.raises(MalformedError, match=reason):
        Roster(tuple(entries))


@each(
    {
        "nothing": {},
        "no entries": {"entries": [], "sigs": []},
        "a number for the entries": {"entries": 5, "sigs": []},
        "a number for the signatures": {"entries": [HEAD], "sigs": 5},
        "text": {"entries": ["text"], "sigs": []},
        "half a signature": {"entries": [HEAD], "sigs": [[b"k" * 32]]},
        "short signature": {"entries": [HEAD], "sigs": [[b"k" * 32, b"s" * 63]]},
        "short key": {"entries": [HEAD], "sigs": [[b"k" * 31, b"s" * 64]]},
    }
)
def test_fields_of_another_form_are_refused(fields: dict[str, object]) -> None:
    with pytest.raises(MalformedError, match="roster"):
        Roster.from_fields(fields)


# --- the first one


def test_roster_0_counts_by_the_root_alone() -> None:
    result = chain(ALONE.roster("root"))
    assert result.newest is not None
    assert result.problems == ()
    assert result.roles(id_of("Nour-1"), result.newest.root) == {"admin", "supervisor", "caseworker", "auditor"}


@each(
    {
        "unsigned": (ALONE.roster(), "not signed by the root"),
        "signed by its own member": (ALONE.roster("Nour-1"), "not signed by the root"),
        "signed by another root": (ALONE.roster("new root"), "not signed by the root"),
        "number 1": (replace(ALONE, number=1).roster("root"), "does not follow a valid roster"),
        "names one before": (replace(ALONE, prev=(b"p" * 32,)).roster("root"), "does not follow a valid roster"),
        "ends a seat": (replace(ALONE, ends={"x": 1}).roster("root"), "ends a seat"),
        "a new root": (replace(ALONE, new_root=NEW_ROOT.public).roster("root"), "replaces the root that signs it"),
        "a signature of zeros": (Roster(ALONE.roster().entries, ((ROOT.public, bytes(64)),)), "does not hold"),
    }
)
def test_roster_0_is_refused(roster: Roster, reason: str) -> None:
    result = chain(roster)
    assert result.newest is None
    assert reason in str(result.problems[0].message)


# --- who has to sign


def follows(before: Draft, draft: Draft, signers: Iterable[str]) -> RosterChain:
    return chain(before.roster("root"), draft.roster(*signers))


def admission(before: Draft, roles: str = "caseworker", **changes: object) -> Draft:
    return before.with_member("Kim", roles, before.roster("root"), **changes)


def ending(before: Draft, member: str) -> Draft:
    return before.without(member, before.roster("root"))


HELPED = replace(MANY, helpers=True)


def test_a_signature_of_a_member_that_does_not_hold_refuses_the_roster() -> None:
    draft = admission(ALONE)
    roster = draft.roster().signed(Key("Nour-1").public, bytes(64))
    result = chain(ALONE.roster("root"), roster)
    assert reasons(result) == [(1, "a signature of the roster does not hold")]


def test_a_new_root_signs_from_then_on_and_the_old_one_no_more() -> None:
    first = MANY.roster("root")
    second = MANY.after(first, new_root=NEW_ROOT.public).roster("root")
    third = MANY.with_member("Kim", "admin", second)
    assert chain(first, second, third.roster("new root")).newest == third.roster("new root")
    assert chain(first, second, third.roster("root")).newest == second


# --- how it has to follow

_FIRST = MANY.roster("root")
_NEXT = {
    "another vault": (MANY.after(_FIRST, vault=b"w" * 16), "of another vault"),
    "a number left out": (MANY.after(_FIRST, number=2), "does not follow number 0"),
    "names another before it": (MANY.after(_FIRST, prev=(b"p" * 32,)), "does not name the one before it"),
    "names none before it": (MANY.after(_FIRST, prev=()), "does not name the one before it"),
    "a seat gone without a size": (replace(ending(MANY, "Joel"), ends={"Joel-1": 1}), "the sizes given"),
    "a size for a seat that stays": (MANY.after(_FIRST, ends={"Joel-1": 1}), "the sizes given"),
    "a size for a seat of nobody": (MANY.after(_FIRST, ends={"x": 1}), "the sizes given"),
    "a seat given to another member": (
        MANY.after(_FIRST, seats=MANY.seats | {"Joel-2": "Mina"}),
        "another member, identity or log",
    ),
}


@each(_NEXT)
def test_what_does_not_follow_is_refused_whoever_signed(draft: Draft, reason: str) -> None:
    result = chain(_FIRST, draft.roster("root", "Nour-1", "Ilse-1"))
    assert result.newest == _FIRST
    assert reason in str(result.problems[0].message)


def test_an_ended_seat_does_not_come_back() -> None:
    second = ending(MANY, "Joel").roster("Nour-1")
    third = MANY.after(second).roster("root")
    result = chain(_FIRST, second, third)
    assert result.newest == second
    assert "was removed and cannot come back" in str(result.problems[0].message)


def test_the_first_log_of_an_ended_seat_needs_a_size() -> None:
    draft = ending(MANY, "Joel")
    parts = draft.roster()
    entries = [entry for entry in parts.entries if not isinstance(decode_entry(entry), Ending)]
    entries += [encode_entry(Ending(id_of(seat), {b"o" * 32: 1}), SALT) for seat in ("Joel-1", "Joel-2")]
    roster = Roster(tuple(entries))
    roster = roster.signed(ROOT.public, ROOT.sign(signed_message("roster", roster.root)))
    result = chain(_FIRST, roster)
    assert "has no size" in str(result.problems[0].message)


def test_a_kem_key_may_be_renewed() -> None:
    parts = MANY.after(_FIRST).roster()
    entries = [
        encode_entry(certificate("Joel-1", "Joel", b"n"), SALT)
        if decode_entry(entry) == certificate("Joel-1", "Joel")
        else entry
        for entry in parts.entries
    ]
    roster = Roster(tuple(entries))
    for admin in ("Nour-1", "Ilse-1"):
        roster = roster.signed(Key(admin).public, Key(admin).sign(signed_message("roster", roster.root)))
    assert chain(_FIRST, roster).newest == roster


def test_a_false_roster_beside_a_true_one_is_passed_over_and_the_chain_goes_on() -> None:
    true = ending(MANY, "Joel").roster("Nour-1")
    false = admission(MANY, "admin").roster("Kim-1")
    third = ending(MANY, "Joel").with_member("Kim", "field", true).roster("root")
    result = chain(third, false, true, _FIRST)
    assert result.newest == third
    assert [problem.subject for problem in result.problems] == [false.root]


def test_a_gap_ends_the_chain() -> None:
    second = ending(MANY, "Joel").roster("Nour-1")
    third = ending(MANY, "Joel").with_member("Kim", "field", second).roster("root")
    result = chain(_FIRST, third)
    assert result.newest == _FIRST
    assert result.problems[0].seq == 2


def test_no_rosters_are_no_chain() -> None:
    assert chain().newest is None


# --- forks


def test_two_rosters_that_only_end_both_apply_and_the_next_names_both() -> None:
    one, two = ending(MANY, "Joel").roster("Nour-1"), ending(MANY, "Mina").roster("Ilse-1")
    result = chain(_FIRST, one, two)
    assert result.effective is not None
    assert not result.effective.root_must_sign
    assert result.effective.certificates.keys() == {id_of("Nour-1"), id_of("Ilse-1"), id_of("Tariq-1")}
    both = ending(MANY, "Joel").without("Mina", one, two)
    settled = replace(both, ends={}).with_member("Kim", "field", one, two).roster("Nour-1", "Ilse-1")
    assert chain(_FIRST, one, two, settled).newest == settled
    again = replace(both, ends={}).with_member("Kim", "field", one, _FIRST).roster("Nour-1", "Ilse-1")
    assert "names one and another that it follows from" in str(chain(_FIRST, one, two, again).problems[0].message)


def test_each_side_of_a_fork_may_go_on_and_every_ending_of_every_side_counts() -> None:
    """Two admins apart, one of whom ends two people: else whoever was ended second would be in again."""
    side = ending(MANY, "Joel")
    one, other = side.roster("Nour-1"), ending(MANY, "Tariq").roster("Ilse-1")
    second = side.without("Mina", one, size=7).roster("Nour-1")
    result = chain(_FIRST, one, second, other)
    assert result.effective is not None
    assert result.problems == ()
    assert result.effective.certificates.keys() == {id_of("Nour-1"), id_of("Ilse-1")}
    assert (result.effective.head.number, result.effective.tips) == (2, tuple(sorted((second.root, other.root))))
    assert not result.effective.root_must_sign
    # What is cut on one side is cut for those who name the other, of whatever number.
    assert not result.allows(id_of("Tariq-1"), log_of("Tariq-1"), 5, second.root)
    assert result.allows(id_of("Tariq-1"), log_of("Tariq-1"), 4, second.root)
    assert not result.allows(id_of("Mina-1"), log_of("Mina-1"), 7, other.root)
    joined = Draft({"Nour": "admin", "Ilse": "admin"}, {"Nour-1": "Nour", "Ilse-1": "Ilse"}, number=3)
    both = replace(joined, prev=(second.root, other.root)).with_member("Kim", "field", second, other)
    settled = chain(_FIRST, one, second, other, both.roster("Nour-1", "Ilse-1"))
    assert settled.effective is not None
    assert id_of("Kim-1") in settled.effective.certificates


def test_a_side_of_a_fork_that_admits_waits_for_the_root_however_long_it_is() -> None:
    side = ending(MANY, "Joel")
    one, other = side.roster("Nour-1"), ending(MANY, "Tariq").roster("Ilse-1")
    admits = side.with_member("Kim", "admin", one).roster("Nour-1", "Ilse-1")
    result = chain(_FIRST, one, admits, other)
    assert result.effective is not None
    assert result.effective.root_must_sign
    assert id_of("Kim-1") not in result.effective.certificates
    assert result.roles(id_of("Kim-1"), admits.root) == frozenset()
    assert not result.allows(id_of("Kim-1"), log_of("Kim-1"), 0, admits.root)
    assert result.roles(id_of("Nour-1"), admits.root) == {"admin"}


def test_in_another_fork_every_ending_counts_and_no_admission_until_the_root_signs() -> None:
    one, two = admission(MANY, "admin").roster("Nour-1", "Ilse-1"), ending(MANY, "Joel").roster("Nour-1")
    result = chain(_FIRST, one, two)
    assert result.effective is not None
    assert result.effective.root_must_sign
    assert id_of("Kim-1") not in result.effective.certificates
    assert id_of("Joel-1") not in result.effective.certificates
    assert not result.allows(id_of("Kim-1"), log_of("Kim-1"), 0, one.root)
    assert result.roles(id_of("Kim-1"), one.root) == frozenset()
    draft = ending(MANY, "Joel").with_member("Kim", "admin", one, two)
    by_admins, by_root = draft.roster("Nour-1", "Ilse-1"), draft.roster("root")
    assert "after a fork the root has to sign" in str(chain(_FIRST, one, two, by_admins).problems[0].message)
    settled = chain(_FIRST, one, two, by_root)
    assert settled.allows(id_of("Kim-1"), log_of("Kim-1"), 0, by_root.root)


def test_what_the_root_settled_no_older_side_opens_again() -> None:
    """Whoever was an admin once can sign a roster of an old number: of it the endings count, and no admission falls."""
    one, two = admission(MANY, "admin").roster("Nour-1", "Ilse-1"), ending(MANY, "Joel").roster("Nour-1")
    draft = ending(MANY, "Joel").with_member("Kim", "admin", one, two)
    by_root = draft.roster("root")
    later = draft.with_member("Lea", "supervisor", by_root).roster("Nour-1", "Kim-1")
    late = ending(MANY, "Mina").roster("Ilse-1")
    result = chain(_FIRST, one, two, by_root, later, late)
    assert result.effective is not None
    assert not result.effective.root_must_sign
    assert {id_of("Kim-1"), id_of("Lea-1")} <= result.effective.certificates.keys()
    assert not {id_of("Joel-1"), id_of("Mina-1")} & result.effective.certificates.keys()
    assert result.allows(id_of("Lea-1"), log_of("Lea-1"), 3, later.root)
    raising = MANY.after(_FIRST, members=MANY.members | {"Mina": "admin supervisor"}).roster("Nour-1", "Ilse-1")
    result = chain(_FIRST, one, two, by_root, later, raising)
    assert result.effective is not None
    assert result.effective.members[id_of("Mina")] == {"supervisor"}
    assert result.roles(id_of("Mina-1"), raising.root) == {"supervisor"}


def test_a_fork_raises_nobody() -> None:
    raised = MANY.after(_FIRST, members=MANY.members | {"Joel": "admin caseworker"}).roster("Nour-1", "Ilse-1")
    other = ending(MANY, "Mina").roster("Nour-1")
    result = chain(_FIRST, raised, other)
    assert result.roles(id_of("Joel-1"), raised.root) == {"caseworker"}


def test_the_answer_does_not_depend_on_the_order_of_the_rosters() -> None:
    rosters = [_FIRST, ending(MANY, "Joel").roster("Nour-1"), ending(MANY, "Mina").roster("Ilse-1")]
    assert chain(*rosters) == chain(*reversed(rosters))


# --- what a roster lets count


def allowed(result: RosterChain, seat: str, seqs: Iterable[int], named: Roster) -> list[bool]:
    return [result.allows(id_of(seat), log_of(seat), seq, named.root) for seq in seqs]


def test_work_counts_up_to_the_cut_and_the_cuts_of_all_rosters_stay() -> None:
    second = MANY.without("Joel", _FIRST, size=5).roster("Nour-1")
    third = ending(MANY, "Joel").without("Tariq", second, size=7).roster("Nour-1")
    result = chain(_FIRST, second, third)
    assert allowed(result, "Joel-1", (4, 5), _FIRST) == [True, False]
    assert allowed(result, "Tariq-1", (6, 7), _FIRST) == [True, False]
    assert not result.allows(id_of("Joel-1"), b"l" * 32, 0, _FIRST.root)
    assert allowed(result, "Joel-1", (4,), second) == [False]
    assert allowed(result, "Nour-1", (900,), _FIRST) == [True]


def test_a_lowered_seat_goes_on_under_the_roster_that_lowered_it_and_every_later_one() -> None:
    lowered = MANY.after(_FIRST, members=MANY.members | {"Tariq": "caseworker"}, ends={"Tariq-1": 3})
    second = lowered.roster("Nour-1", "Ilse-1")
    third = lowered.with_member("Kim", "field", second).roster("root")
    result = chain(_FIRST, second, third)
    assert allowed(result, "Tariq-1", (2, 3), _FIRST) == [True, False]
    assert allowed(result, "Tariq-1", (3,), second) == allowed(result, "Tariq-1", (900,), third) == [True]
    roles = [result.roles(id_of("Tariq-1"), roster.root) for roster in (_FIRST, second)]
    assert roles == [{"supervisor"}, {"caseworker"}]


def test_in_a_fork_the_cut_of_one_branch_binds_those_who_name_the_other() -> None:
    one, two = MANY.without("Joel", _FIRST, size=5).roster("Nour-1"), ending(MANY, "Mina").roster("Ilse-1")
    assert allowed(chain(_FIRST, one, two), "Joel-1", (4, 5), two) == [True, False]


def test_nothing_counts_under_a_roster_that_does_not() -> None:
    false = admission(MANY).roster("Kim-1")
    result = chain(_FIRST, false)
    assert not result.allows(id_of("Nour-1"), log_of("Nour-1"), 0, false.root)
    assert not result.allows(id_of("Kim-1"), log_of("Kim-1"), 0, _FIRST.root)


# Which logs the root alone certified, what a cut leaves, and the forms of a roster part by part.
# --- what the root alone certified


def test_the_root_alone_certifies_the_first_logs_of_all_seats_of_roster_0() -> None:
    assert chain(_FIRST).first_certified == {log_of(seat): (0, _FIRST.root) for seat in MANY.seats}
    by_a_member_too = MANY.roster("root", "Nour-1")
    assert chain(by_a_member_too).first_certified == {log_of(seat): (0, by_a_member_too.root) for seat in MANY.seats}


def test_a_log_that_members_admitted_is_certified_by_no_root_though_it_signs_too() -> None:
    by_root = admission(MANY).roster("root")
    certified = chain(_FIRST, by_root).first_certified
    assert certified[log_of("Kim-1")] == (1, by_root.root)
    assert certified[log_of("Nour-1")] == (0, _FIRST.root)
    for signers in (["Nour-1", "Ilse-1"], ["root", "Nour-1"], ["root", "Nour-1", "Ilse-1"]):
        assert log_of("Kim-1") not in chain(_FIRST, admission(MANY).roster(*signers)).first_certified


def test_the_signature_of_a_stranger_beside_the_roots_changes_nothing() -> None:
    roster = admission(MANY).roster("root", "stranger")
    assert chain(_FIRST, roster).first_certified[log_of("Kim-1")] == (1, roster.root)


def test_after_a_new_root_it_is_the_new_one_that_certifies_for_good() -> None:
    second = MANY.after(_FIRST, new_root=NEW_ROOT.public).roster("root")
    third = MANY.after(second, new_root=None).roster("new root")
    admitted = MANY.with_member("Kim", "field", third, new_root=None)
    result = chain(_FIRST, second, third, admitted.roster("new root"))
    assert result.newest == admitted.roster("new root")
    assert result.first_certified[log_of("Kim-1")] == (3, admitted.roster().root)
    assert chain(_FIRST, second, third, admitted.roster("root")).newest == third


def test_two_beginnings_end_everything_and_each_is_named() -> None:
    other = replace(MANY, rights=2).roster("root")
    result = chain(_FIRST, other, admission(MANY).roster("root"))
    assert (result.accepted, result.effective) == ((), None)
    assert {not_valid(0, roster.root, Message("the root signed two beginnings")) for roster in (_FIRST, other)} == set(
        result.problems
    )


def test_rosters_are_judged_by_number_whatever_their_roots() -> None:
    rosters, draft = [_FIRST], MANY
    for name in "abcdefgh":
        draft = draft.with_member(name, "field", rosters[-1])
        rosters.append(draft.roster("root"))
    assert chain(*reversed(rosters)).accepted == tuple(rosters)


# --- form

CERTIFICATE = certificate("Nour-1", "Nour")


@each({"one log": {"identity": certificate("x", "Nour").identity}, "one identity": {"genesis": log_of("x")}})
def test_no_two_seats_share_an_identity_or_a_log(same: dict[str, bytes]) -> None:
    other = replace(CERTIFICATE, seat=id_of("other"), **same)
    entries = (HEAD, NOUR, *(encode_entry(certificate, SALT) for certificate in (CERTIFICATE, other)))
    with pytest.raises(MalformedError, match="gives two seats one identity or one log"):
        Roster(entries)


@each([5, {b"k" * 32: 1, b"s" * 64: 2}, [b"k" * 32, "s" * 64], ["k" * 32, "s" * 64], [b"k" * 32, b"s" * 64, b""]])
def test_a_signature_is_a_pair_of_bytes(pair: object) -> None:
    with pytest.raises(MalformedError, match="a roster has a signature that is no pair"):
        Roster.from_fields({"entries": [HEAD], "sigs": [pair]})
    with pytest.raises(MalformedError, match="an entry that is no bytes"):
        Roster.from_fields({"entries": [HEAD, "text"], "sigs": []})


def _entry(value: object) -> bytes:
    return SALT + msgspec.msgpack.encode(value)


_BORDER = (1 << 63) - 1


def test_an_ending_lists_its_logs_in_order_with_sizes_of_63_bits() -> None:
    ends = Ending(id_of("x"), {b"b" * 32: 0, b"a" * 32: _BORDER})
    encoded = encode_entry(ends, SALT)
    assert decode_entry(encoded) == ends
    assert encoded == _entry({"end": id_of("x"), "sizes": [[b"a" * 32, _BORDER], [b"b" * 32, 0]]})
    with pytest.raises(MalformedError, match="not of the form"):
        decode_entry(_entry({"end": id_of("x"), "sizes": [[b"a" * 32, _BORDER + 1]]}))


@each(
    {
        "a certificate that is text": {"cert": "text"},
        "a certificate that is a list": {"cert": [1]},
        "a part of a certificate": {"cert": {"seat": id_of("x")}},
        "roles in a map": {"member": id_of("x"), "roles": {}},
        "roles by name": {"member": id_of("x"), "roles": {"admin": 1}},
        "sizes in a map": {"end": id_of("x"), "sizes": {}},
    }
)
def test_a_part_of_another_kind_is_refused(value: object) -> None:
    with pytest.raises(MalformedError, match="a roster entry is not of the form"):
        decode_entry(_entry(value))


def test_what_cannot_be_read_is_no_entry() -> None:
    """Entries come from whoever holds the directory: hostile bytes are malformed and nothing worse."""
    deep, no_text = b"\x91" * 5000 + b"\x00", b"\xa1\x80"
    hostile = [SALT, *(SALT + head + rest for head in (b"\x81\xa1x", b"\x81\xa4cert") for rest in (deep, no_text))]
    refused(MalformedError, "a roster entry is not of the form", decode_entry, hostile)


def test_an_entry_that_would_not_come_back_is_not_written() -> None:
    with pytest.raises(MalformedError, match="the salt of a roster entry has not 16 bytes"):
        encode_entry(MemberEntry(id_of("x"), frozenset()), SALT + b"s")
    head = RosterHead(id_of("vault"), 1, [b"p" * 32], b"r" * 1_216, 1, (1,))  # type: ignore[arg-type]  # a list
    with pytest.raises(MalformedError, match="does not survive encoding"):
        encode_entry(head, SALT)
