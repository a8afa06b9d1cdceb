"""The form of an export, and the recipients: where one stands, what is proposed, what is remembered."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.export.paper_samples import at, decision
from tests.services.approvals.keyboard import Person
from tests.services.consenting import agree
from tests.tables import each
from tests.tui.house import AMINA, JOEL, House
from tui.screens.frame.form_screen import whole_path
from vault.casework.disclosure import Disclosure
from vault.casework.document import DocumentKind
from vault.records.versions import of_kind
from vault.records.work import Entry
from vault.seal.age import make_identity, recipient_of
from vault.services import case_papers
from vault.services.exports import partners
from vault.services.projection.projection import read_valid

pytestmark = pytest.mark.screen

CLINIC, LAWYER = "Clinic at the Harbour", "Maître Lorvane"


@pytest.fixture
def export(house: House) -> House:
    """A house with two recipients, and a client who agreed to the second."""
    with house.open("Mira") as mira:
        for name in (CLINIC, LAWYER):
            partners.add(mira, name=name, age_recipient=recipient_of(make_identity()), compared=True)
    with house.open("Amina") as amina:
        agree(amina, house.case, LAWYER)
    return house


def test_a_form_is_never_without_a_field_in_use(export: House) -> None:
    with export.desk("Amina") as amina:
        amina.press("enter", "e").is_in("out")
        row = amina.screen.query_one("#out").parent
        assert row is not None
        amina.call(lambda: setattr(row, "display", False)).is_in("recipient")


def test_who_looks_at_a_new_recipient_and_comes_back_sends_to_whom_they_chose(export: House) -> None:
    with export.desk("Amina") as amina:
        amina.press("enter", "e").go_to("recipient").press("right").sees(f"Recipient {LAWYER}")
        amina.press("ctrl+r").at("NEW RECIPIENT")
        amina.press("escape").sees(f"Recipient {LAWYER}").is_in("recipient")


def test_the_cursor_goes_to_the_referral_that_was_just_asked_for(export: House) -> None:
    with export.desk("Amina") as amina:
        amina.press("enter", "d").sees("1 record", "consent")
        amina.press("n").until("> referral", "down").press("enter").go_to("recipient").until(LAWYER, "right")
        amina.press("f4").sees("The record is saved.").press("enter").sees("2 records")
        amina.press("r").sees("What happened?", "They accept")


def test_recipients_are_listed_one_is_confirmed_and_what_left_for_another_is_told(export: House) -> None:
    with export.open("Amina") as amina:
        words = partners.add(amina, name="Doctor Ilvane", age_recipient=recipient_of(make_identity())).fingerprint
        for name, reference in ((LAWYER, "W4DN-7GHP"), (CLINIC, "X7KM-2QRS")):
            left = Disclosure(
                partners.find(amina, name).record,
                "lawyer",
                "legal referral",
                b"\x5c" * 16,
                bytes(32),
                "2026-11-20",
                reference=reference,
            )
            with amina.work(export.case) as work:
                work.keep(export.case, left)
                work.commit(Entry(act="export.done"))
    with export.desk("Joel", size=(80, 24)) as joel:
        joel.press(":recipients").at("RECIPIENTS").sees("3 recipients", "! not confirmed")
        joel.until("> Doctor Ilvane", "down").press("k", f" {words}", "f4")
        joel.sees("The key of this recipient is confirmed.").sees_not("! not confirmed")
        joel.press("enter").at("RECIPIENT Doctor Ilvane").sees(words, f"{AMINA} brought in the key")
        joel.sees(f"{JOEL} compared the words of the key with them", "Your cases sent 0 packages").press("escape")
        joel.press("e").fill(town="Strasbourg").press("f4").sees("The change is saved.").press("enter")
        joel.at("RECIPIENTS").sees_not("! not confirmed").until(f"> {LAWYER}", "down").press("enter").sees(
            "Your cases sent 1 package", "W4DN-7GHP"
        ).sees_not("X7KM-2QRS")
    with export.desk("Dana") as dana:
        dana.press(":recipients").sees(LAWYER).sees_not("n new", "k confirm")
        dana.press("k").at("RECIPIENTS").press("enter").sees("Your roles open no case")


@each(
    {
        "from the root": ("/media/stick", "/media/stick"),
        "from home": ("~/out", "/of-amina/out"),
        "beside": ("out", "/started/out"),
        "below": ("out/lawyer", "/started/out/lawyer"),
        "of nobody here": ("~nobody-of-this-name/out", None),
        "nothing": ("", None),
    }
)
def test_a_folder_is_found_from_where_the_app_was_started(typed: str, found: str | None) -> None:
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", "/of-amina")
        assert whole_path(typed, beside=Path("/started")) == (None if found is None else Path(found))


@pytest.mark.long
def test_a_paper_leaves_once_it_is_marked_and_stays_otherwise(export: House, tmp_path: Path) -> None:
    (out := tmp_path / "out").mkdir()
    source = tmp_path / "scan.pdf"
    source.write_bytes(decision(at(600, b"He came from Qarvosh")))
    with export.open("Joel"):
        pass
    with export.open("Amina") as session:
        for title in ("Decision", "Letter"):
            facts = {"kind": DocumentKind.DECISION, "title": title}
            case_papers.add_paper(session, export.case, source, facts)
    joel = Person(passphrase=export.people["Joel"].passphrase)
    with export.desk("Amina", beside=joel) as amina:
        amina.press("enter", "e").go_to("recipient").until(LAWYER, "right")
        amina.go_to("profile").until("a first question", "right").sees("2 documents of the case stay here.")
        amina.go_to("profile").until("nobody but those", "right").sees("Space marks a document that leaves too")
        amina.go_to("papers").until("> Letter", "down").press("space").fill(out=str(out))
        amina.names("Lorvane").press("enter").at("QUESTIONS").press("a").export("The package is at")
    with export.open("Amina") as session:
        ((_, kept),) = of_kind(read_valid(session, export.case), Disclosure)
        letter = next(paper for paper in case_papers.list_in(session, export.case) if paper.value.title == "Letter")
    assert kept.papers == (letter.version,)
