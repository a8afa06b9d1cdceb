"""`casevault document`: a paper goes in, is found and comes out again."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from tests.cli.desk import Desk, said
from tests.cli.typist import Typist
from tests.export.test_chats import WORDS as WORDS_OF_PHOTO
from tests.export.test_chats import is_installed, picture
from tests.services.founded import MEMBER, Filled
from tests.tables import each
from vault.casework.story.events import Deadline
from vault.export.paper_text.asking import can_read_pictures
from vault.ids import RecordId
from vault.records.work import Entry

WORDS = b"Order of the invented district court: Quillfeather is held until 2026-12-30."


def test_a_paper_goes_in_changes_comes_out_and_is_erased(desk: Desk, filled_template: Filled, tmp_path: Path) -> None:
    ref = filled_template.refs[0]
    order, out = tmp_path / "order.txt", tmp_path / "out.txt"
    order.write_bytes(WORDS)
    facts = ("--kind", "detention-order", "--received", "2026-11-20", "--from-whom", "the court", "--title", "Order")
    added = said(desk, "document", "add", ref, str(order), *facts)
    assert (added["media"], added["size"], added["travels"]) == ("text/plain", len(WORDS), True)
    assert added["read_by"] == "plain"
    assert {hit["record"] for hit in said(desk, "search", "invented district")["hits"]} == {added["document"]}
    assert said(desk, "document", "text", added["document"])["text"] == WORDS.decode()
    (listed,) = said(desk, "document", "list", ref)["documents"]
    assert (listed["kind"], listed["from_whom"], listed["here"]) == ("detention-order", "the court", True)
    said(desk, "document", "edit", added["document"][:8], "--authenticity", "copy")
    assert said(desk, "document", "show", added["document"])["authenticity"] == "copy"
    told = desk.run("history", added["document"]).out
    assert "authenticity: copy" in told
    for version in said(desk, "history", added["document"])["versions"]:
        assert not version["changed"].keys() & {"body", "extracted"}  # their keys open the contents
    shown = desk.run("document", "show", added["document"]).out
    assert "From: the court" in shown
    assert "File: order.txt, text/plain" in shown
    case = desk.run("case", "show", ref).out
    assert "Papers (1)" in case
    assert "2026-11-20  Order  " in case
    assert said(desk, "document", "save", added["document"], "--out", str(out))["size"] == len(WORDS)
    assert out.read_bytes() == WORDS
    assert desk.run("document", "save", added["document"], "--out", str(out)).code != 0
    translated = said(
        desk, "document", "add", ref, str(order), "--kind", "translation", "--translation-of", added["document"]
    )
    assert "Translation of: Order" in desk.run("document", "show", translated["document"]).out
    order.write_bytes(WORDS * 2)
    said(desk, "document", "add", ref, str(order), "--kind", "judgment", "--version-of", added["document"])
    said(desk, "document", "add", ref, str(order), "--version-of", added["document"])
    kept = said(desk, "document", "show", added["document"])
    assert (kept["from_whom"], kept["kind"]) == ("the court", "judgment")
    assert said(desk, "document", "remove", added["document"])["versions"] == 7
    (left,) = said(desk, "document", "list", ref)["documents"]
    assert left["kind"] == "translation"


def test_what_is_wrong_is_told_before_anything_is_sealed(desk: Desk, filled_template: Filled, tmp_path: Path) -> None:
    ref = filled_template.refs[0]
    nowhere = desk.run("document", "add", ref, str(tmp_path / "nowhere.pdf"), "--kind", "photo")
    assert (nowhere.code != 0, "no file nowhere.pdf" in nowhere.err) == (True, True)
    assert desk.run("document", "add", ref, __file__, "--kind", "poem").code != 0
    assert desk.run("document", "show", "00ff00ff").code != 0


def test_a_chat_names_who_wrote_and_who_of_the_case_that_may_be(
    desk: Desk, filled_template: Filled, tmp_path: Path
) -> None:
    ref, chat = filled_template.refs[0], tmp_path / "chat.txt"
    person = said(
        desk, "person", "add", ref, "--role", "client", "--name", "Лидия Вьюжанина", "--phone", "+996555010204"
    )
    chat.write_text(
        "05/06/2023, 17:40 - Lidia: They took him.\n23/06/2023, 17:41 - Marta Quillon: Who?\n"
        "23/06/2023, 17:42 - +996 555 010 204: Him.\n23/06/2023, 17:43 - Lidia: Now.\n"
    )
    document = said(desk, "document", "add", ref, str(chat))["document"]
    assert said(desk, "document", "show", document)["kind"] == "other"
    found = said(desk, "document", "senders", document)["senders"]
    alike = {sender["name"]: [one["person"] for one in sender["alike"]] for sender in found}
    assert alike == {"Lidia": [person["person"]], "Marta Quillon": [], "+996 555 010 204": [person["person"]]}
    assert "Marta Quillon: not entered here" in desk.run("document", "senders", document).out


@pytest.mark.tool("tesseract")
def test_a_photo_of_an_order_is_attached_read_and_found_by_its_words(
    desk: Desk, filled_template: Filled, tmp_path: Path
) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    photo = tmp_path / "IMG_2041.jpg"
    photo.write_bytes(picture("JPEG"))
    facts = ("--kind", "detention-order", "--title", "Order on detention", "--language", "English")
    added = said(desk, "document", "add", filled_template.refs[0], str(photo), *facts)
    assert (added["read_by"], added["media"]) == ("ocr", "image/jpeg")
    (hit,) = said(desk, "search", "quillfeather held")["hits"]
    assert (hit["record"], hit["kind"], WORDS_OF_PHOTO in hit["snippet"]) == (added["document"], "document", True)
    assert WORDS_OF_PHOTO in " ".join(said(desk, "document", "text", added["document"])["text"].split())


@pytest.mark.tool("tesseract")
def test_a_photo_in_the_language_of_the_case_stays_unread_where_that_is_not_installed(
    desk: Desk, filled_template: Filled, tmp_path: Path
) -> None:
    if not can_read_pictures() or is_installed("kir"):
        pytest.skip("not run: needs tesseract with a language, and not with Kyrgyz")
    ref, photo = filled_template.refs[0], tmp_path / "notice.png"
    photo.write_bytes(picture("PNG"))
    first = desk.run("document", "add", ref, str(photo), "--language", "Kyrgyz", "--json").json()
    assert first["read_by"] is None
    added = desk.run("document", "add", ref, str(photo))  # its case has a paper in Kyrgyz
    assert "Language: Kyrgyz." in added.out
    assert (
        "Its text was not read: pictures in Kyrgyz are not read on this computer. Install tesseract-ocr-kir,"
        in added.out
    )
    assert "Its text was not read: pictures in Kyrgyz" in desk.run("document", "show", first["document"]).out
    assert desk.run("document", "text", first["document"]).code == 69
    assert said(desk, "search", "held until May")["hits"] == []
    assert desk.run("document", "edit", first["document"], "--language", "English").code == 0
    assert WORDS_OF_PHOTO in " ".join(said(desk, "document", "text", first["document"])["text"].split())


@pytest.mark.long
def test_a_paper_kept_in_a_section_is_reached_there_alone(desk: Desk, filled_template: Filled, tmp_path: Path) -> None:
    ref = filled_template.refs[0]
    order, out = tmp_path / "order.txt", tmp_path / "out.txt"
    order.write_bytes(WORDS)
    section = said(desk, "section", "new", ref, "--kind", "health", "--title", "Clinic")["section"]
    there = ("--section", section[:8])
    added = said(desk, "document", "add", ref, str(order), "--title", "Order", *there)
    document = added["document"]
    assert added["searched_by"] == [MEMBER]
    shown = desk.run("document", "text", document, *there).out
    assert f"(Its text is searched. Only who holds its section can search it: {MEMBER}.)" in shown
    assert "To search it: `casevault search --in-sections`." in shown
    assert said(desk, "document", "list", ref)["documents"] == []
    (listed,) = said(desk, "document", "list", ref, *there)["documents"]
    assert (listed["document"], listed["read_by"]) == (document, "plain")
    assert desk.run("document", "show", document).code != 0
    said(desk, "document", "edit", document[:8], "--from-whom", "the court", *there)
    assert "From: the court" in desk.run("document", "show", document[:8], *there).out
    assert said(desk, "document", "text", document, *there)["text"] == WORDS.decode()
    said(desk, "document", "save", document, "--out", str(out), *there)
    assert out.read_bytes() == WORDS
    assert "Order" in desk.run("section", "show", section).out
    assert said(desk, "search", "invented district")["hits"] == []
    (hit,) = said(desk, "search", "invented district", "--in-sections")["hits"]
    assert (hit["record"], hit["section"]) == (document, section)
    told = desk.run("search", "invented district", "--in-sections").out
    assert f"in the paper Order: `casevault document text {document[:8]} --section {section[:8]}`" in told
    assert said(desk, "document", "remove", document, *there)["versions"] == 3
    assert said(desk, "document", "list", ref, *there)["documents"] == []
    again = said(desk, "document", "add", ref, str(order), "--title", "Order")["document"]
    assert f"in the paper Order: `casevault document text {again[:8]}`" in desk.run("search", "invented district").out
    moved = said(desk, "section", "move", again, "--to", section, "--yes")["records"]
    assert [each["document"] for each in said(desk, "document", "list", ref, *there)["documents"]] == moved
    assert said(desk, "document", "list", ref)["documents"] == []


def answer_each(typist: Typist) -> None:
    for label in ("Title", "From", "Language", "Remarks"):
        typist.wait_for(rf"{label}[^\n]*: ")
        typist.type("")


@pytest.mark.long
@pytest.mark.slow
def test_a_paper_says_how_far_it_is_stops_at_ctrl_c_and_is_added_when_that_is_repeated(
    desk: Desk, filled_template: Filled, tmp_path: Path
) -> None:
    ref, film = filled_template.refs[0], tmp_path / "film\x1b]0;pwned\x07\x1b[2J.mp4"
    with film.open("wb") as file:
        file.truncate(96 << 20)
    adds = ("document", "add", ref, str(film), "--kind", "video")
    typist = Typist(desk, *desk.given(), *adds)
    answer_each(typist)
    typist.wait_for(r"Sealing the document: \d+ of 100663296 \(\d+ %\)")
    typist.type_bytes(b"\x03")
    assert typist.end() == 130
    assert "Stopped. Nothing was kept; the file is as it was." in typist.seen
    assert [path for path in (desk.place.path / "blobs").rglob("*") if path.is_file()] == []
    assert said(desk, "document", "list", ref)["documents"] == []
    again = Typist(desk, *desk.given(), *adds)
    answer_each(again)
    assert again.end() == 0
    assert "The document is saved" in again.seen
    assert "Its text could not be read" in again.seen  # it is too large for that
    shown = Typist(
        desk, *desk.given(), "document", "show", said(desk, "document", "list", ref)["documents"][0]["document"]
    )
    assert shown.end() == 0
    told = again.seen + shown.seen
    assert ("pwned" in told, "\x1b]0;" in told, "\x1b[2J" in told, "\x07" in told) == (True, False, False, False)


# `casevault form`: a form is kept, asked, answered by pipe and at the terminal, and read again.
FORM = """
code = "reception"
title = "Reception"
version = 1
[[questions]]
name = "heard"
label = "Heard of us through"
kind = "choice"
choices = ["a friend", "друг"]
required = true
[[questions]]
name = "arrived"
label = "Arrived"
kind = "date"
"""


def test_a_form_is_kept_filled_in_and_read(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "reception.toml"
    file.write_text(FORM, "utf-8")
    assert desk.run("form", "add", str(file)).code == 0
    assert "reception  Reception  version 1, 2 questions" in desk.run("form", "list").out
    assert "heard  Heard of us through  (choice, required)" in desk.run("form", "show", "reception").out
    case = desk.run("case", "new", "--kind", "asylum", "--title", "Fire", "--json").json()["ref"]
    refused = desk.run("form", "fill", case, "reception")
    assert (refused.code, "--from -" in refused.err) == (2, True)
    answers = json.dumps({"heard": "друг"})
    made = desk.run("form", "fill", case, "reception", "--from", "-", "--json", stdin=answers).json()["record"]
    answers = json.dumps({"arrived": "2026-03~"})
    assert desk.run("form", "edit", made, "reception", "--from", "-", stdin=answers).code == 0
    shown = desk.run("form", "answers", case).out
    assert ("Heard of us through: друг" in shown, "Arrived: 2026-03~" in shown) == (True, True)
    typed = desk.run_at_terminal("form", "fill", case, "reception", typed="a friend\nyesterday\n")
    assert typed.code == 0
    assert "Heard of us through (a friend | друг): " in typed.err


def test_a_file_that_is_no_form_gets_one_line(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "hostile.toml"
    file.write_bytes(b"x=" + b"[" * 100_000)
    answer = desk.run("form", "add", str(file))
    assert (answer.code, len(answer.err.splitlines())) == (2, 1)
    assert "the file of a form is not TOML" in answer.err
    assert "`casevault form add --sample` prints a form to begin with." in answer.err


def test_the_sample_form_is_one_that_is_kept(desk: Desk, tmp_path: Path) -> None:
    assert "--sample  print a form to begin with" in desk.run_bare("form", "add", "--help").out
    sample = desk.run_bare("form", "add", "--sample")
    file = tmp_path / "sample.toml"
    file.write_text(sample.out, "utf-8")
    assert "reception  Reception  version 1, 3 questions" in desk.run("form", "add", str(file)).out
    assert "`casevault form add --sample`" in desk.run("form", "add").err


# `casevault intake`: what a caller said is not lost, and the command says no more than is true.
CALLED_WORDS = ("Rustam Veltrov", "+996 555 123456", "Kyrgyz", "they came at night")


@pytest.fixture
def slip(desk: Desk) -> str:
    options = [
        value
        for pair in zip(("--name", "--number", "--language", "--text"), CALLED_WORDS, strict=True)
        for value in pair
    ]
    answer = desk.does("intake", "add", "--json", *options)
    return str(answer.json()["slip"])


def test_an_open_slip_is_corrected_and_what_is_not_given_stays(desk: Desk, slip: str) -> None:
    answer = desk.run("intake", "edit", slip[:8], "--name", "Rustam Veltrova", "--when", "Monday")
    assert answer.out == "The change is saved.\n", answer.err
    (shown,) = desk.run("intake", "list", "--json").json()["slips"]
    assert (shown["name"], shown["number"], shown["when"], shown["call_back"]) == (
        "Rustam Veltrova", CALLED_WORDS[1], "Monday", True
    )  # fmt: skip
    assert desk.run("intake", "edit", slip, "--no-call-back").code == 0
    (shown,) = desk.run("intake", "list", "--json").json()["slips"]
    assert (shown["when"], shown["call_back"], shown["text"]) == ("", False, CALLED_WORDS[3])


def test_closing_says_when_the_words_are_erased(desk: Desk, slip: str) -> None:
    said = " ".join(desk.run("intake", "close", slip).out.split())
    assert (
        "In ten minutes or later, when a member who takes calls next uses this vault, the slip itself is erased" in said
    )
    assert "Older backups keep it." in said


def test_who_enters_a_person_in_the_register_is_named_to_whoever_asks(desk: Desk) -> None:
    first = desk.run("intake", "ask", "--name", CALLED_WORDS[0])
    assert first.out == "Nobody entered a person with this name.\n", first.err
    desk.does("intake", "enter", "--name", CALLED_WORDS[0])
    asked = desk.run("intake", "ask", "--name", "Veltrov, Rustam", "--json").json()["ask"]
    (name,) = asked.values()
    assert f"Ask {name}.\n" in desk.run("intake", "ask", "--name", "Рустам Вельтров").out


# `casevault deadline`: dates that a rule gives, where each stands, and a calendar file that says nothing.
LONG_AGO, FAR_AHEAD = "2010-01-01", "2140-01-01"


def made(desk: Desk) -> str:
    return str(said(desk, "case", "new", "--kind", "extradition", "--title", "Extradition of a teacher")["ref"])


def test_rules_and_dates_are_shown_without_a_vault(desk: Desk) -> None:
    rules = said(desk, "deadline", "rules")["rules"]
    assert [rule["certainty"] for rule in rules] == sorted(
        (rule["certainty"] for rule in rules), key=lambda certainty: certainty != "confirmed"
    )
    whole = desk.run("deadline", "rules", "kg-remand").out
    assert "period: 2 months" in whole
    assert "Art. 114" in whole
    counted = said(desk, "deadline", "count", "COE_16_40D", "--trigger", "03.11.2026")
    assert (counted["at"], counted["latest"], counted["certainty"]) == ("2026-12-13", "2026-12-13", "confirmed")


@each(
    {
        "a court": (
            f"KG_REMAND --trigger 2026-11-03T05:40 --zone Asia/Bishkek --court 2026-12-30 --court {FAR_AHEAD}",
            (FAR_AHEAD, FAR_AHEAD, "in-time"),
        ),
        "a clock that stands, in a month": (
            "FR_CNDA_1M --trigger 2139-11 --suspended 2139-11-20..", ("2139-12-01", None, "check-with-a-lawyer"),
        ),
    }
)  # fmt: skip
def test_a_date_is_counted_from_what_is_typed(line: str, expected: tuple[str | None, ...], desk: Desk) -> None:
    counted = said(desk, "deadline", "count", *line.split())
    assert (counted["at"], counted["latest"], counted["state"]) == expected
    assert counted["reasons"]


def test_a_rule_keeps_a_date_in_a_case_and_the_list_says_where_it_stands(desk: Desk) -> None:
    ref = made(desk)
    kept = said(desk, "deadline", "add", ref, "--what", "release", "--rule", "COE_16_40D", "--trigger", LONG_AGO)
    assert kept["at"] == "2010-02-10"
    said(desk, "deadline", "add", ref, "--what", "decision", "--rule", "kg_rsd_decision", "--trigger", "2139-07-01")
    said(desk, "deadline", "add", ref, "--what", "answer", "--at", FAR_AHEAD, "--set-by", "person")
    records = {record["what"]: record for record in said(desk, "deadline", "list", ref)["records"]}
    assert {what: (record["set_by"], record["state"]) for what, record in records.items()} == {
        "release": ("rule", "late"),
        "decision": ("rule", "check-with-a-lawyer"),
        "answer": ("person", "in-time"),
    }
    assert "Government Regulation 188" in records["decision"]["check"]
    due = {line["about"]: (line.get("state"), line.get("check")) for line in said(desk, "deadline", "list")["due"]}
    assert due == {what: (record["state"], record["check"]) for what, record in records.items()}
    assert due["decision"][1] in " ".join(desk.run("deadline", "list").out.split())
    order = ("--at", FAR_AHEAD, "--set-by", "court")
    said(desk, "deadline", "edit", records["decision"]["record"], *order)
    records = {record["what"]: record for record in said(desk, "deadline", "list", ref)["records"]}
    assert (records["decision"]["rule"], records["decision"]["state"]) == ("KG_RSD_DECISION", "in-time")


def test_what_gives_no_date_is_refused_and_nothing_is_written(desk: Desk) -> None:
    ref = made(desk)
    add = ("deadline", "add", ref, "--what", "appeal")
    refused = [
        (*add, "--rule", "KG_RSD_APPEAL", "--trigger", LONG_AGO),
        (*add, "--rule", "KG_OLD_3DAYS", "--trigger", LONG_AGO),
        (*add, "--rule", "COE_16_40D"),
        (*add, "--rule", "NO_SUCH_RULE", "--trigger", LONG_AGO),
        (*add, "--rule", "COE_16_40D", "--trigger", LONG_AGO, "--set-by", "court"),
        (*add, "--at", LONG_AGO),
        (*add, "--set-by", "court"),
        (*add, "--rule", "COE_16_40D", "--trigger", LONG_AGO, "--zone", "Nowhere/Here"),
    ]
    assert [arguments for arguments in refused if desk.run(*arguments).code == 0] == []
    assert said(desk, "deadline", "list", ref)["records"] == []
    answer = desk.run(*refused[0])
    assert "A lawyer must check" in answer.err


def test_at_a_terminal_a_deadline_is_refused_before_anything_is_typed_or_what_lacks_is_asked_again(
    desk: Desk, filled_template: Filled
) -> None:
    add = ("deadline", "add", filled_template.refs[0])
    refused = desk.run_at_terminal(*add)
    assert (refused.code, refused.err.startswith("casevault: --at is missing")) == (2, True)
    kept = desk.run_at_terminal(*add, "--at", "2099-01-02", "--set-by", "court", typed="\nappeal\nletter\n\n")
    assert (kept.code, kept.err.count("What must be done: "), "This has to be said" in kept.err) == (0, 2, True)
    row = next(row for row in said(desk, "deadline", "list")["due"] if row["when"] == "2099-01-02")
    assert row["about"] == "appeal"


def test_a_calendar_file_has_dates_and_no_word_of_a_case(desk: Desk, tmp_path: Path) -> None:
    ref = made(desk)
    kept = said(desk, "deadline", "add", ref, "--what", "appeal", "--at", "2090-12-03", "--set-by", "court")
    said(desk, "hearing", "add", ref, "--at", "2090-12-14T09:30", "--court", "Court of the second district")
    said(desk, "task", "add", ref, "--what", "call the interpreter")
    file = tmp_path / "dates.ics"
    written = said(desk, "deadline", "calendar", "--out", str(file), "--zone", "Asia/Bishkek")
    assert (written["dates"], written["left_out"]) == (2, 1)
    text = file.read_bytes().decode()
    assert re.findall(r"DTSTART(?:;VALUE=DATE)?:(\w+)\r\nSUMMARY:(.*)\r\n", text) == [
        ("20901203", "Date 1"),
        ("20901214T033000Z", "Date 2"),
    ]
    assert not any(word in text for word in (ref, "appeal", "Court", "teacher", kept["record"]))
    assert file.stat().st_mode & 0o077 == 0
    assert desk.run("deadline", "calendar", "--out", str(file)).code != 0


def test_done_asks_for_the_case_where_records_of_two_cases_have_one_id(desk: Desk, filled_template: Filled) -> None:
    ref = made(desk)
    record = said(desk, "deadline", "add", ref, "--what", "appeal", "--at", FAR_AHEAD, "--set-by", "court")["record"]
    other = filled_template.cases[0]
    with desk.place.open() as session, session.work(other) as work:
        work.keep(other, Deadline(what="trivial", at=FAR_AHEAD), RecordId(bytes.fromhex(record)))
        work.commit(Entry(act="deadline.create"))
    refused = desk.run("deadline", "done", record)
    assert refused.code != 0
    assert "--case" in refused.err
    said(desk, "deadline", "done", record, "--case", other.hex())
    assert [line["about"] for line in said(desk, "deadline", "list")["due"] if line["record"] == record] == ["appeal"]


def test_closing_a_case_says_how_much_in_it_is_not_done(desk: Desk) -> None:
    ref = made(desk)
    said(desk, "deadline", "add", ref, "--what", "appeal", "--at", FAR_AHEAD, "--set-by", "court")
    said(desk, "task", "add", ref, "--what", "call the interpreter")
    closed = desk.run("case", "close", ref, "--reason", "she left")
    assert "WARNING: 2 dates and tasks in it are not done" in " ".join(closed.out.split())


# `casevault report counts`: a table that may show nothing says so, and leaves no file.
def test_where_nothing_may_be_shown_it_says_so_and_no_file_is_written(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "counts.xlsx"
    answer = desk.does("report", "counts", "--by", "kind", "--out", str(out))
    assert "No row may be shown" in answer.out
    assert "No other column alone shows a row now: too few people and cases are counted." in answer.out
    assert "No file is written: there is nothing to show." in answer.out
    assert not out.exists()
    told = desk.run("report", "counts", "--by", "kind", "--json", "--out", str(out)).json()
    assert (told["rows"], told["total"], told["instead"]) == ([], None, [])
