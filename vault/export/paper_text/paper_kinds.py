"""The text of a DOCX file, of a picture by tesseract, and what is kept of it: printable, in bounds."""

from __future__ import annotations

import io
import re
import subprocess
import time
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from xml.parsers import expat

# The text of a DOCX file: its paragraphs, from one part of the archive, which may declare nothing of its own.

_PART = "word/document.xml"
_WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_MOST_BYTES = 256 << 20
_PIECE = 1 << 16


class DocxError(Exception):
    """The file is no DOCX, or holds what none needs."""


def paragraphs(content: bytes) -> Iterator[str]:
    """Yield each paragraph.

    Raises:
        DocxError: it is none, declares entities, or unpacks to more than 256 MiB.
    """
    reader = _Reader()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open(_PART) as part:
            read = 0
            while piece := part.read(_PIECE):
                read += len(piece)
                if read > _MOST_BYTES:
                    raise DocxError
                yield from reader.feed(piece)
            yield from reader.feed(b"", is_last=True)
    except (
        zipfile.BadZipFile,
        KeyError,
        expat.ExpatError,
        NotImplementedError,
        RuntimeError,
        OSError,
        EOFError,
    ) as fault:
        raise DocxError from fault


class _Reader:
    """Collects the words between the marks of a paragraph."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate(namespace_separator="|")
        self._parser.StartDoctypeDeclHandler = _refuse
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._letters
        self._is_text = False
        self._words: list[str] = []
        self._done: list[str] = []

    def feed(self, piece: bytes, *, is_last: bool = False) -> list[str]:
        """Read on and return the paragraphs that ended."""
        self._parser.Parse(piece, is_last)
        done, self._done = self._done, []
        return done

    def _start(self, name: str, _: object) -> None:
        self._is_text = name == f"{_WORD}|t"
        if name in {f"{_WORD}|tab", f"{_WORD}|br"}:
            self._words.append("\t")

    def _end(self, name: str) -> None:
        self._is_text = False
        if name == f"{_WORD}|p":
            self._done.append("".join(self._words))
            self._words = []

    def _letters(self, text: str) -> None:
        if self._is_text:
            self._words.append(text)


def _refuse(*_: object) -> None:
    raise DocxError


# The text of a picture by tesseract, where it is installed: picture in by pipe, text out by pipe, no file between.
_LONGEST_PICTURE_SECONDS = 90
_SMALLEST_PICTURE = 26
# What tesseract does not know as a picture it takes for a list of names of files, and reads those. All of the first
# bytes are asked for: a part of them can stand before a name.
_PICTURE = re.compile(
    rb"\x89PNG\r\n\x1a\n|\xff\xd8\xff|II\*\0|MM\0\*|GIF8[79]a|RIFF.{4}WEBP|BM.{4}\0{4}.{4}[\x0c\x28\x34\x38\x40\x6c\x7c]\0{3}",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Ocr:
    """How pictures are read: the program, its languages joined by `+`, and until when (`time.monotonic`)."""

    program: str
    languages: str
    until: float

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return time.monotonic() >= self.until

    def read(self, content: bytes) -> str | None:
        """Return the text of a picture file; None where it is none that can be read, or takes too long."""
        return self._read(content) if is_picture(content) else None

    def read_drawn(self, width: int, height: int, stride: int, rows: bytes) -> str | None:
        """Return the text of a picture of one byte a point; None as above."""
        lines = (rows[at * stride : at * stride + width] for at in range(height))
        return self._read(f"P5 {width} {height} 255\n".encode() + b"".join(lines))

    def _read(self, picture: bytes) -> str | None:
        left = min(_LONGEST_PICTURE_SECONDS, self.until - time.monotonic())
        if left <= 0:
            return None
        try:
            done = subprocess.run(  # noqa: S603 - a program at a fixed place, without a shell
                (self.program, "stdin", "stdout", "-l", self.languages),
                input=picture,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"OMP_THREAD_LIMIT": "1"},
                timeout=left,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def is_picture(content: bytes) -> bool:
    """Say whether this is a PNG, JPEG, TIFF, GIF, WEBP or BMP file, by all of its first bytes."""
    return len(content) >= _SMALLEST_PICTURE and _PICTURE.match(content) is not None


# What is kept of a text that a paper gave: printable, in bounds.
MOST_LETTERS = 1_000_000
_KEPT = frozenset("\n\t")
_BROKEN = "\ufffd"
_LEAST = 1000


def _clean(letter: str) -> str:
    """Return a letter as it is kept: spaces of all kinds as blanks, nothing of what no screen shows."""
    if letter in _KEPT or (letter.isprintable() and letter != _BROKEN):
        return letter
    return " " if letter.isspace() else ""


class Kept:
    """Collects text until there is too much of it."""

    def __init__(self, most: int = MOST_LETTERS) -> None:
        self._left = most
        self._parts: list[str] = []
        self.is_whole = True
        self.is_unseen = False

    def add(self, text: str) -> bool:
        """Keep a piece; False once no more is taken."""
        looked_at = text[: 2 * self._left + _LEAST]
        clean = "".join(map(_clean, looked_at.replace("\r\n", "\n")))
        self.is_whole &= len(clean) <= self._left and len(looked_at) == len(text)
        self._parts.append(clean[: self._left])
        self._left -= len(self._parts[-1])
        return self._left > 0

    def add_all(self, texts: Iterable[str]) -> None:
        """Keep pieces one below the other, until no more is taken."""
        for text in texts:
            if not self.add(text) or not self.add("\n"):
                self.is_whole = False
                return

    def text(self) -> str:
        return "".join(self._parts).strip()
