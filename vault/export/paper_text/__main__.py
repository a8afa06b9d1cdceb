"""The process, shut in: limits itself, reads a paper from standard input, answers with its text, writes nothing else.

Task: u32 length | JSON header (`media`, `ocr`: program and languages, or null, `seconds`) | the content. Answer: lines
with the percents that are done, then one JSON object of `by`, `text`, `whole` and `unseen`: a picture was passed over.
Exit code 69: a library is missing.
"""

from __future__ import annotations

import codecs
import json
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import Any

from vault.export.limiting import limit_resources
from vault.export.paper_text.chats import is_chat, is_page, lines_of_chat, lines_of_json, lines_of_page, text_in_archive
from vault.export.paper_text.paper_kinds import DocxError, Kept, Ocr, is_picture, paragraphs

_DEPENDENCY_MISSING = 69
_FEWEST_LETTERS = 16
"""A page with fewer is taken for a picture of one."""
_MOST_IN_VAIN = 20
"""After so many pictures of pages in a row that gave nothing, or the same again, the rest is not drawn."""
_DOTS_PER_POINT = 200 / 72
_MOST_DOTS = 25_000_000
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def main() -> int:
    """Read one paper and answer."""
    stream = sys.stdin.buffer
    header = json.loads(stream.read(int.from_bytes(stream.read(4), "big")))
    limit_resources(cpu_seconds=2 * header["seconds"])
    content = stream.read()
    kept = Kept()
    try:
        by = _read(header, content, kept)
    except ImportError:
        return _DEPENDENCY_MISSING
    answer = {
        "by": by if kept.text() else "nothing",
        "text": kept.text(),
        "whole": kept.is_whole,
        "unseen": kept.is_unseen,
    }
    sys.stdout.buffer.write(json.dumps(answer).encode())
    sys.stdout.buffer.flush()
    return 0


def _read(header: dict[str, Any], content: bytes, kept: Kept) -> str:
    media: str = header["media"]
    until = time.monotonic() + header["seconds"]
    program, languages = header["ocr"] or ("", "")
    ocr = Ocr(program, languages, until) if program else None
    if is_picture(content):  # whatever the record says of it, and nothing else is given to tesseract
        kept.is_unseen = ocr is None
        text = "" if ocr is None else ocr.read(content)
        kept.is_whole = text is not None
        kept.add(text or "")
        return "ocr"
    if media in {"text/plain", "application/zip"}:
        return _read_written(content, kept, is_archive=media != "text/plain")
    if media == _DOCX:
        try:
            kept.add_all(paragraphs(content))
        except DocxError:
            kept.is_whole = False
        return "docx"
    if media == "application/pdf":
        return _read_pdf(content, ocr, kept, until)
    return "nothing"


def _read_written(content: bytes, kept: Kept, *, is_archive: bool) -> str:
    """Keep a chat message by message, and any other text as it is; of an archive the chat in it."""
    text = text_in_archive(content) if is_archive else _decoded(content)
    if text is None:
        return "nothing"
    lines: Iterable[str] | None = lines_of_json(text) if text.lstrip().startswith("{") else None
    if lines is None and is_page(text):
        lines = lines_of_page(text)
    if lines is None and is_chat(text):
        lines = lines_of_chat(text)
    if lines is not None:
        kept.add_all(lines)
        return "chat"
    kept.add("" if is_archive else text)
    return "plain"


def _decoded(content: bytes) -> str:
    if content[:2] in {codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE}:
        return content.decode("utf-16", errors="replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", errors="replace")


def _read_pdf(content: bytes, ocr: Ocr | None, kept: Kept, until: float) -> str:
    import pypdfium2  # type: ignore[import-untyped]  # noqa: PLC0415 - it ships no types; missing, it is an answer

    try:
        document = pypdfium2.PdfDocument(content)
    except pypdfium2.PdfiumError:
        kept.is_whole = False
        return "nothing"
    used_ocr = [False]
    try:
        kept.add_all(_pages(document, ocr, used_ocr, kept, until))
    except pypdfium2.PdfiumError:
        kept.is_whole = False
    return "ocr" if used_ocr[0] else "pdf"


def _pages(document: Any, ocr: Ocr | None, used_ocr: list[bool], kept: Kept, until: float) -> Iterator[str]:
    """Yield the text of each page, while there is time; of one without letters what a picture of it shows."""
    count, told, in_vain, before = len(document), 0, 0, ""
    for number in range(count):
        if time.monotonic() > until:
            kept.is_whole = False
            return
        with closing(document[number]) as page:  # else a million pages fill the memory
            with closing(page.get_textpage()) as letters:
                text = str(letters.get_text_bounded())
            is_picture_of_one = sum(map(str.isalnum, text)) < _FEWEST_LETTERS
            kept.is_unseen |= is_picture_of_one and ocr is None and _has_image(page)
            if is_picture_of_one and ocr is not None:
                seen = None if ocr.is_over else _seen(page, ocr)
                kept.is_whole &= seen is not None
                used_ocr[0] |= seen is not None
                text = f"{text}\n{seen or ''}"
                in_vain = in_vain + 1 if text.strip() in {"", before} else 0
                before = text.strip()
                if in_vain > _MOST_IN_VAIN:
                    kept.is_whole = False
                    return
        yield text
        if 100 * (number + 1) // count > told:
            told = 100 * (number + 1) // count
            _tell(told)


def _has_image(page: Any) -> bool:
    import pypdfium2.raw  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

    return next(page.get_objects(filter=(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE,)), None) is not None


def _seen(page: Any, ocr: Ocr) -> str | None:
    width, height = page.get_size()
    scale = min(_DOTS_PER_POINT, (_MOST_DOTS / max(1.0, width * height)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    rows = bytes(bitmap.buffer)
    if rows.count(rows[:1]) == len(rows):
        return ""  # nothing but paper
    return ocr.read_drawn(bitmap.width, bitmap.height, bitmap.stride, rows)


def _tell(percent: int) -> None:
    sys.stdout.buffer.write(b"%d\n" % min(max(percent, 0), 99))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
