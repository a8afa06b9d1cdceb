"""What a hit says of itself: whose it is, why it was found, and whether its case is closed."""

from __future__ import annotations

import pytest

from tests.services.founded import Filled
from tests.services.office import AMINA, JOEL, NADIA, Office, office, office_template
from tests.tables import each
from vault.access.session import Session
from vault.casework.note import Note
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, UsageError
from vault.ids import VersionId
from vault.services.cases import case_changes, case_people, cases, notes, searching, sections
from vault.services.cases.searching import Why
from vault.services.grants import sharing

__all__ = ["office", "office_template"]


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
    found = [hit for hit in searching.search(filled_session, asked).hits if hit.kind == "person"]
    assert [hit.why for hit in found] == [why]
    assert found[0].marks  # what was found is marked, in whatever spelling
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


@each(
    {
        "no words of it are searched": ("kind:note tomasz", set()),
        "a kind by its beginning": ("kind:pers tomasz", {"person"}),
        "every kind": ("tomasz since:1.1.2020", {"person"}),
        "written since tomorrow": ("since:2099-01-01 tomasz", set()),
        "written before": ("tomasz until:2020-01-01", set()),
        "a phrase": ("kind:note “case first”", set()),
        "a phrase that stands there": ("kind:note «first case»", {"note"}),
        "until today": ("tomasz until:today", {"person"}),
    }
)
def test_a_search_is_narrowed_by_kind_and_day(asked: str, kinds: set[str], filled_session: Session) -> None:
    size = filled_session.log.size
    assert {hit.kind for hit in searching.search(filled_session, asked).hits} == kinds
    assert filled_session.log.size == size + 1


def test_a_search_is_narrowed_to_what_a_member_wrote(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="Shared", kind="other").case
        hers = notes.add(amina, case, Note(NoteKind.CONTACT, "market"))
        sharing.grant(amina, case, [office.nadia.member])
    with office.open(office.nadia) as nadia:
        theirs = notes.add(nadia, case, Note(NoteKind.CONTACT, "market, too"))
        found = {
            asked: {hit.record for hit in searching.search(nadia, asked).hits}
            for asked in (
                "market",
                f'market by:"{AMINA}"',
                f"by:{NADIA.split()[0].lower()} market",
                f"market by:{JOEL.split()[0]}",
            )
        }
    assert list(found.values()) == [{hers, theirs}, {hers}, {theirs}, set()]


def test_people_are_found_by_sound_where_the_narrowing_has_people_of_that_member_and_day(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="Shared", kind="other").case
        hers = case_people.add(amina, case, role="client", names=["Алия Скорякина"])
        sharing.grant(amina, case, [office.nadia.member])
    with office.open(office.nadia) as nadia:
        theirs = case_people.add(nadia, case, role="relative", names=["Aliya Skorjakina"])
        for narrowing, found in {
            "": {hers, theirs},
            "kind:person": {hers, theirs},
            "kind:note": set(),
            "since:2020-01-01 until:today": {hers, theirs},
            "since:2099-01-01": set(),
            "until:2020-01-01": set(),
            f"by:{AMINA.split()[0]}": {hers},
            f"by:{NADIA.split()[0]} kind:person": {theirs},
        }.items():
            hits = searching.search(nadia, f"Skoriakine {narrowing}").hits
            assert ({hit.record for hit in hits}, {hit.why for hit in hits} <= {Why.SPELLING}) == (found, True)
            assert searching.search(nadia, f"Skoriakine {narrowing}", exact=True).hits == ()
        (only,) = searching.search(nadia, f"Skoriakine by:{AMINA.split()[0]}", limit=1).hits
        assert only.record == hers


@each(
    {
        "a kind that is none": "tomasz kind:zebra",
        "nobody of this name": "tomasz by:zebra",
        "a day that is none": "tomasz since:zebra",
        "no word beside it": "kind:note",
    }
)
def test_what_narrows_a_search_is_refused_where_it_names_nothing_and_is_not_repeated(
    asked: str, filled_session: Session
) -> None:
    size = filled_session.log.size
    with pytest.raises((UsageError, NotFoundError)) as refused:
        searching.search(filled_session, asked)
    assert "zebra" not in str(refused.value)
    assert filled_session.log.size == size


def test_what_is_found_again_while_somebody_types_on_is_in_the_log_once(filled_session: Session) -> None:
    seen: set[VersionId] = set()
    searching.search(filled_session, "to", seen=seen)
    size = filled_session.log.size
    searching.search(filled_session, "tomasz", seen=seen)
    assert filled_session.log.size == size
    searching.search(filled_session, "note", seen=seen)
    assert filled_session.log.size == size + 1


def test_sections_are_looked_into_when_that_is_asked_and_the_log_says_so(
    filled: Filled, filled_session: Session
) -> None:
    case = filled.cases[0]
    section = sections.create(filled_session, case, what="location", title="Where she is")
    sections.add_note(filled_session, section, Note(NoteKind.SAFETY, "Quietwater 17, ask for Tilda."))
    host = case_people.checked_person(role="third", names=["Тильда Скорякина"], phones=["+996 555 123456"])
    sections.add_person(filled_session, section, host)
    size = filled_session.log.size
    for asked, why in (("quietw", Why.BEGINNING), ("Skoriakine", Why.SPELLING), ("0555 123456", Why.DIGITS)):
        assert searching.search(filled_session, asked).hits == ()
        (hit,) = searching.search_sections(filled_session, asked).hits
        assert (hit.case, hit.section, hit.section_kind, hit.why) == (case, section, "location", why)
    assert filled_session.log.size == size + 3 + 1  # three searches, and the section was opened once
    assert searching.search_sections(filled_session, "Skoriakine", exact=True).hits == ()
    for narrowing, count in (("kind:person", 1), ("kind:note", 0), ("until:2020-01-01", 0), ("since:2020-01-01", 1)):
        assert len(searching.search_sections(filled_session, f"Skoriakine {narrowing}").hits) == count
