from __future__ import annotations

import hashlib
import io
import subprocess
import sys
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from pypdf import PdfReader

from tests.export.leakcheck.planting import task_for
from tests.export.samples import ARABIC, COVER, ENGLISH, RUSSIAN, SECTIONS, dossier, render_pdf, section
from tests.tables import each
from vault.errors import UsageError
from vault.export.data_json import render_data
from vault.export.dossier_report import Cover, make_report
from vault.export.leakcheck.drawing import glyph_map
from vault.export.leakcheck.examine import examine
from vault.export.leakcheck.forbidden_forms import squeeze, words
from vault.redaction.dossier import RedactedDossier, RedactedSection

ROOT = Path(__file__).parents[2]


def findings(case: RedactedDossier, cover: Cover = COVER) -> list[str]:
    return [f"{finding.check}: {finding.where}" for finding in examine(task_for(case, cover)).findings]


def test_dossiers_that_differ_only_in_what_was_hidden_give_equal_bytes() -> None:
    one, other = dossier(forbidden=("Varnelis",)), dossier(forbidden=("Okrimestan", "Окриместан"))
    for same in (one, other):
        assert render_pdf(same, COVER) == render_pdf(one, COVER)
        assert render_data(same, COVER) == render_data(one, COVER)


def test_every_computer_with_this_version_makes_the_same_bytes() -> None:
    """A change here is told in CHANGELOG.md: a second person whose program is another version refuses the report."""
    made = {
        language: render_pdf(dossier(), Cover("Appeal", language, day="2026-11-27")) for language in ("en", "fr", "ru")
    }
    assert {language: hashlib.sha256(pdf).hexdigest()[:16] for language, pdf in made.items()} == {
        "en": "35e02baf8c3fae34",
        "fr": "f91c3ec2b9177d08",
        "ru": "e35213c1d3de62f8",
    }


def test_two_libraries_read_the_same_text() -> None:
    pdf = render_pdf(dossier(SECTIONS[0], section("note", ("text", f"{ENGLISH}\n{RUSSIAN}"))), COVER)
    one = "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))
    other = "".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)
    assert squeeze(one) == squeeze(other)
    assert squeeze(ENGLISH) in squeeze(one)
    assert squeeze(RUSSIAN) in squeeze(one)


def test_arabic_words_come_back_whole_from_pdfium() -> None:
    pdf = render_pdf(dossier(section("note", ("text", ARABIC))), COVER)
    read = words(pypdfium2.PdfDocument(pdf)[0].get_textpage().get_text_range())
    assert {word for word in words(ARABIC) if not word.isascii()} <= set(read)


def test_both_families_are_embedded_with_cyrillic_and_arabic_letters() -> None:
    pdf = render_pdf(dossier(), COVER)
    letters: dict[str, set[str]] = {}
    for page in PdfReader(io.BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]  # our pages have fonts
            descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
            assert len(descriptor["/FontFile2"].get_data()) > 1000
            family = str(font.get_object()["/BaseFont"]).partition("+")[2].partition("-")[0]
            letters.setdefault(family, set()).update(glyph_map(font.get_object()).values())
    assert set(letters) == {"NotoSans", "Amiri"}
    assert set("Заявитль") <= letters["NotoSans"]
    assert set("مقدالطبچگ") <= letters["Amiri"]


def test_the_file_is_tagged_archivable_accessible_and_dated_as_always() -> None:
    reader = PdfReader(io.BytesIO(render_pdf(dossier(), Cover("Recours", "fr"))))
    root: Any = reader.root_object
    assert root["/Lang"] == "fr"
    assert root["/MarkInfo"]["/Marked"]
    xmp = root["/Metadata"].get_object().get_data()
    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in xmp
    assert b"<pdfuaid:part>1</pdfuaid:part>" in xmp
    assert reader.metadata is not None
    assert dict(reader.metadata) == {
        "/Title": "Rapport de transmission",
        "/Creator": reader.metadata["/Creator"],
        "/CreationDate": "D:20000101000000Z",
        "/ModDate": "D:20000101000000Z",
    }


@each(["en", "fr", "ru"])
def test_each_language_of_the_report_passes_the_verifier_and_another_is_refused(language: str) -> None:
    assert findings(dossier(), Cover("Обжалование: recours, appeal", language)) == []
    with pytest.raises(UsageError, match="no report in this language; languages are: en, fr, ru"):
        render_pdf(dossier(), Cover("x", "xx"))


def _drawn_arabic(text: str) -> tuple[str, float]:
    """Return the Arabic letters that pdfium reads, and the width from the first to the last."""
    page = pypdfium2.PdfDocument(render_pdf(dossier(section("note", ("text", text))), COVER))[0].get_textpage()
    places = [place for place, letter in enumerate(page.get_text_range()) if "\u0600" <= letter <= "\u06ff"]
    boxes = [page.get_charbox(place) for place in places]
    width = max(box[2] for box in boxes) - min(box[0] for box in boxes)
    return "".join(page.get_text_range(place, 1) for place in places), width


def test_a_non_joiner_keeps_its_letters_apart_and_is_no_letter_itself() -> None:
    apart, joined = _drawn_arabic("می\u200cخ"), _drawn_arabic("میخ")
    assert sorted(apart[0]) == sorted(joined[0])
    assert apart[1] > joined[1] + 2


ORDINARY = {
    "hyphens at line ends": "self-determination well-being anti-discrimination co-operation " * 12,
    "signs": "office affiliate fluffy ½ № € → … — “quotes” «ёлочки» soft\u00adhyphen e\u0301 x²",
    "Kyrgyz and Ukrainian": "Өтүнмө ээсинин укугу. Їжак ґанок, об’єкт. за́мок",
    "Arabic with vowel marks": "شكراً، مثلاً معلّم مُحَمَّد ٱلسلام كـــتاب لا إله الله",
    "Persian with non-joiners": "می‌خواهم به خانه‌ام بروم؛ خانۀ کتاب‌ها گران‌اند ۱۲۳٫۴۵۶",
    "Kurdish, Pashto, Uyghur, Urdu": "کوردی: ئێوارە. پښتو: ټول ډوډۍ. ئۇيغۇرچە. اردو: ہم ٹھیک ہیں",
    "Latin within Arabic": "قال Legal Aid (نعم) إن رقم AB-123/45 و [P-7KQ]، ثم «لا»",
    "Arabic within Latin": "He said “سلام” (yes) and (لا), then [P-7KQ].",
    "long words": "x" * 300 + " " + "ф" * 120 + " " + "ك" * 150 + " https://example.org/" + "a1b2-" * 60,
    "markup": "#panic() *bold* _x_ $x$ <tag> @ref `code` // /* \\ = head - list + 1. ~ -- 'q'",
    "controls": "a\tb\x00c\x07d\u2028e\x85g\xa0h \u202eabc\u202c \u2066def\u2069",
    "other scripts": "გამარჯობა Բարեւ שלום 你好 😀 Ελλάδα Nguyễn Văn Ə ı ọ́ n̂",
    "nothing": "",
    "brackets": "[P-7KQ][P-8AB] [a longer remark in brackets] [] [[x]] {b}",
}


@pytest.mark.long
@each(ORDINARY)
def test_no_ordinary_text_raises_a_false_alarm(text: str) -> None:
    assert findings(dossier(section("note", ("text", text)))) == []


def test_a_long_report_passes_over_page_ends() -> None:
    assert findings(dossier(*SECTIONS * 8)) == []


def test_nothing_is_cut_off_at_the_right() -> None:
    wide = section("client", ("date-of-birth", "W" * 200))
    page = pypdfium2.PdfDocument(render_pdf(dossier(wide), Cover("W" * 200, "ru")))[0]
    text = page.get_textpage()
    assert max(text.get_charbox(place)[2] for place in range(text.count_chars())) < page.get_width() - 60


def _heading_levels(sections: tuple[RedactedSection, ...]) -> list[str]:
    return [group.heading for group in make_report(dossier(*sections), COVER).groups]


def test_consecutive_records_of_one_kind_share_a_heading() -> None:
    assert _heading_levels(SECTIONS) == ["Case", "Client", "Notes"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no limit on the size of files")
def test_rendering_writes_to_no_file(tmp_path: Path) -> None:
    code = (
        "import resource, sys; sys.path.insert(0, sys.argv[1]); from tests.export.samples import *; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)); "
        "sys.stdout.buffer.write(render_pdf(dossier(), COVER))"
    )
    done = subprocess.run(
        [sys.executable, "-B", "-c", code, str(ROOT)],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={"TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert done.stdout == render_pdf(dossier(), COVER)
    assert list(tmp_path.iterdir()) == []
