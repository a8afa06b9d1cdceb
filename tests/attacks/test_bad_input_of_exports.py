"""Notes with what nobody types: NUL, half a letter, turned lines, a word without end; from hand to package."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.attacks.conftest import AGE, RECIPIENT
from tests.redaction.people import outcome, text_left
from tests.services import consenting
from tests.tables import each
from vault.access.session import Session
from vault.casework import checks
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import UsageError, VaultError
from vault.ids import CompartmentId
from vault.records import versions, work
from vault.records.versions import Content, encode_content
from vault.redaction.questions import OpenQuestions
from vault.services.cases import case_people, cases, notes
from vault.services.exports import exporting, partners
from vault.services.exports.export_material import Wish
from vault.services.imports import case_import

TURNED = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
SECRET = "Oshmarbek"
LONG = 10_000_000

# What is refused when it is written, and by which words; nothing of the text is in them.
REFUSED = {
    "NUL in the text": ({"text": f"{SECRET}\0 came"}, "text contains a character that nobody can type"),
    "NUL in a field": ({"text": "He came.", "withdrawn": f"{SECRET}\0"}, "withdrawn contains a character"),
    "half a letter in the text": ({"text": f"{SECRET}\ud800 came"}, "text contains half a letter"),
    "half a letter in a field": ({"text": "He came.", "withdrawn": f"{SECRET}\udfff"}, "withdrawn contains half"),
    "a word of ten million letters": ({"text": SECRET * (LONG // len(SECRET))}, "text is longer than 1000000"),
    "one in a field": ({"text": "He came.", "withdrawn": SECRET * LONG}, "withdrawn is longer than 512"),
}


@pytest.fixture
def case(session: Session) -> CompartmentId:
    partners.add(session, name=RECIPIENT, age_recipient=AGE, compared=True)
    return cases.create(session, title="T", kind="asylum").case


@pytest.mark.parametrize("bad", REFUSED)
def test_what_nothing_can_keep_is_refused_in_one_sentence_that_has_none_of_it(
    bad: str, session: Session, case: CompartmentId
) -> None:
    fields, words = REFUSED[bad]
    before = len(cases.open_case(session, case, why="casework").notes)
    begun = time.perf_counter()
    with pytest.raises(UsageError, match=words) as refused:
        notes.add(session, case, Note(NoteKind.CONTACT, **fields))  # type: ignore[arg-type]
    assert SECRET not in f"{refused.value!r} {refused.value} {refused.value.next_step}"
    assert time.perf_counter() - begun < 5
    assert len(cases.open_case(session, case, why="casework").notes) == before


def test_so_are_a_title_and_a_name(session: Session, case: CompartmentId) -> None:
    for bad in ("\0", "\ud800"):
        with pytest.raises(UsageError, match="title contains"):
            cases.create(session, title=f"{SECRET}{bad}", kind="asylum")
        with pytest.raises(UsageError, match="contains"):
            case_people.add(session, case, role="client", names=[f"{SECRET}{bad}"])
    assert cases.open_case(session, case, why="casework").persons == ()


def test_marks_that_turn_a_line_keep_nobody_from_writing_and_the_text_stays_as_it_was_typed(
    session: Session, case: CompartmentId
) -> None:
    text = f"{TURNED} \u200fقال إنه في السجن\u200f \u2067نعم\u2069 می\u200cخواهم"
    made = notes.add(session, case, Note(NoteKind.CONTACT, text))
    assert notes.show(session, made.hex()).value.text == text


CELLS: dict[str, bytes] = {
    "NUL": f"{SECRET}\0".encode(),
    "half a letter": SECRET.encode() + b"\xed\xa0\x80",
    "a word of ten million letters": SECRET.encode() * (LONG // len(SECRET)),
}


@pytest.mark.parametrize("bad", CELLS)
def test_a_list_of_cases_with_such_a_cell_is_refused_whole(bad: str, session: Session, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(b"case,note\nA case," + CELLS[bad] + b"\nAnother,fine\n")
    begun = time.perf_counter()
    with pytest.raises(VaultError) as refused:
        case_import.preview(session, path, kind="asylum")
    assert SECRET not in f"{refused.value!r} {refused.value}"
    assert time.perf_counter() - begun < 10


def test_a_list_whose_notes_have_marks_that_turn_a_line_is_taken(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("case,note\nA case,\u202bنعم\u202c\n".encode())
    found = case_import.preview(session, path, kind="asylum")
    assert (len(found.rows), found.faults) == (1, ())


@contextmanager
def as_an_older_program_kept_it() -> Iterator[None]:
    """Keep what this program refuses: half a letter in the bytes, and texts of any length."""

    def encoded(content: Content) -> bytes:
        return encode_content(content).replace("\u0800".encode(), b"\xed\xa0\x80")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(versions, "refuse_nul", lambda value, field: None)
        patched.setattr(checks, "TEXT_CHARACTERS", 2 * LONG)
        patched.setattr(work, "encode_to_travel", encoded)
        yield


def exported(session: Session, case: CompartmentId, out: Path) -> exporting.Exported:
    wish = Wish("lawyer-named", RECIPIENT, take_proposals=True)
    done = consenting.export(session, case, wish, out=out)
    assert isinstance(done, exporting.Exported)
    return done


SHOWN = {
    "NUL": "Osh\0marbek",
    "an override": f"\u202e{SECRET}\u202c",
    "an isolate in it": "Osh\u2066mar\u2069bek",
    "each mark around it": f"{TURNED}{SECRET}{TURNED}",
    "each mark in it": f"Osh{TURNED}marbek",
    "an escape": "Osh\x1bmarbek",
}


@pytest.mark.parametrize("bad", SHOWN)
def test_what_an_older_program_kept_leaves_without_it_and_hides_no_name(
    bad: str, session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    with as_an_older_program_kept_it():
        notes.add(session, case, Note(NoteKind.CONTACT, f"They took {SHOWN[bad]} at night."))
    page = " ".join("".join(exported(session, case, tmp_path).pages).split())
    assert re.search(r"They took \[R\d+ name\] at night\.", page)
    assert not set(page) & set("\0\x1b" + TURNED)


@pytest.mark.parametrize("text", [f"{SECRET} \u0800 came.", SECRET * (LONG // len(SECRET))], ids=["half", "long"])
def test_a_note_that_nothing_can_read_is_told_and_stays_here_and_the_rest_leaves(
    text: str, session: Session, case: CompartmentId, tmp_path: Path
) -> None:
    with as_an_older_program_kept_it():
        notes.add(session, case, Note(NoteKind.CONTACT, text))
    notes.add(session, case, Note(NoteKind.CONTACT, "All is well."))
    begun = time.perf_counter()
    page = " ".join("".join(exported(session, case, tmp_path).pages).split())
    assert "All is well." in page
    assert SECRET not in page
    told = " ".join(map(str, session.warnings))
    assert re.search(r"1 record holds nothing that can be read \(first: entry \d+ of ", told)
    assert SECRET not in told
    assert time.perf_counter() - begun < 60


WORDS: dict[str, str] = {
    "of one letter": "a",
    "of two letters": "Ab",
    "like base64": "QUJD",
    "Cyrillic": "ж",
    "of digits": "1",
    "of letters and digits": "B1",
    "with hyphens": "ab-",
    "with full stops": "a.",
    "of capitals apart": "A ",
    "of an address": "a@",
}


@each(WORDS)
def test_a_word_without_end_takes_a_time_that_grows_with_it_alone(piece: str) -> None:
    outcome(piece * 10)  # what is read once
    took = []
    for length in (20_000, 80_000):
        begun = time.process_time()
        outcome("xx " + (piece * length)[:length])
        took.append(time.process_time() - begun)
    assert took[1] < max(10 * took[0], 3.0)


def test_a_word_that_fits_no_line_is_removed_and_no_question() -> None:
    text = f"We saw {SECRET * 60} there."
    assert not isinstance(outcome(text), OpenQuestions)
    assert text_left(text) == "We saw [removed] there."
