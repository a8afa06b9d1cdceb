"""What a hit says of itself: whose it is, why it was found, and whether its case is closed."""

from __future__ import annotations

from tests.services.founded import Filled
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.ids import VersionId
from vault.services.cases import case_changes, cases, notes, searching
from vault.services.cases.searching import Why


@each(
    [
        ("Tomasz", "person", Why.EXACT, "Tomasz"),
        ("interv", "note", Why.BEGINNING, "interview"),
        ("first case note", "note", Why.EXACT, "note"),
        ("1234", "person", Why.EXACT, "1234"),
    ]
)
def test_a_hit_says_why_it_was_found_and_where(
    asked: str, kind: str, why: Why, marked: str, filled_session: Session
) -> None:
    hit = searching.search(filled_session, asked).hits[0]
    assert (hit.kind, hit.why, hit.is_closed) == (kind, why, False)
    assert marked in [hit.snippet[start:end] for start, end in hit.marks]
    assert bool(hit.title) is (kind == "person")


def test_last_digits_are_no_word_that_stands_there(filled_session: Session) -> None:
    (hit,) = searching.search(filled_session, "501234").hits
    assert (hit.why, hit.marks) == (Why.DIGITS, ())


def test_a_hit_of_a_closed_case_says_so(filled: Filled, filled_session: Session) -> None:
    case_changes.close(filled_session, filled.cases[1], reason="over")
    (hit,) = searching.search(filled_session, "tomasz").hits
    assert hit.is_closed


@each(
    [
        ("Томаш", Why.SPELLING),
        ("Tomasx", Why.LETTER),
        ("tomasz", Why.EXACT),
    ]
)
def test_people_are_found_in_other_scripts_and_with_a_wrong_letter(
    asked: str, why: Why, filled_session: Session
) -> None:
    assert [hit.why for hit in searching.search(filled_session, asked).hits if hit.kind == "person"] == [why]
    assert bool(searching.search(filled_session, asked, exact=True).hits) is (why is Why.EXACT)


def test_words_of_texts_are_found_declined_and_in_latin_letters_unless_exact_ones_are_asked(
    filled_session: Session,
) -> None:
    case = cases.create(filled_session, title="Spelt", kind="other").case
    for text in ("Видели Вьюжанина", "He met Vyuzhanin there"):
        notes.add(filled_session, case, Note(NoteKind.CONTACT, text))
    hits = searching.search(filled_session, "Вьюжанин").hits
    assert [(hit.why, hit.snippet[hit.marks[0][0] : hit.marks[0][1]]) for hit in hits] == [
        (Why.SPELLING, "Vyuzhanin"),
        (Why.BEGINNING, "Вьюжанина"),
    ]
    assert [hit.why for hit in searching.search(filled_session, "вьюжанину").hits] != []
    assert searching.search(filled_session, "вьюжанину", exact=True).hits == ()


def test_what_is_found_again_while_somebody_types_on_is_in_the_log_once(filled_session: Session) -> None:
    seen: set[VersionId] = set()
    searching.search(filled_session, "to", seen=seen)
    size = filled_session.log.size
    searching.search(filled_session, "tomasz", seen=seen)
    assert filled_session.log.size == size
    searching.search(filled_session, "note", seen=seen)
    assert filled_session.log.size == size + 1
