"""Recovery: the drill that proves sheets, new sheets, access from them, and what sheets alone can settle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from vault import platform
from vault.access.membership.sheets import (
    change_sheets,
    choose_sheets,
    follow_sheets,
    stale_compartments,
)
from vault.access.recovering import BroughtBack, Wish, bring_back
from vault.access.recovery_session import hand_on_audit, open_door, opened_by_sheets
from vault.access.seat_keys.rekeying import read_key_file
from vault.access.seat_keys.root_secret import forget_secret, kept_secret
from vault.access.session import Session
from vault.access.trust.keyrings import grants_between
from vault.access.trust.membership_news import SheetsUsed, sheets_used
from vault.access.unlock import unlock
from vault.display import DAY, time_text
from vault.errors import RefusedError, VerificationError
from vault.ids import CompartmentId, CompartmentKind
from vault.log.epoch_notice import EpochNotice
from vault.policy.roles import Action, Role
from vault.progress import Progress
from vault.records.epochs import notices_naming
from vault.records.work import Entry
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import Sheet, derive_recovery_seed, join_sheets, make_sheets, words_of
from vault.services.credentials.paper_sheets import TypedSheets
from vault.services.health import sheets as sheets_item
from vault.services.projection import last_done
from vault.services.this_computer import Item
from vault.store.folder import VaultFolder
from vault.store.rows import Rows
from vault.validity.compartment_access import CompartmentState
from vault.validity.given_keys import GrantReader
from vault.words.message import Message
from vault.words.next_step import NextStep

# Recovery: sheets, the drill that proves them, new sheets, and access from sheets when nobody can unlock.

SHAPES = {"2-of-3": (2, 3), "3-of-5": (3, 5)}
USUAL_SHAPE = "2-of-3"


@dataclass(frozen=True, slots=True)
class Drilled:
    """What a drill showed.

    Of compartments held here the sheets open the newest key of `opened`; those `without` were made without recovery.
    `erased`: the secret lay on this device until now.
    """

    opened: int
    without: int
    erased: bool
    at_ms: int


@dataclass(frozen=True, slots=True)
class NewSheets:
    """A new set of sheets, and how far what is stored goes by it already."""

    sheets: tuple[Sheet, ...] = field(repr=False)
    followed: int


@dataclass(frozen=True, slots=True)
class RecoveryStatus:
    """How recovery stands, as this seat sees it.

    `secret_is_here`: sheets of it were not proven yet. `said` is what `status` says of that. Of the compartments `held`
    here some were made `without` recovery, and `stale` ones are under old sheets still. `used` tells each time that
    sheets were used. `to_confirm` counts new sheets whose words nobody compared here yet.
    """

    vault_words: tuple[str, ...]
    sheets_words: tuple[str, ...]
    to_confirm: int
    secret_is_here: bool
    drill_ms: int | None
    said: Item
    held: int
    without: int
    stale: int
    used: tuple[SheetsUsed, ...]

    @property
    def proven(self) -> bool | None:
        """Whether a drill here proved the sheets that are valid now; None where this device cannot tell."""
        if self.secret_is_here:
            return False
        return None if self.drill_ms is None else True


@dataclass(frozen=True, slots=True)
class Restored:
    """What sheets brought back, the words of their root to compare with the paper, and what unlock noticed after."""

    back: BroughtBack
    sheets_words: tuple[str, ...]
    warnings: tuple[Message, ...]


def sheets(session: Session, shape: str = USUAL_SHAPE) -> tuple[Sheet, ...]:
    """Return a set of sheets for the secret that still lies here. A set that was handed out before stays valid too.

    Raises:
        RefusedError: the sheets were proven, so that the secret is on paper alone; or this is not the device it is on.
    """
    made = make_sheets(require_secret(session), session.directory.sheets_digest, *SHAPES[shape])
    last_done.note_new_sheets(session)
    return made


def require_secret(session: Session) -> bytes:
    """Return the secret of the sheets, while it lies here.

    Raises:
        RefusedError: as `sheets`.
    """
    session.require(Action.RECOVERY_MANAGE)
    secret = kept_secret(session)
    if secret is None:
        raise RefusedError(
            Message("the secret of the sheets is not on this device: a drill proved them, or they were made elsewhere"),
            next_step=Message(
                "Make new sheets with {make_new_root}; this needs the old sheets.", make_new_root=NextStep.MAKE_NEW_ROOT
            ),
        )
    return secret


def require_manager(session: Session) -> None:
    """Return if this member makes and proves sheets: before anybody types some."""
    session.require(Action.RECOVERY_MANAGE)


def drill(session: Session, secret: bytes) -> Drilled:
    """Prove that the sheets of this secret open this vault as it is now, and erase it from this device.

    Raises:
        VerificationError: they do not open it.
    """
    rule = session.require(Action.RECOVERY_MANAGE)
    open_door(read_key_file(session.folder.keys), secret)
    opened, without, unopened = _opened_by(session, secret)
    if unopened:
        raise VerificationError(
            Message("these sheets do not open {unopened} of the cases and lists that you hold", unopened=unopened),
            next_step=Message(
                "Run {follow_recovery}; after that repeat the drill.", follow_recovery=NextStep.FOLLOW_RECOVERY
            ),
        )
    with session.work() as work:
        covers = {what: count for what, count in (("opened", opened), ("without", without)) if count}
        work.commit(Entry(act="recovery.drill", covers=covers, pol=rule))
    erased = forget_secret(session)
    now = session.log.now_ms()
    last_done.note_drill(session, now)
    return Drilled(opened, without, erased, now)


def renew(
    session: Session,
    typed: bytes | None = None,
    *,
    shape: str = USUAL_SHAPE,
    progress: Progress = lambda done, total: None,
) -> NewSheets:
    """Make a new root and new sheets, signed by the root before, and replace what the old sheets were granted.

    `typed` is the secret of the old sheets, where it is not on this device any more. `progress` is told how many
    compartments have a new key.

    Raises:
        RefusedError: the old secret is not here, or not that of the root in effect; or the member is no admin.
        VerificationError: the log is in doubt.
    """
    session.require(Action.RECOVERY_MANAGE)
    secret = change_sheets(session, typed)
    last_done.note_new_sheets(session)
    followed = follow_sheets(session, progress)
    if Role.AUDITOR in session.roles:
        hand_on_audit(session)
    return NewSheets(make_sheets(secret, session.directory.sheets_digest, *SHAPES[shape]), followed)


def confirm(session: Session, words: Sequence[str], progress: Progress = lambda done, total: None) -> int:
    """Go by new sheets on this device, whose 13 words a person compared with the paper, and follow them.

    Raises:
        UsageError: they are not 13 words.
        VerificationError: no new sheets that came here have these words.
    """
    session.require(Action.OWN_KEYS)
    choose_sheets(session, list(words))
    return follow_sheets(session, progress)


def follow(session: Session, progress: Progress = lambda done, total: None) -> int:
    """Replace the keys that replaced sheets still open, in what this member holds and may give keys of."""
    session.require(Action.OWN_KEYS)
    return follow_sheets(session, progress)


def status(session: Session) -> RecoveryStatus:
    """Return how recovery stands. Every member may know."""
    session.require(Action.MEMBER_LIST)
    states = list(_states(session))
    secret_is_here = kept_secret(session) is not None
    return RecoveryStatus(
        vault_words=words_of(session.directory.anchor),
        sheets_words=words_of(session.directory.sheets_digest),
        to_confirm=len(session.directory.replacements()),
        secret_is_here=secret_is_here,
        said=sheets_item(replace(session.dates, sheets=not secret_is_here), session.log.now_ms()),
        drill_ms=session.dates.drill,
        held=len(states),
        without=sum(_is_without(session, state) for state in states),
        stale=sum(1 for _ in stale_compartments(session)),
        used=sheets_used(session.directory),
    )


def require_vault(path: Path) -> None:
    """Refuse what sheets could not bring anybody into: before a row is typed.

    Raises:
        NoVaultError: there is no vault; where a backup is, that is said.
        RefusedError: it is no place where a vault is opened.
        MalformedError, NewerVaultError: its `keys` cannot be read.
    """
    folder = VaultFolder(path)
    folder.require()
    folder.require_safe_place()
    read_key_file(folder.keys)


def require_fitting(path: Path, typed: TypedSheets) -> None:
    """Say at once that sheets do not open what is at a place, a vault or a backup: before a passphrase is chosen.

    Raises:
        RefusedError: too few sheets.
        VerificationError: they are of another vault, or of a set that was replaced.
    """
    secret = join_sheets(typed.sheets, None)
    open_door(read_key_file(VaultFolder(path).keys), secret)


def restore(
    path: Path,
    typed: TypedSheets,
    *,
    member: str,
    passphrase: bytearray,
    new_admin: bool = False,
    everything: bool = False,
    ends_old: bool = True,
    state: Path | None = None,
) -> Restored:
    """Bring a member back into a vault on this device with sheets alone; the vault is unlocked once to prove it.

    The passphrase of the new seat is wiped before this returns. `new_admin` admits somebody new of this name as admin,
    in place of a member who is in; `everything` gives all that recovery opens, in place of what the member's seats
    held; `ends_old` ends the member's other seats.

    Raises:
        RefusedError: too few sheets, or `new_admin` names somebody who is in.
        NotFoundError: no such member.
        VerificationError: the sheets do not open this vault.
    """
    state = platform.state_dir() if state is None else state
    wish = Wish(member, new_admin=new_admin, everything=everything, ends_old=ends_old)
    try:
        secret = join_sheets(typed.sheets, None)
        with opened_by_sheets(path, secret) as opened:
            back = bring_back(opened, wish, bytearray(passphrase), state=state)
        with unlock(path, member=member, passphrase=bytearray(passphrase), state=state) as session:
            last_done.note_opened(session)
            return Restored(back, words_of(session.directory.sheets_digest), session.warnings)
    finally:
        passphrase[:] = bytes(len(passphrase))


def day(ms: int) -> str:
    """Return the date that stands on a sheet."""
    return time_text(ms, DAY)


def _states(session: Session) -> list[CompartmentState]:
    found = session.states_of(map(CompartmentId, session.keyring.compartments()))
    return [state for state in found.values() if state is not None and state.kind is not CompartmentKind.AUDIT]


def _is_without(session: Session, state: CompartmentState) -> bool:
    return not state.with_recovery


def _opened_by(session: Session, secret: bytes) -> tuple[int, int, int]:
    """Return of how many compartments held here sheets open the newest key, how many were made without, the rest."""
    private = KemPrivate.from_seed(derive_recovery_seed(secret))
    states = list(_states(session))
    without = sum(_is_without(session, state) for state in states)
    opened = sum(not _is_without(session, state) and _opens(session, state, private) for state in states)
    return opened, without, len(states) - without - opened


def _opens(session: Session, state: CompartmentState, private: KemPrivate) -> bool:
    with session.database.reading() as rows:
        newest = session.keyring.epochs_of(state.compartment)[-1]
        return any(_opens_epoch(session, rows, notice, private) for notice in notices_naming(rows, [newest]))


def _opens_epoch(session: Session, rows: Rows, notice: EpochNotice, private: KemPrivate) -> bool:
    reader = GrantReader(rows, session.learned.listings, session.vault, private)
    grants = grants_between(rows, notice.epoch, session.directory.recovery_seat)
    return any(reader.open(notice, grant) is not None for grant in grants)


def secret_is_here(session: Session) -> bool:
    """Say whether the secret of the sheets lies on this device, so that nobody has to type them."""
    session.require(Action.MEMBER_LIST)
    return kept_secret(session) is not None


def secret_of(session: Session, typed: TypedSheets) -> bytes:
    """Return the secret of the sheets in effect, of sheets that were typed for an act of theirs.

    Raises:
        RefusedError: too few sheets.
        VerificationError: they are not those in effect.
    """
    session.require(Action.MEMBER_LIST)
    return join_sheets(typed.sheets, session.directory.root_public)
