"""What no `repr` shows: it goes into tracebacks, logs and debuggers of whoever embeds this."""

from __future__ import annotations

from tests.records.test_versions import CASE, EPOCH, VAULT
from vault.ids import CompartmentKind, EpochId, SeatId
from vault.records.epochs import make_epoch
from vault.records.seatlog import Ratchet, SealedPlace, SessionKeys
from vault.records.versions import Content
from vault.seal.recipients import KemPrivate
from vault.validity.epoch_validity import GrantReader

SECRET = b"never shown, these 32 letters on"


def test_no_repr_shows_a_secret() -> None:
    place = SealedPlace(VAULT, SeatId(bytes(16)), SECRET)
    new = make_epoch(place, CASE, CompartmentKind.CASE, [], random=lambda size: SECRET[:size])
    for value in (
        Content("note", (), (1, 0), {"text": SECRET}),
        new,
        place,
        Ratchet(CASE, EpochId(EPOCH), SECRET, 0, 0),
        SessionKeys(1, SECRET, SECRET),
    ):
        assert "never shown" not in repr(value)
    private = KemPrivate.from_seed(SECRET * 3)
    assert repr(private) not in repr(GrantReader(None, None, VAULT, private))  # type: ignore[arg-type]  # rows unread
