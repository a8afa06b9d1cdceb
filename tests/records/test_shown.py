"""What no `repr` shows: it goes into tracebacks, logs and debuggers of whoever embeds this."""

from __future__ import annotations

from dataclasses import fields

import pytest

from vault.records.content import Content
from vault.records.epochs import NewEpoch
from vault.records.grants import GrantReader
from vault.records.localrows import Ratchet, SessionKeys
from vault.records.seatlog import SealedPlace


@pytest.mark.parametrize(
    ("kind", "hidden"),
    [
        (Content, {"fields"}),
        (NewEpoch, {"key"}),
        (GrantReader, {"private"}),
        (Ratchet, {"key"}),
        (SessionKeys, {"seed", "following_seed"}),
        (SealedPlace, {"keyring_key"}),
    ],
)
def test_no_repr_shows_a_secret(kind: type, hidden: set[str]) -> None:
    assert {one.name for one in fields(kind) if not one.repr} == hidden
