"""Pages for the wall and for the hand, as PDF: references, kinds, times and steps, no name and no word of a case."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib.resources import files
from typing import Final

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
    """A day on paper: `day` is its date; `more` says that it has dates which are not on it."""

    day: str
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


@dataclass(frozen=True, slots=True)
class PaperLine:
    """A line on paper, with a box to tick where somebody has to do it."""

    text: str
    left: str = ""
    has_box: bool = False


@dataclass(frozen=True, slots=True)
class PaperPart:
    """A part of a page: a heading and its lines."""

    heading: str
    lines: tuple[PaperLine, ...]


@dataclass(frozen=True, slots=True)
class PaperPage:
    """A page of parts; it goes on over as many sheets as it needs. Its words are finished."""

    title: str
    under: str
    parts: tuple[PaperPart, ...]
    foot: str


def render_week(week: PaperWeek) -> bytes:
    """Return the week as a PDF.

    Raises:
        RefusedError: it cannot be set.
        DependencyMissingError: a font package is not installed.
    """
    return set_page("week", asdict(week))


def render_page(page: PaperPage) -> bytes:
    """Return the page as a PDF; raises what `render_week` raises."""
    return set_page("page", asdict(page))


_NOT_MADE: Final = Message("the page could not be made")
_SEVERAL: Final = Message("the page came out in more than one file")


def set_page(
    name: str, data: Mapping[str, object], *, not_made: Message = _NOT_MADE, several: Message = _SEVERAL
) -> bytes:
    """Return a page of this name, made of its template and of what stands on it, as a PDF.

    Raises:
        RefusedError: it cannot be set: `not_made`, or `several` files came of it.
        DependencyMissingError: a font package is not installed.
    """
    template = files("vault.export").joinpath(f"{name}.typ").read_bytes()
    compiler = typst.Compiler(template, font_paths=fonts(), sys_inputs={name: json.dumps(data, ensure_ascii=False)})
    try:
        pdf = compiler.compile(format="pdf", pdf_standards=_STANDARDS)
    except typst.TypstError:
        # Its message quotes the text.
        raise RefusedError(not_made) from None
    if not isinstance(pdf, bytes):
        raise RefusedError(several)
    return pdf
