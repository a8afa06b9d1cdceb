"""The next roster: made from what stands and signed by seats, and sides of the line that only the root settles."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.directory import Directory
from vault.access.trust.prover import Prover
from vault.errors import RefusedError
from vault.ids import MemberId, Origin, RandomBytes, SeatId
from vault.log.genesis import NamedHistory, signed_message
from vault.log.roster import ROSTER_PURPOSE, Roster, make_roster
from vault.log.roster_entries import Certificate, Ending, MemberEntry
from vault.log.roster_rules import EffectiveRoster, check_succession, missing_signers, only_ends_or_lowers, signers_of
from vault.policy.roles import Role
from vault.records.logs import genesis_of
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import is_signed_raw, sign
from vault.store.rows import Rows
from vault.words.message import Message
from vault.words.next_step import NextStep

# Sides of the roster line that only the root can settle: whom they admitted apart, and what goes on until then.
# No admission of such sides is valid, and whatever gives somebody something waits for the root (FORMAT.md 2). What
# only ends or lowers goes on from one side: its endings are in effect wherever the sides meet.


@dataclass(frozen=True, slots=True)
class AdmittedApart:
    """A device that one side admitted, and the roles that its member has once the root lets it in."""

    certificate: Certificate
    roles: frozenset[Role]


def admitted_apart(directory: Directory) -> tuple[AdmittedApart, ...]:
    """Return the devices that wait for the root: a side admitted them, and none took back what it gave.

    Nobody waits of whom two sides began to name the id, the key or the log: who joins draws it, so one side lies.
    """
    effective, found = directory.effective, dict[bytes, AdmittedApart]()
    if not effective.root_must_sign:
        return ()
    line = directory.chain.line
    sides = [line.standing(tip) for tip in line.undecided(effective.tips)]
    # Nor who was lowered: an ending names that seat, and it cannot come back (FORMAT.md 2).
    gone = _taken_back(directory) | {cutoff.seat for cutoff in effective.cutoffs}
    for seat, certificate in (pair for side in sides for pair in side.certificates.items()):
        member = certificate.member
        if seat in effective.certificates or not gone.isdisjoint({seat, member}):
            continue
        if not all(_began_once(directory, who) for who in (seat, member, certificate.identity, certificate.genesis)):
            continue
        given = (side.members[member] for side in sides if member in side.members)
        words = effective.members.get(member, frozenset.intersection(*given))
        found[seat] = AdmittedApart(certificate, frozenset(map(Role, words & set(Role))))
    return tuple(found[seat] for seat in sorted(found))


def sides_apart(directory: Directory) -> Sequence[EffectiveRoster]:
    """Return what holds on each side, that first which headers name; nothing where the root need not settle them."""
    if not directory.effective.root_must_sign:
        return ()
    tips = sorted(directory.effective.tips, key=lambda root: (root != directory.roster, root))
    return tuple(map(directory.chain.line.standing, tips))


def sides_to_go_on_from(directory: Directory) -> Iterator[EffectiveRoster]:
    """Yield the longest sides: the next roster of a shorter one would have a rival that this log has named already."""
    number = directory.effective.head.number
    return (side for side in sides_apart(directory) if side.head.number == number)


def ground_of(directory: Directory, roster: Roster) -> EffectiveRoster:
    """Return what stands before a roster that follows: one side where it names that, and only ends or lowers."""
    for side in sides_to_go_on_from(directory):
        if roster.head.prev == side.tips and only_ends_or_lowers(side, roster):
            return side
    return directory.effective


def with_signers_who_are_in(directory: Directory, roster: Roster) -> Roster:
    """Return a roster without what those signed whom another side ended: on their own side they still could."""
    effective = directory.effective
    if not effective.root_must_sign:
        return roster
    known = {effective.root_public, *(item.identity for item in effective.certificates.values())}
    return Roster(roster.entries, tuple(pair for pair in roster.signatures if pair[0] in known))


def require_settled(directory: Directory) -> None:
    """Refuse what waits for the root.

    Raises:
        RefusedError: sides have to be settled first.
    """
    if directory.effective.root_must_sign:
        raise RefusedError(
            Message("two lists of members were made apart, and the recovery sheets have to settle that first"),
            next_step=Message(
                "Settle it: {settle_members}. Until then nobody can be admitted, and no role added.",
                settle_members=NextStep.SETTLE_MEMBERS,
            ),
        )


def _taken_back(directory: Directory) -> frozenset[bytes]:
    """Return the seats and the members that some side ended, removed or left without a device."""
    line, found = directory.chain.line, set[bytes]()
    for tip in directory.effective.tips:
        behind = [roster for roster in directory.chain.accepted if line.follows(tip, roster.root)]
        found |= {who for roster in behind for who in _named(roster)} - _named(line.standing(tip))
        found |= {who for roster in behind for who in _owners(roster)} - _owners(line.standing(tip))
    return frozenset(found)


def _began_once(directory: Directory, who: bytes) -> bool:
    """Say whether all sides that name a seat, a member, a key or a log go on from one roster that did."""
    line = directory.chain.line
    tips = [tip for tip in directory.effective.tips if who in _named(line.standing(tip))]
    naming = (roster for roster in directory.chain.accepted if who in _named(roster))
    return any(all(line.follows(tip, roster.root) for tip in tips) for roster in naming)


def _owners(roster: Roster | EffectiveRoster) -> set[bytes]:
    """Return the members who have a device."""
    return {certificate.member for certificate in roster.certificates.values()}


def _named(roster: Roster | EffectiveRoster) -> set[bytes]:
    """Return the ids of seats and members, the keys and the logs that a roster names."""
    keys = (part for item in roster.certificates.values() for part in (item.identity, item.genesis))
    return {*roster.certificates, *roster.members, *keys}


# The next roster: made from what stands, signed by seats, judged by the rules of FORMAT.md 2. Writes nothing.

# A seat that lowers itself goes on writing until the roster is committed: by then, at most so many entries more.
OWN_ENTRIES_UNTIL_COMMIT = 64

Sizes = Callable[[SeatId], Mapping[Origin, int]]
Seen = Callable[[SeatId], Collection[NamedHistory]]


@dataclass(frozen=True, slots=True)
class Change:
    """What the next roster changes; what is not named stays as it is.

    Attributes:
        roles: member -> all roles from now on; a member unknown so far is admitted.
        certificates: seats to admit, or whose KEM key is renewed.
        ended: seats to end.
        leaving: members to name no longer; all of their seats end.
        new_root: the root's next public key, 32 bytes.
        recovery: recovery's next public KEM key, 1,216 bytes.
        rights: number of the rights table from now on.
        helpers_by_supervisor: whether a supervisor alone may admit intake, field and caseworker.
    """

    roles: Mapping[MemberId, frozenset[Role]] = field(default_factory=dict)
    certificates: tuple[Certificate, ...] = ()
    ended: frozenset[SeatId] = frozenset()
    leaving: frozenset[MemberId] = frozenset()
    new_root: bytes | None = None
    recovery: bytes | None = None
    rights: int | None = None
    helpers_by_supervisor: bool | None = None

    def only_takes_from(self, standing: EffectiveRoster) -> bool:
        """Say whether it ends or lowers whom this has, and gives nobody anything."""
        gives = (*self.certificates, self.new_root, self.recovery, self.rights, self.helpers_by_supervisor)
        return (
            all(given is None for given in gives)
            and self.ended <= standing.certificates.keys()
            and self.leaving <= standing.members.keys()
            and all(roles <= standing.members.get(member, frozenset()) for member, roles in self.roles.items())
            and self.roles.keys() <= standing.members.keys()
        )


def next_roster(
    effective: EffectiveRoster,
    change: Change,
    sizes: Sizes,
    seen: Seen = lambda _: (),
    *,
    random: RandomBytes = secrets.token_bytes,
) -> Roster:
    """Return the roster that follows, unsigned.

    `sizes` gives, for a seat that is ended or whose member loses a role, each of its logs with what is valid of it;
    `seen` the histories of these logs that are here.

    Raises:
        RefusedError: it names a seat or member that is not in.
    """
    _require_known(effective, change)
    changed = {member: frozenset(role.value for role in roles) for member, roles in change.roles.items()}
    members = dict(effective.members) | changed
    certificates = dict(effective.certificates) | {certificate.seat: certificate for certificate in change.certificates}
    for seat, certificate in effective.certificates.items():
        if seat in change.ended or certificate.member in change.leaving:
            del certificates[seat]
    for leaver in change.leaving:
        del members[leaver]
    reduced = [
        seat
        for seat, certificate in effective.certificates.items()
        if seat not in certificates or not effective.members[certificate.member] <= members[certificate.member]
    ]
    head = replace(
        effective.head,
        number=effective.head.number + 1,
        prev=effective.tips,
        new_root=change.new_root,
        recovery=change.recovery or effective.head.recovery,
        rights=change.rights or effective.head.rights,
        helpers_by_supervisor=(
            effective.head.helpers_by_supervisor
            if change.helpers_by_supervisor is None
            else change.helpers_by_supervisor
        ),
    )
    return make_roster(
        head,
        [MemberEntry(member, members[member]) for member in sorted(members)],
        [certificates[seat] for seat in sorted(certificates)],
        [_ending(SeatId(seat), sizes, seen) for seat in sorted(reduced)],
        random=random,
    )


def ground_for(directory: Directory, change: Change) -> EffectiveRoster:
    """Return what the next roster goes on from: all that is known; where sides wait for the root, one of them.

    Raises:
        RefusedError: the root has to settle the sides first, because the change does not only end or lower.
    """
    for side in sides_to_go_on_from(directory):
        if change.only_takes_from(directory.effective) and change.only_takes_from(side):
            return side
    require_settled(directory)
    return directory.effective


def propose(session: Session, change: Change, *, ground: EffectiveRoster | None = None) -> Roster:
    """Return the roster that follows from what this seat knows, or from this side of it, signed by it.

    Raises:
        RefusedError: it names a seat or member that is not in.
    """
    ground = session.directory.effective if ground is None else ground
    with session.database.reading() as rows:

        def sizes(seat: SeatId) -> Mapping[Origin, int]:
            known = sizes_of_logs(rows, session.prover, ground.certificates[seat])
            if seat != session.seat:
                return known
            return known | {session.log.origin: session.log.size + OWN_ENTRIES_UNTIL_COMMIT}

        roster = next_roster(
            ground, change, sizes, lambda seat: seen_of_logs(rows, session.prover, ground.certificates[seat])
        )
    return sign_roster(session, roster)


def sign_roster(session: Session, roster: Roster) -> Roster:
    """Return the roster with this seat's signature; once is enough.

    Raises:
        VerificationError: it does not follow from what this seat knows: what would be signed is not what will count.
    """
    missing_signatures(ground_of(session.directory, roster), roster)
    public, signature = session.sign(ROSTER_PURPOSE, roster.root)
    if any(signer == public for signer, _ in roster.signatures):
        return roster
    return roster.signed(public, signature)


def sign_by_root(session: Session, roster: Roster, typed: bytes | None = None) -> Roster:
    """Return the roster with the root's signature: of its secret as typed, or while that lies in this vault.

    Raises:
        RefusedError: it lies not here, or not any more.
        VerificationError: the roster does not follow from what this seat knows.
    """
    ground = ground_of(session.directory, roster)
    missing_signatures(ground, roster)
    secret = kept_secret(session) if typed is None else typed
    if secret is None:
        raise RefusedError(
            Message("the root secret is not in this vault"),
            next_step=Message("It is on the recovery sheets; other members can sign."),
        )
    return roster.signed(ground.root_public, sign(derive_root_seed(secret), ROSTER_PURPOSE, roster.root))


def missing_signatures(effective: EffectiveRoster, roster: Roster) -> Message | None:
    """Return in words who has to sign yet, or None where the roster counts.

    Raises:
        VerificationError: it does not follow from what stands, whoever signs.
    """
    known = {certificate.identity for certificate in effective.certificates.values()} | {effective.root_public}
    signers = signers_of(signed_message(ROSTER_PURPOSE, roster.root), roster.signatures, known, is_signed_raw)
    # With the root among the signers only what no signature can heal is left to refuse.
    check_succession(effective, roster, signers | {effective.root_public})
    return missing_signers(effective, roster, signers)


def signers_in(effective: EffectiveRoster, roster: Roster) -> frozenset[MemberId]:
    """Return the members who signed.

    Raises:
        VerificationError: a signature of one of them does not hold.
    """
    members = {certificate.identity: MemberId(certificate.member) for certificate in effective.certificates.values()}
    message = signed_message(ROSTER_PURPOSE, roster.root)
    return frozenset(members[key] for key in signers_of(message, roster.signatures, members.keys(), is_signed_raw))


def sizes_of_logs(rows: Rows, prover: Prover, certificate: Certificate) -> dict[Origin, int]:
    """Return each log of a seat with what this device has and can prove of it; its first log even of size 0."""
    sizes = {Origin(certificate.genesis): 0}
    for name in rows.origins():
        genesis = genesis_of(rows, name)
        if genesis is not None and (genesis.seat, genesis.identity) == (certificate.seat, certificate.identity):
            sizes[Origin(name)] = prover.undisputed(rows, Origin(name))
    return sizes


def seen_of_logs(rows: Rows, prover: Prover, certificate: Certificate) -> tuple[NamedHistory, ...]:
    """Return what this device saw of each log of a seat: of one that forked, both histories."""
    return tuple(seen for origin in sizes_of_logs(rows, prover, certificate) for seen in prover.seen(rows, origin))


def _ending(seat: SeatId, sizes: Sizes, seen: Seen) -> Ending:
    histories = frozenset(seen(seat))
    left = {bytes(log): size for log, size in sizes(seat).items()}
    for history in histories:
        left[history.origin] = max(left.get(history.origin, 0), history.size)
    return Ending(seat, left, histories)


def _require_known(effective: EffectiveRoster, change: Change) -> None:
    for seat in change.ended:
        if seat not in effective.certificates:
            raise RefusedError(
                Message("device {seat} is not in the newest list of members", seat=seat.hex()),
                next_step=Message("See {list_devices}.", list_devices=NextStep.LIST_DEVICES),
            )
    for member in change.leaving:
        if member not in effective.members:
            raise RefusedError(
                Message("member {member} is not in the newest list of members", member=member.hex()),
                next_step=Message("See {list_members}.", list_members=NextStep.LIST_MEMBERS),
            )
    if effective.members.keys() == change.leaving and not change.roles:
        raise RefusedError(Message("the last member cannot leave"), next_step=Message("Admit somebody first."))


def require_signed(effective: EffectiveRoster, roster: Roster) -> None:
    """Refuse a roster that would not count.

    Raises:
        VerificationError: it does not follow from what stands, or a signature does not hold.
        RefusedError: somebody has to sign yet; who, the text says.
    """
    missing = missing_signatures(effective, roster)
    if missing is not None:
        raise RefusedError(
            Message(
                "list of members {number} needs more signatures: {missing}", number=roster.head.number, missing=missing
            ),
            next_step=Message(
                "Give them the proposal: {sign_proposal}, then `member commit PROPOSAL`.",
                sign_proposal=NextStep.SIGN_PROPOSAL,
            ),
        )
