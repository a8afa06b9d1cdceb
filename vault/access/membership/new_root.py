"""Another root in the place of the one before: new sheets, and nothing new for the old ones (FORMAT.md 2).

What the old sheets were granted they still open in any copy; from the new epochs on they read nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from vault.access.membership.next_roster import Change, next_roster, require_settled
from vault.access.membership.roster_commit import commit_roster
from vault.access.seat_keys.rekeying import with_recovery_door
from vault.access.seat_keys.root_secret import root_of
from vault.access.session import Session
from vault.access.trust.directory import RECOVERY
from vault.access.trust.key_lists import waits_for
from vault.access.trust.new_epochs import next_holders
from vault.errors import InternalError, MalformedError, RefusedError
from vault.ids import CompartmentId, EpochId, Origin, SeatId
from vault.log.items import LIST_LIMIT
from vault.log.operation import Header
from vault.log.roster import ROSTER_PURPOSE, Roster
from vault.progress import Progress
from vault.records.seatlog import Holder
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed, make_root_secret
from vault.seal.signing import public_key, sign
from vault.store.rows import Rows
from vault.validity.authority import Entry as ProvenEntry
from vault.validity.compartment_access import CompartmentState
from vault.words.message import Message

_MOST_LISTED = LIST_LIMIT - 64


@dataclass(frozen=True, slots=True)
class Followed:
    """How many compartments have a new key that the old sheets do not open, and how many wait for somebody else."""

    replaced: int
    pending: int


def change_root(session: Session, old_secret: bytes) -> bytes:
    """Name a new root and a new recovery key in the next roster, and return the new S, which is kept sealed here.

    Raises:
        RefusedError: the member may not write rosters, or `old_secret` is not that of the root in effect; or sides
            have to be settled first: the root would leave out whom they admitted.
        VerificationError: the log is in doubt.
        TryAgainError: no room.
    """
    effective = session.directory.effective
    require_settled(session.directory)
    if root_of(old_secret) != effective.root_public:
        raise RefusedError(
            Message("this is not the secret of the root that is in effect now"),
            next_step=Message("Type the newest sheets."),
        )
    new_secret = make_root_secret()
    recovery = KemPrivate.from_seed(derive_recovery_seed(new_secret)).public
    change = Change(new_root=root_of(new_secret), recovery=recovery)
    roster = next_roster(effective, change, _nobody_goes)
    for secret in (old_secret, new_secret):
        # The new root too: whoever has its secret alone goes back from this roster to the first one.
        seed = derive_root_seed(secret)
        roster = roster.signed(public_key(seed), sign(seed, ROSTER_PURPOSE, roster.root))
    keys = with_recovery_door(session, recovery)
    # Both, so that a crash on either side of the commit leaves the one that is valid.
    row = session.log.place.seal_row(Purpose.ROOT_SECRET, new_secret + old_secret)
    commit_roster(session, roster, keys=keys, rows=[row])
    session.door_for = recovery
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.ROOT_SECRET, new_secret))
    session.database.truncate_wal()
    session.log.period_is_over = True  # this log's payloads too go on under a key that the old sheets lack
    return new_secret


def follow_root(session: Session, progress: Progress = lambda done, total: None) -> Followed:
    """Replace the epochs that an earlier recovery key was granted, wherever this seat may.

    The new recovery key is given those before too: what was written under them is not sealed anew.

    Raises:
        RefusedError: sides of the roster line have to be settled first.
    """
    require_settled(session.directory)  # until then headers name a list that may have another recovery key
    session.require_sound_log(session.directory.compartment)
    stale = list(stale_compartments(session))
    mine = [
        state
        for state in stale
        if session.directory.rights.may_grant(session.roles, state.kind)
        and not waits_for(session, state.compartment, keys_only=True)
    ]
    recovery = [Holder(RECOVERY, session.directory.effective.head.recovery)]
    # A compartment is not parted where it need not be; of one with keys without end the last come in further entries.
    steps = [(state, epoch) for state in mine for epoch in (None, *session.keyring.epochs_of(state.compartment))]
    at = done = 0
    while at < len(steps):
        listed = 0
        with session.work() as work:
            for state, earlier in steps[at:]:
                if earlier is None:
                    holders = next_holders(session.directory, state)
                    items = 1 + len(holders)
                    if (
                        listed
                        and listed + items + len(session.keyring.epochs_of(state.compartment)) > ITEMS_IN_ONE_ENTRY
                    ):
                        break
                    work.replace_epoch(state.compartment, state.kind, holders, replaced=state.current)
                    done += 1
                elif listed < _MOST_LISTED:
                    items = 1
                    work.grant(state.compartment, EpochId(earlier), recovery)
                else:
                    break
                listed += items
                at += 1
            work.commit(Entry(act="key.rotate", out="ok:recovery"))
        progress(done, len(mine))
    return Followed(len(mine), len(stale) - len(mine))


def stale_compartments(session: Session) -> Iterator[CompartmentState]:
    """Yield the compartments held here of which a current epoch was granted to an earlier recovery key."""
    for compartment in session.keyring.compartments():
        state = session.state_of(CompartmentId(compartment))
        if state is None or RECOVERY not in state.holders:
            continue
        with session.database.reading() as rows:
            if any(_is_stale(session, rows, state, epoch) for epoch in state.current):
                yield state


def _is_stale(session: Session, rows: Rows, state: CompartmentState, epoch: EpochId) -> bool:
    """Say whether an epoch was made under rosters that name another recovery key than the newest."""
    newest = session.directory.effective.head.recovery
    rosters = (_roster_named(session, rows, made.entry) for made in state.epochs[epoch].made)
    return all(roster is None or roster.head.recovery != newest for roster in rosters)


def _roster_named(session: Session, rows: Rows, entry: ProvenEntry) -> Roster | None:
    row = rows.operation(entry.origin, entry.seq)
    with suppress(MalformedError):
        return None if row is None else session.directory.chain.by_root(Header.decode(row.header).roster)
    return None


def _nobody_goes(seat: SeatId) -> Mapping[Origin, int]:
    raise InternalError(
        Message("a change of the root cannot remove or demote anybody, such as {seat}", seat=seat.hex())
    )
