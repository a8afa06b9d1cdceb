"""What stood behind one removal, told afterwards to who has the report: that and nothing else."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.cli.desk import Desk, said
from tests.services.founded import Place
from tests.tui.desk import Desk as AppDesk
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.records.versions import of_kind
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import case_people, cases, editing, notes
from vault.services.exports import partners
from vault.services.projection.projection import read_valid

LAWYER = "Maître Ondrelle"
AGREED = ("--given", "today", "--how", "written", "--identity", "yes", "--others", "yes", "--account", "yes")
FIRST, SECOND = "He came on foot. Call his brother on +996 555 010203.", "Velmar of Qarvosh has his asthma letters."


class Office:
    """One case whose report left for a lawyer with a key."""

    def __init__(self, place: Place, folder: Path) -> None:
        self.desk, self.out, self.key = Desk.of(place, folder), folder / "out", folder / "key"
        self.out.mkdir()
        self.key.write_text(f"{(identity := make_identity())}\n")
        with place.open() as mira:
            made = cases.create(mira, title="Appeal of a teacher", kind="asylum")
            case_people.add(mira, made.case, role="client", names=["Miralo Dastenov"])
            notes.add(mira, made.case, Note(NoteKind.CONTACT, FIRST, occurred="2026-05-02"))
            notes.add(mira, made.case, Note(NoteKind.CONTACT, SECOND, occurred="2026-05-03"))
            partners.add(mira, name=LAWYER, age_recipient=recipient_of(identity), compared=True)
        self.place, self.case, self.ref = place, made.case, made.ref
        what = ("--purpose", "legal-referral", *AGREED, "--proceedings", "yes")
        self.consent = said(self.desk, "consent", "add", self.ref, "--recipient", LAWYER, *what)["record"]
        wish = ("--profile", "lawyer", "--to", LAWYER, "--decide", "proposed")
        (self.report,) = self.made("export", *wish)
        (self.reference,) = (each["reference"] for each in self.packages())

    def made(self, *command: str) -> set[Path]:
        before = set(self.out.iterdir())
        verb = command[:2] if command[0] == "package" else command[:1]
        self.desk.does(*verb, self.ref, *command[len(verb) :], *self.sealing())
        return set(self.out.iterdir()) - before

    def sealing(self) -> tuple[str, ...]:
        return "--surname", "Ondrelle", "--out", str(self.out), "--unread"

    def packages(self) -> list[dict[str, str]]:
        return list(said(self.desk, "package", "list", self.ref)["packages"])

    def read(self, file: Path) -> dict[str, Any]:
        opened = subprocess.run(["age", "-d", "-i", self.key, file], capture_output=True, check=True).stdout
        data = subprocess.run(["tar", "-xO", "data.json"], input=opened, capture_output=True, check=True).stdout
        return dict(msgspec.json.decode(data))

    def refused(self, number: str) -> str:
        command = ("package", "supplement", self.ref, "--package", self.reference, "--number", number)
        answer = self.desk.run(*command, *self.sealing())
        assert answer.code != 0
        return answer.err


@pytest.fixture
def office(founded_template: Place, tmp_path: Path) -> Office:
    return Office(founded_template.copied_to(tmp_path / "office"), tmp_path)


TOLD = {"R1": "+996 555 010203", "R3": "Qarvosh"}


@pytest.mark.parametrize("number", TOLD)
def test_a_supplement_holds_what_stood_behind_its_number_and_nothing_else(number: str, office: Office) -> None:
    (file,) = office.made("package", "supplement", "--package", office.reference, "--number", number)
    told = office.read(file)
    assert [each["blocks"] for each in told["sections"]] == [[block(TOLD[number])]]
    assert told["purpose"] == f"supplement to {number} of {office.reference}"
    assert [each["purpose"] for each in office.packages()] == [told["purpose"], "legal referral"]
    done = [line for line in office.desk.does("log", "list").out.splitlines() if "export.done" in line]
    assert ["asked" in line for line in done] == [True, False]


def block(text: str) -> dict[str, str]:
    return {"label": "supplement", "script": "Latn" if text.isalpha() else "Zyyy", "text": text}


def nothing_changes(_: Office) -> None:
    pass


def the_note_changes(office: Office) -> None:
    with office.place.open() as mira:
        first = next(row for row, note in of_kind(read_valid(mira, office.case), Note) if note.text == FIRST)
        place = editing.locate(mira, first.record.hex(), frozenset({Note.KIND}), case=office.case)
        editing.edit(mira, place, Note, lambda note: replace(note, text=f"{FIRST} Twice."))


def the_consent_excludes(office: Office) -> None:
    office.desk.does("consent", "edit", office.consent, "--excluded", "555 010203")


def the_consent_is_withdrawn(office: Office) -> None:
    office.desk.does("consent", "withdraw", office.consent)


def somebody_elsewhere_is_called_so(office: Office) -> None:
    with office.place.open() as mira:
        other = cases.create(mira, title="Another case", kind="asylum")
        case_people.add(mira, other.case, role="client", names=["Velmar Ashkoni"])


REFUSED = {
    "a number that the report has not": (nothing_changes, "R5", "the report has no R5"),
    "nought": (nothing_changes, "R0", "the report has no R0"),
    "a word": (nothing_changes, "phone", "--number must be a number of the report"),
    "a word about health": (nothing_changes, "R4", "did not agree to tell"),
    "a note that was changed": (the_note_changes, "R1", "was changed since"),
    "words that the consent excludes": (the_consent_excludes, "R1", "says that this must not leave"),
    "a consent that was withdrawn": (the_consent_is_withdrawn, "R1", "withdrawn"),
    "a name of another case": (somebody_elsewhere_is_called_so, "R2", "somebody of another case"),
}


@pytest.mark.parametrize("of", REFUSED)
def test_what_must_not_be_told_is_refused_in_words_that_do_not_tell_it(of: str, office: Office) -> None:
    change, number, words = REFUSED[of]
    change(office)
    before = len(office.packages())
    error = office.refused(number)
    assert words in error
    assert not any(word in error for word in ("010203", "Velmar", "asthma"))
    assert len(office.packages()) == before


@pytest.mark.screen
def test_in_the_app_a_supplement_is_read_before_it_leaves(office: Office) -> None:
    office.place.proposed_today()
    with AppDesk(office.place, unlocks=True) as mira:
        mira.press("enter", ":what left").at("WHAT LEFT").sees(LAWYER).press("s")
        mira.fill(number="R3", out=str(office.out)).export("The package is at", to="ondrelle")
        mira.press("f4").at("WHAT LEFT").sees("2 packages")
    assert office.packages()[0]["purpose"] == f"supplement to R3 of {office.reference}"
    assert office.packages()[0]["read"] == "read"
