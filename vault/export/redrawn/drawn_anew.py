"""Ask the process that draws papers anew: what is on their pages, and for what is left of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from vault.errors import DependencyMissingError, LeakError, RefusedError
from vault.export.children import DEPENDENCY_MISSING, TooSlowError, ask_child, command_of
from vault.export.paper_text.asking import MEMORY_BYTES, MOST_BYTES, can_read_pictures, lack_of, ocr_for
from vault.export.redrawn.layout import Page
from vault.progress import Progress
from vault.words.message import Message

_SECONDS = 600
_BESIDE_SECONDS = 30
_WHY: Final = {
    "active": Message("it has scripts, or parts that other programs or files fill in"),
    "damaged": Message("it is damaged"),
    "kind": Message("it is no PDF file and no picture"),
    "locked": Message("it is encrypted"),
    "pages": Message("it has more than 300 pages"),
    "size": Message("a page or picture of it is too large or too small"),
    "slow": Message("reading it takes too long, or more memory than it may"),
    "unread": Message("no text could be read on it"),
}
_STEP: Final = Message("Leave this document out, and hand it over yourself if it is needed.")
_PICTURE: Final = "picture"


def read_pages(
    content: bytes, language: str, name: str, *, progress: Progress = lambda done, total: None
) -> tuple[Page, ...]:
    """Return the pages of a paper with the words on them, read by a process that is shut in.

    A page that is a picture is read in the `language` that a person named. `name` is how errors call the paper.

    Raises:
        RefusedError: it cannot be drawn anew; the text says why.
        DependencyMissingError: what reads pictures, in its language, is not installed, or a library.
    """
    answer = _ask(content, language, None, name, progress)
    try:
        pages = tuple(map(Page.from_json, json.loads(answer)["pages"]))
    except (ValueError, KeyError, TypeError):
        raise _refused(name, "slow") from None
    if not any(page.words for page in pages):
        raise _refused(name, "unread")
    return pages


def paint(content: bytes, left: Sequence[Page], name: str) -> bytes:
    """Return a new PDF file of the pages of a paper, with nothing on them but the words that are left.

    The same pages of the same words give the same bytes, whatever was hidden under the same boxes.

    Raises:
        RefusedError, DependencyMissingError: as `read_pages`.
    """
    answer = _ask(content, "", left, name, lambda done, total: None)
    if not answer.startswith(b"%PDF-"):
        raise _refused(name, "slow")
    return answer


def _ask(content: bytes, language: str, left: Sequence[Page] | None, name: str, progress: Progress) -> bytes:
    if not content or len(content) > MOST_BYTES:
        raise _refused(name, "size" if content else "damaged")
    ocr = ocr_for(language) if left is None else None
    header = {"ocr": ocr, "seconds": _SECONDS, "left": None if left is None else [page.to_json() for page in left]}
    encoded = json.dumps(header).encode()
    command = command_of("vault.export.redrawn", memory=MEMORY_BYTES, runs=ocr and ocr[0])
    task = b"".join((len(encoded).to_bytes(4, "big"), encoded, content))
    try:
        code, answer = ask_child(command, task, seconds=_SECONDS + _BESIDE_SECONDS, progress=progress)
    except (TooSlowError, OSError, LeakError):
        raise _refused(name, "slow") from None
    if code == DEPENDENCY_MISSING:
        raise DependencyMissingError(Message("a library that draws papers anew is not installed"))
    if code != 0:
        raise _refused(name, "slow")
    if answer.startswith(b'{"unfit"'):
        why = json.loads(answer)["unfit"]
        if why == _PICTURE:
            raise _unread(name, language)
        raise _refused(name, why)
    return answer


def _refused(name: str, why: str) -> RefusedError:
    return RefusedError(
        Message("the document {name} cannot go into a package: {why}", name=name, why=_WHY.get(why, _WHY["damaged"])),
        next_step=_STEP,
    )


def _unread(name: str, language: str) -> DependencyMissingError:
    lack = lack_of(language)
    assert lack is not None or not can_read_pictures()  # noqa: S101 - else it had been read
    return DependencyMissingError(
        Message(
            "the document {name} cannot go into a package: it is a picture, and {lack}",
            name=name,
            lack=Message("pictures are not read on this computer") if lack is None else lack.message,
        ),
        next_step=_STEP if lack is None else lack.next_step,
    )
