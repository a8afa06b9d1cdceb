"""Page 1, the key, removals: what a lawyer reads in a minute, all of it from the parts that leave anyway."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest
from pypdf import PdfReader

from tests.export.leakcheck.planting import task_for
from tests.export.leakcheck.surgery import take_apart
from tests.export.samples import ARABIC, block, dossier, section
from tests.tables import each
from vault.export.data_json import render_data
from vault.export.dossier_report import Cover, Group, approved_lines, headings, make_report
from vault.export.leakcheck.examine import examine
from vault.export.leakcheck.verdict import Check
from vault.export.pdf import render_report, report_of
from vault.export.report_wording import WORDINGS
from vault.export.shown_sections import ranges
from vault.redaction.dossier import _SEAL, RedactedBlock, RedactedDossier
from vault.redaction.spans import Reason, Removal, RemovedType
from vault.redaction.transform import REMOVED

DAY = "2026-12-03"
COVER = Cover(
    "legal referral", day=DAY, organisation="Vellmark", contact="Mira, +999 555 0100", recipient="Me Ondrelle"
)
CLIENT = section("client", ("names", "[P-KX4]"), ("date-of-birth", "1991"))
HELD = section("detention", ("taken", "2026-10-14"), ("place", "the old prison"), ("ends-by-order", "2026-12-14"))
HEARING = section("hearing", ("when", "2026-12-05T10:00"), ("about", "the extension"), ("court", "ARABIC"))
APPEAL = section("deadline", ("to-do", "the appeal"), ("latest", "2026-12-04"))
FULL = dossier(
    section("case", ("kind", "extradition"), ("stage", "court-detention"), ("opened", "2026-03")),
    *(CLIENT, HEARING, APPEAL, HELD),
    section("event", ("what-happened", "the request came"), ("when", "2026-11-03~")),
    section("note", ("date", "2026-10-15"), ("text", f"He was called by {REMOVED}.\n{ARABIC}")),
)


def part(name: str, of: RedactedDossier, cover: Cover = COVER) -> list[str]:
    """Return the lines of a part of page 1, each date on one; none where there is no such part."""
    found = [group for group in make_report(of, cover).first_page if group.heading == name]
    return [line for group in found for line in _lines(group)]


def _lines(group: Group) -> list[str]:
    lines = []
    for entry in group.entries:
        lines += [" | ".join(piece.text for piece in entry.head)] if entry.head else []
        lines += [f"{row.label}: {', '.join(piece.text for piece in row.pieces)}" for row in entry.rows]
        lines += [piece.text for piece in entry.body]
    return lines


def test_the_first_page_says_who_is_asked_what_and_whom_to_call() -> None:
    assert part("In short", FULL) == [
        "Client: [P-KX4], 1991",
        "Case: extradition, detained by a court",
        "Purpose: legal referral",
        "Questions to: Mira, +999 555 0100",
    ]
    assert part("Where the client is held", FULL) == [
        "Place: the old prison",
        "Taken on: 14 October 2026",
        "Ends by the order on: 14 December 2026",
    ]


def test_what_is_due_comes_by_its_date_and_events_in_their_order_with_the_day_of_the_report_between() -> None:
    assert part("What is due, and when", FULL) == [
        "4 December 2026 | At the latest | the appeal",
        "5 December 2026, 10:00 | Hearing | the extension | ARABIC",
        "14 December 2026 | The order to hold ends",
    ]
    assert [line.partition(" | ")[0] for line in part("Timeline", FULL)] == [
        *("March 2026", "14 October 2026", "about 3 November 2026", "3 December 2026"),
        *("4 December 2026", "5 December 2026, 10:00", "14 December 2026"),
    ]


@each(
    {
        "kept": (section("deadline", ("to-do", "x"), ("latest", "2026-12-20"), ("what-became", "kept")), []),
        "over": (section("deadline", ("to-do", "x"), ("latest", "2026-12-20"), ("over", "2026-12-01")), []),
        "heard": (section("hearing", ("when", "2026-12-20"), ("outcome", "x")), []),
        "a hearing before the report": (section("hearing", ("when", "2026-12-02")), []),
        "removed": (section("hearing", ("when", REMOVED)), []),
        "released": (section("detention", ("ends-by-order", "2026-12-20"), ("ended", "2026-12-01")), []),
        "passed, and nobody said that it is over": (
            section("deadline", ("to-do", "x"), ("latest", "2026-12-02")),
            ["2 December 2026 | At the latest | x | this date has passed"],
        ),
        "some day of this month": (section("deadline", ("latest", "2026-12")), ["December 2026 | At the latest"]),
        "about a year": (section("hearing", ("when", "2026~")), ["about 2026 | Hearing"]),
        "today": (section("hearing", ("when", f"{DAY}T09:00")), ["3 December 2026, 09:00 | Hearing"]),
    }
)
def test_what_is_over_is_not_due(record: object, expected: list[str]) -> None:
    assert part("What is due, and when", dossier(record)) == expected  # type: ignore[arg-type]  # a table of sections


def test_a_part_without_a_word_is_left_out() -> None:
    alone = make_report(dossier(section("note", ("text", "x"))), Cover("for the hearing"))
    assert headings(alone) == ("Referral report", "In short", "About this report", "Notes")
    assert part("In short", dossier(section("note", ("text", "x"))), Cover("for the hearing")) == [
        "Purpose: for the hearing"
    ]


def test_of_very_many_dates_the_nearest_stand_on_the_first_page_and_it_says_that_there_are_more() -> None:
    many = [section("hearing", ("when", f"20{year}-01-01")) for year in range(10, 60)]
    soon, shown = part("What is due, and when", dossier(*many)), part("Timeline", dossier(*many))
    assert (len(soon), soon[0], soon[-1]) == (
        9,
        "1 January 2027 | Hearing",
        "There are more dates; all of them are below.",
    )
    assert (len(shown), shown[0], shown[-1]) == (18, "1 January 2019 | Hearing", soon[-1])


@each(list(WORDINGS))
def test_the_first_page_has_no_text_of_the_case_that_does_not_stand_below(language: str) -> None:
    report = make_report(FULL, replace(COVER, language=language, purpose="for the hearing"))
    texts = [line.text for line in approved_lines(report) if not line.ours]
    below = {piece.text for group in report.groups for entry in group.entries for piece in (*entry.head, *entry.body)}
    below |= {
        piece.text for group in report.groups for entry in group.entries for row in entry.rows for piece in row.pieces
    }
    assert set(texts) - below == {"for the hearing"}
    assert examine(task_for(FULL, replace(COVER, language=language))).findings == ()


# Who is who.
TWO_CLIENTS = (section("client", ("names", "[P-KX4]")), section("client", ("names", "[P-KX5]")))
WITNESS = section("witness", ("names", "[P-BD7]"))


def relation(one: str, is_to: str, other: str) -> object:
    return section("relation", ("person", one), ("is-to", is_to), ("to-whom", other))


@each(
    [
        ((CLIENT, WITNESS), {"[P-KX4]": "Client", "[P-BD7]": "Witness"}),
        (
            (CLIENT, WITNESS, relation("[P-BD7]", "sibling", "[P-KX4]")),
            {"[P-KX4]": "Client", "[P-BD7]": "Witness; to the client: brother or sister"},
        ),
        (
            (CLIENT, WITNESS, relation("[P-KX4]", "parent", "[P-BD7]")),
            {"[P-KX4]": "Client", "[P-BD7]": "Witness; to the client: child"},
        ),
        ((CLIENT, WITNESS, relation("[P-KX4]", "guardian", "[P-BD7]")), {"[P-KX4]": "Client", "[P-BD7]": "Witness"}),
        (
            (
                section("client", ("names", "Miralo Dastenov")),
                WITNESS,
                relation("[P-BD7]", "friend", "Miralo Dastenov"),
            ),
            {"[P-BD7]": "Witness; to the client: friend"},
        ),
        (
            (*TWO_CLIENTS, WITNESS, relation("[P-BD7]", "friend", "[P-KX5]")),
            {"[P-KX4]": "Client", "[P-KX5]": "Client", "[P-BD7]": "Witness; to [P-KX5]: friend"},
        ),
        ((CLIENT, relation("[P-QQ9]", "friend", "[P-KX4]")), {"[P-KX4]": "Client", "Not told who": "[P-QQ9]"}),
        ((section("note", ("text", "[P-QQ9] and [P-QQ8] came")),), {"Not told who": "[P-QQ9], [P-QQ8]"}),
        ((section("note", ("text", "nobody came")),), {}),
    ]
)
def test_the_key_says_of_each_code_what_the_report_says_of_its_person(
    sections: tuple[object, ...], expected: dict[str, str]
) -> None:
    of = dossier(*sections)  # type: ignore[arg-type]  # a table of sections
    groups = [group for group in make_report(of, COVER).groups if group.heading == "Who is who"]
    rows = {row.label: row.pieces[0].text for group in groups for row in group.entries[0].rows}
    assert rows == expected
    codes = {each["code"]: each["role"] for each in json.loads(render_data(of, COVER))["key"]}
    assert {code for code, role in codes.items() if role} == {label for label in rows if label.startswith("[")}


# Removals.
PHONE = Removal(RemovedType.PHONE, Reason.OTHERS)
NAME = Removal(RemovedType.NAME, Reason.NOT_AGREED)
TOLD = RedactedBlock("text", f"{REMOVED} called {REMOVED}, then {REMOVED}.", (NAME, PHONE, NAME), seal=_SEAL)
CALLED = dossier(replace(section("note", ("text", "x")), blocks=(TOLD, block("text", f"Again {REMOVED}.")), seal=_SEAL))


@each(
    [
        (
            "en",
            ["[R1 name] called [R2 phone], then [R3 name].", "Again [R4 other]."],
            "phone: belongs to somebody else",
        ),
        ("fr", ["[R1 nom] called [R2 téléphone], then [R3 nom].", "Again [R4 autre]."], "nom : sans accord"),
        ("ru", ["[R1 имя] called [R2 телефон], then [R3 имя].", "Again [R4 другое]."], "другое: согласия нет"),
    ]
)
def test_each_removed_place_has_a_number_and_the_list_at_the_end_says_why(
    language: str, texts: list[str], row: str
) -> None:
    cover = replace(COVER, language=language)
    report = make_report(CALLED, cover)
    *_, notes, removals = report.groups
    assert [piece.text for piece in notes.entries[0].body] == texts
    listed = {row.label: row.pieces[0].text for row in removals.entries[0].rows}
    assert sorted(listed.values()) == ["R1, R3", "R2", "R4"]
    assert row in listed
    data = render_data(CALLED, cover)
    assert [each["number"] for each in json.loads(data)["removals"]] == ["R1", "R2", "R3", "R4"]
    assert report_of(data) == report
    assert examine(task_for(CALLED, cover, forbidden=("Name", "R2", "Имя", "Nom", "Phone"))).findings == ()


def test_numbers_in_a_row_are_told_as_one_run() -> None:
    assert ranges([1, 2, 3, 5, 7, 8]) == "R1–R3, R5, R7–R8"


# Watermark and bookmarks.
@each(["Me Ondrelle", "مكتب المحاماة", "W" * 512, "no " * 160, ""])
def test_each_page_has_the_watermark_and_the_verifier_knows_it(recipient: str) -> None:
    cover = replace(COVER, recipient=recipient)
    long = dossier(*FULL.sections, *FULL.sections)
    task = task_for(long, cover)
    assert examine(task).findings == ()
    assert "3 December 2026" in task.watermark
    for page in PdfReader(io.BytesIO(task.pdf)).pages:
        assert "".join(task.watermark.split()) in "".join(page.extract_text().replace("\u200b", "").split())


@each(["Me Ondrella · 3 December 2026", "Me Ondrelle", ""])
def test_another_watermark_is_a_leak(expected: str) -> None:
    task = task_for(FULL, COVER, watermark=expected)
    assert {Check.DRAWING, Check.TEXT} <= {finding.check for finding in examine(task).findings}


def test_each_heading_has_a_bookmark_under_the_title() -> None:
    report = make_report(FULL, COVER)
    outline = PdfReader(io.BytesIO(render_report(report))).outline
    title, under = outline
    assert isinstance(under, list)
    assert (str(title.title), *(str(one.title) for one in under)) == headings(report)  # type: ignore[union-attr]  # of bookmarks


@pytest.mark.long
def test_a_second_bookmark_of_one_heading_is_a_leak() -> None:
    task = task_for(FULL, COVER)
    pieces = take_apart(task.pdf)
    pieces.edit(b"/Title(Timeline)", b"/Title(Timeline)", b"/Title(In short)")
    assert Check.METADATA in {finding.check for finding in examine(replace(task, pdf=pieces.build())).findings}
