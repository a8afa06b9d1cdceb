"""Rosters: who is in and with which keys, and the check of their chain from the root key on (FORMAT.md 2).

A roster is a version in the directory: entries and signatures. The signatures cover the RFC 6962 root over the
entries, which is also its name (`g` in headers, `prev` in the next one), so a court can be led from a header to one
certificate and sees no other.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
from typing import ClassVar

from vault.errors import MalformedError, VerificationError
from vault.ids import RandomBytes
from vault.log.genesis import NamedHistory, Roots, VerifySignature, signed_message
from vault.log.roster_entries import (
    ENTRY_SALT_SIZE,
    Certificate,
    Ending,
    MemberEntry,
    RosterEntry,
    RosterHead,
    decode_entry,
    encode_entry,
)
from vault.log.roster_line import Line
from vault.log.roster_rules import Cutoff, EffectiveRoster, check_succession, signers_of
from vault.log.tree import leaf_hash, root
from vault.words.finding import Code, Finding
from vault.words.message import Message

ROSTER_PURPOSE = "roster"
ROSTER_RECORD = sha256(b"casevault/roster").digest()[:16]


@dataclass(frozen=True, slots=True)
class Roster:
    """One roster, well-formed in itself. Whether it is valid, `check_chain` says.

    Attributes:
        entries: the entries as stored; the head is the first.
        signatures: (public key 32, signature 64) pairs over `root`.
        endings: seat that it ends or lowers -> origin -> size that is still valid.
        seen: seat that it ends or lowers -> the histories of its logs that it means.
        root: RFC 6962 root over the entries, 32 bytes.
    """

    KIND: ClassVar[str] = "roster"

    entries: tuple[bytes, ...]
    signatures: tuple[tuple[bytes, bytes], ...] = ()
    head: RosterHead = field(init=False)
    members: Mapping[bytes, frozenset[str]] = field(init=False)
    certificates: Mapping[bytes, Certificate] = field(init=False)
    endings: Mapping[bytes, Mapping[bytes, int]] = field(init=False)
    seen: Mapping[bytes, frozenset[NamedHistory]] = field(init=False)
    root: bytes = field(init=False)

    def __post_init__(self) -> None:
        parsed = [decode_entry(entry) for entry in self.entries]
        heads = [entry for entry in parsed if isinstance(entry, RosterHead)]
        members = {entry.member: entry.roles for entry in parsed if isinstance(entry, MemberEntry)}
        certificates = {entry.seat: entry for entry in parsed if isinstance(entry, Certificate)}
        endings = {entry.seat: entry.sizes for entry in parsed if isinstance(entry, Ending)}
        if len(heads) != 1 or parsed[0] is not heads[0]:
            raise MalformedError(Message("a roster has not exactly one head, at its beginning"))
        if 1 + len(members) + len(certificates) + len(endings) != len(parsed):
            raise MalformedError(Message("roster {number} names a member or seat twice", number=heads[0].number))
        if {certificate.member for certificate in certificates.values()} - members.keys():
            raise MalformedError(
                Message("roster {number} certifies a seat of a member that it does not name", number=heads[0].number)
            )
        for keys in (
            [certificate.identity for certificate in certificates.values()],
            [certificate.genesis for certificate in certificates.values()],
        ):
            if len(set(keys)) != len(keys):
                raise MalformedError(
                    Message("roster {number} gives two seats one identity or one log", number=heads[0].number)
                )
        if any(len(public) != 32 or len(signature) != 64 for public, signature in self.signatures):
            raise MalformedError(Message("roster {number} has a signature of the wrong size", number=heads[0].number))
        derived = {
            "head": heads[0],
            "members": MappingProxyType(members),
            "certificates": MappingProxyType(certificates),
            "endings": MappingProxyType(endings),
            "seen": MappingProxyType({entry.seat: entry.histories for entry in parsed if isinstance(entry, Ending)}),
            "root": root([leaf_hash(entry) for entry in self.entries]),
        }
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def signed(self, public_key: bytes, signature: bytes) -> Roster:
        """Return it with one more signature, made over `root` for the purpose `roster`."""
        return Roster(self.entries, (*self.signatures, (public_key, signature)))

    def cutoffs(self) -> tuple[Cutoff, ...]:
        """Return what its endings cut off."""
        number, seen = self.head.number, self.seen
        return tuple(Cutoff(seat, number, self.root, sizes, seen[seat]) for seat, sizes in self.endings.items())

    def fields(self) -> dict[str, object]:
        """Return the fields of its version's content."""
        return {"entries": list(self.entries), "sigs": [list(pair) for pair in self.signatures]}

    @classmethod
    def from_content(cls, kind: str, untrusted: Mapping[str, object]) -> Roster:
        """Return the roster in an opened version of this kind with these fields.

        Raises:
            MalformedError: it is of another kind, or not of the form of FORMAT.md 2.
        """
        if kind != cls.KIND:
            raise MalformedError(Message("a roster stands in a version of another kind"))
        return cls.from_fields(untrusted)

    @classmethod
    def from_fields(cls, untrusted: Mapping[str, object]) -> Roster:
        """Return the roster in an opened version.

        Raises:
            MalformedError: the fields, or an entry, are not of the form of FORMAT.md 2.
        """
        entries, signatures = untrusted.get("entries"), untrusted.get("sigs")
        if not isinstance(entries, list | tuple) or not isinstance(signatures, list | tuple):
            raise MalformedError(Message("a roster has no entries or no signatures"))
        if not all(isinstance(entry, bytes) for entry in entries):
            raise MalformedError(Message("a roster has an entry that is no bytes"))
        for pair in signatures:
            if (
                not isinstance(pair, list | tuple)
                or len(pair) != 2
                or not all(isinstance(part, bytes) for part in pair)
            ):
                raise MalformedError(Message("a roster has a signature that is no pair"))
        return cls(tuple(entries), tuple((pair[0], pair[1]) for pair in signatures))


def make_roster(
    head: RosterHead,
    members: Iterable[MemberEntry],
    certificates: Iterable[Certificate],
    endings: Iterable[Ending] = (),
    *,
    random: RandomBytes,
) -> Roster:
    """Return an unsigned roster, with fresh random bytes in every entry.

    Raises:
        MalformedError: the parts do not make one roster.
    """
    entries: list[RosterEntry] = [head, *members, *certificates, *endings]
    return Roster(tuple(encode_entry(entry, random(ENTRY_SALT_SIZE)) for entry in entries))


@dataclass(frozen=True, slots=True)
class RosterChain:
    """What the rosters at hand come to.

    Attributes:
        accepted: those that are valid, by number.
        effective: who is in now; None where not even roster 0 is valid.
        problems: those that are not valid, the first bad one first.
        vouched: root of each accepted roster -> seat -> roles that it gives; what a fork admitted is left out.
        first_certified: origin -> (number, root) of the roster that the root key alone signed and that first certifies
            the seat whose first log this is; a log that members admitted is not in it, with the root or without.
        line: which roster follows from which.
    """

    accepted: tuple[Roster, ...]
    effective: EffectiveRoster | None
    problems: tuple[Finding, ...]
    vouched: Mapping[bytes, Mapping[bytes, frozenset[str]]]
    first_certified: Mapping[bytes, tuple[int, bytes]] = field(default_factory=dict)
    line: Line[Roster] = field(default_factory=Line, compare=False, repr=False)
    _by_root: Mapping[bytes, Roster] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_root", {roster.root: roster for roster in self.accepted})

    @property
    def marks(self) -> frozenset[bytes]:
        """One for each accepted roster and the seats that it certifies in vain: where one is gone, something fell."""
        return frozenset(
            sha256(roster.root + b"".join(sorted(roster.certificates.keys() - self.vouched[roster.root]))).digest()
            for roster in self.accepted
        )

    @property
    def newest(self) -> Roster | None:
        """The roster of the highest number; of two that a fork left, the one with the smaller root."""
        return next((roster for roster in self.accepted if roster.head.number == self.accepted[-1].head.number), None)

    def by_root(self, roster_root: bytes) -> Roster | None:
        """Return the accepted roster that a header names."""
        return self._by_root.get(roster_root)

    def roles(self, seat: bytes, roster_root: bytes) -> frozenset[str]:
        """Return the roles that a seat had by the roster that its header names (C5); none if it was not in."""
        return self.vouched.get(roster_root, {}).get(seat, frozenset())

    def allows(self, seat: bytes, origin: bytes, seq: int, roster_root: bytes, roots: Roots | None = None) -> bool:
        """Tell whether the seat was in when it wrote this entry (C4; that the log is the seat's, geneses tell).

        It must stand in the roster that the header names, and no roster which that one does not follow from may cut
        the log before this entry, or mean another history of it than the one that has these roots.
        """
        named = self.by_root(roster_root)
        if named is None or self.effective is None or seat not in self.vouched[roster_root]:
            return False
        return all(
            cutoff.leaves(origin, seq, roots)
            for cutoff in self.effective.cutoffs
            if cutoff.seat == seat and not self.line.follows(roster_root, cutoff.roster)
        )


def not_valid(number: int, root: bytes, why: Message) -> Finding:
    """Return that a roster is not valid, and why."""
    return Finding(Code.INVALID_ROSTER, why, root, number)


def check_chain(rosters: Iterable[Roster], root_public: bytes, verify_signature: VerifySignature) -> RosterChain:
    """Judge rosters from number 0 on; a pure function of the set, in whatever order they come.

    Number 0 counts by the root's signature alone. Each later one must follow exactly from those that it names, signed
    as FORMAT.md 2 asks. A false one beside a true one is reported and passed over. Where true ones part, every ending
    on every side counts and no admission does; unless all of them only end or lower, the root must sign next.
    `root_public` is what this seat keeps in its own secrets, never a key from a file.
    """
    line: Line[Roster] = Line()
    accepted: dict[bytes, Roster] = {}
    problems: list[Finding] = []
    by_root_key: dict[bytes, tuple[int, bytes]] = {}
    for roster in sorted(rosters, key=lambda part: (part.head.number, part.root)):
        if roster.root in accepted:
            continue
        try:
            before = None
            if roster.head.number == 0 or not accepted:
                _check_first(roster, root_public, verify_signature)
            else:
                before = line.before(roster)
                _check_next(before, roster, verify_signature)
        except VerificationError as refusal:
            problems.append(not_valid(roster.head.number, roster.root, refusal.message))
            continue
        accepted[roster.root] = roster
        signed_by = root_public if before is None else before.root_public
        known = {} if before is None else before.certificates
        keys = {signed_by, *(certificate.identity for certificate in known.values())}
        signers = signers_of(_message(roster), roster.signatures, keys, verify_signature)
        line.add(roster, before, _standing_after(before, roster, root_public), by_root=signed_by in signers)
        if signers == {signed_by}:
            for seat in roster.certificates.keys() - known:
                by_root_key.setdefault(roster.certificates[seat].genesis, (roster.head.number, roster.root))
    beginnings = [roster for roster in accepted.values() if roster.head.number == 0]
    if len(beginnings) > 1:
        twice = Message("the root signed two beginnings")
        problems = [not_valid(0, beginning.root, twice) for beginning in beginnings]
        return RosterChain((), None, tuple(problems), MappingProxyType({}))
    effective = line.now() if accepted else None
    vouched = {
        root: _vouched_by(item, line.before_the_parting(root), line.let_in(root)) for root, item in accepted.items()
    }
    certified = {
        origin: (number, root)
        for origin, (number, root) in by_root_key.items()
        if any(accepted[root].certificates[seat].genesis == origin for seat in vouched[root])
    }
    return RosterChain(
        tuple(accepted.values()),
        effective,
        tuple(problems),
        MappingProxyType(vouched),
        MappingProxyType(certified),
        line,
    )


def _check_first(roster: Roster, root_public: bytes, verify_signature: VerifySignature) -> None:
    if roster.head.number != 0 or roster.head.prev:
        raise VerificationError(Message("roster {number} does not follow a valid roster", number=roster.head.number))
    if roster.endings or roster.head.new_root is not None:
        raise VerificationError(Message("roster 0 ends a seat or replaces the root that signs it"))
    if root_public not in signers_of(_message(roster), roster.signatures, {root_public}, verify_signature):
        raise VerificationError(Message("roster 0 is not signed by the root"))


def _check_next(before: EffectiveRoster, roster: Roster, verify_signature: VerifySignature) -> None:
    identities = {certificate.identity for certificate in before.certificates.values()}
    known = identities | {before.root_public}
    signers = signers_of(_message(roster), roster.signatures, known, verify_signature)
    check_succession(before, roster, signers)


def _standing_after(before: EffectiveRoster | None, roster: Roster, root_public: bytes) -> EffectiveRoster:
    cutoffs = () if before is None else before.cutoffs
    return EffectiveRoster(
        head=roster.head,
        tips=(roster.root,),
        root_public=roster.head.new_root or (root_public if before is None else before.root_public),
        members=roster.members,
        certificates=roster.certificates,
        cutoffs=cutoffs + roster.cutoffs(),
        root_must_sign=False,
    )


def _vouched_by(
    roster: Roster, before_fork: EffectiveRoster | None, let_in: Mapping[bytes, frozenset[str]]
) -> dict[bytes, frozenset[str]]:
    roles = {seat: roster.members[certificate.member] for seat, certificate in roster.certificates.items()}
    if before_fork is None:
        return roles
    return {
        seat: given & before_fork.members.get(roster.certificates[seat].member, frozenset()) & let_in.get(seat, given)
        for seat, given in roles.items()
        if seat in before_fork.certificates
    }


def _message(roster: Roster) -> bytes:
    return signed_message(ROSTER_PURPOSE, roster.root)
