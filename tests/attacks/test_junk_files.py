"""Junk that comes as a bundle or a letter: told from the header, before it costs memory or room."""

from __future__ import annotations

import subprocess
import sys
import tracemalloc
from pathlib import Path

import pytest

from tests.hygiene.tree import ROOT
from vault.access.session import Session
from vault.errors import VaultError
from vault.seal.recipients import LETTER_LIMIT
from vault.services.approvals import by_file
from vault.services.exchange import syncing
from vault.sync import staging
from vault.sync.bundle_file import OUTER_LIMIT, encode_header

_MIB = 1 << 20


def _sparse(path: Path, head: bytes, size: int) -> Path:
    with path.open("wb") as file:
        file.write(head)
        file.truncate(size)
    return path


def test_a_gigabyte_for_somebody_else_is_refused_before_a_byte_of_it_is_copied(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    junk = _sparse(tmp_path / "junk", encode_header(session.vault, [bytes(1_168)]), OUTER_LIMIT)
    monkeypatch.setattr(staging, "make_private_folder", None)  # nothing is prepared for a copy
    with pytest.raises(VaultError, match="not for"):
        syncing.import_bundle(session, junk)
    assert not session.folder.staging_dir.exists()


@pytest.mark.parametrize("size", [LETTER_LIMIT, LETTER_LIMIT + 1, 256 * _MIB])
def test_a_letter_of_junk_is_refused_and_costs_little_more_than_a_letter(
    session: Session, tmp_path: Path, size: int
) -> None:
    head = b"\1\1" + session.vault + b"\1" + (size - 23).to_bytes(4, "big")
    junk = _sparse(tmp_path / "junk", head, size)
    tracemalloc.start()
    try:
        with pytest.raises(VaultError):
            by_file.read_question(session, junk)
        assert tracemalloc.get_traced_memory()[1] < 3 * LETTER_LIMIT
    finally:
        tracemalloc.stop()


def test_a_dictionary_that_the_environment_names_is_not_taken(tmp_path: Path) -> None:
    code = "from vault.names.russian import case_forms; print(len(case_forms('тихоокова')))"
    plain, other = (
        subprocess.run(
            [sys.executable, "-c", code], env=more, cwd=ROOT, capture_output=True, timeout=60, check=True
        ).stdout
        for more in ({}, {"PYMORPHY2_DICT_PATH": str(tmp_path)})
    )
    assert plain == other != b""
