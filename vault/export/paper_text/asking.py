"""Ask the process that reads papers: what it read, and which language of a picture nothing here reads."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Final

from vault.errors import DependencyMissingError, LeakError
from vault.export.children import DEPENDENCY_MISSING, TooSlowError, ask_child, command_of
from vault.progress import Progress
from vault.words.message import Message, listed

MOST_BYTES: Final = 64 << 20
"""The largest content that is read; a larger one keeps its facts alone."""
MEMORY_BYTES: Final = 1 << 30
"""What the process, and tesseract, may write in, each, where the system holds to it."""
_SECONDS = 240
_BESIDE_SECONDS = 60
_PLACES = "/usr/local/bin:/usr/bin:/bin:/opt/homebrew/bin:/opt/local/bin"
_PLACES_ON_WINDOWS = r"C:\Program Files\Tesseract-OCR"
_PACKAGE: Final = "tesseract-ocr"
LANGUAGES: Final[Mapping[str, Message]] = {
    "eng": Message("English"), "rus": Message("Russian"), "fra": Message("French"), "kir": Message("Kyrgyz"),
    "ara": Message("Arabic"), "fas": Message("Persian"), "uzb": Message("Uzbek"), "kaz": Message("Kazakh"),
    "tgk": Message("Tajik"), "ukr": Message("Ukrainian"), "tur": Message("Turkish"), "aze": Message("Azerbaijani"),
    "bel": Message("Belarusian"), "deu": Message("German"), "hye": Message("Armenian"), "kat": Message("Georgian"),
    "kmr": Message("Kurdish"), "pol": Message("Polish"), "pus": Message("Pashto"), "spa": Message("Spanish"),
    "uig": Message("Uyghur"),
}  # fmt: skip
"""Languages of the people whom this program serves, as tesseract calls them."""
_ALSO: Final[Mapping[str, str]] = {
    "anglais": "eng", "английский": "eng", "русский": "rus", "russe": "rus", "français": "fra", "francais": "fra",
    "французский": "fra", "кыргызча": "kir", "кыргызский": "kir", "киргизский": "kir", "arabe": "ara",
    "арабский": "ara", "العربية": "ara", "dari": "fas", "farsi": "fas", "persan": "fas", "персидский": "fas",
    "дари": "fas", "فارسی": "fas", "دری": "fas", "узбекский": "uzb", "oʻzbekcha": "uzb", "казахский": "kaz",
    "қазақша": "kaz", "таджикский": "tgk", "тоҷикӣ": "tgk", "украинский": "ukr", "українська": "ukr", "турецкий": "tur",
    "türkçe": "tur", "turc": "tur",
}  # fmt: skip
_BETWEEN: Final = re.compile(r"[,;/&+]|\band\b|\bet\b|\bи\b")
# Of a paper whose language nobody named; more at once take longer and read no better.
_MOST_LANGUAGES = 4


@dataclass(frozen=True, slots=True)
class ReadText:
    """What was read: by which way, the text, and whether it is all that there is to read."""

    by: str
    text: str
    is_whole: bool


NOTHING: Final = ReadText("nothing", "", is_whole=True)
_UNREADABLE = ReadText("nothing", "", is_whole=False)


def read_text(
    content: bytes, media: str, language: str = "", *, progress: Progress = lambda done, total: None
) -> ReadText:
    """Return the text of a paper, read by a process that is shut in (`limiting`) and ends by itself.

    A picture is read in the `language` that a person named, or else in those that are installed. `progress` is told
    percents. What the process cannot read, and what ends it, gives no text and no error.

    Raises:
        DependencyMissingError: a library is not installed, or what reads a picture in its language: another language
            would read nonsense.
    """
    if len(content) > MOST_BYTES or not content:
        return NOTHING if not content else _UNREADABLE
    ocr = ocr_for(language)
    lack = lack_of(language)
    header = json.dumps({"media": media, "ocr": ocr, "seconds": _SECONDS}).encode()
    task = len(header).to_bytes(4, "big") + header + content
    try:
        command = command_of("vault.export.paper_text", memory=MEMORY_BYTES, runs=ocr and ocr[0])
        code, answer = ask_child(command, task, seconds=_SECONDS + _BESIDE_SECONDS, progress=progress)
        if code == DEPENDENCY_MISSING:
            raise DependencyMissingError(Message("the library that reads PDF files is not installed"))
        said = json.loads(answer)
        read = ReadText(str(said["by"]), str(said["text"]), is_whole=bool(said["whole"]))
        is_unseen = bool(said["unseen"])
    except (TooSlowError, OSError, LeakError, ValueError, KeyError, TypeError):
        return _UNREADABLE
    if lack is None or not is_unseen:
        return read
    if not read.text:
        raise lack
    return replace(read, is_whole=False)


def lack_of(language: str) -> DependencyMissingError | None:
    """Return what is not installed, so that no picture in this language is read here; None where one is."""
    codes = _codes_of(language)
    if language.strip() and not codes:
        return DependencyMissingError(
            Message("pictures in the language of this paper are not read by this program"),
            next_step=Message("It reads: {names}.", names=listed(list(LANGUAGES.values()))),
        )
    found = _installed()
    packages = [f"{_PACKAGE}-{code}" for code in codes if found is None or code not in found[1]]
    if found is None:
        return DependencyMissingError(
            Message("pictures are not read on this computer"),
            next_step=Message("Install {packages}, then read it again.", packages=listed([_PACKAGE, *packages])),
        )
    if not packages:
        return None
    return DependencyMissingError(
        Message(
            "pictures in {language} are not read on this computer",
            language=listed([LANGUAGES[code] for code in codes if code not in found[1]]),
        ),
        next_step=Message("Install {packages}, then read it again.", packages=listed(packages)),
    )


def _codes_of(language: str) -> tuple[str, ...]:
    """Return how tesseract calls the languages that a person named, perhaps several with commas between."""
    known = {str(name).casefold(): code for code, name in LANGUAGES.items()} | {code: code for code in LANGUAGES}
    known |= {name.casefold(): code for name, code in _ALSO.items()}
    parts = (part.strip() for part in _BETWEEN.split(language.casefold()))
    return tuple(dict.fromkeys(known[part] for part in parts if part in known))


def _ocr(language: str) -> tuple[str, str] | None:
    """Return the program that reads pictures and the languages in which it does; None where it is not installed."""
    found = _installed()
    if found is None:
        return None
    program, installed = found
    usual = [code for code in LANGUAGES if code in installed][:_MOST_LANGUAGES]
    return program, "+".join(_codes_of(language) or usual)


@cache
def _installed() -> tuple[str, frozenset[str]] | None:
    """Return the program that reads pictures and its languages; None where it is not installed, or has none."""
    program = shutil.which("tesseract", path=_PLACES) or shutil.which("tesseract", path=_PLACES_ON_WINDOWS)
    if program is None:
        return None
    try:
        answer = subprocess.run(  # noqa: S603 - a program at a fixed place, without a shell
            (program, "--list-langs"), capture_output=True, env={}, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    installed = frozenset(answer.stdout.decode(errors="replace").split()) & LANGUAGES.keys()
    return (program, installed) if installed else None


def ocr_for(language: str) -> tuple[str, str] | None:
    """Return the program that reads pictures in this language, and what it calls it; None where none does here."""
    _installed.cache_clear()  # somebody may have installed what was lacking
    return None if lack_of(language) else _ocr(language)


def can_read_pictures() -> bool:
    """Say whether tesseract is installed, with a language."""
    return _installed() is not None
