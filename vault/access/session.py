"""An open session: who is here, what they hold, and the one way to write. Keys end with it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

from vault import clock
from vault.access.pins.alarms import faults_among, settled, stored
from vault.access.pins.copies import CopyKeys, OwnFile, copy_keys
from vault.access.pins.pins import Dates, PinFile, PinKeeper, Pins, with_keys
from vault.access.trust.case_lines import access_of
from vault.access.trust.directory_reading import Reading, read_directory
from vault.access.trust.membership_news import endings, still_valid_again, told_of
from vault.access.trust.prover import Prover
from vault.access.trust.waiting import require_sound
from vault.access.trust.writing_keys import audit_is_stale, key_to_write, settle_keys
from vault.errors import InternalError, RefusedError, TryAgainError, VaultError
from vault.ids import CompartmentId, MemberId, SeatId, VaultId, VersionId
from vault.index.file import Index, make_index, open_index
from vault.log.act_bytes import MadeAct
from vault.policy.clocks import ClockReading, has_expired, read_clock
from vault.policy.decide import Decision, may, refusal, whom_to_ask
from vault.policy.refused import REFUSED_AS
from vault.policy.roles import Action, Role
from vault.records.seatlog import SeatLog
from vault.records.work import Entry, Work
from vault.seal.entrance.keyfile import KeyFile, SeatSecrets
from vault.seal.keyring import Keyring, derive_index_tag
from vault.seal.recipients import KemPrivate
from vault.seal.signing import public_key, sign
from vault.store.engine import Database
from vault.store.folder import VaultFolder, even_times, fill_to_step
from vault.store.rows import Rows
from vault.validity.audit_payloads import Auditor
from vault.validity.authority import Authority
from vault.validity.compartment_access import CompartmentState
from vault.validity.deciding_lines import Line
from vault.validity.directory import Directory
from vault.validity.version_validity import Learned, Quarantined
from vault.words.finding import Code, Finding, without
from vault.words.message import Message

if TYPE_CHECKING:
    from vault.export.redrawn.layout import Page
    from vault.store.draft_files import Drafts


def _no_name(_: CompartmentId) -> None:
    return None


@dataclass(slots=True)
class Session:
    """One unlocked vault, from `access.unlock` to `close`.

    Attributes:
        vault, seat, member, roles: who is here.
        pins: what this account remembered when unlock began, or None.
        viewed: (compartment, reason) pairs whose view is in the log already.
        refused: (action, case, rule) of refusals that are in the log already.
        audit_name: gives the audit pseudonym of a case, or None before its index is read (`projection.audit_of`).
        written_together: of an act of several entries its newest version, and how many they are (`cases.undoing`).
        prover: what this session proved of the logs so far.
        learned: what counting found in the rows so far.
        audits: audit pseudonyms of cases met so far.
        quarantine: what catching up with the logs found not to count.
        highest_ms: the highest time believed so far, or 0; see `clock`.
        dates: what this seat did last here; the pins keep it (`projection.dates`).
        ends: until when this member holds cases, ms UTC, as far as its index was asked (`projection.expired_rights`).
        is_expired: whether the day has passed until which the member was admitted (`members.members`).
        here: the seats that had a way into this folder since its database got its key, as far as this account saw.
        door_for: the recovery key that the recovery door here was made for, as far as this account saw.
        sheets: digests of the acts that put other sheets in place, as their person compared them, the last one last.
        keys_now: the valid `keys` file and this seat's slot in it; None where the file that was found is in doubt.
        papers_read: what stands on the papers of an export that is being made, by version: each is read once for all
            of its questions and pages (`exports.papers_leaving`).
    """

    folder: VaultFolder
    vault: VaultId
    seat: SeatId
    member: MemberId
    roles: frozenset[Role]
    database: Database
    keyring: Keyring
    directory: Directory
    log: SeatLog
    alarms: tuple[Finding, ...]
    pins: Pins | None
    _secrets: SeatSecrets = field(repr=False)
    _keeper: PinKeeper = field(repr=False)
    _next_pins: Callable[[], Pins] = field(repr=False)
    prover: Prover
    learned: Learned
    state: Path
    highest_ms: int
    dates: Dates
    viewed: set[tuple[CompartmentId, str]] = field(default_factory=set)
    refused: set[tuple[Action, CompartmentId | None, str]] = field(default_factory=set)
    audit_name: Callable[[CompartmentId], bytes | None] = field(default=_no_name, repr=False)
    written_together: dict[VersionId, int] = field(default_factory=dict)
    audits: dict[CompartmentId, bytes] = field(default_factory=dict)
    quarantine: list[Quarantined] = field(default_factory=list)
    _drafts: Drafts | None = field(default=None, repr=False)
    _index: Index | None = field(default=None, repr=False)
    is_closed: bool = False
    ends: Mapping[CompartmentId, int] = field(default_factory=dict)
    is_expired: bool = False
    here: frozenset[SeatId] = frozenset()
    door_for: bytes = b""
    sheets: tuple[bytes, ...] = ()
    keys_now: tuple[KeyFile, int] | None = None
    papers_read: dict[bytes, tuple[Page, ...]] = field(default_factory=dict, repr=False)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def warnings(self) -> tuple[Message, ...]:
        """What a person must hear at unlock."""
        return tuple(alarm.message for alarm in self.alarms)

    @property
    def anchor(self) -> bytes:
        """What the vault's 13 words are the words of: this seat takes it from no file (FORMAT.md 2)."""
        return self._secrets.anchor

    @property
    def kem_private(self) -> KemPrivate:
        """What opens the grants of this seat."""
        return KemPrivate.from_seed(self._secrets.kem_seed)

    def sign(self, purpose: str, message: bytes) -> tuple[bytes, bytes]:
        """Return this seat's public identity key and its signature for a purpose (FORMAT.md 3)."""
        return public_key(self._secrets.identity_seed), sign(self._secrets.identity_seed, purpose, message)

    def add_alarm(self, alarm: Finding) -> None:
        """Have a person hear of something, once."""
        if not any(alarm.replaces(told) for told in self.alarms):
            self.alarms = (*self.alarms, alarm)

    def renew_alarm(self, alarm: Finding) -> None:
        """Have a person hear of something, in place of what was told about the same thing."""
        if alarm not in self.alarms:
            self.alarms = (*(told for told in self.alarms if not alarm.replaces(told)), alarm)

    def drop_alarms(self, code: Code, *, subject: bytes | None = None) -> None:
        """Tell no longer of this: about one subject where it is given, else about any."""
        self.alarms = without(self.alarms, code, subject=subject)

    @property
    def own_drafts(self) -> OwnFile:
        """This member's drafts, as a file."""
        return OwnFile(self.folder.drafts_dir, self.vault, self.seat, self._secrets.draft_key)

    @property
    def pin_file(self) -> PinFile:
        """What this account remembers of the vault for this seat."""
        return PinFile(self.state / "pins", self.vault, self.seat, self._secrets.pin_key)

    @property
    def own_index(self) -> OwnFile:
        """This member's index, as a file."""
        return OwnFile(self.folder.index_dir, self.vault, self.seat, self._secrets.index_key)

    def holds(self, compartment: CompartmentId) -> bool:
        """Say whether any epoch of the compartment was granted to this seat."""
        return bool(self.keyring.epochs_of(compartment))

    def hide_after(self, ends: Mapping[CompartmentId, int]) -> frozenset[CompartmentId]:
        """Hold cases until these days alone, ms UTC; return those whose day has passed."""
        self.ends = ends
        return self.hidden

    def end_at(self, until_ms: int | None) -> bool:
        """Refuse everything from the day on until which the member was admitted; say whether it has passed."""
        self.is_expired = has_expired(until_ms, self.clock().trusted_ms)
        return self.is_expired

    @property
    def hidden(self) -> frozenset[CompartmentId]:
        """The cases whose date has passed for this member by now."""
        now_ms = self.clock().trusted_ms
        return frozenset(case for case, until_ms in self.ends.items() if has_expired(until_ms, now_ms))

    def allows(self, action: Action, case: CompartmentId | None = None) -> Decision:
        """Say whether the member may do it, for who asks before anybody tries: it leaves no entry."""
        roles, holds = frozenset[Role]() if self.is_expired else self.roles, case is not None and self.holds(case)
        decision = may(roles, action, holds_case=holds, has_expired=case in self.hidden)
        return decision if decision.allowed or not self.is_expired else Decision(allowed=False, rule="over")

    def require(self, action: Action, case: CompartmentId | None = None, *, tried: bool = True) -> str:
        """Return the rule that allows the act. A refusal is in the log, once for an act, a case and a session.

        What a screen looks for by itself nobody `tried`: that leaves no entry.

        Raises:
            RefusedError: the member's roles do not allow it, or the case was not granted, or is not any more.
            VerificationError: the log in which the refusal should stand is in doubt.
        """
        decision = self.allows(action, case)
        if not decision.allowed:
            if tried and (action, case, decision.rule) not in self.refused:
                self._log_refusal(action, case, decision.rule)
            raise RefusedError(refusal(action, decision.rule), next_step=whom_to_ask(action, decision.rule))
        return decision.rule

    def name_refused_by(self, audit_name: Callable[[CompartmentId], bytes | None]) -> None:
        """Name cases so in the entries of refusals."""
        self.audit_name = audit_name

    def _log_refusal(self, action: Action, case: CompartmentId | None, rule: str) -> None:
        name = None
        if case is not None and self.holds(case):
            with suppress(VaultError):  # a case that does not open has no name here
                name = self.audit_name(case)
        out = f"denied:{action.value.replace('.', '-')}"
        # Nothing was done, so on a full disk the person hears the same; and so within a look at the rows, where the
        # only thing that is asked is who is in.
        with suppress(TryAgainError, InternalError):
            self.log_act(Entry(REFUSED_AS[action], out, obj=name, pol=rule))
            self.refused.add((action, case, rule))

    def faults(self, *, taken_from: Collection[SeatId] = ()) -> list[Finding]:
        """Return the alarms that stop an act, less those in the logs of seats that it takes something from alone."""
        return faults_among(self.alarms, live=self.directory.certificates, taken_from=taken_from)

    def require_sound_log(self, *compartments: CompartmentId, taken_from: Collection[SeatId] = ()) -> None:
        """Let nothing leave, be granted or be erased there while the log is in doubt; see `require_sound`."""
        require_sound(self, compartments, taken_from)

    def work(self, *compartments: CompartmentId) -> Work:
        """Begin a unit of work; nothing is written before its `commit`.

        Where no key of these compartments is known to readers alone, one is made first, in an operation of its own.
        """
        if self.is_closed:
            raise InternalError(Message("the session is closed"))
        for compartment in compartments:
            self.settle_keys(compartment)
        return Work(self.log, choose_epoch=partial(key_to_write, self))

    def log_act(self, entry: Entry) -> None:
        """Write an entry alone: it is durable when this returns."""
        with self.work() as work:
            work.commit(entry)

    def state_of(self, compartment: CompartmentId) -> CompartmentState | None:
        """Return who is in a compartment; None where nothing here founds it."""
        known = self.learned.states
        return known[compartment] if compartment in known else self.states_of([compartment])[compartment]

    def states_of(self, compartments: Iterable[CompartmentId]) -> dict[CompartmentId, CompartmentState | None]:
        """Do so for many at once, in the order given; what one of them needs to know of an author serves them all."""
        wanted, states = dict.fromkeys(compartments), self.learned.states
        if unknown := [compartment for compartment in wanted if compartment not in states]:
            with self.database.reading() as rows:
                states.update(access_of(self, rows).states(unknown))
        return {compartment: states[compartment] for compartment in wanted}

    def authority(self, rows: Rows) -> Authority:
        """Return the judge of who wrote an entry, over one moment of the rows."""
        return Authority(rows, self.directory, partial(self.prover.around, rows))

    def read_directory(self, rows: Rows, *acts: MadeAct) -> Directory:
        """Return who is in by what is here; with these acts as if this seat had listed them in its next entry."""
        return read_directory(
            Reading(rows, self.vault, self.prover, self.directory.lines, self.sheets), self._next_line(acts)
        )

    def _next_line(self, acts: Sequence[MadeAct]) -> Line | None:
        items = tuple((made.kind, made.content) for made in acts)
        return Line(self.log.origin, self.log.size, b"", items) if items else None

    def adopt(self, directory: Directory) -> None:
        """Go on under what the directory says now; whatever was judged before is judged anew.

        Raises:
            VerificationError: this seat was ended.
        """
        self.member, self.directory = directory.member_of(self.seat), directory
        self.alarms = still_valid_again(self.alarms, directory, self._next_pins().ended)
        self.roles = directory.roles_of(self.member)
        self.log.auditors = directory.auditors()
        with self.database.reading() as rows:
            self.log.period_is_over |= audit_is_stale(rows, self.log)
        self.learned.judge_anew()
        if self._index is not None:
            self._index.was_asked = False

    def read_again(self, origins: Iterable[bytes]) -> None:
        """Have the lines of these logs read anew at the next look: another history of each came in."""
        self.directory = replace(self.directory, lines=self.directory.lines.without(origins))

    def settle_keys(self, compartment: CompartmentId) -> None:
        """Have a key to write under there that only readers have, and give them those that they lack."""
        settle_keys(self, compartment)

    def drafts(self) -> Drafts:
        """Return this member's drafts, opened on first use."""
        if self._drafts is None:
            from vault.store.draft_files import open_drafts  # noqa: PLC0415 - the app alone keeps drafts, and it brings much

            own = self.own_drafts
            self._drafts = open_drafts(own.path, own.key, ballast=self.folder.ballast)
        return self._drafts

    def index(self) -> Index:
        """Return this member's index, opened on first use. `up_to_date_index` brings it up to date."""
        if self._index is None:
            own = self.own_index
            # Also a look needs the index: where the disk is full it gets the room that was kept.
            tag = partial(derive_index_tag, own.key)
            self._index = open_index(own.path, own.key, tag, ballast=self.folder.ballast)
        return self._index

    @property
    def uses_index(self) -> bool:
        """Whether something was asked of the index in this session."""
        return self._index is not None

    def remake_index(self) -> Index:
        """Begin this member's index anew: it was ahead of the vault, or cannot be trusted."""
        key, before = self._secrets.index_key, self.index()
        before.close()
        self._index = make_index(before.path, key, partial(derive_index_tag, key))
        self.learned.lines_are_level = False
        return self._index

    def copy_keys(self, file: KeyFile) -> CopyKeys:
        """Return this seat's keys to a copy with this `keys` file; VerificationError: no door opens for the seat."""
        return copy_keys(file, self._secrets)

    def auditor(self) -> Auditor:
        """Return this seat as a reader of audit payloads; which of them open, the grants decide."""
        return Auditor(self.vault, self.seat, self.kem_private, self.learned.listings)

    def clock(self) -> ClockReading:
        """Look at the clock; what it says is valid only as far as `policy.clocks` lets it."""
        reading = read_clock(self.highest_ms, self.log.now_ms())
        self.highest_ms = reading.trusted_ms
        return reading

    def believe_clock(self) -> None:
        """Take the clock as it stands for right, be it ahead or behind; the caller has put that into the log."""
        self.highest_ms = self.log.now_ms()
        self.drop_alarms(Code.CLOCK)
        self.keep_pins()

    def keep_pins(self) -> None:
        """Have this account remember where the log stands now and what is unsettled, behind the work."""
        self._keeper.keep(self._pins_now())

    def keep_pins_now(self) -> None:
        """Have this account remember it before anything else is written."""
        self._keeper.keep_now(self._pins_now())

    def note_dates(self, **changed: Any) -> None:
        """Have this account remember these of its `dates`."""
        dates = replace(self.dates, **changed)
        if dates != self.dates:
            self.dates = dates
            self.keep_pins()

    def _pins_now(self) -> Pins:
        pins = self._next_pins() if self.keys_now is None else with_keys(self._next_pins(), *self.keys_now)
        ended = endings(self.directory, pins.ended, self.alarms)
        alarms, highest, door = stored(self.alarms), self.clock().trusted_ms, self.door_for
        pins = replace(pins, alarms=alarms, highest_ms=highest, here=self.here, ended=ended, recovery=door)
        return replace(pins, dates=self.dates, sheets=self.sheets, seen=told_of(self.directory, self.seat))

    def settle_alarms(self, found: Finding | None) -> None:
        """Take note of a verification of all data: what it found, or None, which settles what is remembered."""
        self.alarms = settled(self.alarms, found, self.faults())

    def close(self) -> None:
        """Lock: close every file, overwrite the keys of epochs, remember where the log stands. Twice is as once.

        Raises:
            VaultError: something could not be written at the end; what was acknowledged is safe.
        """
        if self.is_closed:
            return
        self.is_closed = True
        self.papers_read.clear()
        faults: list[VaultError] = []
        steps: list[Callable[[], None]] = []
        if (index := self._index) is not None:
            steps += [self._remember_index, index.close, partial(fill_to_step, index.path)]
        if self._drafts is not None:
            steps += [self._drafts.close, partial(fill_to_step, self.own_drafts.path)]
        for step in (*steps, self._keeper.close, self.database.close):
            try:
                step()
            except VaultError as fault:
                faults.append(fault)
        self.keyring.close()
        even_times((self.folder.path, self.state), clock.now_ms() / 1000, but=(self.folder.staging_dir,))
        if faults:
            raise faults[0]

    def _remember_index(self) -> None:
        self._keeper.keep(replace(self._pins_now(), index=self.index().state()))
