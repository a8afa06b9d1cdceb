"""Typst over our own templates, from data, with our fonts alone; and the process that sets a report.

The process reads the words as one JSON value from standard input and writes the PDF to standard output, and nothing
else. Exit code 3: the fonts cannot draw a letter of it; 4: it takes too much memory.
"""

from __future__ import annotations

import sys
from functools import cache
from importlib.resources import files

try:
    import typst
except ImportError:
    if __name__ != "__main__":
        raise
    sys.exit(69)

from vault.export.children import CANNOT_DRAW, NO_MEMORY
from vault.export.fonts import font_folders

_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


@cache
def fonts() -> typst.Fonts:
    """Return the fonts of everything that this program prints."""
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=list(font_folders()))


def set_report(words: str) -> bytes:
    """Return the PDF of a report whose words came as JSON.

    Raises:
        TypstError: the fonts cannot draw a letter; its message quotes the text.
    """
    template = files("vault.export").joinpath("report.typ").read_bytes()
    pdf = typst.Compiler(template, font_paths=fonts(), sys_inputs={"report": words}).compile(
        format="pdf", pdf_standards=_STANDARDS
    )
    return pdf if isinstance(pdf, bytes) else b""


def main() -> int:
    """Set one report."""
    try:
        pdf = set_report(sys.stdin.buffer.read().decode())
    except typst.TypstError:
        return CANNOT_DRAW
    except MemoryError:
        return NO_MEMORY
    sys.stdout.buffer.write(pdf)
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
