"""Exchange with other members by bundles."""

from __future__ import annotations

from pathlib import Path

from tui.gateway.subject import Progress, Stopped, StoppedError, Subject, telling
from tui.values_exchange import PeerShown, Told
from vault.ids import MemberId
from vault.services import arrival, members, syncing
from vault.services.arrivals import Progress as Stages
from vault.services.bundle_words import inside_lines, made_lines, taken_lines


class Exchange(Subject):
    """Makes, shows and takes bundles. Each returns None when it was stopped: then nothing was made or taken."""

    def peers(self) -> tuple[PeerShown, ...]:
        """Return the members who have a device other than this one."""
        own = self._session.seat
        listed = members.list_all(self._session)
        return tuple(PeerShown(one.member.hex(), one.name) for one in listed if set(one.seats) - {own})

    def make(self, member: str, out: Path, progress: Progress, stopped: Stopped) -> Told | None:
        """Write what a member lacks into a new file."""
        to = MemberId(bytes.fromhex(member))
        try:
            made = syncing.make(self._session, to, out, progress=_stages(progress, stopped))
        except StoppedError:
            return None
        return Told(tuple(made_lines(made)))

    def show(self, file: Path, progress: Progress, stopped: Stopped) -> Told | None:
        """Say what is in a bundle."""
        try:
            return Told(tuple(inside_lines(syncing.show(self._session, file, progress=_stages(progress, stopped)))))
        except StoppedError:
            return None

    def take(self, file: Path, progress: Progress, stopped: Stopped) -> Told | None:
        """Bring in what of a bundle is signed and listed, and do at once what this seat owes to others for it.

        The app stays open after it: until the keys are replaced, a device that was ended could open what it writes.
        """
        try:
            taken = syncing.take(self._session, file, progress=_stages(progress, stopped))
        except StoppedError:
            return None
        lines = (*taken_lines(taken), *arrival.settle(self._session))
        return Told(lines, waits=bool(taken.waits or taken.conflicts))


def _stages(progress: Progress, stopped: Stopped) -> Stages:
    tell = telling(progress, stopped)
    return lambda what, done, total: tell(done, total)
