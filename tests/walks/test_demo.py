"""`casevault demo` without a terminal, and what its lawyer finds in the PDF ("Done when" 5 of the first issue)."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from pathlib import Path

import pikepdf
import pypdf
import pypdfium2  # type: ignore[import-untyped]  # ships no types
import pytest

from vault.services.demo_cases import EXTRADITION

pytestmark = [pytest.mark.slow, pytest.mark.long]

# Written by hand from the people of the demo: cases, genders, scripts, romanisations. Shares nothing with the registry.
NAMES = (
    *("Арсений", "Арсения", "Арсению", "Арсением", "Арсении", "АРСЕНИЙ", "Arseniy", "Arsenii", "Arsenij", "ARSENIY"),
    *("Вьюжанин", "Вьюжанина", "Вьюжанину", "Вьюжаниным", "Вьюжанине", "ВЬЮЖАНИН", "вьюжанин", "Вьюжанины"),
    *("Vyuzhanin", "Viuzhanin", "Vjuzhanin", "VYUZHANIN", "vyuzhanin", "Vyuzhanina"),
    *("Лидия", "Лидии", "Лидию", "Лидией", "Lidiya", "Lidia", "Lidiia", "Вьюжаниной", "Вьюжанину"),
    *("نورا", "الزمردي", "Nora", "Zumurrudi", "ZUMURRUDI", "zumurrudi", "Mireille", "Tastevent", "TASTEVENT"),
)
NUMBERS = (
    *("+996 555 010 203", "996555010203", "0555 010 203", "555 010 203", "+996555010204", "010 777"),
    *("a.vyuzhanin@example.org", "m.tastevent@example.org", "a.vyuzhanin", "m.tastevent"),
    *("1988-03-14", "14.03.1988", "14/03/1988", "14 March 1988", "14 mars 1988", "14 марта 1988", "March 14, 1988"),
    *("1991-11-02", "02.11.1991", "71 0034512", "710034512", "0034512"),
)


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo left and said."""

    folder: Path
    lines: list[str]

    def pdf(self) -> bytes:
        return (self.folder / "lawyer" / "opened" / "report.pdf").read_bytes()


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    folder = tmp_path_factory.mktemp("demo")
    done = subprocess.run(
        [sys.executable, "-m", "vault", "demo", str(folder / "here")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={**os.environ, "XDG_STATE_HOME": str(folder / "state"), "LC_ALL": "C.UTF-8"},
        cwd=Path(__file__).parents[2],
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return Demo(folder / "here", done.stdout.decode().splitlines())


def pdfium_text(pdf: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(pdf))


def pypdf_text(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def everything_in(pdf: bytes) -> bytes:
    """Return the file and every stream in it, inflated by a third library."""
    parts = [pdf]
    with pikepdf.open(io.BytesIO(pdf)) as document:
        parts += [one.read_bytes() for one in document.objects if isinstance(one, pikepdf.Stream)]
        parts += [repr(one).encode() for one in document.objects if isinstance(one, pikepdf.Dictionary)]
    return b"\n".join(parts)


def squeezed(text: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def test_it_says_in_ten_lines_what_it_did_and_where_things_are(demo: Demo) -> None:
    assert len(demo.lines) == 10
    assert [line.split()[0] for line in demo.lines] == [str(number) for number in range(1, 11)]
    assert str(demo.folder / "demo.vault") in demo.lines[-1]
    assert "the backup and two recovery sheets brought" in demo.lines[8]
    assert (demo.folder / "restored.vault" / "keys").is_file()


def test_it_does_not_write_over_what_is_there(demo: Demo) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "vault", "demo", str(demo.folder)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        cwd=Path(__file__).parents[2],
        timeout=60,
        check=False,
    )
    assert done.returncode == 5
    assert b"there is something at" in done.stderr


def test_two_libraries_read_the_same_text(demo: Demo) -> None:
    first, second = squeezed(pdfium_text(demo.pdf())), squeezed(pypdf_text(demo.pdf()))
    assert first == second
    assert "Referralreport" in first
    assert len(re.findall(r"\[P-[A-Z]{2}\d\]", first)) > 5


@pytest.mark.parametrize("form", NAMES)
def test_no_name_of_the_case_is_in_the_text(demo: Demo, form: str) -> None:
    for text in (pdfium_text(demo.pdf()), pypdf_text(demo.pdf())):
        assert form.casefold() not in unicodedata.normalize("NFKC", text).casefold()


@pytest.mark.parametrize("form", NUMBERS)
def test_no_phone_address_birth_date_or_document_is_in_the_text(demo: Demo, form: str) -> None:
    for text in (pdfium_text(demo.pdf()), pypdf_text(demo.pdf())):
        assert squeezed(form).casefold() not in squeezed(text).casefold()


def test_no_form_is_anywhere_in_the_inflated_file_or_the_data(demo: Demo) -> None:
    data = (demo.folder / "lawyer" / "opened" / "data.json").read_bytes()
    haystacks = (everything_in(demo.pdf()), data)
    for form in (*NAMES, *NUMBERS):
        for encoding in ("utf-8", "utf-16-be", "utf-16-le"):
            assert not any(form.encode(encoding) in haystack for haystack in haystacks), (form, encoding)


def test_the_metadata_names_nobody(demo: Demo) -> None:
    metadata = pypdf.PdfReader(io.BytesIO(demo.pdf())).metadata
    assert metadata is not None
    assert set(metadata) <= {"/Title", "/Creator", "/CreationDate", "/ModDate", "/Producer"}
    assert metadata.get("/Title") == "Referral report"
    assert not metadata.author


def test_the_forms_would_be_found_if_they_were_there() -> None:
    said = " ".join(text for _, text in EXTRADITION.notes) + " ".join(
        part for person in EXTRADITION.persons for part in (*person.names, *person.phones, *person.emails)
    )
    for form in ("Арсением", "Вьюжаниным", "Vyuzhanin", "نورا", "Tastevent", "+996 555 010 203", "14 mars 1988"):
        assert form in said
