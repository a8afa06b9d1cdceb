"""`casevault document`: a paper goes in, is found and comes out again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.desk import Desk, said
from tests.cli.typist import Typist
from tests.export.test_paper_text import WORDS as WORDS_OF_PHOTO
from tests.export.test_paper_text import only_installed, picture
from tests.services.founded import MEMBER, Filled
from vault.export.paper_text.asking import can_read_pictures

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
    desk: Desk, filled_template: Filled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not can_read_pictures():
        pytest.skip("not run: needs tesseract with a language")
    only_installed(monkeypatch, "eng")
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
