"""The text of a DOCX file: its paragraphs, from one part of the archive, which may declare nothing of its own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.parsers import expat

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
