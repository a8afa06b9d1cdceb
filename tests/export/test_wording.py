"""Reports in each language: every word of a profile is there, and programs find the same keys."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from tests.export.leakcheck.planting import task_for
from tests.export.samples import dossier, section
from tests.tables import each
from vault.casework.case import STAGES, CaseKind
from vault.casework.vocabulary import NoteKind
from vault.errors import InternalError
from vault.export.data_json import render_data
from vault.export.dossier_report import NOTE, Cover, approved_lines, in_days, make_report
from vault.export.leakcheck.examine import examine
from vault.export.report_codes import CODED
from vault.export.report_wording import USUAL_PURPOSE, WORDINGS, wording
from vault.policy.roles import Role
from vault.redaction.dossier import _SEAL
from vault.redaction.profile import PROFILES
from vault.redaction.transform import REMOVED

CASE = dossier(
    section("case", ("kind", "asylum")),
    section("witness", ("names", "[P-7KQ]")),
    section("note", ("date", "2024-03-12"), ("kind", "contact"), ("by", "caseworker"), ("text", f"x {REMOVED} y")),
)


@each(list(WORDINGS))
def test_each_language_has_a_word_of_its_own_for_each_key_of_each_profile(language: str) -> None:
    words = wording(language)
    rules = [rule for profile in PROFILES.values() for rule in profile.records.values()]
    assert set(words.headings) == {rule.heading for rule in rules}
    shown = {label for rule in rules if rule.heading != NOTE for label in rule.labels.values()}
    assert set(words.labels) == shown
    assert set(words.profiles) == set(PROFILES)
    assert set(words.withheld) == {key for profile in PROFILES.values() for key in profile.withheld}
    for table in (words.headings, words.labels, words.profiles, words.withheld):
        assert len(set(table.values())) == len(table)
        assert all(table.values())
    assert words.removed in " ".join(words.notice)


@each(list(WORDINGS))
def test_the_page_and_the_data_file_say_in_words_what_a_copy_of_own_data_has_none_of(language: str) -> None:
    cover = Cover(USUAL_PURPOSE, language)
    withheld = list(wording(language).withheld.values())
    for profile in PROFILES:
        of = replace(CASE, profile=profile, seal=_SEAL)
        shown = [line.text for line in approved_lines(make_report(of, cover))]
        said = [line for line in json.loads(render_data(of, cover))["notice"]["lines"] if line in withheld]
        expected = withheld if profile == "subject" else []
        assert said == [line for line in shown if line in withheld] == expected


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
                "legal referral",
                "nobody: codes stand for people",
                *("Case", "Kind", "asylum", "Witness", "Names", "Notes"),
                *("12 March 2024", "contact, by a caseworker", "x [removed] y"),
            ],
        ),
        (
            "fr",
            [
                "transmission pour assistance juridique",
                "personne : des codes remplacent les noms",
                *("Dossier", "Nature", "asile", "Témoin", "Noms", "Notes"),
                *("12 mars 2024", "échange, par une personne chargée de dossiers", "x [retiré] y"),
            ],
        ),
        (
            "ru",
            [
                "передача для юридической помощи",
                "никто: вместо людей стоят коды",
                *("Дело", "Вид", "убежище", "Свидетель", "Имена", "Записи"),
                *("12 марта 2024", "контакт, ведущий дела", "x [удалено] y"),
            ],
        ),
    ]
)
def test_the_page_is_in_the_language_of_the_report(language: str, shown: list[str]) -> None:
    cover = Cover(USUAL_PURPOSE, language)
    lines = [line.text for line in approved_lines(make_report(CASE, cover))]
    assert [line for line in lines if line in shown] == shown
    assert (REMOVED in " ".join(lines)) is (language == "en")
    assert examine(task_for(CASE, cover)).findings == ()


def test_a_purpose_of_ones_own_is_shown_as_it_was_agreed() -> None:
    lines = [
        line for line in approved_lines(make_report(CASE, Cover("for the hearing", "ru"))) if "hearing" in line.text
    ]
    assert [(line.text, line.ours) for line in lines] == [("for the hearing", False)]


def test_programs_find_the_same_keys_in_every_language() -> None:
    files = {language: json.loads(render_data(CASE, Cover("x", language))) for language in WORDINGS}
    for language, file in files.items():
        text = json.dumps(file["sections"], ensure_ascii=False).replace(wording(language).removed, REMOVED)
        assert json.loads(text) == files["en"]["sections"]
        assert (file["profile"], file["purpose"]) == ("lawyer", "x")
    assert [one["heading"] for one in files["fr"]["sections"]] == ["case", "witness", "note"]
    assert files["fr"]["sections"][2]["blocks"][3]["text"] == "x [retiré] y"
