"""The next roster: made from what stands, signed by seats, judged by the rules of FORMAT.md 2. Writes nothing."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from vault.access.membership.sides import ground_of, settle_first, sides_to_go_on_from
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.session import Session
from vault.access.trust.directory import Directory
from vault.access.trust.proving import Prover
from vault.errors import RefusedError
from vault.ids import MemberId, Origin, RandomBytes, SeatId
from vault.log.named_history import NamedHistory
from vault.log.rosters.roster import ROSTER_PURPOSE, Roster, make_roster
from vault.log.rosters.roster_entries import Certificate, Ending, MemberEntry
from vault.log.rosters.roster_rules import EffectiveRoster, check_succession, missing_signers, signers_of
from vault.log.signatures import signed_message
from vault.policy.roles import Role
from vault.records.logs import genesis_of
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import is_signed_raw, sign
from vault.store.rows import Rows
from vault.words.message import Message
from vault.words.next_step import NextStep

# A seat that lowers itself goes on writing until the roster is committed: by then, at most so many entries more.
OWN_ENTRIES_UNTIL_COMMIT = 64

Sizes = Callable[[SeatId], Mapping[Origin, int]]
Seen = Callable[[SeatId], Collection[NamedHistory]]
NOTHING: Mapping[MemberId, frozenset[Role]] = MappingProxyType({})


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

    roles: Mapping[MemberId, frozenset[Role]] = field(default_factory=lambda: NOTHING)
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
    members = {**effective.members}
    for member, roles in change.roles.items():
        members[member] = frozenset(role.value for role in roles)
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
    effective = directory.effective
    if not effective.root_must_sign:
        return effective
    for side in sides_to_go_on_from(directory):
        if change.only_takes_from(effective) and change.only_takes_from(side):
            return side
    raise settle_first()


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

        def seen(seat: SeatId) -> Collection[NamedHistory]:
            return seen_of_logs(rows, session.prover, ground.certificates[seat])

        roster = next_roster(ground, change, sizes, seen)
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
                "list of members {number} needs more signatures: {missing}",
                number=roster.head.number,
                missing=missing,
            ),
            next_step=Message(
                "Give them the proposal: {sign_proposal}, then `member commit PROPOSAL`.",
                sign_proposal=NextStep.SIGN_PROPOSAL,
            ),
        )
