from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from tests.export.leakcheck.planting import ARABIC, CYRILLIC, LATIN, checks_failed, clean_pdf, examined
from tests.export.leakcheck.surgery import Pieces, stream, take_apart, written
from tests.export.samples import FORBIDDEN
from tests.tables import each
from vault.export.leakcheck.verdict import Check


def test_a_clean_report_passes_and_surgery_itself_leaves_no_trace() -> None:
    result = examined()
    assert result.findings == ()
    assert result.canary_forms == len(FORBIDDEN)
    assert take_apart(clean_pdf()).build() == clean_pdf()


def _in_xmp(pieces: Pieces) -> None:
    number = pieces.find(b"/Type/Metadata")
    creator = b"<dc:creator><rdf:Seq><rdf:li>%s</rdf:li></rdf:Seq></dc:creator>" % CYRILLIC.encode()
    pieces.edit_stream(number, b"<xmp:CreatorTool>", creator + b"<xmp:CreatorTool>")


def _as_attachment(pieces: Pieces) -> None:
    file = pieces.add_stream(f"interview with {CYRILLIC}".encode(), b"/Type/EmbeddedFile")
    spec = pieces.add(b"<</Type/Filespec/F(a.txt)/EF<</F %d 0 R>>>>" % file)
    pieces.edit(b"/Type/Catalog", b"/Lang", b"/Names<</EmbeddedFiles<</Names[(a) %d 0 R]>>>>/Lang" % spec)


def _as_outline(pieces: Pieces) -> None:
    item = max(pieces.objects) + 1
    pieces.add(b"<</Title(%s)/Parent %d 0 R>>" % (LATIN.encode(), pieces.find(b"<</Type/Outlines")))
    pieces.edit(
        b"<</Type/Outlines", b"/Type/Outlines", b"/Type/Outlines/First %d 0 R/Last %d 0 R/Count 1" % (item, item)
    )


def _as_annotation(pieces: Pieces) -> None:
    note = pieces.add(b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(%s)>>" % LATIN.encode())
    pieces.edit(b"/Type/Page/", b"/MediaBox", b"/Annots[%d 0 R]/MediaBox" % note)


def _as_form(pieces: Pieces) -> None:
    field = pieces.add(b"<</FT/Tx/T(name)/V(%s)>>" % LATIN.encode())
    pieces.edit(b"/Type/Catalog", b"/Lang", b"/AcroForm<</Fields[%d 0 R]>>/Lang" % field)


def _as_alternative_text(pieces: Pieces) -> None:
    hexed = b"FEFF" + CYRILLIC.encode("utf-16-be").hex().upper().encode()
    pieces.edit(b"/S/H1", b"/S/H1", b"/S/H1/Alt<%s>" % hexed)


def _between_objects(pieces: Pieces) -> None:
    pieces.objects[1] += b"\nendobj\n% " + base64.b64encode(LATIN.encode())


def _behind_a_stream(pieces: Pieces) -> None:
    number = pieces.find(b"/Type/Metadata")
    pieces.objects[number] = pieces.objects[number].replace(b"\nendstream", b"\nhere\nendstream")


def _as_unused_glyph(pieces: Pieces) -> None:
    number = pieces.find(b"/Type/CMap")
    pieces.edit_stream(number, b"endbfchar", b"<00FF> <0416>\nendbfchar")


def _in_a_hidden_mark(pieces: Pieces) -> None:
    pieces.draw(b"/OC /hidden BDC " + written(clean_pdf(), LATIN) + b" EMC")


def _standing_in(pieces: Pieces) -> None:
    hexed = b"FEFF" + LATIN.encode("utf-16-be").hex().encode()
    pieces.draw(b"/Span<</ActualText<%s>>>BDC " % hexed + written(clean_pdf(), "a") + b" EMC")


def _drawn(text: str, **style: object) -> Callable[[Pieces], None]:
    return lambda pieces: pieces.draw(written(clean_pdf(), text, **style))  # type: ignore[arg-type]  # a table of keywords


def _as_letter_spaced_text(pieces: Pieces) -> None:
    for place, letter in enumerate(LATIN):
        pieces.draw(written(clean_pdf(), letter, x=90 + 20 * place))


def _cut_off(pieces: Pieces) -> None:
    number = pieces.find(b"/Type/Page/")
    contents = pieces.objects[number].split(b"/Contents ")[1].split()[0]
    content = pieces.content(int(contents))
    last = content.rindex(b"q 1 0 0 -1")
    pieces.edit_stream(int(contents), content[last : content.index(b"Q", last)], b"q ")


def _edited(marker: bytes, old: bytes, new: bytes) -> Callable[[Pieces], None]:
    return lambda pieces: pieces.edit(marker, old, new)


_NAME, _CATALOG = LATIN.encode(), b"/Type/Catalog"
AUTHOR = _edited(b"/CreationDate", b"/Creator", b"/Author(%s)/Creator" % _NAME)
_SCRIPT = b"/OpenAction<</S/JavaScript/JS(app.alert\\('%s'\\))>>/Lang" % _NAME
PLANTED = {
    "author": (AUTHOR, {Check.METADATA, Check.STRUCTURE}),
    "title": (
        _edited(b"/CreationDate", b"/Title(Referral report)", b"/Title(Referral of %s)" % _NAME),
        {Check.METADATA},
    ),
    "XMP": (_in_xmp, {Check.METADATA, Check.BYTES}),
    "attachment": (_as_attachment, {Check.STRUCTURE, Check.BYTES}),
    "bookmark": (_as_outline, {Check.STRUCTURE, Check.METADATA}),
    "annotation": (_as_annotation, {Check.STRUCTURE, Check.METADATA}),
    "form field": (_as_form, {Check.STRUCTURE, Check.METADATA}),
    "script": (_edited(_CATALOG, b"/Lang", _SCRIPT), {Check.STRUCTURE, Check.METADATA}),
    "layer": (
        _edited(_CATALOG, b"/Lang", b"/OCProperties<</OCGs[]/D<</Name(%s)>>>>/Lang" % _NAME),
        {Check.STRUCTURE, Check.METADATA},
    ),
    "alternative text in hex": (_as_alternative_text, {Check.STRUCTURE, Check.METADATA, Check.BYTES}),
    "structure title": (_edited(b"/S/H1", b"/T(Referral report)", b"/T(%s)" % _NAME), {Check.METADATA}),
    "object that nothing refers to": (lambda pieces: pieces.add(b"(%s)" % _NAME), {Check.STRUCTURE, Check.METADATA}),
    "between objects, in base64": (_between_objects, {Check.STRUCTURE, Check.BYTES}),
    "behind a stream": (_behind_a_stream, {Check.STRUCTURE}),
    "font name": (
        _edited(b"/Type/FontDescriptor", b"+NotoSans-Regular", b"+Varnelis-Regular"),
        {Check.FONTS, Check.BYTES},
    ),
    "letter in a font that no text uses": (_as_unused_glyph, {Check.FONTS}),
    "picture": (lambda pieces: pieces.draw(b"q /x0 Do Q"), {Check.DRAWING}),
    "clipping": (lambda pieces: pieces.draw(b"q 0 0 m 1 1 l h W n Q"), {Check.DRAWING}),
    "hidden layer": (_in_a_hidden_mark, {Check.TEXT, Check.FORMS}),
    "stand-in text": (_standing_in, {Check.DRAWING, Check.FORMS}),
    "plain text": (_drawn(LATIN), {Check.TEXT, Check.FORMS}),
    "Cyrillic text": (_drawn(CYRILLIC), {Check.TEXT, Check.FORMS}),
    "Arabic text": (_drawn(ARABIC), {Check.TEXT, Check.FORMS}),
    "white text": (_drawn(LATIN, style=b"/c0 cs 1 scn"), {Check.DRAWING, Check.TEXT, Check.FORMS}),
    "invisible text": (_drawn(CYRILLIC, mode=3), {Check.DRAWING, Check.TEXT, Check.FORMS}),
    "off the page": (_drawn(LATIN, x=-300), {Check.DRAWING, Check.TEXT, Check.FORMS}),
    "tiny text": (_drawn(LATIN, points=0.5), {Check.DRAWING, Check.TEXT, Check.FORMS}),
    "letter by letter": (_as_letter_spaced_text, {Check.TEXT, Check.FORMS}),
    "one letter that nobody approved": (_drawn("e"), {Check.TEXT}),
    "approved text cut off": (_cut_off, {Check.TEXT}),
}


@pytest.mark.long
@each(PLANTED)
def test_each_planted_leak_is_caught_by_each_check_that_is_meant_for_it(
    plant: Callable[[Pieces], None], expected: set[Check]
) -> None:
    pieces = take_apart(clean_pdf())
    plant(pieces)
    assert expected <= checks_failed(examined(pieces.build()))


def test_one_letter_too_many_is_seen_by_both_readers() -> None:
    pieces = take_apart(clean_pdf())
    pieces.draw(written(clean_pdf(), "e"), first=True)
    places = {finding.where for finding in examined(pieces.build()).findings}
    assert {"pdfium: text that nobody approved", "drawing: text that nobody approved"} <= places


def test_a_second_revision_is_refused() -> None:
    pdf = clean_pdf()
    table = b"xref\n1 1\n%010d 00000 n\r\ntrailer\n<</Size 2/Prev %d>>" % (len(pdf) + 1, pdf.rindex(b"xref\n0"))
    changed = pdf + b"\n1 0 obj\n(%s)\nendobj\n" % LATIN.encode()
    revised = changed + table + b"\nstartxref\n%d\n%%%%EOF" % len(changed)
    assert Check.STRUCTURE in checks_failed(examined(revised))


@each([b"\n", LATIN.encode(), b"\x00"])
def test_bytes_after_the_end_are_refused(tail: bytes) -> None:
    assert Check.STRUCTURE in checks_failed(examined(clean_pdf() + tail))


@each([b"", b"%PDF-1.7\n", b"PK\x03\x04", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"])
def test_what_no_reader_can_read_is_no_report(junk: bytes) -> None:
    assert Check.STRUCTURE in checks_failed(examined(junk))


def test_findings_name_places_and_never_contents() -> None:
    pieces = take_apart(clean_pdf())
    AUTHOR(pieces)
    pieces.draw(written(clean_pdf(), CYRILLIC))
    said = repr(examined(pieces.build()).findings)
    assert "forms=(0,)" in said
    assert not any(form in said for form in FORBIDDEN)


def test_a_stream_is_read_also_where_the_object_table_hides_it() -> None:
    hidden = stream(CYRILLIC.encode() * 3)
    pdf = clean_pdf().replace(b"xref\n0 ", b"% " + hidden + b"\nxref\n0 ", 1)
    assert Check.BYTES in checks_failed(examined(pdf))


@each(["Khaled", "Amiria", "Designed"])
def test_the_makers_whom_a_font_names_are_no_leak(form: str) -> None:
    assert examined(forbidden=(form,)).findings == ()


def test_a_name_planted_in_a_font_is_one() -> None:
    pieces = take_apart(clean_pdf())
    number = pieces.find(b"/Type/FontDescriptor")
    program = int(pieces.objects[number].split(b"/FontFile2 ")[1].split()[0])
    pieces.edit_stream(program, b"\x00\x01\x00\x00", b"\x00\x01\x00\x00" + LATIN.encode())
    assert Check.BYTES in checks_failed(examined(pieces.build()))


def test_a_form_within_a_longer_word_that_may_stay_is_no_leak() -> None:
    assert examined(forbidden=("Dastenovski", "Miral", "Дастено", "ENGLIS", "interv")).findings == ()


def test_forms_beyond_the_first_batch_are_searched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.export.leakcheck.examine._FORMS_AT_ONCE", 2)
    pieces = take_apart(clean_pdf())
    pieces.add_stream(b"x" * 9 + FORBIDDEN[3].encode())
    assert {finding.forms for finding in examined(pieces.build()).findings if finding.check is Check.BYTES} == {(3,)}
