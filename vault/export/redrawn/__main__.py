"""The process, shut in: limits itself, reads a paper from standard input, answers with its pages, writes nothing else.

Task: u32 length | JSON header (`ocr`: program and languages, or null; `seconds`; `left`: null, or what stays of each
page) | the content. Answer: lines with the percents that are done, then `{"unfit": why}`, or without `left` the pages
as JSON, and with it a new PDF file. Exit code 69: a library is missing.
"""

from __future__ import annotations

import json
import sys
import time

from vault.export.limiting import limit_resources

_DEPENDENCY_MISSING = 69


def main() -> int:
    """Read or paint one paper and answer."""
    stream = sys.stdin.buffer
    header = json.loads(stream.read(int.from_bytes(stream.read(4), "big")))
    limit_resources(cpu_seconds=2 * header["seconds"])
    try:
        # Here, so that a missing library is an answer and not a crash.
        from vault.export.redrawn.image_pdf import image_pdf  # noqa: PLC0415
        from vault.export.redrawn.layout import Page  # noqa: PLC0415
        from vault.export.redrawn.painting import painted  # noqa: PLC0415
        from vault.export.redrawn.reading import Reader, UnfitError, sheets  # noqa: PLC0415
    except ImportError:
        return _DEPENDENCY_MISSING
    content = stream.read()
    program, languages = header["ocr"] or ("", "")
    reader = Reader(program, languages, time.monotonic() + header["seconds"]) if program else None
    try:
        found, drawn = list[object](), list[tuple[Page, bytes]]()
        left = None if header["left"] is None else list(map(Page.from_json, header["left"]))
        for sheet in sheets(content):
            if left is None:
                read = sheet.read(reader)
                found.append(Page(*sheet.picture.size, read.words, is_picture=read.by_ocr).to_json())
            else:
                page = left[sheet.number - 1]
                drawn.append((page, painted(sheet.picture, page)))
            _tell(100 * sheet.number // sheet.count)
        answer = image_pdf(drawn) if left is not None else json.dumps({"pages": found}).encode()
    except UnfitError as fault:
        answer = json.dumps({"unfit": str(fault)}).encode()
    sys.stdout.buffer.write(answer)
    sys.stdout.buffer.flush()
    return 0


def _tell(percent: int) -> None:
    sys.stdout.buffer.write(b"%d\n" % min(max(percent, 0), 99))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main())
