"""The devices of the organisation, and what is done when one is gone."""

from __future__ import annotations

from pathlib import Path

from tui.gateway.changes import changed, files
from tui.gateway.subject import Subject, telling
from tui.text.in_words import in_words
from tui.values.values_exchange import ResultText
from tui.values.values_members import Changed, DeviceLine, LostShown
from vault.errors import VaultError
from vault.ids import SeatId
from vault.progress import Progress, Stopped
from vault.services.members import devices, warning
from vault.store.files import require_new, write_new
from vault.words.message import Message, Words


class Devices(Subject):
    """Names devices, gives cases to one's own, and ends those that are lost."""

    def list_all(self) -> tuple[DeviceLine, ...]:
        """Return the devices that are in."""
        own = self._session.member
        return tuple(
            DeviceLine(
                device.seat.hex(),
                device.member.hex(),
                device.member_name,
                device.name,
                device.is_this,
                device.member == own,
            )
            for device in devices.list_all(self._session)
        )

    def name(self, seat: str, text: str) -> None:
        """Call a device something."""
        devices.name(self._session, _seat(seat), text)

    def give_cases(self, seat: str, progress: Progress, stopped: Stopped) -> ResultText:
        """Give all cases held here to a further device of one's own; stopped, what was given stays."""
        given = devices.give_cases(self._session, _seat(seat), progress=telling(progress, stopped))
        return ResultText(
            (
                Message("Given: {files}.", files=files(given)),
                Message("They come to the device with your next bundle for yourself."),
            )
        )

    def end_moved(self, seat: str, progress: Progress) -> Changed:
        """End one's old device after moving to this one. Nothing stops it half way."""
        session = self._session
        outcome = devices.end_moved(session, _seat(seat), progress=progress)
        return changed(session, outcome, Message("You moved: the old device is revoked."))

    def lost(self, seat: str, warn_list: Path | None, progress: Progress) -> LostShown:
        """End a device that is out of one's hands, and return whom to warn. Nothing stops it half way.

        The list goes into a new file too, if one is named. `progress` is told of cases that got a new key.
        """
        if warn_list is not None:
            require_new(warn_list)
        session = self._session
        done = devices.lost(session, _seat(seat), progress=progress)
        warn = tuple(map(in_words, warning.warn_lines(done.warn)))
        shown = changed(session, done.outcome, Message("The device is revoked."))
        return LostShown(shown, warn, done.warn.count, _write_list(warn, warn_list))

    def keep_list(self, warn: tuple[str, ...], out: Path) -> Message:
        """Write a list of whom to warn into a new file, and say where it is."""
        write_new(out, _as_file(warn))
        return _kept_at(out)


def _write_list(warn: tuple[str, ...], out: Path | None) -> Words:
    """Write whom to warn and say where it is; a disk that refuses must not take the list off the screen."""
    if out is None:
        return ""
    try:
        write_new(out, _as_file(warn))
    except VaultError as fault:
        return Message("! The list was NOT written: {message}. Copy it from this screen.", message=fault.message)
    return _kept_at(out)


def _as_file(warn: tuple[str, ...]) -> bytes:
    return "\n".join([*warn, ""]).encode("utf-8")


def _kept_at(out: Path) -> Message:
    return Message("The list is at {out}, in clear: delete it when everybody is warned.", out=out)


def _seat(seat: str) -> SeatId:
    return SeatId(bytes.fromhex(seat))
