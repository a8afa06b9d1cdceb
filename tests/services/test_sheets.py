"""Sheets as people type and keep them: slips are found at once, files are for their owner alone and never replaced."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.services.sheets_help import typed
from vault.errors import RefusedError, TryAgainError, VerificationError
from vault.seal.recovery import make_sheets
from vault.services.credentials.paper_sheets import TypedSheets, is_word, questions, sheet_files, shown
from vault.words.message import Message

SHEETS = make_sheets(bytes(range(32)))
OTHERS = make_sheets(bytes(range(1, 33)))


def line(number: int, sheet: int = 1) -> str:
    row = SHEETS[sheet - 1].rows[number - 1]
    return f"{' '.join(row.words)} {row.check}"


def test_rows_are_taken_one_by_one_until_enough_sheets_are_here() -> None:
    typing = TypedSheets()
    assert (typing.place, typing.needed, typing.is_enough) == ((1, 1), None, False)
    for number in range(1, 11):
        typing.take_row(line(number))
    assert typing.place == (1, 11)
    typing.take_row(line(11))
    assert (typing.place, typing.needed, typing.is_enough) == ((2, 1), 2, False)
    for number in range(1, 12):
        typing.take_row(line(number, 3))
    assert typing.is_enough
    assert typing.sheets == [SHEETS[0].words, SHEETS[2].words]


def test_a_wrong_row_is_typed_again_and_the_others_stay() -> None:
    typing = TypedSheets()
    with pytest.raises(VerificationError, match="first sheet, row 1: the number beside the words is missing"):
        typing.take_row(line(1).rsplit(maxsplit=1)[0])
    assert typing.place == (1, 1)
    typing.take_row(line(1))
    with pytest.raises(VerificationError, match="first sheet, row 2: the words do not give the number"):
        typing.take_row(line(3))
    assert typing.place == (1, 2)
    typing.take_row(line(2))
    assert typing.place == (1, 3)
    assert not any(word in repr(typing) for word in SHEETS[0].words)


def test_a_sheet_that_does_not_fit_the_first_is_begun_again() -> None:
    typing = typed(SHEETS, 1)
    for row in OTHERS[1].rows[:10]:
        typing.take_row(f"{' '.join(row.words)} {row.check}")
    with pytest.raises(
        VerificationError, match=r"second sheet \(number 2\) belongs to another set than the first sheet"
    ):
        typing.take_row(f"{' '.join(OTHERS[1].rows[10].words)} {OTHERS[1].rows[10].check}")
    assert typing.place == (2, 1)
    with pytest.raises(VerificationError, match=r"is the first sheet \(number 1\) again"):
        typing.take_sheet(" ".join(SHEETS[0].words))
    assert typing.place == (2, 1)


def test_three_words_are_asked_and_known_by_four_letters() -> None:
    asked = questions(SHEETS[0])
    assert len(set(asked)) == 3
    assert asked == tuple(sorted(asked))
    assert {place for _ in range(200) for place in questions(SHEETS[0])} == set(range(1, 34))
    assert questions(SHEETS[0], random.Random(1)) == questions(SHEETS[0], random.Random(1))  # type: ignore[arg-type]  # a fixed chance
    word = SHEETS[0].words[6]
    assert is_word(SHEETS[0], 7, word.upper())
    assert is_word(SHEETS[0], 7, word[:4])
    assert not is_word(SHEETS[0], 7, next(other for other in SHEETS[0].words if other != word))
    assert not is_word(SHEETS[0], 7, "")


def test_each_sheet_is_a_file_of_its_own_for_its_owner_alone_or_all_are_one_text(tmp_path: Path) -> None:
    with sheet_files(tmp_path, 3) as files:
        files.write(SHEETS, day="2026-11-25")
    names = [path.name for path in files.paths]
    assert names == [f"recovery-sheet-{number}-of-3.pdf" for number in (1, 2, 3)]
    for path in files.paths:
        assert path.read_bytes().startswith(b"%PDF")
        assert path.stat().st_mode & 0o777 == 0o600
    with sheet_files(tmp_path / "set.pdf", 3) as named:
        named.write(SHEETS, day="2026-11-25", languages=["ru"])
    assert [path.name for path in named.paths] == ["set-1-of-3.pdf", "set-2-of-3.pdf", "set-3-of-3.pdf"]
    with sheet_files(tmp_path / "sheets.txt", 3) as text:
        text.write(SHEETS, day="2026-11-25")
    assert text.paths == (tmp_path / "sheets.txt",)
    assert (tmp_path / "sheets.txt").read_text() == "\n\n".join(shown(sheet) for sheet in SHEETS)


def test_nothing_is_replaced_and_nothing_is_left_half_made(tmp_path: Path) -> None:
    mine = tmp_path / "recovery-sheet-2-of-3.pdf"
    mine.write_text("mine")
    with pytest.raises(RefusedError, match=r"recovery-sheet-2-of-3.pdf exists already"), sheet_files(tmp_path, 3):
        pass
    with pytest.raises(RefusedError, match="cannot be made"), sheet_files(tmp_path / "missing" / "set.pdf", 3):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [mine.name]
    assert mine.read_text() == "mine"
    mine.unlink()
    with pytest.raises(TryAgainError), sheet_files(tmp_path, 3):
        raise TryAgainError(Message("no vault"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_leaves_no_sheet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int, data: object) -> int:
        raise OSError(28, "No space left on device")

    def write_all() -> None:
        with sheet_files(tmp_path, 3) as files:
            monkeypatch.setattr(os, "write", full)
            files.write(SHEETS, day="2026-11-25")

    with pytest.raises(TryAgainError, match="sheets could not be written"):
        write_all()
    monkeypatch.undo()
    assert list(tmp_path.iterdir()) == []


def test_a_new_folder_goes_with_the_sheets_that_were_not_made_and_one_that_was_there_stays(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    for folder in (tmp_path / "new", there):
        with pytest.raises(KeyboardInterrupt):
            interrupted(folder)
    assert list(tmp_path.rglob("*")) == [there]


def interrupted(folder: Path) -> None:
    with sheet_files(folder, 3):
        assert len(list(folder.iterdir())) == 3
        raise KeyboardInterrupt
