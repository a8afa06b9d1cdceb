"""Pages that say to every reader of words what is shown, and something else to whoever looks at them.

The second person's program makes the report itself from the data that it shows, and signs these bytes only.
"""

from __future__ import annotations

import itertools
import re
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.attacks.test_questions_by_file import CODED, OTHER_PAGES, ask, files_of, give, question
from tests.export.leakcheck.surgery import Pieces, take_apart
from tests.services.organisation import SELIN, Organisation
from vault.errors import VerificationError
from vault.services.approvals import by_file

# ILHAM, letter by letter, each as one line of corners on a grid of 4 by 6.
LETTERS = (
    ((2, 0), (2, 6)),
    ((0, 0), (0, 6), (4, 6)),
    ((0, 0), (0, 6), (0, 3), (4, 3), (4, 0), (4, 6)),
    ((0, 6), (2, 0), (4, 6), (3, 4), (1, 4)),
    ((0, 6), (0, 0), (2, 3), (4, 0), (4, 6)),
)


def in_lines(pieces: Pieces) -> None:
    """Write a name with a pen."""
    pen = [b"q 1 0 0 -1 90 700 cm 1 w"]
    for place, corners in enumerate(LETTERS):
        points = [(place * 24 + 4 * x, -4 * y) for x, y in corners]
        pen += [b"%d %d %s" % (*point, b"l" if at else b"m") for at, point in enumerate(points)]
        pen.append(b"S")
    pieces.draw(b"\n".join([*pen, b"Q"]))


def in_other_outlines(pieces: Pieces) -> None:
    """Let each letter of the largest font be drawn in the shape of its neighbour."""
    fonts = [int(number) for body in pieces.objects.values() for number in re.findall(rb"/FontFile2 (\d+) 0 R", body)]
    number = max(fonts, key=lambda number: len(pieces.content(number)))
    font = pieces.content(number)
    pieces.edit_stream(number, font, with_turned_outlines(font))


def with_turned_outlines(font: bytes) -> bytes:
    """Return a TrueType font in which each glyph has the outline of another one."""
    tables = {font[at : at + 4]: struct.unpack_from(">II", font, at + 8) for at in range(12, 12 + 16 * font[5], 16)}
    is_long = font[tables[b"head"][0] + 51] == 1
    start, length = tables[b"loca"]
    unit, width = (1, "I") if is_long else (2, "H")
    places = [unit * place for place in struct.unpack_from(f">{length // struct.calcsize(width)}{width}", font, start)]
    shapes = font[tables[b"glyf"][0] :]
    outlines = [shapes[a:b] for a, b in itertools.pairwise(places)]
    drawn = [at for at, outline in enumerate(outlines) if at and outline]
    for at, outline in zip(drawn, [outlines[at] for at in drawn[1:] + drawn[:1]], strict=True):
        outlines[at] = outline
    places = [sum(map(len, outlines[:at])) // unit for at in range(len(places))]
    changed = bytearray(font)
    struct.pack_into(f">{len(places)}{width}", changed, start, *places)
    glyphs = b"".join(outlines)
    changed[tables[b"glyf"][0] : tables[b"glyf"][0] + len(glyphs)] = glyphs
    return bytes(changed)


def in_other_widths(pieces: Pieces) -> None:
    """Let letters stand apart."""
    pieces.edit(b"/CIDFontType2", b"/W[0 0 600 1 1 ", b"/W[0 0 600 1 1 1")


def in_a_picture(pieces: Pieces) -> None:
    """Draw one black dot."""
    pieces.draw(b"q 9 0 0 9 90 90 cm BI /W 1 /H 1 /BPC 1 /CS /G ID \x00 EI Q")


def in_a_note(pieces: Pieces) -> None:
    """Pin a note to the page."""
    note = pieces.add(b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(Ilham)>>")
    pieces.edit(b"/Type/Page/", b"/MediaBox", b"/Annots[%d 0 R]/MediaBox" % note)


def in_a_layer(pieces: Pieces) -> None:
    """Add a layer that is not shown."""
    layer = pieces.add(b"<</Type/OCG/Name(Ilham)>>")
    pieces.edit(b"/Type/Catalog", b"/Lang", b"/OCProperties<</OCGs[%d 0 R]/D<</OFF[%d 0 R]>>>>/Lang" % (layer, layer))


def in_how_it_is_packed(pieces: Pieces) -> None:
    """Change no page: how hard each stream is packed can spell a name."""
    number = pieces.find(b"/FontFile2")
    reference = re.search(rb"/FontFile2 (\d+) 0 R", pieces.objects[number])
    assert reference is not None
    head, _, body = pieces.objects[int(reference[1])].partition(b"stream\n")
    packed = zlib.compress(zlib.decompressobj().decompress(body), 1)
    head = re.sub(rb"/Length \d+", b"/Length %d" % len(packed), head)
    pieces.objects[int(reference[1])] = b"%sstream\n%s\nendstream" % (head, packed)


HIDING = (
    in_lines,
    in_other_outlines,
    in_other_widths,
    in_a_picture,
    in_a_note,
    in_a_layer,
    in_how_it_is_packed,
)


def hostile(hide: Callable[[Pieces], None]) -> dict[str, bytes]:
    """Return the files of a report whose pages somebody went on with."""
    files = files_of(CODED)
    pieces = take_apart(files["report.pdf"])
    hide(pieces)
    return {**files, "report.pdf": pieces.build()}


@pytest.mark.long_after(2)
@pytest.mark.parametrize("hide", HIDING, ids=lambda hide: hide.__name__)
def test_no_name_that_is_drawn_and_not_written_is_approved_by_file(
    organisation: Organisation, tmp_path: Path, hide: Callable[[Pieces], None]
) -> None:
    files = hostile(hide)
    assert files["report.pdf"] != files_of(CODED)["report.pdf"]
    path = ask(organisation, question(files), tmp_path / "question")
    with organisation.open(SELIN) as selin:
        before = selin.log.size
        for act in (by_file.read_question, give):
            with pytest.raises(VerificationError, match=OTHER_PAGES) as refused:
                act(selin, path)
            assert "same version of the program" in str(refused.value.next_step)
        assert selin.log.size == before
