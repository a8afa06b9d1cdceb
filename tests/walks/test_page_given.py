"""A lawyer who has a browser and no key: a page is made, its words are told by telephone, and new words are made."""

from __future__ import annotations

from pathlib import Path

from tests.cli.desk import Desk as CommandDesk
from tests.cli.desk import said
from tests.services.founded import Place
from tests.tui.desk import Desk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.export.reader import open_page_file
from vault.services.cases import case_people, cases, notes

LAWYER = "Maître Ondrelle"
COVERS = ("--identity", "yes", "--others", "yes", "--account", "yes", "--proceedings", "yes")
AGREED = ("--purpose", "legal-referral", "--given", "today", "--how", "written", *COVERS)


def words_in(text: str) -> str:
    """Return the words of a page: the one line of seven that stands apart."""
    (words,) = (line for line in text.splitlines() if line.startswith("  ") and len(line.split()) == 7)
    return " ".join(words.split())


def test_a_lawyer_without_a_key_gets_a_page_and_hears_its_words(founded_template: Place, tmp_path: Path) -> None:
    place = founded_template.copied_to(tmp_path / "office")
    for folder in ("out", "again", "app"):
        (tmp_path / folder).mkdir()
    with place.open() as mira:
        made = cases.create(mira, title="Appeal of a teacher", kind="asylum")
        case_people.add(mira, made.case, role="client", names=["Miralo Dastenov"])
        notes.add(mira, made.case, Note(NoteKind.CONTACT, "He came on foot."))
    desk = CommandDesk.of(place, tmp_path)
    assert "No key: what they get is a page" in desk.does("recipient", "add", LAWYER).out
    assert "No key" in desk.does("recipient", "list").out
    desk.does("consent", "add", made.ref, "--recipient", LAWYER, *AGREED)
    wish = (
        "--profile",
        "lawyer",
        "--to",
        LAWYER,
        "--out",
        str(tmp_path / "out"),
        "--unread",
        "--decide",
        "proposed",
        "--surname",
        "ONDRELLE",
    )
    by_key = desk.run("export", made.ref, *wish, "--as", "age")
    assert (by_key.code, "this recipient has no key" in by_key.err) == (5, True)
    exported = desk.does("export", made.ref, *wish).out
    assert "It is a page for a browser." in exported
    assert "`casevault package words " in exported
    (file,) = (tmp_path / "out").glob("*.html")
    assert file.with_suffix(".mail.txt").exists()

    (package,) = said(desk, "package", "list", made.ref)["packages"]
    asked = ("package", "words", made.ref, "--package", package["reference"])
    unasked = desk.run(*asked)
    assert unasked.code != 0, "nobody says that they speak to the lawyer"
    as_data = desk.does(*asked, "--yes", "--json")
    shown = desk.does(*asked, "--yes").out
    told = words_in(shown)
    assert told not in as_data.out
    assert f"  {' '.join(as_data.json()['file_words'])}" in shown
    assert as_data.json()["file_words"] == desk.run_bare("package", "verify", str(file), "--json").json()["file_words"]
    report = open_page_file(file.read_bytes(), told).members["data.json"].decode()
    assert "came on foot" in report
    assert "Dastenov" not in report
    assert [row["act"] for row in said(desk, "log", "list", "--act", "package")["entries"]] == ["package.words"] * 2

    desk.does("package", "reissue", made.ref, "--file", str(file), "--out", str(tmp_path / "again"))
    (anew,) = (tmp_path / "again").glob("*.html")
    assert (
        open_page_file(anew.read_bytes(), words_in(desk.does(*asked, "--yes").out)).members["data.json"].decode()
        == report
    )
    place.proposed_today()
    with Desk(place, unlocks=True) as mira_desk:
        mira_desk.press("enter", ":what left").at("WHAT LEFT").sees(LAWYER)
        mira_desk.press("w").sees(f"Do you speak to {LAWYER} now")
        mira_desk.press("y").sees(f"Say these words to {LAWYER}, in this order:")
        mira_desk.press("enter", "n").sees("New words for a page").fill(file=str(anew), out=str(tmp_path / "app"))
        mira_desk.press("f4")
    assert len(list((tmp_path / "app").glob("*.html"))) == 1
