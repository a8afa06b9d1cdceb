"""What no `repr` shows: it goes into tracebacks, logs and debuggers of whoever embeds this."""

from __future__ import annotations

from dataclasses import fields

import pytest

from vault.access.audit_keys import AuditKey
from vault.access.by_sheets import ByRecovery
from vault.access.copies import CopyKeys
from vault.access.factors import Factors
from vault.access.founding import Founded
from vault.access.joining import Asked, HereSeat, NewSeat
from vault.access.keyrings import GrantedKey
from vault.access.pins import PinFile
from vault.access.reach import Reached
from vault.access.recovering import _Plan
from vault.access.session import Session
from vault.access.unlock import _Logs
from vault.access.waiting import Waiting


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [
        (AuditKey, {"key"}),
        (ByRecovery, {"doors", "database", "private", "root_seed", "granted", "listings"}),
        (CopyKeys, {"database_key", "draft_key"}),
        (Factors, {"passphrase", "device_secret", "fido2_secret"}),
        (Founded, {"root_secret"}),
        (NewSeat, {"secrets"}),
        (Asked, {"file"}),
        (HereSeat, {"keys", "rows"}),
        (GrantedKey, {"key"}),
        (PinFile, {"pin_key"}),
        (Reached, {"keys"}),
        (_Plan, {"audit"}),
        (Session, {"_secrets", "_keeper", "_next_pins", "_drafts", "_index"}),
        (_Logs, {"identity_seed"}),
        (Waiting, {"session_seed", "following_seed"}),
    ],
)
def test_no_repr_shows_a_secret(kind: type, hidden: set[str]) -> None:
    assert {one.name for one in fields(kind) if not one.repr} == hidden


def test_factors_that_are_printed_show_nothing_of_themselves() -> None:
    factors = Factors(bytearray(b"orchard copper"), b"d" * 32, b"f" * 32)
    assert not any(part in repr(factors) for part in ("orchard", "dddd", "ffff"))
