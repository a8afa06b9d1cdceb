from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.sync.exchange import Sender
from vault.errors import TryAgainError
from vault.sync import staging
from vault.sync.staging import digest_of, discard, stage, staged_in, tidy, tried_again
from vault.words.message import Message

NOW = 1_764_000_000.0


@pytest.fixture
def bundle(sender: Sender, tmp_path: Path) -> Path:
    return sender.make(tmp_path / "bundle").path


def test_a_bundle_is_copied_once_for_its_owner_alone(sender: Sender, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "staging"
    first, again = (stage(bundle, folder, b"k" * 32, now_s=NOW) for _ in range(2))
    assert (first.is_again, again.is_again) == (False, True)
    assert staged_in(folder) == [first.path] == [again.path]
    assert first.path.read_bytes() == bundle.read_bytes()
    assert first.path.stat().st_mode & 0o777 == 0o600
    assert len(digest_of(first.path)) == 32


def test_what_waits_has_a_limit_in_all(
    sender: Sender, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "staging"
    stage(bundle, folder, b"k" * 32, now_s=bundle.stat().st_mtime)
    monkeypatch.setattr(staging, "STAGING_LIMIT", bundle.stat().st_size * 2 - 1)
    other = sender.make(tmp_path / "other").path
    with pytest.raises(TryAgainError, match="pending bundles already take"):
        stage(other, folder, b"k" * 32, now_s=bundle.stat().st_mtime)
    assert len(list(folder.iterdir())) == 1


def test_what_waited_for_more_than_seven_days_goes(sender: Sender, bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "staging"
    staged = stage(bundle, folder, b"k" * 32, now_s=NOW).path
    os.utime(staged, (NOW, NOW))
    tidy(folder, now_s=NOW + 7 * 86_400)
    assert staged_in(folder) == [staged]
    tidy(folder, now_s=NOW + 7 * 86_400 + 1)
    assert staged_in(folder) == []


def test_what_waits_is_tried_three_times_to_no_end_and_as_often_as_one_sees_the_end(
    bundle: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "staging"
    staged = stage(bundle, folder, b"k" * 32, now_s=NOW).path
    os.utime(staged, (NOW, NOW))
    for _ in range(5):
        with tried_again(staged):
            pass
        with pytest.raises(TryAgainError), tried_again(staged):
            raise TryAgainError(Message("no room"))
    for left in ([staged], [staged], []):
        with pytest.raises(KeyboardInterrupt), tried_again(staged):
            raise KeyboardInterrupt
        tidy(folder, now_s=NOW + 1)
        assert staged_in(folder) == left


def test_discarding_twice_does_nothing(sender: Sender, bundle: Path, tmp_path: Path) -> None:
    staged = stage(bundle, tmp_path / "staging", b"k" * 32, now_s=NOW).path
    discard(staged)
    discard(staged)
    assert not staged.exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert staged_in(tmp_path / "nowhere") == []
