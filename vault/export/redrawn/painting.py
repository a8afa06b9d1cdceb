"""A page as it leaves: what stays of it on white, black where text is hidden, gray where there was what nobody read.

Nothing of the picture of a page stays but the words that were read and judged: stamps, signatures, faces, codes and
what stands beside them do not.
"""

from __future__ import annotations

from PIL import Image, ImageDraw

from vault.export.redrawn.layout import ACROSS, Page

_WHITE, _BLACK, _UNREAD = 255, 0, 230
_CELL = ACROSS, 12
_INK = 128
_BESIDE = 1


def painted(picture: Image.Image, page: Page) -> bytes:
    """Return the rows of the picture, one byte a point."""
    kept = Image.new("L", picture.size, _WHITE)
    rest = picture.copy()
    blank = ImageDraw.Draw(rest)
    for word in page.words:
        box = word.box
        kept.paste(picture.crop(box), box)
        left, top, right, bottom = box
        blank.rectangle((left - _BESIDE, top - _BESIDE, right, bottom), fill=_WHITE)
    over = ImageDraw.Draw(kept)
    for left, top, right, bottom in page.boxes:
        blank.rectangle((left, top, right - 1, bottom - 1), fill=_WHITE)
    left_out = _cells(rest)
    for word in page.words:
        left_out.paste(_WHITE, word.box)
    kept.paste(_UNREAD, mask=left_out.point([255 if value == _UNREAD else 0 for value in range(256)]))
    for left, top, right, bottom in page.boxes:
        over.rectangle((left, top, right - 1, bottom - 1), fill=_BLACK)
    return kept.tobytes()


def _cells(rest: Image.Image) -> Image.Image:
    """Return which cells of a grid hold ink: as broad as the grid of the boxes, so that none tells a word's length."""
    ink = rest.point([255 if value < _INK else 0 for value in range(256)])
    cells = ink.reduce(_CELL)  # the mean of a cell; the last ones of a row are smaller
    marked = cells.point([_UNREAD if value else _WHITE for value in range(256)])
    large = marked.resize((marked.width * _CELL[0], marked.height * _CELL[1]), Image.Resampling.NEAREST)
    return large.crop((0, 0, *rest.size))
