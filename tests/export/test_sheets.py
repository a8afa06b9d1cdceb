"""Recovery sheets on paper: one page each, every word and number readable, and nothing of it in any file."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from pathlib import Path

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pytest
from pypdf import PdfReader

from tests.tables import each
from vault.errors import UsageError
from vault.export.printed_sheets import LANGUAGES, render_sheet, sheet_text, sheet_words
from vault.seal.recovery import make_sheets, read_sheet

ROOT = Path(__file__).parents[2]
SHEETS = make_sheets(bytes(range(32)))
DAY = "2026-11-25"


def text_of(pdf: bytes) -> str:
    pages = list(pypdfium2.PdfDocument(pdf))
    assert len(pages) == 1
    return str(pages[0].get_textpage().get_text_range())


def grid_of(text: str, check: str = "Check") -> str:
    """Return what stands between the head of the grid and the words of the vault."""
    return text.partition(check)[2].partition("The vault")[0]


@each([1, 2, 3])
def test_what_is_printed_can_be_typed_back(number: int) -> None:
    sheet = SHEETS[number - 1]
    assert read_sheet(grid_of(text_of(render_sheet(sheet, day=DAY)), sheet_words("ru").check), sheet=1) == sheet.words
    assert read_sheet(grid_of(sheet_text(sheet)), sheet=1) == sheet.words


def test_a_sheet_says_which_it_is_whose_and_when() -> None:
    text = text_of(render_sheet(SHEETS[1], day=DAY))
    for said in ("Sheet 2 of 3", f"Made on {DAY}", "Any 2 of the 3 sheets"):
        assert said in text
    words = re.findall(r"[a-z]+", text.partition(sheet_words("ru").belongs)[2])
    assert tuple(words[:13]) == SHEETS[1].root_words


def test_a_sheet_speaks_three_languages_or_the_one_asked_for() -> None:
    every = " ".join(text_of(render_sheet(SHEETS[0], day=DAY)).split())
    for language in LANGUAGES:
        words = sheet_words(language)
        for said in (words.do_heading, words.row, words.check, words.belongs):
            assert said in every
    one = text_of(render_sheet(SHEETS[0], day=DAY, languages=["ru"]))
    assert "Лист 1 из 3" in one
    assert not any(sheet_words(other).do_heading in one for other in ("en", "fr"))


@pytest.mark.parametrize("languages", [["en"], ["fr"], ["ru"], ["ru", "en"], LANGUAGES])
@pytest.mark.parametrize("shape", [(2, 3), (3, 5)])
def test_every_sheet_is_one_page_with_nothing_cut_off(languages: list[str], shape: tuple[int, int]) -> None:
    sheet = make_sheets(bytes(range(32)), *shape)[-1]
    pdf = pypdfium2.PdfDocument(render_sheet(sheet, day=DAY, languages=languages))
    assert len(pdf) == 1
    page = pdf[0]
    text = page.get_textpage()
    boxes = [text.get_charbox(place) for place in range(text.count_chars())]
    assert max(box[2] for box in boxes) <= page.get_width() - 40
    assert min(box[1] for box in boxes) >= 30


def test_the_file_is_tagged_and_its_fonts_are_inside() -> None:
    reader = PdfReader(io.BytesIO(render_sheet(SHEETS[0], day=DAY)))
    assert reader.root_object["/MarkInfo"]["/Marked"]  # type: ignore[index]  # a tagged file has it
    for font in reader.pages[0]["/Resources"]["/Font"].values():  # type: ignore[index]  # our page has fonts
        descriptor = font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]
        assert len(descriptor["/FontFile2"].get_data()) > 1000
    assert reader.metadata is not None
    assert not set(SHEETS[0].words) & set(str(dict(reader.metadata)).lower().split())


def test_the_text_fits_a_terminal() -> None:
    assert max(len(line) for line in sheet_text(SHEETS[2]).splitlines()) <= 80
    assert "academic" in sheet_text(SHEETS[2])


def test_a_language_without_words_is_refused() -> None:
    with pytest.raises(UsageError, match="no sheet in this language; languages are: en, fr, ru"):
        render_sheet(SHEETS[0], day=DAY, languages=["en", "xx"])


_RENDER = (
    "import sys; sys.path.insert(0, sys.argv[1]); from vault.seal.recovery import make_sheets; "
    "from vault.export.printed_sheets import render_sheet; "
    "sys.stdout.buffer.write(render_sheet(make_sheets(bytes(range(32)))[0], day='2026-11-25'))"
)


@pytest.mark.tool("strace")
def test_printing_a_sheet_opens_no_file_for_writing(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    watch = ["strace", "-f", "-qq", "-o", str(calls), "-e", "trace=open,openat,openat2,creat,memfd_create"]
    done = subprocess.run(
        [*watch, sys.executable, "-B", "-c", _RENDER, str(ROOT)],
        capture_output=True,
        check=True,
        cwd=tmp_path,
        env={"TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
        timeout=120,
    )
    assert done.stdout.startswith(b"%PDF")
    seen = calls.read_text(errors="replace").splitlines()
    assert any("sheet.typ" in line for line in seen)
    written = [line for line in seen if re.search(r"O_WRONLY|O_RDWR|O_CREAT|creat\(|memfd", line)]
    assert [line for line in written if "/dev/null" not in line and "ENOENT" not in line] == []
