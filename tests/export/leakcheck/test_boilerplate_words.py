"""People who are called like a word of the report: no false alarm, and no less is found."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

from tests.export.leakcheck.planting import task_for
from tests.export.leakcheck.surgery import Pieces, take_apart, written
from tests.export.samples import dossier, section
from tests.tables import each
from vault.export.data_json import canonical
from vault.export.dossier_report import Cover
from vault.export.leakcheck.boilerplate import Approved, Leaf, own_places
from vault.export.leakcheck.examine import Task, examine, examine_words
from vault.export.leakcheck.verdict import Check
from vault.export.report_wording import USUAL_PURPOSE

# Letters enough to draw any of the names, and none of the names.
ENOUGH = "Ateyxit dClase; pNorm Mayht [removed] [P-7KQ]."
ARABIC = "قال [P-7KQ] لا، ثم «نعم»."
CASE = dossier(
    section("case", ("kind", "asylum"), ("opened", "2024-03-05")),
    section("client", ("names", "[P-7KQ]"), ("date-of-birth", "1991")),
    section("note", ("date", "2024-03-12"), ("kind", "contact"), ("text", f"{ENOUGH}\n{ARABIC}\n{ENOUGH}")),
    section("note", ("written", "2024-03-13"), ("kind", "interview"), ("by", "field"), ("text", ENOUGH)),
)
USUAL = USUAL_PURPOSE
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
    own = [line.text for line in clean.approved if line.ours and len(line.text) < 60 and not line.text.isdigit()]
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
    beside = dossier(section("client", ("names", ARABIC)))
    assert findings(task_for(beside, Cover(USUAL), forbidden=(*NAMES, "Names"))) == set()
    within = dossier(section("client", ("names", f"{ARABIC} Names {ARABIC}")))
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
    found = own_places([page], approved, "[removed]", "Report")
    assert [page[slice(*place)] for place in found] == ["Report 1 / 1", "Note", "Text", "[removed]"]
    for other in (
        "Report 1 / 1 Text a note Note b [removed]",
        "Report 1 / 1 Note a note x Text b [removed]",
        f"{page} x",
        "x" + page,
    ):
        assert own_places([other], approved, "[removed]", "Report") == ()


def test_a_form_that_is_torn_between_our_word_and_the_text_is_found() -> None:
    told = dossier(section("note", ("date", "2024-03-14"), ("kind", "contact"), ("text", "vich and others")))
    found = findings(task_for(told, Cover(USUAL), forbidden=("Contactvich",)))
    assert (Check.FORMS, "drawing") in found
