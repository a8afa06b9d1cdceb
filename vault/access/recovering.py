"""Access from recovery sheets: a new seat for a member who lost theirs, admitted by the root (FORMAT.md 2 and 6).

All of it lies in the first session of the new seat's log: the roster, the keys, the `keys` file. Every member sees it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from vault.access.membership.next_roster import Change, admitted_apart, next_roster, seen_of_logs, sizes_of_logs
from vault.access.membership.roster_commit import SHARED, entitled
from vault.access.pins.pins import PinFile, begun_pins, this_machine
from vault.access.recovery_session import AuditKey, RecoverableKeys, RecoveryScope, RecoverySession, require_member
from vault.access.seat_keys.rekeying import free_slot, slots_here
from vault.access.trust.directory import Directory
from vault.access.trust.prover import Prover
from vault.casework.checks import checked_name_of_member
from vault.casework.organisation_records import Member
from vault.errors import RefusedError, VerificationError
from vault.ids import ZERO_ID, MemberId, RecordId, SeatId, make_id
from vault.log.roster import ROSTER_PURPOSE, ROSTER_RECORD, Roster, check_chain
from vault.log.roster_entries import Certificate
from vault.policy.roles import Role
from vault.records.seatlog import Holder, SealedPlace, SeatLog, begin
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Work
from vault.seal.entrance.doors import make_doors, make_recovery_door
from vault.seal.entrance.keyfile import SLOT_BLOB_SIZE, KeyFile, SeatSecrets, make_slot
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.signing import is_signed_raw, public_key, sign
from vault.store.files import promote, write_aside
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.words.message import Message, plural

ACT = "access.recover"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the sheets shall bring back.

    Attributes:
        name: of the member whose seat it will be, as typed at unlock from then on.
        new_admin: admit somebody new of this name as admin, in place of a member who is in.
        everything: all that recovery can open, in place of what the member's seats held.
        ends_old: end the member's other seats: what unlocked them is lost.
    """

    name: str
    new_admin: bool
    everything: bool
    ends_old: bool


@dataclass(frozen=True, slots=True)
class BroughtBack:
    """What was done.

    `compartments` is how many the new seat was given, `beyond` how many of these the member did not hold, `left` how
    many more recovery could open. `left_out` counts the devices of lists of members that were made apart: the root
    settled them with this, and let none of these in.
    """

    member: MemberId
    seat: SeatId
    ended: tuple[SeatId, ...]
    compartments: int
    left: int
    roster: int
    left_out: int
    beyond: int = 0

    @property
    def loss(self) -> Message | None:
        """What a person has to hear of devices that are left out; None where none is."""
        if not self.left_out:
            return None
        return plural(
            "Two lists of members had been made apart, and {count} device of these has to join again.",
            "Two lists of members had been made apart, and {count} devices of these have to join again.",
            count=self.left_out,
        )


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that will be written, decided before anything is."""

    member: MemberId
    seat: SeatId
    roster: Roster
    after: Directory
    given: tuple[RecoverableKeys, ...]
    left: int
    beyond: int
    audit: tuple[AuditKey, ...] = field(repr=False)
    ended: tuple[SeatId, ...]
    record: Member | None
    file: KeyFile
    slot: int


def bring_back(opened: RecoverySession, wish: Wish, passphrase: bytearray, *, state: Path) -> BroughtBack:
    """Make a seat for a member with a new passphrase, and write it into a log of its own.

    The caller wipes the passphrase.

    Raises:
        NotFoundError: no member of this name is in.
        RefusedError: there is one already who would be admitted anew, or the folder has no slot left.
        VerificationError: recovery holds no key of the directory.
        TryAgainError: no room; what was not finished is settled by repeating it.
    """
    if not wish.name.strip():
        raise RefusedError(Message("a member needs a name"))
    seat = SeatSecrets.draw(opened.anchor)
    log = begin(
        database=opened.database,
        place=SealedPlace(opened.vault, SeatId(seat.seat), seat.keyring_key),
        identity_seed=seat.identity_seed,
        roster=ZERO_ID,
        auditors=(),
        keyring=Keyring(),
    )
    with opened.database.reading() as rows:
        plan = _Planner(opened, rows, log, seat, wish).plan(passphrase)
    log.roster = plan.roster.root
    log.auditors = plan.after.auditors()
    _write(opened, log, plan)
    promote(opened.folder.keys)
    recovery = plan.after.effective.head.recovery
    pins = begun_pins(log, this_machine(state), plan.file, plan.slot, recovery=recovery)
    PinFile(state / "pins", opened.vault, plan.seat, seat.pin_key).save(pins)
    return BroughtBack(
        plan.member,
        plan.seat,
        plan.ended,
        len(plan.given),
        plan.left,
        plan.roster.head.number,
        len(admitted_apart(opened.directory)),
        plan.beyond,
    )


class _Planner:
    """Decides from the rows, and writes nothing."""

    def __init__(self, opened: RecoverySession, rows: Rows, log: SeatLog, seat: SeatSecrets, wish: Wish) -> None:
        self._opened, self._rows, self._log = opened, rows, log
        self._secrets, self._seat, self._wish = seat, SeatId(seat.seat), wish
        self._judge = RecoveryScope(opened, rows, Prover(log, {}))
        self._standing = opened.directory.effective

    def plan(self, passphrase: bytearray) -> _Plan:
        """Return all that will be written."""
        member = self._member()
        old = tuple(SeatId(item) for item, cert in self._standing.certificates.items() if cert.member == member)
        ended = old if self._wish.ends_old else ()
        roster = self._roster(member, ended)
        after = self._after(roster)
        reached = self._judge.reached()
        due = [compartment for compartment in reached if self._is_due(compartment, after, old)]
        given = tuple(reached) if self._wish.everything else tuple(due)
        if after.compartment not in {reached.state.compartment for reached in given}:
            raise VerificationError(
                Message("recovery holds no key of the directory: these sheets restore nobody's access")
            )
        number = free_slot(self._rows)
        return _Plan(
            member=member,
            seat=self._seat,
            roster=roster,
            after=after,
            given=given,
            left=len(reached) - len(given),
            beyond=len(given) - len(due),
            audit=tuple(self._judge.audit_keys_of(old)) if Role.AUDITOR in after.roles_of(member) else (),
            ended=ended,
            record=Member(member, checked_name_of_member(self._wish.name)) if self._wish.new_admin else None,
            file=self._file(after, number, passphrase, ended),
            slot=number,
        )

    def _member(self) -> MemberId:
        named = self._judge.member_named(self._wish.name)
        if not self._wish.new_admin:
            return require_member(named)
        if named is not None:
            raise RefusedError(
                Message("there is already a member with this name"), next_step=Message("Leave out `--new-admin`.")
            )
        if self._judge.is_taken(self._wish.name):
            raise RefusedError(
                Message("there is already a member whose name looks the same"), next_step=Message("Use another name.")
            )
        return MemberId(make_id())

    def _roster(self, member: MemberId, ended: Sequence[SeatId]) -> Roster:
        """Return the next roster, signed by the root, which may sign anything."""
        kem = KemPrivate.from_seed(self._secrets.kem_seed).public
        identity = public_key(self._secrets.identity_seed)
        change = Change(
            roles={member: frozenset({Role.ADMIN})} if self._wish.new_admin else {},
            certificates=(Certificate(self._seat, member, kem, identity, self._log.origin),),
            ended=frozenset(ended),
        )
        logs, certificates = (self._rows, self._judge.prover), self._standing.certificates
        unsigned = next_roster(
            self._standing,
            change,
            lambda seat: sizes_of_logs(*logs, certificates[seat]),
            lambda seat: seen_of_logs(*logs, certificates[seat]),
        )
        root_seed = self._opened.root_seed
        return unsigned.signed(public_key(root_seed), sign(root_seed, ROSTER_PURPOSE, unsigned.root))

    def _after(self, roster: Roster) -> Directory:
        before = self._opened.directory
        chain = check_chain([*before.chain.accepted, roster], self._opened.anchor, is_signed_raw)
        assert chain.effective is not None  # noqa: S101 - roster 0 is among them; for the type checker
        if roster.root not in chain.effective.tips:
            raise VerificationError(
                Message("the list of members that would admit the device does not follow from the one in effect")
            )
        return Directory(before.compartment, chain, chain.effective)

    def _is_due(self, reached: RecoverableKeys, after: Directory, old: Sequence[SeatId]) -> bool:
        """Say whether the seat gets a compartment: the member's seats held it, or all of the member's role do."""
        is_shared = reached.state.kind in SHARED and self._seat in entitled(
            after.effective, after.rights, reached.state
        )
        return is_shared or reached.was_held_by(old)

    def _file(self, after: Directory, number: int, passphrase: bytearray, ended: Sequence[SeatId]) -> KeyFile:
        """Return the next `keys` file: the new seat's slot, and doors for it and for whoever was here and still is.

        Slots of seats that end are emptied: their passphrase may be the new one's, and the seat that it opens is one.
        """
        file, doors, certificates = self._opened.file, self._opened.doors, after.effective.certificates
        slot = make_slot(file.header, number, self._secrets, passphrase=passphrase, member_name=self._wish.name)
        sessions = {SeatId(row.seat) for row in self._rows.locals_for(Purpose.SESSION)}
        here = {self._seat, *(seat for seat in sessions | set(slots_here(self._rows)) if seat in certificates)}
        new_doors = make_doors(self._opened.vault, doors, [(seat, certificates[seat].kem) for seat in here])
        recovery = make_recovery_door(self._opened.vault, doors, after.effective.head.recovery)
        for seat, theirs in slots_here(self._rows).items():
            if seat in ended:
                file = file.with_slot(theirs, secrets.token_bytes(SLOT_BLOB_SIZE))
        return file.with_slot(number, slot).with_doors(new_doors, recovery)


def _write(opened: RecoverySession, log: SeatLog, plan: _Plan) -> None:
    """Write the entries: the roster and the first keys in one, so that no seat stands without its directory."""
    for reached in plan.given:
        # What is written goes under the last: a current one, if recovery holds any.
        for key in sorted(reached.keys, key=lambda key: key.epoch in reached.state.current):
            assert key.key is not None  # noqa: S101 - it is held by right; for the type checker
            log.keyring.add(reached.state.compartment, key.epoch, key.key)
    with opened.database.transaction() as rows:
        rows.put_local(log.place.seal_row(Purpose.KEYRING, log.keyring.encode()))
        # Before the entry: whoever repeats what was cut off behind it has to know which slot to empty.
        rows.put_local(LocalRow(plan.seat, Purpose.SLOT, plan.slot, b""))
    for audit in plan.audit:
        log.keyring.add(audit.compartment, audit.epoch, audit.key)
    home = plan.after.compartment
    grants = [(reached.state.compartment, key.epoch) for reached in plan.given for key in reached.keys]
    grants = [grant for grant in grants if grant[0] == home] + [grant for grant in grants if grant[0] != home]
    grants += [(audit.compartment, audit.epoch) for audit in plan.audit]
    holder = [Holder(plan.seat, plan.after.effective.certificates[plan.seat].kem)]
    covers = {"compartments": len(plan.given), "ended": len(plan.ended)}
    write_aside(opened.folder.keys, plan.file.encode())
    with Work(log) as work:
        for compartment, epoch in grants[:ITEMS_IN_ONE_ENTRY]:
            work.grant(compartment, epoch, holder)
        work.write(home, RecordId(ROSTER_RECORD), Roster.KIND, plan.roster.fields())
        if plan.record is not None:
            work.keep(home, plan.record)
        work.list_keys_file(plan.file.header.folder, plan.file.digest())
        work.commit(Entry(act=ACT, covers={what: count for what, count in covers.items() if count}))
    for start in range(ITEMS_IN_ONE_ENTRY, len(grants), ITEMS_IN_ONE_ENTRY):
        with Work(log) as work:
            for compartment, epoch in grants[start : start + ITEMS_IN_ONE_ENTRY]:
                work.grant(compartment, epoch, holder)
            work.commit(Entry(act=ACT))
