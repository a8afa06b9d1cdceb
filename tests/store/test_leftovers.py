"""What a kill leaves beside a vault goes an hour later, and nothing goes that somebody else put there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.tables import each
from vault.seal.bodies import chunk_name
from vault.store.blobs import STRAY_SECONDS, Blobs
from vault.store.folder import clear_leftovers

CHUNK = b"sealed"
NAME = chunk_name(CHUNK)


def file_among(blobs: Path) -> None:
    (blobs / "words.txt").write_text("hers")


def folder_of_another_name(blobs: Path) -> None:
    (blobs / "pictures").mkdir()


def link_to_a_folder(blobs: Path) -> None:
    (blobs.parent.parent / "elsewhere").mkdir()
    (blobs / "0a").symlink_to(blobs.parent.parent / "elsewhere")


def file_in_a_folder_of_ours(blobs: Path) -> None:
    (blobs / NAME.hex()[:2] / "words.txt").write_text("hers")


def chunk_in_the_folder_of_another(blobs: Path) -> None:
    folder = blobs / ("00" if NAME.hex()[:2] != "00" else "01")
    folder.mkdir()
    (folder / NAME.hex()).write_bytes(CHUNK)


def nothing_more(blobs: Path) -> None:
    (blobs / NAME.hex()[:2] / f"{NAME.hex()}.new").write_bytes(CHUNK[:2])


@each(
    {
        "what a kill left": (nothing_more, True),
        "a file of somebody": (file_among, False),
        "a folder of somebody": (folder_of_another_name, False),
        "a link": (link_to_a_folder, False),
        "a file of somebody within": (file_in_a_folder_of_ours, False),
        "a chunk at no place of its own": (chunk_in_the_folder_of_another, False),
    }
)
def test_what_was_left_goes_only_where_nothing_of_somebody_else_is_in_it(
    add: Callable[[Path], None], goes: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = tmp_path_factory.mktemp("left") / "vault"
    left = place.with_name("vault.0123abcd.part")
    left.mkdir()
    blobs = Blobs(left / "blobs")
    blobs.put(NAME, CHUNK)
    add(blobs.folder)
    before = sorted(left.rglob("*"))
    now = left.lstat().st_mtime + 2 * STRAY_SECONDS
    found = clear_leftovers(place, now=now)
    assert (found.removed, found.doubtful) == (((left,), ()) if goes else ((), (left,)))
    assert sorted(left.rglob("*")) == ([] if goes else before)


def test_half_a_chunk_is_no_chunk_and_what_is_not_ours_is_no_stray(tmp_path: Path) -> None:
    blobs = Blobs(tmp_path / "blobs")
    assert list(blobs.names()) == []
    blobs.put(NAME, CHUNK)
    half = blobs.path(NAME).with_name(f"{NAME.hex()}.new")
    half.write_bytes(CHUNK[:2])
    file_among(blobs.folder)
    folder_of_another_name(blobs.folder)
    file_in_a_folder_of_ours(blobs.folder)
    assert list(blobs.names()) == [NAME]
    assert blobs.strays([NAME]) == [half]
    now = half.lstat().st_mtime
    assert blobs.sweep([NAME], now_s=now + STRAY_SECONDS - 1) == 0
    os.utime(half, (now - STRAY_SECONDS, now - STRAY_SECONDS))
    assert blobs.sweep([NAME], now_s=now) == 1
    assert list(blobs.names()) == [NAME]
    assert (blobs.folder / "words.txt").read_text() == "hers"
