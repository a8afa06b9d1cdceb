"""The organisation as this seat believes it: rosters judged from the root on (FORMAT.md 2)."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache

from vault.access.trust.prover import proven_alone
from vault.errors import BrokenSealError, MalformedError, VerificationError
from vault.ids import RECOVERY_SEAT, CompartmentId, CompartmentKind, MemberId, SeatId, VaultId
from vault.log.epoch_notice import KIND_AT, founded_compartment
from vault.log.genesis import signed_message
from vault.log.items import LIST_LIMIT, Item, ItemKind
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster, RosterChain, check_chain
from vault.log.roster_entries import Certificate
from vault.log.roster_rules import EffectiveRoster
from vault.policy.rights import RightsTable, rights_table
from vault.policy.roles import Role
from vault.records.epochs import read_notice
from vault.records.seatlog import Holder
from vault.records.versions import open_version
from vault.seal.keyring import Keyring
from vault.seal.signing import is_signed_raw
from vault.store.rows import Rows
from vault.validity.authority import Authority
from vault.validity.compartment_access import AccessResolver
from vault.validity.roster_validity import Carried, judge_rosters
from vault.words.message import Message

RECOVERY = SeatId(RECOVERY_SEAT)


@dataclass(frozen=True, slots=True)
class Directory:
    """Who is in, and the compartment that every seat holds.

    `others` are rosters of other sides, of which the root has to settle whether this seat is in: empty but for a seat
    that waits for that (`as_seen_by`).
    """

    compartment: CompartmentId
    chain: RosterChain
    effective: EffectiveRoster
    others: tuple[Roster, ...] = ()

    @property
    def roster(self) -> bytes:
        """The root of the newest roster, which headers name."""
        newest = self.chain.newest
        assert newest is not None  # noqa: S101 - `read_directory` made sure; for the type checker
        return newest.root

    @property
    def rights(self) -> RightsTable:
        """The rights table that the newest roster names."""
        return rights_table(self.effective.head.rights)

    def member_of(self, seat: SeatId) -> MemberId:
        """Return whose seat this is.

        Raises:
            VerificationError: the newest roster has no such seat.
        """
        certificate = self.effective.certificates.get(seat)
        if certificate is None:
            raise VerificationError(Message("device {seat} is not in the newest list of members", seat=seat.hex()))
        return MemberId(certificate.member)

    def certificate_of(self, seat: bytes) -> Certificate | None:
        """Return the certificate of a seat that is in or was: an ended seat's log is still valid up to its cutoff."""
        known = (*self.others, *self.chain.accepted)
        rosters = (roster for roster in reversed(known) if seat in roster.certificates)
        return next((roster.certificates[seat] for roster in rosters), None)

    def roles_of(self, member: MemberId) -> frozenset[Role]:
        """Return a member's roles; words of a newer program grant nothing here."""
        known = set(Role)
        return frozenset(Role(word) for word in self.effective.members.get(member, frozenset()) if word in known)

    def holders(self, seats: Sequence[SeatId], *, with_recovery: bool = True) -> list[Holder]:
        """Return these seats with their certified keys, and recovery."""
        certified = [Holder(seat, self.effective.certificates[seat].kem) for seat in seats]
        return [*certified, Holder(RECOVERY, self.effective.head.recovery)] if with_recovery else certified

    def auditors(self) -> list[Holder]:
        """Return who can read audit payloads: the seats of auditors, and recovery."""
        seats = [
            SeatId(seat)
            for seat, certificate in self.effective.certificates.items()
            if Role.AUDITOR in self.roles_of(MemberId(certificate.member))
        ]
        return self.holders(seats)


def read_directory(rows: Rows, *, vault: VaultId, keyring: Keyring, root_public: bytes) -> Directory:
    """Read the rosters that this seat holds and judge them from its own root key.

    Raises:
        VerificationError: not even roster 0 is valid.
    """
    claimed = _claimed(rows, keyring)
    if not claimed:
        raise VerificationError(Message("this device holds no directory, or its keys were altered"))
    found = []
    for compartment in claimed:
        chain = _judged(rows, _rosters(rows, compartment, vault, keyring), root_public)
        if chain.effective is not None and _is_of_entry_0(chain, compartment):
            found.append(Directory(compartment, chain, chain.effective))
    if len(found) > 1:
        found = [directory for directory in found if _is_directory(rows, directory)]
    if not found:
        where = ", ".join(
            f"log {row.origin.hex()[:16]} entry {row.seq}, item {row.n}"
            for compartment in claimed
            for row in rows.versions(compartment, ROSTER_RECORD)
        )
        raise VerificationError(
            Message(
                "no list of members of this vault is valid: it was altered or removed ({value})",
                value=where or "none is here",
            )
        )
    return found[0]


def as_seen_by(directory: Directory, seat: SeatId, root_public: bytes) -> Directory:
    """Return the directory for a seat: while it waits for the root, as its own side has it.

    So its device goes on as before it heard of another side, and hears of the settlement; who is in does not count what
    it writes until then. A seat that some side ended is none that waits.
    """
    effective, line = directory.effective, directory.chain.line
    if seat in effective.certificates or not effective.root_must_sign:
        return directory
    sides = [tip for tip in line.undecided(effective.tips) if seat in line.standing(tip).certificates]
    if not sides or any(cutoff.seat == seat for cutoff in effective.cutoffs):
        return directory
    own, others = list[Roster](), list[Roster]()
    for roster in directory.chain.accepted:
        (own if any(line.follows(tip, roster.root) for tip in sides) else others).append(roster)
    chain = check_chain(own, root_public, is_signed_raw)
    assert chain.effective is not None  # noqa: S101 - roster 0 is among them; for the type checker
    held = _less_what_was_ended(chain.effective, effective)
    return Directory(directory.compartment, replace(chain, effective=held), held, tuple(others))


def _less_what_was_ended(held: EffectiveRoster, by_all: EffectiveRoster) -> EffectiveRoster:
    """Return a standing without whom and what any side ended or lowered."""
    ended = {cutoff.seat for cutoff in by_all.cutoffs} - by_all.certificates.keys()
    return replace(
        held,
        certificates={seat: item for seat, item in held.certificates.items() if seat not in ended},
        members={member: roles & by_all.members.get(member, roles) for member, roles in held.members.items()},
        cutoffs=by_all.cutoffs,
    )


def _judged(rows: Rows, carried: Sequence[Carried], root_public: bytes) -> RosterChain:
    """Judge rosters: of copies of one with different signatures by what those say that are valid where they stand.

    Its root binds no signature: whoever is in can leave out those of others in a copy, or sign one afterwards.
    """
    prove = cache(lambda origin: proven_alone(rows, origin))
    chain = judge_rosters(rows, carried, root_public, prove)
    copies: dict[bytes, list[Carried]] = {}
    for branch in carried:
        copies.setdefault(branch.roster.root, []).append(branch)
    differing = [same for same in copies.values() if len({branch.roster.signatures for branch in same}) > 1]
    if not differing:
        return chain
    authority = Authority(rows, chain, lambda origin, _: prove(origin))
    counted = [[branch for branch in same if _may_list(authority, branch)] for same in differing]
    return judge_rosters(rows, [*map(_together, filter(None, counted)), *carried], root_public, prove)


def _may_list(authority: Authority, branch: Carried) -> bool:
    """Say whether an entry that is valid lists a roster, of somebody who may write one or begins with it (recovery)."""
    entry = authority.entry(branch.origin, branch.seq, (ItemKind.VERSION, branch.item.digest))
    if entry is None or branch.item not in entry.items:
        return False
    if entry.rights.may_write(entry.roles, CompartmentKind.DIRECTORY, Roster.KIND):
        return True
    first = next(each.root for each in authority.chain.accepted if entry.seat in each.certificates)
    return branch.seq == 0 and first == branch.roster.root


def _together(copies: Sequence[Carried]) -> Carried:
    """Return a roster with the signatures of several copies, those that hold."""
    roster = copies[0].roster
    message = signed_message(ROSTER_PURPOSE, roster.root)
    pairs = dict.fromkeys(pair for copy in copies for pair in copy.roster.signatures)
    held = tuple((key, signature) for key, signature in pairs if is_signed_raw(key, signature, message))
    return replace(copies[0], roster=Roster(roster.entries, held))


def _claimed(rows: Rows, keyring: Keyring) -> list[CompartmentId]:
    """Return the compartments held of which some notice says that it is the directory. Anybody can write a notice."""
    notices = (read_notice(row) for row in rows.epochs_holding([bytes((CompartmentKind.DIRECTORY,))], at=KIND_AT))
    named = {notice.compartment for notice in notices if notice is not None}
    return [CompartmentId(compartment) for compartment in keyring.compartments() if compartment in named]


def _is_of_entry_0(chain: RosterChain, compartment: CompartmentId) -> bool:
    """Say whether entry 0 of the log with which the vault begins gives the compartment its name."""
    origins = [origin for origin, (number, _) in chain.first_certified.items() if number == 0]
    places = ((origin, n) for origin in origins for n in range(LIST_LIMIT))
    return any(founded_compartment(origin, 0, n) == compartment for origin, n in places)


def _is_directory(rows: Rows, claimed: Directory) -> bool:
    """Say whether entry 0 founds it as the directory: slow, and asked where rosters were copied elsewhere alone."""
    authority = Authority(rows, claimed.chain, lambda origin, seq: proven_alone(rows, origin))
    state = AccessResolver(authority).state(claimed.compartment)
    return state is not None and state.kind is CompartmentKind.DIRECTORY


def _rosters(rows: Rows, compartment: CompartmentId, vault: VaultId, keyring: Keyring) -> list[Carried]:
    """Return the rosters that open; signatures say which are valid, and a broken one beside them hinders nobody."""
    rosters = []
    for sealed in rows.versions(compartment, ROSTER_RECORD):
        with suppress(BrokenSealError, MalformedError):
            version = open_version(sealed, vault=vault, keyring=keyring)
            if version is not None:
                roster = Roster.from_content(version.content.kind, version.content.fields)
                item = Item.in_compartment(ItemKind.VERSION, compartment, version.id)
                rosters.append(Carried(roster, version.origin, version.seq, item))
    return rosters
