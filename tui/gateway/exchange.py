"""Exchange with other members by bundles."""

from __future__ import annotations

from pathlib import Path

from tui.gateway.subject import StoppedError, Subject, UnlockedVault, telling
from tui.values.values_exchange import PeerShown, ResultText, StandingShown, WithWhom
from vault.ids import MemberId
from vault.progress import Progress, Stopped
from vault.progress import StepProgress as Stages
from vault.services import housekeeping
from vault.services.exchange import standing, syncing
from vault.services.exchange.bundle_words import imported_lines, inside_lines, made_lines
from vault.services.members import members
from vault.services.projection import dates
from vault.words.message import Words


class Exchange(Subject):
    """Makes, shows and takes bundles. Each returns None when it was stopped: then nothing was made or taken."""

    def __init__(self, door: UnlockedVault) -> None:
        super().__init__(door)
        self._last: tuple[int, tuple[Words, ...]] = (0, ())

    def standing(self) -> StandingShown:
        """Return what would be lost with this computer, and how far the others know of it."""
        session = self._session
        known = dates.read(session.vault, self._unlocked.state)
        return StandingShown(
            known.backup,
            known.verify,
            known.drill if known.proven else None,
            known.lack_of_sheets or "",
            tuple(
                WithWhom(
                    other.member.hex(), other.name, other.came, other.came_ms, other.sent, other.sent_ms, other.waiting
                )
                for other in standing.with_whom(session)
            ),
            *self._last,
        )

    def peers(self) -> tuple[PeerShown, ...]:
        """Return the members who have a device other than this one."""
        own = self._session.seat
        listed = members.list_all(self._session)
        return tuple(PeerShown(member.member.hex(), member.name) for member in listed if set(member.seats) - {own})

    def make(self, member: str, out: Path, progress: Progress, stopped: Stopped) -> ResultText | None:
        """Write what a member lacks into a new file."""
        to = MemberId(bytes.fromhex(member))
        try:
            made = syncing.make(self._session, to, out, progress=_stages(progress, stopped))
        except StoppedError:
            return None
        return ResultText(tuple(made_lines(made)))

    def show(self, file: Path, progress: Progress, stopped: Stopped) -> ResultText | None:
        """Say what is in a bundle."""
        try:
            inside = syncing.show(self._session, file, progress=_stages(progress, stopped))
        except StoppedError:
            return None
        return ResultText(tuple(inside_lines(inside)))

    def import_bundle(self, file: Path, progress: Progress, stopped: Stopped) -> ResultText | None:
        """Bring in what of a bundle is signed and listed, and do at once what this seat owes to others for it.

        The app stays open after it: until the keys are replaced, a device that was ended could open what it writes.
        """
        try:
            imported = syncing.import_bundle(self._session, file, progress=_stages(progress, stopped))
        except StoppedError:
            return None
        lines = (*imported_lines(imported), *housekeeping.settle(self._session))
        self._last = (self._session.log.now_ms(), lines)
        return ResultText(tuple(lines), pending=bool(imported.pending or imported.conflicts))


def _stages(progress: Progress, stopped: Stopped) -> Stages:
    tell = telling(progress, stopped)
    return lambda what, done, total: tell(done, total)
