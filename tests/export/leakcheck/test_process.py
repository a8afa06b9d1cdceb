from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.export.leakcheck.planting import (
    ARABIC,
    CYRILLIC,
    LATIN,
    checks_failed,
    clean_data,
    clean_pdf,
    examined,
    task_for,
)
from tests.export.leakcheck.surgery import Pieces, stream, take_apart, written
from tests.export.samples import COVER, FORBIDDEN, dossier, section
from tests.tables import each
from vault.errors import DependencyMissingError, LeakError
from vault.export.data_json import canonical, data_leaves, render_data
from vault.export.dossier_report import Cover, approved_lines, headings, make_report
from vault.export.fonts import font_folders
from vault.export.leakcheck.boilerplate import Approved, Leaf, own_places
from vault.export.leakcheck.examine import Task, check_readers, examine, examine_words
from vault.export.leakcheck.forbidden_forms import ForbiddenForms, fold, squeeze
from vault.export.leakcheck.verdict import Check, Findings
from vault.export.package import Verdict, check_for_leaks, verifier_command
from vault.export.pdf import render_report
from vault.export.report_docx import render_docx

DOSSIER = dossier()
REPORT = make_report(DOSSIER, COVER)
PDF = render_report(REPORT)
DOCX = render_docx(REPORT)
DATA = render_data(DOSSIER, COVER)


def check(
    *,
    command: tuple[str, ...] | None = None,
    forbidden: tuple[str, ...] = FORBIDDEN,
    seconds: float | None = None,
    data: bytes = DATA,
) -> Verdict:
    return check_for_leaks(
        pdf=PDF,
        docx=DOCX,
        data=data,
        forbidden=forbidden,
        approved=approved_lines(REPORT),
        approved_data=data_leaves(DOSSIER, COVER),
        title=REPORT.words.title,
        headings=headings(REPORT),
        running=REPORT.running,
        watermark=REPORT.watermark,
        day=REPORT.day,
        removed=REPORT.words.removed,
        language="en",
        command=command,
        seconds=seconds,
    )


def _answering(text: str) -> tuple[str, ...]:
    return (sys.executable, "-I", "-c", f"import sys; sys.stdin.buffer.read(); print({text!r})")


def test_a_clean_report_passes_and_its_pages_come_back() -> None:
    verdict = check()
    assert verdict.canary_forms == len(FORBIDDEN)
    assert "The client says that the notice of refusal" in " ".join(verdict.pages)
    assert check(forbidden=()).canary_forms == 0


def test_a_leak_stops_the_export_and_is_named_by_number_only() -> None:
    with pytest.raises(LeakError, match=r"fails its check: .*forms \(.*form #2\)") as caught:
        check(forbidden=("Varnelis", "Miralo Dastenov"))
    assert "Dastenov" not in str(caught.value)


@pytest.mark.long
@each(
    {
        "crashed": ("import os; os.abort()", "ended with -6"),
        "failed": ("import sys; sys.exit(1)", "ended with 1"),
        "said nothing": ("import sys; sys.stdin.buffer.read()", "makes no sense"),
        "said half": ("import sys; sys.stdin.buffer.read(); print('{}')", "makes no sense"),
        "ran out of memory": ("raise MemoryError", "ended with 1"),
        "takes too long": ("import time; time.sleep(60)", r"the verifier took longer than 1\.5 s"),
    }
)
def test_a_verifier_that_does_not_answer_stops_the_export(code: str, message: str) -> None:
    with pytest.raises(LeakError, match=f"cannot check the package: .*{message}"):
        check(command=(sys.executable, "-I", "-c", code), seconds=1.5 if "sleep" in code else None)


def test_a_verifier_that_cannot_start_stops_the_export(tmp_path: Path) -> None:
    with pytest.raises(LeakError, match="did not start"):
        check(command=(str(tmp_path / "none"),))


def test_a_missing_library_is_named_as_such_by_the_process_itself() -> None:
    for code in ("import sys; sys.exit(69)", ("import sys; sys.modules['pypdfium2'] = None; " + verifier_command()[4])):
        command = (sys.executable, "-I", "-B", "-c", code, verifier_command()[5])
        with pytest.raises(DependencyMissingError, match="library that the verifier reads with is missing"):
            check(command=command)


def test_an_answer_about_other_files_is_no_answer() -> None:
    other = json.dumps({"canary_forms": 3, "digests": ["00", "11"], "findings": [], "pages": ["x"]})
    with pytest.raises(LeakError, match="read other files than these"):
        check(command=_answering(other))


def test_blind_readers_are_called_blind() -> None:
    # The canary's fonts cannot be read back: its letters come from a font without them.
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from vault.export.leakcheck import examine; "
        "examine.drawable = lambda folders: frozenset(range(0x110000)); " + verifier_command()[4]
    )
    with pytest.raises(LeakError, match=r"cannot check the package: canary \(pdfium cannot read these fonts"):
        check(command=(sys.executable, "-I", "-B", "-c", code, verifier_command()[5]), forbidden=("გელა",))


def test_forms_that_no_font_of_ours_draws_cannot_be_checked_alone() -> None:
    with pytest.raises(LeakError, match="the fonts can draw none of the forms"):
        check(forbidden=("გელა",))


def test_the_command_line_tells_nothing_of_the_case() -> None:
    command = " ".join(verifier_command())
    assert "-I" in verifier_command()
    assert not any(form in command for form in FORBIDDEN)


def test_the_environment_of_the_caller_is_not_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEVAULT_PLANTED", "x")
    code = "import os, sys; sys.stdin.buffer.read(); sys.exit(7 if 'CASEVAULT_PLANTED' in os.environ else 3)"
    with pytest.raises(LeakError, match="ended with 3"):
        check(command=(sys.executable, "-I", "-c", code))


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_the_process_cannot_write_a_byte_to_a_file(tmp_path: Path) -> None:
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); from vault.export.limiting import limit_resources; "
        "limit_resources(cpu_seconds=60); f = open(sys.argv[2], 'wb', 0); f.write(b'x')"
    )
    file = tmp_path / "file"
    done = subprocess.run(
        [sys.executable, "-I", "-c", code, verifier_command()[5], str(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "File too large" in done.stderr
    assert file.read_bytes() == b""


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
    pieces.edit(b"/Title(In short)", b"/Title(In short)", b"/Title(%s)/A<</S/URI/URI(%s)>>" % (_NAME, _NAME))


def _as_annotation(pieces: Pieces) -> None:
    note = pieces.add(b"<</Type/Annot/Subtype/Text/Rect[0 0 9 9]/Contents(%s)>>" % LATIN.encode())
    pieces.edit(b"/Type/Page/", b"/MediaBox", b"/Annots[%d 0 R]/MediaBox" % note)


def _as_form(pieces: Pieces) -> None:
    field = pieces.add(b"<</FT/Tx/T(name)/V(%s)>>" % LATIN.encode())
    pieces.edit(b"/Type/Catalog", b"/Lang", b"/AcroForm<</Fields[%d 0 R]>>/Lang" % field)


def _as_alternative_text(pieces: Pieces) -> None:
    pieces.edit(b"/S/H1", b"/S/H1", b"/S/H1/Alt<%s>" % (b"FEFF" + CYRILLIC.encode("utf-16-be").hex().upper().encode()))


def _between_objects(pieces: Pieces) -> None:
    pieces.objects[1] += b"\nendobj\n% " + base64.b64encode(LATIN.encode())


def _behind_a_stream(pieces: Pieces) -> None:
    number = pieces.find(b"/Type/Metadata")
    pieces.objects[number] = pieces.objects[number].replace(b"\nendstream", b"\nhere\nendstream")


def _as_unused_glyph(pieces: Pieces) -> None:
    pieces.edit_stream(pieces.find(b"/Type/CMap"), b"endbfchar", b"<00FF> <0416>\nendbfchar")


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
    "bookmark": (_edited(b"/Title(In short)", b"In short", _NAME), {Check.METADATA}),
    "bookmark that leads elsewhere": (_as_outline, {Check.STRUCTURE, Check.METADATA}),
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
    assert Check.STRUCTURE in checks_failed(examined(changed + table + b"\nstartxref\n%d\n%%%%EOF" % len(changed)))


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
    assert Check.BYTES in checks_failed(examined(clean_pdf().replace(b"xref\n0 ", b"% " + hidden + b"\nxref\n0 ", 1)))


@each(["Khaled", "Amiria", "Designed", "Dastenovski", "Miral", "Дастено", "ENGLIS", "interv"])
def test_the_makers_whom_a_font_names_and_a_part_of_a_longer_word_are_no_leak(form: str) -> None:
    assert examined(forbidden=(form,)).findings == ()


def test_a_name_planted_in_a_font_is_one() -> None:
    pieces = take_apart(clean_pdf())
    number = pieces.find(b"/Type/FontDescriptor")
    program = int(pieces.objects[number].split(b"/FontFile2 ")[1].split()[0])
    pieces.edit_stream(program, b"\x00\x01\x00\x00", b"\x00\x01\x00\x00" + LATIN.encode())
    assert Check.BYTES in checks_failed(examined(pieces.build()))


def test_forms_beyond_the_first_batch_are_searched_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vault.export.leakcheck.examine._FORMS_AT_ONCE", 2)
    pieces = take_apart(clean_pdf())
    pieces.add_stream(b"x" * 9 + FORBIDDEN[3].encode())
    assert {finding.forms for finding in examined(pieces.build()).findings if finding.check is Check.BYTES} == {(3,)}


@pytest.mark.long_after(9)
@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (CYRILLIC, "utf-8"),
        (CYRILLIC, "utf-16-le"),
        (CYRILLIC, "utf-16-be"),
        (CYRILLIC, "koi8-r"),
        (CYRILLIC.upper(), "cp1251"),
        (ARABIC, "utf-8"),
        (ARABIC, "cp1256"),
        (LATIN.lower(), "ascii"),
        (LATIN, "utf-16-be"),
    ],
)
@pytest.mark.parametrize(
    "dress", ["as it is", "hex", "HEX", "base64, first phase", "base64, third phase", "spaced hex"]
)
def test_a_form_is_found_in_a_packed_stream_in_each_encoding(text: str, encoding: str, dress: str) -> None:
    encoded = text.encode(encoding)
    planted = {
        "as it is": encoded,
        "hex": encoded.hex().encode(),
        "HEX": encoded.hex().upper().encode(),
        "base64, first phase": base64.b64encode(b"..." + encoded + b"..."),
        "base64, third phase": base64.b64encode(b"....." + encoded + b"..."),
        "spaced hex": encoded.hex(" ", 2).encode(),
    }[dress]
    pieces = take_apart(clean_pdf())
    pieces.add_stream(b"x" * 50 + planted + b"y" * 50)
    assert Check.BYTES in checks_failed(examined(pieces.build()))


def _data(change: Callable[[dict[str, object]], None]) -> bytes:
    value = json.loads(clean_data())
    change(value)
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@each(
    [
        LATIN,
        f"for {CYRILLIC}.",
        f"من {ARABIC}",
        "T o v i e l",
        "Tovi\u200bel",
        "Tovi-\nel",
        "ＴＯＶＩＥＬ",
        "Тоviеl",
        base64.b64encode(b"name: Toviel Varnelis.").decode(),
        CYRILLIC.encode().hex(),
        "%D0%A1%D0%B0%D0%B2%D0%B5%D0%BB%D0%BE%D0%B2",
        "call +999-700-112-233",
        "٠٠٩٩٩ / +٩٩٩٧٠٠١١٢٢٣٣",
    ]
)
def test_a_form_in_the_data_file_is_found_in_each_disguise(purpose: str) -> None:
    assert {Check.FORMS, Check.DATA} <= checks_failed(examined(data=_data(lambda value: value.update(purpose=purpose))))


@each(
    {
        "a space after it": lambda: clean_data() + b" ",
        "a space within": lambda: clean_data().replace(b",", b", ", 1),
        "another key": lambda: _data(lambda value: value.update(case_id="none")),
        "another value": lambda: _data(lambda value: value.update(title="Another title")),
        "a number": lambda: _data(lambda value: value.update(lines=[7])),
        "a deep nest": lambda: b"[" * 100_000,
        "not text": lambda: b"\xff",
    }
)
def test_a_data_file_of_another_form_is_refused(data: Callable[[], bytes]) -> None:
    assert Check.DATA in checks_failed(examined(data=data()))


def test_a_form_in_the_manifest_is_found() -> None:
    assert Check.FORMS in checks_failed(examine_words(b'{"purpose":"for Toviel"}', (), FORBIDDEN))


NAME = ForbiddenForms(["Варнелис", "Toviel Varnelis", "فارنيلس", "+999 700 112 233", "Lio"])


@each(
    [
        "ВАРНЕЛИС",
        "Вар\u200bне\u00adлис",
        "Вар-\nнелис",
        "Вар\nнелис",
        "В а р н е л и с",
        "В.а.р.н.е.л.и.с",
        "Bаpнелис",
        "Варне\u0301лис",
        "TOVIEL\tVARNELIS",
        "ｔｏｖｉｅｌ ｖａｒｎｅｌｉｓ",
        "𝓣𝓸𝓿𝓲𝓮𝓵 Varnelis",
        "toviel.varnelis@mail.example",
        "toviel_varnelis",
        "فَارْنِيلْس",
        "فـارنـيـلس",
        "فارنیلس",
        "سلينراف",
        "+999-700-112-233",
        "(999) 700112233",
        "+٩٩٩ ٧٠٠ ١١٢ ٢٣٣",
        "+۹۹۹۷۰۰۱۱۲۲۳۳",
        "(lio)",
    ]
)
def test_a_form_is_found_in_each_dress(text: str) -> None:
    assert NAME.find_in(f"before {text} after")


@each(["Варнелисова", "Lion", "li o", "999 700 112", "", "Toviel", "فارنيلسی"])
def test_a_longer_or_other_word_is_no_hit(text: str) -> None:
    assert not NAME.find_in(text)


def test_hits_are_told_by_place_in_the_list_and_a_hundred_thousand_forms_cost_no_more_than_one() -> None:
    assert NAME.find_in("Lio and Toviel Varnelis") == {1, 4}
    assert ForbiddenForms(["", " - ", "ok"]).places() == {2}
    many = ForbiddenForms([f"name{number}" for number in range(100_000)])
    assert many.find_in("a short note about name77777") == {77777}


def test_folding_and_squeezing_unite_what_readers_change() -> None:
    assert fold("й") == fold("и\u0306")
    assert squeeze("(a-\u200b b)") == squeeze("]a\ufffeb[") == squeeze("<a‐b>")


@each(["sister Лидия", "Signal by his sister Лидия", "Лидия, her sister", "لیلا her sister"])
def test_a_form_in_two_scripts_stops_no_export(form: str) -> None:
    findings = Findings()
    assert check_readers([form], [str(folder) for folder in font_folders()], findings) == 1
    assert findings.found == []


# People who are called like a word of the report: no false alarm, and no less is found.
# Letters enough to draw any of the names, and none of the names.
ENOUGH = "Ateyxit dClase; pNorm Mayht [removed] [P-7KQ]."
ARABIC_NAMES = "قال [P-7KQ] لا، ثم «نعم»."
CASE = dossier(
    section("case", ("kind", "asylum"), ("opened", "2024-03-05")),
    section("client", ("names", "[P-7KQ]"), ("date-of-birth", "1991")),
    section("note", ("date", "2024-03-12"), ("kind", "contact"), ("text", f"{ENOUGH}\n{ARABIC_NAMES}\n{ENOUGH}")),
    section("note", ("written", "2024-03-13"), ("kind", "interview"), ("by", "field"), ("text", ENOUGH)),
)
USUAL = "legal referral"
NAMES = (
    "May",
    "Note",
    "Text",
    "Client",
    "Case",
    "Report",
    "Strong",
    "Parent",
    "Referral",
    "Removed",
    "Hope May",
    "Legal",
)


def findings(task: Task) -> set[tuple[Check, str]]:
    return {(finding.check, re.sub(r"\d+", "N", finding.where)) for finding in examine(task).findings}


def with_pdf(task: Task, change: Callable[[Pieces], None]) -> Task:
    pieces = take_apart(task.pdf)
    change(pieces)
    return replace(task, pdf=pieces.build())


@each(["en", "fr", "ru"])
def test_nobody_is_called_like_a_word_of_the_report(language: str) -> None:
    clean = task_for(CASE, Cover(USUAL, language))
    own = [
        line.text
        for line in clean.approved
        if line.ours and len(line.text) < 60 and not line.text.isdigit() and "[P-" not in line.text
    ]
    keys = list(json.loads(clean.data))
    every = {
        word
        for line in clean.approved
        if line.ours
        for text in (line.text, *keys)
        for word in re.findall(r"[^\W\d_]{3,}", text)
    }
    assert findings(replace(clean, forbidden=(*NAMES, *own, *sorted(every)))) == set()


def test_a_label_beside_a_right_to_left_text_is_excused_once() -> None:
    beside = dossier(section("client", ("names", ARABIC_NAMES)))
    assert findings(task_for(beside, Cover(USUAL), forbidden=(*NAMES, "Names"))) == set()
    within = dossier(section("client", ("names", f"{ARABIC_NAMES} Names {ARABIC_NAMES}")))
    found = findings(task_for(within, Cover(USUAL), forbidden=(*NAMES, "Names")))
    assert {(Check.FORMS, "approved text N"), (Check.FORMS, "pdfium"), (Check.FORMS, "drawing")} <= found


def test_words_of_the_report_are_excused_over_page_ends_too() -> None:
    long = task_for(dossier(*CASE.sections * 9), Cover(USUAL, "en"), forbidden=NAMES)
    assert findings(long) == set()
    assert long.pdf.count(b"/Type/Page/") > 1


@each(["May", "Note", "Text", "Client", "Case"])
def test_a_name_in_the_approved_text_itself_is_found_by_every_reader(name: str) -> None:
    told = dossier(*CASE.sections, section("note", ("date", "2024-03-14"), ("text", f"{name} told it.")))
    found = findings(task_for(told, Cover(USUAL), forbidden=(name,)))
    assert found == {
        (Check.FORMS, "approved text N"),
        (Check.FORMS, "pdfium"),
        (Check.FORMS, "drawing"),
        (Check.FORMS, "docx: text"),
        (Check.FORMS, "data"),
    }


@each(["Note", "Text", "Note Text"])
def test_a_text_that_is_nothing_but_such_a_name_is_found(text: str) -> None:
    told = dossier(section("note", ("date", "2024-03-14"), ("text", text)))
    found = findings(task_for(told, Cover(USUAL), forbidden=("Note", "Text")))
    assert {(Check.FORMS, "approved text N"), (Check.FORMS, "drawing"), (Check.FORMS, "data")} <= found


@each([(name, first) for name in ("May", "Note", "Text", "Client", "Case") for first in (True, False)])
def test_one_more_occurrence_on_a_page_is_a_leak(name: str, first: bool) -> None:
    task = task_for(CASE, Cover(USUAL), forbidden=(name,))
    found = findings(with_pdf(task, lambda pieces: pieces.draw(written(task.pdf, name), first=first)))
    assert {(Check.TEXT, "pdfium: text that nobody approved"), (Check.FORMS, "drawing")} <= found


@each(
    [
        ("Client", b"/S/H1", b"/S/H1/Alt(Client)"),
        ("Client", b"/T(Referral report)", b"/T(Client)"),
        ("Referral report", b"/S/H1", b"/S/H1/E(Referral report)"),
    ]
)
def test_one_more_occurrence_in_a_string_is_a_leak(name: str, old: bytes, new: bytes) -> None:
    task = task_for(CASE, Cover(USUAL), forbidden=(name,))
    assert Check.METADATA in {check for check, _ in findings(with_pdf(task, lambda p: p.edit(b"/S/H1", old, new)))}


def test_a_comment_and_a_second_title_among_the_bytes_are_leaks() -> None:
    task = task_for(CASE, Cover(USUAL), forbidden=("Referral report", "Strong"))
    for bodies in ([b"(Strong)"], [b"<</Title(Referral report)>>"] * 2):
        pieces = take_apart(task.pdf)
        for body in bodies:
            pieces.add(body)
        assert (Check.BYTES, "file") in findings(replace(task, pdf=pieces.build()))


@each(
    [
        (lambda value: value["sections"].append({"blocks": [], "heading": "note"}), "Note"),
        (lambda value: value["sections"][0]["blocks"][0].update(text="note"), "Note"),
        (lambda value: value.update(purpose="client"), "Client"),
        (lambda value: value.update(language="case"), "Case"),
        (lambda value: value["notice"]["lines"].append("may"), "May"),
    ]
)
def test_one_more_occurrence_in_the_data_file_is_a_leak(
    change: Callable[[dict[str, object]], object], name: str
) -> None:
    task = task_for(CASE, Cover(USUAL), forbidden=(name,))
    value = json.loads(task.data)
    change(value)
    assert {(Check.FORMS, "data")} <= findings(replace(task, data=canonical(value)))


OTHER = canonical({"profile": "lawyer", "purpose": "for May", "recipient": "hope may acid"})
OWN_IN_OTHER = (Leaf("profile", "lawyer", True), Leaf("recipient", "hope may acid", True), Leaf("", "purpose", True))


@each(
    [
        (("Hope", "Lawyer", "Purpose", "Acid"), OWN_IN_OTHER, False),
        (("May",), OWN_IN_OTHER, True),
        (("Hope",), (), True),
        (("Profile",), OWN_IN_OTHER, True),
    ]
)
def test_of_a_further_file_only_the_named_strings_are_ours(
    forbidden: tuple[str, ...], own: tuple[Leaf, ...], leaks: bool
) -> None:
    found = examine_words(OTHER, own, forbidden).findings
    assert ({finding.check for finding in found} == {Check.FORMS}) is leaks


def test_places_are_sure_only_where_every_block_stands_in_its_order() -> None:
    approved = [
        Approved("Note", True),
        Approved("a note", False),
        Approved("Text", True),
        Approved("b [removed]", False),
    ]
    page = "Report 1 / 1 Note a note Text b [removed]"
    found = own_places([page], approved, re.escape("[removed]"), "Report")
    assert [page[slice(*place)] for place in found] == ["Report 1 / 1", "Note", "Text", "[removed]"]
    for other in (
        "Report 1 / 1 Text a note Note b [removed]",
        "Report 1 / 1 Note a note x Text b [removed]",
        f"{page} x",
        "x" + page,
    ):
        assert own_places([other], approved, re.escape("[removed]"), "Report") == ()


def test_the_number_of_a_note_is_not_taken_from_the_year_of_a_right_to_left_line_before_it() -> None:
    approved = [
        Approved("Contact", True),
        Approved("(قال) أكتوبر 2026.", False),
        Approved("2", True),
        Approved("20 May 2026", False),
        Approved("Text", True),
    ]
    page = "Report 1 / 1 Contact (قال) أكتوبر 2026. 2 20 May 2026 Text"
    found = own_places([page], approved, re.escape("[removed]"), "Report")
    assert {"Report 1 / 1", "Contact", "Text"} <= {page[slice(*place)] for place in found}


def test_a_form_that_is_torn_between_our_word_and_the_text_is_found() -> None:
    told = dossier(section("note", ("date", "2024-03-14"), ("kind", "contact"), ("text", "vich and others")))
    assert (Check.FORMS, "drawing") in findings(task_for(told, Cover(USUAL), forbidden=("Contactvich",)))
