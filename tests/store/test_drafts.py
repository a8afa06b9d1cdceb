from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.store.samples import CASE, KEY, OTHER_CASE, OTHER_KEY, names_in
from tests.tables import each
from vault.errors import RefusedError, WrongPassphraseError
from vault.store.draft_files import Draft, Drafts, open_drafts

_NOTE = b"n" * 16


@pytest.fixture
def drafts(tmp_path: Path) -> Iterator[Drafts]:
    drafts = open_drafts(tmp_path / "drafts", KEY)
    yield drafts
    drafts.close()


@each(["Zahra kam am Dienstag", "زهرا", "half a character \ud83d", "", b"\x00\xff", b""])
def test_what_was_typed_comes_back_as_it_was(content: str | bytes, drafts: Drafts) -> None:
    drafts.save(CASE, _NOTE, content, "note", saved_ms=5)
    (kept,) = drafts.list()
    assert (kept.kind, kept.saved_ms) == ("note", 5)
    assert (kept.text if isinstance(content, str) else kept.content) == content


def test_a_record_has_one_draft_in_each_compartment(drafts: Drafts) -> None:
    drafts.save(CASE, _NOTE, "old", "note", saved_ms=1)
    drafts.save(OTHER_CASE, _NOTE, "elsewhere", "note", saved_ms=2)
    drafts.save(CASE, _NOTE, "new", "interview", saved_ms=3)
    assert drafts.list() == [
        Draft(CASE, _NOTE, "interview", 3, b"new"),
        Draft(OTHER_CASE, _NOTE, "note", 2, b"elsewhere"),
    ]
    drafts.delete(CASE, _NOTE)
    drafts.delete(CASE, _NOTE)
    assert [draft.compartment for draft in drafts.list()] == [OTHER_CASE]


def test_what_was_deleted_is_gone_from_the_log_too_and_no_content_is_in_a_representation(
    drafts: Drafts, tmp_path: Path
) -> None:
    drafts.save(CASE, _NOTE, "Zahra", "note")
    assert "Zahra" not in repr(drafts.list())
    assert drafts.list()[0].saved_ms > 1_600_000_000_000
    log = tmp_path / "drafts-wal"
    assert log.stat().st_size > 0
    drafts.delete(CASE, _NOTE)
    assert log.stat().st_size == 0


def test_drafts_outlive_the_program_and_open_for_their_own_key_only(tmp_path: Path) -> None:
    (tmp_path / "drafts").touch()  # as a crash leaves it
    first = open_drafts(tmp_path / "drafts", KEY)
    assert first.list() == []
    first.save(CASE, _NOTE, "typed", "note")
    first.close()
    with pytest.raises(WrongPassphraseError):
        open_drafts(tmp_path / "drafts", OTHER_KEY)
    again = open_drafts(tmp_path / "drafts", KEY)
    assert [draft.text for draft in again.list()] == ["typed"]
    again.close()
    assert names_in(tmp_path) == ["drafts"]


def test_a_copy_for_a_backup_is_one_sealed_file_with_all_drafts(drafts: Drafts, tmp_path: Path) -> None:
    text = "Zahra speaks of the checkpoint. " * 400
    for number in range(20):
        drafts.save(CASE, bytes([number]) * 16, text, "note")
    drafts.copy_to(tmp_path / "copy")
    drafts.save(CASE, _NOTE, "later", "note")
    assert b"checkpoint" not in (tmp_path / "copy").read_bytes()
    assert not (tmp_path / "copy-wal").exists()
    copy = open_drafts(tmp_path / "copy", KEY)
    assert [draft.text for draft in copy.list()] == [text] * 20
    copy.save(CASE, _NOTE, "goes on", "note")
    copy.close()
    with pytest.raises(RefusedError, match="copy exists already"):
        drafts.copy_to(tmp_path / "copy")
