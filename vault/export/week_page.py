"""A week of dates on one sheet of paper: references, kinds and times, no name and no word of a case."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from importlib.resources import files

import typst

from vault.errors import RefusedError
from vault.export.typesetting import fonts
from vault.words.message import Message

_STANDARDS: list[typst.PDFStandard] = ["a-2a", "ua-1"]


@dataclass(frozen=True, slots=True)
class PaperDate:
    """A date on paper: `time` is HH:MM or empty."""

    time: str
    ref: str
    what: str
    done: bool


@dataclass(frozen=True, slots=True)
class PaperDay:
    """A day on paper; `more` says that it has dates which are not on it."""

    name: str
    lines: tuple[PaperDate, ...]
    more: str = ""


@dataclass(frozen=True, slots=True)
class PaperWeek:
    """The page: its words are finished, in the language of who prints it."""

    title: str
    days: str
    nothing: str
    foot: str
    entries: tuple[PaperDay, ...]


def render_week(week: PaperWeek) -> bytes:
    """Return the page as a PDF.

    Raises:
        RefusedError: it cannot be set.
        DependencyMissingError: a font package is not installed.
    """
    template = files("vault.export").joinpath("week.typ").read_bytes()
    inputs = {"week": json.dumps(asdict(week), ensure_ascii=False)}
    try:
        pdf = typst.Compiler(template, font_paths=fonts(), sys_inputs=inputs).compile(
            format="pdf", pdf_standards=_STANDARDS
        )
    except typst.TypstError:
        # Its message quotes the text.
        raise RefusedError(Message("the week could not be set")) from None
    if not isinstance(pdf, bytes):
        raise RefusedError(Message("the week came out in more than one file"))
    return pdf
