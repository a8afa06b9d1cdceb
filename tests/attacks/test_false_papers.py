"""Papers whose record, by an altered program, says something else of their content than what it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.test_paper_text import WORDS, picture
from tests.tables import each
from vault.export.paper_text.asking import can_read_pictures, read_text


@pytest.mark.tool("tesseract")
@each(
    {
        "a path alone": b"%b\n",
        "after half the first bytes of a GIF": b"GIF8\n%b\n",
        "after those of a BMP, too short for a picture": b"BM\nx\n",
    }
)
def test_a_paper_that_names_files_of_the_reader_is_no_picture_whatever_its_record_says(
    content: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x").write_bytes(picture("PNG"))
    named = content.replace(b"%b", bytes(tmp_path / "x"))
    assert read_text(named, "image/png").text == ""


@pytest.mark.long
@pytest.mark.tool("tesseract")
@each({"GIF": "text/plain", "BMP": "image/png", "WEBP": "application/pdf", "TIFF": "image/gif"}.items())
def test_a_picture_is_read_by_its_bytes_whatever_its_record_says(kind: str, media: str) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    read = read_text(picture(kind), media)
    assert (read.by, " ".join(read.text.split())) == ("ocr", WORDS)
