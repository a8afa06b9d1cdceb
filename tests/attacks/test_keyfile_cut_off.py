"""The change that needs a keyfile is cut off: the file that the slot may need stays, and its person is told where."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from tests.services.founded import MEMBER, PASSPHRASE, Place
from vault.access.seat_keys import rekeying
from vault.access.seat_keys.slots import Factors
from vault.access.unlock import unlock
from vault.errors import TryAgainError, WrongPassphraseError
from vault.records.work import Work
from vault.services.credentials import entering
from vault.store import files
from vault.words.message import Message

WHERE = {
    "write_aside": (rekeying, files.write_aside),
    "commit": (Work, Work.commit),
    "promote": (rekeying, files.promote),
}


@pytest.mark.long
@pytest.mark.parametrize("at", [f"{when} {step}" for step in WHERE for when in ("before", "behind")])
@pytest.mark.parametrize("fault", ["Ctrl+C", "disk"])
def test_a_change_that_is_cut_off_takes_no_keyfile_away_that_the_slot_needs(
    founded: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str, at: str
) -> None:
    when, step = at.split()
    place, real = WHERE[step]
    stick = tmp_path / "holiday.bin"

    def strike() -> None:
        if fault == "disk":
            raise TryAgainError(Message("the disk cannot be written"))
        os.kill(os.getpid(), signal.SIGINT)

    def cut_off(*given: object, **named: object) -> object:
        if when == "before":
            strike()
        done = real(*given, **named)  # type: ignore[operator]
        strike()
        return done

    with founded.open() as session:
        monkeypatch.setattr(place, step, cut_off)
        with pytest.raises(TryAgainError) as told:
            entering.add_keyfile(session, member=MEMBER, factors=Factors(bytearray(PASSPHRASE)), path=stick)
        monkeypatch.undo()
    assert f"Keep the new file {stick}" in str(told.value.next_step)
    # The words above: twice without it, or it is needed. The first unlock may still open, and finishes the change.
    assert (_opens(founded) and _opens(founded)) or _opens(founded, stick)


def test_wrong_old_factors_leave_no_file(founded: Place, tmp_path: Path) -> None:
    stick = tmp_path / "holiday.bin"
    with founded.open() as session, pytest.raises(WrongPassphraseError):
        entering.add_keyfile(session, member=MEMBER, factors=Factors(bytearray(b"wrong")), path=stick)
    assert not stick.exists()


def _opens(place: Place, keyfile: Path | None = None) -> bool:
    """Say whether the vault opens with the passphrase and, where it is given, this file."""
    try:
        unlock(
            place.path,
            member=MEMBER,
            passphrase=bytearray(PASSPHRASE),
            device_secret=b"" if keyfile is None else entering.device_secret_of(keyfile).secret,
            state=place.state,
            wait=lambda _: None,
        ).close()
    except WrongPassphraseError:
        return False
    return True
