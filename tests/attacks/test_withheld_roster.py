from __future__ import annotations

from dataclasses import replace

import pytest

from tests.attacks.outsider import learn
from tests.english import in_english
from tests.services.founded import Filled
from vault.access.pins.pins import PinFile
from vault.errors import VerificationError
from vault.ids import SeatId


def test_a_roster_that_this_account_saw_and_that_is_not_here_any_more_is_told(short: Filled) -> None:
    secrets = learn(short.path).secrets
    file = PinFile(short.state / "pins", short.place.vault_id, SeatId(secrets.seat), secrets.pin_key)
    pins = file.load()
    assert pins is not None
    file.save(replace(pins, roster=b"\x77" * 32))
    for _ in range(2):  # the second time it is remembered as unsettled
        with short.open() as session:
            assert "newest list of members that this device saw is not here" in " ".join(in_english(session.warnings))
            with pytest.raises(VerificationError, match="waits until the log is sound"):
                session.require_sound_log()
