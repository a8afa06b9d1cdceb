"""Recovery sheets: made, shown or written, compared with the paper, proven, replaced.

Between two acts the words of a set lie here, and in the one text that a screen shows; `forget` drops them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tui.gateway import coming_back
from tui.gateway.changes import changed
from tui.gateway.coming_back import WayBack
from tui.gateway.subject import Subject, UnlockedVault, telling
from tui.values.values_exchange import ResultText
from tui.values.values_members import Changed, TwoLists, WaitingLine
from tui.values.values_own import BackPlan, SheetShown, SheetsMade, TypingPlace
from vault.access.membership.new_root import Followed
from vault.access.seat_keys.root_secret import kept_secret
from vault.durations import HOUR_MS
from vault.ids import SeatId
from vault.policy.decide import may
from vault.policy.roles import Action
from vault.progress import Progress, Stopped
from vault.seal.recovery import Sheet
from vault.services.credentials import recovery
from vault.services.credentials.paper_sheets import TypedSheets, is_word, questions, shared_place, sheet_files
from vault.services.credentials.recovery import Drilled, RecoveryStatus
from vault.services.members import admissions
from vault.services.projection import last_done
from vault.services.projection.last_done import Done
from vault.words.message import Message, Words

_PROPOSED_EVERY_MS: Final = 20 * HOUR_MS


class Recovery(Subject):
    """Makes and proves the sheets of this vault."""

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._sheets: tuple[Sheet, ...] = ()
        self._typed = TypedSheets()
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
        """Return how recovery stands."""
        return recovery.status(self._session)

    @property
    def are_made(self) -> bool:
        """Whether sheets were made here already, proven or not."""
        return bool(self._session.dates.made)

    # ---- a new set ----------------------------------------------------------------------------------------------

    def make(self, shape: str) -> SheetsMade:
        """Make a set of sheets of the secret that lies here."""
        return self._hold(recovery.sheets(self._session, shape))

    def sheet(self, number: int) -> SheetShown:
        """Return one sheet, to be shown and copied by hand."""
        sheet = self._sheets[number - 1]
        rows = tuple((row.number, row.words, row.check) for row in sheet.rows)
        return SheetShown(number, sheet.count, sheet.threshold, rows, sheet.root_words)

    def ask_again(self, number: int) -> tuple[int, ...]:
        """Return places of other words to ask for."""
        return questions(self._sheets[number - 1])

    def are_words(self, number: int, places: Sequence[int], typed: Sequence[str]) -> bool:
        """Say whether these words stand at these places of a sheet."""
        sheet = self._sheets[number - 1]
        return all(is_word(sheet, place, word) for place, word in zip(places, typed, strict=True))

    def write(self, place: Path, languages: Sequence[str] = ()) -> tuple[str, ...]:
        """Write the set for the printer, one PDF for each sheet, into a folder that is there; return the paths."""
        with sheet_files(place, len(self._sheets)) as files:
            files.write(self._sheets, day=recovery.day(self._session.log.now_ms()), languages=languages)
        return tuple(str(path) for path in files.paths)

    def who_else_reads(self, place: Path) -> Words:
        """Return in words why other computers may get what is written there, or nothing."""
        return shared_place(place) or ""

    def forget(self) -> None:
        """Drop the set that was made and what was typed."""
        self._sheets, self._typed = (), TypedSheets()

    # ---- sheets that come back from paper -----------------------------------------------------------------------

    def begin_typing(self) -> TypingPlace:
        """Begin to take sheets in, row by row."""
        self._typed = TypedSheets()
        return self.place()

    def take_row(self, line: str) -> TypingPlace:
        """Take the next row; where it is wrong, it or the whole sheet is asked for again."""
        self._typed.take_row(line)
        return self.place()

    def place(self) -> TypingPlace:
        """Return which row comes next, also after one that was refused."""
        sheet, row = self._typed.place
        return TypingPlace(sheet, self._typed.name, row, self._typed.needed, self._typed.is_enough)

    def drill(self) -> Drilled:
        """Prove the sheets that were typed."""
        return recovery.drill(self._session, self._typed)

    def renew(self, shape: str, progress: Progress) -> tuple[SheetsMade, Followed]:
        """Make a new root and new sheets; with the old sheets that were typed, where their secret is not here.

        Nothing stops it: half of it would be a root of which nobody has sheets.
        """
        made = recovery.renew(self._session, self._typed, shape=shape, progress=progress)
        return self._hold(made.sheets), made.followed

    def two_lists(self) -> TwoLists:
        """Return who waits where two lists of members were made apart."""
        session = self._session
        lines = tuple(
            WaitingLine(
                device.seat.hex(),
                device.name,
                tuple(sorted(role.value for role in device.roles)),
                Message("{who}", who=device.admitted_by),
            )
            for device in admissions.list_waiting(session)
        )
        return TwoLists(lines, admissions.lists_are_apart(session), kept_secret(session) is None)

    def settle(self, admitted: Sequence[str], progress: Progress) -> Changed:
        """Let these devices in and no other, by the sheets that were typed where their secret is not here."""
        session = self._session
        typed = self._typed if kept_secret(session) is None else None
        seats = [SeatId(bytes.fromhex(seat)) for seat in admitted]
        outcome = recovery.settle_lists(session, seats, typed, progress=progress)
        self.forget()
        return changed(session, outcome, Message("There is one list of members again."))

    def follow(self, progress: Progress, stopped: Stopped) -> Followed:
        """Replace the keys that replaced sheets still open; stopped, some may be replaced."""
        return recovery.follow(self._session, telling(progress, stopped))

    # ---- back in, while nobody is -------------------------------------------------------------------------------

    def look_back(self, source: Path | None, member: str, passphrase: bytearray) -> BackPlan:
        """Look at the vault here, or at a backup, before sheets are typed; a passphrase chosen already is wiped."""
        self._way, plan = coming_back.look_back(self._unlocked, source, member, passphrase)
        return plan

    def require_fitting(self) -> None:
        """Raise where the sheets that were typed do not open what was looked at."""
        if self._way is not None:
            recovery.require_fitting(self._way.place, self._typed)

    def come_back(self, passphrase: bytearray, progress: Progress) -> ResultText:
        """Bring the member back, with a new passphrase, which is wiped; nobody is let in by that."""
        done = coming_back.come_back(self._unlocked, self._way, self._typed, passphrase, progress)
        self.forget()
        return done

    @property
    def may_manage(self) -> bool:
        """Whether this member makes and proves sheets."""
        return may(self._session.roles, Action.RECOVERY_MANAGE).allowed

    def _hold(self, sheets: tuple[Sheet, ...]) -> SheetsMade:
        self._sheets, self._typed = sheets, TypedSheets()
        return SheetsMade(len(sheets), sheets[0].threshold, tuple(questions(sheet) for sheet in sheets))
