from __future__ import annotations

from tests.tables import each
from vault.export.fonts import font_folders
from vault.export.leakcheck.forbidden_forms import ForbiddenForms, fold, squeeze
from vault.export.leakcheck.readers import check_readers
from vault.export.leakcheck.verdict import Findings

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
