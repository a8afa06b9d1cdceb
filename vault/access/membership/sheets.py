"""Acts that the recovery sheets sign, and other sheets in their place, with nothing new for the old (FORMAT.md 2)."""

from __future__ import annotations

from vault.access.membership.act_listing import list_acts
from vault.access.seat_keys.rekeying import renew_recovery_door, with_recovery_door
from vault.access.seat_keys.root_secret import kept_secret, root_of
from vault.access.session import Session
from vault.access.trust.writing_keys import lacking, settle_keys
from vault.errors import RefusedError, SheetsNeededError, VerificationError
from vault.ids import CompartmentId
from vault.log.act_bytes import SHEETS_PURPOSE, MadeAct, anchor_digest, by_sheets, replace_sheets, sheets_message
from vault.progress import Progress
from vault.records.seatlog import Holder
from vault.seal.purposes import Purpose
from vault.seal.recipients import KemPrivate
from vault.seal.recovery import derive_recovery_seed, derive_root_seed, digest_of_words, make_root_secret, words_of
from vault.seal.signing import public_key, sign
from vault.trust.trust_items import Replace
from vault.words.message import Message


def signed_by_sheets(root_seed: bytes, vault: bytes, made: MadeAct) -> MadeAct:
    """Return an act with the signature of the sheets: it counts in any log that lists it."""
    signature = sign(root_seed, SHEETS_PURPOSE, sheets_message(vault, made.kind, made.content))
    return by_sheets(made, public_key(root_seed), signature)


def secret_for(session: Session, typed: bytes | None = None) -> bytes:
    """Return the secret of the sheets in effect: as typed, or while it lies sealed on this device.

    Raises:
        RefusedError: it is not here, or what was typed is of other sheets.
    """
    secret = kept_secret(session) if typed is None else typed
    if secret is None:
        raise SheetsNeededError(
            Message("this needs the recovery sheets, and their secret is not on this device"),
            next_step=Message("Type two sheets, or have another admin do it who has them."),
        )
    if root_of(secret) != session.directory.root_public:
        raise RefusedError(
            Message("these are not the recovery sheets that are in effect"),
            next_step=Message("Type the newest sheets."),
        )
    return secret


def by_the_sheets(session: Session, made: MadeAct, typed: bytes | None = None) -> MadeAct:
    """Return an act signed by the sheets in effect.

    Raises:
        RefusedError: as `secret_for`.
    """
    return signed_by_sheets(derive_root_seed(secret_for(session, typed)), session.vault, made)


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


def follow_sheets(session: Session, progress: Progress = lambda done, total: None) -> int:
    """Give the sheets in effect what they shall read, and write from here on under keys that replaced ones lack.

    The keys from before are given too: what was written under them is not sealed anew. Return in how many compartments.
    """
    session.require_sound_log(session.directory.compartment)
    stale = stale_compartments(session)
    settle_keys(session, *stale, progress=progress)
    return len(stale)


def stale_compartments(session: Session) -> list[CompartmentId]:
    """Return the compartments held here that the sheets shall read, and of which those in effect lack a key.

    While new sheets wait to be confirmed, none: what a colleague gave to the new ones alone is not given to the old.
    """
    directory = session.directory
    if directory.replacements():
        return []
    recovery = Holder(directory.recovery_seat, directory.recovery)
    states = session.states_of(map(CompartmentId, session.keyring.compartments()))
    shall = [compartment for compartment, state in states.items() if state is not None and state.with_recovery]
    return [compartment for compartment in shall if any(lacking(session, compartment, [recovery]))]
