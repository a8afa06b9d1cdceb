"""Ask the process that reads papers: which of them it can read, and what it read."""

from __future__ import annotations

import json
import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from typing import Final

from vault.errors import DependencyMissingError, LeakError
from vault.export.children import DEPENDENCY_MISSING, TooSlowError, ask_child, command_of
from vault.progress import Progress
from vault.words.message import Message

MOST_BYTES: Final = 64 << 20
"""The largest content that is read; a larger one keeps its facts alone."""
MEMORY_BYTES: Final = 1 << 30
"""What the process, and tesseract, may write in, each, where the system holds to it."""
_SECONDS = 240
_BESIDE_SECONDS = 60
_PLACES = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin"
_PLACES_ON_WINDOWS = r"C:\Program Files\Tesseract-OCR"
# Those of the people whom this program serves, as tesseract calls them; more at once take longer and read no better.
_LANGUAGES = ("eng", "rus", "fra", "kir", "ara", "fas", "uzb", "kaz", "tgk", "ukr", "tur")
_MOST_LANGUAGES = 4


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was read: by which way, the text, and whether it is all that there is to read."""

    by: str
    text: str
    is_whole: bool


NOTHING: Final = ReadText("nothing", "", is_whole=True)
_UNREADABLE = ReadText("nothing", "", is_whole=False)


def read_text(content: bytes, media: str, *, progress: Progress = lambda done, total: None) -> ReadText:
    """Return the text of a paper, read by a process that is shut in (`limiting`) and ends by itself.

    `progress` is told percents. What the process cannot read, and what ends it, gives no text and no error.

    Raises:
        DependencyMissingError: a library is not installed.
    """
    if len(content) > MOST_BYTES or not content:
        return NOTHING if not content else _UNREADABLE
    ocr = _ocr()
    header = json.dumps({"media": media, "ocr": ocr, "seconds": _SECONDS}).encode()
    task = len(header).to_bytes(4, "big") + header + content
    try:
        command = command_of("vault.export.paper_text", memory=MEMORY_BYTES, runs=ocr and ocr[0])
        code, answer = ask_child(command, task, seconds=_SECONDS + _BESIDE_SECONDS, progress=progress)
        if code == DEPENDENCY_MISSING:
            raise DependencyMissingError(Message("the library that reads PDF files is not installed"))
        said = json.loads(answer)
        return ReadText(str(said["by"]), str(said["text"]), is_whole=bool(said["whole"]))
    except (TooSlowError, OSError, LeakError, ValueError, KeyError, TypeError):
        return _UNREADABLE


@cache
def _ocr() -> tuple[str, str] | None:
    """Return the program that reads pictures and its languages; None where it is not installed."""
    program = shutil.which("tesseract", path=_PLACES) or shutil.which("tesseract", path=_PLACES_ON_WINDOWS)
    if program is None:
        return None
    try:
        listed = subprocess.run(  # noqa: S603 - a program at a fixed place, without a shell
            (program, "--list-langs"), capture_output=True, env={}, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    installed = set(listed.stdout.decode(errors="replace").split())
    languages = [language for language in _LANGUAGES if language in installed][:_MOST_LANGUAGES]
    return (program, "+".join(languages)) if languages else None


def can_read_pictures() -> bool:
    """Say whether tesseract is installed, with a language."""
    return _ocr() is not None
