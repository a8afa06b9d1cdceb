"""The root secret on a device: which of those kept is the one that counts, and that it leaves no trace."""

from __future__ import annotations

import pytest

from vault.access.seat_keys.root_secret import forget_secret, kept_secret, root_of
from vault.access.session import Session
from vault.errors import VerificationError
from vault.seal.purposes import Purpose
from vault.seal.recovery import derive_root_seed
from vault.seal.signing import public_key

OLD, NEXT = b"\x01" * 32, b"\x02" * 32


def keep(session: Session, content: bytes) -> None:
    with session.database.transaction() as rows:
        rows.put_local(session.log.place.seal_row(Purpose.ROOT_SECRET, content))


def test_the_secret_of_the_root_that_counts_is_found_among_those_that_are_kept(session: Session) -> None:
    secret = kept_secret(session)
    assert secret is not None
    assert root_of(secret) == session.directory.effective.root_public == public_key(derive_root_seed(secret))
    for among in (secret, OLD + secret, secret + NEXT, OLD + secret + NEXT):
        keep(session, among)
        assert kept_secret(session) == secret
    for others in (b"", OLD, OLD + NEXT):
        keep(session, others)
        assert kept_secret(session) is None


def test_an_altered_secret_is_refused(session: Session) -> None:
    with session.database.transaction() as rows:
        row = rows.local(session.seat, Purpose.ROOT_SECRET)
        assert row is not None
        rows.put_local(row._replace(blob=row.blob[:-1] + bytes([row.blob[-1] ^ 1])))
    with pytest.raises(VerificationError, match="the secret of the recovery sheets on this device was altered"):
        kept_secret(session)


def test_a_secret_that_is_forgotten_is_in_no_row_and_not_in_the_write_ahead_log(session: Session) -> None:
    ahead = session.folder.path / "vault.db-wal"
    keep(session, OLD)
    assert ahead.stat().st_size > 0
    assert forget_secret(session) is True
    assert ahead.stat().st_size == 0
    with session.database.reading() as rows:
        assert rows.local(session.seat, Purpose.ROOT_SECRET) is None
    assert kept_secret(session) is None
    assert forget_secret(session) is False
