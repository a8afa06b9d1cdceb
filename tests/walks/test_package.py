"""A package from the office to who reads it and back: a page in a browser, its receipt and reply, a file for a key."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver

from tests.cli.desk import Desk as CommandDesk
from tests.cli.desk import said
from tests.export.test_page import Browser, started
from tests.services.founded import Place
from tests.tui.desk import Desk
from tests.walks.test_page_given import words_in
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.export.reader import open_page_file
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, notes
from vault.services.exports import partners

LAWYER, CLINIC = "Maître Ondrelle", "Clinic at the Harbour"
AGREED = ("--given", "today", "--how", "written", "--identity", "yes", "--others", "yes", "--account", "yes")
TOLD = "He came on foot. Call his brother on +996 555 010203."

pytestmark = [pytest.mark.long, pytest.mark.tool("chromium"), pytest.mark.tool("chromedriver")]


class Office:
    """One case with a client, a lawyer without a key and a clinic with one; what is made lies in `out`."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.place, self.desk, self.out, self.key = place, CommandDesk.of(place, folder), folder / "out", folder / "key"
        self.out.mkdir()
        identity = make_identity()
        self.key.write_text(f"{identity}\n")
        with place.open() as mira:
            made = cases.create(mira, title="Appeal of a teacher", kind="asylum")
            case_people.add(mira, made.case, role="client", names=["Miralo Dastenov"])
            notes.add(mira, made.case, Note(NoteKind.CONTACT, TOLD))
            partners.add(mira, name=CLINIC, age_recipient=recipient_of(identity), compared=True)
        self.ref = made.ref
        self.desk.does("recipient", "add", LAWYER)

    def agrees(self, to: str, purpose: str, covers: str) -> None:
        what = ("--purpose", purpose, *AGREED, f"--{covers}", "yes")
        self.desk.does("consent", "add", self.ref, "--recipient", to, *what)

    def export(self, to: str, profile: str) -> tuple[Path, str]:
        """Export; return the file, and the reference of its report."""
        before = set(self.out.iterdir())
        whom = ("--to", to, "--surname", to.rsplit(maxsplit=1)[-1])
        wish = ("--profile", profile, *whom, "--out", str(self.out), "--unread", "--decide", "proposed")
        self.desk.does("export", self.ref, *wish)
        (file,) = (path for path in set(self.out.iterdir()) - before if path.suffix in {".html", ".age"})
        return file, self.reference(file)

    def reference(self, file: Path) -> str:
        packages = said(self.desk, "package", "list", self.ref)["packages"]
        return next(str(each["reference"]) for each in packages if each["file"] == file.name)

    def words(self, reference: str) -> str:
        """Return the words of a page, as they are said on the telephone."""
        return words_in(self.desk.does("package", "words", self.ref, "--package", reference, "--yes").out)

    def read(self, sealed: Path, into: Path, *words: str) -> Path:
        """Unpack a package by `age` and the key, or a page by its words; return the folder."""
        into.mkdir()
        if words:
            for name, member in open_page_file(sealed.read_bytes(), words[0]).members.items():
                (into / name).write_bytes(member)
            return into
        age = subprocess.run(["age", "-d", "-i", self.key, sealed], capture_output=True, check=True)
        subprocess.run(["tar", "-x", "-C", into], input=age.stdout, check=True)
        return into

    def heard(self, reference: str) -> list[dict[str, object]]:
        packages = said(self.desk, "package", "list", self.ref)["packages"]
        return next(each["heard"] for each in packages if each["reference"] == reference)

    def referral(self) -> dict[str, str]:
        (record,) = said(self.desk, "referral", "list", self.ref)["records"]
        return dict(record)


@pytest.fixture
def office(founded_template: Place, tmp_path: Path) -> Office:
    return Office(founded_template.copied_to(tmp_path / "office"), tmp_path)


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[webdriver.Chrome]:
    driver = started(tmp_path / "lawyer")
    yield driver
    driver.quit()


def opened(chromium: webdriver.Chrome, file: Path, words: str) -> Browser:
    """Return the page as the lawyer has it, opened with the words."""
    browser = Browser(chromium, file.parent.parent)
    chromium.get(file.as_uri())
    return browser.typed(words)


def test_a_lawyer_takes_a_case_on_reads_it_and_asks_back_and_the_clinic_reads_its_own_file(
    office: Office, chromium: webdriver.Chrome, tmp_path: Path
) -> None:
    desk, ref = office.desk, office.ref
    desk.does("referral", "ask", ref, "--recipient", LAWYER, "--purpose", "legal-referral")
    asked, reference = office.export(LAWYER, "enquiry")
    page = opened(chromium, asked, office.words(reference)).reply("accepted", "")
    (reply := tmp_path / "reply.json").write_bytes(page.saved("reply.json", pressing="save-reply"))
    assert "They answer: accepted." in desk.does("package", "reply", ref, str(reply)).out
    assert office.referral()["answer"] == "accepted"

    office.agrees(LAWYER, "legal-referral", "proceedings")
    file, reference = office.export(LAWYER, "lawyer")
    page = opened(chromium, file, office.words(reference))
    content = page.text("content")
    assert ("came on foot" in content, "Dastenov" in content, "010203" in content) == (True, False, False)
    four = page.text("receipt").partition(": ")[2].split(".")[0]
    assert LAWYER in desk.does("package", "receipt", ref, "--words", four).out
    page.reply("", "R1")
    reply.write_bytes(page.saved("reply.json", pressing="save-reply"))
    assert "R1" in desk.does("package", "reply", ref, str(reply)).out
    assert [(each["answer"], each["numbers"]) for each in office.heard(reference)] == [("", []), ("", ["R1"])]
    assert "opened" in desk.does("package", "list", ref).out

    office.agrees(CLINIC, "medical-care", "health")
    sealed, _ = office.export(CLINIC, "medical")
    read = office.read(sealed, tmp_path / "read")
    assert {path.name for path in read.iterdir()} >= {"report.pdf", "report.docx", "data.json", "manifest.json"}
    verified = desk.run_bare("package", "verify", str(sealed), "--identity", str(office.key))
    assert verified.code == 0, verified.err


@pytest.mark.screen
def test_in_the_app_what_they_say_of_a_page_is_written_beside_it(
    office: Office, chromium: webdriver.Chrome, tmp_path: Path
) -> None:
    office.agrees(LAWYER, "legal-referral", "proceedings")
    file, reference = office.export(LAWYER, "lawyer")
    page = opened(chromium, file, office.words(reference))
    four = page.text("receipt").partition(": ")[2].split(".")[0]
    (reply := tmp_path / "reply.json").write_bytes(
        page.reply("conflict-of-interest", "").saved("reply.json", pressing="save-reply")
    )
    office.place.proposed_today()
    with Desk(office.place, unlocks=True) as mira:
        mira.press("enter", ":what left").at("WHAT LEFT").sees(LAWYER)
        mira.press("o").sees("They opened it").fill(words=four).press("f4").sees("opened")
        mira.press("f").sees("Reply of a recipient").fill(file=str(reply)).press("f4")
        mira.sees("They answer: conflict of interest.").press("enter")
        mira.at("WHAT LEFT").press("enter").sees("conflict of interest")
