"""Recovery sheets as people meet them: typed row by row, shown, or written into files for the printer."""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from vault import platform
from vault.errors import RefusedError, TryAgainError, VerificationError
from vault.export.printed_sheets import render_sheet, sheet_text
from vault.platform import PRIVATE_FILE_MODE, PRIVATE_FOLDER_MODE
from vault.seal.recovery import ROWS, Sheet, read_row, read_sheet, sheet_name, sheets_needed, whole_word
from vault.words.message import Message
from vault.words.next_step import NextStep

WORDS_ASKED = 3


@dataclass(slots=True)
class TypedSheets:
    """The words of sheets as they come in: checked at once, by row and by sheet."""

    sheets: list[tuple[str, ...]] = field(default_factory=list, repr=False)
    _rows: list[tuple[str, ...]] = field(default_factory=list, repr=False)

    @property
    def place(self) -> tuple[int, int]:
        """Which sheet and which row of it comes next, from 1 on."""
        return len(self.sheets) + 1, len(self._rows) + 1

    @property
    def name(self) -> str:
        """What to call the sheet that is being typed: `second sheet (number 3)`."""
        return sheet_name(self.place[0], [word for row in self._rows for word in row])

    @property
    def needed(self) -> int | None:
        """How many sheets are needed; None before the first one told."""
        return sheets_needed(self.sheets) if self.sheets else None

    @property
    def is_enough(self) -> bool:
        """Whether as many are here as are needed."""
        return self.needed is not None and len(self.sheets) >= self.needed

    def take_row(self, line: str) -> None:
        """Take the next row: three words, whole or from their first four letters on, and the number beside them.

        Raises:
            VerificationError: the row is wrong and has to be typed again; or the sheet as a whole, from its first row.
        """
        sheet, row = self.place
        tokens = line.split()
        check = tokens.pop() if tokens and tokens[-1].isascii() and tokens[-1].isdigit() else None
        before = [word for row in self._rows for word in row]
        words = read_row(tokens, sheet=sheet, row=row, check=check, before=before)
        if check is None:  # without it a slip would show at the last row only, and cost the whole sheet
            raise VerificationError(
                Message(
                    "{sheet_name}, row {row}: the number beside the words is missing",
                    sheet_name=sheet_name(sheet, before),
                    row=row,
                ),
                next_step=Message("Type that row again, with it."),
            )
        self._rows.append(words)
        if len(self._rows) == ROWS:
            whole = tuple(word for row in self._rows for word in row)
            self._rows.clear()
            self._add(whole)

    def take_sheet(self, text: str) -> None:
        """Take a whole sheet.

        Raises:
            VerificationError: naming sheet and row, never a word.
        """
        self._add(read_sheet(text, sheet=self.place[0]))

    def _add(self, words: tuple[str, ...]) -> None:
        sheets_needed([*self.sheets, words])
        self.sheets.append(words)


def shown(sheet: Sheet) -> str:
    """Return a sheet for a terminal that is cleared behind it."""
    return sheet_text(sheet)


def questions(sheet: Sheet, choose: secrets.SystemRandom | None = None) -> tuple[int, ...]:
    """Return the places of three words, from 1 on, to ask somebody who copied the sheet."""
    places = (choose or secrets.SystemRandom()).sample(range(1, len(sheet.words) + 1), WORDS_ASKED)
    return tuple(sorted(places))


def is_word(sheet: Sheet, place: int, typed: str) -> bool:
    """Say whether the word at a place, counted from 1, was typed, whole or from its first four letters on."""
    return whole_word(typed) == sheet.words[place - 1]


@dataclass(slots=True)
class SheetFiles:
    """Files that were made for sheets before there are any: what cannot be written is known in time."""

    paths: tuple[Path, ...]
    _descriptors: list[int] = field(repr=False)
    _is_text: bool

    def write(self, sheets: Sequence[Sheet], *, day: str, languages: Sequence[str] = ()) -> None:
        """Write each sheet durably into a PDF file of its own, or all of them as one text.

        Raises:
            TryAgainError: no room.
            UsageError, RefusedError: what stands on the page cannot be printed.
        """
        if self._is_text:
            contents = ["\n\n".join(sheet_text(sheet) for sheet in sheets).encode()]
        else:
            chosen = {"languages": languages} if languages else {}
            contents = [render_sheet(sheet, day=day, **chosen) for sheet in sheets]
        try:
            for descriptor, content in zip(self._descriptors, contents, strict=True):
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(descriptor, rest) :]
                platform.flush_file(descriptor)
        except OSError:
            raise TryAgainError(
                Message("the recovery sheets could not be written"),
                next_step=Message("Free some space, then {make_sheets}.", make_sheets=NextStep.MAKE_SHEETS),
            ) from None


@contextmanager
def sheet_files(path: Path, count: int) -> Iterator[SheetFiles]:
    """Make new files for sheets, for their owner alone, and remove them again if the block fails.

    The path is a folder, made where it is missing, for one PDF file of each sheet; `NAME.pdf`, for `NAME-1-of-3.pdf`
    and so on; a name with another ending, for one text file with all of them.

    Raises:
        RefusedError: something is there already, or no file can be made there.
    """
    is_new_folder = _is_new_folder(path)
    if is_new_folder:
        _make_folder(path)
    paths, is_text = _paths(path, count)
    made: list[Path] = []
    descriptors: list[int] = []
    try:
        for file in paths:
            descriptors.append(_new_file(file))
            made.append(file)
        yield SheetFiles(paths, descriptors, is_text)
    except BaseException:
        for file in made:
            file.unlink(missing_ok=True)
        if is_new_folder:
            path.rmdir()
        raise
    finally:
        for descriptor in descriptors:
            os.close(descriptor)


def require_new_files(path: Path, count: int) -> None:
    """Return if nothing is in the way of these files: before anybody types old sheets.

    Raises:
        RefusedError: something is there.
    """
    there = () if _is_new_folder(path) else _paths(path, count)[0]
    if found := next(filter(os.path.lexists, there), None):
        raise _in_the_way(found, Message("{path} exists already", path=found))


def shared_place(path: Path) -> Message | None:
    """Return in words why other computers may get what is written there, or None."""
    return platform.is_network_or_synced(path if path.is_dir() else path.parent)


def _is_new_folder(path: Path) -> bool:
    return not path.exists() and not path.suffix


def _paths(path: Path, count: int) -> tuple[tuple[Path, ...], bool]:
    """Return the files of so many sheets, and whether it is one with the text of all."""
    is_text = not path.is_dir() and path.suffix.lower() != ".pdf"
    return (path,) if is_text else tuple(_file_of(path, number, count) for number in range(1, count + 1)), is_text


def _file_of(path: Path, number: int, count: int) -> Path:
    if path.is_dir():
        return path / f"recovery-sheet-{number}-of-{count}.pdf"
    return path.with_name(f"{path.stem}-{number}-of-{count}{path.suffix}")


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(mode=PRIVATE_FOLDER_MODE)
    except OSError:
        raise RefusedError(
            Message("{path} cannot be made", path=path), next_step=Message("Name a folder for the recovery sheets.")
        ) from None


def _new_file(path: Path) -> int:
    try:
        return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), PRIVATE_FILE_MODE)
    except OSError as fault:
        exists, fails = Message("{path} exists already", path=path), Message("{path} cannot be made", path=path)
        raise _in_the_way(path, exists if isinstance(fault, FileExistsError) else fails) from None


def _in_the_way(path: Path, why: Message) -> RefusedError:
    next_step = Message("Name a new file for the recovery sheets.")
    if _is_empty(path):
        next_step = Message("It is empty, perhaps from an interrupted attempt: delete it, or name a new file.")
    return RefusedError(why, next_step=next_step)


def _is_empty(path: Path) -> bool:
    try:
        found = path.lstat()
    except OSError:
        return False
    return stat.S_ISREG(found.st_mode) and not found.st_size
