"""One's own way in: passphrase, keyfile, security key; recovery sheets, and the way back with them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Final

from tui.gateway.unlocked_vault import Subject, UnlockedVault
from tui.text.in_words import in_two_rows, together
from tui.values.access_shown import (
    BackPlan,
    ProofTyped,
    SheetsMade,
    TypingPlace,
)
from tui.values.exchange_shown import ResultText
from vault.access.pins.delays import counting_down
from vault.access.recovering import BroughtBack, Wish
from vault.access.seat_keys.root_secret import kept_secret
from vault.access.seat_keys.slots import Factors, check_factors
from vault.acts.device import FACTORS, KEYFILE, SECURITY_KEY
from vault.durations import HOUR_MS
from vault.errors import InternalError
from vault.policy.decide import may
from vault.policy.roles import Action
from vault.progress import Progress
from vault.seal.entrance.device_secret import PrfProvider
from vault.seal.entrance.wordlists import GeneratedPassphrase
from vault.seal.recovery import Sheet
from vault.services import this_computer
from vault.services.backups import restoring
from vault.services.credentials import entering, recovery
from vault.services.credentials.entering import Proof
from vault.services.credentials.paper_sheets import TypedSheets, is_word, questions
from vault.services.credentials.recovery import RecoveryStatus
from vault.services.projection import last_done
from vault.services.projection.last_done import Done
from vault.store.folder import VaultFolder
from vault.words.message import Message, Words, plural

# One's own way in: the passphrase, a keyfile and a security key beside it.

Waiting = Callable[[int], None]


class OwnAccess(Subject):
    """Knows what opens this member's seat. An act that changes it wants to see again what opens it now.

    `waiting` is told the seconds that earlier wrong attempts cost.
    """

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._used = frozenset[str]()
        self.security_key: Callable[[Callable[[], str]], PrfProvider] = entering.security_key

    def came_in_with(self, keyfile: str, pin: str) -> None:
        """Remember what beside the passphrase opened this session."""
        self._used = frozenset(name for name, typed in ((KEYFILE, keyfile), (SECURITY_KEY, pin)) if typed)

    def factors(self) -> frozenset[str]:
        """Return what opens the seat beside the passphrase: `keyfile`, `fido2`."""
        return self._used

    def check(self, typed: ProofTyped, waiting: Waiting) -> None:
        """Raise where this does not open the seat now, and wipe it then; the act that follows needs it otherwise."""
        proof = self.proof(typed, waiting)
        try:
            check_factors(self._session, proof.member, proof.factors, proof.wait)
        except BaseException:
            proof.wipe()
            raise

    def propose(self, language: str) -> GeneratedPassphrase:
        """Make a passphrase of words of `en`, `fr` or `ru`."""
        return entering.propose_passphrase(language)

    def is_same(self, made: GeneratedPassphrase, typed: bytearray) -> bool:
        """Say whether what was typed from the paper is what was made; it is wiped."""
        try:
            return entering.is_same(made, typed)
        finally:
            typed[:] = bytes(len(typed))

    def refuse_weak(self, passphrase: bytearray) -> None:
        """Raise where a chosen passphrase is too easy to guess."""
        entering.refuse_weak(passphrase, (self._unlocked.name,))

    def proof(self, typed: ProofTyped, waiting: Waiting) -> Proof:
        """Return what opens the seat now. The caller wipes it."""
        path = self._unlocked.path
        key = partial(self.security_key, lambda: typed.pin)
        try:
            factors = entering.factors_of(
                path, typed.passphrase, typed.keyfile, key if SECURITY_KEY in self._used else None
            )
        except BaseException:
            _wipe(typed.passphrase, typed.new)
            raise
        return Proof(self._unlocked.name, factors, key, counting_down(waiting), typed.new, self._opens_now)

    def _opens_now(self, now: Factors) -> None:
        self._used = frozenset(each.name for each in entering.in_use(now)) & FACTORS.keys()


def _wipe(*secrets: bytearray) -> None:
    for secret in secrets:
        secret[:] = bytes(len(secret))


# Back in with sheets while nobody is: what is there to come back to, and the way.
@dataclass(slots=True)
class WayBack:
    """Into the vault at the door, or out of a backup, which becomes the vault at the door."""

    place: Path
    is_backup: bool
    member: str = field(repr=False)


def look_back(door: UnlockedVault, source: Path | None, member: str, passphrase: bytearray) -> tuple[WayBack, BackPlan]:
    """Look at what is there; the passphrase, where one was chosen already, is checked and wiped."""
    try:
        if passphrase:
            entering.refuse_weak(passphrase, (member,))
    finally:
        passphrase[:] = bytes(len(passphrase))
    if source is None:
        recovery.require_vault(door.path)
        return WayBack(door.path, False, member), BackPlan(Message("The vault is here."), "")
    VaultFolder(door.path).require_free()
    said: list[Words] = [*this_computer.clear_place(door.path)]
    backup = restoring.require_whole(source)
    opened = restoring.last_opened_here(backup, door.state)
    said.append(Message("The backup {name} is unaltered.", name=backup.name))
    return WayBack(backup, True, member), BackPlan(together(said, " "), "" if opened is None else restoring.day(opened))


def come_back(
    door: UnlockedVault, way: WayBack | None, typed: TypedSheets, passphrase: bytearray, progress: Progress
) -> ResultText:
    """Bring the member back; the passphrase is wiped."""
    if way is None:
        raise InternalError(Message("nothing was looked at"))
    if not way.is_backup:
        done = recovery.restore(way.place, typed, member=way.member, passphrase=passphrase, state=door.state)
        return ResultText(tuple(_lines(done.back, done.sheets_words)))
    regained = restoring.restore_by_sheets(
        way.place,
        door.path,
        typed,
        Wish(way.member, new_admin=False, everything=False, ends_old=False),
        passphrase=passphrase,
        state=door.state,
        progress=lambda _what, done, total: progress(done, total),
    )
    vault = regained.vault
    lines: list[Words] = [
        Message("The vault is at {path}, from the backup of {day}.", path=vault.path, day=restoring.day(vault.made_ms)),
        vault.said_of_cases,
        Message("LOSS: {loss}", loss=vault.loss),
        *(Message("CLOSED: {closed}", closed=closed) for closed in vault.closed),
    ]
    if regained.closed_drafts:
        lines.append(Message("Unfinished drafts in it stay closed: only the passphrase of their writer opens them."))
    return ResultText((*lines, restoring.KEPT, *_lines(regained.back, regained.sheets_words)))


def _lines(back: BroughtBack, sheets_words: tuple[str, ...]) -> list[Words]:
    again = Message("You have access again. Every member will see it.")
    if back.ended:
        again = plural(
            "You have access again; {count} old device is revoked. Every member will see it.",
            "You have access again; {count} old devices are revoked. Every member will see it.",
            count=len(back.ended),
        )
    return [
        again,
        Message("Compare these 13 words with those on the sheets:"),
        *in_two_rows(sheets_words),
        Message("The sheets were typed here: make new ones soon (F2, access; then r, n)."),
    ]


# Recovery sheets: made, shown or written, compared with the paper, proven, replaced.
# Between two acts the words of a set lie here, and in the one text that a screen shows; `forget` drops them.
_PROPOSED_EVERY_MS: Final = 20 * HOUR_MS


class Recovery(Subject):
    """Makes and proves the sheets of this vault."""

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._sheets: tuple[Sheet, ...] = ()
        self._way: WayBack | None = None

    def proposes(self) -> bool:
        """Say whether to propose sheets now: no drill has proven any, this member can do it, and not twice a day.

        That it was proposed is remembered.
        """
        session = self._session
        now, last = session.log.now_ms(), session.dates.proposed
        if last is not None and now - last < _PROPOSED_EVERY_MS:
            return False
        proposes = self.may_manage and kept_secret(session) is not None
        if proposes:
            last_done.note(session, Done.PROPOSED, now)
        return proposes

    def status(self) -> RecoveryStatus:
        return recovery.status(self._session)

    @property
    def are_made(self) -> bool:
        """Whether sheets were made here already, proven or not."""
        return bool(self._session.dates.made)

    # ---- a new set ----------------------------------------------------------------------------------------------

    def hold(self, sheets: tuple[Sheet, ...]) -> SheetsMade:
        """Keep a new set until it is on paper."""
        self._sheets = sheets
        return SheetsMade(len(sheets), sheets[0].threshold, tuple(questions(sheet) for sheet in sheets))

    def sheet(self, number: int) -> Sheet:
        """Return one sheet, to be shown and copied by hand."""
        return self._sheets[number - 1]

    def ask_again(self, number: int) -> tuple[int, ...]:
        """Return places of other words to ask for."""
        return questions(self._sheets[number - 1])

    def are_words(self, number: int, places: Sequence[int], typed: Sequence[str]) -> bool:
        """Say whether these words stand at these places of a sheet."""
        sheet = self._sheets[number - 1]
        return all(is_word(sheet, place, word) for place, word in zip(places, typed, strict=True))

    def forget(self) -> None:
        """Drop the set that was made and what was typed."""
        self._sheets, self._unlocked.typed = (), TypedSheets()

    # ---- sheets that come back from paper -----------------------------------------------------------------------

    def begin_typing(self) -> TypingPlace:
        """Begin to take sheets in, row by row."""
        self._unlocked.typed = TypedSheets()
        return self.place()

    def take_row(self, line: str) -> TypingPlace:
        """Take the next row; where it is wrong, it or the whole sheet is asked for again."""
        self._unlocked.typed.take_row(line)
        return self.place()

    def place(self) -> TypingPlace:
        """Return which row comes next, also after one that was refused."""
        typed = self._unlocked.typed
        sheet, row = typed.place
        return TypingPlace(sheet, typed.name, row, typed.needed, typed.is_enough)

    # ---- back in, while nobody is -------------------------------------------------------------------------------

    def look_back(self, source: Path | None, member: str, passphrase: bytearray) -> BackPlan:
        """Look at the vault here, or at a backup, before sheets are typed; a passphrase chosen already is wiped."""
        self._way, plan = look_back(self._unlocked, source, member, passphrase)
        return plan

    def require_fitting(self) -> None:
        """Raise where the sheets that were typed do not open what was looked at."""
        if self._way is not None:
            recovery.require_fitting(self._way.place, self._unlocked.typed)

    def come_back(self, passphrase: bytearray, progress: Progress) -> ResultText:
        """Bring the member back, with a new passphrase, which is wiped; nobody is let in by that."""
        done = come_back(self._unlocked, self._way, self._unlocked.typed, passphrase, progress)
        self.forget()
        return done

    @property
    def may_manage(self) -> bool:
        """Whether this member makes and proves sheets."""
        return may(self._session.roles, Action.RECOVERY_MANAGE).allowed
