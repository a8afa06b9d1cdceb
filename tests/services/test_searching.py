"""What a hit says of itself: whose it is, why it was found, and whether its case is closed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.attacks.outsider import learn
from tests.services.bulk_notes import add_many
from tests.services.founded import Filled
from tests.services.founded import Place as PlaceOfFounded
from tests.services.office import AMINA, JOEL, NADIA, Office, office, office_template
from tests.tables import each, refuses
from vault.access.session import Session
from vault.casework.intake import RegisterEntry
from vault.casework.note import Note
from vault.casework.person import Person, PersonChange, PersonName
from vault.casework.vocabulary import NoteKind
from vault.errors import NotFoundError, UsageError
from vault.ids import CompartmentId, CompartmentKind, VersionId
from vault.index.file import Index, open_index
from vault.index.indexing import recount
from vault.names.likeness import skeletons_of
from vault.records.work import Entry
from vault.seal.keyring import derive_index_tag
from vault.services.cases import (
    case_changes,
    case_people,
    cases,
    intake,
    listing,
    notes,
    register,
    searching,
    sections,
    undoing,
    writing_down,
)
from vault.services.cases.editing import Place
from vault.services.cases.searching import Why
from vault.services.cases.writing_down import KnownAlreadyError, StandsHereError
from vault.services.evidence import log_checking
from vault.services.grants import sharing
from vault.services.members import members
from vault.services.projection import projection
from vault.services.projection.places import the_one_of_kind
from vault.services.projection.projection import INDEX_REMADE, read_valid, up_to_date_index
from vault.services.projection.stored_records import stored_of_kind

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


@each([("Томаш", Why.SPELLING), ("Tomasx", Why.LETTER), ("tomasz", Why.EXACT)])
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


# Search before create: in each way in which a person or a case is made, who may be known already is told first.
NAME, SPELT, PHONE = "Алия Скорякина", "Skoriakine Aliya", "+996 555 123456"


def somebody(name: str = SPELT, phone: str = "") -> Person:
    return case_people.checked_person(role="client", names=[name], phones=[phone] if phone else [])


def theirs(session: Session) -> CompartmentId:
    """Return a case of nobody else, with her in it."""
    case = cases.create(session, title="An arrest", kind="detention", alone_reason="nobody").case
    writing_down.add_person(session, case, somebody(NAME, PHONE))
    return case


Way = Callable[[Session, CompartmentId, bool], object]
WAYS: tuple[Way, ...] = (
    lambda session, case, anyway: writing_down.add_person(session, case, somebody(), anyway=anyway),
    lambda session, case, anyway: writing_down.make_case(session, title=f"Help {SPELT}", kind="asylum", anyway=anyway),
    lambda session, case, anyway: writing_down.move_slip(session, slip(session), case, anyway=anyway),
    lambda session, case, anyway: writing_down.make_case_of_slip(
        session, slip(session), title="A call", kind="asylum", anyway=anyway
    ),
)


CHANGES = (
    PersonChange(add_names=(SPELT,)),
    PersonChange(spellings=(PersonName.written("Skorjakina Alia"),)),
    PersonChange(add_phones=("0555-123456",)),
)


def slip(session: Session) -> str:
    found = intake.list_open(session)
    return (found[0].stored.record if found else intake.add(session, name=SPELT)).hex()


def test_what_a_colleague_holds_is_told_in_each_way_as_whom_to_ask_and_as_nothing_else(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        ref = cases.open_case(nadia, theirs(nadia)).head.value.ref
    with office.open(office.amina) as amina:
        own = cases.create(amina, title="Own", kind="asylum").case
        for way in WAYS:
            with pytest.raises(KnownAlreadyError) as refused:
                way(amina, own, False)
            known = refused.value.known
            assert (known.alike, known.ask) == ((), (NADIA,))
            told = " ".join([str(refused.value), str(refused.value.data()), *map(str, known.told())])
            assert [word for word in ("Скорякина", "Алия", "123456", ref) if word in told] == []
        assert cases.open_case(amina, own).persons == ()
        assert len(cases.list_all(amina)) == 1
        for way in WAYS:
            way(amina, own, True)
        assert len(cases.list_all(amina)) == 3


def test_who_is_known_in_own_cases_is_told_in_each_way_with_the_reason(office: Office) -> None:
    with office.open(office.amina) as amina:
        case, own = theirs(amina), cases.create(amina, title="Own", kind="asylum").case
        for way in WAYS:
            with pytest.raises(KnownAlreadyError) as refused:
                way(amina, own, False)
            (found,) = refused.value.known.alike
            assert (found.place.case, found.name, refused.value.known.ask) == (case, NAME, ())
            assert "spelled like Skoriakine" in str(refused.value.known.told()[0])


def test_a_name_or_number_that_is_added_is_looked_up_in_other_cases_first(office: Office) -> None:
    with office.open(office.amina) as amina:
        theirs(amina)
        case = cases.create(amina, title="Own", kind="asylum").case
        section = sections.create(amina, case, what="health", title="Her health")
        for apart in (None, section):
            record = writing_down.add_person(amina, case, somebody("Ilham Torgaev"), section=apart, anyway=True)
            place = Place(apart or case, record, Person.KIND)
            for change in CHANGES:
                with pytest.raises(KnownAlreadyError) as refused:
                    writing_down.change_person(amina, place, change)
                assert [found.name for found in refused.value.known.alike] == [NAME]
                assert writing_down.change_person(amina, place, change, anyway=True).settled
            writing_down.change_person(amina, place, PersonChange(add_names=("Aliya",)))  # many are called so
            writing_down.change_person(amina, place, PersonChange(born="1984"))


def test_a_name_that_a_colleague_entered_is_told_and_who_entered_this_person_is_nobody_new(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        theirs(nadia)
    with office.open(office.amina) as amina:
        case = cases.create(amina, title="Own", kind="asylum").case
        place = Place(case, writing_down.add_person(amina, case, somebody("Ilham Torgaev")), Person.KIND)
        with pytest.raises(KnownAlreadyError) as refused:
            writing_down.change_person(amina, place, CHANGES[0])
        assert (refused.value.known.alike, refused.value.known.ask) == ((), (NADIA,))
        writing_down.change_person(amina, place, CHANGES[0], anyway=True)
        writing_down.change_person(amina, place, PersonChange(add_names=("Aliya Skorjakina",)))


def test_a_call_of_somebody_of_the_case_itself_asks_whether_it_is_them_and_adds_what_is_new(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = theirs(amina)
        for name, number in (("Skoriakina", "0700 111222"), ("Unknown", "0555123456")):
            slip_id = intake.add(amina, name=name, number=number).hex()
            with pytest.raises(StandsHereError) as refused:
                writing_down.move_slip(amina, slip_id, case)
            (found,) = refused.value.here
            assert (found.name, found.place.case, len(cases.open_case(amina, case).persons)) == (NAME, case, 1)
            assert NAME not in str(refused.value)
            moved = writing_down.move_slip(amina, slip_id, case, same=found.place.record)
            assert moved.kinds == ("note",)
        (person,) = cases.open_case(amina, case).persons
        assert (person.value.display_name(), person.value.role.value) == (NAME, "client")
        assert [name.text for name in person.value.names] == [NAME, "Skoriakina", "Unknown"]
        assert person.value.phones == (PHONE, "0700 111222")
        undoing.undo(amina, undoing.last(amina))
        (person,) = cases.open_case(amina, case).persons
        assert ([name.text for name in person.value.names], len(intake.list_open(amina))) == ([NAME, "Skoriakina"], 1)


def test_a_call_of_somebody_else_who_is_called_so_makes_a_second_person(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = theirs(amina)
        intake.add(amina, name=SPELT)
        writing_down.move_slip(amina, slip(amina), case, is_second=True)
        assert len(cases.open_case(amina, case).persons) == 2


def test_she_is_found_by_any_spelling_of_name_and_number(office: Office) -> None:
    with office.open(office.amina) as amina:
        case = theirs(amina)
        for asked, why in (("0555 123456", Why.DIGITS), ("996555123456", Why.DIGITS), ("Skoriakine", Why.SPELLING)):
            assert [(hit.case, hit.why) for hit in searching.search(amina, asked).hits] == [(case, why)]
            filtered = listing.open_list(amina).filter(asked)
            assert filtered is not None
            assert len(filtered.docs) == 1
            with pytest.raises(KnownAlreadyError):
                writing_down.add_person(amina, case, somebody("Аля", asked) if asked[0].isdigit() else somebody(asked))


def test_who_is_taken_back_or_renamed_is_asked_for_no_longer_or_by_the_new_name(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        theirs(nadia)
        assert undoing.undo(nadia, undoing.last(nadia)) == {Person.KIND: 1}
    with office.open(office.amina) as amina:
        writing_down.make_case(amina, title=NAME, kind="asylum")


def test_no_command_and_no_screen_makes_a_person_or_a_case_in_another_way() -> None:
    other = re.compile(
        r"(?<!vault\.)\b(people\.(add|keep|change)|section_people\.change|sections\.add_person|cases\.create|intake\.move(_to_new)?)\("
    )
    files = [path for room in ("vault/cli", "tui") for path in Path(room).rglob("*.py")]
    assert [str(path) for path in files if other.search(path.read_text("utf-8"))] == []


def test_who_has_the_e_mail_or_the_paper_of_somebody_else_is_told_and_a_text_that_names_it_is_nobody(
    office: Office,
) -> None:
    papers = ["passport: AC7731905"]
    with office.open(office.nadia) as nadia:
        known = cases.create(nadia, title="An arrest", kind="detention")
        first = case_people.checked_person(
            role="client", names=["Somebody"], emails=["quill@example.org"], documents=papers
        )
        case_people.keep(nadia, known.case, first)
        notes.add(nadia, known.case, Note(NoteKind.CONTACT, "wrote to quill@example.org about AC7731905"))
        case = cases.create(nadia, title="Another", kind="asylum").case
        for other in (
            case_people.checked_person(role="client", names=["Pavel"], emails=["quill@example.org"]),
            case_people.checked_person(role="client", names=["Pavel"], documents=papers),
        ):
            with pytest.raises(KnownAlreadyError) as told:
                writing_down.add_person(nadia, case, other)
            (alike,) = told.value.known.alike
            assert (alike.ref, alike.name, len(alike.numbers)) == (known.ref, "Somebody", 1)
        assert case_people.names_in(nadia, case) == {}


def test_somebody_who_was_told_adds_what_is_known_elsewhere_all_the_same_and_sees_it_at_the_next_look(
    office: Office,
) -> None:
    with office.open(office.nadia) as nadia:
        theirs(nadia)
        case = cases.create(nadia, title="Another", kind="asylum").case
        place = Place(case, case_people.keep(nadia, case, somebody("Quentin Unheard")), Person.KIND)
        wanted = PersonChange(add_phones=(PHONE,))
        with pytest.raises(KnownAlreadyError):
            writing_down.change_person(nadia, place, wanted)
        assert case_people.show(nadia, place).value.phones == ()
        writing_down.change_person(nadia, place, wanted, anyway=True)
        assert case_people.show(nadia, place).value.phones == (PHONE,)


# The index is a projection under a key of its own: one that holds something else than it should is made anew.
@pytest.fixture
def place(filled: Filled) -> PlaceOfFounded:
    """A vault whose index was brought up to date and remembered at the lock."""
    with filled.open() as session:
        up_to_date_index(session)
    return filled.place


def texts(session: Session, filled: Filled) -> list[str]:
    return [note.value.text for note in cases.open_case(session, filled.cases[0]).notes]


def drop_a_head(index: Index, *, with_its_share_of_the_digest: bool) -> None:
    """Take a note out of the index, as a fault of the program or a holder of the index key might."""
    with index.writing() as sql:
        sql.execute("DELETE FROM head WHERE doc = (SELECT min(doc) FROM head WHERE kind = 'note')")
    if with_its_share_of_the_digest:
        counted = recount(index)
        with index.writing() as sql:
            sql.execute("UPDATE digest SET sum = ?", (counted,))


def test_an_index_that_stands_where_it_was_and_holds_less_is_made_anew(filled: Filled, place: PlaceOfFounded) -> None:
    with place.open() as session:
        expected = texts(session, filled)
        path = session.index().path
    key = learn(place.path).secrets.index_key
    index = open_index(path, key, partial(derive_index_tag, key))
    drop_a_head(index, with_its_share_of_the_digest=True)
    index.close()
    with place.open() as session:
        assert texts(session, filled) == expected
        assert INDEX_REMADE in session.warnings
        session.require_sound_log()
    with place.open() as session:
        assert texts(session, filled) == expected
        assert session.warnings == ()


def test_an_index_that_lags_behind_goes_on_from_where_it_is(filled: Filled, place: PlaceOfFounded) -> None:
    with place.open() as session:
        notes.add(session, filled.cases[0], Note(NoteKind.CONTACT, "not in the index at the lock"))
    with place.open() as session:
        assert "not in the index at the lock" in texts(session, filled)
        assert session.warnings == ()


def test_verify_counts_the_index_again_and_makes_a_false_one_anew(filled: Filled, place: PlaceOfFounded) -> None:
    with place.open() as session:
        expected = texts(session, filled)
        drop_a_head(session.index(), with_its_share_of_the_digest=False)
        assert len(texts(session, filled)) == len(expected) - 1
        assert [fault.code for fault in log_checking.verify(session).faults] == ["index"]
        assert texts(session, filled) == expected
        assert recount(session.index()) == session.index().digest()
    with place.open() as session:
        assert log_checking.verify(session).verified
    with place.open() as session:
        session.require_sound_log()


@pytest.mark.parametrize("count", [3, 4, 5, 8])
def test_what_fills_a_batch_is_brought_in_once_for_all_sessions(
    filled: Filled, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    monkeypatch.setattr(projection, "_BATCH", 4)
    with filled.open() as session:
        up_to_date_index(session)
    with filled.open() as session:
        add_many(session, filled.cases[0], [Note(kind=NoteKind.CONTACT, text="a note")] * count)
        index = up_to_date_index(session)
        assert index.cursor() == {session.log.origin: session.log.size}


# The register: whoever holds it tests a guess, nobody lists a name, and a new key loses no entry.
def test_a_guess_that_is_right_names_whom_to_ask_and_a_wrong_one_nobody(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        register.add(nadia, ["Зарина Ташбаева"])
        # In the other script, the words turned round, one word more, another way to write it.
        for asked in ("Zarina Tashbaeva", "Ташбаева Зарина", "Zarina Nurovna Tashbaeva", "ZARINA TASCHBAEWA"):
            assert register.ask(nadia, [asked]) == [office.nadia.member]
        for asked in ("Zarina Tashmatova", "Ilham Torgaev", "Zarina", ""):
            assert register.ask(nadia, [asked]) == []
        refuses(UsageError, "there is no name to enter", register.add, nadia, ["", "17", "van"])


def test_whom_to_ask_is_whoever_entered_the_name_not_whom_the_entry_names(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        others = next(seat for seat in nadia.directory.certificates if seat != nadia.seat)
        record = register.add(nadia, ["Zarina Tashbaeva"])
        home = the_one_of_kind(nadia, CompartmentKind.REGISTER)
        (stored,) = stored_of_kind(read_valid(nadia, home), RegisterEntry)
        with nadia.work(home) as work:
            work.keep(home, replace(stored.value, contact=others), record, [stored.version])
            work.commit(Entry(act="register.edit"))
    with office.open(office.nadia) as nadia:
        assert register.ask(nadia, ["Zarina Tashbaeva"]) == [office.nadia.member]


def test_nothing_that_is_stored_holds_a_word_of_a_name(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        register.add(nadia, ["Zarina Tashbaeva"])
        (entry,) = stored_of_kind(read_valid(nadia, the_one_of_kind(nadia, CompartmentKind.REGISTER)), RegisterEntry)
        kept = b"".join((entry.value.key, *entry.value.hashes, entry.value.contact))
        assert b"arina" not in kept
        assert len(entry.value.hashes) == len(set(entry.value.hashes))


def test_entries_of_the_register_are_found_under_each_of_its_keys(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        register.add(nadia, ["Zarina Tashbaeva"])
    with office.place.open() as founder:
        assert members.suspend(founder, office.joel.member).is_done
    with office.open(office.nadia) as nadia:
        home, before = the_one_of_kind(nadia, CompartmentKind.REGISTER), nadia.log.size
        keys = len(nadia.keyring.epochs_of(home))
        register.add(nadia, ["Ilham Torgaev"])
        assert nadia.log.size > before
        assert len(nadia.keyring.epochs_of(home)) > keys
        for name in ("Zarina Tashbaeva", "Ilham Torgaev"):
            assert register.ask(nadia, [name]) == [office.nadia.member]


def test_a_name_gives_at_most_as_many_pairs_as_an_entry_holds() -> None:
    many = skeletons_of([" ".join(["Щюжчхцъёй"] * 6), "Жюлия Щучкина-Хрущёва Юрьевна"])
    assert 0 < len(many) <= 256
    assert len(set(many)) == len(many)


def test_who_is_left_out_by_choice_is_not_found_and_is_taken_out_and_nobody_else_with_them(office: Office) -> None:
    with office.open(office.nadia) as nadia:
        case = cases.create(nadia, title="First", kind="asylum").case
        other = cases.create(nadia, title="Second", kind="asylum").case

        def kept(name: str, home: CompartmentId = case, *, unregistered: bool = False) -> Place:
            person = case_people.checked_person(role="client", names=[name], unregistered=unregistered)
            return Place(home, case_people.keep(nadia, home, person), Person.KIND)

        def asked(name: str) -> bool:
            return bool(register.ask(nadia, [name]))

        kept("Zarina Tashbaeva", unregistered=True)
        assert not asked("Zarina Tashbaeva")
        ilham, sana = kept("Ilham Torgaev"), kept("Sana Torgaeva")
        assert asked("Ilham Torgaev")
        assert case_people.change(nadia, ilham, PersonChange(unregistered=True)).settled == 1
        assert (asked("Ilham Torgaev"), asked("Sana Torgaeva")) == (False, True)
        # Another name enters them no more, and a word takes them in again.
        case_people.change(nadia, ilham, PersonChange(add_names=("Elham Torgayev Beksultanov",)))
        assert not asked("Elham Torgayev Beksultanov")
        case_people.change(nadia, ilham, PersonChange(unregistered=False))
        assert (asked("Ilham Torgaev"), asked("Elham Torgayev Beksultanov")) == (True, True)
        # Somebody else who is called so goes on being found.
        kept("Sana Torgaeva", other)
        case_people.change(nadia, sana, PersonChange(unregistered=True))
        assert asked("Sana Torgaeva")
    with office.open(office.nadia) as nadia:
        assert [register.ask(nadia, [name]) for name in ("Zarina Tashbaeva", "Ilham Torgaev")] == [
            [],
            [office.nadia.member],
        ]
        assert log_checking.verify(nadia).verified
