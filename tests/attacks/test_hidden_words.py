"""What somebody hid who saw it on the finished pages is in no byte of what leaves, though no question was about it."""

from __future__ import annotations

import io
import json
import re
import subprocess
import zipfile
from collections.abc import Iterable, Mapping
from html import unescape
from pathlib import Path

import pytest
from pypdf import PdfReader

from tests.attacks.test_exports import CONTACT, Referral, desk, outcomes, referral
from tests.cli.desk import Desk
from tests.redaction.people import LAWYER as NAMED
from tests.redaction.people import NOTE_ID, Counting, note, source_of, usual_registry
from tests.services import consenting
from tests.tables import each
from vault.access.session import Session
from vault.casework.disclosure import Decision
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.export.reader import open_package
from vault.ids import CompartmentId
from vault.names.normal import normal
from vault.redaction.apply import redact
from vault.redaction.questions import OpenQuestions, decide_proposed
from vault.redaction.transform import PseudonymBook
from vault.seal.age import make_identity, recipient_of
from vault.services.cases import cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import NotThereError, Wish

__all__ = ["desk", "referral"]  # fixtures

LAWYER = "Maître Ondrelle"
WORD = r"[^\W_]+"
TEXT = (
    "We met r.t. at the red house, and R. T. left. MR K. came; then mr k. ran from the Red-House. It was red. House by"
    " house they went. She will come with fishermen; a fisher-\nman left. Sewing by hand and a limp.\n"
    "جاء الرجل الطويل من البيت ثم ذهب الرجل الطويل. The limp was told on 12 March 2024, room 17. Room 170 was empty."
)
HIDDEN = {
    "r.t.": "name", "mr k.": "name", "red house": "place", "fisherman": "other", "limp": "other",
    "الرجل الطويل": "other", "12 March 2024": "other", "March": "other", "17": "number",
}  # fmt: skip


def left(text: str, form: str, action: str = "remove") -> str:
    """Return a note's text as it leaves where this form is hidden by hand, and every question is as proposed."""
    decisions: Mapping[str, str] = {}
    while True:
        made = redact(
            source_of((NOTE_ID, note(text))), NAMED, usual_registry(), decisions, PseudonymBook(choose=Counting()),
            by_hand=[Decision(form, action, "other")],
        )  # fmt: skip
        if not isinstance(made, OpenQuestions):
            said = made.sections[0].blocks[-1].text
            assert (form.casefold() in made.forbidden_forms) is (said != text)  # the verifier looks for it
            return said
        decisions = decide_proposed(made)


@each(
    [
        ("so r.t. came, R. T. ran, and rt", "r.t.", "so [removed] came, [removed] ran, and [removed]"),
        ("then mr k. and Mr K left", "MR K.", "then [removed] and [removed] left"),
        ("a red house; the Red-House", "red house", "a [removed]; the [removed]"),
        ("it was red. the house", "red house", "it was red. the house"),
        ("it is red. house it", "red house", "it is [removed]. [removed] it"),
        ("a red\nhouse", "red house", "a [removed]\n[removed]"),
        ("a fisher-\nman and fishermen", "fisherman", "a [removed] and fishermen"),
        ("he will; willing", "Will", "he [removed]; willing"),
        ("he ran. He limped on.", "ran.", "he [removed]. He limped on."),
        ("هو الرجل الطويل مع", "الرَّجُل الطويل", "هو [removed] مع"),
        ("the СОР and a cop", "cop", "the [removed] and a [removed]"),
    ]
)
def test_a_form_is_hidden_wherever_it_stands_as_it_is_written(text: str, form: str, expected: str) -> None:
    assert left(text, form) == expected


def test_a_code_can_stand_for_what_no_question_is_about() -> None:
    assert re.fullmatch(r"so \[P-\w{3}\] came, \[P-\w{3}\] ran", left("so r.t. came, R.T. ran", "r.t.", "pseudonym"))


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
    made = cases.create(session, title="T", kind="extradition").case
    notes.add(session, made, Note(NoteKind.CONTACT, TEXT, "2024-03-12"))
    return made


IDENTITY = make_identity()


def exported(session: Session, case: CompartmentId, out: Path, wish: Wish) -> list[str]:
    """Export, and return all that others read in the files: two readers of the pages, the data, and each string."""
    done = consenting.export(session, case, wish, out=out)
    assert isinstance(done, exporting.Exported)
    members = open_package(done.path.read_bytes(), IDENTITY).members
    read = [page.extract_text() for page in PdfReader(io.BytesIO(members["report.pdf"])).pages]
    texts = [members["data.json"].decode(), members["manifest.json"].decode(), "\n".join(read), *done.pages]
    with zipfile.ZipFile(io.BytesIO(members["report.docx"])) as docx:
        parts = "\n".join(docx.read(name).decode() for name in docx.namelist())
    texts.append(unescape(re.sub("<[^<>]*>", "\n", parts)))
    file = out / "report.pdf"
    file.write_bytes(members["report.pdf"])
    try:
        texts.append(subprocess.run(["pdftotext", str(file), "-"], capture_output=True, check=True).stdout.decode())
    except FileNotFoundError:  # poppler is not everywhere
        pass
    finally:
        file.unlink()
    assert b"limp" not in members["report.pdf"]
    return texts


def words_of(text: str) -> str:
    return f" {' '.join(re.findall(WORD, normal(text)))} "


def standing(texts: list[str], forms: Iterable[str]) -> set[str]:
    """Return the forms that stand in one of the texts as whole words, whatever is between their words."""
    return {form for form in forms if any(words_of(form) in words_of(text) for text in texts)}


@each(
    {
        "hidden on the pages": Wish("lawyer", LAWYER, take_proposals=True, hidden=HIDDEN),
        "decided though nobody asked": Wish("lawyer", LAWYER, dict.fromkeys(HIDDEN, "remove"), take_proposals=True),
    }
)
def test_what_is_hidden_by_hand_is_in_no_file_and_in_no_later_one(wish: Wish, session: Session, tmp_path: Path) -> None:
    if not partners.list_all(session):
        partners.add(session, name=LAWYER, age_recipient=recipient_of(IDENTITY), compared=True)
    made = cases.create(session, title="T", kind="extradition").case
    notes.add(session, made, Note(NoteKind.CONTACT, TEXT, "2024-03-12"))
    texts = exported(session, made, tmp_path, wish)
    assert standing(texts, HIDDEN) == set()
    assert any("They" in text or "they went" in text for text in texts)
    notes.add(session, made, Note(NoteKind.CONTACT, "Again the limp, and by the RED house r. t. said so."))
    later = exported(session, made, tmp_path, Wish("lawyer", LAWYER, take_proposals=True))
    assert standing(later, HIDDEN) == set()
    again = re.compile(r"Again the \[R\d+ (other|name)\], and by the \[R\d+ (other|name)\] said so")
    assert any(again.search(" ".join(text.split())) for text in later)


@each(
    {
        "words of the report's own": "Date",
        "its heading": "Referral report",
        "a kind of a note": "contact",
        "nothing like it": "kettle",
        "part of a word": "hous",
        "no letter": "...",
        "more words than are looked for": "a " * 40,
        "half a letter": "\ud800",
    }
)
def test_what_nothing_of_the_case_holds_is_refused_and_nothing_leaves(
    form: str, session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    wish = Wish("lawyer", LAWYER, take_proposals=True, hidden={form: "name"})
    with pytest.raises(NotThereError, match=r"nothing of the case|letter or digit") as refused:
        consenting.export(session, case, wish, out=tmp_path)
    assert form.strip() not in str(refused.value)
    assert list(tmp_path.glob("*.age*")) == []


def test_what_is_kept_by_a_decision_is_hidden_all_the_same_and_by_no_name_alone(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    notes.add(session, case, Note(NoteKind.CONTACT, "They met Baker Qarvosh by the river bank. The bank was closed."))
    wish = Wish("lawyer", LAWYER, {"Baker Qarvosh": "keep"}, take_proposals=True)
    assert "Baker Qarvosh" in " ".join(exported(session, case, tmp_path, wish)[-2].split())
    named = Wish("lawyer", LAWYER, take_proposals=True, hidden={"baker qarvosh": "name", "river bank": "place"})
    texts = exported(session, case, tmp_path, named)
    assert standing(texts, ["Baker", "Qarvosh", "river bank"]) == set()
    assert any("The bank was closed" in text for text in texts)


def test_a_word_of_the_report_is_hidden_where_the_case_says_it(
    session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    notes.add(session, case, Note(NoteKind.CONTACT, "We lost contact on that date."))
    wish = Wish("lawyer", LAWYER, take_proposals=True, hidden={"contact": "other", "date": "other"})
    texts = exported(session, case, tmp_path, wish)
    assert any(re.search(r"We lost \[R\d+ other\] on that \[R\d+ other\]\.", " ".join(text.split())) for text in texts)
    assert any("contact, by a" in text for text in texts)


def test_a_day_is_hidden_as_the_report_writes_it(session: Session, case: CompartmentId, tmp_path: Path) -> None:
    wish = Wish("lawyer", LAWYER, take_proposals=True, language="ru", hidden={"12 марта": "other", "2024": "number"})
    texts = exported(session, case, tmp_path, wish)
    assert standing(texts, ["12 марта", "2024", "2024-03-12"]) == set()


# ---- a script: what is asked is listed, and decided by what is piped in ----------------------------------------------


def test_a_script_lists_what_is_asked_and_seals_nothing(desk: Desk, referral: Referral) -> None:
    listed = desk.run(*referral.command(), "--json")
    assert listed.code == 3
    found = listed.json()
    (asked,) = (each for each in found["open"] if each["form"] == "Qarvosh")
    assert (asked["count"], asked["kinds"], asked["proposal"]) == (1, ["unknown"], "remove")
    assert asked["context"] == "They met in Qarvosh."
    assert asked["may_be_named"] is False
    assert found["package"] is None
    assert list(referral.out.iterdir()) == []
    assert "export.begin" not in outcomes(desk)
    decided = json.dumps({each["form"]: each["proposal"] for each in found["open"]})
    nobody = desk.run(*referral.command(), "--json", "--from", "-", stdin=decided)
    assert nobody.code == 2
    assert "--unread" in nobody.json()["error"]["advice"]
    assert list(referral.out.iterdir()) == []


def test_a_script_decides_by_standard_input_and_what_nobody_asked_is_hidden(desk: Desk, referral: Referral) -> None:
    command = tuple(word for word in referral.command("--unread", "--json") if word not in {"--contact", CONTACT})
    asked = [each["form"] for each in desk.run(*command).json()["open"]]
    decided = json.dumps({**dict.fromkeys(asked, "keep"), "on foot": "remove", "contact": CONTACT})
    done = desk.run(*command, "--from", "-", stdin=decided)
    assert done.code == 0, done.err
    report = referral.report()
    assert "They met in Qarvosh." in report
    assert "came [R1 name]." in report
    assert f"Questions to {CONTACT}" in report
    assert "on foot" not in referral.opened().members["data.json"].decode()


BAD: Mapping[str, tuple[str, str]] = {
    "no JSON": ("{", "not a JSON object"),
    "a list": ("[]", "not a JSON object"),
    "a wrong action": ('{"Qarvosh": "burn"}', "a decision must be one of"),
    "no action": ('{"Qarvosh": null}', "a decision must be one of"),
    "twice": ('{"Qarvosh": "keep", "Qarvosh": "remove"}', "a key twice"),
    "twice in other letters": ('{"Qarvosh": "keep", "QARVOSH": "remove"}', "contradict"),
    "kept though nobody asks": ('{"Qarvosh": "remove", "kettle": "keep"}', "decision 2 is about nothing"),
    "hidden though it is nowhere": ('{"Qarvosh": "remove", "kettle": "remove"}', "nothing of the case"),
    "10 MB": (json.dumps({"kettle" * 1_700_000: "remove"}), "longer than 4 MiB"),
}


def test_what_cannot_be_decided_is_one_error_and_nothing_changes(desk: Desk, referral: Referral) -> None:
    for name, (piped, words) in BAD.items():
        refused = desk.run(*referral.command("--unread", "--json"), "--from", "-", stdin=piped)
        assert refused.code == 2, name
        assert words in refused.json()["error"]["message"], name
        assert "kettle" not in refused.out + refused.err, name
        assert list(referral.out.iterdir()) == [], name
    assert "export.begin" not in outcomes(desk)
