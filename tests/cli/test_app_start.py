"""`casevault` alone where there is nothing to open: it says what to do, whoever stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk
from tests.cli.typist import Typist


@pytest.mark.parametrize("named", [True, False])
def test_where_no_vault_is_each_way_to_one_is_told(desk: Desk, tmp_path: Path, named: bool) -> None:
    typist = Typist(desk, *(("--vault", str(tmp_path / "none.vault")) if named else ()))
    typist.wait_for("there is no vault at .*none.vault" if named else "no vault is named.*--vault V")
    for way in ("casevault init", "member join INVITATION", "backup restore", "recovery restore", "casevault demo"):
        typist.wait_for(way)
    assert typist.end() == 10
