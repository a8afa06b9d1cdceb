"""Other sheets in the place of those before, and nothing new for the old ones (FORMAT.md 2).

What the old sheets were given they still open in any copy; from the new keys on they read nothing more.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from vault.access.membership.act_listing import list_acts
from vault.access.membership.sheets import by_the_sheets, secret_for, signed_by_sheets
from vault.access.seat_keys.rekeying import renew_recovery_door, with_recovery_door
from vault.access.seat_keys.root_secret import root_of
from vault.access.session import Session
from vault.access.trust.key_lists import waits_for
from vault.access.trust.new_epochs import next_holders, recovery_of
from vault.errors import RefusedError, VerificationError
from vault.ids import CompartmentId, EpochId
from vault.log.act_bytes import anchor_digest, replace_sheets
from vault.log.items import LIST_LIMIT
from vault.policy.rights import RIGHTS
from vault.progress import Progress
from vault.records.work import ITEMS_IN_ONE_ENTRY, Entry
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed, digest_of_words, make_root_secret, words_of
from vault.trust.trust_items import Replace
from vault.validity.compartment_access import CompartmentState
from vault.words.message import Message

_MOST_LISTED = LIST_LIMIT - 64


@dataclass(frozen=True, slots=True)
class Followed:
    """How many compartments have a new key that the old sheets do not open, and how many wait for somebody else."""

    replaced: int
    pending: int


def change_sheets(session: Session, old_secret: bytes | None) -> bytes:
    """List other sheets in the place of those in effect, and return their secret, which is kept sealed here.

    They count on this device from here on; on another one once its person has compared their words.

    Raises:
        RefusedError: the old secret is not here, or not that of the sheets in effect.
        VerificationError: the log is in doubt.
        TryAgainError: no room.
    """
    old = secret_for(session, old_secret)
    new = make_root_secret()
    recovery = KemPrivate.from_seed(derive_recovery_seed(new)).public
    kept = (act.digest for act in session.directory.by_sheets())
    replacing = replace_sheets(root_of(new), recovery, kept)
    by_both = [
        by_the_sheets(session, replacing, old),
        signed_by_sheets(derive_root_seed(new), session.vault, replacing),
    ]
    chosen = session.sheets
    keys = with_recovery_door(session, recovery)
    # Both, so that a crash on either side of the commit leaves the one that is in effect.
    row = session.log.place.seal_row(Purpose.ROOT_SECRET, new + old)
    try:
        session.sheets = (*chosen, replacing.act.digest)
        session.keep_pins_now()  # they count here from the commit on: nobody has their words on paper yet
        list_acts(session, by_both, keys=keys, rows=[row])
    except BaseException:
        session.sheets = chosen
        raise
    session.door_for = recovery
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.ROOT_SECRET, new))
    session.database.truncate_wal()
    session.keep_pins()
    session.log.period_is_over = True  # this log's payloads too go on under a key that the old sheets lack
    return new


def choose_sheets(session: Session, words: list[str]) -> Replace:
    """Go by new sheets from here on, whose 13 words a person compared with the paper.

    Raises:
        UsageError: they are not 13 words.
        RefusedError: this device would not be in any more.
        VerificationError: no new sheets that came here have these words.
    """
    typed = words_of(digest_of_words(words))
    founder = session.directory.beginning.founder.identity
    for act in session.directory.later_sheets:
        if words_of(anchor_digest(act.root, act.recovery, founder)) == typed:
            before, session.sheets = session.sheets, (*session.sheets, act.digest)
            with session.database.reading() as rows:
                after = session.read_directory(rows)
            if session.seat not in after.certificates:
                session.sheets = before
                raise RefusedError(
                    Message("by these sheets this device is not in: they keep no admission of it"),
                    next_step=Message("Tell an admin: this device has to be admitted again, by the new sheets."),
                )
            session.adopt(after)
            renew_recovery_door(session)
            session.keep_pins()
            return act
    raise VerificationError(
        Message("no new sheets that came here have these words"),
        next_step=Message("Compare them once more with the paper. If they differ, tell an admin at once."),
    )


def follow_sheets(session: Session, progress: Progress = lambda done, total: None) -> Followed:
    """Replace the keys that replaced sheets still open, wherever this seat may.

    The recovery key in effect is given those before too: what was written under them is not sealed anew.
    """
    session.require_sound_log(session.directory.compartment)
    stale = list(stale_compartments(session))
    mine = [
        state
        for state in stale
        if RIGHTS.may_grant(session.roles, state.kind) and not waits_for(session, state.compartment, keys_only=True)
    ]
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
                    work.grant(state.compartment, EpochId(earlier), recovery_of(session.directory, state))
                else:
                    break
                listed += items
                at += 1
            work.commit(Entry(act="key.rotate", out="ok:recovery"))
        progress(done, len(mine))
    return Followed(len(mine), len(stale) - len(mine))


def stale_compartments(session: Session) -> Iterator[CompartmentState]:
    """Yield the compartments held here that were made with recovery, and of which the sheets in effect lack a key.

    While new sheets wait to be confirmed, none: what a colleague gave to the new ones alone is not given to the old.
    """
    directory = session.directory
    if directory.replacements():
        return
    for compartment in session.keyring.compartments():
        state = session.state_of(CompartmentId(compartment))
        if state is not None and not state.holders.isdisjoint(directory.recovery_seats):
            granted = (state.epochs[epoch].granted for epoch in state.current)
            if any(directory.recovery_seat not in each for each in granted):
                yield state
