"""Access from recovery sheets: a new seat for a member who lost theirs, admitted by the sheets (FORMAT.md 2 and 6).

All of it lies in the first session of the new seat's log: the admission, the keys, the `keys` file. Every member sees
it.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault.access.membership.act_listing import heads_of
from vault.access.membership.joining import new_seat
from vault.access.membership.sheets import signed_by_sheets
from vault.access.pins.pins import PinFile, begun_pins, this_machine
from vault.access.recovery_session import AuditKey, RecoverableKeys, RecoveryScope, RecoverySession, require_member
from vault.access.seat_keys.rekeying import free_slot, slots_here
from vault.access.trust.directory_reading import Reading, read_directory
from vault.access.trust.prover import Prover
from vault.access.trust.writing_keys import holders
from vault.casework.checks import checked_name_of_member
from vault.casework.organisation_records import Member
from vault.errors import RefusedError, VerificationError
from vault.ids import ZERO_ID, CompartmentKind, MemberId, SeatId
from vault.log.act_bytes import NONCE_SIZE, MadeAct, admit, end, recover
from vault.policy.roles import Role
from vault.records.seatlog import Holder, SealedPlace, SeatLog
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry, Work
from vault.seal.entrance.doors import make_doors, make_recovery_door
from vault.seal.entrance.keyfile import SLOT_BLOB_SIZE, KeyFile, make_slot
from vault.seal.keyring import Keyring
from vault.seal.purposes import Purpose
from vault.store.files import promote, write_aside
from vault.store.rows import Rows
from vault.store.rowtypes import LocalRow
from vault.validity.deciding_lines import Line
from vault.validity.directory import Directory
from vault.words.message import Message

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
    many more recovery could open.
    """

    member: MemberId
    seat: SeatId
    ended: tuple[SeatId, ...]
    compartments: int
    left: int
    beyond: int = 0


@dataclass(frozen=True, slots=True)
class _Plan:
    """Everything that will be written, decided before anything is."""

    member: MemberId
    seat: SeatId
    acts: tuple[MadeAct, ...]
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
    with opened.database.reading() as rows:
        planner = _Planner(opened, rows, wish)
        plan = planner.plan(passphrase)
    log = planner.log
    log.auditors = plan.after.auditors()
    _write(opened, log, plan)
    promote(opened.folder.keys)
    pins = begun_pins(log, this_machine(state), plan.file, plan.slot, recovery=plan.after.recovery)
    pins = replace(pins, sheets=tuple(act.digest for act in plan.after.chosen))
    PinFile(state / "pins", opened.vault, plan.seat, planner.secrets.pin_key).save(pins)
    return BroughtBack(plan.member, plan.seat, plan.ended, len(plan.given), plan.left, plan.beyond)


class _Planner:
    """Decides from the rows, and writes nothing."""

    def __init__(self, opened: RecoverySession, rows: Rows, wish: Wish) -> None:
        self._opened, self._rows, self._wish = opened, rows, wish
        self._judge = RecoveryScope(opened, rows, Prover(None, {}))
        self._member = self._whose()
        new = new_seat(opened.directory.anchor, member=self._member or ZERO_ID, here=True)
        self.secrets, self._certificate, self._seat = new.secrets, new.certificate, SeatId(new.secrets.seat)
        place = SealedPlace(opened.vault, self._seat, new.secrets.keyring_key)
        self.log = new.waiting.log.opened(opened.database, place, auditors=(), keyring=Keyring())

    def plan(self, passphrase: bytearray) -> _Plan:
        """Return all that will be written."""
        member = self._member or MemberId(self._seat)
        known = self._opened.directory.certificates
        old = tuple(seat for seat, certificate in known.items() if certificate.member == member)
        ended = old if self._wish.ends_old else ()
        acts = self._acts(member, ended)
        after = self._after(acts)
        reached = self._judge.reached()
        due = [each for each in reached if member in replace(each.state, directory=after).members]
        given = tuple(reached) if self._wish.everything else tuple(due)
        if after.compartment not in {reached.state.compartment for reached in given}:
            raise VerificationError(
                Message("recovery holds no key of the directory: these sheets restore nobody's access")
            )
        number = free_slot(self._rows)
        return _Plan(
            member=member,
            seat=self._seat,
            acts=acts,
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

    def _whose(self) -> MemberId | None:
        """Return whose new device it is; None for somebody new."""
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
        return None

    def _acts(self, member: MemberId, ended: Sequence[SeatId]) -> tuple[MadeAct, ...]:
        """Return what the sheets sign: the admission of the new seat, as an admin's where its member is one."""
        directory = self._opened.directory
        is_admin = self._wish.new_admin or member in directory.organisation.admins
        roles = {Role.ADMIN} if is_admin else frozenset[Role]()
        made = [admit(self._certificate, roles, None)]
        for seat in ended:
            heads = heads_of(directory, self._judge.prover, self._rows, [seat])
            made.append(end(seat, heads, secrets.token_bytes(NONCE_SIZE)))
        if self._wish.everything:
            made.append(recover(member, secrets.token_bytes(NONCE_SIZE)))
        return tuple(signed_by_sheets(self._opened.root_seed, self._opened.vault, each) for each in made)

    def _after(self, acts: Sequence[MadeAct]) -> Directory:
        before = self._opened.directory
        chosen = [act.digest for act in before.chosen]
        reading = Reading(self._rows, self._opened.vault, self._judge.prover, before.lines, chosen)
        items = tuple((made.kind, made.content) for made in acts)
        origin = self.log.origin
        assert self.log.genesis is not None  # noqa: S101 - its entry 0 comes yet; for the type checker
        after = read_directory(reading, Line(origin, 0, b"", items), beginning=(origin, self.log.genesis))
        if self._seat not in after.certificates:
            raise VerificationError(Message("the sheets do not admit this device: what is here was altered"))
        return after

    def _file(self, after: Directory, number: int, passphrase: bytearray, ended: Sequence[SeatId]) -> KeyFile:
        """Return the next `keys` file: the new seat's slot, and doors for it and for whoever was here and still is.

        Slots of seats that end are emptied: their passphrase may be the new one's, and the seat that it opens is one.
        """
        file, doors, certificates = self._opened.file, self._opened.doors, after.certificates
        slot = make_slot(file.header, number, self.secrets, passphrase=passphrase, member_name=self._wish.name)
        sessions = {SeatId(row.seat) for row in self._rows.locals_for(Purpose.SESSION)}
        here = {self._seat, *(seat for seat in sessions | set(slots_here(self._rows)) if seat in certificates)}
        new_doors = make_doors(self._opened.vault, doors, [(seat, certificates[seat].kem) for seat in here])
        recovery = make_recovery_door(self._opened.vault, doors, after.recovery)
        for seat, theirs in slots_here(self._rows).items():
            if seat in ended:
                file = file.with_slot(theirs, secrets.token_bytes(SLOT_BLOB_SIZE))
        return file.with_slot(number, slot).with_doors(new_doors, recovery)


def _write(opened: RecoverySession, log: SeatLog, plan: _Plan) -> None:
    """Write the entries: the admission and the first keys in one, so that no seat stands without its directory."""
    for reached in plan.given:
        for key in reached.keys:
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
    holder = [Holder(plan.seat, plan.after.certificates[plan.seat].kem)]
    covers = {"compartments": len(plan.given), "ended": len(plan.ended)}
    write_aside(opened.folder.keys, plan.file.encode())
    room = ITEMS_IN_ONE_ENTRY
    with Work(log) as work:
        if plan.record is not None:
            # Any of the keys that recovery holds may be one that an ended device has too.
            state = next(reached.state for reached in plan.given if reached.state.compartment == home)
            everybody = holders(plan.after, replace(state, directory=plan.after).readers(log.now_ms()))
            work.add_key(home, CompartmentKind.DIRECTORY, everybody)
            work.keep(home, plan.record)
            room = max(0, room - 1 - len(everybody))
        for compartment, epoch in grants[:room]:
            work.grant(compartment, epoch, holder)
        work.list_keys_file(plan.file.header.folder, plan.file.digest())
        for made in plan.acts:
            work.list_act(made)
        work.commit(Entry(act=ACT, covers={what: count for what, count in covers.items() if count}))
    for start in range(room, len(grants), ITEMS_IN_ONE_ENTRY):
        with Work(log) as work:
            for compartment, epoch in grants[start : start + ITEMS_IN_ONE_ENTRY]:
                work.grant(compartment, epoch, holder)
            work.commit(Entry(act=ACT))
