from __future__ import annotations

import functools
import hashlib
import io
import json
import re
import secrets
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pypdfium2  # type: ignore[import-untyped]  # it ships no types
import pyrage  # type: ignore[import-untyped]  # it ships no types
import pytest
from pypdf import PdfReader

from tests.export.leakcheck.planting import task_for
from tests.export.samples import ARABIC, COVER, ENGLISH, RUSSIAN, SECTIONS, dossier, render_pdf, section
from tests.tables import each
from vault.casework.case import STAGES, CaseKind
from vault.casework.note import Note
from vault.casework.person import Person, PersonName
from vault.casework.vocabulary import NoteKind, PersonRole
from vault.errors import InternalError, UsageError
from vault.export.data_json import render_data
from vault.export.dossier_report import NOTE, Cover, approved_lines, make_report
from vault.export.leakcheck.drawing import glyph_map
from vault.export.leakcheck.examine import examine
from vault.export.leakcheck.forbidden_forms import squeeze, words
from vault.export.package import prepare, write_package
from vault.export.printed_sheets import LANGUAGES, render_sheet, sheet_text, sheet_words
from vault.export.reader import open_package
from vault.export.release import Release
from vault.export.report_wording import CODED, WORDINGS, wording
from vault.export.shown_text import in_days
from vault.policy.roles import Role
from vault.redaction.apply import redact
from vault.redaction.dossier import _SEAL, RedactedDossier
from vault.redaction.profile import PROFILES, SUPPLEMENT, profile_named
from vault.redaction.questions import OpenQuestions, decide_proposed
from vault.redaction.registry import build_registry, registered_people
from vault.redaction.source import dossier_source
from vault.redaction.spans import Reason, RemovedType
from vault.redaction.transform import REMOVED, PseudonymBook
from vault.seal import signing
from vault.seal.recovery import make_sheets, read_sheet

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
        "en": "957937524137f57c",
        "fr": "75f13d263662ab04",
        "ru": "b41cac8a3a711954",
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
            assert len(font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile2"].get_data()) > 1000
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


def test_consecutive_records_of_one_kind_share_a_heading() -> None:
    assert [group.heading for group in make_report(dossier(*SECTIONS), COVER).groups] == [
        *("Who is who", "Case", "Client", "Notes")
    ]


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


# Recovery sheets on paper: one page each, every word and number readable, and nothing of it in any file.
SHEETS = make_sheets(bytes(range(32)), bytes(range(32, 64)))
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
    assert tuple(re.findall(r"[a-z]+", text.partition(sheet_words("ru").belongs)[2])[:13]) == SHEETS[1].sheets_words


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
    sheet = make_sheets(bytes(range(32)), bytes(range(32, 64)), *shape)[-1]
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
        assert len(font.get_object()["/DescendantFonts"][0]["/FontDescriptor"]["/FontFile2"].get_data()) > 1000
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
    "sys.stdout.buffer.write(render_sheet(make_sheets(bytes(range(32)), bytes(range(32, 64)))[0], day='2026-11-25'))"
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


# Reports in each language: every word of a profile is there, and programs find the same keys.
CASE = dossier(
    section("case", ("kind", "asylum")),
    section("witness", ("names", "[P-7KQ]")),
    section("note", ("date", "2024-03-12"), ("kind", "contact"), ("by", "caseworker"), ("text", f"x {REMOVED} y")),
)


@each(list(WORDINGS))
def test_each_language_has_a_word_of_its_own_for_each_key_of_each_profile(language: str) -> None:
    words = wording(language)
    rules = [rule for profile in PROFILES.values() for rule in profile.records.values()]
    assert set(words.headings) == {rule.heading for rule in rules} | {SUPPLEMENT}
    shown = {label for rule in rules if rule.heading != NOTE for label in rule.labels.values()}
    assert set(words.labels) == shown | {SUPPLEMENT}
    assert set(words.profiles) == set(PROFILES)
    assert set(words.withheld) == {key for profile in PROFILES.values() for key in profile.withheld}
    assert (set(words.types), set(words.reasons)) == (set(RemovedType), set(Reason))
    for table in (words.headings, words.labels, words.profiles, words.withheld, words.types, words.reasons):
        assert len(set(table.values())) == len(table)
        assert all(table.values())
    assert f"[R12 {words.types['phone']}]" in " ".join(words.notice)


@each(list(WORDINGS))
def test_the_page_and_the_data_file_say_in_words_what_a_copy_of_own_data_has_none_of(language: str) -> None:
    cover = Cover("legal referral", language)
    withheld = list(wording(language).withheld.values())
    for profile in PROFILES:
        of = replace(CASE, profile=profile, seal=_SEAL)
        shown = [line.text for line in approved_lines(make_report(of, cover))]
        said = [line for line in json.loads(render_data(of, cover))["notice"]["lines"] if line in withheld]
        expected = withheld if profile == "subject" else []
        assert said == expected
        assert sorted(line for line in shown if line in withheld) == sorted(expected)


def test_what_a_copy_has_none_of_is_said_where_it_is_missing() -> None:
    report = make_report(replace(CASE, profile="subject", seal=_SEAL), Cover("x"))
    (notes,) = [group for group in report.groups if group.heading == "Notes"]
    said = [piece.text for piece in notes.entries[0].body]
    assert [line.partition(".")[0] for line in said] == [
        "Not in this copy: notes about health",
        "Not in this copy: notes about safety",
        "Not in this copy: notes of administration and of supervision",
    ]
    assert not set(said) & set(report.notice)
    assert any("notes" not in line and line.startswith("Not in this copy") for line in report.notice)


@each(list(WORDINGS))
def test_each_language_has_a_word_for_each_code(language: str) -> None:
    stages = {stage.value for stages in STAGES.values() for stage in stages}
    assert set(CODED["case", "kind"][language]) == set(CaseKind)
    assert set(CODED["case", "stage"][language]) == stages
    assert set(CODED["note", "kind"][language]) == set(NoteKind)
    assert set(CODED["note", "by"][language]) == set(Role) | {"former"}


@each(
    [
        ("2024-03-01", ("1 March 2024", "1er mars 2024", "1 марта 2024")),
        ("2024-03-12T07:40", ("12 March 2024, 07:40", "12 mars 2024, 07:40", "12 марта 2024, 07:40")),
        ("2024-05", ("May 2024", "mai 2024", "май 2024")),
        ("1984~", ("about 1984", "vers 1984", "около 1984")),
        ("1984", ("1984",) * 3),
        ("[removed]", ("[removed]",) * 3),
    ]
)
def test_each_language_has_one_form_of_a_date(written: str, words: tuple[str, ...]) -> None:
    assert tuple(in_days(written, language) for language in ("en", "fr", "ru")) == words


def test_a_key_without_a_word_stops_the_report() -> None:
    with pytest.raises(InternalError, match="has no word in the language of the report"):
        make_report(dossier(section("diary", ("text", "x"))), Cover("x", "fr"))


@each(
    [
        (
            "en",
            [
                *("In short", "legal referral", "About this report", "nobody: codes stand for people"),
                *("Who is who", "Witness", "Kind", "asylum", "Witness", "Names", "Notes"),
                *("12 March 2024", "contact, by a caseworker", "x [R1 other] y"),
                *("What was removed, and why", "other: not agreed", "R1"),
            ],
        ),
        (
            "fr",
            [
                *("En bref", "transmission pour assistance juridique"),
                *("À propos de ce rapport", "personne : des codes remplacent les noms"),
                *("Qui est qui", "Témoin", "Nature", "asile", "Témoin", "Noms", "Notes"),
                *("12 mars 2024", "échange, par une personne chargée de dossiers", "x [R1 autre] y"),
                *("Ce qui a été retiré, et pourquoi", "autre : sans accord", "R1"),
            ],
        ),
        (
            "ru",
            [
                *("Коротко", "передача для юридической помощи"),
                *("Об этом отчёте", "никто: вместо людей стоят коды"),
                *("Кто есть кто", "Свидетель", "Вид", "убежище", "Свидетель", "Имена", "Записи"),
                *("12 марта 2024", "контакт, ведущий дела", "x [R1 другое] y"),
                *("Что удалено и почему", "другое: согласия нет", "R1"),
            ],
        ),
    ]
)
def test_the_page_is_in_the_language_of_the_report(language: str, shown: list[str]) -> None:
    cover = Cover("legal referral", language)
    lines = [line.text for line in approved_lines(make_report(CASE, cover))]
    begin, purpose, *rest = shown
    assert {begin, purpose} <= set(lines[: lines.index(rest[0])])
    assert [line for line in lines[lines.index(rest[0]) :] if line in rest] == rest
    assert REMOVED not in " ".join(lines)
    assert examine(task_for(CASE, cover)).findings == ()


def test_a_purpose_of_ones_own_is_shown_as_it_was_agreed() -> None:
    lines = [
        line for line in approved_lines(make_report(CASE, Cover("for the hearing", "ru"))) if "hearing" in line.text
    ]
    assert [(line.text, line.ours) for line in lines] == [("for the hearing", False)]


def test_programs_find_the_same_keys_in_every_language() -> None:
    files = {language: json.loads(render_data(CASE, Cover("x", language))) for language in WORDINGS}
    for language, file in files.items():
        text = json.dumps(file["sections"], ensure_ascii=False).replace(wording(language).types["other"], "other")
        assert json.loads(text) == files["en"]["sections"]
        assert (file["key"], file["removals"]) == (files["en"]["key"], files["en"]["removals"])
        assert (file["profile"], file["purpose"]) == ("lawyer", "x")
    assert [one["heading"] for one in files["fr"]["sections"]] == ["case", "witness", "note"]
    assert files["fr"]["sections"][2]["blocks"][3]["text"] == "x [R1 autre] y"
    assert files["fr"]["removals"] == [{"number": "R1", "reason": "not-agreed", "type": "other"}]
    assert files["fr"]["key"] == [{"code": "[P-7KQ]", "relations": [], "role": "witness"}]


# From a case, through redaction, to what its recipient reads: the whole way with the real parts.
CLIENT_ID, WITNESS_ID, NOTE_ID = (bytes([number]) * 16 for number in (1, 2, 3))
CLIENT = Person(PersonRole.CLIENT, (PersonName.written("Мирало Дастенов"),), "1991-02-03")


class _InTurn:
    def __init__(self) -> None:
        self.drawn = 0

    def __call__(self, choices: Sequence[str]) -> str:
        self.drawn += 1
        return choices[self.drawn % len(choices)]


def _redacted(witness: str, witness_instrumental: str) -> RedactedDossier:
    hidden = Person(PersonRole.WITNESS, (PersonName.written(witness),), phones=("+996 555 010 203",))
    registry = build_registry(registered_people(((CLIENT_ID, CLIENT), (WITNESS_ID, hidden))))
    text = f"Беседа с {witness_instrumental} и заявителем. Свидетель: {witness}, тел. +996 555 010 203."
    note = Note(NoteKind.INTERVIEW, text, "2026-03-01")
    source = dossier_source(
        (one, one, value) for one, value in ((CLIENT_ID, CLIENT), (WITNESS_ID, hidden), (NOTE_ID, note))
    )
    profile = profile_named("lawyer-named")
    result = redact(source, profile, registry, {}, PseudonymBook(choose=_InTurn()))
    if isinstance(result, OpenQuestions):
        result = redact(source, profile, registry, decide_proposed(result), PseudonymBook(choose=_InTurn()))
    assert isinstance(result, RedactedDossier)
    return result


RELEASE = Release(date(2026, 10, 1), ("caseworker",))
ONE = ("Зафира Скворкина", "Зафирой Скворкиной")
OTHER = ("Лунара Окриместова", "Лунарой Окриместовой")


@each(["en", "fr", "ru"])
def test_witnesses_who_are_called_like_words_of_the_report_do_not_stop_it(language: str) -> None:
    names = ("Hope May", "Case Note", "Text Client", "Report Strong", "Removed Names", "Дата Текст", "Étape Noms")
    hidden = [
        (bytes([9, n]) * 8, Person(PersonRole.WITNESS, (PersonName.written(name),))) for n, name in enumerate(names)
    ]
    registry = build_registry(registered_people(hidden))
    note = Note(NoteKind.INTERVIEW, "She met Hope May; Client and Дата were there, and Étape.", "2026-03-01")
    source = dossier_source([*((entity, entity, person) for entity, person in hidden), (NOTE_ID, NOTE_ID, note)])
    result = redact(source, profile_named("lawyer"), registry, {"She": "keep"}, PseudonymBook(choose=secrets.choice))
    assert isinstance(result, RedactedDossier)
    assert {"may", "note", "text", "client", "case", "removed"} <= set(result.forbidden_forms)
    identity = pyrage.x25519.Identity.generate()
    package = write_package(
        prepare(result, Cover("legal referral (lawyer)", language)),
        to=str(identity.to_public()),
        package_public=signing.public_key(bytes(32)),
        sign=functools.partial(signing.sign, bytes(32)),
        release=RELEASE,
    )
    texts = [
        block["text"]
        for section in json.loads(open_package(package.sealed, str(identity)).members["data.json"])["sections"]
        for block in section["blocks"]
    ]
    assert not [text for text in texts if re.search("hope|may|client|дата|étape", text.casefold())]


def test_the_script_of_a_text_is_told_by_its_letters_and_not_by_those_of_codes() -> None:
    texts = {
        "[P-7KQ]": "Zyyy",
        "[P-7KQ] и [P-KX4]": "Cyrl",
        "[R1 other], 12": "Zyyy",
        "at [P-7KQ]": "Latn",
        "من": "Arab",
    }
    sections = (section("note", ("text", text.replace("[R1 other]", REMOVED))) for text in texts)
    told = json.loads(render_data(dossier(*sections), COVER))["sections"]
    assert {block["text"]: block["script"] for one in told for block in one["blocks"]} == texts


def test_two_cases_that_differ_only_in_the_hidden_name_give_equal_files() -> None:
    one, other = (prepare(_redacted(*names), COVER) for names in (ONE, OTHER))
    assert one.files == other.files
